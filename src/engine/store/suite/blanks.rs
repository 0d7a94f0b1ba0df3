//! Blanks by their numbers and by their pieces: bound once, in one place, never overdrawn.

use super::*;

pub(super) fn a_blank_is_bound_once(mut at: Lodged) {
    let jobs: Vec<JobId> = (1..=3).map(|n| at.queued(n)).collect();
    let ids: Vec<u64> = jobs
        .iter()
        .zip(["a", "b", "c"])
        .map(|(job, printer)| {
            at.turn(|store| store.open_attempt(&attempt(*job, printer), AT))
                .expect("an attempt")
        })
        .collect();
    at.turn(|store| store.announce_blanks(Stock::KtpElForeigner, Account::InStore, &[uid("F1")]))
        .expect("a batch");
    let mut bind = |n: usize, text: &str| {
        at.turn(|store| store.bind_blank(ids[n], jobs[n], Stock::KtpEl, &uid(text)))
            .expect("an answer")
    };
    assert!(bind(0, "04A1"));
    assert!(bind(0, "04A1"), "the same again is no contradiction");
    assert!(!bind(1, "04A1"), "bound to another attempt");
    assert!(!bind(0, "04A2"), "this attempt has another number");
    assert!(!bind(2, "F1"), "a blank of another stock");
    let at = at.reopened();
    let blank = at.store.blank(&uid("04A1")).expect("to read").expect("it");
    assert_eq!((blank.job, blank.account), (Some(jobs[0]), Account::InWork));
    let attempts = at.store.attempts(jobs[0]).expect("attempts");
    assert_eq!(attempts[0].0.uid, Some(uid("04A1")));
    assert_eq!(at.store.blank(&uid("04A2")).expect("to read"), None);
    at.holds();
}

pub(super) fn a_blank_is_in_one_place(mut at: Lodged) {
    let with = |from, to| Entry {
        uid: Some(uid("04A1")),
        ..entry(Some(from), to, 1)
    };
    at.turn(|store| {
        store
            .book(&entry(None, Account::Loaded, 5), AT)
            .expect("received");
        store
            .book(&entry(Some(Account::Loaded), Account::InWork, 2), AT)
            .expect("fed");
        let announced = store.announce_blanks(Stock::KtpEl, Account::InTransit, &[uid("04A1")]);
        announced.expect("a batch");
        store
            .book(&with(Account::InWork, Account::Spoiled), AT)
            .expect("spoiled");
    });
    let blanks = at.store.blanks().expect("blanks");
    assert_eq!(blanks[0].account, Account::Spoiled);
    at.holds();
    at.store.begin().expect("a turn");
    let again = at
        .store
        .book(&with(Account::InWork, Account::Personalized), AT);
    assert!(
        matches!(again, Err(StoreLost::Damaged { .. })),
        "S1: {again:?}"
    );
    let mut at = at.reopened();
    at.store.begin().expect("a turn");
    let twice = at
        .store
        .announce_blanks(Stock::KtpEl, Account::InStore, &[uid("04A1")]);
    assert!(matches!(twice, Err(StoreLost::Damaged { .. })), "{twice:?}");
}

pub(super) fn the_books_refuse_an_overdraft(mut at: Lodged) {
    at.turn(|store| {
        store
            .book(&entry(None, Account::InRoom, 500), AT)
            .expect("received");
        let loaded = entry(Some(Account::InRoom), Account::Loaded, 100);
        store.book(&loaded, AT).expect("loaded");
    });
    at.holds();
    at.store.begin().expect("a turn");
    let more = at
        .store
        .book(&entry(Some(Account::Loaded), Account::InWork, 101), AT);
    let short = BooksRefuse::Short {
        stock: Stock::KtpEl,
        account: Account::Loaded,
        held: 100,
        wanted: 101,
    };
    assert!(matches!(more, Err(StoreLost::Books(refused)) if refused == short));
    at.store
        .commit()
        .expect_err("a refused entry must not be carried on with");
    let mut at = at.reopened();
    at.store.begin().expect("a turn");
    let none = at
        .store
        .book(&entry(Some(Account::Loaded), Account::InWork, 0), AT);
    assert!(matches!(none, Err(StoreLost::Books(BooksRefuse::Empty))));
    let at = at.reopened();
    let books = at.store.books().expect("books");
    assert_eq!(books.pieces(Stock::KtpEl, Account::InRoom), 400);
    assert_eq!(books.pieces(Stock::KtpEl, Account::Loaded), 100);
    assert_eq!(books.received(Stock::KtpEl), 500);
    at.holds();
}
