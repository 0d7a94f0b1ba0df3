//! The store as its queue grows: accepts in batches, and the next job, at 1k, 100k and 1M queued.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use cetak::domain::ids::{Actor, At};
use cetak::domain::job::JobState;
use cetak::domain::record::{CardProduct, Record};
use cetak::engine::store::{Identity, NewJob, SqliteStore, Store, StoreRead};
use cetak::rehearsal::specimen::{Mix, records};

use crate::harness::{Table, median, per_second, show};

const BATCH: usize = 100;
const PROBES: usize = 50;
/// Sizes of the queue at which it is measured.
const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const AT: At = At(1_547_427_600_000);

/// Prints the table. `largest` bounds the queue.
pub(crate) fn run(folder: &Path, largest: usize) {
    let identity = Identity {
        room: "TPI".parse().expect("three capitals"),
        epoch: 1,
        training: true,
    };
    let path = folder.join("store.db");
    let mut store =
        SqliteStore::open_or_create(&path, &identity, "bench").expect("an empty folder");
    let sync = raw_sync(folder);
    let table = Table::new(
        &format!("The queue as it grows (raw 4 KiB sync {})", show(sync)),
        &[
            "queued",
            "accepts of 100",
            "per s",
            "one accept",
            "next job",
            "list a page of 50",
        ],
    );
    let mut people = records(7, Mix::TANJUNGPINANG_2019);
    let mut queued = 0;
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        // The probes are part of the queue: a small one gets fewer.
        let probes = PROBES.min(size / (BATCH + 1));
        let before = size - probes * (BATCH + 1);
        while queued < before {
            let bite = (before - queued).min(BATCH * 20);
            accept(&mut store, &mut people, bite);
            queued += bite;
            store.checkpoint_if_quiet().expect("a sound store");
        }
        let batches = median(probes, || accept(&mut store, &mut people, BATCH));
        let singles = median(probes, || accept(&mut store, &mut people, 1));
        queued += probes * (BATCH + 1);
        let today = jiff::civil::date(2019, 1, 14);
        let next = median(PROBES, || {
            let found = store.candidates(&[CardProduct::KtpEl], today, 5);
            assert_eq!(found.expect("a sound store").len(), 5);
        });
        let page = median(PROBES, || {
            let filter = cetak::engine::store::JobFilter {
                state: Some("queued".to_owned()),
                after: Some(u64::try_from(queued / 2).expect("small")),
                limit: 50,
            };
            assert!(!store.jobs(&filter).expect("a sound store").is_empty());
        });
        table.row(&[
            queued.to_string(),
            show(batches),
            per_second(BATCH, batches),
            show(singles),
            show(next),
            show(page),
        ]);
    }
}

/// One turn that accepts so many jobs.
fn accept(store: &mut SqliteStore, people: &mut impl Iterator<Item = Record>, count: usize) {
    let actor = Actor::Person("bench".to_owned());
    store.begin().expect("a sound store");
    for record in people.by_ref().take(count) {
        let new = NewJob {
            record,
            photo: None,
            state: JobState::Queued,
            class: 3,
        };
        store.accept(&new, AT, &actor).expect("a sound store");
    }
    store.commit().expect("a sound store");
}

/// A 4 KiB write and its sync on the same disk.
pub(crate) fn raw_sync(folder: &Path) -> Duration {
    let path = folder.join("raw");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .expect("a folder that can be written");
    let time = median(200, || {
        file.write_all(&[7; 4096]).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
    });
    drop(file);
    std::fs::remove_file(path).expect("our own file");
    time
}
