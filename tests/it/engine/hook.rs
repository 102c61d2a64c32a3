//! Hooks in containers of a real engine.

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  db:
    image: busybox
    command: sleep 1000
    init: true
    environment: {A: one, B: two}
    post_start:
      - command: sh -c 'echo $$A $$B $$(pwd) $$(id -u) > /tmp/first; echo first done'
        user: \"1000\"
        working_dir: /tmp
        environment: [B=three]
      - command: [sh, -c, 'sleep 1; cat /tmp/first > /tmp/second']
    pre_stop:
      - command: sh -c 'echo flushed > /kept/flushed; echo good-bye'
    volumes: [kept:/kept]
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on: [db]
volumes:
  kept:
";

#[test]
fn hooks_run_in_order_around_the_life_of_a_container() {
    let stack = Stack::new("hooks", STACK);
    let up = stack.ok(&["up", "-d"]);
    up.says(&["db-1  | first done"]);
    let second = stack.exec("db", &["cat", "/tmp/second"]);
    assert_eq!(second, (0, "one three /tmp 1000\n".to_owned()));
    let after = up.stderr.split_once("db-1  | first done").unwrap().1;
    assert!(after.contains("web-1 Starting"), "{}", up.both());

    stack.edit("stack.yaml", "A: one", "A: uno");
    stack
        .ok(&["up", "-d", "-t", "0"])
        .says(&["db-1  | good-bye"]);
    let (_, kept) = stack.exec("db", &["cat", "/kept/flushed", "/tmp/second"]);
    assert_eq!(kept, "flushed\nuno three /tmp 1000\n");
    stack
        .ok(&["down", "-t", "0", "-v"])
        .says(&["db-1  | good-bye"]);
    assert_eq!(stack.states(), [""; 0]);
}

#[test]
fn failing_hooks_are_told_and_down_goes_all_the_way() {
    let stack = Stack::new("bad-hooks", STACK);
    stack.edit("stack.yaml", "echo first done", "echo broken; exit 3");
    let up = stack.fails(1, &["up", "-d"]);
    up.says(&[
        "error: db hook exited with status 3: post_start of container",
        "--> stack.yaml:8:9",
        "| broken",
    ]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 created"]);

    stack.edit(
        "stack.yaml",
        "sh -c 'echo flushed > /kept/flushed; echo good-bye'",
        "no-such-program",
    );
    let down = stack.fails(1, &["down", "-t", "0"]);
    down.says(&[
        "error: db hook exited with status 12",
        "--> stack.yaml:14:9",
        "no-such-program",
    ]);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), ["kept"]);
    stack.ok(&["down", "-v"]);
}

const PREPARED: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'cat /kept/* > /all; sleep 1000'
    init: true
    environment: {A: one}
    volumes: [kept:/kept]
    secrets: [pin]
    pre_start:
      - command: sh -c 'echo $$A $$B $$(cat /run/secrets/pin) > /kept/1'
        environment: [B=two]
      - command: sh -c 'echo second > /kept/2'
volumes:
  kept:
secrets:
  pin: {environment: PIN}
";

#[test]
fn hooks_before_the_start_prepare_what_the_service_finds() {
    let stack = Stack::new("pre-start", PREPARED).env("PIN", "1234");
    stack.ok(&["create"]);
    stack.fails(1, &["start"]).says(&[
        "service web was never started, and its pre_start has to run first",
        "--> stack.yaml:10:7",
        "`windlass up -d web`",
    ]);
    assert_eq!(stack.states(), ["web-1 created"]);
    stack.ok(&["up", "-d"]);
    let (_, found) = stack.exec("web", &["cat", "/all"]);
    assert_eq!(found, "one two 1234\nsecond\n");
    assert_eq!(stack.states(), ["web-1 running"]);
    stack
        .ok(&["up", "-d"])
        .says(&["nothing to do, everything is as the stack file says"]);

    stack.ok(&["stop", "-t", "0"]);
    stack.ok(&["start"]);

    stack.edit("stack.yaml", "echo second > /kept/2", "echo broken; exit 3");
    let up = stack.fails(1, &["up", "-d", "-t", "0"]);
    up.says(&[
        "error: pre_start hook failed: container",
        "web-pre_start-1 exited (3): its service is not started",
        "--> stack.yaml:12:9",
        "| broken",
    ]);
    let states = stack.states();
    assert!(states.contains(&"web-1 running".to_owned()), "{states:?}");
    stack.ok(&["down", "-t", "0", "-v"]);
    assert_eq!(stack.states(), [""; 0]);
}
