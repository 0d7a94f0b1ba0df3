//! Views that a room could give.

use std::collections::BTreeMap;

use serde_json::json;

use crate::domain::blank::Account;
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::{Code, JobState, SpoilCause};
use crate::domain::record::{CardProduct, Reason};
use crate::interfaces::api::{
    AttemptView, CardView, JobDetail, JobView, JobsPage, NumberedBlank, PauseView, PrinterView,
    ProposalView, QuestionView, StockView,
};
use crate::interfaces::cli::JobsArgs;
use cetak_drivers::contract::BlankUid;

/// 14-01-2019 09:05 WIB.
pub(super) const AT: At = At(1_547_431_500_000);

pub(super) fn id(number: u64) -> JobId {
    format!("TPI-1-{number:06}").parse().unwrap()
}

pub(super) fn job(number: u64, state: JobState, waits_for: Option<&str>) -> JobView {
    JobView {
        id: id(number),
        key: format!("TEST-{number:04}"),
        product: CardProduct::KtpEl,
        reason: Reason::Lost,
        state: state.name().to_owned(),
        detail: state,
        nik_masked: "2172********0007".to_owned(),
        attempts: 1,
        not_before: None,
        accepted_at: AT,
        moved_at: At(AT.0 + 61_000),
        waits_for: waits_for.map(Code::from),
    }
}

pub(super) fn p1() -> PrinterId {
    PrinterId("p1".to_owned())
}

/// One job for every state that looks different.
pub(super) fn some_jobs() -> Vec<JobView> {
    let blank = || Some(BlankUid("TEST-00000000000007".to_owned()));
    let code = |code: &str| Code::from(code);
    let held = |reason: &str| JobState::Held { code: code(reason) };
    vec![
        job(1, JobState::Queued, None),
        job(
            2,
            held("HELD_NO_POLICE_LETTER"),
            Some("HELD_NO_POLICE_LETTER"),
        ),
        job(
            3,
            held("tunggu tanda tangan kepala dinas sampai hari Senin depan"),
            Some("tunggu tanda tangan kepala dinas sampai hari Senin depan"),
        ),
        job(
            4,
            JobState::Printing {
                printer: p1(),
                blank: blank(),
            },
            None,
        ),
        job(
            5,
            JobState::InDoubt {
                printer: p1(),
                blank: blank(),
            },
            Some("WAITS_FOR_TWO_PEOPLE"),
        ),
        job(
            6,
            JobState::Spoiled {
                blank: blank(),
                cause: SpoilCause::Print,
                uncut: true,
            },
            Some("WAITS_FOR_CUT"),
        ),
        job(
            7,
            JobState::Rejected {
                code: code("REJECTED_KIA_TOO_OLD"),
            },
            None,
        ),
        job(8, JobState::Printed { blank: blank() }, None),
        job(9, JobState::Queued, Some("WAITS_FOR_BLANKS")),
        job(
            10,
            JobState::Encoded {
                printer: p1(),
                blank: blank(),
            },
            Some("WAITS_FOR_VERDICT"),
        ),
        job(11, JobState::Cancelled, None),
    ]
}

pub(super) fn a_page() -> JobsPage {
    JobsPage {
        jobs: some_jobs(),
        counts: BTreeMap::from([
            ("queued".to_owned(), 12_345),
            ("held".to_owned(), 2),
            ("printing".to_owned(), 1),
            ("encoded".to_owned(), 1),
            ("in_doubt".to_owned(), 1),
            ("printed".to_owned(), 7_654),
            ("spoiled".to_owned(), 1),
            ("rejected".to_owned(), 1),
            ("cancelled".to_owned(), 0),
        ]),
        next: Some(11),
    }
}

pub(super) fn args() -> JobsArgs {
    JobsArgs {
        state: None,
        limit: 50,
        after: None,
    }
}

pub(super) fn a_printer(name: &str, word: &str) -> PrinterView {
    PrinterView {
        id: PrinterId(name.to_owned()),
        profile: "evolis-primacy".to_owned(),
        endpoint: "serial:///dev/serial/by-id/p1".to_owned(),
        maker: "Evolis".to_owned(),
        model: "Primacy".to_owned(),
        word: word.to_owned(),
        faults: vec![],
        paused: None,
        doubt: None,
        bench: None,
        duty: vec![Stock::KtpEl, Stock::Kia517],
        stock: Some(Stock::KtpEl),
        hopper: 42,
        ribbon_left: Some(257),
        card: None,
        next: Some(id(12)),
        good: 1_234,
        spoiled: 5,
        ms_per_card: Some(23_449),
        unit: Some("T00000000001".to_owned()),
        identity: None,
        slow_link: None,
        single_card: None,
    }
}

pub(super) fn a_fleet() -> Vec<PrinterView> {
    let card = |doing: &str, asks_person| {
        Some(CardView {
            job: id(4),
            point: "sent:finish".to_owned(),
            doing: doing.to_owned(),
            asks_person,
            switch_off: false,
        })
    };
    vec![
        PrinterView {
            card: card("stage:finish", false),
            ..a_printer("p1", "busy")
        },
        PrinterView {
            faults: vec!["card_jam".to_owned(), "cover_open".to_owned()],
            card: card("person", true),
            ..a_printer("meja-depan-dekat-loket-1", "locked")
        },
        PrinterView {
            paused: Some(PauseView {
                by: Actor::Person("ani".to_owned()),
                reason: "ganti kabel".to_owned(),
                at: AT,
            }),
            stock: None,
            hopper: 0,
            ribbon_left: None,
            ms_per_card: None,
            good: 0,
            ..a_printer("p3", "paused")
        },
        PrinterView {
            doubt: Some(Code::from("COUNTED_WHILE_AWAY")),
            good: 1_000_000_000,
            ..a_printer("p4", "locked")
        },
    ]
}

pub(super) fn a_stock(stock: Stock, received: u64, pieces: &[(Account, u64)]) -> StockView {
    let mut accounts: BTreeMap<String, u64> = Account::ALL
        .map(|account| (account.name().to_owned(), 0))
        .into();
    accounts.extend(
        pieces
            .iter()
            .map(|(account, pieces)| (account.name().to_owned(), *pieces)),
    );
    StockView {
        stock,
        received,
        accounts,
        numbered: vec![NumberedBlank {
            uid: "TEST-00000000000007".to_owned(),
            account: "personalized".to_owned(),
            job: Some(id(8)),
        }],
    }
}

pub(super) fn some_books() -> Vec<StockView> {
    vec![
        a_stock(
            Stock::KtpEl,
            6_000,
            &[
                (Account::InStore, 5_000),
                (Account::InRoom, 500),
                (Account::Personalized, 498),
                (Account::Spoiled, 2),
            ],
        ),
        a_stock(Stock::KtpElForeigner, 0, &[]),
        a_stock(Stock::Kia05, 100, &[(Account::InRoom, 99)]),
        a_stock(Stock::Kia517, 50, &[(Account::Loaded, 50)]),
    ]
}

pub(super) fn question(code: &str) -> QuestionView {
    QuestionView {
        code: Code::from(code),
        printer: None,
        job: None,
        proposal: None,
        about: None,
    }
}

pub(super) fn some_questions() -> Vec<QuestionView> {
    vec![
        QuestionView {
            printer: Some(p1()),
            job: Some(id(5)),
            ..question("DOUBT")
        },
        QuestionView {
            proposal: Some(7),
            job: Some(id(5)),
            ..question("APPROVE")
        },
        QuestionView {
            printer: Some(p1()),
            about: Some(Code::from("COUNTED_WHILE_AWAY")),
            ..question("PRINTER_IN_DOUBT")
        },
        QuestionView {
            printer: Some(p1()),
            about: Some(Code::from("CARD_JAM")),
            ..question("FAULT")
        },
        QuestionView {
            printer: Some(PrinterId("p 2".to_owned())),
            about: Some(Code::from("FEEDER_EMPTY")),
            ..question("LOAD_HOPPER")
        },
        QuestionView {
            job: Some(id(6)),
            ..question("CUT_SPOILED")
        },
    ]
}

pub(super) fn a_detail() -> JobDetail {
    JobDetail {
        job: some_jobs().remove(4),
        history: vec![AttemptView {
            id: 17,
            printer: p1(),
            uid: Some("TEST-00000000000007".to_owned()),
            outcome: None,
            noted_at: AT,
            entries: [
                "sent:feed",
                "answered:feed",
                "bound",
                "heard:card_jam",
                "listening",
                "found",
                "ruled:ask",
            ]
            .map(str::to_owned)
            .to_vec(),
        }],
        proposals: vec![ProposalView {
            id: 7,
            job: Some(id(5)),
            action: json!({"job": "TPI-1-000005", "settlement": "printed"}),
            by: Actor::Person("ani".to_owned()),
            at: AT,
        }],
    }
}
