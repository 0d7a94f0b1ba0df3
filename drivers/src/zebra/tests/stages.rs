//! One card, request by request.

use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;

use super::fake::*;
use crate::contract::*;
use crate::zebra::wire::Word;
use crate::zebra::{Options, Replies, Transport};

const FINISH: Request = Request::Do(Stage::Finish);
const STRING: &str = "M 1 [IS 0[IS 1[IS 2[I[IV 31";

#[test]
fn what_the_models_can_do_and_prove() {
    let single = p330i(Options::default()).zebra;
    let told = crate::contract::Dialect::capabilities(&single).clone();
    assert_eq!(told.stages, [Stage::Finish, Stage::Eject, Stage::Clear]);
    assert_eq!(told.face_begins, Stage::Finish);
    assert!(told.hold && told.off_first && !told.reject && !told.duplex && !told.contactless);
    let witnesses = told.witnesses;
    assert!(!witnesses.place && !witnesses.cards && !witnesses.panels);
    assert_eq!(told.examine_apart, Duration::from_secs(60));
    let duplex = p430i(known()).zebra;
    let told = crate::contract::Dialect::capabilities(&duplex).clone();
    assert_eq!(
        told.stages,
        [Stage::Face, Stage::Finish, Stage::Eject, Stage::Clear]
    );
    assert_eq!(told.face_begins, Stage::Face);
    assert!(told.duplex && told.witnesses.panels && !told.reject);
    let one_way = p330i(Options {
        replies: Replies::OneWay,
        ..known()
    });
    let told = crate::contract::Dialect::capabilities(&one_way.zebra).clone();
    assert!(!told.witnesses.panels, "nobody would answer");
    let docked = p430i(Options {
        placeholder: true,
        ..known()
    });
    let told = crate::contract::Dialect::capabilities(&docked.zebra).clone();
    assert!(told.reject && told.contactless);
    assert!(told.stages.contains(&Stage::Feed) && told.stages.contains(&Stage::Reject));
    let full = crate::zebra::Zebra::new(
        crate::zebra::models::find("zebra-p330i").unwrap(),
        Options::default(),
    );
    let told = crate::contract::Dialect::capabilities(&full).clone();
    assert_eq!(told.dots, (1024, 640));
}

#[test]
fn prepare_asks_and_sets_nothing() {
    let mut bench = p330i(known());
    let evidence = bench.done(Request::Prepare(one_side()));
    assert_eq!(bench.texts(), ["E", "%CLN"]);
    assert_eq!(evidence.panels, Some(25_000));
    assert_eq!((evidence.cards, &evidence.unit), (None, &None));
    assert_eq!(
        (evidence.place, evidence.power),
        (Place::Unknown, Power::Unknown)
    );
    assert_eq!(bench.events.len(), 2, "up and one answer");
}

#[test]
fn what_is_not_known_is_never_asked() {
    let mut bench = p330i(Options {
        transport: Transport::Serial,
        canary: Some(b'~'),
        ..Options::default()
    });
    bench.load_card();
    bench.done(FINISH);
    bench.done(Request::Do(Stage::Eject));
    bench.done(Request::Status);
    bench.done(Request::Identify);
    bench.done(Request::Listen {
        after: Some(Stage::Eject),
    });
    bench.done(Request::Examine {
        apart: Duration::from_secs(60),
    });
    for question in ["E", "%CLN", "&P", "!X", "+X ~"] {
        assert!(!bench.texts().contains(&question), "{question}");
    }
}

#[test]
fn prepare_refuses_while_an_error_is_latched_and_asks_nothing_more() {
    let mut bench = p330i(known());
    bench.fake.last = b"\x1548\x04".to_vec();
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::CoverOpen
    );
    assert_eq!(
        bench.texts(),
        ["E"],
        "the next question would overwrite the error"
    );
    bench.done(Request::Do(Stage::Clear));
    bench.done(Request::Prepare(one_side()));
}

#[test]
fn prepare_refuses_a_printer_whose_counter_or_encoder_or_port_contradicts() {
    let mut bench = p330i(known());
    bench.fake.on("%CLN", Does::Says(b"something else\r\x06"));
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::OutOfStep
    );
    let mut bench = p330i(known());
    bench.fake.on("%CLN", Does::Refuses(b"\x1514\x04"));
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::OutOfStep
    );
    let mut bench = p330i(Options {
        knows_p: true,
        ..known()
    });
    bench.fake.in_encoder = true;
    let (fault, evidence) = bench.fault(Request::Prepare(one_side()));
    assert_eq!((fault, evidence.place), (Fault::CardInside, Place::Path));
    for (port, fault) in [
        (0x38, Fault::FeederOrRibbonEnd),
        (0x30, Fault::MechanicalTimeout),
        (0x10, Fault::BadParameter),
    ] {
        let mut bench = p330i(Options {
            transport: Transport::Usb,
            ..known()
        });
        bench.port = Some(port);
        assert_eq!(bench.fault(Request::Prepare(one_side())).0, fault);
        // The printer's own word says more than its port.
        bench.fake.last = b"\x1504\x04".to_vec();
        assert_eq!(
            bench.fault(Request::Prepare(one_side())).0,
            Fault::FeederEmpty
        );
    }
}

#[test]
fn abilities_that_a_model_lacks_are_refused_unasked() {
    let mut bench = p330i(known());
    assert_eq!(
        bench.fault(Request::Prepare(two_sides())).0,
        Fault::OptionAbsent
    );
    let chip = Setup {
        chip: true,
        ..one_side()
    };
    assert_eq!(bench.fault(Request::Prepare(chip)).0, Fault::OptionAbsent);
    let mut single = p430i(Options {
        one_side: true,
        ..known()
    });
    assert_eq!(
        single.fault(Request::Prepare(two_sides())).0,
        Fault::OptionAbsent
    );
    bench.done(Request::Prepare(one_side()));
    bench.forget();
    assert_eq!(
        bench.fault(Request::Load(image(true))).0,
        Fault::OptionAbsent
    );
    for stage in [
        Stage::Feed,
        Stage::Chip,
        Stage::Park,
        Stage::Face,
        Stage::Reject,
    ] {
        assert_eq!(
            bench.fault(Request::Do(stage)).0,
            Fault::OptionAbsent,
            "{stage:?}"
        );
    }
    assert!(bench.sent.is_empty());
}

#[test]
fn one_card_from_prepare_to_eject() {
    let mut bench = p330i(known());
    let baseline = bench.done(Request::Prepare(one_side()));
    bench.forget();
    bench.done(Request::Load(image(false)));
    assert_eq!(
        (bench.fake.feeder, bench.fake.passes),
        (10, 25_000),
        "no data feed"
    );
    expect![[r#"
        SXY 1
        +RIB 0
        +$L 0 5
        +$L 1 5
        +$L 2 5
        +$L 3 5
        +$C 0 5
        +$C 1 7
        +$C 2 7
        +$C 3 7
        +C 5
        +CV 3
        $F
        F
        vF
        GS 0
        GS 1
        GS 2
        G 0 0 12 20 24 1
        Z"#]]
    .assert_eq(&bench.texts().join("\n"));
    bench.forget();
    let held = bench.done(FINISH);
    assert_eq!(bench.texts(), ["%CLN", STRING, "%CLN"]);
    assert!(bench.fake.inside && bench.fake.out == 0, "it is held");
    assert_eq!(held.last, LastAnswer::Ok);
    assert_eq!(held.panels, baseline.panels.map(|passes| passes + 5));
    bench.forget();
    let out = bench.done(Request::Do(Stage::Eject));
    assert_eq!(bench.texts(), ["MO"]);
    assert_eq!(
        (out.place, out.last, bench.fake.out),
        (Place::Unknown, LastAnswer::Ok, 1)
    );
}

#[test]
fn nothing_but_a_stage_acts() {
    let mut bench = p430i(known());
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.done(Request::Status);
    bench.done(Request::Identify);
    for bytes in &bench.sent {
        if let Ok((word, _)) = Word::parse(bytes) {
            assert!(!word.acts(), "{word:?}");
        }
    }
    assert!(
        bench.texts().contains(&"+RB 0 1"),
        "a model with a reject hopper"
    );
}

#[test]
fn without_hold_the_string_ends_with_the_card_out() {
    let mut bench = p330i(known());
    bench.done(Request::Prepare(Setup {
        hold: false,
        ..one_side()
    }));
    bench.done(Request::Load(image(false)));
    bench.forget();
    bench.done(FINISH);
    assert_eq!(bench.texts()[1], "M 1 [IS 0[IS 1[IS 2[I[IV 31[MO");
    assert_eq!((bench.fake.inside, bench.fake.out), (false, 1));
}

#[test]
fn a_resin_ribbon_prints_resin_alone() {
    let mut bench = p330i(known());
    bench.done(Request::Prepare(Setup {
        ribbon: Ribbon::K,
        ..one_side()
    }));
    let picture = CardImage {
        front: side(SMALL, false),
        back: None,
    };
    bench.forget();
    bench.done(Request::Load(Arc::new(picture)));
    assert!(bench.texts().contains(&"+RIB 4"));
    assert!(!bench.texts().iter().any(|text| text.starts_with("GS")));
    let held = bench.done(FINISH);
    assert!(bench.texts().contains(&"M 1 [I 10"));
    assert_eq!(held.panels, Some(25_001));
    bench.done(Request::Prepare(Setup {
        ribbon: Ribbon::K,
        ..one_side()
    }));
    assert_eq!(
        bench.fault(Request::Load(image(false))).0,
        Fault::BadParameter,
        "colour, and no dye for it"
    );
}

#[test]
fn two_sides_are_two_strings_with_the_flip_and_the_backs_data_between() {
    let mut bench = p430i(known());
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    assert_eq!(bench.fake.passes, 25_000);
    assert_eq!(
        bench.fault(FINISH).0,
        Fault::OutOfStep,
        "the face comes first"
    );
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.forget();
    let face = bench.done(Request::Do(Stage::Face));
    assert_eq!(
        bench.texts(),
        ["%CLN", STRING, "MF", "F", "G 0 0 12 20 24 1", "Z", "%CLN"]
    );
    assert_eq!(face.panels, Some(25_005));
    bench.forget();
    let held = bench.done(FINISH);
    assert_eq!(bench.texts(), ["%CLN", "M 1 [I 10", "%CLN"]);
    assert_eq!((held.panels, bench.fake.inside), (Some(25_006), true));
    assert_eq!(bench.fault(FINISH).0, Fault::OutOfStep, "once is enough");
}

#[test]
fn the_black_of_the_front_may_be_left_where_a_printer_wants_it_so() {
    let mut bench = p430i(Options {
        clear_between_sides: false,
        ..known()
    });
    bench.done(Request::Prepare(two_sides()));
    bench.done(Request::Load(image(true)));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    assert!(!bench.texts().contains(&"F"));
}

#[test]
fn one_side_on_a_printer_that_flips_has_an_empty_face() {
    let mut bench = p430i(known());
    bench.load_card();
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    assert!(bench.sent.is_empty());
    assert_eq!(bench.done(FINISH).panels, Some(25_005));
}

#[test]
fn status_and_identity_tell_what_there_is() {
    let mut bench = p330i(known());
    bench.done(Request::Status);
    assert_eq!(bench.texts(), ["%CLN"]);
    let Event::Status(status) = &bench.events[1] else {
        panic!("{:?}", bench.events);
    };
    assert_eq!(status.evidence.panels, Some(25_000));
    assert!(status.faults.is_empty());
    bench.done(Request::Identify);
    let identity = bench.events.iter().find_map(|event| match event {
        Event::Identity(identity) => Some(identity.clone()),
        _ => None,
    });
    let identity = identity.unwrap();
    assert_eq!(identity.maker, Told::Inferred("Zebra".to_owned()));
    assert_eq!(identity.model, Told::Inferred("P330i".to_owned()));
    assert!(!identity.other_model);
    assert_eq!(identity.serial, Told::NotAskable);
}

#[test]
fn a_latched_error_does_not_stand_in_the_way_of_its_clearing() {
    let mut bench = p330i(Options {
        knows_cln: false,
        ..known()
    });
    bench.fake.last = b"\x1548\x04".to_vec();
    bench.done(Request::Status);
    assert_eq!(bench.texts(), ["E"]);
    let Event::Status(status) = &bench.events[1] else {
        panic!("{:?}", bench.events);
    };
    assert!(status.faults.is_empty(), "it would be told until for ever");
}

fn with_canary() -> Options {
    Options {
        knows_x: true,
        canary: Some(b'~'),
        ..known()
    }
}

#[test]
fn the_canary_is_set_once_and_asked_around_every_string() {
    let mut bench = p330i(with_canary());
    let evidence = bench.done(Request::Prepare(one_side()));
    assert_eq!(bench.texts(), ["E", "!X", "+X ~", "!X", "%CLN"]);
    assert_eq!(evidence.power, Power::Kept);
    bench.done(Request::Load(image(false)));
    bench.forget();
    assert_eq!(bench.done(FINISH).power, Power::Kept);
    assert_eq!(bench.texts(), ["!X", "%CLN", STRING, "%CLN", "!X"]);
    bench.forget();
    bench.done(Request::Prepare(one_side()));
    assert_eq!(bench.texts(), ["E", "!X", "%CLN"], "it lives");
}

#[test]
fn a_string_is_not_begun_without_its_canary() {
    let mut bench = p330i(with_canary());
    bench.load_card();
    bench.fake.lose_power();
    bench.forget();
    assert_eq!(bench.fault(FINISH).0, Fault::SettingRefused);
    assert_eq!(bench.texts(), ["!X"]);
    let mut bench = p330i(with_canary());
    bench.fake.on("+X ~", Does::Refuses(b"\x1510\x04"));
    assert_eq!(
        bench.fault(Request::Prepare(one_side())).0,
        Fault::BadParameter
    );
    let mut bench = p330i(with_canary());
    let inside = Setup {
        card_inside: true,
        ..one_side()
    };
    assert_eq!(
        bench.fault(Request::Prepare(inside)).0,
        Fault::SettingRefused,
        "under a card it is never set"
    );
    assert!(!bench.texts().contains(&"+X ~"));
}

#[test]
fn a_canary_that_is_no_letter_is_left_out() {
    for with in [0x00, 0x0D, 0x1B, b' ', 0x7F, 0xFF] {
        let bench = p330i(Options {
            canary: Some(with),
            ..with_canary()
        });
        let mut bench = bench;
        bench.done(Request::Prepare(one_side()));
        assert_eq!(bench.texts(), ["E", "%CLN"], "{with:02X}");
    }
}

#[test]
fn the_placeholder_moves_are_sent_only_where_they_are_turned_on() {
    let mut bench = p430i(Options {
        placeholder: true,
        ..known()
    });
    let setup = Setup {
        chip: true,
        ..one_side()
    };
    bench.done(Request::Prepare(setup));
    bench.forget();
    for stage in [Stage::Feed, Stage::Park, Stage::Reject] {
        bench.done(Request::Do(stage));
    }
    assert_eq!(bench.texts(), ["MS 2", "MI", "MR"]);
    bench.done(Request::Prepare(one_side()));
    bench.forget();
    bench.done(Request::Do(Stage::Feed));
    assert!(bench.sent.is_empty(), "the string itself feeds");
    let mut single = p330i(Options {
        placeholder: true,
        ..known()
    });
    single.done(Request::Status);
    assert_eq!(
        single.fault(Request::Do(Stage::Reject)).0,
        Fault::OptionAbsent
    );
}
