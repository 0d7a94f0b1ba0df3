//! How long a card's data take on each link, beside how long the printer takes for the card.

use std::fmt::Write as _;

use cetak_drivers::contract::*;

use super::weigh;

/// What an ordinary colour card costs on one model.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The key in configuration.
    pub(crate) model: &'static str,
    /// Bytes that Load, Face and Finish send for it.
    pub(crate) bytes: usize,
    /// Milliseconds from card to card, and the figure's source; `None` where nobody has told one.
    pub(crate) rated: Option<(u32, &'static str)>,
}

/// Links: name, bytes a second. A serial byte is ten bits on the line; nothing is taken off for pauses.
const LINKS: [(&str, u64); 4] = [
    ("9,600 baud", 960),
    ("115,200 baud", 11_520),
    ("USB 2.0", 30_000_000),
    ("100 Mbit/s", 12_500_000),
];

/// The section of the page.
pub(crate) fn section(figures: impl Iterator<Item = Figure>) -> String {
    let mut section = String::from(
        "## Which link a printer needs\n\n\
         Seconds that the data of an ordinary colour card take alone: one side, every dye, black and overlay where the ribbon has them, \
         packed by the driver from a whole-size picture like a portrait on a patterned ground. `!` marks a link that needs longer than the \
         printer does from card to card: it would print more slowly there. Serial lines are reckoned with ten bits a byte, USB 2.0 \
         with 30 MB/s. Whether a printer has that port is another question.\n\n\
         | model | bytes a card | seconds a card |",
    );
    for (link, _) in LINKS {
        let _ = write!(section, " {link} |");
    }
    section += "\n|---|---|---|---|---|---|---|\n";
    for figure in figures {
        let rated = figure.rated.map_or("not known".to_owned(), |(ms, source)| {
            format!("{} {source}", seconds(u64::from(ms)))
        });
        let bytes = thousands(figure.bytes);
        let _ = write!(section, "| `{}` | {bytes} | {rated} |", figure.model);
        for (_, bytes_a_second) in LINKS {
            let ms = (figure.bytes as u64 * 1000).div_ceil(bytes_a_second);
            let slower = figure.rated.is_some_and(|(rated, _)| ms > u64::from(rated));
            let mark = if slower { " !" } else { "" };
            let _ = write!(section, " {}{mark} |", seconds(ms));
        }
        section.push('\n');
    }
    section
}

/// Whole seconds from 100 on, else with a tenth.
fn seconds(ms: u64) -> String {
    match ms {
        0..100 => "under 0.1".to_owned(),
        100..100_000 => format!("{}.{}", ms / 1000, ms % 1000 / 100),
        _ => thousands(usize::try_from(ms / 1000).unwrap()),
    }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What the real machine sends for a portrait, with a simulator of the same model or of the same language.
pub(crate) fn figure(
    model: &'static str,
    simulator: &str,
    dialect: Box<dyn Dialect>,
    rated: Option<(u32, &'static str)>,
) -> Figure {
    Figure {
        model,
        bytes: weigh::sent_for(simulator, dialect, portrait),
        rated,
    }
}

/// A whole-size picture as printers get it: a soft portrait with the camera's noise, a ground of fine waves, a band
/// of flat colour, and lines of black as text has them.
fn portrait(width: usize, height: usize) -> CardImage {
    let mut rgb = Vec::with_capacity(width * height * 3);
    let mut resin = BitPlane::clear(width, height);
    let mut noise = 1_u32;
    for y in 0..height {
        for x in 0..width {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // The card in thousandths, so that every size of dots shows the same.
            let (across, down) = (x * 1000 / width, y * 1000 / height);
            let photo = (50..300).contains(&across) && (250..850).contains(&down);
            let dot = if down < 150 {
                [60, 120, 190]
            } else if photo {
                let grain = (noise >> 28) as usize;
                let face = across.abs_diff(175) * 2 + down.abs_diff(520);
                let light = 235_usize.saturating_sub(face / 4) + grain;
                [light, light * 9 / 10, light * 4 / 5]
            } else {
                let wave = (x * 3 + y * y / 64) % 32;
                [250 - wave, 252 - wave / 2, 255 - wave / 4]
            };
            rgb.extend(dot.map(|level| u8::try_from(level.min(255)).unwrap()));
            let text = (350..900).contains(&across) && (250..850).contains(&down);
            if text && (down / 30).is_multiple_of(2) && (x / 4 * 7 + y / 4 * 5) % 11 < 4 {
                resin.set(x, y);
            }
        }
    }
    CardImage {
        front: Side {
            colour: Some(Colour { width, height, rgb }),
            resin,
            overlay: Overlay::Full,
        },
        back: None,
    }
}

#[test]
fn a_link_is_marked_where_the_data_take_longer_than_the_card() {
    let figure = |bytes, rated| Figure {
        model: "test",
        bytes,
        rated,
    };
    let line = |bytes, rated| {
        let section = section(std::iter::once(figure(bytes, rated)));
        section.lines().last().unwrap().to_owned()
    };
    assert_eq!(
        line(1_152_000, Some((100_000, "[doc]"))),
        "| `test` | 1,152,000 | 100 [doc] | 1,200 ! | 100 | under 0.1 | under 0.1 |"
    );
    assert_eq!(
        line(11_521, Some((1_000, "[doc]"))),
        "| `test` | 11,521 | 1.0 [doc] | 12.0 ! | 1.0 ! | under 0.1 | under 0.1 |"
    );
    assert_eq!(
        line(96_000, None),
        "| `test` | 96,000 | not known | 100 | 8.3 | under 0.1 | under 0.1 |"
    );
}
