//! Every way in which a picture and its commands can travel: depths, forms, lines of part of a panel, serial
//! acknowledgements, the USB port status byte.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::*;
use cetak_drivers::evolis::download::{FULL, Geometry};
use cetak_drivers::evolis::{Depth, Window};
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{FaultPlan, Step, Strike};
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Looks, Panel, RibbonKind};

use crate::bench::{blanks, struck};
use crate::cards::{SMALL, assert_faces, check, ktp, setup};
use crate::evolis::{Duet, Make};
use crate::pictures::{self, front};

const WHOLE: (usize, usize) = (FULL.lines, FULL.columns);

/// A picture of broad stripes, so that runs pay; some lines are empty, some full of ink.
fn striped(lines: usize, columns: usize, salt: usize) -> Side {
    let mut side = pictures::side(lines, columns, salt);
    let shade = |x: usize, y: usize| match (x + salt) % 5 {
        0 => 255,
        1 => u8::try_from((y * 4 / columns) * 60).unwrap(),
        2 => u8::try_from(y * 2 / columns * 130 + 3).unwrap(),
        _ => u8::try_from((x * 3 + salt) % 256).unwrap(),
    };
    let colour = side.colour.as_mut().unwrap();
    for y in 0..columns {
        for x in 0..lines {
            colour.rgb[(y * lines + x) * 3..][..3].fill(shade(x, y));
        }
    }
    side.resin = BitPlane::clear(lines, columns);
    for x in 0..lines {
        for y in 0..columns {
            if x % 7 == 0 || (x % 7 == 1 && y > columns / 2) || (x % 7 == 2 && y == 0) {
                side.resin.set(x, y);
            }
        }
    }
    side
}

/// The headers of the downloads that reached the printer, as far as their numbers.
fn headers(duet: &Duet) -> Vec<String> {
    let heard = &duet.heard_by_printer;
    let mut found = Vec::new();
    for panel in ["y", "m", "c", "k", "o"] {
        for letters in ["Db", "Dbc", "Dbp", "Dbpc"] {
            for levels in [2, 32, 64, 128] {
                let header = format!("\x1B{letters};{panel};{levels};");
                if heard
                    .windows(header.len())
                    .any(|bytes| bytes == header.as_bytes())
                {
                    found.push(header.trim_start_matches('\x1B').to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_depth_plain_and_compressed_on_a_whole_panel() {
    for depth in Depth::ALL {
        for compression in [false, true] {
            let mut make = Make::new("evolis-primacy");
            make.dots = Some(WHOLE);
            make.options.depth = depth;
            make.options.compression = compression;
            let mut duet = make.duet();
            duet.records = true;
            let image = front(striped(WHOLE.0, WHOLE.1, 1));
            check(&mut duet, ktp(), &image, depth);
            let letters = if compression { "Dbc" } else { "Db" };
            let levels = depth.levels();
            let mut wanted: Vec<String> = ["y", "m", "c"]
                .map(|panel| format!("{letters};{panel};{levels};"))
                .into();
            wanted.extend(["k", "o"].map(|panel| format!("{letters};{panel};2;")));
            assert_eq!(headers(&duet), wanted);
        }
    }
}

#[test]
fn where_runs_do_not_pay_a_panel_goes_out_plain() {
    for depth in Depth::ALL {
        let mut make = Make::new("evolis-primacy");
        make.options.depth = depth;
        make.options.compression = true;
        let mut duet = make.duet();
        duet.records = true;
        let image = front(pictures::side(SMALL.0, SMALL.1, 2));
        check(&mut duet, ktp(), &image, depth);
        let heard = headers(&duet);
        assert!(
            heard.contains(&format!("Db;y;{};", depth.levels())),
            "{heard:?}"
        );
        assert!(heard.contains(&"Dbc;o;2;".to_owned()), "{heard:?}");
    }
}

#[test]
fn some_lines_of_dye_alone_plain_and_compressed_at_every_depth() {
    let (lines, columns) = (48, 16);
    let geometry = Geometry { lines, columns };
    for depth in Depth::ALL {
        for (first, many) in [(0, 10), (8, 20), (38, 10), (0, 48)] {
            for compression in [false, true] {
                let mut make = Make::new("evolis-primacy");
                make.dots = Some((lines, columns));
                make.options.depth = depth;
                make.options.compression = compression;
                make.options.partial = Window::new(first, many, geometry);
                let mut duet = make.duet();
                duet.records = true;
                for salt in 1..=2 {
                    let image = front(striped(lines, columns, salt));
                    for request in duet.card_requests(ktp(), Arc::new(image.clone())) {
                        duet.done(request);
                    }
                    let number = salt as u64;
                    duet.assert_card(number, CardPlace::Output, Looks::Whole);
                    assert_faces(&duet, number, ktp(), &image, depth, Some((first, many)));
                }
                let letters = if compression { "Dbpc" } else { "Dbp" };
                let header = format!("{letters};y;{};", depth.levels());
                assert!(
                    headers(&duet).contains(&header),
                    "{header} in {:?}",
                    headers(&duet)
                );
            }
        }
    }
}

#[test]
fn lines_that_are_not_sent_show_nothing_of_an_earlier_persons_picture() {
    let (lines, columns) = (48, 16);
    let geometry = Geometry { lines, columns };
    let mut make = Make::new("evolis-primacy");
    make.dots = Some((lines, columns));
    make.options.bench = vec![BenchFlag::SequenceStartDropsPlanes];
    let mut duet = make.duet();
    check(
        &mut duet,
        ktp(),
        &front(striped(lines, columns, 1)),
        Depth::default(),
    );
    // The next host is told to send a part of each panel only.
    duet.options.partial = Window::new(8, 20, geometry);
    duet.restart();
    let image = front(striped(lines, columns, 2));
    for request in duet.card_requests(ktp(), Arc::new(image.clone())) {
        duet.done(request);
    }
    assert_faces(&duet, 2, ktp(), &image, Depth::default(), Some((8, 20)));
}

#[test]
fn every_profile_prints_a_picture_of_its_real_size() {
    let black = |lines, columns| CardImage {
        front: pictures::mono(lines, columns, 1),
        back: Some(pictures::mono(lines, columns, 2)),
    };
    for (model, ribbon) in [
        ("evolis-primacy", Ribbon::Ymcko),
        ("evolis-primacy-duplex", Ribbon::Ymckok),
        ("evolis-dualys", Ribbon::K),
    ] {
        let mut make = Make::new(model);
        make.dots = None;
        let mut duet = make.duet();
        let duplex = ribbon != Ribbon::Ymcko;
        let mut image = black(WHOLE.0, WHOLE.1);
        if ribbon != Ribbon::K {
            image.front = pictures::side(WHOLE.0, WHOLE.1, 3);
        }
        if !duplex {
            image.back = None;
        }
        let wanted = Setup {
            duplex,
            ..setup(ribbon)
        };
        check(&mut duet, wanted, &image, Depth::default());
    }
}

#[test]
fn whole_cards_over_a_serial_line_in_both_handshakes() {
    let image = front(pictures::side(SMALL.0, SMALL.1, 4));
    check(
        &mut Make::new("evolis-primacy").serial().duet(),
        ktp(),
        &image,
        Depth::default(),
    );
    let mut duet = Make::new("evolis-primacy").ack_nack().duet();
    duet.records = true;
    check(&mut duet, ktp(), &image, Depth::default());
    let acks = duet
        .heard_by_host
        .iter()
        .filter(|byte| **byte == 0x06)
        .count();
    assert!(acks > 10, "commands were acknowledged: {acks}");

    let mut make = Make::new("evolis-dualys").ack_nack();
    make.profile.ribbon = RibbonKind::K;
    let (lines, columns) = SMALL;
    let image = CardImage {
        front: pictures::mono(lines, columns, 5),
        back: Some(pictures::mono(lines, columns, 6)),
    };
    let wanted = Setup {
        chip: true,
        duplex: true,
        ..setup(Ribbon::K)
    };
    check(&mut make.duet(), wanted, &image, Depth::default());
}

#[test]
fn a_doubt_over_acknowledgements_ends_awake_with_the_last_answer() {
    let mut duet = Make::new("evolis-primacy").ack_nack().duet();
    duet.done(Request::Prepare(ktp()));
    duet.done(Request::Do(Stage::Feed));
    duet.restart();
    let heard = duet.done(Request::Listen {
        after: Some(Stage::Feed),
    });
    assert_eq!((heard.wake, heard.power), (Wake::Awake, Power::Kept));
    let seen = duet.done(Request::Examine {
        apart: Duration::from_secs(5),
    });
    assert_eq!(
        (seen.place, seen.cards, seen.settled),
        (Place::Contactless, Some(1), true)
    );
}

/// A fed card whose host has died, and what stands in the way.
fn doubt(plan: FaultPlan, hands: Vec<Hand>) -> Duet {
    let mut make = Make::new("evolis-primacy");
    make.plan = plan;
    let mut duet = make.duet();
    duet.done(Request::Prepare(ktp()));
    for hand in hands {
        duet.hand(hand);
    }
    duet.ask(Request::Do(Stage::Feed));
    duet.restart();
    duet
}

const LISTEN: Request = Request::Listen {
    after: Some(Stage::Feed),
};

const EXAMINE: Request = Request::Examine {
    apart: Duration::from_secs(5),
};

#[test]
fn a_ready_usb_port_is_asked_and_then_the_printer() {
    let mut duet = doubt(FaultPlan::default(), vec![]);
    assert_eq!(duet.firmware.port_status(), 0x18);
    let heard = duet.done(LISTEN);
    assert_eq!((heard.wake, heard.power), (Wake::Awake, Power::Kept));
}

#[test]
fn a_usb_port_that_is_not_ready_is_waited_for() {
    let mut duet = doubt(FaultPlan::default(), vec![Hand::Unload]);
    assert_eq!(duet.firmware.port_status(), 0x30);
    duet.begin(LISTEN);
    let asked = duet.cable.taken_total();
    duet.pass(Duration::from_secs(30));
    assert_eq!(
        duet.cable.taken_total(),
        asked,
        "not a byte while it is busy"
    );
    duet.hand(Hand::Load { blanks: blanks(2) });
    let answer = duet.until_answered();
    assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
}

#[test]
fn a_fault_that_stays_on_the_usb_port_is_read_through_after_the_wait() {
    let jam = struck(Step::Station, 500, Strike::Jam);
    let mut duet = doubt(jam, vec![]);
    assert_eq!(duet.firmware.port_status(), 0x10);
    let asked = duet.cable.taken_total();
    duet.records = true;
    duet.begin(LISTEN);
    duet.pass(Duration::from_secs(59));
    assert_eq!(duet.cable.taken_total(), asked, "not a byte before it");
    let Answer::Done(heard) = duet.until_answered() else {
        panic!("reads go out in a fault");
    };
    assert_eq!((heard.wake, heard.power), (Wake::Awake, Power::Kept));
    let seen = duet.done(EXAMINE);
    assert_eq!((seen.place.inside(), seen.cards), (Some(true), Some(1)));
    let texts = duet.heard_by_printer.split(|byte| *byte == b'\r');
    for text in texts.filter(|text| !text.is_empty()) {
        let reads = text.starts_with(b"\x1BR") || text.starts_with(b"\x1BEcho;");
        assert!(reads, "nothing but questions before the verdict");
    }
    duet.hand(Hand::ClearJam);
    // The jam stays latched until a reset, and that is what the next card begins with. Until then the place is
    // what a person made of it.
    assert_eq!(duet.firmware.port_status(), 0x10);
    duet.done(LISTEN);
    let seen = duet.done(EXAMINE);
    assert_eq!(seen.place.inside(), Some(false));
    let image = front(pictures::side(SMALL.0, SMALL.1, 7));
    check(&mut duet, ktp(), &image, Depth::default());
}

#[test]
fn a_usb_port_on_which_no_printer_is_selected_leaves_the_doubt_to_a_person() {
    let dip = struck(Step::Station, 500, Strike::PowerDip(2000));
    let mut make = Make::new("evolis-primacy");
    make.plan = dip;
    // Shorter than the printer takes to start.
    make.options.limits.first = Duration::from_secs(6);
    let mut duet = make.duet();
    duet.done(Request::Prepare(ktp()));
    assert_eq!(duet.ask(Request::Do(Stage::Feed)), Answer::Lost);
    duet.pass(Duration::from_secs(3));
    assert_eq!(duet.firmware.port_status(), 0);
    let asked = duet.cable.taken_total();
    let waited = Duration::from_secs(6);
    assert_eq!(duet.ask(LISTEN), Answer::Silent { waited });
    assert_eq!(duet.cable.taken_total(), asked, "not a byte");
}

#[test]
fn a_printer_that_starts_up_is_not_asked_before_it_is_ready() {
    let dip = struck(Step::Station, 500, Strike::PowerDip(2000));
    let mut make = Make::new("evolis-primacy");
    make.plan = dip;
    let mut duet = make.duet();
    duet.done(Request::Prepare(ktp()));
    assert_eq!(duet.ask(Request::Do(Stage::Feed)), Answer::Lost);
    duet.pass(Duration::from_secs(3));
    assert_eq!(duet.firmware.port_status(), 0);
    let heard = duet.done(LISTEN);
    assert_eq!((heard.wake, heard.power), (Wake::Awake, Power::Lost));
    let seen = duet.done(Request::Examine {
        apart: Duration::from_secs(5),
    });
    assert_eq!(seen.place.inside(), Some(true));
    assert!(duet.firmware.mechanism().inside().len() == 1);
}

#[test]
fn a_link_without_a_port_status_byte_is_asked_at_once() {
    let mut make = Make::new("evolis-primacy");
    make.options.transport = cetak_drivers::evolis::Transport::Tcp;
    let mut duet = make.duet();
    let image = front(pictures::side(SMALL.0, SMALL.1, 8));
    let number = check(&mut duet, ktp(), &image, Depth::default());
    assert!(duet.card(number).front.touched_by(Panel::O));
    duet.restart();
    assert_eq!(duet.done(Request::Listen { after: None }).wake, Wake::Awake);
}
