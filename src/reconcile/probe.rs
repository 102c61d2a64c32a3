//! The gate's decision: whether a container can be reached yet, and what to find out next.
//!
//! Pure: it is told what was seen and when, as time since the wait began, and says what to do. The rules, by number:
//!
//! 1. The test is the container's healthcheck; without one, running is ready.
//! 2. What must listen are the TCP ports that the container declares; on the host's network, or without any, there is
//!    no such condition.
//! 3. Listening on a loopback address doesn't count, unless the container has no network.
//! 4. Sockets are seen from outside; else from inside with each test; else they are unknown.
//! 5. Tests run as soon as a declared port listens, and again after 100 ms to 1 s, never sooner than the last one took;
//!    once something else listens, as soon as that allows.
//! 6. A test older than its timeout has failed, and no other is started while it runs: then the engine's word decides.
//! 7. The gate opens on a pass with all declared ports listening, or with some and the listeners unchanged for 1 s;
//!    with unknown sockets on three passes 500 ms apart.
//! 8. Where the engine says healthy and no declared port listens, it opens at once if nothing has listened at all (a
//!    worker); a unix socket or a loopback address may be a temporary server: it opens after 60 s, with a warning.
//! 9. It is closed for good by the engine's word only; where the engine never tests, when it should have given up.

mod note;

use std::time::Duration;

use crate::engine::sockets::SocketTable;
use crate::state::{Container, Health, HealthTest, Status};

const BACK_OFF: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];
/// How long listeners stay the same until those that are not there are taken for stale declarations.
const SETTLED: Duration = Duration::from_secs(1);
/// With unknown sockets: so many passes, so far apart.
const BLIND_PASSES: (u32, Duration) = (3, Duration::from_millis(500));
/// How long the engine's word is not enough without a listening port; said after the first, given up after the second.
const DOUBTS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];

/// Where the sockets are seen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// From the engine's machine, at any time.
    Outside,
    /// By a command in the container, with each test.
    Inside,
    /// Not at all.
    Unknown,
}

/// A command to run in the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exec {
    /// See what listens.
    Look,
    /// The health test.
    Test,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is ready; perhaps with a warning.
    Open(Option<String>),
    /// The engine gave up.
    Unhealthy,
    /// The engine never tested it, and our tests have failed for so long that it should have given up.
    GivenUp,
    /// Ask the engine how the container is.
    Ask,
    /// Run a command, if there is one; then wait for news, at most until this time.
    Wait {
        exec: Option<Exec>,
        until: Option<Duration>,
    },
}

/// What is known of the declared ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ports {
    /// There is no condition.
    Free,
    Unknown,
    None,
    Some,
    All,
}

/// What is known of a container that is waited for.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, seen at its own time"
)]
pub(super) struct Probe {
    test: HealthTest,
    declared: Vec<u16>,
    loopback_counts: bool,
    source: Source,
    /// What listens, as far as it was seen.
    table: Option<SocketTable>,
    /// Whether anything was ever seen to listen: what has stopped may come back as the real server.
    has_listened: bool,
    /// When listeners changed last.
    changed: Duration,
    /// When anything changed last, unix sockets included.
    stirred: Duration,
    /// When they were seen last.
    seen: Duration,
    running: bool,
    health: Option<Health>,
    healthy_since: Option<Duration>,
    engine_tests: bool,
    /// When the engine was asked last.
    asked: Duration,
    /// When the command that runs now began.
    began: Option<Duration>,
    /// A look from inside has found a reason to test.
    is_test_next: bool,
    next: Duration,
    back_off: Duration,
    /// The earliest time the last command allows for another one.
    rested: Duration,
    /// When the last test that passed began.
    passed: Option<Duration>,
    passes: u32,
}

/// Whether a container has declared ports and not all of them listen in this table; unknown sockets tell nothing.
pub(super) fn is_doubtful(container: &Container, table: impl Fn() -> Option<SocketTable>) -> bool {
    let Some(mut probe) = Probe::new(container, Source::Outside) else {
        return false;
    };
    if probe.declared.is_empty() {
        return false;
    }
    match table() {
        Some(table) => probe.saw(Duration::ZERO, table),
        None => return true,
    }
    probe.ports() != Ports::All
}

impl Probe {
    /// What to find out about a container; none where its health is not tested (rule 1).
    pub(super) fn new(container: &Container, source: Source) -> Option<Self> {
        // Rule 2: on the host's network everybody's ports are in the table.
        let declared = match container.network_mode.as_str() {
            "host" => Vec::new(),
            _ => container.tcp_ports.clone(),
        };
        Some(Self {
            test: container.health_test.clone()?,
            declared,
            loopback_counts: container.network_mode == "none",
            source,
            table: None,
            has_listened: false,
            changed: Duration::ZERO,
            stirred: Duration::ZERO,
            seen: Duration::ZERO,
            running: false,
            health: None,
            healthy_since: None,
            engine_tests: false,
            asked: Duration::ZERO,
            began: None,
            is_test_next: false,
            next: Duration::ZERO,
            back_off: BACK_OFF[0],
            rested: Duration::ZERO,
            passed: None,
            passes: 0,
        })
    }

    /// Whether the sockets can tell anything, and can be seen at any time.
    pub(super) fn watches(&self) -> bool {
        self.source == Source::Outside && !self.declared.is_empty()
    }

    /// What listens, as far as it was seen.
    pub(super) fn table(&self) -> Option<&SocketTable> {
        self.table.as_ref()
    }

    /// The sockets were seen.
    pub(super) fn saw(&mut self, now: Duration, table: SocketTable) {
        let before = self.table.as_ref();
        let is_news = before.is_none_or(|before| before.tcp != table.tcp);
        let stirs = before.is_some_and(|before| *before != table);
        self.has_listened |= !table.is_empty();
        self.table = Some(table);
        self.seen = now;
        if is_news {
            self.changed = now;
        }
        if stirs {
            self.stirred = now;
        }
        if is_news || stirs {
            // Rule 5: another listener is a reason to test at once.
            self.back_off = BACK_OFF[0];
            self.next = self.next.min(now.max(self.rested));
        }
    }

    /// The sockets are as they were.
    pub(super) fn saw_the_same(&mut self, now: Duration) {
        self.seen = now;
    }

    /// The sockets can no longer be seen from there (rule 4).
    pub(super) fn cannot_see(&mut self) {
        self.source = match self.source {
            Source::Outside => Source::Inside,
            Source::Inside | Source::Unknown => Source::Unknown,
        };
        self.table = None;
    }

    /// The engine was asked.
    pub(super) fn asked(&mut self, now: Duration, container: &Container) {
        self.asked = now;
        self.running = container.status == Status::Running;
        self.engine_tests = container
            .health
            .is_some_and(|health| health != Health::Starting)
            || !container.health_log.is_empty();
        if container.health == Some(Health::Healthy) && self.health != container.health {
            self.healthy_since = Some(now);
            // The engine's own test counts as one of ours for what listens now.
            self.passed = Some(now);
        }
        if container.health != Some(Health::Healthy) {
            self.healthy_since = None;
        }
        self.health = container.health;
    }

    /// A command began.
    pub(super) fn began(&mut self, now: Duration) {
        self.began = Some(now);
    }

    /// A look from inside ended.
    pub(super) fn looked(&mut self, now: Duration, table: Option<SocketTable>) {
        match table {
            Some(table) => self.saw(now, table),
            None => self.cannot_see(),
        }
        self.is_test_next = !self.is_open_but_for_time() && self.ports() != Ports::None;
        if self.is_test_next {
            self.began = None;
            self.next = now;
        } else {
            self.rest(now);
        }
    }

    /// A test ended; what could not be run has not passed.
    pub(super) fn tested(&mut self, now: Duration, passed: bool) {
        let began = self.began.unwrap_or(now);
        // Rule 6.
        let passed = passed && now.saturating_sub(began) <= self.test.timeout;
        self.rest(now);
        self.is_test_next = false;
        if passed {
            self.passed = Some(began);
            self.passes += 1;
            if self.ports() == Ports::Unknown {
                self.next = now + BLIND_PASSES.1;
            }
        } else {
            self.passed = None;
            self.passes = 0;
        }
    }

    /// Rule 5: how long to rest after a command.
    fn rest(&mut self, now: Duration) {
        let began = self.began.take().unwrap_or(now);
        let took = now.saturating_sub(began);
        self.rested = now + took;
        // What it met is no longer so: the next one need not wait for more than that.
        if self.stirred > began {
            self.next = self.rested;
            return;
        }
        self.next = now + self.back_off.max(took);
        self.back_off = (self.back_off * 2).min(BACK_OFF[1]);
    }

    /// What to do now.
    pub(super) fn decide(&self, now: Duration) -> Decision {
        // Rule 9; of a container that is about to be started again engines say so too.
        if self.running && self.health == Some(Health::Unhealthy) {
            return Decision::Unhealthy;
        }
        if self.running && self.is_ready(now) {
            return Decision::Open(None);
        }
        if let Some(since) = self.healthy_since.filter(|_| self.running)
            && now >= since + DOUBTS[1]
        {
            return Decision::Open(Some(self.doubt()));
        }
        let limit = self.limit();
        if now >= limit && !self.engine_tests {
            return if self.asked < limit {
                Decision::Ask
            } else {
                Decision::GivenUp
            };
        }
        let due = self.exec_due();
        Decision::Wait {
            exec: due.filter(|due| *due <= now).map(|_| self.exec()),
            until: self.next_moment(now, due),
        }
    }

    fn is_ready(&self, now: Duration) -> bool {
        let is_healthy = self.healthy_since.is_some();
        match self.ports() {
            Ports::Free => self.passed.is_some(),
            // Rule 7.
            Ports::All => self.is_passed(now),
            Ports::Some => self.is_passed(now) && self.is_settled(),
            Ports::Unknown => is_healthy || self.passes >= BLIND_PASSES.0,
            // Rule 8.
            Ports::None => is_healthy && self.is_worker_or_elsewhere(),
        }
    }

    /// Whether a test has passed that saw the listeners of now, or the engine's word has to do (rule 6).
    fn is_passed(&self, now: Duration) -> bool {
        let ours = self.passed.is_some_and(|began| began >= self.changed);
        ours || self.is_overdue(now) && self.healthy_since.is_some()
    }

    fn is_overdue(&self, now: Duration) -> bool {
        self.began
            .is_some_and(|began| now > began + self.test.timeout)
    }

    fn is_settled(&self) -> bool {
        self.seen >= self.changed + SETTLED
    }

    /// Rule 8: nothing has ever listened, or something listens that can be reached and was not declared.
    fn is_worker_or_elsewhere(&self) -> bool {
        let is_fresh = self.healthy_since.is_some_and(|since| self.seen >= since);
        let table = self.table.as_ref().filter(|_| is_fresh);
        table.is_some_and(|table| {
            let elsewhere = table.tcp.iter().any(|listener| !listener.is_loopback());
            !self.has_listened || elsewhere && self.is_settled()
        })
    }

    /// Rules 2 and 3.
    fn ports(&self) -> Ports {
        if self.declared.is_empty() {
            return Ports::Free;
        }
        let Some(table) = &self.table else {
            return if self.source == Source::Unknown {
                Ports::Unknown
            } else {
                Ports::None
            };
        };
        let listening = self
            .declared
            .iter()
            .filter(|port| self.is_open(table, **port));
        match listening.count() {
            0 => Ports::None,
            count if count == self.declared.len() => Ports::All,
            _ => Ports::Some,
        }
    }

    fn is_open(&self, table: &SocketTable, port: u16) -> bool {
        table
            .of_port(port)
            .any(|listener| self.loopback_counts || !listener.is_loopback())
    }

    /// Whether only time is missing (rule 7).
    fn is_open_but_for_time(&self) -> bool {
        self.ports() == Ports::Some && self.passed.is_some_and(|began| began >= self.changed)
    }

    /// When the next command is due; none where it waits for news.
    fn exec_due(&self) -> Option<Duration> {
        // Rule 5: one at a time, and only in a container that runs.
        if self.began.is_some() || !self.running {
            return None;
        }
        let sees = self.source == Source::Outside;
        match self.ports() {
            Ports::None if sees => None,
            _ if self.is_open_but_for_time() => {
                (!sees).then(|| self.next.max(self.changed + SETTLED))
            }
            _ => Some(self.next),
        }
    }

    fn exec(&self) -> Exec {
        if self.source == Source::Inside && !self.declared.is_empty() && !self.is_test_next {
            Exec::Look
        } else {
            Exec::Test
        }
    }

    /// Rule 9: when an engine that tests would have given up.
    fn limit(&self) -> Duration {
        let test = &self.test;
        let each = test.interval.saturating_add(test.timeout);
        (test.start_period).saturating_add(each.saturating_mul(test.retries))
    }

    /// The next time at which something may be decided without any news.
    fn next_moment(&self, now: Duration, due: Option<Duration>) -> Option<Duration> {
        let moments = [
            due,
            Some(self.changed + SETTLED),
            self.healthy_since.map(|since| since + DOUBTS[0]),
            self.healthy_since.map(|since| since + DOUBTS[1]),
            self.began
                .map(|began| began + self.test.timeout + Duration::from_millis(1)),
            Some(self.limit()).filter(|_| !self.engine_tests),
        ];
        let later = moments.into_iter().flatten().filter(|moment| *moment > now);
        later.min()
    }
}

#[cfg(test)]
mod tests;
