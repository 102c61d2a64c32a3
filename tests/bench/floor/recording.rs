//! What the floor replays: a stack as it stands on the engine, as the bodies of the calls that make it again.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::{Engine, Result};
use crate::stack::Stack;

/// A stack as bodies of calls.
#[derive(Serialize, Deserialize)]
pub(crate) struct Recording {
    /// Bodies of `POST /networks/create`.
    pub(super) networks: Vec<Value>,
    /// Bodies of `POST /volumes/create`: of the volumes that go with the stack.
    pub(super) volumes: Vec<Value>,
    pub(super) containers: Vec<Container>,
    pub(crate) limits: Limits,
}

/// How many containers are started, and how many stopped and removed, at once.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) starts: usize,
    pub(crate) stops: usize,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) service: String,
    /// Body of `POST /containers/create`.
    pub(super) body: Value,
    /// The services that come before this one, and whether they must be ready and not only started.
    pub(super) after: Vec<(String, bool)>,
    /// The command that tells whether the service is well; empty where none is needed.
    pub(super) test: Vec<String>,
    /// TCP ports of which all must listen before the test is run; none where nothing tells whether the service is well.
    pub(super) ports: Vec<u16>,
}

impl Recording {
    /// What stands of this project.
    pub(crate) async fn of(engine: &Engine, project: &str, stack: &Stack) -> Result<Self> {
        let body = |found: &Value| {
            json!({
                "Name": found["Name"],
                "Driver": found["Driver"],
                "Labels": found["Labels"],
                "CheckDuplicate": true,
            })
        };
        let filters = filters(project);
        let networks = engine.get(&format!("/networks?{filters}")).await?;
        let networks = array(&networks).iter().map(body).collect();
        let volumes = engine.get(&format!("/volumes?{filters}")).await?;
        let volumes = array(&volumes["Volumes"]).iter().map(body);
        let volumes = volumes.filter(|_| stack.drops_volumes()).collect();
        let containers = containers(engine, project).await?;
        if containers.is_empty() {
            return Err(format!("no container of the project {project} is there").into());
        }
        let containers = containers.iter();
        let containers = containers.map(|inspected| Container::of(inspected, stack.server));
        Ok(Self {
            networks,
            volumes,
            containers: containers.collect(),
            limits: Limits {
                starts: Semaphore::MAX_PERMITS,
                stops: Semaphore::MAX_PERMITS,
            },
        })
    }

    /// How many containers it has.
    pub(crate) fn size(&self) -> usize {
        self.containers.len()
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        Ok(fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}

/// The answers to inspects of all containers of a project.
pub(super) async fn containers(engine: &Engine, project: &str) -> Result<Vec<Value>> {
    let path = format!("/containers/json?all=1&{}", filters(project));
    let mut found = Vec::new();
    for listed in array(&engine.get(&path).await?) {
        let path = format!("/containers/{}/json", text(&listed["Id"]));
        found.push(engine.get(&path).await?);
    }
    Ok(found)
}

/// What belongs to a project: `{"label":["com.docker.compose.project=PROJECT"]}`.
fn filters(project: &str) -> String {
    format!("filters=%7B%22label%22%3A%5B%22com.docker.compose.project%3D{project}%22%5D%7D")
}

impl Container {
    /// From the answer to an inspect; `server` is a service that is well when its ports listen.
    pub(super) fn of(inspected: &Value, server: Option<&str>) -> Self {
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
        let service = text(&labels["com.docker.compose.service"]).to_owned();
        let test = test(&inspected["Config"]["Healthcheck"]["Test"]);
        let ports = ports(&inspected["Config"]["ExposedPorts"]);
        let is_tested = !test.is_empty();
        let is_server = server == Some(service.as_str());
        Self {
            name: text(&inspected["Name"]).trim_start_matches('/').to_owned(),
            service,
            after: dependencies(text(&labels["com.docker.compose.depends_on"])),
            test: if is_server { Vec::new() } else { test },
            ports: if is_tested { ports } else { Vec::new() },
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
