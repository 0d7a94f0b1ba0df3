//! What only a store in files can show: bytes on disk, locks, openings, readers, a full disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::schema::{self, Found};
use super::*;
use crate::domain::ids::JobId;
use crate::domain::job::JobState;
use crate::engine::store::testbench::{
    ADDRESS, AT, Lodged, NAME, STARTED, clerk, identity, job, key, nik, photo, record,
};
use crate::engine::store::{NewJob, Store, StoreRead};

fn every_byte(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).expect("a folder");
    files
        .flat_map(|file| fs::read(file.expect("a file").path()).expect("its bytes"))
        .collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn sealed_bytes(at: &Lodged, number: u64) -> Vec<u8> {
    let sql = "SELECT sealed FROM payload WHERE job = ?1";
    let connection = &at.store.reads.connection;
    connection
        .query_row(sql, [number], |row| row.get(0))
        .expect("a sealed row")
}

fn folder(at: &Lodged) -> PathBuf {
    at.path().parent().expect("a folder").to_owned()
}

#[test]
fn personal_data_never_reaches_a_file() {
    let mut at = Lodged::file();
    let id = at.queued(1);
    at.turn(|store| store.move_job(id, &JobState::Cancelled, AT, &clerk()))
        .expect("a move");
    let nik = nik(1);
    let person = [
        nik.as_bytes(),
        NAME.as_bytes(),
        ADDRESS.as_bytes(),
        &photo()[..16],
        b"1990-01-01",
    ];
    for emptied in [false, true] {
        let bytes = every_byte(&folder(&at));
        assert!(
            contains(&bytes, b"2172********0001"),
            "the search finds nothing at all"
        );
        for part in person {
            assert!(!contains(&bytes, part), "{}", String::from_utf8_lossy(part));
        }
        if !emptied {
            at.store.checkpoint().expect("a checkpoint");
        }
    }
}

#[test]
fn an_erased_payload_leaves_no_sealed_bytes_either() {
    let mut at = Lodged::file();
    let mut with_photo = job(1);
    with_photo.photo = Some(vec![1; 100_000]);
    let id = at.queued(2);
    at.accept(&with_photo);
    let sealed = sealed_bytes(&at, 2);
    let pieces = |bytes: &[u8]| {
        sealed
            .chunks(64)
            .any(|piece| piece.len() == 64 && contains(bytes, piece))
    };
    assert!(
        pieces(&every_byte(&folder(&at))),
        "the search finds nothing at all"
    );
    at.store.checkpoint().expect("a checkpoint");
    let large = JobId { number: 2, ..id };
    at.turn(|store| store.erase_payload(large))
        .expect("to erase");
    at.store.checkpoint_if_quiet().expect("a checkpoint");
    assert!(!pieces(&every_byte(&folder(&at))));
    at.holds();
}

#[test]
fn debug_of_what_holds_a_person_shows_none() {
    let at = Lodged::memory();
    let payload = crate::engine::store::Payload {
        record: record(1),
        photo: Some(photo()),
    };
    let shown = format!("{:?} {payload:?} {:?} {:?}", job(1), key(), at.store);
    for part in [NAME, ADDRESS, &nik(1), "80, 72, 79, 84", "7, 7, 7"] {
        assert!(!shown.contains(part), "{shown}");
    }
}

#[test]
fn a_payload_opens_only_as_its_own_job_s() {
    let mut at = Lodged::file();
    let id = at.queued(1);
    at.queued(2);
    let swap =
        "UPDATE payload SET sealed = (SELECT sealed FROM payload WHERE job = 2) WHERE job = 1";
    at.store
        .reads
        .connection
        .execute_batch(swap)
        .expect("to edit");
    let read = at
        .store
        .payload(id)
        .expect_err("another person's payload was read");
    assert_eq!(
        read.to_string(),
        "the store is damaged: the sealed payload of TPI-1-000001"
    );
}

#[test]
fn a_kill_keeps_what_was_committed_and_nothing_else() {
    let mut at = Lodged::file();
    at.queued(1);
    at.store.begin().expect("a turn");
    for number in 2..200 {
        at.store
            .accept(&job(number), AT, &clerk())
            .expect("an accept");
    }
    // What a killed process leaves: the files as they are, nothing closed.
    let left = tempfile::tempdir().expect("a folder");
    for name in ["store.db", "store.db-wal", "store.key"] {
        fs::copy(folder(&at).join(name), left.path().join(name)).expect("a copy");
    }
    let path = left.path().join("store.db");
    let store = SqliteStore::open_or_create(&path, &identity(), STARTED).expect("the store");
    assert_eq!(store.job_counts().expect("counts")["queued"], 1);
    assert_eq!(store.verify_journal().expect("a chain"), 1);
    store.reads.audit().expect("the sums hold");
}

#[test]
fn a_second_spooler_is_refused_by_name() {
    let at = Lodged::file();
    let second = SqliteStore::open_or_create(&at.path(), &identity(), "later");
    let words = second.expect_err("two spoolers").to_string();
    let holder = format!("process {} (since {STARTED})", std::process::id());
    assert!(words.contains(&holder), "{words}");
    // The first one's words are still there for a third.
    let third = SqliteStore::open(&at.path(), &key(), "later").expect_err("three");
    assert!(third.to_string().contains(&holder));
}

#[test]
fn a_removed_lock_file_does_not_make_two_writers() {
    let mut at = Lodged::file();
    fs::remove_file(at.path().with_extension("lock")).expect("to remove");
    let second = SqliteStore::open_or_create(&at.path(), &identity(), "later");
    let mut second = second.expect("the lock is gone");
    at.store.begin().expect_err("two writers");
    second.begin().expect("a turn");
    second.accept(&job(1), AT, &clerk()).expect("an accept");
    second.commit().expect("a commit");
}

#[test]
fn a_store_is_refused_with_the_reason() {
    let at = Lodged::file();
    let path = at.path();
    let elsewhere = |name: &str| folder(&at).join(name);
    let create = |path: &Path| SqliteStore::create(path, &identity(), &key(), STARTED);

    let missing = SqliteStore::open(&elsewhere("none.db"), &key(), STARTED);
    assert!(matches!(missing, Err(StoreOpenError::Missing { .. })));

    fs::write(
        elsewhere("text.db"),
        "no database, and long enough to be read as one".repeat(99),
    )
    .expect("a file");
    let text = SqliteStore::open(&elsewhere("text.db"), &key(), STARTED);
    assert!(
        matches!(text, Err(StoreOpenError::NotAStore { .. })),
        "{text:?}"
    );

    let foreign = rusqlite::Connection::open(elsewhere("foreign.db")).expect("a database");
    foreign.execute_batch("CREATE TABLE t(x)").expect("a table");
    let refused = create(&elsewhere("foreign.db"));
    assert!(
        matches!(refused, Err(StoreOpenError::NotAStore { .. })),
        "{refused:?}"
    );

    drop(at.store);
    assert!(matches!(create(&path), Err(StoreOpenError::Exists { .. })));
    let wrong = SqliteStore::open(&path, &StoreKey::from_bytes([8; 32]), STARTED);
    assert!(
        matches!(wrong, Err(StoreOpenError::KeyWrong { .. })),
        "{wrong:?}"
    );

    let office = Identity {
        training: false,
        ..identity()
    };
    let other = SqliteStore::open_or_create(&path, &office, STARTED).expect_err("another kind");
    let words = other.to_string();
    assert!(
        words.contains("room TPI, training") && words.contains("room TPI, office"),
        "{words}"
    );

    let key_file = key_path(&path);
    let open = || SqliteStore::open_or_create(&path, &identity(), STARTED);
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o640)).expect("to change");
    assert!(matches!(open(), Err(StoreOpenError::KeyExposed { .. })));
    fs::remove_file(&key_file).expect("to remove");
    let lost = open().expect_err("no key");
    assert!(matches!(lost, StoreOpenError::KeyMissing { .. }));
    assert!(
        !key_file.exists(),
        "a new key would hide the loss of the old one"
    );
    fs::write(&key_file, [1; 31]).expect("half a key");
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).expect("to change");
    assert!(matches!(open(), Err(StoreOpenError::KeyWrong { .. })));
}

#[test]
fn a_cut_first_start_is_made_good() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    // The key and an empty file were there when the power went.
    StoreKey::make(&key_path(&path)).expect("a key");
    fs::write(&path, []).expect("a file");
    let made = fs::read(key_path(&path)).expect("a key");
    let store = SqliteStore::open_or_create(&path, &identity(), STARTED).expect("a store");
    assert_eq!(store.identity(), identity());
    assert_eq!(fs::read(key_path(&path)).expect("a key"), made);
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&key_path(&path)), 0o600);
    let fresh = Lodged::file();
    for file in fs::read_dir(fresh.path().parent().expect("a folder")).expect("files") {
        let file = file.expect("a file").path();
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("no such folder").join("store.db");
    let refused = SqliteStore::open_or_create(&path, &identity(), STARTED);
    let words = refused.expect_err("no folder").to_string();
    assert!(
        words.contains("cannot write") && words.contains("no such folder"),
        "{words}"
    );
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    let at = Lodged::file();
    let (path, folder) = (at.path(), folder(&at));
    let known = u32::try_from(MIGRATIONS.len()).expect("a few");
    at.store
        .reads
        .connection
        .pragma_update(None, "user_version", known + 1)
        .expect("to edit");
    let reader = at.store.reader();
    assert!(
        matches!(reader, Err(StoreOpenError::Newer { .. })),
        "{reader:?}"
    );
    drop(at.store);
    let newer = SqliteStore::open_or_create(&path, &identity(), STARTED);
    let Err(StoreOpenError::Newer {
        found, known: said, ..
    }) = newer
    else {
        panic!("{newer:?}");
    };
    assert_eq!((found, said), (known + 1, known));
    assert!(folder.exists());
}

#[test]
fn a_migration_backs_the_store_up_and_is_whole_or_nothing() {
    let mut at = Lodged::file();
    at.queued(1);
    let path = at.path();
    let connection = &at.store.reads.connection;
    let known = MIGRATIONS.len();
    let with = |step| MIGRATIONS.iter().copied().chain([step]).collect::<Vec<_>>();
    let version = || match schema::look(connection).expect("to look") {
        Found::Store(version) => version as usize,
        other @ (Found::Unborn | Found::Foreign) => panic!("{other:?}"),
    };
    let broken = with("CREATE TABLE later(x); CREATE TABLE later(x);");
    schema::migrate(connection, &path, &broken).expect_err("a broken step");
    connection
        .execute_batch("ROLLBACK")
        .expect("the turn of the broken step");
    assert_eq!(version(), known);
    connection
        .prepare("SELECT * FROM later")
        .expect_err("half a migration");
    schema::migrate(connection, &path, &with("CREATE TABLE later(x);")).expect("a step");
    assert_eq!(version(), known + 1);
    let backup = path.with_file_name(format!("store.db.schema-{known}"));
    let key = StoreKey::read(&key_path(&path)).expect("a key");
    let before = SqliteStore::open(&backup, &key, STARTED).expect("the store as it was");
    assert_eq!(before.job_counts().expect("counts")["queued"], 1);
}

#[test]
fn a_reader_sees_commits_and_no_turn_in_flight() {
    let mut at = Lodged::file();
    let id = at.queued(1);
    let reader = at.store.reader().expect("a reader");
    assert_eq!(reader.job_counts().expect("counts")["queued"], 1);
    at.store.begin().expect("a turn");
    at.store
        .move_job(id, &JobState::Cancelled, AT, &clerk())
        .expect("a move");
    assert_eq!(
        reader.job(id).expect("to read").expect("a job").state,
        JobState::Queued
    );
    at.store.commit().expect("a commit");
    assert_eq!(
        reader.job(id).expect("to read").expect("a job").state,
        JobState::Cancelled
    );
    assert_eq!(
        reader
            .payload(id)
            .expect("to read")
            .expect("a payload")
            .record,
        record(1)
    );
    assert_eq!(reader.verify_journal().expect("a chain"), 2);
    reader
        .connection
        .execute_batch("DELETE FROM job")
        .expect_err("a reader wrote");
    fn sends<T: Send>(_: &T) {}
    sends(&reader);
    sends(&at.store);
    let none = Lodged::memory().store.reader();
    assert!(matches!(none, Err(StoreOpenError::MemoryOnly)));
}

#[test]
fn a_backup_beside_the_writer_opens_with_the_key() {
    let mut at = Lodged::file();
    let id = at.queued(1);
    let reader = at.store.reader().expect("a reader");
    let copy = folder(&at).join("copy.db");
    at.store.begin().expect("a turn");
    at.store.accept(&job(2), AT, &clerk()).expect("an accept");
    reader.back_up(&copy).expect("a backup");
    at.store.commit().expect("a commit");
    let mode = fs::metadata(&copy).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = StoreKey::read(&key_path(&at.path())).expect("a key");
    let restored = SqliteStore::open(&copy, &key, STARTED).expect("the copy");
    assert_eq!(restored.job_counts().expect("counts")["queued"], 1);
    assert_eq!(
        restored
            .payload(id)
            .expect("to read")
            .expect("a payload")
            .record,
        record(1)
    );
    assert_eq!(restored.verify_journal().expect("a chain"), 1);
}

/// Before the first page of a log.
const LOG_HEAD_BYTES: u64 = 32;

#[test]
fn the_log_is_taken_in_when_quiet_and_when_long() {
    let mut at = Lodged::file();
    let mut number = 0;
    let mut fill = |at: &mut Lodged| {
        at.turn(|store| {
            for _ in 0..30 {
                number += 1;
                let large = NewJob {
                    photo: Some(vec![1; 100_000]),
                    ..job(number)
                };
                store.accept(&large, AT, &clerk()).expect("an accept");
            }
        });
    };
    let file = |at: &Lodged| {
        let path = folder(at).join("store.db-wal");
        std::fs::metadata(path).map_or(0, |meta| meta.len())
    };
    fill(&mut at);
    let log = at.store.log_bytes;
    assert!(
        log > WAL_BYTES_WORTH,
        "no automatic checkpoint comes in between: {log}"
    );
    assert_eq!(file(&at), log + LOG_HEAD_BYTES);
    // Whoever had the store before may have erased something: the first time the file is emptied.
    at.store.checkpoint_if_quiet().expect("a checkpoint");
    assert_eq!((at.store.log_bytes, file(&at)), (0, 0));
    at.queued(9_000);
    let small = at.store.log_bytes;
    assert!(small > 0);
    at.store.checkpoint_if_quiet().expect("a checkpoint");
    assert_eq!(at.store.log_bytes, small, "a small log is left alone");
    fill(&mut at);
    let length = file(&at);
    at.store.checkpoint_if_quiet().expect("a checkpoint");
    assert_eq!((at.store.log_bytes, file(&at)), (0, length));
    at.queued(9_001);
    assert_eq!(at.store.log_bytes, small, "it begins anew");
    assert_eq!(file(&at), length, "and is written over");

    // With a reader in the way the writer goes on, and a later try takes the rest.
    at.store.forced_checkpoint_from = WAL_BYTES_WORTH;
    let reader = at.store.reader().expect("a reader");
    reader
        .connection
        .execute_batch("BEGIN; SELECT count(*) FROM job")
        .expect("a long read");
    fill(&mut at);
    let held = at.store.log_bytes;
    assert!(held > WAL_BYTES_WORTH);
    assert!(at.store.forced_checkpoint_from >= WAL_BYTES_MAX);
    reader.connection.execute_batch("COMMIT").expect("its end");
    at.store.forced_checkpoint_from = WAL_BYTES_WORTH;
    fill(&mut at);
    assert_eq!(at.store.log_bytes, 0);
    at.holds();
}

#[test]
fn a_full_disk_ends_the_store_and_leaves_whole_turns() {
    let mut at = Lodged::file();
    at.queued(1);
    let connection = &at.store.reads.connection;
    let pages: u32 = connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .expect("pages");
    let limit = format!("PRAGMA max_page_count = {}", pages + 5);
    connection
        .query_row(&limit, [], |_| Ok(()))
        .expect("a limit");
    let mut accepted = 1;
    let lost = loop {
        at.store.begin().expect("a turn");
        let turn = (0..2).try_for_each(|n| {
            let new = job(100 + 2 * accepted + n);
            at.store.accept(&new, AT, &clerk()).map(drop)
        });
        match turn.and_then(|()| at.store.commit()) {
            Ok(()) => accepted += 2,
            Err(lost) => break lost,
        }
        assert!(accepted < 1_000, "the disk never filled");
    };
    assert!(matches!(lost, StoreLost::Database { .. }), "{lost:?}");
    at.store.commit().expect_err("a commit after a full disk");
    at.store.begin().expect_err("a turn after a full disk");
    let at = at.reopened();
    assert_eq!(
        at.store.job_counts().expect("counts")["queued"],
        u64::from(accepted)
    );
    at.holds();
}

#[test]
fn the_queue_is_read_from_its_index() {
    let at = Lodged::memory();
    let connection = &at.store.reads.connection;
    let jobs = [read::OLDEST, read::PAGE, read::PAGE_OF_STATE]
        .map(|condition| format!("SELECT key FROM job WHERE {condition}"));
    let attempts = [read::OPEN_ATTEMPTS, read::ATTEMPTS_OF_JOB]
        .map(|tables| format!("SELECT a.run FROM {tables}"));
    let steps = [read::NEXT_CLASS, read::NEXT_DATE].map(str::to_owned);
    let queries = steps.into_iter().chain(jobs).chain(attempts);
    for query in queries {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .expect("a plan");
        let steps = plan
            .raw_query()
            .mapped(|row| row.get::<_, String>(3))
            .collect::<Result<Vec<_>, _>>()
            .expect("steps");
        let text = steps.join("; ");
        let sorts = text.contains("TEMP B-TREE") && !query.contains("attempt");
        assert!(!text.contains("SCAN job") && !sorts, "{query}: {text}");
        let scans = text.contains("SCAN a") && !text.contains("USING INDEX attempt_open");
        assert!(!scans, "{query}: {text}");
    }
}

#[cfg(feature = "sims")]
mod crashes {
    use super::*;
    use crate::engine::store::crash::{CrashPlan, CrashStore, PlannedCrash};

    fn crashed(keep: bool) -> CrashStore<SqliteStore> {
        let plan = CrashPlan { at_commit: 2, keep };
        let mut store = CrashStore::new(Lodged::memory().store, Some(plan));
        for number in 1..=2 {
            store.begin().expect("a turn");
            store.accept(&job(number), AT, &clerk()).expect("an accept");
            let commit = store.commit();
            match number {
                1 => commit.expect("the first commit"),
                _ => assert!(PlannedCrash::is(&commit.expect_err("a crash"))),
            }
        }
        assert!(store.crashed());
        let after = store.begin().expect_err("a turn after the crash");
        assert!(PlannedCrash::is(&after));
        store
    }

    #[test]
    fn a_crash_keeps_or_drops_the_commit_in_flight() {
        for (keep, jobs) in [(false, 1), (true, 2)] {
            let mut store = crashed(keep).into_inner().expect("the store again");
            assert_eq!(store.job_counts().expect("counts")["queued"], jobs);
            assert_eq!(store.verify_journal().expect("a chain"), jobs);
            store.begin().expect("a turn");
            let accepted = store.accept(&job(9), AT, &clerk()).expect("an accept");
            let crate::engine::store::Accepted::New { job: id, .. } = accepted else {
                panic!("{accepted:?}");
            };
            assert_eq!(id.number, jobs + 1);
            store.commit().expect("a commit");
            store.reads.audit().expect("the sums hold");
        }
    }

    #[test]
    fn a_crash_between_commits_loses_the_turn_in_flight() {
        let mut store = CrashStore::new(Lodged::memory().store, None);
        store.begin().expect("a turn");
        store.accept(&job(1), AT, &clerk()).expect("an accept");
        store.crash();
        assert!(PlannedCrash::is(&store.commit().expect_err("a commit")));
        let store = store.into_inner().expect("the store again");
        assert!(store.job_counts().expect("counts").is_empty());
    }

    #[test]
    fn a_snapshot_goes_its_own_way() {
        let mut at = Lodged::memory();
        at.queued(1);
        let mut branch = at.store.snapshot().expect("a copy");
        at.queued(2);
        branch.begin().expect("a turn");
        branch.accept(&job(3), AT, &clerk()).expect("an accept");
        branch.accept(&job(4), AT, &clerk()).expect("an accept");
        branch.commit().expect("a commit");
        assert_eq!(at.store.job_counts().expect("counts")["queued"], 2);
        assert_eq!(branch.job_counts().expect("counts")["queued"], 3);
        assert_eq!(branch.verify_journal().expect("a chain"), 3);
        at.holds();
    }
}
