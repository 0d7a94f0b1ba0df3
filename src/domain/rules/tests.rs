use super::*;
use crate::domain::flaw::Flaw;
use crate::domain::specimens::{TODAY, specimen};
use jiff::civil::date;

/// What the rules say about a specimen after a change: `queued`, or the code.
#[track_caller]
fn check(product: CardProduct, change: impl FnOnce(&mut Record), expected: &str) {
    let mut record = specimen(product);
    change(&mut record);
    let admission = admit(&record, record.photo.is_some(), TODAY, true);
    assert_eq!(outcome(&admission), expected);
}

fn outcome(admission: &Admission) -> &str {
    match &admission.state {
        JobState::Held { code } | JobState::Rejected { code } => &code.0,
        other @ (JobState::Received
        | JobState::Queued
        | JobState::Assigned { .. }
        | JobState::Encoding { .. }
        | JobState::Encoded { .. }
        | JobState::Printing { .. }
        | JobState::InDoubt { .. }
        | JobState::Printed { .. }
        | JobState::Spoiled { .. }
        | JobState::Ready { .. }
        | JobState::InDelivery { .. }
        | JobState::HandedOver { .. }
        | JobState::Withdrawn { .. }
        | JobState::Cancelled) => other.name(),
    }
}

const KTP: CardProduct = CardProduct::KtpEl;

#[test]
fn specimens_are_valid_and_queued_without_a_warning() {
    for product in CardProduct::ALL {
        let record = specimen(product);
        assert_eq!(invalid(&record), [], "{product:?}");
        let admission = admit(&record, record.photo.is_some(), TODAY, true);
        assert_eq!(outcome(&admission), "queued", "{product:?}");
        assert_eq!(admission.warnings, [], "{product:?}");
    }
}

#[test]
fn a_training_store_takes_district_99_and_an_office_everybody_else() {
    let mut record = specimen(KTP);
    let office = admit(&record, true, TODAY, false);
    assert_eq!(
        office.state,
        JobState::Rejected {
            code: REJECTED_SPECIMEN_IN_OFFICE.into()
        }
    );
    record.nik = "2172010101900001".to_owned();
    let training = admit(&record, true, TODAY, true);
    assert_eq!(outcome(&training), REJECTED_OFFICE_NIK_IN_TRAINING);
    assert_eq!(admit(&record, true, TODAY, false).state, JobState::Queued);
}

#[test]
fn a_first_card_needs_a_print_ready_record() {
    let status = |word: &str| {
        let word = Some(word.to_owned());
        move |record: &mut Record| record.upstream_status = word
    };
    check(KTP, |r| r.upstream_status = None, HELD_NOT_PRR);
    for word in [
        "UNREGISTERED",
        "BIO_CAPTURED",
        "PROCESSING",
        "SENT_FOR_ENROLLMENT",
        "RECEIVED_AT_CENTRAL",
        "ENROLL_FAILURE_AT_CENTRAL",
        "ENROLL_FAILURE_AT_REGIONAL",
        "SEARCH_FAILURE_AT_CENTRAL",
        "ADJUDICATE_RECORD",
        "SENT_FOR_CARD_PRINTING",
        "A_WORD_OF_TOMORROW",
        "print_ready_record",
    ] {
        check(KTP, status(word), HELD_NOT_PRR);
        check(CardProduct::Kia517, status(word), HELD_NOT_PRR);
    }
    check(KTP, status("DUPLICATE_RECORD"), REJECTED_DUPLICATE_RECORD);
    for word in ["CARD_PRINTED", "CARD_SHIPPED", "CARD_ISSUED"] {
        check(KTP, status(word), HELD_NEEDS_REPRINT_REASON);
        let damaged = |r: &mut Record| {
            status(word)(r);
            r.reason = Reason::Damaged;
        };
        check(KTP, damaged, "queued");
    }
    check(KTP, |r| r.reason = Reason::Damaged, "queued");
}

#[test]
fn an_adult_card_waits_for_17_a_wedding_or_its_date() {
    let born = |r: &mut Record| r.birth_date = date(2002, 1, 15);
    check(KTP, born, HELD_UNDER_AGE);
    check(KTP, |r| r.birth_date = date(2002, 1, 14), "queued");
    for status in ["KAWIN", "cerai hidup", "CERAI MATI"] {
        let married = |r: &mut Record| {
            born(r);
            r.marital_status = Some(status.to_owned());
        };
        check(KTP, married, "queued");
    }
    let waits_until = |day| {
        move |r: &mut Record| {
            born(r);
            r.not_before = Some(day);
        }
    };
    check(KTP, waits_until(date(2019, 1, 15)), "queued");
    check(KTP, waits_until(date(2019, 1, 14)), HELD_UNDER_AGE);
    check(
        KTP,
        |r| r.birth_date = date(2019, 1, 15),
        REJECTED_BORN_IN_FUTURE,
    );
}

#[test]
fn a_lost_card_needs_the_police_letters_number_and_date() {
    let letter = |no: Option<&str>, day| {
        let no = no.map(str::to_owned);
        move |r: &mut Record| {
            r.reason = Reason::Lost;
            r.evidence_no = no;
            r.evidence_date = day;
        }
    };
    let day = Some(date(2019, 1, 10));
    check(KTP, letter(Some("SKH/TEST/1"), day), "queued");
    check(KTP, letter(Some(" "), day), HELD_NO_POLICE_LETTER);
    check(KTP, letter(None, day), HELD_NO_POLICE_LETTER);
    check(KTP, letter(Some("SKH/TEST/1"), None), HELD_NO_POLICE_LETTER);
    check(
        CardProduct::Kia05,
        letter(None, None),
        HELD_NO_POLICE_LETTER,
    );
}

#[test]
fn a_card_with_a_photo_waits_for_it() {
    for product in CardProduct::ALL {
        let expected = if product == CardProduct::Kia05 {
            "queued"
        } else {
            HELD_PHOTO_MISSING
        };
        check(product, |r| r.photo = None, expected);
    }
}

#[test]
fn a_child_card_is_of_the_kind_that_the_age_needs() {
    let born = |day| move |r: &mut Record| r.birth_date = day;
    let (small, school) = (CardProduct::Kia05, CardProduct::Kia517);
    check(small, born(date(2014, 1, 15)), "queued");
    check(small, born(date(2014, 1, 14)), REJECTED_KIA_WRONG_KIND);
    check(small, born(date(2002, 1, 14)), REJECTED_KIA_TOO_OLD);
    check(school, born(date(2014, 1, 14)), "queued");
    check(school, born(date(2014, 1, 15)), REJECTED_KIA_WRONG_KIND);
    check(school, born(date(2002, 1, 15)), "queued");
    check(school, born(date(2002, 1, 14)), REJECTED_KIA_TOO_OLD);
}

#[test]
fn a_foreigners_card_needs_a_permit_that_holds() {
    let product = CardProduct::KtpElForeigner;
    check(product, |r| r.valid_until = None, HELD_NO_PERMIT_EXPIRY);
    let ended = |r: &mut Record| r.valid_until = Some(date(2019, 1, 13));
    check(product, ended, HELD_PERMIT_EXPIRED);
    check(product, |r| r.valid_until = Some(TODAY), "queued");
    let citizen = |r: &mut Record| r.citizenship = "WNI".to_owned();
    check(product, citizen, HELD_CITIZENSHIP_MISMATCH);
    let foreign = |r: &mut Record| r.citizenship = "SINGAPORE".to_owned();
    check(KTP, foreign, HELD_CITIZENSHIP_MISMATCH);
}

#[test]
fn classes_follow_the_reason() {
    let class_of = |product, reason, first_timer| {
        let mut record = specimen(product);
        record.reason = reason;
        record.first_timer = first_timer;
        admit(&record, true, TODAY, true).class
    };
    assert_eq!(class_of(KTP, Reason::New, true), 3);
    assert_eq!(class_of(KTP, Reason::New, false), 4);
    assert_eq!(class_of(KTP, Reason::DataChange, true), 5);
    assert_eq!(class_of(KTP, Reason::Damaged, false), 6);
    assert_eq!(class_of(KTP, Reason::Lost, false), 7);
    assert_eq!(class_of(CardProduct::Kia05, Reason::New, true), 8);
    assert_eq!(class_of(CardProduct::Kia517, Reason::Lost, false), 8);
}

#[test]
fn warnings_stop_nothing() {
    let mut record = specimen(CardProduct::Kia05);
    record.nik = "2173994102170001".to_owned();
    record.birth_date = date(2014, 4, 13);
    record.valid_until = Some(date(2019, 4, 14));
    record.reason = Reason::DataChange;
    let admission = admit(&record, false, TODAY, true);
    assert_eq!(outcome(&admission), "queued");
    let expected = [
        WARN_NIK_BIRTH_DATE,
        WARN_NIK_SEX,
        WARN_NIK_REGION,
        WARN_KIA_SHORT,
        WARN_KIA_VALID_UNTIL,
        WARN_NO_EVIDENCE,
    ];
    assert_eq!(admission.warnings, expected.map(Code::from));
    // 90 days are enough: 14 January + 90 is 14 April.
    record.birth_date = date(2014, 4, 14);
    let codes = admit(&record, false, TODAY, true).warnings;
    assert!(!codes.contains(&WARN_KIA_SHORT.into()));
}

/// The flaws of a specimen after a change.
#[track_caller]
fn flaws(product: CardProduct, change: impl FnOnce(&mut Record), expected: &[(&str, Flaw)]) {
    let mut record = specimen(product);
    change(&mut record);
    let found = invalid(&record);
    let found: Vec<(&str, Flaw)> = found.iter().map(|e| (e.field.as_str(), e.code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_wrong_nik_is_named_for_what_is_wrong() {
    let nik = |text: &str| {
        let text = text.to_owned();
        move |r: &mut Record| r.nik = text
    };
    flaws(KTP, nik(""), &[("nik", Flaw::NikShape)]);
    flaws(KTP, nik("217299010190000"), &[("nik", Flaw::NikShape)]);
    flaws(KTP, nik("2172993201900001"), &[("nik", Flaw::NikDay)]);
    flaws(KTP, nik("2172990113900001"), &[("nik", Flaw::NikMonth)]);
    flaws(KTP, nik("2172990101900000"), &[("nik", Flaw::NikSerial)]);
}

#[test]
fn names_may_be_short_long_or_old() {
    let name = |text: String| move |r: &mut Record| r.name = text;
    for good in [
        "SUKARTI",
        "M. JA'FAR",
        "SITI NUR\u{2019}AINI",
        "Hj. DEWI, S.Pd",
        "ANNE-MARIE RENÉE",
    ] {
        flaws(KTP, name(good.to_owned()), &[]);
    }
    flaws(KTP, name("A".repeat(60)), &[]);
    flaws(KTP, name("É".repeat(60)), &[]);
    flaws(KTP, name("A".repeat(61)), &[("name", Flaw::TextTooLong)]);
    flaws(KTP, name(String::new()), &[("name", Flaw::FieldRequired)]);
    for bad in ["SPECIMEN 2", "A/B", "李", "A×B", "A_B", "A\u{202e}B"] {
        flaws(KTP, name(bad.to_owned()), &[("name", Flaw::NameCharacter)]);
    }
    flaws(
        KTP,
        name("A\nB".to_owned()),
        &[("name", Flaw::ControlCharacter)],
    );
}

#[test]
fn words_are_those_of_the_register_and_free_on_a_foreigners_card() {
    let blood = |text: &str| {
        let text = Some(text.to_owned());
        move |r: &mut Record| r.blood_type = text
    };
    for good in ["A", "ab+", "O-", "-", "", "B "] {
        flaws(KTP, blood(good), &[]);
    }
    for bad in ["C", "AA", "A++", "+"] {
        flaws(KTP, blood(bad), &[("blood_type", Flaw::BloodTypeUnknown)]);
    }
    let religion = |r: &mut Record| r.religion = "CHRISTIAN".to_owned();
    flaws(KTP, religion, &[("religion", Flaw::ReligionUnknown)]);
    flaws(CardProduct::KtpElForeigner, religion, &[]);
    let status = |r: &mut Record| r.marital_status = Some("MARRIED".to_owned());
    flaws(
        KTP,
        status,
        &[("marital_status", Flaw::MaritalStatusUnknown)],
    );
    flaws(CardProduct::KtpElForeigner, status, &[]);
}

#[test]
fn each_product_needs_what_its_face_shows() {
    let bare = |r: &mut Record| {
        r.marital_status = None;
        r.occupation = Some(" ".to_owned());
        r.family_card_no = None;
        r.family_head = None;
        r.birth_certificate_no = None;
    };
    flaws(
        KTP,
        bare,
        &[
            ("marital_status", Flaw::FieldRequired),
            ("occupation", Flaw::FieldRequired),
        ],
    );
    flaws(
        CardProduct::Kia05,
        bare,
        &[
            ("family_card_no", Flaw::FieldRequired),
            ("family_head", Flaw::FieldRequired),
            ("birth_certificate_no", Flaw::FieldRequired),
        ],
    );
    let short = |r: &mut Record| r.family_card_no = Some("123".to_owned());
    flaws(KTP, short, &[("family_card_no", Flaw::FamilyCardShape)]);
}

#[test]
fn texts_are_one_line_of_bounded_length_and_dates_of_this_age() {
    let long = |r: &mut Record| r.address = "A".repeat(TEXT_CHARACTERS_MAX + 1);
    flaws(KTP, long, &[("address", Flaw::TextTooLong)]);
    let two_lines = |r: &mut Record| r.ward = "A\nB".to_owned();
    flaws(KTP, two_lines, &[("ward", Flaw::ControlCharacter)]);
    let rt = |r: &mut Record| r.rt = "1a".to_owned();
    flaws(KTP, rt, &[("rt", Flaw::RtRwShape)]);
    let old = |r: &mut Record| r.issue_date = date(19, 1, 14);
    flaws(KTP, old, &[("issue_date", Flaw::DateOutOfRange)]);
}

#[test]
fn no_message_shows_a_value() {
    let mut record = specimen(KTP);
    record.name = "RAHASIA 1".to_owned();
    record.nik = "rahasia".to_owned();
    record.address = "RAHASIA".repeat(30);
    record.religion = "RAHASIA".to_owned();
    let errors = invalid(&record);
    assert!(errors.len() >= 4);
    for error in errors {
        let shown = format!("{error} {error:?}").to_lowercase();
        assert!(!shown.contains("rahasia"), "{shown}");
    }
}

#[test]
fn every_code_is_listed_once() {
    let names: std::collections::BTreeSet<&str> = CODES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CODES.len());
    assert!(names.contains(HELD_NO_POLICE_LETTER));
}

#[test]
fn a_blank_of_another_product_never_fits() {
    for product in CardProduct::ALL {
        let fitting: Vec<Stock> = Stock::ALL
            .into_iter()
            .filter(|stock| blank_fits(product, *stock))
            .collect();
        assert_eq!(fitting, [Stock::of(product)]);
    }
}
