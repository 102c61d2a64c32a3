//! Building images through the engine's own `POST /build`: BuildKit where the engine has it, else the classic builder.
//! What that has no place for is built by docker buildx.

mod again;
mod parameters;
mod reader;
mod running;
mod source;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::OwnedMutexGuard;

use self::parameters::{beyond, folders, stages};
use self::running::Running;
use self::source::Source;
use super::DockerEngine;
use super::pull;
use super::request::{Target, find};
use super::version::ApiVersion;
use crate::engine::buildx;
use crate::engine::{BuildProgress, Engine as _, EngineError, Told, told};
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
    told(async move {
        let keys = beyond(&build);
        if !keys.is_empty() {
            return with_buildx(engine, build, keys);
        }
        let Some(source) = Source::open(&build).await? else {
            return with_buildx(engine, build, vec!["additional_contexts"]);
        };
        let turn = turn(engine, &build).await;
        let phase = Work::begin(engine, build, source, turn);
        Ok(stream::try_unfold(phase, Work::advance).boxed_local())
    })
}

/// Builds that go on, by the folder they are made from.
pub(super) type Turns = Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>;

/// Waits until nothing else is built from the same folder, where two at once would both make the steps that they share:
/// which of the two the builder finds the next time is chance, and what was built from the other is made anew.
async fn turn(engine: &DockerEngine, build: &ImageBuild) -> Option<OwnedMutexGuard<()>> {
    if engine.builder() == Builder::BuildKit {
        return None;
    }
    let turn = {
        let mut turns = engine.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(build.build.context.clone()).or_default())
    };
    Some(turn.lock_owned().await)
}

impl DockerEngine {
    /// Has docker buildx do what this file of bake says, which reads these folders, with its words on our streams; answers
    /// its exit code, or none where it is not installed.
    ///
    /// # Errors
    /// Where it cannot be run.
    pub async fn bake(
        &self,
        builder: Option<&str>,
        file: &str,
        folders: impl Iterator<Item = &str>,
    ) -> std::io::Result<Option<u8>> {
        let Some(program) = buildx::find(&self.plugin_folders) else {
            return Ok(None);
        };
        let code = buildx::bake(&program, &self.about.variables, builder, file, folders).await?;
        Ok(Some(
            code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        ))
    }
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
    let begin = stream::once(std::future::ready(Ok(BuildProgress::Builder(who))));
    let steps = buildx::build(program, &engine.about.variables, build);
    let id = async move {
        match engine.image(&tag).await? {
            Some(image) => Ok(BuildProgress::Built { id: image.id }),
            None => Err(EngineError::build_failed(
                &tag,
                "its builder did not bring it to the engine",
            )),
        }
    };
    Ok(begin.chain(steps).chain(stream::once(id)).boxed_local())
}

/// A build of the engine's own.
struct Work<'a> {
    engine: &'a DockerEngine,
    build: ImageBuild,
    queue: VecDeque<BuildProgress>,
    phase: Phase,
    /// Whether it was begun a second time.
    is_again: bool,
    /// Held until the end.
    _turn: Option<OwnedMutexGuard<()>>,
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
    fn begin(
        engine: &'a DockerEngine,
        build: ImageBuild,
        source: Source,
        turn: Option<OwnedMutexGuard<()>>,
    ) -> Self {
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
            is_again: false,
            _turn: turn,
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
                        match Running::start(self.engine, &self.build, source).await {
                            Ok(running) => Phase::Build(Box::new(running)),
                            Err(error) => self.again(error).await?,
                        }
                    }
                }
                Phase::Build(mut running) => match running.next().await {
                    Ok(Some(progress)) => {
                        self.queue.extend(progress);
                        Phase::Build(running)
                    }
                    Ok(None) => Phase::Done,
                    Err(error) => self.again(error).await?,
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
    let mut running = Running::start(engine, &folder, source).await?;
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
        EngineError::PullFailed { .. } => EngineError::BaseFailed {
            tag: build.tag.clone(),
            why: error.to_string(),
        },
        error => error,
    })
}

#[cfg(test)]
mod tests;
