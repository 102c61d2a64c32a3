//! What BuildKit tells while it builds over the engine's own `/build`: protobuf messages in base64 in JSON lines.
//!
//! The messages are declared by hand: five of them, and only the fields that are used.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message;

use crate::engine::BuildProgress;

/// `moby.buildkit.v1.StatusResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Status {
    #[prost(message, repeated, tag = "1")]
    pub(crate) vertexes: Vec<Vertex>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) logs: Vec<VertexLog>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) warnings: Vec<VertexWarning>,
}

/// One step of a build.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Vertex {
    #[prost(string, tag = "1")]
    pub(crate) digest: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(bool, tag = "4")]
    pub(crate) cached: bool,
    #[prost(message, optional, tag = "5")]
    pub(crate) started: Option<Timestamp>,
    #[prost(message, optional, tag = "6")]
    pub(crate) completed: Option<Timestamp>,
    #[prost(string, tag = "7")]
    pub(crate) error: String,
}

/// A moment; only that there is one is of interest.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Timestamp {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
}

/// Output of a step.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct VertexLog {
    #[prost(string, tag = "1")]
    pub(crate) vertex: String,
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) text: Vec<u8>,
}

/// A warning about the Dockerfile.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct VertexWarning {
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) short: Vec<u8>,
}

/// How many lines of a failed step's output are kept.
const LAST_LINES: usize = 20;
/// How many bytes of each step's output are kept at least, to find those lines in.
const LAST_BYTES: usize = 8 * 1024;

/// The steps of a running build, as far as they were told.
#[derive(Default)]
pub(crate) struct Trace {
    steps: HashMap<String, Step>,
}

#[derive(Default)]
struct Step {
    name: String,
    is_shown: bool,
    is_shown_cached: bool,
    is_done: bool,
    error: String,
    output: Tail,
}

impl Trace {
    /// What a `moby.buildkit.trace` line says; none when it cannot be decoded.
    pub(crate) fn read(&mut self, base64: &str) -> Option<Vec<BuildProgress>> {
        let bytes = STANDARD.decode(base64).ok()?;
        Some(self.take(Status::decode(bytes.as_slice()).ok()?))
    }

    /// What a message says.
    pub(crate) fn take(&mut self, status: Status) -> Vec<BuildProgress> {
        let mut progress = Vec::new();
        for vertex in status.vertexes {
            let step = self.steps.entry(vertex.digest.clone()).or_default();
            step.name.clone_from(&vertex.name);
            step.error.clone_from(&vertex.error);
            let begins = vertex.started.is_some() && !step.is_shown;
            if begins || (vertex.cached && !step.is_shown_cached && !step.is_done) {
                step.is_shown = true;
                step.is_shown_cached = vertex.cached;
                progress.push(BuildProgress::Step {
                    id: vertex.digest.clone(),
                    name: vertex.name,
                    cached: vertex.cached,
                });
            }
            if vertex.completed.is_some() && !step.is_done {
                step.is_done = true;
                progress.push(BuildProgress::StepDone { id: vertex.digest });
            }
        }
        for log in status.logs {
            let text = String::from_utf8_lossy(&log.text).into_owned();
            self.steps
                .entry(log.vertex.clone())
                .or_default()
                .output
                .push(&text);
            progress.push(BuildProgress::Output {
                id: Some(log.vertex),
                text,
            });
        }
        let warning = |warning: VertexWarning| {
            BuildProgress::Warning(String::from_utf8_lossy(&warning.short).into_owned())
        };
        progress.extend(status.warnings.into_iter().map(warning));
        progress
    }

    /// The name and last lines of the step that made the build fail; others were stopped because of it.
    pub(crate) fn failed_step(&self) -> Option<(String, Vec<String>)> {
        let failed =
            |step: &&Step| !step.error.is_empty() && !step.error.contains("context canceled");
        let step = self.steps.values().find(failed)?;
        Some((step.name.clone(), step.output.lines()))
    }
}

/// The end of a text.
#[derive(Default)]
pub(crate) struct Tail(String);

impl Tail {
    pub(crate) fn push(&mut self, text: &str) {
        self.0.push_str(text);
        if self.0.len() > 4 * LAST_BYTES {
            let mut at = self.0.len() - LAST_BYTES;
            while !self.0.is_char_boundary(at) {
                at += 1;
            }
            self.0.drain(..at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let lines: Vec<_> = self
            .0
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let first = lines.len().saturating_sub(LAST_LINES);
        lines[first..]
            .iter()
            .map(|line| (*line).to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertex(digest: &str, name: &str) -> Vertex {
        Vertex {
            digest: digest.to_owned(),
            name: name.to_owned(),
            ..Vertex::default()
        }
    }

    fn read(trace: &mut Trace, status: &Status) -> Vec<BuildProgress> {
        trace
            .read(&STANDARD.encode(status.encode_to_vec()))
            .unwrap()
    }

    #[test]
    fn steps_are_told_once_when_they_begin_and_end() {
        let mut trace = Trace::default();
        let moment = Some(Timestamp { seconds: 1 });
        let status = |vertex| Status {
            vertexes: vec![vertex],
            ..Status::default()
        };
        assert!(read(&mut trace, &status(vertex("a", "[1/2] FROM x"))).is_empty());
        let begun = Vertex {
            started: moment.clone(),
            ..vertex("a", "[1/2] FROM x")
        };
        let step = |cached| BuildProgress::Step {
            id: "a".to_owned(),
            name: "[1/2] FROM x".to_owned(),
            cached,
        };
        assert_eq!(read(&mut trace, &status(begun.clone())), [step(false)]);
        assert!(read(&mut trace, &status(begun.clone())).is_empty());
        let ended = Vertex {
            completed: moment,
            cached: true,
            ..begun
        };
        assert_eq!(
            read(&mut trace, &status(ended.clone())),
            [step(true), BuildProgress::StepDone { id: "a".to_owned() }]
        );
        assert!(read(&mut trace, &status(ended)).is_empty());
    }

    #[test]
    fn the_failed_step_and_its_last_lines_are_known() {
        let mut trace = Trace::default();
        let log = |text: &str| VertexLog {
            vertex: "b".to_owned(),
            text: text.as_bytes().to_vec(),
        };
        let status = Status {
            vertexes: vec![
                Vertex {
                    error: "context canceled".to_owned(),
                    ..vertex("a", "[2/2] RUN other")
                },
                Vertex {
                    error: "exit code: 1".to_owned(),
                    ..vertex("b", "[2/2] RUN false")
                },
            ],
            logs: vec![log("one\ntw"), log("o\r\n")],
            warnings: vec![VertexWarning {
                short: b"careful".to_vec(),
            }],
        };
        let progress = read(&mut trace, &status);
        assert_eq!(
            progress.last(),
            Some(&BuildProgress::Warning("careful".to_owned()))
        );
        let (name, lines) = trace.failed_step().unwrap();
        assert_eq!(
            (name.as_str(), lines),
            ("[2/2] RUN false", vec!["one".to_owned(), "two".to_owned()])
        );
    }

    #[test]
    fn only_the_end_of_long_output_is_kept() {
        let mut tail = Tail::default();
        (0..100_000).for_each(|number| tail.push(&format!("zeile {number} ü\n")));
        assert!(tail.0.len() <= 4 * LAST_BYTES);
        let lines = tail.lines();
        assert_eq!((lines.len(), lines[19].as_str()), (20, "zeile 99999 ü"));
    }

    #[test]
    fn nonsense_is_not_decoded() {
        assert!(Trace::default().read("%").is_none());
    }
}
