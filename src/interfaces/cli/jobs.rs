//! `jobs` and `job ID`.

use std::io::Write;

use serde_json::Value;

use crate::domain::ids::{JobId, Stock};
use crate::domain::job::JobState;
use crate::interfaces::api::{JobDetail, JobView, JobsPage};
use crate::interfaces::words::{self, Params, params};

use super::actions::{approve_line, asked, understood};
use super::args::JobsArgs;
use super::line::{Line, part};
use super::style::{Style, Tint, WIDTH_MAX, clean, quoted, who, wrapped};
use super::table::{Cell, Column, Table};
use super::{Exit, Trouble};

/// Steps of an attempt that are shown.
const STEPS_MAX: usize = 40;

/// `jobs`.
pub(super) async fn list<L: Line>(
    line: &L,
    args: &JobsArgs,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let mut path = format!("/jobs?limit={}", args.limit);
    if let Some(state) = &args.state {
        path.push_str(&format!("&state={}", part(state)));
    }
    if let Some(after) = args.after {
        path.push_str(&format!("&after={after}"));
    }
    let answer: Value = line.get(&path).await?;
    if style.json {
        writeln!(out, "{answer}")?;
        return Ok(Exit::Done);
    }
    out.write_all(page(&understood(answer)?, args, style).as_bytes())?;
    Ok(Exit::Done)
}

/// `job ID`.
pub(super) async fn one<L: Line>(
    line: &L,
    id: JobId,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let answer = line.get(&format!("/jobs/{id}")).await;
    let answer: Value = asked(answer, &params([("job", &id)]))?;
    if style.json {
        writeln!(out, "{answer}")?;
        return Ok(Exit::Done);
    }
    out.write_all(detail(&understood(answer)?, style).as_bytes())?;
    Ok(Exit::Done)
}

/// A page of jobs, how many there are in each state, and how to see more.
pub(super) fn page(page: &JobsPage, args: &JobsArgs, style: &Style) -> String {
    let lang = style.lang;
    let counts: Vec<String> = words::state_names()
        .filter_map(|name| {
            let count = page.counts.get(name).filter(|count| **count > 0)?;
            // A count and its state stay on one line.
            let state = words::state(name, lang).replace(' ', "\u{a0}");
            Some(format!("{state}\u{a0}{}", style.number(*count)))
        })
        .collect();
    if counts.is_empty() {
        return lang
            .pick(
                "Belum ada job. Kirim data: cetak submit BERKAS\n",
                "No jobs yet. Hand in records: cetak submit FILE\n",
            )
            .to_owned();
    }
    let mut text = String::new();
    for line in wrapped_at_nbsp(&counts.join(" · ")) {
        text.push_str(&line);
        text.push('\n');
    }
    if page.jobs.is_empty() {
        text.push_str(lang.pick("Tidak ada job di halaman ini.\n", "No jobs on this page.\n"));
        return text;
    }
    text.push('\n');
    text.push_str(&table(&page.jobs, style));
    if let Some(next) = page.next {
        let state = args
            .state
            .as_ref()
            .map(|state| format!(" --state {state}"))
            .unwrap_or_default();
        let line = format!(
            "{} jobs{state} --limit {} --after {next}",
            style.prefix, args.limit
        );
        let more = lang.pick("Lanjut", "More");
        text.push_str(&format!("\n{more}: {line}\n"));
        if args.state.is_none() {
            let only = lang.pick("Satu keadaan saja", "One state only");
            text.push_str(&format!("{only}: {} jobs --state held\n", style.prefix));
        }
    }
    text
}

/// [`wrapped`] keeps what no-break spaces join together; they are shown as spaces.
fn wrapped_at_nbsp(text: &str) -> Vec<String> {
    // `split_whitespace` splits at no-break spaces, too: they travel as another sign.
    wrapped(&text.replace('\u{a0}', "\u{1}"), WIDTH_MAX)
        .into_iter()
        .map(|line| line.replace('\u{1}', " "))
        .collect()
}

fn table(jobs: &[JobView], style: &Style) -> String {
    let lang = style.lang;
    let zone = jobs.first().map(|job| style.zone_name(job.accepted_at));
    let accepted = format!(
        "{} ({})",
        lang.pick("MASUK", "ACCEPTED"),
        zone.unwrap_or_default()
    );
    let mut table = Table::new([
        ("JOB", Column::Left),
        (lang.pick("PRODUK", "PRODUCT"), Column::Left),
        (lang.pick("KEADAAN", "STATE"), Column::Elastic),
        (&accepted, Column::Left),
        (lang.pick("KETERANGAN", "REMARK"), Column::Elastic),
    ]);
    for job in jobs {
        table.row(vec![
            Cell::new(job.id.to_string()),
            Cell::new(words::product(job.product)),
            Cell::new(words::state(&job.state, lang)).tinted(tint(&job.state)),
            Cell::new(style.short_time(job.accepted_at)),
            Cell::new(remark(job, style)),
        ]);
    }
    table.render(style)
}

/// The printer it is on, or why it does not move.
fn remark(job: &JobView, style: &Style) -> String {
    match (&job.waits_for, job.detail.printer(), &job.detail) {
        (Some(code), _, _) | (None, _, JobState::Rejected { code }) => {
            words::code(&code.0, &known(job), style.lang)
        }
        (None, Some(printer), _) => printer.to_string(),
        (None, None, _) => String::new(),
    }
}

/// What texts about a job may name.
fn known(job: &JobView) -> Params {
    let mut with = params([("job", &job.id), ("stock", &Stock::of(job.product))]);
    if let Some(printer) = job.detail.printer() {
        with.insert("printer".to_owned(), printer.to_string());
    }
    with
}

fn tint(state: &str) -> Tint {
    match state {
        "in_doubt" | "spoiled" => Tint::Bad,
        "held" | "rejected" => Tint::Warn,
        "printed" | "ready" | "handed_over" => Tint::Good,
        _ => Tint::Plain,
    }
}

/// A job, why it does not move, what to do next, and its way so far.
pub(super) fn detail(detail: &JobDetail, style: &Style) -> String {
    let lang = style.lang;
    let job = &detail.job;
    let zone = style.zone_name(job.accepted_at);
    let mut text = format!(
        "{}  {}, {}\n",
        job.id,
        words::product(job.product),
        words::reason(job.reason, lang)
    );
    let mut state = words::state(&job.state, lang).to_owned();
    if let Some(printer) = job.detail.printer() {
        state.push_str(&format!(" ({printer})"));
    }
    let mut entry = |label: (&str, &str), value: &str| {
        text.push_str(&style.entry(lang.pick(label.0, label.1), value));
    };
    entry(("Keadaan", "State"), &state);
    entry(("Kunci", "Key"), &job.key);
    entry(("NIK", "NIK"), &job.nik_masked);
    if let Some(blank) = job.detail.blank() {
        entry(("Blangko", "Blank"), &blank.0);
    }
    let times = [
        (("Masuk", "Accepted"), job.accepted_at),
        (("Terakhir bergerak", "Last moved"), job.moved_at),
    ];
    for (label, at) in times {
        entry(label, &format!("{} {zone}", style.time(at)));
    }
    if let Some(day) = &job.not_before {
        entry(("Tidak sebelum", "Not before"), day);
    }
    entry(("Percobaan", "Attempts"), &job.attempts.to_string());
    let (why, next) = why_and_next(job, style);
    if let Some(why) = why {
        entry(("Mengapa berhenti", "Why it waits"), &why);
    }
    if let Some(next) = next {
        entry(("Yang dilakukan", "What to do"), &next);
    }
    for proposal in &detail.proposals {
        let settled = proposal.action.get("settlement").and_then(Value::as_str);
        let line = approve_line(proposal.id, style);
        let says = match lang {
            words::Lang::Id => format!(
                "{} oleh {}: {}. Orang kedua: {line}",
                proposal.id,
                who(&proposal.by),
                settled.unwrap_or("?")
            ),
            words::Lang::En => format!(
                "{} by {}: {}. Second person: {line}",
                proposal.id,
                who(&proposal.by),
                settled.unwrap_or("?")
            ),
        };
        entry(("Usulan", "Proposal"), &says);
    }
    for attempt in &detail.history {
        let outcome = match &attempt.outcome {
            Some(name) => words::outcome(name, lang),
            None => lang.pick("berjalan", "open"),
        };
        let mut head = format!("{} {}: {outcome}", attempt.id, attempt.printer);
        if let Some(uid) = &attempt.uid {
            head.push_str(&format!(", {uid}"));
        }
        head.push_str(&format!(" ({})", style.time(attempt.noted_at)));
        let steps = steps(&attempt.entries, style);
        text.push_str(&style.entry(lang.pick("Langkah", "Attempt"), &head));
        text.push_str(&style.entry("", &steps.join(" › ")));
    }
    text
}

/// The entries in words. Evidence says nothing in a word and is left out; what repeats is counted.
fn steps(entries: &[String], style: &Style) -> Vec<String> {
    let mut counted: Vec<(String, u64)> = vec![];
    for entry in entries.iter().filter(|entry| *entry != "found") {
        let step = words::step(entry, style.lang);
        match counted.last_mut() {
            Some((last, times)) if *last == step => *times += 1,
            Some(_) | None => counted.push((step, 1)),
        }
    }
    let skipped = counted.len().saturating_sub(STEPS_MAX);
    let shown = counted.drain(skipped..).map(|(step, times)| match times {
        1 => step,
        times => format!("{step} ({times}x)"),
    });
    let dots = (skipped > 0).then(|| "…".to_owned());
    dots.into_iter().chain(shown).collect()
}

/// Why it does not move, and what a person can do; both `None` once it has ended.
fn why_and_next(job: &JobView, style: &Style) -> (Option<String>, Option<String>) {
    let lang = style.lang;
    let with = known(job);
    let code = match (&job.waits_for, &job.detail) {
        (Some(code), _) => Some(code),
        (None, JobState::Held { code } | JobState::Rejected { code }) => Some(code),
        (None, _) => None,
    };
    if let Some(code) = code {
        // A person's own words for holding it have no help of their own.
        let free = lang.pick(
            "Bila sudah beres: cetak release {job}",
            "When settled: cetak release {job}",
        );
        let next = words::code_help(&code.0, &with, lang)
            .unwrap_or_else(|| crate::domain::flaw::fill(free, &with));
        return (Some(words::code(&code.0, &with, lang)), Some(next));
    }
    let id = job.id;
    let next = match &job.detail {
        JobState::Received | JobState::Held { .. } | JobState::Queued => lang
            .pick(
                "Tidak perlu apa-apa: menunggu giliran.",
                "Nothing to do: it waits for its turn.",
            )
            .to_owned(),
        JobState::Assigned { printer }
        | JobState::Encoding { printer, .. }
        | JobState::Encoded { printer, .. }
        | JobState::Printing { printer, .. } => {
            let works = lang.pick(
                "Sedang dikerjakan mesin; bila lama diam",
                "The printer is at work on it; if it stands for long",
            );
            format!("{works}: {} printer {}", style.prefix, quoted(&printer.0))
        }
        JobState::InDoubt { .. } => format!("{} settle {id} printed|spoiled|not-fed", style.prefix),
        JobState::Printed { .. } => format!("{} check {id} good|bad|not-found", style.prefix),
        JobState::Spoiled { uncut: true, .. } => format!("{} confirm {id} --cut", style.prefix),
        JobState::Spoiled { uncut: false, .. } => lang
            .pick(
                "Tidak perlu apa-apa: akan dicetak ulang dengan blangko baru.",
                "Nothing to do: it is tried again with a new blank.",
            )
            .to_owned(),
        JobState::Ready { .. }
        | JobState::InDelivery { .. }
        | JobState::HandedOver { .. }
        | JobState::Withdrawn { .. }
        | JobState::Rejected { .. }
        | JobState::Cancelled => return (None, None),
    };
    (None, Some(clean(&next)))
}
