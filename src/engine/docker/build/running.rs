//! Builds that the engine works on: the context on its way there, and what comes back.

use bytes::Bytes;
use futures_util::stream::TryStreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use tokio::task::JoinHandle;

use super::parameters::target;
use super::reader::Reader;
use super::source::Source;
use crate::engine::auth::{RegistryConfig, config_header};
use crate::engine::context::ContextError;
use crate::engine::docker::DockerEngine;
use crate::engine::docker::request::send;
use crate::engine::docker::stream::Lines;
use crate::engine::{BuildProgress, EngineError};
use crate::model::ImageBuild;

type Body = UnsyncBoxBody<Bytes, std::io::Error>;
type Outcome = JoinHandle<Result<(), ContextError>>;

/// A build that the engine works on.
pub(super) struct Running {
    lines: Option<Lines>,
    outcome: Option<Outcome>,
    reader: Reader,
}

impl Running {
    /// Sends the context and begins.
    pub(super) async fn start(
        engine: &DockerEngine,
        build: &ImageBuild,
        source: Source,
    ) -> Result<Self, EngineError> {
        let section = &build.build;
        let mut target = target(build, engine.builder(), section.pull);
        let (body, outcome): (Body, Option<Outcome>) = match source.context {
            None => {
                target = target
                    .with("remote", &section.context)
                    .with_some("dockerfile", section.dockerfile.as_deref());
                let body = Empty::new().map_err(|never| match never {});
                (body.boxed_unsync(), None)
            }
            Some(context) => {
                target = target.with("dockerfile", context.dockerfile());
                let stream = context.stream();
                let body = StreamBody::new(stream.bytes.map_ok(Frame::data)).boxed_unsync();
                (body, Some(stream.outcome))
            }
        };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(target.as_str())
            .header(CONTENT_TYPE, "application/x-tar");
        if let Some(header) = registry_config(engine.registries.as_ref().ok()).await {
            request = request.header("X-Registry-Config", header);
        }
        let sent = send(&engine.transport, request.body(body)).await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let error = context_error(outcome).await.unwrap_or(error);
                return Err(match error {
                    EngineError::Refused { message, .. } | EngineError::NotFound(message) => {
                        EngineError::BuildFailed {
                            line: source.script.line(None, &message),
                            tag: build.tag.clone(),
                            step: None,
                            why: message,
                            output: Vec::new(),
                        }
                    }
                    error => error,
                });
            }
        };
        Ok(Self {
            lines: Some(Lines::new(response, &engine.transport)),
            outcome,
            reader: Reader::new(&build.tag, source.script),
        })
    }

    /// What the engine tells next; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<BuildProgress>>, EngineError> {
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
            Ok(progress) => Ok(Some(progress)),
            Err(error) => {
                // Closes the connection, so that the writer of the context ends and can be asked.
                self.lines = None;
                Err(context_error(self.outcome.take()).await.unwrap_or(error))
            }
        }
    }
}

/// The credentials for every registry: only the classic builder reads them.
async fn registry_config(registries: Option<&RegistryConfig>) -> Option<String> {
    let credentials = registries?.all().await;
    (!credentials.is_empty()).then(|| config_header(&credentials))
}

/// The error that a broken archive comes from; waits for its writer, which ends when nobody reads any more.
async fn context_error(outcome: Option<Outcome>) -> Option<EngineError> {
    match outcome?.await {
        Ok(Err(error)) => Some(error.into()),
        _ => None,
    }
}
