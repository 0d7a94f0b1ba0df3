//! Lines of JSON: one object each.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::bytes::Bytes;
use super::convert::{Cell, FIELDS};
use super::{FIELD_BYTES_MAX, ROW_BYTES_MAX};
use crate::domain::flaw::{FieldError, Flaw};

/// Reads the next line that is not blank into `line`: its number, and whether it fitted.
pub(super) fn read_line<R: Read>(
    bytes: &mut Bytes<R>,
    line: &mut Vec<u8>,
) -> io::Result<Option<(u64, bool)>> {
    loop {
        let number = bytes.line();
        line.clear();
        let mut whole = true;
        let more = loop {
            match bytes.next()? {
                None => break false,
                Some(b'\n') => break true,
                Some(byte) if line.len() < ROW_BYTES_MAX => line.push(byte),
                Some(_) => whole = false,
            }
        };
        if !line.trim_ascii().is_empty() {
            return Ok(Some((number, whole)));
        }
        if !more {
            return Ok(None);
        }
    }
}

/// An object's values in the order of [`FIELDS`]; `whole` is false where its end was cut off.
///
/// Errors: what is wrong with the object as a whole, and fields that nobody knows.
pub(super) fn cells(line: &[u8], whole: bool) -> Result<Vec<Cell<'_>>, Vec<FieldError>> {
    if !whole {
        let kept = &line[..line.len().min(ROW_BYTES_MAX)];
        return Err(vec![match field_at_end(kept) {
            Some((field, bytes)) if bytes > FIELD_BYTES_MAX => {
                FieldError::new(field, Flaw::FieldTooLong).with("limit", FIELD_BYTES_MAX)
            }
            Some(_) | None => FieldError::new("", Flaw::RowTooLong).with("limit", ROW_BYTES_MAX),
        }]);
    }
    let text = std::str::from_utf8(line).map_err(|error| {
        let field = field_at_end(&line[..error.valid_up_to()]).map_or("", |(field, _)| field);
        vec![FieldError::new(field, Flaw::NotUtf8)]
    })?;
    let object: Object<'_> = serde_json::from_str(text).map_err(|error| {
        let fault = if error.is_data() {
            FieldError::new("", Flaw::RowNotObject)
        } else {
            FieldError::new("", Flaw::RowNotJson).with("column", error.column())
        };
        vec![fault]
    })?;
    object.cells()
}

/// Keys and values as they stand; doubles are kept, so that they can be told.
struct Object<'a>(Vec<(Cow<'a, str>, Cell<'a>)>);

impl<'a> Object<'a> {
    fn cells(self) -> Result<Vec<Cell<'a>>, Vec<FieldError>> {
        let mut cells = vec![Cell::Absent; FIELDS.len()];
        let mut given = [false; FIELDS.len()];
        let mut faults = Vec::new();
        for (key, value) in self.0 {
            match FIELDS.iter().position(|field| *field == key) {
                None => faults.push(FieldError::new(&shown(&key), Flaw::FieldUnknown)),
                Some(field) if given[field] => {
                    faults.push(FieldError::new(FIELDS[field], Flaw::FieldTwice));
                }
                Some(field) => {
                    given[field] = true;
                    cells[field] = value;
                }
            }
        }
        if faults.is_empty() {
            Ok(cells)
        } else {
            Err(faults)
        }
    }
}

/// Characters of an unknown key that are shown.
const SHOWN_KEY_MAX: usize = 40;

/// An unknown key, if it looks like one: a person's name or number by mistake is not shown.
fn shown(key: &str) -> String {
    let is_key = key.len() <= SHOWN_KEY_MAX
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
    if is_key { key } else { "?" }.to_owned()
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<'de>, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(Value(key)) = map.next_key()? {
            let key = match key {
                Cell::Text(text) => text,
                Cell::Absent | Cell::Broken(_) => Cow::Borrowed(""),
            };
            let Value(value) = map.next_value()?;
            items.push((key, value));
        }
        Ok(Object(items))
    }
}

/// One value: text and the two booleans are text to us, everything else is not.
struct Value<'a>(Cell<'a>);

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Value)
    }
}

struct ValueVisitor;

const NOT_TEXT: Cell<'static> = Cell::Broken(Flaw::FieldNotText);

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Cell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, true, false or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cell<'de>, E> {
        Ok(bounded(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell<'de>, E> {
        Ok(bounded(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Cell<'de>, E> {
        Ok(Cell::Absent)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Cell<'de>, E> {
        Ok(Cell::Text(Cow::Borrowed(if yes {
            "true"
        } else {
            "false"
        })))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Cell<'de>, E> {
        Ok(NOT_TEXT)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Cell<'de>, E> {
        Ok(NOT_TEXT)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Cell<'de>, E> {
        Ok(NOT_TEXT)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Cell<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(NOT_TEXT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Cell<'de>, A::Error> {
        while items.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(NOT_TEXT)
    }
}

fn bounded(text: Cow<'_, str>) -> Cell<'_> {
    if text.len() > FIELD_BYTES_MAX {
        Cell::Broken(Flaw::FieldTooLong)
    } else {
        Cell::Text(text)
    }
}

/// The field that an object's beginning ends in, and how many bytes of its value are there: to name the field
/// of a line that cannot be read whole. `None` outside a value, or in one of an unknown field.
fn field_at_end(start: &[u8]) -> Option<(&'static str, usize)> {
    let mut depth = 0u32;
    let mut string_from = None;
    let mut escaped = false;
    let mut last_string: &[u8] = b"";
    let mut key: Option<&[u8]> = None;
    let mut value_from = 0;
    for (index, byte) in start.iter().copied().enumerate() {
        if let Some(from) = string_from {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    last_string = &start[from..index];
                    string_from = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => string_from = Some(index + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 1 => {
                key = Some(last_string);
                value_from = index;
            }
            b',' if depth == 1 => key = None,
            _ => {}
        }
    }
    let key = key?;
    let field = FIELDS.into_iter().find(|field| field.as_bytes() == key)?;
    Some((field, start.len() - value_from))
}
