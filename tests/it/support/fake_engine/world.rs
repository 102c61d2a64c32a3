//! What the scripted engine has, and the simplest honest effects on it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use windlass::engine::{ContainerAction, EngineError, EngineEvent, NewExec};
use windlass::label;
use windlass::model::{
    Endpoint, Limits, MountKind, Network, NetworkAccess, NewContainer, ProjectName,
};
use windlass::state::{
    Container, ContainerEndpoint, ContainerMount, Health, HealthTest, Image, NetworkState,
    PublishedPort, Status, VolumeState, VolumeUser,
};

use super::endpoints;

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

struct ExecRun {
    container: String,
    name: String,
    is_look: bool,
    /// A command with a script of its own.
    command: Option<String>,
    code: Option<i64>,
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

    pub(super) fn networks_of(&self, project: &ProjectName, named: &[&str]) -> Vec<NetworkState> {
        let is_wanted = |network: &&NetworkState| {
            is_of(&network.labels, project) || named.contains(&network.name.as_str())
        };
        self.networks.iter().filter(is_wanted).cloned().collect()
    }

    pub(super) fn volumes_of(&self, project: &ProjectName, named: &[&str]) -> Vec<VolumeState> {
        let is_wanted = |volume: &&VolumeState| {
            is_of(&volume.labels, project) || named.contains(&volume.name.as_str())
        };
        self.volumes.iter().filter(is_wanted).cloned().collect()
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

    pub(super) fn create(&mut self, new: &NewContainer) -> Result<String, EngineError> {
        self.check_name(&new.name)?;
        let Some(image) = self.images.get(&new.spec.image).cloned() else {
            return Err(EngineError::NotFound(format!(
                "no such image: {}",
                new.spec.image
            )));
        };
        let mut networks = IndexMap::new();
        for endpoint in endpoints(new) {
            networks.insert(endpoint.network.clone(), self.endpoint(endpoint)?);
        }
        let id = format!("{:012x}{:052x}", self.count(), 0);
        let mounts = self.mounts(new, &image);
        let health_test = new
            .spec
            .healthcheck
            .as_ref()
            .filter(|own| !own.test.is_empty());
        if health_test.map_or(image.has_healthcheck, |own| !own.is_disabled()) {
            self.tested.push(id.clone());
        }
        let own = new.spec.environment.iter();
        let own = own.map(|(name, value)| format!("{name}={value}"));
        self.containers.push(Container {
            id: id.clone(),
            name: new.name.clone(),
            image: new.spec.image.clone(),
            image_id: image.id,
            labels: new.labels.clone(),
            environment: std::iter::once("PATH=/bin".to_owned()).chain(own).collect(),
            created: format!("2026-01-01T00:00:00.{:09}Z", self.made),
            network_mode: match &new.network {
                NetworkAccess::Networks(endpoints) => endpoints[0].network.clone(),
                NetworkAccess::Mode(mode) => self.resolve(mode),
            },
            networks,
            mounts,
            limits: Limits {
                // As engines do it.
                memory_swap: (new.spec.memswap_limit)
                    .or(new.spec.mem_limit.map(|limit| 2 * limit.bytes()))
                    .unwrap_or(0),
                ..Limits::of(&new.spec)
            },
            tty: new.spec.tty,
            tcp_ports: (new.spec.expose.iter())
                .filter_map(|port| port.parse().ok())
                .collect(),
            ports: new.spec.ports.iter().map(published).collect(),
            health_test: self.health_test(new, &id),
            ..Container::default()
        });
        self.tell(&id, ContainerAction::Created);
        Ok(id)
    }

    /// Engines keep the id of a container whose network is shared.
    fn resolve(&self, mode: &str) -> String {
        let shared = mode.strip_prefix("container:");
        let shared = shared.and_then(|name| self.find(name));
        shared.map_or_else(
            || mode.to_owned(),
            |shared| format!("container:{}", shared.id),
        )
    }

    /// What the container cannot run without.
    fn check_network(&self, container: &Container) -> Result<(), EngineError> {
        let missing = |what: &str| Err(EngineError::NotFound(format!("{what} not found")));
        if let Some(id) = container.network_mode.strip_prefix("container:") {
            let runs = |shared: &Container| shared.status == Status::Running;
            // Another project's container is none of this table's.
            if id.len() == 64 && !self.find(id).is_some_and(runs) {
                return missing(&format!("running container {id}"));
            }
        }
        for endpoint in container.networks.values() {
            let id = &endpoint.network_id;
            if !self.networks.iter().any(|network| network.id == *id) {
                return missing(&format!("network {id}"));
            }
        }
        Ok(())
    }

    fn mounts(&mut self, new: &NewContainer, image: &Image) -> Vec<ContainerMount> {
        let mut mounts = Vec::new();
        for mount in &new.mounts {
            let (kind, name, source) = match &mount.kind {
                MountKind::Volume { source, .. } => ("volume", source.clone(), String::new()),
                MountKind::Bind { source, .. } => ("bind", Some(String::new()), source.clone()),
                _ => ("tmpfs", Some(String::new()), String::new()),
            };
            mounts.push(ContainerMount {
                kind: kind.into(),
                name: name.unwrap_or_else(|| format!("{:064x}", self.count())),
                source,
                target: mount.target.clone(),
                writable: !mount.read_only,
            });
        }
        for target in &image.volumes {
            if !mounts.iter().any(|mount| mount.target == *target) {
                mounts.push(ContainerMount {
                    kind: "volume".into(),
                    name: format!("{:064x}", self.count()),
                    target: target.clone(),
                    writable: true,
                    ..ContainerMount::default()
                });
            }
        }
        for mount in mounts.iter().filter(|mount| mount.kind == "volume") {
            self.create_volume(&mount.name, &IndexMap::new());
        }
        mounts
    }

    fn endpoint(&self, endpoint: &Endpoint) -> Result<ContainerEndpoint, EngineError> {
        let mut all = self.networks.iter();
        let network = all.find(|network| network.name == endpoint.network);
        let missing = || EngineError::NotFound(format!("network {} not found", endpoint.network));
        Ok(ContainerEndpoint {
            network_id: network.ok_or_else(missing)?.id.clone(),
            aliases: endpoint.aliases.clone(),
            fixed_ipv4: endpoint.ipv4_address.clone().unwrap_or_default(),
            fixed_ipv6: endpoint.ipv6_address.clone().unwrap_or_default(),
            ..ContainerEndpoint::default()
        })
    }

    pub(super) fn connect(&mut self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        let joined = self.endpoint(endpoint)?;
        let container = self.find_mut(id).ok_or_else(|| no_container(id))?;
        if container.networks.contains_key(&endpoint.network) {
            let words = format!("endpoint exists on {}", endpoint.network);
            return Err(EngineError::Conflict(words));
        }
        container.networks.insert(endpoint.network.clone(), joined);
        Ok(())
    }

    /// Engines leave alone what is 0 or not said.
    pub(super) fn update(&mut self, id: &str, limits: &Limits) -> Result<(), EngineError> {
        let container = self.find_mut(id).ok_or_else(|| no_container(id))?;
        let there = &mut container.limits;
        for (there, new) in [
            (&mut there.memory, limits.memory),
            (&mut there.memory_reservation, limits.memory_reservation),
            (&mut there.memory_swap, limits.memory_swap),
            (&mut there.nano_cpus, limits.nano_cpus),
            (&mut there.cpu_shares, limits.cpu_shares),
            (&mut there.cpu_quota, limits.cpu_quota),
            (&mut there.cpu_period, limits.cpu_period),
            (&mut there.pids_limit, limits.pids_limit),
        ] {
            if new != 0 {
                *there = new;
            }
        }
        if !limits.cpuset.is_empty() {
            there.cpuset.clone_from(&limits.cpuset);
        }
        there.restart = limits.restart.or(there.restart);
        Ok(())
    }

    pub(super) fn start(&mut self, id: &str) -> Result<(), EngineError> {
        let tested = self.tested.iter().any(|tested| tested == id);
        let there = self.find(id).ok_or_else(|| no_container(id))?;
        self.check_network(there)?;
        let container = self.find_mut(id).ok_or_else(|| no_container(id))?;
        if container.status == Status::Running {
            return Ok(());
        }
        container.status = Status::Running;
        container.pid = 1;
        container.exit_code = 0;
        container.health = tested.then_some(Health::Starting);
        let name = container.name.clone();
        let id = &container.id.clone();
        self.listen(id, &[]);
        self.tell(id, ContainerAction::Started);
        for (time, what) in self.after_start.get(&name).into_iter().flatten() {
            self.pending
                .push((Instant::now() + *time, id.to_owned(), what.clone()));
        }
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

    pub(super) fn remove(&mut self, id: &str, volumes: bool) {
        self.happen(id, &Happening::Exit(137));
        self.tell(id, ContainerAction::Removed);
        let Some(index) = self
            .containers
            .iter()
            .position(|container| container.id == id)
        else {
            return;
        };
        let gone = self.containers.remove(index);
        let anonymous = gone.mounts.iter().filter(|mount| mount.name.len() == 64);
        for mount in anonymous.filter(|_| volumes) {
            // Another container may use it: then it stays.
            let _ = self.remove_volume(&mount.name);
        }
    }

    pub(super) fn rename(&mut self, id: &str, name: &str) -> Result<(), EngineError> {
        self.check_name(name)?;
        let container = self.find_mut(id).ok_or_else(|| no_container(id))?;
        name.clone_into(&mut container.name);
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), EngineError> {
        let owner = self
            .containers
            .iter()
            .find(|container| container.name == name);
        owner.map_or(Ok(()), |owner| {
            Err(EngineError::NameInUse {
                kind: "container",
                name: name.to_owned(),
                owner: Some(owner.id.clone()),
            })
        })
    }

    pub(super) fn network_name(&self, id: &str) -> String {
        let found = self.networks.iter().find(|network| network.id == id);
        found.map_or_else(|| id.to_owned(), |network| network.name.clone())
    }

    pub(super) fn create_network(
        &mut self,
        network: &Network,
        labels: &IndexMap<String, String>,
    ) -> Result<(), EngineError> {
        if self.networks.iter().any(|there| there.name == network.name) {
            return Err(EngineError::NameInUse {
                kind: "network",
                name: network.name.clone(),
                owner: None,
            });
        }
        let id = format!("{:064x}", self.count());
        self.networks.push(NetworkState {
            id,
            name: network.name.clone(),
            driver: network.driver.clone().unwrap_or_else(|| "bridge".into()),
            labels: labels.clone(),
            ..NetworkState::default()
        });
        Ok(())
    }

    pub(super) fn remove_network(&mut self, id: &str) -> Result<(), EngineError> {
        let name = self.network_name(id);
        let uses = |user: &&Container| user.networks.contains_key(&name) && user.status.is_up();
        if let Some(user) = self.containers.iter().find(uses) {
            return Err(EngineError::Conflict(format!(
                "network {name} has active endpoints: {}",
                user.name
            )));
        }
        self.networks.retain(|network| network.id != id);
        Ok(())
    }

    pub(super) fn create_volume(&mut self, name: &str, labels: &IndexMap<String, String>) {
        if !self.volumes.iter().any(|there| there.name == name) {
            self.volumes.push(VolumeState {
                name: name.to_owned(),
                driver: "local".into(),
                labels: labels.clone(),
                ..VolumeState::default()
            });
        }
    }

    pub(super) fn volume_users(&self, name: &str) -> Vec<VolumeUser> {
        let has = |user: &&Container| user.mounts.iter().any(|mount| mount.name == name);
        let users = self.containers.iter().filter(has);
        users
            .map(|user| VolumeUser {
                id: user.id.clone(),
                name: user.name.clone(),
                project: user.labels.get(label::PROJECT).cloned(),
            })
            .collect()
    }

    pub(super) fn remove_volume(&mut self, name: &str) -> Result<(), EngineError> {
        let uses = |user: &&Container| user.mounts.iter().any(|mount| mount.name == name);
        if let Some(user) = self.containers.iter().find(uses) {
            return Err(EngineError::Conflict(format!(
                "volume {name} is in use by {}",
                user.name
            )));
        }
        self.volumes.retain(|volume| volume.name != name);
        Ok(())
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

    /// How a container without a script of its own is tested: in vain.
    pub(super) fn test(&self, name: &str) -> Test {
        let in_vain = Test {
            takes: Duration::ZERO,
            code: 1,
            output: "",
        };
        self.tests.get(name).copied().unwrap_or(in_vain)
    }

    pub(super) fn create_exec(&mut self, id: &str, exec: &NewExec) -> Result<String, EngineError> {
        let container = self.find(id).ok_or_else(|| no_container(id))?;
        if container.status != Status::Running {
            let words = format!("container {id} is {}", container.status.as_str());
            return Err(EngineError::Conflict(words));
        }
        let run = ExecRun {
            container: container.id.clone(),
            name: container.name.clone(),
            is_look: exec.command[0] == "cat",
            command: Some(exec.command.join(" ")).filter(|text| self.commands.contains_key(text)),
            code: None,
        };
        self.execs.push(run);
        Ok((self.execs.len() - 1).to_string())
    }

    /// The container's name, and whether it is a look at its sockets.
    pub(super) fn exec(&self, exec: &str) -> (String, bool) {
        let run = &self.execs[exec.parse::<usize>().unwrap()];
        (run.name.clone(), run.is_look)
    }

    /// The scripted command of an exec, and what it does.
    pub(super) fn command(&self, exec: &str) -> Option<(String, Test)> {
        let run = &self.execs[exec.parse::<usize>().unwrap()];
        let command = run.command.as_ref()?;
        Some((command.clone(), self.commands[command]))
    }

    pub(super) fn end_exec(&mut self, exec: &str) -> String {
        let index = exec.parse::<usize>().unwrap();
        let run = &self.execs[index];
        let (code, output) = if let Some((_, command)) = self.command(exec) {
            (command.code, command.output.to_owned())
        } else if run.is_look {
            let text = self.sockets(&run.container).map(|sockets| &sockets.text);
            // As where IPv6 is missing: a table, and failure all the same. No table: no such program.
            let has_cat = !self.lacks_cat;
            (1, text.filter(|_| has_cat).cloned().unwrap_or_default())
        } else {
            let test = self.test(&run.name);
            (test.code, test.output.to_owned())
        };
        self.execs[index].code = Some(code);
        output
    }

    pub(super) fn exit_code(&self, exec: &str) -> Option<i64> {
        self.execs[exec.parse::<usize>().unwrap()].code
    }

    fn health_test(&self, new: &NewContainer, id: &str) -> Option<HealthTest> {
        if !self.tested.iter().any(|tested| tested == id) {
            return None;
        }
        let own = new.spec.healthcheck.clone().unwrap_or_default();
        let time = |time: Option<windlass::model::Duration>, default: u64| {
            let nanos = time.and_then(|time| u64::try_from(time.nanos()).ok());
            nanos.map_or(Duration::from_secs(default), Duration::from_nanos)
        };
        Some(HealthTest {
            command: vec!["true".into()],
            interval: time(own.interval, 30),
            timeout: time(own.timeout, 30),
            start_period: time(own.start_period, 0),
            retries: own.retries.unwrap_or(3),
        })
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
            at: 0,
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

fn published(port: &windlass::model::Port) -> PublishedPort {
    let published = port.published.as_ref();
    PublishedPort {
        host_ip: "0.0.0.0".into(),
        published: published.and_then(|port| port.parse().ok()).unwrap_or(0),
        target: port.target,
        protocol: port.protocol.clone(),
    }
}

fn no_container(id: &str) -> EngineError {
    EngineError::NotFound(format!("no such container: {id}"))
}
