//! One card, request by request, and what can go wrong on its way.

use std::sync::Arc;
use std::time::Duration;

use super::fake::*;
use crate::contract::*;
use crate::magicard::job::Holokote;
use crate::magicard::{Code, Options, Transport};

fn millis(time: Duration) -> u128 {
    time.as_millis()
}

#[test]
fn prepare_asks_once_and_reads_the_baseline() {
    let mut bench = enduro(Options::default());
    let evidence = bench.done(Request::Prepare(setup()));
    assert_eq!(bench.texts(), "INF");
    assert_eq!(evidence.unit.as_deref(), Some("20E1234"));
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    assert_eq!(
        (evidence.place, evidence.power),
        (Place::Unknown, Power::Unknown)
    );
    assert_eq!(
        (evidence.ribbon_left, evidence.last),
        (Some(203), LastAnswer::Unknown)
    );
    assert!(evidence.shots.is_some());
    assert_eq!(bench.events.len(), 2, "up and one answer");
}

#[test]
fn a_tango_is_asked_value_by_value() {
    let mut bench = bench("magicard-tango2e", Options::default());
    let evidence = bench.done(Request::Prepare(setup()));
    assert_eq!(
        bench.texts(),
        "STA,MSR STA,TCQ STA,TPQ STA,DFR STA,CCQ STA,CPQ"
    );
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    assert_eq!(
        (evidence.shots, evidence.ribbon_left),
        (None, None),
        "its film has no name"
    );
}

#[test]
fn prepare_refuses_what_would_make_a_page_pointless() {
    let check = |change: &dyn Fn(&mut Fake), fault: Fault| {
        let mut bench = enduro(Options {
            codes: vec![(Code(12, 3), Fault::CoverOpen)],
            ..Options::default()
        });
        change(&mut bench.fake);
        let (got, evidence) = bench.fault(Request::Prepare(setup()));
        assert_eq!(got, fault);
        evidence
    };
    let empty = check(&|fake| fake.code = (11, 1), Fault::FeederEmpty);
    assert_eq!(empty.last, LastAnswer::Fault(Fault::FeederEmpty));
    assert_eq!((empty.feeder_filled, empty.cards), (Some(false), Some(100)));
    check(&|fake| fake.code = (12, 3), Fault::CoverOpen);
    check(
        &|fake| fake.code = (40, 7),
        Fault::Unlisted("40:07".to_owned()),
    );
    check(&|fake| fake.used = 300, Fault::RibbonEnd);
    check(&|fake| fake.lengths = "0,80,0", Fault::RibbonEnd);
    check(&|fake| fake.lengths = "80,0,80", Fault::RibbonEnd);
    check(&|fake| fake.serial = "", Fault::OutOfStep);
    let mut bench = enduro(Options::default());
    bench.port_status = [Some(0x10)].into();
    let (fault, _) = bench.fault(Request::Prepare(setup()));
    assert_eq!(
        fault,
        Fault::Unlisted("PORT ERROR".to_owned()),
        "the port alone says so"
    );
}

#[test]
fn abilities_that_a_model_lacks_are_refused_unasked() {
    let mut bench = enduro(Options::default());
    for lacking in [
        Setup {
            hold: true,
            ..setup()
        },
        Setup {
            chip: true,
            ..setup()
        },
        Setup {
            duplex: true,
            ..setup()
        },
    ] {
        assert_eq!(
            bench.fault(Request::Prepare(lacking)).0,
            Fault::OptionAbsent
        );
    }
    for stage in [
        Stage::Feed,
        Stage::Chip,
        Stage::Park,
        Stage::Eject,
        Stage::Reject,
    ] {
        assert_eq!(bench.fault(Request::Do(stage)).0, Fault::UnknownCommand);
    }
    assert!(bench.sent.is_empty());
}

#[test]
fn one_card_from_prepare_to_the_tray() {
    let mut bench = enduro(Options::default());
    let baseline = bench.done(Request::Prepare(setup()));
    bench.forget();
    bench.done(Request::Load(image()));
    assert_eq!(bench.texts(), "INF");
    assert!(
        bench.fake.pages.is_empty(),
        "a page feeds: nothing of it goes out"
    );
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    assert_eq!(bench.sent.len(), 1, "nothing is asked inside a page");
    assert!(bench.fake.pages.is_empty(), "the page is not complete");
    let began = bench.now;
    let evidence = bench.done(Request::Do(Stage::Finish));
    let moved = |after: Option<u64>, before: Option<u64>| after.unwrap() - before.unwrap();
    assert_eq!(moved(evidence.cards, baseline.cards), 1);
    assert_eq!(moved(evidence.panels, baseline.panels), 4);
    assert_eq!(moved(evidence.shots, baseline.shots), 1);
    assert_eq!(evidence.ribbon_left, Some(202));
    let took = bench.now.since(began);
    assert!(
        took >= Duration::from_secs(37) && took < Duration::from_secs(45),
        "{took:?}"
    );
    assert_eq!(bench.texts(), "INF INF", "not while it is busy");
    let page = &bench.fake.pages[0];
    assert_eq!(
        page.header,
        ",NOC1,VER1.0-2.10,LANENG,RSPDEF,COEH,KGE2,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID24,HGT16,OVRON,NNNOFF,USFOFF,PCT0,0,23,15,ICC3,CPW50,DDD50,SZB13824,SZG13824,SZR13824,SZK2304"
    );
    let letters: Vec<u8> = page.planes.iter().map(|(letter, _)| *letter).collect();
    assert_eq!(letters, b"BGRK");
    // The next card begins from there.
    bench.forget();
    let next = bench.face();
    assert_eq!(next.cards, evidence.cards);
    bench.done(Request::Do(Stage::Finish));
}

#[test]
fn the_last_plane_and_its_end_go_out_under_finish_alone() {
    let mut bench = enduro(Options::default());
    bench.load();
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    let (face, finish) = (&bench.sent[0].1, &bench.sent[1].1);
    assert_eq!(finish.len(), 2304 + 4);
    assert!(finish.ends_with(b"\x1cK:\x03") && face.ends_with(b"\x1cR:"));
    assert_eq!(&face[..64], [0x05; 64]);
}

#[test]
fn headers_of_the_other_models() {
    let header = |model: &str| {
        let mut bench = bench(
            model,
            Options {
                clock: Some(0x6B04_EFC2),
                ..Options::default()
            },
        );
        bench.fake.model = "P310e";
        bench.face();
        bench.done(Request::Do(Stage::Finish));
        bench.fake.pages[0].header.clone()
    };
    let tail = ",SZB13824,SZG13824,SZR13824,SZK2304";
    assert_eq!(
        header("magicard-rio-pro"),
        format!(
            ",NOC1,VER1.0-2.10,LANENG,TDT6B04EFC2,KGE2,SLWON,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID24,HGT16,OVRON,NNNOFF,USFOFF,PCT0,0,23,15,ICC0,DDD50{tail}"
        )
    );
    assert!(
        header("magicard-enduro-plus").contains(",ICC0,DDD50,"),
        "no table is claimed"
    );
    assert!(header("magicard-pronto").contains(",ICC3,CPW50,DDD50,"));
    assert_eq!(
        header("magicard-rio2"),
        ",NOC1,VER1.0,LANENG,REJOFF,ESS1,KEE,RT2,DPXOFF,PAG1,SLWON,XCO0,YCO0,WID24,HGT16,OVRON,NNNOFF,USFOFF,PCT0,0,33,15,DDD50,TDT6B04EFC2,IMFBGRK,SZB12096,SZG12096,SZR12096,SZK2016"
    );
}

#[test]
fn two_sides_are_two_pages_and_the_second_ends_under_finish() {
    let mut bench = bench("magicard-enduro-plus", Options::default());
    bench.fake.model = "Enduro+";
    bench.done(Request::Prepare(Setup {
        duplex: true,
        ribbon: Ribbon::Ymckok,
        ..setup()
    }));
    let mut back = coloured(SMALL);
    back.colour = None;
    back.overlay = Overlay::None;
    let image = CardImage {
        front: coloured(SMALL),
        back: Some(back),
    };
    bench.done(Request::Load(Arc::new(image)));
    bench.done(Request::Do(Stage::Face));
    assert_eq!(bench.fake.pages.len(), 1);
    assert!(
        bench.fake.done_at.is_none(),
        "the printer waits for the second side"
    );
    bench.done(Request::Do(Stage::Finish));
    let front = &bench.fake.pages[0].header;
    assert!(front.contains(",DPXON,BACK,PAG1,IMFBGRK,"), "{front}");
    assert_eq!(
        bench.fake.pages[1].header,
        ",NOC1,KGE2,DPXON,PAG2,IMFK,XCO0,YCO0,WID24,HGT16,OVROFF,ICC0,DDD50,SZK2304"
    );
}

#[test]
fn a_watermark_is_named_whether_or_not_there_is_one() {
    let holokote = Holokote {
        image: 5,
        custom: false,
        tiles: 0x00_0F0F,
        turn: 90,
    };
    let mut bench = enduro(Options {
        holokote: Some(holokote),
        ..Options::default()
    });
    bench.face();
    bench.done(Request::Do(Stage::Finish));
    let header = &bench.fake.pages[0].header;
    assert!(
        header.contains(",USFON,HKT5,CKIOFF,HKM000F0F,TRO90,PCT"),
        "{header}"
    );
}

#[test]
fn an_empty_hopper_is_told_by_finish_and_cleared_after_the_verdict() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.hopper_empty = true;
    let (fault, evidence) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!(fault, Fault::FeederEmpty);
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::FeederEmpty));
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    bench.forget();
    let began = bench.now;
    assert!(matches!(bench.listen(Stage::Finish), Answer::Done(_)));
    assert!(
        bench.now.since(began) < Duration::from_secs(5),
        "it answered: no page is open"
    );
    let Answer::Fault(Fault::FeederEmpty, evidence) = bench.examine() else {
        panic!("{:?}", bench.events);
    };
    assert!(evidence.settled);
    assert_eq!(evidence.wake, Wake::Awake);
    bench.forget();
    let began = bench.now;
    let evidence = bench.done(Request::Do(Stage::Clear));
    assert_eq!(bench.texts(), "INF CAN INF");
    assert!(bench.now.since(began) >= Duration::from_secs(60));
    assert_eq!(
        (evidence.last, evidence.cards),
        (LastAnswer::Unknown, Some(100))
    );
    let evidence = match bench.examine() {
        Answer::Done(evidence) => evidence,
        other => panic!("{other:?}"),
    };
    assert!(evidence.settled && evidence.last == LastAnswer::Unknown);
}

#[test]
fn an_error_that_another_hand_took_away_is_not_cleared_by_us() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.hopper_empty = true;
    bench.fault(Request::Do(Stage::Finish));
    bench.examine();
    bench.fake.code = (0, 0);
    bench.forget();
    assert_eq!(bench.fault(Request::Do(Stage::Clear)).0, Fault::OutOfStep);
    assert_eq!(bench.texts(), "INF", "no CAN: a hand may have pressed OK");
    bench.done(Request::Do(Stage::Clear));
    bench.fake.code = (11, 1);
    bench.examine();
    bench.fake.code = (40, 1);
    bench.forget();
    assert!(matches!(
        bench.fault(Request::Do(Stage::Clear)).0,
        Fault::Unlisted(_)
    ));
    assert!(
        !bench.texts().contains("CAN"),
        "another error than the verdict rested on"
    );
}

#[test]
fn a_clear_that_clears_nothing_says_so() {
    let mut bench = enduro(Options::default());
    bench.fake.code = (11, 1);
    bench.fake.cancel_is_dead = true;
    assert_eq!(bench.fault(Request::Do(Stage::Clear)).0, Fault::FeederEmpty);
    assert_eq!(bench.texts(), "INF CAN INF");
    bench.fake.code = (0, 0);
    bench.forget();
    bench.done(Request::Do(Stage::Clear));
    assert_eq!(
        bench.texts(),
        "INF",
        "nothing is latched: nothing is cancelled"
    );
}

#[test]
fn an_unknown_error_in_mid_card_is_told_as_it_came() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.card_takes = Duration::from_secs(9);
    bench.fake.panels_a_card = 2;
    bench.port_status = [Some(0x08), Some(0x08), Some(0x10)].into();
    bench.fake.on("INF", Does::Raw(b"\x01STA$$3,Enduro,0,20E1234,,,2.10,,0,100,5,502,7,4,9,700,50,50,50,31:4,E004,300,98,MA300,80,80,80,\x03".to_vec()));
    let (fault, evidence) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!(fault, Fault::Unlisted("31:04".to_owned()));
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(502)));
}

#[test]
fn a_page_that_moves_nothing_is_silent_after_its_limit() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.cards = 99;
    bench.fake.panels_a_card = 0;
    bench.fake.used = 96;
    bench.fake.done_at = Some(bench.now);
    bench.fake.card_takes = Duration::ZERO;
    // The counters fell and came back: nothing has moved, though it is idle.
    bench.fake.port();
    bench.fake.cards = 99;
    bench.fake.used = 96;
    let waited = bench.silent(Request::Do(Stage::Finish));
    assert_eq!(millis(waited), 120_000);
}

#[test]
fn a_printer_that_stays_busy_is_silent_after_its_limit_a_side() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.card_takes = Duration::from_secs(1000);
    let began = bench.now;
    assert_eq!(
        bench.silent(Request::Do(Stage::Finish)),
        Duration::from_secs(120)
    );
    assert!(bench.now.since(began) >= Duration::from_secs(120));
    assert!(
        !bench.texts().ends_with("INF INF INF"),
        "it is not asked while it is busy"
    );
}

#[test]
fn counters_that_lag_are_waited_for() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.fake.card_takes = Duration::from_secs(35);
    // The byte is idle from the start; the counters move when the card is out.
    bench.port_status = vec![Some(0x18); 200].into();
    let evidence = bench.done(Request::Do(Stage::Finish));
    assert_eq!((evidence.cards, evidence.panels), (Some(101), Some(504)));
}

#[test]
fn without_a_port_byte_the_counters_must_rest() {
    for (has_port, transport, answers) in [
        (false, Transport::Usb, true),
        (true, Transport::Tcp, true),
        (true, Transport::Tcp, false),
    ] {
        let mut bench = enduro(Options {
            transport,
            ..Options::default()
        });
        bench.has_port = has_port;
        bench.fake.answers_busy = answers;
        bench.face();
        let began = bench.now;
        let evidence = bench.done(Request::Do(Stage::Finish));
        assert_eq!((evidence.cards, evidence.panels), (Some(101), Some(504)));
        assert!(bench.now.since(began) >= Duration::from_secs(35 + 30));
    }
}

#[test]
fn a_tangos_error_has_a_code_only_where_it_is_asked_for_the_text() {
    for (asks_error, expected) in [
        (false, Fault::Unlisted("PORT ERROR".to_owned())),
        (true, Fault::FeederEmpty),
    ] {
        let mut bench = bench(
            "magicard-tango2e",
            Options {
                asks_error,
                ..Options::default()
            },
        );
        bench.face();
        bench.fake.hopper_empty = true;
        assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, expected);
        assert_eq!(bench.texts().contains("ERR"), asks_error);
    }
}

#[test]
fn a_picture_meets_the_state_that_was_prepared() {
    let check = |change: &dyn Fn(&mut Fake)| {
        let mut bench = enduro(Options::default());
        bench.done(Request::Prepare(setup()));
        change(&mut bench.fake);
        assert_eq!(bench.fault(Request::Load(image())).0, Fault::OutOfStep);
        assert_eq!(bench.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
        assert!(bench.fake.pages.is_empty());
    };
    check(&|fake| fake.cards = 101);
    check(&|fake| fake.serial = "other");
    check(&|fake| fake.tag = "other");
    check(&|fake| fake.head = 51);
}

#[test]
fn stages_are_taken_in_their_order_and_once() {
    let mut bench = enduro(Options::default());
    assert_eq!(
        bench.ask(Request::Load(image())),
        Answer::Lost,
        "no link is up"
    );
    bench.done(Request::Status);
    assert_eq!(bench.fault(Request::Load(image())).0, Fault::OutOfStep);
    bench.load();
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    bench.face();
    assert_eq!(bench.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
    assert_eq!(
        bench.fault(Request::Do(Stage::Finish)).0,
        Fault::OutOfStep,
        "what broke off is dropped"
    );
    assert!(bench.fake.pages.is_empty());
}

#[test]
fn a_busy_or_failed_port_lets_no_page_begin() {
    for (byte, fault) in [
        (0x08, Fault::OutOfStep),
        (0x10, Fault::Unlisted("PORT ERROR".to_owned())),
    ] {
        let mut bench = enduro(Options::default());
        bench.load();
        bench.forget();
        bench.port_status = [Some(byte)].into();
        assert_eq!(bench.fault(Request::Do(Stage::Face)).0, fault);
        assert!(bench.sent.is_empty());
    }
    let mut bench = enduro(Options::default());
    bench.load();
    bench.port_status = [Some(0x18), Some(0x10)].into();
    let (fault, _) = bench.fault(Request::Do(Stage::Face));
    assert_eq!(fault, Fault::Unlisted("PORT ERROR".to_owned()));
}

#[test]
fn status_tells_what_stands_in_the_way() {
    let mut bench = enduro(Options::default());
    bench.fake.since_clean = 700;
    bench.fake.used = 300;
    bench.done(Request::Status);
    let told = bench.events.iter().find_map(|event| match event {
        Event::Status(status) => Some(status.clone()),
        _ => None,
    });
    let status = told.unwrap();
    assert_eq!(status.faults, [Fault::RibbonEnd, Fault::CleaningDue]);
    assert_eq!(status.evidence.ribbon_left, Some(0));
    bench.fake.since_clean = 1;
    bench.fake.used = 3;
    bench.forget();
    bench.done(Request::Status);
    assert!(matches!(&bench.events[0], Event::Status(status) if status.faults.is_empty()));
}

#[test]
fn identity_is_told_where_it_can_be_and_inferred_elsewhere() {
    let identity = |bench: &mut Bench| {
        bench.done(Request::Identify);
        let told = bench.events.iter().find_map(|event| match event {
            Event::Identity(identity) => Some(identity.clone()),
            _ => None,
        });
        told.unwrap()
    };
    let mut enduro = enduro(Options::default());
    let told = identity(&mut enduro);
    assert_eq!(told.model, Told::Told("Enduro".to_owned()));
    assert_eq!(told.serial, Told::Told("20E1234".to_owned()));
    assert_eq!(told.firmware, Told::Told("2.10".to_owned()));
    assert_eq!(told.ribbon, Told::Told("MA300YMCKO".to_owned()));
    assert_eq!(told.maker, Told::Inferred("Magicard".to_owned()));
    assert!(!told.other_model);
    enduro.fake.model = "Rio Pro";
    enduro.forget();
    assert!(identity(&mut enduro).other_model);
    let mut tango = bench("magicard-tango2e", Options::default());
    let told = identity(&mut tango);
    assert_eq!(told.model, Told::Inferred("Tango 2e".to_owned()));
    assert_eq!(told.firmware, Told::Told("1.30".to_owned()));
    assert_eq!(told.ribbon, Told::NotAskable);
    assert!(!told.other_model);
}

#[test]
fn an_error_inside_the_page_keeps_its_last_plane_back() {
    let mut bench = enduro(Options::default());
    bench.face();
    bench.forget();
    bench.port_status = [Some(0x10)].into();
    let (fault, _) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!(fault, Fault::Unlisted("PORT ERROR".to_owned()));
    assert!(bench.sent.is_empty() && bench.fake.pages.is_empty());
}
