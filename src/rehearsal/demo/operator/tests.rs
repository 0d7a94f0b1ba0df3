use std::time::Duration;

use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::faults::{FaultPlan, PlannedFault, Step, Strike};
use cetak_firmware_sims::mechanism::{Bin, Blank, Card, Motion, Side};

use super::*;
use crate::rehearsal::demo::bench::{Bench, COLUMNS, LINES, Scene, printer};
use crate::rehearsal::demo::plan::LOAD_LOT;

/// Rounds of the operator before a bench counts as standing still; five seconds pass between two.
const ROUNDS_MAX: usize = 120;

type Tested = Operator<Bench, Bench>;

/// Plays a scene to its end: every job printed, one good card each, the books as the cards lie.
async fn play(scene: Scene, between: impl FnMut(usize, &Bench)) -> (Vec<Deed>, Bench, Tested) {
    play_with(scene, 6, between).await
}

async fn play_with(
    scene: Scene,
    first_load: u32,
    mut between: impl FnMut(usize, &Bench),
) -> (Vec<Deed>, Bench, Tested) {
    let stock = scene.stock;
    let bench = Bench::new(scene);
    let mut operator = Operator::new(bench.clone(), Shelves::default());
    operator.meet(printer(), RibbonKind::Ymcko, bench.clone());
    operator.receive(stock, 40, "BA-TEST-001").await.unwrap();
    let mut deeds = operator.load(&printer(), stock, first_load).await.unwrap();
    for round in 0..ROUNDS_MAX {
        bench.pass(Duration::from_secs(5));
        between(round, &bench);
        deeds.extend(operator.attend().await.unwrap());
        if bench.states().iter().all(|state| *state == "printed") {
            break;
        }
    }
    bench.pass(Duration::from_secs(30));
    let states = bench.states();
    let done = states.iter().all(|state| *state == "printed");
    assert!(done, "{states:?} after {deeds:?}");
    one_good_card_each(&bench);
    the_books_are_as_the_cards_lie(&bench, stock, &operator);
    for given in operator.given() {
        bench.firmware(|firmware| given.agrees_with_truth(firmware.mechanism()).unwrap());
    }
    (deeds, bench, operator)
}

fn usable(card: &Card) -> bool {
    card.looks() == Looks::Whole && !card.cut
}

fn mark_of(card: &Card) -> Option<Mark> {
    let face = card.face(Side::Front);
    let dot = |x: usize, y: usize| {
        let column = COLUMNS - 1 - y;
        let byte = face.k.get(x * COLUMNS / 8 + column / 8);
        byte.is_some_and(|byte| byte & (0x80 >> (column % 8)) != 0)
    };
    mark::read(dot, LINES, COLUMNS)
}

fn one_good_card_each(bench: &Bench) {
    for at in 0..bench.states().len() {
        let (key, _) = bench.job(at);
        let good = bench.firmware(|firmware| {
            let cards = firmware.mechanism().cards();
            cards
                .filter(|card| usable(card) && mark_of(card) == Some(mark::of(&key)))
                .count()
        });
        assert_eq!(good, 1, "{key}");
    }
}

fn the_books_are_as_the_cards_lie(bench: &Bench, stock: Stock, operator: &Tested) {
    let books = bench.books(stock);
    let piece = |account: &str| books.get(account).copied().unwrap_or(0);
    let (hopper, good, other) = bench.firmware(|firmware| {
        let mechanism = firmware.mechanism();
        let good = mechanism.cards().filter(|card| usable(card)).count();
        let all = mechanism.cards().count();
        let hopper = mechanism.hopper().len();
        (hopper as u64, good as u64, (all - hopper - good) as u64)
    });
    assert_eq!(piece("loaded"), hopper);
    assert_eq!(piece("personalized"), good);
    assert_eq!(piece("spoiled"), other);
    assert_eq!(piece("in_work"), 0);
    let shelves = operator.shelves();
    assert_eq!(piece("in_room"), u64::from(shelves.in_room(stock)));
    assert_eq!(piece("in_store"), u64::from(shelves.in_store(stock)));
}

fn fault(card: u32, step: Step, strike: Strike) -> FaultPlan {
    FaultPlan {
        seed: 0,
        ribbon_sets: None,
        faults: vec![PlannedFault {
            card,
            step,
            permille: 500,
            strike,
        }],
    }
}

fn scene(stock: Stock, faults: FaultPlan) -> Scene {
    Scene {
        stock,
        faults,
        cards: 4,
        real: false,
    }
}

fn settled(deeds: &[Deed]) -> Vec<Settlement> {
    deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Settled { found, .. } => Some(*found),
            Deed::Cut { .. }
            | Deed::Cleared { .. }
            | Deed::Loaded { .. }
            | Deed::Issued { .. }
            | Deed::Ribbon { .. }
            | Deed::Film { .. }
            | Deed::Shut { .. }
            | Deed::Emptied { .. }
            | Deed::Resumed { .. }
            | Deed::Switched { .. }
            | Deed::Released { .. } => None,
        })
        .collect()
}

#[tokio::test]
async fn a_quiet_day_asks_nothing() {
    let (deeds, ..) = play(scene(Stock::KtpEl, FaultPlan::default()), |_, _| {}).await;
    assert_eq!(deeds.len(), 2, "one walk and one load: {deeds:?}");
}

#[tokio::test]
async fn a_card_stuck_with_a_face_begun_is_cut_and_settled_as_spoiled_by_two() {
    for stock in [Stock::KtpEl, Stock::Kia517] {
        for panel in 1..5 {
            let faults = fault(2, Step::Panel(panel), Strike::Jam);
            let (deeds, ..) = play(scene(stock, faults), |_, _| {}).await;
            assert_eq!(settled(&deeds), [Settlement::Spoiled], "{stock} {panel}");
        }
    }
}

#[tokio::test]
async fn a_card_stuck_before_its_face_is_settled_as_spoiled_though_it_is_blank() {
    for (stock, step) in [
        (Stock::KtpEl, Step::Feed),
        (Stock::KtpEl, Step::Park),
        (Stock::Kia517, Step::Feed),
    ] {
        let (deeds, ..) = play(scene(stock, fault(2, step, Strike::Jam)), |_, _| {}).await;
        assert_eq!(settled(&deeds), [Settlement::Spoiled], "{stock} {step:?}");
    }
}

#[tokio::test]
async fn a_finished_card_stuck_on_its_way_out_is_freed_and_counts() {
    for stock in [Stock::KtpEl, Stock::Kia517] {
        let faults = fault(2, Step::Eject, Strike::Jam);
        let (deeds, bench, _) = play(scene(stock, faults), |_, _| {}).await;
        assert_eq!(settled(&deeds), [], "{stock}: nothing was in doubt");
        let taken = bench.firmware(|firmware| firmware.mechanism().taken().len());
        assert_eq!(taken, 1, "{stock}: it lies where the hand laid it");
    }
}

#[tokio::test]
async fn an_open_lid_is_shut() {
    let faults = fault(2, Step::Panel(2), Strike::LidOpens);
    let (deeds, ..) = play(scene(Stock::KtpEl, faults), |_, _| {}).await;
    let shut = deeds.iter().any(|deed| matches!(deed, Deed::Shut { .. }));
    assert!(shut || !settled(&deeds).is_empty(), "{deeds:?}");
}

#[tokio::test]
async fn an_ended_ribbon_is_changed() {
    let faults = FaultPlan {
        ribbon_sets: Some(2),
        ..FaultPlan::default()
    };
    let (deeds, ..) = play(scene(Stock::Kia517, faults), |_, _| {}).await;
    let ribbons = deeds.iter().filter(|d| matches!(d, Deed::Ribbon { .. }));
    assert_eq!(ribbons.count(), 1, "{deeds:?}");
    assert_eq!(settled(&deeds), []);
}

#[tokio::test]
async fn an_empty_hopper_is_filled_and_the_shelf_behind_it_too() {
    let (deeds, ..) = play_with(scene(Stock::KtpEl, FaultPlan::default()), 2, |_, _| {}).await;
    let loads: Vec<u32> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Loaded { pieces, .. } => Some(*pieces),
            Deed::Settled { .. }
            | Deed::Cut { .. }
            | Deed::Cleared { .. }
            | Deed::Issued { .. }
            | Deed::Ribbon { .. }
            | Deed::Film { .. }
            | Deed::Shut { .. }
            | Deed::Emptied { .. }
            | Deed::Resumed { .. }
            | Deed::Switched { .. }
            | Deed::Released { .. } => None,
        })
        .collect();
    assert_eq!(loads, [2, LOAD_LOT]);
}

#[tokio::test]
async fn a_host_killed_at_any_moment_leaves_questions_that_are_answered_from_what_lies_there() {
    let mut cut = 0;
    for round in 0..8 {
        for stock in [Stock::KtpEl, Stock::Kia517] {
            let (deeds, ..) = play(scene(stock, FaultPlan::default()), |at, bench| {
                if at == round {
                    bench.kill();
                }
            })
            .await;
            cut += deeds
                .iter()
                .filter(|deed| matches!(deed, Deed::Cut { .. }))
                .count();
        }
    }
    assert!(cut > 0, "no kill met a face");
}

#[tokio::test]
async fn a_reject_box_full_of_blanks_that_nobody_asks_about_is_emptied() {
    let bench = Bench::new(scene(Stock::Kia517, FaultPlan::default()));
    bench.firmware(|firmware| {
        let mechanism = firmware.mechanism_mut();
        while !mechanism.reject_full() {
            mechanism.open_lid(0);
            mechanism.put_blank(Blank::default()).unwrap();
            mechanism.close_lid();
            mechanism.start(Motion::Exit(Bin::Reject), 1, 0).unwrap();
            mechanism.advance(1);
            mechanism.take_outcome().unwrap().unwrap();
        }
    });
    let mut operator = Operator::new(bench.clone(), Shelves::default());
    operator.meet(printer(), RibbonKind::Ymcko, bench.clone());
    operator
        .receive(Stock::Kia517, 40, "BA-TEST-001")
        .await
        .unwrap();
    let mut deeds = operator.load(&printer(), Stock::Kia517, 6).await.unwrap();
    for _ in 0..ROUNDS_MAX {
        bench.pass(Duration::from_secs(5));
        deeds.extend(operator.attend().await.unwrap());
    }
    assert_eq!(bench.states(), ["printed"; 4], "{deeds:?}");
    let emptied = Deed::Emptied { printer: printer() };
    assert!(deeds.contains(&emptied), "{deeds:?}");
    bench.firmware(|firmware| assert!(firmware.mechanism().reject().is_empty()));
    one_good_card_each(&bench);
}

#[tokio::test]
async fn a_job_that_failed_twice_is_released() {
    let faults = FaultPlan {
        seed: 0,
        ribbon_sets: None,
        faults: [1, 2]
            .map(|card| PlannedFault {
                card,
                step: Step::Panel(2),
                permille: 500,
                strike: Strike::Jam,
            })
            .to_vec(),
    };
    let one = Scene {
        cards: 1,
        ..scene(Stock::KtpEl, faults)
    };
    let (deeds, ..) = play(one, |_, _| {}).await;
    let released = deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Released { .. }));
    assert!(released, "{deeds:?}");
}

#[tokio::test]
async fn an_answer_that_contradicts_the_mechanism_is_not_given() {
    let faults = fault(1, Step::Panel(2), Strike::Jam);
    let bench = Bench::new(scene(Stock::KtpEl, faults));
    let mut operator = Operator::new(bench.clone(), Shelves::default());
    operator.meet(printer(), RibbonKind::Ymcko, bench.clone());
    let stock = Stock::KtpEl;
    operator.receive(stock, 20, "BA-TEST-001").await.unwrap();
    operator.load(&printer(), stock, 5).await.unwrap();
    while !bench.states().contains(&"in_doubt") {
        bench.pass(Duration::from_secs(5));
    }
    operator.open_and_clear(&printer()).await.unwrap();
    let at = bench.states().iter().position(|state| *state == "in_doubt");
    let (key, job) = bench.job(at.unwrap());
    let sight = operator.see(&printer()).await.unwrap();
    let card = sight.cards[0].card;
    let given = |found, card| Given {
        printer: printer(),
        job,
        mark: mark::of(&key),
        said: Said::Settled(found),
        card,
    };
    for lie in [
        given(Settlement::Printed, Some(card)),
        given(Settlement::Printed, None),
        given(Settlement::NotFed, None),
        // Not cut yet.
        given(Settlement::Spoiled, Some(card)),
        given(Settlement::Spoiled, None),
    ] {
        let refused = operator.check(&lie).await.unwrap_err();
        assert!(
            matches!(refused, OperatorError::Contradiction(_)),
            "{lie:?}: {refused}"
        );
    }
    operator.hand(&printer(), Hand::Cut { card }).await.unwrap();
    let truth = given(Settlement::Spoiled, Some(card));
    operator.check(&truth).await.unwrap();
}
