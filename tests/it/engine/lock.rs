//! Two at once: the second one waits for the first.

use crate::support::engine::Stack;

const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on:
      db: {condition: service_healthy}
  db:
    image: busybox
    command: sh -c 'sleep 1; touch /tmp/ready; exec sleep 1000'
    init: true
    healthcheck: {test: test -f /tmp/ready, interval: 300ms, retries: 100}
";

#[test]
fn two_at_once_raise_one_stack() {
    let stack = Stack::new("lock-up", SHOP);
    let mut first = stack.start(&["up", "-d"]);
    let mut second = stack.start(&["up", "-d"]);
    let (first, second) = (first.end(), second.end());
    assert_eq!(first.status, 0, "{}", first.both());
    assert_eq!(second.status, 0, "{}", second.both());
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    assert_eq!(stack.resources(), ["default"]);
}

#[test]
fn the_second_one_says_for_whom_it_waits_and_can_be_interrupted() {
    let stack = Stack::new("lock-wait", SHOP);
    let mut first = stack.start(&["up", "-d"]);
    first.until("-db-1 Waiting");
    let project = stack.project();
    let waiting = stack
        .start(&["down"])
        .until(&format!("that works on project {project}"))
        .interrupt()
        .end();
    assert_eq!(waiting.status, 130, "{}", waiting.both());
    waiting.says(&["waiting for another windlass (pid ", "interrupted"]);
    // Who only looks doesn't wait.
    stack.ok(&["ps"]);
    let first = first.end();
    assert_eq!(first.status, 0, "{}", first.both());
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
}

#[test]
fn an_attached_up_holds_nobody_up_while_it_shows_logs() {
    let stack = Stack::new(
        "lock-logs",
        "services: {web: {image: busybox, command: sh -c 'echo hello; exec sleep 1000', init: true}}",
    );
    let mut up = stack.start(&["up"]);
    up.until("hello");
    let down = stack.ok(&["down", "-t", "0"]);
    assert!(!down.stderr.contains("waiting for"), "{}", down.both());
    let up = up.end();
    assert_eq!(up.status, 0, "{}", up.both());
    assert_eq!(stack.states(), [""; 0]);
}
