//! What the floor replays: a stack as it stands on the engine, as the bodies of the calls that make it again.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Engine, Result};

/// A stack as bodies of calls.
#[derive(Serialize, Deserialize)]
pub(crate) struct Recording {
    /// Bodies of `POST /networks/create`.
    pub(super) networks: Vec<Value>,
    pub(super) containers: Vec<Container>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) service: String,
    /// Body of `POST /containers/create`.
    pub(super) body: Value,
    /// The services that come before this one, and whether they must be ready and not only started.
    pub(super) after: Vec<(String, bool)>,
    /// The command that tells whether the service is well; empty where there is none.
    pub(super) test: Vec<String>,
    /// TCP ports of which all must listen before the test is run.
    pub(super) ports: Vec<u16>,
}

impl Recording {
    /// What stands of this project.
    pub(crate) async fn of(engine: &Engine, project: &str) -> Result<Self> {
        // {"label":["com.docker.compose.project=PROJECT"]}
        let filters = format!(
            "filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3D{project}%22%5D%7D"
        );
        let mut networks = Vec::new();
        for network in array(&engine.get(&format!("/networks?{filters}")).await?) {
            networks.push(json!({
                "Name": network["Name"],
                "Driver": network["Driver"],
                "Labels": network["Labels"],
                "CheckDuplicate": true,
            }));
        }
        let mut containers = Vec::new();
        for listed in array(
            &engine
                .get(&format!("/containers/json?all=1&{filters}"))
                .await?,
        ) {
            let path = format!("/containers/{}/json", text(&listed["Id"]));
            containers.push(Container::of(&engine.get(&path).await?));
        }
        if containers.is_empty() {
            return Err(format!("no container of the project {project} is there").into());
        }
        Ok(Self {
            networks,
            containers,
        })
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}

impl Container {
    /// From the answer to an inspect.
    fn of(inspected: &Value) -> Self {
        let labels = &inspected["Config"]["Labels"];
        let mut body = inspected["Config"].as_object().cloned().unwrap_or_default();
        // The old container's id.
        body.remove("Hostname");
        body.insert("HostConfig".to_owned(), inspected["HostConfig"].clone());
        let mut endpoints = Map::new();
        for (network, endpoint) in inspected["NetworkSettings"]["Networks"]
            .as_object()
            .into_iter()
            .flatten()
        {
            endpoints.insert(network.clone(), json!({ "Aliases": endpoint["Aliases"] }));
        }
        body.insert(
            "NetworkingConfig".to_owned(),
            json!({ "EndpointsConfig": endpoints }),
        );
        Self {
            name: text(&inspected["Name"]).trim_start_matches('/').to_owned(),
            service: text(&labels["com.docker.compose.service"]).to_owned(),
            after: dependencies(text(&labels["com.docker.compose.depends_on"])),
            test: test(&inspected["Config"]["Healthcheck"]["Test"]),
            ports: ports(&inspected["Config"]["ExposedPorts"]),
            body: Value::Object(body),
        }
    }
}

/// `SERVICE:CONDITION:RESTART`, separated by commas.
fn dependencies(label: &str) -> Vec<(String, bool)> {
    let entries = label.split(',').filter(|entry| !entry.is_empty());
    let pairs = entries.map(|entry| {
        let mut parts = entry.split(':');
        let service = parts.next().unwrap_or_default();
        (service.to_owned(), parts.next() == Some("service_healthy"))
    });
    pairs.collect()
}

fn test(test: &Value) -> Vec<String> {
    let words = array(test).iter().map(|word| text(word).to_owned());
    let mut words: Vec<String> = words.collect();
    match words.first().map(String::as_str) {
        Some("CMD") => words.split_off(1),
        Some("CMD-SHELL") => {
            words.splice(..1, ["/bin/sh".to_owned(), "-c".to_owned()]);
            words
        }
        _ => Vec::new(),
    }
}

/// `{"5000/tcp": {}}`.
fn ports(exposed: &Value) -> Vec<u16> {
    let names = exposed
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    let ports = names.filter_map(|name| name.strip_suffix("/tcp")?.parse().ok());
    ports.collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
