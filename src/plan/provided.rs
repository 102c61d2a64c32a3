//! Programs outside: services that a provider brings, and models. What they tell is known only when they have run.

use super::steps::Steps;
use super::up::Up;
use super::{Operation, PlanError, Reason, Resource, StepId};
use crate::label;
use crate::model::{Model, NewContainer, Project, Provider, ProviderCommand, Service, ServiceName};
use crate::state::Container;

/// What sets variables of the service's containers: providers that it depends on, as far as they are called in this
/// plan, and models.
pub(super) fn sources(
    service: &Service,
    is_called: impl Fn(&ServiceName) -> bool,
) -> impl Iterator<Item = Resource> {
    let providers = service.depends_on.keys();
    let providers = providers.filter(move |name| is_called(name));
    let models = service.models.iter();
    providers
        .map(|name| Resource::Provider(name.to_string()))
        .chain(models.map(|model| Resource::Model(model.name.clone())))
}

/// The digest of the variables that a container has from one of them.
pub(super) fn was(container: &Container, source: &Resource) -> String {
    let provided = label::provided(&container.labels);
    let names = provided.get(&source.key());
    let values = names.into_iter().flatten().filter_map(|name| {
        let value = label::value_of(&container.environment, name)?;
        // A model has one address, whatever the variable is called.
        let is_model = matches!(source, Resource::Model(_));
        Some((if is_model { "" } else { name.as_str() }, value))
    });
    label::variables_digest(values)
}

/// Whether the service may still have variables from what has this key.
pub(super) fn is_source(service: &Service, key: &str) -> bool {
    sources(service, |_| true).any(|source| source.key() == key)
}

/// Calls the provider of a service for something else than to bring it; none where the service has none.
pub(super) fn call(
    steps: &mut Steps,
    service: Option<&Service>,
    command: ProviderCommand,
    reason: Reason,
    after: Vec<StepId>,
) -> Option<StepId> {
    let service = service?;
    let operation = Operation::RunProvider {
        provider: Box::new(service.provider.clone()?),
        command,
    };
    let resource = Resource::Provider(service.name.to_string());
    Some(steps.add(resource, operation, reason, after))
}

/// The project's services that a provider brings, those of these names where there are any.
pub(super) fn provided<'a>(
    project: &'a Project,
    named: &[ServiceName],
) -> impl Iterator<Item = &'a Service> {
    let services = project.services.values();
    services.filter(move |service| {
        service.provider.is_some() && (named.is_empty() || named.contains(&service.name))
    })
}

impl<'a> Up<'a> {
    /// Calls the provider that brings a service.
    pub(super) fn provider(
        &mut self,
        service: &'a Service,
        provider: &Provider,
    ) -> Result<(), PlanError> {
        if provider.program.is_none() {
            return Err(PlanError::NotInstalled {
                service: service.name.clone(),
                key: "provider",
                program: format!(
                    "the docker CLI plugin `docker-{kind}` or a program `{kind}`",
                    kind = provider.kind
                ),
                position: service.positions.find("provider.type").cloned(),
            });
        }
        let resource = Resource::Provider(service.name.to_string());
        let after = self.dependencies(service);
        let operation = Operation::RunProvider {
            provider: Box::new(provider.clone()),
            command: ProviderCommand::Up,
        };
        let reason = Reason::Provided(provider.kind.clone());
        let step = self.steps.add(resource.clone(), operation, reason, after);
        self.origins
            .insert(resource.clone(), service.positions.clone());
        self.resources.programs.insert(resource, step);
        Ok(())
    }

    /// The step that calls the provider of this service, where there is one.
    pub(super) fn provider_step(&self, service: &ServiceName) -> Option<StepId> {
        let resource = Resource::Provider(service.to_string());
        self.resources.programs.get(&resource).copied()
    }

    /// The steps after which all is known that programs outside tell the service's containers.
    pub(super) fn told(&mut self, service: &'a Service) -> Result<Vec<StepId>, PlanError> {
        let providers = service.depends_on.keys();
        let mut after: Vec<StepId> = providers
            .filter_map(|name| self.provider_step(name))
            .collect();
        for model in &service.models {
            after.push(self.model(service, model)?);
        }
        Ok(after)
    }

    fn model(&mut self, service: &Service, model: &Model) -> Result<StepId, PlanError> {
        let resource = Resource::Model(model.name.clone());
        if let Some(step) = self.resources.programs.get(&resource) {
            return Ok(*step);
        }
        if model.program.is_none() {
            return Err(PlanError::NotInstalled {
                service: service.name.clone(),
                key: "models",
                program: "the docker CLI plugin `docker-model`".to_owned(),
                position: service.positions.find("models").cloned(),
            });
        }
        let operation = Operation::PrepareModel(Box::new(model.clone()));
        let step = self
            .steps
            .add(resource.clone(), operation, Reason::Used, Vec::new());
        self.origins
            .insert(resource.clone(), service.positions.clone());
        self.resources.programs.insert(resource, step);
        Ok(step)
    }

    /// What providers told the container that is replaced stays so where they are not called (`--no-deps`).
    pub(super) fn inherit_provided(
        &self,
        service: &Service,
        container: &mut NewContainer,
        old: &Container,
    ) {
        let mut provided = label::provided(&old.labels);
        provided.retain(|key, _| {
            let is_told = self
                .resources
                .programs
                .keys()
                .any(|told| told.key() == *key);
            is_source(service, key) && !is_told
        });
        for name in provided.values().flatten() {
            if let Some(value) = label::value_of(&old.environment, name) {
                let environment = &mut container.spec.environment;
                environment.insert(name.clone(), value.to_owned());
            }
        }
        label::set_provided(&mut container.labels, &provided);
    }
}
