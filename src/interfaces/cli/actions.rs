//! Orders: each asks the spooler for one thing and says what it did.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::flaw::fill;
use crate::domain::ids::{JobId, PrinterId};
use crate::domain::job::CheckResult;
use crate::engine::spooler::Settlement;
use crate::interfaces::api::{
    EncodedBody, IssueBody, LoadBody, Proposed, ReasonBody, ReceiveBody, Reloaded, ScanBody,
    SettleBody, SingleCardBody, UnloadBody,
};
use crate::interfaces::client::ClientError;
use crate::interfaces::words::{self, Params, Words, params};

use super::args::{CheckWord, OutcomeWord, StockAction};
use super::line::{Line, part};
use super::style::{Style, clean, wrapped};
use super::{Exit, Trouble};

/// One order: where it goes, what goes with it, what the words know, and what is said after it.
#[derive(Debug)]
pub(super) struct Order {
    path: String,
    body: Value,
    with: Params,
    after: After,
}

#[derive(Debug)]
enum After {
    /// A sentence with the order's parameters.
    Say(Words),
    /// The number for the second person.
    Proposed,
    /// What changed.
    Reloaded,
}

impl Order {
    fn new(path: String, body: impl Serialize, with: Params, after: After) -> Order {
        let body = serde_json::to_value(body).expect("bodies have text keys and finite numbers");
        Order {
            path,
            body,
            with,
            after,
        }
    }

    fn of_job(id: JobId, what: &str, body: impl Serialize, after: After) -> Order {
        Order::new(
            format!("/jobs/{id}/{what}"),
            body,
            params([("job", &id)]),
            after,
        )
    }

    fn of_printer(id: &PrinterId, what: &str, body: impl Serialize, after: After) -> Order {
        let path = format!("/printers/{}/{what}", part(id));
        Order::new(path, body, params([("printer", id)]), after)
    }

    /// Sends it and says what came of it.
    pub(super) async fn send<L: Line>(
        self,
        line: &L,
        style: &Style,
        out: &mut dyn Write,
    ) -> Result<Exit, Trouble> {
        let answer: Value = asked(line.post(&self.path, &self.body).await, &self.with)?;
        if style.json {
            writeln!(out, "{answer}")?;
            return Ok(Exit::Done);
        }
        let text = match self.after {
            After::Say(words) => fill(words.of(style.lang), &self.with),
            After::Proposed => proposed(&understood(answer)?, style),
            After::Reloaded => reloaded(&understood(answer)?, style),
        };
        for line in text.lines() {
            writeln!(out, "{}", clean(line))?;
        }
        Ok(Exit::Done)
    }
}

/// An answer, or a trouble with what the command knows.
pub(super) fn asked<T>(result: Result<T, ClientError>, with: &Params) -> Result<T, Trouble> {
    result.map_err(|error| Trouble::Asked(error, with.clone()))
}

/// An answer as the type that this command needs; what was shown as JSON came through untouched.
pub(super) fn understood<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Trouble> {
    serde_json::from_value(answer).map_err(|cause| Trouble::Misread(cause.to_string()))
}

/// `reload`.
pub(super) fn reload() -> Order {
    Order::new(
        "/reload".to_owned(),
        json!({}),
        Params::new(),
        After::Reloaded,
    )
}

/// `hold`.
pub(super) fn hold(id: JobId, reason: String) -> Order {
    let after = After::Say(Words {
        id: "{job}: ditahan. Melepaskan: cetak release {job}",
        en: "{job}: held. To let it go on: cetak release {job}",
    });
    Order::of_job(id, "hold", ReasonBody { reason }, after)
}

/// `release`.
pub(super) fn release(id: JobId) -> Order {
    let after = After::Say(Words {
        id: "{job}: dilepas, antre cetak.",
        en: "{job}: released, queued.",
    });
    Order::of_job(id, "release", json!({}), after)
}

/// `cancel`.
pub(super) fn cancel(id: JobId) -> Order {
    let after = After::Say(Words {
        id: "{job}: dibatalkan.",
        en: "{job}: cancelled.",
    });
    Order::of_job(id, "cancel", json!({}), after)
}

/// `settle`.
pub(super) fn settle(id: JobId, outcome: OutcomeWord) -> Order {
    let outcome = Settlement::from(outcome);
    Order::of_job(id, "settle", SettleBody { outcome }, After::Proposed)
}

/// `confirm --cut`.
pub(super) fn confirm_cut(id: JobId) -> Order {
    let after = After::Say(Words {
        id: "{job}: kartu sudah digunting.",
        en: "{job}: the card is cut.",
    });
    Order::of_job(id, "confirm-cut", json!({}), after)
}

/// `check`.
pub(super) fn check(id: JobId, word: CheckWord) -> Order {
    let result = CheckResult::from(word);
    let after = After::Say(match result {
        CheckResult::Good => Words {
            id: "{job}: baik, siap diambil.",
            en: "{job}: good, ready.",
        },
        CheckResult::Bad => Words {
            id: "{job}: gagal; gunting kartunya sekarang.",
            en: "{job}: spoiled; cut the card at once.",
        },
        CheckResult::NotFound => Words {
            id: "{job}: tidak ditemukan. Cari kartunya, gunting, lalu: cetak confirm {job} --cut",
            en: "{job}: not found. Find the card, cut it, then: cetak confirm {job} --cut",
        },
    });
    Order::of_job(id, "check", json!({ "result": result }), after)
}

/// `approve`.
pub(super) fn approve(number: u64) -> Order {
    let after = After::Say(Words {
        id: "Usulan {proposal} disetujui dan dijalankan.",
        en: "Proposal {proposal} approved and carried out.",
    });
    let path = format!("/proposals/{number}/approve");
    Order::new(path, json!({}), params([("proposal", &number)]), after)
}

/// `pause`.
pub(super) fn pause(id: &PrinterId, reason: String) -> Order {
    let after = After::Say(Words {
        id: "{printer}: dijeda; kartu di dalamnya diselesaikan. Lanjut: cetak resume {printer}",
        en: "{printer}: paused; it finishes its card. To go on: cetak resume {printer}",
    });
    Order::of_printer(id, "pause", ReasonBody { reason }, after)
}

/// `printer P test-card`.
pub(super) fn test_card(id: &PrinterId) -> Order {
    let after = After::Say(Words {
        id: "{printer}: kartu uji dicetak berikutnya. Melihat: cetak printers",
        en: "{printer}: a test card is printed next. To see it: cetak printers",
    });
    Order::of_printer(id, "test-card", json!({}), after)
}

/// `printer P single-card`.
pub(super) fn single_card(id: &PrinterId, on: bool) -> Order {
    let after = After::Say(if on {
        Words {
            id: "{printer}: satu blangko sekali jalan. Tiap blangko: cetak scan --printer {printer}",
            en: "{printer}: one blank at a time. For each blank: cetak scan --printer {printer}",
        }
    } else {
        Words {
            id: "{printer}: boleh diisi setumpuk lagi: cetak stock load {printer} ...",
            en: "{printer}: takes a stack again: cetak stock load {printer} ...",
        }
    });
    Order::of_printer(id, "single-card", SingleCardBody { on }, after)
}

/// `encoded`.
pub(super) fn encoded(id: JobId, uid: String) -> Order {
    let after = After::Say(Words {
        id: "{job}: chip terisi pada blangko itu. Masukkan ke mesin, lalu: cetak scan {uid} --printer MESIN",
        en: "{job}: its chip is on that blank. Lay it into a printer, then: cetak scan {uid} --printer PRINTER",
    });
    let with = params([("uid", &uid)]);
    let mut order = Order::of_job(id, "encoded", EncodedBody { uid }, after);
    order.with.extend(with);
    order
}

/// `scan`.
pub(super) fn scan(id: &PrinterId, body: ScanBody) -> Order {
    let after = After::Say(if body.gone {
        Words {
            id: "{printer}: blangkonya dicatat sebagai dicari. Kalau ada, gunting; jobnya memakai blangko lain.",
            en: "{printer}: its blank is booked as sought. If you have it, cut it; its job takes another one.",
        }
    } else {
        Words {
            id: "{printer}: satu blangko dicatat di dalam; dicetak berikutnya.",
            en: "{printer}: one blank is booked into it; it is printed next.",
        }
    });
    Order::of_printer(id, "scan", body, after)
}

/// `resume`.
pub(super) fn resume(id: &PrinterId) -> Order {
    let after = After::Say(Words {
        id: "{printer}: menerima job lagi.",
        en: "{printer}: takes jobs again.",
    });
    Order::of_printer(id, "resume", json!({}), after)
}

/// `stock receive|issue|load|unload`.
pub(super) fn book(action: StockAction, style: &Style) -> Order {
    let named = |stock, pieces| {
        params([
            ("stock", &stock),
            ("pieces", &style.number(u64::from(pieces))),
            ("name", &words::stock(stock)),
        ])
    };
    match action {
        StockAction::Receive {
            stock,
            pieces,
            paper,
        } => {
            let after = After::Say(Words {
                id: "{pieces} keping {name} diterima di gudang.",
                en: "{pieces} pieces of {name} received into the store.",
            });
            let body = ReceiveBody {
                stock,
                pieces,
                paper,
            };
            Order::new(
                "/stock/receive".to_owned(),
                body,
                named(stock, pieces),
                after,
            )
        }
        StockAction::Issue { stock, pieces } => {
            let after = After::Say(Words {
                id: "{pieces} keping {name} dikeluarkan ke ruang cetak.",
                en: "{pieces} pieces of {name} issued to the print room.",
            });
            let body = IssueBody { stock, pieces };
            Order::new("/stock/issue".to_owned(), body, named(stock, pieces), after)
        }
        StockAction::Unload { id, pieces } => {
            let after = After::Say(Words {
                id: "{pieces} keping dikembalikan dari mesin {printer} ke ruang cetak.",
                en: "{pieces} pieces went from printer {printer} back to the print room.",
            });
            let mut order = Order::of_printer(&id, "unload", UnloadBody { pieces }, after);
            let pieces = style.number(u64::from(pieces));
            order.with.insert("pieces".to_owned(), pieces);
            order
        }
        StockAction::Load { id, stock, pieces } => {
            let after = After::Say(Words {
                id: "{pieces} keping {name} dicatat di mesin {printer}.",
                en: "{pieces} pieces of {name} booked into printer {printer}.",
            });
            let mut order = Order::of_printer(&id, "load", LoadBody { stock, pieces }, after);
            order.with.extend(named(stock, pieces));
            order
        }
    }
}

/// The number and the command line by which another person approves.
fn proposed(answer: &Proposed, style: &Style) -> String {
    let number = answer.proposal;
    let line = approve_line(number, style);
    match style.lang {
        words::Lang::Id => format!(
            "Usulan {number}: menunggu orang kedua, paling lama satu jam.\nOrang lain memeriksa sendiri, lalu menjalankan:\n  {line}"
        ),
        words::Lang::En => format!(
            "Proposal {number}: waits for a second person, an hour at most.\nAnother person looks for themselves, then runs:\n  {line}"
        ),
    }
}

/// The second person's command line. Who speaks for others in training does so there, too.
pub(super) fn approve_line(number: u64, style: &Style) -> String {
    let second = match &style.speaks_as {
        Some(_) => style
            .lang
            .pick(" --as NAMA-ORANG-KEDUA", " --as SECOND-PERSON"),
        None => "",
    };
    format!("{} approve {number}{second}", style.prefix)
}

fn reloaded(answer: &Reloaded, style: &Style) -> String {
    let lang = style.lang;
    let lists = [
        (lang.pick("Baru", "New"), &answer.added),
        (lang.pick("Berubah", "Changed"), &answer.changed),
        (lang.pick("Dihapus", "Gone"), &answer.removed),
    ];
    let mut text = String::new();
    for (label, printers) in lists.iter().filter(|(_, printers)| !printers.is_empty()) {
        let names: Vec<&str> = printers.iter().map(|id| id.0.as_str()).collect();
        let line = format!("{label}: {}", names.join(", "));
        text.push_str(&wrapped(&line, super::style::WIDTH_MAX).join("\n"));
        text.push('\n');
    }
    if text.is_empty() {
        text = lang
            .pick(
                "Konfigurasi dibaca; tidak ada yang berubah.",
                "Config read; nothing changed.",
            )
            .to_owned();
    }
    text
}
