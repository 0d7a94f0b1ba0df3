//! The desk: what a handler may ask of the running room. Its other side is the program that runs the loop.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot, watch};

use super::api::{PrinterView, Refusal, Reloaded};
use crate::domain::ids::{Actor, At};
use crate::engine::spooler::{Command, Response};
use crate::engine::store::{SqliteReader, StoreLost};

/// Orders that wait for the loop; a handler that finds it full waits too.
pub const ORDERS_WAITING_MAX: usize = 1_024;

/// One order and where its answer goes. An answer that is dropped unsent: the room has gone.
#[derive(Debug)]
pub enum Order {
    /// For the spooler.
    Command {
        /// Who.
        actor: Actor,
        /// What.
        command: Command,
        /// Sent only after the commit.
        answer: oneshot::Sender<Response>,
    },
    /// Read the config again.
    Reload {
        /// Who.
        actor: Actor,
        /// What changed, or what is wrong with the config.
        answer: oneshot::Sender<Result<Reloaded, Refusal>>,
    },
}

/// The room's loop has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the spooler is stopping")]
pub struct RoomGone;

/// What of the room does not change while it runs.
#[derive(Debug, Clone)]
pub struct About {
    /// The room's code.
    pub room: String,
    /// The store's epoch.
    pub epoch: u32,
    /// A training store.
    pub training: bool,
    /// The office's zone: a business day is a local date.
    pub zone: TimeZone,
    /// This life of the program.
    pub run: String,
}

/// How the room stands, told after every turn that changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// The printers, by name.
    pub printers: Vec<PrinterView>,
    /// It is stopping.
    pub stopping: bool,
}

/// A handler's way to the room.
#[derive(Clone)]
pub struct Desk {
    /// What never changes.
    pub about: Arc<About>,
    orders: mpsc::Sender<Order>,
    fleet: watch::Receiver<Arc<Fleet>>,
    readers: Arc<dyn Fn() -> Result<SqliteReader, StoreLost> + Send + Sync>,
    wall: Arc<dyn Fn() -> At + Send + Sync>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

/// The loop's side of the desk.
#[derive(Debug)]
pub struct DeskEnds {
    /// Orders, oldest first.
    pub orders: mpsc::Receiver<Order>,
    /// Where the loop tells how the fleet stands.
    pub fleet: watch::Sender<Arc<Fleet>>,
}

impl Desk {
    /// A desk and the loop's side of it. `readers` opens a connection that only reads; `wall` is the room's time.
    pub fn new(
        about: About,
        readers: impl Fn() -> Result<SqliteReader, StoreLost> + Send + Sync + 'static,
        wall: impl Fn() -> At + Send + Sync + 'static,
    ) -> (Desk, DeskEnds) {
        let (orders, orders_in) = mpsc::channel(ORDERS_WAITING_MAX);
        let (fleet_out, fleet) = watch::channel(Arc::new(Fleet::default()));
        let desk = Desk {
            about: Arc::new(about),
            orders,
            fleet,
            readers: Arc::new(readers),
            wall: Arc::new(wall),
        };
        let ends = DeskEnds {
            orders: orders_in,
            fleet: fleet_out,
        };
        (desk, ends)
    }

    /// Orders something of the spooler; the answer comes after its commit.
    ///
    /// Errors: [`RoomGone`]: nothing is known of whether it was done; orders with a key may be repeated.
    pub async fn order(&self, actor: Actor, command: Command) -> Result<Response, RoomGone> {
        let (answer, answered) = oneshot::channel();
        let order = Order::Command {
            actor,
            command,
            answer,
        };
        self.orders.send(order).await.map_err(|_| RoomGone)?;
        answered.await.map_err(|_| RoomGone)
    }

    /// Has the config read again.
    ///
    /// Errors: [`RoomGone`]; the inner one names what is wrong with the config, and nothing was changed.
    pub async fn reload(&self, actor: Actor) -> Result<Result<Reloaded, Refusal>, RoomGone> {
        let (answer, answered) = oneshot::channel();
        self.orders
            .send(Order::Reload { actor, answer })
            .await
            .map_err(|_| RoomGone)?;
        answered.await.map_err(|_| RoomGone)
    }

    /// How the fleet stands.
    pub fn fleet(&self) -> Arc<Fleet> {
        Arc::clone(&self.fleet.borrow())
    }

    /// A connection that only reads; blocking.
    ///
    /// Errors: [`StoreLost`].
    pub fn reader(&self) -> Result<SqliteReader, StoreLost> {
        (self.readers)()
    }

    /// The room's time.
    pub fn at(&self) -> At {
        (self.wall)()
    }

    /// The office's date.
    pub fn today(&self) -> Date {
        jiff::Timestamp::from_millisecond(self.at().0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.about.zone.clone())
            .date()
    }
}
