//! Specimen records: invented people who cannot exist, the same ones for the same seed.
//!
//! Their numbers begin with `217299`, a district that does not exist, and follow the date rule; the
//! first word of each name is SPECIMEN or CONTOH; their photos are drawn silhouettes, blue before an even
//! year of birth and red before an odd one. No name, number or picture is taken from a person.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::domain::record::{CardProduct, Reason, Record, Sex};

mod silhouette;

/// A record and its photo, PNG; `None` where the card has none.
pub type Specimen = (Record, Option<Vec<u8>>);

/// Numbers of people who cannot exist begin with this.
pub const NIK_PREFIX: &str = "217299";
/// Longest name of the register. Unit: characters.
pub const NAME_CHARACTERS_MAX: usize = 60;
/// One record in so many has an unusual name, each kind in turn.
const UNUSUAL_NAME_EVERY: u64 = 6;
/// Oldest holder. Unit: years.
const AGE_YEARS_MAX: u64 = 80;
/// A blank day: the day the backlog began.
const DAY_OF_ISSUE: Date = date(2019, 1, 14);

/// Who stands in the queue. Units: weights. At least one must be above zero: the generator panics on none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// Citizens' first cards.
    pub ktp_new: u32,
    /// Citizens' damaged cards.
    pub ktp_damaged: u32,
    /// Citizens with a changed element.
    pub ktp_data_change: u32,
    /// Citizens' lost cards.
    pub ktp_lost: u32,
    /// Foreign residents.
    pub foreigner: u32,
    /// Children to 5 years.
    pub kia_0_5: u32,
    /// Children from 5 to 17 years.
    pub kia_5_17: u32,
}

impl Mix {
    /// The backlog of adults of January 2019.
    pub const TANJUNGPINANG_2019: Mix = Mix {
        ktp_new: 40,
        ktp_damaged: 25,
        ktp_data_change: 20,
        ktp_lost: 15,
        foreigner: 0,
        kia_0_5: 0,
        kia_5_17: 0,
    };
    /// Children only.
    pub const KIA: Mix = Mix {
        ktp_new: 0,
        ktp_damaged: 0,
        ktp_data_change: 0,
        ktp_lost: 0,
        foreigner: 0,
        kia_0_5: 40,
        kia_5_17: 60,
    };
    /// Some of everything.
    pub const EVERYTHING: Mix = Mix {
        ktp_new: 22,
        ktp_damaged: 14,
        ktp_data_change: 11,
        ktp_lost: 9,
        foreigner: 6,
        kia_0_5: 14,
        kia_5_17: 24,
    };

    fn pick(&self, random: &mut Chance) -> (CardProduct, Reason) {
        let kinds = [
            (self.ktp_new, CardProduct::KtpEl, Reason::New),
            (self.ktp_damaged, CardProduct::KtpEl, Reason::Damaged),
            (self.ktp_data_change, CardProduct::KtpEl, Reason::DataChange),
            (self.ktp_lost, CardProduct::KtpEl, Reason::Lost),
            (self.foreigner, CardProduct::KtpElForeigner, Reason::New),
            (self.kia_0_5, CardProduct::Kia05, Reason::New),
            (self.kia_5_17, CardProduct::Kia517, Reason::New),
        ];
        let sum = kinds.iter().map(|kind| u64::from(kind.0)).sum::<u64>();
        assert!(sum > 0, "a mix has at least one weight above zero");
        let mut left = random.below(sum);
        for (weight, product, reason) in kinds {
            let weight = u64::from(weight);
            if left < weight {
                return (product, reason);
            }
            left -= weight;
        }
        unreachable!("what is left is below the sum of the weights")
    }
}

/// Seed and count of the committed sample, `samples/specimens-60.csv`.
pub const SAMPLE: (u64, usize) = (2019, 60);

/// The committed sample. It is drawn again: a test holds file and generator equal, byte for byte.
pub fn sample() -> Vec<Specimen> {
    specimens(SAMPLE.0, SAMPLE.1, Mix::EVERYTHING)
}

/// So many specimen records, the same for the same seed, count and mix.
///
/// A longer list begins with the shorter one. For very many take [`stream`], which holds one at a time.
pub fn specimens(seed: u64, count: usize, mix: Mix) -> Vec<Specimen> {
    stream(seed, mix).take(count).collect()
}

/// Specimen records and their photos without an end, one at a time.
pub fn stream(seed: u64, mix: Mix) -> impl Iterator<Item = Specimen> {
    let mut press = Press::of(seed, mix);
    std::iter::from_fn(move || {
        let (record, look) = press.next_record();
        let photo = record
            .photo
            .is_some()
            .then(|| silhouette::draw(look, record.sex, record.birth_date.year() % 2 == 0));
        Some((record, photo))
    })
}

/// The records of [`stream`] without drawing their photos, which is where nearly all the time goes.
pub fn records(seed: u64, mix: Mix) -> impl Iterator<Item = Record> {
    let mut press = Press::of(seed, mix);
    std::iter::from_fn(move || Some(press.next_record().0))
}

/// Writes the records as one CSV file, `file_name` in `dir`, and their photos beside it in `photos/`.
///
/// Columns are the record's fields in their order; what a record has not is empty.
pub fn write_csv(dir: &Path, file_name: &str, specimens: &[Specimen]) -> io::Result<()> {
    fs::create_dir_all(dir.join("photos"))?;
    fs::write(dir.join(file_name), to_csv(specimens)?)?;
    for (record, photo) in specimens {
        if let (Some(name), Some(photo)) = (&record.photo, photo) {
            fs::write(dir.join(name), photo)?;
        }
    }
    Ok(())
}

/// The records as the text of a CSV file.
pub fn to_csv(specimens: &[Specimen]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (record, _) in specimens {
        writer.serialize(record).map_err(io::Error::other)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

struct Press {
    seed: u64,
    number: u64,
    mix: Mix,
    random: Chance,
    /// The last serial of each date and sex.
    serials: BTreeMap<String, u32>,
}

impl Press {
    fn of(seed: u64, mix: Mix) -> Press {
        Press {
            seed,
            number: 0,
            mix,
            random: Chance(ChaCha8Rng::seed_from_u64(seed)),
            serials: BTreeMap::new(),
        }
    }

    /// A record, and the random bits that its photo is drawn from.
    fn next_record(&mut self) -> (Record, u64) {
        let number = self.number + 1;
        self.number = number;
        let (product, reason) = self.mix.pick(&mut self.random);
        let sex = if self.random.below(2) == 0 {
            Sex::Male
        } else {
            Sex::Female
        };
        let (nik, birth_date) = self.person_number(product, reason, sex);
        let (ward, district) = self.random.one_of(WARDS);
        let key = format!("SPC-{}-{number:06}", self.seed);
        let child = matches!(product, CardProduct::Kia05 | CardProduct::Kia517);
        let foreigner = product == CardProduct::KtpElForeigner;
        let age = age_at(birth_date, DAY_OF_ISSUE);
        let (evidence_kind, evidence_no) = evidence(reason, number).unzip();
        let evidence_date = evidence_no
            .is_some()
            .then(|| days_before(DAY_OF_ISSUE, 1 + self.random.below(40)));
        let has_photo = product != CardProduct::Kia05;
        let record = Record {
            reason,
            first_timer: product == CardProduct::KtpEl && reason == Reason::New && age == 17,
            evidence_kind,
            evidence_no,
            evidence_date,
            nik,
            name: self.name(number),
            birth_place: (self
                .random
                .one_of(if foreigner { PLACES_ABROAD } else { PLACES }))
            .to_owned(),
            birth_date,
            sex,
            blood_type: self
                .random
                .one_of(&[
                    None,
                    Some("A"),
                    Some("B"),
                    Some("AB"),
                    Some("O"),
                    Some("O+"),
                    None,
                ])
                .map(str::to_owned),
            address: format!("JL. CONTOH NO. {}", 1 + self.random.below(199)),
            rt: "000".to_owned(),
            rw: "000".to_owned(),
            ward: ward.to_owned(),
            district: district.to_owned(),
            religion: self.random.one_of(RELIGIONS).to_owned(),
            marital_status: (!child).then(|| {
                if age < 19 {
                    "BELUM KAWIN".to_owned()
                } else {
                    self.random.one_of(MARITAL).to_owned()
                }
            }),
            occupation: (!child).then(|| {
                if age < 19 {
                    "PELAJAR/MAHASISWA".to_owned()
                } else if foreigner {
                    self.random.one_of(OCCUPATIONS_ENGLISH).to_owned()
                } else {
                    self.random.one_of(OCCUPATIONS).to_owned()
                }
            }),
            citizenship: if foreigner {
                self.random.one_of(&["CONTOHLAND", "SPECIMENIA"]).to_owned()
            } else {
                "WNI".to_owned()
            },
            valid_until: foreigner.then(|| days_after(DAY_OF_ISSUE, 200 + self.random.below(900))),
            family_card_no: child.then(|| format!("{NIK_PREFIX}140119{:04}", number % 10_000)),
            family_head: child.then(|| self.ordinary_name()),
            birth_certificate_no: child.then(|| {
                format!(
                    "2172-LU-{:08}-{:04}",
                    birth_stamp(birth_date),
                    number % 10_000
                )
            }),
            issue_place: "TANJUNGPINANG".to_owned(),
            issue_date: DAY_OF_ISSUE,
            receipt_no: Some(format!("RESI-TEST-{number:06}")),
            upstream_status: (!child).then(|| {
                match reason {
                    Reason::New | Reason::TestCard => "PRINT_READY_RECORD",
                    Reason::Lost | Reason::Damaged | Reason::DataChange => "CARD_ISSUED",
                }
                .to_owned()
            }),
            not_before: None,
            photo: has_photo.then(|| format!("photos/{key}.png")),
            product,
            key,
        };
        let look = self.random.0.next_u64();
        (record, look)
    }

    /// A number that nobody else has, and the day of birth in it.
    fn person_number(&mut self, product: CardProduct, reason: Reason, sex: Sex) -> (String, Date) {
        loop {
            let born = self.birth_date(product, reason);
            let day = match sex {
                Sex::Male => born.day(),
                Sex::Female => born.day() + 40,
            };
            let coded = format!("{day:02}{:02}{:02}", born.month(), born.year() % 100);
            let serial = self.serials.entry(coded.clone()).or_insert(0);
            if *serial < 9_999 {
                *serial += 1;
                return (format!("{NIK_PREFIX}{coded}{serial:04}"), born);
            }
        }
    }

    fn birth_date(&mut self, product: CardProduct, reason: Reason) -> Date {
        let (from_years, to_years) = match (product, reason) {
            // First cards are mostly for those who just turned 17.
            (CardProduct::KtpEl, Reason::New) => {
                if self.random.below(3) < 2 {
                    (17, 18)
                } else {
                    (18, AGE_YEARS_MAX)
                }
            }
            (CardProduct::KtpEl | CardProduct::KtpElForeigner, _) => (19, AGE_YEARS_MAX),
            (CardProduct::Kia05, _) => (0, 5),
            (CardProduct::Kia517, _) => (5, 17),
        };
        let youngest = years_before(DAY_OF_ISSUE, from_years);
        let oldest = years_before(DAY_OF_ISSUE, to_years);
        let days = u64::try_from((youngest - oldest).get_days())
            .unwrap_or(1)
            .max(1);
        // Never the oldest day itself: on it the age is already `to_years`.
        days_before(youngest, self.random.below(days))
    }

    fn name(&mut self, number: u64) -> String {
        if !number.is_multiple_of(UNUSUAL_NAME_EVERY) {
            return self.ordinary_name();
        }
        match number / UNUSUAL_NAME_EVERY % 5 {
            0 => self.random.one_of(FIRST_WORDS).to_owned(),
            1 => self.longest_name(),
            2 => format!("{}, S.KOM.", self.ordinary_name()),
            3 => {
                let first = self.random.one_of(FIRST_WORDS);
                format!("{first} H. M. {}", self.random.one_of(GIVEN))
            }
            _ => {
                let first = self.random.one_of(FIRST_WORDS);
                let given = self.random.one_of(GIVEN);
                format!("{first} {given}'UL {}", self.random.one_of(FAMILY))
            }
        }
    }

    fn ordinary_name(&mut self) -> String {
        let first = self.random.one_of(FIRST_WORDS);
        let given = self.random.one_of(GIVEN);
        format!("{first} {given} {}", self.random.one_of(FAMILY))
    }

    /// Exactly as many characters as a name may have.
    fn longest_name(&mut self) -> String {
        let mut name = self.ordinary_name();
        while name.len() < NAME_CHARACTERS_MAX {
            name.push(' ');
            name.push_str(self.random.one_of(FAMILY));
        }
        name.truncate(NAME_CHARACTERS_MAX);
        if name.ends_with(' ') {
            name.pop();
            name.push('A');
        }
        name
    }
}

/// The paper that a reprint asks for: its kind and number.
fn evidence(reason: Reason, number: u64) -> Option<(String, String)> {
    let (kind, no) = match reason {
        Reason::New | Reason::TestCard => return None,
        Reason::Lost => ("police_letter", format!("SKH/TEST/{number:06}")),
        Reason::Damaged => ("old_card", format!("KTP-TEST-{number:06}")),
        Reason::DataChange => ("data_change", format!("PD/TEST/{number:06}")),
    };
    Some((kind.to_owned(), no))
}

struct Chance(ChaCha8Rng);

impl Chance {
    /// A number from 0 to below `limit`, which is small, so that the rest of the division is even enough.
    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64);
        all[index as usize]
    }
}

fn age_at(born: Date, at: Date) -> i16 {
    let had_birthday = (at.month(), at.day()) >= (born.month(), born.day());
    at.year() - born.year() - i16::from(!had_birthday)
}

fn birth_stamp(born: Date) -> u32 {
    let year = u32::from(born.year().unsigned_abs());
    let (month, day) = (born.month().unsigned_abs(), born.day().unsigned_abs());
    u32::from(day) * 1_000_000 + u32::from(month) * 10_000 + year
}

fn years_before(from: Date, years: u64) -> Date {
    from.checked_sub((years as i64).years())
        .expect("no holder is older than the calendar")
}

fn days_before(from: Date, days: u64) -> Date {
    from.checked_sub((days as i64).days())
        .expect("no holder is older than the calendar")
}

fn days_after(from: Date, days: u64) -> Date {
    from.checked_add((days as i64).days())
        .expect("no permit outlasts the calendar")
}

const FIRST_WORDS: &[&str] = &["SPECIMEN", "CONTOH"];
const GIVEN: &[&str] = &[
    "MELUR", "BAYU", "RINTIK", "ARUNIKA", "DAMAR", "SENJA", "LAUT", "EMBUN", "RANTING", "KABUT",
    "TIMUR", "GEMERCIK", "KELANA", "PUALAM", "NIRWANA", "OMBAK", "CEMARA", "BINTANG",
];
const FAMILY: &[&str] = &[
    "SAMUDRA",
    "KARANGSARI",
    "LAZUARDI",
    "PELANTAR",
    "PENYENGAT",
    "TELUKBIRU",
    "RIMBARAYA",
    "PASIRPUTIH",
    "MUARAJAYA",
    "TANJUNGRASA",
    "BUKITLAWA",
    "SELATDALAM",
    "ANGINUTARA",
];
const PLACES: &[&str] = &[
    "TANJUNGPINANG",
    "TANJUNGPINANG",
    "KIJANG",
    "LOBAM",
    "DABO",
    "MORO",
];
const PLACES_ABROAD: &[&str] = &["CONTOH CITY", "SPECIMEN BAY"];
const RELIGIONS: &[&str] = &[
    "ISLAM",
    "ISLAM",
    "ISLAM",
    "KRISTEN",
    "KATOLIK",
    "HINDU",
    "BUDDHA",
    "KHONGHUCU",
    "KEPERCAYAAN TERHADAP TUHAN YME",
];
const MARITAL: &[&str] = &["BELUM KAWIN", "KAWIN", "KAWIN", "CERAI HIDUP", "CERAI MATI"];
const OCCUPATIONS: &[&str] = &[
    "KARYAWAN SWASTA",
    "NELAYAN/PERIKANAN",
    "MENGURUS RUMAH TANGGA",
    "WIRASWASTA",
    "GURU",
    "BURUH HARIAN LEPAS",
    "PEGAWAI NEGERI SIPIL",
    "BELUM/TIDAK BEKERJA",
];
const OCCUPATIONS_ENGLISH: &[&str] = &["TEACHER", "ENGINEER", "PRIVATE EMPLOYEE", "TRADER"];
/// Wards with their districts.
const WARDS: &[(&str, &str)] = &[
    ("TANJUNGPINANG BARAT", "TANJUNGPINANG BARAT"),
    ("KEMBOJA", "TANJUNGPINANG BARAT"),
    ("KAMPUNG BARU", "TANJUNGPINANG BARAT"),
    ("BUKIT CERMIN", "TANJUNGPINANG BARAT"),
    ("KAMPUNG BULANG", "TANJUNGPINANG TIMUR"),
    ("MELAYU KOTA PIRING", "TANJUNGPINANG TIMUR"),
    ("AIR RAJA", "TANJUNGPINANG TIMUR"),
    ("PINANG KENCANA", "TANJUNGPINANG TIMUR"),
    ("BATU SEMBILAN", "TANJUNGPINANG TIMUR"),
    ("TANJUNGPINANG KOTA", "TANJUNGPINANG KOTA"),
    ("PENYENGAT", "TANJUNGPINANG KOTA"),
    ("SENGGARANG", "TANJUNGPINANG KOTA"),
    ("KAMPUNG BUGIS", "TANJUNGPINANG KOTA"),
    ("TANJUNGPINANG TIMUR", "BUKIT BESTARI"),
    ("TANJUNG AYUN SAKTI", "BUKIT BESTARI"),
    ("DOMPAK", "BUKIT BESTARI"),
    ("SEI JANG", "BUKIT BESTARI"),
    ("TANJUNG UNGGAT", "BUKIT BESTARI"),
];

#[cfg(test)]
mod tests;
