//! The trays' pictures against the cards, and the cards against the artwork.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cetak_drivers::contract;
use cetak_firmware_sims::mechanism::{
    Card, CardId, CardPlace, Face, Geometry, Looks, Panel, RibbonKind, Side,
};
use cetak_firmware_sims::tray;
use image::RgbImage;

use super::{JudgeError, PrinterFacts};
use crate::artwork::mark::{self, Mark};
use crate::artwork::{Look, Studio, image::proof};
use crate::rehearsal::demo::sight::Pile;
use crate::rehearsal::specimen::Specimen;

/// Brighter than this is no resin.
const RESIN_MAX: u8 = 64;
/// The block of a simulated chip that bears the mark.
const MARK_BLOCK: usize = 1;

/// A card that left its printer, as the judge found it.
#[derive(Debug, Clone)]
pub struct JudgedCard {
    /// The printer that it came from.
    pub printer: crate::domain::ids::PrinterId,
    /// Its number there; `None`: it was carried away, and only its picture is left.
    pub card: Option<CardId>,
    /// Its chip's number.
    pub uid: Option<String>,
    /// The mark that its picture bears.
    pub mark: Option<Mark>,
    /// Where it lies.
    pub pile: Pile,
    /// Mark, picture, panels and chip are as they should be.
    pub good: bool,
    /// A hand has cut it.
    pub cut: bool,
    /// No face was begun on it.
    pub blank: bool,
}

impl JudgedCard {
    /// Whether it can be handed over.
    pub fn usable(&self) -> bool {
        self.good && !self.cut
    }
}

/// One card's files in a tray.
#[derive(Debug)]
struct Filed {
    pile: Pile,
    word: String,
    front: PathBuf,
    back: Option<PathBuf>,
}

/// Judges every card that came out of a printer.
pub(super) fn judge(
    printer: &PrinterFacts<'_>,
    people: &BTreeMap<Mark, &Specimen>,
    studio: &Studio,
    broken: &mut Vec<String>,
) -> Result<Vec<JudgedCard>, JudgeError> {
    let mechanism = printer.mechanism;
    let mut filed = filed(printer.tray)?;
    let mut judged = Vec::new();
    let mut carried_away: Vec<&Card> = mechanism
        .cards()
        .filter(|card| card.place == CardPlace::Away)
        .collect();
    let piles = [
        (Pile::Output, mechanism.output()),
        (Pile::Reject, mechanism.reject()),
        (Pile::Taken, mechanism.taken()),
    ];
    for (pile, lying) in piles {
        let mut files: Vec<Filed> = Vec::new();
        filed.retain_mut(|(_, file)| {
            let here = file.as_ref().is_some_and(|file| file.pile == pile);
            if here {
                files.extend(file.take());
            }
            !here
        });
        if files.len() < lying.len() {
            broken.push(format!(
                "{}: {} cards lie on pile {pile:?}, {} have a picture",
                printer.id,
                lying.len(),
                files.len()
            ));
        }
        // What lay there longest was carried away first, and its picture stays.
        let gone = files.len().saturating_sub(lying.len());
        let away = files.drain(..gone).collect::<Vec<_>>();
        for file in away {
            let word = file.word.clone();
            let at = carried_away
                .iter()
                .position(|card| word_of(card) == word.as_str());
            let Some(at) = at else {
                broken.push(format!(
                    "{}: {} is no card's picture",
                    printer.id,
                    file.front.display()
                ));
                continue;
            };
            let card = carried_away.remove(at);
            judged.push(one(printer, card, Some(&file), people, studio, broken)?);
        }
        for (at, id) in lying.iter().enumerate() {
            let Some(card) = mechanism.card(*id) else {
                continue;
            };
            let file = files.get(at);
            judged.push(one(printer, card, file, people, studio, broken)?);
        }
    }
    Ok(judged)
}

/// The files of a tray, by number.
fn filed(folder: &Path) -> Result<Vec<(u32, Option<Filed>)>, JudgeError> {
    let failed = |cause| JudgeError::Tray {
        folder: folder.to_owned(),
        cause,
    };
    let mut files: BTreeMap<u32, Option<Filed>> = BTreeMap::new();
    let mut backs: BTreeMap<u32, PathBuf> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let parts: Vec<&str> = name.split('-').collect();
        let (Some("png"), [number, bin, word, side]) = (
            path.extension().and_then(|end| end.to_str()),
            parts.as_slice(),
        ) else {
            continue;
        };
        let pile = match *bin {
            "out" => Pile::Output,
            "reject" => Pile::Reject,
            "taken" => Pile::Taken,
            _ => continue,
        };
        let Ok(number) = number.parse() else { continue };
        if *side == "front" {
            let file = Filed {
                pile,
                word: (*word).to_owned(),
                front: path.clone(),
                back: None,
            };
            files.insert(number, Some(file));
        } else {
            backs.insert(number, path.clone());
        }
    }
    for (number, back) in backs {
        if let Some(Some(file)) = files.get_mut(&number) {
            file.back = Some(back);
        }
    }
    Ok(files.into_iter().collect())
}

fn word_of(card: &Card) -> &'static str {
    match card.looks() {
        Looks::Blank => "blank",
        Looks::Whole if !card.cut => "good",
        Looks::Whole | Looks::Part => "bad",
    }
}

fn one(
    printer: &PrinterFacts<'_>,
    card: &Card,
    file: Option<&Filed>,
    people: &BTreeMap<Mark, &Specimen>,
    studio: &Studio,
    broken: &mut Vec<String>,
) -> Result<JudgedCard, JudgeError> {
    let name = format!("{}: card {}", printer.id, card.id.0);
    let mut judged = JudgedCard {
        printer: printer.id.clone(),
        card: (card.place != CardPlace::Away).then_some(card.id),
        uid: card.uid.clone(),
        mark: None,
        pile: file.map_or(Pile::Output, |file| file.pile),
        good: false,
        cut: card.cut,
        blank: card.looks() == Looks::Blank,
    };
    let Some(file) = file else {
        // Without its picture a card counts as what the mechanism says of it, and the run fails.
        judged.good = card.looks() == Looks::Whole;
        judged.mark = mark_of_face(printer, card.face(Side::Front));
        return Ok(judged);
    };
    if word_of(card) != file.word {
        broken.push(format!(
            "{name} is {}, its picture says {}",
            word_of(card),
            file.word
        ));
    }
    let front = open(&file.front)?;
    let back = file.back.as_deref().map(open).transpose()?;
    let geometry = printer.mechanism.fittings().geometry;
    let kept = card.place != CardPlace::Away;
    if kept && front != tray::picture(card.face(Side::Front), geometry) {
        broken.push(format!(
            "{name}: {} does not show its front",
            file.front.display()
        ));
    }
    let truth = || tray::picture(card.face(Side::Back), geometry);
    if kept && back.as_ref().is_some_and(|back| *back != truth()) {
        broken.push(format!("{name}: its back is another one in the tray"));
    }
    judged.mark = mark_of(&front);
    if card.looks() != Looks::Whole {
        return Ok(judged);
    }
    let fault = fault_of(
        printer,
        card,
        judged.mark,
        &front,
        back.as_ref(),
        people,
        studio,
    )?;
    match fault {
        None => judged.good = true,
        // A whole card that is not the artwork is worse than a spoiled one, unless somebody has cut it.
        Some(fault) if !card.cut => broken.push(format!("{name} looks whole, but {fault}")),
        Some(_) => {}
    }
    Ok(judged)
}

/// Why a whole card is not good.
fn fault_of(
    printer: &PrinterFacts<'_>,
    card: &Card,
    mark: Option<Mark>,
    front: &RgbImage,
    back: Option<&RgbImage>,
    people: &BTreeMap<Mark, &Specimen>,
    studio: &Studio,
) -> Result<Option<String>, JudgeError> {
    let Some(mark) = mark else {
        return Ok(Some("its mark cannot be read".to_owned()));
    };
    let Some((record, photo)) = people.get(&mark) else {
        return Ok(Some(format!("its mark {mark} is nobody's")));
    };
    let drawn = studio
        .draw_look(record, photo.as_deref(), &record.key, true, printer.look)
        .map_err(|cause| JudgeError::Artwork {
            key: record.key.clone(),
            cause,
        })?;
    let geometry = printer.mechanism.fittings().geometry;
    let drawn = drawn.fitted(geometry.lines, geometry.columns);
    let sides = [
        ("front", Side::Front, Some(&drawn.front), Some(front)),
        ("back", Side::Back, drawn.back.as_ref(), back),
    ];
    for (name, side, wanted, seen) in sides {
        match (wanted, seen) {
            (Some(wanted), Some(seen)) => {
                if let Some(dot) = differs(seen, wanted, step_of(printer.dye_levels)) {
                    return Ok(Some(format!("its {name} is not the artwork's at {dot:?}")));
                }
            }
            (None, None) => {}
            (Some(_), None) => return Ok(Some(format!("its {name} is missing"))),
            (None, Some(_)) => return Ok(Some(format!("its {name} should be blank"))),
        }
        if !laid_as_ordered(card.face(side), &panels(printer, side)) {
            return Ok(Some(format!("a panel of its {name} is missing")));
        }
    }
    let wants_varnish =
        drawn.front.overlay == contract::Overlay::Full && has(printer.ribbon, Panel::O);
    // Of a card that was carried away only its picture is left.
    let kept = card.place != CardPlace::Away;
    if wants_varnish && kept && !covered(&card.face(Side::Front).o, geometry) {
        return Ok(Some("its varnish has gaps".to_owned()));
    }
    if printer.stock.has_chip() && card.chip.blocks[MARK_BLOCK][..8] != mark.0.to_be_bytes() {
        return Ok(Some("its chip is another person's".to_owned()));
    }
    Ok(None)
}

/// Whether every dot of a plane is laid: lines of bits, the last byte of each padded.
fn covered(plane: &[u8], geometry: Geometry) -> bool {
    let laid = |line: &[u8], column: usize| line[column / 8] & (0x80 >> (column % 8)) != 0;
    let mut lines = plane.chunks_exact(geometry.line_bytes());
    lines.len() == geometry.lines
        && lines.all(|line| (0..geometry.columns).all(|column| laid(line, column)))
}

/// What is laid on a side, where the ribbon has it.
fn panels(printer: &PrinterFacts<'_>, side: Side) -> Vec<Panel> {
    let wanted: &[Panel] = match (printer.look, side) {
        (Look::Colour | Look::ColourWithBack, Side::Front) => {
            &[Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O]
        }
        (Look::ColourWithBack, Side::Back) | (Look::Mono, Side::Front) => &[Panel::K],
        (Look::Colour | Look::Mono, Side::Back) => &[],
    };
    let wanted = wanted.iter().copied();
    wanted.filter(|panel| has(printer.ribbon, *panel)).collect()
}

fn has(ribbon: RibbonKind, panel: Panel) -> bool {
    ribbon.panels().contains(&panel)
}

/// Each of these panels once, from edge to edge, and no other.
fn laid_as_ordered(face: &Face, panels: &[Panel]) -> bool {
    let mut laid: Vec<Panel> = face.laid.iter().map(|laid| laid.panel).collect();
    laid.sort_unstable();
    laid == panels && face.laid.iter().all(|laid| laid.complete)
}

/// How far a red, green or blue may lie from the artwork's, of 255: no printer comes closer than one level of dye.
fn step_of(dye_levels: u16) -> u8 {
    let steps = dye_levels.saturating_sub(1).max(1);
    u8::try_from(u16::from(u8::MAX) / steps).unwrap_or(u8::MAX)
}

/// The first dot in which a picture differs from the artwork by more than a step.
fn differs(seen: &RgbImage, wanted: &contract::Side, step: u8) -> Option<(u32, u32)> {
    let proof = proof(wanted);
    if seen.dimensions() != proof.dimensions() {
        return Some((0, 0));
    }
    let pairs = seen.as_raw().iter().zip(proof.as_raw());
    let far = pairs
        .into_iter()
        .position(|(seen, wanted)| seen.abs_diff(*wanted) > step);
    far.map(|at| {
        let dot = u32::try_from(at / 3).unwrap_or(u32::MAX);
        (dot % seen.width(), dot / seen.width())
    })
}

fn open(file: &Path) -> Result<RgbImage, JudgeError> {
    image::open(file)
        .map(image::DynamicImage::into_rgb8)
        .map_err(|cause| JudgeError::Picture {
            file: file.to_owned(),
            cause,
        })
}

/// The mark of a picture: resin is all but black in each component.
fn mark_of(picture: &RgbImage) -> Option<Mark> {
    let (width, height) = picture.dimensions();
    let ink = |x: usize, y: usize| {
        let (x, y) = (u32::try_from(x).ok(), u32::try_from(y).ok());
        let dot = x.zip(y).and_then(|(x, y)| picture.get_pixel_checked(x, y));
        dot.is_some_and(|dot| dot.0.iter().all(|component| *component <= RESIN_MAX))
    };
    mark::read(ink, width as usize, height as usize)
}

fn mark_of_face(printer: &PrinterFacts<'_>, face: &Face) -> Option<Mark> {
    mark_of(&tray::picture(face, printer.mechanism.fittings().geometry))
}
