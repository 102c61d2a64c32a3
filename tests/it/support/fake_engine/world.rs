//! What the scripted engine has, and the simplest honest effects on it.

mod container;
mod exec;
mod network;
mod volume;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use windlass::engine::{ContainerAction, EngineError, EngineEvent};
use windlass::label;
use windlass::model::ProjectName;
use windlass::state::{Container, Health, Image, NetworkState, Status, VolumeState};

use exec::ExecRun;

/// Something that happens to a container by itself.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A health test said this.
    Health(Health, &'static str),
    /// A health test ran: engines tell of its exec, which says nothing yet.
    Exec,
    /// It ends with this exit code.
    Exit(i64),
    /// Exactly these addresses listen, `ADDRESS:PORT` or `unix:PATH`.
    Listens(&'static [&'static str]),
    /// From now on its health test, run by exec, does this.
    Test(Test),
    /// It is frozen.
    Pause,
    /// It goes on.
    Unpause,
    /// It ends, and the engine starts it again at once.
    Restart,
    /// Somebody removes it.
    Vanish,
    /// The event stream ends.
    EventsEnd,
}

/// What a health test does when it is run by exec.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    /// The time it takes.
    pub(crate) takes: Duration,
    /// Its exit code.
    pub(crate) code: i64,
    /// What it prints.
    pub(crate) output: &'static str,
}

/// The kernel's tables of a container.
pub(super) struct Sockets {
    pub(super) text: String,
    pub(super) changes: usize,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) hides_sockets: bool,
    pub(super) lacks_cat: bool,
    pub(super) memory: HashMap<String, i64>,
    pub(super) tables_read: usize,
    sockets: HashMap<String, Sockets>,
    tests: HashMap<String, Test>,
    pub(super) commands: HashMap<String, Test>,
    execs: Vec<ExecRun>,
    pub(super) containers: Vec<Container>,
    pub(super) networks: Vec<NetworkState>,
    pub(super) volumes: Vec<VolumeState>,
    pub(super) images: IndexMap<String, Image>,
    pub(super) listeners: Vec<(ProjectName, UnboundedSender<EngineEvent>)>,
    pub(super) after_start: HashMap<String, Vec<(Duration, Happening)>>,
    pub(super) logs: HashMap<String, String>,
    /// Ids of containers whose health is tested.
    tested: Vec<String>,
    pending: Vec<(Instant, String, Happening)>,
    made: u64,
}

impl World {
    pub(super) fn find(&self, id: &str) -> Option<&Container> {
        let mut all = self.containers.iter();
        all.find(|container| container.id == id || container.name == id)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Container> {
        let mut all = self.containers.iter_mut();
        all.find(|container| container.id == id || container.name == id)
    }

    pub(super) fn containers_of(&self, project: &ProjectName) -> Vec<Container> {
        let of_project = |container: &&Container| is_of(&container.labels, project);
        self.containers.iter().filter(of_project).cloned().collect()
    }

    pub(super) fn set_image(&mut self, reference: &str, id: &str) {
        let image = self.images.entry(reference.into()).or_default();
        id.clone_into(&mut image.id);
        image.tags = vec![reference.to_owned()];
    }

    pub(super) fn remove_image(&mut self, reference: &str) -> Result<(), EngineError> {
        if let Some(user) = self.containers.iter().find(|user| user.image == reference) {
            return Err(EngineError::Conflict(format!(
                "image {reference} is used by {}",
                user.name
            )));
        }
        self.images.shift_remove(reference);
        Ok(())
    }

    /// Does what is due, in the order of its time.
    pub(super) fn catch_up(&mut self, now: Instant) {
        self.pending.sort_by_key(|(due, ..)| *due);
        while self.pending.first().is_some_and(|(due, ..)| *due <= now) {
            let (_, id, what) = self.pending.remove(0);
            self.happen(&id, &what);
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.pending.iter().map(|(due, ..)| *due).min()
    }

    pub(super) fn happen(&mut self, id: &str, what: &Happening) {
        if matches!(what, Happening::EventsEnd) {
            self.listeners.clear();
            return;
        }
        let Some(container) = self.find_mut(id) else {
            return;
        };
        let running = container.status.is_up();
        let (full_id, name) = (container.id.clone(), container.name.clone());
        match what {
            Happening::Health(health, output) if running => {
                container.health = Some(*health);
                container.health_log.push((*output).to_owned());
                self.tell(id, ContainerAction::Health(*health));
            }
            Happening::Exec if running => {
                self.tell(id, ContainerAction::Other("exec_start".into()));
            }
            Happening::Listens(addresses) if running => self.listen(&full_id, addresses),
            Happening::Test(test) => {
                self.tests.insert(name, *test);
            }
            Happening::Pause if running => {
                container.status = Status::Paused;
                self.tell(id, ContainerAction::Paused);
            }
            Happening::Unpause if running => {
                container.status = Status::Running;
                self.tell(id, ContainerAction::Unpaused);
            }
            Happening::Restart if running => {
                container.started_at.push('+');
                self.tell(id, ContainerAction::Died(1));
                self.listen(&full_id, &[]);
                self.tell(id, ContainerAction::Started);
            }
            Happening::Exit(code) if running => {
                container.pid = 0;
                container.status = Status::Exited;
                container.exit_code = *code;
                self.pending.retain(|(_, of, _)| of != id);
                self.tell(id, ContainerAction::Died(*code));
            }
            Happening::Vanish => self.remove(id, false),
            _ => {}
        }
    }

    /// The kernel's tables of a container; none where it doesn't run.
    pub(super) fn sockets(&self, id: &str) -> Option<&Sockets> {
        self.find(id).filter(|container| container.pid != 0)?;
        self.sockets.get(id)
    }

    fn listen(&mut self, id: &str, addresses: &[&str]) {
        let changes = self.sockets.get(id).map_or(0, |before| before.changes) + 1;
        let mut text = "  sl  local_address rem_address   st\n".to_owned();
        for address in addresses {
            if let Some(path) = address.strip_prefix("unix:") {
                writeln!(text, "0: 00000002 00000000 00010000 0001 01 1 {path}").unwrap();
            } else {
                let address: std::net::SocketAddrV4 = address.parse().unwrap();
                let host = u32::from_ne_bytes(address.ip().octets());
                let port = address.port();
                writeln!(text, "0: {host:08X}:{port:04X} 00000000:0000 0A").unwrap();
            }
        }
        self.sockets.insert(id.into(), Sockets { text, changes });
    }

    pub(super) fn logs_of(&self, name: &str, tail: Option<u64>) -> String {
        let text = self.logs.get(name).map_or("", String::as_str);
        let lines: Vec<&str> = text.lines().collect();
        let shown = tail.and_then(|tail| usize::try_from(tail).ok());
        let from = lines.len() - shown.unwrap_or(usize::MAX).min(lines.len());
        lines[from..].iter().flat_map(|line| [line, "\n"]).collect()
    }

    fn count(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    fn tell(&mut self, id: &str, action: ContainerAction) {
        let Some(container) = self.find(id) else {
            return;
        };
        let labels = container.labels.clone();
        let event = EngineEvent::Container {
            id: container.id.clone(),
            action,
            service: labels.get(label::SERVICE).cloned(),
            name: container.name.clone(),
        };
        // A listener that has gone away hears nothing more.
        self.listeners.retain(|(project, listener)| {
            !is_of(&labels, project) || listener.send(event.clone()).is_ok()
        });
    }
}

fn is_of(labels: &IndexMap<String, String>, project: &ProjectName) -> bool {
    labels.get(label::PROJECT).map(String::as_str) == Some(project.as_str())
}

fn no_container(id: &str) -> EngineError {
    EngineError::NotFound(format!("no such container: {id}"))
}
