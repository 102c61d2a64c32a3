//! Builds as a file of `docker buildx bake`, which has the form that docker compose gives it.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use serde::Serialize;

use super::PlanError;
use super::image::{BuildOptions, chosen, is_named};
use crate::label;
use crate::model::{Build, ContentSource, Project, SecretGrant, Service};

/// The file: what is built, and how.
#[derive(Debug, Serialize)]
pub struct Bake {
    group: BTreeMap<&'static str, Group>,
    target: BTreeMap<String, Target>,
}

#[derive(Debug, Serialize)]
struct Group {
    targets: Vec<String>,
}

/// One image; keys and their order are those of docker compose.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Target {
    context: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contexts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dockerfile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dockerfile_inline: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache_from: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache_to: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "target")]
    stage: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secret: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ssh: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    platforms: Vec<String>,
    #[serde(skip_serializing_if = "is_not")]
    pull: bool,
    #[serde(skip_serializing_if = "is_not")]
    no_cache: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    no_cache_filter: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shm_size: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ulimits: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entitlements: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra_hosts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    output: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attest: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_not(value: &bool) -> bool {
    !value
}

impl Bake {
    /// Whether nothing is built.
    pub fn is_empty(&self) -> bool {
        self.target.is_empty()
    }

    /// The folders that are read.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let targets = self.target.values();
        let folders = targets.flat_map(|it| it.contexts.values().chain([&it.context]));
        folders
            .map(String::as_str)
            .filter(|folder| Path::new(folder).is_absolute())
    }
}

/// The builds of the services' images, and of those that they copy from; with `checks` they are only looked at for what
/// is bad practice.
///
/// # Errors
/// As for [`super::build`].
pub fn bake(project: &Project, options: &BuildOptions, checks: bool) -> Result<Bake, PlanError> {
    let services = chosen(project, &options.services, options.with_dependencies)?;
    let built = services
        .into_iter()
        .filter(|service| service.build.is_some());
    let built: Vec<&Service> = built.collect();
    let targets = built
        .iter()
        .map(|service| service.name.to_string())
        .collect();
    let mut target = BTreeMap::new();
    let mut open = built;
    while let Some(service) = open.pop() {
        let name = service.name.to_string();
        let Some(section) = service
            .build
            .as_ref()
            .filter(|_| !target.contains_key(&name))
        else {
            continue;
        };
        let sources = section.services();
        open.extend(sources.filter_map(|name| {
            let services = &project.services;
            services.get(name).or_else(|| project.contexts.get(name))
        }));
        let mut section = section.clone();
        options.change(&mut section);
        let mut made = target_of(project, service, &section)?;
        if checks {
            made.call = Some("lint");
        } else if options.push && is_named(project, service) {
            made.output = vec!["type=registry"];
        } else {
            made.output = vec!["type=docker"];
        }
        target.insert(name, made);
    }
    let group = BTreeMap::from([("default", Group { targets })]);
    Ok(Bake { group, target })
}

fn target_of(project: &Project, service: &Service, section: &Build) -> Result<Target, PlanError> {
    let own = [
        (label::PROJECT, project.name.as_str()),
        (label::SERVICE, service.name.as_str()),
        (label::VERSION, label::COMPOSE_VERSION),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut tags = section.tags.clone();
    if !tags.contains(&service.spec.image) {
        tags.push(service.spec.image.clone());
    }
    let contexts = section.additional_contexts.iter();
    let context = |from: &String| match from.strip_prefix("service:") {
        Some(name) => format!("target:{name}"),
        None => from.clone(),
    };
    let mut entitlements = section.entitlements.clone();
    if section.privileged && !entitlements.iter().any(|it| it == "security.insecure") {
        entitlements.push("security.insecure".to_owned());
    }
    let limits = section.ulimits.iter().map(|(name, it)| {
        if it.soft == it.hard {
            format!("{name}={}", it.soft)
        } else {
            format!("{name}={}:{}", it.soft, it.hard)
        }
    });
    let hosts = section
        .extra_hosts
        .iter()
        .filter_map(|host| host.split_once(['=', ':']));
    let secrets = section.secrets.iter().enumerate();
    let secrets = secrets.map(|(index, grant)| secret(project, service, index, grant));
    Ok(Target {
        contexts: contexts
            .map(|(name, from)| (name.clone(), context(from)))
            .collect(),
        dockerfile: dockerfile(section),
        dockerfile_inline: section.dockerfile_inline.as_deref().map(literal),
        args: sorted(&section.args, literal),
        labels: sorted(&section.labels, Clone::clone)
            .into_iter()
            .chain(own)
            .collect(),
        tags,
        cache_from: section.cache_from.clone(),
        cache_to: section.cache_to.clone(),
        stage: section.target.clone(),
        secret: secrets.collect::<Result<_, _>>()?,
        ssh: section
            .ssh
            .iter()
            .map(|key| {
                if key.contains('=') {
                    key.clone()
                } else {
                    format!("{key}=")
                }
            })
            .collect(),
        platforms: section.platforms.clone(),
        pull: section.pull,
        no_cache: section.no_cache,
        network: section.network.clone(),
        no_cache_filter: section.no_cache_filter.clone(),
        shm_size: section.shm_size.map(|size| size.bytes().to_string()),
        ulimits: limits.collect(),
        entitlements,
        extra_hosts: hosts
            .map(|(host, address)| (host.to_owned(), address.to_owned()))
            .collect(),
        attest: attestations(section),
        context: section.context.clone(),
        ..Target::default()
    })
}

/// The Dockerfile from the root of the machine, but of a context elsewhere as the file has it.
fn dockerfile(section: &Build) -> Option<String> {
    let file = section.dockerfile.as_deref();
    if section.dockerfile_inline.is_some() {
        None
    } else if section.context.contains("://") {
        file.map(str::to_owned)
    } else {
        let path = Path::new(&section.context).join(file.unwrap_or("Dockerfile"));
        Some(path.display().to_string())
    }
}

/// Bake replaces variables, too.
fn literal(text: &(impl AsRef<str> + ?Sized)) -> String {
    text.as_ref().replace("${", "$${")
}

fn sorted(
    map: &IndexMap<String, String>,
    form: impl Fn(&String) -> String,
) -> BTreeMap<String, String> {
    map.iter()
        .map(|(name, value)| (name.clone(), form(value)))
        .collect()
}

fn secret(
    project: &Project,
    service: &Service,
    index: usize,
    grant: &SecretGrant,
) -> Result<String, PlanError> {
    let id = grant.id();
    let source = project
        .secrets
        .get(grant.source.as_str())
        .map(|secret| &secret.source);
    match source {
        Some(ContentSource::File(path)) => Ok(format!("id={id},type=file,src={}", path.display())),
        Some(ContentSource::Environment(variable)) => {
            Ok(format!("id={id},type=env,env={variable}"))
        }
        _ => Err(PlanError::BuildSecret {
            service: service.name.clone(),
            secret: grant.source.clone(),
            why: "only one of a `file` or of the `environment` can be written to a file of bake"
                .to_owned(),
            position: service
                .positions
                .find(&format!("build.secrets[{index}]"))
                .cloned(),
        }),
    }
}

fn attestations(section: &Build) -> Vec<String> {
    let kinds = [("provenance", &section.provenance), ("sbom", &section.sbom)];
    let attestation = |(kind, value): (&str, &Option<String>)| match value.as_deref()? {
        "true" => Some(format!("type={kind}")),
        "false" => Some(format!("type={kind},disabled=true")),
        parameters => Some(format!("type={kind},{parameters}")),
    };
    kinds.into_iter().filter_map(attestation).collect()
}
