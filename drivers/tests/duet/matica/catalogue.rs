//! Every sense code of the page, and what the dialect says of its own: how the printer comes to it, at which request it
//! is told, where the card then lies, what a person does, and that the next card is whole.
//!
//! The codes are written here a third time, from the page [code: kiosk table, segatools, cardprint], and compared with
//! the tables of both sides: none may be missing on either.

use std::collections::BTreeSet;

use cetak_drivers::contract::*;
use cetak_drivers::matica::sense::{CATALOGUE, Sense};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{FaultPlan, Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::{FAULTS, LidInMotion, Phase, SenseKeys};
use cetak_firmware_sims::mechanism::{RibbonKind, Station};
use expect_test::expect_file;

use super::cards::{SMALL, check as whole_card, ktp, picture};
use super::unit::Act;
use super::wire::{REFUSED, split, word};
use super::{Duet, MODELS, Make, Matica, XID8600, XID9300, examine};
use crate::bench::struck;
use crate::faults::{self, At, Table, all, fit, name, named_in, remedy};

/// So many seconds.
macro_rules! wait {
    ($seconds:literal) => {
        const {
            Do::new(concat!("Wait(", $seconds, ")"), |duet| {
                duet.pass(std::time::Duration::from_secs($seconds));
            })
        }
    };
}

mod rows;

use rows::{by_arming, by_mechanism, by_script};

/// How the printer comes to it.
#[derive(Debug, Clone, Copy)]
enum How {
    /// Hands, just before that request.
    Hands(&'static [Do]),
    /// It happens by itself in that part of the card's way.
    Strikes(Step, Strike),
    /// No mechanics of ours can make it: it strikes half-way in that phase.
    Armed(Phase),
    /// This message is refused with it, that often.
    Says(&'static str, usize),
}

/// One movement of a hand.
type Do = faults::Do<Matica>;

impl Do {
    const RIBBON: Do = Do::new("Ribbon", |duet| fit(duet, RibbonKind::Ymck));
    const WRONG_RIBBON: Do = Do::new("WrongRibbon", |duet| fit(duet, RibbonKind::Ymcko));
    const FILM: Do = Do::new("Film", |duet| drop(duet.hand(Hand::Film { panels: None })));
    const POWER_OFF: Do = Do::new("PowerOff", |duet| drop(duet.hand(Hand::PowerOff)));
    const POWER_ON: Do = Do::new("PowerOn", |duet| drop(duet.hand(Hand::PowerOn)));
    /// The button on the panel.
    const RESET: Do = Do::new("Reset", |duet| duet.firmware.inner.press_reset(duet.now.0));
}

/// What the printer is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printer {
    Plain,
    /// Motions that the lid stops are told as the lid, not as a jam.
    TellsTheLid,
    /// One film panel left, and one card before.
    LastFilm,
    /// One set left, and one card before.
    LastSet,
    /// A head that one card makes too hot.
    HotHead,
    /// Output and reject box take one card each, and hold it.
    FullBins,
    /// Told to have another picture size.
    OtherSize,
    NoStation,
    /// Told to be the other model.
    OtherModel,
}

struct Row {
    /// Key and ASC as they stand on the wire; `None`: the dialect says it of its own.
    told: Option<(u8, u8)>,
    says: Fault,
    at: At,
    printer: Printer,
    how: How,
    /// What a person does.
    remedy: &'static [Do],
}

#[test]
fn what_a_mechanism_can_make() {
    for (model, row) in on_both(by_mechanism) {
        check(model, &row, SenseKeys::Vendor);
    }
}

#[test]
fn what_strikes_where_no_mechanics_make_it() {
    for (model, row) in on_both(by_arming) {
        check(model, &row, SenseKeys::Vendor);
    }
}

#[test]
fn what_only_a_script_can_say() {
    for (model, row) in on_both(by_script) {
        check(model, &row, SenseKeys::Vendor);
    }
}

#[test]
fn the_other_list_of_keys_says_the_same() {
    for (model, row) in on_both(by_mechanism).chain(on_both(by_arming)) {
        check(model, &row, SenseKeys::Other);
    }
}

fn on_both(rows: fn() -> Vec<Row>) -> impl Iterator<Item = (&'static str, Row)> {
    MODELS
        .into_iter()
        .flat_map(move |model| rows().into_iter().map(move |row| (model, row)))
}

fn rows() -> Vec<Row> {
    let mut rows = by_mechanism();
    rows.extend(by_arming());
    rows.extend(by_script());
    rows
}

#[test]
fn every_code_of_either_side_has_a_row() {
    let rows = rows();
    for (key, asc, name) in CATALOGUE {
        let told = Some((*key, *asc));
        let says = Sense {
            key: *key,
            asc: *asc,
        }
        .fault();
        let row = rows.iter().any(|row| row.told == told && row.says == says);
        assert!(row, "{key:02X} {asc:02X} {name}: nobody says {says:?}");
    }
    for (code, name, _) in FAULTS {
        let [key, asc] = code.to_be_bytes();
        let busy = matches!(asc, 0xD3..=0xD5);
        let made = rows
            .iter()
            .any(|row| row.told == Some((key, asc)) && (busy || !matches!(row.how, How::Says(..))));
        assert!(made, "{code:04X} {name}: the firmware can tell it");
    }
    let unlisted = |row: &&Row| {
        row.told
            .is_some_and(|(key, asc)| !CATALOGUE.iter().any(|(k, a, _)| (*k, *a) == (key, asc)))
    };
    let unlisted: Vec<&Row> = rows.iter().filter(unlisted).collect();
    assert!(unlisted.len() >= 2, "and some that are in no catalogue");
    for row in unlisted {
        assert!(matches!(row.says, Fault::Unlisted(_)), "{:?}", row.told);
    }
}

#[test]
fn every_fault_that_the_dialects_source_names_is_in_the_catalogue() {
    let named = named_in("matica", None);
    let mut shown: BTreeSet<String> = rows().iter().map(|row| name(&row.says)).collect();
    // It is told beside an answer: see the held cards.
    shown.insert(name(&Fault::GoodCardInReject));
    assert_eq!(named, shown);
    assert!(named.len() > 15, "the walk found the sources");
}

#[test]
fn the_catalogue_reads_like_this() {
    let mut table = Table::new(
        &[
            ("told", 5),
            ("the driver says", 19),
            ("gravity", 7),
            ("told by", 8),
            ("how the printer comes to it", 53),
            ("where the card lies", 22),
        ],
        "what a person does",
    );
    for row in rows() {
        let told = row
            .told
            .map_or("-".to_owned(), |(key, asc)| format!("{key:02X} {asc:02X}"));
        let how = match row.how {
            How::Hands([]) => format!("{:?}", row.printer),
            How::Hands(hands) => format!("hands: {hands:?}"),
            How::Strikes(step, strike) => format!("{strike:?} in {step:?}"),
            How::Armed(phase) => format!("strikes in {phase:?}"),
            How::Says(message, _) => format!("script: {message}"),
        };
        let (mut duet, card) = make(XID8600, &row, SenseKeys::Vendor);
        bring(&mut duet, &row, "golden");
        let card = duet.card(card);
        table.row(&[
            &told,
            &row.says.code(),
            &format_args!("{:?}", row.says.gravity()),
            &format_args!("{:?}", row.at),
            &how,
            &format_args!("{:?}, {:?}", card.place, card.looks()),
            &remedy(row.remedy),
        ]);
    }
    expect_file!["../../../../tests/golden/faults-matica.txt"].assert_eq(&table.text);
}

/// Brings the printer to it, hears the driver, mends it, and prints the next card.
fn check(model: &'static str, row: &Row, keys: SenseKeys) {
    let about = format!(
        "{model} {keys:?}: {:?} at {:?}: {:?} {:?}",
        row.says, row.at, row.how, row.printer
    );
    let (mut duet, card) = make(model, row, keys);
    let (fault, evidence) = bring(&mut duet, row, &about);
    assert_eq!(fault, row.says, "{about}: {evidence:?}");
    if let (Some((key, asc)), SenseKeys::Vendor) = (row.told, keys) {
        let told = senses(&duet);
        let sense = u32::from(key) << 16 | u32::from(asc) << 8;
        assert!(told.contains(&sense), "{about}: {told:06X?}");
    }
    let mechanism = duet.firmware.mechanism();
    // What is stuck at the feeder has not come in.
    if let Some(inside) = evidence.place.inside()
        && mechanism.jam() != Some(Station::Feeder)
    {
        assert_eq!(inside, !mechanism.inside().is_empty(), "{about}");
    }
    // Where it stands in the way of every card, the next one is not begun before somebody came.
    if !row.remedy.is_empty() {
        let refused = duet.ask(Request::Prepare(ktp()));
        assert!(matches!(refused, Answer::Fault(..)), "{about}: {refused:?}");
    }
    all(&mut duet, row.remedy);
    go_on(&mut duet, row, card, &about);
}

/// After the remedy: what is inside is rejected; then a card from the start.
fn go_on(duet: &mut Duet, row: &Row, card: u64, about: &str) {
    duet.firmware.end_of_script();
    match row.printer {
        // No remedy but the right words in the configuration.
        Printer::OtherModel | Printer::OtherSize | Printer::NoStation => return,
        Printer::Plain
        | Printer::TellsTheLid
        | Printer::LastFilm
        | Printer::LastSet
        | Printer::HotHead
        | Printer::FullBins => {}
    }
    if row.at != At::Prepare {
        duet.listen(Stage::Face);
        let seen = duet.ask(examine());
        let (Answer::Done(evidence) | Answer::Fault(_, evidence)) = seen else {
            panic!("{about}: {seen:?}")
        };
        let inside = !duet.firmware.mechanism().inside().is_empty();
        assert_eq!(evidence.place.inside(), Some(inside), "{about}");
    }
    if !duet.firmware.mechanism().inside().is_empty() {
        duet.done(Request::Do(Stage::Reject));
        let last = duet.firmware.mechanism().reject().last().copied();
        assert!(last.is_some(), "{about}");
    }
    duet.done(Request::Do(Stage::Clear));
    for hand in [Hand::EmptyReject, Hand::TakeOutput, Hand::TakePile] {
        duet.hand(hand);
    }
    let number = whole_card(duet, ktp(), &picture(2));
    let mut good = duet.good_cards();
    good.retain(|id| *id >= card);
    // The card of the fault is whole as well only where its face had been fused before it.
    let both = row.at == At::Finish && good == [card, number];
    assert!(both || good == [number], "{about}: {good:?}");
}

/// The senses that the host has heard.
fn senses(duet: &Duet) -> BTreeSet<u32> {
    let heard = split(&duet.heard_by_host).into_iter();
    heard
        .filter(|message| word(message, 0) == REFUSED)
        .map(|message| word(message, 2))
        .collect()
}

/// One card's requests up to the one that tells it.
fn bring(duet: &mut Duet, row: &Row, about: &str) -> (Fault, Evidence) {
    let inside = Setup {
        card_inside: true,
        ..ktp()
    };
    let way = [
        (At::Prepare, Request::Prepare(ktp())),
        (At::Feed, Request::Do(Stage::Feed)),
        (At::Park, Request::Do(Stage::Park)),
        (At::Load, Request::Load(picture(1))),
        (At::Face, Request::Do(Stage::Face)),
        (At::Finish, Request::Do(Stage::Finish)),
        (At::Reject, Request::Do(Stage::Reject)),
        (At::Clear, Request::Do(Stage::Clear)),
        (At::GoOn, Request::Prepare(inside)),
    ];
    // A card to be rejected, or whose printer is to be cleared, stands at the print position without a face.
    let has_face = !matches!(row.at, At::Reject | At::Clear);
    let way = way.into_iter().filter(|(at, _)| match at {
        At::Load | At::Face => has_face,
        At::Finish | At::Eject | At::Reject | At::Clear => *at == row.at,
        At::Prepare | At::Feed | At::Park | At::GoOn => true,
    });
    let lead = |duet: &mut Duet| match row.how {
        How::Hands(hands) => all(duet, hands),
        How::Says(message, times) => {
            let (key, asc) = row.told.unwrap();
            let sense = u32::from(key) << 16 | u32::from(asc) << 8;
            duet.firmware.script(message, times, Act::Refuses(sense));
        }
        How::Armed(phase) => {
            let (key, asc) = row.told.unwrap();
            let code = u16::from(key) << 8 | u16::from(asc);
            duet.firmware.inner.arm_fault(code, phase);
        }
        How::Strikes(..) => {}
    };
    faults::bring(duet, way, row.at, lead, about)
}

fn make(model: &'static str, row: &Row, keys: SenseKeys) -> (Duet, u64) {
    // The one without counters is silent over datagrams: only the other way round is another unit told.
    let other = row.printer == Printer::OtherModel;
    let mut make = Make::new(if other { XID9300 } else { model });
    make.switches.sense_keys = keys;
    if let How::Strikes(step, strike) = row.how {
        make.plan = struck(step, 400, strike);
    }
    match row.printer {
        Printer::Plain => {}
        Printer::TellsTheLid => make.switches.lid_in_motion = LidInMotion::Door,
        Printer::LastFilm => make.profile.film_left = 1,
        Printer::LastSet => {
            make.plan = FaultPlan {
                ribbon_sets: Some(1),
                ..FaultPlan::default()
            };
        }
        Printer::HotHead => make.profile.heat.panel = 34_000,
        Printer::FullBins => {
            make.profile.fittings.output_capacity = 1;
            make.profile.fittings.reject_capacity = 1;
        }
        Printer::OtherSize => {
            make.dots = Some((SMALL.0 + 8, SMALL.1));
            make.options.dots = Some(SMALL);
        }
        Printer::NoStation => make.profile.fittings.contactless = false,
        Printer::OtherModel => make.really(XID8600),
    }
    let mut duet = make.duet();
    duet.records = true;
    match row.printer {
        Printer::LastFilm | Printer::LastSet | Printer::HotHead => {
            whole_card(&mut duet, ktp(), &picture(3));
        }
        Printer::FullBins => {
            whole_card(&mut duet, ktp(), &picture(3));
            duet.begin_card(ktp(), &picture(4), Stage::Park);
            duet.done(Request::Do(Stage::Reject));
        }
        Printer::Plain
        | Printer::TellsTheLid
        | Printer::OtherSize
        | Printer::NoStation
        | Printer::OtherModel => {}
    }
    let card = duet.firmware.mechanism().hopper().next().unwrap().0;
    (duet, card)
}
