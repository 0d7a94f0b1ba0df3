//! Pictures are drawn beside the loop: a card takes milliseconds, and the spooler waits for nobody.
//!
//! One thread draws them all. It could serve a hundred printers, and a second one would hold as much memory again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use tokio::sync::mpsc;

use crate::artwork::{Letterhead, Look, Studio};
use crate::domain::ids::{JobId, PrinterId};
use crate::domain::job::Code;
use crate::domain::record::Reason;
use crate::engine::spooler::Input;
use crate::engine::store::Payload;

/// Pictures that wait to be drawn: two a printer at most are ever asked for.
const WAITING_MAX: usize = 2 * crate::config::PRINTERS_MAX;
/// A letterhead that does not fit its template holds every job.
const HELD_LETTERHEAD: &str = "HELD_LETTERHEAD_DOES_NOT_FIT";
/// Drawing this record brought the drawing itself down.
const HELD_DRAWING_FAILED: &str = "HELD_DRAWING_FAILED";

/// A picture to draw.
pub(super) struct Sketch {
    /// For which printer.
    pub(super) printer: PrinterId,
    /// The job.
    pub(super) job: JobId,
    /// What it is drawn from.
    pub(super) payload: Box<Payload>,
    /// For which kind of card.
    pub(super) look: Look,
    /// The printer's picture size.
    pub(super) dots: (usize, usize),
}

/// The drawing room.
pub(super) struct Drawer {
    waiting: SyncSender<Sketch>,
}

impl Drawer {
    /// Starts the worker; it prepares the templates first, beside everything else.
    pub(super) fn start(
        letterhead: Letterhead,
        training: bool,
        news: mpsc::Sender<Input>,
    ) -> Drawer {
        let (waiting, sketches) = sync_channel(WAITING_MAX);
        thread::spawn(move || work(&sketches, &letterhead, training, &news));
        Drawer { waiting }
    }

    /// Has a picture drawn.
    pub(super) fn draw(&self, sketch: Sketch) {
        match self.waiting.try_send(sketch) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                unreachable!("more pictures are waited for than printers can ask")
            }
            // The worker ends only with the program.
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

fn work(
    sketches: &Receiver<Sketch>,
    letterhead: &Letterhead,
    training: bool,
    news: &mpsc::Sender<Input>,
) {
    let studio = Studio::new(letterhead)
        .inspect_err(|error| tracing::error!(%error, "no card can be drawn"))
        .ok();
    for sketch in sketches {
        let Sketch {
            printer,
            job,
            payload,
            look,
            dots: (width, height),
        } = sketch;
        let drawing = std::panic::AssertUnwindSafe(|| match &studio {
            None => Err(Code::from(HELD_LETTERHEAD)),
            Some(studio) if payload.record.reason == Reason::TestCard => {
                let card = studio.test_card(&payload.record.key, look);
                Ok(Arc::new(card.fitted(width, height)))
            }
            Some(studio) => studio
                .draw_look(
                    &payload.record,
                    payload.photo.as_deref(),
                    &payload.record.key,
                    training,
                    look,
                )
                .map(|card| Arc::new(card.fitted(width, height)))
                .map_err(|error| Code::from(error.code())),
        });
        // A photo's decoder that panics costs this job, never the worker.
        let picture = std::panic::catch_unwind(drawing)
            .unwrap_or_else(|_| Err(Code::from(HELD_DRAWING_FAILED)));
        if news
            .blocking_send(Input::Drawn(printer, job, picture))
            .is_err()
        {
            return;
        }
    }
}
