//! Two printers that answer by script: which of them is promised a job, and what it waits for.

use std::sync::Arc;
use std::time::Duration;

use cetak_drivers::contract::{
    Answer, BenchFlag, Dialect, Event, Evidence, Fault, Identity as PrinterIdentity, LastAnswer,
    Moment, Place, Point, Power, Request, Ribbon, Stage, Status, Told,
};
use cetak_drivers::matica::{self, Matica};
use jiff::tz::TimeZone;

use super::{Code, Command, Effect, Input, ReplyTo, Response, Settings, Spooler};
use crate::artwork::Look;
use crate::artwork::mark::plain_card;
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::domain::record::CardProduct;
use crate::domain::specimens::specimen;
use crate::engine::fleet::{
    BenchRecord, ChipWay, Doing, PrinterMachine, PrinterSpec, STATUS_EVERY, Tested, Work,
};
use crate::engine::store::{
    Accepted, AttemptEntry, Identity, NewJob, SqliteStore, Store, StoreKey, StoreRead,
};

mod single_card;

/// 14 January 2019, 08.00 WIB.
const AT: At = At(1_547_427_600_000);

struct Desk {
    spooler: Spooler,
    store: SqliteStore,
    now: Moment,
}

fn id(name: &str) -> PrinterId {
    PrinterId(name.to_owned())
}

fn spec(name: &str) -> PrinterSpec {
    let model = matica::models::find("matica-xid8600").unwrap();
    let dialect = Matica::new(model, matica::Options::default());
    PrinterSpec {
        id: id(name),
        capabilities: Arc::new(dialect.capabilities().clone()),
        stocks: vec![Stock::Kia517],
        ribbon: Ribbon::Ymcko,
        look: Look::Colour,
        chip: ChipWay::None,
        port: Default::default(),
        bench: Default::default(),
    }
}

fn settings() -> Settings {
    Settings {
        run: "test/1".to_owned(),
        zone: TimeZone::fixed(jiff::tz::offset(7)),
        training: true,
    }
}

fn idle() -> Evidence {
    Evidence {
        place: Place::Empty,
        power: Power::Kept,
        settled: true,
        ..Evidence::default()
    }
}

impl Desk {
    /// Printers with children's blanks in their hoppers.
    fn new(names: &[&str]) -> Desk {
        let mut desk = Desk::of(names.iter().map(|name| spec(name)).collect());
        let stock = Stock::Kia517;
        desk.order(Command::Receive(stock, 20, "BA-TEST".to_owned()));
        desk.order(Command::Issue(stock, 20));
        for name in names {
            desk.order(Command::Load(id(name), stock, 5));
        }
        desk
    }

    /// Printers with empty hoppers.
    fn of(specs: Vec<PrinterSpec>) -> Desk {
        let identity = Identity {
            room: "TPI".parse().unwrap(),
            epoch: 1,
            training: true,
        };
        let store = SqliteStore::memory(&identity, &StoreKey::from_bytes([7; 32])).unwrap();
        Desk {
            spooler: Spooler::start(settings(), specs, AT, &store).unwrap(),
            store,
            now: Moment::ZERO,
        }
    }

    #[track_caller]
    fn order(&mut self, command: Command) {
        assert_eq!(self.response(command), Response::Done);
    }

    fn response(&mut self, command: Command) -> Response {
        let keeper = Actor::Person("SPECIMEN GUDANG".to_owned());
        let effects = self.turn(vec![Input::Command(keeper, command, ReplyTo(1))]);
        let replies = effects.into_iter().filter_map(|effect| match effect {
            Effect::Reply(_, response) => Some(response),
            Effect::Ask(..)
            | Effect::Encode(..)
            | Effect::Draw { .. }
            | Effect::LetGo(_)
            | Effect::Reopen(..)
            | Effect::WakeAt(_) => None,
        });
        replies.last().unwrap()
    }

    fn accept(&mut self, key: &str) -> JobId {
        self.accept_for(CardProduct::Kia517, key)
    }

    fn accept_for(&mut self, product: CardProduct, key: &str) -> JobId {
        let mut record = specimen(product);
        // Another person for each key: the last digits of a NIK only count.
        let last = key.chars().last().and_then(|c| c.to_digit(10)).unwrap();
        record.nik = format!("{}{last}", &record.nik[..15]);
        record.key = key.to_owned();
        let new = NewJob {
            record,
            photo: None,
            state: JobState::Queued,
            class: 1,
        };
        self.store.begin().unwrap();
        let accepted = self.store.accept(&new, AT, &Actor::Spooler).unwrap();
        self.store.commit().unwrap();
        let Accepted::New { job, .. } = accepted else {
            panic!("{accepted:?}");
        };
        job
    }

    fn turn(&mut self, inputs: Vec<Input>) -> Vec<Effect> {
        self.spooler
            .turn(inputs, self.now, AT, &mut self.store)
            .unwrap()
    }

    fn tells(&mut self, name: &str, event: Event) -> Vec<Effect> {
        self.turn(vec![Input::Device(id(name), 1, event)])
    }

    fn answers(&mut self, name: &str, answer: Answer) -> Vec<Effect> {
        self.tells(name, Event::Answered(answer))
    }

    fn status(&mut self, name: &str, faults: &[Fault]) -> Vec<Effect> {
        self.tells(
            name,
            Event::Status(Status {
                evidence: idle(),
                faults: faults.to_vec(),
            }),
        )
    }

    fn drawn(&mut self, name: &str, job: JobId) -> Vec<Effect> {
        let picture = Arc::new(plain_card("TEST", 120, 96));
        self.turn(vec![Input::Drawn(id(name), job, Ok(picture))])
    }

    fn next(&self, name: &str) -> Option<(JobId, bool)> {
        let next = self.machine(name).next.as_ref()?;
        Some((next.job, next.picture.is_some()))
    }

    fn machine(&self, name: &str) -> &PrinterMachine {
        self.spooler
            .printers()
            .find(|machine| machine.spec.id == id(name))
            .unwrap()
    }

    /// Answers whatever is asked, and lets time pass, until the printer is asked for this stage.
    fn until(&mut self, name: &str, effects: Vec<Effect>, wanted: Stage) {
        let mut effects = effects;
        for _ in 0..20 {
            let asked = |is: &dyn Fn(&Request) -> bool| {
                effects.iter().any(|effect| {
                    matches!(effect, Effect::Ask(printer, _, request)
                        if *printer == id(name) && is(request))
                })
            };
            if asked(&|request| matches!(request, Request::Do(stage) if *stage == wanted)) {
                return;
            }
            effects = if asked(&|_| true) {
                self.answers(name, Answer::Done(idle()))
            } else {
                self.now = self.now + STATUS_EVERY;
                self.turn(vec![Input::Wake])
            };
        }
        panic!("{name} is never asked for {wanted:?}");
    }
}

#[test]
fn a_printer_that_waits_for_hands_keeps_no_job_from_the_others() {
    let mut desk = Desk::new(&["p1", "p2"]);
    desk.status("p1", &[]);
    let job = desk.accept("TEST-1");
    desk.status("p1", &[]);
    assert_eq!(desk.next("p1"), Some((job, false)));
    // The lid is opened while the picture is drawn; the other printer is there.
    desk.status("p1", &[Fault::CoverOpen]);
    desk.status("p2", &[]);
    assert_eq!(
        desk.next("p1"),
        Some((job, false)),
        "its picture comes first"
    );
    assert_eq!(desk.next("p2"), None);
    desk.drawn("p1", job);
    assert_eq!(
        (desk.next("p1"), desk.next("p2")),
        (None, Some((job, false)))
    );
    // A picture for the first printer is none for the second: it may have another size.
    desk.drawn("p1", job);
    assert_eq!(desk.next("p2"), Some((job, false)));
    desk.drawn("p2", job);
    assert_eq!(desk.next("p2"), Some((job, true)));
}

#[test]
fn a_printer_that_does_not_answer_is_promised_nothing() {
    let mut desk = Desk::new(&["p1", "p2"]);
    desk.accept("TEST-1");
    desk.status("p2", &[]);
    assert_eq!(desk.next("p1"), None);
    assert!(desk.next("p2").is_some());
    desk.tells("p2", Event::Lost);
    desk.status("p1", &[]);
    assert_eq!(
        desk.next("p1"),
        None,
        "the picture of the other is being drawn"
    );
}

#[test]
fn a_card_that_only_waits_for_a_supply_is_not_examined_again_and_again() {
    let mut desk = Desk::new(&["p1"]);
    let job = desk.accept("TEST-1");
    desk.status("p1", &[]);
    // Asked who it is, it says so.
    desk.answers("p1", Answer::Done(idle()));
    let effects = desk.drawn("p1", job);
    desk.until("p1", effects, Stage::Face);
    let inside = Evidence {
        place: Place::Path,
        ..idle()
    };
    // The film is torn while the face is printed on it, and stays so.
    let mut effects = desk.answers("p1", Answer::Fault(Fault::FilmEnd, inside.clone()));
    let resuming = |desk: &Desk| match &desk.machine("p1").work {
        Work::Card(run) => run.doing == Doing::Resuming(Point::Answered(Stage::Park)),
        Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking => false,
    };
    while !resuming(&desk) {
        assert!(!effects.is_empty());
        effects = desk.answers("p1", Answer::Done(inside.clone()));
    }
    let refused = Answer::Fault(Fault::FilmEnd, inside.clone());
    desk.answers("p1", refused.clone());
    let entries = |desk: &Desk| desk.store.open_attempts().unwrap()[0].entries.len();
    let before = entries(&desk);
    for _ in 0..100 {
        assert!(!resuming(&desk), "it rests between two tries");
        desk.now = desk.now + STATUS_EVERY;
        desk.turn(vec![Input::Wake]);
        assert!(resuming(&desk));
        desk.answers("p1", refused.clone());
    }
    assert_eq!(entries(&desk), before, "a torn film is noted once");
    // A new film: the card goes on, and nobody was asked.
    desk.now = desk.now + STATUS_EVERY;
    desk.turn(vec![Input::Wake]);
    let effects = desk.answers("p1", Answer::Done(inside));
    assert!(desk.machine("p1").faults.is_empty());
    assert!(matches!(effects[0], Effect::Draw { .. }), "{effects:?}");
    let attempt = desk.store.open_attempts().unwrap().remove(0);
    let heard = |entry: &&AttemptEntry| **entry == AttemptEntry::Heard(Fault::FilmEnd);
    assert_eq!(attempt.entries.iter().filter(heard).count(), 1);
}

/// Feeds and lets the printer say that its hopper is empty; the rest is answered with an idle printer.
fn finds_its_hopper_empty(desk: &mut Desk, job: JobId) {
    let effects = desk.drawn("p1", job);
    desk.until("p1", effects, Stage::Feed);
    let mut found = idle();
    found.last = LastAnswer::Fault(Fault::FeederEmpty);
    desk.answers("p1", Answer::Fault(Fault::FeederEmpty, found.clone()));
    while matches!(desk.machine("p1").work, Work::Card(_)) {
        desk.answers("p1", Answer::Done(found.clone()));
    }
}

#[test]
fn a_hopper_that_nobody_tells_of_is_waited_for_until_a_person_filled_it() {
    for tells_hopper in [true, false] {
        let mut spec = spec("p1");
        let mut capabilities = (*spec.capabilities).clone();
        capabilities.tells_hopper = tells_hopper;
        spec.capabilities = Arc::new(capabilities);
        let mut desk = Desk::of(vec![spec]);
        let stock = Stock::Kia517;
        desk.order(Command::Receive(stock, 20, "BA-TEST".to_owned()));
        desk.order(Command::Issue(stock, 20));
        desk.order(Command::Load(id("p1"), stock, 5));
        let job = desk.accept("TEST-1");
        desk.status("p1", &[]);
        desk.answers("p1", Answer::Done(idle()));
        finds_its_hopper_empty(&mut desk, job);
        // The error is cleared, and the printer says that all is well.
        desk.status("p1", &[]);
        assert_eq!(desk.machine("p1").may_serve(), tells_hopper);
        assert_eq!(
            desk.machine("p1")
                .hindrances()
                .contains(&Fault::FeederEmpty),
            !tells_hopper
        );
        desk.order(Command::Load(id("p1"), stock, 5));
        assert!(desk.machine("p1").may_serve());
    }
}

#[test]
fn a_printer_on_a_link_that_could_end_no_doubt_takes_no_card() {
    let mut mute = spec("p1");
    mute.port.mute = true;
    let mut desk = Desk::of(vec![mute]);
    let stock = Stock::Kia517;
    desk.order(Command::Receive(stock, 20, "BA-TEST".to_owned()));
    desk.order(Command::Issue(stock, 20));
    desk.order(Command::Load(id("p1"), stock, 5));
    desk.accept("TEST-1");
    desk.status("p1", &[]);
    desk.order(Command::Resume(id("p1")));
    assert_eq!(desk.next("p1"), None);
    assert_eq!(desk.machine("p1").doubt(), Some("MUTE_LINK"));
}

/// What it says of itself, with this firmware.
fn named(firmware: &str) -> Event {
    let told = |text: &str| Told::Told(text.to_owned());
    Event::Identity(PrinterIdentity {
        serial: told("A1"),
        firmware: told(firmware),
        ..PrinterIdentity::default()
    })
}

/// The first incarnation under which a printer is spoken to anew.
fn reopened(effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::Reopen(_, incarnation) => Some(*incarnation),
        Effect::Reply(..)
        | Effect::Ask(..)
        | Effect::Encode(..)
        | Effect::Draw { .. }
        | Effect::LetGo(_)
        | Effect::WakeAt(_) => None,
    })
}

#[test]
fn a_bench_record_counts_while_its_unit_and_firmware_tell_themselves() {
    let mut desk = Desk::new(&["p1"]);
    let mut tested = spec("p1");
    let mut with_record = (*tested.capabilities).clone();
    with_record.bench = vec![BenchFlag::CountersDurable];
    tested.bench = BenchRecord::Tested(Tested {
        serial: Some("A1".to_owned()),
        firmware: Some("1000".to_owned()),
        others: Arc::new(with_record),
    });
    let changed = [id("p1")];
    let changes = desk
        .spooler
        .reconfigure(vec![tested], &changed, AT, &desk.store);
    changes.unwrap().unwrap();
    let tells = |desk: &mut Desk, event: Event| {
        let incarnation = desk.machine("p1").incarnation;
        desk.turn(vec![Input::Device(id("p1"), incarnation, event)])
    };
    let flags = |desk: &Desk| desk.machine("p1").spec.capabilities.bench.clone();
    assert_eq!(desk.machine("p1").bench_code(), Some("BENCH_WAITS"));
    assert_eq!(flags(&desk), [], "nothing counts before it was told");
    let effects = tells(&mut desk, named("1000"));
    assert_eq!(reopened(&effects), Some(desk.machine("p1").incarnation));
    assert_eq!(flags(&desk), [BenchFlag::CountersDurable]);
    assert_eq!(
        reopened(&tells(&mut desk, named("1000"))),
        None,
        "it counts already"
    );
    let effects = tells(&mut desk, named("1001"));
    assert_eq!(reopened(&effects), Some(desk.machine("p1").incarnation));
    assert_eq!(flags(&desk), [], "another firmware is not tested");
    assert_eq!(
        desk.machine("p1").bench_code(),
        Some("BENCH_OTHER_FIRMWARE")
    );
}

#[test]
fn a_technician_has_a_paused_printer_and_its_link_until_it_is_resumed() {
    let mut desk = Desk::new(&["p1", "p2"]);
    let keeper = || Actor::Person("SPECIMEN TEKNISI".to_owned());
    let maintain = |desk: &mut Desk| {
        let input = Input::Command(keeper(), Command::Maintain(id("p1")), ReplyTo(1));
        desk.turn(vec![input])
    };
    let refused = maintain(&mut desk);
    let code = Response::Refused(Code::from("PRINTER_NOT_PAUSED"));
    assert!(
        refused
            .iter()
            .any(|effect| matches!(effect, Effect::Reply(_, said) if *said == code)),
        "{refused:?}"
    );
    desk.order(Command::Pause(id("p1"), "uji".to_owned()));
    let effects = maintain(&mut desk);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::LetGo(gone) if *gone == id("p1")))
    );
    // Another pause does not bring it back, and nothing is asked of it however long it takes.
    desk.order(Command::Pause(id("p1"), "lama".to_owned()));
    desk.now = desk.now + Duration::from_secs(3600);
    let effects = desk.turn(vec![Input::Wake]);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Ask(name, ..) if *name == id("p1"))),
        "{effects:?}"
    );
    let keeper = keeper();
    let effects = desk.turn(vec![Input::Command(
        keeper,
        Command::Resume(id("p1")),
        ReplyTo(2),
    )]);
    assert_eq!(reopened(&effects), Some(desk.machine("p1").incarnation));
    assert!(!desk.machine("p1").in_maintenance());
}
