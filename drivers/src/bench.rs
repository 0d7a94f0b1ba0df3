//! The bench: a walk with one real printer that shows what its custody rows may rest on.
//!
//! A walk is data: what a person's hands do, what the printer is asked, and what the person is asked, in order; each
//! maker has a table (`<maker>/bench.rs`). [`Course`] leads through it and keeps the [`Log`]; [`Walk::shown`] reads
//! the flags from the log. Doubt leaves a flag unset. Nothing here does I/O or knows a sentence.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{
    Answer, BenchFlag, Capabilities, CardImage, Evidence, Fault, Request, Ribbon, Setup, Stage,
};

mod log;
mod picture;

pub use log::{Given, Heard, Log, Noted, Reading};
pub use picture::Picture;

/// Test blanks that a walk is begun with. Unit: cards.
pub const TEST_BLANKS: u64 = 12;

/// What a person's hands do. The words are the catalogue's, by [`Hands::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hands {
    /// The blanks are taken out and counted, twelve numbered test blanks are laid in.
    LayInTestBlanks,
    /// The test cards are taken away, the counted blanks are put back.
    PutBlanksBack,
    /// Every card is taken out of the path, what is stuck too; the lid is shut.
    EmptyPath,
    /// The printer is switched off at once.
    SwitchOff,
    /// It is switched on, and has started.
    SwitchOn,
    /// While a colour behind the first is being laid, the printer is switched off.
    SwitchOffInPanel,
    /// While a colour behind the first is being laid, the lid is opened, and stays open.
    OpenLidInPanel,
    /// Through the open lid the card is taken out; the lid is shut.
    TakeCard,
    /// Cancel is pressed on the printer, never OK.
    PressCancel,
    /// While the sending stands still, the data cable is pulled.
    PullCable,
    /// The data cable is put in.
    PlugIn,
    /// The exit is blocked, so that the next card gets stuck there.
    BlockExit,
    /// The printer is watched for a minute; nothing is touched.
    Watch,
}

impl Hands {
    /// All.
    pub const ALL: [Hands; 13] = [
        Hands::LayInTestBlanks,
        Hands::PutBlanksBack,
        Hands::EmptyPath,
        Hands::SwitchOff,
        Hands::SwitchOn,
        Hands::SwitchOffInPanel,
        Hands::OpenLidInPanel,
        Hands::TakeCard,
        Hands::PressCancel,
        Hands::PullCable,
        Hands::PlugIn,
        Hands::BlockExit,
        Hands::Watch,
    ];
}

/// What a person is asked afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Did anything move that was not announced? Yes stops the walk.
    Strange,
    /// Did the card, or anything else, move?
    Moved,
    /// Where is the card?
    Where,
    /// Which colour is on the card in part?
    Broken,
    /// Is the picture whole?
    Whole,
    /// Is the yellow bar of the picture that was given up on the card?
    Bar,
    /// Is anything printed on any card of this step?
    Printed,
}

impl Question {
    /// All.
    pub const ALL: [Question; 7] = [
        Question::Strange,
        Question::Moved,
        Question::Where,
        Question::Broken,
        Question::Whole,
        Question::Bar,
        Question::Printed,
    ];

    /// What may be chosen. [`Choice::Unsure`] is always last.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            Question::Strange
            | Question::Moved
            | Question::Whole
            | Question::Bar
            | Question::Printed => &[Choice::Yes, Choice::No, Choice::Unsure],
            Question::Where => &[
                Choice::Output,
                Choice::RejectBox,
                Choice::Inside,
                Choice::Hopper,
                Choice::Unsure,
            ],
            Question::Broken => &[
                Choice::Yellow,
                Choice::Magenta,
                Choice::Cyan,
                Choice::Black,
                Choice::Unsure,
            ],
        }
    }
}

/// One answer of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Yes,
    /// No.
    No,
    /// In the output.
    Output,
    /// In the reject box.
    RejectBox,
    /// In the printer.
    Inside,
    /// It never left the hopper.
    Hopper,
    /// Yellow, the first colour.
    Yellow,
    /// Magenta, the second.
    Magenta,
    /// Cyan, the third.
    Cyan,
    /// Black.
    Black,
    /// None of these, or nobody can say.
    Unsure,
}

impl Choice {
    /// All.
    pub const ALL: [Choice; 11] = [
        Choice::Yes,
        Choice::No,
        Choice::Output,
        Choice::RejectBox,
        Choice::Inside,
        Choice::Hopper,
        Choice::Yellow,
        Choice::Magenta,
        Choice::Cyan,
        Choice::Black,
        Choice::Unsure,
    ];
}

/// Facts that a session takes as shown while a step tries them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assumed {
    /// Flags.
    pub bench: Vec<BenchFlag>,
    /// Questions of a language that only some units know. `!X` is asked only where the canary is set that it tells.
    pub knows: Vec<&'static str>,
}

/// What the printer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Who it is.
    Identify,
    /// The next card's settings and the baseline.
    Prepare(Setup),
    /// A test picture.
    Load(Picture),
    /// One stage.
    Do(Stage),
    /// The first questions after a doubt.
    Listen(Stage),
    /// Place and counters, twice.
    Examine,
    /// What disturbs nothing.
    Status,
}

/// One act of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A person's hands.
    Hands(Hands),
    /// The printer is asked; the reading bears the name. What must be done and is not ends the step.
    Ask {
        /// The reading's name within its step.
        name: &'static str,
        /// What.
        asked: Asked,
        /// Only `Done` lets the step go on.
        must: bool,
        /// What hands do while it runs.
        during: Option<Hands>,
    },
    /// A person is asked.
    Question(Question),
    /// The session is let go and begun anew.
    Reconnect,
}

impl Act {
    /// The printer must do it.
    pub(crate) fn must(name: &'static str, asked: Asked) -> Act {
        Act::Ask {
            name,
            asked,
            must: true,
            during: None,
        }
    }

    /// Whatever comes of it is a reading.
    pub(crate) fn may(name: &'static str, asked: Asked) -> Act {
        Act::Ask {
            name,
            asked,
            must: false,
            during: None,
        }
    }

    /// It is asked, and hands come in between.
    pub(crate) fn cut(name: &'static str, asked: Asked, hands: Hands) -> Act {
        Act::Ask {
            name,
            asked,
            must: false,
            during: Some(hands),
        }
    }
}

/// One step: it begins with a session of its own and an empty path, and ends with an empty path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its code in the catalogue and in the log.
    pub code: &'static str,
    /// What its session takes as shown.
    pub assumed: Assumed,
    /// In this order.
    pub acts: Vec<Act>,
}

impl Step {
    /// A step that takes nothing as shown.
    pub(crate) fn plain(code: &'static str, acts: Vec<Act>) -> Step {
        Step {
            code,
            assumed: Assumed::default(),
            acts,
        }
    }
}

/// What a walk has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shown {
    /// Flags.
    pub flags: BTreeSet<BenchFlag>,
    /// Questions that were answered (Zebra).
    pub knows: BTreeSet<String>,
}

/// One maker's walk.
#[derive(Debug, Clone)]
pub struct Walk {
    /// In this order; the first lays the test blanks in, the last puts the others back.
    pub steps: Vec<Step>,
    /// The flags that it can show.
    pub settles: &'static [BenchFlag],
    /// The questions that it tries.
    pub tries: &'static [&'static str],
    decide: fn(&Log, Ribbon) -> Shown,
    ribbon: Ribbon,
}

impl Walk {
    /// The walk for a printer with this ribbon. `capabilities` are those with no flag set. `None`: the maker has none.
    pub fn of(capabilities: &Capabilities, ribbon: Ribbon) -> Option<Walk> {
        let kind = Kind {
            capabilities,
            ribbon,
        };
        let (steps, settles, tries, decide): Table = match capabilities.maker {
            "Evolis" => crate::evolis::bench::table(kind),
            "Zebra" => crate::zebra::bench::table(kind),
            "Magicard" => crate::magicard::bench::table(kind),
            "Matica" => crate::matica::bench::table(kind),
            _ => return None,
        };
        let first = Step::plain(
            "begin",
            vec![
                Act::Hands(Hands::LayInTestBlanks),
                Act::must("who", Asked::Identify),
            ],
        );
        let last = Step::plain("end", vec![Act::Hands(Hands::PutBlanksBack)]);
        Some(Walk {
            steps: std::iter::once(first).chain(steps).chain([last]).collect(),
            settles,
            tries,
            decide,
            ribbon,
        })
    }

    /// What the log shows. A walk that was stopped shows nothing.
    pub fn shown(&self, log: &Log) -> Shown {
        if log.is_stopped() {
            Shown::default()
        } else {
            (self.decide)(log, self.ribbon)
        }
    }
}

/// A maker's table: steps, the flags it settles, the questions it tries, and how they are read from the log.
pub(crate) type Table = (
    Vec<Step>,
    &'static [BenchFlag],
    &'static [&'static str],
    fn(&Log, Ribbon) -> Shown,
);

/// What a table is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind<'a> {
    pub(crate) capabilities: &'a Capabilities,
    pub(crate) ribbon: Ribbon,
}

impl Kind<'_> {
    /// An ordinary card's settings.
    pub(crate) fn setup(self) -> Setup {
        Setup {
            chip: false,
            hold: self.capabilities.hold,
            duplex: self.ribbon == Ribbon::Ymckok && self.capabilities.duplex,
            ribbon: self.ribbon,
            card_inside: false,
        }
    }

    /// A card with this picture, from `Prepare` up to `last`; the baseline is "start", each stage's reading its name.
    pub(crate) fn card(self, setup: Setup, last: Stage) -> Vec<Act> {
        let mut acts = vec![Act::must("start", Asked::Prepare(setup))];
        let stage = |name, stage| Act::must(name, Asked::Do(stage));
        if self.capabilities.orders(Stage::Feed) {
            acts.push(stage("feed", Stage::Feed));
        }
        if last == Stage::Feed {
            return acts;
        }
        acts.push(Act::must("load", Asked::Load(Picture::Frame)));
        if last == Stage::Park {
            return acts;
        }
        if self.capabilities.orders(Stage::Face) {
            acts.push(stage("face", Stage::Face));
        }
        if last == Stage::Face {
            return acts;
        }
        acts.push(stage("finish", Stage::Finish));
        if setup.hold && last == Stage::Eject {
            acts.push(stage("eject", Stage::Eject));
        }
        acts
    }
}

/// What comes next in a walk.
#[derive(Debug, Clone)]
pub enum Turn {
    /// Let go of the printer and begin a session that takes this as shown.
    Connect(Assumed),
    /// A person does this, and says so.
    Hands(Hands),
    /// Ask the printer. With [`Hands::PullCable`] the link takes only the first part of the bytes.
    Ask(Request, Option<Hands>),
    /// Ask a person.
    Question(Question),
    /// The end.
    Over,
}

/// A walk on its way. Every [`Turn`] is answered by the call that belongs to it, then comes the next.
#[derive(Debug)]
pub struct Course {
    walk: Walk,
    capabilities: Capabilities,
    /// The step in hand, from 0.
    step: usize,
    rest: VecDeque<Act>,
    log: Log,
}

impl Course {
    /// At the beginning.
    pub fn new(walk: Walk, capabilities: Capabilities) -> Course {
        let mut course = Course {
            walk,
            capabilities,
            step: 0,
            rest: VecDeque::new(),
            log: Log::default(),
        };
        course.take_step();
        course
    }

    /// The step in hand, from 1, how many there are, and its code.
    pub fn progress(&self) -> (usize, usize, &'static str) {
        let steps = &self.walk.steps;
        let code = steps.get(self.step).map_or("end", |step| step.code);
        ((self.step + 1).min(steps.len()), steps.len(), code)
    }

    /// What was heard and said so far.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What comes next.
    pub fn turn(&self) -> Turn {
        match self.rest.front() {
            None => Turn::Over,
            Some(Act::Reconnect) => Turn::Connect(self.walk.steps[self.step].assumed.clone()),
            Some(Act::Hands(hands)) => Turn::Hands(*hands),
            Some(Act::Question(question)) => Turn::Question(*question),
            Some(Act::Ask { asked, during, .. }) => Turn::Ask(self.request(*asked), *during),
        }
    }

    /// The hands did it, or the session was begun.
    pub fn done(&mut self) {
        self.pass();
    }

    /// The printer's answer.
    pub fn heard(&mut self, answer: Answer) {
        let code = self.progress().2;
        let Some(Act::Ask { name, must, .. }) = self.rest.front().copied() else {
            return;
        };
        let reading = Reading::new(code, name, answer);
        let failed = must && reading.heard != Heard::Done;
        self.log.readings.push(reading);
        if failed {
            // The step shows nothing; the next one begins with an empty path.
            self.log.notes.push(Noted::Failed(code.to_owned()));
            self.rest = VecDeque::from([Act::Hands(Hands::EmptyPath)]);
            return;
        }
        self.pass();
    }

    /// The person's choice.
    pub fn chose(&mut self, choice: Choice) {
        let code = self.progress().2;
        let Some(Act::Question(question)) = self.rest.front().copied() else {
            return;
        };
        self.log.answers.push(Given {
            step: code.to_owned(),
            question,
            choice,
        });
        if question == Question::Strange && choice != Choice::No {
            self.log.notes.push(Noted::Strange(code.to_owned()));
            self.wind_up();
        } else {
            self.pass();
        }
    }

    /// The person stops: what is left is to empty the path and to put the counted blanks back.
    pub fn stop(&mut self) {
        if !self.log.is_stopped() {
            let code = self.progress().2;
            self.log.notes.push(Noted::Stopped(code.to_owned()));
            self.wind_up();
        }
    }

    fn wind_up(&mut self) {
        self.step = self.walk.steps.len();
        self.rest = VecDeque::from([
            Act::Hands(Hands::EmptyPath),
            Act::Hands(Hands::PutBlanksBack),
        ]);
    }

    fn pass(&mut self) {
        self.rest.pop_front();
        if self.rest.is_empty() && self.step < self.walk.steps.len() {
            self.step += 1;
            self.take_step();
        }
    }

    fn take_step(&mut self) {
        if let Some(step) = self.walk.steps.get(self.step) {
            self.rest = std::iter::once(Act::Reconnect)
                .chain(step.acts.iter().copied())
                .collect();
        }
    }

    fn request(&self, asked: Asked) -> Request {
        match asked {
            Asked::Identify => Request::Identify,
            Asked::Prepare(setup) => Request::Prepare(setup),
            Asked::Load(picture) => Request::Load(Arc::new(self.draw(picture))),
            Asked::Do(stage) => Request::Do(stage),
            Asked::Listen(stage) => Request::Listen { after: Some(stage) },
            Asked::Examine => Request::Examine {
                apart: self.capabilities.examine_apart,
            },
            Asked::Status => Request::Status,
        }
    }

    fn draw(&self, picture: Picture) -> CardImage {
        let back = self.walk.ribbon == Ribbon::Ymckok && self.capabilities.duplex;
        picture.draw(self.capabilities.dots, self.walk.ribbon, back)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
