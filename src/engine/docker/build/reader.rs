//! What an engine answers while it builds.

use serde::Deserialize;
use serde_json::Value;

use crate::engine::docker::buildkit::Trace;
use crate::engine::docker::classic::Classic;
use crate::engine::docker::request::not_understood;
use crate::engine::dockerfile::Script;
use crate::engine::{BuildProgress, EngineError};

/// Reads the lines of a build's response; both builders use the same envelope.
pub(super) struct Reader {
    tag: String,
    script: Script,
    trace: Trace,
    classic: Classic,
    id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BuildLine {
    id: Option<String>,
    aux: Value,
    stream: Option<String>,
    status: Option<String>,
    error: Option<String>,
    #[serde(rename = "errorDetail")]
    detail: Option<ErrorDetail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    message: String,
}

impl Reader {
    pub(super) fn new(tag: &str, script: Script) -> Self {
        Self {
            tag: tag.to_owned(),
            script,
            trace: Trace::default(),
            classic: Classic::default(),
            id: None,
        }
    }

    pub(super) fn read(&mut self, line: &[u8]) -> Result<Vec<BuildProgress>, EngineError> {
        let line: BuildLine = serde_json::from_slice(line).map_err(not_understood)?;
        let detail = line
            .detail
            .map(|detail| detail.message)
            .filter(|message| !message.is_empty());
        if let Some(why) = detail.or(line.error) {
            let (step, output) = self
                .trace
                .failed_step()
                .or_else(|| self.classic.failed_step())
                .unzip();
            return Err(EngineError::BuildFailed {
                tag: self.tag.clone(),
                line: self.script.line(step.as_deref(), &why),
                step,
                why,
                output: output.unwrap_or_default(),
            });
        }
        if let Value::String(trace) = &line.aux {
            // A message of a later BuildKit that we cannot read says nothing we need.
            return Ok(self.trace.read(trace).unwrap_or_default());
        }
        if let Some(Value::String(id)) = line.aux.get("ID") {
            self.id = Some(id.clone());
            return Ok(Vec::new());
        }
        if let Some(text) = line.stream {
            return Ok(self.classic.read(&text));
        }
        // The base image of a classic build is pulled.
        let status = line.status.map(|status| match line.id {
            Some(id) => format!("{id}: {status}\n"),
            None => format!("{status}\n"),
        });
        Ok(status
            .map(|text| BuildProgress::Output {
                id: self.classic.current(),
                text,
            })
            .into_iter()
            .collect())
    }

    pub(super) fn end(&mut self) -> Result<BuildProgress, EngineError> {
        match self.id.take() {
            Some(id) => Ok(BuildProgress::Built { id }),
            None => Err(EngineError::Answer(format!(
                "the build of {} ended without an image",
                self.tag
            ))),
        }
    }
}
