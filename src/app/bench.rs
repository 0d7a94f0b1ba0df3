//! `printer P bench`: leads a person through the bench of one printer, and writes what was shown.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Duration;

use cetak_drivers::bench::{Assumed, Choice, Course, Hands, Question, Turn, Walk};
use cetak_drivers::contract::{Answer, Dialect, Event, Identity, Moment, Request, Ribbon};
use cetak_drivers::link::dam::{Dam, Gate};
use cetak_drivers::link::endpoint;
use cetak_drivers::link::trace::{Shown, Trace};
use cetak_drivers::session::{self, Session};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{doctor, draw_seed, printers};
use crate::clock::{Clock, Scale};
use crate::config::{Config, Printer};
use crate::domain::ids::{Actor, PrinterId};
use crate::interfaces::cli::{Exit, Global};
use crate::interfaces::client::{Client, ClientError};
use crate::interfaces::http::peer;
use crate::interfaces::words::{self, Lang, params};
use crate::telemetry;

mod record;

pub(super) use record::Record;

/// Bytes of a page behind which its sending stands still.
const HELD_BACK_BEHIND_BYTES: usize = 100_000;
/// How long the spooler gets to let go of a port.
const LET_GO_WITHIN: Duration = Duration::from_secs(10);
/// Between two looks at it.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Why there is no bench, or no record of it: a code of the catalogue and what the words need.
struct Trouble {
    code: String,
    what: String,
    exit: Exit,
}

impl Trouble {
    fn new(code: &str, what: impl ToString) -> Trouble {
        Trouble {
            code: code.to_owned(),
            what: what.to_string(),
            exit: Exit::Failed,
        }
    }
}

/// Runs the bench of one printer. `clock`: a training room's.
pub(super) async fn run(global: &Global, id: &PrinterId, clock: Option<Scale>) -> Exit {
    match walk(global, id, clock).await {
        Ok(exit) => exit,
        Err(trouble) => {
            let with = params([("printer", id), ("what", &trouble.what)]);
            let says = words::code(&trouble.code, &with, global.lang);
            if global.json {
                let next = words::code_help(&trouble.code, &with, global.lang);
                let object =
                    serde_json::json!({ "error": trouble.code, "text": says, "next": next });
                eprintln!("{object}");
                return trouble.exit;
            }
            eprintln!("cetak: {says}");
            if let Some(help) = words::code_help(&trouble.code, &with, global.lang) {
                eprintln!("{help}");
            }
            trouble.exit
        }
    }
}

async fn walk(global: &Global, id: &PrinterId, clock: Option<Scale>) -> Result<Exit, Trouble> {
    let data = &global.data;
    let config = Config::load(data, &printers::profiles())
        .map_err(|error| Trouble::new("CONFIG_WRONG", doctor::chain(&error)))?;
    let clock = match clock {
        Some(_) if !config.training => return Err(Trouble::new("BENCH_CLOCK", id)),
        Some(scale) => Clock::scaled(scale),
        None => Clock::real(),
    };
    let printer = config.printers.iter().find(|printer| printer.id == *id);
    let printer = printer.ok_or_else(|| Trouble::new("NO_SUCH_PRINTER", id))?;
    let broken = |error: io::Error| Trouble::new("BENCH_FILES", error);
    let trace = record::place(data, id, "trace");
    std::fs::create_dir_all(trace.parent().unwrap_or(data)).map_err(broken)?;
    let lock = File::create(record::place(data, id, "lock")).map_err(broken)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Trouble::new("BENCH_RUNS", id)),
        Err(TryLockError::Error(error)) => return Err(broken(error)),
    }
    let resumes = take_over(global, id).await?;
    telemetry::start_in_file(File::create(&trace).map_err(broken)?);
    until_free(printer).await?;
    let mut bench = Bench::new(printer, Talk::new(global), clock);
    let ended = bench.walk(resumes).await;
    bench.let_go().await;
    let (course, walk) = ended.map_err(|error| Trouble::new("BENCH_FILES", error))?;
    let date = jiff::Timestamp::from_millisecond(crate::clock::wall().0)
        .map_or_else(|_| "?".to_owned(), |at| at.to_string());
    let person = person(global, &config);
    let log = course.log().clone();
    let shown = walk.shown(&log);
    let record = Record::of(printer, &bench.identity, &person, date, shown, log);
    let file = record
        .write(data)
        .map_err(|error| Trouble::new("BENCH_FILES", error))?;
    tell(global, &record, &file).map_err(broken)?;
    Ok(if record.log.is_stopped() {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Whether a bench of this printer runs now, with or without a spooler.
pub(super) fn runs(data: &Path, id: &PrinterId) -> bool {
    File::open(record::place(data, id, "lock"))
        .is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Has the spooler, where one runs, let go of a paused printer. Returns whether one runs.
async fn take_over(global: &Global, id: &PrinterId) -> Result<bool, Trouble> {
    let client = match Client::of(&global.data) {
        Ok(client) => client.speaking_as(global.speaks_as.clone()),
        Err(ClientError::Unreachable { .. }) => return Ok(false),
        Err(error) => return Err(Trouble::new("BENCH_SPOOLER", doctor::chain(&error))),
    };
    let path = format!("/printers/{id}/maintain");
    let answer: Result<serde_json::Value, ClientError> =
        client.post(&path, &serde_json::json!({})).await;
    match answer {
        Ok(_) => Ok(true),
        Err(ClientError::Unreachable { .. }) => Ok(false),
        Err(ClientError::Refused { refusal, .. }) => Err(Trouble::new(&refusal.code.0, id)),
        Err(error) => Err(Trouble::new("BENCH_SPOOLER", doctor::chain(&error))),
    }
}

/// A serial port is held by one program: the spooler's session takes a moment to end.
async fn until_free(printer: &Printer) -> Result<(), Trouble> {
    let wall = Clock::real();
    let since = wall.now();
    loop {
        match doctor::try_open(&printer.endpoint).await {
            Ok(()) => return Ok(()),
            Err(what) if wall.now().since(since) > LET_GO_WITHIN => {
                return Err(Trouble::new("BENCH_PORT", what));
            }
            Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

/// Who stands there.
fn person(global: &Global, config: &Config) -> Actor {
    use std::os::unix::fs::MetadataExt;
    match &global.speaks_as {
        Some(name) if config.training => Actor::Person(name.clone()),
        Some(_) | None => match std::fs::metadata("/proc/self") {
            Ok(about) => peer::person(about.uid()),
            Err(_) => Actor::Person("?".to_owned()),
        },
    }
}

fn tell(global: &Global, record: &Record, file: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if global.json {
        let object = serde_json::json!({ "file": file, "record": record });
        writeln!(out, "{object}")?;
        return out.flush();
    }
    let code = if record.log.is_stopped() {
        "BENCH_STOPPED"
    } else {
        "BENCH_WRITTEN"
    };
    let names = record.flags.iter().map(|flag| {
        let name = serde_json::to_value(flag).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    });
    let mut shown: Vec<String> = names.chain(record.knows.iter().cloned()).collect();
    if shown.is_empty() {
        shown.push("-".to_owned());
    }
    let with = params([
        ("printer", &record.printer),
        ("file", &file.display()),
        ("shown", &shown.join(", ")),
    ]);
    writeln!(out, "{}", words::code(code, &with, global.lang))?;
    if let Some(help) = words::code_help(code, &with, global.lang) {
        writeln!(out, "{help}")?;
    }
    out.flush()
}

/// One plain question at a time, on standard output; with `--json` on standard error.
struct Talk {
    lang: Lang,
    aside: bool,
}

/// What a person types.
enum Typed {
    Line(String),
    Stop,
}

impl Talk {
    fn new(global: &Global) -> Talk {
        Talk {
            lang: global.lang,
            aside: global.json,
        }
    }

    fn say(&self, text: &str) -> io::Result<()> {
        if self.aside {
            let mut out = io::stderr().lock();
            return writeln!(out, "{text}");
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// The next line; the end of the input stops.
    async fn hear(&self) -> io::Result<Typed> {
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin()
                .lock()
                .read_line(&mut line)
                .map(|count| (count, line))
        });
        let (count, line) = read.await.map_err(io::Error::other)??;
        let word = line.trim();
        Ok(if count == 0 || word == "q" {
            Typed::Stop
        } else {
            Typed::Line(word.to_owned())
        })
    }

    fn ready(&self) -> &'static str {
        self.lang.pick(
            "  [Enter] sudah   [q] berhenti",
            "  [Enter] done   [q] stop",
        )
    }

    /// One of the choices; `None`: stop.
    async fn choose(&self, question: Question) -> io::Result<Option<Choice>> {
        self.say(words::bench::question(question).of(self.lang))?;
        let choices = question.choices();
        let mut offered = String::new();
        for (at, choice) in choices.iter().enumerate() {
            let says = words::bench::choice(*choice).of(self.lang);
            offered.push_str(&format!("  [{}] {says}", at + 1));
        }
        offered.push_str(self.lang.pick("  [q] berhenti", "  [q] stop"));
        loop {
            self.say(&offered)?;
            match self.hear().await? {
                Typed::Stop => return Ok(None),
                Typed::Line(line) => {
                    let at: Option<usize> = line.parse().ok();
                    let chosen = at.and_then(|at| choices.get(at.checked_sub(1)?));
                    if let Some(choice) = chosen {
                        return Ok(Some(*choice));
                    }
                }
            }
        }
    }
}

/// The printer's end of the bench.
struct Bench<'a> {
    printer: &'a Printer,
    talk: Talk,
    clock: Clock,
    seed: u64,
    trace_key: [u8; 16],
    gate: Gate,
    line: Option<Line>,
    identity: Identity,
}

/// A session under way.
struct Line {
    requests: mpsc::Sender<Request>,
    news: mpsc::Receiver<Event>,
    running: JoinHandle<()>,
}

impl<'a> Bench<'a> {
    fn new(printer: &'a Printer, talk: Talk, clock: Clock) -> Bench<'a> {
        let (seed, trace_key) = draw_seed(None);
        Bench {
            printer,
            talk,
            clock,
            seed,
            trace_key,
            gate: Gate::default(),
            line: None,
            identity: Identity::default(),
        }
    }

    /// To the end, or to where it is stopped. `resumes`: a spooler waits for the printer to come back.
    async fn walk(&mut self, resumes: bool) -> io::Result<(Course, Walk)> {
        let ribbon = self.printer.ribbon.unwrap_or(Ribbon::Ymcko);
        let plain = self.dialect(&Assumed::default());
        let capabilities = plain.capabilities().clone();
        let walk = Walk::of(&capabilities, ribbon)
            .ok_or_else(|| io::Error::other("no walk for this maker"))?;
        let mut course = Course::new(walk.clone(), capabilities);
        let mut told = String::new();
        loop {
            let (step, steps, code) = course.progress();
            if told != code {
                code.clone_into(&mut told);
                let about = words::bench::step(code).map_or(code, |words| words.of(self.talk.lang));
                let head = match self.talk.lang {
                    Lang::Id => format!("\nLangkah {step} dari {steps}: {about}"),
                    Lang::En => format!("\nStep {step} of {steps}: {about}"),
                };
                self.talk.say(&head)?;
            }
            match course.turn() {
                Turn::Over => break,
                Turn::Connect(assumed) => {
                    self.connect(&assumed).await;
                    course.done();
                }
                Turn::Hands(hands) => {
                    if self.hands(hands).await? || course.log().is_stopped() {
                        course.done();
                    } else {
                        course.stop();
                    }
                }
                Turn::Question(question) => match self.talk.choose(question).await? {
                    Some(choice) => course.chose(choice),
                    None => course.stop(),
                },
                Turn::Ask(request, None) => course.heard(self.ask(request).await),
                Turn::Ask(request, Some(hands)) => {
                    if self.hands(hands).await? {
                        if hands == Hands::PullCable {
                            self.gate.shut_behind(HELD_BACK_BEHIND_BYTES);
                        }
                        let answer = self.ask(request).await;
                        self.gate.open();
                        course.heard(answer);
                    } else {
                        course.stop();
                    }
                }
            }
        }
        if resumes {
            let with = params([("printer", &self.printer.id)]);
            let says = words::code("BENCH_RESUME", &with, self.talk.lang);
            let help = words::code_help("BENCH_RESUME", &with, self.talk.lang);
            self.talk
                .say(&format!("\n{says}. {}", help.unwrap_or_default()))?;
        }
        Ok((course, walk))
    }

    /// Says what hands do; `false`: stop. Where the walk is over already, what is left is said all the same.
    async fn hands(&self, hands: Hands) -> io::Result<bool> {
        self.talk
            .say(words::bench::hands(hands).of(self.talk.lang))?;
        self.talk.say(self.talk.ready())?;
        Ok(match self.talk.hear().await? {
            Typed::Line(_) => true,
            Typed::Stop => false,
        })
    }

    fn dialect(&self, assumed: &Assumed) -> Box<dyn Dialect> {
        let mut printer = self.printer.clone();
        printer.bench.clone_from(&assumed.bench);
        printer.knows = assumed
            .knows
            .iter()
            .map(|word| (*word).to_owned())
            .collect();
        printers::dialect_on_bench(&printer, &self.clock, self.seed)
    }

    /// Lets go of the printer and begins anew.
    async fn connect(&mut self, assumed: &Assumed) {
        self.let_go().await;
        self.seed = self.seed.wrapping_add(1);
        let (requests, requests_in) = mpsc::channel(1);
        let (told, news) = mpsc::channel(64);
        let clock = self.clock;
        let link = Dam::new(endpoint::connect(&self.printer.endpoint), self.gate.clone());
        let link = Trace::new(link, &self.printer.id.0, &self.trace_key, Shown::Text);
        let running = tokio::spawn(session::run(
            Session::new(self.dialect(assumed)),
            link,
            requests_in,
            told,
            move || clock.now(),
            move |moment: Moment| clock.sleep(moment),
        ));
        self.line = Some(Line {
            requests,
            news,
            running,
        });
    }

    /// The link is closed when this returns.
    async fn let_go(&mut self) {
        if let Some(Line {
            requests,
            news,
            running,
        }) = self.line.take()
        {
            drop(requests);
            drop(news);
            // A session that fell has let go, too.
            let _ = running.await;
        }
    }

    async fn ask(&mut self, request: Request) -> Answer {
        let Some(line) = &mut self.line else {
            return Answer::Lost;
        };
        if line.requests.send(request).await.is_err() {
            return Answer::Lost;
        }
        while let Some(event) = line.news.recv().await {
            match event {
                Event::Answered(answer) => return answer,
                Event::Identity(identity) => self.identity = identity,
                Event::Up | Event::Fault(_) | Event::Status(_) | Event::Lost => {}
            }
        }
        Answer::Lost
    }
}
