//! Tables that people can read, under `tests/golden/`. A change of behaviour is a visible diff there.

use std::fmt::Write as _;

use cetak_drivers::contract::{BlankUid, Fault};
use expect_test::expect_file;

use super::ids::PrinterId;
use super::job::{
    CheckResult, Code, ENCODED_BY_HAND, Effect, FaceBegun, JobEvent, JobState, SpoilCause,
};
use super::printer::{
    Health, HealthEvent, Printer, Standing, StandingEvent, Word, Work, WorkEvent,
};
use super::surrendered::{SurrenderedCard, SurrenderedEvent};

mod custody;

#[test]
fn job_table() {
    let printer = || PrinterId("P".to_owned());
    let chip = BlankUid("U".to_owned());
    let mut states = vec![
        JobState::Received,
        JobState::Held { code: "C".into() },
        JobState::Held {
            code: ENCODED_BY_HAND.into(),
        },
        JobState::Queued,
        JobState::Assigned { printer: printer() },
    ];
    // With and without a bound number: what is booked and reported differs.
    for blank in [None, Some(chip.clone())] {
        let printer = printer();
        if blank.is_some() {
            states.extend([
                JobState::Encoding {
                    printer: printer.clone(),
                    blank: blank.clone(),
                },
                JobState::Encoded {
                    printer: printer.clone(),
                    blank: blank.clone(),
                },
            ]);
        }
        states.extend([
            JobState::Printing {
                printer: printer.clone(),
                blank: blank.clone(),
            },
            JobState::InDoubt {
                printer,
                blank: blank.clone(),
            },
            JobState::Printed {
                blank: blank.clone(),
            },
        ]);
        for uncut in [false, true] {
            states.push(JobState::Spoiled {
                blank: blank.clone(),
                cause: SpoilCause::Print,
                uncut,
            });
        }
        states.extend([
            JobState::Ready {
                blank: blank.clone(),
            },
            JobState::InDelivery {
                blank: blank.clone(),
            },
            JobState::HandedOver {
                blank: blank.clone(),
            },
            JobState::Withdrawn { blank },
        ]);
    }
    states.extend([JobState::Rejected { code: "C".into() }, JobState::Cancelled]);
    let events = [
        JobEvent::Admit,
        JobEvent::Hold(Code::from("C2")),
        JobEvent::Reject(Code::from("C2")),
        JobEvent::Release,
        JobEvent::Cancel,
        JobEvent::EncodedByHand,
        JobEvent::AssignEncoded(PrinterId("P2".to_owned()), chip.clone()),
        JobEvent::Assign(PrinterId("P2".to_owned())),
        JobEvent::EncodeBegun(chip),
        JobEvent::EncodeProved,
        JobEvent::PrintBegun,
        JobEvent::NotFed,
        JobEvent::EncodedNotFed,
        JobEvent::BlankSought,
        JobEvent::ProvedPrinted,
        JobEvent::ProvedSpoiled(SpoilCause::Interrupted, FaceBegun::No),
        JobEvent::ProvedSpoiled(SpoilCause::Print, FaceBegun::Yes),
        JobEvent::Doubt,
        JobEvent::SettledPrinted,
        JobEvent::SettledSpoiled,
        JobEvent::SettledNotFed,
        JobEvent::CutConfirmed,
        JobEvent::TryAgain,
        JobEvent::Checked(CheckResult::Good),
        JobEvent::Checked(CheckResult::Bad),
        JobEvent::Checked(CheckResult::NotFound),
        JobEvent::SentOut,
        JobEvent::BroughtBack,
        JobEvent::HandOver,
        JobEvent::Withdraw,
    ];
    let mut table = String::from(
        "What each event makes of a job in each state. Events that are not named are refused.\n\
         P, P2: printers; U: the bound blank's number; C, C2: reason codes.\n",
    );
    for state in &states {
        let _ = writeln!(table, "\n{}", job_words(state));
        let mut taken = false;
        for event in &events {
            if let Ok(step) = state.next(event) {
                taken = true;
                let effects: Vec<String> = step.effects.iter().map(effect_words).collect();
                let line = format!(
                    "  {:<22} -> {:<34} {}",
                    event.name(),
                    job_words(&step.state),
                    effects.join(", ")
                );
                let _ = writeln!(table, "{}", line.trim_end());
            }
        }
        if !taken {
            table.push_str("  (nothing: this is an end)\n");
        }
        // A state whose name says that it is an end must take no event, and the reverse.
        assert_eq!(state.is_final(), !taken, "{state:?}");
    }
    expect_file!["../../tests/golden/job.txt"].assert_eq(&table);
}

fn job_words(state: &JobState) -> String {
    let mut words = vec![];
    if let Some(printer) = state.printer() {
        words.push(printer.to_string());
    }
    if let Some(blank) = state.blank() {
        words.push(blank.to_string());
    }
    if let JobState::Held { code } | JobState::Rejected { code } = state {
        words.push(code.0.clone());
    }
    if let JobState::Spoiled { cause, uncut, .. } = state {
        words.push(format!("{cause:?}").to_lowercase());
        words.push(if *uncut { "uncut" } else { "cut or clean" }.to_owned());
    }
    if words.is_empty() {
        state.name().to_owned()
    } else {
        format!("{}({})", state.name(), words.join(", "))
    }
}

fn effect_words(effect: &Effect) -> String {
    match effect {
        Effect::Move(from, to) => format!("{} > {}", from.name(), to.name()),
        Effect::ReportPrinted => "report printed".to_owned(),
        Effect::ReportVoid => "report void".to_owned(),
    }
}

#[test]
fn surrendered_table() {
    let mut table = String::from("What each event makes of a surrendered card.\n\n");
    for state in SurrenderedCard::ALL {
        for event in SurrenderedEvent::ALL {
            let outcome = match state.next(event) {
                Ok(next) => next.name().to_owned(),
                Err(refused) => format!("refused: {refused}"),
            };
            let _ = writeln!(
                table,
                "{:<10} {:<8} -> {outcome}",
                state.name(),
                event.name()
            );
        }
    }
    expect_file!["../../tests/golden/surrendered.txt"].assert_eq(&table);
}

#[test]
fn printer_table() {
    let mut table = String::from("Words, from the lightest to the gravest\n");
    for word in Word::ALL {
        let _ = writeln!(table, "  {}", word.name());
    }
    assert!(Word::ALL.is_sorted(), "the list is in the order of gravity");
    table.push_str("\nThe word for each fault, and whether a printer with it may take a card\n");
    for fault in faults() {
        let printer = Printer {
            health: Health::from(fault.clone()),
            ..Printer::default()
        };
        let takes = if printer.takes_work() {
            "takes work"
        } else {
            "waits"
        };
        let word = Word::of(&fault).name();
        let _ = writeln!(table, "  {:<20} {word:<15} {takes}", fault.code());
    }
    table.push_str("\nHealth\n");
    let healths = [
        Health::Offline,
        Health::Warming,
        Health::CoolingDown,
        Health::Ready,
        Health::Hindered(Fault::FeederEmpty),
        Health::Hindered(Fault::CardJam),
    ];
    let news = [
        ("lost", HealthEvent::Lost),
        ("well", HealthEvent::Well),
        ("warms", HealthEvent::Warms),
        ("heard FEEDER_EMPTY", HealthEvent::Heard(Fault::FeederEmpty)),
        ("heard CARD_JAM", HealthEvent::Heard(Fault::CardJam)),
        ("heard OVERHEATED", HealthEvent::Heard(Fault::Overheated)),
        ("told nothing wrong", HealthEvent::Told(vec![])),
        (
            "told COVER_OPEN, CARD_JAM",
            HealthEvent::Told(vec![Fault::CoverOpen, Fault::CardJam]),
        ),
    ];
    for health in &healths {
        for (name, event) in &news {
            let next = health.next(event);
            let _ = writeln!(
                table,
                "  {:<13} {name:<26} -> {}",
                health.word().name(),
                next.word().name()
            );
        }
    }
    table.push_str("\nWork\n");
    for work in WORK {
        for event in [
            WorkEvent::Begin,
            WorkEvent::End,
            WorkEvent::Lock,
            WorkEvent::GoOn,
            WorkEvent::Settle,
        ] {
            let outcome = match work.next(event) {
                Ok(next) => next.name(),
                Err(_) => "refused",
            };
            let _ = writeln!(
                table,
                "  {:<8} {:<8} -> {outcome}",
                work.name(),
                event.name()
            );
        }
    }
    table
        .push_str("\nStanding (maintenance, repair and lending are refused unless work is idle)\n");
    for standing in STANDING {
        for event in [
            StandingEvent::Pause,
            StandingEvent::Resume,
            StandingEvent::BeginMaintenance,
            StandingEvent::EndMaintenance,
            StandingEvent::SendAway,
            StandingEvent::Lend,
            StandingEvent::ComeBack,
        ] {
            let outcome = match standing.next(event) {
                Ok(next) => next.name(),
                Err(_) => "refused",
            };
            let (state, event) = (standing.name(), event.name());
            let _ = writeln!(table, "  {state:<16} {event:<18} -> {outcome}");
        }
    }
    table.push_str("\nThe word of every combination (idle, busy, locked)\n");
    for standing in STANDING {
        for health in &healths {
            let words: Vec<&str> = WORK
                .into_iter()
                .map(|work| {
                    let health = health.clone();
                    Printer {
                        health,
                        work,
                        standing,
                    }
                    .word()
                    .name()
                })
                .collect();
            let line = format!(
                "  {:<16} {:<13} {:<16} {:<16} {}",
                standing.name(),
                health.word().name(),
                words[0],
                words[1],
                words[2]
            );
            let _ = writeln!(table, "{line}");
        }
    }
    expect_file!["../../tests/golden/printer.txt"].assert_eq(&table);
}

const WORK: [Work; 3] = [Work::Idle, Work::Busy, Work::Locked];
const STANDING: [Standing; 5] = [
    Standing::InService,
    Standing::Paused,
    Standing::Maintenance,
    Standing::AwayForRepair,
    Standing::Lent,
];

fn faults() -> Vec<Fault> {
    vec![
        Fault::FeederEmpty,
        Fault::CoverOpen,
        Fault::CardJam,
        Fault::FeederJam,
        Fault::MechanicalTimeout,
        Fault::HeadFailure,
        Fault::RibbonEnd,
        Fault::RibbonUnreadable,
        Fault::FilmEnd,
        Fault::OutputFull,
        Fault::OutputDoorOpen,
        Fault::OutputFailure,
        Fault::RejectFull,
        Fault::CleaningDue,
        Fault::Overheated,
        Fault::OptionAbsent,
        Fault::MagneticChecksum,
        Fault::MagneticData,
        Fault::MagneticWrite,
        Fault::Firmware,
        Fault::UnknownCommand,
        Fault::BadParameter,
        Fault::CardInside,
        Fault::ForeignService,
        Fault::SettingRefused,
        Fault::OtherUnit,
        Fault::OutOfStep,
        Fault::Unlisted("?".to_owned()),
    ]
}
