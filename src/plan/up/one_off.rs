//! The plan that prepares a container of `run`: beside the service's replicas, and only for one command.

use super::{Up, graph};
use crate::label;
use crate::model::{
    NetworkAccess, NewContainer, OneOff, Project, RestartPolicy, Service, ServiceName,
};
use crate::plan::container::new_container;
use crate::plan::decide::shared_services;
use crate::plan::{Operation, Plan, PlanError, Reason, Resource, Target, UpOptions};
use crate::state::ActualState;

/// The number that stands for no replica: names and aliases of replicas are not the container's.
const NO_REPLICA: u32 = 0;

/// What the user asked of `run`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// How what the service depends on is raised; its `services` and `scale` don't count.
    pub up: UpOptions,
    /// The container's name.
    pub name: String,
    /// What tells the container from others of its service.
    pub slug: String,
    /// Give it the service's names on its networks.
    pub use_aliases: bool,
    /// Let the engine remove it at its end.
    pub remove: bool,
}

/// Plans a container for one command of a service: what the service depends on is raised and waited for, then the
/// container is made and filled. It is not started, so that nothing is lost of what it prints.
///
/// `service` is the service as it is to be run; the project has it as the file says.
///
/// # Errors
/// As for [`super::up`].
pub fn run(
    project: &Project,
    service: &Service,
    state: &ActualState,
    options: &RunOptions,
) -> Result<Plan, PlanError> {
    let graph = graph(project)?;
    let needed = if options.up.no_deps {
        Vec::new()
    } else {
        graph.with_dependencies([service.name.as_str()])
    };
    let services: Vec<&Service> = needed
        .into_iter()
        .filter(|name| *name != service.name.as_str())
        .filter_map(|name| project.services.get(name))
        .collect();
    let mut up = Up::new(project, state, &options.up);
    up.take_pull_policies([service].into_iter());
    up.raise(&services, &services)?;
    up.one_off(service, options)?;
    up.orphans();
    Ok(up.into_plan())
}

impl<'a> Up<'a> {
    fn one_off(&mut self, service: &'a Service, options: &RunOptions) -> Result<(), PlanError> {
        self.tell_not_carried(service);
        let mut after = self.needs(service)?;
        after.extend(self.dependencies(service));
        let shared: Vec<ServiceName> = shared_services(service).collect();
        for other in &shared {
            let placed = self.placed.get(other).into_iter().flatten();
            after.extend(placed.flat_map(|placed| placed.named.iter().chain(&placed.started)));
        }
        let resource = Resource::Container {
            name: options.name.clone(),
            replica: None,
        };
        self.origins
            .insert(resource.clone(), service.positions.clone());
        let image = self.state.images.get(&service.spec.image);
        let image_id = image.map_or("", |image| &image.id);
        let mut container = container(self.project, service, image_id, options);
        if service.spec.use_api_socket {
            container.mounts.push(self.socket(service)?);
        }
        let operation = Operation::CreateContainer {
            container: Box::new(container),
            replaces: None,
        };
        let create = self
            .steps
            .add(resource.clone(), operation, Reason::Asked("run"), after);
        let target = Target::CreatedBy {
            step: create,
            or: None,
        };
        self.fill(service, &resource, &target, None, create);
        Ok(())
    }
}

/// The service's container without what belongs to replicas: their number, names and restart policy.
fn container(
    project: &Project,
    service: &Service,
    image_id: &str,
    options: &RunOptions,
) -> NewContainer {
    let mut container = new_container(
        project,
        service,
        NO_REPLICA,
        None,
        None,
        image_id,
        &options.up,
    );
    container.name.clone_from(&options.name);
    container.spec.restart = RestartPolicy::No;
    container.one_off = Some(OneOff {
        remove: options.remove,
    });
    let labels = &mut container.labels;
    labels.shift_remove(label::CONTAINER_NUMBER);
    labels.insert(label::ONE_OFF.to_owned(), "True".to_owned());
    labels.insert(label::SLUG.to_owned(), options.slug.clone());
    if let NetworkAccess::Networks(endpoints) = &mut container.network {
        for endpoint in endpoints {
            if options.use_aliases {
                let of_replica = label::container_name(project, service, NO_REPLICA);
                endpoint.aliases.retain(|alias| *alias != of_replica);
            } else {
                endpoint.aliases.clear();
            }
            endpoint.aliases.insert(0, options.name.clone());
        }
    }
    container
}
