//! The host, the cable or the power lost at any byte and in any part of a card's way, and answers that come late,
//! twice or from before: nothing prints twice, and what the custody rows say is what the mechanism shows.

use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::zebra::Transport;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::RibbonKind;
use cetak_firmware_sims::zebra::{Replies as Ports, Switches};

use super::attempt::Job;
use super::cards::{both_sides, check, chip, colour, colour_and_black, held, setup};
use super::{Duet, Make, P330I, P430I};
use crate::bench::{Cuts, struck};

/// Every so-manieth byte of a card is struck.
const STRIDE: usize = 31;
/// How far into a part of the way, per thousand.
const PERMILLE: [u16; 2] = [0, 500];

/// What is lost at a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Host,
    Cable,
    /// Until a hand brings it back.
    Power,
    /// For two seconds.
    Dip,
}

const LOSSES: [Loss; 4] = [Loss::Host, Loss::Cable, Loss::Power, Loss::Dip];

/// A printer and a job for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Held,
    /// The string puts the card out.
    Unheld,
    Canary,
    SerialCanary,
    Serial,
    TwoSides,
    ChipFirst,
}

const ROOMS: [Room; 7] = [
    Room::Serial,
    Room::Held,
    Room::Unheld,
    Room::Canary,
    Room::SerialCanary,
    Room::TwoSides,
    Room::ChipFirst,
];

impl Room {
    fn make(self) -> (Make, Setup, CardImage) {
        let two_sides = || {
            let mut make = Make::new(P430I);
            make.profile.ribbon = RibbonKind::Ymckok;
            make
        };
        match self {
            Room::Held => (Make::new(P330I), held(), colour(1)),
            Room::Unheld => (Make::new(P330I), setup(Ribbon::Ymcko), colour(1)),
            Room::Canary => (Make::new(P330I).canary(), held(), colour(1)),
            Room::Serial => (Make::new(P330I).serial(), held(), colour(1)),
            Room::SerialCanary => (Make::new(P330I).canary().serial(), held(), colour(1)),
            Room::TwoSides => (two_sides().canary(), both_sides(), colour_and_black(1)),
            Room::ChipFirst => (
                two_sides().docked().canary(),
                chip(both_sides()),
                colour_and_black(1),
            ),
        }
    }
}

/// A printer whose every unknown is drawn, and a host that was told which questions it knows.
fn drawn(mut make: Make, seed: u64) -> Make {
    make.switches = Switches {
        replies: Ports::Usb,
        ..Switches::draw(seed)
    };
    // A serial line on which no question is known never shows a restart, and nobody can settle.
    let mute = !make.switches.e_known && !make.switches.cln_known;
    make.switches.e_known |= mute && make.options.transport == Transport::Serial;
    make.options.knows_e = make.switches.e_known;
    make.options.knows_cln = make.switches.cln_known;
    make
}

/// Bytes of an uncut card.
fn length(room: Room) -> u64 {
    let (make, setup, image) = room.make();
    let mut duet = make.duet();
    duet.records = true;
    check(&mut duet, setup, &image);
    duet.heard_by_printer.len() as u64
}

fn strike(duet: &mut Duet, loss: Loss, byte: u64) {
    duet.cuts_to_printer = Cuts::at([byte]);
    let hands = match loss {
        Loss::Host => {
            let bytes = usize::try_from(byte).unwrap();
            return duet.cable.accept_limit(Some(bytes));
        }
        Loss::Cable => vec![(Duration::ZERO, Hand::PlugOut)],
        Loss::Power => vec![(Duration::ZERO, Hand::PowerOff)],
        Loss::Dip => vec![
            (Duration::ZERO, Hand::PowerOff),
            (Duration::from_secs(2), Hand::PowerOn),
        ],
    };
    duet.hands_at.insert(byte, hands);
}

#[test]
fn whatever_is_lost_at_any_byte_the_job_ends_with_one_whole_card() {
    let mut doubts = 0;
    for room in ROOMS {
        let length = length(room);
        for (seed, byte) in (0..).zip((1..length).step_by(STRIDE)) {
            for loss in LOSSES {
                for draws in [false, true] {
                    let about =
                        format!("{loss:?} at byte {byte} of {room:?}, drawn {draws} {seed}");
                    let (make, setup, image) = room.make();
                    let make = if draws { drawn(make, seed) } else { make };
                    let mut duet = make.duet();
                    strike(&mut duet, loss, byte);
                    let mut job = Job::new(&duet, setup, &image);
                    job.play(&mut duet, &about);
                    doubts += job.troubles.len();
                    // The next person's card is whole and has no dot of this one's.
                    check_next(&mut duet, setup, room);
                }
            }
        }
    }
    assert!(doubts > 500, "{doubts}");
}

fn check_next(duet: &mut Duet, setup: Setup, room: Room) {
    let next = if setup.duplex {
        colour_and_black(5)
    } else {
        colour(5)
    };
    // A printer that knows fewer questions may not have come as far as the loss.
    duet.hands_at.clear();
    duet.cable.accept_limit(None);
    duet.hand(Hand::TakeOutput);
    let mut job = Job::new(duet, setup, &next);
    job.play(duet, &format!("the next one of {room:?}"));
    assert!(job.troubles.is_empty(), "{room:?}: {:?}", job.troubles);
}

#[test]
fn whatever_strikes_in_any_part_of_the_way_the_job_ends_with_one_whole_card() {
    let steps = [
        Step::Feed,
        Step::Station,
        Step::Park,
        Step::Panel(0),
        Step::Panel(2),
        Step::Panel(4),
        Step::Flip,
        Step::Panel(5),
        Step::Eject,
    ];
    let strikes = [
        Strike::PowerDip(1000),
        Strike::PowerDip(60_000),
        Strike::PowerCut,
        Strike::CablePulled,
        Strike::StaleAnswer,
        Strike::Jam,
        Strike::DoubleFeed,
        Strike::LidOpens,
        Strike::RibbonEnds,
    ];
    let mut seed = 0;
    for room in ROOMS {
        for step in steps {
            for permille in PERMILLE {
                for what in strikes {
                    for draws in [false, true] {
                        seed += 1;
                        let about = format!(
                            "{what:?} at {permille} of {step:?}, {room:?}, drawn {draws} {seed}"
                        );
                        let (make, setup, image) = room.make();
                        let mut make = if draws { drawn(make, seed) } else { make };
                        make.plan = struck(step, permille, what);
                        let mut duet = make.duet();
                        let mut job = Job::new(&duet, setup, &image);
                        job.play(&mut duet, &about);
                        let picked = duet.firmware.mechanism().picked();
                        assert!(picked as usize <= job.troubles.len() + 2, "{about}");
                    }
                }
            }
        }
    }
}
