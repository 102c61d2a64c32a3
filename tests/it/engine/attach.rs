//! `attach`: the streams of a container that runs.

use crate::support::engine::Stack;

/// A program that reads lines, one that has a terminal, and one that only prints.
const STACK: &str = "\
services:
  reader:
    image: busybox
    command: sh -c 'while read line && [ $$line != end ]; do echo got $$line; done; exit 5'
    stdin_open: true
  shell:
    image: busybox
    command: sh
    stdin_open: true
    tty: true
  printer:
    image: busybox
    command: sh -c 'trap \"echo interrupted; exit 6\" INT; trap \"exit 7\" TERM; echo up; while :; do sleep 0.1; echo tick; done'
    scale: 2
";

fn raised(topic: &str, service: &str) -> Stack {
    let stack = Stack::new(topic, STACK);
    stack.ok(&["up", "-d", service]);
    stack
}

fn status(stack: &Stack, service: &str) -> String {
    stack.container(service)["State"]["Status"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn what_is_piped_in_reaches_the_container_and_its_code_comes_back() {
    let stack = raised("attach-pipe", "reader");
    let ran = stack.piped(&["attach", "reader"], b"one\ntwo\nend\n");
    assert_eq!(status(&stack, "reader"), "exited");
    assert_eq!(stack.container("reader")["State"]["ExitCode"], 5);
    let text = String::from_utf8_lossy(&ran.stdout);
    assert_eq!((ran.status.code(), &*text), (Some(5), "got one\ngot two\n"));
}

#[test]
fn signals_are_passed_on_unless_that_is_not_wanted() {
    let stack = raised("attach-signal", "printer");
    let ended = stack
        .start(&["attach", "--sig-proxy=false", "printer"])
        .until("tick")
        .interrupt()
        .end();
    assert_eq!(status(&stack, "printer"), "running");
    assert_eq!(ended.status, 130, "{}", ended.both());

    let ended = stack
        .start(&["attach", "printer"])
        .until("tick")
        .interrupt()
        .end();
    assert_eq!(stack.container("printer")["State"]["ExitCode"], 6);
    assert_eq!(ended.status, 6, "{}", ended.both());
    ended.prints(&["interrupted\n"]);
    // The other replica is still there.
    let second = stack
        .start(&["attach", "--index", "2", "--no-stdin", "printer"])
        .until("tick")
        .interrupt()
        .end();
    assert_eq!(second.status, 6, "{}", second.both());
    stack
        .fails(1, &["attach", "--index", "2", "printer"])
        .says(&["service \"printer\" is not running container #2\n"]);
}

#[test]
fn a_terminal_is_joined_and_left() {
    let stack = raised("attach-tty", "shell");
    let mut shell = stack.on_terminal(&["attach", "shell"]);
    shell.types("until [ \"$(stty size)\" = '24 80' ]; do :; done; echo siz''ed\n");
    shell.until("sized");
    assert!(shell.is_raw());
    let (code, shown) = shell.types("\x10\x11").end();
    assert_eq!(status(&stack, "shell"), "running");
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("read escape sequence"), "{shown}");
    assert!(!shell.is_raw());

    let mut shell = stack.on_terminal(&["attach", "--detach-keys", "ctrl-x,y", "shell"]);
    let (code, shown) = shell
        .types("echo a''gain\n")
        .until("again")
        .types("\x18y")
        .end();
    assert_eq!(
        (status(&stack, "shell"), code),
        ("running".to_owned(), 1),
        "{shown}"
    );

    let (code, shown) = stack
        .on_terminal(&["attach", "shell"])
        .types("exit 4\n")
        .end();
    assert_eq!(stack.container("shell")["State"]["ExitCode"], 4);
    assert_eq!(code, 4, "{shown}");
}

#[test]
fn what_cannot_be_attached_to_is_told() {
    let stack = raised("attach-not", "shell");
    for (args, text) in [
        (
            &["attach", "shell"][..],
            "cannot attach stdin to a TTY-enabled container because stdin is not a terminal",
        ),
        (
            &["attach", "--detach-keys", "ctrl-", "shell"],
            "`ctrl-` are no detach keys",
        ),
        (&["attach", "reader"], "service \"reader\" is not running\n"),
        (&["attach", "nope"], "service \"nope\" is not running\n"),
    ] {
        stack.fails(1, args).says(&[text]);
    }
    stack
        .ok(&["attach", "--dry-run", "shell"])
        .says(&["would attach to "]);
    let shell = stack.id("shell");
    stack.api().post(
        &format!("containers/{shell}/pause"),
        &serde_json::Value::Null,
    );
    stack.fails(1, &["attach", "shell"]).says(&["is paused"]);
    assert_eq!(status(&stack, "shell"), "paused");
}
