//! Reading commands (`R...`). None of them moves anything, except `Rmp;all`, which restores factory settings.

use crate::mechanism::CardPlace;

use super::parser::Command;
use super::profile::Generation;
use super::settings::Settings;
use super::switches::PlaceWords;
use super::{Evolis, Flash};

/// What an unknown command is answered with [code: iomem samples].
pub(super) const UNKNOWN: &str = "ERROR CDE";
/// What a bad parameter is answered with, in French [code: iomem samples].
pub(super) const BAD_PARAMETER: &str = "ERROR PARAMETRES";
/// What absent hardware is answered with [code: iomem samples].
pub(super) const NOT_FITTED: &str = "OPT NOT AVAILABLE";
/// Cards in the feeder below which it is nearly empty.
const NEARLY_EMPTY: usize = 10;
/// Free places in the reject box below which it is nearly full.
const NEARLY_FULL: usize = 2;
/// Cards between cleanings.
const CLEANING_INTERVAL: u64 = 1000;

/// Voltages, with the decimal comma of the firmware [code: Qt kiosk].
const VOLTS_HIGH: &str = "5,00 Volts";
const VOLTS_LOW: &str = "0,00 Volts";
const VOLTS_CARD: &str = "4,91 Volts";
const VOLTS_NO_CARD: &str = "0,24 Volts";
const VOLTS_MIDDLE: &str = "2,50 Volts";

impl Evolis {
    pub(super) fn read(&mut self, command: &Command) {
        let param = command.param(0);
        let later = match self.profile.generation {
            Generation::Later => true,
            Generation::Guide => false,
        };
        let text = match (command.name.as_str(), param) {
            ("Rtp", _) => self.profile.model.clone(),
            ("Rsn", _) => self.profile.serial.clone(),
            ("Rfv", _) => self.profile.firmware.clone(),
            ("Rck", _) => "0000".to_owned(),
            ("Rok", _) if later => "OK".to_owned(),
            ("Rzp", _) if later => "0".to_owned(),
            ("Rip", _) if later => "0.0.0.0".to_owned(),
            ("Rmac", _) if later => "00-1A-FD-00-00-01".to_owned(),
            ("Rcsc", _) if later => "0".to_owned(),
            ("Rcs", _) => "OK".to_owned(),
            ("Rco", Some(which)) => self.counter(which),
            ("Rco", None) => BAD_PARAMETER.to_owned(),
            ("Rrt", Some(which)) if later => self.ribbon_chip(which),
            ("Rr", _) => self.ribbon_type(),
            ("Rcr", _) => match self.mechanism.ribbon() {
                Some(ribbon) if !ribbon.ended() => "OK".to_owned(),
                Some(_) | None => "ERROR RIBBON".to_owned(),
            },
            ("Rlr", None) => {
                self.ram.repeats = true;
                self.ram.last_answer.clone()
            }
            ("Rlr", Some("p")) => self.place_words().to_owned(),
            ("Rlr", Some("h")) => {
                let there = self.mechanism.reject().len();
                let capacity = self.mechanism.fittings().reject_capacity;
                let full = there + NEARLY_FULL >= capacity;
                if full { "CARD" } else { "NO CARD" }.to_owned()
            }
            ("Rlr", Some("c" | "r")) => "OK".to_owned(),
            ("Rlr", Some(_)) => BAD_PARAMETER.to_owned(),
            ("Rse", Some(sensor)) => self.sensor(sensor).to_owned(),
            ("Rps", Some(_)) => "128".to_owned(),
            // Two values, current and saved [doc]; what stands between them is unknown.
            ("Rem", _) => format!("{} {}", self.ram.mode.value, self.flash.mode.value),
            ("Rmp", Some("all")) if later => {
                self.flash = Flash::default();
                self.ram.settings = Settings::default();
                "OK".to_owned()
            }
            ("Rsc", _) => "27;59;13".to_owned(),
            ("Rmb", _) => NOT_FITTED.to_owned(),
            (name, param) => self
                .ram
                .settings
                .read(name, param)
                .unwrap_or_else(|| UNKNOWN.to_owned()),
        };
        self.answer(&text);
        self.ram.repeats = false;
    }

    fn counter(&self, which: &str) -> String {
        let counts = self.mechanism.counts();
        let sets = self.mechanism.ribbon().map_or(0, |ribbon| ribbon.sets_left);
        match which {
            "p" => counts.panels.to_string(),
            "c" => counts.cards.to_string(),
            "l" => sets.to_string(),
            // Used by one program as "cards printed", meaning unknown [code: ESPF sample].
            "i" => counts.cards.to_string(),
            "r" | "rc" => (CLEANING_INTERVAL - counts.cards % CLEANING_INTERVAL).to_string(),
            "a" | "m" | "n" | "b" | "e" | "f" | "k" | "s" => "0".to_owned(),
            _ => BAD_PARAMETER.to_owned(),
        }
    }

    fn ribbon_chip(&mut self, which: &str) -> String {
        self.ram.rrt_asked += 1;
        if self.switches.rrt_says_ok && self.ram.rrt_asked % 2 == 1 {
            return "OK".to_owned();
        }
        let chip = self
            .mechanism
            .ribbon()
            .and_then(|ribbon| ribbon.chip_count.map(|count| (count, ribbon.capacity)));
        match (chip, which) {
            (Some((count, _)), "count") => count.to_string(),
            (Some((_, capacity)), "qty") => capacity.to_string(),
            (Some(_), _) => BAD_PARAMETER.to_owned(),
            (None, _) => "ERR RIB DETECTION".to_owned(),
        }
    }

    fn ribbon_type(&self) -> String {
        if let Some(set) = self.ram.settings.text("Pr") {
            return set.to_owned();
        }
        use crate::mechanism::RibbonKind;
        let name = self
            .mechanism
            .ribbon()
            .map_or("", |ribbon| match ribbon.kind {
                RibbonKind::Ymcko => "ymcko",
                RibbonKind::Ymckok => "ymckok",
                RibbonKind::K => "k",
                RibbonKind::Ko => "ko",
                // Ribbons of retransfer printers do not fit on these reels.
                RibbonKind::Ymck | RibbonKind::Ymckk | RibbonKind::Ymcku => "",
            });
        name.to_owned()
    }

    fn place_words(&self) -> &'static str {
        match (self.switches.rlr_p_words, self.place()) {
            (PlaceWords::Kiosk, None) => "OK",
            (PlaceWords::Kiosk, Some(CardPlace::Contact)) => "SMART CARD",
            (PlaceWords::Kiosk, Some(CardPlace::Contactless)) => "CONTACTLESS CARD",
            (PlaceWords::Kiosk, Some(_)) => "CARD",
            (PlaceWords::Guide, None) => "NO CARD",
            (PlaceWords::Guide, Some(_)) => "ERR CARD",
        }
    }

    fn sensor(&self, sensor: &str) -> &'static str {
        let either = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
        let hopper = self.mechanism.hopper().len();
        match sensor {
            "o" => either(self.mechanism.lid_open(), VOLTS_LOW, VOLTS_HIGH),
            "f" => either(hopper > 0, VOLTS_HIGH, VOLTS_LOW),
            "n" => either(hopper < NEARLY_EMPTY, VOLTS_CARD, VOLTS_NO_CARD),
            // The sensor itself, whatever the firmware believes; which voltage means a card is unknown.
            "p" => either(
                self.mechanism.inside().is_empty(),
                VOLTS_NO_CARD,
                VOLTS_CARD,
            ),
            "b" | "M" => VOLTS_NO_CARD,
            "c" | "m" | "r" => VOLTS_MIDDLE,
            _ => BAD_PARAMETER,
        }
    }
}
