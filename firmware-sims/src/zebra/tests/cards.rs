//! Whole cards and where every dot lies.

use super::*;

/// A full front with its black, held, then put out.
#[test]
fn a_whole_card_by_hand_written_bytes_ends_in_the_output() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&[".", "MC"]);
    bench.load_front();
    assert!(!bench.printer.mechanism().moving(), "data never feed");
    assert_eq!(bench.printer.mechanism().picked(), 0);
    let before = bench.uptime;
    bench.ok(&[FRONT]);
    let takes = 3000 + 3 * 4500 + 3000 + 3000;
    assert_eq!(
        bench.uptime - before,
        takes * MILLISECOND,
        "answered when it is over"
    );
    assert_eq!(bench.card(1).place, CardPlace::PrintStart, "held");
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    assert_eq!(bench.passes(), 5);
    assert_eq!(
        bench.ask("E"),
        "\"Cpt imp:00000005 next clean Prn:00005000 nb pass:5\""
    );
    bench.ok(&["MO"]);
    let card = bench.card(1);
    assert_eq!(card.place, CardPlace::Output);
    assert_eq!(card.front.laid.len(), 5);
    // The landscape card's top dot is a line's highest column.
    for line in 0..LINES {
        assert_eq!(card.front.y[(line + 1) * COLUMNS - 1], 255);
        assert_eq!(
            card.front.k[line * COLUMNS / 8..][..COLUMNS / 8],
            [0, 0, 0, 0, 0, 0, 0, 0x0F]
        );
    }
    assert_eq!(card.front.c.iter().filter(|dot| **dot != 0).count(), LINES);
    assert!(
        card.front.o.iter().all(|byte| *byte == 0xFF),
        "a clear varnish buffer covers the card"
    );
    assert_eq!(bench.printer.mechanism().ribbon().unwrap().sets_left, 199);
    assert_eq!(bench.printer.port_status(), 0x18);
}

#[test]
fn the_first_line_of_a_download_is_the_right_edge_of_the_card() {
    let mut bench = Bench::loaded(Switches::default());
    bench.ok(&["$F"]);
    // Plain dots: line n has level n at its top, in a corner of the card.
    let mut bytes = b"\x1BGS 1 32 8 4 3 2 ".to_vec();
    bytes.extend([0x08, 0xFF, 0x10, 0x1B, 0x18, 0x0D]);
    bytes.push(0x0D);
    bench.ok_bytes(&bytes);
    bench.ok(&[FRONT]);
    let face = &bench.card(1).front;
    let at = |x: usize, y: usize| face.m[x * COLUMNS + COLUMNS - 1 - y];
    // Levels 1, 31; 2, 3; 3, 1 of 31.
    assert_eq!([at(10, 4), at(10, 5)], [8, 255]);
    assert_eq!([at(9, 4), at(9, 5)], [16, 25]);
    assert_eq!([at(8, 4), at(8, 5)], [25, 8]);
    assert_eq!(face.m.iter().filter(|dot| **dot != 0).count(), 6);
}

#[test]
fn the_repeat_of_a_loaded_card_needs_only_its_string() {
    let mut bench = Bench::loaded(Switches::default());
    bench.ok(&[&format!("{FRONT}[MO"), &format!("{FRONT}[MO")]);
    assert_eq!(bench.card(1).front.k, bench.card(2).front.k);
    assert_eq!(bench.card(2).looks(), Looks::Whole);
    assert_ne!(bench.card(1).pictures(), bench.card(2).pictures());
}

#[test]
fn a_string_may_run_several_times() {
    let mut bench = Bench::loaded(Switches::default());
    bench.ok(&["M 3 IS 0[IS 1[IS 2[I[IV 31[MO"]);
    assert_eq!(bench.printer.mechanism().output().len(), 3);
    assert!((1..=3).all(|card| bench.card(card).looks() == Looks::Whole));
}

#[test]
fn two_sides_are_one_picture_and_the_second_ribbon_black_serves_the_back() {
    let mut bench = Bench::planned("zebra-p430i", Switches::default(), FaultPlan::default());
    bench.load_front();
    bench.ok(&[FRONT]);
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    bench.ok(&["MF"]);
    assert_eq!(
        bench.card(1).looks(),
        Looks::Part,
        "turned over, something is to come"
    );
    bench.ok(&["F"]);
    bench.load_black(0x81);
    bench.ok(&["M 1 [I[MO"]);
    let card = bench.card(1);
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(card.back.k[7], 0x81);
    assert_eq!(card.front.k[7], 0x0F);
    assert_eq!(bench.printer.mechanism().ribbon().unwrap().sets_left, 169);
}

#[test]
fn a_side_without_black_is_whole_if_the_black_buffer_is_clear() {
    for (clears, looks) in [(true, Looks::Whole), (false, Looks::Part)] {
        let mut bench = Bench::loaded(Switches::default());
        if clears {
            bench.ok(&["F"]);
        }
        bench.ok(&["M 1 IS 0[IS 1[IS 2[IV 31[MO"]);
        assert_eq!(bench.card(1).looks(), looks);
    }
}

#[test]
fn black_of_the_last_side_comes_back_without_a_clear() {
    let mut bench = Bench::planned("zebra-p430i", Switches::default(), FaultPlan::default());
    bench.load_front();
    bench.ok(&[FRONT, "MF", "M 1 [I[MO"]);
    assert_eq!(bench.card(1).back.k, bench.card(1).front.k);
}

#[test]
fn a_job_that_begins_on_a_printed_card_is_an_overprint() {
    let mut bench = Bench::loaded(Switches::default());
    bench.ok(&["M 1 I"]);
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    bench.load_front();
    bench.ok(&["M 1 IS 0[IS 1[IS 2[IV 31"]);
    assert_eq!(bench.card(1).pictures().len(), 2);
    assert_eq!(bench.card(1).looks(), Looks::Part);
}

#[test]
fn test_cards_use_the_ribbon_and_leave() {
    let mut bench = Bench::new(Switches::default());
    bench.ok(&["A1", "IMB"]);
    assert_eq!(bench.card(1).front.laid.len(), 5);
    assert_eq!(bench.card(2).front.laid.len(), 1);
    assert_eq!(bench.printer.mechanism().output().len(), 2);
}

#[test]
fn dye_black_comes_out_as_black_and_varnish_follows_its_buffer() {
    let mut bench = Bench::new(Switches::default());
    let mut bytes = b"\x1BGS 3 30 0 0 1 3 ".to_vec();
    bytes.extend([0x81, 15, 16, 31, 0x0D]);
    bench.ok_bytes(&bytes);
    bench.ok(&["vL 0 0 8 8 1", "M 1 IS 3[IV 31[MO", "M 1 IS 3[IV 30[MO"]);
    let face = &bench.card(1).front;
    assert_eq!(face.k[7], 0b0000_0110, "dots 1 and 2 of the left edge");
    let varnished: u32 = face.o.iter().map(|byte| byte.count_ones()).sum();
    assert_eq!(varnished, 64);
    assert_eq!(face.o[..8], [0, 0, 0, 0, 0, 0, 0, 0xFF]);
    assert!(
        bench.card(2).front.o.iter().all(|byte| *byte == 0xFF),
        "IV 30 asks for no buffer"
    );
}

#[test]
fn a_whole_size_area_beyond_the_card_is_cut_at_its_edges() {
    let profile = Profile::named("zebra-p430i").unwrap();
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    // As used on real printers: 1029 lines of 645 dots; each line's top dot, and all of the first and last line.
    let mut bytes = b"\x1BGS 0 30 0 0 1029 645 ".to_vec();
    for line in 0..1029 {
        let level = if line == 0 || line == 1028 { 31 } else { 0 };
        bytes.extend([0x81, 31]);
        for run in [127, 127, 127, 127, 127, 9] {
            bytes.extend([0x80 | run, level]);
        }
    }
    bytes.push(0x0D);
    bench.ok_bytes(&bytes);
    bench.ok(&["M 1 IS 0[MO"]);
    let face = &bench.card(1).front;
    let inked = face.y.iter().filter(|dot| **dot == 255).count();
    assert_eq!(
        inked,
        1024 + 639,
        "the top edge and the left one; the right one lies beyond the card"
    );
    assert!(
        face.y[..640].iter().all(|dot| *dot == 255),
        "the last line is the left edge"
    );
}
