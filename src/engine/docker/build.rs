//! Building images through the engine's own `POST /build`: BuildKit where the engine has it, else the classic builder.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::buildkit::Trace;
use super::classic::Classic;
use super::request::{Target, not_understood, send};
use super::stream::Lines;
use super::transport::Transport;
use crate::engine::auth::{RegistryConfig, config_header};
use crate::engine::context::{BuildContext, ContextError, Dockerfile};
use crate::engine::{BuildProgress, EngineError, Told};
use crate::model::ImageBuild;

/// Which builder of the engine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builder {
    BuildKit,
    Classic,
}

/// Builds an image and tells how it goes; the last item has the image's id.
pub(super) fn build<'a>(
    transport: &'a Transport,
    registries: Option<&'a RegistryConfig>,
    build: &ImageBuild,
    builder: Builder,
) -> Told<'a, BuildProgress> {
    let build = build.clone();
    let start = async move {
        let running = start(transport, registries, &build, builder).await?;
        Ok::<_, EngineError>(stream::try_unfold(running, Running::advance))
    };
    stream::once(start).try_flatten().boxed_local()
}

type Body = UnsyncBoxBody<Bytes, std::io::Error>;
type Outcome = JoinHandle<Result<(), ContextError>>;

async fn start(
    transport: &Transport,
    registries: Option<&RegistryConfig>,
    build: &ImageBuild,
    builder: Builder,
) -> Result<Running, EngineError> {
    if !build.build.beyond_rest.is_empty() {
        let keys = build.build.beyond_rest.join(", ");
        let why = format!("the engine's own interface cannot build with {keys}");
        return Err(failed(build, why));
    }
    let mut target = target(build, builder)?;
    let (body, outcome): (Body, Option<Outcome>) = if is_remote(&build.build.context) {
        target = target
            .with("remote", &build.build.context)
            .with_some("dockerfile", build.build.dockerfile.as_deref());
        (
            Empty::new().map_err(|never| match never {}).boxed_unsync(),
            None,
        )
    } else {
        let context = open_context(build).await?;
        target = target.with("dockerfile", context.dockerfile());
        let stream = context.stream();
        let body = StreamBody::new(stream.bytes.map_ok(Frame::data)).boxed_unsync();
        (body, Some(stream.outcome))
    };
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(target.as_str())
        .header(CONTENT_TYPE, "application/x-tar");
    let credentials = match registries {
        Some(registries) => registries.all().await,
        None => Vec::new(),
    };
    if !credentials.is_empty() {
        request = request.header("X-Registry-Config", config_header(&credentials));
    }
    let sent = send(transport, request.body(body)).await;
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            let error = context_error(outcome).await.unwrap_or(error);
            return Err(match error {
                EngineError::Refused { message, .. } | EngineError::NotFound(message) => {
                    failed(build, message)
                }
                error => error,
            });
        }
    };
    Ok(Running {
        lines: Some(Lines::new(response, transport)),
        outcome,
        reader: Reader {
            tag: build.tag.clone(),
            trace: Trace::default(),
            classic: Classic::default(),
            id: None,
        },
        queue: VecDeque::new(),
    })
}

fn failed(build: &ImageBuild, why: String) -> EngineError {
    EngineError::BuildFailed {
        tag: build.tag.clone(),
        step: None,
        why,
        output: Vec::new(),
    }
}

async fn open_context(build: &ImageBuild) -> Result<BuildContext, EngineError> {
    let section = &build.build;
    let folder = PathBuf::from(&section.context);
    let dockerfile = match &section.dockerfile_inline {
        Some(text) => Dockerfile::Inline(text.clone()),
        None => Dockerfile::File(PathBuf::from(
            section.dockerfile.as_deref().unwrap_or("Dockerfile"),
        )),
    };
    let opened =
        tokio::task::spawn_blocking(move || BuildContext::open(&folder, &dockerfile)).await;
    opened.map_err(not_understood)?.map_err(EngineError::from)
}

/// The error that a broken archive comes from; waits for its writer, which ends when nobody reads any more.
async fn context_error(outcome: Option<Outcome>) -> Option<EngineError> {
    match outcome?.await {
        Ok(Err(error)) => Some(error.into()),
        _ => None,
    }
}

impl From<ContextError> for EngineError {
    fn from(error: ContextError) -> Self {
        let (path, why) = match error {
            ContextError::Folder { path, source } => (path, source.to_string()),
            ContextError::Dockerfile { path, source } => {
                (path, format!("the Dockerfile cannot be read: {source}"))
            }
            ContextError::Read { path, source } => (
                path,
                format!("{source} (exclude it in .dockerignore if the build doesn't need it)"),
            ),
            ContextError::Ignore { path, source } => (path, source.to_string()),
        };
        Self::Context { path, why }
    }
}

/// Whether the engine itself fetches the context.
fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@")
}

fn target(build: &ImageBuild, builder: Builder) -> Result<Target, EngineError> {
    let section = &build.build;
    let mut target = Target::new(&["build"])
        .with("t", &build.tag)
        .with("rm", "1")
        .with("forcerm", "1");
    for tag in section.tags.iter().filter(|tag| **tag != build.tag) {
        target = target.with("t", tag);
    }
    if builder == Builder::BuildKit {
        target = target.with("version", "2");
    }
    let json = |value: &Value| Some(value.to_string());
    let labels: BTreeMap<_, _> = section.labels.iter().chain(&build.labels).collect();
    let ulimits = section
        .ulimits
        .iter()
        .map(|(name, limit)| json!({"Name": name, "Soft": limit.soft, "Hard": limit.hard}));
    let platform = match (build.platform.as_deref(), section.platforms.as_slice()) {
        (Some(platform), _) => Some(platform),
        (None, []) => None,
        (None, [platform]) => Some(platform.as_str()),
        (None, several) => {
            let why = format!(
                "one build makes an image for one platform, not for {}",
                several.join(", ")
            );
            return Err(failed(build, why));
        }
    };
    // Parameters that are left out where they say nothing.
    let parameters = [
        (
            "buildargs",
            (!section.args.is_empty())
                .then(|| json(&json!(section.args)))
                .flatten(),
        ),
        (
            "labels",
            (!labels.is_empty()).then(|| json(&json!(labels))).flatten(),
        ),
        (
            "ulimits",
            (!section.ulimits.is_empty())
                .then(|| json(&ulimits.collect()))
                .flatten(),
        ),
        (
            "cachefrom",
            (!section.cache_from.is_empty())
                .then(|| json(&json!(section.cache_from)))
                .flatten(),
        ),
        ("target", section.target.clone()),
        ("networkmode", section.network.clone()),
        ("isolation", section.isolation.clone()),
        ("platform", platform.map(str::to_owned)),
        (
            "shmsize",
            section.shm_size.map(|size| size.bytes().to_string()),
        ),
        ("nocache", section.no_cache.then(|| "1".to_owned())),
        ("pull", section.pull.then(|| "1".to_owned())),
    ];
    for (name, value) in &parameters {
        target = target.with_some(name, value.as_deref());
    }
    for host in &section.extra_hosts {
        // The file's form is HOST=ADDRESS, the engine's HOST:ADDRESS.
        target = target.with("extrahosts", &host.replacen('=', ":", 1));
    }
    Ok(target)
}

/// A build that the engine works on.
struct Running {
    lines: Option<Lines>,
    outcome: Option<Outcome>,
    reader: Reader,
    queue: VecDeque<BuildProgress>,
}

impl Running {
    async fn advance(mut self) -> Result<Option<(BuildProgress, Self)>, EngineError> {
        loop {
            if let Some(progress) = self.queue.pop_front() {
                return Ok(Some((progress, self)));
            }
            let Some(lines) = &mut self.lines else {
                return Ok(None);
            };
            let read = match lines.next().await {
                Ok(Some(line)) => self.reader.read(&line),
                Ok(None) => {
                    self.lines = None;
                    self.reader.end().map(|built| vec![built])
                }
                Err(error) => Err(error),
            };
            match read {
                Ok(progress) => self.queue.extend(progress),
                Err(error) => {
                    // Closes the connection, so that the writer of the context ends and can be asked.
                    self.lines = None;
                    return Err(context_error(self.outcome).await.unwrap_or(error));
                }
            }
        }
    }
}

/// Reads the lines of a build's response; both builders use the same envelope.
struct Reader {
    tag: String,
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
    fn read(&mut self, line: &[u8]) -> Result<Vec<BuildProgress>, EngineError> {
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

    fn end(&mut self) -> Result<BuildProgress, EngineError> {
        match self.id.take() {
            Some(id) => Ok(BuildProgress::Built { id }),
            None => Err(EngineError::Answer(format!(
                "the build of {} ended without an image",
                self.tag
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
