//! The population number (NIK): 16 digits `PPRRDD ddmmyy ssss`.
//!
//! Province, regency and district are those of the first registration and never change; a woman's day has 40
//! added; there is no check digit. The number outlives corrections of birth date and sex, so a mismatch
//! with them warns and never refuses.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::record::Sex;

/// Digits of a number.
pub const NIK_DIGITS: usize = 16;
/// The district that no regency has: numbers of it can belong to nobody.
pub const SPECIMEN_DISTRICT: u8 = 99;
/// What is added to a woman's day of birth.
pub const WOMAN_DAY_ADDS: u8 = 40;

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NikError {
    /// Another count than 16, or something that is no digit.
    #[error("the NIK does not have exactly 16 digits")]
    Shape,
    /// Day outside 01-31 and 41-71.
    #[error("the NIK's day of birth (digits 7 and 8) is not 01-31 or 41-71")]
    Day,
    /// Month outside 01-12.
    #[error("the NIK's month of birth (digits 9 and 10) is not 01-12")]
    Month,
    /// Serial 0000.
    #[error("the NIK's serial (digits 13 to 16) is 0000")]
    Serial,
}

/// What looks wrong with a number beside its record, and yet may be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NikWarning {
    /// It tells another birth date than the record.
    BirthDate,
    /// It tells another sex than the record.
    Sex,
    /// No province, or none of the home province's regencies, that we know: regions split and merge.
    Region,
}

/// A population number that is possible. `Debug` and `Display` print [`Nik::masked`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nik([u8; NIK_DIGITS]);

impl Nik {
    /// All 16 digits, for a caller who may see them.
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are ever stored")
    }

    /// `2172********0007`: digits 5 to 12 would tell birth date and sex.
    pub fn masked(&self) -> String {
        let digits = self.reveal();
        format!("{}********{}", &digits[..4], &digits[12..])
    }

    /// Whether it is of the district that does not exist, so that it can belong to nobody.
    pub fn is_specimen(&self) -> bool {
        self.pair(4) == SPECIMEN_DISTRICT
    }

    /// Province, regency and district of the first registration.
    pub fn region(&self) -> (u8, u8, u8) {
        (self.pair(0), self.pair(2), self.pair(4))
    }

    /// The sex it tells.
    pub fn sex(&self) -> Sex {
        match self.pair(6) {
            day if day > WOMAN_DAY_ADDS => Sex::Female,
            _ => Sex::Male,
        }
    }

    /// Day (without the 40), month and two-digit year that it tells.
    pub fn birth(&self) -> (u8, u8, u8) {
        let day = self.pair(6);
        let day = match self.sex() {
            Sex::Female => day - WOMAN_DAY_ADDS,
            Sex::Male => day,
        };
        (day, self.pair(8), self.pair(10))
    }

    /// What looks wrong beside a record of this birth date and sex.
    pub fn warnings(&self, birth_date: Date, sex: Sex) -> Vec<NikWarning> {
        let (day, month, year) = self.birth();
        let told = (i16::from(day), i16::from(month), i16::from(year));
        let year_of_record = birth_date.year().rem_euclid(100);
        let recorded = (
            i16::from(birth_date.day()),
            i16::from(birth_date.month()),
            year_of_record,
        );
        let (province, regency, _) = self.region();
        [
            (told != recorded, NikWarning::BirthDate),
            (self.sex() != sex, NikWarning::Sex),
            (!is_known_region(province, regency), NikWarning::Region),
        ]
        .into_iter()
        .filter_map(|(wrong, warning)| wrong.then_some(warning))
        .collect()
    }

    /// The two digits from this place on.
    fn pair(&self, from: usize) -> u8 {
        (self.0[from] - b'0') * 10 + (self.0[from + 1] - b'0')
    }
}

impl FromStr for Nik {
    type Err = NikError;

    /// Checks the structure. A day that its month does not have (31 February) is let through: such
    /// numbers cannot be corrected, and the mismatch with the birth date warns.
    fn from_str(text: &str) -> Result<Nik, NikError> {
        let digits: [u8; NIK_DIGITS] = text.as_bytes().try_into().map_err(|_| NikError::Shape)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(NikError::Shape);
        }
        let nik = Nik(digits);
        if !matches!(nik.pair(6), 1..=31 | 41..=71) {
            return Err(NikError::Day);
        }
        if !matches!(nik.pair(8), 1..=12) {
            return Err(NikError::Month);
        }
        if nik.pair(12) == 0 && nik.pair(14) == 0 {
            return Err(NikError::Serial);
        }
        Ok(nik)
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The mask for a text that may be a number or may not be: nothing of a wrong one is shown.
pub fn masked(text: &str) -> String {
    match text.parse::<Nik>() {
        Ok(nik) => nik.masked(),
        Err(_) => "*".repeat(NIK_DIGITS),
    }
}

/// Provinces by code, 2022 [general knowledge, not confirmed by a source read: hence only a warning].
const PROVINCES: [u8; 38] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65,
    71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96,
];
/// Kepulauan Riau.
const HOME_PROVINCE: u8 = 21;
/// Bintan, Karimun, Natuna, Lingga, Anambas, Batam, Tanjungpinang.
const HOME_REGENCIES: [u8; 7] = [1, 2, 3, 4, 5, 71, 72];

fn is_known_region(province: u8, regency: u8) -> bool {
    if province == HOME_PROVINCE {
        HOME_REGENCIES.contains(&regency)
    } else {
        PROVINCES.contains(&province) && regency != 0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn nik(text: &str) -> Nik {
        text.parse().unwrap()
    }

    #[test]
    fn structure_is_checked_digit_by_digit() {
        let check = |text: &str, expected: Result<(), NikError>| {
            assert_eq!(text.parse::<Nik>().map(|_| ()), expected, "{text}");
        };
        check("2172990101900001", Ok(()));
        check("2172993112999999", Ok(()));
        check("2172994101900001", Ok(()));
        check("2172997112000001", Ok(()));
        check("", Err(NikError::Shape));
        check("217299010190001", Err(NikError::Shape));
        check("21729901019000011", Err(NikError::Shape));
        check("2172990101 00001", Err(NikError::Shape));
        check("21729901019000é", Err(NikError::Shape));
        check("2172990001900001", Err(NikError::Day));
        check("2172993201900001", Err(NikError::Day));
        check("2172994001900001", Err(NikError::Day));
        check("2172997201900001", Err(NikError::Day));
        check("2172990100900001", Err(NikError::Month));
        check("2172990113900001", Err(NikError::Month));
        check("2172990101900000", Err(NikError::Serial));
    }

    #[test]
    fn a_mismatch_with_the_record_warns() {
        let man = nik("2172990503990007");
        assert_eq!(man.warnings(date(1999, 3, 5), Sex::Male), []);
        assert_eq!(
            man.warnings(date(1999, 3, 6), Sex::Male),
            [NikWarning::BirthDate]
        );
        assert_eq!(
            man.warnings(date(1999, 3, 5), Sex::Female),
            [NikWarning::Sex]
        );
        let woman = nik("2172994503040007");
        assert_eq!(woman.warnings(date(2004, 3, 5), Sex::Female), []);
        assert_eq!(woman.warnings(date(1904, 3, 5), Sex::Female), []);
    }

    #[test]
    fn an_unknown_region_warns() {
        let of = |text: &str| nik(text).warnings(date(1990, 1, 1), Sex::Male);
        assert_eq!(of("3171010101900001"), []);
        assert_eq!(of("9601010101900001"), []);
        assert_eq!(of("2173010101900001"), [NikWarning::Region]);
        assert_eq!(of("2001010101900001"), [NikWarning::Region]);
        assert_eq!(of("3100010101900001"), [NikWarning::Region]);
    }

    #[test]
    fn printing_shows_the_mask() {
        let nik = nik("2172990503990007");
        assert_eq!(nik.masked(), "2172********0007");
        assert_eq!(
            format!("{nik} {nik:?}"),
            "2172********0007 2172********0007"
        );
        assert_eq!(masked("2172990503990007"), "2172********0007");
        assert_eq!(masked("217299050399000"), "****************");
        assert_eq!(nik.reveal(), "2172990503990007");
    }

    #[test]
    fn district_99_is_a_specimen() {
        assert!(nik("2172990503990007").is_specimen());
        assert!(!nik("2172010503990007").is_specimen());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_it_takes_comes_back(text in "\\PC{0,20}|[0-9]{16}") {
            if let Ok(nik) = text.parse::<Nik>() {
                prop_assert_eq!(nik.reveal(), text.as_str());
                prop_assert_eq!(nik.masked().len(), NIK_DIGITS);
                let (day, month, _) = nik.birth();
                prop_assert!((1..=31).contains(&day) && (1..=12).contains(&month));
            }
        }

        #[test]
        fn a_number_made_by_the_rule_is_taken_without_a_warning(
            days in 0i64..40_000, serial in 1u16..=9999, woman: bool,
        ) {
            let birth = date(1915, 1, 1).saturating_add(jiff::Span::new().days(days));
            let sex = if woman { Sex::Female } else { Sex::Male };
            let day = birth.day() + if woman { 40 } else { 0 };
            let text = format!(
                "217299{day:02}{:02}{:02}{serial:04}",
                birth.month(),
                birth.year() % 100
            );
            let nik = text.parse::<Nik>().unwrap();
            prop_assert_eq!(nik.warnings(birth, sex), vec![]);
            prop_assert_eq!(nik.sex(), sex);
        }
    }
}
