//! What is waited for, in words.

use std::time::Duration;

use super::{DOUBTS, Ports, Probe};
use crate::engine::sockets::{Listener, SocketTable};

impl Probe {
    /// What the gate waits for now, as it goes on after the word `waiting`.
    pub(in crate::reconcile) fn note(&self, now: Duration) -> String {
        if !self.running {
            return "for the container to run".to_owned();
        }
        if self.is_overdue(now) {
            let timeout = self.test.timeout;
            return format!(
                "for the engine's health test (windlass's runs for more than {timeout:?})"
            );
        }
        let doubts = self.healthy_since.map(|since| since + DOUBTS[0]);
        match self.ports() {
            Ports::None => {
                let is_said = doubts.is_some_and(|doubts| now >= doubts);
                let but = if is_said {
                    "the engine says healthy, but "
                } else {
                    ""
                };
                format!("for {} ({but}{})", ports(&self.closed()), self.instead())
            }
            _ if self.is_open_but_for_time() => format!("for {}", ports(&self.closed())),
            _ => "for the health test to pass".to_owned(),
        }
    }

    /// What listens and what doesn't, for a wait that has failed; empty where that is unknown or no condition.
    pub(in crate::reconcile) fn sockets(&self) -> String {
        if self.declared.is_empty() || self.table.is_none() {
            return String::new();
        }
        let closed = self.closed();
        let is_open = |port: &&u16| !closed.contains(port);
        let open: Vec<u16> = self.declared.iter().filter(is_open).copied().collect();
        let listen = |found: &[u16], one, several| {
            let verb = if found.len() == 1 { one } else { several };
            format!("{} {verb}", ports(found))
        };
        match (&open[..], &closed[..]) {
            (open, []) => listen(open, "listens", "listen"),
            ([], closed) => {
                let not = listen(closed, "doesn't listen", "don't listen");
                format!("{not}: {}", self.instead())
            }
            (open, closed) => {
                let not = listen(closed, "doesn't", "don't");
                format!("{}, {not}", listen(open, "listens", "listen"))
            }
        }
    }

    /// Rule 8: why a container that the engine calls healthy was let through late.
    pub(super) fn doubt(&self) -> String {
        let seconds = DOUBTS[1].as_secs();
        let but = match self.ports() {
            Ports::None => {
                let ports = ports(&self.declared);
                format!("nothing can be reached on {ports} ({})", self.instead())
            }
            _ => "its test does not pass when windlass runs it".to_owned(),
        };
        format!("the engine has said healthy for {seconds} s, but {but}: taken as ready")
    }

    /// The declared ports that do not listen.
    fn closed(&self) -> Vec<u16> {
        let is_closed = |port: &&u16| {
            let table = self.table.as_ref();
            table.is_none_or(|table| !self.is_open(table, **port))
        };
        self.declared.iter().filter(is_closed).copied().collect()
    }

    /// What listens in place of the declared ports.
    fn instead(&self) -> String {
        let table = self.table.as_ref();
        table.map_or_else(|| instead(&SocketTable::default()), instead)
    }
}

fn instead(table: &SocketTable) -> String {
    let (loopback, open): (Vec<&Listener>, Vec<&Listener>) =
        (table.tcp.iter()).partition(|listener| listener.is_loopback());
    let all = |found: Vec<&Listener>| {
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        let verb = if words.len() == 1 {
            "listens"
        } else {
            "listen"
        };
        format!("{} {verb}", words.join(", "))
    };
    if !open.is_empty() {
        format!("{} instead", all(open))
    } else if !loopback.is_empty() {
        format!("only {}", all(loopback))
    } else if !table.unix.is_empty() {
        "only a unix socket listens".to_owned()
    } else {
        "nothing listens yet".to_owned()
    }
}

/// `port 80`, `ports 80, 81 and 443`.
fn ports(ports: &[u16]) -> String {
    let words: Vec<String> = ports.iter().map(u16::to_string).collect();
    match words.split_last() {
        Some((last, [])) => format!("port {last}"),
        Some((last, others)) => format!("ports {} and {last}", others.join(", ")),
        None => "no port".to_owned(),
    }
}
