//! The door as its callers meet it: real sockets, the real spooler and store behind them.
#![expect(clippy::unwrap_used, reason = "tests")]

use cetak_drivers::contract::{Fault, Point, Stage};
use serde_json::{Value, json};

use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, JobId, PrinterId, Stock};
use crate::domain::job::{CheckResult, Code, JobState};
use crate::engine::spooler::{PROPOSAL_MS_MAX, Settlement};
use crate::engine::store::{AttemptEntry, SqliteStore, Store, StoreRead};
use crate::interfaces::api::{
    CheckBody, Done, IssueBody, JobDetail, JobsPage, LoadBody, PrinterView, ProposalView, Proposed,
    QuestionView, ReasonBody, ReceiveBody, Reloaded, RoomView, SettleBody, StockView, SubmitAnswer,
    SubmitRequest, SubmitResult,
};
use crate::interfaces::client::{Client, ClientError};
use room::{AT, PHOTO, PRINTER, Plan, TestRoom, adult, batch};

mod hostile;
pub(crate) mod room;
mod submit;

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
    assert_eq!(printers, std::slice::from_ref(&printer));
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
