//! Errors: their codes, and what a status reply says of them.
//!
//! Only 00:00 and 11:01 were ever seen \[capture\]. The other codes are placeholders: the numbers of the maker's
//! later machines [code: ultra18] carried over, 1024 + n as 11:n, 2048 + n as 12:n, 9000 + n as 90:n, so that 1025,
//! no card from the hopper, is 11:01.

use crate::mechanism::{Obstacle, Station};

/// Every error: code as in `REQ,ERR`, what it means, how to provoke it. A code marked *armed* has no cause in these
/// mechanics and is made to strike by [`super::Magicard::arm_fault`], which strikes any of them.
pub const FAULTS: &[(&str, &str, &str)] = &[
    (
        "11:00",
        "a feature that is not fitted [placeholder]",
        "a back side, FLIP or tracks without the part",
    ),
    (
        "11:01",
        "no card from the hopper [capture]",
        "a page with an empty hopper, after 34 s",
    ),
    (
        "11:02",
        "a card is stuck, missing, or the stacker is full [placeholder]",
        "a jam at any station but the flipper",
    ),
    (
        "11:03",
        "a card is stuck in the flipper [placeholder]",
        "a jam at the flipper",
    ),
    (
        "11:04",
        "the job cannot be understood [placeholder]",
        "a wrong trailer, size or head",
    ),
    (
        "11:06",
        "the head cam does not move in time [placeholder]",
        "armed",
    ),
    (
        "11:07",
        "the head does not reach its temperature in time [placeholder]",
        "armed",
    ),
    (
        "11:08",
        "the dye film does not wind in time [placeholder]",
        "armed",
    ),
    (
        "11:09",
        "the film has no such panel [placeholder]",
        "a dye page on a resin film",
    ),
    (
        "11:11",
        "the magnetic head does not move [placeholder]",
        "armed",
    ),
    (
        "11:12",
        "the magnetic head does not come back [placeholder]",
        "armed",
    ),
    (
        "11:13",
        "magnetic data do not verify [placeholder]",
        "armed",
    ),
    (
        "11:14",
        "the cover is open [placeholder]",
        "open the lid, at rest or in a job",
    ),
    (
        "11:18",
        "the dye film is used up [placeholder]",
        "print to the end of the film, or tear it",
    ),
    (
        "11:20",
        "a sensor's calibration failed [placeholder]",
        "armed",
    ),
    (
        "11:22",
        "no dye film is fitted [placeholder]",
        "take the film out and print",
    ),
    ("11:27", "memory failed [placeholder]", "armed"),
    (
        "11:31",
        "the film belongs to another partner [placeholder]",
        "armed",
    ),
    ("12:00", "cleaning is overdue [placeholder]", "armed"),
    ("12:04", "waits for the cleaning card [placeholder]", "CLN"),
    ("12:05", "not a cleaning card [placeholder]", "armed"),
    ("12:06", "the cleaning card is stuck [placeholder]", "armed"),
    (
        "12:07",
        "the cleaning card did not come out [placeholder]",
        "armed",
    ),
    (
        "90:01",
        "the head is too hot [placeholder]",
        "a head that warms faster than it may",
    ),
    (
        "90:03",
        "the head's temperature sensor is lost [placeholder]",
        "armed",
    ),
    ("99:99", "something else [placeholder]", "armed"),
];

/// A row of [`FAULTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault(&'static str);

impl Fault {
    pub(crate) const NOT_FITTED: Fault = Fault("11:00");
    pub(crate) const NOT_FED: Fault = Fault("11:01");
    pub(crate) const JAM: Fault = Fault("11:02");
    pub(crate) const FLIPPER_JAM: Fault = Fault("11:03");
    pub(crate) const BAD_JOB: Fault = Fault("11:04");
    pub(crate) const NO_PANEL: Fault = Fault("11:09");
    pub(crate) const COVER_OPEN: Fault = Fault("11:14");
    pub(crate) const FILM_END: Fault = Fault("11:18");
    pub(crate) const NO_FILM: Fault = Fault("11:22");
    pub(crate) const CLEANING_CARD: Fault = Fault("12:04");
    pub(crate) const HEAD_HOT: Fault = Fault("90:01");

    /// The row with that code.
    pub(crate) fn of_code(code: &str) -> Option<Fault> {
        let row = FAULTS.iter().find(|(there, ..)| *there == code);
        row.map(|(there, ..)| Fault(there))
    }

    /// `MM:mm`.
    pub(crate) fn code(self) -> &'static str {
        self.0
    }

    /// Major and minor number as `INF` tells them.
    pub(crate) fn numbers(self) -> (u32, u32) {
        let (major, minor) = self.0.split_once(':').unwrap_or(("99", "99"));
        (major.parse().unwrap_or(99), minor.parse().unwrap_or(99))
    }

    pub(crate) fn of_jam(station: Station) -> Fault {
        match station {
            Station::Flipper => Fault::FLIPPER_JAM,
            Station::Feeder
            | Station::Contact
            | Station::Contactless
            | Station::PrintStart
            | Station::Exit
            | Station::RejectSlot => Fault::JAM,
        }
    }

    pub(crate) fn of(obstacle: Obstacle, film_fitted: bool) -> Fault {
        match obstacle {
            Obstacle::LidOpen => Fault::COVER_OPEN,
            Obstacle::NoCard => Fault::NOT_FED,
            Obstacle::Jam(station) => Fault::of_jam(station),
            Obstacle::CardMissing | Obstacle::BinFull(_) | Obstacle::NoPower => Fault::JAM,
            Obstacle::RibbonEnd if film_fitted => Fault::FILM_END,
            Obstacle::RibbonEnd => Fault::NO_FILM,
            Obstacle::RibbonWrong => Fault::NO_PANEL,
            Obstacle::NotFitted => Fault::NOT_FITTED,
        }
    }
}

/// What `REQ,ERR` says: a sentence in the language of the last job, the code, the class [capture: one idle reply to
/// the byte, one error reply in its shape].
pub(crate) fn status_text(fault: Option<Fault>, language: &str) -> String {
    let german = matches!(language, "DEU" | "GER");
    match (fault, german) {
        (None, true) => "Printerstatus OK.\n00:00\n(c0300)".to_owned(),
        (None, false) => "Printer status OK.\n00:00\n(c0300)".to_owned(),
        (Some(fault), _) => {
            let fed = fault != Fault::NOT_FED;
            let (sentence, word) = match (german, fed) {
                (true, false) => ("Keine Karte eingezogen, bitte wiederholen.", "Fehlercode"),
                (true, true) => ("Der Drucker hat angehalten.", "Fehlercode"),
                (false, false) => ("No card was drawn in, please try again.", "Error code"),
                (false, true) => ("The printer has stopped.", "Error code"),
            };
            format!("{sentence}\n{word} - {}\n(c0201)", fault.code())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_reply_is_the_recorded_one_to_the_byte() {
        let recorded = [
            0x50, 0x72, 0x69, 0x6E, 0x74, 0x65, 0x72, 0x73, 0x74, 0x61, 0x74, 0x75, 0x73, 0x20,
            0x4F, 0x4B, 0x2E, 0x0A, 0x30, 0x30, 0x3A, 0x30, 0x30, 0x0A, 0x28, 0x63, 0x30, 0x33,
            0x30, 0x30, 0x29,
        ];
        assert_eq!(status_text(None, "DEU").as_bytes(), recorded);
    }

    #[test]
    fn every_code_is_two_pairs_of_digits_and_stands_once() {
        let mut codes: Vec<&str> = FAULTS.iter().map(|(code, ..)| *code).collect();
        for code in &codes {
            let bytes = code.as_bytes();
            assert_eq!((bytes.len(), bytes[2]), (5, b':'), "{code}");
            let fault = Fault::of_code(code).unwrap_or(Fault::JAM);
            let (major, minor) = fault.numbers();
            assert_eq!(format!("{major:02}:{minor:02}"), *code);
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FAULTS.len());
        assert_eq!(Fault::of_code("00:01"), None);
    }
}
