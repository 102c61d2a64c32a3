use serde_json::json;

use super::*;
use crate::state::Health;

fn read_event(action: &str, attributes: &serde_json::Value) -> Option<EngineEvent> {
    // As 20.10 sends it: the old fields beside the new ones.
    let line = json!({
        "status": action, "id": "c1", "from": "busybox", "Type": "container", "Action": action,
        "Actor": {"ID": "c1", "Attributes": attributes}, "scope": "local", "time": 1, "timeNano": 1,
    });
    event(line.to_string().as_bytes()).unwrap()
}

#[test]
fn events_become_actions() {
    let table = [
        ("create", json!({}), ContainerAction::Created),
        ("start", json!({}), ContainerAction::Started),
        (
            "die",
            json!({"exitCode": "137"}),
            ContainerAction::Died(137),
        ),
        (
            "died",
            json!({"containerExitCode": "3"}),
            ContainerAction::Died(3),
        ),
        (
            "health_status: healthy",
            json!({}),
            ContainerAction::Health(Health::Healthy),
        ),
        (
            "health_status: unhealthy",
            json!({}),
            ContainerAction::Health(Health::Unhealthy),
        ),
        (
            "health_status",
            json!({"health_status": "starting"}),
            ContainerAction::Health(Health::Starting),
        ),
        ("pause", json!({}), ContainerAction::Paused),
        ("unpause", json!({}), ContainerAction::Unpaused),
        ("destroy", json!({}), ContainerAction::Removed),
        ("remove", json!({}), ContainerAction::Removed),
        (
            "rename",
            json!({}),
            ContainerAction::Other("rename".to_owned()),
        ),
    ];
    for (word, attributes, expected) in table {
        let Some(EngineEvent::Container { action, .. }) = read_event(word, &attributes) else {
            panic!("{word} is no event")
        };
        assert_eq!(action, expected, "{word}");
    }
}

#[test]
fn events_name_container_and_service() {
    let attributes =
        json!({"name": "app-web-1", "com.docker.compose.service": "web", "image": "x"});
    let expected = EngineEvent::Container {
        id: "c1".to_owned(),
        action: ContainerAction::Started,
        service: Some("web".to_owned()),
        name: "app-web-1".to_owned(),
    };
    assert_eq!(read_event("start", &attributes), Some(expected));
    assert_eq!(read_event("exec_start: true", &json!({})), None);
    assert_eq!(
        event(br#"{"Type":"network","Action":"connect","Actor":{"ID":"n"}}"#).unwrap(),
        None
    );
}

#[test]
fn pulls_tell_layers_and_errors() {
    let progress = |line: &str| pull_progress(line.as_bytes(), "busybox:1");
    let layer = progress(r#"{"status":"Downloading","progressDetail":{"current":5,"total":9},"progress":"[=>]","id":"0123456789ab"}"#).unwrap();
    let expected = PullProgress {
        layer: Some("0123456789ab".to_owned()),
        status: "Downloading".to_owned(),
        current: Some(5),
        total: Some(9),
    };
    assert_eq!(layer, expected);
    let whole = progress(r#"{"status":"Pulling from library/busybox","id":"latest"}"#).unwrap();
    assert_eq!((whole.layer, whole.current), (None, None));
    let unknown = progress(
        r#"{"status":"Extracting","progressDetail":{"current":5,"total":-1},"id":"0123456789ab"}"#,
    );
    assert!(unknown.is_ok(), "{unknown:?}");
    let error =
        progress(r#"{"errorDetail":{"message":"toomanyrequests"},"error":"toomanyrequests"}"#)
            .unwrap_err();
    assert_eq!(
        error.to_string(),
        "image busybox:1 cannot be pulled: toomanyrequests"
    );
}

#[test]
fn denied_pulls_are_told_apart() {
    let denied = "pull access denied for me/x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied";
    assert_eq!(
        pull_error("me/x", denied.to_owned()).to_string(),
        "pull access denied for me/x: repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
    );
    let table = [
        ("unauthorized: authentication required", true),
        ("manifest for x:9 not found: manifest unknown", false),
        ("dial tcp: lookup r.io: no such host", false),
    ];
    for (why, is_denied) in table {
        assert_eq!(
            matches!(
                pull_error("x", why.to_owned()),
                EngineError::PullDenied { .. }
            ),
            is_denied,
            "{why}"
        );
    }
}

/// What comes out when these pieces come in.
fn output(pieces: &[&[u8]]) -> Vec<(bool, String)> {
    let mut output = Demultiplexer::default();
    for piece in pieces {
        output.push(piece);
    }
    output.end();
    output
        .chunks
        .into_iter()
        .map(|chunk| {
            (
                chunk.stderr,
                String::from_utf8(chunk.bytes.to_vec()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_two_outputs_are_taken_apart() {
    let (out, err) = (b"\x01\0\0\0\0\0\0\x03abc", b"\x02\0\0\0\0\0\0\x02de");
    let both = [(false, "abc".to_owned()), (true, "de".to_owned())];
    assert_eq!(output(&[out, err]), both);
    // However the connection cuts them.
    let whole = [out.as_slice(), err].concat();
    for at in 0..whole.len() {
        assert_eq!(output(&[&whole[..at], &whole[at..]]), both, "cut at {at}");
    }
    assert_eq!(
        output(&[b"\x02\0\0\0\0\0\0\x05de"]),
        [(true, "de".to_owned())]
    );
    assert_eq!(output(&[]), []);
}

#[test]
fn a_terminals_output_comes_as_it_is() {
    assert_eq!(
        output(&[b"$ ", b"ls\r\n"]),
        [(false, "$ ".to_owned()), (false, "ls\r\n".to_owned())]
    );
    assert_eq!(output(&[b"\x01x"]), [(false, "\x01x".to_owned())]);
}
