//! The output of containers.

use std::collections::VecDeque;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hyper::Response;
use hyper::body::Incoming;

use super::DockerEngine;
use super::request::{Target, get, open, open_until_end};
use super::stream::next_piece;
use super::transport::Transport;
use crate::engine::locate::Address;
use crate::engine::{EngineError, LogChunk, LogOptions, Told};
use crate::model::time;

/// The output of a container.
pub(super) async fn read(
    engine: &DockerEngine,
    id: &str,
    options: LogOptions,
) -> Result<Told<'static, LogChunk>, EngineError> {
    let flag = |is_set| if is_set { "1" } else { "0" };
    let target = Target::new(&["containers", id, "logs"])
        .with("stdout", "1")
        .with("stderr", "1")
        .with("follow", flag(options.follow))
        .with("timestamps", flag(options.timestamps))
        .with_some(
            "tail",
            options.tail.map(|lines| lines.to_string()).as_deref(),
        )
        .with_some("since", options.since.map(time::seconds).as_deref())
        .with_some("until", options.until.map(time::seconds).as_deref());
    let transport = &engine.transport;
    let is_near = matches!(transport.address(), Address::Unix(_));
    if options.follow || !is_near {
        return Ok(logs(open(transport, &target).await?, transport));
    }
    let logs = logs(open_until_end(transport, &target).await?, transport);
    // Whether that was all: an engine that broke off does not answer.
    let transport = transport.clone();
    let end = async move { get(&transport, &Target::new(&["_ping"])).await };
    let end = stream::once(end).try_filter_map(|_| std::future::ready(Ok(None)));
    Ok(logs.chain(end).boxed_local())
}

/// The output in a response of `GET /containers/ID/logs`.
pub(super) fn logs(response: Response<Incoming>, transport: &Transport) -> Told<'static, LogChunk> {
    let state = (
        response.into_body(),
        transport.clone(),
        Demultiplexer::default(),
    );
    let chunks = stream::try_unfold(state, |(mut body, transport, mut output)| async move {
        loop {
            if let Some(chunk) = output.next() {
                return Ok(Some((chunk, (body, transport, output))));
            }
            match next_piece(&mut body, &transport).await? {
                Some(piece) => output.push(&piece),
                None if output.is_ended() => return Ok(None),
                None => output.end(),
            }
        }
    });
    chunks.boxed_local()
}

/// Takes apart the two outputs of a container, which an engine sends in one stream with a header of eight bytes before
/// each piece; a terminal's output comes as it is. The first bytes tell which: no text begins like a header.
#[derive(Default)]
pub(super) struct Demultiplexer {
    form: Option<Form>,
    buffer: BytesMut,
    chunks: VecDeque<LogChunk>,
    is_ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Raw,
    Multiplexed,
}

/// Stream number, three zeros, the length as a big-endian number.
const HEADER: usize = 8;

impl Demultiplexer {
    /// For what is known to be a terminal's.
    pub(super) fn raw() -> Self {
        Self {
            form: Some(Form::Raw),
            ..Self::default()
        }
    }

    /// The next piece, where there is a whole one.
    pub(super) fn next(&mut self) -> Option<LogChunk> {
        self.chunks.pop_front()
    }

    /// Whether [`Self::end`] was called.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Takes in what has come.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
        if self.buffer.is_empty() {
            return;
        }
        let known = self.buffer.len().min(4);
        let is_header = self.buffer.first().is_some_and(|stream| *stream <= 2)
            && self.buffer[1..known].iter().all(|byte| *byte == 0);
        let form = match self.form {
            Some(form) => form,
            // Too short to tell.
            None if is_header && known < 4 => return,
            None => *self.form.insert(if is_header {
                Form::Multiplexed
            } else {
                Form::Raw
            }),
        };
        if form == Form::Raw {
            let bytes = self.buffer.split().freeze();
            self.chunks.push_back(LogChunk {
                stderr: false,
                bytes,
            });
            return;
        }
        self.take_apart();
    }

    /// Takes whole pieces out of the buffer. Those of one output are put together as long as they end with their lines:
    /// where a line goes on, the next piece begins with a time of its own.
    fn take_apart(&mut self) {
        let mut at = 0;
        let mut together = LogChunk {
            stderr: false,
            bytes: Bytes::new(),
        };
        let mut bytes = BytesMut::new();
        while let Some((header, rest)) = self.buffer[at..].split_at_checked(HEADER) {
            let length = (&header[4..]).get_u32() as usize;
            let Some(payload) = rest.get(..length) else {
                break;
            };
            let stderr = header[0] == 2;
            if !bytes.is_empty() && (stderr != together.stderr || !bytes.ends_with(b"\n")) {
                together.bytes = bytes.split().freeze();
                self.chunks.push_back(together.clone());
            }
            together.stderr = stderr;
            if bytes.is_empty() {
                bytes.reserve(self.buffer.len() - at);
            }
            bytes.extend_from_slice(payload);
            at += HEADER + length;
        }
        if !bytes.is_empty() {
            together.bytes = bytes.freeze();
            self.chunks.push_back(together);
        }
        self.buffer.advance(at);
    }

    /// What is left of a piece whose rest never came is shown all the same.
    pub(super) fn end(&mut self) {
        self.is_ended = true;
        let stderr = self.form == Some(Form::Multiplexed) && self.buffer.first() == Some(&2);
        if self.form == Some(Form::Multiplexed) {
            self.buffer.advance(self.buffer.len().min(HEADER));
        }
        if !self.buffer.is_empty() {
            self.chunks.push_back(LogChunk {
                stderr,
                bytes: self.buffer.split().freeze(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
