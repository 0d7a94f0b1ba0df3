//! Sessions as tasks: one for each printer, one for each reader. A session that falls hurts only itself.

use cetak_drivers::contract::{
    Dialect, EncoderNews, EncoderRequest, Event, Machine, Moment, Request,
};
use cetak_drivers::link::endpoint::{self, Endpoint};
use cetak_drivers::link::trace::{Shown, Trace};
use cetak_drivers::reader::LineReader;
use cetak_drivers::session::{self, Session};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::printers;
use crate::clock::Clock;
use crate::config::Printer;
use crate::domain::ids::PrinterId;
use crate::engine::spooler::Input;

/// Requests that wait at a session. The spooler asks one thing at a time.
const REQUESTS_MAX: usize = 4;
/// News on their way from a session to the loop.
const NEWS_MAX: usize = 64;

/// What a session tells the loop.
#[derive(Debug)]
pub(super) enum News {
    /// Its printer's or reader's news.
    Input(Input),
    /// It ended by itself: a defect of ours, and it is started again.
    Fell(PrinterId, u64),
}

/// The loop's way to one printer and its reader.
#[derive(Debug)]
pub(super) struct Outlet {
    printer: mpsc::Sender<Request>,
    reader: Option<mpsc::Sender<EncoderRequest>>,
}

/// What all sessions share.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) runtime: Handle,
    pub(super) clock: Clock,
    pub(super) news: mpsc::Sender<News>,
    /// For the hashes of a traced link.
    pub(super) trace_key: [u8; 16],
}

impl Outlet {
    /// Asks the printer. `false`: its session has gone.
    pub(super) fn ask(&self, request: Request) -> bool {
        self.printer.try_send(request).is_ok()
    }

    /// Asks the reader. `false`: there is none, or its session has gone.
    pub(super) fn encode(&self, request: EncoderRequest) -> bool {
        self.reader
            .as_ref()
            .is_some_and(|reader| reader.try_send(request).is_ok())
    }
}

impl Exchange {
    /// Starts the sessions of a printer under this incarnation.
    pub(super) fn start(&self, printer: &Printer, incarnation: u64, seed: u64) -> Outlet {
        let _inside = self.runtime.enter();
        let id = printer.id.clone();
        let dialect = printers::dialect(printer, &self.clock, seed);
        let requests = self.session::<Box<dyn Dialect>>(
            dialect,
            &printer.endpoint,
            &id.0,
            Shown::Text,
            &id,
            incarnation,
            move |id, incarnation, event: Event| Input::Device(id, incarnation, event),
        );
        let reader = printer.reader.as_ref().map(|endpoint| {
            let name = format!("{id}/reader");
            self.session(
                LineReader::with_limits(printers::reader_limits(&self.clock)),
                endpoint,
                &name,
                Shown::Word,
                &id,
                incarnation,
                move |id, incarnation, news: EncoderNews| Input::Encoder(id, incarnation, news),
            )
        });
        Outlet {
            printer: requests,
            reader,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is named at its two calls")]
    fn session<M>(
        &self,
        machine: M,
        place: &Endpoint,
        name: &str,
        shown: Shown,
        id: &PrinterId,
        incarnation: u64,
        input: impl Fn(PrinterId, u64, M::News) -> Input + Send + 'static,
    ) -> mpsc::Sender<M::Ask>
    where
        M: Machine + Send + 'static,
        M::Ask: Clone + Send + 'static,
        M::News: Send + 'static,
    {
        let (requests, requests_in) = mpsc::channel(REQUESTS_MAX);
        let (told, mut told_in) = mpsc::channel(NEWS_MAX);
        let clock = self.clock;
        let link = Trace::new(endpoint::connect(place), name, &self.trace_key, shown);
        self.runtime.spawn(session::run(
            Session::new(machine),
            link,
            requests_in,
            told,
            move || clock.now(),
            move |moment: Moment| clock.sleep(moment),
        ));
        let (news, id, alive) = (self.news.clone(), id.clone(), requests.downgrade());
        self.runtime.spawn(async move {
            while let Some(event) = told_in.recv().await {
                let input = News::Input(input(id.clone(), incarnation, event));
                if news.send(input).await.is_err() {
                    return;
                }
            }
            // The loop lets go of a session by dropping its end; one that ended before that fell.
            if alive.upgrade().is_some() {
                let _ = news.send(News::Fell(id, incarnation)).await;
            }
        });
        requests
    }
}
