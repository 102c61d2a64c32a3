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
