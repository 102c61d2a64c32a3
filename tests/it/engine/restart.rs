//! `restart`: the same containers, another start.

use serde_json::Value;

use crate::support::engine::Stack;

/// `web` is restarted with `db`, and `aside` is not, though it depends on it too.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on:
      db: {condition: service_healthy, restart: true}
  aside:
    image: busybox
    command: sleep 1000
    init: true
    depends_on: [db]
  db:
    image: busybox
    command: sh -c 'rm -f /ready; sleep 1; touch /ready; exec sleep 1000'
    init: true
    healthcheck: {test: test -e /ready, interval: 1s}
";

/// When the first container of a service was started.
fn started(stack: &Stack, service: &str) -> Value {
    stack.container(service)["State"]["StartedAt"].clone()
}

#[test]
fn all_containers_start_anew_in_their_order() {
    let stack = Stack::new("restart", SHOP);
    let other = Stack::new("restartother", SHOP);
    stack.ok(&["up", "-d"]);
    other.ok(&["up", "-d", "db"]);
    let services = ["aside", "db", "web"];
    let ids = services.map(|service| stack.id(service));
    let before = services.map(|service| started(&stack, service));
    let others = started(&other, "db");
    let planned = stack.ok(&["--dry-run", "restart"]);
    planned.prints(&["3 to restart, 1 to wait for"]);
    assert_eq!(services.map(|service| started(&stack, service)), before);
    let ran = stack.ok(&["restart", "-t", "1"]);
    let states = ["aside-1 running", "db-1 running", "web-1 running"];
    assert_eq!(stack.states(), states);
    assert_eq!(services.map(|service| stack.id(service)), ids);
    for (service, before) in services.iter().zip(before) {
        assert_ne!(started(&stack, service), before, "{service}");
    }
    assert_eq!(started(&other, "db"), others);
    let project = stack.project();
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let place = |line: &str| {
        let line = format!(" Container {project}-{line}");
        let found = lines.iter().position(|other| *other == line);
        found.unwrap_or_else(|| panic!("no line `{line}` in\n{}", ran.both()))
    };
    assert!(place("db-1 Restarting") < place("db-1 Started"));
    assert!(place("db-1 Healthy") < place("web-1 Restarting"));
}

#[test]
fn dependents_that_want_to_are_restarted_too_and_no_deps_leaves_them() {
    let stack = Stack::new("restartdeps", SHOP);
    stack.ok(&["up", "-d"]);
    let (web, aside) = (started(&stack, "web"), started(&stack, "aside"));
    stack.ok(&["restart", "-t", "0", "--no-deps", "db"]);
    assert_eq!(started(&stack, "web"), web);
    let ran = stack.ok(&["restart", "-t", "0", "db"]);
    assert_ne!(started(&stack, "web"), web);
    assert_eq!(started(&stack, "aside"), aside);
    ran.says(&[&format!(
        " Container {}-web-1 Restarting\n",
        stack.project()
    )]);
    stack.ok(&["stop", "-t", "0", "web"]);
    stack.ok(&["restart", "-t", "0", "db"]);
    let states = ["aside-1 running", "db-1 running", "web-1 exited"];
    assert_eq!(stack.states(), states, "what was stopped stays so");
}

#[test]
fn what_does_not_run_is_started_also_by_the_projects_name() {
    let stack = Stack::new("restartname", SHOP);
    stack.ok(&["up", "-d"]);
    let path = format!("containers/{}/pause", stack.id("db"));
    stack.api().post(&path, &Value::Null);
    stack.ok(&["stop", "-t", "0", "web"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    stack.ok(&["restart", "-t", "0"]);
    let states = ["aside-1 running", "db-1 running", "web-1 running"];
    assert_eq!(stack.states(), states);
}

#[test]
fn what_cannot_be_restarted_is_named() {
    let stack = Stack::new("restartnone", SHOP);
    let failed = stack.fails(1, &["restart", "web"]);
    failed.says(&["error: service \"web\" has no container to restart\n"]);
    let failed = stack.fails(1, &["restart", "nobody"]);
    failed.says(&["error: no such service: nobody\n"]);
}
