//! Networks that services need.

use super::{Up, network_differences};
use crate::label;
use crate::model::{NetworkName, Service};
use crate::plan::{Operation, PlanError, Reason, Resource, StepId};
use crate::state::{Container, NetworkState};

impl<'a> Up<'a> {
    /// The step after which the network of this name in the file is there, where one is needed.
    pub(super) fn network(
        &mut self,
        service: &'a Service,
        name: &NetworkName,
    ) -> Result<Option<StepId>, PlanError> {
        if let Some(known) = self.resources.networks.get(name) {
            return Ok(*known);
        }
        let Some(network) = self.project.networks.get(name) else {
            return Err(PlanError::Undefined {
                kind: "network",
                name: name.to_string(),
                position: service.positions.find(&format!("networks.{name}")).cloned(),
            });
        };
        let (there, second) = self.networks_of_name(&network.name);
        let step = match there {
            None if network.external => {
                return Err(PlanError::ExternalMissing {
                    kind: "network",
                    name: network.name.clone(),
                    position: network.positions.find("external").cloned(),
                });
            }
            None => {
                let labels = label::resource_labels(
                    self.project,
                    label::NETWORK,
                    name.as_str(),
                    &network.labels,
                    network,
                );
                let operation = Operation::CreateNetwork {
                    network: Box::new(network.clone()),
                    labels,
                };
                Some(self.make(Resource::Network(network.name.clone()), operation))
            }
            Some(there) => {
                if !network.external {
                    let owner = there.labels.get(label::PROJECT).map(String::as_str);
                    self.warn_of_foreign(
                        "network",
                        &network.name,
                        owner,
                        network.positions.find("").cloned(),
                    );
                    self.warn_of_differences(
                        "network",
                        &network.name,
                        &network_differences(network, there),
                        network.positions.find("").cloned(),
                    );
                }
                self.remove_seconds(&network.name, &second)
            }
        };
        self.origins.insert(
            Resource::Network(network.name.clone()),
            network.positions.clone(),
        );
        self.resources.networks.insert(name.clone(), step);
        Ok(step)
    }

    /// The network of this name that is used, and those of the same name that an interrupted run left behind: old
    /// engines make a second one where two calls meet, and then start no container on either.
    fn networks_of_name(&self, name: &str) -> (Option<&'a NetworkState>, Vec<&'a NetworkState>) {
        let members = |network: &NetworkState| {
            let is_on = |container: &&Container| {
                container
                    .networks
                    .get(name)
                    .is_some_and(|endpoint| endpoint.network_id == network.id)
            };
            self.state.containers.iter().filter(is_on).count()
        };
        let all = self.resources.networks_there.get(name);
        let mut all: Vec<&'a NetworkState> = all.cloned().unwrap_or_default();
        if all.len() > 1 {
            all.sort_by_cached_key(|network| std::cmp::Reverse(members(network)));
        }
        let mut all = all.into_iter();
        let used = all.next();
        let own = |network: &&NetworkState| {
            network.labels.get(label::PROJECT).map(String::as_str)
                == Some(self.project.name.as_str())
        };
        (used, all.filter(own).collect())
    }

    /// The step after which the network of this name is the only one.
    fn remove_seconds(&mut self, name: &str, seconds: &[&NetworkState]) -> Option<StepId> {
        let mut last = None;
        for network in seconds {
            let operation = Operation::RemoveNetwork {
                id: network.id.clone(),
            };
            let resource = Resource::Network(name.to_owned());
            let after = last.into_iter().collect();
            last = Some(
                self.steps
                    .add(resource, operation, Reason::LeftBehind, after),
            );
        }
        last
    }
}
