//! Carrying out one command.

use std::sync::Arc;

use crate::mechanism::{Bin, Panel, Plane, Side, Station};

use super::Evolis;
use super::parser::{self, Command, Download, Framing};
use super::profile::Generation;
use super::raster;
use super::reads::{BAD_PARAMETER, NOT_FITTED, UNKNOWN};
use super::settings::Setting;
use super::switches::{EjectUnderHold, FirstFeed};
use super::work::{Goal, Impression, OnBegin};

/// How long the sensors' self-adjustment takes, in milliseconds.
const ADJUST_MS: u32 = 1000;
/// A byte that makes every other dot of a test card.
const TEST_PATTERN: u8 = 0x55;

impl Evolis {
    pub(super) fn execute(&mut self, mut command: Command) {
        self.ram.current.clone_from(&command.name);
        self.ram.owes = true;
        let download = command.download.take();
        match command.name.as_bytes().first() {
            Some(b'S') => self.sequence_command(&command),
            Some(b'D') => self.download_command(&command, download),
            Some(b'P') => self.parameter_command(&command),
            Some(b'R') => self.read(&command),
            Some(b'W') => self.draw_command(&command),
            Some(b'A') if command.name == "Ase" => self.answer("OK"),
            Some(b'M') if matches!(command.name.as_str(), "Mc" | "Mf" | "Mh" | "Mr") => {
                self.answer("OK");
            }
            Some(b'E') if command.name == "Echo" && self.knows_later() => {
                let text = command.params.join(";");
                self.answer(&text);
            }
            _ => self.answer(UNKNOWN),
        }
    }

    fn knows_later(&self) -> bool {
        match self.profile.generation {
            Generation::Later => true,
            Generation::Guide => false,
        }
    }

    /// A fault that stands in the way of S and D commands; an unreported one is told once.
    fn barred(&mut self) -> Option<&'static str> {
        let unreported = self.ram.unreported.take();
        let latched = self.ram.fault.filter(|_| self.ram.latched);
        latched.or(unreported).map(|fault| fault.text())
    }

    fn sequence_command(&mut self, command: &Command) {
        // These two must work in a fault.
        match command.name.as_str() {
            "Scs" => return self.clear_status(),
            "Srs" => {
                self.answer("OK");
                return self.reset();
            }
            _ => {}
        }
        if let Some(text) = self.barred() {
            return self.answer(text);
        }
        let fittings = *self.mechanism.fittings();
        match command.name.as_str() {
            "Ss" => self.sequence_begins(),
            "Se" => self.sequence_ends(),
            "Sr" => {
                self.open_sequence();
                self.ram.sequence.side_is_back = false;
                self.answer("OK");
            }
            "Sv" if fittings.flipper => {
                self.open_sequence();
                self.ram.sequence.side_is_back = true;
                self.answer("OK");
            }
            "Sv" => self.answer(NOT_FITTED),
            "Sfr" if self.knows_later() => self.flip_now(),
            "Si" => {
                self.open_sequence();
                self.move_then_answer([Goal::CardAt(Station::PrintStart)]);
            }
            "Sib" => self.answer("FEEDER EMPTY"),
            "Sie" => {
                self.move_then_answer([Goal::CardAt(Station::PrintStart), Goal::Exit(Bin::Output)])
            }
            "Sis" if fittings.contact => {
                self.move_then_answer([Goal::CardAt(Station::Contact)]);
            }
            "Sic" if fittings.contactless => {
                self.move_then_answer([Goal::CardAt(Station::Contactless)]);
            }
            "Sis" | "Sic" => self.answer(NOT_FITTED),
            "Siscan" if self.knows_later() => self.answer(NOT_FITTED),
            "Sp" => match command.param(0).and_then(parser::panel) {
                Some(panel) => self.print_from_memory(panel),
                None => self.answer(BAD_PARAMETER),
            },
            "Ssd" => match command.param(0).and_then(parser::panel) {
                Some(panel) => {
                    let plane = self.bitmap(panel);
                    self.downloaded(panel, plane);
                }
                None => self.answer(BAD_PARAMETER),
            },
            "Sc" => self.one_more_copy(),
            "Ser" | "Seb" if fittings.reject_box => {
                self.ram.sequence.open = false;
                self.move_then_answer([Goal::Exit(Bin::Reject)]);
            }
            "Ser" | "Seb" => self.answer(NOT_FITTED),
            // A cleaning needs the ribbon out and a cleaning card, which these hoppers never hold.
            "Scp" if self.mechanism.ribbon().is_some() => self.answer("ERROR RIBBON"),
            "Scp" => self.answer("FEEDER EMPTY"),
            "Sdm" | "Sdu" => match command.param(0).and_then(|time| time.parse::<u32>().ok()) {
                Some(time) if command.name == "Sdm" => self.move_then_answer([Goal::Pause(time)]),
                Some(time) => self.move_then_answer([Goal::Pause(time / 1000)]),
                None => self.answer(BAD_PARAMETER),
            },
            "St" | "Stt" => self.test_card(),
            "Sa" => self.move_then_answer([Goal::Pause(ADJUST_MS)]),
            "Scom" => self.answer("OK"),
            "Sds" if fittings.flipper && command.param(0) == Some("<v") => self.answer("3"),
            "Sds" if fittings.flipper && command.param(0) == Some("<A") => self.answer("0"),
            "Sds" | "Sk" | "Smw" | "Smr" => self.answer(NOT_FITTED),
            _ => self.answer(UNKNOWN),
        }
    }

    fn move_then_answer<const N: usize>(&mut self, goals: [Goal; N]) {
        self.set_out(goals.into_iter().chain([Goal::Answer("OK")]));
    }

    fn sequence_begins(&mut self) {
        let kept = self.ram.pending.take();
        self.begin_sequence();
        if !self.switches.ss_drops_pending {
            self.ram.pending = kept;
        }
        match self.switches.first_feed {
            FirstFeed::Ss => self.move_then_answer([Goal::CardInside]),
            FirstFeed::FirstDb | FirstFeed::SecondDb => self.answer("OK"),
        }
    }

    /// Prints what is pending, then ejects or holds; with nothing open it ejects what is inside.
    fn sequence_ends(&mut self) {
        let set_to_hold = self
            .ram
            .settings
            .text("Psoe")
            .is_some_and(|set| set.starts_with('D'));
        let hold = set_to_hold && self.switches.psoe_honoured;
        let mut goals = Vec::new();
        let pending = self.ram.pending.clone();
        if self.ram.sequence.open || pending.is_some() {
            self.open_sequence();
            if let Some(impression) = pending {
                goals.push(Goal::Lay {
                    impression,
                    on_begin: OnBegin::TakePending,
                    begun: false,
                });
            }
            goals.push(Goal::EndSequence);
            if !hold {
                goals.push(Goal::Exit(Bin::Output));
            }
        } else if self.place().is_some() {
            let bound = match self.switches.eject_under_hold {
                EjectUnderHold::Se => false,
                EjectUnderHold::NeedsPsoeE => hold,
            };
            if !bound {
                goals.push(Goal::Exit(Bin::Output));
                if self.switches.psoe_restored_by_se {
                    goals.push(Goal::RestoreEject);
                }
            }
        } else if self.switches.empty_se_feeds {
            goals.extend([Goal::CardInside, Goal::Exit(Bin::Output)]);
        }
        goals.push(Goal::Answer("OK"));
        self.set_out(goals);
    }

    fn flip_now(&mut self) {
        if !self.mechanism.fittings().flipper {
            return self.answer(NOT_FITTED);
        }
        self.open_sequence();
        let turned = self.place().is_some() && self.mechanism.lies_with(Side::Back);
        self.ram.sequence.side_is_back = !turned;
        let other = self.ram.sequence.side();
        self.move_then_answer([Goal::CardAt(Station::PrintStart), Goal::Turn(other)]);
    }

    fn print_from_memory(&mut self, panel: Panel) {
        self.open_sequence();
        let side = self.ram.sequence.side();
        self.ram.sequence.list.push((side, panel));
        let plane = self.bitmap(panel);
        self.move_then_answer([Goal::Lay {
            impression: Impression { side, panel, plane },
            on_begin: OnBegin::Nothing,
            begun: false,
        }]);
    }

    fn one_more_copy(&mut self) {
        let list = self.ram.sequence.list.clone();
        if list.is_empty() {
            return self.answer("ERROR");
        }
        self.begin_sequence();
        self.ram.sequence.list.clone_from(&list);
        let mut goals: Vec<Goal> = list
            .into_iter()
            .map(|(side, panel)| Goal::Lay {
                impression: Impression {
                    side,
                    panel,
                    plane: self.bitmap(panel),
                },
                on_begin: OnBegin::Nothing,
                begun: false,
            })
            .collect();
        goals.extend([
            Goal::EndSequence,
            Goal::Exit(Bin::Output),
            Goal::Answer("OK"),
        ]);
        self.set_out(goals);
    }

    fn test_card(&mut self) {
        self.begin_sequence();
        let geometry = self.mechanism.fittings().geometry;
        let panels = self
            .mechanism
            .ribbon()
            .map_or(&[][..], |ribbon| ribbon.kind.panels());
        let mut goals = Vec::new();
        for panel in panels.iter().copied().take(5) {
            self.ram.sequence.list.push((Side::Front, panel));
            goals.push(Goal::Lay {
                impression: Impression {
                    side: Side::Front,
                    panel,
                    plane: Arc::new(raster::filled(panel, TEST_PATTERN, geometry)),
                },
                on_begin: OnBegin::Nothing,
                begun: false,
            });
        }
        goals.extend([
            Goal::EndSequence,
            Goal::Exit(Bin::Output),
            Goal::Answer("OK"),
        ]);
        self.set_out(goals);
    }

    /// With a card inside it throws that card out and takes a new one [code: esup-sgc].
    fn clear_status(&mut self) {
        self.ram.unreported = None;
        if self.mechanism.jam().is_some() {
            return self.answer("CARD JAM");
        }
        self.ram.latched = false;
        self.ram.fault = None;
        if self.place().is_none() {
            return self.answer("OK");
        }
        self.ram.sequence.open = false;
        let bin = self.throw_bin(self.switches.scs_throws_to_reject);
        self.move_then_answer([Goal::Exit(bin), Goal::CardAt(Station::PrintStart)]);
    }

    fn download_command(&mut self, command: &Command, download: Option<Download>) {
        if command.name == "Dm" {
            return self.answer(NOT_FITTED);
        }
        let known = matches!(
            command.name.as_str(),
            "Db" | "Dbc" | "Dbp" | "Dbpc" | "Dbmp"
        );
        let Some(download) = download else {
            return self.answer(if known { BAD_PARAMETER } else { UNKNOWN });
        };
        let geometry = self.mechanism.fittings().geometry;
        let before = self.ram.bitmaps.get(&download.panel).cloned();
        let Ok(plane) = raster::decode(&download, geometry, before.as_deref()) else {
            return self.answer(BAD_PARAMETER);
        };
        let plane = Arc::new(plane);
        self.ram.bitmaps.insert(download.panel, Arc::clone(&plane));
        if command.name == "Dbmp" {
            return self.answer("OK");
        }
        // Images stay in memory even when the command is answered with a fault [doc].
        if let Some(text) = self.barred() {
            return self.answer(text);
        }
        self.downloaded(download.panel, plane);
    }

    /// The panel before this one begins to be laid; this one waits.
    fn downloaded(&mut self, panel: Panel, plane: Arc<Plane>) {
        self.open_sequence();
        let side = self.ram.sequence.side();
        let next = Impression { side, panel, plane };
        match self.ram.pending.clone() {
            Some(impression) => self.set_out([Goal::Lay {
                impression,
                on_begin: OnBegin::Succeed(next),
                begun: false,
            }]),
            None => match self.switches.first_feed {
                FirstFeed::Ss | FirstFeed::FirstDb => {
                    self.move_then_answer([Goal::CardInside, Goal::Pend(next)]);
                }
                FirstFeed::SecondDb => self.move_then_answer([Goal::Pend(next)]),
            },
        }
    }

    fn parameter_command(&mut self, command: &Command) {
        let number = || command.param(0).and_then(|value| value.parse::<u8>().ok());
        match command.name.as_str() {
            "Pem" => match number() {
                Some(value) => {
                    self.ram.mode.set(value);
                    if command.param(1) == Some("s") {
                        self.flash.mode = self.ram.mode;
                    }
                    self.mechanism.set_lid_stops(self.ram.mode.cover_managed());
                    self.answer("OK");
                }
                None => self.answer(BAD_PARAMETER),
            },
            "Psc" => self.reframe(command),
            "Psdc" if self.knows_later() => {
                self.answer("OK");
                if command.param(0) == Some("Force") {
                    self.power_off();
                }
            }
            "Pwb" => match command.param(0).and_then(parser::panel) {
                Some(panel @ (Panel::K | Panel::O)) => {
                    self.ram.draw_into = panel;
                    self.answer("OK");
                }
                Some(Panel::Y | Panel::M | Panel::C | Panel::U) | None => {
                    self.answer(BAD_PARAMETER);
                }
            },
            name => {
                let params = &command.params;
                match self.ram.settings.set(name, params, self.profile.generation) {
                    Setting::Kept => {
                        if params.last().is_some_and(|last| last == "s") && name == "Pmi" {
                            let saved = self.ram.settings.text(name).unwrap_or_default();
                            self.flash.settings.put(name, saved.to_owned());
                        }
                        if let ("Pcom", Some(port)) = (name, command.param(0)) {
                            // The serial ports' set-up survives power-off by itself [doc].
                            let key = format!("{name};{port}");
                            let saved = self.ram.settings.text(&key).unwrap_or_default();
                            self.flash.settings.put(&key, saved.to_owned());
                        }
                        self.answer("OK");
                    }
                    Setting::BadParameter => self.answer(BAD_PARAMETER),
                    Setting::Unknown => self.answer(UNKNOWN),
                }
            }
        }
    }

    fn reframe(&mut self, command: &Command) {
        let bytes: Option<Vec<u8>> = command
            .params
            .iter()
            .map(|value| value.parse::<u8>().ok())
            .collect();
        let framing = match bytes.as_deref() {
            Some([]) => Framing::default(),
            Some(&[start, separator, end]) => Framing {
                start,
                separator,
                end,
            },
            _ => return self.answer(BAD_PARAMETER),
        };
        self.ram.parser.reframe(framing);
        self.answer("OK");
    }

    fn draw_command(&mut self, command: &Command) {
        let geometry = self.mechanism.fittings().geometry;
        match command.name.as_str() {
            "Wcb" => {
                let value = command.param(1).unwrap_or("0").parse::<u8>();
                let panels = match command.param(0) {
                    Some("a") => vec![Panel::Y, Panel::M, Panel::C, Panel::K, Panel::O],
                    letter => letter.and_then(parser::panel).into_iter().collect(),
                };
                let (false, Ok(value)) = (panels.is_empty(), value) else {
                    return self.answer(BAD_PARAMETER);
                };
                for panel in panels {
                    let plane = raster::filled(panel, value, geometry);
                    self.ram.bitmaps.insert(panel, Arc::new(plane));
                }
                self.answer("OK");
            }
            "Wl" => {
                let numbers: Option<Vec<usize>> = command
                    .params
                    .iter()
                    .map(|value| value.parse().ok())
                    .collect();
                let Some(&[x, y, length, thickness, draw]) = numbers.as_deref() else {
                    return self.answer(BAD_PARAMETER);
                };
                let panel = self.ram.draw_into;
                let mut plane = Plane::clone(&self.bitmap(panel));
                if let Plane::Bits(bits) = &mut plane {
                    for column in x..x.saturating_add(length).min(geometry.lines) {
                        for row in y..y.saturating_add(thickness).min(geometry.columns) {
                            raster::set_landscape(bits, geometry, column, row, draw != 0);
                        }
                    }
                }
                self.ram.bitmaps.insert(panel, Arc::new(plane));
                self.answer("OK");
            }
            "Wt" | "Wb" => self.answer("OK"),
            _ => self.answer(UNKNOWN),
        }
    }
}
