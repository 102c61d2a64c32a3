//! The events of a project as the engine tells them, those of the past too.

use indexmap::IndexMap;
use serde::Deserialize;

use super::DockerEngine;
use super::request::{Target, open};
use super::stream::Lines;
use crate::engine::{Told, told};
use crate::label;
use crate::model::{ProjectName, time};
use crate::state::ContainerEvent;

impl DockerEngine {
    /// What happens to the containers of a project from `since` on (absent: now), up to `until` (absent: without end);
    /// both in nanoseconds of Unix time.
    pub fn history(
        &self,
        project: &ProjectName,
        since: Option<i64>,
        until: Option<i64>,
    ) -> Told<'_, ContainerEvent> {
        let filters = serde_json::json!({
            "type": ["container"],
            "label": [format!("{}={project}", label::PROJECT)],
        });
        let target = Target::new(&["events"])
            .with("filters", &filters.to_string())
            .with_some("since", since.map(time::seconds).as_deref())
            .with_some("until", until.map(time::seconds).as_deref());
        told(async move {
            let lines = Lines::new(open(&self.transport, &target).await?, &self.transport);
            Ok(lines.read(|line| Ok(event(line))))
        })
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "Action", default)]
    action: String,
    #[serde(rename = "Actor")]
    actor: Actor,
    #[serde(rename = "timeNano", default)]
    nanos: i64,
}

#[derive(Deserialize)]
struct Actor {
    #[serde(rename = "ID", default)]
    id: String,
    #[serde(rename = "Attributes", default)]
    attributes: Option<IndexMap<String, String>>,
}

/// A line of `GET /events`; none where it cannot be read.
fn event(line: &[u8]) -> Option<ContainerEvent> {
    let line: Line = serde_json::from_slice(line)
        .inspect_err(|error| tracing::warn!(%error, "an event cannot be read"))
        .ok()?;
    Some(ContainerEvent {
        nanos: line.nanos,
        id: line.actor.id,
        action: line.action,
        attributes: line.actor.attributes.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_events_are_read() {
        let line = br#"{"Type":"container","Action":"die","Actor":{"ID":"a1","Attributes":{"exitCode":"3"}},"timeNano":5}"#;
        let expected = ContainerEvent {
            nanos: 5,
            id: "a1".into(),
            action: "die".into(),
            attributes: [("exitCode".to_owned(), "3".to_owned())].into(),
        };
        assert_eq!(event(line), Some(expected));
        assert_eq!(event(b"{}"), None);
    }
}
