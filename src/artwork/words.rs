//! A record's fields as the card says them: capitals, `dd-mm-yyyy`, Indonesian or, for foreigners, English.

use jiff::civil::Date;

use crate::domain::record::{CardProduct, Record, Sex};

/// What the card says where the record has nothing.
const NOTHING: &str = "-";
/// A child's first card lasts to this birthday.
const KIA_05_ENDS_AT_YEARS: i16 = 5;
/// A child's second card lasts to the day before this birthday.
const KIA_517_ENDS_BEFORE_YEARS: i16 = 17;

/// A field of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Population number.
    Nik,
    /// Name.
    Name,
    /// Place and date of birth.
    Birth,
    /// Sex.
    Sex,
    /// Blood type.
    BloodType,
    /// Street.
    Address,
    /// Neighbourhood numbers.
    RtRw,
    /// Ward or village.
    Ward,
    /// District.
    District,
    /// Religion.
    Religion,
    /// Marital status.
    MaritalStatus,
    /// Occupation.
    Occupation,
    /// Citizenship.
    Citizenship,
    /// Last day of validity.
    ValidUntil,
    /// Number of the family card.
    FamilyCard,
    /// Head of the family.
    FamilyHead,
    /// Number of the birth certificate.
    BirthCertificate,
    /// Place of issue.
    IssuePlace,
    /// Day of issue.
    IssueDate,
    /// Place and day of issue on one line.
    Issue,
}

impl Field {
    /// Every field.
    pub const ALL: [Field; 20] = [
        Field::Nik,
        Field::Name,
        Field::Birth,
        Field::Sex,
        Field::BloodType,
        Field::Address,
        Field::RtRw,
        Field::Ward,
        Field::District,
        Field::Religion,
        Field::MaritalStatus,
        Field::Occupation,
        Field::Citizenship,
        Field::ValidUntil,
        Field::FamilyCard,
        Field::FamilyHead,
        Field::BirthCertificate,
        Field::IssuePlace,
        Field::IssueDate,
        Field::Issue,
    ];

    /// How a template's element names it after `field-`.
    pub fn id(self) -> &'static str {
        match self {
            Field::Nik => "nik",
            Field::Name => "name",
            Field::Birth => "birth",
            Field::Sex => "sex",
            Field::BloodType => "blood-type",
            Field::Address => "address",
            Field::RtRw => "rt-rw",
            Field::Ward => "ward",
            Field::District => "district",
            Field::Religion => "religion",
            Field::MaritalStatus => "marital-status",
            Field::Occupation => "occupation",
            Field::Citizenship => "citizenship",
            Field::ValidUntil => "valid-until",
            Field::FamilyCard => "family-card",
            Field::FamilyHead => "family-head",
            Field::BirthCertificate => "birth-certificate",
            Field::IssuePlace => "issue-place",
            Field::IssueDate => "issue-date",
            Field::Issue => "issue",
        }
    }

    /// What the card says for this record.
    pub(crate) fn says(self, record: &Record) -> String {
        let english = record.product == CardProduct::KtpElForeigner;
        let told = match self {
            Field::Nik => record.nik.clone(),
            Field::Name => record.name.clone(),
            Field::Birth => format!("{}, {}", record.birth_place.trim(), day(record.birth_date)),
            Field::Sex => sex(record.sex, english).to_owned(),
            Field::BloodType => or_nothing(record.blood_type.as_deref()),
            Field::Address => record.address.clone(),
            Field::RtRw => format!("{}/{}", record.rt.trim(), record.rw.trim()),
            Field::Ward => record.ward.clone(),
            Field::District => record.district.clone(),
            Field::Religion => word(&record.religion, english),
            Field::MaritalStatus => word(&or_nothing(record.marital_status.as_deref()), english),
            Field::Occupation => or_nothing(record.occupation.as_deref()),
            Field::Citizenship => record.citizenship.clone(),
            Field::ValidUntil => valid_until(record),
            Field::FamilyCard => or_nothing(record.family_card_no.as_deref()),
            Field::FamilyHead => or_nothing(record.family_head.as_deref()),
            Field::BirthCertificate => or_nothing(record.birth_certificate_no.as_deref()),
            Field::IssuePlace => record.issue_place.clone(),
            Field::IssueDate => day(record.issue_date),
            Field::Issue => format!("{}, {}", record.issue_place.trim(), day(record.issue_date)),
        };
        told.to_uppercase()
    }
}

fn valid_until(record: &Record) -> String {
    if let Some(date) = record.valid_until {
        return day(date);
    }
    match record.product {
        CardProduct::KtpEl => "SEUMUR HIDUP".to_owned(),
        CardProduct::KtpElForeigner => NOTHING.to_owned(),
        CardProduct::Kia05 => day(birthday(record.birth_date, KIA_05_ENDS_AT_YEARS)),
        CardProduct::Kia517 => {
            let end = birthday(record.birth_date, KIA_517_ENDS_BEFORE_YEARS);
            day(end.yesterday().unwrap_or(end))
        }
    }
}

/// A 29 February becomes the last day of February.
fn birthday(born: Date, years: i16) -> Date {
    born.with()
        .year(born.year().saturating_add(years))
        .build()
        .or_else(|_| {
            born.with()
                .year(born.year().saturating_add(years))
                .day(28)
                .build()
        })
        .unwrap_or(Date::MAX)
}

fn day(date: Date) -> String {
    format!("{:02}-{:02}-{:04}", date.day(), date.month(), date.year())
}

fn sex(sex: Sex, english: bool) -> &'static str {
    match (sex, english) {
        (Sex::Male, false) => "LAKI-LAKI",
        (Sex::Female, false) => "PEREMPUAN",
        (Sex::Male, true) => "MALE",
        (Sex::Female, true) => "FEMALE",
    }
}

/// The few words of the register that a foreigner's card says in English \[inferred\]; any other stays.
fn word(told: &str, english: bool) -> String {
    let told = told.trim().to_uppercase();
    if !english {
        return told;
    }
    let translated = match told.as_str() {
        "KRISTEN" => "CHRISTIAN",
        "KATOLIK" => "CATHOLIC",
        "BUDDHA" => "BUDDHIST",
        "KHONGHUCU" => "CONFUCIAN",
        "BELUM KAWIN" => "SINGLE",
        "KAWIN" => "MARRIED",
        "CERAI HIDUP" => "DIVORCED",
        "CERAI MATI" => "WIDOWED",
        _ => return told,
    };
    translated.to_owned()
}

fn or_nothing(told: Option<&str>) -> String {
    match told.map(str::trim) {
        None | Some("") => NOTHING.to_owned(),
        Some(told) => told.to_owned(),
    }
}
