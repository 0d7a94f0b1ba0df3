//! From a record to the bytes its printer takes: one card, one core, split into its steps.

use cetak::artwork::{Letterhead, Look, Studio, photo};
use cetak::rehearsal::specimen::{Mix, stream};
use cetak_drivers::evolis::Depth;
use cetak_drivers::evolis::download::{FULL, Panel};
use cetak_drivers::evolis::raster::{Recipe, separate};

use crate::harness::{Table, median, show};

const RUNS: usize = 41;

/// Prints the table.
pub(crate) fn run() {
    let prepare = median(3, || {
        let _ = Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits");
    });
    let studio = Studio::new(&Letterhead::specimen()).expect("the specimen letterhead fits");
    let (record, file) = stream(1, Mix::TANJUNGPINANG_2019)
        .find(|(record, photo)| record.product.has_photo() && photo.is_some())
        .expect("most specimens have a photo");
    let draw = || {
        studio
            .draw_look(&record, file.as_deref(), &record.key, true, Look::Colour)
            .expect("a specimen can be drawn")
    };
    let image = draw();
    let recipe = Recipe {
        geometry: FULL,
        depth: Depth::default(),
        compression: false,
        window: None,
        turned: false,
    };
    let split = || separate(&image.front, &Panel::ALL, &recipe).expect("a card's size");
    let downloads = split();
    let decode = median(RUNS, || {
        photo::prepare(file.as_deref(), 300, 400).expect("a specimen's photo");
    });
    let drawn = median(RUNS, || drop(draw()));
    let separated = median(RUNS, || drop(split()));
    let emitted = median(RUNS, || {
        for download in &downloads {
            drop(download.emit());
        }
    });
    let whole = median(RUNS, || {
        let image = draw();
        let downloads = separate(&image.front, &Panel::ALL, &recipe).expect("a card's size");
        for download in downloads {
            drop(download.emit());
        }
    });
    let table = Table::new("One card, one core", &["step", "time"]);
    for (step, time) in [
        ("templates and fonts, once at the start", prepare),
        ("photo: decode and scale (in the next line too)", decode),
        ("draw: ground, texts, photo, mark", drawn),
        ("separate: five panels, 128 levels, packed", separated),
        ("emit: headers and payloads", emitted),
        ("record to printer bytes, one side", whole),
    ] {
        table.row(&[step.to_owned(), show(time)]);
    }
}
