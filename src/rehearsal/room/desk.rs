//! The person who lays in one blank at a time, and who writes chips at a desk before that.

use cetak_drivers::contract::BlankUid;
use cetak_firmware_sims::hands::Hand;
use cetak_firmware_sims::mechanism::Blank;

use super::Room;
use super::operator::person;
use crate::artwork::mark;
use crate::domain::ids::JobId;
use crate::domain::job::JobState;
use crate::engine::fleet::Work;
use crate::engine::spooler::{Command, Response};
use crate::engine::store::StoreRead;

impl Room {
    /// Whose blank is to be laid in next; `None`: the printer waits for none.
    pub(super) fn wants_blank(&self) -> Option<(String, JobId)> {
        let host = self.host.as_ref()?;
        let stock = self.plan.mode.stock();
        let machine = host.spooler.printers().next()?;
        let rests = matches!(machine.work, Work::Idle | Work::Asking);
        let confirmed = machine.row.laid.as_ref().is_some_and(|laid| laid.confirmed);
        if !rests || confirmed || machine.row.doubt.is_some() || !machine.single_card(stock) {
            return None;
        }
        let bound = machine.encoded_job();
        let waits = |id: JobId| {
            let row = self.store.job(id).expect("a sound store");
            row.is_some_and(|row| row.state == JobState::Queued || row.state.waits_for_its_blank())
        };
        self.jobs
            .iter()
            .find(|(_, id)| bound.is_none_or(|bound| bound == *id) && waits(*id))
            .cloned()
    }

    /// Looks into the path, lays the blank in and says so. Whatever answer is lost, the next look finds how far it came.
    pub(super) fn lay_in(&mut self, key: &str, job: JobId) -> bool {
        self.clear_path();
        self.report.reach("hand/lays one blank in");
        let uid = if self.plan.mode.by_hand() {
            match self.write_chip(job) {
                Some(uid) => Some(uid),
                None => return true,
            }
        } else {
            None
        };
        let wanted = uid.as_ref().map(|uid| uid.0.clone());
        let mechanism = self.firmware.mechanism();
        let number = |id| mechanism.card(id).and_then(|card| card.uid.clone());
        let lying: Vec<_> = mechanism.hopper().map(number).collect();
        if lying.iter().any(|lies| *lies != wanted) {
            // A blank that counts as lost and never left: it is spoiled, and none of it is tried again.
            let found: Vec<_> = mechanism.hopper().collect();
            self.report.reach("hand/takes a sought blank out");
            self.hands(&[Hand::Unload]);
            for card in found {
                self.hands(&[Hand::Cut { card }]);
            }
        }
        let mechanism = self.firmware.mechanism();
        let here = mechanism.hopper().len() > 0;
        let elsewhere = wanted.is_some() && mechanism.cards().any(|card| card.uid == wanted);
        let unconfirmed = self.host.iter().flat_map(|host| host.spooler.printers());
        let counts_as_here = unconfirmed
            .into_iter()
            .any(|machine| machine.row.laid.is_some());
        if !here && counts_as_here {
            // What the counters call not fed lay inside: it is no blank for a feeder any more.
            let said = self.command(
                &person("SPECIMEN MELUR"),
                Command::BlankGone(self.id.clone()),
            );
            if said == Some(Response::Done) {
                self.report.reach("hand/finds a blank gone");
                self.gone += 1;
            }
            return true;
        }
        if !here && elsewhere {
            self.report.broken.push(format!(
                "{key}: an encoded blank left without being asked for"
            ));
            return false;
        }
        if !here {
            let encoded = wanted
                .is_some()
                .then(|| format!("{:016X}", mark::of(key).0));
            let blank = Blank {
                uid: wanted,
                encoded,
                ..Blank::default()
            };
            self.hands(&[Hand::Load {
                blanks: vec![blank],
            }]);
        }
        let scan = Command::Scan(self.id.clone(), uid, Some(self.plan.mode.stock()));
        match self.command(&person("SPECIMEN MELUR"), scan) {
            Some(Response::Done) | None => {}
            Some(other) => self.note(format_args!("the scan is answered {other:?}")),
        }
        true
    }

    /// The number of the blank that carries the job's chip; `None`: the answer was lost.
    fn write_chip(&mut self, job: JobId) -> Option<BlankUid> {
        let bound = |room: &Room| {
            let blank = room.store.encoded_blank(job).expect("a sound store");
            blank.map(|blank| blank.uid)
        };
        if bound(self).is_none() {
            let uid = BlankUid(format!("TEST-{:014X}", self.written));
            let said = self.command(&person("SPECIMEN MELUR"), Command::Encoded(job, uid));
            if said.is_some() {
                self.written += 1;
            }
        }
        bound(self)
    }
}
