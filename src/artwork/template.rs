//! A template: an SVG file of our own plain design, read once into a background, static text and boxes.
//!
//! Three groups of an SVG file have a meaning: `fields` is never drawn and holds the boxes; `training` is
//! drawn on training cards only, because the blank of an office carries its own background; `specimen` is
//! the word across a training card, laid over everything else. All the rest is drawn always.
//!
//! Boxes are `rect` elements with these ids: `field-<name>` a value of the record, `label-<anything>` a
//! static text in `data-text` (`{province}`, `{regency}`, `{office}` and `{head}` stand for the
//! letterhead's), `photo-box`, `mark-box`. Text boxes take `data-size` (dots an em), `data-lines`,
//! `data-weight` (`regular`, `bold`), `data-face` (`normal`, `condensed`), `data-align` (`left`,
//! `centre`). Units are dots; a template is 1016 x 648.

use std::sync::Arc;

use cetak_drivers::contract::BitPlane;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, roxmltree};

use super::ground::{Dye, Ground, cut, sparse};
use super::mark;
use super::place::{CARD_HEIGHT, CARD_WIDTH, Place};
use super::text::{Align, LINES_MAX, SIZE_MAX, SIZE_MIN, TextBox, TextFault, Typesetter, Weight};
use super::words::Field;
use crate::domain::record::CardProduct;

/// What the office prints in its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// First line of the heading, with its word: `PROVINSI ...`.
    pub province: String,
    /// Second line of the heading, with its word: `KOTA ...` or `KABUPATEN ...`.
    pub regency: String,
    /// The office's name.
    pub office: String,
    /// Who signs the children's cards.
    pub head: String,
}

impl Letterhead {
    /// The one of rehearsals.
    pub fn specimen() -> Letterhead {
        Letterhead {
            province: "PROVINSI KEPULAUAN RIAU".to_owned(),
            regency: "KOTA TANJUNGPINANG".to_owned(),
            office: "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL".to_owned(),
            head: "SPECIMEN KEPALA DINAS".to_owned(),
        }
    }
}

/// Why a template could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is no SVG.
    #[error("template {template} cannot be read")]
    Svg {
        /// Which.
        template: &'static str,
        /// Why.
        #[source]
        cause: Box<usvg::Error>,
    },
    /// A box is missing, unknown or not understood.
    #[error("template {template} has a wrong box {id}: {wrong}")]
    Box {
        /// Which.
        template: &'static str,
        /// The element.
        id: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// A static text cannot be set.
    #[error("template {template} cannot set its text {id}")]
    Text {
        /// Which.
        template: &'static str,
        /// The element.
        id: String,
        /// Why.
        #[source]
        cause: TextFault,
    },
}

/// Which SVG file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sheet {
    Front(CardProduct),
    Back,
}

impl Sheet {
    pub(crate) const ALL: [Sheet; 5] = [
        Sheet::Front(CardProduct::KtpEl),
        Sheet::Front(CardProduct::KtpElForeigner),
        Sheet::Front(CardProduct::Kia05),
        Sheet::Front(CardProduct::Kia517),
        Sheet::Back,
    ];

    fn name(self) -> &'static str {
        match self {
            Sheet::Front(CardProduct::KtpEl) => "ktp_el",
            Sheet::Front(CardProduct::KtpElForeigner) => "ktp_el_foreigner",
            Sheet::Front(CardProduct::Kia05) => "kia_0_5",
            Sheet::Front(CardProduct::Kia517) => "kia_5_17",
            Sheet::Back => "back",
        }
    }

    fn svg(self) -> &'static str {
        match self {
            Sheet::Front(CardProduct::KtpEl) => include_str!("templates/ktp_el.svg"),
            Sheet::Front(CardProduct::KtpElForeigner) => {
                include_str!("templates/ktp_el_foreigner.svg")
            }
            Sheet::Front(CardProduct::Kia05) => include_str!("templates/kia_0_5.svg"),
            Sheet::Front(CardProduct::Kia517) => include_str!("templates/kia_5_17.svg"),
            Sheet::Back => include_str!("templates/back.svg"),
        }
    }
}

/// One sheet, prepared.
#[derive(Debug)]
pub(crate) struct Template {
    /// Values and their boxes.
    pub(crate) fields: Vec<(Field, TextBox)>,
    /// Where the photo goes, if the card has one.
    pub(crate) photo: Option<Place>,
    /// Where the finder's corner of the judge's mark goes, and its module.
    pub(crate) mark: (usize, usize, usize),
    /// For training cards.
    pub(crate) training: Ground,
    /// For an office's cards.
    pub(crate) office: Ground,
}

impl Template {
    pub(crate) fn prepare(
        sheet: Sheet,
        letterhead: &Letterhead,
        typesetter: &Typesetter,
        fonts: &Arc<usvg::fontdb::Database>,
    ) -> Result<Template, TemplateError> {
        Reading {
            template: sheet.name(),
            svg: sheet.svg(),
            letterhead,
            typesetter,
            fonts,
        }
        .template()
    }
}

struct Reading<'a> {
    template: &'static str,
    svg: &'static str,
    letterhead: &'a Letterhead,
    typesetter: &'a Typesetter,
    fonts: &'a Arc<usvg::fontdb::Database>,
}

impl Reading<'_> {
    fn template(&self) -> Result<Template, TemplateError> {
        let document = roxmltree::Document::parse(self.svg)
            .map_err(|cause| self.no_svg(usvg::Error::ParsingFailed(cause)))?;
        let mut fields = Vec::new();
        let mut photo = None;
        let mut mark_box = None;
        let mut resin = BitPlane::clear(CARD_WIDTH, CARD_HEIGHT);
        for node in boxes(&document) {
            let id = node.attribute("id").unwrap_or_default();
            if let Some(name) = id.strip_prefix("field-") {
                let field = Field::ALL
                    .into_iter()
                    .find(|field| field.id() == name)
                    .ok_or_else(|| self.wrong(id, "names no field"))?;
                fields.push((field, self.text_box(node)?));
            } else if id.starts_with("label-") {
                self.set_label(node, &mut resin)?;
            } else if id == "photo-box" {
                photo = Some(self.place(node)?);
            } else if id == "mark-box" {
                mark_box = Some(self.place(node)?);
            } else {
                return Err(self.wrong(id, "is none that is known"));
            }
        }
        let mark_box = mark_box.ok_or_else(|| self.wrong("mark-box", "is missing"))?;
        let mark = mark_place(mark_box)
            .ok_or_else(|| self.wrong("mark-box", "is too small for the judge's mark"))?;
        let word = self.render(&self.only_specimen(&document))?;
        let over_photo = photo.map_or_else(Vec::new, |place| cut(&word, place));
        let across = sparse(&word, mark_box);
        drop(word);
        let training = Ground {
            dye: Dye::of(&self.render(&self.without(&document, &["fields"]))?),
            resin: resin.clone(),
            over_photo,
            across,
        };
        let office = Ground {
            dye: Dye::of(
                &self.render(&self.without(&document, &["fields", "training", "specimen"]))?,
            ),
            resin,
            over_photo: Vec::new(),
            across: BitPlane::clear(CARD_WIDTH, CARD_HEIGHT),
        };
        Ok(Template {
            fields,
            photo,
            mark,
            training,
            office,
        })
    }

    fn set_label(
        &self,
        node: roxmltree::Node<'_, '_>,
        resin: &mut BitPlane,
    ) -> Result<(), TemplateError> {
        let id = node.attribute("id").unwrap_or_default();
        let text = node
            .attribute("data-text")
            .ok_or_else(|| self.wrong(id, "has no data-text"))?
            .replace("{province}", &self.letterhead.province)
            .replace("{regency}", &self.letterhead.regency)
            .replace("{office}", &self.letterhead.office)
            .replace("{head}", &self.letterhead.head);
        let setting = self
            .typesetter
            .fit(&text, &self.text_box(node)?)
            .map_err(|cause| TemplateError::Text {
                template: self.template,
                id: id.to_owned(),
                cause,
            })?;
        setting.draw(resin);
        Ok(())
    }

    fn text_box(&self, node: roxmltree::Node<'_, '_>) -> Result<TextBox, TemplateError> {
        let id = node.attribute("id").unwrap_or_default();
        let place = self.place(node)?;
        let size = self.number(node, "data-size", Some(26))?;
        let lines = self.number(node, "data-lines", Some(1))?;
        let size = u16::try_from(size)
            .ok()
            .filter(|size| (SIZE_MIN..=SIZE_MAX).contains(size))
            .ok_or_else(|| self.wrong(id, "has a data-size out of range"))?;
        if !(1..=LINES_MAX).contains(&lines) {
            return Err(self.wrong(id, "has data-lines out of range"));
        }
        let weight = match node.attribute("data-weight") {
            None | Some("regular") => Weight::Regular,
            Some("bold") => Weight::Bold,
            Some(_) => return Err(self.wrong(id, "has an unknown data-weight")),
        };
        let condensed = match node.attribute("data-face") {
            None | Some("normal") => false,
            Some("condensed") => true,
            Some(_) => return Err(self.wrong(id, "has an unknown data-face")),
        };
        let align = match node.attribute("data-align") {
            None | Some("left") => Align::Left,
            Some("centre") => Align::Centre,
            Some(_) => return Err(self.wrong(id, "has an unknown data-align")),
        };
        Ok(TextBox {
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
            size,
            lines,
            weight,
            condensed,
            align,
        })
    }

    fn place(&self, node: roxmltree::Node<'_, '_>) -> Result<Place, TemplateError> {
        let place = Place {
            x: self.number(node, "x", None)?,
            y: self.number(node, "y", None)?,
            width: self.number(node, "width", None)?,
            height: self.number(node, "height", None)?,
        };
        let inside = place.x.saturating_add(place.width) <= CARD_WIDTH
            && place.y.saturating_add(place.height) <= CARD_HEIGHT;
        if !inside || place.width == 0 || place.height == 0 {
            let id = node.attribute("id").unwrap_or_default();
            return Err(self.wrong(id, "is empty or leaves the card"));
        }
        Ok(place)
    }

    fn number(
        &self,
        node: roxmltree::Node<'_, '_>,
        attribute: &str,
        otherwise: Option<usize>,
    ) -> Result<usize, TemplateError> {
        let told = match node.attribute(attribute) {
            Some(told) => told.parse().ok(),
            None => otherwise,
        };
        let id = node.attribute("id").unwrap_or_default();
        told.ok_or_else(|| self.wrong(id, "lacks a whole number"))
    }

    fn render(&self, svg: &str) -> Result<Pixmap, TemplateError> {
        let options = usvg::Options {
            fontdb: Arc::clone(self.fonts),
            font_family: "DejaVu Sans".to_owned(),
            ..usvg::Options::default()
        };
        let tree = usvg::Tree::from_str(svg, &options).map_err(|cause| self.no_svg(cause))?;
        let size = tree.size().to_int_size();
        if (size.width() as usize, size.height() as usize) != (CARD_WIDTH, CARD_HEIGHT) {
            return Err(self.wrong("svg", "is not 1016 x 648"));
        }
        let mut pixmap = Pixmap::new(size.width(), size.height())
            .ok_or_else(|| self.wrong("svg", "has no size"))?;
        resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
        Ok(pixmap)
    }

    /// The file without these groups.
    fn without(&self, document: &roxmltree::Document<'_>, groups: &[&str]) -> String {
        let kept = document
            .root_element()
            .children()
            .filter(|node| node.attribute("id").is_none_or(|id| !groups.contains(&id)));
        self.of_children(document, kept)
    }

    /// The file with nothing but the word across the card.
    fn only_specimen(&self, document: &roxmltree::Document<'_>) -> String {
        let kept = document
            .root_element()
            .children()
            .filter(|node| node.attribute("id") == Some("specimen"));
        self.of_children(document, kept)
    }

    fn of_children<'d, 'i: 'd>(
        &self,
        document: &roxmltree::Document<'i>,
        kept: impl Iterator<Item = roxmltree::Node<'d, 'i>>,
    ) -> String {
        let root = document.root_element();
        let start = root.range().start;
        let head = root
            .first_child()
            .map_or(root.range().end, |child| child.range().start);
        let mut svg = self.svg[start..head].to_owned();
        for node in kept {
            svg.push_str(&self.svg[node.range()]);
        }
        svg.push_str("</svg>");
        svg
    }

    fn no_svg(&self, cause: usvg::Error) -> TemplateError {
        TemplateError::Svg {
            template: self.template,
            cause: Box::new(cause),
        }
    }

    fn wrong(&self, id: &str, wrong: &'static str) -> TemplateError {
        TemplateError::Box {
            template: self.template,
            id: id.to_owned(),
            wrong,
        }
    }
}

/// The boxes, in the file's order.
fn boxes<'d, 'i: 'd>(
    document: &'d roxmltree::Document<'i>,
) -> impl Iterator<Item = roxmltree::Node<'d, 'i>> {
    document
        .root_element()
        .children()
        .filter(|node| node.attribute("id") == Some("fields"))
        .flat_map(|group| group.children())
        .filter(|node| node.is_element())
}

/// The finder's corner and the largest module, the quiet around it included and the whole centred.
fn mark_place(place: Place) -> Option<(usize, usize, usize)> {
    let columns = mark::COLUMNS + 2 * mark::QUIET;
    let rows = mark::ROWS + 2 * mark::QUIET;
    let module = (place.width / columns)
        .min(place.height / rows)
        .min(mark::MODULE_MAX);
    (module >= mark::MODULE_TEMPLATE_MIN).then(|| {
        (
            place.x + (place.width - mark::COLUMNS * module) / 2,
            place.y + (place.height - mark::ROWS * module) / 2,
            module,
        )
    })
}
