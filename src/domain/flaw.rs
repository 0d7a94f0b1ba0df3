//! What can be wrong with a row that somebody hands in: a code with parameters, never the value itself.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One kind of flaw. The code is its name in capitals (`NIK_SHAPE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the text of each stands in `english`")]
pub enum Flaw {
    // The file.
    FileEmpty,
    FileIsArray,
    FileUnreadable,
    HeaderSemicolon,
    ColumnUnknown,
    ColumnMissing,
    ColumnTwice,
    // The row.
    RowTooLong,
    RowFieldCount,
    RowQuoteOpen,
    RowQuoteStray,
    RowNotJson,
    RowNotObject,
    // Any field.
    NotUtf8,
    FieldTooLong,
    FieldUnknown,
    FieldTwice,
    FieldNotText,
    FieldRequired,
    ControlCharacter,
    TextTooLong,
    // Values.
    ProductUnknown,
    ReasonUnknown,
    SexUnknown,
    NotABoolean,
    DateShape,
    DateDoesNotExist,
    DateOutOfRange,
    NikShape,
    NikDay,
    NikMonth,
    NikSerial,
    NameCharacter,
    BloodTypeUnknown,
    ReligionUnknown,
    MaritalStatusUnknown,
    RtRwShape,
    FamilyCardShape,
    // Photos.
    PhotoPathEscapes,
    PhotoMissing,
    PhotoUnreadable,
    PhotoTooLarge,
    PhotoNotAnImage,
}

impl Flaw {
    /// All of them, for catalogues.
    pub const ALL: [Flaw; 43] = [
        Flaw::FileEmpty,
        Flaw::FileIsArray,
        Flaw::FileUnreadable,
        Flaw::HeaderSemicolon,
        Flaw::ColumnUnknown,
        Flaw::ColumnMissing,
        Flaw::ColumnTwice,
        Flaw::RowTooLong,
        Flaw::RowFieldCount,
        Flaw::RowQuoteOpen,
        Flaw::RowQuoteStray,
        Flaw::RowNotJson,
        Flaw::RowNotObject,
        Flaw::NotUtf8,
        Flaw::FieldTooLong,
        Flaw::FieldUnknown,
        Flaw::FieldTwice,
        Flaw::FieldNotText,
        Flaw::FieldRequired,
        Flaw::ControlCharacter,
        Flaw::TextTooLong,
        Flaw::ProductUnknown,
        Flaw::ReasonUnknown,
        Flaw::SexUnknown,
        Flaw::NotABoolean,
        Flaw::DateShape,
        Flaw::DateDoesNotExist,
        Flaw::DateOutOfRange,
        Flaw::NikShape,
        Flaw::NikDay,
        Flaw::NikMonth,
        Flaw::NikSerial,
        Flaw::NameCharacter,
        Flaw::BloodTypeUnknown,
        Flaw::ReligionUnknown,
        Flaw::MaritalStatusUnknown,
        Flaw::RtRwShape,
        Flaw::FamilyCardShape,
        Flaw::PhotoPathEscapes,
        Flaw::PhotoMissing,
        Flaw::PhotoUnreadable,
        Flaw::PhotoTooLarge,
        Flaw::PhotoNotAnImage,
    ];

    /// What is wrong and what to do, in English; `{name}` stands for a parameter.
    pub fn english(self) -> &'static str {
        match self {
            Flaw::FileEmpty => {
                "the file is empty; it needs a header row and rows, or one JSON object a line"
            }
            Flaw::FileIsArray => {
                "the file is one JSON array; write one JSON object a line, without brackets or commas between them"
            }
            Flaw::FileUnreadable => {
                "reading stopped here ({cause}); rows before this line count, submit the file again for the rest"
            }
            Flaw::HeaderSemicolon => {
                "the header is separated by semicolons; save the file as CSV with commas"
            }
            Flaw::ColumnUnknown => "no such column ({column}); correct or remove it in the header",
            Flaw::ColumnMissing => "the header lacks this column; add it",
            Flaw::ColumnTwice => "the header names this column twice; remove one",
            Flaw::RowTooLong => "the row is longer than {limit} bytes; shorten it",
            Flaw::RowFieldCount => {
                "the row ends on line {last_line} with {found} fields and the header has {expected}; check commas and quotes"
            }
            Flaw::RowQuoteOpen => {
                "a quote opened in this row is never closed, so no row from here to the end of the file was read; close it and submit again"
            }
            Flaw::RowQuoteStray => {
                "text stands behind a closing quote; write a quote inside a quoted field twice"
            }
            Flaw::RowNotJson => "the line is no JSON object (at byte {column}); correct it",
            Flaw::RowNotObject => "the line is JSON but no object; write {{\"key\": ..., ...}}",
            Flaw::NotUtf8 => "the text is not UTF-8; save the file as UTF-8",
            Flaw::FieldTooLong => "the field is longer than {limit} bytes; shorten it",
            Flaw::FieldUnknown => "no such field; correct or remove it",
            Flaw::FieldTwice => "the field is given twice; remove one",
            Flaw::FieldNotText => "the value is no text; put it in double quotes",
            Flaw::FieldRequired => "the field is empty; fill it in",
            Flaw::ControlCharacter => {
                "the text holds a line break or another control character; remove it"
            }
            Flaw::TextTooLong => "the text has {found} characters; at most {limit} are allowed",
            Flaw::ProductUnknown => "unknown product; use one of {allowed}",
            Flaw::ReasonUnknown => "unknown reason; use one of {allowed}",
            Flaw::SexUnknown => "unknown sex; use M or F",
            Flaw::NotABoolean => "neither true nor false; write true or false",
            Flaw::DateShape => "the date is not written YYYY-MM-DD; write it so",
            Flaw::DateDoesNotExist => "there is no such day in the calendar; correct the date",
            Flaw::DateOutOfRange => "the date is not between {first} and {last}; correct it",
            Flaw::NikShape => "the NIK does not have exactly 16 digits; correct it",
            Flaw::NikDay => {
                "the NIK's day of birth (digits 7 and 8) is not 01-31 or 41-71; correct it"
            }
            Flaw::NikMonth => "the NIK's month of birth (digits 9 and 10) is not 01-12; correct it",
            Flaw::NikSerial => "the NIK's serial (digits 13 to 16) is 0000; correct it",
            Flaw::NameCharacter => {
                "character {position} of the name is no Latin letter, space, dot, apostrophe, comma or hyphen; correct it"
            }
            Flaw::BloodTypeUnknown => "unknown blood type; use one of {allowed}, or leave it empty",
            Flaw::ReligionUnknown => "unknown religion; use one of {allowed}",
            Flaw::MaritalStatusUnknown => "unknown marital status; use one of {allowed}",
            Flaw::RtRwShape => {
                "not one to three digits; write it like 003, or 000 where there is none"
            }
            Flaw::FamilyCardShape => {
                "the family card number does not have exactly 16 digits; correct it"
            }
            Flaw::PhotoPathEscapes => {
                "the photo lies outside the folder of the record file; put it there and name it by a relative path that has no .. in it"
            }
            Flaw::PhotoMissing => {
                "there is no such photo in the folder of the record file; put it there or correct the name"
            }
            Flaw::PhotoUnreadable => {
                "the photo cannot be read ({cause}); check the file and its rights"
            }
            Flaw::PhotoTooLarge => {
                "the photo has {found} bytes; save it smaller, at most {limit} bytes"
            }
            Flaw::PhotoNotAnImage => "the photo is neither PNG nor JPEG; save it as one of them",
        }
    }
}

/// A flaw, the field it is in, and its parameters. Holds nothing of the value: it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldError {
    /// The field as `docs/records.md` names it; empty: the whole row or file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What is wrong.
    pub code: Flaw,
    /// Limits, counts and allowed words that its text shows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl FieldError {
    /// A flaw without parameters in a field; `""`: of the whole row or file.
    pub fn new(field: &str, code: Flaw) -> FieldError {
        FieldError {
            field: field.to_owned(),
            code,
            params: BTreeMap::new(),
        }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> FieldError {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// A text of a catalogue (`{limit}` and its like) with this flaw's parameters.
    pub fn fill(&self, template: &str) -> String {
        fill(template, &self.params)
    }

    /// How store and API spell the code.
    pub fn code_name(&self) -> String {
        match serde_json::to_value(self.code) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(_) | Err(_) => format!("{:?}", self.code),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.fill(self.code.english()))
    }
}

impl std::error::Error for FieldError {}

/// Puts parameters into a template; `{{` and `}}` stand for braces, an unknown name stays as it is.
pub fn fill(template: &str, params: &BTreeMap<String, String>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if after.starts_with(brace) {
            text.push_str(brace);
            rest = &after[1..];
            continue;
        }
        let named = (brace == "{")
            .then(|| after.split_once('}'))
            .flatten()
            .and_then(|(name, behind)| Some((params.get(name)?, behind)));
        match named {
            Some((value, behind)) => {
                text.push_str(value);
                rest = behind;
            }
            None => {
                text.push_str(brace);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_text_shows_field_flaw_and_remedy() {
        let error = FieldError::new("name", Flaw::TextTooLong)
            .with("found", 61)
            .with("limit", 60);
        assert_eq!(
            error.to_string(),
            "name: the text has 61 characters; at most 60 are allowed"
        );
        assert_eq!(error.code_name(), "TEXT_TOO_LONG");
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<FieldError>(&json).unwrap(), error);
    }

    #[test]
    fn braces_and_unknown_names_stay() {
        let params = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        assert_eq!(fill("{a} {{b}} {c} } {", &params), "1 {b} {c} } {");
    }

    #[test]
    fn every_flaw_is_listed_once_and_has_a_remedy() {
        let names: std::collections::BTreeSet<String> = Flaw::ALL
            .iter()
            .map(|flaw| FieldError::new("", *flaw).code_name())
            .collect();
        assert_eq!(names.len(), Flaw::ALL.len());
        let last = Flaw::PhotoNotAnImage as usize;
        assert_eq!(Flaw::ALL.len(), last + 1, "a flaw is not listed");
        for flaw in Flaw::ALL {
            assert!(!flaw.english().ends_with('.'), "{flaw:?}");
            let has_remedy = flaw.english().contains(';');
            assert!(has_remedy, "{flaw:?}");
        }
    }
}
