//! `pause` and `unpause`: containers freeze and go on.

use crate::support::engine::Stack;

const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
  db:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn what_runs_freezes_and_goes_on() {
    let stack = Stack::new("pause", SHOP);
    stack.ok(&["up", "-d"]);
    let project = stack.project();
    let line = |what: &str| format!(" Container {project}-{what}\n");
    let paused = stack.ok(&["pause", "web"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 paused"]);
    assert_eq!(paused.stderr, line("web-1 Paused"));
    let rest = stack.ok(&["pause"]);
    assert_eq!(stack.states(), ["db-1 paused", "web-1 paused"]);
    assert_eq!(rest.stderr, line("db-1 Paused"));
    let again = stack.ok(&["pause"]);
    assert_eq!(again.stderr, format!("{project}: nothing to pause\n"));
    stack
        .ok(&["--dry-run", "unpause"])
        .prints(&["2 to unpause"]);
    let one = stack.ok(&["unpause", "db"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 paused"]);
    assert_eq!(one.stderr, line("db-1 Unpaused"));
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    stack.ok(&["unpause"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    stack
        .fails(1, &["pause", "nobody"])
        .says(&["no such service: nobody"]);
}
