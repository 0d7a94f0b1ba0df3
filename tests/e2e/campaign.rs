//! The spoolers of two rooms are killed again and again while cards are in flight, printers lose their power in mid-card;
//! judged from the trays. Each room has a printer of each maker, and both run side by side.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cetak::engine::store::{SqliteReader, StoreKey, StoreRead};
use cetak::interfaces::api::{Done, JobsPage, PrinterView, Reloaded, RoomView};
use cetak::rehearsal::demo::plan::Plan;
use cetak::rehearsal::demo::stage::{Evening, Stage};
use cetak::rehearsal::sim;
use cetak::rehearsal::specimen::Specimen;
use cetak_firmware_sims::hands::Hand;

/// Seeds of the rooms that are killed side by side.
const ROOMS: [u64; 2] = [2_019, 2_020];
/// Cards of a room: more than its kills use up, however fast the machine is.
const CARDS: u32 = 90;
/// Kills of a room.
const KILLS: u64 = 26;
/// Kills of a room while a step of the rooms was not met: some steps are short, and a busy machine looks too late.
const KILLS_MAX: u64 = 40;
const KILLS_WITH_OPEN_INTENT_MIN: usize = 40;
/// Every so many kills a printer that has a card inside loses its power too.
const POWER_EVERY: u64 = 6;
/// The steps at which an intent may be open, as each maker orders them apart. That a Matica rejects is left to chance:
/// only a power cut in its chip leads there.
const STEPS: [(&str, &[&str]); 4] = [
    (
        "evolis",
        &["feed", "chip", "park", "face", "finish", "eject", "reject"],
    ),
    ("matica", &["feed", "chip", "park", "face", "finish"]),
    ("zebra", &["finish", "eject"]),
    ("magicard", &["face", "finish"]),
];
/// Those that last a few milliseconds at this clock, or come only after a fault: all are waited for, and most of them
/// must be met; where the chaos suite cuts it meets each. None of the others may be left untried.
const FLEETING: [&str; 6] = [
    "evolis chip",
    "evolis eject",
    "evolis reject",
    "matica chip",
    "magicard face",
    "zebra eject",
];
const FLEETING_UNTRIED_MAX: usize = 2;
/// Commands of one chip.
const CHIP_COMMANDS: usize = 300;
/// How long a step is waited for before the kill comes anyway: wall time, and cards that are printed meanwhile.
const STEP_MAX: Duration = Duration::from_secs(8);
const STEP_CARDS_MAX: u64 = 5;
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long the room may take altogether.
const CAMPAIGN_MAX: Duration = Duration::from_secs(280);

/// What the kills met.
#[derive(Default)]
struct Met {
    /// Kills with an intent open, by maker and step.
    steps: BTreeMap<String, usize>,
    with_open_intent: usize,
    powers: usize,
    queued_at_the_last: u64,
}

impl Met {
    fn table(&self) -> String {
        let mut text = String::new();
        for (step, count) in &self.steps {
            writeln!(text, "{step:20} {count:4}").unwrap();
        }
        text
    }

    fn count(&self, step: &str) -> usize {
        self.steps.get(step).copied().unwrap_or(0)
    }

    /// Steps at which no kill came yet.
    fn untried(&self) -> Vec<String> {
        steps().filter(|step| self.count(step) == 0).collect()
    }

    /// The steps that were met least.
    fn wanted(&self) -> Vec<String> {
        let least = steps().map(|step| self.count(&step)).min().unwrap();
        steps().filter(|step| self.count(step) == least).collect()
    }
}

/// Every step of every maker.
fn steps() -> impl Iterator<Item = String> {
    STEPS
        .into_iter()
        .flat_map(|(maker, steps)| steps.iter().map(move |step| format!("{maker} {step}")))
}

/// Whether a stage is under way, and not what comes after a doubt.
fn is_moving(view: &PrinterView) -> bool {
    view.card.as_ref().is_some_and(|card| {
        card.doing.starts_with("stage:")
            || ["writing_chip", "proving_chip"].contains(&card.doing.as_str())
    })
}

/// The step whose intent a printer has open.
fn open_step(view: &PrinterView) -> Option<String> {
    let (maker, _) = view.profile.split_once('-')?;
    let step = view.card.as_ref()?.point.strip_prefix("sent:")?;
    Some(format!("{maker} {step}"))
}

#[test]
fn killed_at_every_step_each_person_gets_one_good_card_and_every_blank_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let met = RefCell::new(Met::default());
    let [one, other] = ROOMS.map(|seed| (seed, folder.path().join(seed.to_string())));
    let (one, other) = runtime.block_on(async {
        tokio::join!(
            campaign(one.0, &one.1, &met),
            campaign(other.0, &other.1, &met)
        )
    });
    let met = met.into_inner();
    let kills = one.closing.kills + other.closing.kills;
    println!(
        "{kills} kills, {} with an open intent, {} power cuts of printers, {} jobs queued at the last; \
         open at a kill:\n{}",
        met.with_open_intent,
        met.powers,
        met.queued_at_the_last,
        met.table()
    );
    for Evening { closing, verdict } in [one, other] {
        println!(
            "{} jobs: {} good, {} spoiled, {} duplicates, {} lost, {} doubts, {} s",
            closing.jobs,
            closing.good,
            closing.spoiled,
            closing.duplicates,
            closing.lost,
            closing.doubts,
            closing.wall_s
        );
        assert_eq!(verdict.broken, Vec::<String>::new(), "C1, L1, S1");
        assert!(verdict.holds(), "{verdict:?}");
        assert_eq!(closing.good, u64::from(CARDS));
    }
    assert!(kills >= 50, "{kills}");
    assert!(met.with_open_intent >= KILLS_WITH_OPEN_INTENT_MIN);
    let (fleeting, lasting): (Vec<String>, Vec<String>) = met
        .untried()
        .into_iter()
        .partition(|step| FLEETING.contains(&step.as_str()));
    assert_eq!(lasting, Vec::<String>::new(), "never killed there");
    assert!(fleeting.len() <= FLEETING_UNTRIED_MAX, "{fleeting:?}");
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
        wait_for(&mut stage, &["evolis face".to_owned()], u64::MAX).await;
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

async fn campaign(seed: u64, out: &Path, met: &RefCell<Met>) -> Evening {
    let mut plan = Plan::draw(seed, CARDS);
    plan.spare_blanks = 2 * CARDS;
    let people = plan.people();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_cetak"));
    let began = Instant::now();
    let mut stage = Stage::set(plan, out, &program).await.unwrap();
    write_chips_as_slowly_as_real_ones(out);
    let _: Reloaded = stage.client().post("/reload", &Done {}).await.unwrap();
    stage.open().await.unwrap();
    loop {
        assert!(
            began.elapsed() < CAMPAIGN_MAX,
            "{}",
            standing(&mut stage).await
        );
        let kills_max = if met.borrow().untried().is_empty() {
            KILLS
        } else {
            KILLS_MAX
        };
        if stage.kills() < kills_max && stage.look().await.unwrap().count("queued") > 0 {
            let wanted = met.borrow().wanted();
            if stage.kills() % POWER_EVERY == POWER_EVERY - 1 {
                let seen = wait_for(&mut stage, &wanted, STEP_CARDS_MAX).await;
                let cut = cut_power(&stage, &seen).await;
                met.borrow_mut().powers += usize::from(cut);
            }
            let queued = stage.look().await.unwrap().count("queued");
            met.borrow_mut().queued_at_the_last = queued;
            // A chip is written in no time: nothing is asked between the look and the kill.
            let before = wait_for(&mut stage, &wanted, STEP_CARDS_MAX).await;
            let after = stage.kill().await.unwrap();
            note(&before, &after, &mut met.borrow_mut());
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
    evening
}

/// The training script is one command, over before anybody can look; a real chip takes many.
fn write_chips_as_slowly_as_real_ones(out: &Path) {
    let mut script = "verify = [[\"00B0000108\", \"{mark}9000\"]]\nwrite = [\n".to_owned();
    script.push_str("  [\"00D6000108{mark}\", \"9000\"],\n");
    for _ in 0..CHIP_COMMANDS {
        script.push_str("  [\"00D60002080000000000000000\", \"9000\"],\n");
    }
    script.push_str("]\n");
    std::fs::write(out.join("chip.toml"), script).unwrap();
    let config = out.join("cetak.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let named = text.replace("chip = \"training\"", "chip = \"chip.toml\"");
    assert_ne!(named, text, "the room writes chips");
    std::fs::write(config, named).unwrap();
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

/// Until a printer has an intent open at one of these steps; after so many cards at any step; or long enough. Returns
/// the printers as they were seen.
async fn wait_for(stage: &mut Stage, wanted: &[String], cards: u64) -> Vec<PrinterView> {
    let began = Instant::now();
    let printed = stage.look().await.unwrap().count("printed");
    let mut patient = true;
    loop {
        let printers: Vec<PrinterView> = stage.client().get("/printers").await.unwrap();
        let at = |step: String| !patient || wanted.contains(&step);
        let moving = printers.iter().filter(|view| is_moving(view));
        if began.elapsed() > STEP_MAX || moving.filter_map(open_step).any(at) {
            return printers;
        }
        patient = stage.look().await.unwrap().count("printed") < printed.saturating_add(cards);
        // Without its operator the room could come to stand before the step is met.
        if began.elapsed() > STEP_MAX / 8 {
            stage.attend().await.unwrap();
            release_held(stage).await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What was open at the kill: as the store has it, where something was under way before.
fn note(before: &[PrinterView], after: &[PrinterView], met: &mut Met) {
    let was_moving = |view: &&PrinterView| {
        let before = before.iter().find(|before| before.id == view.id);
        before.is_some_and(is_moving)
    };
    let open: Vec<String> = after
        .iter()
        .filter(was_moving)
        .filter_map(open_step)
        .collect();
    met.with_open_intent += usize::from(!open.is_empty());
    for step in open {
        *met.steps.entry(step).or_default() += 1;
    }
}

/// A printer with a card in it loses its power, and gets it back.
async fn cut_power(stage: &Stage, printers: &[PrinterView]) -> bool {
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
