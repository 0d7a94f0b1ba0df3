//! A machine a printer: what it is doing, what stands in its way, when it is asked again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::artwork::Look;
use crate::artwork::mark::Mark;
use crate::domain::ids::{JobId, PrinterId, Stock};
use crate::engine::store::{PanelProof, PrinterRow};
use cetak_drivers::contract::{
    Apdu, Capabilities, CardImage, Evidence, Fault, Gravity, Identity, Moment, Ribbon, Script,
    Setup, SlowLink,
};

mod card_run;
mod tested;

pub use card_run::{CardRun, Doing};
pub use tested::{
    BENCH_HOLDS, BENCH_OTHER_FIRMWARE, BENCH_OTHER_SETUP, BENCH_OTHER_UNIT, BENCH_WAITS,
    BenchRecord, Tested, as_on_the_bench,
};

/// Clean cards that must agree before a panel count is proof.
pub const PROVING_CARDS: u32 = 3;
/// How often a printer with a fault, or an idle one, is asked for its status.
pub const STATUS_EVERY: Duration = Duration::from_secs(5);
/// How often a jam that stays told until it is cleared is cleared again.
pub const CLEAR_EVERY: Duration = Duration::from_secs(30);
/// First wait before a printer that was lost is asked again; doubles up to [`BACKOFF_MAX`].
pub const BACKOFF_MIN: Duration = Duration::from_secs(1);
/// Longest wait before a printer that was lost is asked again.
pub const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// Readings that differ before the verdict is given without a settled one.
pub const EXAMINE_TRIES: u32 = 3;
/// Rejects or ejects by command before a person is asked.
pub const MOVE_TRIES: u32 = 3;
/// Verdicts to go on behind the same point, in one attempt, before a person is asked: what is refused so often is
/// refused for a reason that the printer does not tell.
pub const GO_TRIES: usize = 8;

/// The doubt about a printer on a link over which none could ever be ended.
pub const MUTE_LINK: &str = "MUTE_LINK";

/// How a printer's blanks get their chip written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChipWay {
    /// A reader at the station; the script's steps are templates.
    InLine(ChipScript),
    /// At a desk, before the blank is laid in: its number is scanned at the printer.
    ByHand,
    /// It has no way: it gets no product with a chip.
    None,
}

/// A chip script's templates: `{mark}` in the hex stands for the job's mark (16 hex digits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipScript {
    /// Steps that write: send, expected answer, both hex templates.
    pub write: Vec<(String, String)>,
    /// Steps that compare.
    pub verify: Vec<(String, String)>,
}

/// A template that is no hex once it is filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of chip script {name} is no hex")]
pub struct BadScript {
    /// Which script.
    pub name: &'static str,
    /// Which step, from 0.
    pub step: usize,
}

impl ChipScript {
    /// The two scripts of one job.
    ///
    /// Errors: [`BadScript`] names the step that is no hex.
    pub fn fill(&self, mark: Mark) -> Result<(Script, Script), BadScript> {
        let mark = format!("{:016X}", mark.0);
        let script = |name: &'static str, steps: &[(String, String)]| {
            let filled = steps.iter().enumerate().map(|(step, (send, expect))| {
                let bytes = |text: &str| {
                    hex::decode(text.replace("{mark}", &mark).replace(' ', ""))
                        .map_err(|_| BadScript { name, step })
                };
                Ok(Apdu {
                    send: bytes(send)?,
                    expect: bytes(expect)?,
                })
            });
            Ok(Script {
                name: name.to_owned(),
                steps: filled.collect::<Result<_, BadScript>>()?,
            })
        };
        Ok((
            script("write", &self.write)?,
            script("verify", &self.verify)?,
        ))
    }
}

/// One printer as config and profile describe it.
#[derive(Debug, Clone)]
pub struct PrinterSpec {
    /// Its name.
    pub id: PrinterId,
    /// What the model can do and prove.
    pub capabilities: Arc<Capabilities>,
    /// Stocks it may be loaded with (its duty).
    pub stocks: Vec<Stock>,
    /// The ribbon it is fitted with.
    pub ribbon: Ribbon,
    /// What its cards look like.
    pub look: Look,
    /// How chips are written.
    pub chip: ChipWay,
    /// Where it is reached.
    pub port: Port,
    /// What a bench has shown of it beside the config.
    pub bench: BenchRecord,
}

/// Where a printer is reached, and whether that name alone says which one it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Port {
    /// The endpoint, as the config has it.
    pub name: String,
    /// The name may go to another device when others are plugged in.
    pub may_move: bool,
    /// Nothing that it answers over this link could end a doubt.
    pub mute: bool,
    /// Its link cannot carry a card's data in the time that the printer takes for the card.
    pub slow: Option<SlowLink>,
}

impl PrinterSpec {
    /// What a card of this stock needs, and whether this printer can do it at all.
    pub fn setup(&self, stock: Stock, card_inside: bool) -> Option<Setup> {
        let chip = match &self.chip {
            ChipWay::InLine(_) => stock.has_chip(),
            ChipWay::ByHand => false,
            ChipWay::None if stock.has_chip() => return None,
            ChipWay::None => false,
        };
        Some(Setup {
            chip,
            card_inside,
            ..self.without_chip()
        })
    }

    /// What this job's card needs: a test card is nobody's, so no chip is written on its blank.
    pub fn setup_for(&self, stock: Stock, test_card: bool) -> Option<Setup> {
        if test_card {
            Some(self.without_chip())
        } else {
            self.setup(stock, false)
        }
    }

    /// What a card without a chip to write needs.
    pub fn without_chip(&self) -> Setup {
        Setup {
            chip: false,
            hold: self.capabilities.hold,
            duplex: self.look == Look::ColourWithBack,
            ribbon: self.ribbon,
            card_inside: false,
        }
    }

    /// The key under which panel proofs are kept.
    pub fn mode(&self) -> String {
        let sides = if self.look == Look::ColourWithBack {
            "duplex"
        } else {
            "simplex"
        };
        format!("{}/{sides}", self.ribbon.name())
    }
}

/// Whether a serial number is one that simulated printers give: one letter, six zeros, five digits. No maker is
/// known to number a unit so low \[inferred\].
pub fn is_simulated_unit(serial: &str) -> bool {
    let (Some(letter), Some(zeros)) = (serial.chars().next(), serial.get(1..7)) else {
        return false;
    };
    serial.len() == 12 && letter.is_ascii_alphabetic() && zeros == "000000"
}

/// Panels a picture orders, at most: an upper bound for what can be counted.
pub fn panels_of(image: &CardImage) -> u64 {
    let side = |side: &cetak_drivers::contract::Side| {
        let colour = if side.colour.is_some() { 3 } else { 0 };
        let overlay = match side.overlay {
            cetak_drivers::contract::Overlay::None => 0,
            cetak_drivers::contract::Overlay::Full | cetak_drivers::contract::Overlay::Plane(_) => {
                1
            }
        };
        colour + 1 + overlay
    };
    side(&image.front) + image.back.as_ref().map_or(0, side)
}

/// What a printer is doing.
#[derive(Debug)]
pub enum Work {
    /// Nothing is open.
    Idle,
    /// `Prepare` was asked for this job.
    Preparing(JobId),
    /// `Clear` was asked: a latched error, path empty, no attempt open.
    Clearing,
    /// `Status` was asked.
    Asking,
    /// An attempt is open.
    Card(Box<CardRun>),
}

/// The card that a printer makes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The job.
    pub job: JobId,
    /// Its picture, at this printer's size; `None`: it is being drawn.
    pub picture: Option<Arc<CardImage>>,
}

impl Next {
    /// A job whose picture is being drawn.
    pub fn drawing(job: JobId) -> Next {
        Next { job, picture: None }
    }
}

/// One printer of the fleet.
#[derive(Debug)]
pub struct PrinterMachine {
    /// Config and profile.
    pub spec: PrinterSpec,
    /// What the store remembers, as it will be after this turn.
    pub row: PrinterRow,
    /// Raised with each new session; news of an earlier one is dropped.
    pub incarnation: u64,
    /// It answered since its link came up.
    pub reachable: bool,
    /// What stands in its way, as last told.
    pub faults: BTreeSet<Fault>,
    /// An error may be latched: it is cleared before the next card.
    pub needs_clear: bool,
    /// When a latched jam is cleared again: only that shows whether a hand has removed its cause.
    pub clear_at: Option<Moment>,
    /// What it is doing.
    pub work: Work,
    /// What it makes next.
    pub next: Option<Next>,
    /// When it is asked again.
    pub again_at: Option<Moment>,
    /// The next wait after a loss.
    pub backoff: Duration,
    /// What it said last.
    pub seen: Evidence,
    /// Who it is, once it was told in this life of the program.
    pub identity: Option<Identity>,
    /// It was asked who it is since its link last fell.
    pub asked_who: bool,
    /// The bench record counts: what was told is what stood on the bench.
    pub tested: bool,
}

impl PrinterMachine {
    /// A printer at the start of the program.
    pub fn new(spec: PrinterSpec, row: PrinterRow) -> PrinterMachine {
        PrinterMachine {
            spec,
            row,
            incarnation: 1,
            reachable: false,
            faults: BTreeSet::new(),
            needs_clear: false,
            clear_at: None,
            work: Work::Idle,
            next: None,
            again_at: None,
            backoff: BACKOFF_MIN,
            seen: Evidence::default(),
            identity: None,
            asked_who: false,
            tested: false,
        }
    }

    /// What a printer is before anything is remembered of it.
    pub fn blank_row(id: &PrinterId) -> PrinterRow {
        PrinterRow {
            id: id.clone(),
            paused: None,
            hopper: None,
            last_evidence: None,
            panels_proved: std::collections::BTreeMap::new(),
            good: 0,
            spoiled: 0,
            sought_in_a_row: 0,
            doubt: None,
            ms_per_card: None,
            port: None,
            refill_due: false,
            single_card: false,
            laid: None,
        }
    }

    /// Whether it may take a new card, as far as people, books and faults go.
    pub fn may_serve(&self) -> bool {
        self.row.paused.is_none()
            && self.row.doubt.is_none()
            && !self.spec.port.mute
            && !self.row.refill_due
            && self.may_feed()
            && self
                .faults
                .iter()
                .all(|fault| fault.gravity() == Gravity::Report)
    }

    /// A doubt about the printer itself, as a code.
    pub fn doubt(&self) -> Option<&str> {
        let mute = self.spec.port.mute.then_some(MUTE_LINK);
        self.row.doubt.as_deref().or(mute)
    }

    /// What stands in its way, as last told, and as remembered where it does not tell.
    pub fn hindrances(&self) -> BTreeSet<Fault> {
        let remembered = self.row.refill_due.then_some(Fault::FeederEmpty);
        self.faults.iter().cloned().chain(remembered).collect()
    }

    /// Whether a job may be promised to it: one that waits for hands keeps none from the other printers.
    pub fn may_promise(&self) -> bool {
        let waits_for_person = match &self.work {
            Work::Card(run) => run.doing == Doing::Person,
            Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
        };
        self.reachable && !waits_for_person && self.may_serve()
    }

    /// The stock in its hopper, if its duty and its chip way allow it.
    pub fn stock(&self) -> Option<Stock> {
        let stock = self.row.hopper?.stock;
        (self.spec.stocks.contains(&stock) && self.spec.setup(stock, false).is_some())
            .then_some(stock)
    }

    /// The panel count that is proved for its ribbon and mode.
    pub fn panels_proved(&self) -> Option<u64> {
        self.row
            .panels_proved
            .get(&self.spec.mode())
            .filter(|proof| proof.cards >= PROVING_CARDS)
            .map(|proof| proof.panels)
    }

    /// Learns from a card whose every command was answered and that is whole. A counter that does not move proves
    /// nothing.
    pub fn learn_panels(&mut self, panels: u64) {
        if panels == 0 {
            return;
        }
        let mode = self.spec.mode();
        let proof = match self.row.panels_proved.get(&mode) {
            Some(proof) if proof.panels == panels => PanelProof {
                panels,
                cards: proof.cards.saturating_add(1).min(PROVING_CARDS),
            },
            // A proved count is not unlearnt by one odd card: that card is examined.
            Some(proof) if proof.cards >= PROVING_CARDS => *proof,
            Some(_) | None => PanelProof { panels, cards: 1 },
        };
        self.row.panels_proved.insert(mode, proof);
    }

    /// Lengthens the wait and says when to ask again.
    pub fn back_off(&mut self, now: Moment) {
        self.again_at = Some(now + self.backoff);
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
    }

    /// It answered.
    pub fn heard_from(&mut self, evidence: &Evidence) {
        self.reachable = true;
        self.backoff = BACKOFF_MIN;
        self.seen = evidence.clone();
    }
}
