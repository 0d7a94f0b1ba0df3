//! The form of a record: lengths, characters and words. Where the page says "lenient" it is.

use super::super::flaw::{FieldError, Flaw};
use super::super::nik::{Nik, NikError};
use super::super::record::{CardProduct, Record};
use jiff::civil::{Date, date};

/// Characters of a name, spaces included [rule of 2022 for new names, older ones fit it too].
pub const NAME_CHARACTERS_MAX: usize = 60;
/// Characters of any other text. Unit: Unicode scalar values.
pub const TEXT_CHARACTERS_MAX: usize = 120;
/// Digits of a family card's number.
const FAMILY_CARD_DIGITS: usize = 16;
/// Dates before it are slips of the hand.
const FIRST_DATE: Date = date(1880, 1, 1);
/// Dates after it are slips of the hand.
const LAST_DATE: Date = date(2199, 12, 31);

/// With an optional `+` or `-`; or `-` alone.
const BLOOD_TYPES: [&str; 4] = ["A", "B", "AB", "O"];
const RELIGIONS: [&str; 7] = [
    "ISLAM",
    "KRISTEN",
    "KATOLIK",
    "HINDU",
    "BUDDHA",
    "KHONGHUCU",
    "KEPERCAYAAN TERHADAP TUHAN YME",
];
const UNMARRIED: &str = "BELUM KAWIN";
/// Statuses of who is or was married.
pub(super) const MARRIED: [&str; 3] = ["KAWIN", "CERAI HIDUP", "CERAI MATI"];

/// What makes a row no valid record; empty: it is one. Errors name fields and never show their values.
pub fn invalid(record: &Record) -> Vec<FieldError> {
    let mut errors = Vec::new();
    texts(record, &mut errors);
    dates(record, &mut errors);
    if let Err(error) = record.nik.parse::<Nik>() {
        let flaw = match error {
            NikError::Shape => Flaw::NikShape,
            NikError::Day => Flaw::NikDay,
            NikError::Month => Flaw::NikMonth,
            NikError::Serial => Flaw::NikSerial,
        };
        errors.push(FieldError::new("nik", flaw));
    }
    name("name", &record.name, &mut errors);
    if let Some(head) = &record.family_head {
        name("family_head", head, &mut errors);
    }
    for (field, value) in [("rt", &record.rt), ("rw", &record.rw)] {
        let digits = (1..=3).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        if !digits && !value.trim().is_empty() {
            errors.push(FieldError::new(field, Flaw::RtRwShape));
        }
    }
    words(record, &mut errors);
    for_product(record, &mut errors);
    errors
}

/// Every text: filled where it must be, one line, not too long.
fn texts(record: &Record, errors: &mut Vec<FieldError>) {
    let required: [(&str, &str); 12] = [
        ("key", &record.key),
        ("name", &record.name),
        ("birth_place", &record.birth_place),
        ("address", &record.address),
        ("rt", &record.rt),
        ("rw", &record.rw),
        ("ward", &record.ward),
        ("district", &record.district),
        ("religion", &record.religion),
        ("citizenship", &record.citizenship),
        ("issue_place", &record.issue_place),
        ("nik", &record.nik),
    ];
    let optional = [
        ("evidence_kind", &record.evidence_kind),
        ("evidence_no", &record.evidence_no),
        ("blood_type", &record.blood_type),
        ("marital_status", &record.marital_status),
        ("occupation", &record.occupation),
        ("family_card_no", &record.family_card_no),
        ("family_head", &record.family_head),
        ("birth_certificate_no", &record.birth_certificate_no),
        ("receipt_no", &record.receipt_no),
        ("upstream_status", &record.upstream_status),
        ("photo", &record.photo),
    ];
    for (field, value) in required {
        // A wrong NIK has messages of its own.
        if value.trim().is_empty() && field != "nik" {
            errors.push(FieldError::new(field, Flaw::FieldRequired));
        }
    }
    let optional = optional
        .into_iter()
        .filter_map(|(field, value)| Some((field, value.as_deref()?)));
    for (field, value) in required.into_iter().chain(optional) {
        if value.chars().any(char::is_control) {
            errors.push(FieldError::new(field, Flaw::ControlCharacter));
        }
        let (found, limit) = (value.chars().count(), limit_of(field));
        if found > limit {
            errors.push(
                FieldError::new(field, Flaw::TextTooLong)
                    .with("found", found)
                    .with("limit", limit),
            );
        }
    }
}

fn limit_of(field: &str) -> usize {
    match field {
        "name" | "family_head" => NAME_CHARACTERS_MAX,
        _ => TEXT_CHARACTERS_MAX,
    }
}

fn dates(record: &Record, errors: &mut Vec<FieldError>) {
    let given = [
        ("birth_date", Some(record.birth_date)),
        ("issue_date", Some(record.issue_date)),
        ("evidence_date", record.evidence_date),
        ("valid_until", record.valid_until),
        ("not_before", record.not_before),
    ];
    for (field, day) in given {
        if day.is_some_and(|day| !(FIRST_DATE..=LAST_DATE).contains(&day)) {
            errors.push(
                FieldError::new(field, Flaw::DateOutOfRange)
                    .with("first", FIRST_DATE)
                    .with("last", LAST_DATE),
            );
        }
    }
}

/// Latin letters and what older names and shortened titles have between them.
fn name(field: &str, value: &str, errors: &mut Vec<FieldError>) {
    let wrong = value.chars().position(|c| !is_name_character(c));
    if let Some(position) = wrong
        && !value.chars().any(char::is_control)
    {
        errors.push(FieldError::new(field, Flaw::NameCharacter).with("position", position + 1));
    }
}

fn is_name_character(c: char) -> bool {
    let latin = matches!(c,
        'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
        && !matches!(c, '\u{d7}' | '\u{f7}');
    latin || matches!(c, ' ' | '.' | '\'' | '\u{2019}' | '`' | ',' | '-')
}

/// Fields that have a list of words. Foreigners' cards are written in English: theirs are not listed.
fn words(record: &Record, errors: &mut Vec<FieldError>) {
    if let Some(blood) = record.blood_type.as_deref() {
        let upper = blood.trim().to_ascii_uppercase();
        let group = upper.strip_suffix(['+', '-']).unwrap_or(&upper);
        let known = upper.is_empty() || upper == "-" || BLOOD_TYPES.contains(&group);
        if !known {
            let allowed = "A, B, AB, O (with + or - if known), -";
            errors.push(
                FieldError::new("blood_type", Flaw::BloodTypeUnknown).with("allowed", allowed),
            );
        }
    }
    match record.product {
        CardProduct::KtpElForeigner => return,
        CardProduct::KtpEl | CardProduct::Kia05 | CardProduct::Kia517 => {}
    }
    if !is_among(&record.religion, &RELIGIONS) {
        errors.push(
            FieldError::new("religion", Flaw::ReligionUnknown)
                .with("allowed", RELIGIONS.join(", ")),
        );
    }
    let status = record.marital_status.as_deref().unwrap_or_default();
    if !is_among(status, &MARRIED) && !is_among(status, &[UNMARRIED]) {
        let allowed = format!("{UNMARRIED}, {}", MARRIED.join(", "));
        errors.push(
            FieldError::new("marital_status", Flaw::MaritalStatusUnknown).with("allowed", allowed),
        );
    }
}

/// Empty texts have a message of their own.
fn is_among(text: &str, words: &[&str]) -> bool {
    let text = text.trim();
    text.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// What the face of that product shows.
fn for_product(record: &Record, errors: &mut Vec<FieldError>) {
    let shown: &[(&str, &Option<String>)] = if record.product.is_kia() {
        &[
            ("family_card_no", &record.family_card_no),
            ("family_head", &record.family_head),
            ("birth_certificate_no", &record.birth_certificate_no),
        ]
    } else {
        &[
            ("marital_status", &record.marital_status),
            ("occupation", &record.occupation),
        ]
    };
    for (field, value) in shown {
        if value.as_deref().is_none_or(|text| text.trim().is_empty()) {
            errors.push(FieldError::new(field, Flaw::FieldRequired));
        }
    }
    let number = record.family_card_no.as_deref().unwrap_or_default();
    let digits = number.len() == FAMILY_CARD_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
    if !number.is_empty() && !digits {
        errors.push(FieldError::new("family_card_no", Flaw::FamilyCardShape));
    }
}
