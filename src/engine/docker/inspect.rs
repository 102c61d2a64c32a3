//! From what an engine shows of its objects to our state. Pure.

mod health;
mod image;
mod network;
mod port;
mod shape;
mod volume;

pub(super) use health::health;
pub(super) use image::{image, image_of_podman};
pub(super) use network::{network, networks};
pub(super) use volume::{volume, volumes};

use self::health::{health_test, said};
use self::port::{ports, tcp_ports};
use self::shape::{ContainerShape, EndpointShape, HostConfigShape, Keys, MountShape};
use super::shown::shown;
use super::version::ApiVersion;
use crate::label;
use crate::model::{Limits, RestartPolicy};
use crate::state::{Container, ContainerEndpoint, ContainerMount, Status};

/// A container from `GET /containers/ID/json`. One that cannot be read is shown with its id, labels unknown.
pub(super) fn container(id: &str, json: &[u8], api: ApiVersion) -> Container {
    match serde_json::from_slice::<ContainerShape>(json) {
        Ok(shape) => {
            let mut container = from_container(shape);
            if label::applied_spec(&container.labels, &container.environment).is_none() {
                let json = serde_json::from_slice(json).unwrap_or_default();
                container.shown = Some(Box::new(shown(&json, api)));
            }
            container
        }
        Err(error) => {
            tracing::warn!(id, %error, "the engine's description of a container cannot be read");
            degraded(id, json)
        }
    }
}

/// What a listing by label needs, from a description whose other parts make no sense to us.
fn degraded(id: &str, json: &[u8]) -> Container {
    let json: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let config = &json["Config"];
    let labels = config["Labels"].as_object().map(|labels| {
        labels
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect()
    });
    Container {
        id: id.to_owned(),
        name: text(&json["Name"]).trim_start_matches('/').to_owned(),
        image: text(&config["Image"]),
        image_id: text(&json["Image"]),
        labels: labels.unwrap_or_default(),
        status: Status::parse(json["State"]["Status"].as_str().unwrap_or("unknown")),
        degraded: true,
        ..Container::default()
    }
}

fn from_container(shape: ContainerShape) -> Container {
    let ContainerShape {
        state,
        config,
        host_config,
        network_settings,
        ..
    } = shape;
    let short_id = shape.id.get(..12).unwrap_or(&shape.id).to_owned();
    let limits = limits(&host_config);
    let status = match Status::parse(&state.status) {
        // Podman's word until it has cleaned up, or starts it again: what Docker calls restarting.
        Status::Exited if state.status == "stopped" && returns(limits.restart, state.exit_code) => {
            Status::Restarting
        }
        status => status,
    };
    Container {
        limits,
        memory_usage: None,
        tcp_ports: tcp_ports(&config.exposed_ports, &host_config.port_bindings),
        health_test: health_test(&config.healthcheck, &config.shell),
        ports: if network_settings.ports.is_empty() {
            let declared = config.exposed_ports.into_keys().map(|port| (port, None));
            ports(declared.chain(host_config.port_bindings).collect())
        } else {
            ports(network_settings.ports)
        },
        name: shape.name.trim_start_matches('/').to_owned(),
        image: config.image,
        image_id: shape.image_id,
        // A description says nothing of it.
        image_is_current: false,
        labels: config.labels,
        environment: config.environment,
        command: command(shape.path, shape.arguments, &config.command),
        health: health(&state.health.status),
        health_log: state.health.log.into_iter().map(said).collect(),
        exit_code: state.exit_code,
        pid: state.pid,
        created: shape.created,
        started_at: moment(state.started_at),
        finished_at: moment(state.finished_at),
        network_mode: host_config.network_mode,
        networks: (network_settings.networks.into_iter())
            .map(|(name, shape)| (name, endpoint(shape, &short_id)))
            .collect(),
        mounts: mounts(shape.mounts, host_config.tmpfs),
        tty: config.tty,
        stdin_open: config.open_stdin,
        is_doubtful: false,
        shown: None,
        degraded: matches!(status, Status::Other(_)),
        status,
        id: shape.id,
    }
}

/// A container's place on a network.
fn endpoint(shape: EndpointShape, short_id: &str) -> ContainerEndpoint {
    // Older engines put the container's short id among the aliases by themselves.
    let aliases = shape.aliases.into_iter().filter(|alias| alias != short_id);
    ContainerEndpoint {
        network_id: shape.network_id,
        aliases: aliases.collect(),
        ip_address: shape.ip_address,
        ipv6_address: shape.ipv6_address,
        fixed_ipv4: shape.fixed.ipv4,
        fixed_ipv6: shape.fixed.ipv6,
    }
}

/// What is mounted in a container, memory too.
fn mounts(mounts: Vec<MountShape>, tmpfs: Keys) -> Vec<ContainerMount> {
    let tmpfs = tmpfs.into_keys().map(|target| ContainerMount {
        kind: "tmpfs".to_owned(),
        target,
        writable: true,
        ..ContainerMount::default()
    });
    let mount = |mount: MountShape| ContainerMount {
        kind: mount.kind,
        name: mount.name,
        source: mount.source,
        target: mount.target,
        writable: mount.writable,
    };
    mounts.into_iter().map(mount).chain(tmpfs).collect()
}

/// What the container runs, without the init program that Podman puts before it, and without a second word that is the
/// first once more: so it shows a single one.
fn command(path: String, arguments: Vec<String>, asked: &[String]) -> Vec<String> {
    let has_init =
        path.ends_with("/podman-init") && arguments.first().is_some_and(|word| word == "--");
    let is_twice = asked.len() < 2 && arguments == [path.as_str()];
    let path = Some(path).filter(|path| !path.is_empty() && !has_init && !is_twice);
    let arguments = arguments.into_iter().skip(usize::from(has_init));
    path.into_iter().chain(arguments).collect()
}

/// Whether the engine may start a container again that ended by itself.
fn returns(policy: Option<RestartPolicy>, exit_code: i64) -> bool {
    match policy {
        None | Some(RestartPolicy::No) => false,
        Some(RestartPolicy::Always | RestartPolicy::UnlessStopped) => true,
        Some(RestartPolicy::OnFailure(_)) => exit_code != 0,
    }
}

fn limits(host_config: &HostConfigShape) -> Limits {
    let restart = &host_config.restart;
    Limits {
        memory: host_config.memory,
        memory_reservation: host_config.memory_reservation,
        memory_swap: host_config.memory_swap,
        nano_cpus: host_config.nano_cpus,
        cpu_shares: host_config.cpu_shares,
        cpu_quota: host_config.cpu_quota,
        cpu_period: host_config.cpu_period,
        cpuset: host_config.cpuset.clone(),
        pids_limit: host_config.pids_limit,
        restart: match RestartPolicy::parse(&restart.name) {
            Some(RestartPolicy::OnFailure(_)) => Some(RestartPolicy::OnFailure(
                Some(restart.count).filter(|count| *count > 0),
            )),
            policy => policy,
        },
    }
}

/// The memory in `GET /containers/ID/stats` that cannot be dropped at once.
pub(super) fn memory_usage(json: &[u8]) -> Option<i64> {
    let json: serde_json::Value = serde_json::from_slice(json).ok()?;
    let memory = &json["memory_stats"];
    let cache = ["total_inactive_file", "inactive_file"]
        .iter()
        .find_map(|key| memory["stats"][key].as_i64());
    Some(memory["usage"].as_i64()? - cache.unwrap_or(0))
}

/// Engines write "never" as the year 1.
fn moment(text: String) -> String {
    if text.starts_with("0001-") {
        String::new()
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
