//! The firmware behind a line that may do harm at any byte, and a script that answers messages in its place.

use std::collections::BTreeMap;
use std::time::Duration;

use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::hands::{Hand, HandRefused, Look};
use cetak_firmware_sims::matica::Matica as Firmware;
use cetak_firmware_sims::mechanism::Mechanism;

use super::wire;

/// What becomes of a message whose answer is not left to the firmware.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// The firmware never hears it; it is refused with this sense.
    Refuses(u32),
    /// The firmware never hears it, and nothing is answered.
    Swallows,
    /// The firmware never hears it; this is answered, given the number.
    Answers(fn(u32) -> Vec<u8>),
    /// It is carried out, and its answer changed.
    Changes(fn(&[u8]) -> Vec<u8>),
    /// It is carried out, and its answer comes so much later.
    Later(Duration),
}

/// What becomes of a datagram's answer; more than one may come.
pub(crate) type Datagrams = fn(Option<Vec<u8>>) -> Option<Vec<u8>>;

/// What is done when so many bytes have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// The connection falls, and the printer hears it.
    Link,
    /// The cable is pulled: the printer hears nothing.
    Cable,
    /// The printer loses its power.
    Power,
}

/// In which direction bytes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Towards {
    Printer,
    Host,
}

/// The firmware with that line.
pub(crate) struct Unit {
    pub(crate) inner: Firmware,
    uptime: u64,
    /// Bytes that have passed: to the printer, to the host.
    pub(crate) passed: [u64; 2],
    harm: Option<(Towards, u64, Harm)>,
    /// The connection is falling.
    falls: bool,
    /// Messages by their names, how often, and what becomes of them.
    scripted: Vec<(String, usize, Act)>,
    /// Answers that are changed, by their numbers.
    changed: BTreeMap<u32, Act>,
    later: Vec<(u64, Vec<u8>)>,
    /// Bytes to the host that have not gone.
    out: Vec<u8>,
    pub(crate) datagrams: Datagrams,
    /// Bytes of the message to the printer that is under way.
    frame_left: usize,
    /// The names of all messages that were on their way to the printer.
    pub(crate) texts: Vec<String>,
}

impl Unit {
    pub(crate) fn new(inner: Firmware) -> Unit {
        Unit {
            inner,
            uptime: 0,
            passed: [0; 2],
            harm: None,
            falls: false,
            scripted: Vec::new(),
            changed: BTreeMap::new(),
            later: Vec::new(),
            out: Vec::new(),
            datagrams: |answer| answer,
            frame_left: 0,
            texts: Vec::new(),
        }
    }

    /// The next messages of that name ([`wire::name`]; `greeting`) are not left to the firmware.
    pub(crate) fn script(&mut self, name: &str, times: usize, act: Act) {
        self.scripted.push((name.to_owned(), times, act));
    }

    /// Every scripted answer was given.
    pub(crate) fn script_is_spent(&self) -> bool {
        let spent = self.scripted.iter().all(|(_, times, _)| *times == 0);
        spent && self.changed.is_empty() && self.later.is_empty()
    }

    /// Nothing is kept from the firmware any more.
    pub(crate) fn end_of_script(&mut self) {
        self.scripted.clear();
    }

    /// Does harm when so many bytes have passed in that direction.
    pub(crate) fn harm_at(&mut self, towards: Towards, byte: u64, harm: Harm) {
        self.harm = Some((towards, byte, harm));
    }

    /// The harm was done.
    pub(crate) fn harmed(&self) -> bool {
        self.harm.is_none()
    }

    /// It says something of its own.
    pub(crate) fn says(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Bytes that may pass in this direction before harm is done.
    fn room(&self, direction: Towards) -> usize {
        match self.harm {
            _ if self.falls => 0,
            Some((towards, at, _)) if towards == direction => {
                usize::try_from(at.saturating_sub(self.passed[direction as usize])).unwrap()
            }
            Some(_) | None => usize::MAX,
        }
    }

    /// Counts bytes that passed, and does harm where it is due.
    fn count(&mut self, direction: Towards, bytes: usize) {
        self.passed[direction as usize] += bytes as u64;
        let Some((towards, at, harm)) = self.harm else {
            return;
        };
        if towards != direction || self.passed[direction as usize] < at {
            return;
        }
        self.harm = None;
        match harm {
            Harm::Link => self.falls = true,
            Harm::Cable => {
                self.inner.hand(Hand::PlugOut, self.uptime).unwrap();
            }
            Harm::Power => {
                self.inner.hand(Hand::PowerOff, self.uptime).unwrap();
            }
        }
    }

    fn scripted(&mut self, name: &str) -> Option<Act> {
        let is = |(there, times, _): &&mut (String, usize, Act)| there == name && *times > 0;
        let (_, times, act) = self.scripted.iter_mut().find(is)?;
        *times -= 1;
        Some(act.clone())
    }

    /// A message begins here. How many bytes of it the script has taken: 0 or all.
    fn message_begins(&mut self, bytes: &[u8]) -> usize {
        let (Some(length), true) = (wire::length(bytes), bytes.len() >= 20) else {
            return 0;
        };
        let (name, sequence) = (wire::name(bytes), wire::word(bytes, 3));
        let act = self.scripted(&name);
        // Answers come in order: what the firmware has said before goes before.
        self.hear_firmware();
        self.texts.push(name);
        self.frame_left = length;
        match act {
            None => return 0,
            Some(act @ (Act::Changes(_) | Act::Later(_))) => {
                self.changed.insert(sequence, act);
                return 0;
            }
            Some(Act::Refuses(sense)) => self.says(&wire::refusal(sense, sequence)),
            Some(Act::Answers(answer)) => self.says(&answer(sequence)),
            Some(Act::Swallows) => {}
        }
        assert!(bytes.len() >= length, "a scripted message comes whole");
        self.frame_left = 0;
        length
    }

    /// What the firmware says, message by message.
    fn hear_firmware(&mut self) {
        let said = self.inner.transmit();
        for message in wire::split(&said) {
            let act = if wire::word(message, 0) == wire::GREETING {
                self.scripted("greeting")
            } else {
                self.changed.remove(&wire::word(message, 3))
            };
            match act {
                Some(Act::Changes(change)) => self.says(&change(message)),
                Some(Act::Later(time)) => {
                    let time = u64::try_from(time.as_nanos()).unwrap();
                    self.later.push((self.uptime + time, message.to_vec()));
                }
                Some(Act::Swallows) => {}
                Some(Act::Refuses(_) | Act::Answers(_)) | None => self.says(message),
            }
        }
    }

    fn connection_is_new(&mut self) {
        self.falls = false;
        self.frame_left = 0;
        self.out.clear();
        self.later.clear();
        self.changed.clear();
    }
}

impl Device for Unit {
    fn host_opened(&mut self, uptime: u64) {
        self.connection_is_new();
        self.inner.host_opened(uptime);
    }

    fn host_closed(&mut self, uptime: u64) {
        self.connection_is_new();
        self.inner.host_closed(uptime);
    }

    fn receive(&mut self, bytes: &[u8], uptime: u64) -> usize {
        let mut all = 0;
        while all < bytes.len() {
            self.uptime = uptime;
            let room = self.room(Towards::Printer).min(bytes.len() - all);
            let waiting = &bytes[all..all + room];
            if waiting.is_empty() {
                break;
            }
            let mut taken = 0;
            if self.frame_left == 0 {
                taken = self.message_begins(waiting);
            }
            if taken == 0 {
                let of_message = if self.frame_left == 0 {
                    waiting.len()
                } else {
                    self.frame_left.min(waiting.len())
                };
                taken = self.inner.receive(&waiting[..of_message], uptime);
                self.inner.advance(uptime);
                self.frame_left = self.frame_left.saturating_sub(taken);
            }
            if taken == 0 {
                break;
            }
            self.count(Towards::Printer, taken);
            all += taken;
        }
        all
    }

    fn advance(&mut self, uptime: u64) {
        self.uptime = uptime;
        self.inner.advance(uptime);
        let later = std::mem::take(&mut self.later);
        let (due, rest): (Vec<_>, Vec<_>) = later.into_iter().partition(|(at, _)| *at <= uptime);
        self.later = rest;
        for (_, bytes) in due {
            self.says(&bytes);
        }
    }

    fn transmit(&mut self) -> Vec<u8> {
        self.hear_firmware();
        let room = self.room(Towards::Host).min(self.out.len());
        let said: Vec<u8> = self.out.drain(..room).collect();
        if !said.is_empty() {
            self.count(Towards::Host, said.len());
        }
        said
    }

    fn next(&self) -> Option<u64> {
        let later = self.later.iter().map(|(at, _)| *at);
        later.chain(self.inner.next()).min()
    }

    fn has_datagrams(&self) -> bool {
        self.inner.has_datagrams()
    }

    fn datagram(&mut self, request: &[u8], uptime: u64) -> Option<Vec<u8>> {
        (self.datagrams)(self.inner.datagram(request, uptime))
    }

    fn port_status(&self) -> u8 {
        self.inner.port_status()
    }

    fn keeps_answers(&self) -> bool {
        self.inner.keeps_answers()
    }

    fn plugged(&self) -> bool {
        self.inner.plugged() && !self.falls
    }

    fn reader(&mut self, line: &str, uptime: u64) -> String {
        self.inner.reader(line, uptime)
    }

    fn hand(&mut self, hand: Hand, uptime: u64) -> Result<Look, HandRefused> {
        self.uptime = uptime;
        self.inner.hand(hand, uptime)
    }

    fn mechanism(&self) -> &Mechanism {
        self.inner.mechanism()
    }

    fn mechanism_mut(&mut self) -> &mut Mechanism {
        self.inner.mechanism_mut()
    }
}
