//! Words, waits and questions from made-up rooms.

use std::time::Duration;

use cetak_drivers::contract::{Evidence, Moment, SlowLink};
use jiff::civil::date;

use super::*;
use crate::domain::ids::{Actor, At};
use crate::domain::job::SpoilCause;
use crate::domain::record::{CardProduct, Reason};
use crate::engine::fleet::ChipWay;
use crate::engine::store::{Attempt, Hopper, Laid, Pause};
use crate::interfaces::http::tests::room::spec;

const AT: At = At(1_547_427_600_000);

fn id(number: u64) -> JobId {
    format!("TPI-1-{number:06}").parse().unwrap()
}

/// A printer that answers, with a full hopper and nothing to do.
fn machine() -> PrinterMachine {
    let spec = spec();
    let row = PrinterMachine::blank_row(&spec.id);
    let mut machine = PrinterMachine::new(spec, row);
    machine.reachable = true;
    machine.row.hopper = Some(Hopper {
        stock: Stock::KtpEl,
        pieces: 50,
    });
    machine
}

fn card(doing: Doing) -> Work {
    let machine = machine();
    let attempt = Attempt {
        id: 1,
        job: id(1),
        printer: machine.spec.id.clone(),
        run: "test/1".to_owned(),
        baseline: Evidence::default(),
        chip: true,
        hold: true,
        duplex: false,
        ribbon: machine.spec.ribbon,
        uid: None,
        panels_ordered: 5,
        noted_at: AT,
        entries: vec![
            AttemptEntry::Point(Point::Sent(Stage::Feed)),
            AttemptEntry::Point(Point::Answered(Stage::Feed)),
            AttemptEntry::Cleared,
        ],
    };
    Work::Card(Box::new(CardRun {
        attempt,
        stock: Stock::KtpEl,
        image: None,
        doing,
        test_card: false,
        listened: true,
        awaiting_restart: false,
        uncut: true,
        face_uncut: false,
        face_from: 0,
        evidence: Evidence::default(),
        chip: None,
        examined: 0,
        moves: 0,
        fed_at: None,
        away_long: false,
    }))
}

fn view(change: impl FnOnce(&mut PrinterMachine)) -> PrinterView {
    let mut machine = machine();
    change(&mut machine);
    printer_view(&machine, "evolis-primacy", "tcp://192.0.2.7:9100")
}

fn paused(machine: &mut PrinterMachine) {
    machine.row.paused = Some(Pause {
        by: Actor::Person("rina".to_owned()),
        reason: "a noise".to_owned(),
        at: AT,
        maintenance: false,
    });
}

fn empty(machine: &mut PrinterMachine) {
    machine.row.hopper = None;
}

fn fleet(printers: Vec<PrinterView>) -> Fleet {
    Fleet {
        printers,
        stopping: false,
    }
}

fn row(state: JobState) -> JobRow {
    JobRow {
        id: id(1),
        key: "TEST-000001".to_owned(),
        product: CardProduct::KtpEl,
        reason: Reason::New,
        state,
        class: 4,
        nik_masked: "2172********0001".to_owned(),
        attempts: 0,
        not_before: None,
        accepted_at: AT,
        moved_at: AT,
    }
}

fn waits(row: &JobRow, printers: Vec<PrinterView>) -> Option<String> {
    waits_for(row, &fleet(printers), date(2019, 1, 14)).map(|code| code.0)
}

#[test]
fn the_word_is_the_gravest_of_what_is_told_done_and_decided() {
    let word = |change: fn(&mut PrinterMachine)| view(change).word;
    assert_eq!(word(|_| {}), "ready");
    assert_eq!(word(|m| m.reachable = false), "offline");
    assert_eq!(word(paused), "paused");
    assert_eq!(word(|m| m.work = Work::Preparing(id(1))), "ready");
    assert_eq!(word(|m| m.work = card(Doing::Stage(Stage::Face))), "busy");
    assert_eq!(word(|m| m.work = card(Doing::Examining)), "locked");
    assert_eq!(word(|m| m.row.doubt = Some("OTHER_UNIT".into())), "locked");
    let heard = |fault: Fault| {
        view(|machine| {
            machine.faults.insert(fault);
        })
        .word
    };
    assert_eq!(heard(Fault::CleaningDue), "needs_cleaning");
    assert_eq!(heard(Fault::Overheated), "cooling_down");
    assert_eq!(heard(Fault::RibbonEnd), "needs_ribbon");
    assert_eq!(heard(Fault::CardJam), "jam");
}

#[test]
fn a_view_shows_the_card_inside_and_what_the_books_say() {
    let view = view(|machine| {
        machine.work = card(Doing::Stage(Stage::Finish));
        machine
            .faults
            .insert(Fault::Unlisted("SPECIMEN".to_owned()));
        machine.row.good = 7;
        machine.row.ms_per_card = Some(25_000);
        machine.seen.unit = Some("S/N 1".to_owned());
        machine.seen.ribbon_left = Some(120);
        machine.next = Some(crate::engine::fleet::Next::drawing(id(2)));
        machine.again_at = Some(Moment::ZERO + Duration::from_secs(1));
    });
    let card = view.card.unwrap();
    assert_eq!((card.job, card.asks_person), (id(1), false));
    assert_eq!(card.point, "answered:feed");
    assert_eq!(card.doing, "stage:finish");
    assert_eq!(view.faults, ["unlisted"]);
    assert_eq!((view.stock, view.hopper), (Some(Stock::KtpEl), 50));
    assert_eq!((view.good, view.ms_per_card), (7, Some(25_000)));
    assert_eq!((view.ribbon_left, view.next), (Some(120), Some(id(2))));
    assert_eq!(view.unit.as_deref(), Some("S/N 1"));
}

#[test]
fn a_queued_job_says_what_it_waits_for() {
    let queued = row(JobState::Queued);
    let mut later = queued.clone();
    later.not_before = Some(date(2019, 1, 15));
    assert_eq!(waits(&later, vec![view(|_| {})]).unwrap(), WAITS_FOR_DATE);
    later.not_before = Some(date(2019, 1, 14));
    assert_eq!(waits(&later, vec![view(|_| {})]), None);
    assert_eq!(waits(&queued, vec![]).unwrap(), WAITS_FOR_PRINTER);
    let child = JobRow {
        product: CardProduct::Kia05,
        ..queued.clone()
    };
    assert_eq!(
        waits(&child, vec![view(|_| {})]).unwrap(),
        WAITS_FOR_PRINTER
    );
    assert_eq!(waits(&queued, vec![view(empty)]).unwrap(), WAITS_FOR_BLANKS);
    let emptied = |m: &mut PrinterMachine| m.row.hopper.as_mut().unwrap().pieces = 0;
    assert_eq!(
        waits(&queued, vec![view(emptied)]).unwrap(),
        WAITS_FOR_BLANKS
    );
    let both = |m: &mut PrinterMachine| {
        paused(m);
        empty(m);
    };
    assert_eq!(waits(&queued, vec![view(both)]).unwrap(), WAITS_FOR_PRINTER);
    assert_eq!(
        waits(&queued, vec![view(paused)]).unwrap(),
        WAITS_FOR_PRINTER
    );
    let jam = |m: &mut PrinterMachine| {
        m.faults.insert(Fault::CardJam);
    };
    let offline = |m: &mut PrinterMachine| m.reachable = false;
    assert_eq!(
        waits(&queued, vec![view(jam), view(offline)]).unwrap(),
        WAITS_FOR_PRINTER
    );
    assert_eq!(
        waits(&queued, vec![view(jam), view(empty), view(|_| {})]),
        None
    );
    let busy = |m: &mut PrinterMachine| m.work = card(Doing::Picture);
    assert_eq!(waits(&queued, vec![view(busy)]), None);
}

#[test]
fn a_job_at_a_printer_waits_for_a_verdict_or_for_two_people() {
    let printer = machine().spec.id;
    let blank = None;
    let printing = row(JobState::Printing {
        printer: printer.clone(),
        blank: blank.clone(),
    });
    let with = |doing| view(|machine: &mut PrinterMachine| machine.work = card(doing));
    let face = with(Doing::Stage(Stage::Face));
    assert_eq!(waits(&printing, vec![face]), None);
    let examined = with(Doing::Examining);
    assert_eq!(
        waits(&printing, vec![examined.clone()]).unwrap(),
        WAITS_FOR_VERDICT
    );
    assert_eq!(waits(&printing, vec![]).unwrap(), WAITS_FOR_PRINTER);
    let doubt = row(JobState::InDoubt { printer, blank });
    let person = with(Doing::Person);
    assert_eq!(waits(&doubt, vec![person]).unwrap(), WAITS_FOR_TWO_PEOPLE);
    assert_eq!(waits(&doubt, vec![]).unwrap(), WAITS_FOR_PRINTER);
    let spoiled = |uncut| {
        row(JobState::Spoiled {
            blank: None,
            cause: SpoilCause::Print,
            uncut,
        })
    };
    assert_eq!(waits(&spoiled(true), vec![]).unwrap(), WAITS_FOR_CUT);
    assert_eq!(waits(&spoiled(false), vec![]), None);
    let held = row(JobState::Held {
        code: Code::from("HELD_NOT_PRR"),
    });
    assert_eq!(waits(&held, vec![]).unwrap(), "HELD_NOT_PRR");
    assert_eq!(waits(&row(JobState::Cancelled), vec![]), None);
}

#[test]
fn a_slow_link_is_told_and_is_no_question() {
    let slow = SlowLink {
        data_ms: 164_323,
        rated_ms: 16_000,
    };
    let view = view(|machine| machine.spec.port.slow = Some(slow));
    assert_eq!(view.slow_link, Some(slow));
    let asked = Asked {
        fleet: &fleet(vec![view]),
        proposals: &[],
        uncut: &[],
        waiting: &BTreeSet::new(),
    };
    assert_eq!(questions(&asked), []);
}

#[test]
fn questions_come_by_how_much_they_keep_waiting() {
    let mut printers = vec![
        view(empty),
        view(|m| {
            m.faults.insert(Fault::CoverOpen);
            m.faults.insert(Fault::CleaningDue);
            m.faults.insert(Fault::Overheated);
        }),
        view(|m| {
            m.faults.insert(Fault::CardJam);
        }),
        view(|m| m.row.doubt = Some("OTHER_UNIT".to_owned())),
        view(|m| m.work = card(Doing::Person)),
        view(|m| {
            paused(m);
            empty(m);
        }),
        view(|m| {
            m.faults.insert(Fault::FeederEmpty);
        }),
    ];
    for (number, view) in printers.iter_mut().enumerate() {
        view.id = PrinterId(format!("p{number}"));
    }
    let fleet = fleet(printers);
    let proposal = ProposalView {
        id: 9,
        job: Some(id(1)),
        action: serde_json::Value::Null,
        by: Actor::Person("rina".to_owned()),
        at: AT,
    };
    let told = |proposals: &[ProposalView], waiting: &[Stock]| {
        let waiting = waiting.iter().copied().collect();
        let all = questions(&Asked {
            fleet: &fleet,
            proposals,
            uncut: &[id(3)],
            waiting: &waiting,
        });
        let tell = |q: QuestionView| {
            let about = q.about.map(|code| format!(" {}", code.0));
            let printer = q.printer.map(|id| format!(" {id}"));
            let job = q.job.map(|id| format!(" {id}"));
            let proposal = q.proposal.map(|id| format!(" {id}"));
            [Some(q.code.0), printer, job, proposal, about]
                .into_iter()
                .flatten()
                .collect::<String>()
        };
        all.into_iter().map(tell).collect::<Vec<String>>()
    };
    assert_eq!(
        told(&[], &[Stock::KtpEl]),
        [
            "DOUBT p4 TPI-1-000001",
            "PRINTER_IN_DOUBT p3 OTHER_UNIT",
            "FAULT p2 CARD_JAM",
            "FAULT p1 COVER_OPEN",
            "LOAD_HOPPER p0",
            "LOAD_HOPPER p6 FEEDER_EMPTY",
            "CUT_SPOILED TPI-1-000003",
        ]
    );
    let with_proposal = told(&[proposal], &[Stock::Kia05]);
    assert_eq!(with_proposal[0], "APPROVE p4 TPI-1-000001 9");
    assert!(!with_proposal.iter().any(|text| text.starts_with("DOUBT")));
    assert!(!with_proposal.iter().any(|text| text.starts_with("LOAD")));
}

#[test]
fn every_fault_code_leads_back_to_its_fault() {
    for fault in [
        Fault::FeederEmpty,
        Fault::CoverOpen,
        Fault::CardJam,
        Fault::RibbonEnd,
        Fault::MagneticChecksum,
        Fault::OutOfStep,
    ] {
        let name = serde_json::Value::from(fault_name(&fault));
        assert_eq!(serde_json::from_value::<Fault>(name).unwrap(), fault);
    }
    assert!(needs_hand("unlisted", Gravity::Stop));
    assert!(needs_hand("a fault of tomorrow", Gravity::Stop));
}

#[test]
fn a_job_waits_for_its_chip_where_every_printer_takes_only_encoded_blanks() {
    let by_hand = |m: &mut PrinterMachine| {
        m.spec.chip = ChipWay::ByHand;
        empty(m);
    };
    let queued = row(JobState::Queued);
    let code = |printers: Vec<PrinterView>| {
        waits_for(&queued, &fleet(printers), date(2019, 1, 14))
            .unwrap()
            .0
    };
    assert_eq!(code(vec![view(by_hand)]), WAITS_FOR_ENCODING);
    assert_eq!(code(vec![view(by_hand), view(empty)]), WAITS_FOR_BLANKS);
}

#[test]
fn a_printer_in_single_card_mode_asks_for_its_next_blank_and_no_stack() {
    let asks = |pieces: u32, laid: Option<bool>, waiting: &[Stock]| {
        let view = view(|m| {
            m.row.single_card = true;
            m.row.hopper = Some(Hopper {
                stock: Stock::KtpEl,
                pieces,
            });
            m.row.laid = laid.map(|confirmed| Laid {
                encoded: None,
                confirmed,
            });
        });
        let waiting = waiting.iter().copied().collect();
        let asked = questions(&Asked {
            fleet: &fleet(vec![view]),
            proposals: &[],
            uncut: &[],
            waiting: &waiting,
        });
        asked.into_iter().map(|q| q.code.0).collect::<Vec<String>>()
    };
    let waiting = [Stock::KtpEl];
    assert_eq!(asks(0, None, &waiting), [LAY_BLANK]);
    assert_eq!(asks(0, None, &[]), [""; 0]);
    assert_eq!(asks(1, Some(true), &waiting), [""; 0]);
    assert_eq!(asks(1, Some(false), &[]), [LAY_AGAIN]);
    assert_eq!(asks(1, None, &[]), [LAY_AGAIN]);
    assert_eq!(asks(42, None, &[]), [EMPTY_HOPPER]);
}
