//! The two compressions, which are not the same.
//!
//! Common to both \[doc\]: a byte with the top bit set is a run, its low seven bits the number of times that the
//! next byte occurs; the first token must be a run, even of one; runs and literals may cross a line's end [code:
//! PAUSMS; a printed bitmap of the manual]. Resin: a byte without the top bit is a count of plain bytes that
//! follow [doc example decoded]. Dye: such a byte is the value of one dot itself [code: PAUSMS].

/// Longest run.
pub const RUN_MAX: usize = 127;
/// Longest literal of resin that every reading of the manual allows.
pub const LITERAL_MAX: usize = 31;
/// Longest literal that one byte can count.
pub const LITERAL_ALLOWED_MAX: usize = 127;
/// Shortest run that is worth its two bytes inside a literal.
const RUN_WORTH: usize = 3;
/// Highest level of dye in the packed form.
pub const LEVEL_MAX: u8 = 31;

const RUN_BIT: u8 = 0x80;

/// Packs resin or varnish. It writes behind what `out` holds and allocates only where that grows.
pub struct MonoPacker<'a> {
    out: &'a mut Vec<u8>,
    literal_max: usize,
    /// Where the count of the open literal stands.
    literal_at: Option<usize>,
    byte: u8,
    run: usize,
    begun: bool,
}

impl<'a> MonoPacker<'a> {
    /// A packer whose literals have at most so many bytes (1 to 127; others are brought into that range).
    pub fn new(out: &'a mut Vec<u8>, literal_max: usize) -> MonoPacker<'a> {
        MonoPacker {
            out,
            literal_max: literal_max.clamp(1, LITERAL_ALLOWED_MAX),
            literal_at: None,
            byte: 0,
            run: 0,
            begun: false,
        }
    }

    /// Takes plain bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.run > 0 && *byte == self.byte && self.run < RUN_MAX {
                self.run += 1;
            } else {
                self.end_run();
                self.byte = *byte;
                self.run = 1;
            }
        }
    }

    /// Writes what is still open.
    pub fn end(mut self) {
        self.end_run();
    }

    fn end_run(&mut self) {
        if self.run == 0 {
            return;
        }
        if self.run >= RUN_WORTH || !self.begun {
            self.begun = true;
            self.literal_at = None;
            self.out.push(RUN_BIT | low(self.run));
            self.out.push(self.byte);
        } else {
            for _ in 0..self.run {
                self.literal();
            }
        }
        self.run = 0;
    }

    fn literal(&mut self) {
        let open = self
            .literal_at
            .filter(|at| usize::from(self.out[*at]) < self.literal_max);
        let at = open.unwrap_or(self.out.len());
        if open.is_none() {
            self.literal_at = Some(at);
            self.out.push(0);
        }
        self.out[at] += 1;
        self.out.push(self.byte);
    }
}

/// Packs one dye. It writes behind what `out` holds and allocates only where that grows.
pub struct ColourPacker<'a> {
    out: &'a mut Vec<u8>,
    value: u8,
    run: usize,
    begun: bool,
}

impl<'a> ColourPacker<'a> {
    /// A packer with nothing taken.
    pub fn new(out: &'a mut Vec<u8>) -> ColourPacker<'a> {
        ColourPacker {
            out,
            value: 0,
            run: 0,
            begun: false,
        }
    }

    /// Takes levels, 0 to 31; what is above is brought down to 31.
    pub fn take(&mut self, levels: &[u8]) {
        let mut rest = levels;
        while let Some(first) = rest.first() {
            let level = (*first).min(LEVEL_MAX);
            let mut left = same(rest, *first);
            rest = &rest[left..];
            if self.run > 0 && level == self.value {
                let joined = left.min(RUN_MAX - self.run);
                self.run += joined;
                left -= joined;
            }
            while left > 0 {
                self.end_run();
                self.value = level;
                self.run = left.min(RUN_MAX);
                left -= self.run;
            }
        }
    }

    /// Writes what is still open.
    pub fn end(mut self) {
        self.end_run();
    }

    fn end_run(&mut self) {
        if self.run == 0 {
            return;
        }
        if self.run > 1 || !self.begun {
            self.out.push(RUN_BIT | low(self.run));
        }
        self.begun = true;
        self.out.push(self.value);
        self.run = 0;
    }
}

/// How many bytes from the first on are this one, eight at a time where a run is long.
fn same(bytes: &[u8], byte: u8) -> usize {
    let eights = bytes.as_chunks::<8>().0;
    let eights = eights.iter().take_while(|eight| **eight == [byte; 8]);
    let begun = eights.count() * 8;
    let more = bytes[begun..].iter().take_while(|other| **other == byte);
    begun + more.count()
}

fn low(run: usize) -> u8 {
    u8::try_from(run).expect("a run has at most 127")
}

/// Why packed bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The bytes end before the area is full.
    #[error("the packed data end before the area is full")]
    Short,
    /// A token reaches past the area.
    #[error("a token reaches past the area")]
    Long,
    /// The first token is no run.
    #[error("the first token is no run")]
    FirstIsNoRun,
    /// A level of dye above 31.
    #[error("no level of dye")]
    Level,
}

/// The opposite of [`MonoPacker`] for so many plain bytes; also says how many packed bytes it took.
pub fn expand_mono(bytes: &[u8], plain: usize) -> Result<(Vec<u8>, usize), PackError> {
    let mut out = Vec::with_capacity(plain);
    let used = expand(bytes, plain, &mut out, |token, rest, out| {
        let literal = rest.get(..usize::from(token)).ok_or(PackError::Short)?;
        out.extend_from_slice(literal);
        Ok(literal.len())
    })?;
    Ok((out, used))
}

/// The opposite of [`ColourPacker`] for so many dots; also says how many packed bytes it took.
pub fn expand_colour(bytes: &[u8], dots: usize) -> Result<(Vec<u8>, usize), PackError> {
    let mut out = Vec::with_capacity(dots);
    let used = expand(bytes, dots, &mut out, |token, _, out| {
        out.push(token);
        Ok(0)
    })?;
    if out.iter().any(|level| *level > LEVEL_MAX) {
        return Err(PackError::Level);
    }
    Ok((out, used))
}

fn expand(
    bytes: &[u8],
    plain: usize,
    out: &mut Vec<u8>,
    no_run: impl Fn(u8, &[u8], &mut Vec<u8>) -> Result<usize, PackError>,
) -> Result<usize, PackError> {
    let mut at = 0;
    while out.len() < plain {
        let token = *bytes.get(at).ok_or(PackError::Short)?;
        at += 1;
        if token & RUN_BIT != 0 {
            let value = *bytes.get(at).ok_or(PackError::Short)?;
            at += 1;
            out.resize(out.len() + usize::from(token & !RUN_BIT), value);
        } else if at == 1 {
            return Err(PackError::FirstIsNoRun);
        } else {
            at += no_run(token, &bytes[at..], out)?;
        }
    }
    if out.len() > plain {
        return Err(PackError::Long);
    }
    Ok(at)
}
