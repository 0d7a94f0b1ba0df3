//! Errors that hide: one that was cleared, one that another hand's OK ended, one that counters run ahead of.

use super::*;
use crate::magicard::room::see_to_it;

/// A card up to its page's end, and what was told.
fn told(duet: &mut Duet, image: &Arc<CardImage>) -> (Case, Fault) {
    let baseline = duet.done(prepare());
    duet.done(Request::Load(Arc::clone(image)));
    duet.done(Request::Do(Stage::Face));
    let (fault, _) = duet.fault(Request::Do(Stage::Finish));
    let case = Case {
        after: Stage::Finish,
        baseline,
        panels: 5,
        heard: Some(fault.clone()),
        listened: true,
        cleared: false,
        ok_pressed: false,
    };
    (case, fault)
}

fn status(duet: &mut Duet) -> Status {
    let earlier = duet.news.len();
    duet.done(Request::Status);
    let told = duet.news[earlier..].iter().find_map(|event| match event {
        Event::Status(status) => Some(status.clone()),
        Event::Up | Event::Answered(_) | Event::Fault(_) | Event::Identity(_) | Event::Lost => None,
    });
    told.unwrap()
}

/// No value of either language tells of the hopper: 11:01 is the only word of it, and it is gone when it is cleared.
#[test]
fn a_cleared_error_is_in_no_status_and_the_empty_hopper_is_found_by_the_next_page() {
    let image = Arc::new(picture(1));
    let mut duet = Make::new("magicard-enduro").duet();
    duet.hand(Hand::Unload);
    let (mut case, fault) = told(&mut duet, &image);
    assert_eq!(fault, Fault::FeederEmpty);
    let latched = status(&mut duet);
    assert_eq!(latched.faults, [Fault::FeederEmpty]);
    assert_eq!(latched.evidence.feeder_filled, Some(false));

    let verdict = look_into(&mut duet, &mut case, "an empty hopper");
    assert_eq!((verdict, case.cleared), (Verdict::Go(Point::Before), true));
    let cleared = status(&mut duet);
    assert_eq!(cleared.faults, []);
    assert_eq!(cleared.evidence.feeder_filled, None, "nobody knows");
    assert_eq!(duet.firmware.port_status(), 0x18);
    assert_eq!(duet.firmware.mechanism().hopper().len(), 0, "it still is");

    // Whoever goes on before a hand has come meets it again, and no card is the worse for it.
    let (case, fault) = told(&mut duet, &image);
    assert_eq!(fault, Fault::FeederEmpty);
    all(&mut duet, &[Do::LOAD]);
    let verdict = see_to_it(&mut duet, case, colour(), &image, "once more");
    assert_eq!(verdict, Verdict::Go(Point::Before));
}

/// OK may print the page once more: nobody presses it for us, and where somebody does, a person looks.
#[test]
fn ok_at_the_panel_after_a_card_that_stuck_on_its_way_out_is_asked_about() {
    for (model, transport) in [
        ("magicard-enduro", Transport::Usb),
        ("magicard-enduro", Transport::Tcp),
        ("magicard-rio2", Transport::Usb),
    ] {
        let image = Arc::new(picture(1));
        let mut make = Make::new(model).over(transport).ymcko();
        make.plan = struck(Step::Eject, 500, Strike::Jam);
        let mut duet = make.duet();
        let (mut case, _) = told(&mut duet, &image);
        duet.hand(Hand::ClearJam);
        duet.hand(Hand::Press { button: Button::Ok });
        duet.pass(LONG);
        assert_eq!(
            good(&duet, &image),
            2,
            "{model}: one in hand, one in the tray"
        );
        let verdict = look_into(&mut duet, &mut case, model);
        assert_eq!(verdict, Verdict::Ask, "{model}");
    }
}

/// Cancel goes out for the error that the verdict rested on, never for another one or for none.
#[test]
fn a_hand_that_clears_it_first_is_noticed_before_cancel_goes_out() {
    let image = Arc::new(picture(1));
    let mut duet = Make::new("magicard-enduro").duet();
    duet.hand(Hand::Unload);
    told(&mut duet, &image);
    duet.done(Request::Listen {
        after: Some(Stage::Finish),
    });
    let apart = std::time::Duration::from_secs(60);
    let (fault, _) = duet.fault(Request::Examine { apart });
    assert_eq!(fault, Fault::FeederEmpty);
    all(&mut duet, &[Do::LOAD]);
    duet.hand(Hand::Press { button: Button::Ok });
    duet.records = true;
    assert_eq!(duet.fault(Request::Do(Stage::Clear)).0, Fault::OutOfStep);
    let heard = String::from_utf8_lossy(&duet.heard_by_printer).into_owned();
    assert!(!heard.contains("CAN"), "{heard}");
    duet.pass(LONG);
    assert_eq!(good(&duet, &image), 1, "the hand's OK printed it");
}

/// Counters may move as a card is drawn and as a panel begins: then they are whole while the overcoat is still to come,
/// and only an error tells that it never did.
#[test]
fn an_error_behind_counters_that_run_ahead_is_heard_on_every_link() {
    for (model, transport) in [
        ("magicard-enduro", Transport::Usb),
        ("magicard-enduro", Transport::Tcp),
        ("magicard-rio2", Transport::Usb),
        ("magicard-rio2", Transport::Tcp),
    ] {
        for strike in [Strike::Jam, Strike::LidOpens] {
            let image = Arc::new(picture(1));
            let mut make = Make::new(model).over(transport).ymcko();
            make.switches.cards_count = CardsCount::Feed;
            make.switches.panels_count_at_end = false;
            make.plan = struck(Step::Panel(4), 500, strike);
            let mut duet = make.duet();
            let (case, fault) = told(&mut duet, &image);
            assert_ne!(fault, Fault::FeederEmpty, "{model} over {transport:?}");
            duet.assert_card(1, duet.card(1).place, Looks::Part);
            let verdict = see_to_it(&mut duet, case, colour(), &image, model);
            assert_eq!(verdict, Verdict::Ask, "{model} over {transport:?}");
        }
    }
}

/// A socket tells no port byte, and a Rio that does not know the question tells no error: a card that its counters call
/// whole may be stuck.
#[test]
fn counters_alone_are_no_end_of_a_card() {
    let image = Arc::new(picture(1));
    let mut duet = Make::new("magicard-rio2")
        .over(Transport::Tcp)
        .ymcko()
        .duet();
    duet.twist = Some(Box::new(|answer| {
        let is_text = answer.ends_with(b")\x03");
        let answer = if is_text { Vec::new() } else { answer };
        vec![(std::time::Duration::ZERO, answer)]
    }));
    duet.done(prepare());
    duet.done(Request::Load(Arc::clone(&image)));
    duet.done(Request::Do(Stage::Face));
    let answer = duet.ask(Request::Do(Stage::Finish));
    assert!(matches!(answer, Answer::Silent { .. }), "{answer:?}");
    assert_eq!(
        good(&duet, &image),
        1,
        "it is in the tray, and a person looks"
    );
}
