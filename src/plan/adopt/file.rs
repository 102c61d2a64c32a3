//! Configs and secrets: mounted, or copied into the container.

use super::Adopted;
use crate::label;
use crate::model::{ContainerSpec, ContentSource, FileReference, Mount, MountKind};
use crate::plan::content::{Granted, READABLE, granted};

/// Where secrets are unless the file says otherwise.
const SECRETS: &str = "/run/secrets/";

/// Leaves of the configs and secrets those that the container has.
pub(super) fn settle(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    asked.configs = Vec::new();
    asked.secrets = Vec::new();
    for granted in granted(adopted.project, adopted.service) {
        let list = match granted.kind {
            "config" => &mut asked.configs,
            _ => &mut asked.secrets,
        };
        list.extend(there(adopted, &granted));
    }
    for mount in &adopted.is.volumes {
        if is_former_secret(adopted, mount) {
            asked.secrets.push(FileReference {
                source: mount.target.replacen(SECRETS, "", 1),
                target: mount.target.clone(),
                ..FileReference::default()
            });
        }
    }
}

/// Whether a mount is a file of a config or secret, and not one of the service's volumes.
pub(super) fn is_file(adopted: &Adopted<'_>, mount: &Mount) -> bool {
    let mut all = granted(adopted.project, adopted.service);
    let is_granted = all.any(|granted| {
        granted.reference.target == mount.target
            && matches!(granted.config.source, ContentSource::File(_))
    });
    matches!(mount.kind, MountKind::Bind { .. }) && (is_granted || is_former_secret(adopted, mount))
}

/// Whether a mount is a secret that the file no longer grants.
fn is_former_secret(adopted: &Adopted<'_>, mount: &Mount) -> bool {
    let is_volume = (adopted.wanted.volumes.iter()).any(|wanted| wanted.target == mount.target);
    let mut granted = granted(adopted.project, adopted.service);
    matches!(mount.kind, MountKind::Bind { .. })
        && mount.target.starts_with(SECRETS)
        && !is_volume
        && !granted.any(|granted| granted.reference.target == mount.target)
}

/// The reference as it is in the container; none where it isn't.
fn there(adopted: &Adopted<'_>, granted: &Granted<'_>) -> Option<FileReference> {
    let wanted = granted.reference;
    let target = &wanted.target;
    let mut mounts = adopted.is.volumes.iter();
    let mount = mounts.find(|mount| mount.target == *target);
    if let Some(mount) = mount {
        let MountKind::Bind { source, .. } = &mount.kind else {
            return None;
        };
        let ContentSource::File(path) = &granted.config.source else {
            return None;
        };
        let mut reference = wanted.clone();
        if path.to_string_lossy() != *source {
            reference.content = wanted.content.as_ref().map(|_| String::new());
        }
        if granted.is_copied(adopted.service) {
            // A mounted file has the owner and the mode of the host's.
            (reference.uid, reference.gid, reference.mode) = (None, None, None);
        }
        return Some(reference);
    }
    let file = adopted.shown.files.get(target)?;
    let what = format!("{} {}", granted.kind, wanted.source);
    let mut reference = wanted.clone();
    reference.content = Some(label::fingerprint(&what, &file.content));
    if wanted.uid.unwrap_or(0) != file.uid {
        reference.uid = Some(file.uid);
    }
    if wanted.gid.unwrap_or(0) != file.gid {
        reference.gid = Some(file.gid);
    }
    if wanted.mode.unwrap_or(READABLE) != file.mode {
        reference.mode = Some(file.mode);
    }
    Some(reference)
}
