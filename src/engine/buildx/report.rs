//! What `docker buildx build --progress=rawjson` tells: BuildKit's own messages as JSON, a line each, and words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::engine::docker::buildkit::{Status, Timestamp, Trace, Vertex, VertexLog, VertexWarning};
use crate::engine::dockerfile::Script;
use crate::engine::{BuildProgress, EngineError};

/// How many of the program's own words are kept for an error.
const WORDS: usize = 20;

/// Reads what the program tells.
pub(super) struct Report {
    tag: String,
    script: Script,
    trace: Trace,
    /// The last lines that are no messages.
    words: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    vertexes: Vec<VertexMessage>,
    logs: Vec<LogMessage>,
    warnings: Vec<WarningMessage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VertexMessage {
    digest: String,
    name: String,
    started: Value,
    completed: Value,
    cached: bool,
    error: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LogMessage {
    vertex: String,
    data: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WarningMessage {
    short: String,
}

impl Report {
    pub(super) fn new(tag: &str, script: Script) -> Self {
        Self {
            tag: tag.to_owned(),
            script,
            trace: Trace::default(),
            words: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, line: &str) -> Vec<BuildProgress> {
        if let Some(message) = line
            .strip_prefix('{')
            .and(serde_json::from_str::<Message>(line).ok())
        {
            return self.trace.take(status(message));
        }
        let line = line.trim();
        if let Some(warning) = line.strip_prefix("WARNING: ") {
            return vec![BuildProgress::Warning(warning.to_owned())];
        }
        if !line.is_empty() {
            self.words.push(line.to_owned());
            let more = self.words.len().saturating_sub(WORDS);
            self.words.drain(..more);
        }
        Vec::new()
    }

    /// Why the program failed, with the words of its end where it said nothing better.
    pub(super) fn failure(&self, status: &str) -> EngineError {
        let (step, output) = self.trace.failed_step().unzip();
        let mut errors = self.words.iter().rev();
        let error = errors.find_map(|line| line.strip_prefix("ERROR: "));
        let why = error.map_or_else(
            || format!("docker buildx ended with {status}"),
            |error| {
                let error = error.strip_prefix("failed to build: ").unwrap_or(error);
                error
                    .strip_prefix("failed to solve: ")
                    .unwrap_or(error)
                    .to_owned()
            },
        );
        let output = match output {
            Some(output) => output,
            // Of an error in the Dockerfile it shows the place, which is told already.
            None if error.is_some() => Vec::new(),
            None => self.words.clone(),
        };
        EngineError::BuildFailed {
            tag: self.tag.clone(),
            line: self.script.line(step.as_deref(), &why),
            step,
            why,
            output,
        }
    }
}

fn status(message: Message) -> Status {
    let bytes = |text: &str| STANDARD.decode(text).unwrap_or_default();
    let moment = |value: &Value| value.is_string().then_some(Timestamp { seconds: 0 });
    let vertexes = message.vertexes.into_iter().map(|vertex| Vertex {
        started: moment(&vertex.started),
        completed: moment(&vertex.completed),
        digest: vertex.digest,
        name: vertex.name,
        cached: vertex.cached,
        error: vertex.error,
    });
    let logs = message.logs.into_iter().map(|log| VertexLog {
        text: bytes(&log.data),
        vertex: log.vertex,
    });
    let warnings = message.warnings.into_iter().map(|warning| VertexWarning {
        short: bytes(&warning.short),
    });
    Status {
        vertexes: vertexes.collect(),
        logs: logs.collect(),
        warnings: warnings.collect(),
    }
}
