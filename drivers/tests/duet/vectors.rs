//! The recorded and computed bytes of `tests/vectors/evolis`, said to the firmware alone: the dialect is held to the
//! same files by its own tests, so that one misreading cannot pass on both sides.

use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::evolis::{Evolis as Firmware, Profile, Switches};
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::{CardPlace, Face, Looks};

use crate::bench::blanks;

const SECOND: u64 = 1_000_000_000;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/vectors/evolis/",
            $name,
            ".txt"
        ))
        .lines()
        .filter(|line| !line.starts_with('#'))
    };
}

/// A firmware and nothing else.
struct Alone {
    firmware: Firmware,
    uptime: u64,
}

impl Alone {
    fn new(lines: usize) -> Alone {
        let profile = Profile::named("evolis-primacy").unwrap();
        let profile = profile.with_geometry(648, lines);
        let mut firmware = Firmware::new(profile, Switches::default(), FaultPlan::default());
        firmware.hand(Hand::Load { blanks: blanks(3) }, 0).unwrap();
        firmware.host_opened(0);
        Alone {
            firmware,
            uptime: 0,
        }
    }

    /// Says bytes and waits for the answer.
    fn ask(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        for _ in 0..600 {
            let taken = self.firmware.receive(bytes, self.uptime);
            bytes = &bytes[taken..];
            answer.extend(self.firmware.transmit());
            if bytes.is_empty() && answer.ends_with(&[0]) {
                return answer;
            }
            self.uptime += SECOND / 10;
            self.firmware.advance(self.uptime);
        }
        panic!("no answer");
    }

    #[track_caller]
    fn ok(&mut self, command: &str) {
        let bytes = [b"\x1B", command.as_bytes(), b"\r"].concat();
        assert_eq!(self.ask(&bytes), b"OK\0", "{command}");
    }

    /// Lays one panel that is sent in these bytes, and gives what lies on the front.
    fn laid(&mut self, ribbon: &str, download: &[u8]) -> Face {
        self.ok("Pem;2");
        self.ok(&format!("Pr;{ribbon}"));
        self.ok("Ss");
        self.ok("Sr");
        assert_eq!(self.ask(download), b"OK\0");
        self.ok("Se");
        let output = self.firmware.mechanism().output();
        let card = *output.last().unwrap();
        self.firmware.mechanism().card(card).unwrap().front.clone()
    }
}

/// Bytes in hexadecimal; `NN*BB` is NN times the byte BB.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in text.split_whitespace() {
        let (times, byte) = word.split_once('*').unwrap_or(("1", word));
        let byte = u8::from_str_radix(byte, 16).unwrap();
        bytes.resize(bytes.len() + times.parse::<usize>().unwrap(), byte);
    }
    bytes
}

fn columns<const N: usize>(line: &str) -> [&str; N] {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    parts.try_into().unwrap()
}

fn levels(bits: u32) -> u32 {
    1 << bits
}

/// A dye level as the mechanism keeps it.
fn scaled(value: u32, bits: u32) -> u8 {
    let highest = levels(bits) - 1;
    u8::try_from((value * 255 + highest / 2) / highest).unwrap()
}

#[test]
fn the_ktp_transcript_is_answered_as_it_stands() {
    let mut alone = Alone::new(1016);
    let mut said = 0;
    let mut answer = Vec::new();
    for line in vector!("ktp-primacy") {
        if let Some(text) = line.strip_prefix("> ") {
            let mut command = Vec::new();
            for word in text.split_whitespace() {
                match word
                    .strip_prefix('<')
                    .and_then(|word| word.strip_suffix('>'))
                {
                    Some(length) => {
                        command.resize(command.len() + length.parse::<usize>().unwrap(), 0x55);
                    }
                    None => command.extend(bytes(word)),
                }
            }
            answer = alone.ask(&command);
            said += 1;
        } else if let Some(text) = line.strip_prefix("< ") {
            assert_eq!(answer, bytes(text), "answer {said}");
        }
    }
    let mechanism = alone.firmware.mechanism();
    let card = mechanism.card(mechanism.output()[0]).unwrap();
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert!(said > 20);
}

#[test]
fn runs_of_dye_are_laid_as_the_vectors_say() {
    const LINES: usize = 3;
    for line in vector!("dye-runs") {
        let [bits, runs, packed] = columns(line);
        let bits: u32 = bits.parse().unwrap();
        let mut data = bytes(packed);
        // The lines behind the first are white.
        data.extend([0x80, 0x00].repeat(LINES - 1));
        let mut wanted = Vec::new();
        for run in runs.split_whitespace() {
            let (count, value) = run.split_once('x').unwrap();
            let dot = scaled(value.parse().unwrap(), bits);
            wanted.resize(wanted.len() + count.parse::<usize>().unwrap(), dot);
        }
        wanted.resize(648 * LINES, 0);
        let head = format!("\x1BDbc;y;{};{};", levels(bits), data.len());
        let face = Alone::new(LINES).laid("ymcko", &[head.as_bytes(), &data, b"\r"].concat());
        assert!(face.y == wanted, "{line}");
    }
}

#[test]
fn packed_dye_is_laid_as_the_vectors_say() {
    for line in vector!("packing") {
        let [bits, values, packed] = columns(line);
        let bits: u32 = bits.parse().unwrap();
        let data = bytes(packed).repeat(648 / 8);
        let eight: Vec<u8> = values
            .split_whitespace()
            .map(|value| scaled(value.parse().unwrap(), bits))
            .collect();
        let head = format!("\x1BDb;y;{};", levels(bits));
        let face = Alone::new(1).laid("ymcko", &[head.as_bytes(), &data, b"\r"].concat());
        assert!(face.y == eight.repeat(648 / 8), "{line}");
    }
}

#[test]
fn lines_of_resin_are_laid_as_the_vectors_say() {
    const LINES: usize = 2;
    for line in vector!("bit-lines") {
        let [inked, packed] = columns(line);
        let mut data = bytes(packed);
        data.extend([0x00].repeat(LINES - 1));
        let mut wanted = vec![0_u8; 81 * LINES];
        if let Some((first, last)) = inked.split_once('-').filter(|_| inked != "-") {
            for dot in first.parse::<usize>().unwrap()..=last.parse().unwrap() {
                wanted[dot / 8] |= 0x80 >> (dot % 8);
            }
        }
        let head = format!("\x1BDbc;k;2;{};", data.len());
        let face = Alone::new(LINES).laid("ymcko", &[head.as_bytes(), &data, b"\r"].concat());
        assert!(face.k == wanted, "{line}");
    }
}

#[test]
fn the_square_in_the_corner_is_the_same_in_both_forms() {
    for line in vector!("square") {
        let [name, stream] = columns(line);
        let face = Alone::new(1016).laid("ymcko", &bytes(stream));
        let mut wanted = vec![0_u8; 81 * 1016];
        for line in 0..8 {
            wanted[line * 81] = 0xFF;
        }
        assert!(face.k == wanted, "{name}");
    }
}
