//! The tray: cards that have left the printer, as pictures anyone can look at.
//!
//! `<nnnn>-<out|reject|taken>-<good|bad|blank>-<front|back>.png`: a running number per printer in the order
//! in which the cards came out; *blank* means that nothing is to be seen on it, *good* that one picture is
//! on it wholly and no hand has cut it. The landscape picture has x along the lines and y against the
//! columns; dye is subtractive on white, resin lies on top, overlay is not to be seen. There is a back only
//! if something was laid on it. Files appear whole and are renamed when a card's state changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageEncoder, Rgb, RgbImage};

use crate::mechanism::{Card, CardId, CardPlace, Face, Geometry, Looks, Mechanism, Side};

/// The tray's folder or a picture in it could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TrayError {
    /// Files.
    #[error("cannot write to tray {folder}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Pictures.
    #[error("cannot write picture {name}")]
    Picture {
        /// The file's name.
        name: String,
        /// Why.
        #[source]
        cause: image::ImageError,
    },
}

/// A folder of pictures that follows one printer's bins.
#[derive(Debug)]
pub struct Tray {
    folder: PathBuf,
    next: u32,
    lying: BTreeMap<CardId, Lying>,
    revision: Option<u64>,
}

#[derive(Debug)]
struct Lying {
    number: u32,
    bin: &'static str,
    files: BTreeMap<Side, String>,
}

impl Tray {
    /// Opens a folder, making it if need be. Numbers go on after the highest that is there.
    pub fn open(folder: &Path) -> Result<Tray, TrayError> {
        let failed = |cause| TrayError::Folder {
            folder: folder.to_owned(),
            cause,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut highest = 0;
        for entry in fs::read_dir(folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let name = name.to_string_lossy();
            let number = name
                .split_once('-')
                .and_then(|(number, _)| number.parse::<u32>().ok());
            if name.ends_with(".png") {
                highest = highest.max(number.unwrap_or(0));
            }
        }
        Ok(Tray {
            folder: folder.to_owned(),
            next: highest + 1,
            lying: BTreeMap::new(),
            revision: None,
        })
    }

    /// Brings the folder up to what the mechanism shows. The planes of cards that were carried away are freed.
    pub fn update(&mut self, mechanism: &mut Mechanism) -> Result<(), TrayError> {
        if self.revision == Some(mechanism.revision()) {
            return Ok(());
        }
        self.revision = Some(mechanism.revision());
        let mut gone = BTreeSet::new();
        let piles = [mechanism.output(), mechanism.reject(), mechanism.taken()];
        let order: Vec<CardId> = piles.into_iter().flatten().copied().collect();
        let away: Vec<CardId> = self
            .lying
            .keys()
            .copied()
            .filter(|id| !order.contains(id))
            .collect();
        for id in order.into_iter().chain(away) {
            let Some(card) = mechanism.card(id) else {
                continue;
            };
            let bin = match card.place {
                CardPlace::Output => Some("out"),
                CardPlace::Reject => Some("reject"),
                CardPlace::Taken => Some("taken"),
                CardPlace::Away => self.lying.get(&id).map(|lying| lying.bin),
                CardPlace::Hopper(_)
                | CardPlace::Path
                | CardPlace::Contact
                | CardPlace::Contactless
                | CardPlace::PrintStart
                | CardPlace::Flipper => None,
            };
            match bin {
                Some(bin) => self.show(card, bin, mechanism.fittings().geometry)?,
                None => self.hide(id)?,
            }
            if card.place == CardPlace::Away {
                gone.insert(id);
            }
        }
        for id in gone {
            mechanism.drop_planes(id);
        }
        Ok(())
    }

    fn show(
        &mut self,
        card: &Card,
        bin: &'static str,
        geometry: Geometry,
    ) -> Result<(), TrayError> {
        let state = match card.looks() {
            Looks::Blank => "blank",
            Looks::Whole if !card.cut => "good",
            Looks::Whole | Looks::Part => "bad",
        };
        let next = self.next;
        let lying = self.lying.entry(card.id).or_insert_with(|| Lying {
            number: next,
            bin,
            files: BTreeMap::new(),
        });
        if lying.number == next {
            self.next += 1;
        }
        lying.bin = bin;
        for (side, word) in [(Side::Front, "front"), (Side::Back, "back")] {
            let face = card.face(side);
            if side == Side::Back && face.laid.is_empty() {
                continue;
            }
            let name = format!("{:04}-{bin}-{state}-{word}.png", lying.number);
            match lying.files.get(&side) {
                Some(there) if *there == name => {}
                Some(there) => {
                    rename(&self.folder, there, &name)?;
                    lying.files.insert(side, name);
                }
                None => {
                    write(&self.folder, &name, &picture(face, geometry))?;
                    lying.files.insert(side, name);
                }
            }
        }
        Ok(())
    }

    /// A card that went back into the printer lies in no tray.
    fn hide(&mut self, id: CardId) -> Result<(), TrayError> {
        let Some(lying) = self.lying.remove(&id) else {
            return Ok(());
        };
        for name in lying.files.values() {
            fs::remove_file(self.folder.join(name)).map_err(|cause| TrayError::Folder {
                folder: self.folder.clone(),
                cause,
            })?;
        }
        Ok(())
    }
}

/// A face as a landscape picture: `lines` wide, `columns` high.
pub fn picture(face: &Face, geometry: Geometry) -> RgbImage {
    let Geometry { columns, lines } = geometry;
    let (width, height) = (u32::try_from(lines), u32::try_from(columns));
    let (width, height) = (width.unwrap_or(u32::MAX), height.unwrap_or(u32::MAX));
    let dye = |plane: &[u8], at: usize| 255 - plane.get(at).copied().unwrap_or(0);
    RgbImage::from_fn(width, height, |x, y| {
        let (line, column) = (x as usize, columns - 1 - y as usize);
        let at = line * columns + column;
        let byte = face.k.get(line * geometry.line_bytes() + column / 8);
        if byte.is_some_and(|byte| byte & 0x80 >> (column % 8) != 0) {
            Rgb([0, 0, 0])
        } else {
            Rgb([dye(&face.c, at), dye(&face.m, at), dye(&face.y, at)])
        }
    })
}

fn rename(folder: &Path, from: &str, to: &str) -> Result<(), TrayError> {
    fs::rename(folder.join(from), folder.join(to)).map_err(|cause| TrayError::Folder {
        folder: folder.to_owned(),
        cause,
    })
}

fn write(folder: &Path, name: &str, picture: &RgbImage) -> Result<(), TrayError> {
    let unfinished = format!(".{name}.part");
    let path = folder.join(&unfinished);
    let file = fs::File::create(&path).map_err(|cause| TrayError::Folder {
        folder: folder.to_owned(),
        cause,
    })?;
    let writer = BufWriter::new(file);
    PngEncoder::new_with_quality(writer, CompressionType::Fast, FilterType::Sub)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|cause| TrayError::Picture {
            name: name.to_owned(),
            cause,
        })?;
    rename(folder, &unfinished, name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::device::Device;
    use crate::evolis::{Evolis, Profile, Switches};
    use crate::faults::FaultPlan;
    use crate::hands::Hand;
    use crate::mechanism::Blank;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// One card with dye in column 0 and resin in line 0, one blank card, one card in the reject box.
    fn printer() -> Evolis {
        let profile = Profile::named("evolis-primacy")
            .unwrap()
            .with_geometry(16, 24);
        let mut printer = Evolis::new(profile, Switches::default(), FaultPlan::default());
        let blanks = vec![Blank::default(); 3];
        printer.hand(Hand::Load { blanks }, 0).unwrap();
        printer.host_opened(0);
        let mut stream = b"\x1BPem;2\r\x1BSs\r".to_vec();
        for letter in ["y", "m", "c"] {
            stream.extend(format!("\x1BDb;{letter};128;").bytes());
            let dye = [0xFE].iter().chain(&[0; 13]);
            stream.extend(
                dye.cycle()
                    .take(24 * 14)
                    .map(|byte| if letter == "y" { *byte } else { 0 }),
            );
            stream.push(b'\r');
        }
        for letter in ["k", "o"] {
            stream.extend(format!("\x1BDb;{letter};2;").bytes());
            stream.extend([vec![0xFF; 2], vec![0; 46]].concat());
            stream.push(b'\r');
        }
        stream.extend(b"\x1BSe\r\x1BSie\r\x1BSi\r\x1BSer\r");
        assert_eq!(printer.receive(&stream, 0), stream.len());
        printer.advance(120_000_000_000);
        printer
    }

    #[test]
    fn cards_lie_in_the_tray_as_they_came_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut tray = Tray::open(folder.path()).unwrap();
        let mut printer = printer();
        tray.update(printer.mechanism_mut()).unwrap();
        let expected = [
            "0001-out-good-front.png",
            "0002-out-blank-front.png",
            "0003-reject-blank-front.png",
        ];
        assert_eq!(names(folder.path()), expected);
        let seen = image::open(folder.path().join(expected[0]))
            .unwrap()
            .into_rgb8();
        assert_eq!(seen.dimensions(), (24, 16));
        assert_eq!(
            seen.get_pixel(5, 15).0,
            [255, 255, 0],
            "yellow at the bottom edge"
        );
        assert_eq!(seen.get_pixel(0, 15).0, [0, 0, 0], "resin on top of it");
        assert_eq!(seen.get_pixel(5, 3).0, [255, 255, 255]);

        let card = printer.mechanism().output()[0];
        printer.hand(Hand::Cut { card }, 120_000_000_000).unwrap();
        printer.hand(Hand::TakeOutput, 120_000_000_000).unwrap();
        tray.update(printer.mechanism_mut()).unwrap();
        assert_eq!(names(folder.path())[0], "0001-out-bad-front.png", "cut");
        assert!(
            printer.mechanism().card(card).unwrap().front.y.is_empty(),
            "memory is freed"
        );

        let again = Blank {
            id: Some(card),
            ..Blank::default()
        };
        printer
            .hand(
                Hand::Load {
                    blanks: vec![again],
                },
                120_000_000_000,
            )
            .unwrap();
        printer.hand(Hand::EmptyReject, 120_000_000_000).unwrap();
        tray.update(printer.mechanism_mut()).unwrap();
        assert_eq!(names(folder.path()), expected[1..], "it is inside again");
        assert_eq!(Tray::open(folder.path()).unwrap().next, 4);
    }
}
