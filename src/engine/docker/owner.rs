//! Who is in the way: the engine says that something is taken, people want to know by whom.

use serde::Deserialize;

use super::inspect;
use super::request::{Target, get, not_understood};
use super::transport::Transport;
use crate::engine::EngineError;

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Names", default)]
    names: Vec<String>,
    #[serde(rename = "Ports", default)]
    ports: Option<Vec<RowPort>>,
}

#[derive(Deserialize)]
struct RowPort {
    #[serde(rename = "PublicPort", default)]
    public: Option<u16>,
}

/// Who publishes the port of an error, where it is a container.
pub(super) async fn with_port_owner(transport: &Transport, error: EngineError) -> EngineError {
    let EngineError::PortInUse { port, owner: None } = error else {
        return error;
    };
    let number = port
        .rsplit(':')
        .next()
        .and_then(|number| number.parse::<u16>().ok());
    let listing = get(transport, &Target::new(&["containers", "json"])).await;
    let rows = listing
        .ok()
        .and_then(|body| serde_json::from_slice::<Vec<Row>>(&body).ok());
    let publishes = |row: &Row| {
        let mut ports = row.ports.iter().flatten();
        ports.any(|port| number.is_some() && port.public == number)
    };
    let row = rows.unwrap_or_default().into_iter().find(publishes);
    let name = row.and_then(|row| row.names.into_iter().next());
    let owner = name.map(|name| format!("container {}", name.trim_start_matches('/')));
    EngineError::PortInUse { port, owner }
}

/// Who keeps a network from being removed.
pub(super) async fn network_in_use(
    transport: &Transport,
    id: &str,
    message: String,
) -> EngineError {
    let body = get(transport, &Target::new(&["networks", id])).await;
    let Ok((network, members)) =
        body.and_then(|body| inspect::network(&body).map_err(not_understood))
    else {
        return EngineError::Conflict(message);
    };
    let name = network.name;
    EngineError::Conflict(if members.is_empty() {
        format!(
            "network {name} cannot be removed: the engine counts endpoints on it that belong to no container; restarting the engine clears them"
        )
    } else {
        format!("network {name} is still used by {}", members.join(", "))
    })
}
