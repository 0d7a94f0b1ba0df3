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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::contract::{BlankUid, EncoderNews, EncoderRequest};
    use crate::link::memory::{MemoryCable, pair};
    use crate::reader::LineReader;

    type Commands = mpsc::Sender<EncoderRequest>;
    type News = mpsc::Receiver<EncoderNews>;

    /// A reader's session as a task over a cable; its clock jumps to whatever it sleeps for.
    fn start(news_held: usize) -> (Commands, News, MemoryCable, tokio::task::JoinHandle<()>) {
        let (link, cable) = pair(4096);
        let (commands, commands_in) = mpsc::channel(8);
        let (news_out, news) = mpsc::channel(news_held);
        let clock = Arc::new(AtomicU64::new(0));
        let hand = Arc::clone(&clock);
        let task = tokio::spawn(run(
            Session::new(LineReader::new()),
            link,
            commands_in,
            news_out,
            move || Moment(clock.load(Ordering::Relaxed)),
            move |moment: Moment| {
                let hand = Arc::clone(&hand);
                async move {
                    // Whoever answers at once comes before the clock.
                    for _ in 0..100 {
                        tokio::task::yield_now().await;
                    }
                    hand.fetch_max(moment.0, Ordering::Relaxed);
                }
            },
        ));
        (commands, news, cable, task)
    }

    async fn question(cable: &MemoryCable) -> String {
        loop {
            let bytes = cable.read_from_host(99);
            if !bytes.is_empty() {
                return String::from_utf8(bytes).unwrap();
            }
            tokio::task::yield_now().await;
        }
    }

    async fn within<T>(future: impl Future<Output = T>) -> T {
        let hangs = Duration::from_secs(20);
        tokio::time::timeout(hangs, future).await.unwrap()
    }

    #[tokio::test]
    async fn requests_made_at_once_are_answered_in_order() {
        within(async {
            let (commands, mut news, cable, task) = start(1);
            commands.send(EncoderRequest::Presence).await.unwrap();
            commands.send(EncoderRequest::Uid).await.unwrap();
            commands.send(EncoderRequest::Presence).await.unwrap();
            for (asked, answer) in [
                ("presence\n", "yes\n"),
                ("uid\n", "04AA\n"),
                ("presence\n", "yes\n"),
            ] {
                assert_eq!(question(&cable).await, asked);
                cable.write_to_host(answer.as_bytes());
            }
            assert_eq!(news.recv().await, Some(EncoderNews::Presence(true)));
            let uid = BlankUid("04AA".to_owned());
            assert_eq!(news.recv().await, Some(EncoderNews::Uid(Some(uid))));
            assert_eq!(news.recv().await, Some(EncoderNews::Presence(true)));
            drop(commands);
            task.await.unwrap();
            assert!(!cable.host_is_open());
            assert_eq!(news.recv().await, None);
        })
        .await;
    }

    #[tokio::test]
    async fn timers_elapse_on_the_callers_clock() {
        within(async {
            let (commands, mut news, cable, _task) = start(1);
            commands.send(EncoderRequest::Uid).await.unwrap();
            assert_eq!(question(&cable).await, "uid\n");
            assert_eq!(news.recv().await, Some(EncoderNews::Silent));
        })
        .await;
    }

    #[tokio::test]
    async fn a_cable_that_is_cut_is_told_and_the_task_goes_on() {
        within(async {
            let (commands, mut news, cable, _task) = start(1);
            commands.send(EncoderRequest::Uid).await.unwrap();
            question(&cable).await;
            cable.cut();
            assert_eq!(news.recv().await, Some(EncoderNews::Lost));
            commands.send(EncoderRequest::Presence).await.unwrap();
            assert_eq!(question(&cable).await, "presence\n");
            cable.write_to_host(b"yes\n");
            assert_eq!(news.recv().await, Some(EncoderNews::Presence(true)));
        })
        .await;
    }

    #[tokio::test]
    async fn news_that_nobody_has_taken_yet_outlive_the_commands() {
        within(async {
            let (commands, mut news, cable, task) = start(1);
            for _ in 0..4 {
                commands.send(EncoderRequest::Presence).await.unwrap();
                question(&cable).await;
                cable.write_to_host(b"yes\n");
            }
            // The fifth question shows that the fourth answer was heard.
            commands.send(EncoderRequest::Uid).await.unwrap();
            question(&cable).await;
            drop(commands);
            for _ in 0..4 {
                assert_eq!(news.recv().await, Some(EncoderNews::Presence(true)));
            }
            assert_eq!(news.recv().await, None);
            task.await.unwrap();
        })
        .await;
    }

    #[tokio::test]
    async fn a_session_that_nobody_listens_to_ends() {
        within(async {
            let (commands, news, cable, task) = start(1);
            commands.send(EncoderRequest::Presence).await.unwrap();
            question(&cable).await;
            drop(news);
            task.await.unwrap();
            assert!(!cable.host_is_open());
        })
        .await;
    }
}
