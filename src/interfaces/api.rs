//! The local API's words: what goes over HTTP as JSON under `/api/v1`. Keys are only ever added.
//!
//! Codes and numbers, no sentences and no personal data: the words are the reader's matter.

use std::collections::BTreeMap;
use std::fmt;

use cetak_drivers::contract::{Identity, SlowLink};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::domain::flaw::FieldError;
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::{CheckResult, Code, JobState};
use crate::domain::record::{CardProduct, Reason};
use crate::engine::spooler::Settlement;

/// Where the version begins.
pub const ROOT: &str = "/api/v1";
/// Records of one request.
pub const BATCH_MAX: usize = 100;
/// Bytes of one request's body.
pub const BODY_BYTES_MAX: usize = 32 << 20;
/// Jobs of one page.
pub const PAGE_MAX: usize = 1_000;
/// The header by which one user of a training store speaks for another.
pub const AS_HEADER: &str = "cetak-as";

/// `GET /status`: what this room is and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    /// The program's version.
    pub version: String,
    /// The room's code.
    pub room: String,
    /// The store's epoch.
    pub epoch: u32,
    /// A training store.
    pub training: bool,
    /// This life of the program.
    pub run: String,
    /// Its process.
    pub process: u32,
    /// It is stopping: no new card is begun.
    pub stopping: bool,
    /// The room's time.
    pub at: At,
    /// Jobs by state name.
    pub jobs: BTreeMap<String, u64>,
}

/// `POST /jobs`: at most [`BATCH_MAX`] records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// The records. Of more than [`BATCH_MAX`] only the first and one more are kept: enough to refuse them.
    #[serde(deserialize_with = "a_batch_and_one")]
    pub jobs: Vec<SubmitItem>,
}

/// Reads a batch and one item more, and skips the rest: a body of millions of items costs no memory.
fn a_batch_and_one<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SubmitItem>, D::Error> {
    struct Items;
    impl<'de> Visitor<'de> for Items {
        type Value = Vec<SubmitItem>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of records")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut kept = Vec::new();
            while kept.len() <= BATCH_MAX {
                match items.next_element()? {
                    Some(item) => kept.push(item),
                    None => return Ok(kept),
                }
            }
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(kept)
        }
    }
    deserializer.deserialize_seq(Items)
}

/// One record of a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitItem {
    /// The record as `docs/records.md` has it, as a JSON object.
    pub record: Box<RawValue>,
    /// The photo's bytes in base64, standard alphabet with padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

/// The answer to `POST /jobs`: one result for each record, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitAnswer {
    /// The results.
    pub results: Vec<SubmitResult>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SubmitResult {
    /// A new job, in the state that the rules gave it.
    New {
        /// The job.
        job: JobId,
        /// `queued`, `held` or `rejected`.
        state: String,
        /// Why it is held or rejected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Code>,
    },
    /// The same key with the same body.
    Same {
        /// The job.
        job: JobId,
    },
    /// The same key with another body: nothing was stored.
    Conflict {
        /// The job that has the key.
        job: JobId,
    },
    /// Stored as rejected: another job of this person and product is open.
    OpenAlready {
        /// The new job.
        job: JobId,
        /// The one that is open.
        open: JobId,
    },
    /// No valid record: nothing was stored.
    Refused {
        /// What is wrong, at least one.
        faults: Vec<FieldError>,
    },
}

/// `GET /jobs?state=&after=&limit=`: a page by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobsPage {
    /// The jobs.
    pub jobs: Vec<JobView>,
    /// How many jobs are in each state, of all jobs.
    pub counts: BTreeMap<String, u64>,
    /// For the next page's `after`; `None`: this was the last.
    pub next: Option<u64>,
}

/// A job without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// The client's key.
    pub key: String,
    /// The product.
    pub product: CardProduct,
    /// Why it was asked for.
    pub reason: Reason,
    /// The state's name (`queued`, `in_doubt`, ...).
    pub state: String,
    /// The whole state.
    pub detail: JobState,
    /// `2172********0007`.
    pub nik_masked: String,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before this local date.
    pub not_before: Option<String>,
    /// When it was accepted.
    pub accepted_at: At,
    /// When it last moved.
    pub moved_at: At,
    /// Why it does not move, as a code; `None`: it moves, or it has ended.
    pub waits_for: Option<Code>,
}

/// `GET /jobs/ID`: a job and its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobDetail {
    /// The job.
    #[serde(flatten)]
    pub job: JobView,
    /// Its attempts, oldest first.
    pub history: Vec<AttemptView>,
    /// Proposals about it that wait for a second person.
    pub proposals: Vec<ProposalView>,
}

/// One attempt at a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// Its number in the store.
    pub id: u64,
    /// The printer.
    pub printer: PrinterId,
    /// The blank's number, once read.
    pub uid: Option<String>,
    /// `not_fed`, `printed`, `spoiled`, `sought`; `None`: open.
    pub outcome: Option<String>,
    /// When its last entry was committed.
    pub noted_at: At,
    /// Its entries as short codes, oldest first (`sent:feed`, `answered:feed`, `bound`, `held`, `heard:card_jam`,
    /// `ruled:ask`).
    pub entries: Vec<String>,
}

/// A body that gives a reason: `POST /jobs/ID/hold`, `/printers/P/pause`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// The reason, free text, no personal data.
    pub reason: String,
}

/// `POST /jobs/ID/settle`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// `printed`, `spoiled` or `not-fed`.
    pub outcome: Settlement,
}

/// `POST /jobs/ID/check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    /// `good`, `bad` or `not_found`.
    pub result: CheckResult,
}

/// The answer to an action that is done: an empty object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Done {}

/// The answer to an action for two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// For `POST /proposals/N/approve`.
    pub proposal: u64,
}

/// `GET /proposals`: actions that wait for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// Its number.
    pub id: u64,
    /// The job it is about.
    pub job: Option<JobId>,
    /// What shall be done, as stored.
    pub action: serde_json::Value,
    /// Who proposed it.
    pub by: Actor,
    /// When.
    pub at: At,
}

/// One printer, for screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterView {
    /// Its name.
    pub id: PrinterId,
    /// The profile of the config.
    pub profile: String,
    /// Where it is reached.
    pub endpoint: String,
    /// The maker.
    pub maker: String,
    /// The model.
    pub model: String,
    /// The word on the screen (`domain::printer::Word`, as `snake_case`).
    pub word: String,
    /// What stands in its way, as codes (`card_jam`, ...).
    pub faults: Vec<String>,
    /// Who paused it, and why.
    pub paused: Option<PauseView>,
    /// A doubt about the printer itself, as a code.
    pub doubt: Option<Code>,
    /// How its bench record stands, as a code; null: there is none.
    #[serde(default)]
    pub bench: Option<Code>,
    /// Stocks it may be loaded with.
    pub duty: Vec<Stock>,
    /// What its hopper holds by the books.
    pub stock: Option<Stock>,
    /// How many.
    pub hopper: u32,
    /// Prints left on the ribbon, where told.
    pub ribbon_left: Option<u64>,
    /// The card inside.
    pub card: Option<CardView>,
    /// The job that is drawn for it.
    pub next: Option<JobId>,
    /// Cards since the store began.
    pub good: u64,
    /// Spoiled blanks since the store began.
    pub spoiled: u64,
    /// Measured milliseconds a card.
    pub ms_per_card: Option<u64>,
    /// The unit's serial number, once told.
    pub unit: Option<String>,
    /// Who it is, item by item: `{"told":TEXT}`, `{"inferred":TEXT}` or `"not_askable"`; null: not asked yet.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// Its link cannot carry a card's data in the time that the printer takes for the card; null: it can, or nobody
    /// knows.
    #[serde(default)]
    pub slow_link: Option<SlowLink>,
    /// It takes one blank at a time, laid in and confirmed by a hand; null: its hopper is a stack.
    #[serde(default)]
    pub single_card: Option<SingleCardView>,
}

/// A printer in single-card mode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleCardView {
    /// A person has confirmed the blank that lies in it: it is printed next.
    pub confirmed: bool,
    /// The chip of each blank is written at a desk before it is laid in.
    pub encoded: bool,
    /// The job whose chip is on the blank that lies in it.
    pub job: Option<JobId>,
    /// The number of that blank.
    pub uid: Option<String>,
}

/// A pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseView {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: At,
}

/// The card a printer works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardView {
    /// The job.
    pub job: JobId,
    /// The last committed point (`sent:feed`, `answered:chip`, `held`).
    pub point: String,
    /// What is being waited for (`stage:finish`, `examining`, `person`).
    pub doing: String,
    /// The evidence cannot tell, and two people must.
    pub asks_person: bool,
    /// Before they look the printer is switched off and on: a page may wait in its memory.
    #[serde(default)]
    pub switch_off: bool,
}

/// `GET /questions`: what waits for a person, the most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionView {
    /// What is asked, as a code: `SWITCH_OFF`, `DOUBT`, `CUT_SPOILED`, `PRINTER_IN_DOUBT`, `FAULT`, `LOAD_HOPPER`,
    /// `LAY_BLANK`, `LAY_ENCODED_BLANK`, `LAY_AGAIN`, `EMPTY_HOPPER`, `APPROVE`.
    pub code: Code,
    /// The printer it is about.
    pub printer: Option<PrinterId>,
    /// The job it is about.
    pub job: Option<JobId>,
    /// The proposal it is about.
    pub proposal: Option<u64>,
    /// More: the fault's code, the doubt's code.
    pub about: Option<Code>,
}

/// `POST /printers/P/load`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBody {
    /// Which blanks.
    pub stock: Stock,
    /// How many.
    pub pieces: u32,
}

/// `POST /printers/P/unload`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnloadBody {
    /// How many were counted.
    pub pieces: u32,
}

/// `POST /printers/P/single-card`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleCardBody {
    /// One blank at a time, or a stack in the hopper again.
    pub on: bool,
}

/// `POST /printers/P/scan`: one blank lies in the printer, and its path was seen empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanBody {
    /// The number of a blank that was encoded by hand; null: an unread blank.
    #[serde(default)]
    pub uid: Option<String>,
    /// Which blanks; null: what the printer holds, or serves first.
    #[serde(default)]
    pub stock: Option<Stock>,
    /// The other answer: the blank that counts as not fed is not in the hopper. The other keys are not read.
    #[serde(default)]
    pub gone: bool,
}

/// `POST /jobs/ID/encoded`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodedBody {
    /// The number of the blank on which the job's chip was written.
    pub uid: String,
}

/// `POST /stock/receive`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveBody {
    /// Which blanks.
    pub stock: Stock,
    /// How many.
    pub pieces: u32,
    /// The number of the minutes.
    pub paper: String,
}

/// `POST /stock/issue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueBody {
    /// Which blanks.
    pub stock: Stock,
    /// How many.
    pub pieces: u32,
}

/// `GET /stock`: the books of one stock. `received` equals the sum of the accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockView {
    /// Which blanks.
    pub stock: Stock,
    /// Pieces that ever came into the books.
    pub received: u64,
    /// Pieces in each account, by its name; every account is there.
    pub accounts: BTreeMap<String, u64>,
    /// Blanks whose number was read: number and account.
    pub numbered: Vec<NumberedBlank>,
}

/// A blank whose number is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberedBlank {
    /// Its number.
    pub uid: String,
    /// Where it is.
    pub account: String,
    /// The job it was bound to.
    pub job: Option<JobId>,
}

/// What a reload changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// Printers that are new.
    pub added: Vec<PrinterId>,
    /// Printers whose settings changed.
    pub changed: Vec<PrinterId>,
    /// Printers that are gone.
    pub removed: Vec<PrinterId>,
}

/// Any refusal: HTTP status 4xx or 5xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", code.0)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What the words need.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal without parameters.
    pub fn new(code: &str) -> Refusal {
        Refusal {
            code: Code::from(code),
            params: BTreeMap::new(),
        }
    }

    /// The same with one parameter more.
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Refusal {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}
