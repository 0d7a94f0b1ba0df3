//! The magnetic encoder: write buffers, encoding, reading back.

use crate::mechanism::Station;

use super::Zebra;
use super::codes::{Code, Moment};
use super::commands::Params;
use super::work::Trouble;

/// Tracks of a stripe.
pub(super) const TRACKS: usize = 3;
/// Longest data of each track \[doc\].
const LETTERS_MAX: [usize; TRACKS] = [76, 37, 104];
/// Track numbers from here on mean hex \[doc\].
const HEX_FROM: u32 = 10;
/// Letters of track 1 besides digits and capitals \[doc\]; `^` separates.
const TRACK_1: &[u8] = b"$()-./^";
/// What the encoder adds before and after a track's data.
const SENTINELS: [(u8, u8); TRACKS] = [(b'%', b'?'), (b';', b'?'), (b';', b'?')];

/// `1`-`3` or `11`-`13`: a track from 0, and whether its data are hex.
pub(super) fn track(number: u32) -> Result<(usize, bool), Code> {
    let hex = number > HEX_FROM;
    let number = if hex { number - HEX_FROM } else { number } as usize;
    if (1..=TRACKS).contains(&number) {
        Ok((number - 1, hex))
    } else {
        Err(Code::PARAMETER)
    }
}

/// How one track is written and read, by letter; `0` is the standard \[doc\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Formats {
    pub(super) write: u8,
    pub(super) read: u8,
}

impl Default for Formats {
    fn default() -> Formats {
        Formats {
            write: b'0',
            read: b'0',
        }
    }
}

impl Formats {
    /// What is written is understood when it is read \[inferred: A with Q, B with R, C with S\].
    fn agree(self) -> bool {
        let pair = (
            self.write.to_ascii_uppercase(),
            self.read.to_ascii_uppercase(),
        );
        matches!(
            pair,
            (b'0', b'0') | (b'A', b'Q') | (b'B', b'R') | (b'C', b'S')
        )
    }

    /// Raw reading understands everything.
    fn reads_raw(self) -> bool {
        matches!(self.read.to_ascii_uppercase(), b'U' | b'V' | b'W')
    }
}

/// Whether these letters name a write or a read format: `A`, `aX`, `Q`, `qX`, `U`, `u_`, ... or `0`.
pub(super) fn is_format(writes: bool, format: &[u8]) -> bool {
    let iso = |digit: &u8| (b'1'..=b'3').contains(digit);
    match (writes, format) {
        (_, b"0") | (true, [b'A'..=b'C']) | (false, [b'Q'..=b'S' | b'U'..=b'W' | b'u'..=b'w']) => {
            true
        }
        (true, [b'a'..=b'c', digit]) | (false, [b'q'..=b's', digit]) => iso(digit),
        (false, [b'U'..=b'W' | b'u'..=b'w', b'_']) => true,
        _ => false,
    }
}

/// `&B trk data`, ready for the stripe.
pub(super) fn write_data(mut params: Params) -> Result<(usize, Vec<u8>), Code> {
    let (track, hex) = track(params.number()?)?;
    let data = params.remainder();
    if hex {
        let text = String::from_utf8_lossy(data);
        let bytes = crate::hex::decode(&text).filter(|bytes| !bytes.is_empty());
        let bytes = bytes.filter(|bytes| bytes.len() <= LETTERS_MAX[track]);
        return Ok((track, bytes.ok_or(Code::MAGNETIC_DATA)?));
    }
    let known = |letter: &u8| match track {
        0 => letter.is_ascii_digit() || letter.is_ascii_uppercase() || TRACK_1.contains(letter),
        _ => letter.is_ascii_digit() || *letter == b'=',
    };
    if data.is_empty() || data.len() > LETTERS_MAX[track] || !data.iter().all(known) {
        return Err(Code::MAGNETIC_DATA);
    }
    let (before, after) = SENTINELS[track];
    Ok((track, [&[before], data, &[after]].concat()))
}

impl Zebra {
    pub(super) fn encoder_fitted(&self) -> Result<(), Code> {
        if self.profile.encoder {
            Ok(())
        } else {
            Err(Code::ENCODER_MISSING)
        }
    }

    /// There is an encoder, and something to write.
    pub(super) fn encodable(&self, track: Option<usize>) -> Result<(), Code> {
        self.encoder_fitted()?;
        let filled = match track {
            Some(track) => self.ram.tracks[track].is_some(),
            None => self.ram.tracks.iter().any(Option::is_some),
        };
        if filled {
            Ok(())
        } else {
            Err(Code::MAGNETIC_DATA)
        }
    }

    /// The card, fed if none is inside, runs into the encoder.
    pub(super) fn run_into_encoder(&mut self) -> Result<bool, Trouble> {
        if !self.bring_to(Station::PrintStart)? {
            return Ok(false);
        }
        self.struck(Moment::Encode)?;
        self.ram.in_encoder = true;
        self.pause(self.profile.duration(self.profile.timing.encode_ms));
        Ok(self.last_motion())
    }

    /// The card has run through the encoder and is back at print-ready.
    pub(super) fn encoded(&mut self, track: Option<usize>) -> Result<bool, Trouble> {
        self.back_from_encoder()?;
        let mut tracks = [None, None, None];
        for (number, data) in self.ram.tracks.iter().enumerate() {
            if track.is_none_or(|track| track == number) {
                // The printer reads back what it wrote [doc].
                if data.is_some() && !self.flash.formats[number].agree() {
                    return Err(Code::WRITE.into());
                }
                tracks[number].clone_from(data);
            }
        }
        self.mechanism.write_stripe(tracks, true);
        Ok(true)
    }

    /// What the card's track holds goes into the answer, without sentinels.
    pub(super) fn track_read(&mut self, track: usize, hex: bool) -> Result<bool, Trouble> {
        self.back_from_encoder()?;
        let card = self.mechanism.inside().last().copied();
        let card = card.and_then(|id| self.mechanism.card(id));
        let data = card.and_then(|card| card.stripe.tracks[track].clone());
        let data = data.ok_or(Code::BLANK_TRACK)?;
        let formats = self.flash.formats[track];
        if !formats.agree() && !formats.reads_raw() {
            return Err(Code::READ.into());
        }
        let (before, after) = SENTINELS[track];
        let inner = data
            .strip_prefix(&[before])
            .and_then(|data| data.strip_suffix(&[after]));
        let inner = inner.unwrap_or(&data);
        let text = if hex {
            crate::hex::encode(inner).into_bytes()
        } else {
            inner.to_vec()
        };
        self.glue(&text);
        Ok(true)
    }

    fn back_from_encoder(&mut self) -> Result<(), Code> {
        self.ram.in_encoder = false;
        if self.mechanism.lid_open() {
            Err(Code::COVER_OPEN)
        } else if self.mechanism.inside().is_empty() {
            Err(Code::MECHANICAL)
        } else {
            Ok(())
        }
    }
}
