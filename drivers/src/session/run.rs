//! One session and its link as a task of tokio.

use std::collections::VecDeque;
use std::future::Future;

use tokio::sync::mpsc;

use super::Session;
use crate::contract::{Machine, Moment};
use crate::link::AsyncLink;

/// News that wait for the spooler until the link is left alone.
const NEWS_WAITING_MAX: usize = 1024;

/// Runs one session until the commands' channel closes or nobody takes its news.
///
/// - A request that comes while another one is in flight waits here, and those behind it in the channel.
/// - No news is lost: where the spooler is slow they wait, and from 1024 on the link is not read until it has caught up.
/// - At the end every channel is aborted and what news there are are handed over.
/// - Time is the caller's: `now` and `sleep` may be scaled. `sleep` with a moment that has passed ends at once.
pub async fn run<M, L, N, S, F>(
    mut session: Session<M>,
    mut link: L,
    mut commands: mpsc::Receiver<M::Ask>,
    news: mpsc::Sender<M::News>,
    now: N,
    sleep: S,
) where
    M: Machine,
    M::Ask: Clone,
    L: AsyncLink,
    N: Fn() -> Moment,
    S: Fn(Moment) -> F,
    F: Future<Output = ()>,
{
    let mut waiting: VecDeque<M::News> = VecDeque::new();
    let mut request: Option<M::Ask> = None;
    loop {
        let may_pump = waiting.len() < NEWS_WAITING_MAX;
        let next = if may_pump {
            pump(&mut session, &mut link, &now, &mut request, &mut waiting)
        } else {
            None
        };
        tokio::select! {
            permit = news.reserve(), if !waiting.is_empty() => match permit {
                Ok(permit) => if let Some(oldest) = waiting.pop_front() {
                    permit.send(oldest);
                },
                Err(_) => break,
            },
            () = news.closed() => break,
            asked = commands.recv(), if request.is_none() => match asked {
                Some(asked) => request = Some(asked),
                None => break,
            },
            () = link.ready(session.wants_write()), if may_pump => {}
            () = until(next, &sleep), if may_pump => {
                // A session that has more to do at once must not keep the other printers' tasks waiting.
                tokio::task::yield_now().await;
            }
        }
    }
    session.hang_up(&mut link);
    for oldest in waiting {
        if news.send(oldest).await.is_err() {
            break;
        }
    }
}

/// Pumps, and makes the request that waits as soon as the machine takes it.
fn pump<M: Machine>(
    session: &mut Session<M>,
    link: &mut impl AsyncLink,
    now: &impl Fn() -> Moment,
    request: &mut Option<M::Ask>,
    waiting: &mut VecDeque<M::News>,
) -> Option<Moment>
where
    M::Ask: Clone,
{
    loop {
        if let Some(asked) = request.take()
            && session.ask(asked.clone(), now()).is_err()
        {
            *request = Some(asked);
        }
        let mut fresh = Vec::new();
        let next = session.pump(link, now(), &mut fresh);
        let told = !fresh.is_empty();
        waiting.extend(fresh);
        // News may be the answer that the request waited for.
        if !(told && request.is_some() && waiting.len() < NEWS_WAITING_MAX) {
            return next;
        }
    }
}

async fn until<S, F>(next: Option<Moment>, sleep: &S)
where
    S: Fn(Moment) -> F,
    F: Future<Output = ()>,
{
    match next {
        Some(moment) => sleep(moment).await,
        None => std::future::pending().await,
    }
}
