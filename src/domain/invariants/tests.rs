use super::*;
use crate::domain::blank::{BooksRefuse, Entry};
use crate::domain::ids::{Actor, PrinterId};
use proptest::prelude::*;

fn card(mark: u64, place: CardPlace) -> SeenCard {
    SeenCard {
        mark,
        good: true,
        cut: false,
        place,
    }
}

#[test]
fn c1_names_the_second_card_wherever_it_lies() {
    let printed = BTreeSet::from([7, 8]);
    let tray = card(7, CardPlace::Tray);
    let reject = card(7, CardPlace::RejectBox);
    assert_eq!(c1(&[tray, card(8, CardPlace::Tray)], &printed), Ok(()));
    let broken = c1(&[tray, reject], &printed).unwrap_err();
    assert_eq!(
        broken.to_string(),
        "C1: 2 usable cards with mark 0000000000000007: [Tray, RejectBox]"
    );
    let cut = SeenCard {
        cut: true,
        ..reject
    };
    let bad = SeenCard {
        good: false,
        ..reject
    };
    assert_eq!(c1(&[tray, cut, bad], &printed), Ok(()));
}

#[test]
fn c1_lets_a_good_card_in_the_reject_box_be_its_printed_jobs_card() {
    let reject = card(7, CardPlace::RejectBox);
    assert_eq!(c1(&[reject], &BTreeSet::from([7])), Ok(()));
    assert_eq!(
        c1(&[reject], &BTreeSet::new()),
        Err(Broken::LooseCard {
            mark: 7,
            place: CardPlace::RejectBox
        })
    );
}

#[test]
fn l1_names_every_lost_key_and_a_job_without_an_end() {
    let ended = BTreeMap::from([
        ("a".to_owned(), Ended::Card),
        ("b".to_owned(), Ended::Decision("HELD_NOT_PRR".into())),
        ("c".to_owned(), Ended::Open("queued")),
    ]);
    assert_eq!(l1(["a", "b", "c"], &ended, false), Ok(()));
    assert_eq!(
        l1(["a", "c"], &ended, true),
        Err(Broken::Unended {
            key: "c".to_owned(),
            state: "queued"
        })
    );
    assert_eq!(
        l1(["a", "x", "c", "y"], &ended, true),
        Err(Broken::Lost {
            keys: vec!["x".to_owned(), "y".to_owned()]
        })
    );
}

#[test]
fn l1_counts_a_doubt_as_open() {
    let doubt = JobState::InDoubt {
        printer: PrinterId("evolis-1".to_owned()),
        blank: None,
    };
    assert_eq!(Ended::of(&doubt), Ended::Open("in_doubt"));
    let printed = JobState::Printed { blank: None };
    assert_eq!(Ended::of(&printed), Ended::Card);
}

fn entry(from: Option<Account>, to: Account, pieces: u32) -> Entry {
    Entry {
        stock: Stock::KtpEl,
        from,
        to,
        pieces,
        uid: None,
        why: "TEST".to_owned(),
        paper: None,
        actor: Actor::Spooler,
    }
}

#[test]
fn s1_compares_only_what_was_counted() {
    let mut books = Books::default();
    books.add(&entry(None, Account::InRoom, 50)).unwrap();
    books
        .add(&entry(Some(Account::InRoom), Account::Loaded, 20))
        .unwrap();
    let counted = |pieces| BTreeMap::from([((Stock::KtpEl, Account::Loaded), pieces)]);
    assert_eq!(s1(&books, &BTreeMap::new()), Ok(()));
    assert_eq!(s1(&books, &counted(20)), Ok(()));
    assert_eq!(
        s1(&books, &counted(19)).unwrap_err().to_string(),
        "S1: ktp_el Loaded: 20 booked, 19 found"
    );
}

#[test]
fn s1_finds_a_blank_in_two_places() {
    let (a, b) = (
        BlankUid("TEST-01".to_owned()),
        BlankUid("TEST-02".to_owned()),
    );
    let once = [(&a, Account::Loaded), (&b, Account::Spoiled)];
    assert_eq!(s1_numbers(once), Ok(()));
    let twice = [
        (&a, Account::Spoiled),
        (&b, Account::Sought),
        (&a, Account::Personalized),
    ];
    assert!(matches!(
        s1_numbers(twice),
        Err(Broken::TwoPlaces { uid, .. }) if uid == a
    ));
}

proptest! {
    /// Books kept beside by hand, in signed numbers: an entry is refused exactly when it would make one negative.
    #[test]
    fn books_balance_after_any_entries_and_no_account_goes_below_nothing(
        entries in proptest::collection::vec(
            (0usize..4, proptest::option::of(0usize..12), 0usize..12, 0u32..40), 0..200,
        )
    ) {
        let mut books = Books::default();
        let mut by_hand: BTreeMap<(Stock, Account), i64> = BTreeMap::new();
        for (stock, from, to, pieces) in entries {
            let stock = Stock::ALL[stock];
            let from = from.map(|n| Account::ALL[n]);
            let to = Account::ALL[to];
            let entry = Entry { stock, ..entry(from, to, pieces) };
            let before = books.clone();
            let held = from.map(|from| by_hand.get(&(stock, from)).copied().unwrap_or(0));
            let empty = pieces == 0 || from == Some(to);
            let short = held.is_some_and(|held| held < i64::from(pieces));
            match books.add(&entry) {
                Ok(()) => {
                    prop_assert!(!empty && !short);
                    if let Some(from) = from {
                        *by_hand.entry((stock, from)).or_default() -= i64::from(pieces);
                    }
                    *by_hand.entry((stock, to)).or_default() += i64::from(pieces);
                }
                Err(BooksRefuse::Empty) => prop_assert!(empty),
                Err(BooksRefuse::Short { account, .. }) => {
                    prop_assert!(!empty && short);
                    prop_assert_eq!(Some(account), from);
                    prop_assert_eq!(&books, &before);
                }
            }
            let held = by_hand
                .iter()
                .map(|(place, pieces)| (*place, u64::try_from(*pieces).unwrap()))
                .collect();
            prop_assert_eq!(s1(&books, &held), Ok(()));
        }
    }
}
