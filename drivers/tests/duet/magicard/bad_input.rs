//! A printer that answers the wrong question, late, twice, with a flood or with half an answer, that is another model,
//! resets its counters, or says that it is ready with a card inside: what is told, and that nothing prints twice.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::Transport;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::magicard::PageWithCardInside;
use cetak_firmware_sims::mechanism::{Blank, CardPlace, Looks};
use proptest::prelude::*;

use super::bench::{Duet, Make};
use super::cards::{check, colour, picture};
use super::room::{Case, LONG, Trouble, good, look_into, print, see_to_it};
use crate::bench::Twist;

/// Both languages over both links.
const PRINTERS: [(&str, Transport); 4] = [
    ("magicard-enduro", Transport::Usb),
    ("magicard-enduro", Transport::Tcp),
    ("magicard-rio2", Transport::Usb),
    ("magicard-rio2", Transport::Tcp),
];
/// Panels of one side in colour.
const PANELS: u64 = 5;

fn at_once(answer: Vec<u8>) -> Vec<(Duration, Vec<u8>)> {
    vec![(Duration::ZERO, answer)]
}

/// Three cards of three pictures in a row under such a line, each seen to on a sound one until there is one good one.
/// Gives how many needed no second look.
fn three_cards(duet: &mut Duet, twist: &dyn Fn() -> Twist, about: &str) -> usize {
    let mut smooth = 0;
    for salt in 0..3 {
        let image = Arc::new(picture(salt));
        let about = format!("{about}, card {salt}");
        duet.twist = Some(twist());
        let printed = print(duet, colour(), &image, PANELS);
        duet.twist = None;
        match printed {
            Ok(()) => smooth += 1,
            Err(Trouble::Before(_)) => {
                duet.pass(Duration::from_secs(30));
                check(duet, colour(), &image);
            }
            Err(Trouble::Doubt(case)) => {
                see_to_it(duet, case, colour(), &image, &about);
            }
        }
        assert_eq!(good(duet, &image), 1, "{about}");
    }
    smooth
}

#[test]
fn an_answer_to_another_question_is_no_answer() {
    for (model, transport) in PRINTERS {
        let others: [&[u8]; 4] = [
            b"\x01STAPrinter status OK.\n00:00\n(c0300)\x03",
            b"\x01STA,FDC25,\x03",
            b"\x01STA$$,\x03",
            b"END\x03",
        ];
        for other in others {
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            duet.twist = Some(Box::new(move |_| at_once(other.to_vec())));
            let answer = duet.ask(Request::Prepare(colour()));
            let waited = Duration::from_secs(2);
            let silent = Answer::Silent { waited };
            let nothing_in_it = Answer::Fault(Fault::OutOfStep, Evidence::default());
            let told = answer == silent || answer == nothing_in_it;
            assert!(told, "{model}: {answer:?}");
            duet.twist = None;
            assert_eq!(duet.firmware.mechanism().picked(), 0);
            check(&mut duet, colour(), &picture(1));

            // And when the page is on its way.
            let image = Arc::new(picture(2));
            let baseline = duet.done(Request::Prepare(colour()));
            duet.done(Request::Load(Arc::clone(&image)));
            duet.done(Request::Do(Stage::Face));
            duet.twist = Some(Box::new(move |_| at_once(other.to_vec())));
            let answer = duet.ask(Request::Do(Stage::Finish));
            assert!(
                matches!(answer, Answer::Silent { .. }),
                "{model}: {answer:?}"
            );
            duet.twist = None;
            let case = Case {
                after: Stage::Finish,
                baseline,
                panels: PANELS,
                heard: None,
                listened: false,
                cleared: false,
                ok_pressed: false,
            };
            let verdict = see_to_it(&mut duet, case, colour(), &image, model);
            assert_eq!(verdict, Verdict::Ask, "{model}");
        }
    }
}

#[test]
fn answers_that_come_late_are_no_other_cards() {
    for (model, transport) in PRINTERS {
        for delay in [500, 1900, 2100, 3000, 5000, 10_000] {
            let takes = Duration::from_millis(delay);
            let late = move || -> Twist { Box::new(move |answer| vec![(takes, answer)]) };
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            let about = format!("{delay} ms late, {model} over {transport:?}");
            let smooth = three_cards(&mut duet, &late, &about);
            if delay < 2000 {
                assert_eq!(smooth, 3, "{about}: within their time");
            }
        }
    }
}

#[test]
fn answers_that_come_twice_are_no_other_cards() {
    for (model, transport) in PRINTERS {
        for again in [0, 100, 1000, 2500, 40_000] {
            let later = Duration::from_millis(again);
            let twice = move || -> Twist {
                Box::new(move |answer| vec![(Duration::ZERO, answer.clone()), (later, answer)])
            };
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            let about = format!("again after {again} ms, {model} over {transport:?}");
            assert_eq!(three_cards(&mut duet, &twice, &about), 3, "{about}");
        }
    }
}

#[test]
fn a_flood_around_each_answer_is_skipped() {
    let floods: [Vec<u8>; 4] = [
        vec![0; 50_000],
        vec![0x01; 50_000],
        [b"\x01STA".as_slice(), &[b'x'; 50_000]].concat(),
        b"\x01STA,FDC25,\x03".repeat(3000),
    ];
    for (model, transport) in PRINTERS {
        for (number, flood) in floods.iter().enumerate() {
            let flood = flood.clone();
            let around = move || -> Twist {
                let flood = flood.clone();
                Box::new(move |answer| at_once([&flood, answer.as_slice(), &flood].concat()))
            };
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            let about = format!("flood {number}, {model} over {transport:?}");
            assert_eq!(three_cards(&mut duet, &around, &about), 3, "{about}");
        }
    }
}

#[test]
fn a_printer_that_stops_in_mid_answer_is_asked_again() {
    for (model, transport) in PRINTERS {
        for at in 0..190 {
            let mut first = true;
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            duet.twist = Some(Box::new(move |answer| {
                let whole = !std::mem::take(&mut first);
                let keeps = if whole {
                    answer.len()
                } else {
                    at.min(answer.len() - 1)
                };
                at_once(answer[..keeps].to_vec())
            }));
            check(&mut duet, colour(), &picture(1));
        }
        // And where it always does, nothing is learnt and nothing moves.
        let mut duet = Make::new(model).over(transport).ymcko().duet();
        duet.twist = Some(Box::new(|answer| {
            at_once(answer[..answer.len() / 2].to_vec())
        }));
        let waited = Duration::from_secs(2);
        let answer = duet.ask(Request::Prepare(colour()));
        assert_eq!(answer, Answer::Silent { waited }, "{model}");
        assert_eq!(duet.firmware.mechanism().picked(), 0);
    }
}

#[test]
fn a_printer_of_another_language_or_model_is_told_and_nothing_moves() {
    for (told, really) in [
        ("magicard-enduro", "magicard-rio2"),
        ("magicard-rio2", "magicard-enduro"),
        ("magicard-enduro", "magicard-alto"),
    ] {
        let mut make = Make::new(told);
        make.really(really);
        let mut duet = make.duet();
        let waited = Duration::from_secs(2);
        for request in [
            Request::Status,
            Request::Identify,
            Request::Prepare(colour()),
        ] {
            let name = request.name();
            let answer = duet.ask(request);
            assert_eq!(answer, Answer::Silent { waited }, "{name} of {told}");
        }
        let refused = duet.fault(Request::Load(Arc::new(picture(1)))).0;
        assert_eq!(refused, Fault::OutOfStep);
        assert_eq!(duet.firmware.mechanism().picked(), 0);
    }
    let mut make = Make::new("magicard-enduro");
    make.really("magicard-enduro-plus");
    let mut duet = make.duet();
    duet.done(Request::Identify);
    let other = duet.news.iter().any(|event| match event {
        Event::Identity(identity) => identity.other_model,
        Event::Up | Event::Answered(_) | Event::Fault(_) | Event::Status(_) | Event::Lost => false,
    });
    assert!(other, "it says that it is an Enduro+");
}

/// One value of each answer that has it, put in another's place.
fn edited(at: usize, value: &'static str, key: &'static str) -> Twist {
    Box::new(move |answer| {
        let text = String::from_utf8(answer.clone()).unwrap();
        if let Some(values) = text.strip_prefix("\x01STA$$") {
            let mut values: Vec<&str> = values.split(',').collect();
            values[at] = value;
            return at_once(format!("\x01STA$${}", values.join(",")).into_bytes());
        }
        let of_key = text
            .strip_prefix("\x01STA,")
            .is_some_and(|rest| rest.starts_with(key));
        if of_key {
            return at_once(format!("\x01STA,{key}{value},\x03").into_bytes());
        }
        at_once(answer)
    })
}

#[test]
fn counters_that_are_reset_prove_no_card_and_cost_none() {
    for (model, transport) in PRINTERS {
        for (number, key) in [(9, "TCQ"), (11, "TPQ")] {
            let mut duet = Make::new(model).over(transport).ymcko().duet();
            check(&mut duet, colour(), &picture(1));
            check(&mut duet, colour(), &picture(2));
            // Before the page: what was prepared is not what is there.
            duet.done(Request::Prepare(colour()));
            duet.twist = Some(edited(number, "0", key));
            let load = || Request::Load(Arc::new(picture(3)));
            assert_eq!(duet.fault(load()).0, Fault::OutOfStep, "{model} {key}");
            // In the card: one that is not counted is looked for by a person.
            duet.twist = None;
            let image = Arc::new(picture(3));
            let baseline = duet.done(Request::Prepare(colour()));
            duet.done(load());
            duet.done(Request::Do(Stage::Face));
            duet.twist = Some(edited(number, "0", key));
            let answer = duet.ask(Request::Do(Stage::Finish));
            let case = Case {
                after: Stage::Finish,
                baseline,
                panels: PANELS,
                heard: None,
                listened: true,
                cleared: false,
                ok_pressed: false,
            };
            if let Answer::Done(told) = &answer {
                assert!(!case.is_whole(told), "{model} {key}: {told:?}");
            }
            let verdict = look_into(&mut duet, &mut case.clone(), model);
            assert_eq!(verdict, Verdict::Ask, "{model} {key}");
            duet.twist = None;
            duet.pass(LONG);
            assert_eq!(good(&duet, &image), 1, "{model} {key}: it is in the tray");
        }
    }
}

#[test]
fn a_printer_that_is_ready_with_a_card_inside_takes_it_or_jams_and_makes_one() {
    for (model, transport) in PRINTERS {
        for inside in [PageWithCardInside::TakesIt, PageWithCardInside::Jams] {
            let image = Arc::new(picture(1));
            let mut make = Make::new(model).over(transport).ymcko();
            make.switches.page_with_card_inside = inside;
            let mut duet = make.duet();
            duet.hand(Hand::OpenLid);
            duet.hand(Hand::PutBlank {
                blank: Blank::default(),
            });
            duet.hand(Hand::CloseLid);
            assert_eq!(duet.firmware.port_status(), 0x18, "it says nothing of it");
            let printed = print(&mut duet, colour(), &image, PANELS);
            let about = format!("{inside:?}, {model} over {transport:?}");
            match (inside, printed) {
                (PageWithCardInside::TakesIt, Ok(())) => {
                    assert_eq!(duet.firmware.mechanism().picked(), 0, "{about}");
                    duet.assert_card(9, CardPlace::Output, Looks::Whole);
                }
                (PageWithCardInside::Jams, Err(Trouble::Doubt(case))) => {
                    let verdict = see_to_it(&mut duet, case, colour(), &image, &about);
                    assert_eq!(verdict, Verdict::Ask, "{about}");
                }
                (_, other) => panic!("{about}: {other:?}"),
            }
            assert_eq!(good(&duet, &image), 1, "{about}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_on_the_line_leaves_one_answer_a_request_and_one_card(
        noise in proptest::collection::vec((0..50_000_u64, any_noise()), 1..8),
        which in 0..PRINTERS.len(),
    ) {
        let (model, transport) = PRINTERS[which];
        let image = Arc::new(picture(1));
        let mut duet = Make::new(model).over(transport).ymcko().duet();
        duet.noise = noise.into_iter().collect();
        let printed = print(&mut duet, colour(), &image, PANELS);
        duet.noise.clear();
        match printed {
            Ok(()) => {}
            Err(Trouble::Before(_)) => {
                check(&mut duet, colour(), &image);
            }
            Err(Trouble::Doubt(case)) => {
                see_to_it(&mut duet, case, colour(), &image, "noise");
            }
        }
        prop_assert_eq!(good(&duet, &image), 1);
    }
}

/// Bytes that nobody sent, or pieces of answers that nobody asked for.
fn any_noise() -> impl Strategy<Value = Vec<u8>> {
    let texts: [&[u8]; 8] = [
        b"\x01",
        b"\x03",
        b"\x01STA$$",
        b"\x01STA$$1,2,3,\x03",
        b"\x01STA,TCQ",
        b"\x01STA00:00\x03",
        b"\x01STA,TCQwhat,\x03",
        b"END\x03",
    ];
    prop_oneof![
        any::<Vec<u8>>(),
        (0..texts.len()).prop_map(move |at| texts[at].to_vec()),
    ]
}
