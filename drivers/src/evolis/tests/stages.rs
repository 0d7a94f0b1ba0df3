//! One card, request by request, and what can go wrong on its way.

use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;

use super::fake::*;
use crate::contract::*;
use crate::evolis::download::FULL;
use crate::evolis::{Options, Transport};

#[test]
fn prepare_sets_and_verifies_and_reads_the_baseline() {
    let mut bench = primacy(plain());
    let evidence = bench.done(Request::Prepare(with_chip()));
    expect![[
        r#"Rem Pem;2 Psoe;D Rem Rsn Rlr;p Rse;p Rse;o Rse;f Rcr Rrt;count Rco;c Rco;p Pr;ymcko"#
    ]]
    .assert_eq(&bench.texts().join(" "));
    assert_eq!(evidence.unit.as_deref(), Some("P00000012345"));
    assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    assert_eq!(
        (evidence.place, evidence.power),
        (Place::Empty, Power::Kept)
    );
    assert_eq!(evidence.ribbon_left, Some(187));
    assert_eq!(
        (evidence.lid_open, evidence.feeder_filled),
        (Some(false), Some(true))
    );
    assert_eq!(bench.events[0], Event::Up);
    assert_eq!(bench.events.len(), 2, "up and one answer");
}

#[test]
fn prepare_refuses_what_would_make_a_feed_pointless() {
    let check = |text: &str, answer: &'static str, fault: Fault| {
        let mut bench = primacy(plain());
        for _ in 0..3 {
            bench.fake.on(text, Does::Says(answer));
        }
        let (got, evidence) = bench.fault(Request::Prepare(with_chip()));
        assert_eq!(got, fault, "{text} {answer}");
        evidence
    };
    let full = |evidence: Evidence| {
        assert_eq!(evidence.unit.as_deref(), Some("P00000012345"));
        assert_eq!((evidence.cards, evidence.panels), (Some(100), Some(500)));
    };
    full(check("Rlr;p", "CARD", Fault::OutOfStep)); // the sensor sees none: two witnesses disagree
    full(check("Rlr;p", "CONTACTLESS CARD", Fault::CardInside));
    full(check("Rse;o", "0,00 Volts", Fault::CoverOpen));
    full(check("Rse;o", "0.02 Volts", Fault::CoverOpen));
    full(check("Rse;f", "0,00 Volts", Fault::FeederEmpty));
    full(check("Rcr", "ERROR RIBBON", Fault::RibbonEnd));
    full(check("Rrt;count", "0", Fault::RibbonEnd));
    full(check(
        "Rrt;count",
        "ERR RIB DETECTION",
        Fault::RibbonUnreadable,
    ));
    full(check("Pr;ymcko", "ERROR PARAMETRES", Fault::BadParameter));
    check("Rem", "38 0", Fault::ForeignService);
    check("Rem", "0", Fault::SettingRefused);
    check("Rem", "18,0", Fault::SettingRefused);
    check("Pem;2", "ERROR CDE", Fault::UnknownCommand);
    let uncounted = check("Rco;p", "OK", Fault::OutOfStep);
    assert_eq!(uncounted.panels, None);
    assert_eq!(
        check("Rlr;p", "SOMETHING NEW", Fault::OutOfStep).place,
        Place::Unknown
    );
}

#[test]
fn prepare_with_a_card_inside_expects_it_and_does_not_look_at_feeder_and_ribbon() {
    let mut bench = primacy(Options {
        transport: Transport::Serial,
        ..Options::default()
    });
    let setup = Setup {
        card_inside: true,
        ..with_chip()
    };
    bench.fake.place = "CONTACTLESS CARD";
    bench.fake.feeder = false;
    bench.fake.on("Rcr", Does::Says("ERROR RIBBON"));
    let evidence = bench.done(Request::Prepare(setup));
    assert_eq!(evidence.place, Place::Contactless);
    assert!(!bench.texts().contains(&"Srs"));
    bench.fake.place = "OK";
    assert_eq!(bench.fault(Request::Prepare(setup)).0, Fault::OutOfStep);
}

#[test]
fn abilities_that_a_model_lacks_are_refused_unasked() {
    let mut bench = bench("evolis-dualys", plain());
    assert_eq!(
        bench.fault(Request::Prepare(with_chip())).0,
        Fault::OptionAbsent
    );
    let mut bench = primacy(plain());
    let setup = Setup {
        duplex: true,
        ..with_chip()
    };
    assert_eq!(bench.fault(Request::Prepare(setup)).0, Fault::OptionAbsent);
    assert!(bench.sent.is_empty());
}

#[test]
fn one_ktp_from_prepare_to_eject() {
    let mut bench = primacy(plain());
    let baseline = bench.done(Request::Prepare(with_chip()));
    bench.forget();
    let fed = bench.done(Request::Do(Stage::Feed));
    assert_eq!((fed.place, fed.cards), (Place::Contactless, Some(101)));
    assert_eq!(bench.done(Request::Do(Stage::Park)).place, Place::Path);
    let image = image(SMALL);
    bench.done(Request::Load(Arc::clone(&image)));
    assert_eq!(bench.fake.panels, 500, "no dye before the face");
    bench.done(Request::Do(Stage::Face));
    assert_eq!(bench.fake.panels, 504, "the last panel waits");
    let held = bench.done(Request::Do(Stage::Finish));
    assert_eq!((held.place, held.last), (Place::Path, LastAnswer::Ok));
    assert_eq!(held.panels, baseline.panels.map(|panels| panels + 5));
    assert_eq!(bench.done(Request::Do(Stage::Eject)).place, Place::Empty);
    expect![[r#"
        Ss
        Sic
        Rlr;p
        Rco;c
        Rco;p
        Rlr;p
        Si
        Rlr;p
        Rco;c
        Rem
        Rlr;p
        Sr
        Db;y;128;
        Rem
        Rlr;p
        Db;m;128;
        Db;c;128;
        Db;k;2;
        Db;o;2;
        Rem
        Rlr;p
        Se
        Rem
        Rlr;p
        Rco;c
        Rco;p
        Rlr;p
        Se
        Rem
        Rlr;p"#]]
    .assert_eq(&bench.texts().join("\n"));
}

#[test]
fn without_a_chip_the_card_goes_to_the_print_start_at_once() {
    let mut bench = primacy(plain());
    let setup = Setup {
        chip: false,
        hold: false,
        ribbon: Ribbon::K,
        ..with_chip()
    };
    bench.done(Request::Prepare(setup));
    assert!(bench.texts().contains(&"Psoe;E") && bench.texts().contains(&"Pr;k"));
    bench.forget();
    assert_eq!(bench.done(Request::Do(Stage::Feed)).place, Place::Path);
    let mut picture = CardImage::clone(&image(SMALL));
    picture.front.colour = None;
    bench.done(Request::Load(Arc::new(picture)));
    bench.done(Request::Do(Stage::Face));
    assert_eq!(bench.fake.panels, 500, "one plane: the face is empty");
    let end = bench.done(Request::Do(Stage::Finish));
    assert_eq!((end.place, end.panels), (Place::Empty, Some(501)));
    assert_eq!(
        bench.texts().join(" "),
        "Ss Si Rlr;p Rco;c Rco;p Rem Rlr;p Sr Db;k;2; Rem Rlr;p Rem Rlr;p Se Rem Rlr;p Rco;c Rco;p"
    );
}

#[test]
fn two_sides_go_front_first_and_the_second_black_on_the_back() {
    let mut bench = bench("evolis-dualys", plain());
    let setup = Setup {
        chip: false,
        hold: false,
        duplex: true,
        ribbon: Ribbon::Ymckok,
        card_inside: false,
    };
    bench.done(Request::Prepare(setup));
    assert!(!bench.texts().iter().any(|text| text.starts_with("Psoe")));
    bench.done(Request::Do(Stage::Feed));
    bench.forget();
    let mut picture = CardImage::clone(&image(SMALL));
    picture.back = Some(Side {
        colour: None,
        resin: BitPlane::clear(SMALL.lines, SMALL.columns),
        overlay: Overlay::None,
    });
    bench.done(Request::Load(Arc::new(picture)));
    assert_eq!(bench.texts(), ["Rem", "Rlr;p", "Sr", "Db;y;128;"]);
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    let rest = bench.texts()[4..].join(" ");
    assert_eq!(
        rest,
        "Rem Rlr;p Db;m;128; Db;c;128; Db;k;2; Db;o;2; Sv Db;k;2; Rem Rlr;p Se Rem Rlr;p Rco;c Rco;p"
    );
}

#[test]
fn the_golden_transcript_is_said_byte_for_byte() {
    let vectors = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/evolis/ktp-primacy.txt"
    ));
    let mut bench = primacy(Options {
        dots: Some((FULL.lines, FULL.columns)),
        ..plain()
    });
    bench.load_card();
    for stage in [Stage::Face, Stage::Finish, Stage::Eject] {
        bench.done(Request::Do(stage));
    }
    let said: Vec<String> = bench.sent.iter().map(|bytes| shown(bytes)).collect();
    let mut at = 0;
    for line in vectors.lines().filter_map(|line| line.strip_prefix("> ")) {
        // We ask for the hold when the card is prepared, before the feed.
        let from = if line == "1B 50 73 6F 65 3B 44 0D" {
            0
        } else {
            at
        };
        let found = said[from..].iter().position(|said| said == line);
        let found = from + found.unwrap_or_else(|| panic!("{line} is not said in its turn"));
        at = at.max(found + 1);
    }
    let moves = |line: &&str| line.starts_with("1B 53") || line.starts_with("1B 44");
    let golden: Vec<&str> = vectors
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
        .filter(moves)
        .collect();
    let ours: Vec<&str> = said.iter().map(String::as_str).filter(moves).collect();
    assert_eq!(ours, golden, "no move and no download more or less");
}

/// Hexadecimal; a download's payload as its length.
fn shown(bytes: &[u8]) -> String {
    let hex =
        |bytes: &[u8]| -> Vec<String> { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    if bytes.len() < 100 {
        return hex(bytes).join(" ");
    }
    let separators = bytes.iter().enumerate().filter(|(_, byte)| **byte == b';');
    let header = separators.map(|(at, _)| at).nth(2).unwrap() + 1;
    let payload = bytes.len() - header - 1;
    let end = hex(&bytes[bytes.len() - 1..]).join(" ");
    format!("{} <{payload}> {end}", hex(&bytes[..header]).join(" "))
}

#[test]
fn a_feed_that_ends_elsewhere_is_a_fault() {
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.fake.on("Sic", Does::Says("FEEDER EMPTY"));
    let (fault, evidence) = bench.fault(Request::Do(Stage::Feed));
    assert_eq!(fault, Fault::FeederEmpty);
    assert_eq!((evidence.place, evidence.cards), (Place::Empty, Some(100)));
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::FeederEmpty));
    bench.fake.on("Sic", Does::Says("OK"));
    let (fault, evidence) = bench.fault(Request::Do(Stage::Feed));
    assert_eq!((fault, evidence.place), (Fault::OutOfStep, Place::Empty));
}

#[test]
fn an_empty_path_is_never_parked_ejected_or_rejected() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    bench.fake.place = "OK";
    bench.forget();
    assert_eq!(bench.fault(Request::Do(Stage::Park)).0, Fault::OutOfStep);
    let evidence = bench.done(Request::Do(Stage::Eject));
    assert_eq!(
        (evidence.place, evidence.last),
        (Place::Empty, LastAnswer::Unknown)
    );
    let (fault, evidence) = bench.fault(Request::Do(Stage::Reject));
    assert_eq!((fault, evidence.place), (Fault::OutOfStep, Place::Empty));
    assert_eq!(evidence.last, LastAnswer::Unknown);
    assert!(bench.texts().iter().all(|text| !text.starts_with('S')));
}

#[test]
fn the_place_before_a_reject_is_asked_in_one_stretch_with_another_question() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.forget();
    assert_eq!(bench.done(Request::Do(Stage::Reject)).place, Place::Empty);
    assert_eq!(bench.sent[0].as_ref(), b"\x1bRlr;p\r\x1bRsn\r");
    assert_eq!(bench.texts().join(" "), "Rlr;p Rsn Rlr;h Ser Rem Rlr;p");
}

#[test]
fn a_refused_reject_is_answered_before_any_question_is_asked() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.forget();
    bench.fake.on("Ser", Does::Says("CARD JAM"));
    let (fault, evidence) = bench.fault(Request::Do(Stage::Reject));
    assert_eq!(fault, Fault::CardJam);
    assert_eq!(evidence.last, LastAnswer::Fault(Fault::CardJam));
    assert_eq!(bench.texts().last(), Some(&"Ser"));
    bench.fake.on("Rlr;h", Does::Says("CARD"));
    bench.forget();
    assert_eq!(bench.fault(Request::Do(Stage::Reject)).0, Fault::RejectFull);
    assert!(!bench.texts().contains(&"Ser"), "a full box is not trusted");
    bench.fake.on("Ser", Does::Says("OK"));
    assert_eq!(bench.fault(Request::Do(Stage::Reject)).0, Fault::CardInside);
}

#[test]
fn an_eject_that_holds_on_is_ended_once() {
    let mut bench = primacy(plain());
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    bench.forget();
    bench.fake.on("Se", Does::Says("OK"));
    assert_eq!(bench.done(Request::Do(Stage::Eject)).place, Place::Empty);
    assert_eq!(
        bench.texts().join(" "),
        "Rlr;p Se Rem Rlr;p Psoe;E Se Rem Rlr;p"
    );
    bench.fake.place = "CARD";
    bench.fake.on("Se", Does::Says("OK"));
    bench.fake.on("Se", Does::Says("OK"));
    assert_eq!(bench.fault(Request::Do(Stage::Eject)).0, Fault::CardInside);
}

#[test]
fn an_error_is_cleared_with_an_empty_path_only() {
    let mut bench = primacy(plain());
    bench.done(Request::Prepare(with_chip()));
    bench.done(Request::Do(Stage::Clear));
    assert_eq!(bench.texts().last(), Some(&"Scs"));
    bench.fake.place = "CARD";
    bench.forget();
    assert_eq!(bench.fault(Request::Do(Stage::Clear)).0, Fault::CardInside);
    assert_eq!(bench.texts(), ["Rlr;p"]);
}

#[test]
fn stages_out_of_turn_are_refused_unsent() {
    let mut bench = primacy(plain());
    assert_eq!(
        bench.ask(Request::Do(Stage::Feed)),
        Answer::Lost,
        "nothing is open"
    );
    bench.done(Request::Prepare(with_chip()));
    bench.forget();
    assert_eq!(
        bench.fault(Request::Do(Stage::Chip)).0,
        Fault::UnknownCommand
    );
    assert_eq!(bench.fault(Request::Do(Stage::Face)).0, Fault::OutOfStep);
    assert_eq!(bench.fault(Request::Do(Stage::Finish)).0, Fault::OutOfStep);
    bench.load_card();
    bench.forget();
    assert_eq!(
        bench.fault(Request::Do(Stage::Finish)).0,
        Fault::OutOfStep,
        "planes are left"
    );
    assert!(bench.sent.is_empty());
}

#[test]
fn a_reset_comes_before_the_next_card_when_planes_may_wait() {
    let options = Options {
        transport: Transport::Usb,
        ..Options::default()
    };
    let mut bench = primacy(options);
    bench.done(Request::Prepare(with_chip()));
    assert_eq!(
        bench.texts()[..4],
        ["Rem", "Rlr;p", "Srs", "Rok"],
        "a fresh life cannot know"
    );
    assert!(bench.now >= Moment::ZERO + Duration::from_secs(5));
    bench.forget();
    bench.load_card();
    assert!(!bench.texts().contains(&"Srs"), "once is enough");
    bench.done(Request::Do(Stage::Reject));
    bench.forget();
    bench.done(Request::Prepare(with_chip()));
    assert!(bench.texts().contains(&"Srs"), "a sequence was abandoned");
    bench.load_card();
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
    bench.done(Request::Do(Stage::Eject));
    bench.forget();
    bench.done(Request::Prepare(with_chip()));
    assert!(
        !bench.texts().contains(&"Srs"),
        "the last sequence was ended"
    );
    bench.done(Request::Listen { after: None });
    bench.fake.place = "CARD";
    bench.forget();
    assert_eq!(
        bench.fault(Request::Prepare(with_chip())).0,
        Fault::CardInside
    );
    assert!(!bench.texts().contains(&"Srs"), "never with a card inside");
}

#[test]
fn a_card_is_not_gone_on_with_where_the_canary_says_that_power_was_lost() {
    // The first question about the mode, before it is set, only looks for the vendor's service. Behind a
    // preparation it is the canary, also where this life has forgotten that it set the mode.
    let mut bench = primacy(plain());
    bench.load_card();
    bench.evolis.link(LinkNews::Down(Channel::Main), bench.now);
    bench.fake.mode = "0 0";
    bench.done(Request::Status);
    bench.forget();
    let image = image(SMALL);
    let (fault, evidence) = bench.fault(Request::Load(image));
    assert_eq!(
        (fault, evidence.place),
        (Fault::SettingRefused, Place::Path)
    );
    for stage in [Stage::Face, Stage::Finish] {
        assert!(matches!(bench.ask(Request::Do(stage)), Answer::Fault(..)));
    }
    assert!(bench.texts().iter().all(|text| text.starts_with('R')));
}

#[test]
fn a_picture_that_was_not_answered_is_not_gone_on_with() {
    for (word, does) in [
        ("Rem", Does::Says("0 0")),
        ("Db;m;128;", Does::Says("ERROR RIBBON")),
        ("Db;m;128;", Does::Mute),
    ] {
        let mut bench = primacy(plain());
        bench.load_card();
        bench.fake.on(word, does);
        assert!(!matches!(
            bench.ask(Request::Do(Stage::Face)),
            Answer::Done(_)
        ));
        bench.forget();
        for stage in [Stage::Face, Stage::Finish] {
            let (fault, _) = bench.fault(Request::Do(stage));
            assert_eq!(fault, Fault::OutOfStep, "{word}");
        }
        assert!(bench.sent.is_empty(), "{word}: half a face is not ended");
    }
}

#[test]
fn a_printer_that_the_vendors_service_rules_is_left_as_it_is() {
    let mut bench = primacy(Options::default());
    bench.fake.mode = "38 38";
    let (fault, _) = bench.fault(Request::Prepare(with_chip()));
    assert_eq!(fault, Fault::ForeignService);
    assert_eq!(
        bench.texts(),
        ["Rem"],
        "nothing is set and nothing is reset"
    );
}

#[test]
fn status_asks_and_touches_nothing() {
    let mut bench = primacy(plain());
    bench.fake.feeder = false;
    bench.done(Request::Status);
    let Event::Status(status) = &bench.events[1] else {
        panic!("{:?}", bench.events);
    };
    assert_eq!(status.faults, [Fault::FeederEmpty]);
    assert_eq!(status.evidence.ribbon_left, Some(187));
    assert!(bench.texts().iter().all(|text| text.starts_with('R')));
    bench.forget();
    assert_eq!(bench.done(Request::Status).ribbon_left, Some(187));
    assert!(
        !bench.texts().contains(&"Rrt;count"),
        "the ribbon's chip is spared"
    );
    bench.now = bench.now + Duration::from_secs(3600);
    bench.done(Request::Status);
    assert!(bench.texts().contains(&"Rrt;count"));
}

#[test]
fn an_ended_ribbon_is_asked_about_until_it_is_changed() {
    let mut bench = primacy(plain());
    bench.fake.on("Rrt;count", Does::Says("0"));
    let told = |bench: &mut Bench| {
        bench.events.clear();
        bench.done(Request::Status);
        // The first time the link came up before it.
        let [.., Event::Status(status), Event::Answered(_)] = bench.events.as_slice() else {
            panic!("{:?}", bench.events);
        };
        status.faults.clone()
    };
    assert_eq!(told(&mut bench), [Fault::RibbonEnd]);
    // The hour in which the chip is spared would hide the new ribbon, and the printer would stand still.
    assert_eq!(told(&mut bench), []);
}

#[test]
fn identity_is_told_item_by_item() {
    let mut bench = primacy(plain());
    bench.fake.on("Rtp", Does::Says("Evolis Primacy"));
    bench.fake.on("Rfv", Does::Says("ERROR CDE"));
    bench.fake.on("Rr", Does::Says("ymcko"));
    let inferred = |text: &str| Told::Inferred(text.to_owned());
    let told = |text: &str| Told::Told(text.to_owned());
    let identified = |bench: &mut Bench| {
        bench.done(Request::Identify);
        let told = bench.events.iter().find_map(|event| match event {
            Event::Identity(identity) => Some(identity.clone()),
            Event::Up | Event::Answered(_) | Event::Fault(_) | Event::Status(_) | Event::Lost => {
                None
            }
        });
        bench.events.clear();
        told.expect("it says who it is")
    };
    let first = Identity {
        maker: inferred("Evolis"),
        model: told("Evolis Primacy"),
        other_model: false,
        serial: told("P00000012345"),
        firmware: Told::NotAskable,
        ribbon: told("ymcko"),
    };
    assert_eq!(identified(&mut bench), first);
    bench.fake.on("Rtp", Does::Says("Evolis Dualys 3"));
    let other = identified(&mut bench);
    assert!(other.other_model, "{other:?}");
    bench.fake.on("Rtp", Does::Says("ERROR CDE"));
    assert_eq!(
        identified(&mut bench).model,
        told("Evolis Dualys 3"),
        "told once is known"
    );
}

#[test]
fn a_second_request_is_busy() {
    let mut bench = primacy(plain());
    bench.evolis.ask(Request::Status, bench.now).unwrap();
    assert_eq!(bench.evolis.ask(Request::Status, bench.now), Err(Busy));
}

#[test]
fn capabilities_are_the_models_row() {
    let bench = primacy(plain());
    let capabilities = bench.evolis.capabilities();
    assert_eq!(capabilities.stages.len(), 8);
    assert_eq!(capabilities.face_begins, Stage::Face);
    assert!(capabilities.hold && capabilities.reject && capabilities.contactless);
    assert!(!capabilities.duplex && !capabilities.off_first);
}
