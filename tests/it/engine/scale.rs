//! `scale`: replicas come and go.

use crate::support::engine::Stack;

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
  aside:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn replicas_come_and_go_and_those_there_stay() {
    let stack = Stack::new("scalecmd", SHOP);
    stack.ok(&["up", "-d", "web"]);
    let web = stack.id("web");
    stack
        .ok(&["--dry-run", "scale", "web=2"])
        .prints(&["1 to create, 1 to start"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    let more = stack.ok(&["scale", "web=3"]);
    let states = [
        "db-1 running",
        "web-1 running",
        "web-2 running",
        "web-3 running",
    ];
    assert_eq!(stack.states(), states, "and aside was never asked for");
    assert_eq!(stack.id("web"), web);
    more.says(&[&format!(" Container {}-web-3 Started\n", stack.project())]);
    let other = stack.ok(&["scale", "web=1", "db=2"]);
    let states = ["db-1 running", "db-2 running", "web-1 running"];
    assert_eq!(stack.states(), states);
    assert_eq!(stack.id("web"), web);
    other.says(&[&format!(" Container {}-web-2 Removed\n", stack.project())]);
    stack.ok(&["scale", "web=0"]);
    assert_eq!(stack.states(), ["db-1 running"]);
}

#[test]
fn what_a_service_depends_on_comes_with_it_unless_it_is_left_out() {
    let stack = Stack::new("scaledeps", SHOP);
    stack.ok(&["scale", "--no-deps", "web=2"]);
    assert_eq!(stack.states(), ["web-1 running", "web-2 running"]);
    stack.ok(&["scale", "web=1"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
}

#[test]
fn what_is_no_scale_changes_nothing() {
    let stack = Stack::new("scalenone", SHOP);
    for (word, text) in [
        (
            "web",
            "invalid scale specifier: web: SERVICE=NUMBER is expected",
        ),
        ("web=-1", "invalid scale specifier: web=-1"),
        ("nobody=2", "no such service: nobody"),
    ] {
        stack.fails(1, &["scale", "web=2", word]).says(&[text]);
    }
    assert_eq!(stack.states(), [""; 0]);
}
