//! From a record to the bytes on the wire, one side, for each language: artwork, separation, packing.
//!
//! The machines are the real ones, each beside its simulated printer, whose own work is not counted. Separation is
//! measured apart, as whole planes; packing is what else the machine does: turn, bits, compression, heads, questions.

use std::sync::Arc;
use std::time::Duration;

use cetak::artwork::{Letterhead, Look, Studio};
use cetak::domain::record::CardProduct;
use cetak::rehearsal::pair::Pair;
use cetak::rehearsal::specimen::{Mix, stream};
use cetak_drivers::colour::{Dye, Separation};
use cetak_drivers::contract::{CardImage, Dialect};
use cetak_drivers::{evolis, magicard, matica, zebra};

use crate::counted::{Counted, Spent};
use crate::harness::{Table, median, middle, show};
use crate::program::office_photo;

const RUNS: usize = 41;
/// A side may cost so much on one core.
const AIM: Duration = Duration::from_millis(10);
/// Blocks that twice as many rows may cost more: a growing output doubles its room a few times.
const GROWTH_MAX: u64 = 16;

/// Dots along the long side, along the short one.
type Dots = (usize, usize);
/// The machine of one model, for its own size or for another.
type Maker = fn(Option<Dots>) -> Box<dyn Dialect>;

macro_rules! maker {
    ($model:literal, $maker:ident::$machine:ident) => {
        maker!($model, $maker::$machine, $maker::Options::default())
    };
    ($model:literal, $maker:ident::$machine:ident, $options:expr) => {
        ($model, |dots| {
            let model = $maker::models::find($model).expect("a model of the table");
            let options = $maker::Options { dots, ..$options };
            Box::new($maker::$machine::new(model, options))
        })
    };
}

const MAKERS: [(&str, Maker); 5] = [
    maker!("evolis-primacy", evolis::Evolis),
    maker!(
        "zebra-p330i",
        zebra::Zebra,
        zebra::Options {
            one_side: true,
            ..zebra::Options::default()
        }
    ),
    maker!("magicard-enduro", magicard::Magicard),
    maker!("matica-xid9300", matica::Matica),
    maker!("matica-xid8600", matica::Matica),
];

/// Prints the tables.
///
/// # Panics
/// If a machine asks for memory row by row.
pub(crate) fn run() {
    let studio = Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits");
    let (record, file) = stream(1, Mix::TANJUNGPINANG_2019)
        .filter(|(record, _)| record.product == CardProduct::KtpEl)
        .find_map(|(record, photo)| Some((record, photo?)))
        .expect("most specimens have a photo");
    let photo = office_photo(&file);
    let draw = || {
        studio
            .draw_look(&record, Some(&photo), &record.key, true, Look::Colour)
            .expect("a specimen can be drawn")
    };
    let drawn = draw();
    let heads = [
        "model",
        "bytes",
        "artwork",
        "separation",
        "packing",
        "**record to wire**",
        "of the aim",
    ];
    let table = Table::new(
        &format!(
            "One side of a KTP-el, one core, photo of 480 x 640; aim {}",
            show(AIM)
        ),
        &heads,
    );
    let mut grown = Vec::new();
    for (name, maker) in MAKERS {
        let whole = maker(None).capabilities().dots;
        let fitted = |dots: Dots| Arc::new(drawn.clone().fitted(dots.0, dots.1));
        let artwork = median(RUNS, || drop(draw().fitted(whole.0, whole.1)));
        let image = fitted(whole);
        let separation = Separation::default();
        let mut amounts = vec![0; whole.0 * whole.1];
        let separated = median(RUNS, || {
            for dye in Dye::ALL {
                separation.plane(dye, &image.front, &mut amounts);
            }
        });
        let spent = printed(name, maker, None, &image);
        let packing = spent.time.saturating_sub(separated);
        let sum = artwork + spent.time;
        table.row(&[
            name.to_owned(),
            spent.bytes.to_string(),
            show(artwork),
            show(separated),
            show(packing),
            show(sum),
            format!("{:.2}", sum.as_secs_f64() / AIM.as_secs_f64()),
        ]);
        let half = (whole.0 / 2, whole.1);
        let fewer = printed(name, maker, Some(half), &fitted(half));
        grown.push((name, whole.0, spent.blocks, half.0, fewer.blocks));
    }
    let table = Table::new(
        "Blocks of memory that the machine asks for, from the picture to its last byte",
        &["model", "rows", "blocks", "half the rows", "blocks"],
    );
    for (name, rows, blocks, half, fewer) in grown {
        table.row(&[
            name.to_owned(),
            rows.to_string(),
            blocks.to_string(),
            half.to_string(),
            fewer.to_string(),
        ]);
        assert!(
            blocks <= fewer + GROWTH_MAX,
            "{name}: {blocks} blocks for {rows} rows, {fewer} for {half}: memory is asked for by the row"
        );
    }
}

/// What one side costs a machine: the middle of several cards.
fn printed(name: &str, maker: Maker, dots: Option<Dots>, image: &Arc<CardImage>) -> Spent {
    let machine = Counted::new(maker(dots));
    let mut pair = Pair::new(machine, name, dots, RUNS).expect("a model that is simulated");
    let mut cards = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        pair.prepare();
        let before = pair.machine().spent();
        pair.print(image);
        cards.push(pair.machine().spent().since(before));
    }
    let mut times: Vec<Duration> = cards.iter().map(|spent| spent.time).collect();
    let mut blocks: Vec<u64> = cards.iter().map(|spent| spent.blocks).collect();
    blocks.sort_unstable();
    Spent {
        time: middle(&mut times),
        blocks: blocks[RUNS / 2],
        bytes: cards[RUNS - 1].bytes,
    }
}
