//! The spooler is killed again and again while cards are in flight, printers lose their power in mid-card; judged from the trays.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cetak::artwork::Look;
use cetak::domain::ids::Stock;
use cetak::engine::store::{SqliteReader, StoreKey, StoreRead};
use cetak::interfaces::api::{Done, JobsPage, PrinterView, RoomView};
use cetak::rehearsal::demo::plan::Plan;
use cetak::rehearsal::demo::stage::{Evening, Stage};
use cetak::rehearsal::sim;
use cetak::rehearsal::specimen::Specimen;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::RibbonKind;

/// More than the kills use up, however fast the machine is: about two to three a kill.
const CARDS: u32 = 240;
const KILLS: u64 = 55;
const KILLS_WITH_OPEN_INTENT_MIN: usize = 40;
/// Every so many kills a printer that has a card inside loses its power too.
const POWER_EVERY: u64 = 6;
/// The steps at which an intent may be open. None may be left untried.
const STEPS: [&str; 7] = [
    "sent:feed",
    "sent:chip",
    "sent:park",
    "sent:face",
    "sent:finish",
    "sent:eject",
    "sent:reject",
];
/// How long a step is waited for before the kill comes anyway: wall time, and cards that are printed meanwhile.
const STEP_MAX: Duration = Duration::from_secs(3);
const STEP_CARDS_MAX: u64 = 5;
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long the room may take altogether.
const CAMPAIGN_MAX: Duration = Duration::from_secs(280);

/// What the kills met.
#[derive(Default)]
struct Met {
    steps: BTreeMap<String, usize>,
    with_open_intent: usize,
    powers: usize,
    queued_at_the_last: u64,
}

impl Met {
    fn table(&self) -> String {
        let mut text = String::new();
        for (step, count) in &self.steps {
            writeln!(text, "{step:14} {count:4}").unwrap();
        }
        text
    }

    /// The step that was met least.
    fn wanted(&self) -> &'static str {
        let count = |step: &&str| self.steps.get(*step).copied().unwrap_or(0);
        STEPS.into_iter().min_by_key(count).unwrap()
    }
}

#[test]
fn killed_at_every_step_each_person_gets_one_good_card_and_every_blank_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("room");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (evening, met) = runtime.block_on(campaign(&out));
    let Evening { closing, verdict } = evening;
    let kills = closing.kills;
    println!(
        "{kills} kills, {} with an open intent, {} power cuts of printers, {} jobs queued at the last; \
         open at a kill:\n{}",
        met.with_open_intent,
        met.powers,
        met.queued_at_the_last,
        met.table()
    );
    println!(
        "{} jobs: {} good, {} spoiled, {} duplicates, {} lost, {} doubts",
        closing.jobs,
        closing.good,
        closing.spoiled,
        closing.duplicates,
        closing.lost,
        closing.doubts
    );
    assert_eq!(verdict.broken, Vec::<String>::new(), "C1, L1, S1");
    assert!(verdict.holds(), "{verdict:?}");
    assert_eq!(closing.good, u64::from(CARDS));
    assert!(kills >= 50, "{kills}");
    assert!(met.with_open_intent >= KILLS_WITH_OPEN_INTENT_MIN);
    for step in STEPS {
        assert!(met.steps.contains_key(step), "never killed at {step}");
    }
}

#[test]
fn an_orderly_stop_finishes_the_cards_in_flight_and_begins_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("room");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_cetak"));
        // A seed whose first cards meet no fault.
        let mut plan = Plan::draw(5, 30);
        for printer in &mut plan.printers {
            printer.faults = cetak_firmware_sims::faults::FaultPlan::default();
        }
        let mut stage = Stage::set(plan, &out, &program).await.unwrap();
        stage.open().await.unwrap();
        wait_for(&mut stage, "sent:face", u64::MAX).await;
        let room: RoomView = stage.client().get("/status").await.unwrap();
        let process = i32::try_from(room.process).unwrap();
        let process = rustix::process::Pid::from_raw(process).unwrap();
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        let began = Instant::now();
        while stage.look().await.is_ok() {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not stop"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let path = out.join("store.db");
    let key = StoreKey::read(&path.with_extension("key")).unwrap();
    let store = SqliteReader::open(&path, &key).unwrap();
    assert_eq!(
        store.open_attempts().unwrap(),
        vec![],
        "no card was left inside"
    );
    let counts = store.job_counts().unwrap();
    let printed = counts.get("printed").copied().unwrap_or(0);
    let queued = counts.get("queued").copied().unwrap_or(0);
    assert!(printed >= 1, "{counts:?}");
    assert_eq!(printed + queued, 30, "{counts:?}");
    let log = std::fs::read_to_string(out.join("serve.log")).unwrap();
    assert!(log.contains("cards in flight are finished first"), "{log}");
}

/// Three printers with a chip station and one without, of the maker whose every step is an intent of its own. A Matica asks
/// itself through half a minute after each kill, and would be met at one step again and again.
fn all_evolis(plan: &mut Plan) {
    for printer in plan.printers.iter_mut().skip(1) {
        printer.profile = "evolis-primacy";
        printer.ribbon = RibbonKind::Ymcko;
        printer.dye_levels = 128;
        printer.knows = &[];
        printer.look = Look::Colour;
    }
    plan.printers[2].stock = Stock::KtpEl;
}

async fn campaign(out: &Path) -> (Evening, Met) {
    let mut plan = Plan::draw(2_019, CARDS);
    plan.spare_blanks = 2 * CARDS;
    all_evolis(&mut plan);
    let people = plan.people();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_cetak"));
    let began = Instant::now();
    let mut stage = Stage::set(plan, out, &program).await.unwrap();
    stage.open().await.unwrap();
    let mut met = Met::default();
    loop {
        assert!(
            began.elapsed() < CAMPAIGN_MAX,
            "{}",
            standing(&mut stage).await
        );
        if stage.kills() < KILLS && stage.look().await.unwrap().count("queued") > 0 {
            wait_for(&mut stage, met.wanted(), STEP_CARDS_MAX).await;
            if stage.kills() % POWER_EVERY == POWER_EVERY - 1 {
                met.powers += usize::from(cut_power(&mut stage).await);
            }
            met.queued_at_the_last = stage.look().await.unwrap().count("queued");
            note(&stage.kill().await.unwrap(), &mut met);
            if stage.kills() % 20 == 0 {
                assert_unseen(&people, out);
            }
        }
        stage.attend().await.unwrap();
        release_held(&stage).await;
        if stage.look().await.unwrap().is_over(CARDS) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_files_are_inside(&stage, out).await;
    assert_unseen(&people, out);
    let evening = stage.close().await.unwrap();
    assert_unseen(&people, out);
    (evening, met)
}

async fn standing(stage: &mut Stage) -> String {
    let sight = stage.look().await.unwrap();
    let mut bins = Vec::new();
    for ready in stage.ready() {
        let look = sim::hand(Path::new(&ready.control), &Hand::Look).await;
        bins.push(look.map(|look| (look.inside, look.reject)));
    }
    format!("the room does not come to an end: {sight:#?}\ninside and in the reject box: {bins:#?}")
}

/// Until a printer has an intent open at this step; after so many cards at any step; or long enough.
async fn wait_for(stage: &mut Stage, step: &str, cards: u64) {
    let began = Instant::now();
    let printed = stage.look().await.unwrap().count("printed");
    while began.elapsed() < STEP_MAX {
        let printers: Vec<PrinterView> = stage.client().get("/printers").await.unwrap();
        let patient = stage.look().await.unwrap().count("printed") < printed.saturating_add(cards);
        let at = |view: &PrinterView| {
            let point = view.card.as_ref().map(|card| card.point.as_str());
            point.is_some_and(|point| point == step || !patient && point.starts_with("sent:"))
        };
        if printers.iter().any(at) {
            return;
        }
        // Without its operator the room could come to stand before the step is met.
        if began.elapsed() > STEP_MAX / 4 {
            stage.attend().await.unwrap();
            release_held(stage).await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn note(printers: &[PrinterView], met: &mut Met) {
    let open: Vec<&str> = printers
        .iter()
        .filter_map(|view| view.card.as_ref())
        .map(|card| card.point.as_str())
        .collect();
    met.with_open_intent += usize::from(open.iter().any(|point| point.starts_with("sent:")));
    for point in open {
        *met.steps.entry(point.to_owned()).or_default() += 1;
    }
}

/// A printer with a card in it loses its power, and gets it back.
async fn cut_power(stage: &mut Stage) -> bool {
    let printers: Vec<PrinterView> = stage.client().get("/printers").await.unwrap();
    let Some(busy) = printers.iter().position(|view| view.card.is_some()) else {
        return false;
    };
    let id = &printers[busy].id;
    let at = stage.plan().printers.iter().position(|plan| plan.id == *id);
    let control = PathBuf::from(&stage.ready()[at.unwrap()].control);
    sim::hand(&control, &Hand::PowerOff).await.unwrap();
    sim::hand(&control, &Hand::PowerOn).await.unwrap();
    true
}

/// A card that failed twice waits for somebody who looks into it: here it was only the kills.
async fn release_held(stage: &Stage) {
    let held: JobsPage = stage.client().get("/jobs?state=held").await.unwrap();
    for job in held.jobs {
        let path = format!("/jobs/{}/release", job.id);
        let _: Done = stage.client().post(&path, &Done {}).await.unwrap();
    }
}

/// No NIK, name, address or photo is in any file of the room but the cards' pictures and the file that was handed in.
fn assert_unseen(people: &[Specimen], folder: &Path) {
    let mut files = Vec::new();
    walk(folder, &mut files);
    let searched = |path: &Path| {
        let handed_in = path.starts_with(folder.join("records"));
        !handed_in && path.extension().is_none_or(|extension| extension != "png")
    };
    let mut looked_at = 0;
    for path in files.into_iter().filter(|path| searched(path)) {
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        looked_at += bytes.len();
        let finder = Finder::new(&bytes);
        for (record, photo) in people {
            // A name of one or two words may be an operator's, whose deeds are in the journal by right.
            let name = Some(&record.name).filter(|name| name.split(' ').count() > 2);
            for secret in [&record.nik, &record.address].into_iter().chain(name) {
                assert!(
                    !finder.has(secret.as_bytes()),
                    "{secret} in {}",
                    path.display()
                );
            }
            if let Some(photo) = photo {
                let piece = &photo[photo.len() / 2..][..24];
                assert!(!finder.has(piece), "a photo in {}", path.display());
            }
        }
    }
    assert!(looked_at > 100_000, "a store with sealed photos is larger");
}

/// Where each pair of bytes occurs, so that thousands of needles are looked up in one haystack.
struct Finder<'a> {
    bytes: &'a [u8],
    starts: Vec<Vec<u32>>,
}

impl<'a> Finder<'a> {
    fn new(bytes: &'a [u8]) -> Finder<'a> {
        let mut starts = vec![Vec::new(); 1 << 16];
        for (at, pair) in bytes.windows(2).enumerate() {
            let pair = usize::from(u16::from_le_bytes([pair[0], pair[1]]));
            starts[pair].push(u32::try_from(at).unwrap());
        }
        Finder { bytes, starts }
    }

    fn has(&self, needle: &[u8]) -> bool {
        let pair = usize::from(u16::from_le_bytes([needle[0], needle[1]]));
        let here = |at: &u32| {
            let at = usize::try_from(*at).unwrap();
            self.bytes[at..].starts_with(needle)
        };
        self.starts[pair].iter().any(here)
    }
}

#[test]
fn the_search_finds_what_is_there() {
    let finder = Finder::new(b"abc2172990101900003xyz");
    assert!(finder.has(b"2172990101900003"));
    assert!(!finder.has(b"2172990101900004"));
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, files);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

/// Every file that the spooler has open lies in its folder: there is no temporary one elsewhere.
async fn assert_files_are_inside(stage: &Stage, folder: &Path) {
    let room: RoomView = stage.client().get("/status").await.unwrap();
    let folder = folder.canonicalize().unwrap();
    for entry in std::fs::read_dir(format!("/proc/{}/fd", room.process)).unwrap() {
        let Ok(open) = std::fs::read_link(entry.unwrap().path()) else {
            continue;
        };
        let is_file = open.is_file() && !open.starts_with("/dev") && !open.starts_with("/proc");
        assert!(!is_file || open.starts_with(&folder), "{}", open.display());
    }
}
