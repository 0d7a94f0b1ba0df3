//! One whole-size card through any maker's machine and firmware, in virtual time: how many bytes went out for it.

use std::sync::Arc;

use cetak_drivers::contract::*;
use cetak_drivers::link::beside::Beside;
use cetak_drivers::link::memory::{CableEvent, MemoryCable, MemoryLink, pair};
use cetak_drivers::session::Session;
use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::FaultPlan;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::RibbonKind;
use cetak_firmware_sims::model;

use crate::bench::blanks;

/// Bytes that the cable holds towards the printer.
const CABLE_BYTES: usize = 65_536;
/// Rounds of one request after which it counts as endless.
const ROUNDS_MAX: usize = 100_000;
/// Sets on a ribbon that is put in for the picture.
const SETS: u32 = 100;

/// A machine, its printer and the cables between them.
struct Room {
    session: Session<Box<dyn Dialect>>,
    link: Beside<MemoryLink, MemoryLink>,
    cable: MemoryCable,
    status: MemoryCable,
    firmware: Box<dyn Device>,
    now: Moment,
    news: Vec<Event>,
    /// Bytes of the main channel that reached the printer.
    sent: usize,
}

/// Bytes that the machine sends in Load, Face and Finish for one side in colour.
pub(crate) fn sent_for(
    name: &str,
    dialect: Box<dyn Dialect>,
    picture: fn(usize, usize) -> CardImage,
) -> usize {
    let capabilities = dialect.capabilities().clone();
    let (link, cable) = pair(CABLE_BYTES);
    let (status_link, status) = pair(CABLE_BYTES);
    let firmware = model::build(name, None, None, FaultPlan::default()).unwrap();
    let mut room = Room {
        session: Session::new(dialect),
        link: Beside::new(link, status_link),
        cable,
        status,
        firmware,
        now: Moment::ZERO,
        news: Vec::new(),
        sent: 0,
    };
    let blanks = blanks(2);
    room.firmware.hand(Hand::Load { blanks }, 0).unwrap();
    let fitted = room.firmware.mechanism().ribbon().unwrap().kind;
    let ribbon = if fitted == RibbonKind::Ymckok {
        Ribbon::Ymckok
    } else {
        Ribbon::Ymcko
    };
    if fitted == RibbonKind::K {
        let mechanism = room.firmware.mechanism_mut();
        mechanism.fit_new_ribbon(RibbonKind::Ymcko, SETS);
    }
    room.done(Request::Prepare(Setup {
        chip: false,
        hold: false,
        duplex: false,
        ribbon,
        card_inside: false,
    }));
    if capabilities.orders(Stage::Feed) {
        room.done(Request::Do(Stage::Feed));
    }
    let before = room.sent;
    let (width, height) = capabilities.dots;
    room.done(Request::Load(Arc::new(picture(width, height))));
    for stage in [Stage::Face, Stage::Finish] {
        if capabilities.orders(stage) {
            room.done(Request::Do(stage));
        }
    }
    let printed = room.firmware.mechanism().output().len();
    assert_eq!(printed, 1, "{name}: the card came out");
    room.sent - before
}

impl Room {
    #[track_caller]
    fn done(&mut self, request: Request) {
        let name = request.name();
        self.news.clear();
        self.session.ask(request, self.now).unwrap();
        for _ in 0..ROUNDS_MAX {
            let next = self.settle();
            for event in &self.news {
                if let Event::Answered(answer) = event {
                    assert!(matches!(answer, Answer::Done(_)), "{name}: {answer:?}");
                    return;
                }
            }
            self.now = next.expect("a request in flight has a limit");
        }
        panic!("{name} never ends");
    }

    /// Moves all that moves at this moment; gives the next one at which something will.
    fn settle(&mut self) -> Option<Moment> {
        loop {
            let mut moved = self.carry();
            let told = self.news.len();
            let next = self.session.pump(&mut self.link, self.now, &mut self.news);
            moved |= next.is_some_and(|at| at <= self.now) || self.news.len() > told;
            moved |= self.carry();
            if !moved {
                return [next, self.firmware.next().map(Moment)]
                    .into_iter()
                    .flatten()
                    .filter(|at| *at > self.now)
                    .min();
            }
        }
    }

    fn carry(&mut self) -> bool {
        let uptime = self.now.0;
        let mut moved = false;
        while let Some(event) = self.cable.take_event() {
            match event {
                CableEvent::Opened => self.firmware.host_opened(uptime),
                CableEvent::Closed => self.firmware.host_closed(uptime),
            }
            moved = true;
        }
        self.firmware.advance(uptime);
        let waiting = self.cable.peek(CABLE_BYTES);
        if !waiting.is_empty() {
            let taken = self.firmware.receive(&waiting, uptime);
            self.cable.consume(taken);
            self.sent += taken;
            moved |= taken > 0;
            self.firmware.advance(uptime);
        }
        let answer = self.firmware.transmit();
        moved |= self.cable.write_to_host(&answer) > 0;
        while self.status.take_event().is_some() {}
        let asked = self.status.read_from_host(CABLE_BYTES);
        if !asked.is_empty() {
            moved = true;
            if let Some(answer) = self.firmware.datagram(&asked, uptime) {
                self.status.write_to_host(&answer);
            }
        }
        let port_status = self.firmware.port_status();
        self.cable.set_port_status(Some(port_status));
        moved
    }
}
