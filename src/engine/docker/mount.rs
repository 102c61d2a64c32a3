//! Mounts as an engine takes them: most as structures, some only as `SOURCE:TARGET:OPTIONS` text. Pure.

use bollard::models::{
    Mount as MountBody, MountBindOptions, MountImageOptions, MountTmpfsOptions, MountType,
    MountVolumeOptions,
};

use super::version::ApiVersion;
use crate::model::{ByteSize, Mount, MountKind, NewContainer};

/// The mounts in text form: those that only it can say, where the engine makes the missing folder of the host (engines
/// before API 1.42 make it for this form only) and SELinux labels; and volumes without options, as other tools make them.
pub(super) fn binds(container: &NewContainer) -> Vec<String> {
    container.mounts.iter().filter_map(bind).collect()
}

fn bind(mount: &Mount) -> Option<String> {
    let mut options = vec![if mount.read_only { "ro" } else { "rw" }];
    let source = match &mount.kind {
        MountKind::Bind {
            source,
            create_host_path,
            propagation,
            selinux,
            recursive: None,
        } if *create_host_path || selinux.is_some() => {
            options.extend(selinux.as_deref());
            options.extend(propagation.as_deref());
            source
        }
        MountKind::Volume {
            source: Some(source),
            nocopy: false,
            subpath: None,
            labels,
        } if labels.is_empty() => source,
        _ => return None,
    };
    // A colon inside a path cannot be told from a separator.
    if source.contains(':') || mount.target.contains(':') {
        return None;
    }
    Some(format!("{source}:{}:{}", mount.target, options.join(",")))
}

/// All other mounts.
pub(super) fn mounts(container: &NewContainer, api: ApiVersion) -> Vec<MountBody> {
    container
        .mounts
        .iter()
        .filter(|mount| bind(mount).is_none())
        .map(|mount| body(mount, api))
        .collect()
}

fn body(mount: &Mount, api: ApiVersion) -> MountBody {
    let mut body = MountBody {
        target: Some(mount.target.clone()),
        read_only: Some(mount.read_only),
        consistency: mount.consistency.clone(),
        ..MountBody::default()
    };
    match &mount.kind {
        MountKind::Bind {
            source,
            create_host_path,
            propagation,
            recursive,
            ..
        } => {
            let recursive = |word| (recursive.as_deref() == Some(word)).then_some(true);
            body.typ = Some(MountType::BIND);
            body.source = Some(source.clone());
            body.bind_options = Some(MountBindOptions {
                propagation: propagation.as_deref().and_then(|word| word.parse().ok()),
                non_recursive: recursive("disabled"),
                create_mountpoint: create_host_path.then_some(true),
                read_only_non_recursive: recursive("writable").filter(|_| api >= ApiVersion::V1_44),
                read_only_force_recursive: recursive("readonly")
                    .filter(|_| api >= ApiVersion::V1_44),
            });
        }
        MountKind::Volume {
            source,
            nocopy,
            subpath,
            labels,
        } => {
            let labels = labels
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            body.typ = Some(MountType::VOLUME);
            // Without a source the volume is anonymous and goes with its container.
            body.source.clone_from(source);
            body.volume_options = Some(MountVolumeOptions {
                no_copy: nocopy.then_some(true),
                labels: Some(labels)
                    .filter(|labels: &std::collections::HashMap<_, _>| !labels.is_empty()),
                subpath: subpath.clone(),
                ..MountVolumeOptions::default()
            });
        }
        MountKind::Tmpfs { size, mode } => {
            body.typ = Some(MountType::TMPFS);
            body.tmpfs_options = Some(MountTmpfsOptions {
                size_bytes: size.map(ByteSize::bytes),
                mode: mode.map(i64::from),
                ..MountTmpfsOptions::default()
            });
        }
        MountKind::Image { source, subpath } => {
            body.typ = Some(MountType::IMAGE);
            body.source = Some(source.clone());
            body.image_options = Some(MountImageOptions {
                subpath: subpath.clone(),
            });
        }
        MountKind::Npipe { source } => {
            body.typ = Some(MountType::NPIPE);
            body.source = Some(source.clone());
        }
        MountKind::Cluster { source } => {
            body.typ = Some(MountType::CLUSTER);
            body.source = Some(source.clone());
        }
    }
    body
}
