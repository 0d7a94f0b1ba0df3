//! `submit`: files of records to the spooler, batch by batch, in constant memory.
//!
//! A thread reads rows, photos beside them, and fills batches; at most [`FLIGHT_MAX`] of them are on their way at
//! once and answers are taken in the order of the file. A repeat of the same command is harmless: the spooler
//! knows each record by its key.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::domain::flaw::FieldError;
use crate::domain::ids::JobId;
use crate::interfaces::api::{SubmitAnswer, SubmitRequest, SubmitResult};
use crate::interfaces::client::ClientError;
use crate::interfaces::words::{self, Lang, params};

use super::line::Line;
use super::style::{Style, WIDTH_MAX, clean, quoted, wrapped};
use super::{Exit, Trouble, code_of, exit_of, in_words, tell, went_away};

mod read;

use read::{Batch, Read, RowIn, Source};

/// Batches on their way at once.
pub(super) const FLIGHT_MAX: usize = 2;

/// Hands in files.
pub(super) async fn run<L: Line>(
    line: &L,
    files: Vec<PathBuf>,
    style: &Style,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let again = command_line(&files, style);
    let sources = files.into_iter().map(Source::of_file).collect();
    hand_in(line, sources, &again, style, out, err).await
}

/// The same with files that may be anything.
async fn hand_in<L: Line>(
    line: &L,
    sources: Vec<Source>,
    again: &str,
    style: &Style,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let bytes = sources.iter().map(|source| source.bytes).sum();
    let mut desk = Desk {
        tally: Tally::default(),
        answered: None,
        bar: progress(bytes, style),
        style,
        out,
        err,
    };
    let (sender, mut reads) = mpsc::channel(1);
    // A thread of its own: one that waits for a slow pipe must not keep the program from ending.
    let reader = std::thread::spawn(move || read::all(sources, &sender));
    let mut flight: VecDeque<(Batch, Sending)> = VecDeque::new();
    let mut ended = false;
    while !ended || !flight.is_empty() {
        let may_read = !ended && flight.len() < FLIGHT_MAX;
        let answer = tokio::select! {
            read = reads.recv(), if may_read => {
                match read {
                    Some(Read::Batch(mut batch)) => {
                        let sending = send(line, std::mem::take(&mut batch.items));
                        flight.push_back((batch, sending));
                    }
                    Some(Read::CannotOpen(file, cause)) => desk.cannot_open(&file, &cause)?,
                    None => ended = true,
                }
                continue;
            }
            Some(answer) = front(&mut flight) => answer,
        };
        let Some((batch, _)) = flight.pop_front() else {
            continue;
        };
        match answer {
            Ok(results) => desk.settle(&batch, results)?,
            Err(error) => return desk.lost(&error, again),
        }
    }
    // What ends without having read everything must not be taken for the end of the files.
    reader.join().expect("reading rows does not panic");
    desk.close()
}

/// What a batch is waiting for; `None`: it had nothing to send.
type Sending = Option<JoinHandle<Result<SubmitAnswer, ClientError>>>;

fn send<L: Line>(line: &L, jobs: Vec<crate::interfaces::api::SubmitItem>) -> Sending {
    if jobs.is_empty() {
        return None;
    }
    let line = line.clone();
    Some(tokio::spawn(async move {
        line.post("/jobs", &SubmitRequest { jobs }).await
    }))
}

/// The oldest batch's answer; `None`: none is on its way.
async fn front(
    flight: &mut VecDeque<(Batch, Sending)>,
) -> Option<Result<Vec<SubmitResult>, ClientError>> {
    let (batch, sending) = flight.front_mut()?;
    let Some(sending) = sending else {
        return Some(Ok(vec![]));
    };
    let answer = sending
        .await
        .expect("a request is neither stopped nor does it panic");
    Some(answer.and_then(|answer| {
        let (asked, given) = (batch.sent, answer.results.len());
        if asked == given {
            return Ok(answer.results);
        }
        Err(ClientError::Broken {
            what: format!("{given} results for {asked} records"),
            cause: std::io::Error::from(std::io::ErrorKind::InvalidData).into(),
        })
    }))
}

/// What came of all rows so far. Each row is in one of the counts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Tally {
    accepted: u64,
    same: u64,
    held: BTreeMap<String, u64>,
    rejected: u64,
    conflicts: u64,
    refused: u64,
    /// Files that could not be opened.
    unopened: u64,
}

impl Tally {
    fn rows(&self) -> u64 {
        self.accepted + self.same + self.held() + self.rejected + self.conflicts + self.refused
    }

    fn held(&self) -> u64 {
        self.held.values().sum()
    }

    fn exit(&self) -> Exit {
        if self.rejected + self.conflicts + self.refused + self.unopened == 0 {
            Exit::Done
        } else {
            Exit::Failed
        }
    }
}

/// Where answers are counted and shown.
struct Desk<'a> {
    tally: Tally,
    /// The last row whose answer is known.
    answered: Option<(Arc<Path>, u64)>,
    bar: ProgressBar,
    style: &'a Style,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl Desk<'_> {
    /// Takes the answers of one batch, in the order of its rows.
    fn settle(&mut self, batch: &Batch, results: Vec<SubmitResult>) -> Result<(), Trouble> {
        let mut results = results.into_iter();
        for row in &batch.rows {
            let line = match row {
                RowIn::Refused(line, faults) => {
                    self.refused(&batch.file, *line, faults)?;
                    *line
                }
                RowIn::Sent(line) => {
                    let result = results.next().expect("one result a record was checked");
                    self.result(&batch.file, *line, result)?;
                    *line
                }
            };
            self.answered = Some((Arc::clone(&batch.file), line));
        }
        self.bar.inc(batch.bytes);
        Ok(())
    }

    fn result(&mut self, file: &Path, line: u64, result: SubmitResult) -> Result<(), Trouble> {
        match result {
            SubmitResult::New { job, state, code } => match (state.as_str(), code) {
                ("held", code) => {
                    let code = code.map_or_else(|| "held".to_owned(), |code| code.0);
                    *self.tally.held.entry(code).or_default() += 1;
                    Ok(())
                }
                ("rejected", code) => {
                    let code = code.map_or_else(|| "rejected".to_owned(), |code| code.0);
                    self.rejected(file, line, job, &code, None)
                }
                _ => {
                    self.tally.accepted += 1;
                    Ok(())
                }
            },
            SubmitResult::Same { .. } => {
                self.tally.same += 1;
                Ok(())
            }
            SubmitResult::Conflict { job } => {
                self.tally.conflicts += 1;
                let (says, help) = self.words("CONFLICT", job, None);
                let object =
                    json!({ "file": file, "line": line, "outcome": "conflict", "job": job });
                self.row(file, line, &format!("{says}. {help}"), &object)
            }
            SubmitResult::OpenAlready { job, open } => {
                self.rejected(file, line, job, "REJECTED_ALREADY_OPEN", Some(open))
            }
            SubmitResult::Refused { faults } => self.refused(file, line, &faults),
        }
    }

    fn rejected(
        &mut self,
        file: &Path,
        line: u64,
        job: JobId,
        code: &str,
        open: Option<JobId>,
    ) -> Result<(), Trouble> {
        self.tally.rejected += 1;
        let (says, help) = self.words(code, job, open);
        let mut object = json!({ "file": file, "line": line, "outcome": "rejected", "job": job,
            "code": code, "text": says });
        if let Some(open) = open {
            object["open"] = json!(open);
        }
        self.row(file, line, &format!("{job}: {says}. {help}"), &object)
    }

    fn words(&self, code: &str, job: JobId, open: Option<JobId>) -> (String, String) {
        let lang = self.style.lang;
        let mut with = params([("job", &job)]);
        if let Some(open) = open {
            with.insert("open".to_owned(), open.to_string());
        }
        let help = words::code_help(code, &with, lang).unwrap_or_default();
        (words::code(code, &with, lang), help)
    }

    /// One row, one line: all that is wrong with it.
    fn refused(&mut self, file: &Path, line: u64, faults: &[FieldError]) -> Result<(), Trouble> {
        self.tally.refused += 1;
        let lang = self.style.lang;
        let told: Vec<Value> = faults
            .iter()
            .map(|fault| {
                json!({ "field": fault.field, "code": fault.code_name(), "params": fault.params,
                    "text": words::flaw(fault, lang) })
            })
            .collect();
        let texts: Vec<String> = faults
            .iter()
            .map(|fault| {
                let text = words::flaw(fault, lang);
                match fault.field.as_str() {
                    "" => text,
                    field => format!("{field}: {text}"),
                }
            })
            .collect();
        let object = json!({ "file": file, "line": line, "outcome": "refused", "faults": told });
        self.row(file, line, &texts.join(" | "), &object)
    }

    fn cannot_open(&mut self, file: &Path, cause: &std::io::Error) -> Result<(), Trouble> {
        self.tally.unopened += 1;
        if self.style.json {
            let object = json!({ "file": file, "outcome": "unopened", "text": cause.to_string() });
            writeln!(self.out, "{object}")?;
            return Ok(());
        }
        let says = self.style.lang.pick(
            "berkas tidak bisa dibuka; periksa nama dan hak aksesnya",
            "the file cannot be opened; check its name and rights",
        );
        self.say(&format!("{}: {says} ({cause})", file.display()))
    }

    fn row(&mut self, file: &Path, line: u64, text: &str, object: &Value) -> Result<(), Trouble> {
        if self.style.json {
            writeln!(self.out, "{object}")?;
            return Ok(());
        }
        self.say(&format!("{}:{line}: {text}", file.display()))
    }

    /// A line on stderr, above the progress bar.
    fn say(&mut self, text: &str) -> Result<(), Trouble> {
        let text = clean(text);
        let err = &mut *self.err;
        self.bar.suspend(|| writeln!(err, "{text}"))?;
        Ok(())
    }

    fn close(self) -> Result<Exit, Trouble> {
        self.bar.finish_and_clear();
        if self.style.json {
            writeln!(self.out, "{}", counts(&self.tally, true))?;
        } else {
            self.out
                .write_all(summary(&self.tally, self.style).as_bytes())?;
        }
        Ok(self.tally.exit())
    }

    /// The spooler is gone, or refuses: until where the answers are known, and that a repeat is harmless.
    fn lost(self, error: &ClientError, again: &str) -> Result<Exit, Trouble> {
        self.bar.finish_and_clear();
        let style = self.style;
        let (says, next) = in_words(error, &words::Params::new(), style);
        // Whether the last batch was taken does not matter: it is recognised by its keys.
        let next = next.filter(|_| !went_away(error));
        if style.json {
            let mut object = counts(&self.tally, false);
            object["answered_to"] = match &self.answered {
                Some((file, line)) => json!({ "file": **file, "line": line }),
                None => Value::Null,
            };
            writeln!(self.out, "{object}")?;
            tell(code_of(error), &says, next.as_deref(), style, self.err)?;
            return Ok(exit_of(error));
        }
        self.out.write_all(summary(&self.tally, style).as_bytes())?;
        tell(code_of(error), &says, next.as_deref(), style, self.err)?;
        let place = self
            .answered
            .map(|(file, line)| format!("{}:{line}", file.display()));
        let text = match (style.lang, place) {
            (Lang::Id, Some(place)) => {
                format!("Jawaban terakhir untuk {place}; baris sesudahnya belum tentu tersimpan.")
            }
            (Lang::Id, None) => "Belum ada baris yang dijawab.".to_owned(),
            (Lang::En, Some(place)) => {
                format!("The last answer was for {place}; rows behind it may not be stored.")
            }
            (Lang::En, None) => "No row was answered.".to_owned(),
        };
        let repeat = style.lang.pick(
            "Mengulang perintah yang sama aman",
            "A repeat of the same command is harmless",
        );
        writeln!(self.err, "  {}", clean(&text))?;
        writeln!(self.err, "  {repeat}: {}", clean(again))?;
        Ok(exit_of(error))
    }
}

/// The last object of `--json`. Keys are only ever added.
fn counts(tally: &Tally, complete: bool) -> Value {
    json!({
        "rows": tally.rows(),
        "accepted": tally.accepted,
        "same": tally.same,
        "held": tally.held(),
        "held_by": tally.held,
        "rejected": tally.rejected,
        "conflicts": tally.conflicts,
        "refused": tally.refused,
        "unopened_files": tally.unopened,
        "complete": complete,
    })
}

/// The closing line, and why rows are held.
fn summary(tally: &Tally, style: &Style) -> String {
    let lang = style.lang;
    let n = |count: u64| style.number(count);
    let mut text = match lang {
        Lang::Id => format!(
            "{} baris: {} diterima, {} sudah ada, {} ditahan, {} ditolak, {} bentrok, {} tidak sah\n",
            n(tally.rows()),
            n(tally.accepted),
            n(tally.same),
            n(tally.held()),
            n(tally.rejected),
            n(tally.conflicts),
            n(tally.refused)
        ),
        Lang::En => format!(
            "{} rows: {} accepted, {} same, {} held, {} rejected, {} conflicts, {} refused\n",
            n(tally.rows()),
            n(tally.accepted),
            n(tally.same),
            n(tally.held()),
            n(tally.rejected),
            n(tally.conflicts),
            n(tally.refused)
        ),
    };
    if !tally.held.is_empty() {
        let why: Vec<String> = tally
            .held
            .iter()
            .map(|(code, count)| {
                format!(
                    "{} {}",
                    words::code(code, &words::Params::new(), lang),
                    n(*count)
                )
            })
            .collect();
        let held = lang.pick("Ditahan", "Held");
        let see = lang.pick("Lihat", "See");
        let line = format!(
            "{held}: {}. {see}: {} jobs --state held",
            why.join(" · "),
            style.prefix
        );
        let line = clean(&line);
        text.push_str(&wrapped(&line, WIDTH_MAX).join("\n"));
        text.push('\n');
    }
    text
}

fn progress(bytes: u64, style: &Style) -> ProgressBar {
    if !style.live || bytes == 0 {
        return ProgressBar::hidden();
    }
    let form = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        .expect("the template names known parts only");
    ProgressBar::new(bytes).with_style(form)
}

/// How to hand the same files in again.
fn command_line(files: &[PathBuf], style: &Style) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| quoted(&file.display().to_string()))
        .collect();
    let speaks_as = style
        .speaks_as
        .as_ref()
        .map(|name| format!(" --as {name}"))
        .unwrap_or_default();
    format!("{}{speaks_as} submit {}", style.prefix, names.join(" "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
