//! Every fault of the catalogue: how the printer comes to it, what the driver says, where the card is, what the
//! custody rows make of it, what a person does, and that the job ends with one whole card and no more.
//!
//! Codes and their bytes are written here a second time, from the same page [doc; code: ZBRPrinter header], and
//! compared with both sides' own tables: none may be missing on either.

use std::collections::BTreeSet;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::status::CODES;
use cetak_drivers::zebra::{Replies, Transport};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, RibbonKind};
use cetak_firmware_sims::zebra::{FAULTS, Heating, Replies as Ports};
use expect_test::expect_file;

use super::attempt::{Job, Trouble};
use super::cards::{SMALL, both_sides, chip, colour, colour_and_black, held, held_with};
use super::{Duet, Make, P330I, P430I, Zebra};
use crate::bench::struck;
use crate::faults::{self, At, Table, all, fit, name, named_in, remedy};
use crate::make::Line;
use crate::pictures::{self, front};

mod rows;

use rows::{by_arming, by_mechanism, by_script};

/// How the printer comes to it.
#[derive(Debug, Clone, Copy)]
enum How {
    /// Hands, just before that request.
    Hands(&'static [Do]),
    /// Hands, while it runs.
    InMidWay(&'static [Do]),
    /// It happens by itself in that part of the card's way.
    Strikes(Step, Strike),
    /// A hand arms this code in the firmware.
    Armed(i8),
    /// A command that begins so is answered by script in the printer's place.
    Says(&'static str, &'static [u8]),
}

/// One movement of a hand.
type Do = faults::Do<Zebra>;

impl Do {
    const RIBBON: Do = Do::new("Ribbon", |duet| fit(duet, duet.firmware.profile().ribbon));
    const COLOUR_RIBBON: Do = Do::new("ColourRibbon", |duet| fit(duet, RibbonKind::Ymcko));
    const WRONG_RIBBON: Do = Do::new("WrongRibbon", |duet| fit(duet, RibbonKind::K));
    const RESIN_RIBBON: Do = Do::new("ResinRibbon", |duet| fit(duet, RibbonKind::K));
    /// The lid's switch does not act.
    const SILENCE_THE_LID: Do = Do::new("SilenceTheLid", |duet| {
        duet.firmware.mechanism_mut().set_lid_stops(false);
    });
    /// Another program's card stays in the encoder, and its error is cleared.
    const LEAVE_IN_ENCODER: Do = Do::new("LeaveInEncoder", |duet| {
        assert!(duet.firmware.arm_fault(45));
        for command in ["&B 1 TEST", "&E 1"] {
            duet.stranger(command);
        }
        duet.pass(Duration::from_secs(20));
        duet.stranger(".");
    });
    /// Another program's command was wrong.
    const STRANGERS_ERROR: Do = Do::new("StrangersError", |duet| duet.stranger("IS 9"));
    /// Another program prints a card.
    const STRANGERS_CARD: Do = Do::new("StrangersCard", |duet| {
        duet.stranger("M 1 IS 0[MO");
        duet.pass(Duration::from_secs(20));
    });
    /// Switched off and on, and ready again.
    const OFF_AND_ON: Do = Do::new("OffAndOn", |duet| {
        duet.hand(Hand::PowerOff);
        duet.hand(Hand::PowerOn);
        duet.pass(Duration::from_secs(20));
    });
    /// Switched off and on, and still starting.
    const OFF_AND_STARTING: Do = Do::new("OffAndStarting", |duet| {
        duet.hand(Hand::PowerOff);
        duet.hand(Hand::PowerOn);
    });
    /// The driver is told what the printer is: the check does it, since the card then is another one.
    const CONFIGURE: Do = Do::new("Configure", |_| {});
    const WAIT: Do = Do::new("Wait", |duet| duet.pass(Duration::from_secs(60)));
}

/// What the printer is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printer {
    P330i,
    /// Two sides.
    Duplex,
    /// Two sides, the chip first.
    Docked,
    /// Told to have a chip station, and has none.
    Station,
    /// Resin alone.
    Resin,
    /// A magnetic encoder that is asked.
    Encoder,
    Canary,
    /// The same on a line that outlives the printer's power.
    SerialCanary,
    /// An output that takes one card.
    SmallBins,
    /// A reject hopper that takes one card.
    SmallReject,
    /// A ribbon with one set left.
    LastSet,
    /// A head that is too hot after one card.
    HotHead,
    /// Told to be a model that knows more.
    OtherModel,
    /// Told of more lines than its memory has.
    Wide,
    /// Told of more dots in a line.
    High,
    /// The same without dye.
    Big,
    /// Told to escape what is counted.
    Escaping,
    /// It answers nothing.
    OneWay,
    /// The same on a link without a port status byte.
    WithoutPort,
}

struct Row {
    says: Fault,
    /// The number behind NAK.
    code: Option<i8>,
    at: At,
    printer: Printer,
    how: How,
    /// What a person does.
    remedy: &'static [Do],
}

/// What came of one row, for people to read.
struct Seen {
    /// Where the card was when it was told, and how it looked.
    card: String,
    /// The first verdict.
    verdict: Verdict,
}

fn rows() -> Vec<Row> {
    let mut rows = by_mechanism();
    rows.extend(by_arming());
    rows.extend(by_script());
    rows
}

#[test]
fn every_fault_is_told_and_the_job_ends_with_one_whole_card() {
    let mut table = Table::new(
        &[
            ("the driver says", 21),
            ("code", 4),
            ("gravity", 7),
            ("told by", 8),
            ("printer", 12),
            ("how the printer comes to it", 44),
            ("the card is", 18),
            ("verdict", 11),
        ],
        "what a person does",
    );
    for row in rows() {
        let seen = check(&row);
        let how = match row.how {
            How::Hands([]) => "-".to_owned(),
            How::Hands(hands) => format!("hands: {hands:?}"),
            How::InMidWay(hands) => format!("in mid-way: {hands:?}"),
            How::Strikes(step, strike) => format!("{strike:?} in {step:?}"),
            How::Armed(_) => "armed".to_owned(),
            How::Says(command, answer) => {
                format!("script: {command} < {}", answer.escape_ascii())
            }
        };
        let code = row.code.map_or("-".to_owned(), |code| format!("{code:02}"));
        table.row(&[
            &row.says.code(),
            &code,
            &format_args!("{:?}", row.says.gravity()),
            &format_args!("{:?}", row.at),
            &format_args!("{:?}", row.printer),
            &how,
            &seen.card,
            &format_args!("{:?}", seen.verdict),
            &remedy(row.remedy),
        ]);
    }
    expect_file!["../../../../tests/golden/faults-zebra.txt"].assert_eq(&table.text);
}

#[test]
fn every_code_of_both_sides_has_a_row_and_says_the_same() {
    let rows = rows();
    let with_code = |number: i8| rows.iter().filter(move |row| row.code == Some(number));
    for code in CODES {
        assert!(with_code(code.number).next().is_some(), "{}", code.number);
        for row in with_code(code.number) {
            let says = if matches!(code.fault, Fault::Unlisted(_)) {
                Fault::Unlisted(format!("NAK {:02} {}", code.number, code.meaning))
            } else {
                code.fault.clone()
            };
            assert_eq!(row.says, says, "{}", code.number);
        }
    }
    // 5 and 6 answer a question, and 46 is assigned to nothing.
    let known = |number: i8| CODES.iter().any(|code| code.number == number);
    for (number, meaning, _) in FAULTS {
        assert!(
            known(*number) || matches!(number, 5 | 6),
            "{number} {meaning}"
        );
    }
    assert_eq!(CODES.len() + 2, FAULTS.len());
    let told: BTreeSet<i8> = rows.iter().filter_map(|row| row.code).collect();
    let beyond: Vec<i8> = told.into_iter().filter(|code| !known(*code)).collect();
    assert_eq!(beyond, [5, 46]);
}

#[test]
fn every_fault_that_the_dialects_source_names_is_in_the_catalogue() {
    // One function sorts every fault that there is.
    let named = named_in("zebra", Some("fn stands_in_the_way"));
    let shown: BTreeSet<String> = rows().iter().map(|row| name(&row.says)).collect();
    assert_eq!(named, shown);
    assert!(named.len() > 15, "the walk found the sources");
}

/// Brings the printer to it, hears the driver, mends it, and plays the job to its end.
fn check(row: &Row) -> Seen {
    let about = format!(
        "{:?} of {:?} at {:?}: {:?}",
        row.says, row.printer, row.at, row.how
    );
    let (mut duet, setup, image) = make(row);
    let card = duet.firmware.mechanism().hopper().next().unwrap().0;
    let mut job = Job::new(&duet, setup, &image);
    duet.records = true;

    let trouble = bring(&mut duet, &mut job, row, &about);
    let Answer::Fault(fault, evidence) = &trouble.answer else {
        panic!("{about}: {trouble:?}");
    };
    assert_eq!(*fault, row.says, "{about}: {evidence:?}");
    assert!(duet.script_is_spent(), "{about}");
    if let Some(code) = row.code {
        let bytes = nak(code);
        let mut heard = duet.heard_by_host.windows(bytes.len());
        assert!(heard.any(|heard| heard == bytes), "{about}: {code}");
    }
    if let Some(panels) = evidence.panels {
        assert_eq!(panels, duet.passes(), "{about}");
    }
    let there = duet.card(card);
    let place = if matches!(there.place, CardPlace::Hopper(_)) {
        "Hopper".to_owned()
    } else {
        format!("{:?}", there.place)
    };
    let card = format!("{place} {:?}", there.looks());
    // What stands latched lets nobody begin.
    if duet.firmware.port_status() != 0x18 {
        let refused = duet.ask(Request::Prepare(setup));
        assert!(matches!(refused, Answer::Fault(..)), "{about}: {refused:?}");
    }

    if row.remedy == [Do::CONFIGURE] {
        let (setup, image) = configure(&mut duet);
        let case = job.case;
        job = Job::new(&duet, setup, &image);
        // Nothing of what was refused had drawn a card.
        job.case.point = case.point;
        job.case.baseline = case.baseline;
    }
    all(&mut duet, row.remedy);
    job.resume(&mut duet, trouble, &about);
    let (_, verdict, _) = job.rulings[0];
    Seen { card, verdict }
}

/// The bytes of a refusal.
fn nak(code: i8) -> Vec<u8> {
    let digits = if code < 0 {
        format!("{code}")
    } else {
        format!("{code:02}")
    };
    [b"\x15", digits.as_bytes(), b"\x04"].concat()
}

/// One card's requests up to the one that tells it.
fn bring(duet: &mut Duet, job: &mut Job, row: &Row, about: &str) -> Trouble {
    let way = [
        At::Prepare,
        At::Feed,
        At::Park,
        At::Load,
        At::Face,
        At::Finish,
        At::Eject,
        At::Reject,
    ];
    for at in way {
        let stage = at.stage();
        let skipped = stage.is_some_and(|stage| !duet.orders(stage))
            || (at == At::Eject && row.at == At::Reject);
        if skipped {
            continue;
        }
        let told = duet.news.len();
        if at == row.at {
            match row.how {
                How::Hands(hands) => all(duet, hands),
                How::Says(command, answer) => {
                    let begins = [b"\x1B", command.as_bytes()].concat();
                    let answer = answer.to_vec();
                    duet.script_with(move |waiting| {
                        let is = waiting.starts_with(&begins);
                        is.then(|| (waiting.len(), answer.clone()))
                    });
                }
                How::Armed(code) => assert!(duet.firmware.arm_fault(code), "{about}"),
                How::InMidWay(hands) => {
                    let request = Request::Do(stage.expect("a stage is on its way"));
                    job.case.point = Point::Sent(stage.unwrap());
                    duet.begin(request);
                    duet.pass(Duration::from_secs(5));
                    all(duet, hands);
                    let answer = duet.until_answered_since(told);
                    return Trouble {
                        at: "in mid-way",
                        answer,
                    };
                }
                How::Strikes(..) => {}
            }
        }
        let answered = match stage {
            None if at == At::Prepare => job.start(duet),
            None => job.load(duet),
            Some(stage) => job.order(duet, stage).map(|_| ()),
        };
        match answered {
            Ok(()) => assert_ne!(at, row.at, "{about}: nothing was told"),
            Err(trouble) => {
                assert_eq!(at, row.at, "{about}: {trouble:?}");
                return trouble;
            }
        }
    }
    panic!("{about}: no request told it")
}

fn make(row: &Row) -> (Duet, Setup, CardImage) {
    let is_larger = matches!(
        row.printer,
        Printer::Duplex | Printer::Docked | Printer::SmallReject | Printer::OtherModel
    );
    let mut make = Make::new(if is_larger { P430I } else { P330I });
    let (mut setup, mut image) = (held(), colour(1));
    if let How::Strikes(step, strike) = row.how {
        make.plan = struck(step, 400, strike);
    }
    let (lines, columns) = SMALL;
    match row.printer {
        Printer::P330i => {}
        Printer::Duplex | Printer::Docked => {
            make.profile.ribbon = RibbonKind::Ymckok;
            (setup, image) = (both_sides(), colour_and_black(1));
            if row.printer == Printer::Docked {
                make = make.docked();
                setup = chip(setup);
            }
        }
        Printer::Station => {
            make.options.placeholder = true;
            setup = chip(setup);
        }
        Printer::Resin | Printer::Big => {
            make.profile.ribbon = RibbonKind::K;
            setup = held_with(Ribbon::K);
            image = front(pictures::mono(lines, columns, 1));
            if row.printer == Printer::Big {
                make.options.dots = Some((lines + 25, columns));
                image = front(pictures::mono(lines + 25, columns, 1));
            }
        }
        Printer::Encoder => {
            make.profile = make.profile.with_encoder();
            make.options.knows_p = true;
        }
        Printer::Canary => make = make.canary(),
        Printer::SerialCanary => make = make.canary().serial(),
        Printer::SmallBins => {
            make.profile.fittings.output_capacity = 1;
            make.profile.fittings.reject_capacity = 1;
        }
        Printer::SmallReject => {
            make.profile.ribbon = RibbonKind::Ymckok;
            make = make.docked();
            make.profile.fittings.output_capacity = 9;
            make.profile.fittings.reject_capacity = 1;
            (setup, image) = (both_sides(), colour_and_black(1));
        }
        Printer::LastSet => make.plan.ribbon_sets = Some(1),
        Printer::HotHead => {
            make.profile.heating = Heating {
                resin: 20_000,
                limit: 2000,
                resumes_at: 1000,
                ..Heating::default()
            };
        }
        Printer::OtherModel => {
            make.really(P330I);
        }
        Printer::Wide => {
            make.options.dots = Some((lines + 25, columns));
            image = front(pictures::side(lines + 25, columns, 1));
        }
        Printer::High => {
            make.options.dots = Some((lines, columns + 13));
            image = front(pictures::side(lines, columns + 13, 1));
        }
        Printer::Escaping => {
            make.options.escape_resin = true;
            make.options.compression = false;
            // A line that begins with CR: the rows of its ones.
            image.front.resin = BitPlane::clear(lines, columns);
            for row in [4, 5, 7] {
                image.front.resin.set(3, row);
            }
        }
        Printer::OneWay | Printer::WithoutPort => {
            make.switches.replies = Ports::None;
            make.options.replies = Replies::OneWay;
            make.options.single_card = true;
            make.options.knows_cln = false;
            if row.printer == Printer::WithoutPort {
                make = make.serial();
            }
        }
    }
    let mut duet = make.duet();
    match row.printer {
        // One card before fills the bin, uses up the ribbon, heats the head.
        Printer::SmallBins | Printer::LastSet | Printer::HotHead => {
            super::cards::check(&mut duet, setup, &colour(2));
        }
        Printer::SmallReject => {
            duet.done(Request::Prepare(chip(setup)));
            duet.done(Request::Do(Stage::Feed));
            duet.done(Request::Do(Stage::Reject));
        }
        Printer::P330i
        | Printer::Duplex
        | Printer::Docked
        | Printer::Station
        | Printer::Resin
        | Printer::Encoder
        | Printer::Canary
        | Printer::SerialCanary
        | Printer::OtherModel
        | Printer::Wide
        | Printer::High
        | Printer::Big
        | Printer::Escaping
        | Printer::OneWay
        | Printer::WithoutPort => {}
    }
    (duet, setup, image)
}

/// The next host is told what the printer is, on a link that can be used, and asked for what it can do.
fn configure(duet: &mut Duet) -> (Setup, CardImage) {
    duet.model = if duet.firmware.mechanism().fittings().flipper {
        P430I
    } else {
        P330I
    };
    duet.options.dots = Some(SMALL);
    duet.options.escape_resin = false;
    duet.options.placeholder = false;
    if duet.options.transport == Transport::Serial {
        duet.options.transport = Transport::Usb;
        duet.line = Line::Usb;
    }
    duet.restart();
    if duet.firmware.profile().ribbon == RibbonKind::K {
        let black = front(pictures::mono(SMALL.0, SMALL.1, 1));
        (held_with(Ribbon::K), black)
    } else {
        (held(), colour(1))
    }
}
