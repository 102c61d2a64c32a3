//! Images that are built: what from, and one after the other where one is the other's context.

use indexmap::IndexMap;

use super::Up;
use crate::graph::Cycle;
use crate::label;
use crate::model::{Build, ContentSource, ImageBuild, Project, SecretGrant, SecretValue, Service};
use crate::plan::{Operation, PlanError, StepId};

impl<'a> Up<'a> {
    /// The steps that bring the images this service's build copies from (`service:` contexts).
    pub(super) fn built_from(&mut self, service: &'a Service) -> Result<Vec<StepId>, PlanError> {
        let Some(build) = service.build.as_ref().filter(|_| !self.options.no_build) else {
            return Ok(Vec::new());
        };
        let building = &mut self.resources.building;
        if let Some(first) = building
            .iter()
            .position(|name| *name == service.name.as_str())
        {
            return Err(PlanError::Cycle(Cycle(building.split_off(first))));
        }
        building.push(service.name.to_string());
        let mut after = Vec::new();
        for name in build.services() {
            after.extend(self.image(self.context(service, name)?)?);
        }
        self.resources.building.pop();
        Ok(after)
    }

    fn context(&self, service: &Service, name: &str) -> Result<&'a Service, PlanError> {
        let Project {
            services, contexts, ..
        } = self.project;
        let found = services.get(name).or_else(|| contexts.get(name));
        found.ok_or_else(|| PlanError::Undefined {
            kind: "service",
            name: name.to_owned(),
            position: service.positions.find("build.additional_contexts").cloned(),
        })
    }

    pub(super) fn image_build(
        &self,
        service: &Service,
        build: &Build,
    ) -> Result<ImageBuild, PlanError> {
        let labels = [
            (label::PROJECT, self.project.name.to_string()),
            (label::SERVICE, service.name.to_string()),
            (label::VERSION, label::COMPOSE_VERSION.to_owned()),
        ];
        let labels = labels.into_iter();
        let mut build = build.clone();
        for context in build.additional_contexts.values_mut() {
            if let Some(name) = context.strip_prefix("service:") {
                let image = &self.context(service, name)?.spec.image;
                *context = format!("docker-image://{image}");
            }
        }
        let mut secrets = IndexMap::new();
        for (index, grant) in build.secrets.iter().enumerate() {
            let value = self.secret(grant).map_err(|why| PlanError::BuildSecret {
                service: service.name.clone(),
                secret: grant.source.clone(),
                why,
                position: service
                    .positions
                    .find(&format!("build.secrets[{index}]"))
                    .cloned(),
            })?;
            secrets.insert(grant.id().to_owned(), value);
        }
        Ok(ImageBuild {
            tag: service.spec.image.clone(),
            platforms: platforms(service, &build),
            build,
            labels: labels.map(|(key, value)| (key.to_owned(), value)).collect(),
            secrets,
            builder: None,
        })
    }

    fn secret(&self, grant: &SecretGrant) -> Result<SecretValue, String> {
        let secret = self.project.secrets.get(grant.source.as_str());
        let secret = secret.ok_or("the stack file does not define it")?;
        match (&secret.source, &secret.content) {
            (ContentSource::File(path), _) => Ok(SecretValue::File(path.clone())),
            (ContentSource::External, _) => Err("only a swarm has external ones".to_owned()),
            (_, Some(content)) => Ok(SecretValue::Content(content.clone())),
            (ContentSource::Environment(variable), None) => {
                Err(format!("environment variable \"{variable}\" is not set"))
            }
            (ContentSource::Inline, None) => Err("it has no content".to_owned()),
        }
    }

    /// The step that builds the same thing already; it gives the image this name too.
    pub(super) fn merged(&mut self, operation: &Operation) -> Option<StepId> {
        let Operation::BuildImage(build) = operation else {
            return None;
        };
        let known = self.resources.builds.entry(digest(build)).or_default();
        let steps = &mut self.steps;
        let Some(step) = known
            .iter()
            .copied()
            .find(|&step| steps.build(step).is_some_and(|other| is_same(other, build)))
        else {
            known.push(steps.next());
            return None;
        };
        let same = steps.build(step)?;
        for tag in [&build.tag].into_iter().chain(&build.build.tags) {
            if same.tag != *tag && !same.build.tags.contains(tag) {
                same.build.tags.push(tag.clone());
            }
        }
        Some(step)
    }
}

/// What is the same of the same builds, and hardly ever of others.
fn digest(build: &ImageBuild) -> String {
    let bare = Build {
        tags: Vec::new(),
        ..build.build.clone()
    };
    format!("{:?}", (&build.platforms, &build.builder, bare))
}

/// Whether two builds make the same image but for its names, and for the service that is named in its labels.
fn is_same(one: &ImageBuild, other: &ImageBuild) -> bool {
    let bare = |build: &Build| Build {
        tags: Vec::new(),
        ..build.clone()
    };
    one.platforms == other.platforms
        && one.secrets == other.secrets
        && one.builder == other.builder
        && bare(&one.build) == bare(&other.build)
}

/// The platforms an image is built for that containers are made from: one, or the engine's own.
fn platforms(service: &Service, build: &Build) -> Vec<String> {
    match (&service.spec.platform, build.platforms.as_slice()) {
        (Some(platform), _) | (None, [platform]) => vec![platform.clone()],
        (None, _) => Vec::new(),
    }
}
