//! Ctrl-C, SIGTERM, and the signals that are passed on.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The user's wishes to end; while this lives, they don't end the process by themselves.
pub(super) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns at the next one.
    pub(super) async fn next(&mut self) {
        let Self {
            interrupt,
            terminate,
        } = self;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Came {
    /// Its name, as engines take it.
    pub(super) name: &'static str,
    /// Whether it asks for an end.
    pub(super) is_end: bool,
}

/// The signals that are passed on to a process in a container; while this lives, they do nothing by themselves.
pub(super) struct Signals(Vec<(Came, Signal)>);

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        let kinds = [
            ("SIGINT", SignalKind::interrupt(), true),
            ("SIGTERM", SignalKind::terminate(), true),
            ("SIGHUP", SignalKind::hangup(), true),
            ("SIGQUIT", SignalKind::quit(), true),
            ("SIGUSR1", SignalKind::user_defined1(), false),
            ("SIGUSR2", SignalKind::user_defined2(), false),
        ];
        let listening = kinds.map(|(name, kind, is_end)| {
            let came = Came { name, is_end };
            signal(kind).map(|signal| (came, signal))
        });
        Ok(Self(listening.into_iter().collect::<io::Result<_>>()?))
    }

    /// Returns at the next one.
    pub(super) async fn next(&mut self) -> Came {
        poll_fn(|context| {
            for (came, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(*came);
                }
            }
            Poll::Pending
        })
        .await
    }
}
