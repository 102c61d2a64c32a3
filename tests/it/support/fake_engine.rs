//! An engine for tests: tables of containers, networks, volumes and images with the simplest honest effects, and a
//! script of what takes long, what fails and what happens by itself. It holds no rule of windlass.
//!
//! Calls are recorded as text with container names in place of ids, such as `start shop-web-1`. A script names calls
//! by that text, or by its beginning without the last word for all calls of the kind (`create`, `create network`).

mod engine;
mod script;
mod world;

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;
use windlass::engine::{About, EngineError};
use windlass::state::Container;

use script::Script;
use world::World;
pub(crate) use world::{Happening, Test};

/// A scripted engine.
pub(crate) struct FakeEngine {
    about: About,
    born: Instant,
    script: RefCell<Script>,
    calls: RefCell<Vec<Call>>,
    world: RefCell<World>,
}

/// One call, and when it was made; seconds since the engine was made, in tenths of milliseconds at most.
struct Call {
    text: String,
    begun: Duration,
    ended: Option<Duration>,
}

impl FakeEngine {
    /// An engine that has these images; their ids are `sha256:` and the reference.
    pub(crate) fn with_images<'a>(images: impl IntoIterator<Item = &'a str>) -> Self {
        let engine = Self {
            about: About {
                variables: Vec::new(),
                address: "fake://engine".into(),
                product: "Fake".into(),
                ..About::default()
            },
            born: Instant::now(),
            script: RefCell::default(),
            calls: RefCell::default(),
            world: RefCell::default(),
        };
        for reference in images {
            engine.has_image(reference, &format!("sha256:{reference}"));
        }
        engine
    }

    /// How often tables of sockets were read from outside.
    pub(crate) fn tables_read(&self) -> usize {
        self.world.borrow().tables_read
    }

    /// The commands run in containers, with the milliseconds at which they began and ended: `0..15 exec web test`.
    pub(crate) fn execs(&self) -> Vec<String> {
        self.timed(|call| call.starts_with("exec "))
    }

    /// Forgets the calls made so far.
    pub(crate) fn forget_calls(&self) {
        self.calls.borrow_mut().clear();
    }

    /// All calls, in the order in which they began.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.calls.borrow();
        calls.iter().map(|call| call.text.clone()).collect()
    }

    /// The calls that change something.
    pub(crate) fn changes(&self) -> Vec<String> {
        let calls = self.calls.borrow();
        let changes = calls.iter().filter(|call| is_change(&call.text));
        changes.map(|call| call.text.clone()).collect()
    }

    /// The calls that change something, with milliseconds since the engine was made: `0..15 start shop-web-1`; one
    /// that was given up before it ended has no end.
    pub(crate) fn timeline(&self) -> Vec<String> {
        self.timed(is_change)
    }

    fn timed(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let calls = self.calls.borrow();
        let wanted = calls.iter().filter(|call| is_wanted(&call.text));
        let line = |call: &Call| {
            let ended = call.ended.map(|time| time.as_millis().to_string());
            let (begun, ended) = (call.begun.as_millis(), ended.unwrap_or_default());
            format!("{begun}..{ended} {}", call.text)
        };
        wanted.map(line).collect()
    }

    /// All containers, in the order in which they were made.
    pub(crate) fn all_containers(&self) -> Vec<Container> {
        self.catch_up();
        self.world.borrow().containers.clone()
    }

    /// The container of this name.
    pub(crate) fn named(&self, name: &str) -> Container {
        let mut all = self.all_containers().into_iter();
        let found = all.find(|container| container.name == name);
        found.unwrap_or_else(|| panic!("no container {name}"))
    }

    fn catch_up(&self) {
        self.world.borrow_mut().catch_up(Instant::now());
    }

    fn begin(&self, text: &str) -> usize {
        let mut calls = self.calls.borrow_mut();
        calls.push(Call {
            text: text.to_owned(),
            begun: self.born.elapsed(),
            ended: None,
        });
        calls.len() - 1
    }

    /// Whether the connection is there for the call of this place.
    fn lives(&self, index: usize) -> bool {
        let Some(limit) = self.script.borrow().lives_for else {
            return true;
        };
        let calls = self.calls.borrow();
        let up_to = calls[..=index].iter().filter(|call| is_change(&call.text));
        up_to.count() <= limit
    }

    async fn call<T>(
        &self,
        text: String,
        effect: impl FnOnce(&mut World) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let index = self.begin(&text);
        let lives = self.lives(index);
        let kind = text
            .rsplit_once(' ')
            .map_or(text.as_str(), |(kind, _)| kind);
        let delay = {
            let delays = &self.script.borrow().delays;
            delays.get(&text).or_else(|| delays.get(kind)).copied()
        };
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        self.catch_up();
        if let Some(call) = self.calls.borrow_mut().get_mut(index) {
            call.ended = Some(self.born.elapsed());
        }
        let mut script = self.script.borrow_mut();
        let script = &mut *script;
        let is_over = lives && script.once.remove(&text);
        let failure = is_over.then(|| script.failures.remove(&text)).flatten();
        if let Some(failure) = failure {
            return Err(failure());
        }
        let failures = &script.failures;
        match failures.get(&text).or_else(|| failures.get(kind)) {
            _ if !lives => Err(self.disconnected()),
            Some(failure) => Err(failure()),
            None => effect(&mut self.world.borrow_mut()),
        }
    }

    fn disconnected(&self) -> EngineError {
        EngineError::Disconnected {
            address: self.about.address.clone(),
            why: "connection reset".into(),
        }
    }

    fn name_of(&self, id: &str) -> String {
        let world = self.world.borrow();
        let found = world.containers.iter().find(|container| container.id == id);
        found.map_or_else(|| id.to_owned(), |container| container.name.clone())
    }
}

fn is_change(call: &str) -> bool {
    let reads = [
        "list", "inspect", "volume", "image", "events", "logs", "exec",
    ];
    !reads.contains(&call.split(' ').next().unwrap_or_default())
}
