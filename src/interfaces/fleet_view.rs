//! How the fleet stands, in the API's words: a printer's view, why a job does not move, what waits for a person.

use std::collections::BTreeSet;

use cetak_drivers::contract::{Fault, Gravity, Point, Stage};
use jiff::civil::Date;

use super::api::{CardView, PauseView, PrinterView, ProposalView, QuestionView, SingleCardView};
use super::desk::Fleet;
use crate::domain::ids::{JobId, PrinterId, Stock};
use crate::domain::job::{Code, JobState};
use crate::domain::printer::{self, Health, HealthEvent, Printer, Standing, Word};
use crate::engine::fleet::{CardRun, Doing, PrinterMachine, Work};
use crate::engine::store::{AttemptEntry, JobRow};

/// It may not be printed before a later date.
pub const WAITS_FOR_DATE: &str = "WAITS_FOR_DATE";
/// No printer of its duty holds its blanks.
pub const WAITS_FOR_BLANKS: &str = "WAITS_FOR_BLANKS";
/// Every printer of its duty takes only blanks whose chip was written at a desk.
pub const WAITS_FOR_ENCODING: &str = "WAITS_FOR_ENCODING";
/// No printer that could take it is able to.
pub const WAITS_FOR_PRINTER: &str = "WAITS_FOR_PRINTER";
/// Two people must say what became of its card.
pub const WAITS_FOR_TWO_PEOPLE: &str = "WAITS_FOR_TWO_PEOPLE";
/// A person must cut its spoiled card and say so.
pub const WAITS_FOR_CUT: &str = "WAITS_FOR_CUT";
/// The evidence about its card is being looked at.
pub const WAITS_FOR_VERDICT: &str = "WAITS_FOR_VERDICT";

/// Two people must say what became of a card.
pub const DOUBT: &str = "DOUBT";
/// Before people look at a doubtful card its printer is switched off and on.
pub const SWITCH_OFF: &str = "SWITCH_OFF";
/// A second person must agree.
pub const APPROVE: &str = "APPROVE";
/// A doubt about a printer itself.
pub const PRINTER_IN_DOUBT: &str = "PRINTER_IN_DOUBT";
/// Something stands in a printer's way that a hand must mend.
pub const FAULT: &str = "FAULT";
/// Jobs wait and the hopper is empty.
pub const LOAD_HOPPER: &str = "LOAD_HOPPER";
/// A printer in single-card mode waits for its next blank.
pub const LAY_BLANK: &str = "LAY_BLANK";
/// The same of one that prints blanks whose chip was written at a desk.
pub const LAY_ENCODED_BLANK: &str = "LAY_ENCODED_BLANK";
/// The blank of a printer in single-card mode was not fed: a person looks before it is tried again.
pub const LAY_AGAIN: &str = "LAY_AGAIN";
/// A printer in single-card mode still holds a stack.
pub const EMPTY_HOPPER: &str = "EMPTY_HOPPER";
/// A spoiled card must be cut.
pub const CUT_SPOILED: &str = "CUT_SPOILED";

/// One printer for screens. `profile` and `endpoint` are the config's.
pub fn printer_view(machine: &PrinterMachine, profile: &str, endpoint: &str) -> PrinterView {
    let row = &machine.row;
    let run = match &machine.work {
        Work::Card(run) => Some(run),
        Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => None,
    };
    PrinterView {
        id: machine.spec.id.clone(),
        profile: profile.to_owned(),
        endpoint: endpoint.to_owned(),
        maker: machine.spec.capabilities.maker.to_owned(),
        model: machine.spec.capabilities.model.to_owned(),
        word: printer_of(machine).word().name().to_owned(),
        faults: machine.hindrances().iter().map(fault_name).collect(),
        paused: row.paused.as_ref().map(|pause| PauseView {
            by: pause.by.clone(),
            reason: pause.reason.clone(),
            at: pause.at,
        }),
        doubt: machine.doubt().map(Code::from),
        bench: machine.bench_code().map(Code::from),
        duty: machine.spec.stocks.clone(),
        stock: row.hopper.map(|hopper| hopper.stock),
        hopper: row.hopper.map_or(0, |hopper| hopper.pieces),
        ribbon_left: machine.seen.ribbon_left,
        card: run.map(|run| CardView {
            job: run.attempt.job,
            point: point_name(run.point()),
            doing: doing_name(run.doing),
            asks_person: run.doing == Doing::Person,
            switch_off: run.doing == Doing::Person
                && !run.may_be_settled(&machine.spec.capabilities),
        }),
        next: machine.next.as_ref().map(|next| next.job),
        good: row.good,
        spoiled: row.spoiled,
        ms_per_card: row.ms_per_card,
        unit: machine.seen.unit.clone(),
        identity: machine.identity.clone(),
        slow_link: machine.spec.port.slow,
        single_card: single_card_view(machine),
    }
}

fn single_card_view(machine: &PrinterMachine) -> Option<SingleCardView> {
    let hopper = machine.row.hopper.map(|hopper| hopper.stock);
    let stock = hopper.or(machine.spec.stocks.first().copied())?;
    let laid = machine.row.laid.as_ref();
    let encoded = laid.and_then(|laid| laid.encoded.as_ref());
    machine.single_card(stock).then(|| SingleCardView {
        confirmed: laid.is_some_and(|laid| laid.confirmed),
        encoded: machine.takes_only_encoded(stock),
        job: encoded.map(|(job, _)| *job),
        uid: encoded.map(|(_, uid)| uid.to_string()),
    })
}

/// The machine as the domain sees a printer: what it tells, what is done with it, what people decided.
fn printer_of(machine: &PrinterMachine) -> Printer {
    let told = machine.hindrances().into_iter().collect();
    let health = if machine.reachable {
        Health::Ready.next(&HealthEvent::Told(told))
    } else {
        Health::Offline
    };
    let (busy, locked) = match &machine.work {
        Work::Card(run) => (true, is_locked(run)),
        Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => (false, false),
    };
    // A card that was counted while nobody asked: its fate is open too.
    let work = match (busy, locked || machine.doubt().is_some()) {
        (_, true) => printer::Work::Locked,
        (true, false) => printer::Work::Busy,
        (false, false) => printer::Work::Idle,
    };
    let standing = if machine.in_maintenance() {
        Standing::Maintenance
    } else if machine.row.paused.is_some() {
        Standing::Paused
    } else {
        Standing::InService
    };
    Printer {
        health,
        work,
        standing,
    }
}

/// The evidence about its card is being looked at, or people are asked.
fn is_locked(run: &CardRun) -> bool {
    match run.doing {
        Doing::Waiting
        | Doing::Listening
        | Doing::Examining
        | Doing::ExaminingUid
        | Doing::ExaminingChip
        | Doing::Person => true,
        Doing::Stage(_)
        | Doing::Picture
        | Doing::Loading
        | Doing::ReadingUid
        | Doing::WritingChip
        | Doing::ProvingChip
        | Doing::Resuming(_)
        | Doing::HeldUp(_)
        | Doing::WaitingToEject => false,
    }
}

/// A fault as views spell it: `card_jam`. The text of one that is in no catalogue stays with the printer's log.
pub fn fault_name(fault: &Fault) -> String {
    fault.code().to_lowercase()
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Feed => "feed",
        Stage::Chip => "chip",
        Stage::Park => "park",
        Stage::Face => "face",
        Stage::Finish => "finish",
        Stage::Eject => "eject",
        Stage::Reject => "reject",
        Stage::Clear => "clear",
    }
}

/// A point of a card's way as views spell it: `sent:feed`, `answered:chip`, `bound`, `held`.
pub fn point_name(point: Point) -> String {
    match point {
        Point::Before => "before".to_owned(),
        Point::Sent(stage) => format!("sent:{}", stage_name(stage)),
        Point::Answered(stage) => format!("answered:{}", stage_name(stage)),
        Point::Bound => "bound".to_owned(),
        Point::Held => "held".to_owned(),
    }
}

fn doing_name(doing: Doing) -> String {
    let name = match doing {
        Doing::Stage(stage) => return format!("stage:{}", stage_name(stage)),
        Doing::Resuming(point) => return format!("resuming:{}", point_name(point)),
        Doing::HeldUp(point) => return format!("held_up:{}", point_name(point)),
        Doing::Picture => "picture",
        Doing::Loading => "loading",
        Doing::ReadingUid => "reading_uid",
        Doing::WritingChip => "writing_chip",
        Doing::ProvingChip => "proving_chip",
        Doing::Waiting => "waiting",
        Doing::Listening => "listening",
        Doing::Examining => "examining",
        Doing::ExaminingUid => "examining_uid",
        Doing::ExaminingChip => "examining_chip",
        Doing::WaitingToEject => "waiting_to_eject",
        Doing::Person => "person",
    };
    name.to_owned()
}

/// A committed entry of an attempt as views spell it: `sent:feed`, `heard:card_jam`, `ruled:ask`.
pub fn entry_name(entry: &AttemptEntry) -> String {
    match entry {
        AttemptEntry::Point(point) => point_name(*point),
        AttemptEntry::Heard(fault) => format!("heard:{}", fault_name(fault)),
        AttemptEntry::LidOpened => "lid_opened".to_owned(),
        AttemptEntry::Listening => "listening".to_owned(),
        AttemptEntry::Found(_) => "found".to_owned(),
        AttemptEntry::Ruled(verdict, _) => {
            let name = verdict.split('(').next().unwrap_or_default();
            format!("ruled:{}", name.to_lowercase())
        }
        AttemptEntry::Cleared => "cleared".to_owned(),
        AttemptEntry::Restarted => "restarted".to_owned(),
    }
}

/// Why a job does not move; `None`: it moves or is only behind others, it has ended, or it is a finished card.
pub fn waits_for(job: &JobRow, fleet: &Fleet, today: Date) -> Option<Code> {
    let code = match &job.state {
        JobState::Held { code } => return Some(code.clone()),
        JobState::Queued if job.not_before.is_some_and(|date| date > today) => WAITS_FOR_DATE,
        JobState::Queued => return queued_for(Stock::of(job.product), fleet),
        JobState::Assigned { printer }
        | JobState::Encoding { printer, .. }
        | JobState::Encoded { printer, .. }
        | JobState::Printing { printer, .. } => match holder(job.id, printer, fleet) {
            None => WAITS_FOR_PRINTER,
            Some(view) if view.word == Word::Locked.name() => WAITS_FOR_VERDICT,
            Some(_) => return None,
        },
        // Of a printer that is not in the config nobody can say what is in it.
        JobState::InDoubt { printer, .. } => match holder(job.id, printer, fleet) {
            None => WAITS_FOR_PRINTER,
            Some(_) => WAITS_FOR_TWO_PEOPLE,
        },
        JobState::Spoiled { uncut: true, .. } => WAITS_FOR_CUT,
        JobState::Spoiled { uncut: false, .. }
        | JobState::Received
        | JobState::Printed { .. }
        | JobState::Ready { .. }
        | JobState::InDelivery { .. }
        | JobState::HandedOver { .. }
        | JobState::Withdrawn { .. }
        | JobState::Rejected { .. }
        | JobState::Cancelled => return None,
    };
    Some(Code::from(code))
}

/// The printer that has this job's card in hand. The view may be a moment older than the job's row: another card,
/// or none, is no reason to say that it waits.
fn holder<'a>(job: JobId, printer: &PrinterId, fleet: &'a Fleet) -> Option<&'a PrinterView> {
    let view = fleet.printers.iter().find(|view| view.id == *printer)?;
    let other = view.card.as_ref().is_some_and(|card| card.job != job);
    (!other).then_some(view)
}

fn queued_for(stock: Stock, fleet: &Fleet) -> Option<Code> {
    let mut of_duty = fleet
        .printers
        .iter()
        .filter(|view| view.duty.contains(&stock));
    let by_hand = |view: &PrinterView| view.single_card.as_ref().is_some_and(|one| one.encoded);
    if stock.has_chip() && of_duty.clone().next().is_some() && of_duty.clone().all(by_hand) {
        return Some(Code::from(WAITS_FOR_ENCODING));
    }
    let mut loaded = of_duty
        .clone()
        .filter(|view| view.stock == Some(stock) && view.hopper > 0);
    if loaded.clone().any(works) {
        return None;
    }
    let blanks_would_help = loaded.next().is_none() && of_duty.any(|view| view.paused.is_none());
    Some(Code::from(if blanks_would_help {
        WAITS_FOR_BLANKS
    } else {
        WAITS_FOR_PRINTER
    }))
}

/// Whether it prints, or will by itself.
fn works(view: &PrinterView) -> bool {
    let word = Word::ALL.into_iter().find(|word| word.name() == view.word);
    word.is_some_and(|word| match word {
        Word::Ready | Word::Busy | Word::NeedsCleaning | Word::Warming | Word::CoolingDown => true,
        Word::NeedsMedia
        | Word::NeedsRibbon
        | Word::NeedsFilm
        | Word::NeedsHand
        | Word::Paused
        | Word::Jam
        | Word::Fault
        | Word::Offline
        | Word::Maintenance
        | Word::Locked
        | Word::Lent
        | Word::AwayForRepair => false,
    })
}

/// What questions are made from.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// How the fleet stands.
    pub fleet: &'a Fleet,
    /// Proposals that a second person can still approve.
    pub proposals: &'a [ProposalView],
    /// Jobs whose spoiled card is not cut.
    pub uncut: &'a [JobId],
    /// Stocks that queued jobs wait for.
    pub waiting: &'a BTreeSet<Stock>,
}

/// What waits for a person, the most urgent first: what locks a printer, what stops one, what will, and last what
/// keeps only one job.
pub fn questions(asked: &Asked<'_>) -> Vec<QuestionView> {
    let mut all: Vec<QuestionView> = Vec::new();
    let approvals = asked.proposals.iter().map(|proposal| QuestionView {
        printer: asked
            .fleet
            .printers
            .iter()
            .find(|view| proposal.job.is_some() && asks_about(view) == proposal.job)
            .map(|view| view.id.clone()),
        job: proposal.job,
        proposal: Some(proposal.id),
        ..question(APPROVE)
    });
    all.extend(approvals);
    let printers = &asked.fleet.printers;
    for view in printers {
        // The first person has answered: the question is the second one's.
        let answered = |job| asked.proposals.iter().any(|p| p.job == Some(job));
        if let Some(job) = asks_about(view).filter(|job| !answered(*job)) {
            // One plain question at a time: a look proves nothing before it.
            let off_first = view.card.as_ref().is_some_and(|card| card.switch_off);
            let code = if off_first { SWITCH_OFF } else { DOUBT };
            all.push(QuestionView {
                job: Some(job),
                ..of_printer(code, view)
            });
        }
    }
    for view in printers.iter().filter(|view| view.doubt.is_some()) {
        all.push(QuestionView {
            about: view.doubt.clone(),
            ..of_printer(PRINTER_IN_DOUBT, view)
        });
    }
    for wanted in [Gravity::Stop, Gravity::Hold] {
        for view in printers {
            let faults = view.faults.iter().filter(|name| needs_hand(name, wanted));
            all.extend(faults.map(|name| QuestionView {
                about: Some(Code(name.to_uppercase())),
                ..of_printer(FAULT, view)
            }));
        }
    }
    for view in printers.iter().filter(|view| view.paused.is_none()) {
        if let Some(single) = &view.single_card {
            all.extend(next_blank(view, single, asked.waiting));
            continue;
        }
        let says_empty = view.faults.contains(&fault_name(&Fault::FeederEmpty));
        let wanted = view.duty.iter().any(|stock| asked.waiting.contains(stock));
        if wanted && (says_empty || view.hopper == 0) {
            all.push(QuestionView {
                about: says_empty.then(|| Code::from(Fault::FeederEmpty.code())),
                ..of_printer(LOAD_HOPPER, view)
            });
        }
    }
    all.extend(asked.uncut.iter().map(|job| QuestionView {
        job: Some(*job),
        ..question(CUT_SPOILED)
    }));
    all
}

/// What a printer in single-card mode needs of a hand; nothing while it works or is about to.
fn next_blank(
    view: &PrinterView,
    single: &SingleCardView,
    waiting: &BTreeSet<Stock>,
) -> Option<QuestionView> {
    let wanted = view.duty.iter().any(|stock| waiting.contains(stock));
    let code = match (view.hopper, single.confirmed) {
        _ if view.card.is_some() => return None,
        (0, _) if !wanted => return None,
        (0, _) if single.encoded => LAY_ENCODED_BLANK,
        (0, _) => LAY_BLANK,
        (1, true) => return None,
        (1, false) => LAY_AGAIN,
        (_, _) => EMPTY_HOPPER,
    };
    Some(QuestionView {
        job: single.job,
        ..of_printer(code, view)
    })
}

/// The job whose card two people must judge at this printer.
fn asks_about(view: &PrinterView) -> Option<JobId> {
    let card = view.card.as_ref()?;
    card.asks_person.then_some(card.job)
}

/// An empty hopper has a question of its own, and heat passes by itself.
fn needs_hand(name: &str, wanted: Gravity) -> bool {
    // A fault without a spelling of its own is the gravest.
    let fault = serde_json::from_value(serde_json::Value::from(name))
        .unwrap_or_else(|_| Fault::Unlisted(String::new()));
    fault != Fault::FeederEmpty && fault != Fault::Overheated && fault.gravity() == wanted
}

fn question(code: &str) -> QuestionView {
    QuestionView {
        code: Code::from(code),
        printer: None,
        job: None,
        proposal: None,
        about: None,
    }
}

fn of_printer(code: &str, view: &PrinterView) -> QuestionView {
    QuestionView {
        printer: Some(view.id.clone()),
        ..question(code)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
