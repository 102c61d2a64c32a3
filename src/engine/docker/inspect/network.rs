//! Networks as an engine shows them.

use super::shape::NetworkShape;
use crate::state::NetworkState;

/// A network from `GET /networks/NAME`, with the names of the containers on it.
pub(in crate::engine::docker) fn network(
    json: &[u8],
) -> Result<(NetworkState, Vec<String>), serde_json::Error> {
    let shape = serde_json::from_slice::<NetworkShape>(json)?;
    let (network, members) = from_network(shape);
    Ok((network, members))
}

/// Networks from `GET /networks`.
pub(in crate::engine::docker) fn networks(
    json: &[u8],
) -> Result<Vec<NetworkState>, serde_json::Error> {
    let shapes = serde_json::from_slice::<Vec<NetworkShape>>(json)?;
    Ok(shapes
        .into_iter()
        .map(|shape| from_network(shape).0)
        .collect())
}

fn from_network(shape: NetworkShape) -> (NetworkState, Vec<String>) {
    let members = shape
        .containers
        .into_values()
        .map(|member| member.name)
        .collect();
    let subnets = shape
        .ipam
        .config
        .into_iter()
        .map(|pool| pool.subnet)
        .collect();
    let network = NetworkState {
        id: shape.id,
        name: shape.name,
        driver: shape.driver,
        internal: shape.internal,
        attachable: shape.attachable,
        labels: shape.labels,
        subnets,
        members: Vec::new(),
    };
    (network, members)
}
