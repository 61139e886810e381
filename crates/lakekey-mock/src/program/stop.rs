//! The wish of the operating system that the program end.

use std::{io::Result, task::Poll};

use tokio::runtime::{Builder, Runtime};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// Listens for Ctrl-C and, where there is one, SIGTERM, from the moment it is made.
pub(super) struct Stop {
    runtime: Runtime,
    signals: Vec<Signal>,
}

impl Stop {
    pub(super) fn listen() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        #[cfg(unix)]
        let signals = vec![
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ];
        #[cfg(windows)]
        let signals = vec![ctrl_c()?];
        drop(inside);
        Ok(Self { runtime, signals })
    }

    /// Waits for the first of them, also one that came before.
    pub(super) fn wait(mut self) {
        let signals = &mut self.signals;
        let first = std::future::poll_fn(|cx| {
            if signals
                .iter_mut()
                .any(|signal| signal.poll_recv(cx).is_ready())
            {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        self.runtime.block_on(first);
    }
}
