//! The demo's last words: the books as a table, and one JSON object.

use serde::Serialize;

use super::judge::{Balance, Verdict};
use crate::domain::blank::Account;
use crate::domain::ids::PrinterId;
use crate::interfaces::words::Lang;

/// The object of the last line with `--json`. Keys are only ever added.
#[derive(Debug, Clone, Serialize)]
pub struct Closing {
    /// What the demo followed from.
    pub seed: u64,
    /// Records that were accepted.
    pub jobs: u64,
    /// Good cards, counted by the judge.
    pub good: u64,
    /// Blanks that left a hopper and are no good card, counted by the judge.
    pub spoiled: u64,
    /// Cards printed to try a printer.
    pub test_cards: u64,
    /// Times the evidence could not tell.
    pub doubts: u64,
    /// Doubts that two people settled.
    pub settled_by_person: u64,
    /// Doubts that are open.
    pub in_doubt: u64,
    /// Jobs that wait for a person.
    pub held: u64,
    /// Good cards beyond the first of their job, counted by the judge.
    pub duplicates: u64,
    /// Jobs without a card and without a decision, counted by the judge.
    pub lost: u64,
    /// Times the spooler was killed.
    pub kills: u64,
    /// The stocks.
    pub blanks: Vec<Balance>,
    /// The printers.
    pub printers: Vec<PrinterClosing>,
    /// How long the demo took. Unit: seconds on the wall.
    pub wall_s: f64,
    /// The folder.
    pub out: String,
}

/// One printer's last words.
#[derive(Debug, Clone, Serialize)]
pub struct PrinterClosing {
    /// Its name.
    pub id: PrinterId,
    /// Its maker.
    pub maker: String,
    /// Its model.
    pub model: String,
    /// Where it was reached.
    pub endpoint: String,
    /// Good cards, counted by the judge.
    pub good: u64,
    /// Spoiled ones, counted by the judge.
    pub spoiled: u64,
    /// As the spooler measured it, in the room's time; `None`: no card went through undisturbed.
    pub seconds_per_card: Option<f64>,
}

/// Accounts that have a column of their own.
const COLUMNS: [(Account, &str, &str); 7] = [
    (Account::InStore, "gudang", "store"),
    (Account::InRoom, "ruang", "room"),
    (Account::Loaded, "mesin", "loaded"),
    (Account::InWork, "proses", "in work"),
    (Account::Sought, "dicari", "sought"),
    (Account::Personalized, "kartu", "cards"),
    (Account::Spoiled, "rusak", "spoiled"),
];

impl Closing {
    /// The closing books for people. At most 100 columns.
    pub fn table(&self, lang: Lang, verdict: &Verdict) -> String {
        let mut lines = vec![String::new(), self.blanks_head(lang)];
        lines.extend(self.blanks.iter().map(|balance| blanks_row(lang, balance)));
        lines.push(String::new());
        lines.push(format!(
            "{:<10}{:<28}{:>8}{:>8}{:>12}",
            lang.pick("printer", "printer"),
            lang.pick("jenis", "model"),
            lang.pick("jadi", "good"),
            lang.pick("rusak", "spoiled"),
            lang.pick("detik/kartu", "s per card"),
        ));
        for printer in &self.printers {
            let seconds = printer
                .seconds_per_card
                .map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"));
            let model = format!("{} {}", printer.maker, printer.model);
            lines.push(format!(
                "{:<10}{model:<28}{:>8}{:>8}{seconds:>12}",
                printer.id.0, printer.good, printer.spoiled
            ));
        }
        lines.push(String::new());
        lines.push(self.sentence(lang));
        for broken in &verdict.broken {
            lines.push(format!("{}: {broken}", lang.pick("SALAH", "WRONG")));
        }
        lines.push(format!(
            "{} {}",
            lang.pick("Kartu dan buku ada di", "Cards and books are in"),
            self.out
        ));
        lines.join("\n")
    }

    fn blanks_head(&self, lang: Lang) -> String {
        let mut head = format!(
            "{:<18}{:>9}",
            lang.pick("blangko", "blanks"),
            lang.pick("diterima", "received")
        );
        for (_, indonesian, english) in COLUMNS {
            head.push_str(&format!("{:>8}", lang.pick(indonesian, english)));
        }
        head.push_str(&format!("{:>8}", lang.pick("lain", "other")));
        head
    }

    fn sentence(&self, lang: Lang) -> String {
        let wall = self.wall_s;
        match lang {
            Lang::Id => format!(
                "{} pekerjaan: {} kartu jadi, {} blangko rusak, {} ganda, {} hilang; {} kali diragukan, \
                 {} diputus dua orang; {} kali spooler dibunuh; {wall:.1} detik",
                self.jobs,
                self.good,
                self.spoiled,
                self.duplicates,
                self.lost,
                self.doubts,
                self.settled_by_person,
                self.kills
            ),
            Lang::En => format!(
                "{} jobs: {} good cards, {} blanks spoiled, {} duplicates, {} lost; in doubt {}, settled by two \
                 people {}; kills of the spooler {}; {wall:.1} seconds",
                self.jobs,
                self.good,
                self.spoiled,
                self.duplicates,
                self.lost,
                self.doubts,
                self.settled_by_person,
                self.kills
            ),
        }
    }
}

fn blanks_row(lang: Lang, balance: &Balance) -> String {
    let pieces = |account: Account| balance.accounts.get(account.name()).copied().unwrap_or(0);
    let mut row = format!("{:<18}{:>9}", balance.stock.name(), balance.received);
    let mut named = 0;
    for (account, ..) in COLUMNS {
        named += pieces(account);
        row.push_str(&format!("{:>8}", pieces(account)));
    }
    let other = balance.accounts.values().sum::<u64>().saturating_sub(named);
    let word = if balance.balanced {
        lang.pick("cocok", "balanced")
    } else {
        lang.pick("SELISIH", "DIFFERS")
    };
    row.push_str(&format!("{other:>8}  {word}"));
    row
}
