//! Builds that are begun once more.

use super::source::Source;
use super::{Builder, Phase, Work};
use crate::engine::{BuildProgress, EngineError};

impl Work<'_> {
    /// Begins a build once more that Buildah broke off because a layer that it had found was gone a moment later, as happens
    /// where other builds go on beside it. Any other failure is the build's.
    pub(super) async fn again(&mut self, error: EngineError) -> Result<Phase, EngineError> {
        let is_lost = matches!(
            &error,
            EngineError::BuildFailed { why, .. } if why.contains("layer not known")
        );
        if !is_lost || self.is_again || self.engine.builder() != Builder::Buildah {
            return Err(error);
        }
        let Some(source) = Source::open(&self.build).await? else {
            return Err(error);
        };
        self.is_again = true;
        let who = "the engine, with Buildah, once more: it lost a layer to another build";
        self.queue.push_back(BuildProgress::Builder(who.to_owned()));
        let images = Vec::new();
        Ok(Phase::Pull { images, source })
    }
}

#[cfg(test)]
mod tests;
