#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use image::GenericImageView;

use super::*;
use crate::artwork::{Letterhead, Studio, image::proof, photo};

/// Largest photo of the sample. Unit: bytes.
const SAMPLE_PHOTO_BYTES_MAX: usize = 12 * 1024;
/// Dye of a picture in `docs/` may differ by so much where another machine rounds otherwise.
const DYE_DIFFERENCE_MAX: u8 = 2;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn updating() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

#[test]
fn the_committed_sample_is_what_the_generator_makes() {
    let directory = root().join("samples");
    let all = sample();
    if updating() {
        write_csv(&directory, "specimens-60.csv", &all).unwrap();
    }
    let fresh = tempfile::tempdir().unwrap();
    write_csv(fresh.path(), "specimens-60.csv", &all).unwrap();
    assert_eq!(files(&directory), files(fresh.path()));
    for name in files(fresh.path()) {
        let (kept, made) = (directory.join(&name), fresh.path().join(&name));
        assert!(
            fs::read(kept).unwrap() == fs::read(made).unwrap(),
            "{name} differs; UPDATE_EXPECT=1 rewrites it"
        );
    }
}

/// The sample's files, relative.
fn files(directory: &Path) -> BTreeSet<String> {
    ["", "photos"]
        .into_iter()
        .flat_map(|part| {
            fs::read_dir(directory.join(part))
                .unwrap()
                .map(move |entry| {
                    let name = entry.unwrap().file_name();
                    format!("{part}/{}", name.to_str().unwrap())
                        .trim_start_matches('/')
                        .to_owned()
                })
        })
        .filter(|name| name.ends_with(".csv") || name.ends_with(".png"))
        .collect()
}

#[test]
fn the_pictures_in_the_docs_are_what_the_studio_draws() {
    let studio = Studio::new(&Letterhead::specimen()).unwrap();
    let all = sample();
    for (product, file) in [
        (CardProduct::KtpEl, "docs/images/ktp-specimen.png"),
        (CardProduct::Kia517, "docs/images/kia-specimen.png"),
    ] {
        let (record, photo) = all
            .iter()
            .find(|(record, _)| record.product == product)
            .unwrap();
        let card = studio
            .draw(record, photo.as_deref(), &record.key, true)
            .unwrap();
        let drawn = proof(&card.front);
        let path = root().join(file);
        if updating() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            drawn.save(&path).unwrap();
        }
        let kept = image::open(path).unwrap();
        assert_eq!(kept.dimensions(), drawn.dimensions());
        let worst = kept
            .into_rgb8()
            .iter()
            .zip(drawn.iter())
            .map(|(kept, drawn)| kept.abs_diff(*drawn))
            .max();
        assert!(worst <= Some(DYE_DIFFERENCE_MAX), "{file}: {worst:?}");
    }
}

#[test]
fn every_specimen_can_be_drawn_and_no_other_has_its_number_or_key() {
    let studio = Studio::new(&Letterhead::specimen()).unwrap();
    let mut niks = BTreeSet::new();
    let mut marks = BTreeSet::new();
    for (record, photo) in specimens(7, 120, Mix::EVERYTHING) {
        let card = studio
            .draw(&record, photo.as_deref(), &record.key, true)
            .unwrap();
        let mark = crate::artwork::mark::read_plane(&card.front.resin).unwrap();
        assert_eq!(mark, crate::artwork::mark::of(&record.key));
        assert!(marks.insert(mark) && niks.insert(record.nik.clone()));
    }
}

#[test]
fn a_number_follows_the_date_rule_and_belongs_to_nobody() {
    for record in records(3, Mix::EVERYTHING).take(2_000) {
        assert!(record.nik.starts_with(NIK_PREFIX) && record.nik.len() == 16);
        let day: i8 = record.nik[6..8].parse().unwrap();
        let female = record.sex == Sex::Female;
        assert_eq!(day, record.birth_date.day() + if female { 40 } else { 0 });
        let month: i8 = record.nik[8..10].parse().unwrap();
        assert_eq!(month, record.birth_date.month());
        let year: i16 = record.nik[10..12].parse().unwrap();
        assert_eq!(year, record.birth_date.year() % 100);
        let serial: u32 = record.nik[12..].parse().unwrap();
        assert!((1..=9_999).contains(&serial));
    }
}

#[test]
fn everybody_has_the_age_of_their_card() {
    for record in records(4, Mix::EVERYTHING).take(2_000) {
        let age = age_at(record.birth_date, DAY_OF_ISSUE);
        let ages = match record.product {
            CardProduct::KtpEl if record.reason == Reason::New => 17..=80,
            CardProduct::KtpEl | CardProduct::KtpElForeigner => 19..=80,
            CardProduct::Kia05 => 0..=4,
            CardProduct::Kia517 => 5..=16,
        };
        assert!(ages.contains(&age), "{record:?} {age}");
        assert!(record.birth_date <= DAY_OF_ISSUE);
        assert_eq!(record.photo.is_some(), record.product != CardProduct::Kia05);
        let adult_first = record.product == CardProduct::KtpEl && record.reason == Reason::New;
        assert_eq!(record.first_timer, adult_first && age == 17);
        assert_eq!(record.reason == Reason::New, record.evidence_no.is_none());
    }
}

#[test]
fn names_are_marked_as_specimens_and_cover_the_unusual_ones() {
    let names = records(5, Mix::TANJUNGPINANG_2019)
        .take(2_000)
        .map(|record| record.name)
        .collect::<Vec<_>>();
    for name in &names {
        let first = name.split(' ').next().unwrap();
        assert!(FIRST_WORDS.contains(&first), "{name}");
        assert!(name.len() <= NAME_CHARACTERS_MAX && !name.ends_with(' '));
    }
    assert!(names.iter().any(|name| !name.contains(' ')));
    assert!(names.iter().any(|name| name.len() == NAME_CHARACTERS_MAX));
    assert!(names.iter().any(|name| name.contains('.')));
    assert!(names.iter().any(|name| name.contains('\'')));
}

#[test]
fn photos_are_valid_and_have_the_ground_of_their_year() {
    for (record, photo) in sample() {
        let Some(photo) = photo else { continue };
        assert_eq!(photo::check(Some(&photo)), Ok(()));
        assert!(
            (8_000..=SAMPLE_PHOTO_BYTES_MAX).contains(&photo.len()),
            "{} bytes",
            photo.len()
        );
        let picture = image::load_from_memory(&photo).unwrap();
        let [red, _, blue, _] = picture.get_pixel(3, 3).0;
        assert_eq!(blue > red, record.birth_date.year() % 2 == 0);
    }
}

#[test]
fn a_longer_list_begins_with_the_shorter_one() {
    let short = specimens(9, 10, Mix::KIA);
    let long = specimens(9, 20, Mix::KIA);
    assert!(short[..] == long[..10]);
    assert!(specimens(10, 10, Mix::KIA) != short);
}

#[test]
fn a_csv_file_reads_back_as_the_same_records() {
    let all = sample();
    let csv = to_csv(&all).unwrap();
    let read = csv::Reader::from_reader(&csv[..])
        .deserialize::<Record>()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    assert!(read.iter().eq(all.iter().map(|(record, _)| record)));
}

#[test]
fn the_weights_of_a_mix_are_kept() {
    let mix = Mix {
        ktp_lost: 0,
        ..Mix::TANJUNGPINANG_2019
    };
    let all = records(11, mix).take(1_000).collect::<Vec<_>>();
    let count = |reason| all.iter().filter(|record| record.reason == reason).count();
    assert_eq!(count(Reason::Lost), 0);
    assert!((400..540).contains(&count(Reason::New)));
    assert!(
        all.iter()
            .all(|record| record.product == CardProduct::KtpEl)
    );
}

#[test]
fn records_are_those_of_the_specimens() {
    let all = sample();
    let alone = records(SAMPLE.0, Mix::EVERYTHING);
    assert!(
        all.iter()
            .map(|(record, _)| record)
            .eq(alone.take(SAMPLE.1).collect::<Vec<_>>().iter())
    );
    for (record, photo) in &all {
        assert_eq!(record.photo.is_some(), photo.is_some());
    }
}

#[test]
fn twenty_thousand_people_have_twenty_thousand_numbers() {
    let all = records(12, Mix::EVERYTHING).take(20_000);
    assert_eq!(
        all.map(|record| record.nik).collect::<BTreeSet<_>>().len(),
        20_000
    );
}
