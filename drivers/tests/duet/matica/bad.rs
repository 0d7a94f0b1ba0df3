//! A printer that answers the wrong question, late, twice, in floods or by halves, that is another one than it was,
//! resets its counters, or says that it is ready with a card inside: what the driver then says, and that the job
//! leaves one card at most.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::matica::HalfPayload;
use cetak_firmware_sims::mechanism::{Blank, CardPlace, Looks};

use super::attempt::{Attempt, End, judge, put_in_order};
use super::cards::{check, ktp, picture, plain};
use super::unit::{Act, Datagrams, Harm, Towards};
use super::wire::{DONE, GREETING, word, words};
use super::{Duet, MODELS, Make, XID8600, XID9300};

/// Every message of a card with its chip.
const MESSAGES: [&str; 14] = [
    "job", "01020000", "02020000", "04020002", "0A021000", "0A025000", "05028000", "plane 1",
    "plane 2", "plane 4", "plane 8", "0602000F", "07020005", "greeting",
];

/// Plays a card whose printer does that once, and judges it.
#[track_caller]
fn play(model: &'static str, name: &str, skip: usize, act: Act) -> (Attempt, End, Duet) {
    let mut duet = Make::new(model).duet();
    for _ in 0..skip {
        duet.firmware.script(name, 1, Act::Changes(<[u8]>::to_vec));
    }
    duet.firmware.script(name, 1, act);
    let mut attempt = Attempt::new(ktp(), &picture(1));
    let end = attempt.run(&mut duet);
    let about = format!("{model}: {name}: {end:?}");
    judge(&mut duet, &attempt, &end, &about);
    assert!(duet.firmware.script_is_spent(), "{about}");
    (attempt, end, duet)
}

#[test]
fn an_answer_to_another_question_is_out_of_step_and_the_job_leaves_one_card_at_most() {
    for model in MODELS {
        for name in MESSAGES {
            // The number of a question that nobody asked, and the kind that answers something else.
            let numbered = |message: &[u8]| {
                let mut other = message.to_vec();
                other[12..16].copy_from_slice(&0x0BAD_CAFE_u32.to_be_bytes());
                other
            };
            let kind = |message: &[u8]| {
                let mut other = message.to_vec();
                other[..4].copy_from_slice(&0xF100_0600_u32.to_be_bytes());
                other
            };
            for change in [numbered as fn(&[u8]) -> Vec<u8>, kind] {
                for skip in [0, 1, 2] {
                    let once = !matches!(name, "01020000" | "02020000" | "job" | "greeting");
                    if skip > 0 && once {
                        continue;
                    }
                    play(model, name, skip, Act::Changes(change));
                }
            }
        }
    }
    let (fault, _) = {
        let mut duet = Make::new(XID9300).duet();
        duet.done(Request::Prepare(plain()));
        let position = |sequence| words(&[0xF100_0300, 3, 0, sequence + 1, 0x0102_0000]);
        duet.firmware.script("04028000", 1, Act::Answers(position));
        duet.fault(Request::Do(Stage::Feed))
    };
    assert_eq!(fault, Fault::OutOfStep);
}

#[test]
fn a_place_that_is_told_without_data_is_no_place() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        let done = |sequence| words(&[DONE, 2, 0, sequence]);
        duet.firmware.script("02020000", 1, Act::Answers(done));
        let (fault, evidence) = duet.fault(Request::Prepare(plain()));
        assert_eq!((fault, evidence.place), (Fault::OutOfStep, Place::Unknown));
        assert_eq!(duet.firmware.mechanism().picked(), 0);
        check(&mut duet, ktp(), &picture(1));
    }
}

#[test]
fn a_late_answer_is_silence_first_and_then_nobodys_or_the_last_one() {
    for model in MODELS {
        for name in MESSAGES {
            let (attempt, ..) = play(model, name, 0, Act::Later(Duration::from_secs(100)));
            // The first questions belong to no attempt yet.
            if matches!(name, "job" | "01020000" | "02020000" | "greeting") {
                continue;
            }
            // Behind the last plane nothing else is answered before it.
            let overtaken = name.starts_with("plane") && name != "plane 8";
            let said = match &attempt.reasons[0] {
                Answer::Fault(Fault::OutOfStep, _) => overtaken,
                Answer::Silent { .. } => !overtaken,
                Answer::Done(_) | Answer::Fault(..) | Answer::Lost => false,
            };
            assert!(said, "{model}: {name}: {:?}", attempt.reasons);
        }
    }
    // The transfer's answer comes late, on the same connection: it is the last answer.
    let mut duet = Make::new(XID9300)
        .shown(&[BenchFlag::AttentionOnTransport, BenchFlag::CloseMovesNoCard])
        .duet();
    duet.begin_card(plain(), &picture(1), Stage::Face);
    let late = Act::Later(Duration::from_secs(100));
    duet.firmware.script("07020005", 1, late);
    let silent = duet.ask(Request::Do(Stage::Finish));
    assert!(matches!(silent, Answer::Silent { waited } if waited.as_secs() == 90));
    duet.pass(Duration::from_secs(30));
    let heard = duet.listen(Stage::Finish);
    assert_eq!((heard.last, heard.power), (LastAnswer::Ok, Power::Kept));
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
}

#[test]
fn an_answer_that_never_comes_leaves_one_card_at_most() {
    for model in MODELS {
        for name in MESSAGES {
            play(model, name, 0, Act::Changes(|_| Vec::new()));
            if name != "greeting" {
                play(model, name, 0, Act::Swallows);
            }
        }
    }
}

#[test]
fn an_answer_that_comes_twice_or_a_thousand_times_is_heard_once() {
    for model in MODELS {
        for name in &MESSAGES[..13] {
            for change in [
                (|message| message.repeat(2)) as fn(&[u8]) -> Vec<u8>,
                |message| message.repeat(1000),
            ] {
                let (attempt, end, _) = play(model, name, 0, Act::Changes(change));
                assert_eq!((attempt.doubts, end), (0, End::Printed), "{model}: {name}");
            }
        }
        // A greeting is no answer: the second one ends what is asked, and no card is harmed.
        play(
            model,
            "greeting",
            0,
            Act::Changes(|greeting| greeting.repeat(2)),
        );
        play(
            model,
            "greeting",
            0,
            Act::Changes(|greeting| greeting.repeat(1000)),
        );
    }
}

#[test]
fn what_nobody_asked_for_disturbs_no_card() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        duet.begin_card(ktp(), &picture(1), Stage::Face);
        // Answers with numbers that were given, long ago.
        for number in 0..3 {
            duet.firmware.says(&words(&[DONE, 2, 0, number]));
        }
        duet.pass(Duration::from_secs(1));
        let told = duet.news.len();
        duet.done(Request::Do(Stage::Finish));
        assert!(
            !duet.news[told..]
                .iter()
                .any(|event| matches!(event, Event::Fault(_)))
        );
        duet.assert_card(1, CardPlace::Output, Looks::Whole);
    }
}

#[test]
fn an_answer_that_stops_in_mid_frame_is_silence_and_the_frame_is_found_again() {
    for model in MODELS {
        for name in MESSAGES {
            for change in [
                (|message| message[..3].to_vec()) as fn(&[u8]) -> Vec<u8>,
                |message| message[..8].to_vec(),
                |message| message[..15].to_vec(),
            ] {
                play(model, name, 0, Act::Changes(change));
            }
        }
    }
}

#[test]
fn a_length_that_cannot_be_loses_the_frame_and_another_connection_is_made() {
    for model in MODELS {
        for name in MESSAGES {
            let huge = |message: &[u8]| {
                let mut huge = message.to_vec();
                huge[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
                huge
            };
            let (_, _, duet) = play(model, name, 0, Act::Changes(huge));
            let opened = duet.texts().iter().filter(|text| **text == "job").count();
            assert!(opened >= 3, "{model}: {name}");
        }
    }
}

#[test]
fn an_attention_that_is_told_to_every_question_ends_every_request() {
    let endless = Act::Refuses(0x0006_2800);
    for model in MODELS {
        for name in ["job", "01020000", "02020000", "0A025000"] {
            for stage in [None, Some(Stage::Feed), Some(Stage::Park)] {
                let mut duet = Make::new(model).duet();
                if let Some(stage) = stage {
                    duet.begin_card(ktp(), &picture(1), stage);
                }
                duet.firmware.script(name, 1000, endless.clone());
                let way = [
                    Request::Prepare(ktp()),
                    Request::Prepare(Setup {
                        card_inside: true,
                        ..ktp()
                    }),
                    Request::Listen { after: stage },
                    super::examine(),
                    Request::Status,
                    Request::Identify,
                    Request::Do(Stage::Park),
                    Request::Do(Stage::Reject),
                    Request::Do(Stage::Clear),
                ];
                for request in way {
                    let asked = duet.texts().len();
                    let about = format!("{model} {name} behind {stage:?}: {}", request.name());
                    duet.ask(request);
                    assert!(duet.texts().len() - asked < 100, "{about}");
                }
                // When it ends, the printer works as before.
                duet.firmware.end_of_script();
                if !duet.firmware.mechanism().inside().is_empty() {
                    duet.listen(Stage::Park);
                    duet.done(Request::Do(Stage::Reject));
                }
                check(&mut duet, ktp(), &picture(2));
            }
        }
    }
}

#[test]
fn another_model_than_the_configured_one_gets_no_card() {
    for (model, really) in [(XID8600, XID9300), (XID9300, XID8600)] {
        let mut make = Make::new(model);
        make.really(really);
        let mut duet = make.duet();
        let answer = duet.ask(Request::Prepare(plain()));
        let refused = match &answer {
            Answer::Fault(fault, _) => *fault == Fault::OtherUnit,
            // It has no counters to tell.
            Answer::Silent { .. } => model == XID8600,
            Answer::Done(_) | Answer::Lost => false,
        };
        assert!(refused, "{model}: {answer:?}");
        duet.done(Request::Identify);
        let other = duet
            .news
            .iter()
            .any(|event| matches!(event, Event::Identity(identity) if identity.other_model));
        assert!(other, "{model}");
        assert_eq!(duet.firmware.mechanism().picked(), 0);
    }
}

#[test]
fn another_unit_after_a_cut_is_asked_about() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        let other = |greeting: &[u8]| {
            assert_eq!(word(greeting, 0), GREETING);
            let mut other = greeting.to_vec();
            other[30..38].copy_from_slice(b"SIM99999");
            other
        };
        let mut attempt = Attempt::new(ktp(), &picture(1));
        attempt.dies_after = Some(Stage::Face);
        duet.firmware
            .script("greeting", 1, Act::Changes(<[u8]>::to_vec));
        duet.firmware.script("greeting", 1, Act::Changes(other));
        let end = attempt.run(&mut duet);
        assert_eq!(end, End::Asked("another unit answers"));
        judge(&mut duet, &attempt, &end, model);
    }
}

/// Rewrites the total that a datagram tells.
fn total(answer: Option<Vec<u8>>, change: impl Fn(u32) -> u32) -> Option<Vec<u8>> {
    let mut answer = answer?;
    let at = answer.windows(3).position(|item| item == [0x1F, 6, 4])? + 3;
    let told = u32::from_be_bytes(answer[at..at + 4].try_into().unwrap());
    answer[at..at + 4].copy_from_slice(&change(told).to_be_bytes());
    Some(answer)
}

#[test]
fn counters_that_are_set_back_in_mid_card_prove_nothing() {
    for change in [
        (|answer| total(answer, |_| 0)) as Datagrams,
        |answer| total(answer, |told| told + 1),
        |answer| total(answer, |told| told.wrapping_sub(1)),
    ] {
        let mut duet = Make::new(XID8600).duet();
        for person in 1..=3 {
            check(&mut duet, plain(), &picture(person));
        }
        duet.begin_card(plain(), &picture(4), Stage::Face);
        duet.firmware.datagrams = change;
        let told = duet.done(Request::Do(Stage::Finish)).cards.unwrap();
        assert_ne!(
            told, 4,
            "the driver tells what it was told, and three were there before"
        );
        duet.assert_card(4, CardPlace::Output, Looks::Whole);
    }
}

#[test]
fn counters_that_a_power_cut_takes_back_are_no_proof_of_a_card() {
    let mut make = Make::new(XID8600).shown(&[
        BenchFlag::AttentionOnTransport,
        BenchFlag::CardCountedAtTransfer,
    ]);
    make.switches.counter_store =
        cetak_firmware_sims::mechanism::CounterStore::EverySeconds(100_000);
    make.plan = crate::bench::struck(
        cetak_firmware_sims::faults::Step::Eject,
        900,
        cetak_firmware_sims::faults::Strike::PowerDip(3000),
    );
    let mut duet = make.duet();
    let mut attempt = Attempt::new(plain(), &picture(1));
    let end = attempt.run(&mut duet);
    assert!(matches!(end, End::Asked(_)), "{end:?}");
    duet.assert_card(1, CardPlace::Output, Looks::Whole);
    judge(&mut duet, &attempt, &end, "counters not stored");
}

#[test]
fn ready_with_a_card_inside_is_no_leave_to_load() {
    for model in MODELS {
        let mut duet = Make::new(model).duet();
        for hand in [
            Hand::OpenLid,
            Hand::PutBlank {
                blank: Blank::default(),
            },
            Hand::CloseLid,
        ] {
            duet.hand(hand);
        }
        duet.pass(Duration::from_secs(20));
        let (fault, evidence) = duet.fault(Request::Prepare(ktp()));
        assert_eq!(fault, Fault::CardInside);
        assert_eq!(evidence.place.inside(), Some(true));
        assert!(duet.cable.host_is_open(), "never closed with a card inside");
        // A printer that forgets the card: the load is refused, and no second one is drawn.
        let nothing = |sequence| words(&[0xF100_0300, 3, 0, sequence, 0x0102_0400]);
        duet.firmware.script("02020000", 1, Act::Answers(nothing));
        duet.done(Request::Prepare(ktp()));
        let (fault, _) = duet.fault(Request::Do(Stage::Feed));
        assert_eq!(fault, Fault::BadParameter);
        assert_eq!(duet.firmware.mechanism().picked(), 0);
        duet.done(Request::Do(Stage::Reject));
        check(&mut duet, ktp(), &picture(3));
    }
}

#[test]
fn datagrams_that_are_lost_torn_double_or_strangers_are_asked_again() {
    let ways: [Datagrams; 5] = [
        |_| None,
        |answer| answer.map(|bytes| bytes[..bytes.len() / 2].to_vec()),
        |answer| answer.map(|bytes| bytes.repeat(2)),
        |answer| {
            answer.map(|mut bytes| {
                bytes[15] ^= 0x55;
                bytes
            })
        },
        |_| Some(vec![0xFF; 40]),
    ];
    for (at, way) in ways.into_iter().enumerate() {
        let mut duet = Make::new(XID8600).duet();
        duet.firmware.datagrams = way;
        let answer = duet.ask(Request::Prepare(plain()));
        let double = at == 2;
        assert_eq!(
            matches!(answer, Answer::Done(_)),
            double,
            "{at}: {answer:?}"
        );
        assert_eq!(
            matches!(answer, Answer::Silent { .. }),
            !double,
            "{at}: {answer:?}"
        );
        duet.firmware.datagrams = |answer| answer;
        check(&mut duet, ktp(), &picture(1));
    }
    // Two of three are lost, and the third is heard.
    let mut duet = Make::new(XID8600).duet();
    duet.firmware.inner.lose_datagrams(2);
    duet.done(Request::Prepare(plain()));
}

#[test]
fn half_a_job_start_that_outlives_its_connection_keeps_the_next_one_deaf_for_a_while_only() {
    for model in MODELS {
        for half_payload in [HalfPayload::Timeout(43), HalfPayload::Wait] {
            for at in (1..124).step_by(3) {
                let mut make = Make::new(model);
                make.switches.half_payload = half_payload;
                let mut duet = make.duet();
                duet.firmware.harm_at(Towards::Printer, at, Harm::Link);
                let prepare = Request::Prepare(plain());
                assert_eq!(duet.ask(prepare.clone()), Answer::Lost);
                // The rest of the half message is read out of what this connection says.
                let first = duet.ask(prepare.clone());
                assert!(
                    !matches!(first, Answer::Done(_) | Answer::Lost),
                    "{at}: {first:?}"
                );
                duet.pass(Duration::from_secs(100));
                let second = duet.ask(prepare);
                let done = matches!(second, Answer::Done(_));
                match half_payload {
                    HalfPayload::Timeout(_) => assert!(done, "{model} {at}: {second:?}"),
                    // Nothing but its power ends a half message that waits for ever.
                    HalfPayload::Wait if !done => put_in_order(&mut duet),
                    HalfPayload::Wait | HalfPayload::DroppedOnClose => {}
                }
                check(&mut duet, ktp(), &picture(1));
            }
        }
    }
}
