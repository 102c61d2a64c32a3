//! Ctrl-C at any moment: exit code 130, nothing half-done, and the same `up` afterwards converges.

use crate::support::engine::Stack;

/// `web` needs `db`, which is healthy after a second.
const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {GENERATION: 1}
    depends_on:
      db: {condition: service_healthy}
  db:
    image: busybox
    command: sh -c 'sleep 1; touch /tmp/ready; exec sleep 1000'
    init: true
    environment: {GENERATION: 1}
    healthcheck: {test: test -f /tmp/ready, interval: 300ms, retries: 100}
";

/// Interrupts an `up` at the first line with this text, and looks whether the next one converges.
fn interrupted_at(stack: &Stack, text: &str) {
    let interrupted = stack
        .start(&["up", "-d", "--wait"])
        .until(text)
        .interrupt()
        .end();
    assert_eq!(
        interrupted.status,
        130,
        "at {text}:\n{}",
        interrupted.both()
    );
    interrupted.says(&["interrupted"]);
    let left = stack.containers();
    let half_done = |container: &serde_json::Value| container["State"]["Status"] == "removing";
    assert!(!left.iter().any(half_done), "at {text}: {left:#?}");
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(
        stack.states(),
        ["db-1 running", "web-1 running"],
        "at {text}"
    );
    stack.ok(&["plan"]);
}

#[test]
fn interrupted_while_the_network_is_made() {
    let stack = Stack::new("int-network", SHOP);
    interrupted_at(&stack, "_default Creating");
}

#[test]
fn interrupted_while_containers_are_made() {
    let stack = Stack::new("int-create", SHOP);
    interrupted_at(&stack, "-db-1 Creating");
}

#[test]
fn interrupted_while_a_container_starts() {
    let stack = Stack::new("int-start", SHOP);
    interrupted_at(&stack, "-db-1 Starting");
}

#[test]
fn interrupted_while_a_container_is_waited_for() {
    let stack = Stack::new("int-wait", SHOP);
    interrupted_at(&stack, "-db-1 Waiting");
}

#[test]
fn interrupted_while_containers_are_replaced() {
    let stack = Stack::new("int-recreate", SHOP);
    stack.ok(&["up", "-d", "--wait"]);
    for (generation, text) in [
        (2, "-db-1 Recreate"),
        (3, "-db-1 Starting"),
        (4, "-db-1 Waiting"),
    ] {
        let file = SHOP.replace("GENERATION: 1", &format!("GENERATION: {generation}"));
        stack.file("stack.yaml", &file);
        interrupted_at(&stack, text);
        for service in ["db", "web"] {
            let environment = stack.container(service)["Config"]["Env"].to_string();
            let wanted = format!("GENERATION={generation}");
            assert!(environment.contains(&wanted), "{service}: {environment}");
        }
    }
}

#[test]
fn interrupted_while_the_stack_is_lowered() {
    let stack = Stack::new(
        "int-down",
        &SHOP.replace("init: true", "stop_grace_period: 3s"),
    );
    stack.ok(&["up", "-d", "--wait"]);
    let interrupted = stack
        .start(&["down"])
        .until("-web-1 Stopping")
        .interrupt()
        .end();
    assert_eq!(interrupted.status, 130, "{}", interrupted.both());
    interrupted.says(&["interrupted: waiting for what is under way; press Ctrl+C again"]);
    // What was being stopped is stopped, and nothing else was begun.
    assert_eq!(stack.states(), ["db-1 running", "web-1 exited"]);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);
    stack.ok(&["down", "-t", "0"]);
    assert_eq!((stack.states().len(), stack.resources().len()), (0, 0));
}

#[test]
fn interrupted_while_an_image_is_built() {
    let stack = Stack::new("int-build", "services: {app: {build: app, init: true}}");
    let process = std::process::id();
    stack.file(
        "app/Dockerfile",
        &format!("FROM busybox\nRUN echo {process} && sleep 5\nCMD [\"sleep\", \"1000\"]\n"),
    );
    let interrupted = stack
        .start(&["up", "-d"])
        .until("RUN echo")
        .interrupt()
        .end();
    assert_eq!(interrupted.status, 130, "{}", interrupted.both());
    assert_eq!(stack.states(), [""; 0]);
    stack.edit("app/Dockerfile", "sleep 5", "true");
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["app-1 running"]);
}

#[test]
fn an_attached_up_shows_the_logs_of_all_and_stops_gracefully() {
    let stack = Stack::new(
        "attached",
        "\
services:
  web:
    image: busybox
    command: sh -c 'trap \"echo goodbye; exit 0\" TERM; echo hello from web; while :; do sleep 0.1; done'
    depends_on: [database]
  database:
    image: busybox
    command: sh -c 'trap \"exit 3\" TERM; echo to the error stream >&2; while :; do sleep 0.1; done'
",
    );
    let mut up = stack.start(&["up"]);
    up.until("hello from web");
    assert_eq!(stack.states(), ["database-1 running", "web-1 running"]);
    let ended = up.interrupt().end();
    assert_eq!(ended.status, 130, "{}", ended.both());
    assert_eq!(stack.states(), ["database-1 exited", "web-1 exited"]);
    let code = |service: &str| stack.container(service)["State"]["ExitCode"].clone();
    assert_eq!((code("web"), code("database")), (0.into(), 3.into()));
    ended.prints(&[
        "Attaching to ",
        "web-1       | hello from web\n",
        "web-1       | goodbye\n",
        "database-1  | to the error stream\n",
        "Gracefully Stopping... press Ctrl+C again to force\n",
        "web-1 exited with code 0\n",
    ]);
    assert!(
        !ended.stdout.contains("hello from web\nhello"),
        "{}",
        ended.both()
    );
    assert_eq!(
        ended.stdout.matches("hello from web").count(),
        1,
        "{}",
        ended.both()
    );

    // The next attached run shows what it prints, not what the last one did.
    let mut again = stack.start(&["up"]);
    again.until("hello from web");
    let ended = again.interrupt().end();
    assert_eq!(ended.status, 130, "{}", ended.both());
    assert_eq!(
        ended.stdout.matches("hello from web").count(),
        1,
        "{}",
        ended.both()
    );
}

#[test]
fn a_second_interrupt_kills_what_does_not_want_to_stop() {
    let stack = Stack::new(
        "kill",
        "\
services:
  web:
    image: busybox
    command: sh -c 'trap \"\" TERM; echo hello; while :; do sleep 0.1; done'
    stop_grace_period: 10m
",
    );
    let mut up = stack.start(&["up"]);
    up.until("hello").interrupt().until("Gracefully Stopping");
    let ended = up.interrupt().end();
    assert_eq!(ended.status, 130, "{}", ended.both());
    assert_eq!(stack.states(), ["web-1 exited"]);
    assert_eq!(stack.container("web")["State"]["ExitCode"], 137);
}

#[test]
fn an_attached_up_ends_with_its_last_container() {
    let stack = Stack::new(
        "ends",
        "services: {web: {image: busybox, command: sh -c 'echo done; exit 5'}}",
    );
    let ended = stack.ok(&["up"]);
    ended.prints(&["web-1  | done\n", "web-1 exited with code 5\n"]);
    let ended = stack.fails(5, &["up", "--exit-code-from", "web"]);
    ended.prints(&["web-1 exited with code 5\n"]);
}

#[test]
fn the_exit_code_of_an_aborted_up_is_the_failed_containers_and_the_named_services() {
    let stack = Stack::new(
        "aborts",
        "\
services:
  done: {image: busybox, command: \"true\", depends_on: [database]}
  fails: {image: busybox, command: sh -c 'sleep 1; exit 3'}
  stays:
    image: busybox
    command: sh -c 'trap \"exit 7\" TERM; echo up; while :; do sleep 0.1; done'
    healthcheck: {test: \"true\", interval: 100ms}
  late: {image: busybox, command: \"true\", depends_on: {stays: {condition: service_healthy}}}
  database: {image: busybox, command: sleep 1000, init: true}
",
    );
    // A job that has done its work is no failure.
    let ended = stack.fails(3, &["up", "--abort-on-container-failure", "done", "fails"]);
    ended.prints(&[
        "done-1 exited with code 0\n",
        "fails-1 exited with code 3\n",
    ]);
    ended.says(&["Aborting on container exit...\n"]);
    // What is depended on was not named: it goes on.
    let database = || stack.states().contains(&"database-1 running".to_owned());
    assert!(database(), "{:?}", stack.states());
    // Another one's end aborts, and the named one's code is the one with which it is stopped.
    let args = ["up", "--exit-code-from", "stays", "late", "stays"];
    let ended = stack.fails(7, &args);
    ended.says(&["Aborting on container exit...\n"]);
    assert!(database(), "{:?}", stack.states());
}
