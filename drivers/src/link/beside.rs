//! Two links as one: the second one is the status channel of the first.

use super::{AsyncLink, Link, LinkError, OpenState, ReadResult, Ready, WriteResult};
use crate::contract::Channel;

/// A link whose [`Channel::Status`] is the main channel of another link.
pub struct Beside<M, S> {
    main: M,
    status: S,
    /// The last write on a channel took nothing: only then is waiting for it worth while.
    full: [bool; 2],
}

impl<M, S> Beside<M, S> {
    /// `main` with `status` beside it, both shut.
    pub fn new(main: M, status: S) -> Beside<M, S> {
        Beside {
            main,
            status,
            full: [false; 2],
        }
    }
}

impl<M: Link, S: Link> Link for Beside<M, S> {
    fn open(&mut self, channel: Channel) -> Result<OpenState, LinkError> {
        match channel {
            Channel::Main => self.main.open(Channel::Main),
            Channel::Status => self.status.open(Channel::Main),
        }
    }

    fn try_read(&mut self, channel: Channel, buffer: &mut [u8]) -> ReadResult {
        match channel {
            Channel::Main => self.main.try_read(Channel::Main, buffer),
            Channel::Status => self.status.try_read(Channel::Main, buffer),
        }
    }

    fn try_write(&mut self, channel: Channel, bytes: &[u8]) -> WriteResult {
        let (result, at) = match channel {
            Channel::Main => (self.main.try_write(Channel::Main, bytes), 0),
            Channel::Status => (self.status.try_write(Channel::Main, bytes), 1),
        };
        self.full[at] = matches!(result, WriteResult::Taken(count) if count < bytes.len());
        result
    }

    fn port_status(&mut self) -> Option<u8> {
        self.main.port_status()
    }

    fn close(&mut self, channel: Channel) {
        match channel {
            Channel::Main => self.main.close(Channel::Main),
            Channel::Status => self.status.close(Channel::Main),
        }
    }

    fn abort(&mut self, channel: Channel) {
        match channel {
            Channel::Main => self.main.abort(Channel::Main),
            Channel::Status => self.status.abort(Channel::Main),
        }
    }
}

impl<M: AsyncLink, S: AsyncLink> AsyncLink for Beside<M, S> {
    fn ready(&mut self, want_write: bool) -> Ready<'_> {
        // A datagram socket always takes more: waiting for it while a plane waits for the other would spin.
        let [main_full, status_full] = self.full;
        let main = self.main.ready(want_write && (main_full || !status_full));
        let status = self.status.ready(want_write && status_full);
        Box::pin(async move {
            tokio::select! {
                () = main => {}
                () = status => {}
            }
        })
    }
}
