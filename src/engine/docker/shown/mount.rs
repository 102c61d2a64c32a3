//! Mounts of a container.

use indexmap::IndexMap;
use serde_json::Value;

use super::{list, text, texts_by_name};
use crate::model::{ByteSize, Mount, MountKind};

/// Those asked for in text form and those asked for as structures.
pub(super) fn mounts(host: &Value) -> Vec<Mount> {
    let binds = list(&host["Binds"]).unwrap_or_default();
    let structures = host["Mounts"].as_array().into_iter().flatten();
    let binds = binds.iter().filter_map(|bind| from_text(bind));
    binds.chain(structures.filter_map(from_structure)).collect()
}

pub(super) fn volume(target: &str, source: Option<String>, nocopy: bool) -> Mount {
    Mount {
        target: target.to_owned(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source,
            nocopy,
            subpath: None,
            labels: IndexMap::new(),
        },
    }
}

/// `SOURCE:TARGET:OPTIONS`.
fn from_text(bind: &str) -> Option<Mount> {
    let mut parts = bind.split(':');
    let (source, target) = (parts.next()?, parts.next()?);
    let options: Vec<&str> = parts.next().unwrap_or_default().split(',').collect();
    let has = |word: &str| options.contains(&word);
    let one_of = |words: &[&str]| {
        let found = options.iter().find(|option| words.contains(option));
        found.map(|word| (*word).to_owned())
    };
    let mut mount = volume(target, Some(source.to_owned()), has("nocopy"));
    mount.read_only = has("ro");
    if source.starts_with('/') {
        mount.kind = MountKind::Bind {
            source: source.to_owned(),
            create_host_path: true,
            propagation: one_of(&[
                "private", "rprivate", "shared", "rshared", "slave", "rslave",
            ]),
            selinux: one_of(&["z", "Z"]),
            recursive: None,
        };
    }
    Some(mount)
}

fn from_structure(mount: &Value) -> Option<Mount> {
    let source = || text(&mount["Source"]).unwrap_or_default();
    let flag = |value: &Value| value.as_bool().unwrap_or_default();
    let kind = match mount["Type"].as_str()? {
        "bind" => {
            let options = &mount["BindOptions"];
            let words = [
                ("NonRecursive", "disabled"),
                ("ReadOnlyNonRecursive", "writable"),
                ("ReadOnlyForceRecursive", "readonly"),
            ];
            let mut words = words.into_iter();
            MountKind::Bind {
                source: source(),
                create_host_path: flag(&options["CreateMountpoint"]),
                propagation: text(&options["Propagation"]),
                selinux: None,
                recursive: words
                    .find(|(key, _)| flag(&options[key]))
                    .map(|(_, word)| word.to_owned()),
            }
        }
        "volume" => {
            let options = &mount["VolumeOptions"];
            let mut labels = texts_by_name(&options["Labels"]);
            // Newer engines mark so what they name themselves.
            labels.shift_remove("com.docker.volume.anonymous");
            MountKind::Volume {
                source: text(&mount["Source"]),
                nocopy: flag(&options["NoCopy"]),
                subpath: text(&options["Subpath"]),
                labels,
            }
        }
        "tmpfs" => {
            let options = &mount["TmpfsOptions"];
            let size = options["SizeBytes"].as_u64().filter(|size| *size > 0);
            let mode = options["Mode"].as_u64().filter(|mode| *mode > 0);
            MountKind::Tmpfs {
                size: size.and_then(ByteSize::from_bytes),
                mode: mode.and_then(|mode| u32::try_from(mode).ok()),
            }
        }
        "image" => MountKind::Image {
            source: source(),
            subpath: text(&mount["ImageOptions"]["Subpath"]),
        },
        "npipe" => MountKind::Npipe { source: source() },
        "cluster" => MountKind::Cluster { source: source() },
        _ => return None,
    };
    Some(Mount {
        target: text(&mount["Target"])?,
        read_only: flag(&mount["ReadOnly"]),
        consistency: text(&mount["Consistency"]),
        kind,
    })
}

/// `PATH[:OPTIONS]`.
pub(super) fn tmpfs(value: &Value) -> Vec<String> {
    let mounts = texts_by_name(value).into_iter();
    mounts
        .map(|(path, options)| match options.as_str() {
            "" => path,
            options => format!("{path}:{options}"),
        })
        .collect()
}
