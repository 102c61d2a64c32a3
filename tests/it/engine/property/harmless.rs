//! Other people's stacks, made so that any engine can create them and nothing outside is touched: an image of a few
//! bytes, paths in the test's own folder, ports and names of its own, nothing that this machine lacks.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::engine::Stack;

const IMAGE: &str = "busybox";
/// The published ports are taken from here on; nothing is started, so nothing listens there.
const PORTS: u16 = 21_200;
/// What needs another kind of machine, a build, a registry or a program beside the engine, or is another program's.
const DROPPED: [&str; 20] = [
    "build",
    "cgroup_parent",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "credential_spec",
    "develop",
    "device_cgroup_rules",
    "env_file",
    "external_links",
    "gpus",
    "isolation",
    "label_file",
    "models",
    "platform",
    "profiles",
    "pull_policy",
    "pull_refresh_after",
    "runtime",
    "storage_opt",
    "use_api_socket",
];

/// The stack's model as its test's `stack.yaml`; none where nothing of it is a container.
pub(super) fn model(mut model: Value, stack: &Stack) -> Option<Value> {
    model["name"] = stack.project().into();
    let fields = model.as_object_mut()?;
    fields.remove("models");
    for (kind, folder) in [("configs", "configs"), ("secrets", "secrets")] {
        each(fields.get_mut(kind), |name, content| {
            own_file(stack, folder, name, content);
        });
    }
    each(fields.get_mut("networks"), |name, network| {
        own(stack, name, network);
    });
    each(fields.get_mut("volumes"), |name, volume| {
        own(stack, name, volume);
    });
    let services = fields.get_mut("services")?.as_object_mut()?;
    services.retain(|_, service| service.get("provider").is_none());
    let names: Vec<String> = services.keys().cloned().collect();
    let mut ports = PORTS..;
    for service in services.values_mut() {
        harmless(stack, service, &names, &mut ports);
    }
    (!names.is_empty()).then_some(model)
}

/// Each entry of a section.
fn each(section: Option<&mut Value>, mut change: impl FnMut(&str, &mut Value)) {
    for (name, entry) in section.and_then(Value::as_object_mut).into_iter().flatten() {
        if entry.is_null() {
            *entry = json!({});
        }
        change(name, entry);
    }
}

/// A network or a volume of the project's own, with a driver that every engine has.
fn own(stack: &Stack, name: &str, resource: &mut Value) {
    let Some(fields) = resource.as_object_mut() else {
        return;
    };
    let is_external = fields.remove("external").is_some();
    if is_external || fields.contains_key("name") {
        let name = format!("{}_{name}", stack.project());
        fields.insert("name".into(), name.into());
    }
    let driver = fields.get("driver").and_then(Value::as_str);
    if driver.is_some_and(|driver| !matches!(driver, "local" | "bridge")) {
        fields.remove("driver");
        fields.remove("driver_opts");
    }
    fields.remove("enable_ipv6");
    // The addresses would overlap with those of other networks of the machine.
    fields.remove("ipam");
}

/// A config or a secret with contents of its own.
fn own_file(stack: &Stack, folder: &str, name: &str, content: &mut Value) {
    if content.get("content").is_none() {
        let path = format!("{folder}/{name}");
        stack.file(&path, "contents");
        *content = json!({ "file": stack.path(&path) });
    }
}

fn harmless(
    stack: &Stack,
    service: &mut Value,
    services: &[String],
    ports: &mut impl Iterator<Item = u16>,
) {
    let replicas = replicas(service);
    let Some(fields) = service.as_object_mut() else {
        return;
    };
    fields.retain(|key, value| !DROPPED.contains(&key.as_str()) && !is_outside(key, value));
    fields
        .remove("deploy")
        .map(|deploy| fields.insert("deploy".into(), within(deploy)));
    fields.insert("image".into(), IMAGE.into());
    if let Some(name) = fields.get_mut("container_name") {
        *name = format!("{}-{}", stack.project(), name.as_str().unwrap_or_default()).into();
    }
    if let Some(needed) = fields.get_mut("depends_on").and_then(Value::as_object_mut) {
        needed.retain(|name, _| services.contains(name));
    }
    for port in list(fields.get_mut("ports")) {
        let Some(fields) = port.as_object_mut() else {
            continue;
        };
        // All replicas would publish the same one.
        if fields.shift_remove("published").is_some() && matches!(replicas, None | Some(0 | 1)) {
            let own = ports.next().expect("more ports than the stacks publish");
            fields.insert("published".into(), own.to_string().into());
        }
        if port.get("host_ip").is_some() {
            port["host_ip"] = "127.0.0.1".into();
        }
    }
    for mount in list(fields.get_mut("volumes")) {
        if mount["type"] == "bind" {
            let source = mount["source"].as_str().unwrap_or_default();
            let path = stack.path("host").join(source.trim_start_matches('/'));
            let path = if source.contains("..") {
                stack.path("host")
            } else {
                path
            };
            fs::create_dir_all(&path).expect("a folder");
            mount["source"] = json!(path);
        }
    }
    for (key, keep) in KEPT {
        if let Some(entries) = fields.get_mut(key).and_then(Value::as_array_mut) {
            entries.retain(keep);
        }
    }
    if let Some(attachments) = fields.get_mut("networks") {
        each(Some(attachments), |_, attachment| {
            for address in ["ipv4_address", "ipv6_address", "link_local_ips"] {
                attachment
                    .as_object_mut()
                    .and_then(|fields| fields.remove(address));
            }
        });
    }
}

/// Which entries of a list can stay.
type Keep = fn(&Value) -> bool;
const KEPT: [(&str, Keep); 4] = [
    ("devices", |device| {
        device["source"]
            .as_str()
            .is_some_and(|path| Path::new(path).exists())
    }),
    ("security_opt", |option| {
        !option
            .as_str()
            .is_some_and(|option| option.starts_with("seccomp"))
    }),
    ("volumes", |mount| {
        ["bind", "volume", "tmpfs"]
            .iter()
            .any(|kind| mount["type"] == *kind)
    }),
    ("volumes_from", |from| {
        !from
            .as_str()
            .is_some_and(|from| from.starts_with("container:"))
    }),
];

/// How many containers of a service are asked for; none where nothing is said.
pub(super) fn replicas(service: &Value) -> Option<u64> {
    let deployed = service["deploy"]["replicas"].as_u64();
    deployed.or(service["scale"].as_u64())
}

fn list(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

/// Whether a field names something that this machine does not have: other containers, devices, log drivers, processors.
fn is_outside(key: &str, value: &Value) -> bool {
    match key {
        "network_mode" | "pid" | "ipc" => value
            .as_str()
            .is_some_and(|mode| mode.starts_with("container:")),
        "logging" => {
            let own = ["json-file", "local", "none"];
            value
                .get("driver")
                .is_some_and(|driver| !own.iter().any(|own| driver == own))
        }
        "blkio_config" => value
            .as_object()
            .is_some_and(|fields| fields.keys().any(|key| key != "weight")),
        "cpus" => number(value) > 2.0,
        "cpuset" => true,
        _ => false,
    }
}

fn number(value: &Value) -> f64 {
    let text = value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or(text).unwrap_or_default()
}

/// What a deployment asks for, within this machine.
fn within(mut deploy: Value) -> Value {
    if deploy["replicas"].as_u64() > Some(2) {
        deploy["replicas"] = 2.into();
    }
    for part in ["limits", "reservations"] {
        let resources = deploy.pointer_mut(&format!("/resources/{part}"));
        if let Some(resources) = resources.and_then(Value::as_object_mut) {
            resources.retain(|key, value| match key.as_str() {
                "devices" | "generic_resources" => false,
                "cpus" => number(value) <= 2.0,
                _ => true,
            });
        }
    }
    deploy
}
