//! Passes under the head, and which picture they belong to.
//!
//! The firmware knows no jobs. For the judge a picture is what was laid on one card since it was fed, or since the
//! command that opens every job (`SXY` [code: PAUSMS]) or power came: two of them on one card are an overprint.

use std::sync::Arc;

use crate::faults::Step;
use crate::mechanism::{CardId, Lay, Motion, Panel, Plane, RibbonKind, Side, Station};

use super::Zebra;
use super::codes::Code;
use super::images;
use super::work::Trouble;

/// Stripes of a test card, in dots.
const TEST_STRIPE: usize = 8;
/// Lowest `IV` number whose units tell that the varnish buffer is used.
const VARNISH_UNITS: u32 = 10;

/// What a pass lays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Print {
    /// A colour buffer; 3 is dye-sublimation black.
    Colour(usize),
    /// The black buffer.
    Resin,
    /// The whole card, or what the varnish buffer holds if it is used and not clear \[inferred\].
    Varnish { buffer: bool },
    /// A test card's panel.
    Test(Panel),
}

impl Print {
    /// `IV`, `IV n`: units 1 uses the buffer [inferred from code].
    pub(super) fn varnish(number: Option<u32>) -> Print {
        let units = number.map_or(0, |number| number % VARNISH_UNITS);
        Print::Varnish { buffer: units == 1 }
    }

    pub(super) fn panel(self) -> Panel {
        match self {
            Print::Colour(0) => Panel::Y,
            Print::Colour(1) => Panel::M,
            Print::Colour(2) => Panel::C,
            Print::Colour(_) | Print::Resin => Panel::K,
            Print::Varnish { .. } => Panel::O,
            Print::Test(panel) => panel,
        }
    }
}

/// The picture on the card inside.
#[derive(Debug, Default)]
pub(super) struct Picture {
    number: u64,
    card: Option<CardId>,
    /// Passes begun.
    passes: Vec<(Side, Panel)>,
    /// Sides that were varnished while the black buffer was clear: their black panel was left out.
    without_black: Vec<Side>,
    /// The side that lay away from the head when the card was turned over: something is to come on it.
    expected: Option<Side>,
    /// The next pass opens another picture.
    ended: bool,
}

impl Picture {
    /// A job may begin here.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }
}

impl Zebra {
    /// One pass: feeds, brings the card under the head, lays.
    pub(super) fn print(&mut self, print: &Print) -> Result<bool, Trouble> {
        if !self.ribbon_is_set() {
            return Err(Code::RIBBON_WRONG.into());
        }
        let running = self.ram.running.as_ref();
        let laid = running.is_some_and(|running| running.laid);
        let waits = running.is_some_and(|running| running.corrects);
        if self.head.too_hot(self.uptime) {
            if !laid && !waits {
                return Err(Code::HEAD_HOT.into());
            }
            self.pause(self.head.cools_for(self.uptime));
            return Ok(false);
        }
        if laid && self.place().is_none() {
            // The card that carries the first passes is gone: no other one takes the rest.
            return Err(Code::MECHANICAL.into());
        }
        if !self.bring_to(Station::PrintStart)? {
            return Ok(false);
        }
        let panel = print.panel();
        let motion = Motion::Lay(Lay {
            panel,
            plane: Arc::new(self.plane(*print)),
            picture: self.picture_for_the_card(),
        });
        let takes = self.profile.timing.panel_ms(panel);
        self.begin(motion, takes, Step::Panel(self.panels_on_card))?;
        self.panels_on_card += 1;
        self.head.warms(panel, self.uptime);
        let side = self.mechanism.side_under_head();
        self.picture.passes.push((side, panel));
        if self.picture.expected == Some(side) {
            self.picture.expected = None;
        }
        if let Some(running) = &mut self.ram.running {
            running.laid = true;
        }
        Ok(self.last_motion())
    }

    /// A pass is over.
    pub(super) fn printed(&mut self, print: &Print) -> bool {
        let side = self.mechanism.side_under_head();
        let varnish = print.panel() == Panel::O;
        if varnish && self.ram.black.is_clear() {
            self.picture.without_black.push(side);
        }
        self.tell_the_order();
        true
    }

    /// The card was turned over: what is on it is not all.
    pub(super) fn turned_over(&mut self) -> bool {
        let card = self.mechanism.inside().last().copied();
        if self.picture.card == card && !self.picture.passes.is_empty() {
            self.picture.expected = Some(self.mechanism.side_under_head());
            self.tell_the_order();
        }
        true
    }

    fn picture_for_the_card(&mut self) -> u64 {
        let card = self.mechanism.inside().last().copied();
        if self.picture.ended || self.picture.card != card || self.picture.number == 0 {
            self.pictures += 1;
            self.picture = Picture {
                number: self.pictures,
                card,
                ..Picture::default()
            };
        }
        self.picture.number
    }

    /// Tells the mechanics what belongs to the picture, so that a person can say whether it is whole.
    fn tell_the_order(&mut self) {
        let picture = &self.picture;
        let passes = &picture.passes;
        let set = self
            .mechanism
            .ribbon()
            .map_or(&[][..], |ribbon| ribbon.kind.panels());
        let left_out = |side, panel| panel == Panel::K && picture.without_black.contains(&side);
        let used_up = [Side::Front, Side::Back].into_iter().all(|side| {
            let colours = RibbonKind::Ymcko.panels().iter().take(3);
            let dyed = colours
                .clone()
                .any(|panel| passes.contains(&(side, *panel)));
            let laid = |panel: &Panel| passes.contains(&(side, *panel)) || left_out(side, *panel);
            !dyed || set.iter().all(laid)
        });
        let mut order = passes.clone();
        order.extend(picture.expected.map(|side| (side, Panel::K)));
        if used_up {
            self.mechanism.end_picture_of(picture.number, order);
        } else {
            self.mechanism.end_picture(picture.number, order);
        }
    }

    fn plane(&self, print: Print) -> Plane {
        let (memory, card) = (self.profile.memory, self.profile.fittings.geometry);
        match print {
            Print::Colour(buffer) => match self.ram.colour.get(buffer) {
                Some(dots) if print.panel() == Panel::K => dots.black(memory, card),
                Some(dots) => dots.dye(memory, card),
                None => Plane::empty(print.panel(), card),
            },
            Print::Resin => self.ram.black.bits(memory, card),
            Print::Varnish { buffer: true } if !self.ram.varnish.is_clear() => {
                self.ram.varnish.bits(memory, card)
            }
            Print::Varnish { .. } => images::bits(card, |_, _| true),
            Print::Test(panel) if panel == Panel::K || panel == Panel::O => {
                images::bits(card, |x, _| (x / TEST_STRIPE).is_multiple_of(2))
            }
            Print::Test(_) => Plane::Dye(
                (0..card.columns * card.lines)
                    .map(|dot| 255 * u8::from((dot / TEST_STRIPE).is_multiple_of(2)))
                    .collect(),
            ),
        }
    }
}
