//! From the config's words to a printer the spooler knows and a session that speaks to it.

use std::path::Path;
use std::sync::Arc;

use cetak_drivers::contract::{Dialect, Pace, Ribbon, SlowLink};
use cetak_drivers::evolis::{self, Depth, Evolis, Handshake};
use cetak_drivers::link::endpoint::Endpoint;
use cetak_drivers::magicard::{self, Magicard};
use cetak_drivers::matica::{self, Matica};
use cetak_drivers::reader;
use cetak_drivers::zebra::{self, Zebra};

use super::bench::Record;
use crate::artwork::Look;
use crate::clock::Clock;
use crate::config::{Chip, Printer};
use crate::engine::fleet::{
    BENCH_HOLDS, BENCH_WAITS, BenchRecord, ChipScript, ChipWay, Port, PrinterSpec, Tested,
};

/// The second start character that the bench of a Zebra sets and asks for.
const BENCH_CANARY: u8 = b'~';

/// The profiles that a config may name.
pub(super) fn profiles() -> Vec<&'static str> {
    let evolis = evolis::models::MODELS.iter().map(|model| model.key);
    let zebra = zebra::models::MODELS.iter().map(|model| model.key);
    let magicard = magicard::models::MODELS.iter().map(|model| model.key);
    let matica = matica::models::MODELS.iter().map(|model| model.key);
    evolis.chain(zebra).chain(magicard).chain(matica).collect()
}

/// What the spooler knows of a printer.
pub(super) fn spec(printer: &Printer, clock: &Clock) -> PrinterSpec {
    let ribbon = printer.ribbon.unwrap_or(Ribbon::Ymcko);
    let capabilities = dialect(printer, clock, 0).capabilities().clone();
    PrinterSpec {
        id: printer.id.clone(),
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
            mute: is_mute(printer),
            slow: slow_link(&printer.endpoint, ribbon, capabilities.pace),
        },
        capabilities: Arc::new(capabilities),
        chip: match &printer.chip {
            Chip::None => ChipWay::None,
            Chip::ByHand => ChipWay::ByHand,
            Chip::Training => ChipWay::InLine(training_script()),
            Chip::Script(script) => ChipWay::InLine(ChipScript {
                write: script.write.clone(),
                verify: script.verify.clone(),
            }),
        },
        bench: BenchRecord::None,
    }
}

/// The same with what a bench has shown of it.
pub(super) fn spec_with(printer: &Printer, record: Option<&Record>, clock: &Clock) -> PrinterSpec {
    let plain = spec(printer, clock);
    let Some(record) = record else {
        return plain;
    };
    let standing = record.standing(printer, None);
    if standing == BENCH_HOLDS {
        return PrinterSpec {
            bench: BenchRecord::Counts,
            ..spec(&record.joined(printer), clock)
        };
    }
    let bench = if standing == BENCH_WAITS {
        BenchRecord::Tested(Tested {
            serial: record.serial.clone(),
            firmware: record.firmware.clone(),
            others: spec(&record.joined(printer), clock).capabilities,
        })
    } else {
        tracing::warn!(printer = %printer.id, code = standing, "the bench record does not count");
        BenchRecord::Void(standing)
    };
    PrinterSpec { bench, ..plain }
}

/// Both times, where the link needs longer for a card's data than the printer for the card. Cards of black alone are
/// smaller than the rates are told for, and nothing is said of them.
fn slow_link(endpoint: &Endpoint, ribbon: Ribbon, pace: Pace) -> Option<SlowLink> {
    let coloured = match ribbon {
        Ribbon::Ymcko | Ribbon::Ymckok => true,
        Ribbon::K => false,
    };
    if !coloured || is_pseudo_terminal(endpoint) {
        return None;
    }
    pace.held_back_by(endpoint.bytes_a_second()?)
}

/// A Zebra over a serial line that answers neither of the questions that a doubt is ended by: whether it was switched
/// off and on could never be seen. Over USB its port tells that much.
fn is_mute(printer: &Printer) -> bool {
    let serial = match printer.endpoint {
        Endpoint::Serial { .. } => true,
        Endpoint::Usb { .. } | Endpoint::Tcp { .. } | Endpoint::Unix { .. } => false,
    };
    let answers = ["E", "%CLN"]
        .iter()
        .any(|question| printer.knows.iter().any(|known| known == question));
    serial && zebra::models::find(&printer.profile).is_some() && (printer.one_way || !answers)
}

/// A simulated printer's terminal has a speed and no line that keeps it.
fn is_pseudo_terminal(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Serial { path, .. } => path
            .canonicalize()
            .is_ok_and(|device| device.starts_with(Path::new("/dev/pts"))),
        Endpoint::Usb { .. } | Endpoint::Tcp { .. } | Endpoint::Unix { .. } => false,
    }
}

/// Tells once, when a printer is taken in, that its link holds it back.
pub(super) fn warn_of_slow_link(spec: &PrinterSpec) {
    if let Some(slow) = spec.port.slow {
        tracing::warn!(
            printer = %spec.id,
            endpoint = %spec.port.name,
            data_ms = slow.data_ms,
            rated_ms = slow.rated_ms,
            "a card's data take longer on this link than the printer takes for the card"
        );
    }
}

/// A machine that speaks the printer's language. `seed` is for its nonces.
pub(super) fn dialect(printer: &Printer, clock: &Clock, seed: u64) -> Box<dyn Dialect> {
    let profile = printer.profile.as_str();
    if let Some(model) = evolis::models::find(profile) {
        return Box::new(Evolis::new(model, evolis_options(printer, clock, seed)));
    }
    if let Some(model) = zebra::models::find(profile) {
        return Box::new(Zebra::new(model, zebra_options(printer, clock)));
    }
    if let Some(model) = magicard::models::find(profile) {
        return Box::new(Magicard::new(model, magicard_options(printer, clock)));
    }
    let model = matica::models::find(profile).expect("the config names only known profiles");
    Box::new(Matica::new(model, matica_options(printer, clock)))
}

/// The same for the bench, where `!X` in `knows` has the canary set that it tells.
pub(super) fn dialect_on_bench(printer: &Printer, clock: &Clock, seed: u64) -> Box<dyn Dialect> {
    match zebra::models::find(&printer.profile) {
        Some(model) => {
            let mut options = zebra_options(printer, clock);
            options.canary = options.knows_x.then_some(BENCH_CANARY);
            Box::new(Zebra::new(model, options))
        }
        None => dialect(printer, clock, seed),
    }
}

fn baud(printer: &Printer) -> Option<u32> {
    match &printer.endpoint {
        Endpoint::Serial { baud, .. } => Some(*baud),
        Endpoint::Usb { .. } | Endpoint::Tcp { .. } | Endpoint::Unix { .. } => None,
    }
}

fn evolis_options(printer: &Printer, clock: &Clock, seed: u64) -> evolis::Options {
    let usual = evolis::Limits::default();
    evolis::Options {
        transport: match &printer.endpoint {
            Endpoint::Serial { .. } => evolis::Transport::Serial,
            Endpoint::Usb { .. } => evolis::Transport::Usb,
            Endpoint::Tcp { .. } | Endpoint::Unix { .. } => evolis::Transport::Tcp,
        },
        handshake: if printer.ack_nack {
            Handshake::AckNack
        } else {
            Handshake::Replies
        },
        separation: printer.separation.clone(),
        depth: match printer.levels {
            Some(32) => Depth::Levels32,
            Some(64) => Depth::Levels64,
            Some(_) | None => Depth::default(),
        },
        compression: printer.compression,
        bench: printer.bench.clone(),
        baud: baud(printer),
        card_sensor: printer.card_sensor,
        seed,
        // Under a scaled clock no time is shorter than the wall allows.
        limits: evolis::Limits {
            short: clock.stretched(usual.short),
            long: clock.stretched(usual.long),
            first: clock.stretched(usual.first),
            stall: clock.stretched(usual.stall),
            open: clock.stretched(usual.open),
            hear: clock.stretched(usual.hear),
            gap: clock.stretched(usual.gap),
            ..usual
        },
        ..evolis::Options::default()
    }
}

fn zebra_options(printer: &Printer, clock: &Clock) -> zebra::Options {
    let usual = zebra::Limits::default();
    let knows = |question: &str| printer.knows.iter().any(|known| known == question);
    zebra::Options {
        transport: match &printer.endpoint {
            Endpoint::Serial { .. } => zebra::Transport::Serial,
            Endpoint::Usb { .. } => zebra::Transport::Usb,
            Endpoint::Tcp { .. } | Endpoint::Unix { .. } => zebra::Transport::Tcp,
        },
        replies: if printer.one_way {
            zebra::Replies::OneWay
        } else {
            zebra::Replies::Coded
        },
        knows_e: knows("E"),
        knows_cln: knows("%CLN"),
        knows_p: knows("&P"),
        knows_x: knows("!X"),
        one_side: printer.ribbon != Some(Ribbon::Ymckok),
        separation: printer.separation.clone(),
        bench: printer.bench.clone(),
        baud: baud(printer),
        limits: zebra::Limits {
            short: clock.stretched(usual.short),
            data: clock.stretched(usual.data),
            motion: clock.stretched(usual.motion),
            first: clock.stretched(usual.first),
            stall: clock.stretched(usual.stall),
            open: clock.stretched(usual.open),
            hear: clock.stretched(usual.hear),
            gap: clock.stretched(usual.gap),
            ..usual
        },
        ..zebra::Options::default()
    }
}

fn magicard_options(printer: &Printer, clock: &Clock) -> magicard::Options {
    let usual = magicard::Limits::default();
    magicard::Options {
        transport: match &printer.endpoint {
            Endpoint::Serial { .. } | Endpoint::Usb { .. } => magicard::Transport::Usb,
            Endpoint::Tcp { .. } | Endpoint::Unix { .. } => magicard::Transport::Tcp,
        },
        separation: printer.separation.clone(),
        bench: printer.bench.clone(),
        limits: magicard::Limits {
            reply: clock.stretched(usual.reply),
            open: clock.stretched(usual.open),
            stall: clock.stretched(usual.stall),
            hear: clock.stretched(usual.hear),
            ..usual
        },
        ..magicard::Options::default()
    }
}

fn matica_options(printer: &Printer, clock: &Clock) -> matica::Options {
    let usual = matica::Limits::default();
    matica::Options {
        separation: printer.separation.clone(),
        reject_box: printer.reject_box,
        bench: printer.bench.clone(),
        limits: matica::Limits {
            short: clock.stretched(usual.short),
            motion: clock.stretched(usual.motion),
            plane: clock.stretched(usual.plane),
            first: clock.stretched(usual.first),
            stall: clock.stretched(usual.stall),
            open: clock.stretched(usual.open),
            greeting: clock.stretched(usual.greeting),
            hear: clock.stretched(usual.hear),
            status: clock.stretched(usual.status),
            ..usual
        },
        ..matica::Options::default()
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::{Config, FILE};

    /// What is said of the link of one printer, as the config has it.
    fn slow(profile: &str, endpoint: &str, more: &str) -> Option<SlowLink> {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "room = \"TPI\"\ntraining = true\n[[printer]]\nid = \"p1\"\nprofile = \"{profile}\"\n\
             endpoint = \"{endpoint}\"\nduty = [\"kia_0_5\"]\n{more}"
        );
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let config = Config::load(folder.path(), &profiles()).unwrap();
        spec(&config.printers[0], &Clock::real()).port.slow
    }

    fn seconds(slow: Option<SlowLink>) -> Option<(u64, u32)> {
        slow.map(|slow| (slow.data_ms / 1000, slow.rated_ms / 1000))
    }

    const PORT: &str = "serial:///dev/serial/by-id/nothing";

    #[test]
    fn a_serial_line_holds_a_colour_printer_back() {
        let at = |profile, baud| seconds(slow(profile, &format!("{PORT}?baud={baud}"), ""));
        assert_eq!(at("evolis-primacy", 9_600), Some((1_971, 16)));
        assert_eq!(at("evolis-primacy", 115_200), Some((164, 16)));
        assert_eq!(at("evolis-dualys", 115_200), Some((164, 24)));
        assert_eq!(at("zebra-p330i", 9_600), Some((1_161, 25)));
        assert_eq!(at("zebra-p330i", 115_200), Some((96, 25)));
        // 1,115,000 bytes in 25 s are 446,000 bits a second on the line.
        assert_eq!(at("zebra-p330i", 446_000), None);
        assert_eq!(at("zebra-p330i", 445_980), Some((25, 25)));
    }

    #[test]
    fn usb_and_the_network_carry_every_model() {
        for profile in profiles() {
            for endpoint in ["usb:///dev/usb/lp0", "tcp://192.0.2.7:9100"] {
                assert_eq!(slow(profile, endpoint, ""), None, "{profile} {endpoint}");
            }
        }
    }

    #[test]
    fn nothing_is_said_where_nobody_knows() {
        assert_eq!(slow("magicard-rio2", PORT, ""), None, "no rate is told");
        assert_eq!(slow("evolis-dualys", PORT, "ribbon = \"k\"\n"), None);
        assert!(slow("evolis-dualys", PORT, "ribbon = \"ymckok\"\n").is_some());
    }

    #[test]
    fn a_pseudo_terminal_has_no_line_that_is_slow() {
        let (_master, slave) = serialport::TTYPort::pair().unwrap();
        let name = serialport::SerialPort::name(&slave).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("endpoint");
        std::os::unix::fs::symlink(&name, &link).unwrap();
        for path in [name, link.display().to_string()] {
            let endpoint = format!("serial://{path}?baud=9600");
            assert_eq!(slow("evolis-primacy", &endpoint, ""), None, "{endpoint}");
        }
    }
}
