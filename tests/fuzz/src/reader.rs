//! Both sides of the chip reader's lines: any lines against the driver's machine, and any lines at a firmware with a
//! card at its station.

use std::time::Duration;

use cetak_drivers::contract::{Apdu, Channel, EncoderNews, EncoderRequest, Output, Script};
use cetak_drivers::reader::LineReader;
use cetak_firmware_sims::hands::Hand;

use super::feed::Feed;
use super::firmware::blanks;
use super::host::{Cut, Host};
use super::makers::{Choice, Maker};

/// Deeds of one input.
const DEEDS_MAX: usize = 200;
/// Bytes of an answer line: twice those of the longest block of a chip, and a status.
const LINE_BYTES_MAX: usize = 4096;
/// Lines that make sense on either side.
const LINES: &[&str] = &[
    "yes",
    "no",
    "none",
    "04A1B2C3",
    "9000",
    "6A82",
    "00",
    "error",
    "presence",
    "uid",
    "apdu 00A4040000",
    "apdu FFCA000000",
    "apdu FFB0000410",
    "apdu FFD6000404DEADBEEF",
    "apdu 0",
];

/// The driver's machine, and the answers of a firmware to the same lines.
pub fn reader(data: &[u8]) {
    let whole = play(data, Cut::Whole);
    let cut = play(data, Cut::EveryByte);
    assert_eq!(whole, cut, "the news depend on where the stream is cut");
}

fn play(data: &[u8], cut: Cut) -> Vec<Output<EncoderNews>> {
    let mut feed = Feed::new(data);
    let mut printer = Choice::of(&mut Feed::new(&[])).printer(Maker::Evolis, 0);
    let loaded = printer.hand(Hand::Load { blanks: blanks() }, 0);
    loaded.expect("an empty hopper takes a few cards");
    printer.host_opened(0);
    // One card at the station.
    for command in [&b"\x1BSs\r"[..], b"\x1BSic\r"] {
        printer.receive(command, 0);
    }
    let mut uptime = 0;
    while let Some(next) = printer.next() {
        uptime = next;
        printer.advance(uptime);
    }
    assert!(printer.mechanism().place_inside().is_some());
    let mut ask = |line: &str| {
        let answer = printer.reader(line, uptime);
        assert!(answer.len() <= LINE_BYTES_MAX && !answer.contains(['\n', '\r']));
        answer
    };
    let mut host = Host::new(LineReader::new(), cut);
    for _ in 0..DEEDS_MAX {
        if feed.is_empty() {
            break;
        }
        deed(&mut host, &mut ask, &mut feed);
        host.settle();
    }
    host.end();
    host.into_log()
}

fn deed(host: &mut Host<LineReader>, ask: &mut dyn FnMut(&str) -> String, feed: &mut Feed) {
    match feed.choice(10) {
        0 => {
            host.ask(EncoderRequest::Presence);
        }
        1 => {
            host.ask(EncoderRequest::Uid);
        }
        2 => {
            host.ask(EncoderRequest::Run(script(feed)));
        }
        3 => {
            host.ask(EncoderRequest::State(script(feed)));
        }
        4 => host.link.say(Channel::Main, feed.counted()),
        5 => {
            let line = LINES[feed.choice(LINES.len())];
            host.link.say(Channel::Main, line.as_bytes());
            host.link.say(Channel::Main, b"\n");
        }
        6 => {
            // What the driver asks is answered by a firmware.
            let asked: Vec<u8> = host.link.main.to_printer.drain(..).collect();
            for line in String::from_utf8_lossy(&asked).lines() {
                let answer = ask(line);
                host.link.say(Channel::Main, answer.as_bytes());
                host.link.say(Channel::Main, b"\n");
            }
        }
        7 => {
            let line = String::from_utf8_lossy(feed.counted()).into_owned();
            ask(&line);
            ask(&format!("apdu {line}"));
        }
        8 => host.link.main.falls = true,
        _ => host.pass(Duration::from_millis(u64::from(feed.number()))),
    }
}

fn script(feed: &mut Feed) -> Script {
    let steps = (0..feed.choice(4))
        .map(|_| Apdu {
            send: feed.counted().to_vec(),
            expect: feed.counted().to_vec(),
        })
        .collect();
    Script {
        name: "fuzz".to_owned(),
        steps,
    }
}
