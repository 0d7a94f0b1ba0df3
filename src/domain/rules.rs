//! May we print? What makes a row no valid record, and what a valid record waits for or is refused for.
//!
//! [`invalid`] is about the form: such a row is refused and not stored. [`admit`] is about the rules: what it
//! forbids is stored as `Rejected`, what lacks a paper, an age or a photo as `Held`, so that nothing that was handed in is lost.

use jiff::civil::Date;

use super::ids::Stock;
use super::job::{Code, JobState};
use super::nik::{Nik, NikWarning};
use super::product::{ADULT_YEARS, KIA_DAYS_LEFT_WARN, birthday};
use super::record::{CardProduct, Reason, Record};

mod form;
pub use form::{NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, invalid};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $english:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = stringify!($name);)*
        /// Every code that [`admit`] can give, with what it means in English, for catalogues.
        pub const CODES: &[(&str, &str)] = &[$(($name, $english)),*];
    };
}

codes! {
    /// A training store takes specimen people only.
    REJECTED_OFFICE_NIK_IN_TRAINING = "a training store takes only NIKs of district 99";
    /// An office's store takes real people only.
    REJECTED_SPECIMEN_IN_OFFICE = "a NIK of district 99 belongs to nobody";
    /// A test card is ordered at its printer, not handed in.
    REJECTED_TEST_CARD = "a test card is ordered at its printer: cetak printer P test-card";
    /// The birth date is after today.
    REJECTED_BORN_IN_FUTURE = "the birth date is after today";
    /// The child is 17 or older.
    REJECTED_KIA_TOO_OLD = "the child is 17 or older and needs a KTP-el";
    /// The other kind of child card is the right one.
    REJECTED_KIA_WRONG_KIND = "the child's age needs the other kind of KIA";
    /// The centre says that the person is in the register twice.
    REJECTED_DUPLICATE_RECORD = "the centre has this person twice; it must be cleaned up there first";
    /// The store gives it: another job of this person and product is open.
    REJECTED_ALREADY_OPEN = "another job of this person and product is open";
    /// The record may not be printed, or not yet.
    HELD_NOT_PRR = "the record is not print-ready (PRR)";
    /// The centre says that a card exists: a first card cannot be asked for.
    HELD_NEEDS_REPRINT_REASON = "a card was printed before; say lost, damaged or data_change";
    /// Not 17 and never married.
    HELD_UNDER_AGE = "not yet 17 and never married";
    /// Lost without the police letter's number and date.
    HELD_NO_POLICE_LETTER = "lost: the police letter's number or date is missing";
    /// The face shows a photo and there is none.
    HELD_PHOTO_MISSING = "the photo is missing";
    /// A foreigner's card holds as long as the permit, and that date is missing.
    HELD_NO_PERMIT_EXPIRY = "the stay permit's last day (valid_until) is missing";
    /// The permit has ended.
    HELD_PERMIT_EXPIRED = "the stay permit has ended";
    /// A citizen's card for a foreigner, or the reverse: the blank would be the wrong one.
    HELD_CITIZENSHIP_MISMATCH = "citizenship and product do not fit each other";
    /// The NIK tells another birth date.
    WARN_NIK_BIRTH_DATE = "NIK and birth date differ";
    /// The NIK tells another sex.
    WARN_NIK_SEX = "NIK and sex differ";
    /// The NIK's region is unknown.
    WARN_NIK_REGION = "the NIK's province or regency is unknown";
    /// Fewer than 90 days are left on the child card.
    WARN_KIA_SHORT = "the KIA holds for fewer than 90 days";
    /// The record gives another last day than the child's age does.
    WARN_KIA_VALID_UNTIL = "valid_until differs from what the child's age gives";
    /// A change or damage without the number of its paper.
    WARN_NO_EVIDENCE = "the number of the supporting paper is missing";
}

/// What the rules say about a valid record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// `Queued`, `Held` or `Rejected`.
    pub state: JobState,
    /// Rank of its class: smaller is printed earlier.
    pub class: u8,
    /// What a person should know and what stops nothing.
    pub warnings: Vec<Code>,
}

/// Test cards: a technician waits at the printer.
pub const CLASS_TEST_CARD: u8 = 0;
/// First-timers before an election.
pub const CLASS_FIRST_TIMER: u8 = 3;
/// Other first cards.
pub const CLASS_FIRST_CARD: u8 = 4;
/// An element of the data changed.
pub const CLASS_DATA_CHANGE: u8 = 5;
/// Damaged cards.
pub const CLASS_DAMAGED: u8 = 6;
/// Lost cards.
pub const CLASS_LOST: u8 = 7;
/// Child cards.
pub const CLASS_KIA: u8 = 8;

/// Applies the office's rules to a record that [`invalid`] found nothing against.
///
/// `today` is the office's local date; `training` is what the store is for life.
pub fn admit(record: &Record, photo_present: bool, today: Date, training: bool) -> Admission {
    let nik: Option<Nik> = record.nik.parse().ok();
    let state = match (
        rejected(record, nik.as_ref(), today, training),
        held(record, photo_present, today),
    ) {
        (Some(code), _) => JobState::Rejected { code: code.into() },
        (None, Some(code)) => JobState::Held { code: code.into() },
        (None, None) => JobState::Queued,
    };
    Admission {
        state,
        class: class(record),
        warnings: warnings(record, nik.as_ref(), today),
    }
}

/// The default class of a record: a policy can only overrule it for a printed reason.
pub fn class(record: &Record) -> u8 {
    match (record.product.is_kia(), record.reason) {
        (_, Reason::TestCard) => CLASS_TEST_CARD,
        (true, _) => CLASS_KIA,
        (false, Reason::New) if record.first_timer => CLASS_FIRST_TIMER,
        (false, Reason::New) => CLASS_FIRST_CARD,
        (false, Reason::DataChange) => CLASS_DATA_CHANGE,
        (false, Reason::Damaged) => CLASS_DAMAGED,
        (false, Reason::Lost) => CLASS_LOST,
    }
}

fn rejected(
    record: &Record,
    nik: Option<&Nik>,
    today: Date,
    training: bool,
) -> Option<&'static str> {
    match (training, nik.is_some_and(Nik::is_specimen)) {
        (true, false) => return Some(REJECTED_OFFICE_NIK_IN_TRAINING),
        (false, true) => return Some(REJECTED_SPECIMEN_IN_OFFICE),
        (true, true) | (false, false) => {}
    }
    if record.reason == Reason::TestCard {
        return Some(REJECTED_TEST_CARD);
    }
    if record.birth_date > today {
        return Some(REJECTED_BORN_IN_FUTURE);
    }
    if upstream(record) == Upstream::Never {
        return Some(REJECTED_DUPLICATE_RECORD);
    }
    if record.product.is_kia() {
        match CardProduct::kia_for(record.birth_date, today) {
            None => return Some(REJECTED_KIA_TOO_OLD),
            Some(kind) if kind != record.product => return Some(REJECTED_KIA_WRONG_KIND),
            Some(_) => {}
        }
    }
    None
}

/// The first thing that it waits for: the centre, then age and papers, then the photo.
fn held(record: &Record, photo_present: bool, today: Date) -> Option<&'static str> {
    match (upstream(record), record.reason) {
        (Upstream::Ready, _)
        | (Upstream::CardExists, Reason::Lost | Reason::Damaged | Reason::DataChange) => {}
        (Upstream::CardExists, Reason::New | Reason::TestCard) => {
            return Some(HELD_NEEDS_REPRINT_REASON);
        }
        (Upstream::NotReady | Upstream::Never, _) => return Some(HELD_NOT_PRR),
    }
    if !record.product.is_kia() && is_under_age(record, today) {
        return Some(HELD_UNDER_AGE);
    }
    match record.product {
        CardProduct::KtpEl if !is_citizen(record) => return Some(HELD_CITIZENSHIP_MISMATCH),
        CardProduct::KtpElForeigner => {
            if is_citizen(record) {
                return Some(HELD_CITIZENSHIP_MISMATCH);
            }
            match record.valid_until {
                None => return Some(HELD_NO_PERMIT_EXPIRY),
                Some(last_day) if last_day < today => return Some(HELD_PERMIT_EXPIRED),
                Some(_) => {}
            }
        }
        CardProduct::KtpEl | CardProduct::Kia05 | CardProduct::Kia517 => {}
    }
    let letter = is_filled(record.evidence_no.as_deref()) && record.evidence_date.is_some();
    if record.reason == Reason::Lost && !letter {
        return Some(HELD_NO_POLICE_LETTER);
    }
    (record.product.has_photo() && !photo_present).then_some(HELD_PHOTO_MISSING)
}

/// Not 17, never married, and no date that makes it wait for the birthday by itself.
fn is_under_age(record: &Record, today: Date) -> bool {
    let adult_on = birthday(record.birth_date, ADULT_YEARS);
    let waits = record.not_before.is_some_and(|day| day >= adult_on);
    today < adult_on && !waits && !was_ever_married(record)
}

fn was_ever_married(record: &Record) -> bool {
    record.marital_status.as_deref().is_some_and(|status| {
        form::MARRIED
            .iter()
            .any(|word| word.eq_ignore_ascii_case(status.trim()))
    })
}

fn is_citizen(record: &Record) -> bool {
    record.citizenship.trim().eq_ignore_ascii_case("WNI")
}

fn is_filled(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

/// What the centre's status means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upstream {
    /// May be printed.
    Ready,
    /// A card was printed: only a replacement may be.
    CardExists,
    /// Not, or not yet; also every word that we do not know.
    NotReady,
    /// Not as long as the record is in the register twice.
    Never,
}

/// A child's record comes from the local register and may carry no status at all.
fn upstream(record: &Record) -> Upstream {
    match record.upstream_status.as_deref().map(str::trim) {
        None | Some("") if record.product.is_kia() => Upstream::Ready,
        Some("PRINT_READY_RECORD") => Upstream::Ready,
        Some("CARD_PRINTED" | "CARD_SHIPPED" | "CARD_ISSUED") => Upstream::CardExists,
        Some("DUPLICATE_RECORD") => Upstream::Never,
        None | Some(_) => Upstream::NotReady,
    }
}

fn warnings(record: &Record, nik: Option<&Nik>, today: Date) -> Vec<Code> {
    let mut codes: Vec<&str> = nik
        .map(|nik| nik.warnings(record.birth_date, record.sex))
        .unwrap_or_default()
        .into_iter()
        .map(|warning| match warning {
            NikWarning::BirthDate => WARN_NIK_BIRTH_DATE,
            NikWarning::Sex => WARN_NIK_SEX,
            NikWarning::Region => WARN_NIK_REGION,
        })
        .collect();
    if let Some(last_day) = record.product.holds_until(record.birth_date) {
        let days_left = (last_day - today).get_days();
        if (0..KIA_DAYS_LEFT_WARN).contains(&days_left) {
            codes.push(WARN_KIA_SHORT);
        }
        if record.valid_until.is_some_and(|day| day != last_day) {
            codes.push(WARN_KIA_VALID_UNTIL);
        }
    }
    let wants_paper = match record.reason {
        Reason::DataChange => true,
        Reason::New | Reason::Lost | Reason::Damaged | Reason::TestCard => false,
    };
    if wants_paper && !is_filled(record.evidence_no.as_deref()) {
        codes.push(WARN_NO_EVIDENCE);
    }
    codes.into_iter().map(Code::from).collect()
}

/// Whether a printer's loaded blank is the one that the product needs.
pub fn blank_fits(product: CardProduct, loaded: Stock) -> bool {
    Stock::of(product) == loaded
}

#[cfg(test)]
mod tests;
