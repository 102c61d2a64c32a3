use base64::Engine as _;
use prost::Message as _;

use super::*;
use crate::engine::docker::buildkit::{Status, Timestamp, Vertex, VertexLog};
use crate::model::{Build, ByteSize, Ulimit};

fn reader() -> Reader {
    Reader {
        tag: "app-web".to_owned(),
        trace: Trace::default(),
        classic: Classic::default(),
        id: None,
    }
}

fn read(reader: &mut Reader, line: &str) -> Result<Vec<BuildProgress>, EngineError> {
    reader.read(line.as_bytes())
}

#[test]
fn the_section_becomes_parameters() {
    let build = ImageBuild {
        tag: "app-web".to_owned(),
        build: Build {
            args: [("A".to_owned(), "1".to_owned())].into(),
            labels: [("l".to_owned(), "1".to_owned())].into(),
            target: Some("final".to_owned()),
            cache_from: vec!["old".to_owned()],
            tags: vec!["app:2".to_owned(), "app-web".to_owned()],
            platforms: vec!["linux/arm64".to_owned()],
            network: Some("host".to_owned()),
            extra_hosts: vec!["h=1.2.3.4".to_owned()],
            shm_size: ByteSize::from_bytes(64),
            ulimits: [("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })].into(),
            no_cache: true,
            pull: true,
            ..Build::default()
        },
        platform: None,
        labels: [("m".to_owned(), "2".to_owned())].into(),
    };
    let text = target(&build, Builder::BuildKit)
        .unwrap()
        .as_str()
        .replace("%22", "'")
        .replace("%7B", "{")
        .replace("%7D", "}");
    assert_eq!(
        text.split_once('?')
            .unwrap()
            .1
            .split('&')
            .collect::<Vec<_>>(),
        [
            "t=app-web",
            "rm=1",
            "forcerm=1",
            "t=app:2",
            "version=2",
            "buildargs={'A':'1'}",
            "labels={'l':'1'%2C'm':'2'}",
            "ulimits=%5B{'Name':'nofile'%2C'Soft':1%2C'Hard':2}%5D",
            "cachefrom=%5B'old'%5D",
            "target=final",
            "networkmode=host",
            "platform=linux/arm64",
            "shmsize=64",
            "nocache=1",
            "pull=1",
            "extrahosts=h:1.2.3.4",
        ]
    );
    let plain = ImageBuild {
        tag: "x".to_owned(),
        build: Build::default(),
        platform: None,
        labels: indexmap::IndexMap::new(),
    };
    assert_eq!(
        target(&plain, Builder::Classic).unwrap().as_str(),
        "/build?t=x&rm=1&forcerm=1"
    );
}

#[test]
fn several_platforms_are_refused() {
    let platforms = vec!["linux/arm64".to_owned(), "linux/amd64".to_owned()];
    let build = ImageBuild {
        tag: "x".to_owned(),
        build: Build {
            platforms,
            ..Build::default()
        },
        platform: None,
        labels: indexmap::IndexMap::new(),
    };
    let error = target(&build, Builder::BuildKit).unwrap_err();
    assert_eq!(
        error.to_string(),
        "image x cannot be built: one build makes an image for one platform, not for linux/arm64, linux/amd64"
    );
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
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (tag.as_str(), step.as_deref(), why.as_str()),
        ("app-web", Some("[1/1] RUN x"), "exit code: 1")
    );
    assert_eq!(output, ["no such file"]);
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
}

#[test]
fn a_build_without_an_image_is_an_error() {
    assert_eq!(
        reader().end().unwrap_err().to_string(),
        "the engine's answer cannot be understood: the build of app-web ended without an image"
    );
}
