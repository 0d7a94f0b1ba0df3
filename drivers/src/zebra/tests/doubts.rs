//! After a doubt: listening, waking, examining.

use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::zebra::wire::Word;
use crate::zebra::{Options, Transport};

const FINISH: Request = Request::Do(Stage::Finish);
const STRING: &str = "M 1 [IS 0[IS 1[IS 2[I[IV 31";
const EXAMINE: Request = Request::Examine {
    apart: Duration::from_secs(60),
};

fn listen(after: Stage) -> Request {
    Request::Listen { after: Some(after) }
}

fn usb() -> Options {
    Options {
        transport: Transport::Usb,
        ..known()
    }
}

#[test]
fn a_string_that_was_carried_out_is_told_by_e_and_its_passes() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    bench.restart("zebra-p330i", usb());
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(bench.texts(), ["E"]);
    assert_eq!((heard.last, heard.wake), (LastAnswer::Ok, Wake::Awake));
    let began = bench.now;
    let examined = bench.done(EXAMINE);
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    assert_eq!(bench.texts(), ["E", "%CLN", "%CLN"]);
    assert!(examined.settled);
    assert_eq!(examined.panels, Some(25_005));
    assert_eq!(examined.last, LastAnswer::Ok, "what was learnt is repeated");
    assert_eq!(
        (examined.power, examined.place),
        (Power::Unknown, Place::Unknown)
    );
}

#[test]
fn nothing_that_acts_or_sets_is_said_before_the_verdict() {
    for transport in [Transport::Usb, Transport::Serial, Transport::Tcp] {
        for after in [Stage::Face, Stage::Finish, Stage::Eject, Stage::Clear] {
            let options = Options {
                transport,
                knows_p: true,
                knows_x: true,
                canary: Some(b'~'),
                ..known()
            };
            let mut bench = p330i(options.clone());
            bench.load_card();
            bench.restart("zebra-p330i", options);
            bench.done(listen(after));
            bench.done(EXAMINE);
            for bytes in &bench.sent {
                if let Ok((word, _)) = Word::parse(bytes) {
                    assert!(word.asks(), "{word:?}");
                }
            }
        }
    }
}

#[test]
fn two_readings_that_differ_are_not_settled() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.done(listen(Stage::Finish));
    let first = b"Cpt imp:00024999 next clean Prn:00005000 nb pass:5\r\x06";
    bench.fake.on("%CLN", Does::Says(first));
    let examined = bench.done(EXAMINE);
    assert!(!examined.settled);
    assert_eq!(examined.panels, Some(25_000));
    assert!(bench.done(EXAMINE).settled);
}

#[test]
fn an_answer_that_comes_between_the_readings_unsettles_them() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.done(listen(Stage::Finish));
    bench.fake.on(
        "%CLN",
        Does::Says(b"Cpt imp:00025000 next clean Prn:00005000 nb pass:5\r\x06\x06"),
    );
    assert!(!bench.done(EXAMINE).settled);
}

#[test]
fn an_answer_that_waited_is_the_lost_one() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    bench.fake.on("E", Does::Nothing);
    bench.says(b"\x1504\x04");
    assert_eq!(bench.events.last(), Some(&Event::Fault(Fault::FeederEmpty)));
    // E is asked all the same, and its silence is silence.
    assert_eq!(
        bench.silent(listen(Stage::Finish)),
        Duration::from_secs(120)
    );
    bench.fake.last = b"\x1504\x04".to_vec();
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(heard.last, LastAnswer::Fault(Fault::FeederEmpty));
}

#[test]
fn the_strings_own_late_answer_and_es_are_both_heard_out() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    // The string ends while E waits: its own answer comes first.
    bench.fake.on("E", Does::Says(b"\x06\x06"));
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(heard.last, LastAnswer::Ok);
    let examined = bench.done(EXAMINE);
    assert!(examined.settled && examined.panels == Some(25_005));
    let mut bench = p330i(usb());
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    bench.fake.on("E", Does::Says(b"\x06\x1504\x04"));
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(
        heard.last,
        LastAnswer::Fault(Fault::FeederEmpty),
        "the latest decides"
    );
}

#[test]
fn after_an_answer_in_this_life_nothing_is_waited_for() {
    let mut bench = p330i(known());
    bench.fake.feeder = 0;
    bench.load_card();
    bench.fault(FINISH);
    bench.forget();
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(heard.last, LastAnswer::Fault(Fault::FeederEmpty));
    assert_eq!(bench.sent.len(), 1, "no spoiler: the command was answered");
    bench.fake.on("E", Does::Nothing);
    assert_eq!(bench.silent(listen(Stage::Finish)), Duration::from_secs(3));
}

#[test]
fn half_a_command_on_a_serial_line_is_spoiled_and_never_completed() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.restart("zebra-p330i", known());
    bench.fake.half(b"\x1bM 1 [IS 0[IS");
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(bench.sent[0].as_ref(), b"zz\r");
    assert_eq!(bench.texts(), ["M 1 [IS 0[ISzz"], "and E is not asked");
    assert_eq!(
        heard.last,
        LastAnswer::Unknown,
        "the last answer is given up"
    );
    assert_eq!(bench.fake.passes, 25_000);
    assert_eq!(bench.done(EXAMINE).panels, Some(25_000));
}

#[test]
fn a_clean_line_says_nothing_to_the_spoiler_and_e_decides() {
    let mut bench = p330i(known());
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    bench.restart("zebra-p330i", known());
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(bench.sent[0].as_ref(), b"zz\r");
    assert_eq!(heard.last, LastAnswer::Ok);
    let mut usb_bench = p330i(usb());
    usb_bench.done(listen(Stage::Finish));
    assert_eq!(usb_bench.sent[0].as_ref(), b"\x1bE\r", "one packet there");
}

#[test]
fn a_printer_that_may_be_inside_a_download_is_left_alone_for_a_minute() {
    let mut bench = p330i(known());
    let began = bench.now;
    bench.done(Request::Listen { after: None });
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    assert_eq!(bench.sent.len(), 1);
    // Known to listen: no minute.
    let began = bench.now;
    bench.done(Request::Listen { after: None });
    assert!(bench.now.since(began) < Duration::from_secs(1));
    // On two sides the back's data go out under the face.
    let mut bench = p430i(known());
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.fake.on("Z", Does::Nothing);
    bench.silent(Request::Do(Stage::Face));
    let began = bench.now;
    bench.done(listen(Stage::Face));
    assert!(bench.now.since(began) >= Duration::from_secs(60));
}

#[test]
fn a_download_given_up_is_heard_at_once() {
    let mut bench = p330i(known());
    bench.done(Request::Status);
    bench
        .zebra
        .ask(Request::Listen { after: None }, bench.now)
        .unwrap();
    let heard_for = bench.drain().unwrap();
    bench.now = heard_for;
    bench.zebra.elapse(bench.now);
    let stalled_until = bench.drain().unwrap();
    assert_eq!(stalled_until.since(bench.now), Duration::from_secs(60));
    bench.now = bench.now + Duration::from_secs(20);
    bench.says(b"\x1534\x04");
    assert_eq!(bench.texts().last(), Some(&"E"), "asked without the rest");
}

#[test]
fn what_is_told_of_a_stuck_card_is_told_on() {
    for (code, fault) in [
        (&b"\x1545\x04"[..], Fault::CardJam),
        (b"\x1547\x04", Fault::CardJam),
        (b"\x1503\x04", Fault::MechanicalTimeout),
        (b"\x15-1\x04", Fault::MechanicalTimeout),
        (b"\x1548\x04", Fault::CoverOpen),
        (b"\x1501\x04", Fault::RibbonEnd),
    ] {
        let mut bench = p330i(usb());
        bench.fake.last = code.to_vec();
        let (told, evidence) = bench.fault(listen(Stage::Finish));
        assert_eq!(told, fault);
        assert_eq!(evidence.last, LastAnswer::Fault(fault.clone()));
        assert_eq!(
            evidence.lid_open,
            (fault == Fault::CoverOpen).then_some(true)
        );
        assert_eq!(bench.done(EXAMINE).last, LastAnswer::Fault(fault));
    }
}

#[test]
fn the_answer_to_a_clearing_is_no_strings() {
    let mut bench = p330i(known());
    bench.fake.feeder = 0;
    bench.load_card();
    bench.fault(FINISH);
    bench.done(listen(Stage::Finish));
    bench.done(EXAMINE);
    bench.done(Request::Do(Stage::Clear));
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(heard.last, LastAnswer::Unknown);
    let examined = bench.done(EXAMINE);
    assert!(examined.settled && examined.panels == Some(25_000));
}

#[test]
fn without_e_the_answers_of_this_life_are_what_is_known() {
    let options = Options {
        knows_e: false,
        ..known()
    };
    let mut bench = p330i(options.clone());
    bench.fake.feeder = 0;
    bench.load_card();
    let (_, evidence) = bench.fault(FINISH);
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::FeederEmpty));
    let heard = bench.done(listen(Stage::Finish));
    assert_eq!(heard.last, LastAnswer::Fault(Fault::FeederEmpty));
    bench.restart("zebra-p330i", options);
    bench.zebra.link(LinkNews::Up(Channel::Main), bench.now);
    assert_eq!(
        bench.done(listen(Stage::Finish)).last,
        LastAnswer::Unknown,
        "another life heard it"
    );
    let mut bench = p330i(Options {
        knows_e: false,
        ..known()
    });
    bench.load_card();
    bench.fake.on(STRING, Does::Mute);
    bench.silent(FINISH);
    assert_eq!(bench.done(listen(Stage::Finish)).last, LastAnswer::Unknown);
}

#[test]
fn the_canary_tells_of_the_power() {
    let options = || Options {
        knows_x: true,
        canary: Some(b'~'),
        ..usb()
    };
    for (said, power) in [
        (&b"~\r\x06"[..], Power::Kept),
        (b"\r\x06", Power::Lost),
        (b"#\r\x06", Power::Lost),
        (b"7E hex\r\x06", Power::Unknown),
        (b"\x1514\x04", Power::Unknown),
    ] {
        let mut bench = p330i(options());
        bench.fake.on("!X", Does::Says(said));
        assert_eq!(bench.done(listen(Stage::Finish)).power, power, "{said:?}");
    }
    let mut bench = p330i(options());
    bench.fake.initiator = Some(b'~');
    bench.done(listen(Stage::Finish));
    // Gone in one reading is gone.
    bench.fake.on("!X", Does::Says(b"\r\x06"));
    let examined = bench.done(EXAMINE);
    assert_eq!((examined.power, examined.settled), (Power::Lost, true));
}

#[test]
fn what_an_earlier_link_left_behind_is_no_news() {
    let mut bench = p330i(usb());
    bench.load_card();
    bench.zebra.link(LinkNews::Down(Channel::Main), bench.now);
    bench.drain();
    bench.forget();
    bench.says(b"\x1503\x04");
    assert!(bench.events.is_empty());
}
