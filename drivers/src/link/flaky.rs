//! A link that misbehaves by plan. What it does follows from its seed and its plan alone.

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// Turns in a row at most in which a read or a write does nothing though it could.
pub const IDLE_TURNS_MAX: u32 = 3;
/// How errors name a fall that was planned.
const ENDPOINT: &str = "flaky";

/// What goes wrong. Byte numbers count from zero, since the link was made, each direction by itself; each happens once.
#[derive(Debug, Clone, Default)]
pub struct FlakyPlan {
    /// Of the chances below.
    pub seed: u64,
    /// A read or write in so many per hundred moves one byte only.
    pub short_percent: u8,
    /// A read or write in so many per hundred does nothing, at most [`IDLE_TURNS_MAX`] times in a row.
    pub idle_percent: u8,
    /// The link falls in the place of this byte from the device.
    pub fall_at_read: Option<u64>,
    /// The link falls in the place of this byte to the device.
    pub fall_at_write: Option<u64>,
    /// This byte from the device is garbled.
    pub garble_at_read: Option<u64>,
    /// This byte to the device is garbled.
    pub garble_at_write: Option<u64>,
    /// The piece that this byte from the device is read in comes twice.
    pub repeat_at_read: Option<u64>,
}

/// Wraps any link.
pub struct Flaky<L> {
    link: L,
    plan: FlakyPlan,
    state: u64,
    idle_turns: u32,
    read_total: u64,
    written_total: u64,
    /// The piece that comes again, and what of it came.
    again: Vec<u8>,
}

impl<L> Flaky<L> {
    /// A link with this plan.
    pub fn new(link: L, plan: FlakyPlan) -> Flaky<L> {
        Flaky {
            link,
            state: plan.seed,
            plan,
            idle_turns: 0,
            read_total: 0,
            written_total: 0,
            again: Vec::new(),
        }
    }

    /// Whether the last read or write did nothing by plan: pump again.
    pub fn idles(&self) -> bool {
        self.idle_turns > 0
    }

    /// The link inside.
    pub fn inner(&self) -> &L {
        &self.link
    }

    /// How many of `wanted` bytes may pass this time, before the byte at which it falls; `None`: it falls.
    fn pass(&mut self, wanted: usize, done: u64, fall_at: Option<u64>) -> Option<usize> {
        let before_fall = fall_at.and_then(|at| at.checked_sub(done));
        if before_fall == Some(0) {
            return None;
        }
        if self.idle_turns < IDLE_TURNS_MAX && self.chance(self.plan.idle_percent) {
            self.idle_turns += 1;
            return Some(0);
        }
        self.idle_turns = 0;
        let wanted = if self.chance(self.plan.short_percent) {
            wanted.min(1)
        } else {
            wanted
        };
        let limit = before_fall.map_or(usize::MAX, |at| usize::try_from(at).unwrap_or(usize::MAX));
        Some(wanted.min(limit))
    }

    fn chance(&mut self, percent: u8) -> bool {
        percent > 0 && self.draw() % 100 < u64::from(percent)
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl<L: Link> Link for Flaky<L> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        self.link.open(channel)
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        if !self.again.is_empty() {
            let count = buffer.len().min(self.again.len());
            buffer[..count].copy_from_slice(&self.again[..count]);
            self.again.drain(..count);
            return ReadResult::Bytes(count);
        }
        let Some(room) = self.pass(buffer.len(), self.read_total, self.plan.fall_at_read) else {
            self.plan.fall_at_read = None;
            return ReadResult::Fallen(self.fall(channel));
        };
        if room == 0 {
            return ReadResult::Nothing;
        }
        let result = self.link.try_read(channel, &mut buffer[..room]);
        let ReadResult::Bytes(count) = result else {
            return result;
        };
        let piece = &mut buffer[..count];
        garble(piece, self.read_total, &mut self.plan.garble_at_read);
        if index_in(count, self.read_total, self.plan.repeat_at_read).is_some() {
            self.plan.repeat_at_read = None;
            self.again = piece.to_vec();
        }
        self.read_total += count as u64;
        ReadResult::Bytes(count)
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let Some(room) = self.pass(bytes.len(), self.written_total, self.plan.fall_at_write) else {
            self.plan.fall_at_write = None;
            return WriteResult::Fallen(self.fall(channel));
        };
        if room == 0 {
            return WriteResult::Taken(0);
        }
        let mut piece = bytes[..room].to_vec();
        let planned = self.plan.garble_at_write;
        garble(
            &mut piece,
            self.written_total,
            &mut self.plan.garble_at_write,
        );
        let result = self.link.try_write(channel, &piece);
        let taken = match &result {
            WriteResult::Taken(count) => *count,
            WriteResult::Fallen(_) => 0,
        };
        if index_in(taken, self.written_total, planned).is_none() {
            // Not taken yet: it is garbled when it is.
            self.plan.garble_at_write = planned;
        }
        self.written_total += taken as u64;
        result
    }

    fn port_status(&mut self) -> Option<u8> {
        self.link.port_status()
    }

    fn close(&mut self, channel: Channel) {
        self.again.clear();
        self.link.close(channel);
    }

    fn abort(&mut self, channel: Channel) {
        self.again.clear();
        self.link.abort(channel);
    }
}

impl<L: Link> Flaky<L> {
    fn fall(&mut self, channel: Channel) -> LinkError {
        self.abort(channel);
        LinkError::Closed {
            endpoint: ENDPOINT.to_owned(),
        }
    }
}

impl<L: AsyncLink> AsyncLink for Flaky<L> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        if self.idles() || !self.again.is_empty() {
            return Box::pin(std::future::ready(()));
        }
        self.link.ready(want_write)
    }
}

/// Where in a piece of `count` bytes after `done` bytes the byte `at` stands.
fn index_in(count: usize, done: u64, at: Option<u64>) -> Option<usize> {
    let index = usize::try_from(at?.checked_sub(done)?).ok()?;
    (index < count).then_some(index)
}

fn garble(piece: &mut [u8], done: u64, at: &mut Option<u64>) {
    if let Some(index) = index_in(piece.len(), done, *at) {
        piece[index] ^= 0x55;
        *at = None;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::contract::{Bytes, EncoderNews, EncoderRequest, Moment};
    use crate::link::memory::{MemoryCable, MemoryLink, pair};
    use crate::reader::LineReader;
    use crate::session::Session;
    use proptest::prelude::*;

    const MAIN: Channel = Channel::Main;

    fn flaky(plan: FlakyPlan) -> (Flaky<MemoryLink>, MemoryCable) {
        let (link, cable) = pair(1 << 16);
        let mut flaky = Flaky::new(link, plan);
        flaky.open(MAIN).unwrap();
        (flaky, cable)
    }

    /// Everything that can be read, and how many times the link fell meanwhile.
    fn read_all(link: &mut Flaky<MemoryLink>) -> (Vec<u8>, usize) {
        let mut all = Vec::new();
        let mut falls = 0;
        let mut piece = [0; 8];
        loop {
            match link.try_read(MAIN, &mut piece) {
                ReadResult::Bytes(count) => all.extend(&piece[..count]),
                ReadResult::Nothing if link.idles() => {}
                ReadResult::Nothing => return (all, falls),
                ReadResult::Fallen(_) => {
                    falls += 1;
                    link.open(MAIN).unwrap();
                }
            }
        }
    }

    fn write_all(link: &mut Flaky<MemoryLink>, mut bytes: &[u8]) -> Result<(), LinkError> {
        while !bytes.is_empty() {
            match link.try_write(MAIN, bytes) {
                WriteResult::Taken(count) => bytes = &bytes[count..],
                WriteResult::Fallen(error) => return Err(error),
            }
        }
        Ok(())
    }

    #[test]
    fn a_fall_comes_at_its_byte_and_only_once() {
        let (mut link, cable) = flaky(FlakyPlan {
            fall_at_write: Some(5),
            ..FlakyPlan::default()
        });
        assert!(write_all(&mut link, b"abcdefgh").is_err());
        assert_eq!(cable.read_from_host(99), b"abcde");
        link.open(MAIN).unwrap();
        write_all(&mut link, b"again").unwrap();
        assert_eq!(cable.read_from_host(99), b"again");
    }

    #[test]
    fn a_fall_in_the_place_of_a_byte_from_the_device_loses_the_rest() {
        let (mut link, cable) = flaky(FlakyPlan {
            fall_at_read: Some(11),
            ..FlakyPlan::default()
        });
        cable.write_to_host(b"ten letters, and more");
        assert_eq!(read_all(&mut link), (b"ten letters".to_vec(), 1));
    }

    #[test]
    fn one_byte_is_garbled_and_one_piece_comes_twice() {
        let (mut link, cable) = flaky(FlakyPlan {
            garble_at_read: Some(1),
            garble_at_write: Some(2),
            repeat_at_read: Some(9),
            ..FlakyPlan::default()
        });
        cable.write_to_host(b"0123456789");
        assert_eq!(read_all(&mut link).0, b"0d2345678989");
        write_all(&mut link, b"0123").unwrap();
        assert_eq!(cable.read_from_host(99), b"01g3");
    }

    #[test]
    fn a_byte_to_the_device_is_garbled_when_it_is_taken_and_not_before() {
        let (link, cable) = pair(2);
        let plan = FlakyPlan {
            garble_at_write: Some(3),
            ..FlakyPlan::default()
        };
        let mut link = Flaky::new(link, plan);
        link.open(MAIN).unwrap();
        assert!(matches!(
            link.try_write(MAIN, b"0123"),
            WriteResult::Taken(2)
        ));
        assert_eq!(cable.read_from_host(99), b"01");
        link.try_write(MAIN, b"23");
        assert_eq!(cable.read_from_host(99), b"2f");
    }

    /// Sends one long question and counts what came of it.
    struct Long {
        outputs: Vec<crate::contract::Output<usize>>,
    }
    impl crate::contract::Machine for Long {
        type Ask = ();
        type News = usize;
        fn ask(&mut self, (): (), _: Moment) -> Result<(), crate::contract::Busy> {
            Ok(())
        }
        fn link(&mut self, news: crate::contract::LinkNews, _: Moment) {
            use crate::contract::{LinkNews, Output};
            match news {
                LinkNews::Up(_) => {
                    let plane = Bytes::from(vec![7; 1000]);
                    self.outputs.push(Output::Send(MAIN, plane));
                }
                LinkNews::Sent(_) => self.outputs.push(Output::Tell(0)),
                LinkNews::Down(_) | LinkNews::PortStatus(_) => {}
            }
        }
        fn receive(&mut self, _: Channel, bytes: &[u8], _: Moment) {
            self.outputs
                .push(crate::contract::Output::Tell(bytes.len()));
        }
        fn elapse(&mut self, _: Moment) {}
        fn poll(&mut self) -> crate::contract::Output<usize> {
            self.outputs
                .pop()
                .unwrap_or(crate::contract::Output::Wait(None))
        }
    }

    proptest! {
        #[test]
        fn short_and_idle_turns_lose_nothing_and_starve_neither_direction(
            seed: u64, short_percent in 0..=100_u8, idle_percent in 0..=100_u8,
        ) {
            let (link, cable) = pair(1 << 16);
            let plan = FlakyPlan { seed, short_percent, idle_percent, ..FlakyPlan::default() };
            let mut link = Flaky::new(link, plan);
            let machine = Long { outputs: vec![crate::contract::Output::Open(MAIN)] };
            let mut session = Session::new(machine);
            let mut news = Vec::new();
            session.pump(&mut link, Moment::ZERO, &mut news);
            cable.write_to_host(&[1; 1000]);
            // Each byte may take its idle turns, and no pump moves less than one turn.
            for _ in 0..2 * 1000 * (IDLE_TURNS_MAX as usize + 1) {
                session.pump(&mut link, Moment::ZERO, &mut news);
            }
            prop_assert_eq!(news.iter().sum::<usize>(), 1000);
            prop_assert_eq!(news.iter().filter(|n| **n == 0).count(), 1);
            prop_assert_eq!(cable.waiting(), 1000);
        }

        #[test]
        fn however_the_stream_is_cut_the_news_are_the_same(
            seed: u64, short_percent in 0..=100_u8, idle_percent in 0..=80_u8,
        ) {
            let (link, cable) = pair(4096);
            let plan = FlakyPlan { seed, short_percent, idle_percent, ..FlakyPlan::default() };
            let mut link = Flaky::new(link, plan);
            let mut session = Session::new(LineReader::new());
            let mut news = Vec::new();
            for (request, question, answer) in [
                (EncoderRequest::Presence, &b"presence\n"[..], &b"yes\n"[..]),
                (EncoderRequest::Uid, b"uid\n", b"04A1B2C3D4E5F6\r\n"),
            ] {
                session.ask(request, Moment::ZERO).unwrap();
                let mut heard = Vec::new();
                for _ in 0..1000 {
                    session.pump(&mut link, Moment::ZERO, &mut news);
                    heard.extend(cable.read_from_host(99));
                    if heard == question {
                        cable.write_to_host(answer);
                        heard.clear();
                    }
                }
            }
            prop_assert_eq!(news, [
                EncoderNews::Presence(true),
                EncoderNews::Uid(Some(crate::contract::BlankUid("04A1B2C3D4E5F6".to_owned()))),
            ]);
        }
    }
}
