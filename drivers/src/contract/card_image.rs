//! A card's picture as every printer takes it, before it is split into panels.

/// One bit a dot, rows of the landscape card from top to bottom.
///
/// Shape: `height` rows of `width.div_ceil(8)` bytes, most significant bit first; 1 is ink.
#[derive(Clone, PartialEq, Eq)]
pub struct BitPlane {
    /// Dots along the long side.
    pub width: usize,
    /// Dots along the short side.
    pub height: usize,
    /// The rows.
    pub bits: Vec<u8>,
}

impl BitPlane {
    /// A plane without ink.
    pub fn clear(width: usize, height: usize) -> BitPlane {
        BitPlane {
            width,
            height,
            bits: vec![0; width.div_ceil(8) * height],
        }
    }

    /// A plane full of ink.
    pub fn full(width: usize, height: usize) -> BitPlane {
        let mut plane = BitPlane::clear(width, height);
        for y in 0..height {
            for x in 0..width {
                plane.set(x, y);
            }
        }
        plane
    }

    /// Bytes of one row.
    pub fn stride(&self) -> usize {
        self.width.div_ceil(8)
    }

    /// Whether the dot at `x` from the left, `y` from the top has ink. Dots outside have none.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width
            && y < self.height
            && self.bits[y * self.stride() + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Inks a dot; outside the plane nothing happens.
    pub fn set(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            let stride = self.stride();
            self.bits[y * stride + x / 8] |= 0x80 >> (x % 8);
        }
    }

    /// The same plane on another size: the middles stay together, what sticks out is cut, what is new has no ink.
    pub fn fitted(&self, width: usize, height: usize) -> BitPlane {
        let mut plane = BitPlane::clear(width, height);
        let (from_x, to_x, columns) = middle(self.width, width);
        let (from_y, to_y, rows) = middle(self.height, height);
        for y in 0..rows {
            for x in self.inked(from_y + y) {
                if (from_x..from_x + columns).contains(&x) {
                    plane.set(x - from_x + to_x, to_y + y);
                }
            }
        }
        plane
    }

    /// Each dot as so many by so many.
    fn enlarged(self, times: usize) -> BitPlane {
        if times == 1 {
            return self;
        }
        let mut large = BitPlane::clear(self.width * times, self.height * times);
        let stride = large.stride();
        for y in 0..self.height {
            for x in self.inked(y) {
                for step in 0..times {
                    large.set(x * times + step, y * times);
                }
            }
            let begin = y * times * stride;
            for step in 1..times {
                large
                    .bits
                    .copy_within(begin..begin + stride, begin + step * stride);
            }
        }
        large
    }

    /// The dots of a row that have ink, from the left. Most bytes of a card have none and are passed over whole.
    pub fn inked(&self, y: usize) -> impl Iterator<Item = usize> + '_ {
        let row = &self.bits[y * self.stride()..][..self.stride()];
        let bytes = row.iter().enumerate().filter(|(_, byte)| **byte != 0);
        bytes
            .flat_map(|(at, byte)| {
                let inked = move |bit: &usize| byte & (0x80 >> bit) != 0;
                (0..8).filter(inked).map(move |bit| at * 8 + bit)
            })
            .filter(|x| *x < self.width)
    }

    /// Whether no dot has ink.
    pub fn is_clear(&self) -> bool {
        self.bits.iter().all(|b| *b == 0)
    }
}

/// Where the dots of a line of `from` come to lie on one of `to`: the middles stay together. Returns the first
/// dot taken, the first dot laid, and how many there are.
fn middle(from: usize, to: usize) -> (usize, usize, usize) {
    let taken = from.saturating_sub(to) / 2;
    let laid = to.saturating_sub(from) / 2;
    (taken, laid, from.min(to))
}

impl std::fmt::Debug for BitPlane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BitPlane({}x{})", self.width, self.height)
    }
}

/// Colours of one side. Shape: `height` rows of `width` times red, green, blue.
#[derive(Clone, PartialEq, Eq)]
pub struct Colour {
    /// Dots along the long side.
    pub width: usize,
    /// Dots along the short side.
    pub height: usize,
    /// The rows.
    pub rgb: Vec<u8>,
}

impl Colour {
    /// The same colours on another size: the middles stay together, what sticks out is cut, and the edge dots run
    /// out over what is new: a ground that reaches the card's edge still does.
    pub fn fitted(&self, width: usize, height: usize) -> Colour {
        self.enlarged(1, width, height)
    }

    /// Each dot as so many by so many, and that fitted; each row is made once and copied.
    fn enlarged(&self, times: usize, width: usize, height: usize) -> Colour {
        let (from_x, to_x, columns) = middle(self.width * times, width);
        let (from_y, to_y, rows) = middle(self.height * times, height);
        let last = |count: usize| count.saturating_sub(1);
        let mut rgb = Vec::with_capacity(width * height * 3);
        let mut large = vec![[0; 3]; self.width * times];
        let mut made = None;
        for y in 0..height {
            let row = (from_y + y.saturating_sub(to_y).min(last(rows))) / times;
            if made == Some(row) {
                rgb.extend_from_within(rgb.len() - width * 3..);
                continue;
            }
            let own = &self.rgb[row * self.width * 3..][..self.width * 3];
            let own = if times == 1 {
                own
            } else {
                let places = large.chunks_exact_mut(times);
                for (places, dot) in places.zip(own.as_chunks::<3>().0) {
                    places.fill(*dot);
                }
                large.as_flattened()
            };
            let dots = &own[from_x * 3..][..columns * 3];
            let (Some(left), Some(right)) = (dots.first_chunk::<3>(), dots.last_chunk::<3>())
            else {
                continue;
            };
            rgb.extend(std::iter::repeat_n(left, to_x).flatten());
            rgb.extend_from_slice(dots);
            rgb.extend(std::iter::repeat_n(right, width - to_x - columns).flatten());
            made = Some(row);
        }
        Colour { width, height, rgb }
    }
}

impl std::fmt::Debug for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Colour({}x{})", self.width, self.height)
    }
}

/// Where the clear protective panel is laid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Over the whole card.
    Full,
    /// Nowhere, though the ribbon has it.
    None,
    /// Where the plane has ink.
    Plane(BitPlane),
}

/// One side of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Dye; `None` where this side has no colour.
    pub colour: Option<Colour>,
    /// Resin black. Under it no dye is laid.
    pub resin: BitPlane,
    /// Overlay.
    pub overlay: Overlay,
}

/// A card's picture at 300 dots per inch. It holds personal data: its `Debug` shows sizes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardImage {
    /// The front.
    pub front: Side,
    /// The back, where it is printed.
    pub back: Option<Side>,
}

impl CardImage {
    /// The same picture for a printer of another size. At one resolution only a few dots at the edges differ:
    /// the middles stay together, what sticks out is cut, ink ends where it ended and colour runs out to the edge. Where the printer is twice as
    /// fine, each dot becomes two by two.
    pub fn fitted(self, width: usize, height: usize) -> CardImage {
        let side = |side: Side| {
            let size = (side.resin.width, side.resin.height);
            if size == (width, height) || size.0 == 0 {
                return side;
            }
            // To the nearest: 2,026 dots are twice 1,016 less a few at the edges.
            let times = ((width + size.0 / 2) / size.0).max(1);
            let bits = |plane: BitPlane| plane.enlarged(times).fitted(width, height);
            Side {
                colour: side
                    .colour
                    .map(|colour| colour.enlarged(times, width, height)),
                resin: bits(side.resin),
                overlay: match side.overlay {
                    Overlay::Plane(plane) => Overlay::Plane(bits(plane)),
                    whole @ (Overlay::Full | Overlay::None) => whole,
                },
            }
        };
        CardImage {
            front: side(self.front),
            back: self.back.map(side),
        }
    }
}
