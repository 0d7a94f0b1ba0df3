//! The door as its callers meet it: real sockets, the real spooler and store behind them.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::refused::{CODES, status_of};
use crate::domain::flaw::Flaw;
use crate::domain::job::{CheckResult, Code, JobState};
use crate::engine::spooler::{PROPOSAL_MS_MAX, Settlement};
use crate::engine::store::{SqliteStore, Store, StoreRead};
use crate::interfaces::api::{
    BATCH_MAX, BODY_BYTES_MAX, CheckBody, Done, IssueBody, JobDetail, JobsPage, LoadBody,
    PrinterView, ProposalView, Proposed, QuestionView, ReasonBody, ReceiveBody, Reloaded, RoomView,
    SettleBody, StockView, SubmitAnswer, SubmitRequest, SubmitResult,
};
use crate::interfaces::client::{Client, ClientError};

pub(crate) mod room;

use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, JobId, PrinterId, Stock};
use room::{AT, PHOTO, PRINTER, Plan, TestRoom, adult, batch, item};

fn id(number: u64) -> JobId {
    format!("TPI-1-{number:06}").parse().unwrap()
}

async fn submit(client: &Client, request: &SubmitRequest) -> Vec<SubmitResult> {
    let answer: SubmitAnswer = client.post("/jobs", request).await.unwrap();
    answer.results
}

async fn done(client: &Client, path: &str, body: &impl serde::Serialize) {
    let Done {} = client
        .post(path, body)
        .await
        .unwrap_or_else(|error| panic!("{path}: {error}"));
}

async fn refusal(client: &Client, path: &str, body: &impl serde::Serialize) -> (u16, String) {
    match client.post::<_, Value>(path, body).await {
        Err(ClientError::Refused { status, refusal }) => (status, refusal.code.0),
        other @ (Ok(_) | Err(ClientError::Unreachable { .. } | ClientError::Broken { .. })) => {
            panic!("{path}: {other:?}")
        }
    }
}

fn because(reason: &str) -> ReasonBody {
    ReasonBody {
        reason: reason.to_owned(),
    }
}

/// Stocks the room and the printer's hopper.
async fn load(client: &Client, pieces: u32) {
    let stock = Stock::KtpEl;
    let paper = "BA-TEST-001".to_owned();
    let receive = ReceiveBody {
        stock,
        pieces,
        paper,
    };
    done(client, "/stock/receive", &receive).await;
    done(client, "/stock/issue", &IssueBody { stock, pieces }).await;
    done(client, "/printers/p1/load", &LoadBody { stock, pieces }).await;
}

/// A store whose one job is in doubt at the printer: its card was fed and nothing more is known.
fn one_doubt(store: &mut SqliteStore) {
    let clerk = Actor::Spooler;
    store.begin().unwrap();
    let new = crate::engine::store::NewJob {
        record: adult(1),
        photo: Some(PHOTO.to_vec()),
        state: JobState::Queued,
        class: 4,
    };
    store.accept(&new, AT, &clerk).unwrap();
    let way = [
        (None, Account::Loaded),
        (Some(Account::Loaded), Account::InWork),
    ];
    for (from, to) in way {
        let entry = Entry {
            stock: Stock::KtpEl,
            from,
            to,
            pieces: 1,
            uid: None,
            why: "TEST".to_owned(),
            paper: None,
            actor: clerk.clone(),
        };
        store.book(&entry, AT).unwrap();
    }
    let printer = PrinterId(PRINTER.to_owned());
    let attempt = crate::engine::store::Attempt {
        id: 0,
        job: id(1),
        printer: printer.clone(),
        run: "test/0".to_owned(),
        baseline: cetak_drivers::contract::Evidence::default(),
        chip: true,
        hold: true,
        duplex: false,
        ribbon: cetak_drivers::contract::Ribbon::Ymcko,
        uid: None,
        panels_ordered: 5,
        noted_at: AT,
        entries: vec![],
    };
    let number = store.open_attempt(&attempt, AT).unwrap();
    use crate::engine::store::AttemptEntry;
    use cetak_drivers::contract::{Fault, Point, Stage};
    let entries = [
        AttemptEntry::Point(Point::Sent(Stage::Feed)),
        AttemptEntry::Heard(Fault::Unlisted("SPECIMEN TEXT".to_owned())),
        AttemptEntry::Heard(Fault::CardJam),
        AttemptEntry::Ruled("Ask".to_owned(), "no answer".to_owned()),
    ];
    for entry in entries {
        store.note_attempt(number, &entry, AT).unwrap();
    }
    let state = JobState::InDoubt {
        printer,
        blank: None,
    };
    store.move_job(id(1), &state, AT, &clerk).unwrap();
    store.commit().unwrap();
}

async fn in_doubt() -> TestRoom {
    TestRoom::open(Plan {
        before: one_doubt,
        ..Plan::default()
    })
    .await
}

#[tokio::test]
async fn an_empty_room_answers_every_view() {
    let room = TestRoom::training().await;
    let client = room.client();
    let view: RoomView = client.get("/status").await.unwrap();
    assert_eq!((view.room.as_str(), view.epoch), ("TPI", 1));
    assert!(view.training && !view.stopping && view.jobs.is_empty());
    assert_eq!(view.process, std::process::id());
    assert_eq!((view.at, view.run.as_str()), (AT, "test/1"));
    let page: JobsPage = client.get("/jobs").await.unwrap();
    assert!(page.jobs.is_empty() && page.counts.is_empty() && page.next.is_none());
    let printers: Vec<PrinterView> = client.get("/printers").await.unwrap();
    let printer: PrinterView = client.get("/printers/p1").await.unwrap();
    assert_eq!(printers, [printer.clone()]);
    assert_eq!(
        (printer.word.as_str(), printer.maker.as_str()),
        ("offline", "Evolis")
    );
    let stock: Vec<StockView> = client.get("/stock").await.unwrap();
    assert_eq!(stock.len(), Stock::ALL.len());
    for books in &stock {
        assert_eq!(books.accounts.len(), Account::ALL.len());
        assert_eq!(books.received, 0);
    }
    let questions: Vec<QuestionView> = client.get("/questions").await.unwrap();
    assert!(questions.is_empty());
    let proposals: Vec<ProposalView> = client.get("/proposals").await.unwrap();
    assert!(proposals.is_empty());
    room.close().await;
}

#[tokio::test]
async fn each_record_of_a_batch_gets_its_result_in_order() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut other_name = adult(1);
    other_name.name = "CONTOH RINTIK LAZUARDI".to_owned();
    let mut again = adult(1);
    again.key = "ANOTHER-KEY".to_owned();
    let mut real = adult(4);
    real.nik = "2172010101900004".to_owned();
    let mut broken = adult(5);
    broken.nik = "12".to_owned();
    broken.name = String::new();
    let request = SubmitRequest {
        jobs: vec![
            item(&adult(1), Some(PHOTO)),
            item(&adult(1), Some(PHOTO)),
            item(&broken, Some(PHOTO)),
            item(&other_name, Some(PHOTO)),
            item(&again, Some(PHOTO)),
            item(&adult(3), None),
            item(&real, Some(PHOTO)),
        ],
    };
    let results = submit(&client, &request).await;
    let new = |number, state: &str, code: Option<&str>| SubmitResult::New {
        job: id(number),
        state: state.to_owned(),
        code: code.map(Code::from),
    };
    assert_eq!(results[0], new(1, "queued", None));
    assert_eq!(results[1], SubmitResult::Same { job: id(1) });
    let SubmitResult::Refused { faults } = &results[2] else {
        panic!("{:?}", results[2]);
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["name", "nik"]);
    assert_eq!(results[3], SubmitResult::Conflict { job: id(1) });
    let open_already = SubmitResult::OpenAlready {
        job: id(2),
        open: id(1),
    };
    assert_eq!(results[4], open_already);
    assert_eq!(results[5], new(3, "held", Some("HELD_PHOTO_MISSING")));
    let rejected = Some("REJECTED_OFFICE_NIK_IN_TRAINING");
    assert_eq!(results[6], new(4, "rejected", rejected));
    assert_eq!(results.len(), 7);
    let page: JobsPage = client.get("/jobs?state=held").await.unwrap();
    assert_eq!(page.jobs.len(), 1);
    assert_eq!(
        page.jobs[0].waits_for,
        Some(Code::from("HELD_PHOTO_MISSING"))
    );
    assert_eq!(page.counts["rejected"], 2);
    room.close().await;
}

#[tokio::test]
async fn the_name_of_the_photo_is_no_part_of_the_body() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut named = adult(1);
    named.photo = Some("photos/0001.jpg".to_owned());
    let request = SubmitRequest {
        jobs: vec![item(&named, Some(PHOTO)), item(&adult(1), Some(PHOTO))],
    };
    let results = submit(&client, &request).await;
    assert_eq!(results[1], SubmitResult::Same { job: id(1) });
    let other_photo = SubmitRequest {
        jobs: vec![item(&adult(1), Some(b"\xff\xd8\xff another"))],
    };
    let results = submit(&client, &other_photo).await;
    assert_eq!(results, [SubmitResult::Conflict { job: id(1) }]);
    room.close().await;
}

#[tokio::test]
async fn a_photo_that_is_too_large_or_no_base64_refuses_its_record_only() {
    let room = TestRoom::training().await;
    let limit = usize::try_from(crate::interfaces::records::PHOTO_BYTES_MAX).unwrap();
    let mut garbled = item(&adult(3), None);
    garbled.photo = Some("!SUMARNI!".to_owned());
    let request = SubmitRequest {
        jobs: vec![
            item(&adult(1), Some(&vec![7; limit])),
            item(&adult(2), Some(&vec![7; limit + 1])),
            garbled,
        ],
    };
    let results = submit(&room.client(), &request).await;
    assert!(
        matches!(results[0], SubmitResult::New { .. }),
        "{results:?}"
    );
    let flaw = |result: &SubmitResult| match result {
        SubmitResult::Refused { faults } => {
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].field, "photo");
            faults[0].code
        }
        other @ (SubmitResult::New { .. }
        | SubmitResult::Same { .. }
        | SubmitResult::Conflict { .. }
        | SubmitResult::OpenAlready { .. }) => panic!("{other:?}"),
    };
    assert_eq!(flaw(&results[1]), Flaw::PhotoTooLarge);
    assert_eq!(flaw(&results[2]), Flaw::PhotoUnreadable);
    assert!(!format!("{results:?}").contains("SUMARNI"));
    room.close().await;
}

#[tokio::test]
async fn people_move_a_job_by_its_rules_only() {
    let room = TestRoom::training().await;
    let client = room.client();
    submit(&client, &batch(1..2)).await;
    let job = "/jobs/TPI-1-000001";
    let path = |action: &str| format!("{job}/{action}");
    done(&client, &path("hold"), &because("  the letter is checked ")).await;
    let detail: JobDetail = client.get(job).await.unwrap();
    assert_eq!(detail.job.state, "held");
    assert_eq!(
        detail.job.waits_for,
        Some(Code::from("the letter is checked"))
    );
    assert_eq!(detail.job.nik_masked, "2172********0002");
    assert!(detail.history.is_empty());
    done(&client, &path("release"), &Done {}).await;
    let twice = refusal(&client, &path("release"), &Done {}).await;
    assert_eq!(twice, (409, "NOT_WHILE_QUEUED".to_owned()));
    let settle = SettleBody {
        outcome: Settlement::Printed,
    };
    let no_doubt = refusal(&client, &path("settle"), &settle).await;
    assert_eq!(no_doubt, (409, "NOT_IN_DOUBT".to_owned()));
    let check = CheckBody {
        result: CheckResult::Good,
    };
    for (action, body) in [
        ("check", serde_json::to_value(&check).unwrap()),
        ("confirm-cut", json!({})),
    ] {
        let refused = refusal(&client, &path(action), &body).await;
        assert_eq!(refused, (409, "NOT_WHILE_QUEUED".to_owned()), "{action}");
    }
    done(&client, &path("cancel"), &Done {}).await;
    let view: RoomView = client.get("/status").await.unwrap();
    assert_eq!(view.jobs["cancelled"], 1);
    room.close().await;
}

#[tokio::test]
async fn blanks_go_through_the_books_into_the_hopper() {
    let room = TestRoom::training().await;
    let client = room.client();
    submit(&client, &batch(1..3)).await;
    let question: Vec<QuestionView> = client.get("/questions").await.unwrap();
    assert_eq!(question.len(), 1);
    assert_eq!(question[0].code.0, "LOAD_HOPPER");
    assert_eq!(question[0].printer, Some(PrinterId(PRINTER.to_owned())));
    let waits = |page: JobsPage| page.jobs[0].waits_for.clone().map(|code| code.0);
    let page = client.get("/jobs").await.unwrap();
    assert_eq!(waits(page).as_deref(), Some("WAITS_FOR_BLANKS"));
    load(&client, 20).await;
    let printer: PrinterView = client.get("/printers/p1").await.unwrap();
    assert_eq!((printer.stock, printer.hopper), (Some(Stock::KtpEl), 20));
    let question: Vec<QuestionView> = client.get("/questions").await.unwrap();
    assert!(question.is_empty(), "{question:?}");
    let page = client.get("/jobs").await.unwrap();
    assert_eq!(waits(page).as_deref(), Some("WAITS_FOR_PRINTER"));
    let stock: Vec<StockView> = client.get("/stock").await.unwrap();
    assert_eq!((stock[0].received, stock[0].accounts["loaded"]), (20, 20));
    let too_many = IssueBody {
        stock: Stock::KtpEl,
        pieces: 1,
    };
    let refused = refusal(&client, "/stock/issue", &too_many).await;
    assert_eq!(refused, (409, "BOOKS_HOLD_TOO_FEW".to_owned()));
    let wrong = LoadBody {
        stock: Stock::Kia05,
        pieces: 1,
    };
    let refused = refusal(&client, "/printers/p1/load", &wrong).await;
    assert_eq!(refused, (409, "STOCK_NOT_FOR_THIS_PRINTER".to_owned()));
    room.close().await;
}

#[tokio::test]
async fn numbers_of_blanks_are_shown_only_when_asked_for() {
    fn with_numbers(store: &mut SqliteStore) {
        store.begin().unwrap();
        let uids = [cetak_drivers::contract::BlankUid("TEST-01".to_owned())];
        let stock = Stock::KtpEl;
        store
            .announce_blanks(stock, Account::InStore, &uids)
            .unwrap();
        store.commit().unwrap();
    }
    let room = TestRoom::open(Plan {
        before: with_numbers,
        ..Plan::default()
    })
    .await;
    let client = room.client();
    for (path, numbers) in [
        ("/stock", 0),
        ("/stock?numbered=false", 0),
        ("/stock?numbered=true", 1),
    ] {
        let stock: Vec<StockView> = client.get(path).await.unwrap();
        let shown: usize = stock.iter().map(|books| books.numbered.len()).sum();
        assert_eq!(shown, numbers, "{path}");
    }
    room.close().await;
}

#[tokio::test]
async fn a_printer_is_paused_and_goes_on() {
    let room = TestRoom::training().await;
    let client = room.speaking_as("rina");
    done(&client, "/printers/p1/pause", &because("a noise")).await;
    let printer: PrinterView = client.get("/printers/p1").await.unwrap();
    let pause = printer.paused.unwrap();
    assert_eq!(pause.by, Actor::Person("rina".to_owned()));
    assert_eq!((pause.reason.as_str(), pause.at), ("a noise", AT));
    done(&client, "/printers/p1/resume", &Done {}).await;
    let printer: PrinterView = client.get("/printers/p1").await.unwrap();
    assert_eq!(printer.paused, None);
    for path in ["/printers/p9/resume", "/printers/%FF/resume"] {
        let refused = refusal(&client, path, &Done {}).await;
        assert_eq!(refused, (404, "NO_SUCH_PRINTER".to_owned()), "{path}");
    }
    room.close().await;
}

#[tokio::test]
async fn a_doubt_is_settled_by_two_people() {
    let room = in_doubt().await;
    let (rina, budi) = (room.speaking_as("rina"), room.speaking_as("budi"));
    let detail: JobDetail = rina.get("/jobs/TPI-1-000001").await.unwrap();
    assert_eq!(
        detail.job.waits_for,
        Some(Code::from("WAITS_FOR_TWO_PEOPLE"))
    );
    let entries = ["sent:feed", "heard:unlisted", "heard:card_jam", "ruled:ask"];
    assert_eq!(detail.history[0].entries, entries);
    let printer: PrinterView = rina.get("/printers/p1").await.unwrap();
    assert_eq!(printer.word, "locked");
    let card = printer.card.unwrap();
    assert_eq!((card.job, card.asks_person), (id(1), true));
    assert_eq!(
        (card.point.as_str(), card.doing.as_str()),
        ("sent:feed", "person")
    );
    let asked: Vec<QuestionView> = rina.get("/questions").await.unwrap();
    assert_eq!(
        (asked[0].code.0.as_str(), asked[0].job),
        ("DOUBT", Some(id(1)))
    );
    let settle = SettleBody {
        outcome: Settlement::Printed,
    };
    let path = "/jobs/TPI-1-000001/settle";
    let Proposed { proposal } = rina.post(path, &settle).await.unwrap();
    let asked: Vec<QuestionView> = rina.get("/questions").await.unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].code.0.as_str(), asked[0].proposal),
        ("APPROVE", Some(proposal))
    );
    assert_eq!(asked[0].printer, Some(PrinterId(PRINTER.to_owned())));
    let open: Vec<ProposalView> = rina.get("/proposals").await.unwrap();
    assert_eq!(open[0].by, Actor::Person("rina".to_owned()));
    let detail: JobDetail = rina.get("/jobs/TPI-1-000001").await.unwrap();
    assert_eq!(detail.proposals, open);
    let approve = format!("/proposals/{proposal}/approve");
    let alone = refusal(&rina, &approve, &Done {}).await;
    assert_eq!(alone, (403, "SAME_PERSON".to_owned()));
    done(&budi, &approve, &Done {}).await;
    let gone = refusal(&budi, &approve, &Done {}).await;
    assert_eq!(gone, (404, "NO_SUCH_PROPOSAL".to_owned()));
    let detail: JobDetail = rina.get("/jobs/TPI-1-000001").await.unwrap();
    assert_eq!(detail.job.state, "printed");
    assert_eq!(detail.history[0].outcome.as_deref(), Some("printed"));
    let lost = CheckBody {
        result: CheckResult::NotFound,
    };
    done(&rina, "/jobs/TPI-1-000001/check", &lost).await;
    let asked: Vec<QuestionView> = rina.get("/questions").await.unwrap();
    let cut = asked
        .iter()
        .find(|question| question.code.0 == "CUT_SPOILED");
    assert_eq!(cut.unwrap().job, Some(id(1)));
    let detail: JobDetail = rina.get("/jobs/TPI-1-000001").await.unwrap();
    assert_eq!(detail.job.waits_for, Some(Code::from("WAITS_FOR_CUT")));
    done(&rina, "/jobs/TPI-1-000001/confirm-cut", &Done {}).await;
    let view: RoomView = rina.get("/status").await.unwrap();
    assert_eq!(view.jobs["queued"], 1);
    room.close().await;
}

#[tokio::test]
async fn a_proposal_that_lapsed_or_was_overtaken_is_not_shown() {
    let room = in_doubt().await;
    let (rina, budi) = (room.speaking_as("rina"), room.speaking_as("budi"));
    let path = "/jobs/TPI-1-000001/settle";
    let settle = |outcome| SettleBody { outcome };
    let spoiled = settle(Settlement::Spoiled);
    let first: Proposed = rina.post(path, &spoiled).await.unwrap();
    room.pass(PROPOSAL_MS_MAX + 1);
    let open: Vec<ProposalView> = rina.get("/proposals").await.unwrap();
    assert!(open.is_empty());
    let asked: Vec<QuestionView> = rina.get("/questions").await.unwrap();
    assert_eq!(asked[0].code.0, "DOUBT");
    let late = format!("/proposals/{}/approve", first.proposal);
    let lapsed = refusal(&budi, &late, &Done {}).await;
    assert_eq!(lapsed, (409, "PROPOSAL_LAPSED".to_owned()));
    let second: Proposed = rina.post(path, &spoiled).await.unwrap();
    let _third: Proposed = rina.post(path, &settle(Settlement::Printed)).await.unwrap();
    let done_by = format!("/proposals/{}/approve", second.proposal);
    done(&budi, &done_by, &Done {}).await;
    let open: Vec<ProposalView> = rina.get("/proposals").await.unwrap();
    assert!(open.is_empty(), "{open:?}");
    room.close().await;
}

#[tokio::test]
async fn pages_follow_one_another() {
    let room = TestRoom::training().await;
    let client = room.client();
    submit(&client, &batch(1..31)).await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let path = format!("/jobs?state=queued&after={after}&limit=10");
        let page: JobsPage = client.get(&path).await.unwrap();
        assert_eq!(page.counts["queued"], 30);
        seen.extend(page.jobs.iter().map(|job| job.id.number));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, (1..=30).collect::<Vec<u64>>());
    let path = format!("/jobs?after={}&limit=0", u64::MAX);
    let page: JobsPage = client.get(&path).await.unwrap();
    assert!(page.jobs.is_empty() && page.next.is_none());
    let page: JobsPage = client.get("/jobs?limit=0").await.unwrap();
    assert_eq!((page.jobs.len(), page.next), (1, Some(1)));
    room.close().await;
}

#[tokio::test]
async fn a_reload_tells_what_changed_or_what_is_wrong() {
    let room = TestRoom::training().await;
    let client = room.client();
    let reloaded: Reloaded = client.post("/reload", &Done {}).await.unwrap();
    assert_eq!(reloaded.changed, [PrinterId(PRINTER.to_owned())]);
    room.config_is_bad
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let refused = refusal(&client, "/reload", &Done {}).await;
    assert_eq!(refused, (409, "CONFIG_WRONG".to_owned()));
    room.close().await;
}

#[tokio::test]
async fn whoever_asks_is_named_by_the_system() {
    let room = TestRoom::training().await;
    done(&room.client(), "/printers/p1/pause", &because("a noise")).await;
    done(
        &room.speaking_as("Siti Aminah"),
        "/printers/p1/resume",
        &Done {},
    )
    .await;
    let uid = rustix::process::geteuid().as_raw();
    let store = room.close().await;
    let journal = store.journal(0, 10).unwrap();
    assert_eq!(journal[0].actor, super::peer::person(uid));
    let other = Actor::Person("Siti Aminah".to_owned());
    assert_eq!(journal[1].actor, other);
}

#[tokio::test]
async fn in_an_office_nobody_speaks_for_another() {
    let room = TestRoom::open(Plan {
        training: false,
        ..Plan::default()
    })
    .await;
    let other = room.speaking_as("budi");
    let paused = refusal(&other, "/printers/p1/pause", &because("a noise")).await;
    assert_eq!(paused, (403, "AS_ONLY_IN_TRAINING".to_owned()));
    let read = other.get::<RoomView>("/status").await.unwrap_err();
    assert!(
        matches!(read, ClientError::Refused { status: 403, .. }),
        "{read:?}"
    );
    let view: RoomView = room.client().get("/status").await.unwrap();
    assert!(!view.training);
    let store = room.close().await;
    assert!(store.journal(0, 1).unwrap().is_empty());
}

#[tokio::test]
async fn every_wrong_request_is_refused_in_one_shape() {
    let room = TestRoom::training().await;
    let api = |path: &str| format!("/api/v1{path}");
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(201));
    let huge = vec![b' '; super::door::SMALL_BODY_BYTES_MAX + 1];
    let hold = "/jobs/TPI-1-000001/hold";
    let as_long = format!("cetak-as: {}\r\n", "x".repeat(65));
    let cases: Vec<(&str, &str, &str, &[u8], u16, &str)> = vec![
        ("GET", "/nothing", "", b"", 404, "NO_SUCH_PATH"),
        (
            "GET",
            "/jobs/TPI-1-000001/hold/x",
            "",
            b"",
            404,
            "NO_SUCH_PATH",
        ),
        ("DELETE", "/jobs", "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/status", "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("GET", hold, "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/jobs?state=done", "", b"", 400, "NO_SUCH_STATE"),
        ("GET", "/jobs?limit=many", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs?after=-1", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs?colour=red", "", b"", 400, "BAD_QUERY"),
        ("GET", "/stock?numbered=2", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs/7", "", b"", 400, "BAD_JOB_ID"),
        ("GET", "/jobs/%FF", "", b"", 400, "BAD_JOB_ID"),
        ("GET", "/jobs/TPI-1-000001", "", b"", 404, "NO_SUCH_JOB"),
        ("GET", "/jobs/BTM-1-000001", "", b"", 404, "NO_SUCH_JOB"),
        ("GET", "/printers/p9", "", b"", 404, "NO_SUCH_PRINTER"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"a noise\"}",
            404,
            "NO_SUCH_JOB",
        ),
        ("POST", "/jobs/x/hold", "", b"{}", 400, "BAD_JOB_ID"),
        ("POST", hold, "", b"", 400, "BAD_JSON"),
        ("POST", hold, "", b"{\"reason\":", 400, "BAD_JSON"),
        ("POST", hold, "", b"\xff\xfe", 400, "BAD_JSON"),
        ("POST", hold, "", b"{}", 400, "BAD_BODY"),
        ("POST", hold, "", b"{\"reason\":7}", 400, "BAD_BODY"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"x\",\"y\":1}",
            400,
            "BAD_BODY",
        ),
        ("POST", hold, "", b"{\"reason\":\" \"}", 400, "TEXT_EMPTY"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"a\\nb\"}",
            400,
            "TEXT_CONTROL_CHARACTER",
        ),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"2172990101900001\"}",
            400,
            "TEXT_HOLDS_NIK",
        ),
        ("POST", hold, "", long.as_bytes(), 400, "TEXT_TOO_LONG"),
        ("POST", hold, "", &huge, 413, "BODY_TOO_LARGE"),
        (
            "POST",
            "/jobs/TPI-1-000001/release",
            "",
            b"[1]",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/jobs/TPI-1-000001/settle",
            "",
            b"{\"outcome\":\"burnt\"}",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/proposals/x/approve",
            "",
            b"",
            400,
            "BAD_PROPOSAL_NUMBER",
        ),
        (
            "POST",
            "/proposals/7/approve",
            "",
            b"",
            404,
            "NO_SUCH_PROPOSAL",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"ktp_el\",\"pieces\":0}",
            400,
            "NO_PIECES",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"gold\",\"pieces\":1}",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"ktp_el\",\"pieces\":-1}",
            400,
            "BAD_BODY",
        ),
        ("POST", "/jobs", "", b"{\"jobs\":{}}", 400, "BAD_BODY"),
        (
            "POST",
            "/jobs",
            "",
            b"{\"jobs\":[{\"photo\":\"\"}]}",
            400,
            "BAD_BODY",
        ),
        ("GET", "/status", "cetak-as: \r\n", b"", 400, "BAD_AS_NAME"),
        ("GET", "/status", &as_long, b"", 400, "BAD_AS_NAME"),
    ];
    for (method, path, head, body, status, code) in cases {
        let (found, refusal) = room.refused(method, &api(path), head, body).await;
        assert_eq!(
            (found, refusal.code.0.as_str()),
            (status, code),
            "{method} {path}"
        );
    }
    let (status, refusal) = room.refused("GET", "/", "", b"").await;
    assert_eq!((status, refusal.code.0.as_str()), (404, "NO_SUCH_PATH"));
    room.close().await;
}

#[tokio::test]
async fn a_bad_body_is_told_by_its_place_and_never_by_its_value() {
    let room = TestRoom::training().await;
    let path = "/api/v1/jobs/TPI-1-000001/hold";
    for body in [
        "{\n \"reason\": SUMARNI }",
        "{\n \"SUMARNI\": \"x\"}",
        "{\n \"reason\": {\"SUMARNI\": 1}}",
        "\n\"SUMARNI\"",
    ] {
        let (status, refusal) = room.refused("POST", path, "", body.as_bytes()).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(refusal.params["line"], "2", "{body}");
        assert!(refusal.params.contains_key("column"), "{body}");
        assert!(!format!("{refusal:?}").contains("SUMARNI"), "{refusal:?}");
    }
    room.close().await;
}

#[tokio::test]
async fn what_is_no_http_ends_its_connection_and_nothing_else() {
    let room = TestRoom::training().await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\r\n\r\n",
        b"BREW /pot\r\n\r\n",
    ] {
        let (status, _) = room.raw(garbage).await;
        assert!(status == 0 || status == 400, "{status}");
    }
    let long_head = [b"GET / HTTP/1.1\r\nx: ".as_slice(), &vec![b'y'; 1 << 20]].concat();
    let (status, _) = room.raw(&long_head).await;
    assert!(status == 0 || status == 431, "{status}");
    let _: RoomView = room.client().get("/status").await.unwrap();
    room.close().await;
}

#[tokio::test]
async fn a_field_of_ten_megabytes_is_named_and_a_huge_body_refused() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut record = adult(1);
    record.address = "X".repeat(10 << 20);
    let request = SubmitRequest {
        jobs: vec![item(&record, None), item(&adult(2), Some(PHOTO))],
    };
    let results = submit(&client, &request).await;
    let SubmitResult::Refused { faults } = &results[0] else {
        panic!("{:?}", results[0]);
    };
    assert_eq!(faults[0].code, Flaw::FieldTooLong);
    assert_eq!(faults[0].field, "address");
    assert!(matches!(results[1], SubmitResult::New { .. }));
    let huge = json!({ "jobs": [], "x": "X".repeat(BODY_BYTES_MAX) });
    let refused = refusal(&client, "/jobs", &huge).await;
    assert_eq!(refused, (413, "BODY_TOO_LARGE".to_owned()));
    let _: RoomView = client.get("/status").await.unwrap();
    room.close().await;
}

#[tokio::test]
async fn more_records_than_a_batch_are_refused_whole() {
    let room = TestRoom::training().await;
    let client = room.client();
    let most = u32::try_from(BATCH_MAX).unwrap();
    assert_eq!(submit(&client, &batch(0..most)).await.len(), BATCH_MAX);
    let refused = refusal(&client, "/jobs", &batch(0..most + 1)).await;
    assert_eq!(refused, (400, "TOO_MANY_RECORDS".to_owned()));
    let body = format!(
        "{{\"jobs\":[{}{{\"record\":0}}]}}",
        "{\"record\":0},".repeat(2_000_000)
    );
    let (status, refusal) = room
        .refused("POST", "/api/v1/jobs", "", body.as_bytes())
        .await;
    assert_eq!((status, refusal.code.0.as_str()), (400, "TOO_MANY_RECORDS"));
    let none = submit(&client, &SubmitRequest { jobs: vec![] }).await;
    assert!(none.is_empty());
    room.close().await;
}

#[tokio::test]
async fn many_batches_are_accepted_whole() {
    let room = TestRoom::training().await;
    let (first, second) = (room.client(), room.client());
    let send = async |client: &Client, from: u32| {
        for number in 0..10 {
            let from = from + number * 100;
            let results = submit(client, &batch(from..from + 100)).await;
            let new = |result: &SubmitResult| matches!(result, SubmitResult::New { .. });
            assert!(results.iter().all(new), "{results:?}");
        }
    };
    tokio::join!(send(&first, 0), send(&second, 1_000));
    let view: RoomView = first.get("/status").await.unwrap();
    assert_eq!(view.jobs["queued"], 2_000);
    room.close().await;
}

#[tokio::test]
async fn a_long_data_folder_is_served_all_the_same() {
    let room = TestRoom::open(Plan {
        below: "d".repeat(200),
        ..Plan::default()
    })
    .await;
    assert!(!room.socket.starts_with(&room.data));
    let view: RoomView = room.client().get("/status").await.unwrap();
    assert_eq!(view.room, "TPI");
    crate::interfaces::socket::leave(&room.socket);
    room.close().await;
}

#[tokio::test]
async fn a_room_that_has_gone_says_that_it_is_stopping() {
    let room = TestRoom::training().await;
    let client = room.client();
    room.lights_out();
    loop {
        // Until the loop has seen it an order may still be done.
        match client
            .post::<_, Done>("/printers/p1/resume", &Done {})
            .await
        {
            Ok(Done {}) => tokio::task::yield_now().await,
            Err(ClientError::Refused { status, refusal }) => {
                assert_eq!((status, refusal.code.0.as_str()), (503, "STOPPING"));
                break;
            }
            Err(other @ (ClientError::Unreachable { .. } | ClientError::Broken { .. })) => {
                panic!("{other:?}")
            }
        }
    }
    let refused = refusal(&client, "/reload", &Done {}).await;
    assert_eq!(refused, (503, "STOPPING".to_owned()));
    let refused = refusal(&client, "/jobs", &batch(1..2)).await;
    assert_eq!(refused, (503, "STOPPING".to_owned()));
    room.close().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_told_and_the_next_query_tries_anew() {
    let room = TestRoom::training().await;
    let client = room.client();
    let store = room.data.join("store.db");
    let aside = room.data.join("aside.db");
    std::fs::rename(&store, &aside).unwrap();
    let lost = client.get::<RoomView>("/status").await.unwrap_err();
    let ClientError::Refused { status, refusal } = lost else {
        panic!("{lost:?}");
    };
    assert_eq!((status, refusal.code.0.as_str()), (500, "STORE_UNREADABLE"));
    std::fs::rename(&aside, &store).unwrap();
    let _: RoomView = client.get("/status").await.unwrap();
    room.close().await;
}

/// Everything that was logged on this thread.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_answer_and_no_log_line_shows_personal_data() {
    let log = Log::default();
    let lines = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || lines.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let room = in_doubt().await;
    let mut broken = adult(7);
    broken.birth_place = "TANJUNGPINANG\nTIMUR".to_owned();
    let mut stray = serde_json::to_value(adult(8)).unwrap();
    stray["SPECIMEN MELUR SAMUDRA"] = json!("2172990101900009");
    let mut request = batch(2..5);
    request.jobs.push(item(&broken, Some(PHOTO)));
    request.jobs.push(item(&adult(9), None));
    request.jobs.push(crate::interfaces::api::SubmitItem {
        record: serde_json::value::to_raw_value(&stray).unwrap(),
        photo: None,
    });
    let body = serde_json::to_string(&request).unwrap();
    let ask = |method: &str, path: &str, body: &str| {
        format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let mut shown = String::new();
    for (method, path, body) in [
        ("POST", "/jobs", body.as_str()),
        ("POST", "/jobs", &body[..body.len() / 2]),
        ("GET", "/jobs", ""),
        ("GET", "/jobs/TPI-1-000001", ""),
        ("GET", "/jobs/TPI-1-000002", ""),
        ("GET", "/status", ""),
        ("GET", "/questions", ""),
        ("GET", "/proposals", ""),
        ("GET", "/printers", ""),
        ("GET", "/stock?numbered=true", ""),
        ("GET", "/jobs?state=SPECIMEN%20MELUR", ""),
        ("GET", "/2172990101900001", ""),
        ("POST", "/jobs/2172990101900001/hold", body.as_str()),
    ] {
        let (status, answer) = room.raw(ask(method, path, body).as_bytes()).await;
        assert_ne!(status, 0, "{method} {path}");
        shown.push_str(&answer);
    }
    room.close().await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "{log}");
    assert!(shown.contains("2172********0003"), "{shown}");
    let record = adult(2);
    for secret in [
        "SPECIMEN",
        "MELUR",
        "217299",
        "CONTOH",
        "TANJUNGPINANG",
        "KEMBOJA",
        "1990-01-01",
        record.occupation.as_deref().unwrap(),
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn every_code_of_the_door_has_one_status_and_those_of_the_room_too() {
    let names: std::collections::BTreeSet<&str> = CODES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CODES.len());
    for (name, status) in CODES {
        assert_eq!(status_of(&Code::from(*name)), *status);
        assert!(status.is_client_error() || status.is_server_error());
    }
    for (code, status) in [
        ("NO_SUCH_JOB", 404),
        ("NO_SUCH_PRINTER", 404),
        ("NO_SUCH_PROPOSAL", 404),
        ("SAME_PERSON", 403),
        ("NOT_WHILE_PRINTING", 409),
        ("BOOKS_HOLD_TOO_FEW", 409),
        ("HOPPER_HOLDS_ANOTHER_STOCK", 409),
        ("a code of tomorrow", 409),
    ] {
        assert_eq!(status_of(&Code::from(code)).as_u16(), status, "{code}");
    }
}
