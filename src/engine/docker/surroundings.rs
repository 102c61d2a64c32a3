//! What of other projects and of the engine's machine a plan could run into.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::net::UnixStream;

use super::inspect;
use super::request::{Target, get, not_understood};
use super::transport::Transport;
use crate::engine::EngineError;
use crate::engine::locate::Address;
use crate::engine::sockets::host_listeners;
use crate::label;
use crate::state::{NetworkState, Publication, Question, Surroundings};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(rename = "Names", default)]
    names: Vec<String>,
    #[serde(rename = "Labels", default)]
    labels: Option<std::collections::HashMap<String, String>>,
    #[serde(rename = "Ports", default)]
    ports: Option<Vec<RowPort>>,
}

#[derive(Deserialize)]
struct RowPort {
    #[serde(rename = "IP", default)]
    address: Option<String>,
    #[serde(rename = "PublicPort", default)]
    public: Option<u16>,
    #[serde(rename = "Type", default)]
    protocol: Option<String>,
}

/// Answers the question; what is on a machine that is not this one stays unknown.
pub(super) async fn surroundings(
    transport: &Transport,
    question: &Question,
) -> Result<Surroundings, EngineError> {
    let (published, networks, listening, free_space) = futures_util::join!(
        published(transport, question),
        networks(transport, question),
        listening(transport, question),
        free_space(transport, question),
    );
    let is_here = matches!(transport.address(), Address::Unix(_));
    let is_missing = |path: &&String| is_here && !Path::new(path).exists();
    Ok(Surroundings {
        published: published?,
        listening,
        networks: networks?,
        missing_paths: question.paths.iter().filter(is_missing).cloned().collect(),
        free_space,
    })
}

async fn published(
    transport: &Transport,
    question: &Question,
) -> Result<Vec<Publication>, EngineError> {
    if question.ports.is_empty() {
        return Ok(Vec::new());
    }
    let body = get(transport, &Target::new(&["containers", "json"])).await?;
    let rows: Vec<Row> = serde_json::from_slice(&body).map_err(not_understood)?;
    Ok(rows.iter().flat_map(publications).collect())
}

fn publications(row: &Row) -> impl Iterator<Item = Publication> {
    let name = row.names.first().map_or("", String::as_str);
    let label =
        |labels: &std::collections::HashMap<String, String>| labels.get(label::PROJECT).cloned();
    row.ports.iter().flatten().filter_map(move |port| {
        // Podman leaves out that it means all addresses.
        let address = port.address.as_deref().filter(|text| !text.is_empty());
        Some(Publication {
            id: row.id.clone(),
            container: name.trim_start_matches('/').to_owned(),
            project: row.labels.as_ref().and_then(label),
            address: address.unwrap_or("0.0.0.0").parse::<IpAddr>().ok()?,
            port: port.public?,
            protocol: port.protocol.clone()?,
        })
    })
}

async fn networks(
    transport: &Transport,
    question: &Question,
) -> Result<Vec<NetworkState>, EngineError> {
    if !question.networks {
        return Ok(Vec::new());
    }
    let body = get(transport, &Target::new(&["networks"])).await?;
    inspect::networks(&body).map_err(not_understood)
}

/// The engine's ports are those of its process's network: it need not be ours.
async fn listening(transport: &Transport, question: &Question) -> Vec<crate::state::HostListener> {
    let Address::Unix(path) = transport.address() else {
        return Vec::new();
    };
    if question.ports.is_empty() {
        return Vec::new();
    }
    let connected = UnixStream::connect(path).await.ok();
    let engine = connected.and_then(|stream| stream.peer_cred().ok()?.pid());
    engine.map_or_else(Vec::new, |engine| host_listeners(engine, &question.ports))
}

async fn free_space(transport: &Transport, question: &Question) -> Option<(PathBuf, u64)> {
    #[derive(Deserialize)]
    struct Info {
        #[serde(rename = "DockerRootDir")]
        folder: PathBuf,
    }
    if !question.space || !matches!(transport.address(), Address::Unix(_)) {
        return None;
    }
    let body = get(transport, &Target::new(&["info"])).await.ok()?;
    let info: Info = serde_json::from_slice(&body).ok()?;
    let found = rustix::fs::statvfs(&info.folder).ok()?;
    Some((info.folder, found.f_bavail.saturating_mul(found.f_frsize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_of_all_projects_containers_are_read() {
        let rows = serde_json::json!([
            {"Id": "a1", "Names": ["/shop-web-1"], "Labels": {"com.docker.compose.project": "shop"}, "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                {"PrivatePort": 443, "Type": "tcp"},
            ]},
            {"Id": "b2", "Names": ["/alone"], "Labels": null, "Ports": null},
            {"Id": "c3", "Names": ["/podmans"], "Ports": [{"PrivatePort": 80, "PublicPort": 8081, "Type": "tcp"}]},
        ]);
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let found: Vec<_> = rows.iter().flat_map(publications).collect();
        let addresses: Vec<_> = found.iter().map(|one| one.address.to_string()).collect();
        assert_eq!(addresses, ["0.0.0.0", "::", "0.0.0.0"]);
        assert_eq!(found[0].container, "shop-web-1");
        assert_eq!(found[0].project.as_deref(), Some("shop"));
        assert_eq!((found[0].port, found[0].protocol.as_str()), (8080, "tcp"));
    }
}
