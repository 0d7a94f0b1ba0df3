use super::*;
use crate::link::memory::{MemoryCable, MemoryLink, pair};
use crate::session::Session;

const START: Moment = Moment(1_000_000_000);

/// A reader program on the other end of a cable: each question is answered by the next of its answers.
struct Desk {
    session: Session<LineReader>,
    link: MemoryLink,
    cable: MemoryCable,
    now: Moment,
    answers: Vec<&'static str>,
    asked: Vec<String>,
    news: Vec<EncoderNews>,
    /// Bytes handed to the host at a time.
    cut: usize,
}

fn desk(answers: &[&'static str]) -> Desk {
    let (link, cable) = pair(4096);
    Desk {
        session: Session::new(LineReader::new()),
        link,
        cable,
        now: START,
        answers: answers.iter().rev().copied().collect(),
        asked: Vec::new(),
        news: Vec::new(),
        cut: usize::MAX,
    }
}

impl Desk {
    /// Runs until nothing more can happen; an answer that is missing stays out.
    fn run(&mut self, request: EncoderRequest) {
        self.session
            .ask(request, self.now)
            .expect("the desk is idle");
        let mut waiting = Vec::new();
        loop {
            let next = self.session.pump(&mut self.link, self.now, &mut self.news);
            let question = self.cable.read_from_host(usize::MAX);
            if !question.is_empty() {
                self.asked
                    .push(String::from_utf8_lossy(&question).into_owned());
                waiting.extend(self.answers.pop().unwrap_or_default().bytes());
            }
            if !waiting.is_empty() {
                let some = self.cut.min(waiting.len());
                let piece: Vec<u8> = waiting.drain(..some).collect();
                self.cable.write_to_host(&piece);
            } else if let Some(moment) = next.filter(|_| question.is_empty()) {
                self.now = self.now.max(moment);
            } else if question.is_empty() {
                return;
            }
        }
    }
}

fn script(steps: &[(&[u8], &[u8])]) -> Script {
    Script {
        name: "test".to_owned(),
        steps: steps
            .iter()
            .map(|(send, expect)| Apdu {
                send: send.to_vec(),
                expect: expect.to_vec(),
            })
            .collect(),
    }
}

fn three() -> Script {
    script(&[
        (&[0x00, 0xA4], &[0x90, 0x00]),
        (&[0x00, 0xD6], &[0x90, 0x00]),
        (&[0x00, 0xB0], &[0xCA, 0xFE, 0x90, 0x00]),
    ])
}

/// Asks one request of a reader with these answers, however they are cut, and compares news and seconds.
fn check(request: &EncoderRequest, answers: &[&'static str], expected: &EncoderNews, seconds: f64) {
    for cut in [usize::MAX, 1, 2, 3, 5] {
        let mut desk = desk(answers);
        desk.cut = cut;
        desk.run(request.clone());
        assert_eq!(desk.news, std::slice::from_ref(expected), "cut {cut}");
        let took = desk.now.since(START).as_secs_f64();
        assert!((took - seconds).abs() < 1e-6, "took {took} s");
    }
}

#[test]
fn presence_is_told_as_soon_as_it_is_seen() {
    let seen = EncoderNews::Presence(true);
    check(&EncoderRequest::Presence, &["yes\n"], &seen, 0.0);
    check(&EncoderRequest::Presence, &["yes\r\n"], &seen, 0.0);
    check(
        &EncoderRequest::Presence,
        &["no\n", "no\n", "yes\n"],
        &seen,
        1.0,
    );
}

#[test]
fn absence_is_told_after_five_seconds() {
    check(
        &EncoderRequest::Presence,
        &["no\n"; 11],
        &EncoderNews::Presence(false),
        5.0,
    );
    check(
        &EncoderRequest::Uid,
        &["none\n"; 11],
        &EncoderNews::Uid(None),
        5.0,
    );
}

#[test]
fn a_number_is_told_and_nonsense_is_none() {
    let uid = EncoderNews::Uid(Some(BlankUid("04A1B2C3D4E5F6".to_owned())));
    check(&EncoderRequest::Uid, &["04A1B2C3D4E5F6\n"], &uid, 0.0);
    check(
        &EncoderRequest::Uid,
        &["none\n", "04A1B2C3D4E5F6\n"],
        &uid,
        0.5,
    );
    for nonsense in ["\n", "error no reader\n", "error\n", "04 A1\n", "\u{e9}\n"] {
        check(&EncoderRequest::Uid, &[nonsense], &EncoderNews::Silent, 0.0);
    }
    check(
        &EncoderRequest::Presence,
        &["YES\n"],
        &EncoderNews::Silent,
        0.0,
    );
}

#[test]
fn a_script_runs_step_by_step_and_stops_at_the_first_surprise() {
    let run = EncoderRequest::Run(three());
    check(
        &run,
        &["9000\n", "9000\n", "CAFE9000\n"],
        &EncoderNews::Ran,
        0.0,
    );
    check(
        &run,
        &["9000\n", "6A82\n"],
        &EncoderNews::Refused { step: 1 },
        0.0,
    );
    check(&run, &["none\n"], &EncoderNews::Refused { step: 0 }, 0.0);
    check(&run, &["9000\n", "error bus\n"], &EncoderNews::Silent, 0.0);
    let mut desk = desk(&["9000\n", "6A82\n"]);
    desk.run(run);
    assert_eq!(desk.asked, ["apdu 00A4\n", "apdu 00D6\n"]);
}

#[test]
fn the_state_of_a_chip_counts_every_step() {
    let state = EncoderRequest::State(three());
    let told = EncoderNews::State;
    check(
        &state,
        &["9000\n", "9000\n", "cafe9000\n"],
        &told(ChipState::Complete),
        0.0,
    );
    check(
        &state,
        &["6A82\n", "9000\n", "6A82\n"],
        &told(ChipState::Partial),
        0.0,
    );
    check(
        &state,
        &["6A82\n", "6A82\n", "6A82\n"],
        &told(ChipState::Untouched),
        0.0,
    );
}

#[test]
fn a_chip_that_does_not_answer_is_not_called_untouched() {
    let state = EncoderRequest::State(three());
    check(&state, &["none\n"], &EncoderNews::Silent, 0.0);
    check(
        &state,
        &["6A82\n", "6A82\n", "none\n"],
        &EncoderNews::Silent,
        0.0,
    );
    check(
        &EncoderRequest::State(script(&[])),
        &[],
        &EncoderNews::Silent,
        0.0,
    );
}

#[test]
fn a_reader_that_says_nothing_is_silent_after_four_seconds() {
    check(&EncoderRequest::Presence, &[], &EncoderNews::Silent, 4.0);
    check(
        &EncoderRequest::Run(three()),
        &["9000\n"],
        &EncoderNews::Silent,
        4.0,
    );
    check(
        &EncoderRequest::Uid,
        &["half a li"],
        &EncoderNews::Silent,
        4.0,
    );
}

#[test]
fn a_late_answer_is_not_taken_for_the_next_one() {
    let mut desk = desk(&["", "no\n"]);
    desk.run(EncoderRequest::Uid);
    assert_eq!(desk.news, [EncoderNews::Silent]);
    assert!(!desk.cable.host_is_open());
    desk.cable.write_to_host(b"04AA\n");
    desk.answers = vec!["04BB\n"];
    desk.run(EncoderRequest::Uid);
    assert_eq!(
        desk.news[1],
        EncoderNews::Uid(Some(BlankUid("04BB".to_owned())))
    );
}

#[test]
fn an_answer_that_nobody_asked_for_shuts_the_socket() {
    let mut desk = desk(&["yes\n"]);
    desk.run(EncoderRequest::Presence);
    assert!(desk.cable.host_is_open());
    desk.cable.write_to_host(b"yes\n");
    desk.session.pump(&mut desk.link, desk.now, &mut desk.news);
    assert!(!desk.cable.host_is_open());
    assert_eq!(desk.news.len(), 1);
    desk.answers = vec!["04BB\n"];
    desk.run(EncoderRequest::Uid);
    assert_eq!(desk.news.len(), 2);
}

/// Asks one request of a bare machine; the answer to its first question comes in two pieces.
fn news_of_two_pieces(request: EncoderRequest, answer: &[u8], cut: usize) -> Vec<EncoderNews> {
    let mut reader = LineReader::new();
    let mut news = Vec::new();
    let mut drain = |reader: &mut LineReader| loop {
        match reader.poll() {
            Output::Tell(told) => news.push(told),
            Output::Wait(_) => break,
            Output::Open(_) | Output::Send(..) | Output::AskPortStatus | Output::Close(_) => {}
        }
    };
    reader.ask(request, START).expect("the reader is idle");
    drain(&mut reader);
    for link_news in [LinkNews::Up(Channel::Main), LinkNews::Sent(Channel::Main)] {
        reader.link(link_news, START);
        drain(&mut reader);
    }
    let (first, second) = answer.split_at(cut);
    for piece in [first, second] {
        reader.receive(Channel::Main, piece, START);
        drain(&mut reader);
    }
    news
}

#[test]
fn what_stands_behind_an_answer_is_never_taken_for_the_next_one() {
    let uid = EncoderNews::Uid(Some(BlankUid("04AA".to_owned())));
    for (request, answer, expected) in [
        (
            EncoderRequest::Run(three()),
            &b"9000\n9000\n"[..],
            EncoderNews::Silent,
        ),
        (EncoderRequest::Uid, b"none\n04AA\n", EncoderNews::Silent),
        (EncoderRequest::Uid, b"04AA\n04BB\n", uid),
    ] {
        for cut in 0..=answer.len() {
            let news = news_of_two_pieces(request.clone(), answer, cut);
            assert_eq!(news, std::slice::from_ref(&expected), "cut {cut}");
        }
    }
}

#[test]
fn a_line_without_end_is_given_up() {
    let (link, cable) = pair(64);
    let mut desk = desk(&[]);
    (desk.link, desk.cable) = (link, cable);
    desk.session
        .ask(EncoderRequest::Uid, START)
        .expect("the desk is idle");
    desk.session.pump(&mut desk.link, START, &mut desk.news);
    desk.cable.write_to_host(&[b'0'; LINE_BYTES_MAX + 1]);
    while desk.session.pump(&mut desk.link, START, &mut desk.news) == Some(START) {}
    assert_eq!(desk.news, [EncoderNews::Silent]);
}

#[test]
fn a_reader_that_is_absent_or_falls_is_lost_once() {
    let mut desk = desk(&[]);
    desk.cable.fail_open(true);
    desk.run(EncoderRequest::Presence);
    assert_eq!(desk.news, [EncoderNews::Lost]);
    desk.cable.fail_open(false);
    desk.session
        .ask(EncoderRequest::Uid, START)
        .expect("the desk is idle");
    assert_eq!(desk.session.ask(EncoderRequest::Uid, START), Err(Busy));
    desk.session.pump(&mut desk.link, START, &mut desk.news);
    desk.cable.cut();
    desk.session.pump(&mut desk.link, START, &mut desk.news);
    assert_eq!(desk.news, [EncoderNews::Lost, EncoderNews::Lost]);
    desk.cable.read_from_host(99);
    desk.answers = vec!["yes\n"];
    desk.run(EncoderRequest::Presence);
    assert_eq!(desk.news[2], EncoderNews::Presence(true));
    desk.cable.cut();
    desk.session.pump(&mut desk.link, START, &mut desk.news);
    assert_eq!(desk.news.len(), 3, "a link that falls at rest is no news");
}
