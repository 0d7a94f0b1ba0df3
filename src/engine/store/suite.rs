//! One suite for every store.

use cetak_drivers::contract::{Evidence, Fault, Point, Stage};
use jiff::civil::date;
use serde_json::json;

use super::testbench::{
    AT, Lodged, TODAY, attempt, clerk, entry, identity, job, nik, photo, record, uid,
};
use super::{
    Accepted, Attempt, AttemptEntry, Hopper, JobFilter, Laid, NewJournalEntry, Outcome, PanelProof,
    Pause, PrinterRow, Proposal, Report, SqliteStore, Store, StoreLost, StoreRead,
};
use crate::domain::blank::{Account, BooksRefuse, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::domain::record::CardProduct;

mod blanks;

use blanks::{a_blank_is_bound_once, a_blank_is_in_one_place, the_books_refuse_an_overdraft};

/// Runs every test of the suite against one kind of store.
macro_rules! store_suite {
    ($name:ident, $make:expr) => {
        mod $name {
            use super::*;

            store_suite!(@tests $make;
                the_same_key_and_body_is_the_same_job,
                the_same_key_with_another_body_is_a_conflict,
                a_second_open_job_of_a_person_is_rejected,
                a_person_may_ask_again_after_the_end,
                many_accepts_share_one_commit,
                candidates_come_in_rank_order,
                a_dated_job_waits_for_its_date,
                moves_keep_the_counts,
                pages_of_jobs_go_by_number_and_state,
                attempts_come_back_whole,
                one_open_attempt_a_job_and_a_printer,
                a_blank_is_bound_once,
                a_blank_is_in_one_place,
                the_books_refuse_an_overdraft,
                proposals_printers_and_reports_come_back,
                the_journal_breaks_when_a_row_is_edited,
                an_erased_payload_is_gone,
                a_cut_turn_leaves_nothing,
                a_failed_write_ends_the_store,
                an_epoch_changes_the_ids,
            );
        }
    };
    (@tests $make:expr; $($test:ident),+ $(,)?) => {
        $(#[test]
        fn $test() {
            super::$test($make());
        })+
    };
}

store_suite!(sqlite_memory, Lodged::memory);
store_suite!(sqlite_file, Lodged::file);

fn the_same_key_and_body_is_the_same_job(mut at: Lodged) {
    let id = at.queued(1);
    assert_eq!(at.accept(&job(1)), Accepted::Same(id));
    let mut at = at.reopened();
    assert_eq!(at.accept(&job(1)), Accepted::Same(id));
    assert_eq!(at.store.job_counts().expect("counts")["queued"], 1);
    at.holds();
}

fn the_same_key_with_another_body_is_a_conflict(mut at: Lodged) {
    let id = at.queued(1);
    let mut other = job(1);
    other.record.address = "JALAN MAWAR".into();
    assert_eq!(at.accept(&other), Accepted::Conflict(id));
    let mut other = job(1);
    other.photo = None;
    assert_eq!(at.accept(&other), Accepted::Conflict(id));
    other.photo = Some(Vec::new());
    assert_eq!(at.accept(&other), Accepted::Conflict(id));
    let kept = at.store.payload(id).expect("to read").expect("a payload");
    assert_eq!(kept.record, record(1));
    assert_eq!(kept.photo, Some(photo()));
}

fn a_second_open_job_of_a_person_is_rejected(mut at: Lodged) {
    let open = at.queued(1);
    let mut second = job(1);
    second.record.key = "another key".into();
    let Accepted::OpenAlready { job, open: named } = at.accept(&second) else {
        panic!("it was taken");
    };
    assert_eq!(named, open);
    let row = at.store.job(job).expect("to read").expect("the job");
    let rejected = JobState::Rejected {
        code: "REJECTED_ALREADY_OPEN".into(),
    };
    assert_eq!(row.state, rejected);
    assert_eq!(row.nik_masked, "2172********0001");
    let mut child = second.clone();
    child.record.key = "third key".into();
    child.record.product = CardProduct::Kia05;
    assert!(matches!(at.accept(&child), Accepted::New { .. }));
    at.holds();
}

fn a_person_may_ask_again_after_the_end(mut at: Lodged) {
    let id = at.queued(1);
    let cancel = |store: &mut SqliteStore| store.move_job(id, &JobState::Cancelled, AT, &clerk());
    at.turn(cancel).expect("a move");
    let mut again = job(1);
    again.record.key = "again".into();
    assert!(matches!(at.accept(&again), Accepted::New { .. }));
    at.holds();
}

fn many_accepts_share_one_commit(mut at: Lodged) {
    let accepted = at.turn(|store| {
        let all = (0..100).map(|n| store.accept(&job(n), AT, &clerk()).expect("an accept"));
        all.collect::<Vec<_>>()
    });
    let room = identity().room;
    let ids = (1..=100).map(|number| JobId {
        room,
        epoch: 1,
        number,
    });
    assert!(accepted.into_iter().eq(ids.map(|job| Accepted::New {
        job,
        state: JobState::Queued,
    })));
    assert_eq!(at.store.verify_journal().expect("a chain"), 100);
    at.holds();
}

fn candidates_come_in_rank_order(mut at: Lodged) {
    let with = |number, class, product| {
        let mut new = job(number);
        new.class = class;
        new.record.product = product;
        new
    };
    for new in [
        with(1, 8, CardProduct::Kia05),
        with(2, 4, CardProduct::KtpEl),
        with(3, 4, CardProduct::KtpElForeigner),
        with(4, 4, CardProduct::KtpEl),
        with(5, 1, CardProduct::KtpEl),
        with(6, 0, CardProduct::Kia517),
        with(7, 255, CardProduct::KtpEl),
    ] {
        at.accept(&new);
    }
    let ktp = [CardProduct::KtpElForeigner, CardProduct::KtpEl];
    let order = |products: &[CardProduct], limit| {
        let found = at
            .store
            .candidates(products, TODAY, limit)
            .expect("a queue");
        found.iter().map(|job| job.id.number).collect::<Vec<_>>()
    };
    assert_eq!(order(&ktp, 10), [5, 2, 3, 4, 7]);
    assert_eq!(order(&ktp, 3), [5, 2, 3]);
    assert_eq!(order(&[CardProduct::Kia05], 10), [1]);
    assert_eq!(
        order(&[CardProduct::KtpEl, CardProduct::KtpEl], 10),
        [5, 2, 4, 7]
    );
    assert!(order(&[], 10).is_empty());
    assert!(order(&ktp, 0).is_empty());
}

fn a_dated_job_waits_for_its_date(mut at: Lodged) {
    let dates = [
        None,
        Some(date(2025, 6, 2)),
        Some(date(2025, 6, 1)),
        Some(date(1999, 1, 1)),
        None,
        Some(date(-44, 3, 15)),
    ];
    for (number, not_before) in (1..).zip(dates) {
        let mut new = job(number);
        new.record.not_before = not_before;
        at.accept(&new);
    }
    let order = |today| {
        let found = at.store.candidates(&[CardProduct::KtpEl], today, 10);
        let numbers = found.expect("a queue").into_iter().map(|job| job.id.number);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(order(date(2025, 5, 31)), [1, 4, 5, 6]);
    assert_eq!(order(date(2025, 6, 1)), [1, 3, 4, 5, 6]);
    assert_eq!(order(date(2025, 6, 2)), [1, 2, 3, 4, 5, 6]);
}

fn moves_keep_the_counts(mut at: Lodged) {
    let (first, second) = (at.queued(1), at.queued(2));
    let printer = PrinterId("primacy".into());
    let states = [
        JobState::Assigned {
            printer: printer.clone(),
        },
        JobState::Encoding {
            printer: printer.clone(),
            blank: Some(uid("04A1")),
        },
        JobState::InDoubt {
            printer,
            blank: Some(uid("04A1")),
        },
    ];
    for state in &states {
        at.turn(|store| {
            store
                .move_job(first, state, At(AT.0 + 1), &Actor::Spooler)
                .expect("a move");
            // A turn reads its own writes.
            assert_eq!(
                &store.job(first).expect("to read").expect("a job").state,
                state
            );
            assert_eq!(store.job_counts().expect("counts")[state.name()], 1);
        });
        at.holds();
    }
    let at = at.reopened();
    let row = at.store.job(first).expect("to read").expect("the job");
    assert_eq!((&row.state, row.moved_at), (&states[2], At(AT.0 + 1)));
    let counts = at.store.job_counts().expect("counts");
    let expected = [("in_doubt".to_owned(), 1), ("queued".to_owned(), 1)];
    assert!(counts.into_iter().eq(expected));
    let found = at.store.candidates(&[CardProduct::KtpEl], TODAY, 10);
    assert_eq!(found.expect("a queue")[0].id, second);
}

fn pages_of_jobs_go_by_number_and_state(mut at: Lodged) {
    let ids: Vec<JobId> = (1..=5).map(|n| at.queued(n)).collect();
    at.turn(|store| store.move_job(ids[2], &JobState::Cancelled, AT, &clerk()))
        .expect("a move");
    let numbers = |state: Option<&str>, after, limit| {
        let filter = JobFilter {
            state: state.map(str::to_owned),
            after,
            limit,
        };
        let page = at.store.jobs(&filter).expect("a page");
        page.iter().map(|job| job.id.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, None, 3), [1, 2, 3]);
    assert_eq!(numbers(None, Some(3), 3), [4, 5]);
    assert_eq!(numbers(Some("queued"), Some(1), 2), [2, 4]);
    assert_eq!(numbers(Some("cancelled"), None, 9), [3]);
    let elsewhere = JobId {
        room: "BTM".parse().expect("a room"),
        ..ids[0]
    };
    assert_eq!(at.store.job(elsewhere).expect("to read"), None);
    let epoch = JobId { epoch: 2, ..ids[0] };
    assert_eq!(at.store.job(epoch).expect("to read"), None);
}

fn attempts_come_back_whole(mut at: Lodged) {
    let job = at.queued(1);
    let entries = vec![
        AttemptEntry::Point(Point::Sent(Stage::Feed)),
        AttemptEntry::Heard(Fault::Unlisted("E99".into())),
        AttemptEntry::LidOpened,
        AttemptEntry::Listening,
        AttemptEntry::Found(Evidence::default()),
        AttemptEntry::Ruled("go".into(), "nothing was fed".into()),
        AttemptEntry::Cleared,
    ];
    let wanted = attempt(job, "primacy");
    let id = at.turn(|store| {
        let id = store.open_attempt(&wanted, AT).expect("an attempt");
        for entry in &entries {
            store.note_attempt(id, entry, AT).expect("a note");
        }
        id
    });
    let mut at = at.reopened();
    let whole = Attempt {
        id,
        entries,
        ..wanted
    };
    assert_eq!(
        at.store.open_attempts().expect("attempts"),
        std::slice::from_ref(&whole)
    );
    assert_eq!(
        at.store.job(job).expect("to read").expect("a job").attempts,
        1
    );
    at.turn(|store| store.close_attempt(id, Outcome::NotFed, AT))
        .expect("an end");
    assert_eq!(at.store.open_attempts().expect("attempts"), []);
    let all = at.store.attempts(job).expect("attempts");
    assert_eq!(all, [(whole, Some(Outcome::NotFed))]);
    at.holds();
    at.store.begin().expect("a turn");
    let twice = at.store.close_attempt(id, Outcome::Printed, AT);
    assert!(matches!(twice, Err(StoreLost::Damaged { .. })));
}

fn one_open_attempt_a_job_and_a_printer(mut at: Lodged) {
    let (first, second) = (at.queued(1), at.queued(2));
    at.turn(|store| store.open_attempt(&attempt(first, "a"), AT).map(drop))
        .expect("an attempt");
    for (job, printer) in [(first, "b"), (second, "a")] {
        at.store.begin().expect("a turn");
        at.store
            .open_attempt(&attempt(job, printer), AT)
            .expect_err("C1: a second attempt was opened");
        at = at.reopened();
    }
    at.turn(|store| store.open_attempt(&attempt(second, "b"), AT).map(drop))
        .expect("an attempt");
}

fn proposals_printers_and_reports_come_back(mut at: Lodged) {
    let row = PrinterRow {
        port: Some("tcp://192.0.2.7:9100".to_owned()),
        refill_due: true,
        single_card: true,
        laid: Some(Laid {
            encoded: None,
            confirmed: true,
        }),
        id: PrinterId("primacy".into()),
        paused: Some(Pause {
            by: clerk(),
            reason: "ribbon".into(),
            at: AT,
            maintenance: false,
        }),
        hopper: Some(Hopper {
            stock: Stock::KtpEl,
            pieces: 87,
        }),
        last_evidence: Some(Evidence::default()),
        panels_proved: [(
            "ymcko/simplex".to_owned(),
            PanelProof {
                panels: 5,
                cards: 3,
            },
        )]
        .into(),
        good: 17,
        spoiled: 1,
        sought_in_a_row: 0,
        doubt: None,
        ms_per_card: Some(24_000),
    };
    let proposal = Proposal {
        id: 0,
        action: json!({ "settle": { "job": "TPI-1-000001", "as": "printed" } }),
        by: clerk(),
        at: AT,
    };
    let report = |what: &str| Report {
        key: "TPI-1-000001-1".into(),
        what: what.into(),
        uid: Some(uid("04A1")),
    };
    let id = at.turn(|store| {
        store.save_printer(&row).expect("a printer");
        for what in ["printed", "printed", "void"] {
            store.report(&report(what)).expect("a report");
        }
        store.propose(&proposal).expect("a proposal")
    });
    let mut at = at.reopened();
    assert_eq!(at.store.printer(&row.id).expect("to read"), Some(row));
    let unknown = PrinterId("none".into());
    assert_eq!(at.store.printer(&unknown).expect("to read"), None);
    let outbox = at.store.outbox().expect("an outbox");
    assert_eq!(outbox, [report("printed"), report("void")]);
    let waiting = at.store.proposals().expect("proposals");
    assert_eq!(
        waiting,
        [Proposal {
            id,
            ..proposal.clone()
        }]
    );
    at.turn(|store| store.end_proposal(id)).expect("an end");
    assert_eq!(at.store.proposals().expect("proposals"), []);
    let next = at
        .turn(|store| store.propose(&proposal))
        .expect("a proposal");
    assert!(next > id, "a proposal's number came again");
}

fn the_journal_breaks_when_a_row_is_edited(mut at: Lodged) {
    let mut jobs = 1..;
    let paused = NewJournalEntry {
        actor: Actor::Printer(PrinterId("primacy".into())),
        what: "PAUSED",
        subject: "primacy".into(),
        detail: json!({ "reason": "ribbon" }),
    };
    at.queued(jobs.next().expect("a number"));
    at.turn(|store| store.write_journal(&paused, AT))
        .expect("an entry");
    at.queued(jobs.next().expect("a number"));
    let entry = &at.store.journal(1, 1).expect("a journal")[0];
    assert_eq!((entry.seq, &entry.actor, entry.at), (2, &paused.actor, AT));
    assert_eq!((&*entry.what, &entry.detail), (paused.what, &paused.detail));
    let damage = |at: &Lodged, sql: &str, first_broken: u64| {
        let connection = &at.store.reads.connection;
        connection
            .execute_batch(&format!("SAVEPOINT s; {sql}"))
            .expect("to edit");
        let found = at.store.verify_journal().expect_err(sql).to_string();
        assert!(
            found.contains(&format!("entry {first_broken} ")),
            "{sql}: {found}"
        );
        connection
            .execute_batch("ROLLBACK TO s; RELEASE s")
            .expect("to undo");
    };
    for column in [
        "at = at + 1",
        "actor = 'spooler'",
        "what = 'X'",
        "subject = 'x'",
        "detail = '{}'",
    ] {
        damage(
            &at,
            &format!("UPDATE journal SET {column} WHERE seq = 2"),
            2,
        );
    }
    damage(
        &at,
        "UPDATE journal SET hash = zeroblob(32) WHERE seq = 1",
        1,
    );
    damage(&at, "DELETE FROM journal WHERE seq = 1", 1);
    damage(&at, "DELETE FROM journal WHERE seq = 2", 2);
    damage(&at, "UPDATE journal SET seq = 4 WHERE seq = 3", 3);
    assert_eq!(at.store.verify_journal().expect("a chain"), 3);
    // The chain goes on over a restart.
    let mut at = at.reopened();
    at.queued(jobs.next().expect("a number"));
    assert_eq!(at.store.verify_journal().expect("a chain"), 4);
    assert_eq!(at.store.journal_head().seq, 4);
}

fn an_erased_payload_is_gone(mut at: Lodged) {
    let (first, second) = (at.queued(1), at.queued(2));
    at.turn(|store| store.erase_payload(first))
        .expect("to erase");
    at.turn(|store| store.erase_payload(first))
        .expect("to erase again");
    assert!(at.store.payload(first).expect("to read").is_none());
    let kept = at
        .store
        .payload(second)
        .expect("to read")
        .expect("a payload");
    assert_eq!(kept.record, record(2));
    assert!(at.store.job(first).expect("to read").is_some());
    at.holds();
}

fn a_cut_turn_leaves_nothing(mut at: Lodged) {
    at.queued(1);
    let head = at.store.journal_head();
    at.store.begin().expect("a turn");
    at.store.accept(&job(2), AT, &clerk()).expect("an accept");
    at.store
        .book(&entry(None, Account::InRoom, 500), AT)
        .expect("a booking");
    let mut at = at.reopened();
    assert_eq!(at.store.journal_head(), head);
    assert_eq!(at.store.job_counts().expect("counts")["queued"], 1);
    assert_eq!(at.store.books().expect("books").received(Stock::KtpEl), 0);
    assert_eq!(at.queued(2).number, 2);
    at.holds();
}

fn a_failed_write_ends_the_store(mut at: Lodged) {
    let id = at.queued(1);
    let unopened = at.store.move_job(id, &JobState::Cancelled, AT, &clerk());
    unopened.expect_err("a write outside a turn");
    at.store.begin().expect("a turn");
    at.store.begin().expect_err("a turn in a turn");
    at.store
        .move_job(id, &JobState::Cancelled, AT, &clerk())
        .expect("a move");
    let nobody = JobId { number: 99, ..id };
    let moved = at
        .store
        .move_job(nobody, &JobState::Cancelled, AT, &clerk());
    assert!(matches!(moved, Err(StoreLost::Damaged { .. })));
    at.store.commit().expect_err("a commit after a failure");
    at.store.begin().expect_err("a turn after a failure");
    let at = at.reopened();
    assert_eq!(at.store.job_counts().expect("counts")["queued"], 1);
    at.holds();
}

fn an_epoch_changes_the_ids(mut at: Lodged) {
    let first = at.queued(1);
    assert_eq!(at.store.raise_epoch(AT, &clerk()).expect("an epoch"), 2);
    let mut at = at.reopened();
    assert_eq!(at.store.identity().epoch, 2);
    let second = at.queued(2);
    assert_eq!((second.epoch, second.number), (2, 2));
    assert_eq!(at.accept(&job(1)), Accepted::Same(first));
    let kept = at
        .store
        .payload(first)
        .expect("to read")
        .expect("a payload");
    assert_eq!(kept.record.nik, nik(1));
    at.holds();
}
