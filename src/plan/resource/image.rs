//! Images that services and their hooks need: pulled, built or there already.

use super::Up;
use crate::model::{PullPolicy, Service, time};
use crate::plan::image::is_named;
use crate::plan::{Operation, PlanError, Reason, Resource, StepId};
use crate::state::ActualState;

/// How many seconds ago the image was pulled, or made; none where the engine doesn't tell.
pub(in crate::plan) fn age(state: &ActualState, reference: &str) -> Option<i64> {
    let tagged_at = &state.images.get(reference)?.tagged_at;
    time::stamp(tagged_at).map(|tagged| state.observed_at - tagged)
}

impl<'a> Up<'a> {
    /// Whether the image is pulled or built even where it is there.
    pub(in crate::plan) fn image_is_renewed(&self, service: &Service) -> bool {
        if service.build.is_some() {
            !self.options.no_build
                && (self.options.build
                    || self.options.pull.unwrap_or(service.pull_policy) == PullPolicy::Build)
        } else {
            let reference = &service.spec.image;
            let policy = self.pull_policy(service, reference);
            self.pulled_again(reference, policy).is_some()
        }
    }

    /// Takes in these services' pull policies: an image has the strongest one of its services.
    pub(in crate::plan) fn take_pull_policies(
        &mut self,
        services: impl Iterator<Item = &'a Service>,
    ) {
        for service in services.filter(|service| service.build.is_none()) {
            let hooks = service.spec.pre_start.iter();
            let hooks = hooks.filter_map(|hook| hook.image.as_deref());
            for reference in hooks.chain([service.spec.image.as_str()]) {
                let policies = &mut self.resources.pull_policies;
                let policy = policies.entry(reference).or_insert(service.pull_policy);
                *policy = policy.stronger(service.pull_policy);
            }
        }
    }

    /// When the image is pulled that the service uses, or a hook of it.
    fn pull_policy(&self, service: &Service, reference: &str) -> PullPolicy {
        if let Some(policy) = self.options.pull {
            return policy;
        }
        let of_image = self.resources.pull_policies.get(reference).copied();
        match &service.build {
            Some(_) => service.pull_policy,
            None => of_image.unwrap_or(service.pull_policy),
        }
    }

    /// Why an image is pulled that is there; none where it is not.
    fn pulled_again(&self, reference: &str, policy: PullPolicy) -> Option<Reason> {
        match policy {
            PullPolicy::Always if self.options.pull.is_some() => {
                Some(Reason::Asked("--pull always"))
            }
            PullPolicy::Always => Some(Reason::PullPolicy("always")),
            PullPolicy::Every(seconds) => {
                let ago = age(self.state, reference);
                let is_old = ago.is_none_or(|ago| i64::try_from(seconds).is_ok_and(|it| ago >= it));
                is_old.then_some(Reason::ImageAge(policy, ago))
            }
            PullPolicy::Missing | PullPolicy::Never | PullPolicy::Build => None,
        }
    }

    /// The step that brings the service's image, where one is needed.
    pub(in crate::plan) fn image(
        &mut self,
        service: &'a Service,
    ) -> Result<Option<StepId>, PlanError> {
        let reference = &service.spec.image;
        if let Some(known) = self.resources.images.get(reference) {
            return Ok(*known);
        }
        let there = self.state.images.contains_key(reference);
        let policy = self.pull_policy(service, reference);
        let step = if there && !self.image_is_renewed(service) {
            None
        } else {
            let after = self.built_from(service)?;
            let operation = self.image_operation(service, policy)?;
            let step = self.merged(&operation).unwrap_or_else(|| {
                let reason = match &operation {
                    Operation::BuildImage(_) if self.options.build => Reason::Asked("--build"),
                    _ if !there => Reason::Missing,
                    Operation::BuildImage(_) => Reason::PullPolicy("build"),
                    _ => (self.pulled_again(reference, policy)).unwrap_or(Reason::Missing),
                };
                let resource = Resource::Image(reference.clone());
                self.steps.add(resource, operation, reason, after)
            });
            Some(step)
        };
        self.origins.insert(
            Resource::Image(reference.clone()),
            service.positions.clone(),
        );
        self.resources.images.insert(reference.clone(), step);
        Ok(step)
    }

    /// The step that brings the image of a hook of the service.
    pub(in crate::plan) fn hook_image(
        &mut self,
        service: &'a Service,
        reference: &str,
    ) -> Result<Option<StepId>, PlanError> {
        // One of another service may have to be built.
        let of_service = (service.spec.image == reference)
            .then_some(service)
            .or_else(|| self.resources.images_of.get(reference).copied());
        if let Some(service) = of_service {
            return self.image(service);
        }
        if let Some(known) = self.resources.images.get(reference) {
            return Ok(*known);
        }
        let there = self.state.images.contains_key(reference);
        let policy = self.pull_policy(service, reference);
        if !there && policy == PullPolicy::Never {
            return Err(PlanError::ImageMissing {
                service: service.name.clone(),
                image: reference.to_owned(),
                why: "its pull policy is `never`",
                position: service.positions.find("pre_start").cloned(),
            });
        }
        let reason = if there {
            self.pulled_again(reference, policy)
        } else {
            Some(Reason::Missing)
        };
        let step = reason.map(|reason| {
            let operation = Operation::PullImage {
                platform: service.spec.platform.clone(),
            };
            let resource = Resource::Image(reference.to_owned());
            self.origins
                .insert(resource.clone(), service.positions.clone());
            self.steps.add(resource, operation, reason, Vec::new())
        });
        self.resources.images.insert(reference.to_owned(), step);
        Ok(step)
    }

    fn image_operation(
        &self,
        service: &Service,
        policy: PullPolicy,
    ) -> Result<Operation, PlanError> {
        let missing = |why| {
            Err(PlanError::ImageMissing {
                service: service.name.clone(),
                image: service.spec.image.clone(),
                why,
                position: service.positions.find("image").cloned(),
            })
        };
        // What the file names may have been built elsewhere.
        let is_pulled = self.options.no_build
            && is_named(self.project, service)
            && !matches!(policy, PullPolicy::Never | PullPolicy::Build);
        let Some(build) = service.build.as_ref().filter(|_| !is_pulled) else {
            return match policy {
                PullPolicy::Never => missing("its pull policy is `never`"),
                PullPolicy::Build => {
                    missing("its pull policy is `build`, but it has no `build` section")
                }
                _ => Ok(Operation::PullImage {
                    platform: service.spec.platform.clone(),
                }),
            };
        };
        if self.options.no_build {
            return missing("--no-build was given");
        }
        Ok(Operation::BuildImage(Box::new(
            self.image_build(service, build)?,
        )))
    }
}
