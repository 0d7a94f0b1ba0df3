//! What differs from printer to printer beside its model, and the times that the machine keeps.

use std::time::Duration;

use super::packing::LITERAL_MAX;
use crate::colour::Separation;
use crate::contract::BenchFlag;

/// How the printer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// A serial line: half a command may have gone out.
    Serial,
    /// USB printer class: there is a port status byte.
    #[default]
    Usb,
    /// A socket, port 9100 \[inferred\].
    Tcp,
}

/// What comes back from the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Replies {
    /// ACK, or NAK with a code, for every command \[doc\].
    #[default]
    Coded,
    /// Nothing but the port status byte: every card is asked about, unless [`Options::single_card`].
    OneWay,
}

/// Times that the machine keeps. Every one is a limit or a pause with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For the answer to a setting or a question \[inferred\].
    pub short: Duration,
    /// For the answer to a download, beyond the time its bytes need on a slow line \[inferred\].
    pub data: Duration,
    /// For the answer to a move or a string \[inferred\].
    pub motion: Duration,
    /// For the first answer after a doubt: a string may be running \[inferred\].
    pub first: Duration,
    /// How long nothing is sent to a printer that may be inside a download: it gives up by itself
    /// [code: ZBRPrinter header; the time inferred].
    pub stalled: Duration,
    /// From a cleared error to its answer: what a stopped string does then must show itself \[inferred\].
    pub cleared: Duration,
    /// One-way: how long the port must say that it is ready after the string's time \[inferred\].
    pub quiet: Duration,
    /// One request's patience with a printer that is to be switched off and on.
    pub restart: Duration,
    /// Between two questions to it.
    pub restart_apart: Duration,
    /// For the link to take what is sent, beyond the time the bytes need on a slow line.
    pub stall: Duration,
    /// For the link to open.
    pub open: Duration,
    /// How long what waits on the line is read after opening and after a doubt.
    pub hear: Duration,
    /// An answer without its end is whole when nothing came for so long.
    pub gap: Duration,
    /// Between two looks at the port status byte.
    pub port_status_apart: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            short: Duration::from_secs(3),
            data: Duration::from_secs(30),
            motion: Duration::from_secs(90),
            first: Duration::from_secs(120),
            stalled: Duration::from_secs(60),
            cleared: Duration::from_secs(60),
            quiet: Duration::from_secs(45),
            restart: Duration::from_secs(300),
            restart_apart: Duration::from_secs(2),
            stall: Duration::from_secs(60),
            open: Duration::from_secs(10),
            hear: Duration::from_millis(300),
            gap: Duration::from_secs(1),
            port_status_apart: Duration::from_secs(1),
        }
    }
}

/// Heat, in the printer's own steps [code: PAUSMS, qzind/tray comment; meanings inferred].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heat {
    /// Contrast of yellow, magenta, cyan and the black of dye.
    pub contrast: [u8; 4],
    /// Intensity of the same.
    pub intensity: [u8; 4],
    /// Intensity of resin.
    pub resin: u8,
    /// Intensity of varnish.
    pub varnish: u8,
}

impl Default for Heat {
    fn default() -> Heat {
        Heat {
            contrast: [5, 5, 5, 5],
            intensity: [5, 7, 7, 7],
            resin: 5,
            varnish: 3,
        }
    }
}

/// What differs from printer to printer beside its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How it is reached.
    pub transport: Transport,
    /// What comes back.
    pub replies: Replies,
    /// One-way: one blank at a time lies in the feeder, so that no second card can be made whatever the printer
    /// does; a string then counts as carried out when the port stayed ready.
    pub single_card: bool,
    /// It knows `E` on this link.
    pub knows_e: bool,
    /// It knows `%CLN` on this link.
    pub knows_cln: bool,
    /// It knows `&P` on this link, and an encoder is fitted.
    pub knows_p: bool,
    /// It knows `!X` on this link.
    pub knows_x: bool,
    /// The second start character that is a canary for the power: a graphic one (21h to 7Eh). It may collide with
    /// picture bytes \[inferred\], and it needs [`Options::knows_x`].
    pub canary: Option<u8>,
    /// A model that flips is used for one side only: its feeder may then run empty without a doubt.
    pub one_side: bool,
    /// The moves whose bytes are placeholders are sent.
    pub placeholder: bool,
    /// Packed downloads; else the plain modes 32 and 10.
    pub compression: bool,
    /// Longest literal of packed resin: 31 by the manual's words, 127 by its example. Unit: bytes.
    pub literal_bytes_max: usize,
    /// A bracket before ESC, CR and bracket in the data of `Z`.
    pub escape_resin: bool,
    /// `F` between two sides: else black of the front comes back [code: PAUSMS, some versions].
    pub clear_between_sides: bool,
    /// `+RIB`'s number; `None`: 0 for ribbons with dye, 4 for resin alone [code; YMCKOK inferred].
    pub ribbon_number: Option<u8>,
    /// From light to dye.
    pub separation: Separation,
    /// Heat.
    pub heat: Heat,
    /// What the bench has shown for this model and firmware.
    pub bench: Vec<BenchFlag>,
    /// Lines along the long side and dots along the short one. `None`: 1024 and 640 \[doc\]; 1029 and 645 are in use
    /// too [code: PAUSMS].
    pub dots: Option<(usize, usize)>,
    /// The speed of a serial line: limits of downloads grow by the time their bytes need.
    pub baud: Option<u32>,
    /// Times.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            transport: Transport::default(),
            replies: Replies::default(),
            single_card: false,
            knows_e: false,
            knows_cln: false,
            knows_p: false,
            knows_x: false,
            canary: None,
            one_side: false,
            placeholder: false,
            compression: true,
            literal_bytes_max: LITERAL_MAX,
            escape_resin: false,
            clear_between_sides: true,
            ribbon_number: None,
            separation: Separation::default(),
            heat: Heat::default(),
            bench: Vec::new(),
            dots: None,
            baud: None,
            limits: Limits::default(),
        }
    }
}
