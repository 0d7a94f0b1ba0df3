//! A card's job: its states, what moves it, and what each move does to the books.

use cetak_drivers::contract::BlankUid;
use serde::{Deserialize, Serialize};

use super::blank::Account;
use super::ids::PrinterId;

/// Why a job waits for a person, or is refused. The words are in the catalogue of `interfaces`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl From<&str> for Code {
    fn from(text: &str) -> Code {
        Code(text.to_owned())
    }
}

/// Its chip was written at a desk; it waits for its blank to be laid into a printer and scanned there.
pub const ENCODED_BY_HAND: &str = "HELD_ENCODED_BY_HAND";

/// Why a blank was spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpoilCause {
    /// Rejected before any face was begun.
    Interrupted,
    /// Rejected with a face begun.
    Print,
    /// The chip could not be written.
    Encode,
    /// A person's decision on a doubt.
    Settled,
    /// Found bad at the quality check.
    Quality,
    /// Not found at the quality check.
    NotFound,
}

/// Where a card's job stands. A state holds only what is true in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "fields are the printer it is on, the blank bound to it, a reason code"
)]
pub enum JobState {
    /// Accepted, rules not yet applied.
    Received,
    /// Waits for a person or a date.
    Held { code: Code },
    /// Waits for a printer.
    Queued,
    /// A blank may have left the hopper for it.
    Assigned { printer: PrinterId },
    /// Its chip may be being written.
    Encoding {
        printer: PrinterId,
        blank: Option<BlankUid>,
    },
    /// Its chip is written and proved.
    Encoded {
        printer: PrinterId,
        blank: Option<BlankUid>,
    },
    /// Its face may be being printed.
    Printing {
        printer: PrinterId,
        blank: Option<BlankUid>,
    },
    /// The evidence cannot tell. Nothing reprints until a person has looked.
    InDoubt {
        printer: PrinterId,
        blank: Option<BlankUid>,
    },
    /// A card exists.
    Printed { blank: Option<BlankUid> },
    /// The attempt's blank is spoiled.
    Spoiled {
        blank: Option<BlankUid>,
        cause: SpoilCause,
        /// A face was begun: the next attempt waits until a person has cut the card.
        uncut: bool,
    },
    /// Checked; waits for its owner.
    Ready { blank: Option<BlankUid> },
    /// On its way to a district.
    InDelivery { blank: Option<BlankUid> },
    /// Handed over.
    HandedOver { blank: Option<BlankUid> },
    /// Withdrawn; the card goes to destruction.
    Withdrawn { blank: Option<BlankUid> },
    /// A rule forbids it.
    Rejected { code: Code },
    /// Cancelled by a person.
    Cancelled,
}

/// What can happen to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEvent {
    /// The rules allow it.
    Admit,
    /// A rule or a person holds it.
    Hold(Code),
    /// A rule forbids it.
    Reject(Code),
    /// A person, or a date, releases it.
    Release,
    /// A person cancels it.
    Cancel,
    /// A person wrote its chip at a desk: no printer takes another blank for it.
    EncodedByHand,
    /// The feed's intent: a blank of this printer is taken for it.
    Assign(PrinterId),
    /// The feed's intent: the blank that was encoded for it by hand was scanned at this printer, and is taken.
    AssignEncoded(PrinterId, BlankUid),
    /// The chip's intent, with the number that was read.
    EncodeBegun(BlankUid),
    /// The chip is written and proved.
    EncodeProved,
    /// The first plane may go out.
    PrintBegun,
    /// Proved: no blank left the hopper.
    NotFed,
    /// The same of a blank that was encoded by hand: it waits to be scanned again. By proof, or by two people.
    EncodedNotFed,
    /// The face is clean and the card is not found.
    BlankSought,
    /// Proved: a finished card exists.
    ProvedPrinted,
    /// Proved: rejected by our command.
    ProvedSpoiled(SpoilCause, FaceBegun),
    /// The verdict is to ask a person.
    Doubt,
    /// Two people: a good card exists.
    SettledPrinted,
    /// Two people: the card is spoiled and cut.
    SettledSpoiled,
    /// Two people: the blank is still in the hopper.
    SettledNotFed,
    /// A person has cut the spoiled card.
    CutConfirmed,
    /// The next attempt may begin.
    TryAgain,
    /// Quality check.
    Checked(CheckResult),
    /// Taken to a district.
    SentOut,
    /// Brought back.
    BroughtBack,
    /// Handed over to its owner.
    HandOver,
    /// Withdrawn.
    Withdraw,
}

/// Whether dye or resin may have reached the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceBegun {
    /// Yes.
    Yes,
    /// Proved not.
    No,
}

/// What a person saw at the quality check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// Good.
    Good,
    /// Bad: cut at once.
    Bad,
    /// No such card in the tray.
    NotFound,
}

/// A transition: the new state and what becomes true with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The new state.
    pub state: JobState,
    /// Stored in the same transaction.
    pub effects: Vec<Effect>,
}

/// What is stored with a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// One blank of the job's stock moves.
    Move(Account, Account),
    /// The centre hears that a card exists.
    ReportPrinted,
    /// The centre hears that this chip number is void.
    ReportVoid,
}

/// A pair of state and event that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {state} cannot take {event}")]
pub struct Refused {
    /// The state's name.
    pub state: &'static str,
    /// The event's name.
    pub event: &'static str,
}

impl JobState {
    /// Decides; performs nothing.
    ///
    /// Errors: [`Refused`] names a pair that has no meaning.
    pub fn next(&self, event: &JobEvent) -> Result<Step, Refused> {
        use Account::{InWork, Loaded, Missing, Personalized, Sought, Spoiled as SpoiledPieces};
        use JobEvent as E;
        use JobState as S;
        let step = |state, effects: Vec<Effect>| Ok(Step { state, effects });
        let refused = || {
            Err(Refused {
                state: self.name(),
                event: event.name(),
            })
        };
        let spoil = |from, blank: &Option<BlankUid>, cause, uncut| {
            let void = blank.as_ref().map(|_| Effect::ReportVoid);
            let effects = [Effect::Move(from, SpoiledPieces)]
                .into_iter()
                .chain(void)
                .collect();
            step(
                S::Spoiled {
                    blank: blank.clone(),
                    cause,
                    uncut,
                },
                effects,
            )
        };
        let printed = |blank: &Option<BlankUid>| {
            step(
                S::Printed {
                    blank: blank.clone(),
                },
                vec![Effect::Move(InWork, Personalized), Effect::ReportPrinted],
            )
        };
        let encoded_by_hand = || S::Held {
            code: Code::from(ENCODED_BY_HAND),
        };
        let sought = |blank: &Option<BlankUid>| {
            let void = blank.as_ref().map(|_| Effect::ReportVoid);
            step(
                S::Queued,
                [Effect::Move(InWork, Sought)]
                    .into_iter()
                    .chain(void)
                    .collect(),
            )
        };
        match (self, event) {
            (S::Received, E::Admit) | (S::Held { .. }, E::Release) => step(S::Queued, vec![]),
            (S::Received | S::Queued, E::Hold(code)) => {
                step(S::Held { code: code.clone() }, vec![])
            }
            // Its picture cannot be drawn; the blank stays bound to it.
            (S::Held { code: held }, E::Hold(code)) if held.0 == ENCODED_BY_HAND => {
                step(S::Held { code: code.clone() }, vec![])
            }
            (S::Queued, E::EncodedByHand) => step(encoded_by_hand(), vec![]),
            (S::Received, E::Reject(code)) => step(S::Rejected { code: code.clone() }, vec![]),
            (S::Held { .. } | S::Queued, E::Cancel) => step(S::Cancelled, vec![]),
            (S::Queued, E::Assign(printer)) => step(
                S::Assigned {
                    printer: printer.clone(),
                },
                vec![Effect::Move(Loaded, InWork)],
            ),
            (S::Held { code }, E::AssignEncoded(printer, uid)) if code.0 == ENCODED_BY_HAND => {
                step(
                    S::Encoded {
                        printer: printer.clone(),
                        blank: Some(uid.clone()),
                    },
                    vec![Effect::Move(Loaded, InWork)],
                )
            }
            (S::Assigned { printer }, E::EncodeBegun(uid)) => step(
                S::Encoding {
                    printer: printer.clone(),
                    blank: Some(uid.clone()),
                },
                vec![],
            ),
            (S::Encoding { printer, blank }, E::EncodeProved) => step(
                S::Encoded {
                    printer: printer.clone(),
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::Assigned { printer }, E::PrintBegun) => step(
                S::Printing {
                    printer: printer.clone(),
                    blank: None,
                },
                vec![],
            ),
            (S::Encoded { printer, blank }, E::PrintBegun) => step(
                S::Printing {
                    printer: printer.clone(),
                    blank: blank.clone(),
                },
                vec![],
            ),
            // Printing: a printer that feeds with the face proved that it did not.
            (S::Assigned { .. } | S::Printing { blank: None, .. }, E::NotFed) => {
                step(S::Queued, vec![Effect::Move(InWork, Loaded)])
            }
            (
                S::Encoded { blank: Some(_), .. }
                | S::Printing { blank: Some(_), .. }
                | S::InDoubt { blank: Some(_), .. },
                E::EncodedNotFed,
            ) => step(encoded_by_hand(), vec![Effect::Move(InWork, Loaded)]),
            (S::Assigned { .. }, E::BlankSought) => sought(&None),
            (
                S::Encoding { blank, .. } | S::Encoded { blank, .. } | S::Printing { blank, .. },
                E::BlankSought,
            ) => sought(blank),
            (S::Printing { blank, .. }, E::ProvedPrinted) => printed(blank),
            (S::Assigned { .. }, E::ProvedSpoiled(cause, face)) => {
                spoil(InWork, &None, *cause, *face == FaceBegun::Yes)
            }
            (
                S::Encoding { blank, .. } | S::Encoded { blank, .. } | S::Printing { blank, .. },
                E::ProvedSpoiled(cause, face),
            ) => spoil(InWork, blank, *cause, *face == FaceBegun::Yes),
            (S::Assigned { printer }, E::Doubt) => step(
                S::InDoubt {
                    printer: printer.clone(),
                    blank: None,
                },
                vec![],
            ),
            (
                S::Encoding { printer, blank }
                | S::Encoded { printer, blank }
                | S::Printing { printer, blank },
                E::Doubt,
            ) => step(
                S::InDoubt {
                    printer: printer.clone(),
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::InDoubt { blank, .. }, E::SettledPrinted) => printed(blank),
            (S::InDoubt { blank, .. }, E::SettledSpoiled) => {
                spoil(InWork, blank, SpoilCause::Settled, false)
            }
            (S::InDoubt { blank: None, .. }, E::SettledNotFed) => {
                step(S::Queued, vec![Effect::Move(InWork, Loaded)])
            }
            (
                S::Spoiled {
                    blank,
                    cause,
                    uncut: true,
                },
                E::CutConfirmed,
            ) => step(
                S::Spoiled {
                    blank: blank.clone(),
                    cause: *cause,
                    uncut: false,
                },
                vec![],
            ),
            (S::Spoiled { uncut: false, .. }, E::TryAgain) => step(S::Queued, vec![]),
            (S::Spoiled { uncut: false, .. }, E::Hold(code)) => {
                step(S::Held { code: code.clone() }, vec![])
            }
            (S::Printed { blank }, E::Checked(CheckResult::Good)) => step(
                S::Ready {
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::Printed { blank }, E::Checked(CheckResult::Bad)) => {
                spoil(Personalized, blank, SpoilCause::Quality, false)
            }
            (S::Printed { blank }, E::Checked(CheckResult::NotFound)) => {
                let void = blank.as_ref().map(|_| Effect::ReportVoid);
                step(
                    S::Spoiled {
                        blank: blank.clone(),
                        cause: SpoilCause::NotFound,
                        uncut: true,
                    },
                    [Effect::Move(Personalized, Missing)]
                        .into_iter()
                        .chain(void)
                        .collect(),
                )
            }
            (S::Ready { blank }, E::SentOut) => step(
                S::InDelivery {
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::InDelivery { blank }, E::BroughtBack) => step(
                S::Ready {
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::Ready { blank } | S::InDelivery { blank }, E::HandOver) => step(
                S::HandedOver {
                    blank: blank.clone(),
                },
                vec![],
            ),
            (S::Ready { blank }, E::Withdraw) => step(
                S::Withdrawn {
                    blank: blank.clone(),
                },
                vec![],
            ),
            (
                S::Received
                | S::Held { .. }
                | S::Queued
                | S::Assigned { .. }
                | S::Encoding { .. }
                | S::Encoded { .. }
                | S::Printing { .. }
                | S::InDoubt { .. }
                | S::Printed { .. }
                | S::Spoiled { .. }
                | S::Ready { .. }
                | S::InDelivery { .. }
                | S::HandedOver { .. }
                | S::Withdrawn { .. }
                | S::Rejected { .. }
                | S::Cancelled,
                _,
            ) => refused(),
        }
    }

    /// How store and API spell the state.
    pub fn name(&self) -> &'static str {
        match self {
            JobState::Received => "received",
            JobState::Held { .. } => "held",
            JobState::Queued => "queued",
            JobState::Assigned { .. } => "assigned",
            JobState::Encoding { .. } => "encoding",
            JobState::Encoded { .. } => "encoded",
            JobState::Printing { .. } => "printing",
            JobState::InDoubt { .. } => "in_doubt",
            JobState::Printed { .. } => "printed",
            JobState::Spoiled { .. } => "spoiled",
            JobState::Ready { .. } => "ready",
            JobState::InDelivery { .. } => "in_delivery",
            JobState::HandedOver { .. } => "handed_over",
            JobState::Withdrawn { .. } => "withdrawn",
            JobState::Rejected { .. } => "rejected",
            JobState::Cancelled => "cancelled",
        }
    }

    /// Whether the job has come to its end.
    pub fn is_final(&self) -> bool {
        match self {
            JobState::HandedOver { .. }
            | JobState::Withdrawn { .. }
            | JobState::Rejected { .. }
            | JobState::Cancelled => true,
            JobState::Received
            | JobState::Held { .. }
            | JobState::Queued
            | JobState::Assigned { .. }
            | JobState::Encoding { .. }
            | JobState::Encoded { .. }
            | JobState::Printing { .. }
            | JobState::InDoubt { .. }
            | JobState::Printed { .. }
            | JobState::Spoiled { .. }
            | JobState::Ready { .. }
            | JobState::InDelivery { .. } => false,
        }
    }

    /// Whether it waits for the blank that was encoded for it by hand.
    pub fn waits_for_its_blank(&self) -> bool {
        matches!(self, JobState::Held { code } if code.0 == ENCODED_BY_HAND)
    }

    /// The blank that is bound to it, where one is.
    pub fn blank(&self) -> Option<&BlankUid> {
        match self {
            JobState::Encoding { blank, .. }
            | JobState::Encoded { blank, .. }
            | JobState::Printing { blank, .. }
            | JobState::InDoubt { blank, .. }
            | JobState::Printed { blank }
            | JobState::Spoiled { blank, .. }
            | JobState::Ready { blank }
            | JobState::InDelivery { blank }
            | JobState::HandedOver { blank }
            | JobState::Withdrawn { blank } => blank.as_ref(),
            JobState::Received
            | JobState::Held { .. }
            | JobState::Queued
            | JobState::Assigned { .. }
            | JobState::Rejected { .. }
            | JobState::Cancelled => None,
        }
    }

    /// The printer it is on, where it is on one.
    pub fn printer(&self) -> Option<&PrinterId> {
        match self {
            JobState::Assigned { printer }
            | JobState::Encoding { printer, .. }
            | JobState::Encoded { printer, .. }
            | JobState::Printing { printer, .. }
            | JobState::InDoubt { printer, .. } => Some(printer),
            JobState::Received
            | JobState::Held { .. }
            | JobState::Queued
            | JobState::Printed { .. }
            | JobState::Spoiled { .. }
            | JobState::Ready { .. }
            | JobState::InDelivery { .. }
            | JobState::HandedOver { .. }
            | JobState::Withdrawn { .. }
            | JobState::Rejected { .. }
            | JobState::Cancelled => None,
        }
    }
}

impl JobEvent {
    /// The event's name in tables and refusals.
    pub fn name(&self) -> &'static str {
        match self {
            JobEvent::Admit => "admit",
            JobEvent::Hold(_) => "hold",
            JobEvent::Reject(_) => "reject",
            JobEvent::Release => "release",
            JobEvent::Cancel => "cancel",
            JobEvent::EncodedByHand => "encoded_by_hand",
            JobEvent::Assign(_) => "assign",
            JobEvent::AssignEncoded(..) => "assign_encoded",
            JobEvent::EncodeBegun(_) => "encode_begun",
            JobEvent::EncodeProved => "encode_proved",
            JobEvent::PrintBegun => "print_begun",
            JobEvent::NotFed => "not_fed",
            JobEvent::EncodedNotFed => "encoded_not_fed",
            JobEvent::BlankSought => "blank_sought",
            JobEvent::ProvedPrinted => "proved_printed",
            JobEvent::ProvedSpoiled(_, FaceBegun::Yes) => "proved_spoiled(face)",
            JobEvent::ProvedSpoiled(_, FaceBegun::No) => "proved_spoiled(clean)",
            JobEvent::Doubt => "doubt",
            JobEvent::SettledPrinted => "settled_printed",
            JobEvent::SettledSpoiled => "settled_spoiled",
            JobEvent::SettledNotFed => "settled_not_fed",
            JobEvent::CutConfirmed => "cut_confirmed",
            JobEvent::TryAgain => "try_again",
            JobEvent::Checked(CheckResult::Good) => "checked_good",
            JobEvent::Checked(CheckResult::Bad) => "checked_bad",
            JobEvent::Checked(CheckResult::NotFound) => "checked_not_found",
            JobEvent::SentOut => "sent_out",
            JobEvent::BroughtBack => "brought_back",
            JobEvent::HandOver => "hand_over",
            JobEvent::Withdraw => "withdraw",
        }
    }
}
