//! From a record to the bytes its printer takes: one card, one core, split into its steps.
//!
//! The specimens' own photos are drawn at the size of the box and need no scaling. An office's photos do: the card is
//! measured with such a one, and with the specimen's beside it.

use cetak::artwork::{Letterhead, Look, Studio, photo};
use cetak::rehearsal::specimen::{Mix, stream};
use cetak_drivers::colour::Separation;
use cetak_drivers::evolis::Depth;
use cetak_drivers::evolis::download::{FULL, Panel};
use cetak_drivers::evolis::raster::{Recipe, separate};

use crate::harness::{Table, median, show};
use crate::program::office_photo;

const RUNS: usize = 41;
/// A citizen's photo on the card. Unit: dots.
const BOX_WIDTH: u32 = 204;
const BOX_HEIGHT: u32 = 306;

/// Prints the table.
pub(crate) fn run() {
    let prepare = median(3, || {
        let _ = Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits");
    });
    let studio = Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits");
    let (record, file) = stream(1, Mix::TANJUNGPINANG_2019)
        .find_map(|(record, photo)| Some((record, photo?)))
        .expect("most specimens have a photo");
    let large = office_photo(&file);
    let draw = |file: &[u8]| {
        studio
            .draw_look(&record, Some(file), &record.key, true, Look::Colour)
            .expect("a specimen can be drawn")
    };
    let image = draw(&large);
    let recipe = Recipe {
        separation: Separation::default(),
        geometry: FULL,
        depth: Depth::default(),
        compression: false,
        window: None,
        turned: false,
    };
    let split = || separate(&image.front, &Panel::ALL, &recipe).expect("a card's size");
    let downloads = split();
    let decode = |file: &[u8]| {
        median(RUNS, || {
            photo::prepare(Some(file), BOX_WIDTH, BOX_HEIGHT).expect("a photo that is whole");
        })
    };
    let (decoded, decoded_small) = (decode(&large), decode(&file));
    let drawn = median(RUNS, || drop(draw(&large)));
    let separated = median(RUNS, || drop(split()));
    let emitted = median(RUNS, || {
        for download in &downloads {
            drop(download.emit());
        }
    });
    let whole = |file: &[u8]| {
        median(RUNS, || {
            let image = draw(file);
            let downloads = separate(&image.front, &Panel::ALL, &recipe).expect("a card's size");
            for download in downloads {
                drop(download.emit());
            }
        })
    };
    let (card, card_small) = (whole(&large), whole(&file));
    let photo = |what: &str, bytes: &[u8]| format!("{what} ({:.0} KB)", bytes.len() as f64 / 1e3);
    let table = Table::new("One card, one core", &["step", "time"]);
    for (step, time) in [
        ("templates and fonts, once at the start".to_owned(), prepare),
        (
            photo("photo of 480 x 640: decode and scale", &large),
            decoded,
        ),
        ("draw: ground, texts, that photo, mark".to_owned(), drawn),
        (
            "separate: five panels, 128 levels, packed".to_owned(),
            separated,
        ),
        ("emit: headers and payloads".to_owned(), emitted),
        ("**record to printer bytes, one side**".to_owned(), card),
        (
            photo("the specimen's own photo, at the box's size", &file),
            decoded_small,
        ),
        (
            "record to printer bytes with that one".to_owned(),
            card_small,
        ),
    ] {
        table.row(&[step, show(time)]);
    }
}
