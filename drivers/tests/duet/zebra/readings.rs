//! A whole card under every reading of what nobody has shown of these printers, and what a reading does to half a
//! string.

use cetak_drivers::contract::*;
use cetak_drivers::zebra::Replies;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::mechanism::{CounterStore, RibbonKind};
use cetak_firmware_sims::zebra::{
    DotCommand, EAfterPower, HalfPayload, MoWhenEmpty, NumberReading, PanelButton,
    PositionAfterPower, PowerUp, Replies as Ports, Switches,
};

use super::attempt::{Job, restart};
use super::cards::{both_sides, check, chip, colour, colour_and_black, held, setup};
use super::{EXAMINE, Make, P330I, P430I};

/// Draws of all switches at once.
const DRAWS: u64 = 100;
/// The string of one side in colour that is held.
const STRING: &str = "\x1BM 1 [IS 0[IS 1[IS 2[I[IV 31\r";

/// One value of one switch.
type Reading = (&'static str, fn(&mut Switches));

/// Every value that is not the most ordinary one.
const READINGS: &[Reading] = &[
    ("power_up", |s| s.power_up = PowerUp::Output),
    ("power_up", |s| s.power_up = PowerUp::Reject),
    ("counter_store", |s| s.counter_store = CounterStore::AtEject),
    ("counter_store", |s| {
        s.counter_store = CounterStore::EverySeconds(20)
    }),
    ("position_after_power", |s| {
        s.position_after_power = PositionAfterPower::Forgotten
    }),
    ("stale_answer", |s| s.stale_answer = false),
    ("half_payload", |s| s.half_payload = HalfPayload::Wait),
    ("half_payload", |s| {
        s.half_payload = HalfPayload::DroppedOnClose
    }),
    ("replies", |s| s.replies = Ports::Serial),
    ("replies", |s| s.replies = Ports::None),
    ("e_known", |s| s.e_known = false),
    ("cln_known", |s| s.cln_known = false),
    ("dot_command", |s| {
        s.dot_command = DotCommand::ReleasesTheCard
    }),
    ("dot_command", |s| s.dot_command = DotCommand::Resumes),
    ("panel_button", |s| {
        s.panel_button = PanelButton::RepeatsTheLastString
    }),
    ("mo_when_empty", |s| s.mo_when_empty = MoWhenEmpty::Nak03),
    ("routing", |s| s.routing = true),
    ("e_after_power", |s| s.e_after_power = EAfterPower::Nak),
    ("number", |s| {
        s.number = NumberReading::TrailingLettersIgnored
    }),
    ("unknown_latches", |s| s.unknown_latches = false),
    ("passes_at_end", |s| s.passes_at_end = false),
    ("string_checked_first", |s| s.string_checked_first = false),
    ("escape_restarts", |s| s.escape_restarts = false),
];

/// A printer with these switches, and what its host was told of it.
fn told(mut make: Make, switches: Switches) -> Make {
    make.switches = switches;
    make.options.knows_e = switches.e_known;
    make.options.knows_cln = switches.cln_known;
    // Over USB one reading has replies, over no port another.
    let answers = switches.replies == Ports::Usb
        || (switches.replies == Ports::Serial
            && make.options.transport == cetak_drivers::zebra::Transport::Serial);
    if !answers {
        make.options.replies = Replies::OneWay;
        make.options.single_card = true;
    }
    make
}

fn duplex() -> Make {
    let mut make = Make::new(P430I);
    make.profile.ribbon = RibbonKind::Ymckok;
    make
}

/// Cards in every mode.
fn print_some(switches: Switches) {
    for (make, setup, image) in [
        (Make::new(P330I), held(), colour(1)),
        (Make::new(P330I), setup(Ribbon::Ymcko), colour(2)),
        (duplex(), both_sides(), colour_and_black(3)),
        (duplex().docked(), chip(both_sides()), colour_and_black(4)),
    ] {
        let mut duet = told(make, switches).duet();
        for _ in 0..2 {
            check(&mut duet, setup, &image);
        }
    }
    // A serial line has no port status byte: without replies nothing can be printed over it.
    if switches.replies != Ports::None {
        let make = Make::new(P330I).canary().serial();
        let mut duet = told(make, switches).duet();
        for _ in 0..2 {
            check(&mut duet, held(), &colour(5));
        }
    }
}

#[test]
fn under_each_reading_cards_in_every_mode_are_whole() {
    // A switch that is added stands here, too.
    let Switches {
        power_up: _,
        counter_store: _,
        position_after_power: _,
        stale_answer: _,
        half_payload: _,
        replies: _,
        e_known: _,
        cln_known: _,
        dot_command: _,
        panel_button: _,
        mo_when_empty: _,
        routing: _,
        e_after_power: _,
        number: _,
        unknown_latches: _,
        passes_at_end: _,
        string_checked_first: _,
        escape_restarts: _,
    } = Switches::default();
    let mut names: Vec<&str> = READINGS.iter().map(|(name, _)| *name).collect();
    names.dedup();
    assert_eq!(names.len(), 18);
    for (name, change) in READINGS {
        let mut switches = Switches::default();
        change(&mut switches);
        assert_ne!(switches, Switches::default(), "{name}");
        print_some(switches);
    }
}

#[test]
fn under_draws_of_all_readings_cards_in_every_mode_are_whole() {
    for seed in 0..DRAWS {
        print_some(Switches::draw(seed));
    }
}

#[test]
fn half_a_string_is_spoiled_under_both_readings_of_a_wrong_item() {
    for string_checked_first in [true, false] {
        for number in [NumberReading::Strict, NumberReading::TrailingLettersIgnored] {
            for sent in 0..STRING.len() {
                let about = format!("{sent} bytes, checked {string_checked_first}, {number:?}");
                let mut make = Make::new(P330I).serial();
                make.switches.string_checked_first = string_checked_first;
                make.switches.number = number;
                let mut duet = make.duet();
                let mut job = Job::new(&duet, held(), &colour(1));
                job.start(&mut duet).unwrap();
                job.load(&mut duet).unwrap();
                duet.begin(Request::Do(Stage::Finish));
                // The question before the string, and so much of it.
                duet.die_after("\x1B%CLN\r".len() + sent);
                let after = Some(Stage::Finish);
                let heard = duet.ask(Request::Listen { after });
                assert!(matches!(heard, Answer::Done(_)), "{about}: {heard:?}");
                let seen = duet.done(EXAMINE);

                let text = &STRING[..sent];
                let whole_items = text.matches('[').count().saturating_sub(1) as u64;
                // The last item with what spoils it behind: a number may swallow that.
                let swallowed = number == NumberReading::TrailingLettersIgnored
                    && text.ends_with(|last: char| last.is_ascii_digit())
                    && text.contains('[');
                let runs = if swallowed {
                    whole_items + 1
                } else if string_checked_first {
                    0
                } else {
                    whole_items
                };
                assert_eq!(duet.passes(), runs, "{about}");
                assert_eq!(seen.panels, Some(runs), "{about}");
                assert_eq!(
                    duet.firmware.mechanism().picked(),
                    u32::from(runs > 0),
                    "{about}"
                );
                // The host that died had not heard of it; what a person finds decides.
                let lost = super::attempt::Trouble {
                    at: "finish",
                    answer: Answer::Lost,
                };
                job.case.point = Point::Sent(Stage::Finish);
                job.resume(&mut duet, lost, &about);
                let (_, verdict, _) = job.rulings[0];
                assert_eq!(verdict, Verdict::Ask, "{about}");
            }
        }
    }
}

#[test]
fn the_button_runs_nothing_once_the_printer_was_switched_off_and_on() {
    let mut make = Make::new(P330I);
    make.switches.panel_button = PanelButton::RepeatsTheLastString;
    let mut duet = make.duet();
    check(&mut duet, held(), &colour(1));
    restart(&mut duet, "before a look");
    duet.hand(Hand::Press { button: Button::Ok });
    duet.pass(std::time::Duration::from_secs(60));
    assert_eq!(duet.firmware.mechanism().picked(), 1);
    check(&mut duet, held(), &colour(2));
    // Without the switch it prints the last person's card once more: that is why a look comes behind it.
    duet.hand(Hand::Press { button: Button::Ok });
    duet.pass(std::time::Duration::from_secs(60));
    assert_eq!(duet.firmware.mechanism().picked(), 3);
}
