//! What was heard and said on the way, and how much of it changed.

use serde::{Deserialize, Serialize};

use super::{Answer, Choice, Evidence, Fault, Question};

/// How a request ended, without its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// Carried out.
    Done,
    /// Not, or not wholly.
    Fault(Fault),
    /// No answer in time.
    Silent,
    /// The link fell.
    Lost,
}

/// One answer of the printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The step's code.
    pub step: String,
    /// Its name within the step.
    pub name: String,
    /// How it ended.
    pub heard: Heard,
    /// What it told.
    pub evidence: Evidence,
}

impl Reading {
    pub(super) fn new(step: &str, name: &str, answer: Answer) -> Reading {
        let (heard, evidence) = match answer {
            Answer::Done(evidence) => (Heard::Done, evidence),
            Answer::Fault(fault, evidence) => (Heard::Fault(fault), evidence),
            Answer::Silent { .. } => (Heard::Silent, Evidence::default()),
            Answer::Lost => (Heard::Lost, Evidence::default()),
        };
        Reading {
            step: step.to_owned(),
            name: name.to_owned(),
            heard,
            evidence,
        }
    }
}

/// One answer of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The step's code.
    pub step: String,
    /// What was asked.
    pub question: Question,
    /// What was chosen.
    pub choice: Choice,
}

/// What went otherwise than the walk has it; the step's code with each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// The printer did not do what the step needs: the step was left.
    Failed(String),
    /// Something moved that was not announced: the walk was stopped.
    Strange(String),
    /// The person stopped the walk.
    Stopped(String),
}

/// A walk's log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Log {
    /// What the printer answered, in order.
    pub readings: Vec<Reading>,
    /// What the person answered, in order.
    pub answers: Vec<Given>,
    /// What went otherwise.
    pub notes: Vec<Noted>,
}

impl Log {
    /// The walk did not come to its end.
    pub fn is_stopped(&self) -> bool {
        self.notes.iter().any(|note| match note {
            Noted::Strange(_) | Noted::Stopped(_) => true,
            Noted::Failed(_) => false,
        })
    }

    /// The last reading of that name in that step.
    pub(crate) fn reading(&self, step: &str, name: &str) -> Option<&Reading> {
        let mut last_first = self.readings.iter().rev();
        last_first.find(|reading| reading.step == step && reading.name == name)
    }

    /// What was told, where the request was carried out.
    pub(crate) fn told(&self, step: &str, name: &str) -> Option<&Evidence> {
        let reading = self.reading(step, name)?;
        (reading.heard == Heard::Done).then_some(&reading.evidence)
    }

    /// The person's last answer to that question in that step.
    pub(crate) fn choice(&self, step: &str, question: Question) -> Option<Choice> {
        let mut last_first = self.answers.iter().rev();
        last_first
            .find(|given| given.step == step && given.question == question)
            .map(|given| given.choice)
    }

    /// Cards counted between two readings of one step. A fault that stands (an open lid) leaves the counters readable.
    pub(crate) fn cards(&self, step: &str, from: &str, to: &str) -> Option<u64> {
        let [from, to] = [from, to].map(|name| self.reading(step, name)?.evidence.cards);
        to?.checked_sub(from?)
    }

    /// Panels counted between two readings of one step.
    pub(crate) fn panels(&self, step: &str, from: &str, to: &str) -> Option<u64> {
        let [from, to] = [from, to].map(|name| self.reading(step, name)?.evidence.panels);
        to?.checked_sub(from?)
    }

    /// Panels that were laid wholly before the one that was broken off, as the person sees the card. On a card of black
    /// alone the first panel is black. `None`: nobody can say, or the broken panel is one that may not be counted.
    pub(crate) fn whole_before_broken(&self, step: &str, black_alone: bool) -> Option<u64> {
        match (self.choice(step, Question::Broken)?, black_alone) {
            (Choice::Yellow, false) | (Choice::Black, true) => Some(0),
            (Choice::Magenta, false) => Some(1),
            (Choice::Cyan, false) => Some(2),
            // Whether black is counted at all is not known, so its count says nothing about when.
            (Choice::Black, false) => None,
            (Choice::Yellow | Choice::Magenta | Choice::Cyan, true) => None,
            (
                Choice::Yes
                | Choice::No
                | Choice::Output
                | Choice::RejectBox
                | Choice::Inside
                | Choice::Hopper
                | Choice::Unsure,
                _,
            ) => None,
        }
    }

    /// Whether a panel is counted at its end, by a card whose panel the open lid broke off under power.
    pub(crate) fn counted_at_end(&self, step: &str, name: &str, black_alone: bool) -> Option<bool> {
        let whole = self.whole_before_broken(step, black_alone)?;
        let counted = self.panels(step, "start", name)?;
        if counted == whole {
            Some(true)
        } else if counted == whole + 1 {
            Some(false)
        } else {
            None
        }
    }
}
