//! Carrying out one command: what is done at once, and what sets out to move.

use crate::mechanism::{Bin, Panel};

use super::codes::{Code, Moment};
use super::commands::{self, Params};
use super::docking;
use super::draw::draw;
use super::images::{Buffer, MonoArea, Rect};
use super::magnetic;
use super::parser::Parsed;
use super::print::Print;
use super::switches::DotCommand;
use super::work::{Item, Running};
use super::{ACK, Zebra, data_reply};

/// Highest `+EC` \[doc\].
const END_OF_PRINT_MAX: u32 = 24;
/// The answer to `%CLN` has one digit for them \[doc\].
const CLEANING_PASSES_MAX: u32 = 9;
/// Colour buffers.
const COLOUR_BUFFERS: u32 = 4;
/// A byte below it removes the second initiator \[doc\].
const INITIATOR_MIN: u8 = 0x21;
const CONTROL_MAX: u8 = 0x1F;
/// Most cards of one string \[inferred\].
const ROUNDS_MAX: u32 = 999;
/// Separator of a string's items.
const BRACKET: u8 = b'[';

/// Where rejects go \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rejects {
    pub(super) encoding: Bin,
    pub(super) printing: Bin,
}

impl Default for Rejects {
    fn default() -> Rejects {
        Rejects {
            encoding: Bin::Reject,
            printing: Bin::Output,
        }
    }
}

/// What a command that is done at once has to tell besides that it is done.
type Told = Option<Vec<u8>>;

impl Zebra {
    pub(super) fn execute(&mut self, parsed: Parsed) {
        match parsed {
            Parsed::Text { name: ".", rest } if rest.is_empty() => self.dot(),
            Parsed::Text { name: "E", rest } if rest.is_empty() => self.repeat(),
            Parsed::Text { name, rest } => match self.struck(Moment::Command) {
                Ok(()) => self.command(name, &rest),
                Err(code) => self.nak(code),
            },
            Parsed::Colour { area, dots } => {
                let memory = self.profile.memory;
                let rect = Rect {
                    x: area.x,
                    y: area.y,
                    width: area.width,
                    height: area.height,
                };
                if let Some(buffer) = self.ram.colour.get_mut(area.buffer) {
                    buffer.load(rect, &dots, memory);
                }
                self.answer(ACK.to_vec());
            }
            Parsed::Lines(lines) => {
                let memory = self.profile.memory;
                if let Some(area) = self.ram.area.take() {
                    area.fill(self.mono(area.varnish), &lines, memory);
                }
                self.answer(ACK.to_vec());
            }
            Parsed::Line { varnish, data } => match self.line(varnish, &data) {
                Ok(()) => self.answer(ACK.to_vec()),
                Err(code) => {
                    self.ram.area = None;
                    self.nak(code);
                }
            },
            Parsed::Refused(code) => {
                if code.of_syntax() && code != Code::UNKNOWN {
                    self.ram.area = None;
                }
                self.nak(code);
            }
        }
    }

    fn command(&mut self, name: &'static str, rest: &[u8]) {
        match name {
            "M" | "m" => match self.string(name == "m", rest) {
                Ok(running) => {
                    self.ram.last_string = Some(running.clone());
                    self.run(running);
                }
                Err(code) => self.nak(code),
            },
            _ => match self.items(name, rest) {
                Ok(items) => match items.as_slice() {
                    [Item::Now(name, rest)] => match self.at_once(name, rest) {
                        Ok(None) => self.answer(ACK.to_vec()),
                        Ok(Some(text)) => self.answer(data_reply(text)),
                        Err(code) => self.nak(code),
                    },
                    _ => self.run(Running::new(items.into_iter().map(Ok).collect(), 1, false)),
                },
                Err(code) => self.nak(code),
            },
        }
    }

    /// `M n item[item...`, with or without a bracket before the first item [code: PAUSMS].
    fn string(&self, corrects: bool, rest: &[u8]) -> Result<Running, Code> {
        let mut params = self.params(rest);
        let rounds = params.number()?;
        let list = params.remainder();
        let list = list.strip_prefix(&[BRACKET]).unwrap_or(list);
        if rounds == 0 || rounds > ROUNDS_MAX || list.is_empty() {
            return Err(Code::PARAMETER);
        }
        let mut items = Vec::new();
        for text in list.split(|byte| *byte == BRACKET) {
            let read = commands::split(text).ok_or(Code::UNKNOWN);
            let read = read.and_then(|(name, rest)| match name {
                // Neither strings nor a second reply stand inside a string.
                "M" | "m" | "E" | "." => Err(Code::UNKNOWN),
                _ => self.items(name, rest),
            });
            match read {
                Ok(more) => items.extend(more.into_iter().map(Ok)),
                Err(code) if self.switches.string_checked_first => return Err(code),
                Err(code) => items.push(Err(code)),
            }
        }
        Ok(Running::new(items, rounds, corrects))
    }

    /// What a command sets out to do.
    fn items(&self, name: &'static str, rest: &[u8]) -> Result<Vec<Item>, Code> {
        let fittings = self.mechanism.fittings();
        let mut params = self.params(rest);
        let item = match name {
            "IS" => {
                let buffer = params.number()?;
                if buffer >= COLOUR_BUFFERS {
                    return Err(Code::PARAMETER);
                }
                Item::Print(Print::Colour(buffer as usize))
            }
            "I" => {
                params.optional()?;
                Item::Print(Print::Resin)
            }
            "IV" | "IH" => Item::Print(Print::varnish(params.optional()?)),
            "MF" if fittings.flipper => Item::Flip,
            "MF" => return Err(Code::UNKNOWN),
            "MO" => Item::Out,
            "MC" => Item::Clear,
            "MS" | "MI" | "MR" if self.profile.placeholder_docking => {
                docking::item(name, params.optional()?, fittings.reject_box)?
            }
            "MS" | "MI" | "MR" => return Err(Code::UNKNOWN),
            "&E*" => Item::Encode(None),
            "&E" => Item::Encode(Some(magnetic::track(params.number()?)?.0)),
            "&L" => {
                let (track, hex) = magnetic::track(params.number()?)?;
                Item::ReadTrack(track, hex)
            }
            "!SA" => Item::Adjust,
            "A" => {
                params.optional()?;
                params.end()?;
                return Ok(self.test_card(None));
            }
            "IMB" => {
                params.end()?;
                return Ok(self.test_card(Some(Panel::K)));
            }
            _ => return Ok(vec![Item::Now(name, rest.to_vec())]),
        };
        params.end()?;
        Ok(vec![item])
    }

    /// Every panel of the ribbon once, or one panel, and out.
    fn test_card(&self, only: Option<Panel>) -> Vec<Item> {
        let ribbon = self.mechanism.ribbon();
        let mut panels = Vec::new();
        for panel in ribbon.map_or(&[][..], |ribbon| ribbon.kind.panels()) {
            if only.is_none_or(|only| only == *panel) && !panels.contains(panel) {
                panels.push(*panel);
            }
        }
        if panels.is_empty() {
            panels.push(only.unwrap_or(Panel::K));
        }
        let prints = panels
            .into_iter()
            .map(|panel| Item::Print(Print::Test(panel)));
        prints.chain([Item::Out]).collect()
    }

    /// Clears the error; a switch says what else.
    fn dot(&mut self) {
        self.ram.latched = None;
        let interrupted = self.ram.interrupted.take();
        match self.switches.dot_command {
            DotCommand::OnlyClears => self.answer(ACK.to_vec()),
            DotCommand::ReleasesTheCard => {
                self.run(Running::new(vec![Ok(Item::Clear)], 1, false));
            }
            DotCommand::Resumes => {
                self.answer(ACK.to_vec());
                self.ram.running = interrupted;
            }
        }
    }

    /// The last answer once more.
    fn repeat(&mut self) {
        if self.switches.e_known {
            let again = self.ram.last_answer.clone();
            self.send(&again);
        } else {
            self.nak(Code::UNKNOWN);
        }
    }

    fn params<'a>(&self, rest: &'a [u8]) -> Params<'a> {
        Params::new(rest, self.switches.number)
    }

    fn mono(&mut self, varnish: bool) -> &mut Buffer {
        if varnish {
            &mut self.ram.varnish
        } else {
            &mut self.ram.black
        }
    }

    fn line(&mut self, varnish: bool, data: &[u8]) -> Result<(), Code> {
        let area = self.ram.area.take().filter(|area| area.varnish == varnish);
        let mut area = area.ok_or(Code::IMAGE_INIT)?;
        let memory = self.profile.memory;
        let last = area.add_line(self.mono(varnish), data, memory)?;
        if !last {
            self.ram.area = Some(area);
        }
        Ok(())
    }

    /// Carries out what takes no time.
    pub(super) fn at_once(&mut self, name: &str, rest: &[u8]) -> Result<Told, Code> {
        let mut params = self.params(rest);
        let memory = self.profile.memory;
        match name {
            "F" | "vF" => {
                params.end()?;
                self.mono(name == "vF").clear();
            }
            "$F" => {
                let buffer = params.optional()?;
                params.end()?;
                match buffer {
                    None => self.ram.colour.iter_mut().for_each(Buffer::clear),
                    Some(buffer) => {
                        let buffer = self.ram.colour.get_mut(buffer as usize);
                        buffer.ok_or(Code::PARAMETER)?.clear();
                    }
                }
            }
            "G" | "vG" => {
                self.ram.area = None;
                let numbers = params.numbers::<6>()?;
                params.end()?;
                self.ram.area = Some(MonoArea::open(name == "vG", numbers, memory)?);
            }
            "T" | "L" | "C" | "D" | "B" | "P" => draw(name, params, &mut self.ram.black, memory)?,
            "vT" | "vL" | "vC" | "vD" | "vB" | "vP" => {
                draw(&name[1..], params, &mut self.ram.varnish, memory)?;
            }
            "+X" => self.second_initiator(rest)?,
            "!X" => {
                params.end()?;
                return Ok(Some(self.ram.initiator.into_iter().collect()));
            }
            "&P" => {
                params.end()?;
                self.encoder_fitted()?;
                let inside = self.ram.in_encoder && !self.mechanism.inside().is_empty();
                return Err(if inside {
                    Code::IN_ENCODER
                } else {
                    Code::NOT_IN_ENCODER
                });
            }
            "&B" => {
                self.encoder_fitted()?;
                let (track, data) = magnetic::write_data(params)?;
                self.ram.tracks[track] = Some(data);
            }
            "&R" => {
                params.end()?;
                self.encoder_fitted()?;
                self.ram.tracks = Default::default();
            }
            "&CDER" | "&CDEW" => {
                self.encoder_fitted()?;
                self.track_format(name == "&CDEW", params)?;
            }
            "&W" | "&D" | "&SVM" => {
                self.encoder_fitted()?;
                params.number()?;
            }
            "+RB" if self.mechanism.fittings().reject_box => self.route_rejects(params)?,
            "%CLN" if self.switches.cln_known => {
                params.end()?;
                return Ok(Some(self.cleaning_counters()));
            }
            "+RB" | "%CLN" => return Err(Code::UNKNOWN),
            "CLNCARD" => {
                let [limit, passes] = params.numbers()?;
                params.end()?;
                if passes > CLEANING_PASSES_MAX {
                    return Err(Code::PARAMETER);
                }
                self.flash.cleaning = (limit, passes);
            }
            "+RIB" => {
                let number = params.number()?;
                params.end()?;
                self.ram.ribbon_type = Some(number);
            }
            "+EC" => {
                let lines = params.number()?;
                params.end()?;
                if lines > END_OF_PRINT_MAX {
                    return Err(Code::PARAMETER);
                }
            }
            "+C" | "+CV" | "!R" | "+B" => {
                params.number()?;
                params.end()?;
            }
            "SXY" => {
                params.number()?;
                params.end()?;
                self.picture.end();
            }
            "+$C" | "+$L" => {
                let [buffer, _level] = params.numbers()?;
                params.end()?;
                if buffer >= COLOUR_BUFFERS {
                    return Err(Code::PARAMETER);
                }
            }
            "V" => params.end()?,
            _ => return Err(Code::UNKNOWN),
        }
        Ok(None)
    }

    /// `+X c`; a control character other than CR removes it, and code 10 is the answer by design \[doc\].
    fn second_initiator(&mut self, rest: &[u8]) -> Result<(), Code> {
        let [letter] = rest else {
            return Err(Code::PARAMETER);
        };
        if *letter >= INITIATOR_MIN {
            self.ram.initiator = Some(*letter);
            return Ok(());
        }
        if *letter <= CONTROL_MAX {
            self.ram.initiator = None;
        }
        Err(Code::PARAMETER)
    }

    /// `&CDER trk fmt [bits]`, `&CDEW trk fmt [bits]`: kept in flash \[doc\].
    fn track_format(&mut self, writes: bool, mut params: Params) -> Result<(), Code> {
        let track = params.number()?;
        let format = params.word().ok_or(Code::PARAMETER)?;
        let bits = params.optional()?;
        params.end()?;
        let in_bits = bits.is_none_or(|bits| (3..=7).contains(&bits));
        if track > 3 || !in_bits || !magnetic::is_format(writes, format) {
            return Err(Code::PARAMETER);
        }
        let tracks = match track {
            0 => 0..magnetic::TRACKS,
            track => track as usize - 1..track as usize,
        };
        for track in tracks {
            let kept = &mut self.flash.formats[track];
            let kept = if writes {
                &mut kept.write
            } else {
                &mut kept.read
            };
            *kept = format[0];
        }
        Ok(())
    }

    fn route_rejects(&mut self, mut params: Params) -> Result<(), Code> {
        let [kind, hopper] = params.numbers()?;
        params.end()?;
        let bin = match hopper {
            0 => Bin::Output,
            1 => Bin::Reject,
            _ => return Err(Code::PARAMETER),
        };
        let rejects = &mut self.ram.rejects;
        match kind {
            0 => {
                rejects.encoding = bin;
                rejects.printing = bin;
            }
            1 => rejects.encoding = bin,
            2 => rejects.printing = bin,
            _ => return Err(Code::PARAMETER),
        }
        Ok(())
    }

    /// Eight, eight and one digit \[doc\].
    fn cleaning_counters(&self) -> Vec<u8> {
        let (limit, passes) = self.flash.cleaning;
        let printed = self.mechanism.counts().panels;
        format!("Cpt imp:{printed:08} next clean Prn:{limit:08} nb pass:{passes}").into_bytes()
    }
}
