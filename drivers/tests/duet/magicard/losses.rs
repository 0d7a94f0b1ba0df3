//! Host, cable and power lost at any byte of a page and in every part of a card's way, under every reading of what
//! half a page then comes to: the verdict is true or asks, and one good card is there in the end.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::Transport;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::magicard::{
    CardsCount, Etx, FeedAt, HalfPayload, PageAfterCut, PageWithCardInside, PositionAfterPower,
    PowerUp, Switches,
};
use cetak_firmware_sims::mechanism::CounterStore;

use super::bench::{Duet, Make};
use super::cards::colour;
use super::room::{Case, LONG, Trouble, good, print, see_to_it};
use crate::bench::{Cuts, struck};

/// Bytes between two losses in a page; no divisor of a plane's row.
const STRIDE: usize = 977;
/// How far into a part of a card's way, per thousand.
const PERMILLE: [u16; 3] = [0, 400, 999];
/// Every part of a card's way.
const WAY: [Step; 7] = [
    Step::Feed,
    Step::Panel(0),
    Step::Panel(1),
    Step::Panel(2),
    Step::Panel(3),
    Step::Panel(4),
    Step::Eject,
];
/// Both languages.
const MODELS: [&str; 2] = ["magicard-enduro", "magicard-rio2"];

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// The host dies and another one starts; what its kernel holds still goes out.
    Host,
    /// The same, and it does not.
    HostDrops,
    /// The cable is pulled; what waits on it goes out when it is put in again.
    CableKeeps,
    /// The same, and it is lost.
    CableDrops,
    /// The printer is switched off and on.
    Power,
}

const LOSSES: [Loss; 5] = [
    Loss::Host,
    Loss::HostDrops,
    Loss::CableKeeps,
    Loss::CableDrops,
    Loss::Power,
];

impl Loss {
    fn strike(self, duet: &mut Duet) {
        let drops = matches!(self, Loss::CableDrops | Loss::HostDrops);
        duet.cable.drop_on_close(drops);
        match self {
            Loss::Host | Loss::HostDrops => duet.restart(),
            Loss::CableKeeps | Loss::CableDrops => {
                duet.hand(Hand::PlugOut);
            }
            Loss::Power => {
                duet.hand(Hand::PowerOff);
            }
        }
    }

    /// A while later.
    fn mend(self, duet: &mut Duet) {
        duet.pass(Duration::from_secs(5));
        match self {
            Loss::Host | Loss::HostDrops => {}
            Loss::CableKeeps | Loss::CableDrops => {
                duet.hand(Hand::PlugIn);
            }
            Loss::Power => {
                duet.hand(Hand::PowerOn);
                duet.pass(Duration::from_secs(30));
            }
        }
    }
}

/// Readings of what half a page comes to.
fn readings() -> Vec<Switches> {
    let ordinary = Switches::default();
    vec![
        ordinary,
        Switches {
            half_payload: HalfPayload::Timeout(30),
            feed_at: FeedAt::Header,
            ..ordinary
        },
        Switches {
            half_payload: HalfPayload::DroppedOnClose,
            feed_at: FeedAt::FirstPlane,
            ..ordinary
        },
        Switches {
            page_after_cut: PageAfterCut::Dropped,
            etx: Etx::Any,
            inf_while_busy: false,
            ..ordinary
        },
        Switches {
            page_after_cut: PageAfterCut::Printed,
            page_with_card_inside: PageWithCardInside::Jams,
            feed_at: FeedAt::Header,
            ..ordinary
        },
    ]
}

/// What a bench would find of such a printer.
pub(super) fn benched(switches: Switches) -> Vec<BenchFlag> {
    let whole_pages_alone =
        switches.page_after_cut != PageAfterCut::Printed && switches.etx != Etx::Any;
    let found = [
        (
            switches.cards_count == CardsCount::Eject,
            BenchFlag::CardCountedAtEject,
        ),
        (switches.panels_count_at_end, BenchFlag::PanelCountedAtEnd),
        (switches.overcoat_counted, BenchFlag::LastPanelCounted),
        (whole_pages_alone, BenchFlag::HalfPageNeverPrinted),
    ];
    let found = found.into_iter().filter(|(is, _)| *is);
    found.map(|(_, flag)| flag).collect()
}

fn make(model: &'static str, switches: Switches) -> Make {
    let mut make = Make::new(model).ymcko();
    make.dots = Some((8, 16));
    make.switches = switches;
    make.options.bench = benched(switches);
    make
}

fn small() -> Arc<CardImage> {
    let side = crate::pictures::side(8, 16, 1);
    Arc::new(crate::pictures::front(side))
}

/// A card whose page is still to be sent, and what it starts from.
fn loaded(duet: &mut Duet, image: &Arc<CardImage>) -> Evidence {
    let baseline = duet.done(Request::Prepare(colour()));
    duet.done(Request::Load(Arc::clone(image)));
    baseline
}

/// Bytes of the two parts of a page.
fn parts(model: &'static str, image: &Arc<CardImage>) -> (u64, u64) {
    let mut duet = make(model, Switches::default()).duet();
    loaded(&mut duet, image);
    let before = duet.cable.taken_total();
    duet.done(Request::Do(Stage::Face));
    let face = duet.cable.taken_total() - before;
    duet.records = true;
    duet.done(Request::Do(Stage::Finish));
    let ends = |five: &[u8]| five == [0x1C, b'K', b':', 0x03];
    let finish = duet.heard_by_printer.windows(4).position(ends).unwrap() + 4;
    (face, finish as u64)
}

/// Runs until the printer has heard so many bytes of the page. Gives the stage that was asked last, and whether it is
/// still in flight: it is not where the cable took the rest of it.
fn up_to(duet: &mut Duet, byte: u64, face: u64) -> (Stage, bool) {
    let heard = duet.cable.taken_total();
    duet.cuts_to_printer = Cuts::from(heard, [heard + byte]);
    let stage = if byte < face {
        Stage::Face
    } else {
        duet.done(Request::Do(Stage::Face));
        Stage::Finish
    };
    let told = duet.news.len();
    duet.begin(Request::Do(stage));
    duet.pass(Duration::from_millis(20));
    assert!(duet.cuts_to_printer.spent(), "byte {byte} was heard");
    let answered = |event: &Event| matches!(event, Event::Answered(_));
    (stage, !duet.news[told..].iter().any(answered))
}

#[test]
fn host_cable_and_power_are_lost_at_any_byte_of_a_page() {
    let image = small();
    let (mut asked, mut went_on, mut printed) = (0, 0, 0);
    for model in MODELS {
        let (face, finish) = parts(model, &image);
        let ends = [1, 63, 64, 65, 66, face - 1, face, face + 1];
        let last = [face + finish - 2, face + finish - 1, face + finish];
        let inner = (70..face + finish).step_by(STRIDE);
        let places: Vec<u64> = ends.into_iter().chain(last).chain(inner).collect();
        for switches in readings() {
            for loss in LOSSES {
                for byte in &places {
                    let about = format!("{loss:?} at byte {byte} of {model}, {switches:?}");
                    let mut duet = make(model, switches).duet();
                    let baseline = loaded(&mut duet, &image);
                    let (after, in_flight) = up_to(&mut duet, *byte, face);
                    loss.strike(&mut duet);
                    let same_host = !matches!(loss, Loss::Host | Loss::HostDrops);
                    if in_flight && same_host {
                        assert_eq!(duet.until_answered(), Answer::Lost, "{about}");
                    }
                    loss.mend(&mut duet);
                    if switches.etx == Etx::Any {
                        // The end of a question may have ended the page; another life hears of it.
                        let listens = Request::Listen { after: Some(after) };
                        duet.ask(listens);
                        duet.restart();
                        duet.pass(LONG);
                    }
                    let case = Case {
                        after,
                        baseline,
                        panels: 5,
                        heard: None,
                        listened: false,
                        cleared: false,
                        ok_pressed: false,
                    };
                    match see_to_it(&mut duet, case, colour(), &image, &about) {
                        Verdict::Ask => asked += 1,
                        Verdict::Printed => printed += 1,
                        Verdict::Go(_)
                        | Verdict::Reject
                        | Verdict::Spoiled
                        | Verdict::Sought
                        | Verdict::Clear => went_on += 1,
                    }
                }
            }
        }
    }
    assert!(
        asked > 50 && went_on > 50 && printed > 5,
        "{asked} {went_on} {printed}"
    );
}

/// A card's requests with a loss that strikes in its way; the case, where something was told.
fn struck_card(
    make: Make,
    strike: Strike,
    image: &Arc<CardImage>,
    about: &str,
) -> (Duet, Option<Case>) {
    let mut duet = make.duet();
    let told = print(&mut duet, colour(), image, 5);
    let case = match told {
        Ok(()) => {
            assert_eq!(strike, Strike::StaleAnswer, "{about}: nothing was told");
            assert_eq!(good(&duet, image), 1, "{about}");
            None
        }
        Err(Trouble::Doubt(case)) => Some(case),
        Err(Trouble::Before(answer)) => panic!("{about}: {answer:?}"),
    };
    (duet, case)
}

/// Readings of what a power cut in mid-card comes to.
fn after_power() -> Vec<Switches> {
    let ordinary = Switches::default();
    let mut readings = Vec::new();
    for counter_store in [
        CounterStore::AtOnce,
        CounterStore::AtEject,
        CounterStore::EverySeconds(20),
    ] {
        for power_up in [PowerUp::Keep, PowerUp::Output, PowerUp::Reject] {
            readings.push(Switches {
                counter_store,
                power_up,
                ..ordinary
            });
        }
    }
    readings.push(Switches {
        position_after_power: PositionAfterPower::Forgotten,
        page_with_card_inside: PageWithCardInside::Jams,
        ..ordinary
    });
    readings
}

fn in_every_part(
    strike: Strike,
    readings: &[Switches],
    mut after: impl FnMut(&mut Duet, &Arc<CardImage>, Option<Case>, &str),
) {
    let image = small();
    for model in MODELS {
        for transport in [Transport::Usb, Transport::Tcp] {
            for (step, permille) in WAY
                .into_iter()
                .flat_map(|step| PERMILLE.map(|at| (step, at)))
            {
                for switches in readings {
                    let about = format!(
                        "{strike:?} at {permille} of {step:?}, {model} over {transport:?}, {switches:?}"
                    );
                    let mut make = make(model, *switches).over(transport);
                    make.plan = struck(step, permille, strike);
                    let (mut duet, case) = struck_card(make, strike, &image, &about);
                    after(&mut duet, &image, case, &about);
                }
            }
        }
    }
}

#[test]
fn power_that_goes_in_mid_card_and_comes_back_is_looked_into() {
    for strike in [Strike::PowerDip(3000), Strike::PowerCut] {
        in_every_part(strike, &after_power(), |duet, image, case, about| {
            let case = case.unwrap();
            assert!(!case.listened, "{about}: the link fell");
            if strike == Strike::PowerCut {
                let listens = Request::Listen {
                    after: Some(case.after),
                };
                assert_eq!(duet.ask(listens), Answer::Lost, "{about}: nobody is there");
                duet.hand(Hand::PowerOn);
            }
            duet.pass(Duration::from_secs(60));
            see_to_it(duet, case, colour(), image, about);
        });
    }
}

#[test]
fn a_cable_that_is_pulled_in_mid_card_leaves_the_printer_to_end_it() {
    let ordinary = [Switches::default()];
    let mut printed = 0;
    in_every_part(
        Strike::CablePulled,
        &ordinary,
        |duet, image, case, about| {
            let case = case.unwrap();
            assert!(!case.listened, "{about}: the link fell");
            duet.pass(LONG);
            assert_eq!(good(duet, image), 1, "{about}: it ends the card alone");
            duet.hand(Hand::PlugIn);
            let verdict = see_to_it(duet, case, colour(), image, about);
            printed += u32::from(verdict == Verdict::Printed);
        },
    );
    // An Enduro's counters and its film's tag agree; a Rio names no film, and a person looks.
    assert_eq!(printed, 2 * 7 * 3);
}

#[test]
fn a_stale_answer_makes_nobody_believe_what_is_not_so() {
    let ordinary = [Switches::default()];
    in_every_part(
        Strike::StaleAnswer,
        &ordinary,
        |duet, image, case, about| {
            if let Some(case) = case {
                see_to_it(duet, case, colour(), image, about);
            }
        },
    );
}
