//! What an engine tells over time: events, output, pull progress, as streams.

use std::collections::VecDeque;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use indexmap::IndexMap;
use serde::Deserialize;

use super::failure::disconnected;
use super::inspect;
use super::request::not_understood;
use super::transport::Transport;
use crate::engine::{ContainerAction, EngineError, EngineEvent, LogChunk, PullProgress, Told};
use crate::label;

/// The next piece of a response's body; none at its end.
async fn next_piece(
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
    fn read<'a, T: 'a>(
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

/// The events in a response of `GET /events`.
pub(super) fn events(
    response: Response<Incoming>,
    transport: &Transport,
) -> Told<'static, EngineEvent> {
    // One event that cannot be read must not end the stream of the others.
    let lenient = |line: &[u8]| {
        Ok(event(line).unwrap_or_else(|error| {
            tracing::warn!(%error, line = %String::from_utf8_lossy(line), "an event cannot be read");
            None
        }))
    };
    Lines::new(response, transport).read(lenient)
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

/// A line of `POST /images/create`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PullLine {
    status: String,
    id: Option<String>,
    error: Option<String>,
    #[serde(rename = "progressDetail")]
    detail: Option<DetailLine>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DetailLine {
    current: Option<i64>,
    total: Option<i64>,
}

/// The progress in a response of `POST /images/create`.
pub(super) fn pull(
    response: Response<Incoming>,
    transport: &Transport,
    reference: String,
) -> Told<'static, PullProgress> {
    Lines::new(response, transport).read(move |line| pull_progress(line, &reference).map(Some))
}

fn pull_progress(line: &[u8], reference: &str) -> Result<PullProgress, EngineError> {
    let line: PullLine = serde_json::from_slice(line).map_err(not_understood)?;
    if let Some(error) = line.error {
        return Err(pull_error(reference, error));
    }
    let detail = line.detail.unwrap_or_default();
    // The tag stands in the place of a layer in the first line.
    let is_layer = |id: &String| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(PullProgress {
        layer: line.id.filter(is_layer),
        status: line.status,
        current: detail.current.and_then(|bytes| u64::try_from(bytes).ok()),
        // Where the engine doesn't know the total it says 0 or -1.
        total: detail
            .total
            .and_then(|bytes| u64::try_from(bytes).ok())
            .filter(|total| *total > 0),
    })
}

/// The typed error for an engine's words about a pull.
pub(super) fn pull_error(reference: &str, why: String) -> EngineError {
    const DENIED: [&str; 5] = [
        "pull access denied",
        "access denied",
        "unauthorized",
        "authentication required",
        "requested access to the resource is denied",
    ];
    let reference = reference.to_owned();
    let lower = why.to_lowercase();
    if DENIED.iter().any(|words| lower.contains(words)) {
        let plain = why
            .strip_prefix(&format!("pull access denied for {reference}, "))
            .unwrap_or(&why)
            .to_owned();
        EngineError::PullDenied {
            reference,
            why: plain,
        }
    } else {
        EngineError::PullFailed { reference, why }
    }
}

/// The output in a response of `GET /containers/ID/logs`.
pub(super) fn logs(response: Response<Incoming>, transport: &Transport) -> Told<'static, LogChunk> {
    let state = (
        response.into_body(),
        transport.clone(),
        Demultiplexer::default(),
    );
    let chunks = stream::try_unfold(state, |(mut body, transport, mut output)| async move {
        loop {
            if let Some(chunk) = output.chunks.pop_front() {
                return Ok(Some((chunk, (body, transport, output))));
            }
            match next_piece(&mut body, &transport).await? {
                Some(piece) => output.push(&piece),
                None if output.is_ended => return Ok(None),
                None => output.end(),
            }
        }
    });
    chunks.boxed_local()
}

/// Takes apart the two outputs of a container, which an engine sends in one stream with a header of eight bytes before
/// each piece; a terminal's output comes as it is. The first bytes tell which: no text begins like a header.
#[derive(Default)]
struct Demultiplexer {
    form: Option<Form>,
    buffer: BytesMut,
    chunks: VecDeque<LogChunk>,
    is_ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Raw,
    Multiplexed,
}

/// Stream number, three zeros, the length as a big-endian number.
const HEADER: usize = 8;

impl Demultiplexer {
    fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
        if self.buffer.is_empty() {
            return;
        }
        let known = self.buffer.len().min(4);
        let is_header = self.buffer.first().is_some_and(|stream| *stream <= 2)
            && self.buffer[1..known].iter().all(|byte| *byte == 0);
        let form = match self.form {
            Some(form) => form,
            // Too short to tell.
            None if is_header && known < 4 => return,
            None => *self.form.insert(if is_header {
                Form::Multiplexed
            } else {
                Form::Raw
            }),
        };
        if form == Form::Raw {
            let bytes = self.buffer.split().freeze();
            self.chunks.push_back(LogChunk {
                stderr: false,
                bytes,
            });
            return;
        }
        while self.buffer.len() >= HEADER {
            let length = (&self.buffer[4..HEADER]).get_u32() as usize;
            if self.buffer.len() < HEADER + length {
                return;
            }
            let stderr = self.buffer[0] == 2;
            self.buffer.advance(HEADER);
            let bytes = self.buffer.split_to(length).freeze();
            self.chunks.push_back(LogChunk { stderr, bytes });
        }
    }

    /// What is left of a piece whose rest never came is shown all the same.
    fn end(&mut self) {
        self.is_ended = true;
        let stderr = self.form == Some(Form::Multiplexed) && self.buffer.first() == Some(&2);
        if self.form == Some(Form::Multiplexed) {
            self.buffer.advance(self.buffer.len().min(HEADER));
        }
        if !self.buffer.is_empty() {
            self.chunks.push_back(LogChunk {
                stderr,
                bytes: self.buffer.split().freeze(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
