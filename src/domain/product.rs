//! The cards an office makes: their names, who may have one, and how long one holds.

use jiff::ToSpan;
use jiff::civil::Date;

use super::record::{CardProduct, Reason};

/// Age from which a citizen must have an adult card. Unit: years.
pub const ADULT_YEARS: i16 = 17;
/// Age at which the child card changes its kind. Unit: years.
pub const SCHOOL_YEARS: i16 = 5;
/// A child card that holds for fewer days than this is worth a word before it is printed.
pub const KIA_DAYS_LEFT_WARN: i32 = 90;

impl CardProduct {
    /// All of them.
    pub const ALL: [CardProduct; 4] = [
        CardProduct::KtpEl,
        CardProduct::KtpElForeigner,
        CardProduct::Kia05,
        CardProduct::Kia517,
    ];

    /// How records, store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            CardProduct::KtpEl => "ktp_el",
            CardProduct::KtpElForeigner => "ktp_el_foreigner",
            CardProduct::Kia05 => "kia_0_5",
            CardProduct::Kia517 => "kia_5_17",
        }
    }

    /// The product of that name.
    pub fn named(name: &str) -> Option<CardProduct> {
        CardProduct::ALL.into_iter().find(|p| p.name() == name)
    }

    /// How screens and papers call it; the same in every language, because the law does.
    pub fn title(self) -> &'static str {
        match self {
            CardProduct::KtpEl => "KTP-el",
            CardProduct::KtpElForeigner => "KTP-el OA",
            CardProduct::Kia05 => "KIA 0–5",
            CardProduct::Kia517 => "KIA 5–17",
        }
    }

    /// Whether it is a child's card.
    pub fn is_kia(self) -> bool {
        match self {
            CardProduct::KtpEl | CardProduct::KtpElForeigner => false,
            CardProduct::Kia05 | CardProduct::Kia517 => true,
        }
    }

    /// Whether its face shows a photo.
    pub fn has_photo(self) -> bool {
        match self {
            CardProduct::KtpEl | CardProduct::KtpElForeigner | CardProduct::Kia517 => true,
            CardProduct::Kia05 => false,
        }
    }

    /// The last day a child's card of this person holds; `None`: not told by age (a citizen's holds for
    /// life, a foreigner's as long as the permit).
    ///
    /// To the fifth birthday, or to the day before the seventeenth.
    pub fn holds_until(self, birth_date: Date) -> Option<Date> {
        match self {
            CardProduct::KtpEl | CardProduct::KtpElForeigner => None,
            CardProduct::Kia05 => Some(birthday(birth_date, SCHOOL_YEARS)),
            CardProduct::Kia517 => Some(birthday(birth_date, ADULT_YEARS).saturating_sub(1.day())),
        }
    }

    /// The child's card for that age; `None`: not born yet, or an adult.
    pub fn kia_for(birth_date: Date, today: Date) -> Option<CardProduct> {
        match age_years(birth_date, today) {
            0..SCHOOL_YEARS => Some(CardProduct::Kia05),
            SCHOOL_YEARS..ADULT_YEARS => Some(CardProduct::Kia517),
            _ => None,
        }
    }
}

impl Reason {
    /// All that a record can be handed in for.
    pub const ALL: [Reason; 4] = [
        Reason::New,
        Reason::Lost,
        Reason::Damaged,
        Reason::DataChange,
    ];

    /// How records, store and API spell it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::New => "new",
            Reason::Lost => "lost",
            Reason::Damaged => "damaged",
            Reason::DataChange => "data_change",
            Reason::TestCard => "test_card",
        }
    }

    /// The reason of that name, if a record can be handed in for it.
    pub fn named(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// The day a person becomes that old. Who was born on 29 February has, in a year without one, the birthday
/// on 1 March: an adult card is then never printed a day too early.
pub fn birthday(birth_date: Date, years: i16) -> Date {
    let year = birth_date.year().saturating_add(years);
    Date::new(year, birth_date.month(), birth_date.day())
        .or_else(|_| Date::new(year, 3, 1))
        .unwrap_or(Date::MAX)
}

/// Full years on that day; negative before birth.
pub fn age_years(birth_date: Date, today: Date) -> i16 {
    let years = today.year() - birth_date.year();
    if today < birthday(birth_date, years) {
        years - 1
    } else {
        years
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn names_are_those_of_serde() {
        for product in CardProduct::ALL {
            let spelled = serde_json::to_value(product).unwrap();
            assert_eq!(spelled, product.name());
            assert_eq!(CardProduct::named(product.name()), Some(product));
        }
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
            assert_eq!(Reason::named(reason.name()), Some(reason));
        }
        assert_eq!(CardProduct::named("KTP_EL"), None);
    }

    #[test]
    fn a_child_card_holds_to_the_fifth_birthday_or_the_day_before_the_seventeenth() {
        let born = date(2014, 6, 30);
        let until = |p: CardProduct| p.holds_until(born);
        assert_eq!(until(CardProduct::Kia05), Some(date(2019, 6, 30)));
        assert_eq!(until(CardProduct::Kia517), Some(date(2031, 6, 29)));
        assert_eq!(until(CardProduct::KtpEl), None);
        assert_eq!(until(CardProduct::KtpElForeigner), None);
    }

    #[test]
    fn the_kind_changes_on_the_birthday_itself() {
        let born = date(2014, 6, 30);
        let kind = |today| CardProduct::kia_for(born, today);
        assert_eq!(kind(date(2014, 6, 29)), None);
        assert_eq!(kind(date(2014, 6, 30)), Some(CardProduct::Kia05));
        assert_eq!(kind(date(2019, 6, 29)), Some(CardProduct::Kia05));
        assert_eq!(kind(date(2019, 6, 30)), Some(CardProduct::Kia517));
        assert_eq!(kind(date(2031, 6, 29)), Some(CardProduct::Kia517));
        assert_eq!(kind(date(2031, 6, 30)), None);
    }

    #[test]
    fn born_on_the_leap_day_turns_17_on_the_first_of_march() {
        let born = date(2004, 2, 29);
        assert_eq!(birthday(born, 17), date(2021, 3, 1));
        assert_eq!(birthday(born, 16), date(2020, 2, 29));
        assert_eq!(age_years(born, date(2021, 2, 28)), 16);
        assert_eq!(age_years(born, date(2021, 3, 1)), 17);
    }

    proptest! {
        #[test]
        fn a_person_has_that_age_from_the_birthday_on(days in 0i64..40_000, years in 0i16..100) {
            let born = date(1915, 1, 1).saturating_add(days.days());
            let day = birthday(born, years);
            prop_assert_eq!(age_years(born, day), years);
            prop_assert_eq!(age_years(born, day.saturating_sub(1.day())), years - 1);
        }
    }
}
