//! Cards as they come out: pictures, sides, copies, tracks, overcoats, and what was left out.

use super::*;
use crate::mechanism::{Geometry, Side};
use crate::tray;

const HIGH: HeadLayout = HeadLayout::SplitHigh;

#[test]
fn every_sample_lies_where_the_profile_says() {
    for (profile, head, layout, turned) in [
        ("magicard-enduro", "KGE2", HIGH, true),
        ("magicard-rio2", "KEE", HeadLayout::Linear, false),
        ("magicard-alto", "KGE", HeadLayout::SplitLow, true),
    ] {
        let sample = |row: usize, dot: usize| ((row * 7 + dot * 11 + row * dot) % 64) as u8;
        let inked = |row: usize, dot: usize| (row + dot).is_multiple_of(5);
        let planes = [
            ('B', dye(layout, sample)),
            ('G', dye(layout, |row, dot| 63 - sample(row, dot))),
            ('R', dye(layout, |_, dot| (dot % 64) as u8)),
            ('K', resin(layout, inked)),
        ];
        let mut bench = Bench::of(profile);
        bench.print(&page(&format!("NOC1,{head},PAG1"), &planes));
        let card = bench.card(1);
        assert_eq!(
            (card.place, card.looks()),
            (CardPlace::Output, Looks::Whole)
        );
        let face = &card.front;
        for row in 0..LINES {
            for column in 0..COLUMNS {
                let dot = column + FIRST;
                let (line, across) = if turned {
                    (LINES - 1 - row, COLUMNS - 1 - column)
                } else {
                    (row, column)
                };
                let at = line * COLUMNS + across;
                assert_eq!(face.y[at] >> 2, sample(row, dot), "{profile} {row} {dot}");
                assert_eq!(face.m[at] >> 2, 63 - sample(row, dot));
                assert_eq!(face.c[at] >> 2, (dot % 64) as u8);
                let bit = face.k[line * COLUMNS / 8 + across / 8] >> (7 - across % 8) & 1;
                assert_eq!(bit == 1, inked(row, dot), "{profile} {row} {dot}");
            }
        }
        let wire = bench.printer.head_picture(Side::Front).unwrap();
        let yellow = wire.y.as_ref().unwrap();
        assert_eq!(yellow[3 * HEAD_DOTS + 671], sample(3, 671));
    }
}

#[test]
fn a_picture_is_the_right_way_up_in_the_tray() {
    // The lower left corner of the upright card is row 0, dot 15 of a page that is not turned.
    for (profile, head, layout, row, dot) in [
        ("magicard-rio2", "KEE", HeadLayout::Linear, 0, FIRST),
        (
            "magicard-enduro",
            "KGE2",
            HIGH,
            LINES - 1,
            FIRST + COLUMNS - 1,
        ),
    ] {
        let mut bench = Bench::of(profile);
        let plane = dye(layout, |r, d| if (r, d) == (row, dot) { 63 } else { 0 });
        bench.print(&page(&format!("NOC1,{head}"), &[('B', plane)]));
        let geometry = Geometry {
            columns: COLUMNS,
            lines: LINES,
        };
        let picture = tray::picture(&bench.card(1).front, geometry);
        assert_eq!(picture.dimensions(), (LINES as u32, COLUMNS as u32));
        let yellow: Vec<_> = picture
            .enumerate_pixels()
            .filter(|(.., pixel)| pixel.0 != [255; 3])
            .map(|(x, y, pixel)| (x, y, pixel.0))
            .collect();
        assert_eq!(
            yellow,
            [(0, COLUMNS as u32 - 1, [255, 255, 0])],
            "{profile}"
        );
    }
}

#[test]
fn planes_in_any_order_and_letters_of_the_paper_are_one_picture() {
    let expected = {
        let mut bench = Bench::new(Switches::default());
        bench.print(&full_page());
        bench.card(1).front.clone()
    };
    let mut planes = high("KRGB");
    for (letter, paper) in planes.iter_mut().zip(["K", "C", "M", "Y"]) {
        letter.0 = paper.chars().next().unwrap();
    }
    let mut bench = Bench::new(Switches::default());
    bench.print(&page("WHAT,KGE2,EVER,OVRON,PAG1,NOC1,DPXOFF", &planes));
    let face = &bench.card(1).front;
    assert_eq!(
        (&face.y, &face.m, &face.c),
        (&expected.y, &expected.m, &expected.c)
    );
    assert_eq!(
        (&face.k, &face.laid.len()),
        (&expected.k, &expected.laid.len())
    );
    assert_eq!(bench.printer.last_page().unknown, ["WHAT", "EVER"]);
}

#[test]
fn planes_that_are_left_out_are_not_laid_and_the_picture_is_whole() {
    for (planes, overcoat, laid) in [
        ("BGRK", "OVRON", 5),
        ("BGR", "OVROFF", 3),
        ("K", "OVROFF", 1),
        ("G", "OVRON", 2),
    ] {
        let mut bench = Bench::new(Switches::default());
        bench.print(&page(&format!("NOC1,KGE2,{overcoat}"), &high(planes)));
        let card = bench.card(1);
        assert_eq!(card.front.laid.len(), laid, "{planes}");
        assert_eq!(card.looks(), Looks::Whole, "{planes}");
    }
}

#[test]
fn overcoat_is_on_for_the_front_and_off_for_the_back_unless_the_header_says() {
    let mut bench = Bench::new(Switches::default());
    let front = page("NOC1,KGE2,DPXON,PAG1", &high("BGR"));
    let back = page("NOC1,KGE2,DPXON,PAG2", &high("K"));
    bench.print(&[front, back].concat());
    let card = bench.card(1);
    assert!(card.front.touched_by(Panel::O) && !card.back.touched_by(Panel::O));
    assert_eq!((card.front.laid.len(), card.back.laid.len()), (4, 1));
    assert_eq!(
        (card.looks(), card.place),
        (Looks::Whole, CardPlace::Output)
    );
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::K,
        sets: None,
    });
    bench.print(&page("NOC1,KGE2,OVRON", &high("K")));
    let card = bench.card(2);
    assert_eq!(card.front.laid.len(), 1, "a film without overcoat");
    assert_eq!(card.looks(), Looks::Whole);
}

#[test]
fn an_overcoat_is_laid_where_the_header_says() {
    let mut bench = Bench::new(Switches::default());
    let header = "NOC1,KGE2,PCT0,0,1015,641,NCT4,8,5,15";
    bench.print(&page(header, &high("K")));
    let coat = &bench.card(1).front.o;
    let line = |at: usize| &coat[at * COLUMNS / 8..(at + 1) * COLUMNS / 8];
    assert_eq!(line(3), [0xFF; 4]);
    assert_eq!(line(4), [0xFF, 0, 0xFF, 0xFF]);
    assert_eq!(line(5), line(4));
    assert_eq!(line(6), [0xFF; 4]);
}

#[test]
fn both_sides_are_one_card_with_one_turn() {
    let mut bench = Bench::new(Switches::default());
    let front = page("NOC1,KGE2,DPXON,PAG1,BACKO", &high("BGRK"));
    let back = page("NOC1,KGE2,DPXON,PAG2,OVRON", &high("K"));
    bench.send(&front);
    bench.settle();
    assert_eq!(
        bench.place(1),
        CardPlace::PrintStart,
        "it waits for its back"
    );
    assert_eq!(bench.printer.port_status(), 0x08);
    assert_eq!(bench.code(), "00:00", "asked between the two sides");
    bench.print(&back);
    let card = bench.card(1);
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(card.pictures().len(), 1);
    assert_eq!(card.back.k, card.front.k, "both are turned alike");
}

#[test]
fn a_back_that_never_comes_ends_with_the_next_front_or_by_cancel() {
    let front = page("NOC2,KGE2,DPXON,PAG1", &high("K"));
    let mut bench = Bench::new(Switches::default());
    bench.print(&front);
    bench.print(&full_page());
    assert_eq!(bench.card(1).looks(), Looks::Part, "only half of its order");
    assert_eq!(bench.card(2).looks(), Looks::Whole);
    assert_eq!(bench.printer.mechanism().output().len(), 2);
    bench.print(&front);
    bench.press(Button::Cancel);
    bench.settle();
    assert_eq!(bench.printer.mechanism().output().len(), 3);
    assert_eq!(bench.printer.port_status(), 0x18);
}

#[test]
fn copies_come_from_memory_and_each_is_a_picture_of_its_own() {
    let mut bench = Bench::new(Switches::default());
    let page = page("NOC3,KGE2", &high("BK"));
    bench.print(&page);
    let mechanism = bench.printer.mechanism();
    assert_eq!(mechanism.output().len(), 3);
    let first = bench.card(1);
    for number in 2..=3 {
        let copy = bench.card(number);
        assert_eq!(
            (&copy.front.y, &copy.front.k),
            (&first.front.y, &first.front.k)
        );
        assert_ne!(copy.pictures(), first.pictures());
        assert_eq!(copy.looks(), Looks::Whole);
    }
    let mut bench = Bench::new(Switches::default());
    let front = super::page("NOC2,KGE2,DPXON,PAG1", &high("K"));
    let back = super::page("NOC2,KGE2,DPXON,PAG2", &high("K"));
    bench.print(&[front, back].concat());
    for number in 1..=2 {
        let card = bench.card(number);
        assert_eq!((card.looks(), card.back.laid.len()), (Looks::Whole, 1));
    }
    assert_eq!(bench.printer.mechanism().output().len(), 2);
}

#[test]
fn several_jobs_in_one_stream_wait_on_the_cable_and_print_one_after_the_other() {
    let mut profile = Profile::named("magicard-enduro")
        .unwrap()
        .with_geometry(COLUMNS, LINES);
    profile.input_buffer = 4096;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    let stream = [full_page(), request("INF"), full_page(), full_page()].concat();
    let taken = bench.printer.receive(&stream, 0);
    assert!(
        taken < 2 * full_page().len(),
        "one page and a buffer: {taken}"
    );
    bench.send(&stream[taken..]);
    bench.printer.host_closed(bench.uptime);
    bench.settle();
    assert_eq!(bench.printer.mechanism().output().len(), 3);
    for number in 1..=3 {
        assert_eq!(bench.card(number).looks(), Looks::Whole);
    }
}

#[test]
fn a_host_that_closes_after_its_last_byte_gets_its_card() {
    let switches = Switches {
        half_payload: HalfPayload::DroppedOnClose,
        ..Switches::default()
    };
    let mut bench = Bench::new(switches);
    bench.send(&full_page());
    bench.printer.host_closed(bench.uptime);
    bench.settle();
    assert_eq!(bench.card(1).looks(), Looks::Whole);
}

#[test]
fn tracks_are_written_before_the_picture_and_an_encode_only_job_prints_nothing() {
    let mut bench = Bench::new(Switches::default());
    let tracks = "COEH,MAG1,%DOE^JANE, X?,MAG3,;99=?";
    bench.print(&page(&format!("NOC1,{tracks},KGE2"), &high("K")));
    let card = bench.card(1);
    assert_eq!(
        card.stripe.tracks[0].as_deref(),
        Some(&b"%DOE^JANE, X?"[..])
    );
    assert_eq!(card.stripe.tracks[2].as_deref(), Some(&b";99=?"[..]));
    assert!(card.stripe.high_coercivity);
    bench.print(b"\x05\x01,NOC0,BBB2,COEL,MAG2,;12=34?,KGE2\x1C\x03");
    for number in 2..=3 {
        let card = bench.card(number);
        assert_eq!(card.place, CardPlace::Output);
        assert_eq!(card.looks(), Looks::Blank);
        assert_eq!(card.stripe.tracks[1].as_deref(), Some(&b";12=34?"[..]));
        assert!(!card.stripe.high_coercivity);
    }
    assert_eq!(bench.printer.mechanism().picked(), 3);
}

#[test]
fn a_window_that_begins_elsewhere_moves_the_page() {
    let mut bench = Bench::of("magicard-rio2");
    let plane = dye(HeadLayout::Linear, |row, dot| {
        if (row, dot) == (0, FIRST) { 63 } else { 0 }
    });
    bench.print(&page("NOC1,KEE,XCO3,YCO2", &[('B', plane)]));
    let yellow = &bench.card(1).front.y;
    let inked: Vec<usize> = (0..yellow.len()).filter(|at| yellow[*at] != 0).collect();
    assert_eq!(inked, [3 * COLUMNS + 2]);
}

#[test]
fn a_head_that_sits_elsewhere_begins_the_card_at_another_dot() {
    let mut profile = Profile::named("magicard-rio2")
        .unwrap()
        .with_geometry(COLUMNS, LINES);
    for (position, first) in [(45, 20), (50, 15), (65, 0), (90, 0), (10, 30)] {
        profile.head_position = position;
        assert_eq!(profile.first_dot(), first);
    }
    profile.head_position = 45;
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    let plane = dye(HeadLayout::Linear, |row, dot| {
        if (row, dot) == (0, 20) { 63 } else { 0 }
    });
    bench.print(&page("NOC1,KEE", &[('B', plane)]));
    assert_eq!(bench.card(1).front.y[0], 255);
}

#[test]
fn longer_pages_than_the_card_lose_what_hangs_over_it() {
    let mut bench = Bench::of("magicard-rio2");
    let rows = LINES + 6;
    let plane = [vec![0; 84 * LINES], vec![0xFF; 84 * 6]].concat();
    assert_eq!(plane.len(), rows * 84);
    bench.print(&page("NOC1,KEE,OVROFF,XLI0:1026", &[('K', plane)]));
    let card = bench.card(1);
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Blank)
    );
}

#[test]
fn color_sure_takes_longer() {
    let time = |slow: &str| {
        let mut bench = Bench::new(Switches::default());
        bench.print(&page(&format!("NOC1,KGE2,{slow}"), &high("B")));
        bench.uptime
    };
    assert_eq!(time("SLWON") - time("SLWOFF"), 3250 * MILLISECOND);
}

#[test]
fn a_card_is_erased_first_if_the_header_says_so() {
    let time = |erase: &str| {
        let mut bench = Bench::new(Switches::default());
        bench.print(&page(
            &format!("NOC1,KGE2,{erase},REA0,0,1016,642"),
            &high("K"),
        ));
        assert_eq!(bench.card(1).looks(), Looks::Whole);
        bench.uptime
    };
    assert_eq!(time("ERAON") - time("ERAOFF"), 8000 * MILLISECOND);
}
