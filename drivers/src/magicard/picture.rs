//! From a card's picture to its job.
//!
//! A completely empty plane is left out with its size; a white side is sent as one empty plane of resin, so that a card
//! is fed all the same [doc; measured]. Where a rectangle of the overcoat lies against the head's rows is \[inferred\]:
//! the landscape picture is the card as it is read.

use super::job::{Area, Field, Header, Ink, Job, Order, Overcoat, Page, Plane, whole};
use super::raster::Setting;
use super::screen::screen;
use crate::colour::{Dye, Separation};
use crate::contract::{BitPlane, CardImage, Overlay, Ribbon, Side};

/// Rectangles of one kind in a header at most \[doc\].
const AREAS_MAX: usize = 2;

/// Why a picture cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The picture has not the head's size.
    #[error("the picture is {width} x {height} dots")]
    Size {
        /// Dots along the long side.
        width: usize,
        /// Dots along the short side.
        height: usize,
    },
    /// The side has colour and the ribbon has no dye for it.
    #[error("the ribbon has no dye for this side")]
    NoDye,
    /// The overlay is not one rectangle with two rectangular holes at most.
    #[error("the overlay is no rectangle with {AREAS_MAX} holes at most")]
    Overlay,
}

/// How a card's job is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// How the front comes to the head.
    pub front: Setting,
    /// How the back does.
    pub back: Setting,
    /// The ribbon.
    pub ribbon: Ribbon,
    /// From light to dye.
    pub separation: Separation,
    /// Colour on a ribbon without dye is screened into resin.
    pub screens: bool,
    /// The header of a front of one side; what depends on the picture is filled in.
    pub header: Header,
}

/// The job of one card.
pub fn job(image: &CardImage, recipe: &Recipe) -> Result<Job, PictureError> {
    let has_dye = recipe.ribbon != Ribbon::K;
    let front = Packed::of(&image.front, &recipe.front, has_dye, recipe)?;
    let order = recipe.header.order;
    let front_coat = overcoat(&image.front.overlay, order, recipe)?;
    let mut header = Header {
        duplex: image.back.is_some(),
        image: front.image,
        overcoat: front_coat,
        ..recipe.header.clone()
    };
    let Some(side) = &image.back else {
        return Ok(Job {
            pages: vec![front.page(header.fields())],
        });
    };
    // The second resin panel is all that a back has on that ribbon.
    let back_dye = recipe.ribbon == Ribbon::Ymcko;
    let back = Packed::of(side, &recipe.back, back_dye, recipe)?;
    let back_coat = overcoat(&side.overlay, order, recipe)?;
    header.back_needs = Some(needs(&back, back_coat.is_some()));
    let first = front.page(header.fields());
    let second = Header {
        back: true,
        back_needs: None,
        image: back.image,
        overcoat: back_coat,
        tracks: Vec::new(),
        coercivity: None,
        ..header
    };
    Ok(Job {
        pages: vec![first, back.page(second.fields())],
    })
}

/// What the printer plans the film by \[doc\].
fn needs(back: &Packed, overcoat: bool) -> &'static str {
    let colour = back.planes.iter().any(|plane| plane.ink != Ink::Black);
    let resin = back.planes.iter().any(|plane| plane.ink == Ink::Black);
    match (colour, resin, overcoat) {
        (true, true, true) => "CKO",
        (true, true, false) => "CK",
        (true, false, true) => "CO",
        (true, false, false) => "C",
        (false, _, true) => "KO",
        (false, _, false) => "K",
    }
}

/// A side's planes, and the image's name in its header.
struct Packed {
    image: &'static str,
    planes: Vec<Plane>,
}

impl Packed {
    fn of(
        side: &Side,
        setting: &Setting,
        dye: bool,
        recipe: &Recipe,
    ) -> Result<Packed, PictureError> {
        let (screens, separation) = (recipe.screens, &recipe.separation);
        check_size(side.resin.width, side.resin.height, setting)?;
        if let Some(colour) = &side.colour {
            check_size(colour.width, colour.height, setting)?;
        }
        let mut planes = Vec::new();
        let mut screened = None;
        match (&side.colour, dye) {
            (Some(_), true) => planes = dyes(side, setting, separation),
            (Some(colour), false) if screens => {
                screened = Some(join(&screen(colour, setting), &side.resin));
            }
            (Some(colour), false) => {
                if colour.rgb.iter().any(|light| *light != u8::MAX) {
                    return Err(PictureError::NoDye);
                }
            }
            (None, _) => {}
        }
        let resin = screened.as_ref().unwrap_or(&side.resin);
        planes.retain(|plane| plane.data.iter().any(|byte| *byte != 0));
        // The name is that of the way of printing, not of the planes that follow; a white side is resin's \[measured\].
        let white = planes.is_empty() && resin.is_clear();
        let image = if side.colour.is_some() && dye && !white {
            "BGRK"
        } else {
            "K"
        };
        if !resin.is_clear() || planes.is_empty() {
            planes.push(Plane {
                ink: Ink::Black,
                data: setting.ink(resin),
            });
        }
        Ok(Packed { image, planes })
    }

    fn page(self, fields: Vec<Field>) -> Page {
        Page {
            fields,
            planes: self.planes,
        }
    }
}

fn check_size(width: usize, height: usize, setting: &Setting) -> Result<(), PictureError> {
    if (width, height) == (setting.rows, setting.columns) {
        Ok(())
    } else {
        Err(PictureError::Size { width, height })
    }
}

/// Yellow, magenta, cyan.
fn dyes(side: &Side, setting: &Setting, separation: &Separation) -> Vec<Plane> {
    let mut amounts = vec![0; setting.rows * setting.columns];
    [
        (Ink::Yellow, Dye::Yellow),
        (Ink::Magenta, Dye::Magenta),
        (Ink::Cyan, Dye::Cyan),
    ]
    .into_iter()
    .map(|(ink, dye)| {
        separation.plane(dye, side, &mut amounts);
        Plane {
            ink,
            data: setting.dye(&amounts),
        }
    })
    .collect()
}

/// Ink of either.
fn join(one: &BitPlane, other: &BitPlane) -> BitPlane {
    let mut both = one.clone();
    for (byte, more) in both.bits.iter_mut().zip(&other.bits) {
        *byte |= more;
    }
    both
}

fn overcoat(
    overlay: &Overlay,
    order: Order,
    recipe: &Recipe,
) -> Result<Option<Overcoat>, PictureError> {
    let like = recipe.header.overcoat.clone();
    let coat = |areas, holes| Overcoat {
        for_lamination: like.as_ref().is_some_and(|coat| coat.for_lamination),
        holokote: like.and_then(|coat| coat.holokote),
        areas,
        holes,
    };
    match overlay {
        Overlay::None => Ok(None),
        Overlay::Full => {
            let all = whole(order, recipe.header.window);
            Ok(Some(coat(vec![all], Vec::new())))
        }
        Overlay::Plane(plane) => {
            check_size(plane.width, plane.height, &recipe.front)?;
            let Some(area) = bounds(plane) else {
                return Ok(None);
            };
            let holes = holes(plane, &area).ok_or(PictureError::Overlay)?;
            let area = area.area(plane.height);
            let holes = holes.iter().map(|hole| hole.area(plane.height)).collect();
            Ok(Some(coat(vec![area], holes)))
        }
    }
}

/// A rectangle in the picture's own sense: from the left, from the top, both ends included.
struct Frame {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Frame {
    fn area(&self, height: usize) -> Area {
        Area {
            left: self.left,
            bottom: height - 1 - self.bottom,
            right: self.right,
            top: height - 1 - self.top,
        }
    }

    fn dots(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (left, right) = (self.left, self.right);
        (self.top..=self.bottom).flat_map(move |y| (left..=right).map(move |x| (x, y)))
    }

    fn holds(&self, x: usize, y: usize) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Around all ink; `None` where there is none.
fn bounds(plane: &BitPlane) -> Option<Frame> {
    let rows = |y: &usize| (0..plane.width).any(|x| plane.get(x, *y));
    let columns = |x: &usize| (0..plane.height).any(|y| plane.get(*x, y));
    Some(Frame {
        left: (0..plane.width).find(columns)?,
        right: (0..plane.width).rev().find(columns)?,
        top: (0..plane.height).find(rows)?,
        bottom: (0..plane.height).rev().find(rows)?,
    })
}

/// The rectangles without ink inside an area; `None` where they are more than a header takes, or no rectangles.
fn holes(plane: &BitPlane, area: &Frame) -> Option<Vec<Frame>> {
    let mut holes: Vec<Frame> = Vec::new();
    for (x, y) in area.dots() {
        if plane.get(x, y) || holes.iter().any(|hole| hole.holds(x, y)) {
            continue;
        }
        if holes.len() == AREAS_MAX {
            return None;
        }
        let right = (x..=area.right).take_while(|x| !plane.get(*x, y)).last()?;
        let bottom = (y..=area.bottom)
            .take_while(|y| (x..=right).all(|x| !plane.get(x, *y)))
            .last()?;
        holes.push(Frame {
            left: x,
            right,
            top: y,
            bottom,
        });
    }
    Some(holes)
}
