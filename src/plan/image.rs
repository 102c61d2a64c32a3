//! Plans that bring images or send them away, and touch nothing else: `build`, `pull`, `push`.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::resource::age;
use super::steps::Steps;
use super::up::{Up, graph, selected};
use super::{Operation, Plan, PlanError, Reason, Resource, StepId, UpOptions, Warning};
use crate::label;
use crate::model::{Build, Positions, Project, PullPolicy, Service, ServiceName};
use crate::state::ActualState;

/// What the user asked of `build`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command"
)]
pub struct BuildOptions {
    /// The services whose images are built; all where empty.
    pub services: Vec<ServiceName>,
    /// The images of what they depend on, too.
    pub with_dependencies: bool,
    /// Build arguments beside those of the file, and in place of them.
    pub args: IndexMap<String, String>,
    /// Use no cache.
    pub no_cache: bool,
    /// Look for newer base images.
    pub pull: bool,
    /// Push the images that have a name in the file.
    pub push: bool,
    /// The builder of `docker buildx` that shall be used.
    pub builder: Option<String>,
    /// The provenance attestation in place of the file's: `true`, `false` or its parameters.
    pub provenance: Option<String>,
    /// The list of the image's packages in place of the file's: `true`, `false` or its parameters.
    pub sbom: Option<String>,
    /// Keys or agents that RUN lines can use, in place of the file's: `default`, or `NAME=PATH`.
    pub ssh: Vec<String>,
}

/// What the user asked of `pull`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullOptions {
    /// The services whose images are pulled; all where empty.
    pub services: Vec<ServiceName>,
    /// The images of what they depend on, too.
    pub include_deps: bool,
    /// Leave out the images that can be built.
    pub ignore_buildable: bool,
    /// The pull policy in place of the services' own.
    pub policy: Option<PullPolicy>,
}

/// What the user asked of `push`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushOptions {
    /// The services whose images are pushed; all where empty.
    pub services: Vec<ServiceName>,
    /// The images of what they depend on, too.
    pub include_deps: bool,
}

/// An image that nothing is done for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The image.
    pub image: Resource,
    /// Why.
    pub why: &'static str,
}

/// Plans the builds of the services' images, each name once, and for all its platforms; what others copy from comes
/// first, and what has the same `build` section is built once under all its names.
///
/// # Errors
/// Where the options name an unknown service, services depend on each other in a circle or builds need each other in
/// one, or a build cannot have a secret.
pub fn build(project: &Project, options: &BuildOptions) -> Result<Plan, PlanError> {
    let mut project = project.clone();
    let sections = project.services.values_mut();
    sections
        .filter_map(|service| service.build.as_mut())
        .for_each(|section| options.change(section));
    let up_options = UpOptions {
        build: true,
        ..UpOptions::default()
    };
    let state = ActualState::default();
    let mut up = Up::new(&project, &state, &up_options);
    let mut built: Vec<(&Build, &str)> = Vec::new();
    let mut pushed = Vec::new();
    for service in chosen(&project, &options.services, options.with_dependencies)? {
        let Some(section) = &service.build else {
            continue;
        };
        let reference = service.spec.image.as_str();
        if let Some((other, _)) = built.iter().find(|(_, name)| *name == reference) {
            if *other != section {
                up.warnings.push(left_out(service));
            }
            continue;
        }
        built.push((section, reference));
        let step = up.image(service)?;
        if options.push && is_named(&project, service) {
            pushed.push((reference, step));
        }
    }
    for (_, image) in up.steps.builds() {
        image.builder.clone_from(&options.builder);
        // Containers are made for one platform; an image may be for several.
        if image.build.platforms.len() > 1 {
            image.platforms.clone_from(&image.build.platforms);
        }
    }
    for (reference, step) in pushed {
        let image = Resource::Image(reference.to_owned());
        let after = step.into_iter().collect();
        let asked = Reason::Asked("--push");
        up.steps.add(image, Operation::PushImage, asked, after);
    }
    let mut plan = up.into_plan();
    let steps = plan.steps.iter_mut();
    steps
        .filter(|step| step.operation != Operation::PushImage)
        .for_each(|step| step.reason = Reason::Asked("build"));
    Ok(plan)
}

fn left_out(service: &Service) -> Warning {
    Warning {
        message: format!(
            "{}: another service builds image {} too, from another `build` section: this one is left out",
            service.name, service.spec.image
        ),
        position: service.positions.find("build").cloned(),
    }
}

impl BuildOptions {
    /// Puts what the flags say in place of what the file says.
    pub(super) fn change(&self, section: &mut Build) {
        section.args.extend(self.args.clone());
        section.no_cache |= self.no_cache;
        section.pull |= self.pull;
        for (given, of_file) in [
            (&self.provenance, &mut section.provenance),
            (&self.sbom, &mut section.sbom),
        ] {
            if given.is_some() {
                of_file.clone_from(given);
            }
        }
        if !self.ssh.is_empty() {
            section.ssh.clone_from(&self.ssh);
        }
    }
}

/// Plans the pulls of the services' images, each once.
///
/// # Errors
/// As for [`build`].
pub fn pull(
    project: &Project,
    state: &ActualState,
    options: &PullOptions,
) -> Result<(Plan, Vec<LeftOut>), PlanError> {
    let mut images = Images::default();
    let mut left_out = Vec::new();
    let mut by_image: IndexMap<&str, Vec<&Service>> = IndexMap::new();
    for service in chosen(project, &options.services, options.include_deps)? {
        let services = by_image.entry(&service.spec.image).or_default();
        services.push(service);
    }
    for (reference, services) in by_image {
        let why = |service: &Service| needs_no_pull(project, state, service, options);
        let builder = services.iter().find(|service| service.build.is_some());
        let service = *builder.unwrap_or(&services[0]);
        // What one of its services wants is pulled; who builds it decides alone.
        let is_wanted = builder.is_none() && services.iter().any(|service| why(service).is_none());
        if let Some(why) = why(service)
            && !is_wanted
        {
            let image = Resource::Image(reference.to_owned());
            left_out.push(LeftOut { image, why });
            continue;
        }
        let platform = service.spec.platform.clone();
        let operation = Operation::PullImage { platform };
        images.add(service, operation, "pull", Vec::new());
    }
    Ok((images.into_plan(project), left_out))
}

fn needs_no_pull(
    project: &Project,
    state: &ActualState,
    service: &Service,
    options: &PullOptions,
) -> Option<&'static str> {
    if service.build.is_some() && !is_named(project, service) {
        return Some("no image to be pulled");
    }
    if service.build.is_some() && options.ignore_buildable {
        return Some("it can be built");
    }
    let written = service.positions.has("pull_policy");
    let policy = options.policy.or(written.then_some(service.pull_policy));
    match policy {
        Some(PullPolicy::Never) => Some("its pull policy is `never`"),
        Some(PullPolicy::Build) => Some("its pull policy is `build`"),
        Some(PullPolicy::Missing) if state.images.contains_key(&service.spec.image) => {
            Some("it is there already")
        }
        // Asked for by name it is pulled: only the flag goes by age.
        Some(PullPolicy::Every(seconds)) if options.policy.is_some() => {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            let is_young = age(state, &service.spec.image).is_some_and(|age| age < seconds);
            is_young.then_some("it is not old enough for the pull policy")
        }
        _ => None,
    }
}

/// Plans the pushes of the images that the services build under a name of the file, each once.
///
/// # Errors
/// As for [`build`].
pub fn push(project: &Project, options: &PushOptions) -> Result<(Plan, Vec<LeftOut>), PlanError> {
    let mut images = Images::default();
    let mut left_out = Vec::new();
    let mut seen = HashSet::new();
    for service in chosen(project, &options.services, options.include_deps)? {
        let reference = &service.spec.image;
        let is_built = service.build.is_some();
        if !seen.insert((reference, is_built)) {
            continue;
        }
        if is_built && is_named(project, service) {
            images.add(service, Operation::PushImage, "push", Vec::new());
        } else {
            let why = if is_built {
                "it has no name in the stack file"
            } else {
                "it is not built here"
            };
            let image = Resource::Image(reference.clone());
            left_out.push(LeftOut { image, why });
        }
    }
    Ok((images.into_plan(project), left_out))
}

/// The services in start order.
pub(super) fn chosen<'a>(
    project: &'a Project,
    services: &[ServiceName],
    dependencies: bool,
) -> Result<Vec<&'a Service>, PlanError> {
    let options = UpOptions {
        services: services.to_vec(),
        no_deps: !dependencies,
        ..UpOptions::default()
    };
    selected(project, &graph(project)?, &options)
}

/// Whether the file names the service's image, which is made from the service's name otherwise.
pub(super) fn is_named(project: &Project, service: &Service) -> bool {
    service.spec.image != label::image_name(project, &service.name)
}

#[derive(Default)]
struct Images {
    steps: Steps,
    warnings: Vec<Warning>,
    origins: HashMap<Resource, Positions>,
}

impl Images {
    fn add(
        &mut self,
        service: &Service,
        operation: Operation,
        asked: &'static str,
        after: Vec<StepId>,
    ) -> StepId {
        let image = Resource::Image(service.spec.image.clone());
        (self.origins).insert(image.clone(), service.positions.clone());
        self.steps
            .add(image, operation, Reason::Asked(asked), after)
    }

    fn into_plan(self, project: &Project) -> Plan {
        Plan {
            project: project.name.clone(),
            steps: self.steps.into_steps(),
            unchanged: Vec::new(),
            warnings: self.warnings,
            origins: self.origins,
        }
    }
}
