//! Sense codes: what a refused or failed command is answered with, and what the panel shows.

use super::switches::SenseKeys;

/// A sense code as word 2 of an answer: key, ASC, ASCQ in the lower three bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Sense(pub(super) u32);

/// Key 02, by its ASC.
const fn wait(asc: u32) -> Sense {
    Sense(0x0002_0000 | asc << 8)
}

/// Key 03.
const fn medium(asc: u32) -> Sense {
    Sense(0x0003_0000 | asc << 8)
}

/// Key 05.
const fn request(asc: u32) -> Sense {
    Sense(0x0005_0000 | asc << 8)
}

impl Sense {
    pub(super) const NO_CARD: Sense = wait(0xD0);
    pub(super) const DOOR_OPEN: Sense = wait(0xD1);
    pub(super) const TRANSPORTING: Sense = wait(0xD3);
    pub(super) const PRINTING: Sense = wait(0xD4);
    pub(super) const BOTH: Sense = wait(0xD5);
    pub(super) const PREHEATING: Sense = wait(0xDA);
    pub(super) const INITIALISING: Sense = wait(0xDB);
    pub(super) const SLEEPING: Sense = wait(0xFD);
    pub(super) const JAM_HOPPER: Sense = medium(0x90);
    pub(super) const JAM_TURN: Sense = medium(0x91);
    pub(super) const JAM_MAGNETIC: Sense = medium(0x92);
    pub(super) const JAM_TRANSPORT: Sense = medium(0x93);
    pub(super) const JAM_DISCHARGE: Sense = medium(0x94);
    pub(super) const JAM_RETRANSFER: Sense = medium(0x95);
    pub(super) const FILM_SEARCH: Sense = medium(0xA1);
    pub(super) const FILM_END: Sense = Sense(0x0042_A200);
    pub(super) const TRACK_READ: Sense = medium(0xAE);
    pub(super) const INK_WRONG: Sense = medium(0xB0);
    pub(super) const INK_SEARCH: Sense = medium(0xB1);
    pub(super) const INK_END: Sense = Sense(0x0042_B200);
    pub(super) const TIMED_OUT: Sense = Sense(0x0004_4400);
    pub(super) const HEAD_HOT: Sense = Sense(0x0004_F800);
    pub(super) const LIST_LENGTH: Sense = request(0x1A);
    pub(super) const OPCODE: Sense = request(0x20);
    pub(super) const FIELD_IN_BLOCK: Sense = request(0x24);
    pub(super) const FIELD_IN_DATA: Sense = request(0x26);
    pub(super) const COLOUR: Sense = request(0x27);
    pub(super) const SEQUENCE: Sense = request(0x2A);
    pub(super) const TRACK_DATA: Sense = request(0x2B);
    pub(super) const NO_IC: Sense = request(0x2C);
    pub(super) const NO_MAGNETIC: Sense = request(0x2D);
    pub(super) const NO_OPTION: Sense = request(0x2E);
    pub(super) const RESET: Sense = Sense(0x0006_2800);
    pub(super) const POWER_ON: Sense = Sense(0x0006_2900);

    pub(super) fn key(self) -> u8 {
        self.0.to_be_bytes()[1]
    }

    pub(super) fn asc(self) -> u8 {
        self.0.to_be_bytes()[2]
    }

    /// Whether only an initialisation ends it.
    pub(super) fn latches(self) -> bool {
        // Supplies, the head and the cold are told as long as they last, a stripe that cannot be read only once.
        let passes = matches!(
            self.asc(),
            0xA1 | 0xA8 | 0xAD | 0xAE | 0xB0 | 0xB1 | 0xF6 | 0xF8
        );
        matches!(self.key(), 3 | 4) && !passes
    }

    /// The same fault as the other public list has it [code: both].
    pub(super) fn told(self, keys: SenseKeys) -> u32 {
        let key = match (keys, self.asc()) {
            (SenseKeys::Vendor, _) => return self.0,
            (SenseKeys::Other, 0xF0..=0xF8 | 0xC1..=0xC3 | 0xD8) => 0x02,
            (SenseKeys::Other, 0xAB | 0xAC | 0xA2 | 0xB2 | 0x44) => 0x03,
            (SenseKeys::Other, _) => return self.0,
        };
        key << 16 | self.0 & 0xFFFF
    }

    /// What the panel shows.
    pub(super) fn panel_text(self) -> String {
        let code = (u32::from(self.key()) << 8) | u32::from(self.asc());
        let named = FAULTS.iter().find(|(there, ..)| u32::from(*there) == code);
        named.map_or_else(
            || format!("ERROR {code:04X}"),
            |(_, name, _)| name.to_uppercase(),
        )
    }
}

/// Every code of the catalogue: key and ASC, its name, and how this simulator is brought to tell it.
///
/// `arm` is [`super::Matica::arm_fault`]; the rest is done by hands, by commands, or by time.
/// Source of the codes: two vendor tables in public programs [code: kiosk, arcade emulator, cardprint].
pub const FAULTS: &[(u16, &str, &str)] = &[
    (0x02D0, "No card", "an empty hopper"),
    (0x02D1, "Door open", "an open lid"),
    (0x02D3, "Busy transporting", "an immediate load or move"),
    (0x02D4, "Busy printing", "an immediate print or transfer"),
    (
        0x02D5,
        "Busy both",
        "an immediate load or move while the film is wound",
    ),
    (0x02D7, "Unnamed, arcade variant", "arm"),
    (0x04D8, "Hardware, initialising", "arm"),
    (
        0x02DA,
        "Preheating",
        "time: after a power-on, until the roller is warm",
    ),
    (
        0x02DB,
        "Initialising",
        "time: after a power-on, a reset or command 03",
    ),
    (0x02DC, "Testing or cleaning", "arm"),
    (0x02DD, "Setting or transport mode", "arm"),
    (0x02DE, "Not ready for download", "arm"),
    (0x02DF, "Invalid cleaning card", "arm"),
    (0x04F6, "Overcool", "arm"),
    (0x02F7, "Temperature normal again", "arm"),
    (0x02FD, "Sleeping", "time: the roller's power save"),
    (0x02FE, "Password error", "arm"),
    (0x0390, "Jam (hopper)", "a jam at the feeder"),
    (0x0391, "Jam (turn-over)", "a jam at the flipper"),
    (0x0392, "Jam (mg)", "a jam on the way to position 3"),
    (0x0393, "Jam (transfer)", "a jam on the way to a position"),
    (0x0394, "Jam (discharge)", "a jam at an exit, or a full bin"),
    (0x0395, "Jam (retransfer)", "a jam in a transfer"),
    (0x0396, "Jam, arcade variant", "arm"),
    (
        0x03A1,
        "Film search",
        "a jam planned in a panel: the film tears",
    ),
    (0x42A2, "Film run out", "the last film panel"),
    (0x03A8, "Mg test error", "arm"),
    (0x03AD, "Mg write error", "arm"),
    (
        0x03AE,
        "Mg read error",
        "a read of a track that was never written",
    ),
    (0x04AB, "Mg mechanical error", "arm"),
    (0x04AC, "Mg hardware error", "arm"),
    (0x03B0, "Ink error", "a ribbon of another maker's kind"),
    (0x03B1, "Ink search", "no ribbon"),
    (0x42B2, "Ink run out", "the last panel set"),
    (0x0444, "Hardware, printing", "arm"),
    (0x04BF, "Ext2 communication", "arm"),
    (0x04C1, "Cam error", "arm"),
    (0x04C2, "Hr overheat", "arm"),
    (0x04C3, "Power interrupt", "arm"),
    (0x04F0, "Tr overheat", "arm"),
    (0x04F1, "Tr heater", "arm"),
    (0x04F2, "Tr thermistor", "arm"),
    (0x04F3, "Rr overheat", "arm"),
    (0x04F4, "Rr heater", "arm"),
    (0x04F5, "Rr thermistor", "arm"),
    (0x04F8, "Head overheat", "many panels in a short time"),
    (0x051A, "List length", "a plane of another size"),
    (0x0520, "Opcode", "command 0B"),
    (0x0524, "Field in block", "an unknown flag"),
    (0x0526, "Field in data", "a position above 5"),
    (0x0521, "Security key set", "arm"),
    (0x0522, "Security key invalid", "arm"),
    (0x0523, "Security key not set", "arm"),
    (
        0x0527,
        "Invalid colour code",
        "a print of a panel that the ribbon lacks",
    ),
    (0x052A, "Command sequence", "a load to position 4"),
    (
        0x052B,
        "Magnetic data",
        "a track with a character that it cannot hold",
    ),
    (0x052C, "Ic not fitted", "a unit without chip stations"),
    (
        0x052D,
        "Magnetic not fitted",
        "a unit without a magnetic head",
    ),
    (
        0x052E,
        "Option not fitted",
        "a turn on a unit without a turn-over station",
    ),
    (0x05FB, "Invalid download", "arm"),
    (0x0628, "Reset button", "the reset button"),
    (0x0629, "Power-on or bus reset", "a power-on"),
];
