//! After a doubt: listening, waking, examining; and links that fall.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::evolis::wire::Word;
use crate::evolis::{Evolis, Options, Transport, models};

fn listen(after: Stage) -> Request {
    Request::Listen { after: Some(after) }
}

fn usb() -> Options {
    Options {
        transport: Transport::Usb,
        ..plain()
    }
}

const EXAMINE: Request = Request::Examine {
    apart: Duration::from_secs(5),
};

/// The machine dies and another one comes; the printer goes on.
fn restart(bench: &mut Bench, options: Options) {
    let options = Options {
        dots: Some((SMALL.lines, SMALL.columns)),
        ..options
    };
    bench.evolis = Evolis::new(models::find("evolis-primacy").unwrap(), options);
    bench.forget();
}

#[test]
fn a_living_printer_tells_its_last_answer_and_its_power() {
    let mut bench = primacy(usb());
    bench.load_card();
    restart(&mut bench, usb());
    let evidence = bench.done(listen(Stage::Park));
    assert_eq!((evidence.wake, evidence.power), (Wake::Awake, Power::Kept));
    assert_eq!(evidence.last, LastAnswer::Ok);
    assert_eq!(bench.texts().len(), 3);
    assert_eq!(bench.texts()[0], "Rlr");
    assert!(bench.texts()[1].starts_with("Echo;"));
    assert_eq!(bench.texts()[2], "Rem");
    let examined = bench.done(EXAMINE);
    assert!(examined.settled);
    assert_eq!((examined.wake, examined.power), (Wake::Awake, Power::Kept));
    assert_eq!(examined.last, LastAnswer::Ok, "what was learnt is repeated");
    assert_eq!((examined.place, examined.cards), (Place::Path, Some(101)));
    assert_eq!(examined.reject_full, Some(false));
    assert_eq!(examined.unit.as_deref(), Some("P00000012345"));
    let asked = bench
        .texts()
        .iter()
        .filter(|text| **text == "Rrt;count")
        .count();
    assert_eq!(asked, 1, "the ribbon's chip is read once");
}

#[test]
fn nothing_that_acts_is_said_before_the_verdict() {
    for transport in [Transport::Usb, Transport::Serial, Transport::Tcp] {
        for deaf in [0, 40] {
            let options = Options {
                transport,
                ..plain()
            };
            let mut bench = primacy(options.clone());
            bench.load_card();
            restart(&mut bench, options);
            bench.fake.deaf_for = deaf;
            bench.done(listen(Stage::Finish));
            bench.done(EXAMINE);
            for bytes in &bench.sent {
                if let Ok((word, _)) = Word::parse(bytes) {
                    let settings = word.text().starts_with('P');
                    assert!(!word.acts() && !settings, "{word:?}");
                }
            }
        }
    }
}

#[test]
fn power_that_was_lost_is_told_by_the_error_mode() {
    for (mode, power) in [
        ("0 0", Power::Lost),
        ("2", Power::Kept),
        ("2;0", Power::Kept),
        ("2,0", Power::Kept),
        ("16 0", Power::Lost),
        ("0 2", Power::Lost),
    ] {
        let mut bench = primacy(usb());
        bench.fake.mode = mode;
        assert_eq!(bench.done(listen(Stage::Feed)).power, power, "{mode}");
    }
    let mut bench = primacy(usb());
    for _ in 0..3 {
        bench.fake.on("Rem", Does::Says("OK"));
    }
    assert_eq!(bench.done(listen(Stage::Feed)).power, Power::Unknown);
    bench.fake.mode = "38 38";
    assert_eq!(bench.fault(listen(Stage::Feed)).0, Fault::ForeignService);
}

#[test]
fn an_answer_that_waited_is_the_lost_one() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    bench.fake.on("Se", Does::Mute);
    assert!(matches!(
        bench.ask(Request::Do(Stage::Finish)),
        Answer::Silent { .. }
    ));
    bench.says(b"OK\0");
    bench.forget();
    let evidence = bench.done(listen(Stage::Finish));
    assert_eq!(evidence.last, LastAnswer::Ok);
    assert!(!bench.texts().contains(&"zz"), "the command was whole");
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.fake.on("Sic", Does::Mute);
    assert!(matches!(
        bench.ask(Request::Do(Stage::Feed)),
        Answer::Silent { .. }
    ));
    bench.says(b"CARD JAM\0");
    assert_eq!(bench.events.last(), Some(&Event::Fault(Fault::CardJam)));
    let jam = LastAnswer::Fault(Fault::CardJam);
    bench.fake.last = "CARD JAM".to_owned();
    assert_eq!(bench.done(listen(Stage::Feed)).last, jam);
}

#[test]
fn an_answer_to_a_question_is_never_taken_for_an_answered_reject() {
    // The question for the place is answered late, together with the one sent in the same stretch.
    for transport in [Transport::Usb, Transport::Serial] {
        let options = Options {
            transport,
            ..plain()
        };
        let mut bench = primacy(options);
        bench.load_card();
        bench.fake.on("Rlr;p", Does::Nothing);
        bench.fake.on("Rsn", Does::Nothing);
        assert!(matches!(
            bench.ask(Request::Do(Stage::Reject)),
            Answer::Silent { .. }
        ));
        bench.says(b"OK\0P00000012345\0");
        bench.fake.last = "P00000012345".to_owned();
        let evidence = bench.done(listen(Stage::Reject));
        assert_eq!(evidence.last, LastAnswer::Unknown);
        assert!(!bench.texts().contains(&"Ser"));
    }
}

#[test]
fn on_a_serial_line_half_a_command_is_spoilt_never_completed() {
    let mut bench = primacy(plain());
    bench.load_card();
    restart(&mut bench, plain());
    // Half of `Ser` stands in the printer: an end of line would make it an eject.
    assert!(bench.fake.take(b"\x1bSe").is_empty());
    let sent = bench.fake.place;
    bench.evolis.ask(listen(Stage::Reject), bench.now).unwrap();
    let first = loop {
        match bench.evolis.poll() {
            Output::Open(channel) => bench.evolis.link(LinkNews::Up(channel), bench.now),
            Output::Send(_, bytes) => break bytes,
            Output::Wait(Some(until)) => {
                bench.now = until;
                bench.evolis.elapse(until);
            }
            _ => {}
        }
    };
    assert_eq!(first.as_ref(), b"zz\r");
    assert_eq!(sent, "CARD");
    for after in [Some(Stage::Face), Some(Stage::Chip), None] {
        let mut bench = primacy(plain());
        let evidence = bench.done(Request::Listen { after });
        assert_eq!(bench.texts()[0], "Rlr", "{after:?}");
        assert_eq!(evidence.last, LastAnswer::Ok);
    }
    let mut bench = primacy(plain());
    let evidence = bench.done(listen(Stage::Reject));
    assert_eq!(bench.texts()[0], "zz");
    assert_eq!(
        evidence.last,
        LastAnswer::Unknown,
        "the last answer is given up"
    );
    assert_eq!(evidence.wake, Wake::Awake);
}

#[test]
fn a_printer_deaf_inside_a_picture_is_woken_by_no_dye() {
    for transport in [Transport::Usb, Transport::Serial] {
        let options = Options {
            transport,
            ..plain()
        };
        let mut bench = primacy(options.clone());
        bench.load_card();
        restart(&mut bench, options);
        bench.fake.deaf_for = 200;
        let began = bench.now;
        let evidence = bench.done(listen(Stage::Face));
        assert_eq!((evidence.wake, evidence.power), (Wake::Woken, Power::Kept));
        assert_eq!(evidence.last, LastAnswer::Unknown, "lost with the plane");
        assert!(bench.now.since(began) >= Duration::from_secs(60));
        assert!(
            bench
                .sent
                .iter()
                .any(|bytes| bytes.iter().all(|byte| *byte == 0))
        );
    }
}

#[test]
fn a_printer_that_never_answers_is_deaf() {
    let mut bench = primacy(usb());
    bench.fake.deaf_for = usize::MAX;
    assert_eq!(bench.done(listen(Stage::Face)).wake, Wake::Deaf);
    let filled: usize = bench
        .sent
        .iter()
        .filter(|bytes| bytes.iter().all(|byte| *byte == 0))
        .map(|bytes| bytes.len())
        .sum();
    assert_eq!(
        filled,
        SMALL.panel_bytes(7).next_multiple_of(64),
        "at most one plane"
    );
}

#[test]
fn a_model_without_echo_says_that_it_does_not_know_it() {
    let mut bench = bench("evolis-dualys", plain());
    let nonce = {
        let probe = super::fake::bench("evolis-dualys", plain()).done_and_texts(None);
        probe
            .into_iter()
            .find(|text| text.starts_with("Echo"))
            .unwrap()
    };
    bench.fake.on(&nonce, Does::Says("ERROR CDE"));
    let evidence = bench.done(Request::Listen { after: None });
    assert_eq!(evidence.wake, Wake::Awake);
}

impl Bench {
    fn done_and_texts(mut self, after: Option<Stage>) -> Vec<String> {
        self.done(Request::Listen { after });
        self.fake.texts
    }
}

#[test]
fn a_usb_printer_is_not_asked_before_its_port_says_ready() {
    let mut bench = primacy(usb());
    bench.port_status = [Some(0x38), Some(0x10), Some(0x18)].into();
    let began = bench.now;
    bench.done(listen(Stage::Feed));
    assert!(bench.now.since(began) >= Duration::from_secs(2));
    // A fault that stays is read through; a printer that is not there is not.
    let mut bench = primacy(usb());
    bench.port_status = vec![Some(0x10); 100].into();
    let began = bench.now;
    bench.done(listen(Stage::Feed));
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    let mut bench = primacy(usb());
    bench.port_status = vec![Some(0x00); 100].into();
    let waited = Duration::from_secs(60);
    assert_eq!(bench.ask(listen(Stage::Feed)), Answer::Silent { waited });
    assert!(bench.sent.is_empty());
    let mut bench = primacy(usb());
    bench.port_status = [None].into();
    bench.done(listen(Stage::Feed));
}

#[test]
fn two_readings_that_differ_are_not_settled() {
    let mut bench = primacy(usb());
    bench.done(listen(Stage::Feed));
    bench.fake.on("Rco;p", Does::Says("501"));
    let began = bench.now;
    let evidence = bench.done(EXAMINE);
    assert!(!evidence.settled);
    assert!(bench.now.since(began) >= Duration::from_secs(5));
    assert!(bench.done(EXAMINE).settled);
}

#[test]
fn the_hosts_right_to_recover_is_set_before_a_move_that_nobody_prepared() {
    let mut bench = primacy(usb());
    bench.fake.place = "CARD";
    bench.done(listen(Stage::Finish));
    bench.done(EXAMINE);
    bench.forget();
    bench.done(Request::Do(Stage::Reject));
    assert_eq!(bench.sent[0].as_ref(), b"\x1bPem;2\r\x1bRlr;p\r\x1bRsn\r");
    assert_eq!(
        bench.texts().join(" "),
        "Pem;2 Rlr;p Rsn Rlr;h Ser Rem Rlr;p"
    );
}

#[test]
fn a_canary_that_lives_is_never_set_again_under_a_card() {
    let mut bench = primacy(usb());
    bench.load_card();
    restart(&mut bench, usb());
    assert_eq!(bench.done(listen(Stage::Finish)).power, Power::Kept);
    bench.done(EXAMINE);
    bench.forget();
    bench.done(Request::Do(Stage::Reject));
    assert_eq!(bench.texts().join(" "), "Rlr;p Rsn Rlr;h Ser Rem Rlr;p");
}

#[test]
fn an_attempt_that_goes_on_with_planes_in_memory_begins_its_sequence_anew() {
    let mut bench = primacy(usb());
    bench.load_card();
    restart(&mut bench, usb());
    bench.done(listen(Stage::Park));
    bench.done(EXAMINE);
    let setup = Setup {
        card_inside: true,
        ..with_chip()
    };
    bench.done(Request::Prepare(setup));
    bench.forget();
    bench.done(Request::Load(image(SMALL)));
    assert_eq!(bench.texts().join(" "), "Rem Rlr;p Ss Si Sr Db;y;128;");
}

#[test]
fn a_link_that_falls_is_told_once() {
    for sends in 0..13 {
        let mut bench = primacy(plain());
        bench.falls_after = Some(sends);
        assert_eq!(bench.ask(Request::Prepare(with_chip())), Answer::Lost);
        let told = bench
            .events
            .iter()
            .filter(|event| **event != Event::Up)
            .count();
        assert_eq!(told, 1, "{:?}", bench.events);
        bench.forget();
        bench.done(Request::Prepare(with_chip()));
        assert_eq!(bench.events[0], Event::Up, "a new session is opened");
    }
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.evolis.link(LinkNews::Down(Channel::Main), bench.now);
    assert_eq!(bench.evolis.poll(), Output::Tell(Event::Lost));
    bench.evolis.link(LinkNews::Down(Channel::Main), bench.now);
    assert_eq!(bench.evolis.poll(), Output::Wait(None));
    bench
        .evolis
        .receive(Channel::Main, b"COVER OPEN\0", bench.now);
    assert_eq!(
        bench.evolis.poll(),
        Output::Wait(None),
        "news of an earlier session"
    );
    assert_eq!(bench.ask(Request::Do(Stage::Feed)), Answer::Lost);
}

#[test]
fn a_link_that_does_not_open_is_lost() {
    let mut bench = primacy(plain());
    bench.shut = true;
    assert_eq!(bench.ask(listen(Stage::Feed)), Answer::Lost);
    assert_eq!(bench.events.len(), 1);
}

#[test]
fn what_an_earlier_host_left_unread_is_not_taken_for_an_answer() {
    let mut bench = primacy(plain());
    bench.evolis.ask(Request::Status, bench.now).unwrap();
    assert_eq!(bench.evolis.poll(), Output::Open(Channel::Main));
    bench.evolis.link(LinkNews::Up(Channel::Main), bench.now);
    bench
        .evolis
        .receive(Channel::Main, b"CONTACTLESS CARD\0", bench.now);
    let answers = loop {
        match bench.evolis.poll() {
            Output::Send(_, bytes) => break bytes,
            Output::Wait(Some(until)) => {
                bench.now = until;
                bench.evolis.elapse(until);
            }
            _ => {}
        }
    };
    assert_eq!(answers.as_ref(), b"\x1bRlr;p\r");
}
