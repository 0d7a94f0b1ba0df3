//! Names of things: jobs, printers, stocks, people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::record::CardProduct;

/// A room's short name: three capital letters (`TPI`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomCode([u8; 3]);

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}")]
pub struct NotAnId {
    /// What was expected.
    pub what: &'static str,
    /// What came.
    pub text: String,
}

impl FromStr for RoomCode {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<RoomCode, NotAnId> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(RoomCode([a, b, c])),
            _ => Err(NotAnId {
                what: "room code (three capital letters)",
                text: text.to_owned(),
            }),
        }
    }
}

impl fmt::Display for RoomCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

/// A job's id: room, epoch of the store, number. Never reused: each restore of a backup raises the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId {
    /// The room.
    pub room: RoomCode,
    /// The store's epoch.
    pub epoch: u32,
    /// Counts up through all epochs.
    pub number: u64,
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:06}", self.room, self.epoch, self.number)
    }
}

impl FromStr for JobId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<JobId, NotAnId> {
        let wrong = || NotAnId {
            what: "job id (like TPI-1-000123)",
            text: text.to_owned(),
        };
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or_else(wrong);
        let (room, epoch, number) = (next()?, next()?, next()?);
        Ok(JobId {
            room: room.parse().map_err(|_| wrong())?,
            epoch: epoch.parse().map_err(|_| wrong())?,
            number: number.parse().map_err(|_| wrong())?,
        })
    }
}

impl Serialize for JobId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<JobId, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A printer's name in the config.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrinterId(pub String);

impl fmt::Display for PrinterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A kind of blank; each product has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// Blue, with a chip.
    KtpEl,
    /// Orange, with a chip.
    KtpElForeigner,
    /// Child card 0 to 5.
    #[serde(rename = "kia_0_5")]
    Kia05,
    /// Child card 5 to 17.
    #[serde(rename = "kia_5_17")]
    Kia517,
}

impl Stock {
    /// All of them.
    pub const ALL: [Stock; 4] = [
        Stock::KtpEl,
        Stock::KtpElForeigner,
        Stock::Kia05,
        Stock::Kia517,
    ];

    /// The blank a product needs.
    pub fn of(product: CardProduct) -> Stock {
        match product {
            CardProduct::KtpEl => Stock::KtpEl,
            CardProduct::KtpElForeigner => Stock::KtpElForeigner,
            CardProduct::Kia05 => Stock::Kia05,
            CardProduct::Kia517 => Stock::Kia517,
        }
    }

    /// The product it becomes.
    pub fn product(self) -> CardProduct {
        match self {
            Stock::KtpEl => CardProduct::KtpEl,
            Stock::KtpElForeigner => CardProduct::KtpElForeigner,
            Stock::Kia05 => CardProduct::Kia05,
            Stock::Kia517 => CardProduct::Kia517,
        }
    }

    /// How books and config spell it.
    pub fn name(self) -> &'static str {
        match self {
            Stock::KtpEl => "ktp_el",
            Stock::KtpElForeigner => "ktp_el_foreigner",
            Stock::Kia05 => "kia_0_5",
            Stock::Kia517 => "kia_5_17",
        }
    }

    /// Whether its blanks have a chip with a number.
    pub fn has_chip(self) -> bool {
        match self {
            Stock::KtpEl | Stock::KtpElForeigner => true,
            Stock::Kia05 | Stock::Kia517 => false,
        }
    }
}

impl fmt::Display for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stock {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Stock, NotAnId> {
        Stock::ALL
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or_else(|| NotAnId {
                what: "stock",
                text: text.to_owned(),
            })
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, by the name the system knows.
    Person(String),
    /// The spooler itself.
    Spooler,
    /// A printer's own news.
    Printer(PrinterId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(name) => write!(f, "person:{name}"),
            Actor::Spooler => f.write_str("spooler"),
            Actor::Printer(id) => write!(f, "printer:{id}"),
        }
    }
}

/// Wall time for people. Unit: milliseconds since 1970, UTC. Order is never taken from it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct At(pub i64);
