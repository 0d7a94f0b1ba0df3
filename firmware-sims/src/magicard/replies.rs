//! What questions are answered with.

use crate::mechanism::{CardPlace, Panel, RibbonKind};

use super::commands::Question;
use super::faults::status_text;
use super::profile::Language;
use super::switches::{CardsCount, ModelFlags};
use super::{Magicard, OUTBOX_BYTES_MAX};

/// Length of a film's panel, in millimetres \[placeholder\].
const PANEL_MM: u32 = 80;
/// Identity of the maker on the USB bus [code: gp].
const VENDOR: u16 = 0x0C1F;
/// A film's tag as text, before its number \[inferred from the page's example\].
const TAG_PREFIX: &str = "E0040100";

/// What spoils one reply on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyFault {
    /// It never comes.
    Silent,
    /// Only its first half comes.
    Half,
    /// NUL bytes follow it.
    Padded,
}

/// What the counters say.
struct Tallies {
    cards: u64,
    panels: u64,
    cards_since_cleaning: u64,
    panels_since_cleaning: u64,
}

impl Magicard {
    /// The next reply is spoiled on its way.
    pub fn arm_reply_fault(&mut self, fault: ReplyFault) {
        self.reply_fault = Some(fault);
    }

    /// Answers a question, or is silent where this printer does not know it.
    pub(super) fn reply_to(&mut self, question: &Question) {
        let known = self
            .profile
            .language
            .knows(question, self.switches.snr_on_b2);
        if !known || self.busy() && !self.switches.inf_while_busy {
            return;
        }
        let reply = match question {
            Question::Info => Some(format!("\u{1}STA$${},\u{3}", self.info().join(","))),
            Question::Error => {
                let text = status_text(self.shown_fault(), &self.ram.language);
                Some(format!("\u{1}STA{text}\u{3}"))
            }
            Question::Key(key) => self
                .key(key)
                .map(|value| format!("\u{1}STA,{key}{value},\u{3}")),
            Question::Sensor(line) => Some(numbered(&self.sensors(), *line)),
            Question::Setting(line) => Some(numbered(&self.settings(), *line)),
        };
        if let Some(reply) = reply {
            self.send(reply.into_bytes());
        }
    }

    fn send(&mut self, mut reply: Vec<u8>) {
        self.ram.last_reply.clone_from(&reply);
        match self.reply_fault.take() {
            None => {}
            Some(ReplyFault::Silent) => return,
            Some(ReplyFault::Half) => reply.truncate(reply.len() / 2),
            Some(ReplyFault::Padded) => reply.extend([0; 16]),
        }
        self.post(&reply);
    }

    /// Puts bytes where the host reads them.
    pub(super) fn post(&mut self, bytes: &[u8]) {
        self.outbox.extend_from_slice(bytes);
        let excess = self.outbox.len().saturating_sub(OUTBOX_BYTES_MAX);
        self.outbox.drain(..excess);
    }

    fn tallies(&self) -> Tallies {
        let (now, then) = (self.mechanism.counts(), self.flash.cleaned_at);
        let count = |counts: crate::mechanism::Counts| match self.switches.cards_count {
            CardsCount::Feed => counts.cards,
            CardsCount::Eject => counts.ejected,
        };
        Tallies {
            cards: count(now),
            panels: now.panels,
            cards_since_cleaning: count(now).saturating_sub(count(then)),
            panels_since_cleaning: now.panels.saturating_sub(then.panels),
        }
    }

    /// Sets on the film and sets used, as its tag says; `None`: no film, or its tag is not read.
    fn shots(&self) -> Option<(u32, u32)> {
        let film = self.mechanism.ribbon()?;
        let read = self.switches.tag_read;
        read.then_some((film.capacity, film.tag.used.min(film.capacity)))
    }

    /// The values of `INF`, in order \[doc\].
    fn info(&self) -> Vec<String> {
        let profile = &self.profile;
        let tallies = self.tallies();
        let flipper = profile.fittings.flipper;
        let (bit0, bit1) = match self.switches.model_flags {
            ModelFlags::Code => (profile.magnetic, flipper),
            ModelFlags::Paper => (flipper, profile.magnetic),
        };
        let chip = profile.fittings.contact || profile.fittings.contactless;
        let flags = u32::from(bit0) | u32::from(bit1) << 1 | u32::from(chip) << 4;
        let (major, minor) = self.shown_fault().map_or((0, 0), |fault| fault.numbers());
        let film = self.mechanism.ribbon();
        let tag = film.filter(|_| self.switches.tag_read);
        let (capacity, used) = self.shots().unwrap_or((0, 0));
        let has = |panel: Panel| film.is_some_and(|film| film.kind.panels().contains(&panel));
        let length = |panel: Panel| (u32::from(has(panel)) * PANEL_MM).to_string();
        let resin_only = film.is_some_and(|film| film.kind == RibbonKind::K);
        let two_sided = film.is_some_and(|film| film.kind == RibbonKind::Ymckok);
        let serial = &profile.serial;
        vec![
            flags.to_string(),
            profile.model.clone(),
            profile.head_type.to_string(),
            serial.clone(),
            format!("H{}", &serial[serial.len().min(1)..]),
            format!("B{}", &serial[serial.len().min(1)..]),
            profile.firmware.clone(),
            profile.board.clone(),
            "0".to_owned(),
            tallies.cards.to_string(),
            tallies.cards.to_string(),
            tallies.panels.to_string(),
            self.flash.cleanings.to_string(),
            tallies.panels_since_cleaning.to_string(),
            tallies.cards_since_cleaning.to_string(),
            profile.cleaning_interval.to_string(),
            profile.head_position.to_string(),
            "50".to_owned(),
            "50".to_owned(),
            format!("{major}:{minor}"),
            tag.map_or_else(String::new, |film| {
                format!("{TAG_PREFIX}{:08X}", film.tag.number)
            }),
            capacity.to_string(),
            used.to_string(),
            tag.map_or_else(String::new, |film| film_name(film.kind, capacity)),
            length(Panel::Y),
            length(Panel::K),
            length(Panel::O),
            (u32::from(resin_only) | u32::from(two_sided) << 1).to_string(),
            "0".to_owned(),
            "0".to_owned(),
            "4".to_owned(),
            "1".to_owned(),
            u32::from(self.flash.hold).to_string(),
            "0".to_owned(),
        ]
    }

    /// One value of the Rio class.
    fn key(&self, key: &str) -> Option<String> {
        let profile = &self.profile;
        let tallies = self.tallies();
        let serial = &profile.serial;
        let number = serial.get(1..).unwrap_or_default();
        let address = |octets: [u8; 4]| i32::from_be_bytes(octets).to_string();
        let overdue = tallies.cards_since_cleaning >= profile.cleaning_interval;
        let value = match key {
            "MSR" | "USN" => serial.clone(),
            "PSR" => format!("H{number}"),
            "BSR" => format!("B{number}"),
            "VRS" => profile.firmware.clone(),
            "FDC" => "25".to_owned(),
            "FSP" | "FEP" | "FSS" | "MDL" | "DYN" => "0".to_owned(),
            "FPP" => profile.head_position.to_string(),
            "PID" => product(profile.language).to_string(),
            "VID" => VENDOR.to_string(),
            "UPN" => "Magicard".to_owned(),
            "MAC" => "02-00-00-00-00-01".to_owned(),
            "IPA" => address([127, 0, 0, 1]),
            "SNM" => address([255, 0, 0, 0]),
            "GWY" => address([127, 0, 0, 254]),
            "TCQ" | "TCP" => tallies.cards.to_string(),
            "TCN" => self.flash.cleanings.to_string(),
            "CCQ" => tallies.cards_since_cleaning.to_string(),
            "TPQ" => tallies.panels.to_string(),
            "CCP" => profile.cleaning_interval.to_string(),
            "CPQ" => tallies.panels_since_cleaning.to_string(),
            "DFR" => {
                let (capacity, used) = self.shots().unwrap_or((0, 0));
                capacity.saturating_sub(used).to_string()
            }
            "CLP" => u32::from(overdue).to_string(),
            "CRQ" => "OFF".to_owned(),
            _ => return None,
        };
        Some(value)
    }

    fn sensors(&self) -> Vec<String> {
        let mechanism = &self.mechanism;
        let at = |wanted: fn(CardPlace) -> bool| mechanism.place_inside().is_some_and(wanted);
        let front = at(|place| place == CardPlace::Path || place == CardPlace::Contactless);
        let rear = at(|place| place == CardPlace::PrintStart || place == CardPlace::Contact);
        [
            ("CAM1", false),
            ("CAM2", true),
            ("TACHO", mechanism.moving()),
            ("FLIP", at(|place| place == CardPlace::Flipper)),
            ("DYE", mechanism.ribbon().is_some()),
            ("BARCODE", mechanism.ribbon().is_some()),
            ("LID", mechanism.lid_open()),
            ("FRONT", front),
            ("REAR", rear),
            ("BUTTON", false),
            ("TEMP", true),
        ]
        .into_iter()
        .map(|(name, on)| format!("{name} {}", if on { "ON" } else { "OFF" }))
        .collect()
    }

    fn settings(&self) -> Vec<String> {
        vec![
            format!("MODEL {}", self.profile.model),
            format!("VERSION {}", self.profile.firmware),
            format!("LANGUAGE {}", self.ram.language),
        ]
    }
}

/// The n-th line, counted from 1; behind the last one the end [code: gp].
fn numbered(lines: &[String], line: usize) -> String {
    let text = line.checked_sub(1).and_then(|at| lines.get(at));
    format!("{}\u{3}", text.map_or("END", String::as_str))
}

fn product(language: Language) -> u16 {
    match language {
        Language::Rio => 0x1800,
        Language::Alto => 0x2800,
        Language::Enduro => 0x4800,
    }
}

fn film_name(kind: RibbonKind, shots: u32) -> String {
    let panels: String = kind
        .panels()
        .iter()
        .map(|panel| match panel {
            Panel::Y => 'Y',
            Panel::M => 'M',
            Panel::C => 'C',
            Panel::K => 'K',
            Panel::O => 'O',
            Panel::U => 'U',
        })
        .collect();
    format!("MA{shots}{panels}")
}
