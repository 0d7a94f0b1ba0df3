//! Jobs in the very form in which the maker's Windows driver sends them \[capture\]: downloads padded with NUL to 64
//! bytes, `Dbc` with three fields, lines of up to 81 bytes, and nobody who waits for an answer.

use super::*;
use crate::mechanism::RibbonKind;

const REAL_LINES: usize = 1016;
const LINE_BYTES: usize = 81;
/// A download is padded to a multiple of this, counted from its own ESC.
const PADDED_TO: usize = 64;

/// Lines of noise, some of them white, some full to the last byte, some ending early. Shape: `REAL_LINES` of
/// `LINE_BYTES`.
fn noise(seed: u32) -> Vec<Vec<u8>> {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    (0..REAL_LINES)
        .map(|line| {
            let inked = match line % 7 {
                0 => 0,
                1 => LINE_BYTES,
                _ => next() as usize % (LINE_BYTES + 1),
            };
            let mut bytes: Vec<u8> = (0..inked).map(|_| next() as u8 | 1).collect();
            bytes.resize(LINE_BYTES, 0);
            bytes
        })
        .collect()
}

/// One panel of black: a line is the number of its bytes up to the last inked one, and those; a white one is 00.
fn download(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut data = Vec::new();
    for line in lines {
        let inked = line
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        data.push(u8::try_from(inked).unwrap());
        data.extend_from_slice(&line[..inked]);
    }
    let mut command = format!("\x1BDbc;k;2;{};", data.len()).into_bytes();
    command.extend(data);
    command.push(b'\r');
    command.resize(command.len().next_multiple_of(PADDED_TO), 0);
    command
}

fn begun() -> Vec<u8> {
    [
        "Pr;k",
        "Pmi;F;s",
        "Pc;k;=;10",
        "Pdt;DU",
        "Mr;s",
        "Ppws;1700000000",
        "Ss",
        "Sr",
    ]
    .iter()
    .flat_map(|command| text(command))
    .collect()
}

fn ended() -> Vec<u8> {
    let mut end = text("Se;1");
    end.extend([0; 32]);
    end
}

/// A printer of the real size with a ribbon of black alone.
fn real(profile: &str) -> Bench {
    let printer = Evolis::new(
        Profile::named(profile).unwrap(),
        Switches::default(),
        FaultPlan::default(),
    );
    let mut bench = Bench { printer, uptime: 0 };
    bench.printer.host_opened(0);
    bench.hand(Hand::Load { blanks: blanks(3) });
    bench.hand(Hand::OpenLid);
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::K,
        sets: None,
    });
    bench.hand(Hand::CloseLid);
    bench
}

fn print(bench: &mut Bench, job: &[u8]) {
    bench.send(job);
    while bench.answer().is_some() {}
    bench.pass(120_000);
}

#[test]
fn jobs_of_one_side_print_every_line_as_it_was_sent() {
    let mut bench = real("evolis-primacy");
    for (card, seed) in (1..).zip([1, 7_919, 104_729]) {
        let lines = noise(seed);
        let job = [begun(), download(&lines), ended()].concat();
        print(&mut bench, &job);
        let card = bench.card(card);
        assert_eq!(
            (card.place, card.looks()),
            (CardPlace::Output, Looks::Whole)
        );
        assert!(card.face(Side::Front).k == lines.concat(), "seed {seed}");
    }
}

#[test]
fn a_panel_that_is_longer_compressed_than_plain_is_taken() {
    let lines = vec![vec![0xA5; LINE_BYTES]; REAL_LINES];
    let panel = download(&lines);
    assert!(panel.starts_with(b"\x1BDbc;k;2;83312;"), "82 bytes a line");
    let mut bench = real("evolis-primacy");
    print(&mut bench, &[begun(), panel, ended()].concat());
    assert!(bench.card(1).face(Side::Front).k == lines.concat());
}

#[test]
fn a_job_of_two_sides_has_its_back_behind_sv() {
    let (front, back) = (noise(3), noise(5));
    let job = [
        begun(),
        download(&front),
        text("Sv"),
        text("Pc;k;=;10"),
        download(&back),
        ended(),
    ]
    .concat();
    let mut bench = real("evolis-primacy-duplex");
    print(&mut bench, &job);
    let card = bench.card(1);
    assert_eq!(card.place, CardPlace::Output);
    assert!(card.face(Side::Front).k == front.concat(), "front");
    assert!(card.face(Side::Back).k == back.concat(), "back");
}
