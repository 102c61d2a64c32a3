//! Images as an engine shows them.

use serde::Deserialize as _;

use super::moment;
use super::shape::{ImageHealthcheckShape, ImageShape};
use crate::engine::docker::shown::image_defaults;
use crate::state::Image;

/// An image from `GET /images/NAME/json`.
pub(in crate::engine::docker) fn image(json: &[u8]) -> Result<Image, serde_json::Error> {
    from_image(&serde_json::from_slice(json)?)
}

/// An image of Podman's, from the same and from `GET /libpod/images/NAME/json`, where that answered.
pub(in crate::engine::docker) fn image_of_podman(
    json: &[u8],
    own: &[u8],
) -> Result<Image, serde_json::Error> {
    let mut json: serde_json::Value = serde_json::from_slice(json)?;
    let mut own: serde_json::Value = serde_json::from_slice(own).unwrap_or_default();
    let healthcheck = own["Healthcheck"].take();
    if json["Config"].is_object() && !healthcheck.is_null() {
        json["Config"]["Healthcheck"] = healthcheck;
    }
    from_image(&json)
}

fn from_image(all: &serde_json::Value) -> Result<Image, serde_json::Error> {
    let shape = ImageShape::deserialize(all)?;
    let tests = |healthcheck: &ImageHealthcheckShape| {
        healthcheck.test.first().is_some_and(|word| word != "NONE")
    };
    Ok(Image {
        id: shape.id,
        tags: shape.tags,
        has_healthcheck: shape.config.healthcheck.as_ref().is_some_and(tests),
        labels: shape.config.labels,
        volumes: shape.config.volumes.into_keys().collect(),
        exposed_ports: shape.config.exposed_ports.into_keys().collect(),
        platform: format!("{}/{}", shape.os, shape.architecture),
        variant: shape.variant,
        size: shape.size,
        created: moment(shape.created),
        tagged_at: moment(shape.metadata.tagged_at),
        defaults: image_defaults(&all["Config"]),
    })
}
