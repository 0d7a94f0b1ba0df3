//! `sim hands`: a hand in words as the JSON that a simulated printer takes, and what is then seen as a picture.
//!
//! This room knows simulators by their page (`docs/sims.md`) only; who carries the line is the rehearsal's matter.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::interfaces::words::Lang;

use super::style::{WIDTH_MAX, clean, wrapped};

/// Blanks of one load: more than any hopper takes.
const BLANKS_MAX: u64 = 1_000;
/// Digits of a blank's number after its prefix, in hex.
const UID_DIGITS: usize = 14;

/// Words that are no hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHand {
    /// The first word is unknown.
    #[error(
        "{0:?} is no hand; use look, read-mark CARD, open-lid, close-lid, load FIRST_UID:N, load N, unload, \
         ribbon KIND [SETS], no-ribbon, take-inside, take-output, empty-reject, take-pile, cut CARD, power-off, \
         power-on, jam-at STATION [AFTER_CARDS], double-feed, clear-jam, plug-out, plug-in, put-blank [UID], or JSON"
    )]
    Unknown(String),
    /// The words behind it do not fit.
    #[error("{hand} needs {needs}")]
    Needs {
        /// The hand.
        hand: String,
        /// What stands behind it.
        needs: &'static str,
    },
    /// It begins like JSON and is none.
    #[error("the hand is no JSON")]
    Json,
}

/// One hand, in words or as JSON, as the line that a printer's socket for hands takes.
///
/// Errors: [`BadHand`]. Whether JSON is a hand at all the printer says.
pub fn hand_of(words: &[String]) -> Result<Value, BadHand> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (hand, rest) = words
        .split_first()
        .ok_or_else(|| BadHand::Unknown(String::new()))?;
    if hand.starts_with(['{', '"']) {
        return serde_json::from_str(&words.join(" ")).map_err(|_| BadHand::Json);
    }
    let needs = |needs| BadHand::Needs {
        hand: (*hand).to_owned(),
        needs,
    };
    let number = |text: &str, what| text.parse::<u32>().map_err(|_| needs(what));
    let name = hand.replace('-', "_");
    match (name.as_str(), rest) {
        (
            "look" | "open_lid" | "close_lid" | "unload" | "no_ribbon" | "take_inside"
            | "take_output" | "empty_reject" | "take_pile" | "power_off" | "power_on"
            | "double_feed" | "clear_jam" | "plug_out" | "plug_in",
            rest,
        ) => match rest {
            [] => Ok(json!(name)),
            _ => Err(needs("nothing behind it")),
        },
        ("read_mark" | "cut", [card]) => {
            let card = number(card.trim_start_matches('#'), "a card's number")?;
            Ok(json!({ name: { "card": card } }))
        }
        ("read_mark" | "cut", _) => Err(needs("a card's number")),
        ("load", [text]) => match blanks(text) {
            Some(blanks) => Ok(json!({ "load": { "blanks": blanks } })),
            None => Err(needs(
                "FIRST_UID:N (14 hex digits at the end) or N, at most 1000",
            )),
        },
        ("load", _) => Err(needs("FIRST_UID:N or N")),
        ("ribbon", [kind]) => Ok(json!({ "ribbon": { "kind": kind } })),
        ("ribbon", [kind, sets]) => {
            let sets = number(sets, "a kind and a number of sets")?;
            Ok(json!({ "ribbon": { "kind": kind, "sets": sets } }))
        }
        ("ribbon", _) => Err(needs(
            "a kind (ymcko, ymckok, k, ko, ymck, ymckk, ymcku) and maybe a number of sets",
        )),
        ("film", []) => Ok(json!({ "film": {} })),
        ("film", [panels]) => {
            let panels = number(panels, "a number of panels")?;
            Ok(json!({ "film": { "panels": panels } }))
        }
        ("film", _) => Err(needs("a number of panels or nothing")),
        ("press", [button @ ("ok" | "cancel")]) => Ok(json!({ "press": { "button": button } })),
        ("press", _) => Err(needs("ok or cancel")),
        ("jam_at", [station]) => Ok(json!({ "jam_at": { "station": station.replace('-', "_") } })),
        ("jam_at", [station, after]) => {
            let after = number(after, "a station and a number of cards")?;
            let station = station.replace('-', "_");
            Ok(json!({ "jam_at": { "station": station, "after_cards": after } }))
        }
        ("jam_at", _) => Err(needs("a station and maybe a number of cards")),
        ("put_blank", []) => Ok(json!({ "put_blank": { "blank": { "uid": null } } })),
        ("put_blank", [uid]) => Ok(json!({ "put_blank": { "blank": { "uid": uid } } })),
        ("put_blank", _) => Err(needs("a blank's number or nothing")),
        _ => Err(BadHand::Unknown((*hand).to_owned())),
    }
}

/// `FIRST_UID:N` counts up in hex, `N` is blanks without a chip.
fn blanks(text: &str) -> Option<Vec<Value>> {
    let (first, count) = match text.rsplit_once(':') {
        Some((first, count)) => (Some(first), count),
        None => (None, text),
    };
    let count = count
        .parse::<u64>()
        .ok()
        .filter(|count| (1..=BLANKS_MAX).contains(count))?;
    let Some(first) = first else {
        return Some((0..count).map(|_| json!({ "uid": null })).collect());
    };
    let (prefix, digits) = first.split_at_checked(first.len().checked_sub(UID_DIGITS)?)?;
    let number = u64::from_str_radix(digits, 16).ok()?;
    Some(
        (number..number + count)
            .map(|number| json!({ "uid": format!("{prefix}{number:014X}") }))
            .collect(),
    )
}

/// A look, as `docs/sims.md` has it; what a newer printer adds is passed over.
#[derive(Debug, Deserialize)]
struct Seen {
    lid_open: bool,
    power: bool,
    plugged: bool,
    display: String,
    hopper: u64,
    ribbon: Option<Ribbon>,
    inside: Option<Vec<Card>>,
    output: Vec<Card>,
    reject: Vec<Card>,
    taken: Vec<Card>,
}

#[derive(Debug, Deserialize)]
struct Ribbon {
    kind: String,
    sets_left: u64,
}

#[derive(Debug, Deserialize)]
struct Card {
    card: u64,
    uid: Option<String>,
    face: String,
    cut: bool,
    mark: Option<Mark>,
}

#[derive(Debug, Deserialize)]
struct Mark {
    columns: u64,
    lines: u64,
    bits: String,
}

/// What a person sees at a simulated printer, for people. `look` is the printer's JSON; what is none is shown as it is.
pub fn look_picture(look: &Value, lang: Lang) -> String {
    let Ok(seen) = serde_json::from_value::<Seen>(look.clone()) else {
        return format!("{look}\n");
    };
    let yes_no = |yes, on: (&'static str, &'static str), off: (&'static str, &'static str)| {
        let (id, en) = if yes { on } else { off };
        lang.pick(id, en)
    };
    let mut text = format!(
        "[{}]  {} · {} · {}\n",
        clean(&seen.display),
        yes_no(seen.power, ("hidup", "on"), ("mati", "off")),
        yes_no(
            seen.plugged,
            ("kabel terpasang", "cable in"),
            ("kabel lepas", "cable out")
        ),
        yes_no(
            seen.lid_open,
            ("tutup terbuka", "lid open"),
            ("tutup tertutup", "lid shut")
        ),
    );
    let mut line = |label: (&str, &str), what: &str| {
        let label = lang.pick(label.0, label.1);
        for (at, part) in wrapped(&clean(what), WIDTH_MAX - 16).iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            text.push_str(&format!("  {label:<12}  {part}\n"));
        }
    };
    let ribbon = seen.ribbon.map_or_else(
        || lang.pick("tidak ada", "none").to_owned(),
        |ribbon| {
            format!(
                "{}, {} {}",
                ribbon.kind,
                lang.pick("sisa", "left"),
                ribbon.sets_left
            )
        },
    );
    line(("blangko", "hopper"), &seen.hopper.to_string());
    line(("ribbon", "ribbon"), &ribbon);
    match &seen.inside {
        Some(cards) => line(("di dalam", "inside"), &pile(cards, lang)),
        None => line(
            ("di dalam", "inside"),
            lang.pick("tidak terlihat", "cannot be seen"),
        ),
    }
    line(("penampung", "output"), &pile(&seen.output, lang));
    line(("kotak tolak", "reject box"), &pile(&seen.reject, lang));
    line(("diambil", "taken"), &pile(&seen.taken, lang));
    text
}

fn pile(cards: &[Card], lang: Lang) -> String {
    if cards.is_empty() {
        return "-".to_owned();
    }
    let shown: Vec<String> = cards.iter().map(|card| one(card, lang)).collect();
    format!("{}: {}", cards.len(), shown.join("; "))
}

fn one(card: &Card, lang: Lang) -> String {
    let face = match card.face.as_str() {
        "blank" => lang.pick("kosong", "blank"),
        "whole" => lang.pick("utuh", "whole"),
        "part" => lang.pick("sebagian", "part"),
        other => other,
    };
    let mut text = format!("#{} {face}", card.card);
    if card.cut {
        text.push_str(lang.pick(", digunting", ", cut"));
    }
    if let Some(uid) = &card.uid {
        text.push_str(&format!(" {uid}"));
    }
    if let Some(mark) = &card.mark {
        let what = if mark.bits.is_empty() {
            lang.pick("tanpa resin", "no resin").to_owned()
        } else {
            format!("{}x{}", mark.columns, mark.lines)
        };
        text.push_str(&format!(" ({} {what})", lang.pick("titik", "dots")));
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn hand(words: &str) -> Result<Value, BadHand> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        hand_of(&words)
    }

    #[test]
    fn words_become_the_hands_of_the_page() {
        let check = |words: &str, json: Value| assert_eq!(hand(words).unwrap(), json, "{words}");
        check("look", json!("look"));
        check("open-lid", json!("open_lid"));
        check("jam-at exit", json!({"jam_at":{"station":"exit"}}));
        check(
            "jam-at print-start 2",
            json!({"jam_at":{"station":"print_start","after_cards":2}}),
        );
        check("cut 7", json!({"cut":{"card":7}}));
        check("read-mark #7", json!({"read_mark":{"card":7}}));
        check(
            "ribbon ymcko 300",
            json!({"ribbon":{"kind":"ymcko","sets":300}}),
        );
        check(
            "load 2",
            json!({"load":{"blanks":[{"uid":null},{"uid":null}]}}),
        );
        check(
            "load TEST-0000000000000F:2",
            json!({"load":{"blanks":[{"uid":"TEST-0000000000000F"},{"uid":"TEST-00000000000010"}]}}),
        );
        check(
            "put-blank TEST-1",
            json!({"put_blank":{"blank":{"uid":"TEST-1"}}}),
        );
        check(r#"{"cut": {"card":7}}"#, json!({"cut":{"card":7}}));
        check("\"look\"", json!("look"));
    }

    #[test]
    fn what_is_no_hand_is_refused_with_what_it_needs() {
        assert!(matches!(hand("dance"), Err(BadHand::Unknown(_))));
        assert!(matches!(hand_of(&[]), Err(BadHand::Unknown(_))));
        assert_eq!(hand("{oops"), Err(BadHand::Json));
        for words in [
            "cut",
            "cut x",
            "load",
            "load X:1",
            "load 0",
            "load 99999999",
            "jam-at",
            "ribbon",
            "look twice",
        ] {
            assert!(matches!(hand(words), Err(BadHand::Needs { .. })), "{words}");
        }
        assert!(blanks("FFFFFFFFFFFFFF:3").unwrap().len() == 3);
    }

    /// The printers' own page is the contract: each of its hands can be said, and its look is drawn.
    #[test]
    fn the_pages_hands_pass_and_its_look_is_drawn() {
        let page = include_str!("../../../docs/sims.md");
        let block = |kind: &str| -> Vec<&str> {
            let mut lines = page.lines();
            let head = format!("```json {kind}");
            lines.by_ref().find(|line| *line == head).unwrap();
            lines.take_while(|line| *line != "```").collect()
        };
        for line in block("hand") {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(hand_of(&[line.to_owned()]).unwrap(), value);
            let bare = value.as_str().map(str::to_owned);
            let name =
                bare.unwrap_or_else(|| value.as_object().unwrap().keys().next().unwrap().clone());
            let said = hand(&name.replace('_', "-"));
            assert!(
                !matches!(said, Err(BadHand::Unknown(_))),
                "{name} cannot be said"
            );
        }
        let look: Value = serde_json::from_str(block("look")[0]).unwrap();
        let picture = look_picture(&look, Lang::Id);
        expect_test::expect![[r#"
            [COVER OPEN]  hidup · kabel terpasang · tutup terbuka
              blangko       42
              ribbon        ymcko, sisa 257
              di dalam      1: #4 sebagian TEST-00000000000004
              penampung     1: #3 utuh TEST-00000000000003 (titik 648x1016)
              kotak tolak   -
              diambil       -
        "#]]
        .assert_eq(&picture);
        assert!(look_picture(&json!({"new": 1}), Lang::Id).contains("new"));
    }
}
