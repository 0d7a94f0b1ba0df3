//! Every maker's dialect and firmware, small enough to be run a thousand times a second, and what each likes to hear.

use std::time::Duration;

use cetak_drivers::contract::{BenchFlag, Dialect};
use cetak_drivers::evolis::{self, Depth, Handshake};
use cetak_drivers::magicard::{self, Holokote};
use cetak_drivers::matica::{self, Position};
use cetak_drivers::zebra;
use cetak_firmware_sims as sims;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;

use super::feed::Feed;

/// Lines and columns of every picture here.
pub const DOTS: (usize, usize) = (8, 16);
/// Blanks that a printer is loaded with.
pub const BLANKS: u64 = 6;

/// Whose language it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Evolis.
    Evolis,
    /// Zebra.
    Zebra,
    /// Magicard.
    Magicard,
    /// Matica.
    Matica,
}

impl Maker {
    /// All four.
    pub const ALL: [Maker; 4] = [Maker::Evolis, Maker::Zebra, Maker::Magicard, Maker::Matica];
}

/// A model that both sides know, by the name that both use.
fn model(maker: Maker, number: u8) -> &'static str {
    let names: &[&str] = match maker {
        Maker::Evolis => &["evolis-primacy", "evolis-primacy-duplex", "evolis-dualys"],
        Maker::Zebra => &["zebra-p330i", "zebra-p430i"],
        Maker::Magicard => &[
            "magicard-enduro",
            "magicard-enduro-plus",
            "magicard-rio2",
            "magicard-tango2e",
        ],
        Maker::Matica => &["matica-xid9300", "matica-xid8600"],
    };
    names[usize::from(number) % names.len()]
}

/// Why a model is found.
const KNOWN: &str = "both sides know the model";

/// Bits of a choice.
struct Flags(u8);

impl Flags {
    fn bit(&self, bit: u8) -> bool {
        self.0 & (1 << bit) != 0
    }
}

const BENCH: [BenchFlag; 8] = [
    BenchFlag::CountersDurable,
    BenchFlag::PanelCountedAtEnd,
    BenchFlag::SequenceStartDropsPlanes,
    BenchFlag::AttentionOnTransport,
    BenchFlag::CloseMovesNoCard,
    BenchFlag::CardCountedAtTransfer,
    BenchFlag::OnlyCommandsMoveCards,
    BenchFlag::HoldsAtPrintPosition,
];

/// Which printer it is and how it is reached: four bytes, read by both sides alike.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    model: u8,
    options: u8,
    more: u8,
    bench: u8,
}

impl Choice {
    /// From the front of an input.
    pub fn of(feed: &mut Feed) -> Choice {
        Choice {
            model: feed.byte(),
            options: feed.byte(),
            more: feed.byte(),
            bench: feed.byte(),
        }
    }

    fn bench(self) -> Vec<BenchFlag> {
        (0..8u8)
            .filter(|bit| Flags(self.bench).bit(*bit))
            .map(|bit| BENCH[usize::from(bit)])
            .collect()
    }

    /// The link has a port status byte.
    pub fn has_port_status(self, maker: Maker) -> bool {
        match maker {
            Maker::Evolis | Maker::Zebra => matches!(self.options & 3, 0 | 3),
            Maker::Magicard => !Flags(self.options).bit(0),
            Maker::Matica => false,
        }
    }

    /// The host's side.
    pub fn dialect(self, maker: Maker) -> Box<dyn Dialect> {
        match maker {
            Maker::Evolis => self.evolis(),
            Maker::Zebra => self.zebra(),
            Maker::Magicard => self.magicard(),
            Maker::Matica => self.matica(),
        }
    }

    fn evolis(self) -> Box<dyn Dialect> {
        let (flags, more) = (Flags(self.options), Flags(self.more));
        let model = evolis::models::find(model(Maker::Evolis, self.model)).expect(KNOWN);
        let options = evolis::Options {
            transport: match self.options & 3 {
                0 | 3 => evolis::Transport::Usb,
                1 => evolis::Transport::Serial,
                _ => evolis::Transport::Tcp,
            },
            handshake: if flags.bit(2) {
                Handshake::AckNack
            } else {
                Handshake::Replies
            },
            compression: flags.bit(3),
            depth: Depth::ALL[usize::from(self.more) % 3],
            baud: flags.bit(4).then_some(9600),
            card_sensor: flags.bit(5),
            partial: more
                .bit(7)
                .then(|| {
                    let geometry = evolis::download::Geometry {
                        lines: DOTS.0,
                        columns: DOTS.1,
                    };
                    evolis::Window::new(2, 4, geometry)
                })
                .flatten(),
            dots: Some(DOTS),
            bench: self.bench(),
            ..evolis::Options::default()
        };
        Box::new(evolis::Evolis::new(model, options))
    }

    fn zebra(self) -> Box<dyn Dialect> {
        let (flags, more) = (Flags(self.options), Flags(self.more));
        let model = zebra::models::find(model(Maker::Zebra, self.model)).expect(KNOWN);
        let options = zebra::Options {
            transport: match self.options & 3 {
                0 | 3 => zebra::Transport::Usb,
                1 => zebra::Transport::Serial,
                _ => zebra::Transport::Tcp,
            },
            replies: if flags.bit(2) {
                zebra::Replies::OneWay
            } else {
                zebra::Replies::Coded
            },
            single_card: flags.bit(3),
            knows_e: flags.bit(4),
            knows_cln: flags.bit(5),
            knows_p: flags.bit(6),
            knows_x: flags.bit(7),
            canary: more.bit(0).then_some(b'~'),
            one_side: more.bit(1),
            placeholder: more.bit(2),
            compression: !more.bit(3),
            escape_resin: more.bit(4),
            clear_between_sides: !more.bit(5),
            baud: more.bit(6).then_some(9600),
            dots: Some(DOTS),
            bench: self.bench(),
            ..zebra::Options::default()
        };
        Box::new(zebra::Zebra::new(model, options))
    }

    fn magicard(self) -> Box<dyn Dialect> {
        let flags = Flags(self.options);
        let model = magicard::models::find(model(Maker::Magicard, self.model)).expect(KNOWN);
        let options = magicard::Options {
            transport: if flags.bit(0) {
                magicard::Transport::Tcp
            } else {
                magicard::Transport::Usb
            },
            asks_error: flags.bit(1),
            screens: flags.bit(2),
            shift: i16::from(self.more) - 128 * i16::from(flags.bit(3)),
            holokote: flags.bit(4).then_some(Holokote {
                image: 1,
                custom: false,
                tiles: 0xFF_FFFF,
                turn: 90,
            }),
            clock: flags.bit(5).then_some(1_600_000_000),
            dots: Some(DOTS),
            bench: self.bench(),
            ..magicard::Options::default()
        };
        Box::new(magicard::Magicard::new(model, options))
    }

    fn matica(self) -> Box<dyn Dialect> {
        let flags = Flags(self.options);
        let model = matica::find(model(Maker::Matica, self.model)).expect(KNOWN);
        let options = matica::Options {
            station: if flags.bit(0) {
                Position::Print
            } else {
                Position::Contactless
            },
            engage: !flags.bit(1),
            dots: Some(DOTS),
            bench: self.bench(),
            ..matica::Options::default()
        };
        Box::new(matica::Matica::new(model, options))
    }

    /// The printer's side: of this model as far as both sides know it; `seed` draws what nobody knows, and faults.
    pub fn printer(self, maker: Maker, seed: u8) -> Box<dyn Printer> {
        let (lines, columns) = DOTS;
        let name = model(maker, self.model);
        let (flags, more) = (Flags(self.options), Flags(self.more));
        let plan = if seed & 0x80 == 0 {
            FaultPlan::default()
        } else {
            FaultPlan::draw(u64::from(seed), 8, 2)
        };
        let drawn = u64::from(seed & 0x7F);
        macro_rules! switches {
            ($maker:ident) => {
                if drawn == 0 {
                    sims::$maker::Switches::default()
                } else {
                    sims::$maker::Switches::draw(drawn)
                }
            };
        }
        match maker {
            Maker::Evolis => {
                let profile = sims::evolis::Profile::named(name).expect(KNOWN);
                let mut profile = profile.with_geometry(columns, lines);
                if self.options & 3 == 1 {
                    profile.port = sims::evolis::Port::Serial;
                }
                profile.input_buffer = 2048;
                profile.fittings.output_capacity = 3;
                Box::new(sims::evolis::Evolis::new(profile, switches!(evolis), plan))
            }
            Maker::Zebra => {
                let profile = sims::zebra::Profile::named(name).expect(KNOWN);
                let mut profile = profile.with_geometry(columns, lines);
                if more.bit(2) {
                    profile = profile.with_chip_station();
                }
                if flags.bit(6) {
                    profile = profile.with_encoder();
                }
                if self.options & 3 == 1 {
                    profile = profile.with_port(sims::zebra::Port::Serial);
                }
                profile.input_buffer = 2048;
                profile.fittings.output_capacity = 3;
                Box::new(sims::zebra::Zebra::new(profile, switches!(zebra), plan))
            }
            Maker::Magicard => {
                let profile = sims::magicard::Profile::named(name).expect(KNOWN);
                let mut profile = profile.with_geometry(columns, lines);
                profile.fittings.output_capacity = 3;
                Box::new(sims::magicard::Magicard::new(
                    profile,
                    switches!(magicard),
                    plan,
                ))
            }
            Maker::Matica => {
                let profile = sims::matica::Profile::named(name).expect(KNOWN);
                let mut profile = profile.with_geometry(columns, lines);
                profile.antenna_at_print = flags.bit(0);
                profile.fittings.output_capacity = 3;
                Box::new(sims::matica::Matica::new(profile, switches!(matica), plan))
            }
        }
    }
}

/// A firmware with what only its own model has.
pub trait Printer: Device {
    /// Something that only this maker's firmware can be made to do.
    fn own(&mut self, _feed: &mut Feed, _uptime: u64) {}
}

impl Printer for sims::evolis::Evolis {}

impl Printer for sims::zebra::Zebra {
    fn own(&mut self, feed: &mut Feed, _uptime: u64) {
        self.arm_fault(i8::from_be_bytes([feed.byte()]));
    }
}

impl Printer for sims::magicard::Magicard {
    fn own(&mut self, feed: &mut Feed, _uptime: u64) {
        let code = String::from_utf8_lossy(feed.counted()).into_owned();
        self.arm_fault(&code);
    }
}

impl Printer for sims::matica::Matica {
    fn own(&mut self, feed: &mut Feed, uptime: u64) {
        use sims::matica::Phase;
        match feed.choice(4) {
            0 => self.press_reset(uptime),
            1 => {
                let phases = [
                    Phase::Command,
                    Phase::Load,
                    Phase::Move,
                    Phase::Print,
                    Phase::Transfer,
                    Phase::Eject,
                ];
                self.arm_fault(feed.number(), phases[feed.choice(6)]);
            }
            _ => {
                let block = feed.counted();
                let data = feed.counted();
                self.scsi(block, data, uptime);
            }
        }
    }
}

/// Answers that this maker's driver knows.
pub fn answers(maker: Maker) -> &'static [&'static [u8]] {
    match maker {
        Maker::Evolis => &[
            b"OK\0",
            b"\x06",
            b"\x15F",
            b"NO CARD\0",
            b"CARD\0",
            b"CONTACTLESS\0",
            b"5,00 Volts\0",
            b"0,00 Volts\0",
            b"2\0",
            b"18\0",
            b"100\0",
            b"T00000000001\0",
            b"Evolis Primacy\0",
            b"ymcko\0",
            b"ERROR\0",
            b"FEEDER EMPTY\0",
            b"CARD JAM\0",
            b"RIBBON ENDED\0",
            b"COVER OPEN\0",
            b"BOX FULL\0",
            b"\0",
            b"OK",
        ],
        Maker::Zebra => &[
            b"\x06",
            b"\x1511\x04",
            b"\x1521\x04",
            b"\x1545\x04",
            b"\x15-1\x04",
            b"\x15",
            b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5\r\x06",
            b"Cpt imp:00025005 next clean Prn:00005000 nb pass:5\r\x06",
            b"~\r\x06",
            b"\r\n",
            b"\x04",
        ],
        Maker::Magicard => &[
            b"\x01STA$$0,Enduro,0,E00000000001,1,1,1.00,1,1,100,1,400,1,10,5,500,50,1,1,0,0,AB12,300,7,YMCKO,60,60,60,\x03",
            b"\x01STA$$0,Enduro,0,E00000000001,1,1,1.00,1,1,101,1,404,1,14,6,500,50,1,1,0,0,AB12,300,8,YMCKO,60,60,60,\x03",
            b"\x01STA$$0,Enduro,0,E00000000001,1,1,1.00,1,1,101,1,404,1,14,6,500,50,1,1,11,1,AB12,300,8,YMCKO,60,60,60,\x03",
            b"\x01STA,MSRE00000000001,\x03",
            b"\x01STA,VRS1.00,\x03",
            b"\x01STA,TCQ100,\x03",
            b"\x01STA,TPQ400,\x03",
            b"\x01STA,DFR200,\x03",
            b"\x01STA,CCQ5,\x03",
            b"\x01STA,CPQ10,\x03",
            b"\x01STA,CCP500,\x03",
            b"\x01STAFeed error, 11:01(cA)\x03",
            b"\x01STANo error, 00:00(cA)\x03",
            b"\x05\x05\x05",
            b"\x01",
            b"\x03",
        ],
        Maker::Matica => &[
            b"\xF1\0\x01\0\0\0\0\x02\0\0\0\0\0\0\0\x01",
            b"\xF3\0\x04\0\0\0\0\x02\0\0\0\0\0\0\0\x01",
            b"\xF1\0\x02\0\0\0\0\x02\0\x02\xDB\0\0\0\0\x02",
            b"\xF1\0\x02\0\0\0\0\x02\0\x06\x28\0\0\0\0\x02",
            b"\xF1\0\x03\0\0\0\0\x03\0\0\0\0\0\0\0\x02\x01\x02\0\0",
            b"\xF1\0\x03\0\0\0\0\x03\0\0\0\0\0\0\0\x02\x01\x02\x01\0",
            b"\xF1\0\x06\0\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x03\x02\0\0\0\0\0",
            b"\0\0\0\x02",
            b"\xFF\xFF\xFF\xFF",
        ],
    }
}

/// Commands that this maker's firmware knows.
pub fn commands(maker: Maker) -> &'static [&'static [u8]] {
    match maker {
        Maker::Evolis => &[
            b"\x1BPem;2\r",
            b"\x1BPr;ymcko\r",
            b"\x1BSs\r",
            b"\x1BSic\r",
            b"\x1BSi\r",
            b"\x1BSr\r",
            b"\x1BSv\r",
            b"\x1BSe\r",
            b"\x1BSer\r",
            b"\x1BSis\r",
            b"\x1BScs\r",
            b"\x1BSrs\r",
            b"\x1BPsoe;D\r",
            b"\x1BRlr\r",
            b"\x1BRlr;p\r",
            b"\x1BRco;p\r",
            b"\x1BEcho;0000000a\r",
            b"\x1BPem;0\r",
            b"\x1BWcb;k;255\r",
            b"\x1BSp;k\r",
            b"\x1BSsd;k\r",
        ],
        Maker::Zebra => &[
            b"\x1BM 1 [IS 0[IS 1[IS 2[I[IV 31\r",
            b"\x1BM 1 [I[MO\r",
            b"\x1Bm 1 MI[MF\r",
            b"\x1BMO\r",
            b"\x1BMF\r",
            b"\x1BMI\r",
            b"\x1B$F\r",
            b"\x1BF\r",
            b"\x1BvF\r",
            b"\x1BI\r",
            b"\x1BIS 0\r",
            b"\x1BIV 31\r",
            b"\x1BE\r",
            b"\x1B%CLN\r",
            b"\x1B&P\r",
            b"\x1B&E*\r",
            b"\x1B&B 2 123\r",
            b"\x1B!X\r",
            b"\x1B+X ~\r",
            b"\x1B.\r",
            b"\x1BG 0 0 12 16 8 1\r",
            b"\x1BT 5 30 1 0 0 20 2 TEXT\r",
            b"\x1BL 0 0 16 8 1\r",
        ],
        Maker::Magicard => &[
            b"\x01,REQ,INF,\x1C\x03",
            b"\x01,REQ,ERR,\x1C\x03",
            b"\x01,REQ,CAN,\x1C\x03",
            b"\x01,REQ,RST,\x1C\x03",
            b"\x05\x05\x01REQ,STA,TCQ,\x1C\x03",
            b"\x05\x05\x01REQ,STA,MSR,\x1C\x03",
            b"\x01,REQ,PRT,\x1C\x03",
            b"\x01,REQ,EJT,\x1C\x03",
            b"\x1C",
            b"\x03",
        ],
        Maker::Matica => &[
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x01\x01\x02\0\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x02\x02\x02\0\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x03\x03\x02\0\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x04\x04\x02\0\x02",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x05\x04\x02\x80\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x06\x05\x02\x80\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x07\x05\x02\0\x04",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x08\x06\x02\0\x0F",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x09\x07\x02\0\x05",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\x02\0\0\0\x0A\x07\x02\x10\0",
            b"\xF0\0\x01\0\0\0\0\x03\0\0\0\0\0\0\0\x0B\x0A\x02\x10\0",
            b"\xF0\0\x06\0\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\0\0\0\x02\0\0\0",
            b"\xF2\0\x03\0\0\0\0\x1D\0\0\0\0\0\0\0\x01\0\0\0\0x\x09\x11\x07\x15\x29\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ],
    }
}

/// One whole plane of a picture, as this maker's firmware takes it; `which` chooses the plane, `first` its dots.
pub fn plane(maker: Maker, which: u8, first: u8) -> Vec<u8> {
    let (lines, columns) = DOTS;
    let of = |head: String, bytes: usize, end: &[u8]| {
        let mut all = head.into_bytes();
        all.extend(std::iter::repeat_n(first, bytes));
        all.extend_from_slice(end);
        all
    };
    match maker {
        Maker::Evolis => match which % 5 {
            dye @ 0..=2 => {
                let letter = ["y", "m", "c"][usize::from(dye)];
                of(
                    format!("\x1BDb;{letter};128;"),
                    lines * columns * 7 / 8,
                    b"\r",
                )
            }
            bits => {
                let letter = if bits == 3 { "k" } else { "o" };
                of(format!("\x1BDb;{letter};2;"), lines * columns / 8, b"\r")
            }
        },
        Maker::Zebra => match which % 4 {
            3 => of(
                format!("\x1BG 0 0 10 {columns} {lines} 1\r\x1BZ"),
                lines * columns / 8,
                b"\r",
            ),
            dye => of(
                format!("\x1BGS {dye} 32 0 0 {lines} {columns} "),
                lines * columns,
                b"\r",
            ),
        },
        Maker::Magicard => {
            // Rows of 84 bytes, six times as many for a dye.
            let (letter, bytes) =
                [('K', 84), ('B', 504), ('G', 504), ('R', 504)][usize::from(which % 4)];
            let bytes = bytes * lines;
            let fields = "NOC1,LANENG,KGE2,DPXOFF,PAG1,OVRON";
            of(
                format!("\x01,{fields},IMF{letter},SZ{letter}{bytes}\x1C"),
                bytes,
                format!("\x1C{letter}:\x03").as_bytes(),
            )
        }
        Maker::Matica => {
            let data = lines * columns;
            let mut all = Vec::with_capacity(28 + data);
            let words = (28 + data).div_ceil(4) - 2;
            let number = |value: usize| u32::try_from(value).expect("a small plane").to_be_bytes();
            all.extend_from_slice(&[0xF0, 0, 2, 0]);
            all.extend_from_slice(&number(words));
            all.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 9]);
            all.extend_from_slice(&[1 << (which % 7), 0, 0, 0]);
            all.extend_from_slice(&number(data + 4));
            all.extend_from_slice(&number(data));
            all.resize(28 + data, first);
            all
        }
    }
}

/// Nanoseconds of uptime.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("a few centuries at most")
}
