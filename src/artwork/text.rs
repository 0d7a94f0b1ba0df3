//! Text set straight into resin dots: measured first, drawn only where it fits.
//!
//! A line of text never goes through SVG on its way to a card: the glyphs are rasterised once a size,
//! cut at half coverage and kept, so that a card costs only the copying of dots.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use ab_glyph::{Font, FontRef, GlyphId, InvalidFont, PxScale, point};
use cetak_drivers::contract::BitPlane;

/// Smallest letter that a cascade may come down to. Unit: dots an em; its capitals are 0.75 mm high.
pub const SIZE_MIN: u16 = 12;
/// Largest letter of a template. Unit: dots an em.
pub const SIZE_MAX: u16 = 120;
/// Most lines of one field.
pub const LINES_MAX: usize = 4;
/// Most characters that are measured; a longer text is refused at once.
pub const CHARACTERS_MAX: usize = 200;
/// Most glyphs that are kept; beyond it they are rasterised each time.
const GLYPHS_KEPT_MAX: usize = 20_000;
/// Coverage of a dot from which it is inked.
const COVERAGE_INKED: f32 = 0.5;
/// Height of a capital in DejaVu Sans. Unit: em.
const CAPITAL_EM: f32 = 0.729;
/// Least distance of two baselines. Unit: em.
const PITCH_EM_MIN: f32 = 0.96;
/// Distance of two baselines where there is room. Unit: em.
const PITCH_EM_WISHED: f32 = 1.16;
/// One line may shrink to this part of its size before two lines are tried.
const ONE_LINE_SHRINK: f32 = 0.72;

/// Thickness of the strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Thin enough for long values.
    Regular,
    /// For the number and the headings.
    Bold,
}

/// Where a line lies in its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
}

/// A box for one text. Unit: dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBox {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Along the card's long side.
    pub width: usize,
    /// Along the card's short side.
    pub height: usize,
    /// Wished size of the letters, dots an em.
    pub size: u16,
    /// Most lines.
    pub lines: usize,
    /// Strokes.
    pub weight: Weight,
    /// Whether the narrow face is used from the start.
    pub condensed: bool,
    /// Where the lines lie.
    pub align: Align,
}

/// Why a text was not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// It does not fit even at the smallest size.
    #[error("text does not fit its box")]
    TooLong,
    /// The face has no glyph for one of its characters.
    #[error("text has a character that cannot be printed")]
    Unprintable,
}

/// A text that is known to fit: where each glyph goes. It spells the text: its `Debug` shows sizes only.
#[derive(Clone)]
pub struct Setting {
    glyphs: Vec<Placed>,
    size: u16,
    lines: usize,
}

impl Setting {
    /// Inks the text.
    pub fn draw(&self, plane: &mut BitPlane) {
        for placed in &self.glyphs {
            for (dx, dy) in &placed.mask.dots {
                let x = placed.x + i32::from(*dx);
                let y = placed.y + i32::from(*dy);
                if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                    plane.set(x, y);
                }
            }
        }
    }

    /// The size that was settled on, dots an em.
    pub fn size(&self) -> u16 {
        self.size
    }

    /// The number of lines that was settled on.
    pub fn lines(&self) -> usize {
        self.lines
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Setting({} dots, {} lines)", self.size, self.lines)
    }
}

/// The four faces and the glyphs that were rasterised so far. Shared by all worker threads.
pub struct Typesetter {
    faces: [FontRef<'static>; 4],
    kept: RwLock<BTreeMap<(Face, u16, u16), Arc<Mask>>>,
}

impl Typesetter {
    /// Opens the embedded faces.
    ///
    /// Errors: none with the faces that are compiled in.
    pub fn new() -> Result<Typesetter, InvalidFont> {
        Ok(Typesetter {
            faces: [
                FontRef::try_from_slice(dejavu::sans::regular())?,
                FontRef::try_from_slice(dejavu::sans::bold())?,
                FontRef::try_from_slice(dejavu::sans_condensed::regular())?,
                FontRef::try_from_slice(dejavu::sans_condensed::bold())?,
            ],
            kept: RwLock::new(BTreeMap::new()),
        })
    }

    /// Finds the largest setting that lies wholly inside the box.
    ///
    /// Order: the wished face, the narrow face, a smaller size, more lines broken between words, at last
    /// lines broken inside a word. A text that fits in no way is refused, never cut.
    pub fn fit(&self, text: &str, place: &TextBox) -> Result<Setting, TextFault> {
        let words = text.split_whitespace().collect::<Vec<_>>();
        let characters = words
            .iter()
            .map(|word| word.chars().count() + 1)
            .sum::<usize>();
        if characters > CHARACTERS_MAX {
            return Err(TextFault::TooLong);
        }
        let narrow = Face::of(place.weight, true);
        let wished = Face::of(place.weight, place.condensed);
        let printable =
            |word: &&str| self.has_glyphs(narrow, word) && self.has_glyphs(wished, word);
        if !words.iter().all(printable) {
            return Err(TextFault::Unprintable);
        }
        let line = words.join(" ");
        let one = std::slice::from_ref(&line);
        let shrunk = smallest_of_one_line(place.size);
        let smallest = SIZE_MIN.min(place.size);
        for (face, size) in std::iter::once((wished, place.size))
            .chain((shrunk..=place.size).rev().map(|size| (narrow, size)))
        {
            if let Some(setting) = self.set(one, face, size, place) {
                return Ok(setting);
            }
        }
        for lines in 2..=place.lines {
            for size in (smallest..=place.size).rev() {
                let broken = self.break_between_words(&words, narrow, size, place.width);
                if broken.len() == lines
                    && let Some(setting) = self.set(&broken, narrow, size, place)
                {
                    return Ok(setting);
                }
            }
        }
        for size in (smallest..=place.size).rev() {
            let broken = self.break_anywhere(&line, narrow, size, place.width);
            if broken.len() <= place.lines
                && let Some(setting) = self.set(&broken, narrow, size, place)
            {
                return Ok(setting);
            }
        }
        Err(TextFault::TooLong)
    }

    /// Sets these lines, if every dot of them lies inside the box.
    fn set(&self, lines: &[String], face: Face, size: u16, place: &TextBox) -> Option<Setting> {
        let em = f32::from(size);
        let widest = place.width as f32 + em;
        if lines
            .iter()
            .any(|line| self.width_em(face, line) * em > widest)
        {
            return None;
        }
        let mut glyphs = Vec::new();
        for (line, baseline) in lines.iter().zip(baselines(lines.len(), size, place)?) {
            let (placed, ink) = self.set_line(line, face, size);
            let Some(ink) = ink else { continue };
            let ink_width = ink.right - ink.left + 1;
            if ink_width > whole(place.width) {
                return None;
            }
            let x = match place.align {
                Align::Left => whole(place.x) + (-ink.left).max(0),
                Align::Centre => whole(place.x) + (whole(place.width) - ink_width) / 2 - ink.left,
            };
            let y = baseline;
            let inside = x + ink.left >= whole(place.x)
                && x + ink.right < whole(place.x + place.width)
                && y + ink.top >= whole(place.y)
                && y + ink.bottom < whole(place.y + place.height);
            if !inside {
                return None;
            }
            glyphs.extend(placed.into_iter().map(|glyph| Placed {
                x: glyph.x + x,
                y: glyph.y + y,
                mask: glyph.mask,
            }));
        }
        Some(Setting {
            glyphs,
            size,
            lines: lines.len(),
        })
    }

    /// One line with its pen at the origin, and the rectangle that its ink fills.
    fn set_line(&self, line: &str, face: Face, size: u16) -> (Vec<Placed>, Option<Ink>) {
        let mut glyphs = Vec::with_capacity(line.len());
        let mut ink: Option<Ink> = None;
        for (id, pen_em) in self.pens(face, line) {
            let x = (pen_em * f32::from(size)).round() as i32;
            let mask = self.mask(face, size, id);
            if let Some(own) = mask.ink {
                let here = Ink {
                    left: own.left + x,
                    right: own.right + x,
                    ..own
                };
                ink = Some(ink.map_or(here, |all| all.with(here)));
            }
            glyphs.push(Placed { x, y: 0, mask });
        }
        (glyphs, ink)
    }

    fn mask(&self, face: Face, size: u16, id: GlyphId) -> Arc<Mask> {
        let key = (face, size, id.0);
        // A thread that panicked while it held the lock can only have left whole glyphs behind.
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(mask) = kept.get(&key) {
            return Arc::clone(mask);
        }
        drop(kept);
        let mask = Arc::new(self.rasterise(face, size, id));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < GLYPHS_KEPT_MAX {
            kept.insert(key, Arc::clone(&mask));
        }
        mask
    }

    fn rasterise(&self, face: Face, size: u16, id: GlyphId) -> Mask {
        let font = self.font(face);
        let scale = PxScale::from(f32::from(size) * font.height_unscaled() / units_per_em(font));
        let glyph = id.with_scale_and_position(scale, point(0.0, 0.0));
        let mut mask = Mask::default();
        let Some(outline) = font.outline_glyph(glyph) else {
            return mask;
        };
        let bounds = outline.px_bounds();
        let (left, top) = (bounds.min.x.round() as i32, bounds.min.y.round() as i32);
        outline.draw(|x, y, coverage| {
            if coverage < COVERAGE_INKED {
                return;
            }
            let x = left + x.cast_signed();
            let y = top + y.cast_signed();
            let dot = Ink {
                left: x,
                right: x,
                top: y,
                bottom: y,
            };
            if let (Ok(dx), Ok(dy)) = (i16::try_from(x), i16::try_from(y)) {
                mask.dots.push((dx, dy));
                mask.ink = Some(mask.ink.map_or(dot, |all| all.with(dot)));
            }
        });
        mask
    }

    /// Words to lines, each as full as it can be. A word wider than the box stands alone and will not fit.
    fn break_between_words(
        &self,
        words: &[&str],
        face: Face,
        size: u16,
        width: usize,
    ) -> Vec<String> {
        let mut lines = Vec::<String>::new();
        for word in words {
            let longer = match lines.last() {
                Some(line) => format!("{line} {word}"),
                None => (*word).to_owned(),
            };
            if self.width_em(face, &longer) * f32::from(size) <= width as f32 {
                lines.pop();
                lines.push(longer);
            } else {
                lines.push((*word).to_owned());
            }
        }
        lines
    }

    /// Characters to lines, each as full as it can be.
    fn break_anywhere(&self, text: &str, face: Face, size: u16, width: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for character in text.chars() {
            let last = lines.len() - 1;
            let longer = format!("{}{character}", lines[last]);
            if self.width_em(face, &longer) * f32::from(size) <= width as f32 {
                lines[last] = longer;
            } else {
                lines.push(character.to_string());
            }
        }
        for line in &mut lines {
            *line = line.trim().to_owned();
        }
        lines
    }

    fn width_em(&self, face: Face, line: &str) -> f32 {
        let font = self.font(face);
        self.pens(face, line).last().map_or(0.0, |(id, pen)| {
            pen + font.h_advance_unscaled(id) / units_per_em(font)
        })
    }

    /// Each glyph with its pen position. Unit: em.
    fn pens<'a>(&'a self, face: Face, line: &'a str) -> impl Iterator<Item = (GlyphId, f32)> + 'a {
        let font = self.font(face);
        let em = units_per_em(font);
        let mut pen = 0.0_f32;
        let mut before: Option<GlyphId> = None;
        line.chars().map(move |character| {
            let id = font.glyph_id(character);
            if let Some(before) = before {
                pen += (font.h_advance_unscaled(before) + font.kern_unscaled(before, id)) / em;
            }
            before = Some(id);
            (id, pen)
        })
    }

    fn has_glyphs(&self, face: Face, word: &str) -> bool {
        let font = self.font(face);
        word.chars()
            .all(|character| !character.is_control() && font.glyph_id(character).0 != 0)
    }

    fn font(&self, face: Face) -> &FontRef<'static> {
        &self.faces[face as usize]
    }
}

impl std::fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typesetter")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Face {
    Regular,
    Bold,
    Narrow,
    NarrowBold,
}

impl Face {
    fn of(weight: Weight, narrow: bool) -> Face {
        match (weight, narrow) {
            (Weight::Regular, false) => Face::Regular,
            (Weight::Bold, false) => Face::Bold,
            (Weight::Regular, true) => Face::Narrow,
            (Weight::Bold, true) => Face::NarrowBold,
        }
    }
}

#[derive(Clone)]
struct Placed {
    x: i32,
    y: i32,
    mask: Arc<Mask>,
}

/// The inked dots of one glyph, measured from its pen on the baseline.
#[derive(Default)]
struct Mask {
    dots: Vec<(i16, i16)>,
    ink: Option<Ink>,
}

/// A rectangle of ink; all four edges belong to it.
#[derive(Debug, Clone, Copy)]
struct Ink {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Ink {
    fn with(self, other: Ink) -> Ink {
        Ink {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The baselines of so many lines; `None` when they would run into each other.
///
/// A single line keeps the baseline of the wished size, so that a shrunk value still stands level with
/// its label; more lines are centred as a block.
fn baselines(lines: usize, size: u16, place: &TextBox) -> Option<Vec<i32>> {
    let height = place.height as f32;
    if lines == 1 {
        let capital = CAPITAL_EM * f32::from(place.size);
        return Some(vec![
            whole(place.y) + ((height + capital) / 2.0).round() as i32,
        ]);
    }
    let em = f32::from(size);
    let capital = CAPITAL_EM * em;
    let gaps = (lines - 1) as f32;
    let pitch = (PITCH_EM_WISHED * em).min((height - capital - 2.0) / gaps);
    if pitch < PITCH_EM_MIN * em {
        return None;
    }
    let first = place.y as f32 + (height - capital - gaps * pitch) / 2.0 + capital;
    Some(
        (0..lines)
            .map(|line| (first + line as f32 * pitch).round() as i32)
            .collect(),
    )
}

fn smallest_of_one_line(size: u16) -> u16 {
    ((f32::from(size) * ONE_LINE_SHRINK).round() as u16)
        .max(SIZE_MIN)
        .min(size)
}

fn units_per_em(font: &FontRef<'static>) -> f32 {
    font.units_per_em()
        .expect("the embedded faces state their em")
}

/// Dots of a card as a signed number; a card has about a thousand.
fn whole(dots: usize) -> i32 {
    i32::try_from(dots).unwrap_or(i32::MAX / 2)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: TextBox = TextBox {
        x: 20,
        y: 30,
        width: 474,
        height: 48,
        size: 26,
        lines: 2,
        weight: Weight::Regular,
        condensed: false,
        align: Align::Left,
    };

    /// Sets the text and asserts that no dot left the box; answers size and lines.
    fn check(text: &str, place: &TextBox) -> Result<(u16, usize), TextFault> {
        let typesetter = Typesetter::new().unwrap();
        let setting = typesetter.fit(text, place)?;
        let mut plane = BitPlane::clear(place.x + place.width + 200, place.y + place.height + 100);
        setting.draw(&mut plane);
        for y in 0..plane.height {
            for x in 0..plane.width {
                let inside = (place.x..place.x + place.width).contains(&x)
                    && (place.y..place.y + place.height).contains(&y);
                assert!(
                    inside || !plane.get(x, y),
                    "ink at {x},{y} outside {place:?}"
                );
            }
        }
        let inks = !text.trim().is_empty();
        assert_eq!(plane.is_clear(), !inks);
        Ok((setting.size(), setting.lines()))
    }

    #[test]
    fn a_short_name_keeps_its_size() {
        assert_eq!(check("SPECIMEN MELUR SAMUDRA", &NAME), Ok((26, 1)));
        assert_eq!(check("CONTOH", &NAME), Ok((26, 1)));
        assert_eq!(
            check("H. M. SPECIMEN RINTIK'UL, S.KOM.", &NAME),
            Ok((26, 1))
        );
    }

    #[test]
    fn a_long_name_shrinks_then_wraps() {
        let (size, lines) = check("SPECIMEN RINTIK LAZUARDI SAMUDRA KARANG", &NAME).unwrap();
        assert!(size < 26 && lines == 1, "{size} {lines}");
        let sixty = "SPECIMEN MAHARDIKA PENYENGAT LAZUARDI KARANGSARI SENGGARANGA";
        assert_eq!(sixty.len(), 60);
        let (size, lines) = check(sixty, &NAME).unwrap();
        assert!(size >= 20 && lines == 2, "{size} {lines}");
    }

    #[test]
    fn sixty_of_the_widest_letters_without_a_space_still_fit() {
        let (size, lines) = check(&"W".repeat(60), &NAME).unwrap();
        assert!(size >= 15 && lines == 2, "{size} {lines}");
    }

    #[test]
    fn what_cannot_fit_is_refused_and_never_cut() {
        assert_eq!(check(&"W".repeat(300), &NAME), Err(TextFault::TooLong));
        assert_eq!(check(&"I".repeat(100_000), &NAME), Err(TextFault::TooLong));
    }

    #[test]
    fn a_character_without_a_glyph_is_refused() {
        assert_eq!(
            check("SPECIMEN \u{4e2d}", &NAME),
            Err(TextFault::Unprintable)
        );
        assert_eq!(check("SPECIMEN\u{7}", &NAME), Err(TextFault::Unprintable));
    }

    #[test]
    fn accents_stay_inside_too() {
        check("SPECIMEN \u{c5}NGSTR\u{d6}M \u{d1}U\u{c7}A", &NAME).unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_name_of_sixty_characters_fits_the_name_box(
            name in "[A-Z][A-Z.' ]{0,58}[A-Z]",
            bold: bool,
            centre: bool,
        ) {
            let place = TextBox {
                weight: if bold { Weight::Bold } else { Weight::Regular },
                align: if centre { Align::Centre } else { Align::Left },
                ..NAME
            };
            check(&name, &place).unwrap();
        }

        #[test]
        fn ink_never_leaves_a_box_of_any_width(
            text in "[A-Za-z0-9 .,'/\u{c0}-\u{17f}-]{0,70}",
            width in 1_usize..700,
            height in 1_usize..90,
            size in SIZE_MIN..60,
            lines in 1..=LINES_MAX,
        ) {
            let place = TextBox { width, height, size, lines, ..NAME };
            let _refused_or_inside = check(&text, &place);
        }
    }
}
