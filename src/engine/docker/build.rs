//! Building images through the engine's own `POST /build`: BuildKit where the engine has it, else the classic builder.
//! What that has no place for is built by docker buildx.

mod parameters;
mod reader;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use tokio::task::JoinHandle;

use self::parameters::{beyond, folders, is_remote, stages, target};
use self::reader::Reader;
use super::DockerEngine;
use super::pull;
use super::request::{Target, find, not_understood, send};
use super::stream::Lines;
use super::version::ApiVersion;
use crate::engine::auth::{RegistryConfig, config_header};
use crate::engine::buildx;
use crate::engine::context::{BuildContext, ContextError, Dockerfile};
use crate::engine::dockerfile::Script;
use crate::engine::{BuildProgress, Engine as _, EngineError, Told};
use crate::model::{Build, ImageBuild};

/// Which builder of the engine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builder {
    BuildKit,
    Classic,
    /// Podman's.
    Buildah,
}

/// Builds an image and tells how it goes; the last item has the image's id.
pub(super) fn build<'a>(engine: &'a DockerEngine, build: &ImageBuild) -> Told<'a, BuildProgress> {
    let build = build.clone();
    let work = async move {
        let keys = beyond(&build);
        if !keys.is_empty() {
            return with_buildx(engine, build, keys);
        }
        let Some(source) = Source::open(&build).await? else {
            return with_buildx(engine, build, vec!["additional_contexts"]);
        };
        let phase = Work::begin(engine, build, source);
        Ok(stream::try_unfold(phase, Work::advance).boxed_local())
    };
    stream::once(work).try_flatten().boxed_local()
}

/// The build by docker buildx, which knows these keys.
fn with_buildx<'a>(
    engine: &'a DockerEngine,
    build: ImageBuild,
    keys: Vec<&'static str>,
) -> Result<Told<'a, BuildProgress>, EngineError> {
    let tag = build.tag.clone();
    let Some(program) = buildx::find(&engine.plugin_folders) else {
        let keys = keys.into_iter().map(str::to_owned).collect();
        return Err(EngineError::NoBuildx { tag, keys });
    };
    let who = format!("docker buildx, for {}", keys.join(", "));
    let told = stream::once(std::future::ready(Ok(BuildProgress::Builder(who))));
    let steps = buildx::build(program, &engine.about.address, build);
    let id = async move {
        let body = find(&engine.transport, &Target::new(&["images", &tag, "json"])).await?;
        let image = body.map(|body| super::inspect::image(&body).map_err(not_understood));
        match image.transpose()? {
            Some(image) => Ok(BuildProgress::Built { id: image.id }),
            None => Err(EngineError::BuildFailed {
                step: None,
                why: "its builder did not bring it to the engine".to_owned(),
                output: Vec::new(),
                line: None,
                tag,
            }),
        }
    };
    Ok(told.chain(steps).chain(stream::once(id)).boxed_local())
}

fn failed(build: &ImageBuild, why: String) -> EngineError {
    EngineError::BuildFailed {
        tag: build.tag.clone(),
        step: None,
        why,
        output: Vec::new(),
        line: None,
    }
}

/// What an image is built from.
struct Source {
    /// The folder; none where the engine fetches the context itself.
    context: Option<BuildContext>,
    /// The Dockerfile, as far as it is known here.
    script: Script,
}

impl Source {
    /// Looks at the context; none where its further contexts cannot be had by writing them into the Dockerfile.
    async fn open(build: &ImageBuild) -> Result<Option<Self>, EngineError> {
        if is_remote(&build.build.context) {
            return Ok(Some(Self {
                context: None,
                script: Script::default(),
            }));
        }
        let build = build.clone();
        let opened = tokio::task::spawn_blocking(move || Self::open_folder(&build)).await;
        Ok(opened.map_err(not_understood)??)
    }

    fn open_folder(build: &ImageBuild) -> Result<Option<Self>, ContextError> {
        let section = &build.build;
        let dockerfile = match &section.dockerfile_inline {
            Some(text) => Dockerfile::Inline(text.clone()),
            None => Dockerfile::File(PathBuf::from(
                section.dockerfile.as_deref().unwrap_or("Dockerfile"),
            )),
        };
        let name = match &dockerfile {
            Dockerfile::Inline(_) => "dockerfile_inline".to_owned(),
            Dockerfile::File(path) => path.display().to_string(),
        };
        let context = BuildContext::open(Path::new(&section.context), &dockerfile)?;
        let text = context.text()?;
        let script = Script::new(&name, &text);
        let stages: Vec<_> = stages(build).collect();
        let stages: Vec<_> = stages
            .iter()
            .map(|(name, image)| (*name, image.as_str()))
            .collect();
        if stages.is_empty() {
            return Ok(Some(Self {
                context: Some(context),
                script,
            }));
        }
        let with_stages = script.with_stages(&text, &stages);
        Ok(with_stages.map(|(text, script)| Self {
            context: Some(context.with_text(text)),
            script,
        }))
    }
}

/// A build of the engine's own.
struct Work<'a> {
    engine: &'a DockerEngine,
    build: ImageBuild,
    queue: VecDeque<BuildProgress>,
    phase: Phase,
}

enum Phase {
    /// Folders beside the context become images: their paths, and the images' names.
    Folders {
        folders: Vec<(String, String)>,
        source: Source,
    },
    /// Base images are pulled with the user's credentials, which the builder doesn't have.
    Pull {
        images: Vec<String>,
        source: Source,
    },
    Build(Box<Running>),
    Done,
}

impl<'a> Work<'a> {
    fn begin(engine: &'a DockerEngine, build: ImageBuild, source: Source) -> Self {
        let (who, is_old) = match engine.builder() {
            Builder::BuildKit => ("BuildKit", engine.api() < ApiVersion::new(1, 42)),
            Builder::Classic => ("the classic builder", false),
            Builder::Buildah => ("Buildah", false),
        };
        let mut queue = VecDeque::from([BuildProgress::Builder(format!("the engine, with {who}"))]);
        let unknown = [
            ("shm_size", build.build.shm_size.is_some()),
            ("ulimits", !build.build.ulimits.is_empty()),
        ];
        for (key, _) in unknown.iter().filter(|(_, is_set)| is_old && *is_set) {
            let text =
                format!("`build.{key}` does nothing: the engine's builder is too old for it");
            queue.push_back(BuildProgress::Warning(text));
        }
        let folders = folders(&build);
        Self {
            engine,
            build,
            queue,
            phase: Phase::Folders { folders, source },
        }
    }

    async fn advance(mut self) -> Result<Option<(BuildProgress, Self)>, EngineError> {
        let next = self.next().await;
        if !matches!(next, Ok(Some(_))) {
            // Their layers stay in the builder's cache.
            for (_, image) in folders(&self.build) {
                self.engine.remove_image(&image).await?;
            }
        }
        Ok(next?.map(|progress| (progress, self)))
    }

    async fn next(&mut self) -> Result<Option<BuildProgress>, EngineError> {
        loop {
            if let Some(progress) = self.queue.pop_front() {
                return Ok(Some(progress));
            }
            self.phase = match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::Folders {
                    mut folders,
                    source,
                } => {
                    if let Some((folder, image)) = folders.pop() {
                        let name = format!("[internal] load {folder}");
                        let id = folder.clone();
                        self.queue.push_back(BuildProgress::Step {
                            id,
                            name,
                            cached: false,
                        });
                        build_folder(self.engine, &self.build, &folder, image).await?;
                        self.queue.push_back(BuildProgress::StepDone { id: folder });
                        Phase::Folders { folders, source }
                    } else {
                        let images = to_pull(self.engine, &self.build, &source).await?;
                        // The builder would ask the registries again, and cannot log in.
                        self.build.build.pull &= source.context.is_none();
                        announce(&mut self.queue, &images);
                        Phase::Pull { images, source }
                    }
                }
                Phase::Pull { mut images, source } => {
                    if let Some(image) = images.pop() {
                        pull_base(self.engine, &self.build, &image).await?;
                        self.queue.push_back(BuildProgress::StepDone { id: image });
                        announce(&mut self.queue, &images);
                        Phase::Pull { images, source }
                    } else {
                        let running = start(self.engine, &self.build, source).await?;
                        Phase::Build(Box::new(running))
                    }
                }
                Phase::Build(mut running) => match running.next().await? {
                    Some(progress) => {
                        self.queue.extend(progress);
                        Phase::Build(running)
                    }
                    None => Phase::Done,
                },
                Phase::Done => return Ok(None),
            };
        }
    }
}

/// Makes an image of a folder's files.
async fn build_folder(
    engine: &DockerEngine,
    build: &ImageBuild,
    folder: &str,
    image: String,
) -> Result<(), EngineError> {
    let folder = ImageBuild {
        tag: image,
        build: Build {
            context: folder.to_owned(),
            dockerfile_inline: Some("FROM scratch\nCOPY . /\n".to_owned()),
            ..Build::default()
        },
        platforms: build.platforms.clone(),
        ..ImageBuild::default()
    };
    let Some(source) = Source::open(&folder).await? else {
        return Ok(());
    };
    let mut running = start(engine, &folder, source).await?;
    while running.next().await?.is_some() {}
    Ok(())
}

/// The images to pull before the build, the last one first: those that are not there, since the builder cannot log in to
/// registries, not even as nobody; and all where newer ones are wanted, but for further contexts.
async fn to_pull(
    engine: &DockerEngine,
    build: &ImageBuild,
    source: &Source,
) -> Result<Vec<String>, EngineError> {
    let section = &build.build;
    let mut wanted = Vec::new();
    for image in (source.script).images(&section.args, section.target.as_deref()) {
        let there = find(&engine.transport, &Target::new(&["images", &image, "json"])).await?;
        let is_context = stages(build).any(|(_, context)| context == image);
        if there.is_none() || (section.pull && !is_context) {
            wanted.push(image);
        }
    }
    wanted.reverse();
    Ok(wanted)
}

/// Tells which image is pulled next.
fn announce(queue: &mut VecDeque<BuildProgress>, images: &[String]) {
    if let Some(image) = images.last() {
        queue.push_back(BuildProgress::Step {
            id: image.clone(),
            name: format!("[internal] pull {image}"),
            cached: false,
        });
    }
}

async fn pull_base(
    engine: &DockerEngine,
    build: &ImageBuild,
    image: &str,
) -> Result<(), EngineError> {
    let platform = build.platforms.first().map(String::as_str);
    let pulled = async {
        let registries = engine.registries.as_ref();
        let mut told = pull::pull(&engine.transport, registries, image, platform).await?;
        while told.try_next().await?.is_some() {}
        Ok(())
    };
    pulled.await.map_err(|error| match error {
        EngineError::PullDenied { .. } => EngineError::BaseDenied {
            tag: build.tag.clone(),
            why: error.to_string(),
        },
        EngineError::PullFailed { .. } => failed(build, error.to_string()),
        error => error,
    })
}

type Body = UnsyncBoxBody<Bytes, std::io::Error>;
type Outcome = JoinHandle<Result<(), ContextError>>;

async fn start(
    engine: &DockerEngine,
    build: &ImageBuild,
    source: Source,
) -> Result<Running, EngineError> {
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
    Ok(Running {
        lines: Some(Lines::new(response, &engine.transport)),
        outcome,
        reader: Reader::new(&build.tag, source.script),
    })
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

/// A build that the engine works on.
struct Running {
    lines: Option<Lines>,
    outcome: Option<Outcome>,
    reader: Reader,
}

impl Running {
    /// What the engine tells next; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<BuildProgress>>, EngineError> {
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

#[cfg(test)]
mod tests;
