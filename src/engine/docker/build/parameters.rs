//! What the `build` section says, as parameters of `POST /build`. Pure.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Builder;
use crate::engine::docker::request::Target;
use crate::model::ImageBuild;

/// The keys of the section that the engine's own interface has no place for.
pub(super) fn beyond(build: &ImageBuild) -> Vec<&'static str> {
    let section = &build.build;
    let is_wanted = |word: Option<&str>| word.is_some_and(|word| word != "false");
    let is_remote = is_remote(&section.context);
    let keys = [
        (
            "additional_contexts",
            stages(build).count() < section.additional_contexts.len()
                || (is_remote && !section.additional_contexts.is_empty()),
        ),
        ("builder", build.builder.is_some()),
        (
            "cache_from",
            (section.cache_from.iter()).any(|source| cached_image(source).is_none()),
        ),
        ("cache_to", section.cache_to.iter().any(|to| !is_inline(to))),
        (
            "context",
            section.context.starts_with("git@") || section.context.starts_with("ssh://"),
        ),
        (
            "dockerfile_inline",
            is_remote && section.dockerfile_inline.is_some(),
        ),
        ("entitlements", !section.entitlements.is_empty()),
        ("no_cache_filter", !section.no_cache_filter.is_empty()),
        ("platforms", build.platforms.len() > 1),
        ("privileged", section.privileged),
        ("provenance", is_wanted(section.provenance.as_deref())),
        ("sbom", is_wanted(section.sbom.as_deref())),
        ("secrets", !section.secrets.is_empty()),
        ("ssh", !section.ssh.is_empty()),
    ];
    let keys = keys.into_iter().filter(|(_, is_beyond)| *is_beyond);
    keys.map(|(key, _)| key).collect()
}

/// The further contexts that can be written as stages of the Dockerfile, by name: the references of images, and of those
/// that are made from folders.
pub(super) fn stages(build: &ImageBuild) -> impl Iterator<Item = (&str, String)> {
    let contexts = build.build.additional_contexts.iter();
    contexts.filter_map(|(name, context)| {
        let image = match context.strip_prefix("docker-image://") {
            Some(image) => image.to_owned(),
            None if context.starts_with('/') => folder_image(build, name),
            None => return None,
        };
        Some((name.as_str(), image))
    })
}

/// The further contexts that are folders of this machine: their paths, and the images that are made from them.
pub(super) fn folders(build: &ImageBuild) -> Vec<(String, String)> {
    let contexts = build.build.additional_contexts.iter();
    let folders = contexts.filter(|(_, context)| context.starts_with('/'));
    folders
        .map(|(name, folder)| (folder.clone(), folder_image(build, name)))
        .collect()
}

/// The name that a folder's image has while it is needed; another build's is another one.
fn folder_image(build: &ImageBuild, name: &str) -> String {
    let digest = Sha256::digest(format!("{}\n{name}", build.tag));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    format!("windlass-context:{:016x}", u64::from_be_bytes(first))
}

/// Whether the engine itself fetches the context.
pub(super) fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/")
}

/// The image behind an entry of `cache_from`; none where the cache is no image.
fn cached_image(source: &str) -> Option<&str> {
    if !source.split(',').any(|part| part.starts_with("type=")) {
        return Some(source);
    }
    let is_image = source.split(',').any(|part| part == "type=registry");
    let reference = source.split(',').find_map(|part| part.strip_prefix("ref="));
    reference.filter(|_| is_image)
}

/// Whether the cache is stored in the image itself, which an argument asks for.
fn is_inline(to: &str) -> bool {
    to == "type=inline"
}

/// The request's target without what the context adds to it; `pull` says whether the builder looks for newer images.
pub(super) fn target(build: &ImageBuild, builder: Builder, pull: bool) -> Target {
    let section = &build.build;
    let mut target = Target::new(&["build"])
        .with("t", &build.tag)
        .with("rm", "1")
        .with("forcerm", "1");
    for tag in section.tags.iter().filter(|tag| **tag != build.tag) {
        target = target.with("t", tag);
    }
    if builder == Builder::BuildKit {
        target = target.with("version", "2");
    }
    let mut args: BTreeMap<_, _> = section
        .args
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    if section.cache_to.iter().any(|to| is_inline(to)) {
        args.entry("BUILDKIT_INLINE_CACHE").or_insert("1");
    }
    let labels: BTreeMap<_, _> = section.labels.iter().chain(&build.labels).collect();
    let labels = (!labels.is_empty()).then(|| match builder {
        // Of a map Podman takes them in any order, and another order makes another image.
        Builder::Buildah => {
            let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
            json!(labels.collect::<Vec<_>>())
        }
        _ => json!(labels),
    });
    let cached: Vec<_> = section
        .cache_from
        .iter()
        .filter_map(|source| cached_image(source))
        .collect();
    let ulimits = section.ulimits.iter().map(|(name, limit)| match builder {
        Builder::Buildah => json!(format!("{name}={}:{}", limit.soft, limit.hard)),
        _ => json!({"Name": name, "Soft": limit.soft, "Hard": limit.hard}),
    });
    let ulimits: Vec<_> = ulimits.collect();
    // Parameters that are left out where they say nothing.
    let parameters = [
        (
            "buildargs",
            (!args.is_empty()).then(|| json!(args).to_string()),
        ),
        ("labels", labels.map(|labels| labels.to_string())),
        (
            "ulimits",
            (!ulimits.is_empty()).then(|| json!(ulimits).to_string()),
        ),
        (
            "cachefrom",
            (!cached.is_empty()).then(|| json!(cached).to_string()),
        ),
        ("target", section.target.clone()),
        ("networkmode", section.network.clone()),
        ("isolation", section.isolation.clone()),
        ("platform", build.platforms.first().cloned()),
        (
            "shmsize",
            section.shm_size.map(|size| size.bytes().to_string()),
        ),
        ("nocache", section.no_cache.then(|| "1".to_owned())),
        ("pull", pull.then(|| "1".to_owned())),
    ];
    for (name, value) in &parameters {
        target = target.with_some(name, value.as_deref());
    }
    // The file's form is HOST=ADDRESS, the engine's HOST:ADDRESS.
    let hosts = section.extra_hosts.iter();
    let hosts: Vec<_> = hosts.map(|host| host.replacen('=', ":", 1)).collect();
    match builder {
        Builder::Buildah if hosts.is_empty() => target,
        Builder::Buildah => target.with("extrahosts", &json!(hosts).to_string()),
        _ => (hosts.iter()).fold(target, |target, host| target.with("extrahosts", host)),
    }
}

#[cfg(test)]
mod tests;
