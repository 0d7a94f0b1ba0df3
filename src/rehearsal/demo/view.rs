//! What a person sees while the demo plays: a live view on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::domain::ids::PrinterId;
use crate::interfaces::api::PrinterView;
use crate::interfaces::words::Lang;

/// The demo's screen.
pub(super) struct View {
    lang: Lang,
    live: Option<Live>,
}

struct Live {
    all: MultiProgress,
    total: ProgressBar,
    printers: Vec<(PrinterId, ProgressBar)>,
}

impl View {
    /// A live view where standard output and error are a terminal, and no JSON is wanted.
    pub(super) fn new(lang: Lang, json: bool, cards: u32, printers: &[PrinterId]) -> View {
        let on_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        let live = (on_terminal && !json).then(|| Live::new(cards, printers));
        View { lang, live }
    }

    /// Says one thing that happened.
    pub(super) fn say(&self, line: &str) {
        match &self.live {
            // A view that cannot be drawn stops no demo.
            Some(live) => drop(live.all.println(line)),
            None => drop(writeln!(io::stdout(), "{line}")),
        }
    }

    /// Shows how the printers stand.
    pub(super) fn show(&self, printers: &[PrinterView], printed: u64) {
        let Some(live) = &self.live else { return };
        live.total.set_position(printed);
        for (id, bar) in &live.printers {
            if let Some(view) = printers.iter().find(|view| view.id == *id) {
                bar.set_message(self.line(view));
            }
        }
    }

    fn line(&self, view: &PrinterView) -> String {
        let doing = match &view.card {
            Some(card) => format!("{} {}", card.job, card.point),
            None => view.word.clone(),
        };
        let hopper = self.lang.pick("blangko", "blanks");
        let good = self.lang.pick("jadi", "good");
        let spoiled = self.lang.pick("rusak", "spoiled");
        format!(
            "{doing:<30} {hopper} {:>3}  {good} {:>3}  {spoiled} {:>2}",
            view.hopper, view.good, view.spoiled
        )
    }

    /// Ends the live view; later lines are plain.
    pub(super) fn close(&mut self) {
        if let Some(live) = self.live.take() {
            for (_, bar) in &live.printers {
                bar.finish_and_clear();
            }
            live.total.finish_and_clear();
        }
    }
}

impl Live {
    fn new(cards: u32, printers: &[PrinterId]) -> Live {
        let all = MultiProgress::new();
        let style = |template: &str| {
            ProgressStyle::with_template(template).expect("the template is a constant")
        };
        let total = all.add(ProgressBar::new(u64::from(cards)));
        total.set_style(style("{bar:40} {pos}/{len}  {elapsed}"));
        let line = style("{prefix:<8} {msg}");
        let printers = printers
            .iter()
            .map(|id| {
                let bar = all.add(ProgressBar::new_spinner());
                bar.set_style(line.clone());
                bar.set_prefix(id.to_string());
                (id.clone(), bar)
            })
            .collect();
        Live {
            all,
            total,
            printers,
        }
    }
}
