//! Values to a record: what both forms share.

use std::borrow::Cow;

use jiff::civil::Date;

use super::FIELD_BYTES_MAX;
use crate::domain::flaw::{FieldError, Flaw};
use crate::domain::record::{CardProduct, Reason, Record, Sex};

/// Every field of a record, in the order of `docs/records.md`.
pub const FIELDS: [&str; 32] = [
    "key",
    "product",
    "reason",
    "first_timer",
    "evidence_kind",
    "evidence_no",
    "evidence_date",
    "nik",
    "name",
    "birth_place",
    "birth_date",
    "sex",
    "blood_type",
    "address",
    "rt",
    "rw",
    "ward",
    "district",
    "religion",
    "marital_status",
    "occupation",
    "citizenship",
    "valid_until",
    "family_card_no",
    "family_head",
    "birth_certificate_no",
    "issue_place",
    "issue_date",
    "receipt_no",
    "upstream_status",
    "not_before",
    "photo",
];

/// Fields that no record can be without.
pub(super) const REQUIRED: &[&str] = &[
    "key",
    "product",
    "reason",
    "nik",
    "name",
    "birth_place",
    "birth_date",
    "sex",
    "address",
    "rt",
    "rw",
    "ward",
    "district",
    "religion",
    "citizenship",
    "issue_place",
    "issue_date",
];

/// One value as it was handed in.
#[derive(Clone)]
pub(super) enum Cell<'a> {
    /// Not given.
    Absent,
    /// Text; blank text is as good as none.
    Text(Cow<'a, str>),
    /// Given, and unusable.
    Broken(Flaw),
}

/// The record, where the required values could be read, and all that is wrong with them.
pub(super) fn record(cells: &[Cell<'_>]) -> (Option<Record>, Vec<FieldError>) {
    let mut values = Values {
        cells,
        place: 0,
        faults: Vec::new(),
    };
    let record = values.record();
    (record, values.faults)
}

struct Values<'a> {
    cells: &'a [Cell<'a>],
    /// The place of the field that was read last: they are read in their order.
    place: usize,
    faults: Vec<FieldError>,
}

impl<'a> Values<'a> {
    /// Reads every value before it gives up, so that one pass names all that is wrong.
    fn record(&mut self) -> Option<Record> {
        let key = self.required("key");
        let product = self.word("product", CardProduct::named, |fault| {
            fault.with(
                "allowed",
                CardProduct::ALL.map(CardProduct::name).join(", "),
            )
        });
        let reason = self.word("reason", Reason::named, |fault| {
            fault.with("allowed", Reason::ALL.map(Reason::name).join(", "))
        });
        let first_timer = self.boolean("first_timer");
        let evidence_kind = self.optional("evidence_kind");
        let evidence_no = self.optional("evidence_no");
        let evidence_date = self.date("evidence_date");
        let nik = self.required("nik");
        let name = self.required("name");
        let birth_place = self.required("birth_place");
        let birth_date = self.required_date("birth_date");
        let sex = self.word("sex", sex, |fault| fault);
        let blood_type = self.optional("blood_type");
        let address = self.required("address");
        let rt = self.required("rt");
        let rw = self.required("rw");
        let ward = self.required("ward");
        let district = self.required("district");
        let religion = self.required("religion");
        let marital_status = self.optional("marital_status");
        let occupation = self.optional("occupation");
        let citizenship = self.required("citizenship");
        let valid_until = self.date("valid_until");
        let family_card_no = self.optional("family_card_no");
        let family_head = self.optional("family_head");
        let birth_certificate_no = self.optional("birth_certificate_no");
        let issue_place = self.required("issue_place");
        let issue_date = self.required_date("issue_date");
        let receipt_no = self.optional("receipt_no");
        let upstream_status = self.optional("upstream_status");
        let not_before = self.date("not_before");
        let photo = self.optional("photo");
        Some(Record {
            key: key?,
            product: product?,
            reason: reason?,
            first_timer,
            evidence_kind,
            evidence_no,
            evidence_date,
            nik: nik?,
            name: name?,
            birth_place: birth_place?,
            birth_date: birth_date?,
            sex: sex?,
            blood_type,
            address: address?,
            rt: rt?,
            rw: rw?,
            ward: ward?,
            district: district?,
            religion: religion?,
            marital_status,
            occupation,
            citizenship: citizenship?,
            valid_until,
            family_card_no,
            family_head,
            birth_certificate_no,
            issue_place: issue_place?,
            issue_date: issue_date?,
            receipt_no,
            upstream_status,
            not_before,
            photo,
        })
    }

    fn fault(&mut self, fault: FieldError) {
        self.faults.push(fault);
    }

    /// The text without white space around it. `Ok(None)`: none; `Err`: unusable, and told.
    fn text(&mut self, field: &'static str) -> Result<Option<&'a str>, ()> {
        let behind = FIELDS[self.place..].iter().position(|name| *name == field);
        self.place += behind.expect("fields are read in the order of the list");
        let cells: &'a [Cell<'a>] = self.cells;
        match cells.get(self.place) {
            None | Some(Cell::Absent) => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(Cell::Broken(flaw)) => {
                let mut fault = FieldError::new(field, *flaw);
                if *flaw == Flaw::FieldTooLong {
                    fault = fault.with("limit", FIELD_BYTES_MAX);
                }
                self.fault(fault);
                Err(())
            }
        }
    }

    fn optional(&mut self, field: &'static str) -> Option<String> {
        self.text(field).ok().flatten().map(str::to_owned)
    }

    fn required_text(&mut self, field: &'static str) -> Option<&'a str> {
        let text = self.text(field).ok()?;
        if text.is_none() {
            self.fault(FieldError::new(field, Flaw::FieldRequired));
        }
        text
    }

    fn required(&mut self, field: &'static str) -> Option<String> {
        self.required_text(field).map(str::to_owned)
    }

    fn word<T>(
        &mut self,
        field: &'static str,
        named: impl Fn(&str) -> Option<T>,
        remedy: impl Fn(FieldError) -> FieldError,
    ) -> Option<T> {
        let flaw = match field {
            "product" => Flaw::ProductUnknown,
            "reason" => Flaw::ReasonUnknown,
            _ => Flaw::SexUnknown,
        };
        let text = self.required_text(field)?;
        let value = named(text);
        if value.is_none() {
            self.fault(remedy(FieldError::new(field, flaw)));
        }
        value
    }

    fn boolean(&mut self, field: &'static str) -> bool {
        match self.text(field).ok().flatten() {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(_) => {
                self.fault(FieldError::new(field, Flaw::NotABoolean));
                false
            }
        }
    }

    fn date(&mut self, field: &'static str) -> Option<Date> {
        let text = self.text(field).ok()??;
        match date(text) {
            Ok(date) => Some(date),
            Err(flaw) => {
                self.fault(FieldError::new(field, flaw));
                None
            }
        }
    }

    fn required_date(&mut self, field: &'static str) -> Option<Date> {
        match self.text(field) {
            Ok(None) => {
                self.fault(FieldError::new(field, Flaw::FieldRequired));
                None
            }
            // Told already.
            Err(()) => None,
            Ok(Some(_)) => self.date(field),
        }
    }
}

fn sex(text: &str) -> Option<Sex> {
    match text {
        "M" => Some(Sex::Male),
        "F" => Some(Sex::Female),
        _ => None,
    }
}

/// `YYYY-MM-DD` and nothing else; a day that the calendar has.
fn date(text: &str) -> Result<Date, Flaw> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        return Err(Flaw::DateShape);
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Flaw::DateShape);
    }
    text.parse().map_err(|_| Flaw::DateDoesNotExist)
}
