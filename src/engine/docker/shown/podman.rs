//! What Podman shows of a container in another way than Docker. Pure.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::text;

/// Fields that it does not show, or does not tell from what it chose itself.
pub(super) const HIDDEN: [&str; 5] = [
    "annotations",
    "domainname",
    "logging.options",
    "ports.published",
    "sysctls",
];

/// Bytes of `/dev/shm` where nobody asks for another size.
const SHARED_MEMORY: u64 = 65_536_000;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Whether it is a container of Podman.
pub(super) fn is_podmans(json: &Value) -> bool {
    json["HostConfig"]["Annotations"]["io.container.manager"] == "libpod"
}

/// The container as Docker would show it: without the limits that Podman has by itself, temporary file systems that were
/// asked for as mounts among those, and without the mount options that all get.
pub(super) fn as_docker(json: &Value) -> Value {
    let mut json = json.clone();
    let host = &mut json["HostConfig"];
    for (key, own) in [("ShmSize", SHARED_MEMORY), ("MemorySwappiness", 0)] {
        if host[key].as_u64() == Some(own) {
            host[key] = Value::Null;
        }
    }
    let mut tmpfs = serde_json::Map::new();
    let mut mounts = host["Mounts"].as_array().cloned().unwrap_or_default();
    for (path, options) in host["Tmpfs"].as_object().into_iter().flatten() {
        const OF_ALL: [&str; 5] = ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"];
        let options = options.as_str().unwrap_or_default().split(',');
        let options: Vec<&str> = options.filter(|option| !OF_ALL.contains(option)).collect();
        match mount_options(&options) {
            Some(options) => {
                mounts.push(json!({ "Type": "tmpfs", "Target": path, "TmpfsOptions": options }));
            }
            None => {
                tmpfs.insert(path.clone(), Value::String(options.join(",")));
            }
        }
    }
    host["Tmpfs"] = tmpfs.into();
    host["Mounts"] = mounts.into();
    json
}

/// Size and mode in numbers, as Podman writes those of a mount.
fn mount_options(options: &[&str]) -> Option<Value> {
    let [size, mode] = options else {
        return None;
    };
    let size: u64 = size.strip_prefix("size=")?.parse().ok()?;
    let mode = u32::from_str_radix(mode.strip_prefix("mode=")?, 8).ok()?;
    Some(json!({ "SizeBytes": size, "Mode": mode }))
}

/// What it puts into the environment by itself, where nobody asks for something else.
pub(super) fn environment(json: &Value) -> IndexMap<String, String> {
    let config = &json["Config"];
    let hostname = text(&config["Hostname"]).unwrap_or_default();
    super::environment(&config["Env"])
        .into_iter()
        .filter(|(name, value)| match name.as_str() {
            "HOME" => true,
            "HOSTNAME" => *value == hostname,
            "PATH" => value == PATH,
            "TERM" => value == "xterm",
            "container" => value == "podman",
            _ => false,
        })
        .collect()
}
