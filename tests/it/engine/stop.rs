//! `stop`: containers end and stay.

use serde_json::Value;

use crate::support::engine::Stack;

/// Two services that end at once when they are asked to; `web` depends on `db`.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on: [db]
  db:
    image: busybox
    command: sleep 1000
    init: true
  later:
    image: busybox
    command: sleep 1000
    init: true
    profiles: [more]
";

/// The lines of progress, in their order.
fn progress(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with(' ')).collect()
}

#[test]
fn dependents_stop_first_and_all_containers_stay() {
    let stack = Stack::new("stop", SHOP);
    stack.ok(&["up", "-d"]);
    let ids = (stack.id("web"), stack.id("db"));
    let planned = stack.ok(&["--dry-run", "stop"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    planned.prints(&["- stop     Container", "2 to stop"]);
    let stopped = stack.ok(&["stop"]);
    assert_eq!(stack.states(), ["db-1 exited", "web-1 exited"]);
    assert_eq!((stack.id("web"), stack.id("db")), ids);
    let project = stack.project();
    let (web, db) = (format!("{project}-web-1"), format!("{project}-db-1"));
    assert_eq!(
        progress(&stopped.stderr),
        [
            format!(" Container {web} Stopping"),
            format!(" Container {web} Stopped"),
            format!(" Container {db} Stopping"),
            format!(" Container {db} Stopped"),
        ]
    );
    let again = stack.ok(&["stop"]);
    assert_eq!(again.stderr, format!("{project}: nothing to stop\n"));
}

#[test]
fn only_the_named_service_stops_and_in_the_time_it_is_given() {
    let stack = Stack::new("stopone", SHOP);
    // It never hears of a signal it could end by.
    stack.edit(
        "stack.yaml",
        "command: sleep 1000\n    init: true\n    depends_on",
        "command: sh -c 'trap \"\" TERM; while :; do sleep 1000; done'\n    stop_grace_period: 100s\n    depends_on",
    );
    stack.ok(&["up", "-d"]);
    stack.ok(&["stop", "--timeout", "0", "web"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 exited"]);
    assert_eq!(stack.container("web")["State"]["ExitCode"], 137);
}

#[test]
fn a_project_is_stopped_by_its_name_and_no_other_one() {
    let stack = Stack::new("stopname", SHOP);
    let other = Stack::new("stopother", SHOP);
    stack.ok(&["up", "-d"]);
    other.ok(&["up", "-d", "db"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    let stopped = stack.ok(&["stop"]);
    assert_eq!(stack.states(), ["db-1 exited", "web-1 exited"]);
    assert_eq!(other.states(), ["db-1 running"]);
    let project = stack.project();
    assert_eq!(
        progress(&stopped.stderr)[0],
        format!(" Container {project}-web-1 Stopping"),
        "the order is in the labels"
    );
}

#[test]
fn what_is_not_in_the_active_stack_stays_unless_it_is_named() {
    let stack = Stack::new("stopmore", SHOP);
    stack.ok(&["--profile", "more", "up", "-d"]);
    stack.edit("stack.yaml", "  db:\n", "  store:\n");
    stack.edit("stack.yaml", "depends_on: [db]", "depends_on: [store]");
    stack.ok(&["stop"]);
    let states = ["db-1 running", "later-1 running", "web-1 exited"];
    assert_eq!(stack.states(), states);
    stack.ok(&["stop", "db", "later"]);
    let states = ["db-1 exited", "later-1 exited", "web-1 exited"];
    assert_eq!(stack.states(), states);
}

#[test]
fn an_unknown_service_stops_nothing() {
    let stack = Stack::new("stopnone", SHOP);
    stack.ok(&["up", "-d", "db"]);
    let failed = stack.fails(1, &["stop", "db", "nobody"]);
    assert_eq!(stack.states(), ["db-1 running"]);
    failed.says(&["error: no such service: nobody\n", "help: "]);
}

#[test]
fn what_is_frozen_stops_too() {
    let stack = Stack::new("stopfrozen", SHOP);
    stack.ok(&["up", "-d", "db"]);
    let path = format!("containers/{}/pause", stack.id("db"));
    stack.api().post(&path, &Value::Null);
    stack.ok(&["stop", "-t", "0"]);
    assert_eq!(stack.states(), ["db-1 exited"]);
}
