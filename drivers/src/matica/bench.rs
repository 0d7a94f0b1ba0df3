//! The walk with a retransfer printer of Matica's.
//!
//! Left out, because the driver never does it or no row rests on it: the greeting's sequence word, 07 without
//! film-init after a cut (the driver always winds the film first), a second connection beside a first, UDP of a 9300,
//! `05028000` in place, `04028000` on a fresh panel, 06 twice.

use crate::bench::{
    Act, Asked, Assumed, Choice, Hands, Heard, Kind, Log, Question, Shown, Step, Table,
};
use crate::contract::{BenchFlag, Place, Power, Ribbon, Setup, Stage};

pub(crate) fn table(kind: Kind<'_>) -> Table {
    let mut steps = vec![
        whole(kind),
        close_at_print(kind),
        close_at_station(kind),
        power(kind),
    ];
    if kind.capabilities.witnesses.cards {
        steps.extend([stuck(kind), cut_out(kind)]);
        if kind.capabilities.reject {
            steps.push(reject(kind));
        }
    }
    steps.push(held(kind));
    const SETTLES: &[BenchFlag] = &[
        BenchFlag::CountersDurable,
        BenchFlag::AttentionOnTransport,
        BenchFlag::CloseMovesNoCard,
        BenchFlag::CardCountedAtTransfer,
        BenchFlag::OnlyCommandsMoveCards,
        BenchFlag::HoldsAtPrintPosition,
    ];
    (steps, SETTLES, &[], shown)
}

fn whole(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Finish);
    acts.extend([
        Act::must("after", Asked::Examine),
        Act::Question(Question::Where),
        Act::Question(Question::Whole),
        Act::Question(Question::Strange),
    ]);
    Step::plain("matica_whole", acts)
}

/// The connection is closed with a card at the print position.
fn close_at_print(kind: Kind<'_>) -> Step {
    closed("matica_close_print", kind, kind.setup())
}

/// The same at the chip station.
fn close_at_station(kind: Kind<'_>) -> Step {
    let setup = Setup {
        chip: true,
        ..kind.setup()
    };
    closed("matica_close_station", kind, setup)
}

fn closed(code: &'static str, kind: Kind<'_>, setup: Setup) -> Step {
    let mut acts = kind.card(setup, Stage::Feed);
    acts.extend([
        Act::Reconnect,
        Act::may("heard", Asked::Listen(Stage::Feed)),
        Act::may("after", Asked::Examine),
        Act::Question(Question::Moved),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain(code, acts)
}

/// Power off and on with a card at the chip station: the attention, and the card's place.
fn power(kind: Kind<'_>) -> Step {
    let setup = Setup {
        chip: true,
        ..kind.setup()
    };
    let mut acts = kind.card(setup, Stage::Feed);
    acts.extend([
        Act::Hands(Hands::SwitchOff),
        Act::Hands(Hands::SwitchOn),
        Act::Reconnect,
        Act::may("heard", Asked::Listen(Stage::Feed)),
        Act::may("after", Asked::Examine),
        Act::Question(Question::Where),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step {
        code: "matica_power",
        assumed: Assumed {
            bench: vec![BenchFlag::AttentionOnTransport],
            ..Assumed::default()
        },
        acts,
    }
}

/// The card gets stuck behind its transfer, and the power goes at once: what is counted then was counted at the transfer
/// and stored at once.
fn stuck(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Face);
    acts.extend([
        Act::Hands(Hands::BlockExit),
        Act::may("finish", Asked::Do(Stage::Finish)),
        Act::may("told", Asked::Status),
        Act::Hands(Hands::SwitchOff),
        Act::Hands(Hands::SwitchOn),
        Act::Reconnect,
        Act::may("after", Asked::Status),
        Act::Hands(Hands::EmptyPath),
        Act::may("clear", Asked::Do(Stage::Clear)),
        Act::may("emptied", Asked::Status),
    ]);
    Step::plain("matica_stuck", acts)
}

/// The power goes as soon as a card is out.
fn cut_out(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Finish);
    acts.extend([
        Act::Hands(Hands::SwitchOff),
        Act::Hands(Hands::SwitchOn),
        Act::Reconnect,
        Act::may("after", Asked::Status),
        Act::Question(Question::Where),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("matica_out", acts)
}

fn reject(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Feed);
    acts.extend([
        Act::may("reject", Asked::Do(Stage::Reject)),
        Act::may("after", Asked::Examine),
        Act::Question(Question::Where),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("matica_reject", acts)
}

/// A finished card is kept at the print position and then ordered out.
fn held(kind: Kind<'_>) -> Step {
    let setup = Setup {
        hold: true,
        ..kind.setup()
    };
    let mut acts = kind.card(setup, Stage::Face);
    acts.extend([
        Act::may("finish", Asked::Do(Stage::Finish)),
        Act::may("eject", Asked::Do(Stage::Eject)),
        Act::Question(Question::Where),
        Act::Question(Question::Strange),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step {
        code: "matica_held",
        assumed: Assumed {
            bench: vec![BenchFlag::HoldsAtPrintPosition],
            ..Assumed::default()
        },
        acts,
    }
}

fn shown(log: &Log, _: Ribbon) -> Shown {
    let close = ["matica_close_print", "matica_close_station"]
        .into_iter()
        .all(|step| stayed(log, step) && log.choice(step, Question::Moved) == Some(Choice::No));
    let start = stayed(log, "matica_power")
        && log.choice("matica_power", Question::Where) == Some(Choice::Inside);
    let attention = log
        .told("matica_power", "heard")
        .is_some_and(|told| told.power == Power::Lost);
    let whole = log.cards("matica_whole", "start", "after") == Some(1)
        && log.choice("matica_whole", Question::Where) == Some(Choice::Output);
    let jammed = log
        .reading("matica_stuck", "finish")
        .is_some_and(|finish| matches!(finish.heard, Heard::Fault(_)));
    let with_the_card_inside = log
        .cards("matica_stuck", "start", "told")
        .filter(|_| jammed);
    let at_transfer = whole
        && with_the_card_inside == Some(1)
        && log.cards("matica_reject", "start", "after") == Some(0);
    let durable = whole
        && log.cards("matica_out", "start", "after") == Some(1)
        && with_the_card_inside.is_some()
        && log.cards("matica_stuck", "start", "after") == with_the_card_inside;
    let held = log
        .told("matica_held", "finish")
        .is_some_and(|told| told.place.inside() == Some(true))
        && log.told("matica_held", "eject").is_some()
        && log.choice("matica_held", Question::Where) == Some(Choice::Output);
    let flags = [
        (durable, BenchFlag::CountersDurable),
        (attention, BenchFlag::AttentionOnTransport),
        (close, BenchFlag::CloseMovesNoCard),
        (at_transfer, BenchFlag::CardCountedAtTransfer),
        (close && start, BenchFlag::OnlyCommandsMoveCards),
        (held, BenchFlag::HoldsAtPrintPosition),
    ];
    Shown {
        flags: flags
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, flag)| flag)
            .collect(),
        ..Shown::default()
    }
}

/// The card is where it was.
fn stayed(log: &Log, step: &str) -> bool {
    let [before, after] = ["feed", "after"].map(|name| log.told(step, name).map(|told| told.place));
    before.is_some_and(|place| place != Place::Unknown && place.inside() == Some(true))
        && before == after
}
