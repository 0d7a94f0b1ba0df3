//! Asks a printer who it is, when no spooler holds its port. Nothing moves.

use std::time::Duration;

use cetak_drivers::contract::{Answer, Event, Identity, Moment, Request};
use cetak_drivers::link::endpoint;
use cetak_drivers::session::{self, Session};
use tokio::sync::mpsc;

use super::printers;
use crate::clock::Clock;
use crate::config::Printer;

/// How long a printer gets to say who it is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Who the printer says that it is; `None`: it did not answer in time.
pub(super) async fn ask(printer: &Printer, clock: Clock) -> Option<Identity> {
    let (requests, requests_in) = mpsc::channel(1);
    let (told, mut told_in) = mpsc::channel(8);
    let running = tokio::spawn(session::run(
        Session::new(printers::dialect(printer, &clock, 0)),
        endpoint::connect(&printer.endpoint),
        requests_in,
        told,
        move || clock.now(),
        move |moment: Moment| clock.sleep(moment),
    ));
    let asked = requests.send(Request::Identify).await.is_ok();
    let heard = tokio::time::timeout(ANSWERS_WITHIN, async {
        let mut identity = None;
        while let Some(event) = told_in.recv().await {
            match event {
                Event::Identity(who) => identity = Some(who),
                Event::Answered(Answer::Done(_)) => return identity,
                Event::Answered(Answer::Fault(..) | Answer::Silent { .. } | Answer::Lost) => {
                    return None;
                }
                Event::Up | Event::Fault(_) | Event::Status(_) | Event::Lost => {}
            }
        }
        None
    });
    let identity = if asked {
        heard.await.ok().flatten()
    } else {
        None
    };
    drop(requests);
    running.abort();
    identity
}
