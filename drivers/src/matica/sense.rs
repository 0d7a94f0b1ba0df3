//! Sense codes: why a command was refused or failed, and why the printer is not ready.
//!
//! A code is key, ASC, ASCQ. Two public lists disagree on the keys of some heaters and run-outs, so a code is known by
//! its ASC alone, with the key only where one ASC has two meanings [code: cardprint, kiosk, segatools].

use crate::contract::Fault;

/// A sense code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// Its key: 2 not ready, 3 medium, 4 hardware, 5 our request, 6 attention, 42 hex a supply that ran out.
    pub key: u8,
    /// What exactly.
    pub asc: u8,
}

/// What a code means for whoever waits for the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It moves or prints: not an error.
    Busy,
    /// It will be ready by itself, or when its own menu is left.
    Waiting,
    /// It was reset or switched on since it was last asked; told once.
    Attention,
    /// It stands until a hand mends something, or it is cleared.
    Standing,
}

/// ASC of codes that decisions rest on.
const NO_CARD: u8 = 0xD0;
const DOOR_OPEN: u8 = 0xD1;
const HOPPER_JAM: u8 = 0x90;
const PREHEATING: u8 = 0xDA;
const INITIALISING: u8 = 0xDB;
const SLEEPING: u8 = 0xFD;
const SEQUENCE: u8 = 0x2A;

const KEY_NOT_READY: u8 = 0x02;
const KEY_REQUEST: u8 = 0x05;
const KEY_ATTENTION: u8 = 0x06;
const KEY_RAN_OUT: u8 = 0x42;

impl Sense {
    /// From a message's result word, or built from key and ASC.
    pub fn of(result: u32) -> Sense {
        let [_, key, asc, _] = result.to_be_bytes();
        Sense { key, asc }
    }

    /// What it means for whoever waits.
    pub fn kind(self) -> Kind {
        match (self.key, self.asc) {
            (KEY_ATTENTION, _) => Kind::Attention,
            (KEY_REQUEST, _) => Kind::Standing,
            (_, 0xD3..=0xD5) => Kind::Busy,
            (_, PREHEATING | INITIALISING | SLEEPING | 0xD7 | 0xDC..=0xDE | 0xF6..=0xF8) => {
                Kind::Waiting
            }
            _ => Kind::Standing,
        }
    }

    /// The hopper is empty: no hindrance before a card is loaded.
    pub fn no_card(self) -> bool {
        self.key != KEY_REQUEST && self.asc == NO_CARD
    }

    /// The door is open.
    pub fn door_open(self) -> bool {
        self.key != KEY_REQUEST && self.asc == DOOR_OPEN
    }

    /// Jam at the hopper: the card did not enter [code: cardprint].
    pub fn hopper_jam(self) -> bool {
        self.key != KEY_REQUEST && self.asc == HOPPER_JAM
    }

    /// Heating or starting, as after lost power \[inferred\].
    pub fn fresh_start(self) -> bool {
        self.key != KEY_REQUEST && matches!(self.asc, PREHEATING | INITIALISING)
    }

    /// It sleeps until it is initialised [code: kiosk].
    pub fn asleep(self) -> bool {
        self.key != KEY_REQUEST && self.asc == SLEEPING
    }

    /// The command does not fit what the printer is doing.
    pub fn out_of_sequence(self) -> bool {
        self.key == KEY_REQUEST && self.asc == SEQUENCE
    }

    /// A motion that is refused so did not begin: custody, 3.4 \[inferred\].
    pub fn not_begun(self) -> bool {
        matches!(self.key, KEY_NOT_READY | KEY_REQUEST | KEY_RAN_OUT)
    }

    /// The fault that people are shown.
    pub fn fault(self) -> Fault {
        match (self.key, self.asc) {
            (KEY_ATTENTION, _) => Fault::Restarted,
            (KEY_REQUEST, 0x20) => Fault::UnknownCommand,
            (KEY_REQUEST, 0x1A | 0x24 | 0x26 | SEQUENCE) => Fault::BadParameter,
            (KEY_REQUEST, 0x27) => Fault::RibbonEnd,
            (KEY_REQUEST, 0x2B) => Fault::MagneticData,
            (KEY_REQUEST, 0x2C..=0x2E) => Fault::OptionAbsent,
            (KEY_REQUEST, 0xFB) => Fault::Firmware,
            (KEY_REQUEST, _) => self.unlisted(),
            (_, NO_CARD) => Fault::FeederEmpty,
            (_, HOPPER_JAM) => Fault::FeederJam,
            (_, DOOR_OPEN) => Fault::CoverOpen,
            (_, 0x91..=0x96) => Fault::CardJam,
            (_, 0xA1 | 0xA2) => Fault::FilmEnd,
            (_, 0xB0..=0xB2) => Fault::RibbonEnd,
            (_, 0xA8 | 0xAE) => Fault::MagneticChecksum,
            (_, 0xAD) => Fault::MagneticWrite,
            (_, 0x44) => Fault::MechanicalTimeout,
            (_, 0xC2 | 0xF0 | 0xF3 | 0xF8) => Fault::Overheated,
            (_, 0xD8 | 0xAB | 0xAC | 0xBF | 0xC1 | 0xC3 | 0xF1 | 0xF2 | 0xF4 | 0xF5) => {
                Fault::Hardware
            }
            (_, 0xD3..=0xD5) => Fault::NotReady,
            _ if self.kind() == Kind::Waiting => Fault::NotReady,
            _ => self.unlisted(),
        }
    }

    fn unlisted(self) -> Fault {
        Fault::Unlisted(format!("sense {:02X} {:02X}", self.key, self.asc))
    }
}

/// The maker's catalogue: key, ASC, the name on the panel [code: kiosk table, transcribed from the maker's document;
/// segatools; cardprint]. Kept whole so that a test walks every line.
pub const CATALOGUE: &[(u8, u8, &str)] = &[
    (0x02, 0xD0, "no card"),
    (0x02, 0xD1, "door open"),
    (0x02, 0xD3, "busy transporting"),
    (0x02, 0xD4, "busy printing"),
    (0x02, 0xD5, "busy transporting and printing"),
    (0x02, 0xD7, "unnamed"),
    (0x02, 0xD8, "hardware, initialising"),
    (0x04, 0xD8, "hardware, initialising"),
    (0x02, 0xDA, "preheating"),
    (0x02, 0xDB, "initialising"),
    (0x02, 0xDC, "testing or cleaning"),
    (0x02, 0xDD, "setting or transport mode"),
    (0x02, 0xDE, "not ready for download"),
    (0x02, 0xDF, "invalid cleaning card"),
    (0x02, 0xF6, "overcool"),
    (0x04, 0xF6, "overcool"),
    (0x02, 0xF7, "temperature back to normal"),
    (0x02, 0xFD, "sleeping"),
    (0x02, 0xFE, "password error"),
    (0x03, 0x90, "jam, hopper"),
    (0x03, 0x91, "jam, turnover"),
    (0x03, 0x92, "jam, magnetic"),
    (0x03, 0x93, "jam, transfer"),
    (0x03, 0x94, "jam, discharge"),
    (0x03, 0x95, "jam, retransfer"),
    (0x03, 0x96, "jam, transport"),
    (0x03, 0xA1, "film search"),
    (0x42, 0xA2, "film run out"),
    (0x03, 0xA8, "magnetic test"),
    (0x03, 0xAD, "magnetic write"),
    (0x03, 0xAE, "magnetic read"),
    (0x04, 0xAB, "magnetic mechanism"),
    (0x04, 0xAC, "magnetic hardware"),
    (0x03, 0xB0, "ink error"),
    (0x03, 0xB1, "ink search"),
    (0x42, 0xB2, "ink run out"),
    (0x04, 0x44, "hardware, printing"),
    (0x04, 0xBF, "laminator does not answer"),
    (0x04, 0xC1, "cam error"),
    (0x04, 0xC2, "roller overheat"),
    (0x04, 0xC3, "power interrupt"),
    (0x04, 0xF0, "retransfer roller overheat"),
    (0x04, 0xF1, "retransfer roller heater"),
    (0x04, 0xF2, "retransfer roller thermistor"),
    (0x04, 0xF3, "straightening roller overheat"),
    (0x04, 0xF4, "straightening roller heater"),
    (0x04, 0xF5, "straightening roller thermistor"),
    (0x04, 0xF8, "head overheat"),
    (0x05, 0x1A, "parameter list length"),
    (0x05, 0x20, "invalid command"),
    (0x05, 0x21, "security key already set"),
    (0x05, 0x22, "security key invalid"),
    (0x05, 0x23, "security key not set"),
    (0x05, 0x24, "invalid field in command"),
    (0x05, 0x26, "invalid field in data"),
    (0x05, 0x27, "invalid colour code"),
    (0x05, 0x2A, "command sequence"),
    (0x05, 0x2B, "magnetic data"),
    (0x05, 0x2C, "IC unit not fitted"),
    (0x05, 0x2D, "magnetic unit not fitted"),
    (0x05, 0x2E, "option not fitted"),
    (0x05, 0xFB, "invalid download"),
    (0x06, 0x28, "reset button was pressed"),
    (0x06, 0x29, "power-on or bus reset"),
];
