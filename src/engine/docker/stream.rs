//! What an engine tells over time: bodies that go on, a JSON value a line, and its events.

use std::cell::RefCell;
use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use indexmap::IndexMap;
use serde::Deserialize;

use super::failure::disconnected;
use super::request::{Target, open};
use super::transport::Transport;
use super::{DockerEngine, inspect};
use crate::engine::{ContainerAction, EngineError, EngineEvent, Told};
use crate::label;
use crate::model::ProjectName;

/// The next piece of a response's body; none at its end.
pub(super) async fn next_piece(
    body: &mut Incoming,
    transport: &Transport,
) -> Result<Option<Bytes>, EngineError> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => return Err(disconnected(transport, &error)),
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// The lines of a body in which an engine sends one JSON value a line.
pub(super) struct Lines {
    body: Incoming,
    transport: Transport,
    buffer: BytesMut,
    /// How much of the buffer holds no line end.
    searched: usize,
}

impl Lines {
    pub(super) fn new(response: Response<Incoming>, transport: &Transport) -> Self {
        Self {
            body: response.into_body(),
            transport: transport.clone(),
            buffer: BytesMut::new(),
            searched: 0,
        }
    }

    /// The next line that is not blank; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            if let Some(at) = self.buffer[self.searched..]
                .iter()
                .position(|byte| *byte == b'\n')
            {
                let line = self.buffer.split_to(self.searched + at + 1).freeze();
                self.searched = 0;
                if line.trim_ascii().is_empty() {
                    continue;
                }
                return Ok(Some(line));
            }
            self.searched = self.buffer.len();
            let Some(piece) = next_piece(&mut self.body, &self.transport).await? else {
                self.searched = 0;
                let rest = self.buffer.split().freeze();
                return Ok((!rest.trim_ascii().is_empty()).then_some(rest));
            };
            self.buffer.extend_from_slice(&piece);
        }
    }

    /// The lines as a stream of what `read` makes of them.
    pub(super) fn read<'a, T: 'a>(
        self,
        read: impl Fn(&[u8]) -> Result<Option<T>, EngineError> + 'a,
    ) -> Told<'a, T> {
        let lines = stream::try_unfold(self, |mut lines| async move {
            let line = lines.next().await?;
            Ok::<_, EngineError>(line.map(|line| (line, lines)))
        });
        lines
            .try_filter_map(move |line| std::future::ready(read(&line)))
            .boxed_local()
    }
}

/// A line of `GET /events`.
#[derive(Deserialize)]
struct EventLine {
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "Action", default)]
    action: String,
    #[serde(rename = "Actor")]
    actor: Option<ActorLine>,
}

#[derive(Deserialize)]
struct ActorLine {
    #[serde(rename = "ID", default)]
    id: String,
    #[serde(rename = "Attributes", default)]
    attributes: Option<IndexMap<String, String>>,
}

/// What happens to the project's containers from now on.
pub(super) async fn listen(
    engine: &DockerEngine,
    project: &ProjectName,
) -> Result<Told<'static, EngineEvent>, EngineError> {
    let filters = serde_json::json!({
        "type": ["container"],
        "label": [format!("{}={project}", label::PROJECT)],
    });
    let target = Target::new(&["events"]).with("filters", &filters.to_string());
    // Docker sends the headers just before it subscribes. When it has answered another call, it has.
    let response = open(&engine.transport, &target).await?;
    let listening = stream::once(std::future::ready(Ok(EngineEvent::Listening)));
    Ok(listening
        .chain(events(response, &engine.transport))
        .boxed_local())
}

/// The events in a response of `GET /events`.
fn events(response: Response<Incoming>, transport: &Transport) -> Told<'static, EngineEvent> {
    let ends = RefCell::new(Ends::default());
    // One event that cannot be read must not end the stream of the others.
    let lenient = move |line: &[u8]| {
        let event = event(line).unwrap_or_else(|error| {
            tracing::warn!(%error, line = %String::from_utf8_lossy(line), "an event cannot be read");
            None
        });
        Ok(event.map(|event| ends.borrow_mut().told(event)))
    };
    Lines::new(response, transport).read(lenient)
}

/// The exit codes of containers that have ended and of which it is not known whether the engine starts them again.
///
/// Docker knows that when it tells of an end. Podman tells of an end, and then either that it has cleaned up or of
/// another start: the end is told once more when it is one for good, so that who looked too early looks again.
#[derive(Default)]
struct Ends(HashMap<String, i64>);

impl Ends {
    fn told(&mut self, mut event: EngineEvent) -> EngineEvent {
        if let EngineEvent::Container { id, action, .. } = &mut event {
            match action {
                ContainerAction::Died(code) => {
                    self.0.insert(id.clone(), *code);
                }
                ContainerAction::Started | ContainerAction::Removed => {
                    self.0.remove(id);
                }
                ContainerAction::Other(word) if word == "cleanup" => {
                    if let Some(code) = self.0.remove(id) {
                        *action = ContainerAction::Died(code);
                    }
                }
                _ => {}
            }
        }
        event
    }
}

/// A container's event; none for what is no container's, or nobody's business (probes run by exec).
fn event(line: &[u8]) -> Result<Option<EngineEvent>, serde_json::Error> {
    let line: EventLine = serde_json::from_slice(line)?;
    let Some(actor) = line
        .actor
        .filter(|_| line.kind == "container" && !line.action.starts_with("exec_"))
    else {
        return Ok(None);
    };
    let mut attributes = actor.attributes.unwrap_or_default();
    let action = action(&line.action, &attributes);
    let mut attribute = |key| attributes.swap_remove(key);
    Ok(Some(EngineEvent::Container {
        id: actor.id,
        action,
        service: attribute(label::SERVICE),
        name: attribute("name").unwrap_or_default(),
    }))
}

fn action(word: &str, attributes: &IndexMap<String, String>) -> ContainerAction {
    if let Some(health) = word.strip_prefix("health_status") {
        // Podman says it in an attribute.
        let word = health.trim_start_matches(':').trim();
        let word = if word.is_empty() {
            attributes.get("health_status").map_or("", String::as_str)
        } else {
            word
        };
        return inspect::health(word).map_or_else(
            || ContainerAction::Other("health_status".to_owned()),
            ContainerAction::Health,
        );
    }
    match word {
        "create" => ContainerAction::Created,
        "start" => ContainerAction::Started,
        "die" | "died" => {
            let code = attributes
                .get("exitCode")
                .or_else(|| attributes.get("containerExitCode"));
            ContainerAction::Died(code.and_then(|code| code.parse().ok()).unwrap_or_default())
        }
        "pause" => ContainerAction::Paused,
        "unpause" => ContainerAction::Unpaused,
        "destroy" | "remove" => ContainerAction::Removed,
        other => ContainerAction::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests;
