//! `questions`: what waits for a person, one at a time, with the command that answers it.

use std::io::Write;

use serde_json::Value;

use crate::interfaces::api::QuestionView;
use crate::interfaces::words::{self, Lang, Params};

use super::actions::{approve_line, understood};
use super::line::Line;
use super::style::{Style, Tint, WIDTH_MAX, clean, quoted, wrapped};
use super::{Exit, Trouble};

/// Shows the most urgent question, or all of them.
pub(super) async fn show<L: Line>(
    line: &L,
    all: bool,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let answer: Value = line.get("/questions").await?;
    if style.json {
        writeln!(out, "{answer}")?;
        return Ok(Exit::Done);
    }
    let asked: Vec<QuestionView> = understood(answer)?;
    out.write_all(questions(&asked, all, style).as_bytes())?;
    Ok(Exit::Done)
}

/// The first question in full and how many more there are; with `all` every one in full.
pub(super) fn questions(asked: &[QuestionView], all: bool, style: &Style) -> String {
    let lang = style.lang;
    let Some(first) = asked.first() else {
        return lang
            .pick("Tidak ada pertanyaan.\n", "No questions.\n")
            .to_owned();
    };
    if all {
        let blocks: Vec<String> = asked.iter().map(|one| block(one, style)).collect();
        return blocks.join("\n");
    }
    let mut text = block(first, style);
    let more = asked.len() - 1;
    if more > 0 {
        let line = format!("{} questions --all", style.prefix);
        text.push_str(&match lang {
            Lang::Id => format!("\nMasih ada {more} pertanyaan lagi: {line}\n"),
            Lang::En => format!("\n{more} more: {line}\n"),
        });
    }
    text
}

/// Question, remedy, command.
fn block(question: &QuestionView, style: &Style) -> String {
    let lang = style.lang;
    let with = known(question);
    let mut says = words::code(&question.code.0, &with, lang);
    let mut help = words::code_help(&question.code.0, &with, lang);
    if let Some(about) = &question.about {
        if question.code.0 == "FAULT" {
            let fault = words::fault(&about.0, lang);
            says = says.trim_end_matches('.').to_owned() + ": " + fault + ".";
            help = Some(words::fault_help(&about.0, &with, lang));
        } else if words::knows(&about.0) {
            says =
                says.trim_end_matches('.').to_owned() + ": " + &words::code(&about.0, &with, lang);
            says.push('.');
            help = words::code_help(&about.0, &with, lang).or(help);
        }
    }
    let mut text = String::new();
    for line in wrapped(&clean(&says), WIDTH_MAX) {
        text.push_str(&style.paint(&line, Tint::Warn));
        text.push('\n');
    }
    for line in help
        .iter()
        .flat_map(|help| wrapped(&clean(help), WIDTH_MAX - 2))
    {
        text.push_str(&format!("  {line}\n"));
    }
    for line in commands(question, style) {
        text.push_str(&format!("  > {}\n", clean(&line)));
    }
    text
}

fn known(question: &QuestionView) -> Params {
    let mut with = Params::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            with.insert(name.to_owned(), value);
        }
    };
    add("job", question.job.map(|job| job.to_string()));
    add(
        "printer",
        question.printer.as_ref().map(ToString::to_string),
    );
    add(
        "proposal",
        question.proposal.map(|number| number.to_string()),
    );
    with
}

/// The command lines that answer it; a fault is answered by the printer itself.
fn commands(question: &QuestionView, style: &Style) -> Vec<String> {
    let lang = style.lang;
    let cetak = &style.prefix;
    let job = question.job.map(|job| job.to_string());
    let job = job.as_deref().unwrap_or("JOB");
    let printer = question.printer.as_ref().map(|id| quoted(&id.0));
    let printer = printer.as_deref().unwrap_or(lang.pick("MESIN", "PRINTER"));
    match question.code.0.as_str() {
        "DOUBT" => [
            (
                "printed",
                lang.pick("kartu jadi dan utuh", "a whole card came out"),
            ),
            (
                "spoiled",
                lang.pick(
                    "kartu rusak dan sudah digunting",
                    "the card is spoiled and cut",
                ),
            ),
            (
                "not-fed",
                lang.pick("blangko masih di mesin", "the blank is still in the hopper"),
            ),
        ]
        .iter()
        .map(|(word, meaning)| format!("{:<48}  {meaning}", format!("{cetak} settle {job} {word}")))
        .collect(),
        "CUT_SPOILED" => vec![format!("{cetak} confirm {job} --cut")],
        "PRINTER_IN_DOUBT" => vec![format!("{cetak} resume {printer}")],
        "LOAD_HOPPER" => {
            let rest = lang.pick("JENIS JUMLAH", "STOCK COUNT");
            vec![format!("{cetak} stock load {printer} {rest}")]
        }
        "LAY_BLANK" => vec![format!("{cetak} scan --printer {printer}")],
        "LAY_AGAIN" => {
            let number = question.job.map(|_| " UID").unwrap_or_default();
            [
                (
                    format!("{cetak} scan{number} --printer {printer}"),
                    lang.pick("masih di wadah", "it is still in the hopper"),
                ),
                (
                    format!("{cetak} scan --printer {printer} --gone"),
                    lang.pick("tidak ada di wadah", "it is not in the hopper"),
                ),
            ]
            .iter()
            .map(|(line, meaning)| format!("{line:<48}  {meaning}"))
            .collect()
        }
        "LAY_ENCODED_BLANK" => vec![
            format!("{cetak} encoded JOB UID"),
            format!("{cetak} scan UID --printer {printer}"),
        ],
        "EMPTY_HOPPER" => {
            let count = lang.pick("JUMLAH", "COUNT");
            vec![format!("{cetak} stock unload {printer} {count}")]
        }
        "APPROVE" => question
            .proposal
            .map(|number| approve_line(number, style))
            .into_iter()
            .collect(),
        _ => vec![],
    }
}
