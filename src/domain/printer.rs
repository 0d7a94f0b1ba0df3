//! A printer's state: three small machines, and the one word that a screen shows.
//!
//! *Health* is what the device tells, *work* is what we do with it, *standing* is what people decided. They
//! move apart from each other, with one tie: a printer leaves service only when no card's fate is open in it.

use cetak_drivers::contract::{Fault, Gravity};

/// What the device tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Health {
    /// No link, or no answer.
    #[default]
    Offline,
    /// Not yet warm.
    Warming,
    /// Rests until it is cool.
    CoolingDown,
    /// Nothing stands in the way.
    Ready,
    /// The gravest of what stands in the way.
    Hindered(Fault),
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Work {
    /// No card of ours is in it.
    #[default]
    Idle,
    /// A card is in flight.
    Busy,
    /// A card's fate is open: nothing moves until the custody rule, or a person, has spoken.
    Locked,
}

/// What people decided about it. Survives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// It takes jobs.
    #[default]
    InService,
    /// It finishes its card and takes no other.
    Paused,
    /// A technician has it: test cards only.
    Maintenance,
    /// Sent to be repaired, for months.
    AwayForRepair,
    /// Lent to a neighbour.
    Lent,
}

/// A printer as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printer {
    /// What the device tells.
    pub health: Health,
    /// What is done with it.
    pub work: Work,
    /// What people decided.
    pub standing: Standing,
}

/// News of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthEvent {
    /// The link fell, or a question got no answer.
    Lost,
    /// It answers and names nothing that stands in the way.
    Well,
    /// It says that it warms up.
    Warms,
    /// It names a fault, unasked or as an answer.
    Heard(Fault),
    /// It answers with all that stands in the way: what is not in the list is mended.
    Told(Vec<Fault>),
}

/// What happens to the card in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkEvent {
    /// An attempt's first intent.
    Begin,
    /// The card's fate is known and the path is empty.
    End,
    /// The evidence is to be judged: a lost link, a restart, a card that was counted while nobody asked.
    Lock,
    /// The verdict: the same attempt goes on.
    GoOn,
    /// The verdict, or a person, ended the doubt.
    Settle,
}

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StandingEvent {
    /// Takes no more jobs.
    Pause,
    /// Takes jobs again.
    Resume,
    /// A technician takes it.
    BeginMaintenance,
    /// The technician gives it back, paused.
    EndMaintenance,
    /// Sent to be repaired.
    SendAway,
    /// Lent to a neighbour.
    Lend,
    /// Back in the room, paused until somebody has tried it.
    ComeBack,
}

/// Something that happens to a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterEvent {
    /// News of the device.
    Health(HealthEvent),
    /// What happens to the card in it.
    Work(WorkEvent),
    /// What people do.
    Standing(StandingEvent),
}

/// A pair of state and event that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a printer that is {state} cannot take {event}")]
pub struct PrinterRefused {
    /// The state's name.
    pub state: &'static str,
    /// The event's name.
    pub event: &'static str,
}

/// The one word on the screen. Each is graver than those before it.
///
/// Order: what lets work go on; what passes by itself; what a hand in the room mends; what a person decided
/// (filling the hopper of a paused printer would not make it print); what needs tools or a cable; a card
/// whose fate is open; a printer that is not in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// Siap.
    Ready,
    /// Mencetak.
    Busy,
    /// Perlu dibersihkan: it prints on.
    NeedsCleaning,
    /// Pemanasan.
    Warming,
    /// Didinginkan.
    CoolingDown,
    /// Isi blangko.
    NeedsMedia,
    /// Ganti ribbon.
    NeedsRibbon,
    /// Ganti film.
    NeedsFilm,
    /// Perlu ditangani: a lid, a door, a full box; the fault beside it says which.
    NeedsHand,
    /// Dijeda.
    Paused,
    /// Kartu macet.
    Jam,
    /// Rusak.
    Fault,
    /// Tidak terhubung.
    Offline,
    /// Perawatan.
    Maintenance,
    /// Terkunci, menunggu pemeriksaan.
    Locked,
    /// Dipinjamkan.
    Lent,
    /// Dikirim servis.
    AwayForRepair,
}

impl Printer {
    /// Decides; performs nothing.
    ///
    /// Errors: [`PrinterRefused`] names a pair that has no meaning.
    pub fn next(&self, event: &PrinterEvent) -> Result<Printer, PrinterRefused> {
        let mut next = self.clone();
        match event {
            PrinterEvent::Health(event) => next.health = self.health.next(event),
            PrinterEvent::Work(event) => {
                let away = match self.standing {
                    Standing::AwayForRepair | Standing::Lent => true,
                    Standing::InService | Standing::Paused | Standing::Maintenance => false,
                };
                let begins_out_of_service =
                    *event == WorkEvent::Begin && self.standing != Standing::InService;
                if away || begins_out_of_service {
                    return Err(PrinterRefused {
                        state: self.standing.name(),
                        event: event.name(),
                    });
                }
                next.work = self.work.next(*event)?;
            }
            PrinterEvent::Standing(event) => {
                next.standing = self.standing.next(*event)?;
                let leaves_service = match next.standing {
                    Standing::InService | Standing::Paused => false,
                    Standing::Maintenance | Standing::AwayForRepair | Standing::Lent => true,
                };
                if leaves_service && self.work != Work::Idle {
                    return Err(PrinterRefused {
                        state: self.work.name(),
                        event: event.name(),
                    });
                }
            }
        }
        Ok(next)
    }

    /// The gravest of the three, as one word.
    pub fn word(&self) -> Word {
        let words = [self.health.word(), self.work.word(), self.standing.word()];
        words.into_iter().max().unwrap_or(Word::Ready)
    }

    /// Whether it may be given a card.
    pub fn takes_work(&self) -> bool {
        let able = match &self.health {
            Health::Ready => true,
            Health::Hindered(fault) => fault.gravity() == Gravity::Report,
            Health::Offline | Health::Warming | Health::CoolingDown => false,
        };
        able && self.work == Work::Idle && self.standing == Standing::InService
    }
}

impl Health {
    /// What the news makes of it. Every pair has a meaning: a device says what it likes.
    pub fn next(&self, event: &HealthEvent) -> Health {
        match event {
            HealthEvent::Lost => Health::Offline,
            HealthEvent::Well => Health::Ready,
            HealthEvent::Warms => Health::Warming,
            HealthEvent::Heard(fault) => {
                let heard = Health::from(fault.clone());
                match self {
                    // One fault more does not mend the one before.
                    Health::Hindered(_) | Health::CoolingDown if self.word() > heard.word() => {
                        self.clone()
                    }
                    Health::Hindered(_)
                    | Health::CoolingDown
                    | Health::Offline
                    | Health::Warming
                    | Health::Ready => heard,
                }
            }
            HealthEvent::Told(faults) => faults
                .iter()
                .cloned()
                .map(Health::from)
                .max_by_key(Health::word)
                .unwrap_or(Health::Ready),
        }
    }

    /// Its word.
    pub fn word(&self) -> Word {
        match self {
            Health::Offline => Word::Offline,
            Health::Warming => Word::Warming,
            Health::CoolingDown => Word::CoolingDown,
            Health::Ready => Word::Ready,
            Health::Hindered(fault) => Word::of(fault),
        }
    }
}

impl From<Fault> for Health {
    fn from(fault: Fault) -> Health {
        if fault == Fault::Overheated {
            Health::CoolingDown
        } else {
            Health::Hindered(fault)
        }
    }
}

impl Work {
    /// Decides; performs nothing.
    ///
    /// Errors: [`PrinterRefused`] names a pair that has no meaning.
    pub fn next(self, event: WorkEvent) -> Result<Work, PrinterRefused> {
        match (self, event) {
            (Work::Idle, WorkEvent::Begin) | (Work::Locked, WorkEvent::GoOn) => Ok(Work::Busy),
            (Work::Busy, WorkEvent::End) | (Work::Locked, WorkEvent::Settle) => Ok(Work::Idle),
            // A doubt that comes again while one is open is the same doubt.
            (Work::Idle | Work::Busy | Work::Locked, WorkEvent::Lock) => Ok(Work::Locked),
            (Work::Idle | Work::Busy | Work::Locked, _) => Err(PrinterRefused {
                state: self.name(),
                event: event.name(),
            }),
        }
    }

    /// Its word.
    pub fn word(self) -> Word {
        match self {
            Work::Idle => Word::Ready,
            Work::Busy => Word::Busy,
            Work::Locked => Word::Locked,
        }
    }

    /// How store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            Work::Idle => "idle",
            Work::Busy => "busy",
            Work::Locked => "locked",
        }
    }
}

impl Standing {
    /// Decides; performs nothing. Who comes back is paused, so that a person looks before the first card.
    ///
    /// Errors: [`PrinterRefused`] names a pair that has no meaning.
    pub fn next(self, event: StandingEvent) -> Result<Standing, PrinterRefused> {
        use Standing as S;
        use StandingEvent as E;
        match (self, event) {
            (S::InService, E::Pause)
            | (S::Maintenance, E::EndMaintenance)
            | (S::AwayForRepair | S::Lent, E::ComeBack) => Ok(S::Paused),
            (S::Paused, E::Resume) => Ok(S::InService),
            (S::InService | S::Paused, E::BeginMaintenance) => Ok(S::Maintenance),
            (S::InService | S::Paused | S::Maintenance, E::SendAway) => Ok(S::AwayForRepair),
            (S::InService | S::Paused, E::Lend) => Ok(S::Lent),
            (S::InService | S::Paused | S::Maintenance | S::AwayForRepair | S::Lent, _) => {
                Err(PrinterRefused {
                    state: self.name(),
                    event: event.name(),
                })
            }
        }
    }

    /// Its word.
    pub fn word(self) -> Word {
        match self {
            Standing::InService => Word::Ready,
            Standing::Paused => Word::Paused,
            Standing::Maintenance => Word::Maintenance,
            Standing::AwayForRepair => Word::AwayForRepair,
            Standing::Lent => Word::Lent,
        }
    }

    /// How store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::InService => "in_service",
            Standing::Paused => "paused",
            Standing::Maintenance => "maintenance",
            Standing::AwayForRepair => "away_for_repair",
            Standing::Lent => "lent",
        }
    }
}

impl WorkEvent {
    /// The event's name in tables and refusals.
    pub fn name(self) -> &'static str {
        match self {
            WorkEvent::Begin => "begin",
            WorkEvent::End => "end",
            WorkEvent::Lock => "lock",
            WorkEvent::GoOn => "go_on",
            WorkEvent::Settle => "settle",
        }
    }
}

impl StandingEvent {
    /// The event's name in tables and refusals.
    pub fn name(self) -> &'static str {
        match self {
            StandingEvent::Pause => "pause",
            StandingEvent::Resume => "resume",
            StandingEvent::BeginMaintenance => "begin_maintenance",
            StandingEvent::EndMaintenance => "end_maintenance",
            StandingEvent::SendAway => "send_away",
            StandingEvent::Lend => "lend",
            StandingEvent::ComeBack => "come_back",
        }
    }
}

impl Word {
    /// All of them, from the lightest to the gravest.
    pub const ALL: [Word; 17] = [
        Word::Ready,
        Word::Busy,
        Word::NeedsCleaning,
        Word::Warming,
        Word::CoolingDown,
        Word::NeedsMedia,
        Word::NeedsRibbon,
        Word::NeedsFilm,
        Word::NeedsHand,
        Word::Paused,
        Word::Jam,
        Word::Fault,
        Word::Offline,
        Word::Maintenance,
        Word::Locked,
        Word::Lent,
        Word::AwayForRepair,
    ];

    /// The word for a fault.
    pub fn of(fault: &Fault) -> Word {
        match fault {
            Fault::CleaningDue => Word::NeedsCleaning,
            Fault::FeederEmpty | Fault::FeederOrRibbonEnd => Word::NeedsMedia,
            Fault::NotReady => Word::Warming,
            Fault::RibbonEnd | Fault::RibbonUnreadable => Word::NeedsRibbon,
            Fault::FilmEnd => Word::NeedsFilm,
            Fault::Overheated => Word::CoolingDown,
            Fault::CoverOpen
            | Fault::OutputFull
            | Fault::OutputDoorOpen
            | Fault::RejectFull
            | Fault::GoodCardInReject => Word::NeedsHand,
            Fault::CardJam | Fault::FeederJam | Fault::MechanicalTimeout | Fault::CardInside => {
                Word::Jam
            }
            Fault::HeadFailure
            | Fault::OutputFailure
            | Fault::OptionAbsent
            | Fault::MagneticChecksum
            | Fault::MagneticData
            | Fault::MagneticWrite
            | Fault::Firmware
            | Fault::UnknownCommand
            | Fault::BadParameter
            | Fault::ForeignService
            | Fault::SettingRefused
            | Fault::OtherUnit
            | Fault::OutOfStep
            | Fault::Restarted
            | Fault::Hardware
            | Fault::Unlisted(_) => Word::Fault,
        }
    }

    /// How store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            Word::Ready => "ready",
            Word::Busy => "busy",
            Word::NeedsCleaning => "needs_cleaning",
            Word::Warming => "warming",
            Word::CoolingDown => "cooling_down",
            Word::NeedsMedia => "needs_media",
            Word::NeedsRibbon => "needs_ribbon",
            Word::NeedsFilm => "needs_film",
            Word::NeedsHand => "needs_hand",
            Word::Paused => "paused",
            Word::Jam => "jam",
            Word::Fault => "fault",
            Word::Offline => "offline",
            Word::Maintenance => "maintenance",
            Word::Locked => "locked",
            Word::Lent => "lent",
            Word::AwayForRepair => "away_for_repair",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn printer(health: Health, work: Work, standing: Standing) -> Printer {
        Printer {
            health,
            work,
            standing,
        }
    }

    #[test]
    fn the_gravest_word_is_shown() {
        let check = |health, work, standing, word| {
            assert_eq!(printer(health, work, standing).word(), word);
        };
        let hindered = Health::Hindered;
        check(Health::Ready, Work::Idle, Standing::InService, Word::Ready);
        check(Health::Ready, Work::Busy, Standing::Paused, Word::Paused);
        check(
            hindered(Fault::FeederEmpty),
            Work::Busy,
            Standing::InService,
            Word::NeedsMedia,
        );
        check(
            hindered(Fault::CardJam),
            Work::Busy,
            Standing::Paused,
            Word::Jam,
        );
        check(
            Health::Offline,
            Work::Locked,
            Standing::InService,
            Word::Locked,
        );
    }

    #[test]
    fn one_fault_more_does_not_mend_the_one_before() {
        let jam = Health::Ready.next(&HealthEvent::Heard(Fault::CardJam));
        let still = jam.next(&HealthEvent::Heard(Fault::CleaningDue));
        assert_eq!(still, Health::Hindered(Fault::CardJam));
        let told = still.next(&HealthEvent::Told(vec![Fault::CleaningDue]));
        assert_eq!(told, Health::Hindered(Fault::CleaningDue));
        assert_eq!(told.next(&HealthEvent::Told(vec![])), Health::Ready);
    }

    #[test]
    fn a_printer_leaves_service_only_when_no_fate_is_open_in_it() {
        for work in [Work::Busy, Work::Locked] {
            let printer = printer(Health::Ready, work, Standing::InService);
            for event in [
                StandingEvent::BeginMaintenance,
                StandingEvent::SendAway,
                StandingEvent::Lend,
            ] {
                let refused = printer.next(&PrinterEvent::Standing(event));
                assert_eq!(refused.unwrap_err().state, work.name());
            }
            let paused = printer.next(&PrinterEvent::Standing(StandingEvent::Pause));
            assert_eq!(paused.unwrap().work, work);
        }
    }

    #[test]
    fn only_a_printer_in_service_begins_a_card_and_a_paused_one_ends_its_own() {
        let mut paused = printer(Health::Ready, Work::Idle, Standing::Paused);
        let begin = PrinterEvent::Work(WorkEvent::Begin);
        assert_eq!(paused.next(&begin).unwrap_err().state, "paused");
        paused.work = Work::Busy;
        let ended = paused.next(&PrinterEvent::Work(WorkEvent::End)).unwrap();
        assert_eq!(ended.work, Work::Idle);
    }

    #[test]
    fn cleaning_that_is_due_stops_no_work() {
        let printer = printer(
            Health::Hindered(Fault::CleaningDue),
            Work::Idle,
            Standing::InService,
        );
        assert!(printer.takes_work());
        assert_eq!(printer.word(), Word::NeedsCleaning);
    }
}
