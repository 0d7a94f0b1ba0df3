use std::sync::{Arc, Mutex};

use super::*;
use crate::link::memory::{MemoryCable, MemoryLink, pair};

const NOW: Moment = Moment(1_000_000_000);

/// What happened to a [`Puppet`], in order.
type Diary = Arc<Mutex<Vec<String>>>;

/// A machine whose outputs are given from outside; it writes down what it hears.
struct Puppet {
    diary: Diary,
    outputs: VecDeque<Output<String>>,
    wait: Option<Moment>,
    /// What to do when the link is up, when something was sent, when bytes came, when a timer elapsed.
    on_up: Vec<Output<String>>,
    on_sent: Vec<Output<String>>,
    on_bytes: Vec<Output<String>>,
    endless: bool,
}

impl Puppet {
    fn new() -> (Puppet, Diary) {
        let diary = Diary::default();
        let puppet = Puppet {
            diary: Arc::clone(&diary),
            outputs: VecDeque::from([Output::Open(Channel::Main)]),
            wait: None,
            on_up: Vec::new(),
            on_sent: Vec::new(),
            on_bytes: Vec::new(),
            endless: false,
        };
        (puppet, diary)
    }

    fn note(&mut self, what: String) {
        self.diary
            .lock()
            .expect("no test panics with it")
            .push(what);
    }
}

impl Machine for Puppet {
    type Ask = Vec<Output<String>>;
    type News = String;

    fn ask(&mut self, request: Self::Ask, _now: Moment) -> Result<(), Busy> {
        self.outputs.extend(request);
        Ok(())
    }
    fn link(&mut self, news: LinkNews, _now: Moment) {
        assert!(self.outputs.is_empty(), "news before Wait");
        match news {
            LinkNews::Up(_) => self.outputs.extend(std::mem::take(&mut self.on_up)),
            LinkNews::Sent(_) => self.outputs.extend(std::mem::take(&mut self.on_sent)),
            LinkNews::Down(_) | LinkNews::PortStatus(_) => {}
        }
        self.note(format!("{news:?}"));
    }
    fn receive(&mut self, _from: Channel, bytes: &[u8], _now: Moment) {
        assert!(self.outputs.is_empty(), "bytes before Wait");
        assert!(!bytes.is_empty() && bytes.len() <= PIECE_BYTES_MAX);
        self.outputs.extend(std::mem::take(&mut self.on_bytes));
        self.outputs
            .push_back(Output::Tell(String::from_utf8_lossy(bytes).into_owned()));
        self.note(format!("{} bytes", bytes.len()));
    }
    fn elapse(&mut self, _now: Moment) {
        self.wait = None;
        self.note("elapse".to_owned());
    }
    fn poll(&mut self) -> Output<String> {
        if self.endless {
            return Output::AskPortStatus;
        }
        self.outputs.pop_front().unwrap_or(Output::Wait(self.wait))
    }
}

struct Bench {
    session: Session<Puppet>,
    link: MemoryLink,
    cable: MemoryCable,
    diary: Diary,
    news: Vec<String>,
}

/// A bench whose puppet was prepared by `prepare`, before its first pump.
fn bench(capacity: usize, prepare: impl FnOnce(&mut Puppet)) -> Bench {
    let (mut puppet, diary) = Puppet::new();
    prepare(&mut puppet);
    let (link, cable) = pair(capacity);
    Bench {
        session: Session::new(puppet),
        link,
        cable,
        diary,
        news: Vec::new(),
    }
}

impl Bench {
    fn pump(&mut self) -> Option<Moment> {
        self.session.pump(&mut self.link, NOW, &mut self.news)
    }

    /// Pumps once and compares what the puppet heard by it.
    fn check(&mut self, heard: &[&str]) {
        self.pump();
        let diary = std::mem::take(&mut *self.diary.lock().expect("no test panics with it"));
        assert_eq!(diary, heard);
    }
}

fn send(bytes: &'static [u8]) -> Output<String> {
    Output::Send(Channel::Main, Bytes::from_static(bytes))
}

#[test]
fn a_send_longer_than_the_buffer_is_said_to_be_sent_after_its_last_byte() {
    let mut bench = bench(4, |puppet| {
        puppet.on_up = vec![send(b"abcdefgh"), send(b"ij")]
    });
    bench.check(&["Up(Main)"]);
    assert!(bench.session.wants_write() && bench.session.is_open());
    assert_eq!(bench.cable.read_from_host(9), b"abcd");
    bench.check(&[]);
    assert_eq!(bench.cable.read_from_host(3), b"efg");
    bench.check(&["Sent(Main)"]);
    assert!(!bench.session.wants_write());
    assert_eq!(bench.cable.read_from_host(9), b"hij");
}

#[test]
fn what_sent_brings_forth_is_sent_by_the_same_pump() {
    let mut bench = bench(64, |puppet| {
        puppet.on_up = vec![send(b"a")];
        puppet.on_sent = vec![send(b"b")];
    });
    bench.check(&["Up(Main)", "Sent(Main)", "Sent(Main)"]);
    assert_eq!(bench.cable.read_from_host(9), b"ab");
}

#[test]
fn an_answer_is_heard_while_a_picture_waits() {
    let mut bench = bench(4, |puppet| puppet.on_up = vec![send(&[0; 4096])]);
    bench.check(&["Up(Main)"]);
    bench.cable.write_to_host(b"JAM\r");
    bench.check(&["4 bytes"]);
    assert_eq!(bench.news, ["JAM\r"]);
}

#[test]
fn an_answer_in_time_is_heard_before_the_timer() {
    let mut bench = bench(64, |_| {});
    bench.check(&["Up(Main)"]);
    bench.session.machine.wait = Some(NOW);
    bench.cable.write_to_host(b"OK");
    bench.check(&["2 bytes", "elapse"]);
}

#[test]
fn the_earliest_moment_is_told() {
    let later = NOW + Duration::from_secs(3);
    let mut bench = bench(64, |puppet| puppet.wait = Some(later));
    assert_eq!(bench.pump(), Some(later));
    assert_eq!(
        bench.session.pump(&mut bench.link, later, &mut bench.news),
        None
    );
}

#[test]
fn a_flood_is_read_in_pieces_and_does_not_hold_the_pump() {
    let mut bench = bench(64, |_| {});
    bench.pump();
    let flood = vec![b'x'; 100_000];
    bench.cable.write_to_host(&flood);
    let mut pumps = 0;
    while bench.pump() == Some(NOW) {
        pumps += 1;
    }
    assert!(pumps >= 2, "one call read it all");
    assert_eq!(bench.news.concat().len(), flood.len());
}

#[test]
fn a_link_that_falls_is_told_once_and_its_queue_is_dropped() {
    let mut bench = bench(2, |puppet| puppet.on_up = vec![send(b"abc"), send(b"def")]);
    bench.check(&["Up(Main)"]);
    bench.cable.cut();
    bench.check(&["Down(Main)"]);
    bench.check(&[]);
    assert!(!bench.session.is_open() && !bench.session.wants_write());
    assert!(bench.session.trouble().is_some());
    bench
        .session
        .ask(vec![send(b"nobody")], NOW)
        .expect("a puppet is never busy");
    bench.check(&[]);
    bench
        .session
        .ask(vec![Output::Open(Channel::Main)], NOW)
        .expect("a puppet is never busy");
    bench.cable.read_from_host(9);
    bench.check(&["Up(Main)"]);
    assert!(bench.session.trouble().is_none());
    assert_eq!(bench.cable.waiting(), 0);
}

#[test]
fn an_endpoint_that_is_absent_is_down() {
    let mut bench = bench(2, |_| {});
    bench.cable.fail_open(true);
    bench.check(&["Down(Main)"]);
    assert!(matches!(
        bench.session.trouble(),
        Some(LinkError::Absent { .. })
    ));
}

#[test]
fn a_channel_the_link_does_not_have_is_down_and_the_other_one_works() {
    let mut bench = bench(9, |puppet| {
        puppet.outputs.push_front(Output::Open(Channel::Status));
        puppet.on_up = vec![send(b"a")];
    });
    bench.check(&["Down(Status)", "Up(Main)", "Sent(Main)"]);
}

#[test]
fn close_drops_what_was_not_sent_and_brings_no_news() {
    let mut bench = bench(2, |puppet| puppet.on_up = vec![send(b"abc")]);
    bench.check(&["Up(Main)"]);
    bench
        .session
        .ask(vec![Output::Close(Channel::Main)], NOW)
        .expect("a puppet is never busy");
    bench.check(&[]);
    assert!(!bench.cable.host_is_open());
    assert_eq!(bench.cable.read_from_host(9), b"ab");
}

#[test]
fn a_machine_that_closes_on_an_answer_is_not_told_that_the_link_fell() {
    let mut bench = bench(9, |puppet| {
        puppet.on_bytes = vec![Output::Close(Channel::Main), Output::Open(Channel::Main)];
    });
    bench.check(&["Up(Main)"]);
    bench.cable.write_to_host(&[b'x'; 100]);
    bench.check(&["64 bytes", "Up(Main)"]);
    let events: Vec<_> = std::iter::from_fn(|| bench.cable.take_event()).collect();
    assert_eq!(events.len(), 3);
}

#[test]
fn port_status_is_handed_over_after_wait() {
    let mut bench = bench(9, |puppet| {
        puppet.on_up = vec![Output::AskPortStatus, send(b"a")];
    });
    bench.cable.set_port_status(Some(0x18));
    bench.check(&["Up(Main)", "PortStatus(Some(24))", "Sent(Main)"]);
}

#[test]
fn a_machine_that_never_waits_loses_its_link_and_holds_nobody() {
    let mut bench = bench(9, |_| {});
    bench.check(&["Up(Main)"]);
    bench.session.machine.endless = true;
    assert_eq!(bench.pump(), Some(NOW + RUNAWAY_REST));
    assert!(!bench.cable.host_is_open());
    bench.session.machine.endless = false;
    bench.pump();
    assert!(
        bench
            .diary
            .lock()
            .expect("no test panics with it")
            .contains(&"Down(Main)".to_owned())
    );
}

#[test]
fn the_last_words_of_a_link_that_takes_nothing_are_heard() {
    /// Refuses every byte but still holds an answer.
    struct Refusing(VecDeque<&'static [u8]>);
    impl Link for Refusing {
        fn open(&mut self, _: Channel) -> Result<OpenState, LinkError> {
            Ok(OpenState::Open)
        }
        fn try_read(&mut self, _: Channel, buffer: &mut [u8]) -> ReadResult {
            match self.0.pop_front() {
                Some(bytes) if !bytes.is_empty() => {
                    buffer[..bytes.len()].copy_from_slice(bytes);
                    ReadResult::Bytes(bytes.len())
                }
                Some(_) | None => ReadResult::Nothing,
            }
        }
        fn try_write(&mut self, _: Channel, _: &[u8]) -> WriteResult {
            WriteResult::Fallen(LinkError::Closed {
                endpoint: "test".to_owned(),
            })
        }
        fn port_status(&mut self) -> Option<u8> {
            None
        }
        fn close(&mut self, _: Channel) {}
    }
    let mut bench = bench(9, |puppet| puppet.on_up = vec![send(b"a")]);
    let mut link = Refusing(VecDeque::from([&b""[..], &b"JAM"[..]]));
    bench.session.pump(&mut link, NOW, &mut bench.news);
    assert_eq!(bench.news, ["JAM"]);
    let diary = bench.diary.lock().expect("no test panics with it").clone();
    assert_eq!(diary, ["Up(Main)", "3 bytes", "Down(Main)"]);
}

#[test]
fn a_pending_opening_is_asked_again_until_it_is_up() {
    struct Slow(u32);
    impl Link for Slow {
        fn open(&mut self, _: Channel) -> Result<OpenState, LinkError> {
            self.0 -= 1;
            Ok(if self.0 == 0 {
                OpenState::Open
            } else {
                OpenState::Pending
            })
        }
        fn try_read(&mut self, _: Channel, _: &mut [u8]) -> ReadResult {
            assert_eq!(self.0, 0, "read before it was open");
            ReadResult::Nothing
        }
        fn try_write(&mut self, _: Channel, bytes: &[u8]) -> WriteResult {
            assert_eq!(self.0, 0, "written before it was open");
            WriteResult::Taken(bytes.len())
        }
        fn port_status(&mut self) -> Option<u8> {
            None
        }
        fn close(&mut self, _: Channel) {}
    }
    let mut bench = bench(9, |puppet| puppet.outputs.push_back(send(b"early")));
    let mut link = Slow(3);
    bench.session.pump(&mut link, NOW, &mut bench.news);
    assert!(!bench.session.is_open() && !bench.session.wants_write());
    bench.session.pump(&mut link, NOW, &mut bench.news);
    let diary = bench.diary.lock().expect("no test panics with it").clone();
    assert_eq!(diary, ["Up(Main)", "Sent(Main)"]);
}

#[test]
fn a_boxed_machine_is_a_machine() {
    let (puppet, _) = Puppet::new();
    let boxed: Box<dyn Machine<Ask = Vec<Output<String>>, News = String>> = Box::new(puppet);
    let (mut link, cable) = pair(9);
    let mut session = Session::new(boxed);
    session.pump(&mut link, NOW, &mut Vec::new());
    assert!(cable.host_is_open());
    session.hang_up(&mut link);
    assert!(!cable.host_is_open());
}
