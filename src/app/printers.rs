//! From the config's words to a printer the spooler knows and a session that speaks to it.

use std::sync::Arc;

use cetak_drivers::contract::{Dialect, Ribbon};
use cetak_drivers::evolis::{self, Depth, Evolis, Handshake, Limits, Transport};
use cetak_drivers::link::endpoint::Endpoint;
use cetak_drivers::reader;

use crate::artwork::Look;
use crate::clock::Clock;
use crate::config::{Chip, Printer};
use crate::engine::fleet::{ChipScript, ChipWay, Port, PrinterSpec};

/// The profiles that a config may name.
pub(super) fn profiles() -> Vec<&'static str> {
    evolis::models::MODELS.iter().map(|m| m.key).collect()
}

/// What the spooler knows of a printer.
pub(super) fn spec(printer: &Printer, clock: &Clock) -> PrinterSpec {
    let ribbon = printer.ribbon.unwrap_or(Ribbon::Ymcko);
    PrinterSpec {
        id: printer.id.clone(),
        capabilities: Arc::new(dialect(printer, clock, 0).capabilities().clone()),
        stocks: printer.duty.clone(),
        ribbon,
        look: match ribbon {
            Ribbon::Ymcko => Look::Colour,
            Ribbon::Ymckok => Look::ColourWithBack,
            Ribbon::K => Look::Mono,
        },
        port: Port {
            name: printer.endpoint.to_string(),
            may_move: !printer.endpoint.is_stable_name(),
        },
        chip: match &printer.chip {
            Chip::None => ChipWay::None,
            Chip::Training => ChipWay::InLine(training_script()),
            Chip::Script(script) => ChipWay::InLine(ChipScript {
                write: script.write.clone(),
                verify: script.verify.clone(),
            }),
        },
    }
}

/// A machine that speaks the printer's language. `seed` is for its nonces.
pub(super) fn dialect(printer: &Printer, clock: &Clock, seed: u64) -> Box<dyn Dialect> {
    let model =
        evolis::models::find(&printer.profile).expect("the config names only known profiles");
    let baud = match &printer.endpoint {
        Endpoint::Serial { baud, .. } => Some(*baud),
        Endpoint::Usb { .. } | Endpoint::Tcp { .. } | Endpoint::Unix { .. } => None,
    };
    let options = evolis::Options {
        transport: match &printer.endpoint {
            Endpoint::Serial { .. } => Transport::Serial,
            Endpoint::Usb { .. } => Transport::Usb,
            Endpoint::Tcp { .. } | Endpoint::Unix { .. } => Transport::Tcp,
        },
        handshake: if printer.ack_nack {
            Handshake::AckNack
        } else {
            Handshake::Replies
        },
        depth: match printer.levels {
            Some(32) => Depth::Levels32,
            Some(64) => Depth::Levels64,
            Some(_) | None => Depth::default(),
        },
        compression: printer.compression,
        bench: printer.bench.clone(),
        baud,
        card_sensor: printer.card_sensor,
        seed,
        limits: limits(clock),
        ..evolis::Options::default()
    };
    Box::new(Evolis::new(model, options))
}

/// The driver's times; under a scaled clock none is shorter than the wall allows.
fn limits(clock: &Clock) -> Limits {
    let usual = Limits::default();
    Limits {
        short: clock.stretched(usual.short),
        long: clock.stretched(usual.long),
        first: clock.stretched(usual.first),
        stall: clock.stretched(usual.stall),
        open: clock.stretched(usual.open),
        hear: clock.stretched(usual.hear),
        gap: clock.stretched(usual.gap),
        ..usual
    }
}

/// The reader's times.
pub(super) fn reader_limits(clock: &Clock) -> reader::Limits {
    let usual = reader::Limits::default();
    reader::Limits {
        answer: clock.stretched(usual.answer),
        settle: clock.stretched(usual.settle),
    }
}

/// Writes the job's mark into a simulated chip's first block behind its number, and reads it back.
fn training_script() -> ChipScript {
    let step = |send: &str, expect: &str| (send.to_owned(), expect.to_owned());
    ChipScript {
        write: vec![step("00D60001 08 {mark}", "9000")],
        verify: vec![step("00B0000108", "{mark} 9000")],
    }
}
