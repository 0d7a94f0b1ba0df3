//! One blank at a time: what a hand must have said before a feed, and whose chip is on the blank.

use cetak_drivers::contract::BlankUid;

use super::*;
use crate::domain::blank::Account;
use crate::domain::job::{Code, ENCODED_BY_HAND};

const KTP: Stock = Stock::KtpEl;

fn uid(text: &str) -> BlankUid {
    BlankUid(text.to_owned())
}

fn by_hand(name: &str) -> PrinterSpec {
    PrinterSpec {
        stocks: vec![KTP],
        chip: ChipWay::ByHand,
        ..spec(name)
    }
}

fn refused(code: &str) -> Response {
    Response::Refused(Code::from(code))
}

impl Desk {
    /// A printer whose blanks are encoded at a desk, and one beside it that is loaded with children's blanks.
    fn encoding_by_hand() -> Desk {
        let mut desk = Desk::of(vec![by_hand("p1"), spec("p2")]);
        desk.order(Command::Receive(KTP, 20, "BA-TEST".to_owned()));
        desk.order(Command::Issue(KTP, 20));
        desk.status("p1", &[]);
        desk.answers("p1", Answer::Done(idle()));
        desk
    }

    fn adult(&mut self, key: &str) -> JobId {
        self.accept_for(CardProduct::KtpEl, key)
    }

    fn pieces(&self, account: Account) -> u64 {
        self.store.books().unwrap().pieces(KTP, account)
    }

    fn state(&self, job: JobId) -> JobState {
        self.store.job(job).unwrap().unwrap().state
    }

    fn scan(&mut self, number: &str) -> Response {
        self.response(Command::Scan(id("p1"), Some(uid(number)), None))
    }

    /// Lets the printer prepare for its drawn job and answers with an empty path.
    fn feed(&mut self, job: JobId) {
        let mut effects = self.drawn("p1", job);
        // It was asked how it is meanwhile.
        if matches!(self.machine("p1").work, Work::Asking) {
            effects = self.answers("p1", Answer::Done(idle()));
        }
        self.until("p1", effects, Stage::Feed);
    }

    /// The feed's answer is lost; afterwards the printer is asked and says that nothing was fed.
    fn not_fed(&mut self) {
        self.answers("p1", Answer::Fault(Fault::FeederJam, idle()));
        for _ in 0..10 {
            if matches!(self.machine("p1").work, Work::Card(_)) {
                let mut evidence = idle();
                evidence.last = LastAnswer::Fault(Fault::FeederEmpty);
                self.answers("p1", Answer::Done(evidence));
            }
        }
        // A hand has freed it, and what the jam left latched is cleared.
        self.status("p1", &[]);
        self.answers("p1", Answer::Done(idle()));
    }
}

#[test]
fn a_printer_in_single_card_mode_feeds_only_what_a_hand_confirmed() {
    let mut desk = Desk::of(vec![spec("p1")]);
    let stock = Stock::Kia517;
    desk.order(Command::Receive(stock, 20, "BA-TEST".to_owned()));
    desk.order(Command::Issue(stock, 20));
    desk.order(Command::Load(id("p1"), stock, 5));
    desk.status("p1", &[]);
    desk.answers("p1", Answer::Done(idle()));
    assert_eq!(
        desk.response(Command::Scan(id("p1"), None, None)),
        refused("NOT_SINGLE_CARD")
    );
    desk.order(Command::SingleCard(id("p1"), true));
    // A stack may feed a second card whatever we order: first it comes out.
    let job = desk.accept("TEST-1");
    desk.status("p1", &[]);
    assert_eq!(desk.next("p1"), None);
    assert_eq!(
        desk.response(Command::Scan(id("p1"), None, None)),
        refused("HOPPER_NOT_EMPTY")
    );
    assert_eq!(
        desk.response(Command::Unload(id("p1"), 4)),
        refused("COUNT_DIFFERS")
    );
    desk.order(Command::Unload(id("p1"), 5));
    assert_eq!(
        desk.response(Command::Load(id("p1"), stock, 5)),
        refused("SINGLE_CARD_MODE")
    );
    let books = desk.store.books().unwrap();
    assert_eq!(books.pieces(stock, Account::InRoom), 20);
    desk.order(Command::Scan(id("p1"), None, None));
    assert_eq!(desk.next("p1"), Some((job, false)));
    desk.feed(job);
    let books = desk.store.books().unwrap();
    assert_eq!(books.pieces(stock, Account::Loaded), 0);
    assert_eq!(books.pieces(stock, Account::InWork), 1);
    assert_eq!(
        desk.response(Command::Scan(id("p1"), None, None)),
        refused("PRINTER_BUSY"),
        "no second blank beside a card in work"
    );
}

#[test]
fn a_blank_that_was_not_fed_is_looked_at_before_it_is_tried_again() {
    let mut desk = Desk::encoding_by_hand();
    let job = desk.adult("TEST-1");
    desk.order(Command::Encoded(job, uid("04A1")));
    desk.order(Command::Scan(id("p1"), Some(uid("04A1")), None));
    desk.feed(job);
    assert!(matches!(desk.state(job), JobState::Encoded { .. }));
    desk.not_fed();
    assert_eq!(
        desk.state(job),
        JobState::Held {
            code: Code::from(ENCODED_BY_HAND)
        }
    );
    assert_eq!(desk.pieces(Account::Loaded), 1);
    let laid = desk.machine("p1").row.laid.clone().unwrap();
    assert_eq!(
        (laid.encoded, laid.confirmed),
        (Some((job, uid("04A1"))), false)
    );
    assert_eq!(desk.next("p1"), None, "nobody has looked yet");
    desk.order(Command::Scan(id("p1"), Some(uid("04A1")), None));
    assert_eq!(desk.pieces(Account::Loaded), 1, "it is booked once");
    desk.feed(job);
    assert!(matches!(desk.state(job), JobState::Encoded { .. }));
}

#[test]
fn a_face_goes_only_onto_the_blank_that_carries_its_chip() {
    let mut desk = Desk::encoding_by_hand();
    let (first, second) = (desk.adult("TEST-1"), desk.adult("TEST-2"));
    desk.status("p1", &[]);
    assert_eq!(desk.next("p1"), None, "no blank is taken unread");
    assert_eq!(desk.scan("04A1"), refused("BLANK_NOT_ENCODED"));
    desk.order(Command::Encoded(first, uid("04A1")));
    assert_eq!(
        desk.response(Command::Encoded(second, uid("04A1"))),
        refused("BLANK_USED_BEFORE")
    );
    assert_eq!(
        desk.response(Command::Encoded(first, uid("04B2"))),
        refused("NOT_WHILE_HELD"),
        "one blank a job"
    );
    desk.order(Command::Encoded(second, uid("04B2")));
    desk.order(Command::Scan(id("p1"), Some(uid("04B2")), None));
    assert_eq!(desk.scan("04A1"), refused("ANOTHER_BLANK_IS_LAID"));
    assert_eq!(
        desk.response(Command::TestCard(id("p1"))),
        refused("BLANK_OF_A_JOB")
    );
    assert_eq!(desk.next("p1"), Some((second, false)));
    desk.feed(second);
    let attempt = desk.store.open_attempts().unwrap().remove(0);
    assert_eq!((attempt.job, attempt.uid), (second, Some(uid("04B2"))));
    let blank = desk.store.blank(&uid("04B2")).unwrap().unwrap();
    assert_eq!((blank.account, blank.job), (Account::InWork, Some(second)));
    assert_eq!(
        desk.response(Command::Encoded(
            desk.store.job(first).unwrap().unwrap().id,
            uid("04B2")
        )),
        refused("NOT_WHILE_HELD")
    );
}

#[test]
fn an_encoded_blank_that_is_given_up_is_spoiled_and_void() {
    for laid in [false, true] {
        let mut desk = Desk::encoding_by_hand();
        let job = desk.adult("TEST-1");
        desk.order(Command::Encoded(job, uid("04A1")));
        if laid {
            desk.order(Command::Scan(id("p1"), Some(uid("04A1")), None));
        }
        desk.order(Command::Release(job));
        assert_eq!(desk.state(job), JobState::Queued);
        assert_eq!(
            (
                desk.pieces(Account::InRoom),
                desk.pieces(Account::Loaded),
                desk.pieces(Account::Spoiled)
            ),
            (19, 0, 1)
        );
        assert_eq!(desk.machine("p1").row.laid, None);
        let outbox = desk.store.outbox().unwrap();
        assert_eq!(outbox.len(), 1);
        assert_eq!(
            (outbox[0].what.as_str(), outbox[0].uid.clone()),
            ("void", Some(uid("04A1")))
        );
        // The number is spent; the job takes another one.
        assert_eq!(
            desk.response(Command::Encoded(job, uid("04A1"))),
            refused("BLANK_USED_BEFORE")
        );
        desk.order(Command::Encoded(job, uid("04B2")));
    }
}

#[test]
fn what_was_laid_in_is_known_after_a_restart() {
    let mut desk = Desk::encoding_by_hand();
    let job = desk.adult("TEST-1");
    desk.order(Command::Encoded(job, uid("04A1")));
    desk.order(Command::Scan(id("p1"), Some(uid("04A1")), None));
    let specs = vec![by_hand("p1"), spec("p2")];
    desk.spooler = Spooler::start(settings(), specs, AT, &desk.store).unwrap();
    desk.status("p1", &[]);
    assert_eq!(desk.next("p1"), Some((job, false)));
    desk.answers("p1", Answer::Done(idle()));
    desk.feed(job);
}

#[test]
fn a_job_whose_blank_is_encoded_goes_to_no_printer_that_writes_chips() {
    let mut desk = Desk::of(vec![spec("p1")]);
    let job = desk.adult("TEST-1");
    assert_eq!(
        desk.response(Command::Encoded(job, uid("04A1"))),
        refused("NO_PRINTER_FOR_ENCODED_BLANKS")
    );
    assert_eq!(desk.state(job), JobState::Queued);
}

#[test]
fn a_blank_that_a_hand_finds_gone_is_sought_and_its_job_takes_another() {
    let mut desk = Desk::encoding_by_hand();
    let job = desk.adult("TEST-1");
    let gone = || Command::BlankGone(id("p1"));
    desk.order(Command::Encoded(job, uid("04A1")));
    desk.order(Command::Scan(id("p1"), Some(uid("04A1")), None));
    assert_eq!(desk.response(gone()), refused("NO_BLANK_IN_QUESTION"));
    desk.feed(job);
    desk.not_fed();
    desk.order(gone());
    assert_eq!(desk.state(job), JobState::Queued);
    assert_eq!(
        (desk.pieces(Account::Loaded), desk.pieces(Account::Sought)),
        (0, 1)
    );
    let void = desk.store.outbox().unwrap().remove(0);
    assert_eq!((void.what.as_str(), void.uid), ("void", Some(uid("04A1"))));
    assert_eq!(desk.response(gone()), refused("NO_BLANK_IN_QUESTION"));
    desk.order(Command::Encoded(job, uid("04B2")));
    desk.order(Command::Scan(id("p1"), Some(uid("04B2")), None));
    desk.feed(job);
}
