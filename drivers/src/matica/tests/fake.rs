//! A printer that answers by a small table and keeps just enough state.

use std::collections::{BTreeMap, VecDeque};

pub(super) const SMALL: (usize, usize) = (12, 5);
pub(super) const XID8600: &str = "matica-xid8600";
pub(super) const XID9300: &str = "matica-xid9300";

/// What the fake does with one message. Its key is the payload in hex for commands, `plane N` for planes, `job`
/// for the job start, `udp` for a datagram.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Carries it out and answers.
    Answers,
    /// Refuses with this sense.
    Refuses(u32),
    /// Neither.
    Nothing,
    /// Carries it out; this many messages come later, by [`Fake::late`].
    Later,
    /// Carries it out and answers as often.
    Repeats(usize),
    /// Carries it out and answers with a number that nobody gave.
    Misnumbers,
    /// Carries it out, fails with this sense.
    Fails(u32),
    /// These bytes instead.
    Raw(Vec<u8>),
}

pub(super) struct Fake {
    pub(super) model: &'static str,
    pub(super) greets: bool,
    pub(super) place: Option<u8>,
    pub(super) hopper: u32,
    pub(super) total: u32,
    /// The sense of command 01 while it stands.
    pub(super) standing: Option<u32>,
    /// Answers of command 01 before that.
    pub(super) ready_script: VecDeque<u32>,
    pub(super) attention: Option<u32>,
    /// Film at the print position: fresh, or with this picture.
    pub(super) film_fresh: bool,
    pub(super) film: Option<Vec<u8>>,
    pub(super) planes: BTreeMap<u8, Vec<u8>>,
    /// Faces that were fused to the card inside.
    pub(super) fused: Vec<Vec<u8>>,
    pub(super) script: BTreeMap<String, VecDeque<Does>>,
    pub(super) late: Vec<u8>,
    pub(super) udp_dead: bool,
    /// The counter lags by so many questions.
    pub(super) lag: u32,
    input: Vec<u8>,
    pub(super) texts: Vec<String>,
    pub(super) starts: Vec<Vec<u8>>,
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The greeting of the page's worked example, with another model's name if wanted.
pub(super) fn greeting(model: &str) -> Vec<u8> {
    let mut bytes = unhex(
        "F3000200 0000001C 00000000 00033118 00000000 00000000 00000000 00005052
         494E5445 52303100 C000020A 00000000 00000000 00000000 58494438 36303020
         20202020 20202020 00000000 00000000 00000000 00000000 00000000 00000000
         00000000 00000000 00000000 00000000 00000000 00000000",
    );
    let mut name = [b' '; 16];
    name[..model.len()].copy_from_slice(model.as_bytes());
    bytes[56..72].copy_from_slice(&name);
    bytes
}

impl Fake {
    pub(super) fn new(key: &str) -> Fake {
        let udp_model = key == XID8600;
        Fake {
            model: if udp_model { "XID8600" } else { "XID580i" },
            greets: true,
            place: None,
            hopper: 50,
            total: 117,
            standing: None,
            ready_script: VecDeque::new(),
            attention: None,
            film_fresh: false,
            // Somebody else's: nobody may ever fuse it.
            film: Some(b"STRANGER".to_vec()),
            planes: BTreeMap::new(),
            fused: Vec::new(),
            script: BTreeMap::new(),
            late: Vec::new(),
            udp_dead: false,
            lag: 0,
            input: Vec::new(),
            texts: Vec::new(),
            starts: Vec::new(),
        }
    }

    pub(super) fn on(&mut self, text: &str, does: Does) {
        self.script
            .entry(text.to_owned())
            .or_default()
            .push_back(does);
    }

    /// A host connects: what the printer says first.
    pub(super) fn connected(&mut self) -> Vec<u8> {
        self.input.clear();
        if self.greets {
            greeting(self.model)
        } else {
            Vec::new()
        }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.input.extend_from_slice(bytes);
        let mut out = Vec::new();
        while self.input.len() >= 8 {
            let word = |at: usize| u32::from_be_bytes(self.input[at..at + 4].try_into().unwrap());
            let length = 8 + word(4) as usize * 4;
            if self.input.len() < length {
                break;
            }
            let message: Vec<u8> = self.input.drain(..length).collect();
            out.extend(self.answer(&message));
        }
        out
    }

    pub(super) fn answer(&mut self, message: &[u8]) -> Vec<u8> {
        let word = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
        let (kind, sequence) = (word(0), word(12));
        let payload = &message[16..];
        let text = match kind {
            0xF200_0300 => "job".to_owned(),
            0xF000_0200 => format!("plane {}", payload[0]),
            0xF000_0100 => hex(&payload[..4]),
            0xF000_0600 => "udp".to_owned(),
            other => panic!("the driver sent {other:08X}"),
        };
        self.texts.push(text.clone());
        if kind == 0xF200_0300 {
            self.starts.push(message.to_vec());
        }
        let refuse = |sense| words(&[0xF100_0200, 2, sense, sequence]);
        let does = self
            .script
            .get_mut(&text)
            .and_then(VecDeque::pop_front)
            .unwrap_or(Does::Answers);
        if matches!(does, Does::Answers)
            && kind == 0xF000_0100
            && let Some(sense) = self.attention.take()
        {
            return refuse(sense);
        }
        match does {
            Does::Answers => self.carry_out(kind, sequence, payload),
            Does::Refuses(sense) => refuse(sense),
            Does::Nothing => Vec::new(),
            Does::Later => {
                let answer = self.carry_out(kind, sequence, payload);
                self.late.extend(answer);
                Vec::new()
            }
            Does::Repeats(times) => self.carry_out(kind, sequence, payload).repeat(times),
            Does::Misnumbers => {
                let mut answer = self.carry_out(kind, sequence, payload);
                answer[12..16].copy_from_slice(&0x7777_7777_u32.to_be_bytes());
                answer
            }
            Does::Fails(sense) => {
                self.carry_out(kind, sequence, payload);
                refuse(sense)
            }
            Does::Raw(bytes) => bytes,
        }
    }

    fn carry_out(&mut self, kind: u32, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let done = words(&[0xF100_0100, 2, 0, sequence]);
        match kind {
            0xF200_0300 => return words(&[0xF300_0400, 2, 0, sequence]),
            0xF000_0600 => return self.status(sequence, payload),
            0xF000_0200 => {
                let length = u32::from_be_bytes(payload[8..12].try_into().unwrap()) as usize;
                assert_eq!(length, SMALL.0 * SMALL.1, "a plane's size");
                let data = payload[12..12 + length].to_vec();
                self.planes.insert(payload[0], data);
                return done;
            }
            _ => {}
        }
        let (flags, argument) = (payload[2], payload[3]);
        let fault = match payload[0] {
            0x01 => self.ready_script.pop_front().or(self.standing),
            0x02 => {
                let told = match self.place {
                    Some(place) => 0x0102_0000 | u32::from(place),
                    None => 0x0102_0400,
                };
                return words(&[0xF100_0300, 3, 0, sequence, told]);
            }
            0x03 => {
                assert_eq!(self.place, None, "initialise with a card inside");
                self.standing = None;
                None
            }
            0x04 if self.hopper == 0 => Some(0x0002_D000),
            0x04 if self.place.is_some() => Some(0x0005_2A00),
            0x04 => {
                self.hopper -= 1;
                self.arrive(argument, flags);
                None
            }
            0x05 if self.place.is_none() => Some(0x0005_2A00),
            0x05 => {
                if argument >= 4 {
                    self.place = None;
                } else {
                    assert_ne!(self.place, Some(argument), "a move in place");
                    self.arrive(argument, flags);
                }
                None
            }
            0x06 => {
                assert_eq!(self.place, Some(0), "a print without its card");
                assert!(self.film_fresh, "a print onto a used panel");
                self.film_fresh = false;
                let kept = self
                    .planes
                    .iter()
                    .filter(|(plane, _)| argument & **plane != 0);
                let picture: Vec<u8> = kept.flat_map(|(_, data)| data.clone()).collect();
                assert!(!picture.is_empty(), "an empty set of planes");
                self.film = Some(picture);
                None
            }
            0x07 => {
                assert_eq!(self.place, Some(0), "a transfer without its card");
                let picture = self.film.take().expect("a transfer without a picture");
                assert_ne!(picture, b"STRANGER", "somebody else's face");
                self.fused.push(picture);
                if argument == 5 {
                    self.place = None;
                    self.total += 1;
                }
                None
            }
            0x0A => None,
            other => panic!("command {other:02X}"),
        };
        match fault {
            Some(sense) => words(&[0xF100_0200, 2, sense, sequence]),
            None => done,
        }
    }

    fn arrive(&mut self, place: u8, flags: u8) {
        self.place = Some(place);
        if place == 0 {
            assert_eq!(
                flags & 0x80,
                0x80,
                "film is initialised with every card that comes to 0"
            );
            self.film = None;
            self.film_fresh = true;
        }
    }

    fn status(&mut self, sequence: u32, payload: &[u8]) -> Vec<u8> {
        if self.udp_dead {
            return Vec::new();
        }
        let total = if self.lag > 0 {
            self.lag -= 1;
            self.total - 1
        } else {
            self.total
        };
        let mut items = Vec::new();
        for tag in payload.iter().step_by(4) {
            match tag {
                0x01 => items.extend([0x01, 0x06, 0x04, 0, 0, 0, 0, 0]),
                0x0A => items.extend([0x0A, 2, 1, if self.hopper == 0 { 2 } else { 0 }]),
                0x0B => items.extend([0x0B, 2, 1, 0x30]),
                0x0C => items.extend([0x0C, 2, 1, 8]),
                0x0D => items.extend([0x0D, 2, 1, 4]),
                0x0E => items.extend([0x0E, 6, 2, 0x02, 0xEE, 0, 0, 0]),
                0x1F => {
                    items.extend([0x1F, 6, 4]);
                    items.extend(total.to_be_bytes());
                    items.push(0);
                }
                other => items.extend([*other, 6, 4, 0, 0, 0, 9, 0]),
            }
        }
        let count = 2 + items.len() / 4;
        let mut out = words(&[0xF100_0600, u32::try_from(count).unwrap(), 0, sequence]);
        out.extend(items);
        out
    }
}
