//! `windlass logs`: its forms, beside docker compose's.

use serde_json::Value;

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'echo GET /a 200; sleep 0.1; echo get /b 404 >&2; touch /told; sleep 1000'
    init: true
    healthcheck: {test: test -e /told, interval: 1s}
  db: {image: busybox, command: sh -c 'echo ready; sleep 1000', init: true, scale: 2}
";

#[test]
fn lines_are_shown_in_every_form() {
    let stack = Stack::empty("logs");
    stack.file("compose.yaml", STACK);
    stack.ok(&["up", "-d", "--wait"]);
    let web = stack.container("web");
    assert_eq!(web["State"]["Running"], true);
    let shown = stack.ok(&["logs", "--json", "web"]).stdout;
    let lines: Vec<Value> = shown
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |key: &str| {
        lines
            .iter()
            .map(|line| line[key].as_str().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("line"), ["GET /a 200", "get /b 404"]);
    assert_eq!(of("stream"), ["stdout", "stderr"]);
    assert_eq!(of("service"), ["web", "web"]);
    assert_eq!(of("container"), ["web-1", "web-1"]);
    for (args, expected) in [
        (
            &["logs", "--grep", "(?i)get", "--exclude", "404$"][..],
            "web-1  | GET /a 200\n",
        ),
        (
            &[
                "logs",
                "--no-log-prefix",
                "--exclude",
                "ready",
                "--grep",
                "40.",
                "--grep",
                "a",
            ],
            "GET /a 200\nget /b 404\n",
        ),
        (&["logs", "--index", "2", "db"], "db-2  | ready\n"),
    ] {
        assert_eq!(stack.ok(args).stdout, expected, "{args:?}");
    }
    stack
        .fails(1, &["logs", "--grep", "("])
        .says(&["--grep (: "]);

    for args in [
        &["logs", "--no-color", "web"][..],
        &["logs", "--no-color", "-t", "web"],
        &["logs", "--no-color", "--no-log-prefix", "web"],
        &["logs", "--no-color", "--tail", "1", "web"],
        &["logs", "--no-color", "--index", "1", "db"],
        &[
            "logs",
            "--no-color",
            "--since",
            "10m",
            "--until",
            "9m",
            "web",
        ],
        &["logs", "--index", "1"],
        &["logs", "--index", "9", "db"],
    ] {
        stack.same_as_compose(args);
    }
}

#[test]
fn a_fraction_of_a_second_bounds_what_is_shown() {
    let stack = Stack::empty("logspart");
    stack.file("compose.yaml", STACK);
    stack.ok(&["up", "-d", "--wait", "web"]);
    let shown = stack.ok(&["logs", "-t", "--no-log-prefix", "web"]).stdout;
    let times: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let [first, second] = times[..] else {
        panic!("two lines are expected: {shown}");
    };
    for (args, expected) in [
        (&["--since", second][..], "get /b 404\n"),
        (&["--until", first], "GET /a 200\n"),
        (&["--since", first], "GET /a 200\nget /b 404\n"),
    ] {
        for unmerged in [&[][..], &["--unmerged"]] {
            let logs = &["logs", "--no-log-prefix", "web"];
            let ran = stack.ok(&[&logs[..], args, unmerged].concat());
            assert_eq!(ran.stdout, expected, "{args:?}");
        }
    }
}

#[test]
fn following_ends_with_the_last_container() {
    let stack = Stack::empty("logsend");
    stack.file("compose.yaml", STACK);
    stack.ok(&["up", "-d"]);
    let mut logs = stack.start(&["logs", "-f", "db"]);
    logs.until(" | ready").until(" | ready");
    let project = stack.project();
    for number in [1, 2] {
        stack.api().post(
            &format!("containers/{project}-db-{number}/kill"),
            &Value::Null,
        );
    }
    let ran = logs.end();
    assert_eq!(ran.status, 0);
    ran.prints(&["db-1 exited with code 137\n", "db-2 exited with code 137\n"]);
}

#[test]
fn following_goes_on_when_a_container_is_replaced() {
    let stack = Stack::new("logsnew", STACK);
    stack.ok(&["up", "-d", "web"]);
    let mut logs = stack.start(&["logs", "-f", "web"]);
    logs.until("get /b 404");
    stack.edit("stack.yaml", "GET /a 200", "GET /new 200");
    stack.ok(&["up", "-d", "web"]);
    logs.until("GET /new 200");
    assert_eq!(logs.interrupt().end().status, 130);
}
