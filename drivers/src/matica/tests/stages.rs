//! Each stage while the printer answers, and each refusal.

use super::bench::*;
use super::fake::*;
use crate::contract::*;
use crate::matica::{Options, Position};

#[test]
fn a_card_without_chip_goes_its_way() {
    let mut bench = plain(XID9300);
    let baseline = bench.done(Request::Prepare(setup(false)));
    assert_eq!(baseline.place, Place::Empty);
    assert_eq!(baseline.unit.as_deref(), Some("XID580i/PRINTER01/-"));
    assert_eq!((baseline.cards, baseline.panels), (None, None));
    assert_eq!(baseline.feeder_filled, Some(true));
    let fed = bench.done(Request::Do(Stage::Feed));
    assert_eq!(fed.place, Place::Path);
    bench.done(Request::Load(image(1)));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    let face = bench.on_film();
    let finished = bench.done(Request::Do(Stage::Finish));
    assert_eq!(finished.place, Place::Empty);
    assert_eq!(finished.last, LastAnswer::Ok);
    assert_eq!(bench.fake.fused, [face]);
    assert_eq!(
        bench.texts(),
        [
            "02020000", "plane 1", "plane 2", "plane 4", "plane 8", "0602000F", "02020000",
            "07020005", "02020000"
        ]
    );
    assert_eq!(bench.closes, 1, "the job ends with its card");
}

#[test]
fn a_card_with_a_chip_goes_by_the_station_and_its_antenna() {
    let mut bench = plain(XID8600);
    let baseline = bench.done(Request::Prepare(setup(true)));
    assert_eq!(baseline.cards, Some(117));
    bench.forget();
    let fed = bench.done(Request::Do(Stage::Feed));
    assert_eq!(fed.place, Place::Contactless);
    assert_eq!(bench.texts(), ["04020002", "0A021000", "02020000"]);
    bench.forget();
    let parked = bench.done(Request::Do(Stage::Park));
    assert_eq!(parked.place, Place::Path);
    assert_eq!(
        bench.texts(),
        ["02020000", "0A025000", "05028000", "02020000"]
    );
    bench.done(Request::Load(image(1)));
    bench.done(Request::Do(Stage::Face));
    let finished = bench.done(Request::Do(Stage::Finish));
    assert_eq!(finished.cards, Some(118));
    // A status level is no evidence: it may step between two readings.
    assert_eq!(finished.ribbon_left, None);
}

#[test]
fn the_second_card_opens_a_job_of_its_own_and_winds_its_own_film() {
    let mut bench = plain(XID8600);
    for person in 1..4 {
        bench.film_card(person == 2, person);
        bench.done(Request::Do(Stage::Finish));
    }
    assert_eq!(bench.fake.starts.len(), 3);
    assert_eq!(bench.fake.fused.len(), 3);
    assert!(
        bench.fake.fused[0] != bench.fake.fused[1] && bench.fake.fused[1] != bench.fake.fused[2]
    );
}

#[test]
fn an_antenna_at_the_print_position_needs_no_move_and_no_second_film() {
    let options = Options {
        station: Position::Print,
        ..Options::default()
    };
    let mut bench = bench(XID9300, options);
    bench.done(Request::Prepare(setup(true)));
    bench.forget();
    assert_eq!(
        bench.done(Request::Do(Stage::Feed)).place,
        Place::Contactless
    );
    bench.done(Request::Do(Stage::Park));
    assert_eq!(
        bench.texts(),
        ["04028000", "0A021000", "02020000", "02020000", "0A025000"]
    );
    bench.done(Request::Load(image(1)));
    bench.done(Request::Do(Stage::Face));
    bench.done(Request::Do(Stage::Finish));
}

#[test]
fn park_of_a_card_that_is_there_already_does_nothing() {
    let mut bench = plain(XID9300);
    bench.load_card(false, 1);
    bench.forget();
    bench.done(Request::Do(Stage::Park));
    assert!(!bench.texts().iter().any(|text| text.starts_with("05")));
}

#[test]
fn only_the_planes_with_content_are_sent_and_printed() {
    let mut bench = plain(XID9300);
    let mut picture = (*image(1)).clone();
    picture.front.colour = None;
    bench.done(Request::Prepare(setup(false)));
    bench.done(Request::Do(Stage::Feed));
    bench.done(Request::Load(std::sync::Arc::new(picture.clone())));
    bench.forget();
    bench.done(Request::Do(Stage::Face));
    assert_eq!(bench.texts(), ["02020000", "plane 8", "06020008"]);
    picture.front.resin = BitPlane::clear(SMALL.0, SMALL.1);
    let blank = bench.fault(Request::Load(std::sync::Arc::new(picture)));
    assert_eq!(blank.0, Fault::BadParameter);
}

#[test]
fn what_a_load_would_be_pointless_with_is_refused_before_it() {
    let refused = |prepare: fn(&mut Fake)| {
        let mut bench = plain(XID9300);
        prepare(&mut bench.fake);
        let (fault, _) = bench.fault(Request::Prepare(setup(false)));
        assert!(!bench.texts().iter().any(|text| text.starts_with("04")));
        fault
    };
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0002_D000)),
        Fault::FeederEmpty
    );
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0002_D100)),
        Fault::CoverOpen
    );
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0042_A200)),
        Fault::FilmEnd
    );
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0003_B200)),
        Fault::RibbonEnd
    );
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0003_9300)),
        Fault::CardJam
    );
    assert_eq!(
        refused(|fake| fake.standing = Some(0x0002_DA00)),
        Fault::NotReady
    );
    assert_eq!(refused(|fake| fake.place = Some(2)), Fault::CardInside);
    assert_eq!(refused(|fake| fake.model = "XID8600"), Fault::OtherUnit);
}

#[test]
fn a_printer_that_warms_up_is_waited_for() {
    let mut bench = plain(XID9300);
    bench
        .fake
        .ready_script
        .extend([0x0006_2900, 0x0002_DB00, 0x0002_DA00, 0x0002_D300]);
    // The script answers 01 only; the attention comes by it too.
    let began = bench.now;
    let baseline = bench.done(Request::Prepare(setup(false)));
    assert_eq!(
        baseline.power,
        Power::Unknown,
        "before a card nothing is in question"
    );
    assert!(bench.now.since(began).as_millis() >= 600);
}

#[test]
fn without_its_counter_the_600_dpi_model_begins_no_card() {
    let mut bench = plain(XID8600);
    bench.fake.udp_dead = true;
    assert!(matches!(
        bench.ask(Request::Prepare(setup(false))),
        Answer::Silent { .. }
    ));
    assert_eq!(
        bench.texts().iter().filter(|text| **text == "udp").count(),
        3
    );
    let mut bench = plain(XID8600);
    bench.no_status = true;
    assert!(matches!(
        bench.ask(Request::Prepare(setup(false))),
        Answer::Silent { .. }
    ));
}

#[test]
fn a_lost_datagram_is_asked_for_again() {
    let mut bench = plain(XID8600);
    bench.fake.on("udp", Does::Nothing);
    bench.fake.on(
        "udp",
        Does::Raw(unhex("F1000600 00000003 00000000 00000002 1FFF0400")),
    );
    assert_eq!(bench.done(Request::Prepare(setup(false))).cards, Some(117));
}

#[test]
fn what_follows_a_torn_datagram_is_not_heard_however_it_is_cut() {
    // No length, and behind it an answer to the first question that tells nothing.
    let torn = "FFFFFFFF FFFFFFFF F1000600 00000002 00000000 00000001";
    for cuts in [vec![], vec![1]] {
        let mut bench = plain(XID8600);
        bench.cuts = cuts;
        bench.fake.on("udp", Does::Raw(unhex(torn)));
        assert_eq!(bench.done(Request::Prepare(setup(false))).cards, Some(117));
    }
}

#[test]
fn a_counter_that_lags_is_looked_at_again() {
    let mut bench = plain(XID8600);
    bench.film_card(false, 1);
    bench.fake.lag = 2;
    assert_eq!(bench.done(Request::Do(Stage::Finish)).cards, Some(118));
    bench.film_card(false, 2);
    bench.fake.lag = 99;
    assert_eq!(bench.done(Request::Do(Stage::Finish)).cards, Some(118));
}

#[test]
fn an_empty_hopper_and_a_jam_in_it_are_told_apart() {
    for (sense, told) in [
        (0x0002_D000, Fault::FeederEmpty),
        (0x0003_9000, Fault::FeederJam),
    ] {
        let mut bench = plain(XID9300);
        bench.done(Request::Prepare(setup(false)));
        bench.fake.on("04028000", Does::Refuses(sense));
        let (fault, evidence) = bench.fault(Request::Do(Stage::Feed));
        assert_eq!(fault, told);
        assert_eq!(evidence.last, LastAnswer::Fault(told));
        assert_eq!(evidence.place, Place::Empty);
        assert_eq!(bench.listen(Stage::Feed).last, evidence.last);
        assert_eq!(bench.examine().last, evidence.last);
    }
}

#[test]
fn a_jam_on_the_way_is_told_and_said_again_by_examine() {
    let mut bench = plain(XID9300);
    bench.film_card(false, 1);
    bench.fake.on("07020005", Does::Refuses(0x0003_9500));
    bench.fake.standing = Some(0x0003_9500);
    let (fault, evidence) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!((fault, evidence.place), (Fault::CardJam, Place::Path));
    bench.listen(Stage::Finish);
    let (fault, evidence) = bench.fault(Request::Examine {
        apart: std::time::Duration::from_secs(15),
    });
    assert_eq!(fault, Fault::CardJam);
    assert!(evidence.settled);
}

#[test]
fn a_transfer_that_failed_and_an_empty_path_contradict() {
    let mut bench = plain(XID8600);
    bench.film_card(false, 1);
    bench.fake.on("07020005", Does::Fails(0x0004_F100));
    let (fault, _) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!(fault, Fault::MechanicalTimeout);
    assert!(bench.events.contains(&Event::Fault(Fault::Hardware)));
}

#[test]
fn a_card_that_does_not_leave_is_no_finished_card() {
    let mut bench = plain(XID9300);
    bench.film_card(false, 1);
    let stays = unhex("F1000100 00000002 00000000");
    let sequence = bench.sent.last().unwrap()[12..16].to_vec();
    let number = u32::from_be_bytes(sequence.try_into().unwrap()) + 2;
    bench.fake.on(
        "07020005",
        Does::Raw([stays, number.to_be_bytes().to_vec()].concat()),
    );
    let (fault, evidence) = bench.fault(Request::Do(Stage::Finish));
    assert_eq!((fault, evidence.place), (Fault::CardInside, Place::Path));
}

#[test]
fn a_refused_plane_stops_the_face_before_the_film_is_printed() {
    let mut bench = plain(XID9300);
    bench.load_card(false, 1);
    bench.fake.on("plane 2", Does::Refuses(0x0005_1A00));
    let (fault, evidence) = bench.fault(Request::Do(Stage::Face));
    assert_eq!((fault, evidence.place), (Fault::BadParameter, Place::Path));
    assert!(!bench.texts().iter().any(|text| text.starts_with("06")));
    assert!(bench.fake.film_fresh);
}

#[test]
fn a_reject_goes_by_the_side_exit_and_never_without_a_card() {
    let mut bench = plain(XID9300);
    bench.done(Request::Prepare(setup(true)));
    bench.done(Request::Do(Stage::Feed));
    bench.forget();
    let rejected = bench.done(Request::Do(Stage::Reject));
    assert_eq!(rejected.place, Place::Empty);
    assert_eq!(
        bench.texts(),
        ["02020000", "0A025000", "05020004", "02020000"]
    );
    bench.done(Request::Prepare(setup(true)));
    bench.forget();
    let (fault, _) = bench.fault(Request::Do(Stage::Reject));
    assert_eq!(fault, Fault::OutOfStep);
    assert_eq!(bench.texts(), ["02020000"]);
}

#[test]
fn an_antenna_that_was_not_on_does_not_stop_a_reject() {
    let mut bench = plain(XID9300);
    bench.fake.place = Some(0);
    bench.listen(Stage::Face);
    bench.fake.on("0A025000", Does::Refuses(0x0005_2A00));
    assert_eq!(bench.done(Request::Do(Stage::Reject)).place, Place::Empty);
}

#[test]
fn clearing_initialises_only_an_empty_path_with_something_that_stands() {
    let mut bench = plain(XID9300);
    bench.done(Request::Do(Stage::Clear));
    assert!(!bench.texts().contains(&"03020000"), "nothing stands");
    bench.fake.standing = Some(0x0003_9300);
    bench.done(Request::Do(Stage::Clear));
    assert!(bench.texts().contains(&"03020000"));
    bench.forget();
    bench.fake.standing = Some(0x0002_FD00);
    bench.done(Request::Do(Stage::Clear));
    assert!(bench.texts().contains(&"03020000"), "it sleeps");
    bench.forget();
    bench.fake.standing = Some(0x0002_D100);
    assert_eq!(bench.fault(Request::Do(Stage::Clear)).0, Fault::CoverOpen);
    bench.fake.standing = Some(0x0003_9300);
    bench.fake.place = Some(3);
    assert_eq!(bench.fault(Request::Do(Stage::Clear)).0, Fault::CardInside);
    assert!(!bench.texts().contains(&"03020000"));
}

#[test]
fn stages_that_a_model_does_not_order_apart_are_refused() {
    let mut bench = plain(XID9300);
    bench.done(Request::Prepare(setup(false)));
    for stage in [Stage::Chip, Stage::Eject] {
        assert_eq!(bench.fault(Request::Do(stage)).0, Fault::UnknownCommand);
    }
    assert_eq!(bench.fault(Request::AwaitRestart).0, Fault::OptionAbsent);
    for beyond in [
        Setup {
            duplex: true,
            ..setup(false)
        },
        Setup {
            hold: true,
            ..setup(false)
        },
    ] {
        assert_eq!(bench.fault(Request::Prepare(beyond)).0, Fault::OptionAbsent);
    }
}

#[test]
fn a_held_card_is_ejected_apart_or_by_the_side_exit_which_is_told() {
    let held = Setup {
        hold: true,
        ..setup(false)
    };
    for refused in [false, true] {
        let mut bench = with_bench(XID8600, &[BenchFlag::HoldsAtPrintPosition]);
        assert!(bench.matica.capabilities().hold);
        bench.done(Request::Prepare(held));
        bench.done(Request::Do(Stage::Feed));
        bench.done(Request::Load(image(1)));
        bench.done(Request::Do(Stage::Face));
        let finished = bench.done(Request::Do(Stage::Finish));
        assert_eq!(finished.place, Place::Path);
        bench.forget();
        if refused {
            bench.fake.on("05020005", Does::Refuses(0x0005_2A00));
        }
        assert_eq!(bench.done(Request::Do(Stage::Eject)).place, Place::Empty);
        let told = bench
            .events
            .contains(&Event::Fault(Fault::GoodCardInReject));
        assert_eq!(told, refused);
        assert_eq!(bench.texts().contains(&"05020004"), refused);
        // Never into an empty path, and never a second transfer.
        bench.listen(Stage::Eject);
        bench.forget();
        assert_eq!(bench.done(Request::Do(Stage::Eject)).place, Place::Empty);
        assert_eq!(bench.texts(), ["02020000"]);
    }
}

#[test]
fn status_and_identity_are_told_without_a_motion() {
    let mut bench = plain(XID8600);
    bench.fake.hopper = 0;
    bench.done(Request::Status);
    let Some(Event::Status(status)) = bench
        .events
        .iter()
        .find(|event| matches!(event, Event::Status(_)))
    else {
        panic!("no status");
    };
    assert_eq!(status.faults, [Fault::FeederEmpty]);
    assert_eq!(status.evidence.ribbon_left, Some(720));
    assert_eq!(bench.texts(), ["udp"], "a connection would be a job");
    bench.done(Request::Identify);
    let Some(Event::Identity(identity)) = bench.events.iter().rev().nth(1) else {
        panic!("no identity: {:?}", bench.events);
    };
    assert_eq!(identity.model, Told::Told("XID8600".to_owned()));
    assert_eq!(identity.ribbon, Told::Told("YMCKK".to_owned()));
    assert!(!identity.other_model);
    let mut bench = plain(XID9300);
    bench.fake.standing = Some(0x0002_D100);
    let evidence = bench.done(Request::Status);
    assert_eq!(
        (evidence.place, evidence.lid_open),
        (Place::Empty, Some(true))
    );
    assert_eq!(bench.closes, 1);
    bench.fake.place = Some(2);
    assert_eq!(bench.done(Request::Status).place, Place::Contactless);
    assert_eq!(bench.closes, 1, "with a card inside nothing is closed");
}
