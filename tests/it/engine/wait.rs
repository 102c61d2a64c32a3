//! `wait`: until containers end.

use crate::support::engine::Stack;

const TASKS: &str = "\
services:
  quick:
    image: busybox
    command: sh -c 'while ! test -e /go; do sleep 0.1; done; exit 3'
  slow:
    image: busybox
    command: sh -c 'while ! test -e /go; do sleep 0.1; done; exit 4'
  again:
    image: busybox
    command: sh -c 'test -e /second && exit 6; while ! test -e /told/go; do sleep 0.1; done; touch /second; exit 5'
    restart: on-failure:1
    volumes: ['./told:/told']
";

#[test]
fn each_end_is_told_and_the_last_one_is_the_answer() {
    let stack = Stack::new("wait", TASKS);
    stack.ok(&["up", "-d"]);
    let (quick, slow) = (stack.id("quick"), stack.id("slow"));
    let line = |id: &str, code| format!("container \"{id}\" exited with status code {code}");
    let mut waiting = stack.start(&["-v", "wait", "slow", "quick"]);
    waiting.until("waiting");
    stack.exec("quick", &["touch", "/go"]);
    waiting.until(&line(&quick, 3));
    stack.exec("slow", &["touch", "/go"]);
    let ran = waiting.end();
    assert_eq!(
        stack.states(),
        ["again-1 running", "quick-1 exited", "slow-1 exited"]
    );
    assert_eq!(ran.status, 4, "{}", ran.both());
    assert_eq!(
        ran.stdout,
        format!("{}\n{}\n", line(&quick, 3), line(&slow, 4))
    );
    let over = stack.fails(1, &["wait", "quick"]);
    let words = format!("error: no containers for project \"{}\"\n", stack.project());
    over.says(&[&words, "help: "]);
    stack
        .fails(1, &["wait", "nobody"])
        .says(&["no such service: nobody"]);
}

#[test]
fn what_the_engine_starts_again_has_not_ended() {
    let stack = Stack::new("waitagain", TASKS);
    stack.ok(&["up", "-d", "again"]);
    let mut waiting = stack.start(&["-v", "wait", "again"]);
    waiting.until("waiting");
    stack.file("told/go", "");
    let ran = waiting.end();
    assert_eq!(ran.status, 6, "{}", ran.both());
    let line = format!(
        "container \"{}\" exited with status code 6\n",
        stack.id("again")
    );
    assert_eq!(ran.stdout, line);
}

#[test]
fn the_project_goes_down_after_the_wait_where_that_is_asked_for() {
    let stack = Stack::new("waitdown", TASKS);
    stack.ok(&["up", "-d", "quick"]);
    let mut waiting = stack.start(&["-v", "wait", "--down-project", "quick"]);
    waiting.until("waiting");
    stack.exec("quick", &["touch", "/go"]);
    let ran = waiting.end();
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), [""; 0]);
    assert_eq!(ran.status, 3, "{}", ran.both());
}
