//! Several files, and what they take from others, become one tree.

use super::*;

#[test]
fn later_files_are_merged_and_resets_and_replacements_apply() {
    let files = [
        (
            "compose.yaml",
            "services:\n  web:\n    image: x\n    ports: [\"80\"]\n    dns: [1.1.1.1]\n    environment: {A: a, B: b}\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  web:\n    ports: !override [\"81\"]\n    dns: !reset []\n    environment: [B=c]\n",
        ),
    ];
    let loaded = load_files(&files).unwrap();
    let project = loaded.project.unwrap();
    let web = &project.services[0];
    assert_eq!(
        web.spec
            .ports
            .iter()
            .map(|port| port.target)
            .collect::<Vec<_>>(),
        [81]
    );
    assert!(web.spec.dns.is_empty());
    assert_eq!(web.spec.environment.get("A").map(String::as_str), Some("a"));
    assert_eq!(web.spec.environment.get("B").map(String::as_str), Some("c"));
    let position = web.positions.find("environment.B").unwrap();
    assert_eq!(position.to_string(), "compose.override.yaml:5:19");
    assert_eq!(
        web.positions.find("image").unwrap().to_string(),
        "compose.yaml:3:12"
    );
}

#[test]
fn what_is_reset_extends_nothing() {
    let over = "---\nservices: {a: {extends: !reset {service: none}}}\n";
    let text = format!("services: {{a: {{image: x}}}}\n{over}");
    assert_eq!(problems(&text), [""; 0]);
}

#[test]
fn a_file_of_variables_trusts_itself_before_the_files_above_it() {
    let one = ("one.env", "A=1\nX=x\n");
    let two = ("sub/two.env", "B=${A}\nA=2\nC=${A}${X}\nA\n");
    let stack = "services: {web: {image: x, env_file: [one.env, sub/two.env]}}\n";
    let included = "include: [{path: sub/b.yaml, env_file: [one.env, sub/two.env]}]\n";
    let inner = "services: {web: {image: x, environment: {A: $A, B: $B, C: $C}}}\n";
    for files in [
        vec![("compose.yaml", stack), one, two],
        vec![("compose.yaml", included), ("sub/b.yaml", inner), one, two],
    ] {
        let value = |name| value_at(&files, &["services", "web", "environment", name]);
        assert_eq!(["A", "B", "C"].map(value), ["2", "1", "2x"], "{files:?}");
    }
}

#[test]
fn an_empty_project_directory_of_an_include_is_the_folder_of_its_file() {
    let files = [
        (
            "compose.yaml",
            "include: [{path: sub/b.yaml, project_directory: ''}]\n",
        ),
        ("sub/b.yaml", "services: {web: {image: $A}}\n"),
        ("sub/.env", "A=there\n"),
    ];
    assert_eq!(value_at(&files, &["services", "web", "image"]), "there");
}

#[test]
fn the_env_files_of_an_include_are_paths() {
    let files = [
        (
            "compose.yaml",
            "include: [{path: b.yaml, env_file: [{path: a.env}]}]\n",
        ),
        ("b.yaml", "services: {web: {image: x}}\n"),
    ];
    assert_eq!(
        load_files(&files).unwrap_err(),
        [
            "`env_file` of an `include` is a path or a list of paths\n  compose.yaml:1:37 this is a mapping"
        ]
    );
}

#[test]
fn the_null_device_is_an_empty_file() {
    let text = "services: {web: {image: x, env_file: /dev/null, environment: {A: b}}}\n";
    let path = ["services", "web", "environment", "A"];
    assert_eq!(value_at(&[("compose.yaml", text)], &path), "b");
}

#[test]
fn a_scalar_behind_override_is_a_string() {
    let text = "services: {web: {image: x}}\n---\nservices: {web: {user: !override 1000, tty: !override true}}\n";
    let files = [("compose.yaml", text)];
    assert_eq!(value_at(&files, &["services", "web", "user"]), "1000");
    assert_eq!(value_at(&files, &["services", "web", "tty"]), "true");
}
