//! Volumes as an engine shows them.

use serde::Deserialize;

use super::shape::{VolumeShape, nullable};
use crate::state::VolumeState;

/// A volume from `GET /volumes/NAME`.
pub(in crate::engine::docker) fn volume(json: &[u8]) -> Result<VolumeState, serde_json::Error> {
    serde_json::from_slice::<VolumeShape>(json).map(from_volume)
}

/// Volumes from `GET /volumes`.
pub(in crate::engine::docker) fn volumes(
    json: &[u8],
) -> Result<Vec<VolumeState>, serde_json::Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Listing {
        #[serde(rename = "Volumes", deserialize_with = "nullable")]
        volumes: Vec<VolumeShape>,
    }
    let listing = serde_json::from_slice::<Listing>(json)?;
    Ok(listing.volumes.into_iter().map(from_volume).collect())
}

fn from_volume(shape: VolumeShape) -> VolumeState {
    VolumeState {
        name: shape.name,
        driver: shape.driver,
        options: shape.options,
        labels: shape.labels,
        mountpoint: shape.mountpoint,
        scope: shape.scope,
        created: shape.created,
        users: Vec::new(),
    }
}
