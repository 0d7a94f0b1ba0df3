#![expect(clippy::unwrap_used, reason = "tests")]
//! Every input that the fuzz targets have collected, run with an ordinary compiler; and that the harness they run in
//! is no empty house: undisturbed, it prints a card.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::panic;
use std::path::PathBuf;

#[path = "../../tests/fuzz/src/lib.rs"]
pub mod harness;

use cetak_drivers::contract::{
    Busy, Bytes, Channel, EncoderNews, EncoderRequest, LinkNews, Machine, Moment, Output,
};
use cetak_firmware_sims::mechanism::{CardPlace, Looks};
use harness::TARGETS;
use harness::duet::undisturbed;
use harness::host::{Cut, Host};
use harness::makers::Maker;

/// Inputs of one target, and bytes of all: the corpus is read by people's tools and kept in the repository.
const INPUTS_MAX: usize = 40;
const BYTES_MAX: usize = 300_000;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus")
}

#[test]
fn every_input_of_every_target_keeps_the_promises() {
    let mut bytes = 0;
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let folder = corpus().join(name);
        let inputs: BTreeSet<PathBuf> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!((1..=INPUTS_MAX).contains(&inputs.len()), "{name}");
        for input in inputs {
            let data = fs::read(&input).unwrap();
            bytes += data.len();
            if panic::catch_unwind(|| target(&data)).is_err() {
                broken.push(input);
            }
        }
    }
    assert_eq!(broken, Vec::<PathBuf>::new());
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
}

#[test]
fn every_target_has_its_corpus_and_its_program() {
    let names = |folder: PathBuf| -> BTreeSet<String> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(corpus()), targets);
    assert_eq!(names(corpus().join("../fuzz_targets")), targets);
}

#[test]
fn an_undisturbed_conversation_prints_a_card() {
    for maker in Maker::ALL {
        let (heard, cards) = undisturbed(maker, [0; 4], 0, |mechanism| {
            let out = mechanism
                .cards()
                .filter(|card| card.place == CardPlace::Output);
            out.map(|card| card.looks()).collect::<Vec<_>>()
        });
        assert_eq!(cards, [Looks::Whole], "{maker:?}");
        assert!(heard.driver.len() > 100 && heard.firmware.len() > 100);
    }
}

/// A machine that breaks one promise.
struct Liar {
    lie: Lie,
    asked: bool,
    outputs: VecDeque<Output<EncoderNews>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    None,
    AnswersTwice,
    NeverWaits,
    HasNoLimit,
    NeverAnswers,
    SendsOnAShutChannel,
    TakesTwoRequests,
    HearsPieces,
}

impl Machine for Liar {
    type Ask = EncoderRequest;
    type News = EncoderNews;

    fn ask(&mut self, _: EncoderRequest, _: Moment) -> Result<(), Busy> {
        if self.asked && self.lie != Lie::TakesTwoRequests {
            return Err(Busy);
        }
        self.asked = true;
        let first = match self.lie {
            Lie::SendsOnAShutChannel => Output::Send(Channel::Main, Bytes::from_static(b"uid\n")),
            Lie::None
            | Lie::AnswersTwice
            | Lie::NeverWaits
            | Lie::HasNoLimit
            | Lie::NeverAnswers
            | Lie::TakesTwoRequests
            | Lie::HearsPieces => Output::Open(Channel::Main),
        };
        self.outputs.push_back(first);
        Ok(())
    }

    fn link(&mut self, _: LinkNews, _: Moment) {}

    fn receive(&mut self, _: Channel, _: &[u8], _: Moment) {
        if self.lie == Lie::HearsPieces {
            self.outputs.push_back(Output::AskPortStatus);
        }
    }

    fn elapse(&mut self, _: Moment) {
        if self.asked && self.lie != Lie::NeverAnswers {
            self.asked = false;
            let answers = if self.lie == Lie::AnswersTwice { 2 } else { 1 };
            let answer = Output::Tell(EncoderNews::Silent);
            self.outputs.extend(std::iter::repeat_n(answer, answers));
        }
    }

    fn poll(&mut self) -> Output<EncoderNews> {
        let idle = match self.lie {
            Lie::NeverWaits if self.asked => Output::AskPortStatus,
            Lie::HasNoLimit => Output::Wait(None),
            Lie::None
            | Lie::AnswersTwice
            | Lie::NeverWaits
            | Lie::NeverAnswers
            | Lie::SendsOnAShutChannel
            | Lie::TakesTwoRequests
            | Lie::HearsPieces => Output::Wait(self.asked.then_some(Moment(1))),
        };
        self.outputs.pop_front().unwrap_or(idle)
    }
}

/// What a host with this machine logs of one request, two asked at once, with an answer of three bytes before its end.
fn told_by(lie: Lie, cut: Cut) -> std::thread::Result<Vec<Output<EncoderNews>>> {
    panic::catch_unwind(|| {
        let mut host = Host::new(
            Liar {
                lie,
                asked: false,
                outputs: VecDeque::new(),
            },
            cut,
        );
        assert!(host.ask(EncoderRequest::Uid));
        host.settle();
        host.ask(EncoderRequest::Uid);
        host.link.say(Channel::Main, b"abc");
        host.settle();
        host.end();
        host.into_log()
    })
}

#[test]
fn a_machine_that_breaks_a_promise_is_seen() {
    let honest = told_by(Lie::None, Cut::Whole).unwrap();
    assert_eq!(honest, told_by(Lie::None, Cut::EveryByte).unwrap());
    assert_eq!(honest.last(), Some(&Output::Tell(EncoderNews::Silent)));
    for lie in [
        Lie::AnswersTwice,
        Lie::NeverWaits,
        Lie::HasNoLimit,
        Lie::NeverAnswers,
        Lie::SendsOnAShutChannel,
        Lie::TakesTwoRequests,
    ] {
        assert!(told_by(lie, Cut::Whole).is_err(), "{lie:?}");
    }
    let whole = told_by(Lie::HearsPieces, Cut::Whole).unwrap();
    assert_ne!(whole, told_by(Lie::HearsPieces, Cut::EveryByte).unwrap());
}
