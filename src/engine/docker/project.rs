//! The projects that an engine has containers of.

use serde::Deserialize;

use super::DockerEngine;
use super::request::{Target, get, not_understood};
use crate::engine::EngineError;
use crate::label;
use crate::state::{ProjectContainer, PublishedPort, Status};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Labels", default)]
    labels: Option<std::collections::HashMap<String, String>>,
    #[serde(rename = "State", default)]
    state: String,
    #[serde(rename = "Created", default)]
    created: serde_json::Value,
    #[serde(rename = "Ports", default)]
    ports: Option<Vec<RowPort>>,
}

#[derive(Deserialize)]
struct RowPort {
    #[serde(rename = "IP", default)]
    address: Option<String>,
    #[serde(rename = "PrivatePort", default)]
    private: Option<u16>,
    #[serde(rename = "PublicPort", default)]
    public: Option<u16>,
    #[serde(rename = "Type", default)]
    protocol: Option<String>,
}

impl DockerEngine {
    /// The containers of one project or of all, those that don't run too if `all`.
    ///
    /// # Errors
    /// Where the engine refuses or cannot be reached.
    pub async fn project_containers(
        &self,
        project: Option<&str>,
        all: bool,
    ) -> Result<Vec<ProjectContainer>, EngineError> {
        let project = match project {
            Some(name) => format!("{}={name}", label::PROJECT),
            None => label::PROJECT.to_owned(),
        };
        let filters = serde_json::json!({ "label": [project, label::CONFIG_HASH] });
        let target = Target::new(&["containers", "json"])
            .with("all", if all { "1" } else { "0" })
            .with("filters", &filters.to_string());
        let body = get(&self.transport, &target).await?;
        let rows: Vec<Row> = serde_json::from_slice(&body).map_err(not_understood)?;
        Ok(rows.into_iter().map(container).collect())
    }
}

fn container(row: Row) -> ProjectContainer {
    let mut labels = row.labels.unwrap_or_default();
    let port = |port: RowPort| PublishedPort {
        host_ip: port.address.unwrap_or_default(),
        published: port.public.unwrap_or_default(),
        target: port.private.unwrap_or_default(),
        protocol: port.protocol.unwrap_or_default(),
    };
    ProjectContainer {
        project: labels.remove(label::PROJECT).unwrap_or_default(),
        status: Status::parse(&row.state),
        files: labels.remove(label::CONFIG_FILES),
        folder: labels.remove(label::WORKING_DIR),
        created: row.created.as_i64().unwrap_or_default(),
        ports: row
            .ports
            .unwrap_or_default()
            .into_iter()
            .map(port)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_listing_says_of_projects_is_read() {
        let rows = serde_json::json!([
            {
                "Labels": {
                    "com.docker.compose.project": "shop",
                    "com.docker.compose.project.config_files": "/a.yaml,/b.yaml",
                    "com.docker.compose.project.working_dir": "/",
                },
                "State": "running",
                "Created": 5,
                "Ports": [{"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
            },
            {"Labels": null, "State": "odd", "Ports": null, "Created": "now"},
        ]);
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let found: Vec<_> = rows.into_iter().map(container).collect();
        assert_eq!(
            found[0],
            ProjectContainer {
                project: "shop".into(),
                status: Status::Running,
                files: Some("/a.yaml,/b.yaml".into()),
                folder: Some("/".into()),
                created: 5,
                ports: vec![PublishedPort {
                    host_ip: "::".into(),
                    published: 8080,
                    target: 80,
                    protocol: "tcp".into(),
                }],
            }
        );
        assert_eq!(found[1].status, Status::Other("odd".into()));
    }
}
