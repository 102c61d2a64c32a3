use serde_json::json;

use super::*;

fn lines(applied: &Value, desired: &Value) -> Vec<String> {
    changes(applied, desired, &Positions::default())
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn each_field_is_named_with_both_values() {
    assert_eq!(
        lines(
            &json!({"image": "a:1", "environment": {"DEBUG": "0", "OLD": "x"}, "tty": true}),
            &json!({"image": "a:2", "environment": {"DEBUG": "1", "NEW": "y"}}),
        ),
        [
            r#"image: "a:1" -> "a:2""#,
            r#"environment.DEBUG: "0" -> "1""#,
            r#"environment.NEW: "y" added"#,
            r#"environment.OLD: "x" removed"#,
            "tty: true removed",
        ]
    );
}

#[test]
fn lists_of_sections_are_compared_entry_by_entry_and_others_as_a_whole() {
    assert_eq!(
        lines(
            &json!({"ports": [{"target": 80, "published": "8080"}], "dns": ["1.1.1.1"]}),
            &json!({"ports": [{"target": 80, "published": "8081"}], "dns": ["1.1.1.1", "9.9.9.9"]}),
        ),
        [
            r#"ports[0].published: "8080" -> "8081""#,
            r#"dns: ["1.1.1.1"] -> ["1.1.1.1","9.9.9.9"]"#
        ]
    );
}

#[test]
fn entries_that_come_or_go_are_named_and_the_others_are_not() {
    let mount =
        |target: &str| json!({"target": target, "source": null, "labels": {}, "nocopy": false});
    assert_eq!(
        lines(
            &json!({"volumes": [mount("/a"), mount("/b")]}),
            &json!({"volumes": [mount("/b"), mount("/c"), mount("/d")]}),
        ),
        [
            r#"volumes[1]: {"target":"/c"} added"#,
            r#"volumes[2]: {"target":"/d"} added"#,
            r#"volumes: {"target":"/a"} removed"#,
        ]
    );
    let hook = json!({"command": ["true"], "environment": {"PIN": "ab12"}});
    assert_eq!(
        lines(&json!({"post_start": []}), &json!({"post_start": [hook]})),
        [r#"post_start[0]: {"command":["true"]} added"#]
    );
}

#[test]
fn ports_and_mounts_are_shown_in_their_short_form_where_that_says_all() {
    let port = json!({"target": 80, "published": "8080", "host_ip": null, "protocol": "tcp", "mode": "ingress"});
    let named = json!({"target": 81, "protocol": "udp", "name": "web"});
    let mounts = json!([
        {"type": "volume", "source": "data", "target": "/data", "read_only": true},
        {"type": "bind", "source": "/srv", "target": "/srv", "create_host_path": true, "read_only": false},
        {"type": "bind", "source": "/srv", "target": "/srv", "selinux": "z"},
        {"type": "volume", "target": "/cache", "labels": {}},
        {"type": "tmpfs", "target": "/tmp", "size": null},
    ]);
    assert_eq!(
        lines(
            &json!({"ports": null, "volumes": null}),
            &json!({"ports": [port, named], "volumes": mounts})
        ),
        [
            "ports[0]: 8080:80/tcp added",
            r#"ports[1]: {"target":81,"protocol":"udp","name":"web"} added"#,
            "volumes[0]: data:/data:ro added",
            "volumes[1]: /srv:/srv added",
            r#"volumes[2]: {"type":"bind","source":"/srv","target":"/srv","selinux":"z"} added"#,
            "volumes[3]: /cache added",
            r#"volumes[4]: {"type":"tmpfs","target":"/tmp"} added"#,
        ]
    );
    assert_eq!(
        lines(&json!({"ports": [port]}), &json!({})),
        ["ports: 8080:80/tcp removed"]
    );
}

#[test]
fn credentials_are_masked() {
    assert_eq!(
        lines(
            &json!({"environment": {"DB_PASSWORD": "old", "URL": "mysql://u:old@db/x"}}),
            &json!({"environment": {"DB_PASSWORD": "new", "URL": "mysql://u:new@db/y"}}),
        ),
        [
            "environment.DB_PASSWORD: *** -> ***",
            r#"environment.URL: "mysql://u:***@db/x" -> "mysql://u:***@db/y""#
        ]
    );
}

#[test]
fn contents_are_told_apart_but_not_shown() {
    let spec = |content: &str| json!({"secrets": {"pin": {"target": "/run/secrets/pin", "content": content}}});
    assert_eq!(
        lines(&spec("ab12"), &spec("cd34")),
        ["secrets.pin: its content changed"]
    );
    assert_eq!(
        lines(&json!({}), &spec("ab12")),
        [r#"secrets.pin.target: "/run/secrets/pin" added"#]
    );
    let profile = |content: &str| json!({"security_profiles": {"a.json": {"content": content}}});
    assert_eq!(
        lines(&profile("ab12"), &profile("cd34")),
        ["security_opt seccomp=a.json: its content changed"]
    );
    // One made by a version that did not look at it stays.
    assert_eq!(lines(&json!({}), &profile("ab12")), [""; 0]);
    let hook = |value: &str| json!({"post_start": [{"environment": {"X": value}}]});
    assert_eq!(
        lines(&hook("ab12"), &hook("cd34")),
        ["post_start[0].environment.X: *** -> ***"]
    );
}

#[test]
fn equal_things_differ_in_nothing() {
    let spec = json!({"a": {"b": [1, {"c": null}]}, "d": []});
    assert!(lines(&spec, &spec).is_empty());
}

#[test]
fn a_change_knows_its_place() {
    let mut positions = Positions::default();
    positions.insert(
        "environment.DEBUG",
        Position {
            file: "stack.yaml".into(),
            line: 14,
            column: 7,
        },
    );
    let found = changes(
        &json!({"environment": {"DEBUG": "0"}}),
        &json!({"environment": {"DEBUG": "1"}}),
        &positions,
    );
    assert_eq!(
        found[0].to_string(),
        r#"environment.DEBUG: "0" -> "1"  stack.yaml:14:7"#
    );
}
