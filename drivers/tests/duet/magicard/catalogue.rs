//! Every error of the simulated printer's table, on both sides: how the printer comes to it, what the driver says at
//! which request, where the card then is, what a person does, and that the card is whole once and only once.
//!
//! Two codes are real, 00:00 and 11:01 \[capture\]; the others are the simulator's placeholders. The driver tells an
//! unknown code as it came, and by its meaning where the options have a row for it that a bench found.

use std::collections::BTreeSet;
use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::status::fault_of;
use cetak_drivers::magicard::{Code, Transport};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::magicard::{CardsCount, FAULTS, HeadLayout, Language};
use cetak_firmware_sims::mechanism::{CardPlace, Looks, RibbonKind};
use expect_test::expect_file;

use super::bench::{Duet, Magicard, Make};
use super::cards::{self, SMALL, colour, picture, setup};
use super::room::{Case, LONG, assert_true, good, look_into, off_and_on, port_error, tidy_up};
use crate::bench::struck;
use crate::faults::{self, At, Table, all, fit, name, named_in, remedy, unlisted};
use crate::pictures;

mod cleared;
mod refusals;
mod rows;

use rows::{MEANINGS, rows};

/// How the printer comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Hands, just before that request.
    Hands(&'static [Do]),
    /// It happens by itself in that part of the card's way.
    Strikes(Step, Strike),
    /// No mechanism of ours can make it: the next thing that is to move meets it.
    Armed,
}

/// One movement of a hand.
type Do = faults::Do<Magicard>;

impl Do {
    const RIBBON: Do = Do::new("Ribbon", |duet| fit(duet, RibbonKind::Ymcko));
    const WRONG_RIBBON: Do = Do::new("WrongRibbon", |duet| fit(duet, RibbonKind::K));
    /// Asks at the panel to be cleaned.
    const CLEAN: Do = Do::new("Clean", |duet| {
        duet.stranger_bytes(b"\x01,REQ,CLN,\x1C\x03")
    });
    const CANCEL: Do = Do::new("Cancel", |duet| {
        let button = Button::Cancel;
        duet.hand(Hand::Press { button });
    });
}

/// What the printer is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printer {
    OneSide,
    /// The card has two sides.
    TwoSides,
    /// Told to flip, and cannot.
    NoFlipper,
    /// An output bin that takes one card, and has it.
    FullBin,
    /// A film with one set, and it is used.
    LastSet,
    /// The same, and the film's tag is not read.
    LastSetUnread,
    /// Told to be of the other head.
    OtherHead,
    /// Its head warms faster than it may.
    Hot,
}

/// Where the card of the fault is when it is told, and what is on it.
type Spot = (CardPlace, Looks);

struct Row {
    code: &'static str,
    at: At,
    printer: Printer,
    how: How,
    card: Spot,
    /// What a person does about the cause.
    remedy: &'static [Do],
}

/// Which driver hears it, and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    /// An Enduro on USB.
    Enduro,
    /// The same, with a bench's rows of codes.
    EnduroBenched,
    /// The same on a socket, which has no port byte.
    EnduroSocket,
    /// A Tango on USB: the port's byte is all that tells.
    Rio,
    /// The same, asked for the error's text.
    RioAsked,
}

const HEARINGS: [Hearing; 5] = [
    Hearing::Enduro,
    Hearing::EnduroBenched,
    Hearing::EnduroSocket,
    Hearing::Rio,
    Hearing::RioAsked,
];

/// What a person does when the cause is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Switches it off and on, as the spooler asks for in every doubt.
    OffAndOn,
    /// Presses Cancel.
    Cancel,
    /// Leaves it to the driver's own Cancel.
    Driver,
}

#[test]
fn every_error_is_told_and_ends_with_one_whole_card() {
    for row in rows() {
        for hearing in HEARINGS {
            for ends in [Ends::OffAndOn, Ends::Cancel, Ends::Driver] {
                check(&row, hearing, ends);
            }
        }
    }
}

#[test]
fn both_tables_have_every_code_and_no_other() {
    let shown: BTreeSet<&str> = rows().iter().map(|row| row.code).collect();
    let simulated: BTreeSet<&str> = FAULTS.iter().map(|(code, ..)| *code).collect();
    assert_eq!(shown, simulated);
    let meant: BTreeSet<&str> = MEANINGS.iter().map(|(code, _)| *code).collect();
    let unknown: BTreeSet<&str> = simulated
        .into_iter()
        .filter(|code| *code != "11:01")
        .collect();
    assert_eq!(meant, unknown, "a bench may find the others");
    for row in rows() {
        let armed = FAULTS
            .iter()
            .any(|fault| fault.0 == row.code && fault.2 == "armed");
        assert_eq!(armed, row.how == How::Armed, "{}", row.code);
    }
    for (text, ..) in FAULTS {
        let known = benched();
        let says = fault_of(code(text), &[]).unwrap();
        if *text == "11:01" {
            assert_eq!(says, Fault::FeederEmpty);
            assert_eq!(fault_of(code(text), &known), Some(says));
        } else {
            assert_eq!(says, unlisted(text));
            let (_, meant) = MEANINGS.iter().find(|(code, _)| code == text).unwrap();
            assert_eq!(fault_of(code(text), &known).as_ref(), Some(meant));
        }
    }
    assert_eq!(fault_of(Code::NONE, &benched()), None);
}

#[test]
fn every_fault_that_the_dialects_source_names_is_in_the_catalogue() {
    let named = named_in("magicard", None);
    let mut shown: BTreeSet<String> = refusals::told().iter().map(name).collect();
    for row in rows() {
        shown.extend(HEARINGS.map(|hearing| says(&row, hearing)).iter().map(name));
    }
    for (_, fault) in MEANINGS {
        // These are words of a bench's rows, not of the dialect.
        if !named.contains(&name(fault)) {
            shown.remove(&name(fault));
        }
    }
    assert_eq!(named, shown);
}

#[test]
fn the_catalogue_reads_like_this() {
    let mut table = Table::new(
        &[
            ("code", 6),
            ("the driver says", 18),
            ("with a bench's row", 18),
            ("told by", 7),
            ("how the printer comes to it", 34),
            ("the card then", 22),
        ],
        "what a person does",
    );
    for row in rows() {
        let how = match row.how {
            How::Hands([]) => format!("{:?}", row.printer),
            How::Hands(hands) => format!("hands: {hands:?}"),
            How::Strikes(step, strike) => format!("{strike:?} in {step:?}"),
            How::Armed => "armed".to_owned(),
        };
        let said = |hearing| {
            let fault = says(&row, hearing);
            if let Fault::Unlisted(text) = fault {
                return text;
            }
            fault.code().to_owned()
        };
        let (place, looks) = row.card;
        table.row(&[
            &row.code,
            &said(Hearing::Enduro),
            &said(Hearing::EnduroBenched),
            &format_args!("{:?}", row.at),
            &how,
            &format_args!("{place:?}, {looks:?}"),
            &remedy(row.remedy),
        ]);
    }
    expect_file!["../../../../tests/golden/faults-magicard.txt"].assert_eq(&table.text);
}

fn code(text: &str) -> Code {
    let (major, minor) = text.split_once(':').unwrap();
    Code(major.parse().unwrap(), minor.parse().unwrap())
}

fn benched() -> Vec<(Code, Fault)> {
    let rows = MEANINGS.iter();
    rows.map(|(text, fault)| (code(text), fault.clone()))
        .collect()
}

/// The film is known to be used up or to lack panels before a card, and the error only behind it.
fn film_tells(row: &Row) -> bool {
    let film = row.code == "11:22" || row.code == "11:18" || row.code == "11:09";
    film && row.at == At::Prepare
}

/// What the driver says.
fn says(row: &Row, hearing: Hearing) -> Fault {
    if film_tells(row) {
        return Fault::RibbonEnd;
    }
    // A page is open or about to be: nothing can be asked, and the port's byte alone tells.
    let by_port = row.at == At::Face || (row.at == At::Finish && opens_lid_before(row));
    let by_code = |known: &[(Code, Fault)]| fault_of(code(row.code), known).unwrap();
    match hearing {
        Hearing::EnduroSocket => by_code(&[]),
        Hearing::Rio => port_error(),
        Hearing::Enduro | Hearing::EnduroBenched | Hearing::RioAsked if by_port => port_error(),
        Hearing::EnduroBenched => by_code(&benched()),
        Hearing::Enduro | Hearing::RioAsked => by_code(&[]),
    }
}

fn opens_lid_before(row: &Row) -> bool {
    row.how == How::Hands(&[Do::OPEN_LID])
}

fn is_rio(hearing: Hearing) -> bool {
    matches!(hearing, Hearing::Rio | Hearing::RioAsked)
}

/// A way that this driver cannot hear of, or not in that form.
fn is_void(row: &Row, hearing: Hearing) -> bool {
    let film = [&[Do::NO_RIBBON], &[Do::WRONG_RIBBON]];
    let film = film.iter().any(|hands| row.how == How::Hands(*hands));
    // A Rio tells nothing of its film but what is left of it.
    (is_rio(hearing) && row.at == At::Prepare && film)
        // The profiles of Rio and Tango all have the flipper, and one that cannot read its film's tag says that
        // nothing is left on it.
        || (is_rio(hearing) && matches!(row.printer, Printer::NoFlipper | Printer::LastSetUnread))
}

fn make(row: &Row, hearing: Hearing) -> Duet {
    let rio = is_rio(hearing);
    let mut make = match row.printer {
        Printer::OtherHead => {
            let mut make = Make::new(if rio {
                "magicard-rio2"
            } else {
                "magicard-enduro"
            });
            make.profile.head = match make.profile.language {
                Language::Rio => HeadLayout::SplitHigh,
                Language::Enduro | Language::Alto => HeadLayout::Linear,
            };
            make
        }
        Printer::OneSide
        | Printer::TwoSides
        | Printer::NoFlipper
        | Printer::FullBin
        | Printer::LastSet
        | Printer::LastSetUnread
        | Printer::Hot => Make::new(if rio {
            "magicard-tango2e"
        } else {
            "magicard-enduro-plus"
        }),
    };
    match row.printer {
        Printer::OneSide | Printer::TwoSides | Printer::OtherHead => {}
        Printer::NoFlipper => make.really("magicard-enduro"),
        Printer::FullBin => make.profile.fittings.output_capacity = 1,
        Printer::LastSet | Printer::LastSetUnread => {
            make.plan.ribbon_sets = Some(1);
            make.switches.tag_read = row.printer == Printer::LastSet;
        }
        Printer::Hot => make.profile.heat.dye = 70.0,
    }
    make.profile.ribbon = RibbonKind::Ymcko;
    if let How::Strikes(step, strike) = row.how {
        make.plan.faults = struck(step, 400, strike).faults;
    }
    match hearing {
        Hearing::Enduro | Hearing::Rio => {}
        Hearing::EnduroBenched => make.options.codes = benched(),
        Hearing::EnduroSocket => make.options.transport = Transport::Tcp,
        Hearing::RioAsked => make.options.asks_error = true,
    }
    let mut duet = make.duet();
    match row.printer {
        // One card before fills the bin, or uses up the film.
        Printer::FullBin | Printer::LastSet | Printer::LastSetUnread => {
            cards::check(&mut duet, colour(), &picture(5));
        }
        Printer::OneSide
        | Printer::TwoSides
        | Printer::NoFlipper
        | Printer::OtherHead
        | Printer::Hot => {}
    }
    duet
}

/// Brings the printer to it, hears the driver, mends it, and prints the card.
fn check(row: &Row, hearing: Hearing, ends: Ends) {
    let about = format!(
        "{} at {:?}, {:?}, {hearing:?}, {ends:?}",
        row.code, row.at, row.how
    );
    if is_void(row, hearing) {
        return;
    }
    let mut duet = make(row, hearing);
    let two = matches!(row.printer, Printer::TwoSides | Printer::NoFlipper);
    let wanted = Setup {
        duplex: two,
        ..colour()
    };
    let image = Arc::new(CardImage {
        back: two.then(|| pictures::side(SMALL.0, SMALL.1, 2)),
        ..picture(1)
    });
    let card = duet.firmware.mechanism().hopper().next().unwrap().0;

    let (at, fault, case) = bring(&mut duet, row, wanted, &image, &about);
    let late = hearing == Hearing::EnduroSocket && row.at == At::Face;
    assert_eq!(at, if late { At::Finish } else { row.at }, "{about}");
    assert_eq!(fault, says(row, hearing), "{about}");
    if row.how != How::Hands(&[Do::UNLOAD]) {
        let seen = duet.card(card);
        assert_eq!((seen.place, seen.looks()), row.card, "{about}");
    }
    let Some(mut case) = case else {
        all(&mut duet, row.remedy);
        let latched = row.how == How::Hands(&[Do::CLEAN]);
        if latched && ends == Ends::OffAndOn {
            off_and_on(&mut duet, &about);
        } else if latched && ends == Ends::Cancel {
            all(&mut duet, &[Do::CANCEL]);
        } else {
            duet.done(Request::Do(Stage::Clear));
        }
        cards::check(&mut duet, wanted, &image);
        return;
    };

    // The verdict rests on what was heard before anybody came.
    let verdict = look_into(&mut duet, &mut case, &about);
    assert_true(&mut duet, verdict, &image, &about);
    // Only where no card can have been drawn for it, and the tag of the film says so too, does anything go on by itself.
    let not_fed = row.code == "11:01" || at == At::Face;
    let goes_on = not_fed && !is_rio(hearing);
    let expected = if goes_on {
        Verdict::Go(Point::Before)
    } else {
        Verdict::Ask
    };
    assert_eq!(verdict, expected, "{about}");
    all(&mut duet, row.remedy);
    if verdict == Verdict::Ask {
        match ends {
            Ends::OffAndOn => off_and_on(&mut duet, &about),
            Ends::Cancel | Ends::Driver => {
                if opens_lid_before(row) {
                    // What came of the page still waits for its rest: only the switch helps.
                    off_and_on(&mut duet, &about);
                } else if ends == Ends::Cancel {
                    all(&mut duet, &[Do::CANCEL]);
                }
            }
        }
        duet.pass(LONG);
    }
    if ends == Ends::Driver {
        duet.done(Request::Do(Stage::Clear));
    }
    duet.pass(LONG);
    tidy_up(&mut duet);
    if good(&duet, &image) == 0 && row.printer != Printer::NoFlipper {
        let remade = match row.printer {
            // No remedy but the right name in the configuration, or another room.
            Printer::OtherHead | Printer::Hot => return,
            Printer::OneSide
            | Printer::TwoSides
            | Printer::FullBin
            | Printer::LastSet
            | Printer::LastSetUnread
            | Printer::NoFlipper => image.as_ref(),
        };
        cards::check(&mut duet, wanted, remade);
        assert_eq!(good(&duet, &image), 1, "{about}");
    }
}

/// One card's requests up to the one that tells it; the case, where a page was begun.
fn bring(
    duet: &mut Duet,
    row: &Row,
    wanted: Setup,
    image: &Arc<CardImage>,
    about: &str,
) -> (At, Fault, Option<Case>) {
    let way = [
        (At::Prepare, Request::Prepare(wanted)),
        (At::Load, Request::Load(Arc::clone(image))),
        (At::Face, Request::Do(Stage::Face)),
        (At::Finish, Request::Do(Stage::Finish)),
    ];
    let mut baseline = Evidence::default();
    let sides = if wanted.duplex { 2 } else { 1 };
    for (at, request) in way {
        if at == row.at {
            match row.how {
                How::Hands(hands) => all(duet, hands),
                How::Armed => assert!(duet.firmware.arm_fault(row.code), "{about}"),
                How::Strikes(..) => {}
            }
        }
        match duet.ask(request) {
            Answer::Done(told) if at == At::Prepare => baseline = told,
            Answer::Done(_) => assert!(at < At::Finish, "{about}: nothing told it"),
            Answer::Fault(fault, _) => {
                let case = at.stage().map(|after| Case {
                    after,
                    baseline,
                    panels: 5 * sides,
                    heard: Some(fault.clone()),
                    listened: true,
                    cleared: false,
                    ok_pressed: false,
                });
                return (at, fault, case);
            }
            other @ (Answer::Silent { .. } | Answer::Lost) => panic!("{about}: {at:?}: {other:?}"),
        }
    }
    panic!("{about}: no request told it")
}

fn prepare() -> Request {
    Request::Prepare(setup(Ribbon::Ymcko))
}
