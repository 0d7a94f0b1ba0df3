//! Messages carried out: what is answered at once, what sets something in motion.

use crate::mechanism::{Bin, CardPlace, Panel, RibbonKind, Station};

use super::commands::{self, Order, TO_OUTPUT, Track, Way};
use super::sense::Sense;
use super::switches::{
    EngagedMove, FilmInitInPlace, FilmInitOnFresh, Init03, PlaneAnswer, PrintOnUsedPanel,
    TransferWithoutPrint,
};
use super::wire::{self, Message};
use super::work::{Debt, Doing, Goal};
use super::{ERROR_LOG_MAX, Matica, Phase};

/// Word 2 of a command that is to be answered at once \[capture\].
const IMMEDIATE: u32 = 2;
/// Payload bytes of a job start; the second is what one public driver really sends [capture, code].
const JOB_START_BYTES: [usize; 2] = [108, 92];
/// Position answer: no card [capture].
const NO_CARD: u8 = 4;
/// Positions on the wire [code].
const PRINT_POSITION: u8 = 0;
const CONTACT_POSITION: u8 = 1;
const CONTACTLESS_POSITION: u8 = 2;
const MAGNETIC_POSITION: u8 = 3;
const REJECT_POSITION: u8 = 4;

impl Matica {
    /// Carries out one message of a connection.
    pub(super) fn execute(&mut self, connection: u64, message: Message) {
        if message.overlong {
            return self.refuse(connection, message.sequence, Sense::LIST_LENGTH);
        }
        match message.kind {
            wire::JOB_START => self.job_start(connection, &message),
            wire::COMMAND => self.command(connection, &message),
            wire::PLANE => {
                self.ram.last_activity = self.uptime;
                let kind = match self.switches.plane_answer {
                    PlaneAnswer::Done => wire::DONE,
                    PlaneAnswer::Echo => message.kind + wire::ANSWERS,
                };
                match self.load_plane(&message.payload) {
                    Ok(()) => self.reply(connection, kind, &message, &[]),
                    Err(sense) => self.refuse(connection, message.sequence, sense),
                }
            }
            wire::CHANGE => self.reply(connection, message.kind + wire::ANSWERS, &message, &[]),
            _ => self.refuse(connection, message.sequence, Sense::OPCODE),
        }
    }

    fn reply(&mut self, connection: u64, kind: u32, message: &Message, payload: &[u8]) {
        let bytes = wire::message(kind, 0, message.sequence, payload);
        self.send(connection, &bytes);
    }

    fn refuse(&mut self, connection: u64, sequence: u32, sense: Sense) {
        let told = sense.told(self.switches.sense_keys);
        let bytes = wire::message(wire::REFUSED, told, sequence, &[]);
        self.send(connection, &bytes);
    }

    fn job_start(&mut self, connection: u64, message: &Message) {
        self.ram.last_activity = self.uptime;
        if !JOB_START_BYTES.contains(&message.payload.len()) {
            let told = Sense::LIST_LENGTH.told(self.switches.sense_keys);
            let bytes = wire::message(wire::JOB_STARTED, told, message.sequence, &[]);
            return self.send(connection, &bytes);
        }
        if let Some(connection) = self.connection(connection) {
            connection.job = true;
        }
        self.pictures += 1;
        self.reply(connection, wire::JOB_STARTED, message, &[]);
    }

    fn command(&mut self, connection: u64, message: &Message) {
        let sequence = message.sequence;
        let order = commands::decode(&message.payload);
        if order == Ok(Order::Position) {
            let (card, place) = self.position();
            let payload = [0x01, 0x02, card, place];
            return self.reply(connection, wire::DATA, message, &payload);
        }
        // That a power-on is told over TCP is not shown.
        let untold = self.ram.attention == Some(Sense::POWER_ON) && !self.switches.attention_on_tcp;
        if let Some(sense) = self.ram.attention.take_if(|_| !untold) {
            return self.refuse(connection, sequence, sense);
        }
        if order.is_ok()
            && let Some(sense) = self.take_armed(Phase::Command)
        {
            self.note(sense);
            return self.refuse(connection, sequence, sense);
        }
        let immediate = message.parameter == IMMEDIATE;
        let job = self.connection(connection).is_some_and(|there| there.job);
        let done = match order {
            Ok(Order::Position) | Err(_) => order.map(|_| ()),
            Ok(Order::TestReady) => match self.condition() {
                Some(sense) => Err(sense),
                None => {
                    return self.reply(connection, wire::DONE, message, &[]);
                }
            },
            Ok(Order::Initialise) => self.begin_initialise(),
            // A job start opens the connection for motions [inferred].
            Ok(_) if !job => Err(Sense::SEQUENCE),
            Ok(order) => self.begin(order),
        };
        match done {
            Err(sense) => self.refuse(connection, sequence, sense),
            Ok(()) if immediate => self.reply(connection, wire::DONE, message, &[]),
            Ok(()) => {
                self.ram.debt = Some(Debt {
                    connection,
                    sequence,
                    data: Vec::new(),
                });
            }
        }
    }

    /// A fault has struck: one that lasts stays until it is cleared.
    pub(super) fn note(&mut self, sense: Sense) {
        if sense.latches() {
            self.ram.latched = Some(sense);
        }
        if sense.key() != 5 {
            self.log(sense);
        }
    }

    /// Sets out to do an order that moves something, or refuses it before anything has moved.
    pub(super) fn begin(&mut self, order: Order) -> Result<(), Sense> {
        self.ram.last_activity = self.uptime;
        self.before_motion()?;
        let order = match order {
            Order::Load(way) => return self.begin_load(way),
            Order::Move(way) => return self.begin_move(way),
            Order::Print { buffer, panels } => return self.begin_print(buffer, &panels),
            Order::Transfer { turn, eject } => return self.begin_transfer(turn, eject),
            Order::ReadTracks(wanted) => self.begin_read_tracks(wanted)?,
            Order::WriteTracks(tracks) => self.begin_write_tracks(tracks)?,
            Order::Engage(station) => self.begin_engage(station, true)?,
            Order::Release(station) => self.begin_engage(station, false)?,
            Order::TestReady | Order::Position | Order::Initialise => Vec::new(),
        };
        self.set_out(Doing::Transporting, order);
        Ok(())
    }

    /// What keeps every motion from beginning.
    pub(super) fn before_motion(&mut self) -> Result<(), Sense> {
        let stands = if self.mechanism.lid_open() {
            Some(Sense::DOOR_OPEN)
        } else if self.ram.latched.is_some() {
            self.ram.latched
        } else if self.ram.initialising {
            Some(Sense::INITIALISING)
        } else if self.ram.asleep {
            Some(Sense::SLEEPING)
        } else if !self.roller.warm(self.uptime) {
            Some(Sense::PREHEATING)
        } else {
            self.busy_sense()
        };
        stands.map_or(Ok(()), Err)
    }

    /// What the printer would say of itself; `None`: it is ready.
    pub(super) fn condition(&mut self) -> Option<Sense> {
        if let Err(stands) = self.before_motion() {
            return Some(stands);
        }
        if self.too_hot() {
            return Some(Sense::HEAD_HOT);
        }
        if let Some(supply) = self.supply_fault() {
            return Some(supply);
        }
        (self.mechanism.hopper().len() == 0).then_some(Sense::NO_CARD)
    }

    pub(super) fn supply_fault(&self) -> Option<Sense> {
        match self.mechanism.film() {
            None => return Some(Sense::FILM_SEARCH),
            Some(film) if film.torn => return Some(Sense::FILM_SEARCH),
            Some(film) if !film.under_head && film.left == 0 => return Some(Sense::FILM_END),
            Some(_) => {}
        }
        match self.mechanism.ribbon() {
            None => Some(Sense::INK_SEARCH),
            Some(ribbon) if !fits(ribbon.kind) => Some(Sense::INK_WRONG),
            Some(ribbon) if ribbon.ended() => Some(Sense::INK_END),
            Some(_) => None,
        }
    }

    fn too_hot(&mut self) -> bool {
        if self.head.hot(self.uptime) {
            self.ram.cooling = true;
        } else if self.head.ready_at(self.uptime) <= self.uptime + 1 {
            self.ram.cooling = false;
        }
        self.ram.cooling
    }

    /// Whether a panel may not be begun, and when it may be again.
    pub(super) fn cools_until(&mut self) -> Option<u64> {
        self.too_hot().then(|| self.head.ready_at(self.uptime))
    }

    pub(super) fn busy(&self) -> bool {
        !self.ram.work.is_empty() || self.mechanism.moving()
    }

    pub(super) fn busy_sense(&self) -> Option<Sense> {
        if !self.busy() {
            return None;
        }
        match self.ram.doing {
            Doing::Nothing | Doing::Initialising => Some(Sense::INITIALISING),
            Doing::Transporting => Some(Sense::TRANSPORTING),
            Doing::Winding => Some(Sense::BOTH),
            Doing::Printing | Doing::Transferring => Some(Sense::PRINTING),
        }
    }

    /// Where the firmware believes that the card is. What is stuck at the feeder has not come in \[code\].
    pub(super) fn place(&self) -> Option<CardPlace> {
        if self.ram.forgotten || self.mechanism.jam() == Some(Station::Feeder) {
            None
        } else {
            self.mechanism.place_inside()
        }
    }

    /// The two bytes of a position answer.
    pub(super) fn position(&self) -> (u8, u8) {
        match self.place() {
            None => (NO_CARD, PRINT_POSITION),
            Some(CardPlace::Contact) => (0, CONTACT_POSITION),
            Some(CardPlace::Contactless) => (0, CONTACTLESS_POSITION),
            Some(CardPlace::Path) if self.ram.at_magnetic => (0, MAGNETIC_POSITION),
            // Between two positions: the way to the print position [inferred].
            Some(_) => (0, PRINT_POSITION),
        }
    }

    pub(super) fn reject_bin(&self) -> Bin {
        // Units without a side exit use that destination as the ordinary way out [code: kiosk].
        if self.mechanism.fittings().reject_box {
            Bin::Reject
        } else {
            Bin::Output
        }
    }

    fn log(&mut self, sense: Sense) {
        self.counters.change(self.uptime, |shown| shown.errors += 1);
        self.flash.errors.push_back(sense.0);
        if self.flash.errors.len() > ERROR_LOG_MAX {
            self.flash.errors.pop_front();
        }
    }

    /// A jam that a hand has not freed.
    pub(super) fn jam_that_lasts(&self) -> Option<Sense> {
        self.mechanism.jam().map(|station| match station {
            Station::Feeder => Sense::JAM_HOPPER,
            Station::Flipper => Sense::JAM_TURN,
            Station::Exit | Station::RejectSlot => Sense::JAM_DISCHARGE,
            Station::Contact | Station::Contactless | Station::PrintStart => Sense::JAM_TRANSPORT,
        })
    }

    /// Command 03. Answered when the card has gone where the switch says; then 02/DB follows.
    pub(super) fn begin_initialise(&mut self) -> Result<(), Sense> {
        self.ram.last_activity = self.uptime;
        if self.mechanism.lid_open() {
            return Err(Sense::DOOR_OPEN);
        }
        if let Some(jam) = self.jam_that_lasts() {
            return Err(jam);
        }
        if let Some(busy) = self.busy_sense() {
            return Err(busy);
        }
        self.wake();
        self.ram.buffers = Default::default();
        self.ram.engaged = None;
        let card = match self.switches.init_03 {
            Init03::Rejects => Goal::Exit(self.reject_bin()),
            Init03::Keeps => Goal::Home,
            Init03::Ejects => Goal::Exit(Bin::Output),
        };
        self.initialise(None);
        self.ram.work.push_front(Goal::Pay);
        if self.place().is_some() {
            self.ram.work.push_front(card);
        }
        Ok(())
    }

    fn begin_load(&mut self, way: Way) -> Result<(), Sense> {
        if way.to == REJECT_POSITION || way.to == TO_OUTPUT || self.place().is_some() {
            return Err(Sense::SEQUENCE);
        }
        self.has(way)?;
        if self.mechanism.hopper().len() == 0 {
            return Err(Sense::NO_CARD);
        }
        let mut goals = Vec::new();
        self.film_initialise(way, &mut goals);
        goals.push(Goal::Pick);
        if way.flip {
            goals.push(Goal::Turn);
        }
        goals.extend(way_to(way.to));
        self.set_out(Doing::Transporting, goals);
        Ok(())
    }

    fn begin_move(&mut self, way: Way) -> Result<(), Sense> {
        if self.place().is_none() || way.to == TO_OUTPUT && !self.switches.move_to_5 {
            return Err(Sense::SEQUENCE);
        }
        self.has(way)?;
        self.engaged_stops()?;
        let in_place = self.position() == (0, way.to) && !way.flip;
        let mut goals = Vec::new();
        if way.wind && in_place {
            match self.switches.film_init_in_place {
                FilmInitInPlace::Winds => self.film_initialise(way, &mut goals),
                FilmInitInPlace::Ignored => {}
                FilmInitInPlace::Refused => return Err(Sense::SEQUENCE),
            }
        } else {
            self.film_initialise(way, &mut goals);
        }
        if way.flip {
            goals.push(Goal::Turn);
        }
        match way.to {
            TO_OUTPUT => goals.push(Goal::Exit(Bin::Output)),
            REJECT_POSITION => goals.push(Goal::Exit(self.reject_bin())),
            to => goals.extend(way_to(to)),
        }
        self.set_out(Doing::Transporting, goals);
        Ok(())
    }

    fn film_initialise(&self, way: Way, goals: &mut Vec<Goal>) {
        let fresh = self
            .mechanism
            .film()
            .is_some_and(|film| film.under_head && !film.printed && film.fused_lines == 0);
        let stays = match self.switches.film_init_on_fresh {
            FilmInitOnFresh::Stays => fresh,
            FilmInitOnFresh::Wastes => false,
        };
        if way.wind && !stays {
            goals.push(Goal::Wind);
        }
    }

    /// Whether what a way needs is built in.
    fn has(&self, way: Way) -> Result<(), Sense> {
        let fittings = self.mechanism.fittings();
        match way.to {
            _ if way.flip && !fittings.flipper => Err(Sense::NO_OPTION),
            CONTACT_POSITION if !fittings.contact => Err(Sense::NO_IC),
            CONTACTLESS_POSITION if !fittings.contactless => Err(Sense::NO_IC),
            MAGNETIC_POSITION if !self.profile.magnetic => Err(Sense::NO_MAGNETIC),
            _ => Ok(()),
        }
    }

    /// What an engaged station does to a motion of the card.
    fn engaged_stops(&mut self) -> Result<(), Sense> {
        let contact = self.ram.engaged == Some(Station::Contact);
        let refused = match self.switches.engaged_move {
            EngagedMove::RefusedAtContact => contact,
            EngagedMove::Refused => self.ram.engaged.is_some(),
            EngagedMove::Releases => false,
        };
        if refused {
            return Err(Sense::SEQUENCE);
        }
        self.ram.engaged = None;
        Ok(())
    }

    pub(super) fn begin_print(&mut self, buffer: usize, panels: &[Panel]) -> Result<(), Sense> {
        let loaded = self.ram.buffers.get(buffer);
        let loaded = loaded.ok_or(Sense::FIELD_IN_DATA)?;
        if let Some(ribbon) = self.mechanism.ribbon()
            && fits(ribbon.kind)
            && panels
                .iter()
                .any(|panel| !ribbon.kind.panels().contains(panel))
        {
            return Err(Sense::COLOUR);
        }
        if panels.is_empty() || panels.iter().any(|panel| !loaded.contains_key(panel)) {
            return Err(Sense::SEQUENCE);
        }
        if let Some(supply) = self.supply_fault() {
            return Err(supply);
        }
        if self.too_hot() {
            return Err(Sense::HEAD_HOT);
        }
        let film = self.mechanism.film();
        let used = film.is_some_and(|film| film.printed || film.fused_lines > 0);
        let winds = match self.switches.print_on_used_panel {
            PrintOnUsedPanel::Overprints => false,
            PrintOnUsedPanel::WindsOn => used,
        };
        let absent = film.is_some_and(|film| !film.under_head);
        let mut goals = Vec::new();
        if winds || absent {
            goals.push(Goal::Wind);
        }
        goals.push(Goal::OrderOnFilm {
            picture: self.pictures,
            panels: panels.to_vec(),
        });
        for panel in panels {
            // Printed planes are used up [inferred].
            if let Some(dots) = self.ram.buffers[buffer].remove(panel) {
                goals.push(Goal::Print {
                    picture: self.pictures,
                    panel: *panel,
                    dots,
                });
            }
        }
        self.set_out(Doing::Printing, goals);
        Ok(())
    }

    fn begin_transfer(&mut self, turn: bool, eject: bool) -> Result<(), Sense> {
        if self.place() != Some(CardPlace::PrintStart) {
            return Err(Sense::SEQUENCE);
        }
        if turn && !self.mechanism.fittings().flipper {
            return Err(Sense::NO_OPTION);
        }
        if !turn && !eject && !self.switches.return_after_07 {
            return Err(Sense::SEQUENCE);
        }
        let film = self.mechanism.film();
        match self.switches.transfer_without_print {
            TransferWithoutPrint::Refused if !film.is_some_and(|film| film.printed) => {
                return Err(Sense::SEQUENCE);
            }
            TransferWithoutPrint::Refused | TransferWithoutPrint::FusesBlank => {}
        }
        match film {
            Some(film) if !film.torn && film.under_head => {}
            Some(film) if !film.torn => return Err(Sense::FILM_END),
            Some(_) | None => return Err(Sense::FILM_SEARCH),
        }
        self.engaged_stops()?;
        let mut goals = vec![Goal::Transfer];
        if turn {
            goals.push(Goal::Turn);
        }
        if eject {
            goals.push(Goal::Exit(Bin::Output));
        }
        self.set_out(Doing::Transferring, goals);
        Ok(())
    }

    fn begin_engage(&mut self, station: Station, engage: bool) -> Result<Vec<Goal>, Sense> {
        let fittings = self.mechanism.fittings();
        let (fitted, place) = match station {
            Station::Contact => (fittings.contact, CardPlace::Contact),
            Station::Feeder
            | Station::Contactless
            | Station::PrintStart
            | Station::Flipper
            | Station::Exit
            | Station::RejectSlot => (fittings.contactless, self.antenna()),
        };
        if !fitted {
            return Err(Sense::NO_IC);
        }
        if engage && self.place() != Some(place) {
            return Err(Sense::SEQUENCE);
        }
        Ok(vec![
            Goal::Pause(self.profile.timing.engage_ms),
            Goal::Engage(engage.then_some(station)),
        ])
    }

    pub(super) fn at_magnetic_head(&self) -> Result<(), Sense> {
        if !self.profile.magnetic {
            return Err(Sense::NO_MAGNETIC);
        }
        if self.position() != (0, MAGNETIC_POSITION) {
            return Err(Sense::SEQUENCE);
        }
        Ok(())
    }

    pub(super) fn begin_write_tracks(&mut self, tracks: Vec<Track>) -> Result<Vec<Goal>, Sense> {
        self.at_magnetic_head()?;
        let pause = Goal::Pause(self.profile.timing.track_ms);
        let each = |track| [pause.clone(), Goal::WriteTrack(track)];
        Ok(tracks.into_iter().flat_map(each).collect())
    }

    fn begin_read_tracks(&mut self, wanted: [u8; 3]) -> Result<Vec<Goal>, Sense> {
        self.at_magnetic_head()?;
        let asked = wanted.into_iter().filter(|kind| *kind != 0);
        let numbers: Vec<u8> = asked.map(|kind| kind >> 4).collect();
        if numbers.is_empty() || numbers.iter().any(|number| !(1..=3).contains(number)) {
            return Err(Sense::TRACK_DATA);
        }
        Ok(vec![
            Goal::Pause(self.profile.timing.track_ms),
            Goal::ReadTracks(numbers),
        ])
    }
}

/// Whether a ribbon belongs into this engine.
pub(super) fn fits(kind: RibbonKind) -> bool {
    match kind {
        RibbonKind::Ymck | RibbonKind::Ymckk | RibbonKind::Ymcku => true,
        RibbonKind::Ymcko | RibbonKind::Ymckok | RibbonKind::K | RibbonKind::Ko => false,
    }
}

/// The way inside to a position.
fn way_to(position: u8) -> Option<Goal> {
    match position {
        CONTACT_POSITION => Some(Goal::GoTo(Station::Contact)),
        CONTACTLESS_POSITION => Some(Goal::GoTo(Station::Contactless)),
        MAGNETIC_POSITION => Some(Goal::GoToMagnetic),
        _ => Some(Goal::GoTo(Station::PrintStart)),
    }
}
