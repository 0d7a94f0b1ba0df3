//! What the store's tests share: stores, records, jobs.

use std::path::PathBuf;

use cetak_drivers::contract::{BlankUid, Evidence, Ribbon};
use jiff::civil::{Date, date};

use super::sqlite::key_path;
use super::{Accepted, Attempt, Identity, NewJob, SqliteStore, Store, StoreKey, StoreRead};
use crate::domain::blank::{Account, Entry};
use crate::domain::ids::{Actor, At, JobId, PrinterId, Stock};
use crate::domain::job::JobState;
use crate::domain::record::{CardProduct, Reason, Record, Sex};

pub(super) const AT: At = At(1_700_000_000_000);
pub(super) const TODAY: Date = date(2025, 6, 1);
pub(super) const NAME: &str = "SUMARNI BINTI SALEH";
pub(super) const ADDRESS: &str = "JALAN KENANGA NO 17";
pub(super) const STARTED: &str = "2025-06-01 08:00";

/// A store with its folder, if it has one.
pub(super) struct Lodged {
    pub(super) store: SqliteStore,
    pub(super) folder: Option<tempfile::TempDir>,
}

impl Lodged {
    pub(super) fn memory() -> Lodged {
        let store = SqliteStore::memory(&identity(), &key()).expect("a store in memory");
        Lodged {
            store,
            folder: None,
        }
    }

    pub(super) fn file() -> Lodged {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.db");
        let store = SqliteStore::open_or_create(&path, &identity(), STARTED).expect("a store");
        Lodged {
            store,
            folder: Some(folder),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder
            .as_ref()
            .expect("a folder")
            .path()
            .join("store.db")
    }

    /// What a kill and a restart do.
    pub(super) fn reopened(mut self) -> Lodged {
        if self.folder.is_none() {
            self.store.start_again().expect("to start again");
            return self;
        }
        let path = self.path();
        let key = StoreKey::read(&key_path(&path)).expect("its key");
        drop(self.store);
        let store = SqliteStore::open(&path, &key, STARTED).expect("the same store");
        Lodged {
            store,
            folder: self.folder,
        }
    }

    pub(super) fn turn<T>(&mut self, work: impl FnOnce(&mut SqliteStore) -> T) -> T {
        self.store.begin().expect("a turn");
        let done = work(&mut self.store);
        self.store.commit().expect("a commit");
        done
    }

    pub(super) fn accept(&mut self, new: &NewJob) -> Accepted {
        self.turn(|store| store.accept(new, AT, &clerk()).expect("an accept"))
    }

    pub(super) fn queued(&mut self, number: u32) -> JobId {
        match self.accept(&job(number)) {
            Accepted::New { job, .. } => job,
            other @ (Accepted::Same(_) | Accepted::Conflict(_) | Accepted::OpenAlready { .. }) => {
                panic!("not new: {other:?}")
            }
        }
    }

    /// Counts, sums and chain hold.
    pub(super) fn holds(&self) {
        self.store.reads.audit().expect("the sums hold");
        self.store.verify_journal().expect("the chain holds");
    }
}

pub(super) fn identity() -> Identity {
    Identity {
        room: "TPI".parse().expect("a room"),
        epoch: 1,
        training: true,
    }
}

pub(super) fn key() -> StoreKey {
    StoreKey::from_bytes([7; 32])
}

pub(super) fn clerk() -> Actor {
    Actor::Person("rina".into())
}

pub(super) fn nik(number: u32) -> String {
    format!("217299010190{number:04}")
}

pub(super) fn photo() -> Vec<u8> {
    b"PHOTO-OF-A-FACE-".repeat(40)
}

pub(super) fn record(number: u32) -> Record {
    Record {
        key: format!("key-{number}"),
        product: CardProduct::KtpEl,
        reason: Reason::New,
        first_timer: false,
        evidence_kind: None,
        evidence_no: None,
        evidence_date: None,
        nik: nik(number),
        name: NAME.into(),
        birth_place: "TANJUNGPINANG".into(),
        birth_date: date(1990, 1, 1),
        sex: Sex::Female,
        blood_type: Some("O".into()),
        address: ADDRESS.into(),
        rt: "001".into(),
        rw: "002".into(),
        ward: "TANJUNG UNGGAT".into(),
        district: "BUKIT BESTARI".into(),
        religion: "ISLAM".into(),
        marital_status: Some("KAWIN".into()),
        occupation: Some("GURU".into()),
        citizenship: "WNI".into(),
        valid_until: None,
        family_card_no: None,
        family_head: None,
        birth_certificate_no: None,
        issue_place: "TANJUNGPINANG".into(),
        issue_date: date(2025, 1, 1),
        receipt_no: None,
        upstream_status: None,
        not_before: None,
        photo: None,
    }
}

pub(super) fn job(number: u32) -> NewJob {
    NewJob {
        record: record(number),
        photo: Some(photo()),
        state: JobState::Queued,
        class: 4,
    }
}

pub(super) fn attempt(job: JobId, printer: &str) -> Attempt {
    Attempt {
        id: 0,
        job,
        printer: PrinterId(printer.into()),
        run: "boot-1/4711".into(),
        baseline: Evidence {
            unit: Some("S/N 1".into()),
            cards: Some(17),
            panels: Some(85),
            ..Evidence::default()
        },
        chip: true,
        hold: true,
        duplex: false,
        ribbon: Ribbon::Ymcko,
        uid: None,
        panels_ordered: 5,
        noted_at: AT,
        entries: Vec::new(),
    }
}

pub(super) fn entry(from: Option<Account>, to: Account, pieces: u32) -> Entry {
    Entry {
        stock: Stock::KtpEl,
        from,
        to,
        pieces,
        uid: None,
        why: "RECEIVED".into(),
        paper: Some("BA 12/2025".into()),
        actor: clerk(),
    }
}

pub(super) fn uid(text: &str) -> BlankUid {
    BlankUid(text.into())
}
