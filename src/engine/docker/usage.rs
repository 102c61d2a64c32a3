//! Volumes in use: how much is in them, and who has them.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::timeout;

use super::DockerEngine;
use super::request::{Target, get, not_understood};
use super::transport::Transport;
use super::version::ApiVersion;
use crate::engine::EngineError;
use crate::label;
use crate::state::VolumeUser;

/// The most time to wait for sizes: the engine counts the files of all volumes for them.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(rename = "Volumes")]
    volumes: Option<Vec<Volume>>,
    /// The form from Docker 29 on.
    #[serde(rename = "VolumeUsage", alias = "VolumesDiskUsage")]
    usage: Option<Items>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Items {
    #[serde(rename = "Items")]
    items: Option<Vec<Volume>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Volume {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "UsageData")]
    usage: Option<Size>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Size {
    /// -1 where the engine doesn't know.
    #[serde(rename = "Size")]
    size: i64,
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(rename = "Names", default)]
    names: Option<Vec<String>>,
    #[serde(rename = "Labels", default)]
    labels: Option<HashMap<String, String>>,
}

impl DockerEngine {
    /// Bytes in the engine's volumes, by their names; without those that it doesn't know, or does not tell within two
    /// seconds.
    pub async fn volume_sizes(&self) -> HashMap<String, u64> {
        let target = target(self.api());
        match timeout(PATIENCE, get(&self.transport, &target)).await {
            Ok(Ok(body)) => sizes(&body),
            Ok(Err(error)) => {
                tracing::debug!(%error, "no sizes of volumes");
                HashMap::new()
            }
            Err(_) => HashMap::new(),
        }
    }
}

fn target(api: ApiVersion) -> Target {
    let all = Target::new(&["system", "df"]);
    if api < ApiVersion::V1_42 {
        all
    } else if api < ApiVersion::V1_52 {
        all.with("type", "volume")
    } else {
        all.with("type", "volume").with("verbose", "1")
    }
}

fn sizes(body: &[u8]) -> HashMap<String, u64> {
    let usage: Usage = serde_json::from_slice(body).unwrap_or_default();
    let newer = usage.usage.and_then(|usage| usage.items);
    let volumes = usage.volumes.into_iter().chain(newer).flatten();
    let known = volumes.filter_map(|volume| {
        let size = u64::try_from(volume.usage?.size).ok()?;
        Some((volume.name, size))
    });
    known.collect()
}

/// The containers that have a volume.
pub(super) async fn users(
    transport: &Transport,
    volume: &str,
) -> Result<Vec<VolumeUser>, EngineError> {
    let filters = serde_json::json!({ "volume": [volume] });
    let target = Target::new(&["containers", "json"])
        .with("all", "1")
        .with("filters", &filters.to_string());
    let body = get(transport, &target).await?;
    let rows: Vec<Row> = serde_json::from_slice(&body).map_err(not_understood)?;
    Ok(rows.into_iter().map(user).collect())
}

fn user(row: Row) -> VolumeUser {
    let name = row.names.unwrap_or_default().into_iter().next();
    VolumeUser {
        id: row.id,
        name: name.unwrap_or_default().trim_start_matches('/').to_owned(),
        project: row
            .labels
            .and_then(|mut labels| labels.remove(label::PROJECT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_asked_for_as_the_engine_takes_it() {
        for (minor, path) in [
            (41, "/system/df"),
            (42, "/system/df?type=volume"),
            (52, "/system/df?type=volume&verbose=1"),
        ] {
            assert_eq!(target(ApiVersion::new(1, minor)).as_str(), path);
        }
    }

    #[test]
    fn sizes_are_read_in_both_forms_as_far_as_they_are_known() {
        let volumes = serde_json::json!([
            {"Name": "data", "UsageData": {"Size": 12, "RefCount": 1}},
            {"Name": "remote", "UsageData": {"Size": -1, "RefCount": 1}},
            {"Name": "plain"},
        ]);
        for body in [
            serde_json::json!({"Volumes": volumes, "Images": null}),
            serde_json::json!({"VolumeUsage": {"Items": volumes, "TotalCount": 3}}),
        ] {
            let found = sizes(body.to_string().as_bytes());
            assert_eq!(found, HashMap::from([("data".to_owned(), 12)]), "{body}");
        }
        assert!(sizes(br#"{"Volumes": null}"#).is_empty());
        assert!(sizes(b"busy").is_empty());
    }

    #[test]
    fn users_are_read_with_their_projects() {
        let rows = serde_json::json!([
            {"Id": "a1", "Names": ["/shop-web-1"], "Labels": {"com.docker.compose.project": "shop"}},
            {"Id": "b2", "Names": ["/alone"], "Labels": null},
        ]);
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let found: Vec<VolumeUser> = rows.into_iter().map(user).collect();
        let user = |id: &str, name: &str, project: Option<&str>| VolumeUser {
            id: id.into(),
            name: name.into(),
            project: project.map(str::to_owned),
        };
        assert_eq!(
            found,
            [
                user("a1", "shop-web-1", Some("shop")),
                user("b2", "alone", None)
            ]
        );
    }
}
