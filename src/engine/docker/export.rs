//! Containers as files and images.

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::DockerEngine;
use super::request::{Target, open};
use super::stream::next_piece;
use crate::engine::{EngineError, Told};

impl DockerEngine {
    /// The files of a container as a tar archive.
    pub fn export(&self, id: &str) -> Told<'_, Bytes> {
        let target = Target::new(&["containers", id, "export"]);
        let transport = &self.transport;
        let begun = async move {
            let body = open(transport, &target).await?.into_body();
            let pieces = stream::try_unfold(body, move |mut body| async move {
                let piece = next_piece(&mut body, transport).await?;
                Ok::<_, EngineError>(piece.map(|piece| (piece, body)))
            });
            Ok::<_, EngineError>(pieces)
        };
        stream::once(begun).try_flatten().boxed_local()
    }
}
