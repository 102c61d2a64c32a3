//! Flask and MySQL, raised by one command, and the service that watches them.

use crate::support::engine::{Stack, free_port, http};

#[test]
fn variables_are_kept_until_they_are_told_to_go() {
    let port = free_port();
    let stack = Stack::of_example("example", "flask-mysql").env("KEEPER_PORT", &port.to_string());

    let plan = stack.fails(2, &["plan"]);
    plan.prints(&[
        "build",
        "create",
        "start",
        "wait",
        "_vars",
        "-db-1",
        "-keeper-1",
    ]);
    assert_eq!(stack.states(), [""; 0], "a plan changes nothing");

    let up = stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(stack.states(), ["db-1 running", "keeper-1 running"]);
    // Ready is what can be reached, perhaps before the engine's own tests have noticed.
    assert_eq!(
        http("GET", port, "/health", "").map(|(status, _)| status),
        Some(200)
    );
    assert_eq!(stack.resources(), ["default", "vars"]);
    up.says(&[&format!("http://127.0.0.1:{port} -> keeper:5000")]);

    let stored = http("POST", port, "/var/colour", "value=sea+green");
    assert_eq!(stored, Some((200, "stored colour\n".to_owned())));
    let kept = Some((200, "sea green\n".to_owned()));
    assert_eq!(http("GET", port, "/var/colour", ""), kept);

    let ids = (stack.id("db"), stack.id("keeper"));
    let again = stack.ok(&["up", "-d", "--wait"]);
    again.says(&["nothing to do"]);
    assert_eq!((stack.id("db"), stack.id("keeper")), ids);
    stack.ok(&["plan"]).prints(&["nothing to do"]);

    stack.edit("stack.yaml", "THREADS: 4", "THREADS: 5");
    let plan = stack.fails(2, &["plan"]);
    let line = "environment.THREADS: \"4\" -> \"5\"  stack.yaml:";
    plan.prints(&[line]);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(stack.id("db"), ids.0);
    assert_ne!(stack.id("keeper"), ids.1);
    assert_eq!(http("GET", port, "/var/colour", ""), kept);

    stack.ok(&["down"]);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), ["vars"], "down keeps data");
    assert_eq!(http("GET", port, "/var/colour", ""), None);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(http("GET", port, "/var/colour", ""), kept);

    stack.ok(&["--profile", "monitoring", "up", "-d", "--wait"]);
    let mut reports = stack.start(&["logs", "-f", "monitor"]);
    reports.until("variables: 1, longest value: 9 characters");
    drop(reports);

    stack.ok(&["--profile", "monitoring", "down", "-v"]);
    assert_eq!(stack.resources(), [""; 0]);
    stack.ok(&["up", "-d", "--wait"]);
    let gone = Some((404, "no variable colour\n".to_owned()));
    assert_eq!(http("GET", port, "/var/colour", ""), gone);
}
