use base64::Engine as _;
use prost::Message as _;
use serde_json::json;

use super::reader::Reader;
use super::*;
use crate::engine::docker::buildkit::{Status, Timestamp, Vertex, VertexLog};
use crate::engine::dockerfile::Script;

fn reader() -> Reader {
    let script = Script::new("Dockerfile", "FROM a\nRUN   x\n");
    Reader::new("app-web", script)
}

fn read(reader: &mut Reader, line: &str) -> Result<Vec<BuildProgress>, EngineError> {
    reader.read(line.as_bytes())
}

#[test]
fn a_buildkit_build_is_read() {
    let mut reader = reader();
    let vertex = Vertex {
        digest: "a".to_owned(),
        name: "[1/1] RUN x".to_owned(),
        started: Some(Timestamp { seconds: 1 }),
        ..Vertex::default()
    };
    let status = Status {
        vertexes: vec![vertex.clone()],
        ..Status::default()
    };
    let line = |status: &Status| {
        let aux = base64::engine::general_purpose::STANDARD.encode(status.encode_to_vec());
        json!({"id": "moby.buildkit.trace", "aux": aux}).to_string()
    };
    let step = BuildProgress::Step {
        id: "a".to_owned(),
        name: "[1/1] RUN x".to_owned(),
        cached: false,
    };
    assert_eq!(read(&mut reader, &line(&status)).unwrap(), [step]);
    assert!(
        read(
            &mut reader,
            r#"{"id":"moby.image.id","aux":{"ID":"sha256:1"}}"#
        )
        .unwrap()
        .is_empty()
    );
    assert_eq!(
        reader.end().unwrap(),
        BuildProgress::Built {
            id: "sha256:1".to_owned()
        }
    );

    let failed = Vertex {
        error: "exit code: 1".to_owned(),
        ..vertex
    };
    let log = VertexLog {
        vertex: "a".to_owned(),
        text: b"no such file\n".to_vec(),
    };
    read(
        &mut reader,
        &line(&Status {
            vertexes: vec![failed],
            logs: vec![log],
            ..Status::default()
        }),
    )
    .unwrap();
    let error = read(
        &mut reader,
        r#"{"errorDetail":{"code":1,"message":"exit code: 1"},"error":"exit code: 1"}"#,
    )
    .unwrap_err();
    let EngineError::BuildFailed {
        tag,
        step,
        why,
        output,
        line,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (tag.as_str(), step.as_deref(), why.as_str()),
        ("app-web", Some("[1/1] RUN x"), "exit code: 1")
    );
    assert_eq!(output, ["no such file"]);
    assert_eq!(line.map(|line| line.line), Some(2));
}

#[test]
fn a_classic_build_is_read() {
    let mut reader = reader();
    let mut tell = |text: &str| read(&mut reader, &json!({ "stream": text }).to_string()).unwrap();
    let step = |id: &str, name: &str, cached| BuildProgress::Step {
        id: id.to_owned(),
        name: name.to_owned(),
        cached,
    };
    assert_eq!(
        tell("Step 1/2 : FROM busybox"),
        [step("1", "[1/2] FROM busybox", false)]
    );
    assert!(tell("\n").is_empty() && tell(" ---> 53a28d784067\n").is_empty());
    let done = BuildProgress::StepDone { id: "1".to_owned() };
    assert_eq!(
        tell("Step 2/2 : RUN x : y\n"),
        [done, step("2", "[2/2] RUN x : y", false)]
    );
    assert_eq!(
        tell(" ---> Using cache\n"),
        [step("2", "[2/2] RUN x : y", true)]
    );
    assert_eq!(
        tell("hello\n"),
        [BuildProgress::Output {
            id: Some("2".to_owned()),
            text: "hello\n".to_owned()
        }]
    );
    let coloured = BuildProgress::Output {
        id: Some("2".to_owned()),
        text: "oh\n".to_owned(),
    };
    assert_eq!(tell("\u{1b}[91moh\n\u{1b}[0m"), [coloured]);
    assert!(tell("Removing intermediate container 0c2b1620fbba\n").is_empty());
    assert_eq!(
        tell("[Warning] old\n"),
        [BuildProgress::Warning("old".to_owned())]
    );
    let error = read(
        &mut reader,
        r#"{"errorDetail":{"code":1,"message":"returned a non-zero code: 1"},"error":"x"}"#,
    )
    .unwrap_err();
    let EngineError::BuildFailed {
        step, why, output, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (step.as_deref(), why.as_str()),
        (Some("[2/2] RUN x : y"), "returned a non-zero code: 1")
    );
    assert_eq!(output, ["hello", "oh"]);
}

#[test]
fn podmans_words_are_read_too() {
    let mut reader = reader();
    let mut tell = |text: &str| read(&mut reader, &json!({ "stream": text }).to_string()).unwrap();
    let step = |cached| BuildProgress::Step {
        id: "1".to_owned(),
        name: "[1/2] FROM busybox".to_owned(),
        cached,
    };
    assert_eq!(tell("STEP 1/2: FROM busybox\n"), [step(false)]);
    assert!(tell("--> 83ede7935f02\n").is_empty());
    assert_eq!(tell("--> Using cache 83ede7935f02\n"), [step(true)]);
    let told = tell("[2/3] STEP 1/2: FROM busybox AS mine\n");
    let of_a_stage = BuildProgress::Step {
        id: "stage-1 1".to_owned(),
        name: "[stage-1 1/2] FROM busybox AS mine".to_owned(),
        cached: false,
    };
    assert_eq!(told.last(), Some(&of_a_stage));
}

#[test]
fn a_build_without_an_image_is_an_error() {
    assert_eq!(
        reader().end().unwrap_err().to_string(),
        "the engine's answer cannot be understood: the build of app-web ended without an image"
    );
}
