//! What is shown of a container.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::label;
use crate::model::ProjectName;
use crate::state::{Container, Health, PublishedPort, Status};
use crate::ui::template::Row;
use crate::ui::time;

/// Letters of a command that are shown, quotes left out.
const COMMAND_LENGTH: usize = 20;
/// Letters of a mount's name or path that are shown.
const MOUNT_LENGTH: usize = 15;

/// The fields of a row with the names of their columns.
pub(super) const HEADINGS: [(&str, &str); 20] = [
    ("Command", "COMMAND"),
    ("CreatedAt", "CREATED AT"),
    ("ExitCode", "EXIT CODE"),
    ("Health", "HEALTH"),
    ("ID", "CONTAINER ID"),
    ("Image", "IMAGE"),
    ("Labels", "LABELS"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Mounts", "MOUNTS"),
    ("Name", "NAME"),
    ("Names", "NAMES"),
    ("Networks", "NETWORKS"),
    ("Ports", "PORTS"),
    ("Project", "PROJECT"),
    ("Publishers", "PUBLISHERS"),
    ("RunningFor", "CREATED"),
    ("Service", "SERVICE"),
    ("Size", "SIZE"),
    ("State", "STATE"),
    ("Status", "STATUS"),
];

/// What is shown of a container, in the order of docker compose's JSON.
pub(super) fn row(container: &Container, project: &ProjectName, no_trunc: bool, now: i64) -> Row {
    let mut publishers: Vec<&PublishedPort> = live_ports(container).iter().collect();
    publishers.sort_by_key(|port| (port.target, port.published, port.protocol.clone()));
    let publishers: Vec<Value> = publishers
        .iter()
        .map(|port| {
            json!({
                "URL": port.host_ip,
                "TargetPort": port.target,
                "PublishedPort": port.published,
                "Protocol": port.protocol,
            })
        })
        .collect();
    // Ours are for us, and long.
    let shown = container
        .labels
        .iter()
        .filter(|(key, _)| *key != label::SPEC);
    let labels: Vec<String> = shown
        .clone()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let names = |kind: &str| {
        container
            .mounts
            .iter()
            .filter(|mount| mount.kind == kind)
            .count()
    };
    let mounts: Vec<String> = container
        .mounts
        .iter()
        .map(|mount| {
            if mount.name.is_empty() {
                &mount.source
            } else {
                &mount.name
            }
        })
        .map(|name| {
            if no_trunc {
                name.clone()
            } else {
                cut(name, MOUNT_LENGTH)
            }
        })
        .collect();
    let networks: Vec<&str> = container.networks.keys().map(String::as_str).collect();
    let created = time::stamp(&container.created);
    let created = created.map(|then| format!("{} +0000 UTC", time::date_and_time(then, ' ')));
    let fields = json!({
        "Command": command(container, no_trunc),
        "CreatedAt": created.unwrap_or_default(),
        "ExitCode": container.exit_code,
        "Health": container.health.map_or("", |health| health.as_str()),
        "ID": if no_trunc { container.id.as_str() } else { container.id.get(..12).unwrap_or(&container.id) },
        "Image": container.image,
        "Labels": labels.join(","),
        "LocalVolumes": names("volume").to_string(),
        "Mounts": mounts.join(","),
        "Name": container.name,
        "Names": container.name,
        "Networks": networks.join(","),
        "Ports": ports(live_ports(container)),
        "Project": project,
        "Publishers": publishers,
        "RunningFor": ago(&container.created, now),
        "Service": container.service().unwrap_or_default(),
        // Asked of the engine, it would take long.
        "Size": "0B",
        "State": container.status.as_str(),
        "Status": status(container, now),
    });
    Row {
        fields: fields.as_object().cloned().unwrap_or_default(),
        labels: shown
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect(),
    }
}

/// The command as docker shows it: arguments with spaces in single quotes, cut, and the whole in double quotes.
pub(super) fn command(container: &Container, no_trunc: bool) -> String {
    let mut words = container.command.iter();
    let mut command = words.next().cloned().unwrap_or_default();
    for word in words {
        command.push(' ');
        if word.contains(' ') {
            command.extend(["'", word, "'"]);
        } else {
            command.push_str(word);
        }
    }
    if !no_trunc {
        command = cut(&command, COMMAND_LENGTH);
    }
    format!("{command:?}")
}

/// The first characters of a longer text, with a sign for the rest.
fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut text: String = text.chars().take(length - 1).collect();
    text.push('…');
    text
}

/// The ports of a container that runs; one that doesn't holds none, whatever it declares.
pub(super) fn live_ports(container: &Container) -> &[PublishedPort] {
    if container.status.is_up() {
        &container.ports
    } else {
        &[]
    }
}

/// How long ago something was: `5 minutes ago`; empty where that is unknown.
pub(super) fn ago(stamp: &str, now: i64) -> String {
    time::stamp(stamp).map_or_else(String::new, |then| {
        format!("{} ago", time::length(now - then))
    })
}

/// `Up 5 minutes (healthy)`, `Exited (1) 3 seconds ago`, ...
pub(super) fn status(container: &Container, now: i64) -> String {
    let since = |stamp: &str| time::stamp(stamp).map(|then| time::length(now - then));
    let up = || match since(&container.started_at) {
        Some(length) => format!("Up {length}"),
        None => "Up".to_owned(),
    };
    let ended = || match since(&container.finished_at) {
        Some(length) => format!(" {length} ago"),
        None => String::new(),
    };
    match &container.status {
        Status::Running => match container.health {
            Some(Health::Starting) => format!("{} (health: starting)", up()),
            Some(health) => format!("{} ({})", up(), health.as_str()),
            None => up(),
        },
        Status::Paused => format!("{} (Paused)", up()),
        Status::Restarting => format!("Restarting ({}){}", container.exit_code, ended()),
        Status::Exited => format!("Exited ({}){}", container.exit_code, ended()),
        Status::Created => "Created".to_owned(),
        Status::Removing => "Removal In Progress".to_owned(),
        Status::Dead => "Dead".to_owned(),
        Status::Other(word) => word.clone(),
    }
}

/// `99/tcp, 127.0.0.1:90-92->90-92/tcp, 0.0.0.0:8080->80/tcp`: ports of the same number on both sides, those that are
/// only exposed included, come first, neighbours together.
pub(super) fn ports(ports: &[PublishedPort]) -> String {
    let mut ports: Vec<&PublishedPort> = ports.iter().collect();
    ports.sort_by_key(|port| (port.target, &port.host_ip, port.published, &port.protocol));
    let mut texts: Vec<String> = Vec::new();
    let mut mapped: Vec<String> = Vec::new();
    // The range that was begun for an address and protocol, with its place in the order of first sight.
    let mut begun: BTreeMap<(&str, &str), (usize, u16, u16)> = BTreeMap::new();
    for port in ports {
        let (ip, protocol) = (port.host_ip.as_str(), port.protocol.as_str());
        if !ip.is_empty() && port.published != port.target {
            let host = address(ip);
            mapped.push(format!(
                "{host}:{}->{}/{protocol}",
                port.published, port.target
            ));
            continue;
        }
        let place = begun.len();
        let (_, first, last) =
            begun
                .entry((ip, protocol))
                .or_insert((place, port.target, port.target));
        if port.target > *last + 1 {
            texts.push(range(ip, protocol, *first, *last));
            *first = port.target;
        }
        *last = port.target;
    }
    let mut begun: Vec<_> = begun.into_iter().collect();
    begun.sort_by_key(|(_, (place, ..))| *place);
    for ((ip, protocol), (_, first, last)) in begun {
        texts.push(range(ip, protocol, first, last));
    }
    texts.extend(mapped);
    texts.join(", ")
}

/// `80-82/tcp`, or `[::1]:80->80/tcp` where it is published.
fn range(ip: &str, protocol: &str, first: u16, last: u16) -> String {
    let numbers = if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    };
    if ip.is_empty() {
        format!("{numbers}/{protocol}")
    } else {
        format!("{}:{numbers}->{numbers}/{protocol}", address(ip))
    }
}

fn address(ip: &str) -> String {
    if ip.contains(':') {
        format!("[{ip}]")
    } else {
        ip.to_owned()
    }
}

#[cfg(test)]
mod tests;
