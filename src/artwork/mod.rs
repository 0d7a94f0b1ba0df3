//! Artwork: a record and a template become a card image. Pure; the only room that knows SVG, fonts and
//! photos.
//!
//! A [`Studio`] is prepared once: faces opened, each template's background rendered, its static text set.
//! Then [`Studio::draw`] copies the ground, sets the values as resin dots and lays the photo as dye.
//! Black text is always resin. What cannot be printed as it should be is an [`ArtworkError`] with the
//! reason code of a held job; nothing is ever cut off or left out.
//!
//! - [`template`]: SVG files to grounds and boxes; [`words`]: record to the texts in them
//! - [`text`]: texts to resin dots; [`photo`]: files to pictures; [`image`]: both together
//! - [`mark`]: the judge's mark of training cards; `test_card`: the card a technician judges a printer by

use std::collections::BTreeMap;
use std::sync::Arc;

use cetak_drivers::contract::{CardImage, Colour, Overlay, Side};
use resvg::usvg::fontdb;

use crate::domain::record::{CardProduct, Record};

mod ground;
pub mod image;
pub mod mark;
pub mod photo;
mod place;
mod scale;
pub mod template;
mod test_card;
pub mod text;
pub mod words;

pub use image::Look;
pub use photo::PhotoFault;
pub use place::{CARD_HEIGHT, CARD_WIDTH, Place};
pub use template::{Letterhead, TemplateError};

use ground::Ground;
use template::{Sheet, Template};
use text::{TextFault, Typesetter};
use words::Field;

/// Why a card cannot be drawn: the job is held for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArtworkError {
    /// The photo.
    #[error("photo cannot be printed")]
    Photo(#[source] PhotoFault),
    /// A value does not fit its field even at the smallest size.
    #[error("{field:?} does not fit its field")]
    TooLong {
        /// Which.
        field: Field,
    },
    /// A value has a character that the faces do not have.
    #[error("{field:?} has a character that cannot be printed")]
    Unprintable {
        /// Which.
        field: Field,
    },
}

impl ArtworkError {
    /// The reason code of the held job.
    pub fn code(&self) -> &'static str {
        match self {
            ArtworkError::Photo(fault) => fault.code(),
            ArtworkError::TooLong { .. } => "HELD_TEXT_TOO_LONG",
            ArtworkError::Unprintable { .. } => "HELD_TEXT_UNPRINTABLE",
        }
    }
}

/// Everything that does not depend on a record, prepared once and shared by all worker threads.
#[derive(Debug)]
pub struct Studio {
    typesetter: Typesetter,
    fronts: BTreeMap<CardProduct, Template>,
    back: Template,
}

impl Studio {
    /// Opens the faces and renders the templates.
    ///
    /// Errors: the letterhead does not fit a template.
    pub fn new(letterhead: &Letterhead) -> Result<Studio, TemplateError> {
        let typesetter = Typesetter::new().expect("the embedded faces are whole");
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(dejavu::sans::bold().to_vec());
        let fonts = Arc::new(fonts);
        let mut fronts = BTreeMap::new();
        let mut back = None;
        for sheet in Sheet::ALL {
            let template = Template::prepare(sheet, letterhead, &typesetter, &fonts)?;
            match sheet {
                Sheet::Front(product) => {
                    fronts.insert(product, template);
                }
                Sheet::Back => back = Some(template),
            }
        }
        Ok(Studio {
            typesetter,
            fronts,
            back: back.expect("the back is one of all sheets"),
        })
    }

    /// Draws a card for a colour ribbon. See [`Studio::draw_look`].
    pub fn draw(
        &self,
        record: &Record,
        photo: Option<&[u8]>,
        key: &str,
        training: bool,
    ) -> Result<CardImage, ArtworkError> {
        self.draw_look(record, photo, key, training, Look::Colour)
    }

    /// Draws a card.
    ///
    /// `photo` is the file as it came; a card without a photo box does not look at it. `key` is the
    /// client's key, for the mark. A training card has a ground of its own, the word SPECIMEN across it and
    /// the mark; an office's blank brings its own ground, so there only the photo is dye.
    pub fn draw_look(
        &self,
        record: &Record,
        photo: Option<&[u8]>,
        key: &str,
        training: bool,
        look: Look,
    ) -> Result<CardImage, ArtworkError> {
        let template = self
            .fronts
            .get(&record.product)
            .expect("every product has a template");
        let front = self.front(template, record, photo, key, training, look)?;
        let back = match look {
            Look::Colour | Look::Mono => None,
            Look::ColourWithBack => Some(self.back(key, training)),
        };
        Ok(CardImage { front, back })
    }

    fn front(
        &self,
        template: &Template,
        record: &Record,
        photo: Option<&[u8]>,
        key: &str,
        training: bool,
        look: Look,
    ) -> Result<Side, ArtworkError> {
        let ground = ground(template, training);
        let mut resin = ground.resin.clone();
        for (field, place) in &template.fields {
            let field = *field;
            self.typesetter
                .fit(&field.says(record), place)
                .map_err(|fault| match fault {
                    TextFault::TooLong => ArtworkError::TooLong { field },
                    TextFault::Unprintable => ArtworkError::Unprintable { field },
                })?
                .draw(&mut resin);
        }
        let picture = match template.photo {
            Some(place) => {
                let (width, height) = (place.width as u32, place.height as u32);
                let picture = photo::prepare(photo, width, height).map_err(ArtworkError::Photo)?;
                Some((place, picture))
            }
            None => None,
        };
        if training {
            let (x, y, module) = template.mark;
            mark::draw(mark::of(key), &mut resin, x, y, module);
        }
        let colour = match look {
            Look::Colour | Look::ColourWithBack => {
                let mut colour = Colour {
                    width: CARD_WIDTH,
                    height: CARD_HEIGHT,
                    rgb: ground.dye.rgb(),
                };
                if let Some((place, picture)) = &picture {
                    image::lay_photo(&mut colour, picture, *place, &ground.over_photo);
                }
                Some(colour)
            }
            Look::Mono => {
                if let Some((place, picture)) = &picture {
                    image::dither_photo(&mut resin, picture, *place);
                }
                image::lay_across(&mut resin, &ground.across);
                None
            }
        };
        Ok(Side {
            colour,
            resin,
            overlay: match look {
                Look::Colour | Look::ColourWithBack => Overlay::Full,
                Look::Mono => Overlay::None,
            },
        })
    }

    fn back(&self, key: &str, training: bool) -> Side {
        let ground = ground(&self.back, training);
        let mut resin = ground.resin.clone();
        image::lay_across(&mut resin, &ground.across);
        if training {
            let (x, y, module) = self.back.mark;
            mark::draw(mark::of(key), &mut resin, x, y, module);
        }
        Side {
            colour: None,
            resin,
            overlay: Overlay::None,
        }
    }
}

fn ground(template: &Template, training: bool) -> &Ground {
    if training {
        &template.training
    } else {
        &template.office
    }
}

#[cfg(test)]
mod tests;
