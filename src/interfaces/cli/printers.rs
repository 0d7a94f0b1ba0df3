//! `printers` and `printer P`.

use std::io::Write;

use cetak_drivers::contract::{Fault, Told};
use serde_json::Value;

use crate::domain::ids::PrinterId;
use crate::engine::fleet::BENCH_HOLDS;
use crate::interfaces::api::PrinterView;
use crate::interfaces::fleet_view::fault_name;
use crate::interfaces::words::{self, params};

use super::actions::{asked, understood};
use super::line::{Line, part};
use super::style::{Style, Tint, who};
use super::table::{Cell, Column, Table};
use super::{Exit, Trouble};

/// `printers`.
pub(super) async fn list<L: Line>(
    line: &L,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let answer: Value = line.get("/printers").await?;
    if style.json {
        writeln!(out, "{answer}")?;
        return Ok(Exit::Done);
    }
    out.write_all(fleet(&understood::<Vec<PrinterView>>(answer)?, style).as_bytes())?;
    Ok(Exit::Done)
}

/// `printer P`.
pub(super) async fn one<L: Line>(
    line: &L,
    id: &PrinterId,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let answer = line.get(&format!("/printers/{}", part(id))).await;
    let answer: Value = asked(answer, &params([("printer", id)]))?;
    if style.json {
        writeln!(out, "{answer}")?;
        return Ok(Exit::Done);
    }
    out.write_all(detail(&understood(answer)?, style).as_bytes())?;
    Ok(Exit::Done)
}

/// `printer P identify`.
pub(super) async fn identify<L: Line>(
    line: &L,
    id: &PrinterId,
    style: &Style,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let answer = line.get(&format!("/printers/{}", part(id))).await;
    let answer: Value = asked(answer, &params([("printer", id)]))?;
    if style.json {
        writeln!(out, "{}", answer["identity"])?;
        return Ok(Exit::Done);
    }
    out.write_all(who_it_is(&understood(answer)?, style).as_bytes())?;
    Ok(Exit::Done)
}

/// Who a printer is, and how each item is known.
pub(super) fn who_it_is(printer: &PrinterView, style: &Style) -> String {
    let lang = style.lang;
    let Some(identity) = &printer.identity else {
        let mut text = format!("{}\n", printer.id);
        text.push_str(&style.entry(
            lang.pick("Belum ditanya", "Not asked yet"),
            lang.pick(
                "mesin ditanya begitu terhubung dan tidak sedang mencetak",
                "it is asked as soon as it is connected and prints nothing",
            ),
        ));
        return text;
    };
    let mut text = format!("{}  {}\n", printer.id, printer.profile);
    for (label, item) in [
        (("Pembuat", "Maker"), &identity.maker),
        (("Model", "Model"), &identity.model),
        (("Nomor seri", "Serial number"), &identity.serial),
        (("Firmware", "Firmware"), &identity.firmware),
        (("Ribbon", "Ribbon"), &identity.ribbon),
    ] {
        text.push_str(&style.entry(lang.pick(label.0, label.1), &known(item, lang)));
    }
    if identity.other_model {
        let with = params([("printer", &printer.id)]);
        let help = words::code_help("OTHER_MODEL", &with, lang).unwrap_or_default();
        text.push_str(&style.entry(
            lang.pick("Yang dilakukan", "What to do"),
            &format!("{}. {help}", words::code("OTHER_MODEL", &with, lang)),
        ));
    }
    text
}

/// An item of identity with how it is known.
pub(in crate::interfaces) fn known(item: &Told, lang: words::Lang) -> String {
    match item {
        Told::Told(text) => format!("{text} ({})", lang.pick("kata mesin", "told")),
        Told::Inferred(text) => {
            let how = lang.pick("dari cetak.toml", "inferred from cetak.toml");
            format!("{text} ({how})")
        }
        Told::NotAskable => lang
            .pick("tidak bisa ditanyakan", "cannot be asked")
            .to_owned(),
    }
}

/// The fleet as a table, and what a hand can do.
pub(super) fn fleet(printers: &[PrinterView], style: &Style) -> String {
    let lang = style.lang;
    let mut table = Table::new([
        (lang.pick("MESIN", "PRINTER"), Column::Elastic),
        (lang.pick("KEADAAN", "STATE"), Column::Elastic),
        (lang.pick("KARTU DI DALAM", "CARD INSIDE"), Column::Elastic),
        (lang.pick("BLANGKO", "BLANKS"), Column::Left),
        ("RIBBON", Column::Right),
        (lang.pick("BAIK", "GOOD"), Column::Right),
        (lang.pick("RUSAK", "SPOILED"), Column::Right),
        (lang.pick("DTK/KARTU", "S/CARD"), Column::Right),
    ]);
    for printer in printers {
        table.row(vec![
            Cell::new(&printer.id.0),
            Cell::new(words::printer_word(&printer.word, lang)).tinted(tint(&printer.word)),
            Cell::new(card(printer, style)),
            Cell::new(hopper(printer, style)),
            Cell::new(or_dash(printer.ribbon_left, |left| style.number(left))),
            Cell::new(style.number(printer.good)),
            Cell::new(style.number(printer.spoiled)),
            Cell::new(or_dash(printer.ms_per_card, |ms| style.seconds(ms))),
        ]);
    }
    if table.is_empty() {
        return lang
            .pick(
                "Belum ada mesin. Tambahkan di cetak.toml, lalu: cetak reload\n",
                "No printers yet. Add some to cetak.toml, then: cetak reload\n",
            )
            .to_owned();
    }
    let mut text = table.render(style);
    let remedies: Vec<String> = printers
        .iter()
        .flat_map(|printer| {
            remedies(printer, style)
                .into_iter()
                .map(|remedy| style.entry(&printer.id.0, &remedy))
        })
        .collect();
    if !remedies.is_empty() {
        text.push('\n');
        text.push_str(&remedies.concat());
    }
    text
}

/// One printer with all that is known.
pub(super) fn detail(printer: &PrinterView, style: &Style) -> String {
    let lang = style.lang;
    let mut text = format!("{}  {} {}\n", printer.id, printer.maker, printer.model);
    let mut entry = |label: (&str, &str), value: &str| {
        text.push_str(&style.entry(lang.pick(label.0, label.1), value));
    };
    entry(
        ("Keadaan", "State"),
        words::printer_word(&printer.word, lang),
    );
    entry(("Alamat", "Endpoint"), &printer.endpoint);
    entry(("Profil", "Profile"), &printer.profile);
    if let Some(unit) = &printer.unit {
        entry(("Nomor seri", "Serial number"), unit);
    }
    let duty: Vec<&str> = printer
        .duty
        .iter()
        .map(|stock| words::stock(*stock))
        .collect();
    entry(("Tugas", "Duty"), &duty.join(", "));
    entry(("Blangko", "Blanks"), &hopper(printer, style));
    if let Some(single) = &printer.single_card {
        let way = lang.pick("satu sekali jalan", "one at a time");
        let job = single.job.map(|job| format!(", {job}"));
        entry(
            ("Cara isi", "Laid in"),
            &format!("{way}{}", job.unwrap_or_default()),
        );
    }
    entry(
        ("Ribbon", "Ribbon"),
        &or_dash(printer.ribbon_left, |left| style.number(left)),
    );
    entry(("Kartu di dalam", "Card inside"), &card(printer, style));
    if let Some(next) = printer.next {
        entry(("Berikutnya", "Next"), &next.to_string());
    }
    let counts = match lang {
        words::Lang::Id => format!(
            "{} baik, {} rusak",
            style.number(printer.good),
            style.number(printer.spoiled)
        ),
        words::Lang::En => format!(
            "{} good, {} spoiled",
            style.number(printer.good),
            style.number(printer.spoiled)
        ),
    };
    entry(("Kartu", "Cards"), &counts);
    entry(
        ("Detik per kartu", "Seconds a card"),
        &or_dash(printer.ms_per_card, |ms| style.seconds(ms)),
    );
    for remedy in remedies(printer, style) {
        entry(("Yang dilakukan", "What to do"), &remedy);
    }
    text
}

fn or_dash(value: Option<u64>, shown: impl Fn(u64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), shown)
}

fn card(printer: &PrinterView, style: &Style) -> String {
    printer.card.as_ref().map_or_else(
        || "-".to_owned(),
        |card| format!("{} {}", card.job, words::doing(&card.doing, style.lang)),
    )
}

fn hopper(printer: &PrinterView, style: &Style) -> String {
    printer.stock.map_or_else(
        || "-".to_owned(),
        |stock| {
            let pieces = style.number(u64::from(printer.hopper));
            format!("{} {pieces}", words::stock(stock))
        },
    )
}

fn tint(word: &str) -> Tint {
    match word {
        "ready" | "busy" => Tint::Good,
        "jam" | "fault" | "offline" | "locked" => Tint::Bad,
        "warming" | "cooling_down" | "lent" | "away_for_repair" | "maintenance" => Tint::Dim,
        _ => Tint::Warn,
    }
}

/// What is wrong, each with what a hand can do.
fn remedies(printer: &PrinterView, style: &Style) -> Vec<String> {
    let lang = style.lang;
    let mut with = params([("printer", &printer.id)]);
    if let [stock] = printer.duty.as_slice() {
        with.insert("stock".to_owned(), stock.to_string());
    }
    let mut all: Vec<String> = printer
        .faults
        .iter()
        .map(|code| {
            // Its hopper is no stack: one blank at a time is laid in.
            let help = match &printer.single_card {
                Some(_) if *code == fault_name(&Fault::FeederEmpty) => {
                    words::code_help("SINGLE_CARD_MODE", &with, lang).unwrap_or_default()
                }
                Some(_) | None => words::fault_help(code, &with, lang),
            };
            format!("{}. {help}", words::fault(code, lang))
        })
        .collect();
    if let Some(doubt) = &printer.doubt {
        let says = words::code(&doubt.0, &with, lang);
        let help = words::code_help(&doubt.0, &with, lang).unwrap_or_default();
        all.push(format!("{says}. {help}"));
    }
    if let Some(slow) = &printer.slow_link {
        let with = words::slow_link(&printer.id, &printer.endpoint, slow);
        let says = words::code(words::LINK_SLOW, &with, lang);
        let help = words::code_help(words::LINK_SLOW, &with, lang).unwrap_or_default();
        all.push(format!("{says}. {help}"));
    }
    if let Some(bench) = printer.bench.as_ref().filter(|code| code.0 != BENCH_HOLDS) {
        let says = words::code(&bench.0, &with, lang);
        let help = words::code_help(&bench.0, &with, lang).unwrap_or_default();
        all.push(format!("{says}. {help}"));
    }
    if let Some(pause) = &printer.paused {
        let at = style.time(pause.at);
        let line = format!(
            "{} resume {}",
            style.prefix,
            super::style::quoted(&printer.id.0)
        );
        all.push(match lang {
            words::Lang::Id => {
                format!(
                    "dijeda oleh {} ({at}): {}. Lanjut: {line}",
                    who(&pause.by),
                    pause.reason
                )
            }
            words::Lang::En => {
                format!(
                    "paused by {} ({at}): {}. To go on: {line}",
                    who(&pause.by),
                    pause.reason
                )
            }
        });
    }
    if let Some(card) = printer.card.as_ref().filter(|card| card.asks_person) {
        let line = format!(
            "{} settle {} printed|spoiled|not-fed",
            style.prefix, card.job
        );
        let says = words::code("WAITS_FOR_TWO_PEOPLE", &with, lang);
        all.push(format!("{says}: {line}"));
    }
    all
}
