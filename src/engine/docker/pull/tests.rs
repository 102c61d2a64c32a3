use super::*;

#[test]
fn references_are_pulled_by_one_tag() {
    let table = [
        ("busybox", ("busybox", "latest")),
        ("busybox:1", ("busybox", "1")),
        ("reg.io:5000/a/b", ("reg.io:5000/a/b", "latest")),
        ("reg.io:5000/a/b:2", ("reg.io:5000/a/b", "2")),
        ("a@sha256:00", ("a", "sha256:00")),
    ];
    for (reference, expected) in table {
        assert_eq!(name_and_tag(reference), expected);
    }
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

#[test]
fn fuzzed_image_references_are_taken_apart_without_loss() {
    let examples = [
        "busybox",
        "h:5000/a/b",
        "a:1",
        "a@sha256:0",
        "docker.io/library/a:b@sha256:c",
    ];
    let grammar = crate::fuzz::Grammar {
        examples: examples.map(str::to_owned).to_vec(),
        pieces: &[
            ":",
            "/",
            "@",
            "sha256:",
            "latest",
            "localhost",
            "[::1]",
            ".",
            "//",
            "A",
        ],
    };
    crate::fuzz::run(grammar, |reference| {
        let (name, tag) = name_and_tag(reference);
        let signs = [format!("{name}@{tag}"), format!("{name}:{tag}")];
        let is_whole = signs.iter().any(|whole| whole == reference);
        if is_whole || name == reference && tag == "latest" {
            Ok(())
        } else {
            Err(format!("{name} and {tag}"))
        }
    });
}
