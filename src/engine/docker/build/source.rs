//! Sources of builds: the context and its Dockerfile.

use std::path::Path;

use super::parameters::{is_remote, stages};
use crate::engine::EngineError;
use crate::engine::context::{BuildContext, ContextError, Dockerfile};
use crate::engine::docker::request::not_understood;
use crate::engine::dockerfile::Script;
use crate::model::ImageBuild;

/// What an image is built from.
pub(super) struct Source {
    /// The folder; none where the engine fetches the context itself.
    pub(super) context: Option<BuildContext>,
    /// The Dockerfile, as far as it is known here.
    pub(super) script: Script,
}

impl Source {
    /// Looks at the context; none where its further contexts cannot be had by writing them into the Dockerfile.
    pub(super) async fn open(build: &ImageBuild) -> Result<Option<Self>, EngineError> {
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
        let dockerfile = Dockerfile::of(section);
        let context = BuildContext::open(Path::new(&section.context), &dockerfile)?;
        let text = context.text()?;
        let script = Script::new(&dockerfile.name(), &text);
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
