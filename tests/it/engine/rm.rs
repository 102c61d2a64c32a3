//! `rm`: containers go, and nothing else.

use std::io::Write;
use std::process::Stdio;

use crate::support::engine::Stack;

/// `db` keeps data in a volume with a name, and in one without.
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
    volumes: [data:/data, /cache]
volumes: {data: }
";

/// The name of the anonymous volume of `db`.
fn cache(stack: &Stack) -> String {
    let db = stack.container("db");
    let mounts = db["Mounts"].as_array().unwrap().iter();
    let mut mounts = mounts.filter(|mount| mount["Destination"] == "/cache");
    let name = &mounts.next().unwrap()["Name"];
    name.as_str().unwrap().to_owned()
}

fn has_volume(stack: &Stack, name: &str) -> bool {
    stack.api().get(&format!("volumes/{name}")).is_some()
}

#[test]
fn what_is_stopped_goes_and_what_runs_stays() {
    let stack = Stack::new("rm", SHOP);
    stack.ok(&["up", "-d"]);
    let cache = cache(&stack);
    let none = stack.ok(&["rm", "-f"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    assert_eq!(none.stderr, "No stopped containers\n");
    stack.ok(&["stop", "web"]);
    stack.ok(&["--dry-run", "rm"]).prints(&["1 to remove"]);
    let removed = stack.ok(&["rm", "-f"]);
    assert_eq!(stack.states(), ["db-1 running"]);
    let project = stack.project();
    assert_eq!(removed.stdout, format!("Going to remove {project}-web-1\n"));
    assert_eq!(
        removed.stderr,
        format!(" Container {project}-web-1 Removing\n Container {project}-web-1 Removed\n")
    );
    stack.ok(&["rm", "-fs"]);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), ["data", "default"]);
    assert!(has_volume(&stack, &cache), "nobody asked for its removal");
    stack.api().delete(&format!("volumes/{cache}"));
}

#[test]
fn anonymous_volumes_go_where_that_is_asked_for_even_inherited_ones() {
    let stack = Stack::new("rmv", SHOP);
    stack.ok(&["up", "-d"]);
    let cache = cache(&stack);
    stack.ok(&["up", "-d", "--force-recreate"]);
    std::fs::remove_file(stack.path("stack.yaml")).unwrap();
    let removed = stack.ok(&["rm", "--stop", "--force", "--volumes"]);
    assert_eq!(stack.states(), [""; 0]);
    assert!(!has_volume(&stack, &cache));
    assert_eq!(stack.resources(), ["data", "default"]);
    let place = |what: &str| {
        let line = format!(" Container {}-{what}", stack.project());
        removed.stderr.lines().position(|other| other == line)
    };
    assert!(place("web-1 Stopped").unwrap() < place("db-1 Stopping").unwrap());
}

/// Runs `rm` with this answer on standard input; answers status and standard output.
fn answered(stack: &Stack, answer: &str) -> (Option<i32>, String) {
    let mut command = stack.command(&["rm"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(answer.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text)
}

#[test]
fn it_asks_and_a_no_or_no_answer_removes_nothing() {
    let stack = Stack::new("rmask", SHOP);
    stack.ok(&["up", "-d", "db"]);
    stack.ok(&["stop", "-t", "0"]);
    for answer in ["", "n\n", "\n", "what?\n"] {
        let (status, text) = answered(&stack, answer);
        assert_eq!(stack.states(), ["db-1 exited"], "{answer:?}");
        assert_eq!(status, Some(0));
        let question = format!("Going to remove {}-db-1 [y/N] ", stack.project());
        assert!(text.starts_with(&question), "{text}");
    }
    assert_eq!(answered(&stack, "y\n").0, Some(0));
    assert_eq!(stack.states(), [""; 0]);
}
