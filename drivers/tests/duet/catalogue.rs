//! Every fault of the catalogue, on both sides: how the printer comes to it, what the driver says, what a
//! person does about it, and that the next card is whole.
//!
//! The texts and codes are written here a second time, from the same pages [code: iomem samples; doc], and
//! compared with the dialect's own tables: none may be missing on either side.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::status::{Decoded, NAK_CODES, StatusWord, TEXTS, decode};
use cetak_drivers::evolis::{Depth, Handshake};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::Switches;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Ribbon as Reel, RibbonKind};
use expect_test::expect_file;

use crate::bench::struck;
use crate::cards::{SMALL, check as whole_card, ktp, setup};
use crate::evolis::{Duet, Evolis, Make};
use crate::faults::{self, At, Table, all, fit, name, named_in, remedy};
use crate::pictures::{self, front};

mod rows;

use rows::{by_code, by_mechanism, by_script};

/// How the printer comes to it.
#[derive(Debug, Clone, Copy)]
enum How {
    /// Hands, just before that request.
    Hands(&'static [Do]),
    /// It happens by itself in that part of the card's way.
    Strikes(Step, Strike),
    /// No mechanism of ours can make it: a command is answered by script in the printer's place.
    Says(&'static str, &'static str),
}

/// One movement of a hand.
type Do = faults::Do<Evolis>;

impl Do {
    const RIBBON: Do = Do::new("Ribbon", |duet| fit(duet, RibbonKind::Ymcko));
    const WRONG_RIBBON: Do = Do::new("WrongRibbon", |duet| fit(duet, RibbonKind::K));
    const RIBBON_WITHOUT_CHIP: Do = Do::new("RibbonWithoutChip", |duet| {
        let mut reel = Reel::new(RibbonKind::Ymcko, 300, 200);
        reel.chip_count = None;
        duet.firmware.mechanism_mut().fit_ribbon(Some(reel));
    });
    /// Wait until what runs has ended.
    const WAIT: Do = Do::new("Wait", |duet| duet.pass(Duration::from_secs(20)));
}

/// What the printer is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printer {
    Primacy,
    /// A bin or box that takes one card.
    SmallBins,
    /// The same, by a model that does not tell of its reject box.
    SmallBinsGuide,
    /// Told to be a model that knows more than this one does.
    OtherModel,
    /// Told to flip, and cannot.
    NoFlipper,
    NoRejectBox,
    /// A ribbon with one set left.
    LastSet,
    /// The vendor's service rules it.
    Supervised,
}

struct Row {
    says: Fault,
    at: At,
    printer: Printer,
    how: How,
    /// The bit of the binary status that the firmware sets for it, by our keyword.
    bit: Option<&'static str>,
    /// What a person does.
    remedy: &'static [Do],
}

#[test]
fn what_a_mechanism_can_make() {
    for row in by_mechanism() {
        check(&row, Handshake::Replies);
    }
}

#[test]
fn what_only_a_script_can_say() {
    for row in by_script() {
        check(&row, Handshake::Replies);
    }
}

#[test]
fn what_a_mechanism_can_make_in_the_ack_nack_handshake() {
    for row in by_mechanism() {
        // A refused command is answered with a code, and those are fewer than the texts [doc].
        let coded = row.at != At::Prepare || row.says == Fault::UnknownCommand;
        let mechanical = matches!(row.says, Fault::CardJam | Fault::OutputFull);
        let says = if coded && mechanical {
            Fault::MechanicalTimeout
        } else if coded && row.says == Fault::OptionAbsent {
            Fault::BadParameter
        } else {
            row.says.clone()
        };

        check(&Row { says, ..row }, Handshake::AckNack);
    }
}

#[test]
fn what_the_codes_behind_nak_say() {
    for (_, row) in by_code() {
        check(&row, Handshake::AckNack);
    }
}

#[test]
fn every_text_and_code_that_the_dialect_knows_has_a_row() {
    let scripted = by_script();
    let said = |row: &Row| match row.how {
        How::Says(_, text) => text,
        How::Hands(_) | How::Strikes(..) => "",
    };
    for (text, fault) in TEXTS {
        let row = scripted.iter().find(|row| said(row) == *text);
        assert_eq!(row.map(|row| &row.says), Some(fault), "{text}");
    }
    for row in scripted.iter().filter(|row| said(row).starts_with("ERR")) {
        let known = TEXTS.iter().any(|(text, _)| *text == said(row));
        assert_eq!(
            known,
            !matches!(row.says, Fault::Unlisted(_)),
            "{}",
            said(row)
        );
    }
    let codes = by_code();
    for (code, fault) in NAK_CODES {
        let row = codes.iter().find(|(known, _)| known == code);
        assert_eq!(row.map(|(_, row)| &row.says), Some(fault), "NAK {code:02X}");
    }
    assert_eq!(
        codes.len(),
        NAK_CODES.len() + 1,
        "and one that is in no catalogue"
    );
}

#[test]
fn every_fault_that_the_dialects_source_names_is_in_the_catalogue() {
    let named = named_in("evolis", None);
    let mut shown: BTreeSet<String> = rows().iter().map(|row| name(&row.says)).collect();
    shown.extend(bits().iter().map(|(_, fault)| name(fault)));
    assert_eq!(named, shown);
    assert!(named.len() > 20, "the walk found the sources");
}

#[test]
fn every_bit_that_stands_for_a_fault_says_one_of_the_catalogue() {
    let told: BTreeSet<String> = rows().iter().map(|row| name(&row.says)).collect();
    for (keyword, fault) in bits() {
        // A printer of this family has neither film nor a way to tell of its heat but these bits, and how
        // they are asked for on the wire is unknown.
        let bits_only = matches!(fault, Fault::FilmEnd | Fault::Overheated);
        assert_ne!(told.contains(&name(&fault)), bits_only, "{keyword}");
    }
}

#[test]
fn the_catalogue_reads_like_this() {
    let mut table = Table::new(
        &[
            ("the driver says", 18),
            ("gravity", 7),
            ("told by", 8),
            ("how the printer comes to it", 44),
        ],
        "what a person does",
    );
    for row in rows() {
        let how = match row.how {
            How::Hands([]) => format!("{:?}", row.printer),
            How::Hands(hands) => format!("hands: {hands:?}"),
            How::Strikes(step, strike) => format!("{strike:?} in {step:?}"),
            How::Says(command, answer) => {
                format!("script: {command} < {}", answer.escape_default())
            }
        };
        table.row(&[
            &row.says.code(),
            &format_args!("{:?}", row.says.gravity()),
            &format_args!("{:?}", row.at),
            &how,
            &remedy(row.remedy),
        ]);
    }
    let mut table = table.text;
    table.push_str(
        "\nBits of the binary status that stand for a fault (how they are asked for is unknown)\n",
    );
    for (keyword, fault) in bits() {
        let _ = writeln!(table, "{keyword:<50} {}", fault.code());
    }
    expect_file!["../../../tests/golden/faults-evolis.txt"].assert_eq(&table);
}

fn rows() -> Vec<Row> {
    let mut rows = by_mechanism();
    rows.extend(by_script());
    rows.extend(by_code().into_iter().map(|(_, row)| row));
    rows
}

/// Every bit of every word that stands for a fault: word, mask and keyword, and the fault.
fn bits() -> Vec<(String, Fault)> {
    /// The bit of each word that announces the next extension.
    const CHAIN: [u32; 8] = [
        0x0800_0000,
        0,
        0,
        0,
        0x8000_0000,
        0x8000_0000,
        0x8000_0000,
        0,
    ];
    let mut found = Vec::new();
    for (at, word) in StatusWord::ALL.into_iter().enumerate() {
        for mask in (0..32).rev().map(|shift| 1_u32 << shift) {
            let mut words = CHAIN;
            words[at] |= mask;
            let known = decode(&words).into_iter().find_map(|bit| match bit {
                Decoded::Known(bit) if bit.word == word && bit.mask == mask => Some(bit),
                Decoded::Known(_) | Decoded::Unknown { .. } => None,
            });
            if let Some((bit, fault)) = known.and_then(|bit| bit.fault.clone().map(|f| (bit, f))) {
                found.push((
                    format!("{:<11} {mask:08x} {}", format!("{word:?}"), bit.keyword),
                    fault,
                ));
            }
        }
    }
    found
}

/// Brings the printer to it, hears the driver, mends it, and prints the next card.
fn check(row: &Row, handshake: Handshake) {
    let about = format!("{:?} at {:?}: {:?}", row.says, row.at, row.how);
    let mut duet = make(row, handshake);
    let card = duet.firmware.mechanism().hopper().next().unwrap().0;

    let (fault, evidence) = bring(&mut duet, row, &about);
    assert_eq!(fault, row.says, "{about}: {evidence:?}");
    assert!(duet.script_is_spent(), "{about}");
    let mechanism = duet.firmware.mechanism();
    if let Some(inside) = evidence.place.inside() {
        assert_eq!(
            inside,
            !mechanism.inside().is_empty(),
            "{about}: {evidence:?}"
        );
    }
    if let Some(cards) = evidence.cards {
        assert_eq!(cards, duet.counts().0, "{about}");
    }
    if let Some(keyword) = row.bit {
        let told = bits_of(&duet);
        assert!(told.contains(&keyword), "{about}: {told:?}");
    }
    // Where it stands in the way of every card, the next one is not begun before somebody came.
    if !row.remedy.is_empty() {
        let refused = duet.ask(Request::Prepare(ktp()));
        assert!(matches!(refused, Answer::Fault(..)), "{about}: {refused:?}");
    }
    all(&mut duet, row.remedy);
    go_on(&mut duet, row, card, &about);
}

/// After the remedy: what is inside is rejected, or ejected where it is finished; then a card from the start.
fn go_on(duet: &mut Duet, row: &Row, card: u64, about: &str) {
    if row.printer == Printer::OtherModel || row.printer == Printer::NoFlipper {
        // No remedy but the right name in the configuration.
        return;
    }
    if row.printer == Printer::Supervised {
        duet.stranger("Pem;0");
    }
    let place = duet.done(Request::Status).place;
    let inside = !duet.firmware.mechanism().inside().is_empty();
    assert_eq!(place.inside(), Some(inside), "{about}");
    if inside && row.at == At::Eject {
        duet.done(Request::Do(Stage::Eject));
        duet.assert_card(card, CardPlace::Output, Looks::Whole);
    } else if inside {
        duet.done(Request::Do(Stage::Reject));
        assert_eq!(duet.firmware.mechanism().reject().len(), 1, "{about}");
    }
    duet.done(Request::Do(Stage::Clear));
    for hand in [Hand::EmptyReject, Hand::TakeOutput] {
        duet.hand(hand);
    }
    let image = front(pictures::side(SMALL.0, SMALL.1, 1));
    let setup = if row.printer == Printer::SmallBinsGuide {
        setup(Ribbon::Ymcko)
    } else {
        ktp()
    };
    whole_card(duet, setup, &image, Depth::default());
    let good = duet.good_cards();
    // The card of the fault is whole as well only where its last panel had been laid before it.
    let finished = matches!(row.at, At::Eject | At::Reject | At::Clear | At::Prepare);
    assert!(good.len() == 1 || finished, "{about}: {good:?}");
}

/// One card's requests up to the one that tells it.
fn bring(duet: &mut Duet, row: &Row, about: &str) -> (Fault, Evidence) {
    let duplex = row.printer == Printer::NoFlipper;
    let setup = match row.printer {
        Printer::SmallBinsGuide => setup(Ribbon::Ymcko),
        Printer::NoFlipper => Setup { duplex, ..ktp() },
        Printer::Primacy
        | Printer::SmallBins
        | Printer::OtherModel
        | Printer::NoRejectBox
        | Printer::LastSet
        | Printer::Supervised => ktp(),
    };
    let (lines, columns) = SMALL;
    let image = CardImage {
        front: pictures::side(lines, columns, 0),
        back: duplex.then(|| pictures::side(lines, columns, 2)),
    };
    let way = [
        (At::Prepare, Request::Prepare(setup)),
        (At::Feed, Request::Do(Stage::Feed)),
        (At::Park, Request::Do(Stage::Park)),
        (At::Load, Request::Load(Arc::new(image))),
        (At::Face, Request::Do(Stage::Face)),
        (At::Finish, Request::Do(Stage::Finish)),
        (At::Eject, Request::Do(Stage::Eject)),
        (At::Reject, Request::Do(Stage::Reject)),
        (At::Clear, Request::Do(Stage::Clear)),
    ];
    let way = way.into_iter().filter(|(at, _)| match at {
        At::Park => setup.chip,
        // Where nothing is held, the last part would eject what is to be rejected.
        At::Finish => row.at != At::Reject || setup.hold,
        At::Eject => row.at <= At::Eject,
        At::Reject => row.at <= At::Reject,
        At::Prepare | At::Feed | At::Load | At::Face | At::Clear | At::GoOn => true,
    });
    let lead = |duet: &mut Duet| match row.how {
        How::Hands(hands) => all(duet, hands),
        How::Says(command, answer) => {
            let mut bytes = answer.as_bytes().to_vec();
            if !answer.starts_with('\x15') {
                bytes.push(0);
            }
            duet.script(command, &bytes);
        }
        How::Strikes(..) => {}
    };
    faults::bring(duet, way, row.at, lead, about)
}

fn make(row: &Row, handshake: Handshake) -> Duet {
    let model = match row.printer {
        Printer::SmallBinsGuide => "evolis-dualys",
        Printer::NoFlipper => "evolis-primacy-duplex",
        Printer::Primacy
        | Printer::SmallBins
        | Printer::OtherModel
        | Printer::NoRejectBox
        | Printer::LastSet
        | Printer::Supervised => "evolis-primacy",
    };
    let mut make = Make::new(model);
    if handshake == Handshake::AckNack {
        make = make.ack_nack();
    }
    if let How::Strikes(step, strike) = row.how {
        make.plan = struck(step, 400, strike);
    }
    match row.printer {
        Printer::Primacy | Printer::Supervised => {}
        Printer::SmallBins => {
            make.profile.fittings.output_capacity = 1;
            make.profile.fittings.reject_capacity = 3;
        }
        Printer::SmallBinsGuide => {
            make.profile.fittings.output_capacity = 1;
            make.profile.fittings.reject_capacity = 1;
            make.profile.ribbon = RibbonKind::Ymcko;
        }
        Printer::OtherModel => make.really("evolis-dualys"),
        Printer::NoFlipper => {
            make.really("evolis-primacy");
        }
        Printer::NoRejectBox => {
            make.switches = Switches {
                reject_box: false,
                ..Switches::default()
            };
        }
        Printer::LastSet => make.plan.ribbon_sets = Some(1),
    }
    let mut duet = make.duet();
    let image = front(pictures::side(SMALL.0, SMALL.1, 3));
    match row.printer {
        // One card before fills the bin, or uses up the ribbon.
        Printer::LastSet => {
            whole_card(&mut duet, ktp(), &image, Depth::default());
        }
        Printer::SmallBins if row.at == At::Eject => {
            whole_card(&mut duet, ktp(), &image, Depth::default());
        }
        Printer::SmallBins | Printer::SmallBinsGuide => {
            let wanted = if row.printer == Printer::SmallBins {
                ktp()
            } else {
                setup(Ribbon::Ymcko)
            };
            duet.done(Request::Prepare(wanted));
            duet.done(Request::Do(Stage::Feed));
            duet.done(Request::Do(Stage::Reject));
        }
        Printer::Supervised => duet.stranger("Pem;38"),
        Printer::Primacy | Printer::OtherModel | Printer::NoFlipper | Printer::NoRejectBox => {}
    }
    duet
}

/// Our keywords for the bits that the firmware has set.
fn bits_of(duet: &Duet) -> Vec<&'static str> {
    let words = duet.firmware.status_words();
    let words = [
        words.config,
        words.information,
        words.warning,
        words.error,
        0,
        0,
        0,
        0,
    ];
    decode(&words)
        .into_iter()
        .filter_map(|bit| match bit {
            Decoded::Known(bit) => Some(bit.keyword),
            Decoded::Unknown { .. } => None,
        })
        .collect()
}
