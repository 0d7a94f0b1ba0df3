//! The walk with an Evolis printer.
//!
//! Left out, because no request of ours sends it or no row rests on it: what `Rlr` repeats, which other settings a
//! power cut changes, the cable pulled inside a plane, `Pem;0`, `Se` into an empty path. Kept as notes for the
//! person: whether a finished card stays, and which box a reject falls into.

use crate::bench::{Act, Asked, Choice, Hands, Kind, Log, Picture, Question, Shown, Step, Table};
use crate::contract::{BenchFlag, Power, Ribbon, Setup, Stage};

/// Panels of a whole card besides the last are not asked for: only differences count.
pub(crate) fn table(kind: Kind<'_>) -> Table {
    let mut steps = vec![whole(kind), lid(kind), fed(kind), cut(kind), planes(kind)];
    if kind.capabilities.reject {
        steps.push(reject(kind));
    }
    const SETTLES: &[BenchFlag] = &[
        BenchFlag::CountersDurable,
        BenchFlag::PanelCountedAtEnd,
        BenchFlag::LastPanelCounted,
        BenchFlag::SequenceStartDropsPlanes,
    ];
    (steps, SETTLES, &[], shown)
}

/// One whole card; the counters before its last panel, and after it.
fn whole(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Face);
    acts.extend([
        Act::must("before_last", Asked::Examine),
        Act::must("finish", Asked::Do(Stage::Finish)),
        Act::must("after_last", Asked::Examine),
    ]);
    if kind.setup().hold {
        acts.push(Act::must("eject", Asked::Do(Stage::Eject)));
    }
    acts.extend([
        Act::Question(Question::Where),
        Act::Question(Question::Whole),
        Act::Question(Question::Strange),
    ]);
    Step::plain("evolis_whole", acts)
}

/// The lid is opened in the second colour: the power is kept, so the counter tells when it moves.
fn lid(kind: Kind<'_>) -> Step {
    // On a black ribbon the only panel is the last one.
    let mut acts = kind.card(kind.setup(), broken_in(kind).1);
    acts.extend([
        Act::cut("cut", Asked::Do(broken_in(kind).0), Hands::OpenLidInPanel),
        Act::Hands(Hands::TakeCard),
        Act::Question(Question::Broken),
        Act::may("heard", Asked::Listen(broken_in(kind).0)),
        Act::may("after", Asked::Examine),
        Act::Question(Question::Strange),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("evolis_lid", acts)
}

/// The stage in which a panel can be broken off, and the last one before it.
fn broken_in(kind: Kind<'_>) -> (Stage, Stage) {
    match kind.ribbon {
        Ribbon::Ymcko | Ribbon::Ymckok => (Stage::Face, Stage::Park),
        Ribbon::K => (Stage::Finish, Stage::Face),
    }
}

/// Power off as soon as a card was fed.
fn fed(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Feed);
    acts.push(Act::Hands(Hands::SwitchOff));
    acts.extend(back_again(Stage::Feed));
    Step::plain("evolis_fed", acts)
}

/// Power off in a panel.
fn cut(kind: Kind<'_>) -> Step {
    let (stage, before) = broken_in(kind);
    let mut acts = kind.card(kind.setup(), before);
    acts.push(Act::cut("cut", Asked::Do(stage), Hands::SwitchOffInPanel));
    acts.extend(back_again(stage));
    acts.push(Act::Question(Question::Broken));
    Step::plain("evolis_cut", acts)
}

fn back_again(after: Stage) -> [Act; 6] {
    [
        Act::Hands(Hands::SwitchOn),
        Act::Reconnect,
        Act::may("heard", Asked::Listen(after)),
        Act::may("after", Asked::Examine),
        Act::Question(Question::Where),
        Act::Hands(Hands::EmptyPath),
    ]
}

/// A picture is begun and given up; with the same card inside a new sequence begins with another picture.
fn planes(kind: Kind<'_>) -> Step {
    let again = Setup {
        card_inside: true,
        ..kind.setup()
    };
    let mut acts = kind.card(kind.setup(), Stage::Feed);
    acts.extend([
        Act::must("bar", Asked::Load(Picture::Bar)),
        Act::must("again", Asked::Prepare(again)),
        Act::must("load", Asked::Load(Picture::Frame)),
        Act::must("face", Asked::Do(Stage::Face)),
        Act::must("finish", Asked::Do(Stage::Finish)),
    ]);
    if again.hold {
        acts.push(Act::must("eject", Asked::Do(Stage::Eject)));
    }
    acts.extend([
        Act::must("after", Asked::Examine),
        Act::Question(Question::Bar),
        Act::Question(Question::Strange),
    ]);
    Step::plain("evolis_planes", acts)
}

fn reject(kind: Kind<'_>) -> Step {
    let mut acts = kind.card(kind.setup(), Stage::Feed);
    acts.extend([
        Act::may("reject", Asked::Do(Stage::Reject)),
        Act::Question(Question::Where),
        Act::Hands(Hands::EmptyPath),
    ]);
    Step::plain("evolis_reject", acts)
}

fn shown(log: &Log, ribbon: Ribbon) -> Shown {
    let black_alone = ribbon == Ribbon::K;
    let is_whole = log.choice("evolis_whole", Question::Whole) == Some(Choice::Yes)
        && log.choice("evolis_whole", Question::Where) == Some(Choice::Output)
        && log.cards("evolis_whole", "start", "after_last") == Some(1);
    let last = is_whole && log.panels("evolis_whole", "before_last", "after_last") == Some(1);
    // On a black ribbon a panel that is never counted would read like one that is counted at its end.
    let at_end = log
        .counted_at_end("evolis_lid", "after", black_alone)
        .filter(|_| !black_alone || last);
    let n = log.panels("evolis_whole", "start", "after_last");
    let drops = is_whole
        && n.is_some()
        && log.panels("evolis_planes", "start", "after") == n
        && log.choice("evolis_planes", Question::Bar) == Some(Choice::No);
    let flags = [
        (last, BenchFlag::LastPanelCounted),
        (at_end == Some(true), BenchFlag::PanelCountedAtEnd),
        (
            durable(log, at_end, black_alone),
            BenchFlag::CountersDurable,
        ),
        (drops, BenchFlag::SequenceStartDropsPlanes),
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

/// Both cuts lost nothing of either counter, and a panel was among what could be lost.
fn durable(log: &Log, at_end: Option<bool>, black_alone: bool) -> bool {
    let lost_power = |step| {
        log.told(step, "heard")
            .is_some_and(|told| told.power == Power::Lost)
    };
    let (Some(at_end), Some(whole)) = (at_end, log.whole_before_broken("evolis_cut", black_alone))
    else {
        return false;
    };
    let counted = whole + u64::from(!at_end);
    counted > 0
        && lost_power("evolis_fed")
        && lost_power("evolis_cut")
        && log.cards("evolis_fed", "start", "after") == Some(1)
        && log.cards("evolis_cut", "start", "after") == Some(1)
        && log.panels("evolis_cut", "start", "after") == Some(counted)
}
