use std::fs;
use std::time::Duration;

use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::mechanism::{Card, CardId, RibbonKind};
use cetak_firmware_sims::tray::Tray;

use super::*;
use crate::artwork::Letterhead;
use crate::domain::job::SpoilCause;
use crate::rehearsal::demo::bench::{Bench, Scene, printer};
use crate::rehearsal::demo::operator::Operator;

/// A small run with one stuck card, everything that the judge is given, and a tray on disk.
struct Run {
    bench: Bench,
    operator: Operator<Bench, Bench>,
    tray: tempfile::TempDir,
    people: Vec<Specimen>,
    jobs: Vec<JobFacts>,
    books: Vec<StockView>,
    studio: Studio,
}

impl Run {
    async fn played() -> Run {
        let jam = PlannedFault {
            card: 2,
            step: Step::Panel(3),
            permille: 500,
            strike: Strike::Jam,
        };
        let bench = Bench::new(Scene {
            stock: Stock::KtpEl,
            faults: FaultPlan {
                faults: vec![jam],
                ..FaultPlan::default()
            },
            cards: 2,
            real: true,
        });
        let tray = tempfile::tempdir().unwrap();
        let mut pictures = Tray::open(tray.path()).unwrap();
        let mut operator = Operator::new(bench.clone(), Shelves::default());
        operator.meet(printer(), RibbonKind::Ymcko, bench.clone());
        operator.receive(Stock::KtpEl, 30, "BA-TEST").await.unwrap();
        operator.load(&printer(), Stock::KtpEl, 6).await.unwrap();
        for _ in 0..100 {
            bench.pass(Duration::from_secs(5));
            operator.attend().await.unwrap();
            bench.firmware(|firmware| pictures.update(firmware.mechanism_mut()).unwrap());
            if bench.states() == ["printed", "printed"] {
                break;
            }
        }
        Run {
            people: bench.people(),
            jobs: bench.job_facts(),
            books: vec![bench.stock_view(Stock::KtpEl)],
            studio: Studio::new(&Letterhead::specimen()).unwrap(),
            bench,
            operator,
            tray,
        }
    }

    fn verdict(&self) -> Verdict {
        self.verdict_on(self.operator.given())
    }

    fn verdict_on(&self, given: &[Given]) -> Verdict {
        let id = printer();
        self.bench.firmware(|firmware| {
            let case = Case {
                people: &self.people,
                printers: vec![PrinterFacts {
                    id: &id,
                    look: Look::Colour,
                    ribbon: RibbonKind::Ymcko,
                    dye_levels: 128,
                    stock: Stock::KtpEl,
                    mechanism: firmware.mechanism(),
                    tray: self.tray.path(),
                }],
                jobs: self.jobs.clone(),
                books: self.books.clone(),
                shelves: self.operator.shelves(),
                given,
            };
            judge(&case, &self.studio).unwrap()
        })
    }

    /// The one file whose name has these words in it.
    fn file(&self, words: &str) -> PathBuf {
        let names = fs::read_dir(self.tray.path()).unwrap();
        names
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains(words))
            .unwrap()
    }

    fn good_card(&self) -> Card {
        self.bench.firmware(|firmware| {
            let mechanism = firmware.mechanism();
            mechanism.card(mechanism.output()[0]).unwrap().clone()
        })
    }

    /// Brings a card that was never fed here, with a picture of its own.
    fn bring(&self, card: Card) {
        let picture = self.file("0001-out-good-front");
        fs::copy(picture, self.tray.path().join("0000-out-good-front.png")).unwrap();
        self.bench
            .firmware(|firmware| firmware.mechanism_mut().bring(card));
    }

    fn books(&mut self, from: &str, to: &str) {
        let accounts = &mut self.books[0].accounts;
        *accounts.get_mut(from).unwrap() -= 1;
        *accounts.get_mut(to).unwrap() += 1;
    }
}

fn says(verdict: &Verdict, words: &str) -> bool {
    let said = verdict.broken.iter().any(|broken| broken.contains(words));
    assert!(said, "{words:?} is not among {:#?}", verdict.broken);
    !verdict.holds()
}

#[tokio::test]
async fn an_honest_run_holds_and_every_planted_lie_is_caught() {
    let mut run = Run::played().await;
    let honest = run.verdict();
    assert_eq!(honest.broken, Vec::<String>::new());
    assert!(honest.holds());
    assert_eq!((honest.good, honest.spoiled), (2, 1));
    assert_eq!((honest.duplicates, honest.lost), (0, 0));
    let balance = &honest.blanks[0];
    assert_eq!((balance.received, balance.balanced), (30, true));

    // A wrong account, also where the books agree with themselves.
    run.books("spoiled", "missing");
    assert!(says(&run.verdict(), "missing: 1 booked, 0 found"));
    run.books("missing", "spoiled");

    // Blanks that are sought must be there to be found: not more of them, and none that bears a face.
    run.books("loaded", "sought");
    let sought = run.verdict();
    assert!(sought.holds(), "{:#?}", sought.broken);
    run.books("sought", "loaded");
    run.books("in_room", "sought");
    assert!(says(&run.verdict(), "sought: 1 booked, 0 found"));
    run.books("sought", "in_room");
    run.books("spoiled", "sought");
    assert!(says(&run.verdict(), "sought: 1 booked, 0 found"));
    run.books("sought", "spoiled");

    // A blank's number in another account than its card.
    let good = run.books[0]
        .numbered
        .iter()
        .position(|b| b.account == "personalized")
        .unwrap();
    run.books[0].numbered[good].account = "spoiled".to_owned();
    assert!(says(&run.verdict(), "booked spoiled, found personalized"));
    run.books[0].numbered[good].account = "personalized".to_owned();

    // Two blanks whose faces were changed for each other.
    let numbered = run.books[0].numbered.clone();
    let other = numbered
        .iter()
        .rposition(|b| b.account == "personalized")
        .unwrap();
    run.books[0].numbered[good].job = numbered[other].job;
    assert!(says(&run.verdict(), "a face that the books do not know"));
    run.books[0].numbered = numbered;

    // A job that is printed by its state alone.
    let state = run.jobs[0].state.clone();
    let (record, photo) = run.people[0].clone();
    run.people.push((
        crate::domain::record::Record {
            key: "SPC-LOST".to_owned(),
            ..record.clone()
        },
        photo.clone(),
    ));
    assert!(says(&run.verdict(), "L1: accepted and unknown afterwards"));
    assert_eq!(run.verdict().lost, 1);
    run.people.pop();

    // A good card whose job would be printed again.
    run.jobs[0].state = JobState::Queued;
    assert!(says(&run.verdict(), "may be printed again"));
    run.jobs[0].state = JobState::Spoiled {
        blank: None,
        cause: SpoilCause::Settled,
        uncut: false,
    };
    assert!(!run.verdict().holds());
    run.jobs[0].state = state;

    // Another person's data under the same key.
    run.people[0].0.name = "SPECIMEN LAIN SEKALI".to_owned();
    assert!(says(&run.verdict(), "is not the artwork's"));
    assert_eq!(run.verdict().good, 1);
    run.people[0].0 = record;

    // One dot of one picture.
    let path = run.file("0001-out-good-front");
    let whole = fs::read(&path).unwrap();
    let mut picture = image::open(&path).unwrap().into_rgb8();
    picture.get_pixel_mut(500, 300).0[1] ^= 0x40;
    picture.save(&path).unwrap();
    assert!(says(&run.verdict(), "does not show its front"));
    fs::write(&path, &whole).unwrap();

    // A picture that is missing.
    fs::remove_file(&path).unwrap();
    assert!(says(&run.verdict(), "1 have a picture"));
    fs::write(&path, &whole).unwrap();

    // A name that says more than the card.
    let bad = run.file("-bad-");
    let renamed = bad.with_file_name(
        bad.file_name()
            .unwrap()
            .to_string_lossy()
            .replace("bad", "good"),
    );
    fs::rename(&bad, &renamed).unwrap();
    assert!(says(&run.verdict(), "its picture says good"));
    fs::rename(&renamed, &bad).unwrap();

    // An answer that was false.
    let mut given = run.operator.given().to_vec();
    given[0].said =
        super::super::answers::Said::Settled(crate::engine::spooler::Settlement::Printed);
    assert!(says(&run.verdict_on(&given), "said Settled(Printed)"));

    assert!(run.verdict().holds(), "everything is put right again");
}

#[tokio::test]
async fn a_second_good_card_is_a_duplicate() {
    let run = Run::played().await;
    let card = Card {
        id: CardId(99),
        uid: Some("TEST-FFFFFFFFFFFFFF".to_owned()),
        ..run.good_card()
    };
    run.bring(card);
    let verdict = run.verdict();
    assert_eq!(verdict.duplicates, 1);
    assert!(says(&verdict, "C1: 2 usable cards"));
}

#[tokio::test]
async fn a_card_with_another_persons_chip_or_a_missing_panel_is_not_good() {
    let run = Run::played().await;
    let mut card = Card {
        id: CardId(99),
        ..run.good_card()
    };
    card.chip.blocks[1] = [7; 16];
    run.bring(card.clone());
    assert!(says(&run.verdict(), "its chip is another person's"));
    assert_eq!(run.verdict().duplicates, 0, "it is none");
    card.chip = run.good_card().chip;
    card.front.laid.pop();
    run.bring(card);
    assert!(
        says(&run.verdict(), "is no card's picture"),
        "it is not whole, its picture says good"
    );
}
