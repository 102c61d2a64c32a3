//! `start`: containers that are there run again, in their order.

use crate::support::engine::Stack;

/// `web` needs `db` to be healthy, which takes a moment, and the task to be done.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on:
      db: {condition: service_healthy}
      task: {condition: service_completed_successfully}
  db:
    image: busybox
    command: sh -c 'rm -f /ready; sleep 1; touch /ready; exec sleep 1000'
    init: true
    healthcheck: {test: test -e /ready, interval: 1s}
  task:
    image: busybox
    command: sh -c 'sleep 1'
";

/// Where the line stands in the text.
#[track_caller]
fn place(text: &str, line: &str) -> usize {
    let found = text.lines().position(|other| other == line);
    found.unwrap_or_else(|| panic!("no line `{line}` in\n{text}"))
}

#[test]
fn what_was_stopped_starts_again_when_what_it_needs_is_ready() {
    let stack = Stack::new("start", SHOP);
    stack.ok(&["up", "-d"]);
    let ids = (stack.id("web"), stack.id("db"));
    stack.ok(&["stop", "-t", "0"]);
    let planned = stack.ok(&["--dry-run", "start"]);
    planned.prints(&["3 to start, 2 to wait for"]);
    let started = stack.ok(&["start"]);
    let states = ["db-1 running", "task-1 exited", "web-1 running"];
    assert_eq!(stack.states(), states);
    assert_eq!((stack.id("web"), stack.id("db")), ids);
    assert_eq!(stack.exec("db", &["test", "-e", "/ready"]).0, 0);
    let project = stack.project();
    let place = |line: &str| place(&started.stderr, &format!(" Container {project}-{line}"));
    assert!(place("db-1 Started") < place("db-1 Healthy"));
    assert!(place("db-1 Healthy") < place("web-1 Starting"));
    assert!(place("task-1 Exited") < place("web-1 Starting"));
    assert!(place("web-1 Starting") < place("web-1 Started"));
}

#[test]
fn a_named_service_brings_what_it_depends_on_and_nothing_else() {
    let stack = Stack::new("startone", SHOP);
    stack.ok(&["up", "-d"]);
    stack.ok(&["stop", "-t", "0"]);
    stack.ok(&["start", "db"]);
    let states = ["db-1 running", "task-1 exited", "web-1 exited"];
    assert_eq!(stack.states(), states);
    stack.ok(&["start", "web"]);
    let states = ["db-1 running", "task-1 exited", "web-1 running"];
    assert_eq!(stack.states(), states);
}

#[test]
fn a_project_starts_by_its_name_in_the_order_of_its_labels() {
    let stack = Stack::new("startname", SHOP);
    stack.ok(&["up", "-d"]);
    stack.ok(&["stop", "-t", "0"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    let started = stack.ok(&["start"]);
    let states = ["db-1 running", "task-1 exited", "web-1 running"];
    assert_eq!(stack.states(), states);
    let project = stack.project();
    let place = |line: &str| place(&started.stderr, &format!(" Container {project}-{line}"));
    assert!(place("db-1 Healthy") < place("web-1 Starting"));
}

#[test]
fn wait_returns_when_all_is_ready_or_says_what_is_not() {
    let stack = Stack::new("startwait", SHOP);
    stack.ok(&["up", "-d"]);
    stack.ok(&["stop", "-t", "0"]);
    let started = stack.ok(&["start", "--wait", "db"]);
    // Its own word: the engine's may come later, with its next test.
    started.says(&["db-1 Healthy"]);
    assert_eq!(stack.container("db")["State"]["Status"], "running");
    stack.ok(&["stop", "-t", "0"]);
    let late = stack.fails(1, &["start", "--wait", "--wait-timeout", "0", "db"]);
    assert_eq!(stack.container("db")["State"]["Status"], "running");
    late.says(&["application not healthy after 0s"]);
}

#[test]
fn what_has_no_container_is_named() {
    let stack = Stack::new("startnone", SHOP);
    let failed = stack.fails(1, &["start"]);
    failed.says(&["has no container to start\n", "help: `windlass up -d "]);
    stack.ok(&["up", "-d", "db"]);
    let failed = stack.fails(1, &["start", "web"]);
    failed.says(&["error: service \"web\" has no container to start\n"]);
    stack.ok(&["up", "-d", "--no-deps", "web"]);
    let failed = stack.fails(1, &["start", "web"]);
    failed.says(&["error: web is missing dependency task\n"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    stack.ok(&["down", "-t", "0"]);
    let failed = stack.fails(1, &["start"]);
    let words = format!("no container found for project \"{}\"", stack.project());
    failed.says(&[&words]);
}

#[test]
fn what_a_container_is_granted_is_in_it_although_create_was_interrupted() {
    let file = "\
services:
  web:
    image: busybox
    command: sleep 1000
    secrets: [pin]
  other: {image: busybox, command: sleep 1000, secrets: [absent]}
secrets:
  pin: {environment: PIN}
  absent: {file: ./absent}
";
    let stack = Stack::new("startnew", file).env("PIN", "rare-pin");
    stack.file("absent", "x");
    stack.ok(&["create", "web"]);
    // As it is left when whoever makes it is killed before the files are in it.
    let made = stack.container("web");
    let mut body = made["Config"].clone();
    body["HostConfig"] = made["HostConfig"].clone();
    let id = made["Id"].as_str().expect("an id");
    stack.api().delete(&format!("containers/{id}"));
    let name = made["Name"].as_str().expect("a name");
    let name = name.trim_start_matches('/');
    let again = stack
        .api()
        .post(&format!("containers/create?name={name}"), &body);
    std::fs::remove_file(stack.path("absent")).expect("a file");
    let planned = stack.ok(&["--dry-run", "start", "web"]);
    assert!(!planned.both().contains("rare-pin"), "{}", planned.both());
    stack.ok(&["start", "web"]);
    assert_eq!(stack.id("web"), again["Id"].as_str().unwrap_or_default());
    let (code, content) = stack.exec("web", &["cat", "/run/secrets/pin"]);
    assert_eq!((code, content.as_str()), (0, "rare-pin"));
}
