//! Plans that are kept and applied later.

use std::fs;

use crate::support::engine::Stack;

const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {DEBUG: \"0\", TOKEN: hunter2}
  db:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn a_kept_plan_is_applied_as_it_is_and_once() {
    let stack = Stack::new("kept-plan", SHOP);
    stack.fails(2, &["plan", "-o", "plan.json"]);
    let kept = fs::read_to_string(stack.path("plan.json")).unwrap();
    assert!(!kept.contains("hunter2"), "{kept}");
    stack
        .ok(&["apply", "--dry-run", "plan.json"])
        .prints(&["+ create"]);
    assert!(stack.states().is_empty());
    stack.ok(&["apply", "plan.json"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    let again = stack.fails(1, &["apply", "plan.json"]);
    let project = stack.project();
    again.says(&[
        "the plan in plan.json no longer holds, and nothing was changed",
        &format!(
            "Container {project}-web-1: CreateContainer is no longer to be done (not there yet)"
        ),
    ]);
}

#[test]
fn a_plan_whose_file_or_engine_moved_on_is_refused_with_what_moved() {
    let stack = Stack::new("moved-plan", SHOP);
    let project = stack.project().to_owned();
    stack.ok(&["up", "-d"]);
    let before = (stack.id("web"), stack.id("db"));
    stack.edit("stack.yaml", "DEBUG: \"0\"", "DEBUG: \"1\"");
    stack.fails(2, &["plan", "-o", "plan.json"]);

    let file = fs::read_to_string(stack.path("stack.yaml")).unwrap();
    stack.edit("stack.yaml", "hunter2", "hunter3");
    let moved = stack.fails(1, &["apply", "plan.json"]);
    moved.says(&[&format!(
        "Container {project}-web-1: CreateContainer: environment.TOKEN"
    )]);
    assert!(!moved.both().contains("hunter"), "{}", moved.both());

    stack.file(
        "stack.yaml",
        &format!("# A line that moves the others.\n{file}"),
    );
    let stop = format!("containers/{}/stop?t=0", before.1);
    stack.api().post(&stop, &serde_json::Value::Null);
    let moved = stack.fails(1, &["apply", "plan.json"]);
    moved.says(&[&format!(
        "Container {project}-db-1: StartContainer is to be done too (it is exited)"
    )]);
    assert_eq!((stack.id("web"), stack.id("db")), before);

    let start = format!("containers/{}/start", before.1);
    stack.api().post(&start, &serde_json::Value::Null);
    stack.ok(&["apply", "plan.json"]);
    assert_ne!(stack.id("web"), before.0);
    assert_eq!(stack.id("db"), before.1);
    stack.ok(&["plan"]);
}

#[test]
fn what_is_no_plan_is_refused() {
    let stack = Stack::new("no-plan", SHOP);
    stack.file("plan.json", "{}");
    stack
        .fails(1, &["apply", "plan.json"])
        .says(&["plan.json is no plan that can be applied"]);
    stack
        .fails(1, &["apply", "nothing.json"])
        .says(&["nothing.json is no plan that can be applied"]);
}
