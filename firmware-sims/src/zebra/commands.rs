//! The commands as data, and how a command's text is taken apart.

use super::codes::Code;
use super::docking;
use super::switches::NumberReading;

/// Digits of the longest number.
const DIGITS_MAX: usize = 5;

/// Every command: its form, what it does here, and how its form is known.
///
/// "Accepted" means that its parameters are checked and nothing follows from it. The invented chip commands are in
/// [`super::PLACEHOLDERS`].
pub const COMMANDS: &[(&str, &str, &str)] = &[
    (
        ".",
        "clears the latched error; a switch says what else",
        "[doc]",
    ),
    (
        "F, vF",
        "clears the black, the varnish buffer",
        "[doc], [code: a CUPS filter]",
    ),
    (
        "$F [buf]",
        "clears the colour buffers, or one of them",
        "[code: PAUSMS]; the index [inferred]",
    ),
    ("G, vG x y mode h w gmode", "opens a mono area", "[doc]"),
    (
        "O, vO line",
        "one line of the open area, with bracket escapes",
        "[doc]",
    ),
    (
        "Z, vZ lines",
        "all lines of the open area, counted",
        "[doc], form [code: PAUSMS]",
    ),
    (
        "GS buf mode x y w h data",
        "a colour area, counted",
        "[doc]",
    ),
    (
        "T, vT x y rot font w h gmode text",
        "checked; an outline stands where the text would",
        "[doc]",
    ),
    (
        "L, vL x y w h gmode",
        "a filled rectangle, drawn exactly",
        "[doc]",
    ),
    (
        "C, vC x y w h thickness gmode",
        "a hollow box, drawn exactly",
        "[doc]",
    ),
    (
        "D, vD x y w h thickness rot gmode",
        "a diagonal line, origin upper left",
        "[doc], the manual contradicts itself",
    ),
    (
        "B, vB x y rot type ratio mult h text data",
        "checked; an outline stands where the bars would",
        "[doc]; rot and types [code: ZBRPrinter header]",
    ),
    ("+EC n", "end of print, 0 to 24; accepted", "[doc]"),
    (
        "+X c",
        "a second command initiator; below 20h removes it and answers code 10",
        "[doc]",
    ),
    (
        "!X",
        "tells the second initiator",
        "[doc]; the answer's form [inferred]",
    ),
    ("&P", "code 05: card in the encoder, 06: none", "[doc]"),
    (
        "&B trk data",
        "fills a write buffer: 1-3 ASCII, 11-13 hex",
        "[doc]",
    ),
    (
        "&E trk, &E*",
        "encodes one track, all filled ones; feeds",
        "[doc]",
    ),
    ("&L trk", "reads a track; feeds", "[doc]"),
    ("&R", "empties the write buffers", "[doc]"),
    (
        "&CDER, &CDEW trk fmt [bits]",
        "read and write format; kept in flash",
        "[doc]",
    ),
    (
        "+RB type hopper",
        "where rejects go (models with a reject hopper)",
        "[doc: P420]",
    ),
    (
        "%CLN",
        "head-down passes and cleaning limits",
        "[doc: P310, P420, Max3300]",
    ),
    (
        "M n list, m n list",
        "runs the list n times; M stops at an error, m discards the card and begins again",
        "[doc]; what m's correction is [inferred]",
    ),
    (
        "IS buf",
        "one colour pass; feeds",
        "[doc] name, [code: PAUSMS]",
    ),
    (
        "I [n]",
        "the resin pass; feeds; the number is ignored",
        "[code: PAUSMS, qzind/tray]",
    ),
    (
        "IV [n]",
        "the varnish pass; units 1 uses the varnish buffer unless it is clear; tens ignored",
        "[code: PAUSMS], digits [inferred]",
    ),
    ("IH [n]", "as IV", "[doc] name only"),
    (
        "MF",
        "turns the card over (models with a flip station)",
        "[code: PAUSMS]",
    ),
    ("MO", "card to the output", "[code: PAUSMS, qzind/tray]"),
    (
        "MC",
        "empties the path to the output; works while an error is latched",
        "[code: a CUPS filter]",
    ),
    (
        "V",
        "acknowledged",
        "[code: a contactless module], meaning [unknown]",
    ),
    (
        "A [n]",
        "test card with all panels",
        "[code: a usage comment]",
    ),
    (
        "+RIB n",
        "0: a colour ribbon must be fitted, 4: a mono one; other numbers check nothing",
        "[code: PAUSMS, qzind/tray]",
    ),
    (
        "+C n",
        "resin intensity; accepted",
        "[code: a usage comment]",
    ),
    (
        "+CV n",
        "varnish intensity; accepted",
        "[inferred] from its name",
    ),
    (
        "+$C buf n",
        "a panel's intensity; accepted",
        "[code: PAUSMS], [inferred]",
    ),
    (
        "+$L buf n",
        "a panel's contrast; accepted",
        "[code: PAUSMS], [inferred]",
    ),
    (
        "SXY n",
        "accepted; first of a job's commands",
        "[code: PAUSMS], meaning [unknown]",
    ),
    ("&SVM n", "magnetic verify; accepted", "[code: qzind/tray]"),
    (
        "!SA",
        "ribbon sensor calibration: takes a while",
        "[code: an operator note]",
    ),
    (
        "!R n",
        "head resistance; accepted",
        "[code: an operator note]",
    ),
    ("IMB", "black test card", "[doc] name only"),
    (
        "P, vP x y [gmode]",
        "one dot",
        "[doc] name only, parameters [inferred]",
    ),
    (
        "PS buf mode data",
        "a colour plane of the whole card, counted",
        "[doc] name only, numbers [inferred]",
    ),
    ("+B n", "serial rate; accepted", "[doc] name only"),
    (
        "E",
        "the last answer again; a switch says whether it is known",
        "[doc] name only",
    ),
    ("&W n", "encode direction; accepted", "[doc] name only"),
    ("&D n", "track density; accepted", "[doc] name only"),
    (
        "CLNCARD n n",
        "passes between alerts and passes of a cleaning",
        "[doc] name only, parameters [inferred]",
    ),
];

/// Names whose command ends at CR; the heads of counted downloads end up here only if they are cut short.
const NAMES: &[&str] = &[
    ".", "F", "vF", "$F", "G", "vG", "T", "vT", "L", "vL", "C", "vC", "D", "vD", "B", "vB", "P",
    "vP", "+EC", "+X", "!X", "&P", "&B", "&E*", "&E", "&L", "&R", "&CDER", "&CDEW", "&W", "&D",
    "&SVM", "+RB", "%CLN", "M", "m", "IS", "I", "IV", "IH", "IMB", "MF", "MO", "MC", "V", "A",
    "+RIB", "+CV", "+C", "+$C", "+$L", "SXY", "!SA", "!R", "+B", "E", "CLNCARD", "GS", "PS",
];

/// The name that a text begins with, and what follows it. A name is followed by nothing, by a space, or by the
/// digit of a number without its space [code: `A1`, `&L1` were seen].
pub(super) fn split(text: &[u8]) -> Option<(&'static str, &[u8])> {
    let names = NAMES.iter().chain(&docking::NAMES);
    names
        .filter_map(|name| {
            let rest = text.strip_prefix(name.as_bytes())?;
            match rest.first() {
                None => Some((*name, rest)),
                Some(b' ') => Some((*name, &rest[1..])),
                Some(digit) if digit.is_ascii_digit() => Some((*name, rest)),
                Some(_) => None,
            }
        })
        .max_by_key(|(name, _)| name.len())
}

/// Parameters, separated by one space each.
pub(super) struct Params<'a> {
    rest: Option<&'a [u8]>,
    reading: NumberReading,
}

impl<'a> Params<'a> {
    pub(super) fn new(rest: &'a [u8], reading: NumberReading) -> Params<'a> {
        Params {
            rest: (!rest.is_empty()).then_some(rest),
            reading,
        }
    }

    /// The next parameter as it stands.
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        match rest.iter().position(|byte| *byte == b' ') {
            Some(space) => {
                self.rest = Some(&rest[space + 1..]);
                Some(&rest[..space])
            }
            None => {
                self.rest = None;
                Some(rest)
            }
        }
    }

    /// All that is left, spaces included.
    pub(super) fn remainder(self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }

    /// The next parameter, which must be a number.
    pub(super) fn number(&mut self) -> Result<u32, Code> {
        number(self.word().ok_or(Code::PARAMETER)?, self.reading)
    }

    /// The next parameter, if there is one, as a number.
    pub(super) fn optional(&mut self) -> Result<Option<u32>, Code> {
        match self.word() {
            Some(word) => number(word, self.reading).map(Some),
            None => Ok(None),
        }
    }

    /// So many numbers.
    pub(super) fn numbers<const N: usize>(&mut self) -> Result<[u32; N], Code> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = self.number()?;
        }
        Ok(numbers)
    }

    /// There is nothing more.
    pub(super) fn end(&self) -> Result<(), Code> {
        match self.rest {
            None => Ok(()),
            Some(_) => Err(Code::PARAMETER),
        }
    }
}

fn number(word: &[u8], reading: NumberReading) -> Result<u32, Code> {
    let digits = word
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(word.len());
    let whole = match reading {
        NumberReading::Strict => digits == word.len(),
        NumberReading::TrailingLettersIgnored => true,
    };
    if digits == 0 || digits > DIGITS_MAX || !whole {
        return Err(Code::PARAMETER);
    }
    let value = word[..digits]
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Ok(value)
}
