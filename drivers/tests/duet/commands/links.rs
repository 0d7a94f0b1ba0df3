//! How long a card's data take on each link, beside how long the printer takes for the card.

use std::fmt::Write as _;
use std::sync::OnceLock;

use cetak_drivers::contract::*;
use cetak_drivers::link::endpoint::Endpoint;

use super::makers::MAKERS;
use super::weigh;
use crate::make::Maker;

/// What an ordinary colour card costs on one model.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The key in configuration.
    pub(crate) model: &'static str,
    /// Bytes that Load, Face and Finish send for it.
    pub(crate) bytes: usize,
    /// What the driver has of the model.
    pub(crate) pace: Pace,
    /// Where its rate is known from.
    pub(crate) source: &'static str,
}

impl Figure {
    /// The same with the bytes that were measured.
    fn measured(&self) -> Pace {
        Pace {
            card_bytes: u32::try_from(self.bytes).unwrap(),
            ..self.pace
        }
    }
}

/// Links: name, an endpoint of that kind.
const LINKS: [(&str, &str); 4] = [
    ("9,600 baud", "serial:///dev/ttyS0?baud=9600"),
    ("115,200 baud", "serial:///dev/ttyS0?baud=115200"),
    ("USB 2.0", "usb:///dev/usb/lp0"),
    ("100 Mbit/s", "tcp://192.0.2.7:9100"),
];

fn bytes_a_second(endpoint: &str) -> u64 {
    let endpoint: Endpoint = endpoint.parse().unwrap();
    endpoint.bytes_a_second().unwrap()
}

/// The figures of all makers, measured once.
pub(crate) fn figures() -> &'static [Figure] {
    static FIGURES: OnceLock<Vec<Figure>> = OnceLock::new();
    FIGURES.get_or_init(|| MAKERS.iter().flat_map(|maker| (maker.figures)()).collect())
}

/// The section of the page.
pub(crate) fn section(figures: &[Figure]) -> String {
    let mut section = String::from(
        "## Which link a printer needs\n\n\
         Seconds that the data of an ordinary colour card take alone: one side, every dye, black and overlay where the ribbon has them, \
         packed by the driver from a whole-size picture like a portrait on a patterned ground. `!` marks a link that needs longer than the \
         printer does from card to card: it would print more slowly there, and `cetak serve`, `doctor` and `printers` say so where a \
         config has such a link for a colour ribbon. `needs`: the links on which it reaches its rate. Serial lines are reckoned with ten bits a byte, USB 2.0 \
         with 30 MB/s. Whether a printer has that port is another question.\n\n\
         | model | bytes a card | seconds a card | needs |",
    );
    for (link, _) in LINKS {
        let _ = write!(section, " {link} |");
    }
    section += "\n|---|---|---|---|---|---|---|---|\n";
    for figure in figures {
        let pace = figure.measured();
        let rated = pace.rated_ms.map_or("not known".to_owned(), |ms| {
            format!("{} {}", seconds(u64::from(ms)), figure.source)
        });
        let suffices = |(name, endpoint): &(&'static str, &str)| {
            let slow = pace.held_back_by(bytes_a_second(endpoint));
            slow.is_none().then_some(*name)
        };
        let needs: Vec<&str> = match pace.rated_ms {
            Some(_) => LINKS.iter().filter_map(suffices).collect(),
            None => vec!["not known"],
        };
        let bytes = thousands(figure.bytes);
        let needs = needs.join(" or ");
        let _ = write!(
            section,
            "| `{}` | {bytes} | {rated} | {needs} |",
            figure.model
        );
        for (_, endpoint) in LINKS {
            let speed = bytes_a_second(endpoint);
            let slower = pace.held_back_by(speed).is_some();
            let mark = if slower { " !" } else { "" };
            let _ = write!(section, " {}{mark} |", seconds(pace.data_ms(speed)));
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

/// What the real machine with these options sends for a portrait.
pub(crate) fn figure<M: Maker>(
    model: &'static str,
    options: M::Options,
    source: &'static str,
) -> Figure {
    let (pace, bytes) = weigh::sent_for::<M>(model, options, portrait);
    Figure {
        model,
        pace,
        bytes,
        source,
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
fn every_models_bytes_are_what_its_machine_sends() {
    assert_eq!(figures().len(), 13);
    for figure in figures() {
        let (told, sent) = (figure.pace.card_bytes as usize, figure.bytes);
        assert!(
            told.abs_diff(sent) * 100 <= sent,
            "{}: its row has {told} bytes, its machine sends {sent}",
            figure.model
        );
    }
}

#[test]
fn a_link_is_marked_where_the_data_take_longer_than_the_card() {
    let line = |bytes, rated_ms| {
        let figure = Figure {
            model: "test",
            bytes,
            pace: Pace {
                card_bytes: 0,
                rated_ms,
            },
            source: "[doc]",
        };
        let section = section(&[figure]);
        section.lines().last().unwrap().to_owned()
    };
    assert_eq!(
        line(1_152_000, Some(100_000)),
        "| `test` | 1,152,000 | 100 [doc] | 115,200 baud or USB 2.0 or 100 Mbit/s | 1,200 ! | 100 | under 0.1 | under 0.1 |"
    );
    assert_eq!(
        line(11_521, Some(1_000)),
        "| `test` | 11,521 | 1.0 [doc] | USB 2.0 or 100 Mbit/s | 12.0 ! | 1.0 ! | under 0.1 | under 0.1 |"
    );
    assert_eq!(
        line(96_000, None),
        "| `test` | 96,000 | not known | not known | 100 | 8.3 | under 0.1 | under 0.1 |"
    );
}
