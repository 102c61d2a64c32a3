//! Networks: found, made and removed, and containers attached to them.

use bollard::models::{NetworkConnectRequest, NetworkDisconnectRequest};
use indexmap::IndexMap;
use serde::Deserialize;

use super::request::{Target, find, get, not_understood, post};
use super::version::ApiVersion;
use super::{DockerEngine, convert, endpoint, inspect, is_wanted, network_beyond_engine, owner};
use crate::engine::EngineError;
use crate::label;
use crate::model::{Endpoint, Network, ProjectName};
use crate::state::NetworkState;

/// Attaches a container to a network.
pub(super) async fn connect(
    engine: &DockerEngine,
    id: &str,
    endpoint: &Endpoint,
) -> Result<(), EngineError> {
    let settings = endpoint::endpoint_settings(endpoint, engine.api());
    let body = NetworkConnectRequest {
        container: id.to_owned(),
        endpoint_config: Some(settings),
    };
    engine
        .docker
        .connect_network(&endpoint.network, body)
        .await
        .map_err(|error| engine.failed(error))
}

/// Detaches a container from a network; one that is not on it is no error.
pub(super) async fn disconnect(
    engine: &DockerEngine,
    id: &str,
    network: &str,
) -> Result<(), EngineError> {
    let body = NetworkDisconnectRequest {
        container: id.to_owned(),
        force: None,
    };
    match engine.unless_gone(engine.docker.disconnect_network(network, body).await) {
        // Docker's words where the container is not on it (any more).
        Err(EngineError::Refused { message, .. } | EngineError::Conflict(message))
            if message.contains("is not connected to") =>
        {
            Ok(())
        }
        result => result,
    }
}

/// The networks of a project, and those of these names (sorted).
pub(super) async fn list(
    engine: &DockerEngine,
    project: &ProjectName,
    named: &[&str],
) -> Result<Vec<NetworkState>, EngineError> {
    let mut target = Target::new(&["networks"]);
    if named.is_empty() {
        target = target.labelled(label::PROJECT, project.as_str());
    }
    let body = get(&engine.transport, &target).await?;
    let mut networks = inspect::networks(&body).map_err(not_understood)?;
    networks.retain(|network| is_wanted(&network.labels, &network.name, project, named));
    Ok(networks)
}

/// All networks of exactly this name: an engine may have several.
async fn with_name(engine: &DockerEngine, name: &str) -> Result<Vec<NetworkState>, EngineError> {
    // The engine's filter finds every network whose name contains the text.
    let filters = serde_json::json!({ "name": [name] }).to_string();
    let target = Target::new(&["networks"]).with("filters", &filters);
    let body = get(&engine.transport, &target).await?;
    let mut networks = inspect::networks(&body).map_err(not_understood)?;
    networks.retain(|network| network.name == name);
    Ok(networks)
}

/// The names of the containers on a network.
pub(super) async fn members(engine: &DockerEngine, id: &str) -> Result<Vec<String>, EngineError> {
    let body = find(&engine.transport, &Target::new(&["networks", id])).await?;
    let members = body.map(|body| inspect::network(&body).map_err(not_understood));
    Ok(members
        .transpose()?
        .map_or_else(Vec::new, |(_, names)| names))
}

/// Makes a network.
pub(super) async fn create(
    engine: &DockerEngine,
    network: &Network,
    labels: &IndexMap<String, String>,
) -> Result<(), EngineError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Created {
        id: String,
    }
    let name = &network.name;
    engine.check_keys(
        network_beyond_engine(network, &engine.about),
        format!("network {name}"),
    )?;
    let body = convert::network_body(network, labels).map_err(not_understood)?;
    let target = Target::new(&["networks", "create"]);
    let answer = post(&engine.transport, &target, &body).await?;
    let created: Created = serde_json::from_slice(&answer).map_err(not_understood)?;
    // Engines before 25 look for the name before they take it: where two calls meet, both get a network, and then
    // no container can be started on either. The other one's stays.
    if engine.api() < ApiVersion::V1_44 {
        let others = with_name(engine, &network.name).await?;
        if others.iter().any(|other| other.id != created.id) {
            return remove(engine, &created.id).await;
        }
    }
    Ok(())
}

/// Removes a network; one that is gone is no error.
pub(super) async fn remove(engine: &DockerEngine, id: &str) -> Result<(), EngineError> {
    match engine.unless_gone(engine.docker.remove_network(id).await) {
        Err(EngineError::Conflict(message)) => {
            Err(owner::network_in_use(&engine.transport, id, message).await)
        }
        result => result,
    }
}
