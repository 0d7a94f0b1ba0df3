//! The contactless reader built into a printer: one line in, one line out.

use crate::hex;
use crate::mechanism::{CardPlace, Mechanism};

/// Answers `presence` (`yes`, `no`), `uid` (the number, or `none`), `apdu HEX` (hex, or `none`); anything
/// else is `error`.
pub(crate) fn answer(mechanism: &mut Mechanism, line: &str) -> String {
    answer_at(mechanism, Some(CardPlace::Contactless), line)
}

/// The same with the antenna at that place; `None`: it is switched off.
pub(crate) fn answer_at(
    mechanism: &mut Mechanism,
    antenna: Option<CardPlace>,
    line: &str,
) -> String {
    let nothing = || "none".to_owned();
    let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let at_station = antenna.and_then(|place| mechanism.chip_at(place));
    match word {
        "presence" => if at_station.is_some() { "yes" } else { "no" }.to_owned(),
        "uid" => at_station.map_or_else(nothing, |(uid, _)| uid.to_owned()),
        "apdu" => match (at_station, hex::decode(rest.trim())) {
            (_, None) => "error".to_owned(),
            (None, Some(_)) => nothing(),
            (Some((_, chip)), Some(command)) => hex::encode(&chip.answer(&command)),
        },
        _ => "error".to_owned(),
    }
}
