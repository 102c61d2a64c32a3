//! An image to build, as arguments and environment of `docker buildx build`. Pure.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::Variables;
use crate::model::credential::is_credential_name;
use crate::model::{ImageBuild, SecretValue};

/// How the program is called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) arguments: Vec<String>,
    /// What arguments must not show.
    pub(super) variables: Variables,
    /// What it reads: the Dockerfile's text.
    pub(super) input: Option<String>,
}

/// How the program is called for this image.
///
/// # Errors
/// Why a secret cannot be handed over.
pub(super) fn call(build: &ImageBuild) -> Result<Call, String> {
    let section = &build.build;
    let mut all = Arguments(vec!["build".to_owned(), "--progress=rawjson".to_owned()]);
    let mut variables = Variables::new();
    // Into the engine's store, whatever kind of builder it is.
    all.flag("load", true);
    all.option("builder", build.builder.as_deref());
    all.option("tag", Some(build.tag.as_str()));
    let tags = section.tags.iter().filter(|tag| **tag != build.tag);
    all.options("tag", tags.cloned());
    for (name, value) in &section.args {
        // The program takes what it is not told from its environment.
        if is_credential_name(name) {
            variables.push((name.clone(), value.into()));
            all.option("build-arg", Some(name));
        } else {
            all.option("build-arg", Some(&format!("{name}={value}")));
        }
    }
    let labels = section.labels.iter().chain(&build.labels);
    all.options(
        "label",
        labels.map(|(name, value)| format!("{name}={value}")),
    );
    all.option("target", section.target.as_deref());
    all.options(
        "platform",
        (!build.platforms.is_empty()).then(|| build.platforms.join(",")),
    );
    all.options("cache-from", section.cache_from.iter().cloned());
    all.options("cache-to", section.cache_to.iter().cloned());
    all.option("network", section.network.as_deref());
    let hosts = section.extra_hosts.iter();
    all.options("add-host", hosts.map(|host| host.replacen('=', ":", 1)));
    all.options(
        "shm-size",
        section.shm_size.map(|size| size.bytes().to_string()),
    );
    let ulimits = section.ulimits.iter();
    all.options(
        "ulimit",
        ulimits.map(|(name, it)| format!("{name}={}:{}", it.soft, it.hard)),
    );
    all.flag("no-cache", section.no_cache);
    all.options("no-cache-filter", section.no_cache_filter.iter().cloned());
    all.flag("pull", section.pull);
    let contexts = section.additional_contexts.iter();
    all.options(
        "build-context",
        contexts.map(|(name, from)| format!("{name}={from}")),
    );
    all.options("allow", allowed(build));
    all.option("provenance", section.provenance.as_deref());
    all.option("sbom", section.sbom.as_deref());
    for (number, (id, value)) in build.secrets.iter().enumerate() {
        let variable = format!("WINDLASS_BUILD_SECRET_{number}");
        let from = match value {
            SecretValue::File(path) => format!("src={}", text_of(path, id)?),
            SecretValue::Content(content) => {
                let bytes = content.bytes().to_vec();
                if bytes.contains(&0) {
                    return Err(format!("secret {id} has a zero byte: give it by `file`"));
                }
                variables.push((variable.clone(), OsString::from_vec(bytes)));
                format!("env={variable}")
            }
        };
        all.option("secret", Some(&format!("id={id},{from}")));
    }
    all.options("ssh", section.ssh.iter().cloned());
    let file = match (&section.dockerfile_inline, section.dockerfile.as_deref()) {
        (Some(_), _) => Some("-".to_owned()),
        // The program looks from its own folder.
        (None, Some(file)) if !section.context.contains("://") => {
            Some(Path::new(&section.context).join(file).display().to_string())
        }
        (None, file) => file.map(str::to_owned),
    };
    all.option("file", file.as_deref());
    all.0.push(section.context.clone());
    Ok(Call {
        arguments: all.0,
        variables,
        input: section.dockerfile_inline.clone(),
    })
}

/// The privileges that the build may use: those of the file, and those that its other keys need.
fn allowed(build: &ImageBuild) -> Vec<String> {
    let section = &build.build;
    let mut allowed = section.entitlements.clone();
    for (name, is_needed) in [
        ("security.insecure", section.privileged),
        ("network.host", section.network.as_deref() == Some("host")),
    ] {
        if is_needed && !allowed.iter().any(|other| other == name) {
            allowed.push(name.to_owned());
        }
    }
    allowed
}

/// A path inside a list of values.
fn text_of<'p>(path: &'p Path, id: &str) -> Result<&'p str, String> {
    let text = path.to_str().filter(|text| !text.contains(','));
    text.ok_or_else(|| {
        format!(
            "secret {id}: docker buildx does not take the path {}",
            path.display()
        )
    })
}

struct Arguments(Vec<String>);

impl Arguments {
    fn flag(&mut self, name: &str, is_set: bool) {
        self.0.extend(is_set.then(|| format!("--{name}")));
    }

    fn option(&mut self, name: &str, value: Option<&str>) {
        self.0
            .extend(value.map(|value| format!("--{name}={value}")));
    }

    fn options(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let values = values.into_iter();
        self.0
            .extend(values.map(|value| format!("--{name}={value}")));
    }
}
