//! Containers: made, changed, started and removed.

use indexmap::IndexMap;
use tokio::time::Instant;
use windlass::engine::{ContainerAction, EngineError};
use windlass::model::{Limits, NetworkAccess, NewContainer};
use windlass::state::{Container, Health, PublishedPort, Status};

use super::network::endpoints;
use super::{Happening, World, no_container};

impl World {
    pub(crate) fn create(&mut self, new: &NewContainer) -> Result<String, EngineError> {
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

    /// Engines leave alone what is 0 or not said.
    pub(crate) fn update(&mut self, id: &str, limits: &Limits) -> Result<(), EngineError> {
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

    pub(crate) fn start(&mut self, id: &str) -> Result<(), EngineError> {
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

    pub(crate) fn remove(&mut self, id: &str, volumes: bool) {
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

    pub(crate) fn rename(&mut self, id: &str, name: &str) -> Result<(), EngineError> {
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
