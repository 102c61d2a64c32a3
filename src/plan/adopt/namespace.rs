//! Namespaces and volumes of other containers, and what else the container runs in.

use super::{Adopted, set, unless};
use crate::label;
use crate::model::ContainerSpec;
use crate::plan::container::volumes_from;

/// Sets the namespaces to what they are.
pub(super) fn settle(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let (is, wanted) = (adopted.is, adopted.wanted);
    for (is, wanted, asked, engines_own) in [
        // What it is without a word is the engine's setting.
        (
            &is.ipc,
            &wanted.ipc,
            &mut asked.ipc,
            ["private", "shareable"].as_slice(),
        ),
        (&is.pid, &wanted.pid, &mut asked.pid, &["private"]),
        (&is.uts, &wanted.uts, &mut asked.uts, &["private"]),
        (
            &is.userns_mode,
            &wanted.userns_mode,
            &mut asked.userns_mode,
            &[],
        ),
        (
            &is.cgroup_parent,
            &wanted.cgroup_parent,
            &mut asked.cgroup_parent,
            &[],
        ),
        (
            &is.isolation,
            &wanted.isolation,
            &mut asked.isolation,
            &["default"],
        ),
    ] {
        let same = match (is.as_deref(), wanted.as_deref()) {
            (None, None) => true,
            (Some(is), None) => engines_own.contains(&is),
            (None, Some(wanted)) => engines_own.contains(&wanted),
            (Some(is), Some(wanted)) => is == wanted || adopted.is_of(is, wanted),
        };
        unless(same, asked, || {
            is.as_deref().map(|is| adopted.in_words_of_the_file(is))
        });
    }
    for (is, wanted, asked) in [
        (&is.cgroup, &wanted.cgroup, &mut asked.cgroup),
        (&is.runtime, &wanted.runtime, &mut asked.runtime),
    ] {
        unless(wanted.is_none() || is == wanted, asked, || is.clone());
    }
    let by_name = |text: &str| {
        let (container, mode) = text.split_once(':').unwrap_or((text, "rw"));
        format!("{}:{mode}", adopted.name_of(container))
    };
    let wanted_from: Vec<String> = (wanted.volumes_from.iter())
        .map(|from| volumes_from(adopted.project, from))
        .collect();
    unless(
        set(&is.volumes_from, by_name) == set(&wanted_from, by_name),
        &mut asked.volumes_from,
        || {
            is.volumes_from
                .iter()
                .map(|from| adopted.from(from))
                .collect()
        },
    );
}

impl Adopted<'_> {
    /// Whether `container:ID` is a container of the service that `service:NAME` names.
    pub(super) fn is_of(&self, is: &str, wanted: &str) -> bool {
        let (Some(id), Some(name)) = (
            is.strip_prefix("container:"),
            wanted.strip_prefix("service:"),
        ) else {
            return false;
        };
        // One that is gone is told of elsewhere.
        let mut there = self.state.containers.iter();
        let other = there.find(|other| other.id == id || other.name == id);
        other.is_none_or(|other| other.labels.get(label::SERVICE).map(String::as_str) == Some(name))
    }

    /// `service:NAME` in place of `container:ID` where it is a container of the project.
    pub(super) fn in_words_of_the_file(&self, mode: &str) -> String {
        let id = mode.strip_prefix("container:");
        let mut there = self.state.containers.iter();
        let other = there.find(|other| Some(other.id.as_str()) == id);
        match other.and_then(|other| other.service()) {
            Some(service) => format!("service:{service}"),
            None => mode.to_owned(),
        }
    }

    /// `SERVICE[:ro]` or `container:NAME[:ro]` of the engine's `ID[:MODE]`.
    fn from(&self, is: &str) -> String {
        let (container, mode) = is.split_once(':').unwrap_or((is, "rw"));
        let mut there = self.state.containers.iter();
        let other = there.find(|other| other.id == container || other.name == container);
        let source = match other.and_then(|other| other.service()) {
            Some(service) => service.to_owned(),
            None => format!("container:{container}"),
        };
        match mode {
            "rw" => source,
            mode => format!("{source}:{mode}"),
        }
    }

    /// The name of the project's container with this id.
    fn name_of<'t>(&'t self, id: &'t str) -> &'t str {
        let mut there = self.state.containers.iter();
        let other = there.find(|other| other.id == id);
        other.map_or(id, |other| &other.name)
    }
}
