//! What the tables leave out: a drawn printer, a drawn strike in a drawn part of the card's way, and a drawn hand that
//! comes at a drawn moment, before anybody has looked. The verdict is true or asks, and one good card is there.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::magicard::Transport;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{Step, Strike};
use cetak_firmware_sims::hands::{Button, Hand};
use cetak_firmware_sims::magicard::{CardsCount, Etx, PageAfterCut, Switches};

use super::bench::{Duet, Make};
use super::cards::colour;
use super::losses::benched;
use super::room::{Trouble, good, print, see_to_it};
use crate::bench::struck;
use crate::pictures;

/// Drawn rooms.
const ROOMS: u64 = 800;

/// Numbers from a seed.
struct Chance(u64);

impl Chance {
    fn one_of(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }
}

fn step(chance: &mut Chance, two: bool) -> Step {
    match chance.one_of(if two { 13 } else { 7 }) {
        0 => Step::Feed,
        1 => Step::Eject,
        12 => Step::Flip,
        panel => Step::Panel(u32::try_from(panel - 2).unwrap()),
    }
}

fn strike(chance: &mut Chance) -> Strike {
    match chance.one_of(8) {
        0 => Strike::Jam,
        1 => Strike::DoubleFeed,
        2 => Strike::LidOpens,
        3 => Strike::PowerDip(3000),
        4 => Strike::PowerCut,
        5 => Strike::CablePulled,
        6 => Strike::RibbonEnds,
        _ => Strike::StaleAnswer,
    }
}

/// A person who does not wait to be asked: mends what is to be seen, and may press a button.
/// Returns whether that was OK.
fn hands(duet: &mut Duet, chance: &mut Chance) -> bool {
    let mechanism = duet.firmware.mechanism();
    let (jam, lid) = (mechanism.jam().is_some(), mechanism.lid_open());
    let ended = mechanism
        .ribbon()
        .is_none_or(|ribbon| ribbon.sets_left == 0);
    let (power, plugged) = (mechanism.power(), mechanism.plugged());
    if jam {
        duet.hand(Hand::ClearJam);
    }
    if lid {
        duet.hand(Hand::CloseLid);
    }
    if ended {
        let kind = cetak_firmware_sims::mechanism::RibbonKind::Ymcko;
        duet.hand(Hand::Ribbon { kind, sets: None });
    }
    if !power {
        duet.hand(Hand::PowerOn);
    }
    if !plugged {
        duet.hand(Hand::PlugIn);
    }
    duet.pass(Duration::from_secs(chance.one_of(40)));
    let button = match chance.one_of(3) {
        0 => Some(Button::Cancel),
        1 => Some(Button::Ok),
        _ => None,
    };
    if let Some(button) = button {
        duet.hand(Hand::Press { button });
    }
    duet.pass(Duration::from_secs(chance.one_of(90)));
    button == Some(Button::Ok)
}

#[test]
fn whatever_strikes_and_whoever_comes_one_good_card_is_there() {
    let (mut asked, mut printed, mut smooth) = (0, 0, 0);
    for seed in 0..ROOMS {
        let mut chance = Chance(seed);
        let rio = chance.one_of(3) == 0;
        let two = chance.one_of(4) == 0;
        let model = match (rio, two) {
            (true, true) => "magicard-tango2e",
            (true, false) => "magicard-rio2",
            (false, true) => "magicard-enduro-plus",
            (false, false) => "magicard-enduro",
        };
        let transport = [Transport::Usb, Transport::Tcp][usize::from(chance.one_of(3) == 0)];
        let mut make = Make::new(model).over(transport).ymcko();
        make.dots = Some((8, 16));
        make.switches = Switches {
            // Else it says that nothing is left on the film.
            tag_read: true,
            ..Switches::draw(seed)
        };
        if chance.one_of(3) == 0 {
            // One whose bench has found the best of it.
            make.switches = Switches {
                cards_count: CardsCount::Eject,
                panels_count_at_end: true,
                overcoat_counted: true,
                page_after_cut: PageAfterCut::Waits,
                etx: Etx::LastTrailer,
                ..make.switches
            };
        }
        if chance.one_of(2) == 0 {
            make.options.bench = benched(make.switches);
        }
        make.options.asks_error = chance.one_of(2) == 0;
        let (step, strike) = (step(&mut chance, two), strike(&mut chance));
        let permille = u16::try_from(chance.one_of(1000)).unwrap();
        make.plan = struck(step, permille, strike);
        let about = format!(
            "seed {seed}: {strike:?} at {permille} of {step:?}, {model} over {transport:?}, {:?}",
            make.switches
        );
        let sides = if two { 2 } else { 1 };
        let panels = sides * (4 + u64::from(make.switches.overcoat_counted));
        let wanted = Setup {
            duplex: two,
            ..colour()
        };
        let mut duet = make.duet();
        let image = Arc::new(CardImage {
            front: pictures::side(8, 16, 1),
            back: two.then(|| pictures::side(8, 16, 2)),
        });
        match print(&mut duet, wanted, &image, panels) {
            Ok(()) => smooth += 1,
            Err(Trouble::Doubt(mut case)) => {
                case.ok_pressed = hands(&mut duet, &mut chance);
                match see_to_it(&mut duet, case, wanted, &image, &about) {
                    Verdict::Printed => printed += 1,
                    Verdict::Ask => asked += 1,
                    Verdict::Go(_)
                    | Verdict::Reject
                    | Verdict::Spoiled
                    | Verdict::Sought
                    | Verdict::Clear => {}
                }
            }
            Err(Trouble::Before(answer)) => panic!("{about}: {answer:?}"),
        }
        assert_eq!(good(&duet, &image), 1, "{about}");
    }
    assert!(
        asked > 100 && printed > 10 && smooth > 10,
        "{asked} {printed} {smooth}"
    );
}
