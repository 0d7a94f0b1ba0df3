//! The judge: what the mechanism holds at the end, against the promises and the books.

use std::collections::{BTreeMap, BTreeSet};

use cetak_drivers::contract::{BitPlane, BlankUid, Point, Stage};
use cetak_firmware_sims::mechanism::{Card, CardPlace as Lies, Side};

use super::mode::{COLUMNS, LINES, Mode};
use super::operator::is_whole;
use super::{BLANKS, Room, rows};
use crate::artwork::mark;
use crate::domain::blank::Account;
use crate::domain::ids::{At, JobId};
use crate::domain::invariants::{self, CardPlace, Ended, SeenCard};
use crate::domain::job::JobState;
use crate::engine::fleet::Work;
use crate::engine::store::{AttemptEntry, Outcome, StoreRead};

impl Room {
    /// Every job has its card and the printer rests.
    pub(super) fn done(&self) -> bool {
        self.idle()
            && self.jobs.iter().all(|(_, id)| {
                let row = self.store.job(*id).expect("a sound store");
                row.is_none_or(|row| matches!(row.state, JobState::Printed { .. }))
            })
    }

    /// Where the jobs and the printer stand, for whoever must find out why nothing goes on.
    pub(super) fn standing(&self) -> String {
        let jobs: Vec<String> = self
            .jobs
            .iter()
            .map(|(_, id)| {
                let row = self.store.job(*id).expect("a sound store");
                row.map_or("unknown".to_owned(), |row| row.state.name().to_owned())
            })
            .collect();
        let machine: Vec<String> = self
            .host
            .iter()
            .flat_map(|host| host.spooler.printers())
            .map(|machine| {
                let work = match &machine.work {
                    Work::Card(run) => format!("{:?}", run.doing),
                    other @ (Work::Idle | Work::Preparing(_) | Work::Clearing | Work::Asking) => {
                        format!("{other:?}")
                    }
                };
                format!(
                    "{work} faults {:?} doubt {:?} again {:?} reachable {} clear {} hopper {:?}",
                    machine.faults,
                    machine.row.doubt,
                    machine.again_at,
                    machine.reachable,
                    machine.needs_clear,
                    machine.row.hopper.map(|hopper| hopper.pieces),
                )
            })
            .collect();
        format!(
            "jobs {jobs:?} machine {machine:?} mechanism inside {:?} jam {:?} hopper {}",
            self.firmware.mechanism().place_inside(),
            self.firmware.mechanism().jam(),
            self.firmware.mechanism().hopper().len()
        )
    }

    pub(super) fn judge(&mut self) {
        self.report.commits = self.commits_before + self.store.commits();
        self.report.sends = super::cuts::lock(&self.sends).count;
        self.check_half_a_string();
        let mut broken = Vec::new();
        self.judge_cards(&mut broken);
        self.judge_jobs(&mut broken);
        self.judge_blanks(&mut broken);
        if let Err(lost) = self.store.verify_journal() {
            broken.push(format!("the journal's chain is broken: {lost}"));
        }
        self.report.broken.extend(broken);
        self.count_branches();
    }

    /// `C1`, faces and chips, from the cards alone.
    fn judge_cards(&mut self, broken: &mut Vec<String>) {
        let keys: BTreeMap<u64, &str> = self
            .jobs
            .iter()
            .map(|(key, _)| (mark::of(key).0, key.as_str()))
            .collect();
        let cards: Vec<SeenCard> = self
            .firmware
            .mechanism()
            .cards()
            .filter_map(|card| {
                let mark = mark_of(card)?.0;
                let key = keys.get(&mark)?;
                Some(SeenCard {
                    mark,
                    good: is_whole(card) && self.plan.mode.is_face_of(card, key),
                    cut: card.cut,
                    place: match card.place {
                        Lies::Output => CardPlace::Tray,
                        Lies::Reject => CardPlace::RejectBox,
                        Lies::Taken | Lies::Away | Lies::Hopper(_) => CardPlace::Hand,
                        Lies::Path
                        | Lies::Contact
                        | Lies::Contactless
                        | Lies::PrintStart
                        | Lies::Flipper => CardPlace::Inside,
                    },
                })
            })
            .collect();
        let printed: BTreeSet<u64> = self
            .jobs
            .iter()
            .filter(|(_, id)| self.is_printed(*id))
            .map(|(key, _)| mark::of(key).0)
            .collect();
        if let Err(second) = invariants::c1(&cards, &printed) {
            broken.push(second.to_string());
        }
        for card in self
            .firmware
            .mechanism()
            .cards()
            .filter(|card| is_whole(card))
        {
            let Some(mark) = mark_of(card) else {
                broken.push(format!("card {} is whole and bears no mark", card.id.0));
                continue;
            };
            match keys.get(&mark.0) {
                None => broken.push(format!("card {} is a good card of nobody", card.id.0)),
                Some(key) if !self.plan.mode.is_face_of(card, key) => {
                    broken.push(format!("card {} has a wrong face", card.id.0));
                }
                Some(_) => {}
            }
            if self.plan.mode.stock().has_chip() && card.chip.blocks[1][..8] != mark.0.to_be_bytes()
            {
                broken.push(format!("card {}: chip and face of two persons", card.id.0));
            }
        }
        for (key, id) in &self.jobs {
            let mark = mark::of(key).0;
            let usable = cards
                .iter()
                .filter(|card| card.mark == mark && card.is_usable())
                .count();
            if self.is_printed(*id) && usable == 0 {
                broken.push(format!("{key} is printed and has no good card"));
            }
            self.report
                .good
                .insert(key.clone(), u32::try_from(usable).unwrap_or(u32::MAX));
        }
    }

    fn is_printed(&self, id: JobId) -> bool {
        let row = self.store.job(id).expect("a sound store");
        row.is_some_and(|row| matches!(row.state, JobState::Printed { .. }))
    }

    /// `L1`.
    fn judge_jobs(&self, broken: &mut Vec<String>) {
        let ended: BTreeMap<String, Ended> = self
            .jobs
            .iter()
            .filter_map(|(key, id)| {
                let row = self.store.job(*id).expect("a sound store")?;
                Some((key.clone(), Ended::of(&row.state)))
            })
            .collect();
        let accepted = self.jobs.iter().map(|(key, _)| key.as_str());
        if let Err(lost) = invariants::l1(accepted, &ended, true) {
            broken.push(lost.to_string());
        }
    }

    /// `S1`: by pieces, and by number wherever a number was read.
    fn judge_blanks(&mut self, broken: &mut Vec<String>) {
        let stock = self.plan.mode.stock();
        let books = self.store.books().expect("a sound store");
        let pieces = |account| books.pieces(stock, account);
        let mechanism = self.firmware.mechanism();
        let hopper = u64::try_from(mechanism.hopper().len()).unwrap_or(u64::MAX);
        let usable = mechanism.cards().filter(|card| is_whole(card)).count();
        // A blank that is sought and whose number nobody has read may never have left the hopper: only a
        // count can tell. A blank that came out beside the one that was ordered is named by a count too; the
        // printer must have been put in doubt for it.
        let rows = self.store.blanks().expect("a sound store");
        let named = |account| rows.iter().filter(|row| row.account == account).count() as u64;
        let unread = pieces(Account::Sought).saturating_sub(named(Account::Sought));
        let never_left = hopper.saturating_sub(pieces(Account::Loaded));
        let beside = pieces(Account::Loaded).saturating_sub(hopper);
        let mut held = BTreeMap::new();
        held.insert((stock, Account::InWork), 0);
        held.insert((stock, Account::Personalized), usable as u64);
        held.insert((stock, Account::Loaded), hopper + beside - never_left);
        if let Err(broke) = invariants::s1(&books, &held) {
            broken.push(broke.to_string());
        }
        if books.received(stock) != u64::from(BLANKS) {
            broken.push(format!("S1: {} received", books.received(stock)));
        }
        if never_left > unread {
            broken.push(format!(
                "S1: {hopper} in the hopper, {} loaded by the books, {unread} unread ones sought",
                pieces(Account::Loaded)
            ));
        }
        if beside > 0 {
            self.report.reach("blank beside");
        }
        let feeds = self.true_feeds();
        if beside > feeds.beside {
            broken.push(format!(
                "S1: {beside} blanks fewer in the hopper than by the books, {} came out beside",
                feeds.beside
            ));
        }
        if beside > 0 && feeds.last_beside > self.last_told() {
            broken.push(format!(
                "S1: {beside} blanks left the hopper and nobody was told"
            ));
        }
        // In single-card mode a person looks before the next try, and puts the books right.
        if feeds.not_fed_by_the_books > feeds.not_fed + self.gone {
            broken.push(format!(
                "S1: {} blanks count as not fed, {} were not",
                feeds.not_fed_by_the_books, feeds.not_fed
            ));
        }
        for row in &rows {
            let card = self
                .firmware
                .mechanism()
                .cards()
                .find(|card| card.uid.as_deref() == Some(row.uid.0.as_str()));
            let right = card.is_some_and(|card| lies_right(row.account, card));
            if !right {
                broken.push(format!(
                    "S1: blank {} is booked as {:?} and lies {:?}",
                    row.uid,
                    row.account,
                    card.map(|card| (card.place, card.looks(), card.cut))
                ));
            }
        }
        let numbers = rows.iter().map(|row| (&row.uid, row.account));
        if let Err(twice) = invariants::s1_numbers(numbers) {
            broken.push(twice.to_string());
        }
        let seen: BTreeSet<BlankUid> = rows.iter().map(|row| row.uid.clone()).collect();
        for (key, id) in &self.jobs {
            let row = self.store.job(*id).expect("a sound store");
            let Some(JobState::Printed { blank: Some(uid) }) = row.map(|row| row.state) else {
                continue;
            };
            let bears = self
                .cards_of(key)
                .any(|card| card.uid.as_deref() == Some(uid.0.as_str()) && is_whole(card));
            if !bears || !seen.contains(&uid) {
                broken.push(format!(
                    "S1: {key} is printed on {uid}, which is not its card"
                ));
            }
        }
    }

    /// What really left the hopper for each ordered feed.
    fn true_feeds(&self) -> TrueFeeds {
        let picked = self.firmware.mechanism().picked();
        let mut feeds = TrueFeeds::default();
        let mut beside = |picks: std::ops::Range<u32>| {
            for pick in picks {
                feeds.beside += 1;
                feeds.last_beside = usize::try_from(pick)
                    .ok()
                    .and_then(|pick| self.picks.get(pick).copied());
            }
        };
        beside(0..self.feeds.first().copied().unwrap_or(picked));
        let ends = self.feeds.iter().skip(1).copied().chain([picked]);
        let mut not_fed = 0;
        for (before, after) in self.feeds.iter().copied().zip(ends) {
            beside(before + 1..after);
            not_fed += u64::from(before == after);
        }
        feeds.not_fed = not_fed;
        let mut attempts = 0;
        for (_, id) in &self.jobs {
            for (_, outcome) in self.store.attempts(*id).expect("a sound store") {
                attempts += 1;
                feeds.not_fed_by_the_books += u64::from(outcome == Some(Outcome::NotFed));
            }
        }
        // An intent whose order never went out.
        feeds.not_fed += attempts - (self.feeds.len() as u64).min(attempts);
        feeds
    }

    /// When people were last told that something about this printer may not be as the books say.
    fn last_told(&self) -> Option<At> {
        let journal = self.store.journal(0, usize::MAX >> 1);
        let told = journal.expect("a sound store").into_iter().filter(|entry| {
            matches!(
                entry.what.as_str(),
                "PRINTER_IN_DOUBT" | "IN_DOUBT" | "COUNT_DUE"
            )
        });
        told.map(|entry| entry.at).max()
    }

    /// Which branches of recovery the run went through.
    fn count_branches(&mut self) {
        let jobs: Vec<JobId> = self.jobs.iter().map(|(_, id)| *id).collect();
        for id in jobs {
            for (attempt, outcome) in self.store.attempts(id).expect("a sound store") {
                if let Some(outcome) = outcome {
                    self.report.reach(format!("outcome/{outcome:?}"));
                }
                let mut point = Point::Before;
                let mut ruled = false;
                for entry in &attempt.entries {
                    match entry {
                        AttemptEntry::Point(next) => {
                            if ruled && *next == Point::Sent(Stage::Eject) {
                                self.report.reach("ejected after a verdict");
                            }
                            point = *next;
                        }
                        AttemptEntry::Ruled(verdict, why) => {
                            ruled = true;
                            self.report.reach(format!("ruled/{verdict}"));
                            self.report.reach(format!("doubt/{point:?}"));
                            match rows::read(why) {
                                Some((number, why)) => {
                                    self.report.reach(rows::name(self.plan.mode, number));
                                    self.report.reach(format!("why/{why}"));
                                }
                                None => self.report.reach(format!("why/{why}")),
                            }
                        }
                        AttemptEntry::LidOpened => self.report.reach("lid opened"),
                        AttemptEntry::Heard(fault) => self.report.reach(format!("heard/{fault:?}")),
                        AttemptEntry::Listening
                        | AttemptEntry::Found(_)
                        | AttemptEntry::Cleared
                        | AttemptEntry::Restarted => {}
                    }
                }
            }
        }
    }
}

/// What the mechanism did for the feeds that were ordered.
#[derive(Debug, Default)]
struct TrueFeeds {
    /// Cards that left the hopper beside the one of their feed.
    beside: u64,
    /// When the last of them did.
    last_beside: Option<At>,
    /// Feeds for which none left it.
    not_fed: u64,
    /// Attempts that ended as not fed.
    not_fed_by_the_books: u64,
}

/// Whether a numbered blank lies where the books have it.
fn lies_right(account: Account, card: &Card) -> bool {
    match account {
        Account::Personalized => is_whole(card) && !matches!(card.place, Lies::Hopper(_)),
        Account::Spoiled => !is_whole(card) && !matches!(card.place, Lies::Hopper(_)),
        // Not found, yet findable: it has left the hopper and no face is on it.
        Account::Sought => !is_whole(card) && !matches!(card.place, Lies::Hopper(_)),
        Account::InTransit
        | Account::InStore
        | Account::InRoom
        | Account::Loaded
        | Account::InWork
        | Account::Test
        | Account::Missing
        | Account::Lent
        | Account::Returned => false,
    }
}

impl Mode {
    /// Whether the card bears the key's picture: its resin on each side, dot for dot.
    pub(super) fn is_face_of(self, card: &Card, key: &str) -> bool {
        let picture = self.picture(key);
        let back = picture.back.as_ref().map(|side| &side.resin);
        same_dots(card, Side::Front, Some(&picture.front.resin))
            && same_dots(card, Side::Back, back)
    }
}

fn same_dots(card: &Card, side: Side, wanted: Option<&BitPlane>) -> bool {
    (0..LINES).all(|x| {
        (0..COLUMNS).all(|y| dot(card, side, x, y) == wanted.is_some_and(|plane| plane.get(x, y)))
    })
}

/// A dot of resin: line = x, column = height - 1 - y.
fn dot(card: &Card, side: Side, x: usize, y: usize) -> bool {
    let column = COLUMNS - 1 - y;
    card.face(side)
        .k
        .get(x * (COLUMNS / 8) + column / 8)
        .is_some_and(|byte| byte & (0x80 >> (column % 8)) != 0)
}

/// The mark on the front, read from its resin dots.
pub(super) fn mark_of(card: &Card) -> Option<mark::Mark> {
    mark::read(|x, y| dot(card, Side::Front, x, y), LINES, COLUMNS)
}
