//! Containers as files and images.

use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::Value;

use super::DockerEngine;
use super::request::{Target, not_understood, open, post};
use super::stream::next_piece;
use crate::engine::{EngineError, NewImage, Told, told};

impl DockerEngine {
    /// The files of a container as a tar archive.
    pub fn export(&self, id: &str) -> Told<'_, Bytes> {
        let target = Target::new(&["containers", id, "export"]);
        let transport = &self.transport;
        told(async move {
            let body = open(transport, &target).await?.into_body();
            let pieces = stream::try_unfold(body, move |mut body| async move {
                let piece = next_piece(&mut body, transport).await?;
                Ok::<_, EngineError>(piece.map(|piece| (piece, body)))
            });
            Ok(pieces)
        })
    }

    /// Makes an image of a container's files and settings; answers its id.
    ///
    /// # Errors
    /// Where the engine refuses or cannot be reached.
    pub async fn commit(&self, id: &str, image: &NewImage) -> Result<String, EngineError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "Id")]
            id: String,
        }
        let mut target = Target::new(&["commit"])
            .with("container", id)
            .with("pause", if image.pause { "1" } else { "0" })
            .with_some("repo", image.repository.as_deref())
            .with_some("tag", image.tag.as_deref())
            .with_some("author", image.author.as_deref())
            .with_some("comment", image.message.as_deref());
        for change in &image.changes {
            target = target.with("changes", change);
        }
        let answer = post(&self.transport, &target, &Value::Null).await?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(not_understood)?;
        Ok(answer.id)
    }
}
