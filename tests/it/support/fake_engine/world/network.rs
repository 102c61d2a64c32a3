//! Networks, and containers on them.

use indexmap::IndexMap;
use windlass::engine::EngineError;
use windlass::model::{Endpoint, Network, NetworkAccess, NewContainer, ProjectName};
use windlass::state::{Container, ContainerEndpoint, NetworkState, Status};

use super::{World, is_of, no_container};

impl World {
    pub(crate) fn networks_of(&self, project: &ProjectName, named: &[&str]) -> Vec<NetworkState> {
        let is_wanted = |network: &&NetworkState| {
            is_of(&network.labels, project) || named.contains(&network.name.as_str())
        };
        self.networks.iter().filter(is_wanted).cloned().collect()
    }

    /// What the container cannot run without.
    pub(crate) fn check_network(&self, container: &Container) -> Result<(), EngineError> {
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

    pub(crate) fn endpoint(&self, endpoint: &Endpoint) -> Result<ContainerEndpoint, EngineError> {
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

    pub(crate) fn connect(&mut self, id: &str, endpoint: &Endpoint) -> Result<(), EngineError> {
        let joined = self.endpoint(endpoint)?;
        let container = self.find_mut(id).ok_or_else(|| no_container(id))?;
        if container.networks.contains_key(&endpoint.network) {
            let words = format!("endpoint exists on {}", endpoint.network);
            return Err(EngineError::Conflict(words));
        }
        container.networks.insert(endpoint.network.clone(), joined);
        Ok(())
    }

    pub(crate) fn network_name(&self, id: &str) -> String {
        let found = self.networks.iter().find(|network| network.id == id);
        found.map_or_else(|| id.to_owned(), |network| network.name.clone())
    }

    pub(crate) fn create_network(
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

    pub(crate) fn remove_network(&mut self, id: &str) -> Result<(), EngineError> {
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
}

/// The networks a new container asks for.
pub(super) fn endpoints(container: &NewContainer) -> &[Endpoint] {
    match &container.network {
        NetworkAccess::Networks(endpoints) => endpoints,
        NetworkAccess::Mode(_) => &[],
    }
}
