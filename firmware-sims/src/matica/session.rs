//! Connections: greeted, kept alive, ended. \[inferred\] where no switch says otherwise.

use std::mem;

use crate::mechanism::Bin;

use super::switches::{
    BytesAfterCable, CloseWithCard, HalfPayload, PlaneAfterClose, QueuedAfterClose,
    SecondConnection,
};
use super::wire::{self, Message, Parser};
use super::{Matica, OUTBOX_BYTES_MAX, SECOND};

/// First sequence word of a greeting \[capture\].
const GREETING_SEQUENCE: u32 = 0x0003_3118;
/// Bytes of a greeting's payload \[capture\].
const GREETING_BYTES: usize = 104;
/// Connections without a host that the printer still knows.
const GHOSTS_MAX: usize = 4;
/// Bytes of a plane's head in its message.
const PLANE_HEAD_BYTES: usize = 12;
/// Longest payload beside a plane: a job start, a list of tags, the tracks.
const SMALL_PAYLOAD_MAX: usize = 512;

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) number: u64,
    parser: Parser,
    input: Vec<u8>,
    last_byte: u64,
    greeted: bool,
    /// It will never be greeted.
    refused: bool,
    /// A job start has opened it for motions.
    pub(super) job: bool,
}

impl Connection {
    pub(super) fn greeted(&self) -> bool {
        self.greeted
    }

    fn next(&mut self) -> Option<Message> {
        let (read, message) = self.parser.take(&self.input);
        self.input.drain(..read);
        message
    }
}

/// A connection whose host has gone.
#[derive(Debug)]
pub(super) struct Ghost {
    connection: Connection,
    /// The printer notices then; `None`: it knows, and only carries out what waits.
    until: Option<u64>,
    /// What waits is still on the other side of the cable.
    frozen: bool,
}

/// Half a message that outlived its connection.
#[derive(Debug)]
pub(super) struct Orphan {
    parser: Parser,
    last_byte: u64,
}

impl Matica {
    /// A host has opened a connection.
    pub(super) fn connected(&mut self) {
        if !self.mechanism.plugged() || !self.mechanism.power() {
            return;
        }
        self.closed();
        self.connections += 1;
        let refuses = match self.switches.second_connection {
            SecondConnection::Refused => true,
            SecondConnection::AfterTheFirst | SecondConnection::AtOnce => false,
        };
        self.turn();
        let parser = match self.ram.orphan.take() {
            Some(orphan) => orphan.parser,
            None => self.parser(),
        };
        self.ram.live = Some(Connection {
            number: self.connections,
            parser,
            input: Vec::new(),
            last_byte: self.uptime,
            greeted: false,
            refused: refuses && !self.ram.ghosts.is_empty(),
            job: false,
        });
    }

    fn parser(&self) -> Parser {
        let plane = self.profile.plane_bytes().div_ceil(4) * 4 + PLANE_HEAD_BYTES;
        Parser::new(plane.max(SMALL_PAYLOAD_MAX))
    }

    /// The host has closed its connection: the printer hears it.
    pub(super) fn closed(&mut self) {
        let Some(mut connection) = self.ram.live.take() else {
            return;
        };
        self.leave_answers();
        if !connection.greeted {
            return;
        }
        match self.switches.queued_after_close {
            QueuedAfterClose::Run => {}
            QueuedAfterClose::Dropped => connection.input.clear(),
        }
        self.haunt(Ghost {
            connection,
            until: None,
            frozen: false,
        });
    }

    /// The cable is pulled: the printer hears nothing.
    pub(super) fn cable_gone(&mut self) {
        let Some(mut connection) = self.ram.live.take() else {
            return;
        };
        self.leave_answers();
        if !connection.greeted {
            return;
        }
        match self.switches.bytes_after_cable {
            BytesAfterCable::DeliveredLate => {}
            BytesAfterCable::Lost => connection.input.clear(),
        }
        let until = self.uptime + u64::from(self.switches.half_open) * SECOND;
        self.haunt(Ghost {
            connection,
            until: Some(until),
            frozen: true,
        });
    }

    /// The cable is back: what the other side still held comes, and with it the end.
    pub(super) fn plug_in(&mut self) {
        self.mechanism.set_plugged(true);
        for ghost in &mut self.ram.ghosts {
            ghost.frozen = false;
            match self.switches.bytes_after_cable {
                BytesAfterCable::DeliveredLate => ghost.until = None,
                BytesAfterCable::Lost => {}
            }
        }
    }

    fn haunt(&mut self, ghost: Ghost) {
        self.ram.ghosts.push(ghost);
        if self.ram.ghosts.len() > GHOSTS_MAX {
            self.ram.ghosts.remove(0);
        }
    }

    fn leave_answers(&mut self) {
        let unread = mem::take(&mut self.outbox);
        if self.switches.stale_answer {
            self.keep_stale(&unread);
        }
    }

    fn keep_stale(&mut self, bytes: &[u8]) {
        self.stale.extend_from_slice(bytes);
        let excess = self.stale.len().saturating_sub(OUTBOX_BYTES_MAX);
        self.stale.drain(..excess);
    }

    /// Ends what has ended and greets what waits. Returns whether anything changed.
    pub(super) fn upkeep(&mut self) -> bool {
        let uptime = self.uptime;
        let owed = self.ram.debt.as_ref().map(|debt| debt.connection);
        let over = |ghost: &Ghost| {
            let waits = !ghost.connection.input.is_empty() && !ghost.frozen
                || owed == Some(ghost.connection.number);
            match ghost.until {
                Some(until) => until <= uptime && !waits,
                None => !waits,
            }
        };
        if let Some(at) = self.ram.ghosts.iter().position(over) {
            let ghost = self.ram.ghosts.remove(at);
            self.ended(ghost.connection);
            return true;
        }
        self.throw_what_was_left() || self.greet()
    }

    /// The printer holds a connection for ended.
    fn ended(&mut self, connection: Connection) {
        match self.switches.half_payload {
            HalfPayload::Wait | HalfPayload::Timeout(_) if connection.parser.half() => {
                self.ram.orphan = Some(Orphan {
                    parser: connection.parser,
                    last_byte: connection.last_byte,
                });
            }
            HalfPayload::Wait | HalfPayload::Timeout(_) | HalfPayload::DroppedOnClose => {}
        }
        match self.switches.plane_after_close {
            PlaneAfterClose::Kept => {}
            PlaneAfterClose::Lost => self.ram.buffers = Default::default(),
        }
        self.ram.throw = match self.switches.close_with_card {
            CloseWithCard::Keeps => None,
            CloseWithCard::ToReject => Some(self.reject_bin()),
            CloseWithCard::ToOutput => Some(Bin::Output),
        };
    }

    /// A card that its connection has left inside; the next connection's card is let alone.
    fn throw_what_was_left(&mut self) -> bool {
        if self.ram.throw.is_none() || self.busy() {
            return false;
        }
        let Some(bin) = self.ram.throw.take() else {
            return false;
        };
        let followed = self.ram.live.as_ref().is_some_and(|live| live.greeted);
        let stands = self.before_motion().is_err();
        if followed || stands || self.place().is_none() {
            return false;
        }
        self.throw_out(bin);
        true
    }

    fn greet(&mut self) -> bool {
        let at_once = match self.switches.second_connection {
            SecondConnection::AtOnce => true,
            SecondConnection::AfterTheFirst | SecondConnection::Refused => false,
        };
        let may = self.ram.ghosts.is_empty() || at_once;
        let Some(live) = self.ram.live.as_mut() else {
            return false;
        };
        if live.greeted || live.refused || !may {
            return false;
        }
        live.greeted = true;
        let greeting = self.greeting();
        self.put_out(&greeting);
        let stale = mem::take(&mut self.stale);
        self.put_out(&stale);
        true
    }

    fn greeting(&mut self) -> Vec<u8> {
        let mut payload = vec![0; GREETING_BYTES];
        let mut put = |offset: usize, bytes: &[u8]| {
            let at = offset - 16;
            payload[at..at + bytes.len()].copy_from_slice(bytes);
        };
        let profile = &self.profile;
        let name = profile.printer_name.as_bytes();
        put(30, &name[..name.len().min(9)]);
        put(40, &profile.ipv4);
        put(56, &[b' '; 16]);
        let model = profile.model.as_bytes();
        put(56, &model[..model.len().min(16)]);
        put(72, &profile.ipv6);
        let sequence = GREETING_SEQUENCE.wrapping_add(self.flash.greetings);
        self.flash.greetings = self.flash.greetings.wrapping_add(1);
        wire::message(wire::GREETING, 0, sequence, &payload)
    }

    /// The next whole message whose turn it is, and its connection's number.
    pub(super) fn next_message(&mut self) -> Option<(u64, Message)> {
        let ghosts = self.ram.ghosts.iter_mut();
        let ghosts = ghosts
            .filter(|ghost| !ghost.frozen)
            .map(|ghost| &mut ghost.connection);
        let live = self.ram.live.iter_mut().filter(|live| live.greeted);
        for connection in ghosts.chain(live) {
            if let Some(message) = connection.next() {
                return Some((connection.number, message));
            }
        }
        None
    }

    /// Bytes from the live connection. Returns how many were taken.
    pub(super) fn take_in(&mut self, bytes: &[u8]) -> usize {
        if !self.mechanism.power() {
            return bytes.len();
        }
        if !self.mechanism.plugged() || self.ram.network_at.is_some() {
            return 0;
        }
        let mut taken = 0;
        while taken < bytes.len() {
            let buffer = self.profile.input_buffer;
            let uptime = self.uptime;
            // What a connection sends that is no more, or never was, is lost.
            let Some(live) = self.ram.live.as_mut().filter(|live| !live.refused) else {
                return bytes.len();
            };
            let room = buffer.saturating_sub(live.input.len());
            let count = room.min(bytes.len() - taken);
            if count == 0 {
                break;
            }
            live.last_byte = uptime;
            live.input.extend_from_slice(&bytes[taken..taken + count]);
            taken += count;
            self.turn();
        }
        taken
    }

    /// The connection of that number, with or without a host.
    pub(super) fn connection(&mut self, number: u64) -> Option<&mut Connection> {
        let ghosts = self.ram.ghosts.iter_mut();
        ghosts
            .map(|ghost| &mut ghost.connection)
            .chain(self.ram.live.iter_mut())
            .find(|connection| connection.number == number)
    }

    /// Sends an answer to that connection; without a host it is lost, or kept for the next one.
    pub(super) fn send(&mut self, number: u64, bytes: &[u8]) {
        let live = self.ram.live.as_ref();
        if live.is_some_and(|live| live.number == number) {
            bytes.clone_into(&mut self.last_answer);
            self.put_out(bytes);
        } else if self.switches.stale_answer {
            self.keep_stale(bytes);
        }
    }

    pub(super) fn put_out(&mut self, bytes: &[u8]) {
        self.outbox.extend_from_slice(bytes);
        let excess = self.outbox.len().saturating_sub(OUTBOX_BYTES_MAX);
        self.outbox.drain(..excess);
    }

    fn patience(&self) -> Option<u64> {
        match self.switches.half_payload {
            HalfPayload::Timeout(seconds) => Some(u64::from(seconds) * SECOND),
            HalfPayload::Wait | HalfPayload::DroppedOnClose => None,
        }
    }

    /// When a connection or half a message ends by itself.
    pub(super) fn connection_deadline(&self) -> Option<u64> {
        // While an answer is owed to a ghost it cannot end; the motion's end is the event.
        let owed = self.ram.debt.as_ref().map(|debt| debt.connection);
        let ghosts = self.ram.ghosts.iter();
        let ghosts = ghosts
            .filter(|ghost| owed != Some(ghost.connection.number))
            .filter_map(|ghost| ghost.until)
            .filter(|until| *until > self.uptime);
        let patience = self.patience();
        let orphan = self.ram.orphan.as_ref().map(|orphan| orphan.last_byte);
        let live = self.ram.live.as_ref();
        let half = live
            .filter(|live| live.parser.half() && live.input.is_empty())
            .map(|live| live.last_byte);
        let halves = orphan.into_iter().chain(half);
        let halves = halves.filter_map(|last| Some(last + patience?));
        ghosts.chain(halves).min()
    }

    /// Gives up half messages that nobody has finished.
    pub(super) fn connections_due(&mut self) {
        let Some(patience) = self.patience() else {
            return;
        };
        let uptime = self.uptime;
        let late = |last: u64| last + patience <= uptime;
        let fresh = self.parser();
        if self
            .ram
            .orphan
            .as_ref()
            .is_some_and(|orphan| late(orphan.last_byte))
        {
            self.ram.orphan = None;
        }
        if let Some(live) = &mut self.ram.live
            && live.parser.half()
            && live.input.is_empty()
            && late(live.last_byte)
        {
            live.parser = fresh;
        }
    }
}
