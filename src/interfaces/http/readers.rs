//! A few connections that only read, kept open: a query never waits for the room's loop, nor the loop for a query.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::refused::{Refused, STOPPING, STORE_UNREADABLE};
use crate::engine::store::{SqliteReader, StoreLost};
use crate::interfaces::desk::Desk;

/// Connections at once; a query that finds none free waits.
const READERS_MAX: usize = 4;

#[derive(Debug)]
pub(super) struct Readers {
    desk: Desk,
    free: Semaphore,
    idle: Mutex<Vec<SqliteReader>>,
}

impl Readers {
    pub(super) fn new(desk: Desk) -> Readers {
        Readers {
            desk,
            free: Semaphore::new(READERS_MAX),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs a query on a thread that may block. A connection whose query failed is not used again.
    pub(super) async fn read<T: Send + 'static>(
        self: &std::sync::Arc<Readers>,
        query: impl FnOnce(&SqliteReader) -> Result<T, StoreLost> + Send + 'static,
    ) -> Result<T, Refused> {
        let readers = std::sync::Arc::clone(self);
        let task = async move {
            // Held until the query has ended, even where nobody waits for it any more.
            let permit = readers.free.acquire().await.ok()?;
            let inner = std::sync::Arc::clone(&readers);
            let done = tokio::task::spawn_blocking(move || inner.blocking(query)).await;
            drop(permit);
            done.ok()
        };
        match tokio::spawn(task).await {
            Ok(Some(result)) => Ok(result?),
            Ok(None) => Err(Refused::new(STORE_UNREADABLE)),
            Err(_) => Err(Refused::new(STOPPING)),
        }
    }

    fn blocking<T>(
        &self,
        query: impl FnOnce(&SqliteReader) -> Result<T, StoreLost>,
    ) -> Result<T, StoreLost> {
        let kept = self.lock().pop();
        let reader = match kept {
            Some(reader) => reader,
            None => self.desk.reader()?,
        };
        let result = query(&reader)?;
        self.lock().push(reader);
        Ok(result)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SqliteReader>> {
        // A list of whole connections is whole whatever happened to the thread that held it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
