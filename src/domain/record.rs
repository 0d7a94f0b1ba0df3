//! One person's record as the office hands it in. Personal data: its `Debug` shows none of it.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The cards an office makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardProduct {
    /// Adult card with a chip.
    KtpEl,
    /// Adult card of a foreign resident.
    KtpElForeigner,
    /// Child card, 0 to 5 years, without a photo.
    #[serde(rename = "kia_0_5")]
    Kia05,
    /// Child card, 5 to 17 years, with a photo.
    #[serde(rename = "kia_5_17")]
    Kia517,
}

/// Why a card is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// First card.
    New,
    /// The old card is lost.
    Lost,
    /// The old card is damaged.
    Damaged,
    /// An element of the data changed.
    DataChange,
    /// Nobody's card: a technician judges a printer by it. It cannot be handed in.
    TestCard,
}

/// Sex as the register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Laki-laki.
    #[serde(rename = "M")]
    Male,
    /// Perempuan.
    #[serde(rename = "F")]
    Female,
}

/// A record, fields named as in `docs/records.md`. Texts are UTF-8 as handed in; dates are civil dates.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "docs/records.md describes each field under the same name"
)]
pub struct Record {
    pub key: String,
    pub product: CardProduct,
    pub reason: Reason,
    #[serde(default)]
    pub first_timer: bool,
    #[serde(default)]
    pub evidence_kind: Option<String>,
    #[serde(default)]
    pub evidence_no: Option<String>,
    #[serde(default)]
    pub evidence_date: Option<Date>,
    pub nik: String,
    pub name: String,
    pub birth_place: String,
    pub birth_date: Date,
    pub sex: Sex,
    #[serde(default)]
    pub blood_type: Option<String>,
    pub address: String,
    pub rt: String,
    pub rw: String,
    pub ward: String,
    pub district: String,
    pub religion: String,
    #[serde(default)]
    pub marital_status: Option<String>,
    #[serde(default)]
    pub occupation: Option<String>,
    pub citizenship: String,
    #[serde(default)]
    pub valid_until: Option<Date>,
    #[serde(default)]
    pub family_card_no: Option<String>,
    #[serde(default)]
    pub family_head: Option<String>,
    #[serde(default)]
    pub birth_certificate_no: Option<String>,
    pub issue_place: String,
    pub issue_date: Date,
    #[serde(default)]
    pub receipt_no: Option<String>,
    #[serde(default)]
    pub upstream_status: Option<String>,
    #[serde(default)]
    pub not_before: Option<Date>,
    /// A file name relative to the record file's folder.
    #[serde(default)]
    pub photo: Option<String>,
}

impl Record {
    /// The record of a test card: nobody's. `key` is unique; the texts say what it is.
    pub fn test_card(key: String, product: CardProduct, today: Date) -> Record {
        let nobody = || "KARTU UJI".to_owned();
        Record {
            // A person has one open card of a kind; each test card is its own.
            nik: key.clone(),
            key,
            product,
            reason: Reason::TestCard,
            first_timer: false,
            evidence_kind: None,
            evidence_no: None,
            evidence_date: None,
            name: nobody(),
            birth_place: nobody(),
            birth_date: today,
            sex: Sex::Female,
            blood_type: None,
            address: nobody(),
            rt: "000".to_owned(),
            rw: "000".to_owned(),
            ward: nobody(),
            district: nobody(),
            religion: "-".to_owned(),
            marital_status: None,
            occupation: None,
            citizenship: "WNI".to_owned(),
            valid_until: None,
            family_card_no: None,
            family_head: None,
            birth_certificate_no: None,
            issue_place: nobody(),
            issue_date: today,
            receipt_no: None,
            upstream_status: None,
            not_before: None,
            photo: None,
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?}, {:?})", self.product, self.reason)
    }
}
