//! The chip reader as a machine: lines over a socket.
//!
//! A question is a line that ends in LF, and so is its answer. The words are our own; a bridge to PC/SC speaks them.
//!
//! | question | answer |
//! |---|---|
//! | `presence` | `yes` or `no` |
//! | `uid` | the number, or `none` |
//! | `apdu HEX` | the chip's answer in hex, or `none` when no chip answers |
//! | anything else | `error TEXT` |
//!
//! The socket is opened by the first request and kept. After an answer that is late or makes no sense it is closed, and so
//! it is when something comes that nobody asked for: a late answer must never be taken for that of a later question.
//!
//! `State` speaks of a chip, so a step that no chip answers makes it [`EncoderNews::Silent`], never "untouched":
//! that word lets the same attempt go on.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;

use crate::contract::{
    Apdu, BlankUid, Busy, Channel, ChipState, Encoder, EncoderNews, EncoderRequest, LinkNews,
    Machine, Moment, Output, Script,
};

/// How long one answer may take, from the last byte of its question; the opening of the socket as well.
pub const ANSWER_MAX: Duration = Duration::from_secs(4);
/// How often a chip that is not seen yet is looked for.
pub const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long it is looked for: a card that has just arrived takes a moment to be seen.
pub const SETTLE_MAX: Duration = Duration::from_secs(5);
/// Bytes of one line at most: the longest answer of a chip in hex with room to spare.
const LINE_BYTES_MAX: usize = 4096;
/// Characters of a chip's number at most: ten bytes in hex, with separators.
const UID_CHARACTERS_MAX: usize = 32;

/// Times that a reader keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For one answer, from the last byte of its question; the opening of the socket as well.
    pub answer: Duration,
    /// How long a chip that is not seen yet is looked for.
    pub settle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            answer: ANSWER_MAX,
            settle: SETTLE_MAX,
        }
    }
}

/// One reader.
#[derive(Debug, Default)]
pub struct LineReader {
    limits: Limits,
    link: Link,
    task: Option<Task>,
    line: Vec<u8>,
    outputs: std::collections::VecDeque<Output<EncoderNews>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Link {
    #[default]
    Shut,
    Opening,
    Up,
}

/// The request in flight.
#[derive(Debug)]
struct Task {
    request: EncoderRequest,
    timer: Timer,
    /// Until when a chip that is not there is looked for; set by the first question.
    settles: Option<Moment>,
    step: usize,
    matches: usize,
}

/// What the request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timer {
    /// The socket, until then.
    Opening(Moment),
    /// The question's last byte to be taken, until then: what comes before that is no answer to it.
    Asking(Moment),
    /// An answer, until then.
    Answer(Moment),
    /// To ask again, then.
    Pause(Moment),
}

/// What an answer line means for the request.
enum Meaning {
    /// It is over.
    News(EncoderNews),
    /// The next step.
    Next,
    /// No chip yet: perhaps later.
    NotYet(EncoderNews),
}

impl LineReader {
    /// A reader whose socket is shut.
    pub fn new() -> LineReader {
        LineReader::default()
    }

    /// The same with times of its own: a scaled clock needs longer ones.
    pub fn with_limits(limits: Limits) -> LineReader {
        LineReader {
            limits,
            ..LineReader::default()
        }
    }

    /// Sends the question that is next, or ends a script that has none left.
    fn question(&mut self, now: Moment) {
        let Some(task) = &mut self.task else { return };
        let line = match &task.request {
            EncoderRequest::Presence => "presence\n".to_owned(),
            EncoderRequest::Uid => "uid\n".to_owned(),
            EncoderRequest::Run(script) | EncoderRequest::State(script) => {
                match script.steps.get(task.step) {
                    Some(step) => format!("apdu {}\n", hex(&step.send)),
                    None => {
                        let news = end_of(&task.request, script, task.matches);
                        return self.answer(news);
                    }
                }
            }
        };
        task.settles.get_or_insert(now + self.limits.settle);
        task.timer = Timer::Asking(now + self.limits.answer);
        self.outputs
            .push_back(Output::Send(Channel::Main, Bytes::from(line)));
    }

    fn hear(&mut self, line: &[u8], now: Moment) {
        let Some(task) = &mut self.task else { return };
        match meaning(task, line) {
            Meaning::News(EncoderNews::Silent) => self.out_of_step(),
            Meaning::News(news) => self.answer(news),
            Meaning::Next => {
                task.step += 1;
                self.question(now);
            }
            Meaning::NotYet(news) => {
                let again = now + LOOK_AGAIN;
                if task.settles.is_some_and(|settles| again <= settles) {
                    task.timer = Timer::Pause(again);
                } else {
                    self.answer(news);
                }
            }
        }
    }

    fn answer(&mut self, news: EncoderNews) {
        self.task = None;
        self.outputs.push_back(Output::Tell(news));
    }

    /// Shuts the socket, so that nothing of it can be taken for a later answer, and ends the request.
    fn out_of_step(&mut self) {
        self.line.clear();
        if self.link != Link::Shut {
            self.link = Link::Shut;
            self.outputs.push_back(Output::Close(Channel::Main));
        }
        if self.task.is_some() {
            self.answer(EncoderNews::Silent);
        }
    }

    fn awaits_answer(&self) -> bool {
        self.task
            .as_ref()
            .is_some_and(|task| matches!(task.timer, Timer::Answer(_)))
    }
}

impl Machine for LineReader {
    type Ask = EncoderRequest;
    type News = EncoderNews;

    fn ask(&mut self, request: EncoderRequest, now: Moment) -> Result<(), Busy> {
        if self.task.is_some() {
            return Err(Busy);
        }
        self.task = Some(Task {
            request,
            timer: Timer::Opening(now + self.limits.answer),
            settles: None,
            step: 0,
            matches: 0,
        });
        match self.link {
            Link::Up => self.question(now),
            Link::Opening => {}
            Link::Shut => {
                self.link = Link::Opening;
                self.outputs.push_back(Output::Open(Channel::Main));
            }
        }
        Ok(())
    }

    fn link(&mut self, news: LinkNews, now: Moment) {
        match news {
            LinkNews::Up(Channel::Main) => {
                self.link = Link::Up;
                self.question(now);
            }
            LinkNews::Down(Channel::Main) => {
                self.link = Link::Shut;
                self.line.clear();
                if self.task.is_some() {
                    self.answer(EncoderNews::Lost);
                }
            }
            LinkNews::Sent(Channel::Main) => {
                if let Some(task) = &mut self.task
                    && matches!(task.timer, Timer::Asking(_))
                {
                    task.timer = Timer::Answer(now + self.limits.answer);
                }
            }
            LinkNews::Up(Channel::Status)
            | LinkNews::Down(Channel::Status)
            | LinkNews::Sent(Channel::Status)
            | LinkNews::PortStatus(_) => {}
        }
    }

    fn receive(&mut self, _from: Channel, bytes: &[u8], now: Moment) {
        for byte in bytes {
            if !self.awaits_answer() || self.line.len() >= LINE_BYTES_MAX {
                return self.out_of_step();
            }
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.hear(&line, now);
            } else {
                self.line.push(*byte);
            }
        }
    }

    fn elapse(&mut self, now: Moment) {
        match self.task.as_ref().map(|task| task.timer) {
            Some(Timer::Opening(limit) | Timer::Asking(limit) | Timer::Answer(limit))
                if limit <= now =>
            {
                self.out_of_step();
            }
            Some(Timer::Pause(limit)) if limit <= now => self.question(now),
            Some(Timer::Opening(_) | Timer::Asking(_) | Timer::Answer(_) | Timer::Pause(_))
            | None => {}
        }
    }

    fn poll(&mut self) -> Output<EncoderNews> {
        self.outputs.pop_front().unwrap_or_else(|| {
            Output::Wait(self.task.as_ref().map(|task| match task.timer {
                Timer::Opening(moment)
                | Timer::Asking(moment)
                | Timer::Answer(moment)
                | Timer::Pause(moment) => moment,
            }))
        })
    }
}

impl Encoder for LineReader {}

fn meaning(task: &mut Task, line: &[u8]) -> Meaning {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match (&task.request, line) {
        (EncoderRequest::Presence, b"yes") => Meaning::News(EncoderNews::Presence(true)),
        (EncoderRequest::Presence, b"no") => Meaning::NotYet(EncoderNews::Presence(false)),
        (EncoderRequest::Presence, _) => Meaning::News(EncoderNews::Silent),
        (EncoderRequest::Uid, b"none") => Meaning::NotYet(EncoderNews::Uid(None)),
        (EncoderRequest::Uid, _) => Meaning::News(match uid(line) {
            Some(uid) => EncoderNews::Uid(Some(uid)),
            None => EncoderNews::Silent,
        }),
        (EncoderRequest::Run(script), _) => match step_answer(script, task.step, line) {
            StepAnswer::Matches => Meaning::Next,
            StepAnswer::Differs | StepAnswer::NoChip => {
                Meaning::News(EncoderNews::Refused { step: task.step })
            }
            StepAnswer::Nonsense => Meaning::News(EncoderNews::Silent),
        },
        (EncoderRequest::State(script), _) => match step_answer(script, task.step, line) {
            StepAnswer::Matches => {
                task.matches += 1;
                Meaning::Next
            }
            StepAnswer::Differs => Meaning::Next,
            StepAnswer::NoChip | StepAnswer::Nonsense => Meaning::News(EncoderNews::Silent),
        },
    }
}

/// How the chip answered one step.
enum StepAnswer {
    Matches,
    Differs,
    NoChip,
    Nonsense,
}

fn step_answer(script: &Script, step: usize, line: &[u8]) -> StepAnswer {
    if line == b"none" {
        return StepAnswer::NoChip;
    }
    match (script.steps.get(step), from_hex(line)) {
        (Some(Apdu { expect, .. }), Some(answer)) if *expect == answer => StepAnswer::Matches,
        (Some(_), Some(_)) => StepAnswer::Differs,
        (Some(_) | None, None) | (None, Some(_)) => StepAnswer::Nonsense,
    }
}

/// The end of a script whose last step was answered. A script without steps cannot say anything about a chip.
fn end_of(request: &EncoderRequest, script: &Script, matches: usize) -> EncoderNews {
    match request {
        EncoderRequest::Run(_) => EncoderNews::Ran,
        EncoderRequest::State(_) if script.steps.is_empty() => EncoderNews::Silent,
        EncoderRequest::State(_) if matches == script.steps.len() => {
            EncoderNews::State(ChipState::Complete)
        }
        EncoderRequest::State(_) if matches == 0 => EncoderNews::State(ChipState::Untouched),
        EncoderRequest::State(_) => EncoderNews::State(ChipState::Partial),
        EncoderRequest::Presence | EncoderRequest::Uid => EncoderNews::Silent,
    }
}

/// A chip's number: letters, digits and separators. An `error` line has a space and is none.
fn uid(line: &[u8]) -> Option<BlankUid> {
    let text = std::str::from_utf8(line).ok()?;
    let fits = (1..=UID_CHARACTERS_MAX).contains(&text.len());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == ':' || c == '-';
    (fits && text != "error" && text.chars().all(is_part)).then(|| BlankUid(text.to_owned()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// At least one byte, two digits each, in either case.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok())
        .collect()
}
