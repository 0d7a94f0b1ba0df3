//! Records of nobody, for tests.

use jiff::civil::date;

use super::record::{CardProduct, Reason, Record, Sex};

/// A record that nothing is wrong with on [`TODAY`], in a training store, with its photo.
pub(crate) fn specimen(product: CardProduct) -> Record {
    let (birth_date, nik) = match product {
        CardProduct::KtpEl | CardProduct::KtpElForeigner => (date(1990, 1, 1), "2172990101900001"),
        CardProduct::Kia05 => (date(2017, 1, 1), "2172990101170001"),
        CardProduct::Kia517 => (date(2010, 1, 1), "2172990101100001"),
    };
    let text = |text: &str| Some(text.to_owned());
    let kia = product.is_kia();
    let foreigner = product == CardProduct::KtpElForeigner;
    Record {
        key: "TEST-000001".to_owned(),
        product,
        reason: Reason::New,
        first_timer: false,
        evidence_kind: None,
        evidence_no: None,
        evidence_date: None,
        nik: nik.to_owned(),
        name: "SPECIMEN MELUR SAMUDRA".to_owned(),
        birth_place: "TANJUNGPINANG".to_owned(),
        birth_date,
        sex: Sex::Male,
        blood_type: text("O"),
        address: "JL. CONTOH NO. 1".to_owned(),
        rt: "001".to_owned(),
        rw: "002".to_owned(),
        ward: "KEMBOJA".to_owned(),
        district: "TANJUNGPINANG BARAT".to_owned(),
        religion: "ISLAM".to_owned(),
        marital_status: if kia { None } else { text("BELUM KAWIN") },
        occupation: if kia { None } else { text("WIRASWASTA") },
        citizenship: if foreigner { "SINGAPORE" } else { "WNI" }.to_owned(),
        valid_until: foreigner.then(|| date(2024, 1, 1)),
        family_card_no: if kia { text("2172990000000001") } else { None },
        family_head: if kia {
            text("SPECIMEN BAYU KARANGSARI")
        } else {
            None
        },
        birth_certificate_no: if kia { text("2172-LT-TEST-0001") } else { None },
        issue_place: "TANJUNGPINANG".to_owned(),
        issue_date: TODAY,
        receipt_no: text("RESI-0001"),
        upstream_status: if kia {
            None
        } else {
            text("PRINT_READY_RECORD")
        },
        not_before: None,
        photo: if product.has_photo() {
            text("photos/0001.jpg")
        } else {
            None
        },
    }
}

/// The day on which [`specimen`]s are right.
pub(crate) const TODAY: jiff::civil::Date = date(2019, 1, 14);
