#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::OnceLock;

use cetak_drivers::contract::BitPlane;
use jiff::civil::date;
use proptest::prelude::*;

use super::place::Place;
use super::*;
use crate::domain::record::{Reason, Sex};

const PRODUCTS: [CardProduct; 4] = [
    CardProduct::KtpEl,
    CardProduct::KtpElForeigner,
    CardProduct::Kia05,
    CardProduct::Kia517,
];

fn studio() -> &'static Studio {
    static STUDIO: OnceLock<Studio> = OnceLock::new();
    STUDIO.get_or_init(|| Studio::new(&Letterhead::specimen()).unwrap())
}

fn record(product: CardProduct) -> Record {
    Record {
        key: "KEY-1".to_owned(),
        product,
        reason: Reason::New,
        first_timer: false,
        evidence_kind: None,
        evidence_no: None,
        evidence_date: None,
        nik: "2172994102030001".to_owned(),
        name: "Specimen Melur Samudra".to_owned(),
        birth_place: "Tanjungpinang".to_owned(),
        birth_date: date(2016, 2, 29),
        sex: Sex::Female,
        blood_type: Some("AB+".to_owned()),
        address: "JL. CONTOH NO. 12".to_owned(),
        rt: "000".to_owned(),
        rw: "000".to_owned(),
        ward: "PENYENGAT".to_owned(),
        district: "TANJUNGPINANG KOTA".to_owned(),
        religion: "KATOLIK".to_owned(),
        marital_status: Some("BELUM KAWIN".to_owned()),
        occupation: None,
        citizenship: "WNI".to_owned(),
        valid_until: None,
        family_card_no: Some("2172991401190001".to_owned()),
        family_head: Some("CONTOH BAYU KARANGSARI".to_owned()),
        birth_certificate_no: Some("2172-LU-01022016-0001".to_owned()),
        issue_place: "TANJUNGPINANG".to_owned(),
        issue_date: date(2019, 1, 14),
        receipt_no: None,
        upstream_status: None,
        not_before: None,
        photo: None,
    }
}

/// A plain green portrait.
fn photo() -> &'static [u8] {
    static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();
    PHOTO.get_or_init(|| {
        let picture = ::image::RgbImage::from_pixel(240, 360, ::image::Rgb([20, 160, 40]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, ::image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    })
}

fn draw(record: &Record, training: bool, look: Look) -> CardImage {
    studio()
        .draw_look(record, Some(photo()), &record.key, training, look)
        .unwrap()
}

fn holds(place: &text::TextBox, x: usize, y: usize) -> bool {
    (place.x..place.x + place.width).contains(&x) && (place.y..place.y + place.height).contains(&y)
}

/// Every dot in which two planes differ.
fn differences(a: &BitPlane, b: &BitPlane) -> Vec<(usize, usize)> {
    (0..a.height)
        .flat_map(|y| (0..a.width).map(move |x| (x, y)))
        .filter(|(x, y)| a.get(*x, *y) != b.get(*x, *y))
        .collect()
}

#[test]
fn a_studio_may_be_shared_by_threads_and_draws_the_same_in_each() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(studio());
    let one = record(CardProduct::KtpEl);
    let cards = std::thread::scope(|scope| {
        let workers = [(); 4].map(|()| scope.spawn(|| draw(&one, true, Look::Colour)));
        workers.map(|worker| worker.join().unwrap())
    });
    assert!(cards.iter().all(|card| *card == cards[0]));
}

#[test]
fn a_training_card_carries_the_mark_of_its_key_on_every_side_and_look() {
    for product in PRODUCTS {
        for look in [Look::Colour, Look::Mono, Look::ColourWithBack] {
            let card = draw(&record(product), true, look);
            assert_eq!(mark::read_plane(&card.front.resin), Some(mark::of("KEY-1")));
            assert_eq!(card.back.is_some(), look == Look::ColourWithBack);
            if let Some(back) = &card.back {
                assert_eq!(mark::read_plane(&back.resin), Some(mark::of("KEY-1")));
                assert_eq!((&back.colour, &back.overlay), (&None, &Overlay::None));
            }
            assert_eq!(card.front.colour.is_none(), look == Look::Mono);
        }
    }
}

#[test]
fn a_mark_survives_a_shifted_and_a_dotty_print() {
    let card = draw(&record(CardProduct::KtpEl), true, Look::Colour);
    let resin = &card.front.resin;
    let printed = |x: usize, y: usize| {
        let wrong = (x * 31 + y * 17).is_multiple_of(29);
        resin.get(x + 7, y + 4) != wrong
    };
    assert_eq!(
        mark::read(printed, resin.width, resin.height),
        Some(mark::of("KEY-1"))
    );
}

#[test]
fn an_office_card_has_no_mark_and_no_dye_but_the_photo() {
    for product in PRODUCTS {
        let card = draw(&record(product), false, Look::Colour);
        assert_eq!(mark::read_plane(&card.front.resin), None);
        let place = studio().fronts[&product].photo;
        let colour = card.front.colour.unwrap();
        for (index, dot) in colour.rgb.chunks(3).enumerate() {
            let (x, y) = (index % CARD_WIDTH, index / CARD_WIDTH);
            let in_photo = place.is_some_and(
                |Place {
                     x: px,
                     y: py,
                     width,
                     height,
                 }| {
                    (px..px + width).contains(&x) && (py..py + height).contains(&y)
                },
            );
            let wanted = if in_photo { [20, 160, 40] } else { [255; 3] };
            assert_eq!(dot, wanted, "{product:?} at {x},{y}");
        }
    }
}

#[test]
fn specimen_lies_across_every_training_card_and_over_its_photo() {
    for product in PRODUCTS {
        let template = &studio().fronts[&product];
        assert!(!template.training.across.is_clear());
        assert!(template.office.across.is_clear() && template.office.over_photo.is_empty());
        if let Some(place) = template.photo {
            let colour = draw(&record(product), true, Look::Colour)
                .front
                .colour
                .unwrap();
            let reddened = (place.y..place.y + place.height)
                .flat_map(|y| (place.x..place.x + place.width).map(move |x| y * CARD_WIDTH + x))
                .filter(|index| colour.rgb[index * 3] > 40)
                .count();
            assert!(reddened > 1_000, "{product:?}: {reddened}");
        }
    }
    assert!(!studio().back.training.across.is_clear());
}

#[test]
fn text_is_resin_and_never_dye() {
    let one = record(CardProduct::KtpEl);
    let other = Record {
        name: "CONTOH BAYU".to_owned(),
        ..one.clone()
    };
    let (one, other) = (
        draw(&one, true, Look::Colour),
        draw(&other, true, Look::Colour),
    );
    assert_eq!(one.front.colour, other.front.colour);
    assert!(!differences(&one.front.resin, &other.front.resin).is_empty());
}

#[test]
fn every_field_is_on_the_card_that_should_carry_it() {
    use Field as F;
    let adult = BTreeSet::from([
        F::Nik,
        F::Name,
        F::Birth,
        F::Sex,
        F::BloodType,
        F::Address,
        F::RtRw,
        F::Ward,
        F::District,
        F::Religion,
        F::MaritalStatus,
        F::Occupation,
        F::Citizenship,
        F::ValidUntil,
        F::IssuePlace,
        F::IssueDate,
    ]);
    let child = BTreeSet::from([
        F::Nik,
        F::Name,
        F::Birth,
        F::Sex,
        F::BloodType,
        F::FamilyCard,
        F::FamilyHead,
        F::BirthCertificate,
        F::Religion,
        F::Citizenship,
        F::Address,
        F::RtRw,
        F::Ward,
        F::District,
        F::ValidUntil,
        F::Issue,
    ]);
    for product in PRODUCTS {
        let template = &studio().fronts[&product];
        let fields = template.fields.iter().map(|(field, _)| *field);
        let (wanted, photo) = match product {
            CardProduct::KtpEl | CardProduct::KtpElForeigner => (&adult, true),
            CardProduct::Kia05 => (&child, false),
            CardProduct::Kia517 => (&child, true),
        };
        assert_eq!(&fields.collect::<BTreeSet<_>>(), wanted, "{product:?}");
        assert_eq!(template.photo.is_some(), photo, "{product:?}");
    }
}

#[test]
fn a_card_speaks_as_the_register_does() {
    let says = |field: Field, product| field.says(&record(product));
    use CardProduct as P;
    assert_eq!(says(Field::Name, P::KtpEl), "SPECIMEN MELUR SAMUDRA");
    assert_eq!(says(Field::Birth, P::KtpEl), "TANJUNGPINANG, 29-02-2016");
    assert_eq!(says(Field::Sex, P::KtpEl), "PEREMPUAN");
    assert_eq!(says(Field::Sex, P::KtpElForeigner), "FEMALE");
    assert_eq!(says(Field::Religion, P::KtpEl), "KATOLIK");
    assert_eq!(says(Field::Religion, P::KtpElForeigner), "CATHOLIC");
    assert_eq!(says(Field::MaritalStatus, P::KtpElForeigner), "SINGLE");
    assert_eq!(says(Field::Occupation, P::KtpEl), "-");
    assert_eq!(says(Field::RtRw, P::KtpEl), "000/000");
    assert_eq!(says(Field::ValidUntil, P::KtpEl), "SEUMUR HIDUP");
    assert_eq!(says(Field::ValidUntil, P::KtpElForeigner), "-");
    // Born on 29 February: the fifth and the seventeenth birthday have none.
    assert_eq!(says(Field::ValidUntil, P::Kia05), "28-02-2021");
    assert_eq!(says(Field::ValidUntil, P::Kia517), "27-02-2033");
    assert_eq!(says(Field::Issue, P::Kia517), "TANJUNGPINANG, 14-01-2019");
}

#[test]
fn a_photo_that_cannot_be_printed_holds_the_job_with_its_reason() {
    let ask = |product, photo: Option<&[u8]>| {
        studio()
            .draw(&record(product), photo, "KEY-1", true)
            .map_err(|error| error.code())
    };
    for product in [
        CardProduct::KtpEl,
        CardProduct::KtpElForeigner,
        CardProduct::Kia517,
    ] {
        assert_eq!(ask(product, None).err(), Some("HELD_PHOTO_MISSING"));
        assert_eq!(ask(product, Some(b"x")).err(), Some("HELD_PHOTO_CORRUPT"));
        let huge = vec![0; photo::PHOTO_BYTES_MAX + 1];
        assert_eq!(
            ask(product, Some(&huge)).err(),
            Some("HELD_PHOTO_TOO_LARGE")
        );
    }
    assert!(ask(CardProduct::Kia05, None).is_ok());
}

#[test]
fn a_text_that_cannot_be_printed_holds_the_job_with_its_field() {
    let ask = |record: &Record| studio().draw(record, Some(photo()), "KEY-1", true).err();
    let mut one = record(CardProduct::KtpEl);
    one.address = "JL. CONTOH ".repeat(40);
    let field = Field::Address;
    assert_eq!(ask(&one), Some(ArtworkError::TooLong { field }));
    one.address = "JL. \u{4e2d}".to_owned();
    assert_eq!(ask(&one), Some(ArtworkError::Unprintable { field }));
    assert_eq!(ask(&one).unwrap().code(), "HELD_TEXT_UNPRINTABLE");
}

#[test]
fn an_error_shows_nothing_of_the_person() {
    let mut one = record(CardProduct::KtpEl);
    one.name = "CONTOH RINTIK \u{4e2d}".to_owned();
    let error = studio()
        .draw(&one, Some(photo()), "KEY-1", true)
        .unwrap_err();
    assert!(!format!("{error:?} {error}").contains("RINTIK"));
}

#[test]
fn a_letterhead_that_does_not_fit_is_refused() {
    let letterhead = Letterhead {
        regency: "KABUPATEN ".repeat(30),
        ..Letterhead::specimen()
    };
    assert!(matches!(
        Studio::new(&letterhead),
        Err(TemplateError::Text { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_name_of_up_to_sixty_characters_stays_in_its_field(
        name in "[A-Z][A-Z.' ]{0,58}[A-Z]",
        index in 0_usize..PRODUCTS.len(),
    ) {
        let product = PRODUCTS[index];
        let short = Record { name: "A".to_owned(), ..record(product) };
        let long = Record { name, ..record(product) };
        let (_, place) = studio().fronts[&product]
            .fields
            .iter()
            .find(|(field, _)| *field == Field::Name)
            .unwrap();
        let (short, long) = (draw(&short, true, Look::Colour), draw(&long, true, Look::Colour));
        for (x, y) in differences(&short.front.resin, &long.front.resin) {
            prop_assert!(holds(place, x, y), "dot {x},{y} of {product:?}");
        }
    }
}

/// No two boxes of a template lie over each other.
#[test]
fn the_boxes_of_a_template_keep_apart() {
    for product in PRODUCTS {
        let template = &studio().fronts[&product];
        let mut taken = template.training.resin.clone();
        for (field, place) in &template.fields {
            for y in place.y..place.y + place.height {
                for x in place.x..place.x + place.width {
                    assert!(!taken.get(x, y), "{product:?} {field:?} at {x},{y}");
                    taken.set(x, y);
                }
            }
        }
        let (x, y, module) = template.mark;
        for dot_y in y - module..y + (mark::ROWS + 1) * module {
            for dot_x in x - module..x + (mark::COLUMNS + 1) * module {
                assert!(
                    !taken.get(dot_x, dot_y),
                    "{product:?} mark at {dot_x},{dot_y}"
                );
            }
        }
    }
}
