//! The walk with a Magicard printer.
//!
//! Left out, because no row rests on it: the cut just after the eject, header and first plane alone (the driver sends
//! a page in one stretch), the empty hopper, OK (a person is told never to press it), `SNRn`. The power cut inside a
//! colour is left out too: the one row for lost power needs the four flags below and no stored counter.

use crate::bench::{
    Act, Asked, Choice, Hands, Heard, Kind, Log, Picture, Question, Shown, Step, Table,
};
use crate::contract::{BenchFlag, Ribbon, Stage};

pub(crate) fn table(kind: Kind<'_>) -> Table {
    const SETTLES: &[BenchFlag] = &[
        BenchFlag::PanelCountedAtEnd,
        BenchFlag::LastPanelCounted,
        BenchFlag::CardCountedAtEject,
        BenchFlag::HalfPageNeverPrinted,
    ];
    (
        vec![whole(kind), lid(kind), half(kind)],
        SETTLES,
        &[],
        shown,
    )
}

/// One whole card.
fn whole(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Finish);
    acts.extend([
        Act::must("after", Asked::Examine),
        Act::Question(Question::Where),
        Act::Question(Question::Whole),
        Act::Question(Question::Strange),
    ]);
    Step::plain("magicard_whole", acts)
}

/// The lid is opened in the second colour: what is counted with the card still inside tells when.
fn lid(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Face);
    acts.extend([
        Act::cut("cut", Asked::Do(Stage::Finish), Hands::OpenLidInPanel),
        Act::Reconnect,
        Act::may("heard", Asked::Listen(Stage::Finish)),
        Act::may("after", Asked::Examine),
        Act::Hands(Hands::TakeCard),
        Act::Question(Question::Broken),
        Act::Hands(Hands::PressCancel),
        Act::Question(Question::Strange),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("magicard_lid", acts)
}

/// The cable is pulled inside a page. It must not be printed: not when it is put in, not by our first question after
/// the long silence that the driver keeps, not by a restart.
fn half(kind: Kind<'_>) -> Step {
    let mut acts = vec![
        Act::must("start", Asked::Prepare(kind.setup())),
        Act::must("load", Asked::Load(Picture::Ground)),
    ];
    acts.extend([
        Act::cut("cut", Asked::Do(Stage::Face), Hands::PullCable),
        Act::Hands(Hands::PlugIn),
        Act::Reconnect,
        Act::may("heard", Asked::Listen(Stage::Face)),
        Act::Hands(Hands::Watch),
        Act::Hands(Hands::SwitchOff),
        Act::Hands(Hands::SwitchOn),
        Act::Reconnect,
        Act::may("after", Asked::Examine),
        Act::Hands(Hands::EmptyPath),
        Act::Question(Question::Printed),
    ]);
    Step::plain("magicard_half", acts)
}

fn shown(log: &Log, ribbon: Ribbon) -> Shown {
    // Only where each panel of the ribbon was counted is the last one surely among them.
    let all = match ribbon {
        Ribbon::Ymcko => 5,
        Ribbon::Ymckok => 6,
        Ribbon::K => 1,
    };
    let is_whole = log.choice("magicard_whole", Question::Whole) == Some(Choice::Yes)
        && log.choice("magicard_whole", Question::Where) == Some(Choice::Output)
        && log.cards("magicard_whole", "start", "after") == Some(1);
    let last = is_whole && log.panels("magicard_whole", "start", "after") == Some(all);
    let black_alone = ribbon == Ribbon::K;
    let at_end = log
        .counted_at_end("magicard_lid", "after", black_alone)
        .filter(|_| !black_alone || last);
    let broken = log
        .whole_before_broken("magicard_lid", black_alone)
        .is_some();
    let at_eject = is_whole && broken && log.cards("magicard_lid", "start", "after") == Some(0);
    let panels = |name| log.reading("magicard_half", name)?.evidence.panels;
    // A counter that is not stored at once falls with the power; one that rose says that something was printed.
    let uncounted = panels("start")
        .zip(panels("after"))
        .is_some_and(|(start, after)| after <= start);
    let never = was_broken_off(log)
        && uncounted
        && log.choice("magicard_half", Question::Printed) == Some(Choice::No);
    let flags = [
        (at_end == Some(true), BenchFlag::PanelCountedAtEnd),
        (last, BenchFlag::LastPanelCounted),
        (at_eject, BenchFlag::CardCountedAtEject),
        (never, BenchFlag::HalfPageNeverPrinted),
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

/// The page did not go out whole.
fn was_broken_off(log: &Log) -> bool {
    log.reading("magicard_half", "cut")
        .is_some_and(|cut| match cut.heard {
            Heard::Lost | Heard::Silent => true,
            Heard::Done | Heard::Fault(_) => false,
        })
}
