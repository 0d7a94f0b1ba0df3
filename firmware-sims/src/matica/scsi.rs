//! The USB side: command blocks of a mass-storage transport. \[capture\]
//!
//! One call is one block with its data stage; the transport's own frames are the host's business. Motions are begun
//! and answered at once, whatever their immediate bit says \[inferred\]: a host asks TEST UNIT READY until it is good.

use crate::device::Device;
use crate::mechanism::{Panel, Station};

use super::commands::{Order, TO_OUTPUT, Track, Way};
use super::sense::Sense;
use super::settings::{ISO_COERCIVITY, JIS_COERCIVITY, RETRY_COUNT, ROWS};
use super::switches::Counters9300;
use super::{Matica, wire};

/// The panels by their number in a plane's block \[capture\].
const PANELS: [Panel; 6] = [Panel::K, Panel::C, Panel::M, Panel::Y, Panel::U, Panel::O];
/// Bytes of the answers \[capture\].
const SENSE_BYTES: usize = 20;
const INQUIRY_BYTES: usize = 96;
const PAGE_28_BYTES: usize = 64;
const PAGE_23_BYTES: usize = 44;
const PAGE_2A_BYTES: usize = 14;
const POSITION_BYTES: usize = 8;
/// A byte of a MODE SELECT that leaves its setting as it is.
const AS_IT_IS: u8 = 0xFF;
/// A page's number without its stored bit.
const PAGE_BITS: u8 = 0x3F;
/// Milliseconds in a second.
const MILLISECONDS: u64 = 1000;

/// What a block is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScsiAnswer {
    /// Status 0; else a check condition, whose sense the next REQUEST SENSE tells.
    pub good: bool,
    /// The data stage to the host.
    pub data: Vec<u8>,
}

impl Matica {
    /// Carries out one command block of the USB side; `data` is the data stage from the host.
    pub fn scsi(&mut self, block: &[u8], data: &[u8], uptime: u64) -> ScsiAnswer {
        self.advance(uptime);
        let up = self.mechanism.power() && self.ram.network_at.is_none();
        let done = if up && self.mechanism.plugged() {
            self.block(block, data)
        } else {
            Err(Sense::INITIALISING)
        };
        self.turn();
        match done {
            Ok(data) => ScsiAnswer { good: true, data },
            Err(sense) => {
                self.ram.usb_sense = Some(sense);
                ScsiAnswer {
                    good: false,
                    data: Vec::new(),
                }
            }
        }
    }

    fn block(&mut self, block: &[u8], data: &[u8]) -> Result<Vec<u8>, Sense> {
        let byte = |index: usize| block.get(index).copied().unwrap_or(0);
        let operation = byte(0);
        // These tell no attention and consume none.
        match operation {
            0x03 => return Ok(self.request_sense()),
            0x12 => return Ok(self.inquiry()),
            0x34 => {
                let (card, place) = self.position();
                let mut answer = vec![0; POSITION_BYTES];
                answer[0] = card;
                answer[POSITION_BYTES - 1] = place;
                return Ok(answer);
            }
            _ => {}
        }
        if let Some(attention) = self.ram.attention.take() {
            return Err(attention);
        }
        match operation {
            0x00 => self.condition().map_or(Ok(Vec::new()), Err),
            0x01 => self.begin_initialise().map(|()| Vec::new()),
            0x15 => self.mode_select(byte(2), data),
            0x1A => self.mode_sense(byte(2)),
            0x1D => Ok(Vec::new()),
            0x2A => {
                let length = wire::word(&block[1..], 1).unwrap_or(0);
                let panel = PANELS.get(usize::from(byte(2))).ok_or(Sense::COLOUR)?;
                if usize::try_from(length).ok() != Some(data.len()) {
                    return Err(Sense::LIST_LENGTH);
                }
                self.keep_plane(usize::from(byte(3)), *panel, data)?;
                Ok(Vec::new())
            }
            0x31 => self.motion(block),
            0x32 => self.chip_station(byte(1)),
            0x3B => self.write_buffer(byte(2), data),
            0x3C => self.read_buffer(byte(2)),
            0x4D => self.log_sense(byte(2)),
            0x2C => self.read_stripe(&[byte(3), byte(4), byte(5)]),
            0x2D => {
                self.begin(Order::WriteTracks(usb_tracks(data)?))?;
                Ok(Vec::new())
            }
            // JIS is not fitted [inferred].
            0x2E | 0x2F => Err(Sense::NO_MAGNETIC),
            _ => Err(Sense::OPCODE),
        }
    }

    /// The tracks whose code is not zero, as entries; any blank one fails the whole read.
    fn read_stripe(&mut self, kinds: &[u8; 3]) -> Result<Vec<u8>, Sense> {
        self.at_magnetic_head()?;
        let mut answer = Vec::new();
        for kind in kinds.iter().filter(|kind| **kind != 0) {
            let track = usb_track_number(*kind).and_then(|number| self.stripe(number));
            let track = track.ok_or(Sense::TRACK_READ)?;
            answer.push(*kind);
            answer.push(u8::try_from(track.len()).unwrap_or(u8::MAX));
            answer.extend_from_slice(track);
        }
        Ok(answer)
    }

    fn motion(&mut self, block: &[u8]) -> Result<Vec<u8>, Sense> {
        let byte = |index: usize| block.get(index).copied().unwrap_or(0);
        let way = Way {
            flip: byte(4) & 0x02 != 0,
            wind: byte(4) & 0x04 != 0,
            to: byte(7),
        };
        let order = match byte(1) {
            0x01 if way.to <= TO_OUTPUT => Order::Load(way),
            0x0B if way.to <= TO_OUTPUT => Order::Move(way),
            0x01 | 0x0B => return Err(Sense::FIELD_IN_BLOCK),
            0x08 => {
                let flags = byte(2);
                let sets: [(u8, &[Panel]); 4] = [
                    (0x02, &[Panel::Y, Panel::M, Panel::C]),
                    (0x04, &[Panel::K]),
                    (0x08, &[Panel::U]),
                    (0x10, &[Panel::O]),
                ];
                let wanted = sets.iter().filter(|(bit, _)| flags & bit != 0);
                Order::Print {
                    buffer: usize::from(byte(4)),
                    panels: wanted.flat_map(|(_, set)| set.iter().copied()).collect(),
                }
            }
            0x0C => Order::Print {
                buffer: usize::from(byte(4)),
                panels: vec![Panel::K],
            },
            0x09 => Order::Transfer {
                turn: false,
                eject: true,
            },
            0x0A => Order::Transfer {
                turn: true,
                eject: false,
            },
            0x0D => Order::Transfer {
                turn: false,
                eject: false,
            },
            _ => return Err(Sense::FIELD_IN_BLOCK),
        };
        self.begin(order)?;
        Ok(Vec::new())
    }

    fn chip_station(&mut self, action: u8) -> Result<Vec<u8>, Sense> {
        let order = match action {
            0x00 => Order::Engage(Station::Contact),
            0x01 => Order::Release(Station::Contact),
            0x04 => Order::Engage(Station::Contactless),
            0x05 => Order::Release(Station::Contactless),
            _ => return Err(Sense::FIELD_IN_BLOCK),
        };
        self.begin(order)?;
        Ok(Vec::new())
    }

    fn request_sense(&mut self) -> Vec<u8> {
        let sense = self.ram.usb_sense.take();
        let told = sense.map_or(0, |sense| sense.told(self.switches.sense_keys));
        let [_, key, asc, ascq] = told.to_be_bytes();
        let mut answer = vec![0; SENSE_BYTES];
        answer[0] = 0x70;
        answer[2] = key;
        answer[7] = 0x0C;
        answer[12] = asc;
        answer[13] = ascq;
        answer
    }

    fn inquiry(&self) -> Vec<u8> {
        let mut answer = vec![0; INQUIRY_BYTES];
        let mut put = |at: usize, size: usize, text: &str| {
            answer[at..at + size].fill(b' ');
            let text = &text.as_bytes()[..text.len().min(size)];
            answer[at..at + text.len()].copy_from_slice(text);
        };
        put(8, 8, "G-PRINTE");
        put(16, 16, &self.profile.model);
        put(32, 8, &self.profile.firmware);
        put(58, 13, &self.profile.serial);
        answer
    }

    fn mode_sense(&mut self, page: u8) -> Result<Vec<u8>, Sense> {
        match page & PAGE_BITS {
            0x28 => Ok(self.page_28()),
            0x23 => {
                let told = self.tell();
                let mut answer = vec![0; PAGE_23_BYTES];
                answer[..6].copy_from_slice(&[0x2B, 0, 0x10, 0, 0x23, 0x26]);
                answer[6] = told.ink_type;
                answer[8..10].copy_from_slice(&told.sets.to_be_bytes());
                answer[12..18].copy_from_slice(b"SIM001");
                Ok(answer)
            }
            0x2A => {
                let mut answer = vec![0; PAGE_2A_BYTES];
                answer[..6].copy_from_slice(&[0x0D, 0, 0x10, 0, 0x2A, 0x08]);
                let settings = &self.flash.settings;
                answer[6] = settings.value(ISO_COERCIVITY).unwrap_or(0);
                answer[7] = settings.value(JIS_COERCIVITY).unwrap_or(0);
                answer[11] = settings.value(RETRY_COUNT).unwrap_or(0);
                Ok(answer)
            }
            _ => Err(Sense::FIELD_IN_BLOCK),
        }
    }

    fn page_28(&mut self) -> Vec<u8> {
        let told = self.tell();
        let geometry = self.profile.fittings.geometry;
        let mut answer = vec![0; PAGE_28_BYTES];
        answer[..6].copy_from_slice(&[0x2F, 0, 0x10, 0, 0x28, 0x3A]);
        let mut put = |at: usize, value: usize| {
            let value = u16::try_from(value).unwrap_or(u16::MAX);
            answer[at..at + 2].copy_from_slice(&value.to_be_bytes());
        };
        put(8, usize::from(self.profile.dots_an_inch));
        put(10, usize::from(self.profile.dots_an_inch));
        put(16, usize::from(self.profile.card_dots[0]));
        put(18, usize::from(self.profile.card_dots[1]));
        put(32, geometry.lines);
        put(34, geometry.columns);
        for row in ROWS {
            if let (Some(at), Some(value)) = (row.usb_read, self.flash.settings.value(row.tag)) {
                answer[at] = value;
            }
        }
        answer[51] = told.film;
        answer[52] = told.ink;
        answer[53] = if told.empty_hopper { 2 } else { 0 };
        answer
    }

    fn mode_select(&mut self, page: u8, data: &[u8]) -> Result<Vec<u8>, Sense> {
        let set = |settings: &mut super::Settings, tag: u8, value: u8| {
            if value == AS_IT_IS || settings.set(tag, value) {
                Ok(())
            } else {
                Err(Sense::FIELD_IN_DATA)
            }
        };
        match (page, data) {
            (0x28, &[0x28, 0x1E, ..]) if data.len() == 32 => {
                for row in ROWS {
                    if let Some(at) = row.usb_write {
                        set(&mut self.flash.settings, row.tag, data[at])?;
                    }
                }
                Ok(Vec::new())
            }
            (0x2A, &[0x2A, 0x08, iso, jis, _, _, _, retries, _, _]) => {
                let settings = &mut self.flash.settings;
                set(settings, ISO_COERCIVITY, iso)?;
                set(settings, JIS_COERCIVITY, jis)?;
                set(settings, RETRY_COUNT, retries)?;
                Ok(Vec::new())
            }
            // The network's set-up is taken and not used: a simulated unit stays where it is.
            (0x2D, &[0x2D, 0x4E, ..]) if data.len() == 80 => Ok(Vec::new()),
            (0x28 | 0x2A | 0x2D, _) => Err(Sense::LIST_LENGTH),
            (_, _) => Err(Sense::FIELD_IN_BLOCK),
        }
    }

    fn write_buffer(&mut self, number: u8, data: &[u8]) -> Result<Vec<u8>, Sense> {
        match (number, data) {
            // Job info: who and what, without a date. A new job is another picture.
            (0x60, _) if data.len() == 96 => {
                self.pictures += 1;
                Ok(Vec::new())
            }
            (0x52, &[high, low, _, _]) => {
                self.flash.cleaning_limit = u16::from_be_bytes([high, low]);
                Ok(Vec::new())
            }
            (0x60 | 0x52, _) => Err(Sense::LIST_LENGTH),
            (_, _) => Err(Sense::FIELD_IN_BLOCK),
        }
    }

    fn read_buffer(&mut self, number: u8) -> Result<Vec<u8>, Sense> {
        match number {
            0x70 => {
                let mut answer = vec![0x02, 0, 0, 0];
                answer.extend_from_slice(&self.profile.ipv4[2..]);
                Ok(answer)
            }
            0x52 => {
                let limit = self.flash.cleaning_limit.to_be_bytes();
                Ok(vec![limit[0], limit[1], 0, 0])
            }
            0x55 => {
                let mut answer = vec![0; 10];
                let head = self.head.warmth(self.uptime) / MILLISECONDS;
                answer[2] = u8::try_from(head).unwrap_or(u8::MAX);
                answer[3] = u8::from(self.mechanism.lid_open());
                Ok(answer)
            }
            0x57 => Ok(vec![0; 10]),
            0x58 => {
                let mut answer = vec![0; 16];
                answer[1] = u8::from(self.mechanism.lid_open());
                Ok(answer)
            }
            0x90 => {
                let errors = &self.flash.errors;
                let mut answer = Vec::with_capacity(260);
                let count = u32::try_from(errors.len()).unwrap_or(u32::MAX);
                answer.extend_from_slice(&count.to_be_bytes());
                for error in errors {
                    answer.extend_from_slice(&error.to_be_bytes());
                }
                answer.resize(260, 0);
                Ok(answer)
            }
            // The camera of the arcade variant is not fitted.
            0xE0 => Err(Sense::NO_OPTION),
            _ => Err(Sense::FIELD_IN_BLOCK),
        }
    }

    fn log_sense(&mut self, page: u8) -> Result<Vec<u8>, Sense> {
        match page & PAGE_BITS {
            0x38 => {
                let told = match self.switches.counters_9300 {
                    Counters9300::None => self.profile.datagrams,
                    Counters9300::Usb => true,
                };
                if !told {
                    return Err(Sense::FIELD_IN_BLOCK);
                }
                let shown = self.counters_shown();
                let mut answer = vec![0x38, 0, 0, 0x20];
                let values = [
                    shown.total,
                    shown.free,
                    shown.head,
                    shown.since_cleaning,
                    shown.errors,
                ];
                for (code, value) in (0_u16..).zip(values) {
                    answer.extend_from_slice(&code.to_be_bytes());
                    answer.extend_from_slice(&[0, 4]);
                    answer.extend_from_slice(&value.to_be_bytes());
                }
                // The sixth is eight zero bytes, code and length included.
                answer.extend_from_slice(&[0; 8]);
                Ok(answer)
            }
            0x39 => {
                let mut state = self.state();
                if state == [0; 4] {
                    // The page has 0F where the datagram has nothing.
                    state[2] = 0x0F;
                }
                let seconds = u32::try_from(self.uptime / super::SECOND).unwrap_or(u32::MAX);
                let on_time = seconds.to_be_bytes();
                let mut answer = vec![0x39, 0, 0, 0x48];
                let values = [
                    [0; 4],
                    on_time,
                    on_time,
                    state,
                    on_time,
                    on_time,
                    [0xFE, 0, 0, 0],
                ];
                for (code, value) in (0_u16..).zip(values) {
                    answer.extend_from_slice(&code.to_be_bytes());
                    answer.extend_from_slice(&[0, 4]);
                    answer.extend_from_slice(&value);
                }
                answer.resize(76, 0);
                Ok(answer)
            }
            _ => Err(Sense::FIELD_IN_BLOCK),
        }
    }
}

/// The USB side's track letters A to C.
fn usb_track_number(kind: u8) -> Option<u8> {
    (kind >> 4)
        .checked_sub(9)
        .filter(|number| (1..=3).contains(number))
}

/// Entries `TB length data`, as over the network but for the track's letter.
fn usb_tracks(data: &[u8]) -> Result<Vec<Track>, Sense> {
    let mut tracks = Vec::new();
    let mut rest = data;
    while let &[kind, length, ref more @ ..] = rest {
        let number = usb_track_number(kind).ok_or(Sense::TRACK_DATA)?;
        let data = more.get(..usize::from(length)).ok_or(Sense::LIST_LENGTH)?;
        rest = &more[usize::from(length)..];
        tracks.push(Track::checked(number, kind & 0x0F, data)?);
    }
    Ok(tracks)
}
