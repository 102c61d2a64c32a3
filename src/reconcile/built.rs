//! What images were built from: noted on this machine after a build, compared before a later plan.
//!
//! It is not noted on the image: a label of it would make another image of each build, also of one that comes from the
//! cache, and with the image other containers.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::engine::context::{BuildContext, Dockerfile, Manifest};
use crate::label;
use crate::model::{
    Build, Content, ImageBuild, Position, Positions, Project, Service, ServiceName,
};
use crate::plan::{Operation, Plan, Resource, StepId, Warning, changes};
use crate::state::ActualState;

/// How many changed files a warning names.
const NAMED: usize = 3;

/// The keys of the `build` section that leave the image's content as it is.
const NO_INPUTS: [&str; 10] = [
    "cache_from",
    "cache_to",
    "context",
    "no_cache",
    "no_cache_filter",
    "provenance",
    "pull",
    "sbom",
    "ssh",
    "tags",
];

/// Notes on what images were built from, in a folder of this user.
#[derive(Clone, Debug)]
pub struct Notes {
    folder: PathBuf,
}

/// What an image is built from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Inputs {
    /// The service's `build` section; of the arguments there are only fingerprints.
    section: Value,
    /// The context; none where it is too large, or none of this machine's.
    context: Option<Manifest>,
    /// The further contexts that are folders of this machine, by their names.
    #[serde(default)]
    further: BTreeMap<String, Manifest>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    /// The image's identifier.
    image: String,
    inputs: Inputs,
}

/// What the builds of a plan are about to be built from.
#[derive(Debug, Default)]
pub struct Pending(Vec<(StepId, String, Inputs)>);

impl Pending {
    /// The images that these steps of the plan have built.
    pub fn images<'a>(&'a self, done: &'a [StepId]) -> impl Iterator<Item = &'a str> {
        let built = self.0.iter().filter(|(step, ..)| done.contains(step));
        built.map(|(_, reference, _)| reference.as_str())
    }
}

impl Notes {
    /// Notes in this folder, which is made when it is needed. `engine` is the engine's address: the same name is another
    /// image elsewhere.
    pub fn new(folder: &Path, engine: &str) -> Self {
        Self {
            folder: folder.join(digest(engine)),
        }
    }

    /// Looks at what the plan builds from, before it does. It is the past that is noted: what changes during the build is
    /// told as a change afterwards.
    pub fn before(&self, plan: &Plan) -> Pending {
        let steps = plan.steps.iter().enumerate();
        let builds = steps.filter_map(|(id, step)| match &step.operation {
            Operation::BuildImage(build) => Some((id, build)),
            _ => None,
        });
        let pending = builds.map(|(id, build)| {
            // Notes in what is built from would change it.
            if self.folder.starts_with(&build.build.context) {
                return None;
            }
            let before = self.read(&build.tag).map(|note| note.inputs);
            let inputs = inputs(&build.build, before.as_ref());
            // It may be several services' image, each with a name of its own.
            Some(names(build).map(move |name| (id, name.clone(), inputs.clone())))
        });
        Pending(pending.flatten().flatten().collect())
    }

    /// Notes what an image was built from. That it cannot be noted is no reason to fail: nothing is said of changes then.
    pub fn keep(&self, pending: &Pending, reference: &str, image: &str) {
        let mut all = pending.0.iter();
        let Some((_, _, inputs)) = all.find(|(_, built, _)| built == reference) else {
            return;
        };
        let note = Note {
            image: image.to_owned(),
            inputs: inputs.clone(),
        };
        if let Err(error) = self.write(reference, &note) {
            tracing::warn!("what {reference} was built from cannot be noted: {error}");
        }
    }

    /// What changed since the images of these services were built, where that was noted and this plan doesn't build them.
    pub fn changes(&self, project: &Project, state: &ActualState, plan: &Plan) -> Vec<Warning> {
        let builds = plan.steps.iter().filter_map(|step| match &step.operation {
            Operation::BuildImage(build) => Some(names(build)),
            _ => None,
        });
        let built: HashSet<&String> = builds.flatten().collect();
        let is_built = |service: &&Service| built.contains(&service.spec.image);
        let services = project.services.values();
        let resources = plan.steps.iter().map(|step| &step.resource);
        let raised = resources.chain(plan.unchanged.iter().map(|unchanged| &unchanged.resource));
        let raised = raised.filter_map(|resource| match resource {
            Resource::Container {
                replica: Some((name, _)),
                ..
            } => Some(name),
            _ => None,
        });
        let raised: HashSet<&ServiceName> = raised.collect();
        let is_raised = |service: &&Service| raised.contains(&service.name);
        let services = services.filter(|service| is_raised(service) && !is_built(service));
        services
            .filter_map(|service| self.changes_of(project, service, state))
            .collect()
    }

    fn changes_of(
        &self,
        project: &Project,
        service: &Service,
        state: &ActualState,
    ) -> Option<Warning> {
        let build = &with_images(project, service.build.as_ref()?);
        let image = state.images.get(&service.spec.image)?;
        let note = self.read(&service.spec.image)?;
        if note.image != image.id {
            return None;
        }
        let now = inputs(build, Some(&note.inputs));
        let found = changes(&note.inputs.section, &now.section, &Positions::default());
        let mut names: Vec<String> = found
            .iter()
            .map(|change| format!("build.{}", change.path))
            .collect();
        let is_unknown = match (&note.inputs.context, &now.context) {
            (Some(before), Some(now)) => {
                // The stack file lies beside what is built, often, and is no part of it.
                let files = project.files.iter();
                let own: Vec<&Path> = files
                    .filter_map(|file| file.strip_prefix(&build.context).ok())
                    .collect();
                let names_of_others = before.changes(now).into_iter();
                names.extend(
                    names_of_others
                        .filter(|name| !own.contains(&Path::new(name)))
                        .map(str::to_owned),
                );
                false
            }
            _ => is_folder(build),
        };
        for (name, before) in &note.inputs.further {
            let now = now.further.get(name).into_iter();
            let changed = now.flat_map(|now| before.changes(now));
            names.extend(changed.map(|file| format!("{name}/{file}")));
        }
        let message = match names.as_slice() {
            [] if is_unknown => format!(
                "{}: whether its build context changed since its image was built is not known: it is too large or cannot be \
                 read; up --build",
                service.name
            ),
            [] => return None,
            names => format!(
                "{}: {} changed since its image was built; up --build",
                service.name,
                some_of(names)
            ),
        };
        Some(Warning {
            message,
            position: place(service),
        })
    }

    fn path(&self, reference: &str) -> PathBuf {
        self.folder.join(format!("{}.json", digest(reference)))
    }

    fn read(&self, reference: &str) -> Option<Note> {
        let text = fs::read(self.path(reference)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn write(&self, reference: &str, note: &Note) -> std::io::Result<()> {
        let mut folders = fs::DirBuilder::new();
        folders.recursive(true).mode(0o700).create(&self.folder)?;
        let path = self.path(reference);
        let new = path.with_extension(format!("{}.new", std::process::id()));
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        let mut file = options.mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(note)?)?;
        fs::rename(new, path)
    }
}

/// All names that the image gets.
fn names(build: &ImageBuild) -> impl Iterator<Item = &String> {
    let others = build.build.tags.iter().filter(|tag| **tag != build.tag);
    std::iter::once(&build.tag).chain(others)
}

/// The section as a plan has it: with the images of services in place of the services.
fn with_images(project: &Project, build: &Build) -> Build {
    let mut build = build.clone();
    let (services, contexts) = (&project.services, &project.contexts);
    for context in build.additional_contexts.values_mut() {
        let service = context.strip_prefix("service:");
        let service = service.and_then(|name| services.get(name).or_else(|| contexts.get(name)));
        if let Some(service) = service {
            *context = format!("docker-image://{}", service.spec.image);
        }
    }
    build
}

fn place(service: &Service) -> Option<Position> {
    service.positions.find("build").cloned()
}

fn is_folder(build: &Build) -> bool {
    Path::new(&build.context).is_absolute()
}

/// `a, b, c and 2 more`.
fn some_of(names: &[String]) -> String {
    let (shown, more) = names.split_at(names.len().min(NAMED));
    match more.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn inputs(build: &Build, before: Option<&Inputs>) -> Inputs {
    let mut section = serde_json::to_value(build).unwrap_or_default();
    // Both may hold credentials.
    for field in ["args", "additional_contexts"] {
        let entries = section.get_mut(field).and_then(Value::as_object_mut);
        for (name, value) in entries.into_iter().flatten() {
            let text = value.as_str().unwrap_or_default().as_bytes().to_vec();
            *value = label::fingerprint(name, &Content::new(text)).into();
        }
    }
    // Where the folder lies is no difference; nor is how it is brought, or what is told of it.
    for field in NO_INPUTS {
        if let Some(section) = section.as_object_mut() {
            section.shift_remove(field);
        }
    }
    let empty = Manifest::default();
    let known = before.and_then(|before| before.context.as_ref());
    let context = || {
        let dockerfile = Dockerfile::of(build);
        let context = BuildContext::open(Path::new(&build.context), &dockerfile).ok()?;
        context.manifest(known.unwrap_or(&empty)).ok()?
    };
    Inputs {
        section,
        context: if is_folder(build) { context() } else { None },
        further: further(build, before),
    }
}

/// The further contexts that are folders; one that is too large or cannot be read is left out.
fn further(build: &Build, before: Option<&Inputs>) -> BTreeMap<String, Manifest> {
    let empty = Manifest::default();
    let look = |(name, folder): (&String, &String)| {
        let folder = Path::new(folder);
        let no_dockerfile = Dockerfile::Inline(String::new());
        let known = before.and_then(|before| before.further.get(name));
        let context = folder
            .is_absolute()
            .then(|| BuildContext::open(folder, &no_dockerfile));
        let manifest = context?.ok()?.manifest(known.unwrap_or(&empty));
        Some((name.clone(), manifest.ok()??))
    };
    build.additional_contexts.iter().filter_map(look).collect()
}

fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text);
    let bytes = bytes.iter().take(16);
    bytes.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_few() {
        let names = |count: usize| (1..=count).map(|i| format!("f{i}")).collect::<Vec<_>>();
        assert_eq!(some_of(&names(3)), "f1, f2, f3");
        assert_eq!(some_of(&names(5)), "f1, f2, f3 and 2 more");
    }

    #[test]
    fn arguments_are_told_apart_but_not_noted() {
        let build = |value: &str| Build {
            context: "https://example.com/x.git".into(),
            args: [("TOKEN".to_owned(), value.to_owned())].into(),
            ..Build::default()
        };
        let (one, other) = (inputs(&build("1234"), None), inputs(&build("4321"), None));
        assert!(!serde_json::to_string(&one).unwrap().contains("1234"));
        assert_ne!(one, other);
    }

    #[test]
    fn contexts_of_services_are_no_difference_and_their_addresses_are_not_noted() {
        let copies = |from: &str| Build {
            context: "https://example.com/x.git".into(),
            additional_contexts: [("base".to_owned(), from.to_owned())].into(),
            ..Build::default()
        };
        let mut project = crate::plan::tests::project([crate::plan::tests::service("db")]);
        let of_file = with_images(&project, &copies("service:db"));
        assert_eq!(of_file, copies("docker-image://db:1"));
        // Where it is not chosen, either.
        std::mem::swap(&mut project.services, &mut project.contexts);
        assert_eq!(with_images(&project, &copies("service:db")), of_file);
        let noted = inputs(&copies("https://me:hunter2@example.com"), None);
        assert!(!serde_json::to_string(&noted).unwrap().contains("hunter2"));
    }

    #[test]
    fn an_image_is_known_by_each_of_its_names_and_by_no_flag_of_its_build() {
        let mut image = ImageBuild {
            tag: "a".into(),
            ..ImageBuild::default()
        };
        let before = inputs(&image.build, None);
        image.build.tags = ["a", "b"].map(str::to_owned).into();
        image.build.sbom = Some("true".into());
        assert_eq!(names(&image).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(inputs(&image.build, None), before);
    }
}
