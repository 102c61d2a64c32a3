//! What a test tells the scripted engine: what takes long, what fails and what happens by itself.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use windlass::engine::EngineError;
use windlass::state::{Container, Image};

use super::{FakeEngine, Happening, Test};

pub(super) type Failure = Box<dyn Fn() -> EngineError>;

#[derive(Default)]
pub(super) struct Script {
    pub(super) delays: HashMap<String, Duration>,
    pub(super) failures: HashMap<String, Failure>,
    pub(super) once: HashSet<String>,
    pub(super) registry: HashMap<String, String>,
    pub(super) builds: HashMap<String, String>,
    pub(super) lives_for: Option<usize>,
}

impl FakeEngine {
    /// The engine has this image under this id.
    pub(crate) fn has_image(&self, reference: &str, id: &str) {
        self.world.borrow_mut().set_image(reference, id);
    }

    /// Changes an image the engine has.
    pub(crate) fn image_mut(&self, reference: &str, change: impl FnOnce(&mut Image)) {
        change(&mut self.world.borrow_mut().images[reference]);
    }

    /// Somebody removes an image by force: containers go on, the name is gone.
    pub(crate) fn lose_image(&self, reference: &str) {
        self.world.borrow_mut().images.shift_remove(reference);
    }

    /// A pull of the reference brings this image.
    pub(crate) fn registry_has(&self, reference: &str, id: &str) {
        (self.script.borrow_mut().registry).insert(reference.into(), id.into());
    }

    /// A build of the reference brings this image.
    pub(crate) fn build_gives(&self, reference: &str, id: &str) {
        (self.script.borrow_mut().builds).insert(reference.into(), id.into());
    }

    /// The call takes this long.
    pub(crate) fn takes(&self, call: &str, time: Duration) {
        self.script.borrow_mut().delays.insert(call.into(), time);
    }

    /// The call fails.
    pub(crate) fn fails(&self, call: &str, error: impl Fn() -> EngineError + 'static) {
        (self.script.borrow_mut().failures).insert(call.into(), Box::new(error));
    }

    /// The call fails the next time.
    pub(crate) fn fails_once(&self, call: &str, error: impl Fn() -> EngineError + 'static) {
        self.fails(call, error);
        self.script.borrow_mut().once.insert(call.into());
    }

    /// The call works again.
    pub(crate) fn works(&self, call: &str) {
        self.script.borrow_mut().failures.remove(call);
    }

    /// So long after each start of the container of this name, this happens.
    pub(crate) fn after_start(&self, container: &str, time: Duration, what: Happening) {
        let mut world = self.world.borrow_mut();
        let after = world.after_start.entry(container.into()).or_default();
        after.push((time, what));
    }

    /// The container of this name has printed this.
    pub(crate) fn prints(&self, container: &str, text: &str) {
        (self.world.borrow_mut().logs).insert(container.into(), text.into());
    }

    /// The container of this name uses so many bytes of memory.
    pub(crate) fn uses_memory(&self, name: &str, bytes: i64) {
        self.world.borrow_mut().memory.insert(name.into(), bytes);
    }

    /// Sockets cannot be seen from outside.
    pub(crate) fn hides_sockets(&self) {
        self.world.borrow_mut().hides_sockets = true;
    }

    /// The command does this, in whichever container it is run.
    pub(crate) fn command_does(&self, command: &str, what: Test) {
        (self.world.borrow_mut().commands).insert(command.into(), what);
    }

    /// Containers have no `cat`.
    pub(crate) fn lacks_cat(&self) {
        self.world.borrow_mut().lacks_cat = true;
    }

    /// The connection breaks after so many calls that change something; [`Self::revive`] mends it.
    pub(crate) fn dies_after(&self, changes: usize) {
        let so_far = self.changes().len();
        self.script.borrow_mut().lives_for = Some(so_far + changes);
    }

    /// The connection works again; nothing of the past is recorded any more.
    pub(crate) fn revive(&self) {
        self.script.borrow_mut().lives_for = None;
        self.world.borrow_mut().listeners.clear();
        self.forget_calls();
    }

    /// Changes a container behind windlass's back, by its name.
    pub(crate) fn container_mut(&self, name: &str, change: impl FnOnce(&mut Container)) {
        let mut world = self.world.borrow_mut();
        let mut all = world.containers.iter_mut();
        let found = all.find(|container| container.name == name);
        change(found.unwrap_or_else(|| panic!("no container {name}")));
    }

    /// Somebody removes a network.
    pub(crate) fn lose_network(&self, name: &str) {
        let mut world = self.world.borrow_mut();
        world.networks.retain(|network| network.name != name);
    }

    /// Something happens to the container of this name, now.
    pub(crate) fn happens(&self, name: &str, what: &Happening) {
        let id = self.named(name).id;
        self.world.borrow_mut().happen(&id, what);
    }
}
