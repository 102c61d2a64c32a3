//! Images by digest: `config --resolve-image-digests` and `--lock-image-digests`.

use futures_util::future::try_join_all;
use indexmap::IndexSet;

use crate::cli::error::CliError;
use crate::engine::docker::DockerEngine;
use crate::loader::Loaded;
use crate::loader::node::{Mapping, Node};

/// Gives the images of all services their digests, as the registries have them now; each image is asked for once.
pub(crate) async fn resolve(loaded: &mut Loaded, engine: &DockerEngine) -> Result<(), CliError> {
    let asked: IndexSet<String> = services(&mut loaded.tree)
        .filter_map(|service| service.get("image")?.as_str().map(whole))
        .filter(|image| !image.contains(['@', '$']))
        .collect();
    let digests = try_join_all(asked.iter().map(|image| engine.image_digest(image))).await?;
    for service in services(&mut loaded.tree) {
        let Some(image) = service.get_mut("image") else {
            continue;
        };
        let Some(reference) = image.as_str().map(whole) else {
            continue;
        };
        let pinned = match asked.get_index_of(&reference) {
            Some(index) => format!("{reference}@{}", digests[index]),
            None => reference,
        };
        image.value = pinned.into();
    }
    Ok(())
}

/// Leaves nothing but the services' images: a file to be merged over the stack.
pub(crate) fn images_only(loaded: &mut Loaded) {
    for service in services(&mut loaded.tree) {
        service.retain(|key, _| key == "image");
    }
    if let Some(top) = loaded.tree.as_mapping_mut() {
        top.retain(|key, _| key == "services");
    }
}

fn services(tree: &mut Node) -> impl Iterator<Item = &mut Mapping> {
    tree.get_mut("services")
        .and_then(Node::as_mapping_mut)
        .into_iter()
        .flat_map(Mapping::values_mut)
        .filter_map(Node::as_mapping_mut)
}

/// A reference with its registry and tag written out; where it has a digest, that counts and the tag goes.
fn whole(reference: &str) -> String {
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    let (name, tag) = match name.rsplit_once(':') {
        // A colon before a slash is a registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, "latest"),
    };
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let name = match name.split_once('/') {
        Some((first, _)) if is_registry(first) => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
        None => format!("docker.io/library/{name}"),
    };
    match digest {
        Some(digest) => format!("{name}@{digest}"),
        None => format!("{name}:{tag}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_written_out() {
        for (reference, written) in [
            ("busybox", "docker.io/library/busybox:latest"),
            ("busybox:1", "docker.io/library/busybox:1"),
            ("me/app", "docker.io/me/app:latest"),
            ("localhost/app", "localhost/app:latest"),
            ("127.0.0.1:5000/app", "127.0.0.1:5000/app:latest"),
            ("ghcr.io/me/app:2@sha256:ab", "ghcr.io/me/app@sha256:ab"),
            ("busybox@sha256:ab", "docker.io/library/busybox@sha256:ab"),
        ] {
            assert_eq!(whole(reference), written);
        }
    }
}
