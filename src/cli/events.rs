//! `windlass events`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use futures_util::StreamExt;
use serde_json::json;

use super::Ended;
use super::scope::{Scope, moment};
use super::service;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::label;
use crate::state::ContainerEvent;
use crate::ui::mask::Mask;
use crate::ui::template::json_line;
use crate::ui::time;

/// Show what happens to the containers of the project
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct EventsArgs {
    /// Services to show; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// One JSON object per event and line
    #[arg(long)]
    json: bool,
    /// Events from this time on too: 2013-01-02T13:23:37Z, or 42m for the last 42 minutes
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only events up to this time, written in the same way, and then end
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

pub(super) async fn run(args: &EventsArgs, scope: &Scope) -> Ended {
    let (since, until) = (
        moment(args.since.as_deref())?,
        moment(args.until.as_deref())?,
    );
    let (project, _) = scope.project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    service::doubt(&args.services, &project, &containers, scope);
    let mask = Mask::of(&project, &containers);
    let mut events = engine.history(&project.name, since, until);
    loop {
        let event = tokio::select! {
            event = events.next() => event.transpose()?,
            () = interrupts.next() => return Ok(130),
        };
        let Some(event) = event else {
            return Ok(0);
        };
        let service = event.attributes.get(label::SERVICE);
        let is_wanted = |name: &String| service == Some(name);
        if args.services.is_empty() || args.services.iter().any(is_wanted) {
            let mut out = io::stdout().lock();
            writeln!(out, "{}", mask.text(&text(&event, args.json)))?;
            out.flush()?;
        }
    }
}

/// An event as a line; labels that compose and windlass write are left out, as docker compose does.
fn text(event: &ContainerEvent, is_json: bool) -> String {
    let is_ours =
        |key: &str| key.starts_with("com.docker.compose.") || key.starts_with("io.windlass.");
    let attributes: BTreeMap<&str, &str> = event
        .attributes
        .iter()
        .filter(|(key, _)| !is_ours(key))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    if is_json {
        let line = json!({
            "action": event.action,
            "attributes": attributes,
            "id": event.id,
            "service": event.attributes.get(label::SERVICE),
            "time": time::rfc3339(event.nanos),
            "type": "container",
        });
        return json_line(&line.as_object().cloned().unwrap_or_default());
    }
    let attributes: Vec<String> = attributes
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!(
        "{} container {} {} ({})",
        time::clock(event.nanos),
        event.action,
        event.id,
        attributes.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_for_people_or_for_programs() {
        let attributes = [
            ("name", "shop-web-1"),
            ("image", "busybox"),
            ("com.docker.compose.service", "web"),
            ("io.windlass.format", "1"),
            ("exitCode", "3"),
        ];
        let event = ContainerEvent {
            nanos: 1_700_000_000_649_630_180,
            id: "a1".into(),
            action: "die".into(),
            attributes: attributes
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        assert_eq!(
            text(&event, false),
            "2023-11-14 22:13:20.649630 container die a1 (exitCode=3, image=busybox, name=shop-web-1)"
        );
        assert_eq!(
            text(&event, true),
            "{\"action\":\"die\",\"attributes\":{\"exitCode\":\"3\",\"image\":\"busybox\",\"name\":\"shop-web-1\"},\
             \"id\":\"a1\",\"service\":\"web\",\"time\":\"2023-11-14T22:13:20.64963018Z\",\"type\":\"container\"}"
        );
    }
}
