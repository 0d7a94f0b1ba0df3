//! Pictures are drawn beside the loop: a card takes milliseconds, and the spooler waits for nobody.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use tokio::sync::mpsc;

use crate::artwork::{Letterhead, Look, Studio};
use crate::domain::ids::JobId;
use crate::domain::job::Code;
use crate::engine::spooler::Input;
use crate::engine::store::Payload;

/// Pictures drawn at once.
const WORKERS_MAX: usize = 4;
/// Pictures that wait to be drawn: two a printer at most are ever asked for.
const WAITING_MAX: usize = 2 * crate::config::PRINTERS_MAX;
/// A letterhead that does not fit its template holds every job.
const HELD_LETTERHEAD: &str = "HELD_LETTERHEAD_DOES_NOT_FIT";
/// Drawing this record brought the drawing itself down.
const HELD_DRAWING_FAILED: &str = "HELD_DRAWING_FAILED";

struct Sketch {
    job: JobId,
    payload: Box<Payload>,
    look: Look,
}

/// The drawing room.
pub(super) struct Drawers {
    waiting: SyncSender<Sketch>,
}

impl Drawers {
    /// Starts the workers; the templates are prepared by the first of them, beside everything else.
    pub(super) fn start(
        letterhead: Letterhead,
        training: bool,
        news: mpsc::Sender<Input>,
    ) -> Drawers {
        let (waiting, sketches) = sync_channel(WAITING_MAX);
        let sketches = Arc::new(Mutex::new(sketches));
        let studio = Arc::new(OnceLock::new());
        let letterhead = Arc::new(letterhead);
        let workers = thread::available_parallelism()
            .map_or(1, NonZeroUsize::get)
            .min(WORKERS_MAX);
        for _ in 0..workers {
            let (sketches, studio, letterhead, news) = (
                Arc::clone(&sketches),
                Arc::clone(&studio),
                Arc::clone(&letterhead),
                news.clone(),
            );
            thread::spawn(move || work(&sketches, &studio, &letterhead, training, &news));
        }
        Drawers { waiting }
    }

    /// Has a picture drawn.
    pub(super) fn draw(&self, job: JobId, payload: Box<Payload>, look: Look) {
        let sketch = Sketch { job, payload, look };
        match self.waiting.try_send(sketch) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                unreachable!("more pictures are waited for than printers can ask")
            }
            // The workers end only with the program.
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

fn work(
    sketches: &Mutex<Receiver<Sketch>>,
    studio: &OnceLock<Option<Studio>>,
    letterhead: &Letterhead,
    training: bool,
    news: &mpsc::Sender<Input>,
) {
    let prepare = || {
        Studio::new(letterhead)
            .inspect_err(|error| tracing::error!(%error, "no card can be drawn"))
            .ok()
    };
    studio.get_or_init(prepare);
    loop {
        let sketch = {
            let Ok(queue) = sketches.lock() else { return };
            match queue.recv() {
                Ok(sketch) => sketch,
                Err(_) => return,
            }
        };
        let Sketch { job, payload, look } = sketch;
        let drawing = std::panic::AssertUnwindSafe(|| match studio.get_or_init(prepare) {
            None => Err(Code::from(HELD_LETTERHEAD)),
            Some(studio) => studio
                .draw_look(
                    &payload.record,
                    payload.photo.as_deref(),
                    &payload.record.key,
                    training,
                    look,
                )
                .map(Arc::new)
                .map_err(|error| Code::from(error.code())),
        });
        // A photo's decoder that panics costs this job, never the worker.
        let picture = std::panic::catch_unwind(drawing)
            .unwrap_or_else(|_| Err(Code::from(HELD_DRAWING_FAILED)));
        if news.blocking_send(Input::Drawn(job, picture)).is_err() {
            return;
        }
    }
}
