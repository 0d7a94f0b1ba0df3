//! The demo's own short texts, in Indonesian and English.

use super::deeds::Deed;
use super::operator::{FIRST, SECOND};
use crate::engine::spooler::Settlement;
use crate::interfaces::words::Lang;

/// What was found about a doubtful card.
fn found(lang: Lang, settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Printed => lang.pick("kartu jadi", "a good card"),
        Settlement::Spoiled => lang.pick("rusak, sudah digunting", "spoiled and cut"),
        Settlement::NotFed => {
            lang.pick("blangko masih di mesin", "the blank is still in the hopper")
        }
    }
}

/// One line about what the operator did.
pub(super) fn deed(lang: Lang, deed: &Deed) -> String {
    match deed {
        Deed::Settled {
            printer,
            job,
            found: settlement,
        } => {
            let (asked, found) = (
                lang.pick("diperiksa di mesin", "looked at"),
                found(lang, *settlement),
            );
            format!("{printer}: {job} {asked}: {found} ({FIRST}, {SECOND})")
        }
        Deed::Cut { printer, job } => {
            let words = lang.pick("kartu gagal digunting", "the spoiled card is cut");
            format!("{printer}: {job}: {words} ({FIRST})")
        }
        Deed::Cleared { printer, cards } => {
            let words = lang.pick(
                "kartu macet dibebaskan, kartu dikeluarkan",
                "card jam cleared, cards taken out",
            );
            format!("{printer}: {words}: {cards}")
        }
        Deed::Loaded {
            printer,
            stock,
            pieces,
        } => {
            let words = lang.pick("hopper diisi, blangko", "hopper filled, blanks");
            format!("{printer}: {words}: {pieces} {stock}")
        }
        Deed::Issued { stock, pieces } => {
            let words = lang.pick(
                "blangko diambil dari gudang",
                "blanks brought from the store",
            );
            format!("{words}: {pieces} {stock}")
        }
        Deed::Ribbon { printer } => {
            let words = lang.pick("ribbon diganti", "ribbon changed");
            format!("{printer}: {words}")
        }
        Deed::Film { printer } => {
            let words = lang.pick("film diganti", "film changed");
            format!("{printer}: {words}")
        }
        Deed::Shut { printer } => {
            let words = lang.pick("tutup mesin dirapatkan", "lid shut");
            format!("{printer}: {words}")
        }
        Deed::Emptied { printer } => {
            let words = lang.pick("bak dikosongkan", "bin emptied");
            format!("{printer}: {words}")
        }
        Deed::Resumed { printer } => {
            let words = lang.pick("diperiksa, dilanjutkan", "looked at, goes on");
            format!("{printer}: {words}")
        }
        Deed::Switched { printer, on } => {
            let words = if *on {
                lang.pick("dinyalakan lagi", "switched on again")
            } else {
                lang.pick(
                    "dimatikan: halaman bisa masih menunggu di dalamnya",
                    "switched off: a page may wait inside",
                )
            };
            format!("{printer}: {words}")
        }
        Deed::Released { job } => {
            let words = lang.pick(
                "dilepas setelah dua kali gagal",
                "released after two failures",
            );
            format!("{job}: {words}")
        }
    }
}
