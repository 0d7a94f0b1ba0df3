//! Datagrams, and the USB side.

use super::*;
use crate::faults::{PlannedFault, Step};

fn xid8600(switches: Switches) -> Bench {
    Bench::planned("matica-xid8600", switches, FaultPlan::default())
}

fn tags(wanted: &[u8]) -> Vec<u8> {
    wanted.iter().flat_map(|tag| [*tag, 0, 0, 0]).collect()
}

impl Bench {
    fn datagram(&mut self, kind: u32, payload: &[u8]) -> Option<(u32, u32, Vec<u8>)> {
        let request = message(kind, 4, 0x0A, payload);
        let answer = self.printer.datagram(&request, self.uptime)?;
        assert_eq!(wire::word(&answer, 3), Some(0x0A));
        let whole = wire::word(&answer, 1).unwrap() as usize * 4 + 8;
        assert_eq!(answer.len(), whole);
        let word = |index| wire::word(&answer, index).unwrap();
        Some((word(0), word(2), answer[16..].to_vec()))
    }

    /// The value of one status tag.
    fn status(&mut self, tag: u8) -> Vec<u8> {
        let (kind, result, payload) = self.datagram(0xF000_0600, &tags(&[tag])).unwrap();
        assert_eq!((kind, result, payload[0]), (0xF100_0600, 0, tag));
        payload[3..3 + usize::from(payload[2])].to_vec()
    }

    fn count(&mut self, tag: u8) -> u32 {
        wire::word(&self.status(tag), 0).unwrap()
    }

    fn usb(&mut self, block: &[u8]) -> Vec<u8> {
        let answer = self.printer.scsi(block, &[], self.uptime);
        assert!(answer.good, "{block:02X?}");
        answer.data
    }

    fn usb_sense(&mut self, block: &[u8]) -> [u8; 2] {
        assert!(
            !self.printer.scsi(block, &[], self.uptime).good,
            "{block:02X?}"
        );
        let sense = self.usb(&[3, 0, 0, 0, 20, 0]);
        assert_eq!((sense.len(), sense[0], sense[7]), (20, 0x70, 0x0C));
        [sense[2], sense[12]]
    }

    fn print_one(&mut self) {
        self.ok(&[LOAD]);
        self.planes(9);
        self.ok(&[PRINT, EJECT]);
    }
}

#[test]
fn the_captured_status_reply_is_rebuilt_word_by_word() {
    let mut profile = Profile::named("matica-xid8600")
        .unwrap()
        .with_geometry(ROWS, COLUMNS);
    profile.film_left = 883;
    let plan = FaultPlan {
        ribbon_sets: Some(969),
        ..FaultPlan::default()
    };
    let mut bench = Bench::with(profile, Switches::default(), plan);
    bench.printer.counters.shown = counters::Shown {
        total: 117,
        free: 10,
        head: 752,
        since_cleaning: 117,
        errors: 8,
    };
    let asked = tags(&[
        0x0C, 0x0A, 0x0D, 0x0B, 0x0E, 0x0F, 0x1F, 0x20, 0x21, 0x1E, 0x23,
    ]);
    let request = message(0xF000_0600, 0, 0x0A, &asked);
    assert_eq!(request[4..8], [0, 0, 0, 0x0D]);
    let answer = bench.printer.datagram(&request, 0).unwrap();
    let captured = "
        F1000600 0000001B 00000000 0000000A 0C020108 0A020100 0D020100 0B020130 0E060203
        E8000000 0F222045 48333131 31000000 00000000 00000000 00000000 00000000 00000000
        00000000 1F060400 00007500 20060400 0002F000 21060400 00007500 1E060400 00000A00
        23060400 00000800";
    let digits: String = captured.split_whitespace().collect();
    let mut captured = crate::hex::decode(&digits).unwrap();
    // The lot is the simulator's own.
    captured[43..49].copy_from_slice(b"SIM001");
    assert_eq!(answer, captured);
}

#[test]
fn the_state_tells_activities_and_faults() {
    let mut bench = xid8600(Switches::default());
    assert_eq!(bench.status(0x01), [0, 0, 0, 0]);
    bench.order(0, &LOAD);
    assert_eq!(bench.status(0x01), [2, 0, 0x0F, 0]);
    bench.answer();
    bench.planes(9);
    bench.order(0, &PRINT);
    assert_eq!(bench.status(0x01), [5, 0, 0x0F, 0]);
    bench.answer();
    bench.order(0, &EJECT);
    assert_eq!(bench.status(0x01), [4, 0, 0x0F, 0]);
    bench.answer();
    bench.hand(Hand::Unload);
    assert_eq!(bench.status(0x01), [0xFF, 2, 0xD0, 0]);
    assert_eq!(bench.status(0x0A), [2]);
    bench.hand(Hand::OpenLid);
    assert_eq!(bench.status(0x01), [0xFF, 2, 0xD1, 0]);
    bench.hand(Hand::CloseLid);
    assert_eq!(bench.status(0x01), [0xFF, 2, 0xDB, 0]);
    bench.hand(Hand::PowerOff);
    assert!(bench.datagram(0xF000_0600, &tags(&[1])).is_none());
    bench.pass(3_600_000);
    bench.hand(Hand::PowerOn);
    assert!(
        bench.datagram(0xF000_0600, &tags(&[1])).is_none(),
        "no network"
    );
    bench.pass(10_000);
    assert_eq!(bench.status(0x01), [7, 0, 0x0F, 0]);
    bench.connect();
    assert_eq!(
        bench.ask(&TEST),
        0x0006_2900,
        "a datagram takes no attention"
    );
}

#[test]
fn the_total_moves_with_the_transfer_or_with_the_card_and_with_a_reject_or_not() {
    for (total_moves, reject_moves_total, [held, out, rejected]) in [
        (TotalMoves::Leaves, false, [0, 1, 1]),
        (TotalMoves::Leaves, true, [0, 1, 2]),
        (TotalMoves::Transfer, false, [1, 1, 1]),
        (TotalMoves::Transfer, true, [1, 1, 2]),
    ] {
        let mut bench = xid8600(Switches {
            total_moves,
            reject_moves_total,
            ..Switches::default()
        });
        bench.ok(&[LOAD]);
        bench.planes(9);
        bench.ok(&[PRINT, RETURN]);
        assert_eq!(bench.count(0x1F), held, "{total_moves:?}");
        bench.ok(&[[5, 2, 0, 5]]);
        assert_eq!(bench.count(0x1F), out);
        bench.ok(&[LOAD, REJECT]);
        assert_eq!(bench.count(0x1F), rejected);
        assert_eq!(bench.count(0x20), 4);
    }
}

#[test]
fn datagrams_may_lag_be_lost_or_stay_away_while_something_moves() {
    let mut bench = xid8600(Switches {
        status_lags: 10,
        ..Switches::default()
    });
    assert_eq!(bench.status(0x0A), [0]);
    bench.hand(Hand::Unload);
    assert_eq!(bench.status(0x0A), [0], "told again");
    bench.pass(10_000);
    assert_eq!(bench.status(0x0A), [2]);
    bench.printer.lose_datagrams(1);
    assert!(bench.datagram(0xF000_0600, &tags(&[1])).is_none());
    assert_eq!(bench.status(0x0A), [2]);
    for (status_while_busy, told) in [(true, true), (false, false)] {
        let mut bench = xid8600(Switches {
            status_while_busy,
            ..Switches::default()
        });
        bench.order(0, &LOAD);
        let answer = bench.datagram(0xF000_0600, &tags(&[1]));
        assert_eq!(answer.is_some(), told);
    }
    let mut bench = Bench::new(Switches::default());
    assert!(!bench.printer.has_datagrams());
    assert!(bench.datagram(0xF000_0600, &tags(&[1])).is_none(), "a 9300");
}

#[test]
fn settings_are_read_changed_and_kept_over_a_power_cut() {
    let mut bench = xid8600(Switches::default());
    let change = [0x4C, 2, 1, 3, 0x4D, 2, 1, 2];
    let changed = bench.datagram(0xF000_0800, &change).unwrap();
    assert_eq!(changed, (0xF100_0800, 0, vec![]));
    bench.power_cycle();
    for kind in [0xF000_0400, 0xF000_0A00] {
        let (answer, result, payload) = bench
            .datagram(kind, &tags(&[0x4C, 0x4D, 0x32, 0x99]))
            .unwrap();
        assert_eq!((answer, result), (kind + 0x0100_0000, 0));
        let items = [0x4C, 2, 1, 3, 0x4D, 2, 1, 2, 0x32, 6, 4, 0, 0, 0, 0, 0];
        assert_eq!(payload, items, "an unknown tag is left out");
    }
    let refused = bench.datagram(0xF000_0800, &[0x4C, 2, 1, 9]).unwrap();
    assert_eq!(refused.1, 0x0005_2600);
    for nonsense in [&[0x4C, 0, 1, 3][..], &[0x4C, 2, 200, 3], &[0x4C, 200, 1, 3]] {
        let (_, result, _) = bench.datagram(0xF000_0800, nonsense).unwrap();
        assert_ne!(result, 0);
    }
    assert!(bench.printer.datagram(&[0; 16], bench.uptime).is_none());
    assert!(bench.printer.datagram(&[], bench.uptime).is_none());
    bench.print_one_after_power();
    assert_eq!(bench.count(0x1E), 1);
    bench
        .datagram(0xF000_0800, &[0x32, 6, 4, 0, 0, 0, 0, 0])
        .unwrap();
    assert_eq!((bench.count(0x1E), bench.count(0x1F)), (0, 1));
    let (_, _, payload) = bench
        .datagram(0xF000_0500, &tags(&[0x04, 0x0A, 0x39]))
        .unwrap();
    assert_eq!(
        payload,
        [
            4, 6, 2, 2, 0x58, 0, 0, 0, 0x0A, 6, 2, 0, 24, 0, 0, 0, 0x39, 2, 1, 1
        ]
    );
}

impl Bench {
    fn print_one_after_power(&mut self) {
        self.connect();
        assert_eq!(self.ask(&TEST), 0x0006_2900);
        assert_eq!(self.ready(), 0);
        self.print_one();
    }
}

#[test]
fn power_save_can_be_switched_off() {
    let mut bench = xid8600(Switches::default());
    bench.datagram(0xF000_0800, &[0x18, 2, 1, 8]).unwrap();
    bench.pass(7_200_000);
    bench.ok(&[TEST]);
}

#[test]
fn the_other_list_of_sense_keys_has_other_severities() {
    for (sense_keys, told) in [
        (SenseKeys::Vendor, 0x0042_B200),
        (SenseKeys::Other, 0x0003_B200),
    ] {
        let mut bench = xid8600(Switches {
            sense_keys,
            ..Switches::default()
        });
        bench.hand(Hand::Ribbon {
            kind: RibbonKind::Ymck,
            sets: Some(0),
        });
        assert_eq!(bench.ask(&TEST), told);
    }
}

#[test]
fn a_windows_job_is_printed_by_command_blocks() {
    let mut bench = xid8600(Switches::default());
    bench.usb(&[0x31, 1, 1, 0, 4, 0, 0, 0, 0, 0]);
    assert_eq!(bench.usb_sense(&[0; 6]), [2, 0xD3]);
    let plane = |number| [0x2A, 0, number, 0, 0, 0, 0, 1, 0x80, 0];
    for number in [0, 3, 2, 1] {
        let answer = bench
            .printer
            .scsi(&plane(number), &[7; PLANE], bench.uptime);
        assert!(answer.good);
    }
    let short = bench.printer.scsi(&plane(0), &[7; PLANE - 1], bench.uptime);
    assert!(!short.good);
    bench.pass(10_000);
    assert_eq!(bench.usb(&[0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0]), [0; 8]);
    bench.usb(&[0x31, 8, 7, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bench.usb_sense(&[0; 6]), [2, 0xD4]);
    bench.pass(30_000);
    bench.usb(&[0; 6]);
    bench.usb(&[0x31, 9, 1, 0, 0, 0, 0, 0, 0, 0]);
    bench.pass(30_000);
    let card = bench.card(1);
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(bench.usb(&[0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0])[0], 4);
    let blocks: [&[u8]; 5] = [
        &[0x31, 1, 0, 0, 0, 0, 0, 2, 0, 0],
        &[0x32, 4, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x32, 5, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x31, 0x0B, 0, 0, 4, 0, 0, 4, 0, 0],
        &[1, 0, 0, 0, 0, 0],
    ];
    for block in blocks {
        bench.usb(block);
        bench.pass(30_000);
    }
    assert_eq!(bench.card(2).place, CardPlace::Reject);
    for (block, sense) in [
        (&[0x31, 9, 0, 0, 0, 0, 0, 0, 0, 0][..], [5, 0x2A]),
        (&[0x31, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0], [5, 0x2A]),
        (&[0x31, 0x0D, 0, 0, 0, 0, 0, 0, 0, 0], [5, 0x2A]),
        (&[0x31, 0x0C, 0, 0, 0, 0, 0, 0, 0, 0], [5, 0x2A]),
        (&[0x31, 0x77, 0, 0, 0, 0, 0, 0, 0, 0], [5, 0x24]),
        (&[0x31, 0x01, 0, 0, 0, 0, 0, 9, 0, 0], [5, 0x24]),
        (&[0x99, 0, 0, 0, 0, 0], [5, 0x20]),
        (&[0x2E, 0, 0, 0, 0, 7, 0, 0, 0x45, 0], [5, 0x2D]),
        (&[0x3C, 2, 0xE0, 0, 0, 0, 0, 0, 10, 0], [5, 0x2E]),
        (&[0x3C, 2, 0x99, 0, 0, 0, 0, 0, 10, 0], [5, 0x24]),
        (&[], [5, 0x2A]),
    ] {
        if !block.is_empty() {
            assert_eq!(bench.usb_sense(block), sense, "{block:02X?}");
        }
    }
}

#[test]
fn pages_and_buffers_are_those_of_the_captures() {
    let profile = Profile::named("matica-xid8600").unwrap();
    let mut bench = Bench::with(profile, Switches::default(), FaultPlan::default());
    bench.hand(Hand::Unload);
    bench.datagram(0xF000_0800, &[0x18, 2, 1, 8]).unwrap();
    let page = bench.usb(&[0x1A, 0, 0x68, 0, 64, 0]);
    let captured = "
        2F001000283A0000 0258025800000000 07EA04FE00000000 0000020000000000
        0818053000020101 0A04000000030106 0600080725020303 0001000000000000";
    let digits: String = captured.split_whitespace().collect();
    let mut captured = crate::hex::decode(&digits).unwrap();
    // New supplies here.
    captured[51..53].copy_from_slice(&[10, 50]);
    assert_eq!(page, captured);

    let ribbon = bench.usb(&[0x1A, 0, 0x63, 0, 44, 0]);
    assert_eq!(
        (ribbon.len(), ribbon[6], &ribbon[8..10]),
        (44, 0, &[3, 0xE8][..])
    );
    let select = |bench: &mut Bench, page, data: &[u8]| {
        let length = u8::try_from(data.len()).unwrap();
        bench
            .printer
            .scsi(&[0x15, 0x10, page, 0, length, 0], data, bench.uptime)
            .good
    };
    assert!(select(
        &mut bench,
        0x2A,
        &[0x2A, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 3, 0xFF, 0xFF]
    ));
    let magnetic = bench.usb(&[0x1A, 0, 0x2A, 0, 14, 0]);
    assert_eq!((magnetic.len(), magnetic[6], magnetic[11]), (14, 1, 3));
    let mut settings = vec![0xFF; 32];
    settings[..2].copy_from_slice(&[0x28, 0x1E]);
    settings[0x04] = 4;
    assert!(select(&mut bench, 0x28, &settings));
    assert_eq!(bench.usb(&[0x1A, 0, 0x28, 0, 64, 0])[0x25], 4);
    settings[0x04] = 99;
    assert!(!select(&mut bench, 0x28, &settings));
    assert!(!select(&mut bench, 0x28, &[1]));

    let inquiry = bench.usb(&[0x12, 0, 0, 0, 0x60, 0]);
    assert_eq!((inquiry.len(), &inquiry[16..24]), (96, &b"XID8600 "[..]));
    for (number, bytes) in [
        (0x70, 6),
        (0x52, 4),
        (0x55, 10),
        (0x57, 10),
        (0x58, 16),
        (0x90, 260),
    ] {
        assert_eq!(
            bench.usb(&[0x3C, 2, number, 0, 0, 0, 0, 0, 0, 0]).len(),
            bytes
        );
    }
    let limit = [0x3B, 2, 0x52, 0, 0, 0, 0, 0, 4, 0];
    assert!(bench.printer.scsi(&limit, &[0x0B, 0xB8, 0, 0], 0).good);
    assert_eq!(
        bench.usb(&[0x3C, 2, 0x52, 0, 0, 0, 0, 0, 4, 0]),
        [0x0B, 0xB8, 0, 0]
    );
    assert_eq!(
        bench.usb(&[0x4D, 0, 0x79, 0, 0, 0, 0, 0, 0x4C, 0])[28..36],
        [0, 3, 0, 4, 0xFF, 2, 0xD0, 0]
    );
}

#[test]
fn counters_are_in_the_log_page_of_an_8600_and_perhaps_of_a_9300() {
    let page = [0x4D, 0, 0x78, 0, 0, 0, 0, 0, 0x34, 0];
    for (name, counters_9300, told) in [
        ("matica-xid8600", Counters9300::None, true),
        ("matica-xid9300", Counters9300::None, false),
        ("matica-xid9300", Counters9300::Usb, true),
    ] {
        let switches = Switches {
            counters_9300,
            ..Switches::default()
        };
        let mut bench = Bench::planned(name, switches, FaultPlan::default());
        bench.print_one();
        if told {
            let data = bench.usb(&page);
            assert_eq!((data.len(), &data[..4]), (52, &[0x38, 0, 0, 0x20][..]));
            assert_eq!(data[4..12], [0, 0, 0, 4, 0, 0, 0, 1]);
            assert_eq!(data[20..28], [0, 2, 0, 4, 0, 0, 0, 4]);
        } else {
            assert_eq!(bench.usb_sense(&page), [5, 0x24]);
        }
    }
}

#[test]
fn tracks_are_written_and_read_over_usb_too() {
    let mut bench = xid8600(Switches::default());
    bench.usb(&[0x31, 1, 0, 0, 0, 0, 0, 3, 0, 0]);
    bench.pass(10_000);
    let entry = [0xB4, 3, 0x0B, 5, 0x0F];
    let write = [0x2D, 0, 0, 0, 0xB4, 0, 0, 0, 5, 0];
    assert!(bench.printer.scsi(&write, &entry, bench.uptime).good);
    bench.pass(10_000);
    assert_eq!(bench.usb(&[0x2C, 0, 0, 0, 0xB4, 0, 0, 37, 0, 0]), entry);
    assert_eq!(
        bench.usb_sense(&[0x2C, 0, 0, 0xA6, 0, 0, 76, 0, 0, 0]),
        [3, 0xAE]
    );
    let bad = [0xB4, 3, 0x0B, 5, 0x1F];
    assert!(!bench.printer.scsi(&write, &bad, bench.uptime).good);
}

#[test]
fn errors_are_logged_and_counted() {
    let plan = FaultPlan {
        faults: vec![PlannedFault {
            card: 1,
            step: Step::Station,
            permille: 0,
            strike: Strike::Jam,
        }],
        ..FaultPlan::default()
    };
    let mut bench = Bench::planned("matica-xid8600", Switches::default(), plan);
    assert_eq!(bench.ask(&TO_CHIP), 0x0003_9300);
    assert_eq!(bench.count(0x23), 1);
    let log = bench.usb(&[0x3C, 2, 0x90, 0, 0, 0, 1, 4, 0, 0]);
    assert_eq!(log[..8], [0, 0, 0, 1, 0, 3, 0x93, 0]);
}

#[test]
fn rezero_initialises_as_command_03_does() {
    let mut bench = xid8600(Switches::default());
    bench.ok(&[LOAD]);
    bench.usb(&[1, 0, 0, 0, 0, 0]);
    assert_eq!(bench.usb_sense(&[0; 6]), [0x02, 0xDB]);
    bench.pass(20_000);
    bench.usb(&[0; 6]);
    assert_eq!(bench.card(1).place, CardPlace::Reject);
    assert_eq!(bench.place(), (4, 0));
}

#[test]
fn what_is_simulated_by_its_answer_only_moves_nothing() {
    let mut bench = xid8600(Switches::default());
    bench.usb(&[0x1D, 0, 1, 0, 0x0A, 0]);
    assert_eq!(
        bench.usb_sense(&[0x2F, 0, 0, 0, 0, 7, 0, 0, 5, 0]),
        [0x05, 0x2D]
    );
    bench.pass(60_000);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    assert_eq!(bench.usb(&[0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0])[0], 4);
}

#[test]
fn job_information_begins_another_picture() {
    let mut bench = xid8600(Switches::default());
    let job = [0x3B, 2, 0x60, 0, 0, 0, 0, 0, 0x60, 0];
    let mut pictures = Vec::new();
    for begins in [false, true] {
        if begins {
            assert!(bench.printer.scsi(&job, &[b'A'; 96], bench.uptime).good);
        }
        bench.planes(9);
        bench.usb(&[0x31, 8, 7, 0, 0, 0, 0, 0, 0, 0]);
        bench.pass(60_000);
        pictures.push(bench.printer.mechanism().film_pictures().len());
    }
    assert_eq!(pictures, [1, 2]);
    let short = bench.printer.scsi(&job, &[0; 95], bench.uptime);
    assert!(!short.good);
    assert_eq!(bench.usb(&[3, 0, 0, 0, 20, 0])[12], 0x1A);
}
