//! `kill`: signals reach the containers.

use serde_json::Value;

use crate::support::engine::Stack;

/// `web` ends with 7 when it is told to hang up; `db` has nothing of the kind.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'trap \"exit 7\" HUP; echo ready; while :; do sleep 0.1; done'
  db:
    image: busybox
    command: sleep 1000
";

#[test]
fn all_that_runs_is_killed_and_stays() {
    let stack = Stack::new("kill", SHOP);
    let other = Stack::new("killother", SHOP);
    stack.ok(&["up", "-d"]);
    other.ok(&["up", "-d", "db"]);
    let planned = stack.ok(&["--dry-run", "kill"]);
    planned.prints(&["2 to kill"]);
    let killed = stack.ok(&["kill"]);
    assert_eq!(stack.states(), ["db-1 exited", "web-1 exited"]);
    assert_eq!(stack.container("web")["State"]["ExitCode"], 137);
    assert_eq!(other.states(), ["db-1 running"]);
    let project = stack.project();
    killed.says(&[
        &format!(" Container {project}-web-1 Killing\n"),
        &format!(" Container {project}-web-1 Killed\n"),
    ]);
    let again = stack.ok(&["kill"]);
    assert_eq!(again.stderr, format!("{project}: nothing to kill\n"));
}

#[test]
fn a_signal_is_what_the_user_says() {
    let stack = Stack::new("killhup", SHOP);
    stack.ok(&["up", "-d"]);
    stack.start(&["logs", "-f", "web"]).until("ready");
    let wrong = stack.fails(1, &["kill", "-s", "NOTHING", "web"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    // Engines begin it in different ways.
    wrong.says(&["nvalid signal: NOTHING"]);
    stack.ok(&["kill", "-s", "HUP", "web"]);
    let path = format!("containers/{}/wait", stack.id("web"));
    stack.api().post(&path, &Value::Null);
    assert_eq!(stack.states(), ["db-1 running", "web-1 exited"]);
    assert_eq!(stack.container("web")["State"]["ExitCode"], 7);
}

#[test]
fn orphans_are_killed_only_where_they_are_asked_for_and_by_name_everything() {
    let stack = Stack::new("killorphan", SHOP);
    stack.ok(&["up", "-d"]);
    stack.edit("stack.yaml", "  db:\n", "  store:\n");
    stack.ok(&["kill"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 exited"]);
    stack.ok(&["kill", "--remove-orphans"]);
    assert_eq!(stack.states(), ["db-1 exited", "web-1 exited"]);
    stack.ok(&["start", "web"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    stack.ok(&["kill"]);
    assert_eq!(stack.states(), ["db-1 exited", "web-1 exited"]);
}
