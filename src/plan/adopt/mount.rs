//! Mounts: the file's, the image's, and those that a container inherited from the one before it.

use super::{Adopted, file, set, unless};
use crate::model::{ContainerSpec, Mount, MountKind};
use crate::plan::container::resolve_mount;

/// Where `use_api_socket` puts it.
const API_SOCKET: &str = "/var/run/docker.sock";

/// Sets the mounts to what they are, in the file's order.
pub(super) fn settle(adopted: &Adopted<'_>, asked: &mut ContainerSpec) {
    let (is, wanted) = (adopted.is, adopted.wanted);
    let mut left: Vec<&Mount> = is.volumes.iter().collect();
    left.retain(|mount| !file::is_file(adopted, mount) && !is_api_socket(adopted, mount));
    let mut found = Vec::new();
    for mount in &wanted.volumes {
        let resolved = resolve_mount(adopted.project, mount);
        let at = left
            .iter()
            .position(|is| target(is) == target(mount))
            .map(|at| left.remove(at));
        found.extend(at.map(|is| {
            if is_same(is, &resolved) {
                mount.clone()
            } else {
                in_words_of_the_file(adopted, is, Some(mount))
            }
        }));
    }
    // Nobody asked for a volume without a name by its name: it is the image's, or was the one's before.
    let others = left.into_iter().filter(|is| !is_inherited(is));
    found.extend(others.map(|is| in_words_of_the_file(adopted, is, None)));
    asked.volumes = found;
    let memory = |text: &str| text.trim_end_matches(':').to_owned();
    unless(
        set(&is.tmpfs, memory) == set(&wanted.tmpfs, memory),
        &mut asked.tmpfs,
        || is.tmpfs.clone(),
    );
}

/// The engine's socket, where the service asks for it.
fn is_api_socket(adopted: &Adopted<'_>, mount: &Mount) -> bool {
    let mut volumes = adopted.wanted.volumes.iter();
    adopted.wanted.use_api_socket
        && mount.target == API_SOCKET
        && !volumes.any(|wanted| wanted.target == API_SOCKET)
}

fn target(mount: &Mount) -> &str {
    mount.target.trim_end_matches('/')
}

fn is_inherited(mount: &Mount) -> bool {
    matches!(&mount.kind, MountKind::Volume { source: Some(name), .. } if is_anonymous(name))
}

/// Engines name volumes that nobody gives a name with 64 hexadecimal digits.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether what is mounted is what is wanted there; the words for it may be others.
fn is_same(is: &Mount, wanted: &Mount) -> bool {
    let private = |word: &Option<String>| word.clone().filter(|word| word != "rprivate");
    let path = |path: &str| match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    };
    let same = match (&is.kind, &wanted.kind) {
        (
            MountKind::Bind {
                source: is_source,
                propagation: is_propagation,
                selinux: is_selinux,
                recursive: is_recursive,
                ..
            },
            MountKind::Bind {
                source,
                propagation,
                selinux,
                recursive,
                ..
            },
        ) => {
            let plain = |word: &Option<String>| word.clone().filter(|word| word != "enabled");
            path(is_source) == path(source)
                && private(is_propagation) == private(propagation)
                && is_selinux == selinux
                && plain(is_recursive) == plain(recursive)
        }
        (
            MountKind::Volume {
                source: Some(name), ..
            },
            MountKind::Volume { source: None, .. },
        ) if is_anonymous(name) => true,
        (is, wanted) => is == wanted,
    };
    same && is.read_only == wanted.read_only
}

/// The mount with the volume's name in the file in place of that on the engine, and with what an engine doesn't show as
/// it is wanted.
fn in_words_of_the_file(adopted: &Adopted<'_>, is: &Mount, wanted: Option<&Mount>) -> Mount {
    let mut mount = is.clone();
    if let Some(wanted) = wanted {
        mount.target.clone_from(&wanted.target);
        mount.consistency.clone_from(&wanted.consistency);
        if let (
            MountKind::Bind {
                create_host_path, ..
            },
            MountKind::Bind {
                create_host_path: is_wanted,
                ..
            },
        ) = (&mut mount.kind, &wanted.kind)
        {
            *create_host_path = *is_wanted;
        }
    }
    if let MountKind::Volume {
        source: Some(source),
        ..
    } = &mut mount.kind
    {
        let mut volumes = adopted.project.volumes.iter();
        if let Some((name, _)) = volumes.find(|(_, volume)| volume.name == *source) {
            *source = name.to_string();
        }
    }
    mount
}
