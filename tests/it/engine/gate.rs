//! The gate on a real engine: ready means reachable, and no later than it is true. The engine's own tests run so rarely
//! here that whatever is ready within their first interval was let through by windlass itself.

mod mysql;

use std::time::{Duration, Instant};

use crate::support::engine::{Ran, Stack, free_port};

/// Before this, the engine's own first test has not run (`interval: 40s`).
const BEFORE_THE_ENGINE: Duration = Duration::from_secs(35);

const INTERVAL: &str = "      interval: 40s\n      timeout: 5s\n      retries: 2\n";

/// A service `app` that runs a Python script.
fn python(attributes: &str, test: &str, script: &str) -> String {
    let script = script.replace('\n', "\n          ");
    format!(
        "services:\n  app:\n    image: python:3.11-slim\n    init: true\n{attributes}    healthcheck:\n      test: {test}\n\
         {INTERVAL}    command:\n      - python\n      - -uc\n      - |\n          {script}\n"
    )
}

/// Python that listens on a port of all addresses, or one.
const LISTEN: &str = "\
import socket, time
def listen(port, host='0.0.0.0'):
    server = socket.create_server((host, port))
    print('listening', port)
    return server
";

fn raised(stack: &Stack) -> (Ran, Duration) {
    let begun = Instant::now();
    let ran = stack.ok(&["up", "-d", "--wait"]);
    (ran, begun.elapsed())
}

/// Raises a stack of a script; it has to be ready before the engine has tested it.
#[track_caller]
fn ready(topic: &str, attributes: &str, test: &str, script: &str) -> (Stack, Ran) {
    let stack = Stack::new(topic, &python(attributes, test, &[LISTEN, script].concat()));
    let (ran, took) = raised(&stack);
    assert!(took < BEFORE_THE_ENGINE, "{took:?}\n{}", ran.both());
    (stack, ran)
}

#[test]
fn rule_2_without_ports_the_test_alone_opens_it() {
    let script = "time.sleep(1)\nopen('/tmp/ready', 'w')\ntime.sleep(1000)";
    ready("g2none", "", "test -e /tmp/ready", script);
}

#[test]
fn rule_2_on_the_hosts_network_there_is_no_port_condition() {
    ready(
        "g2host",
        "    network_mode: host\n    expose: [4]\n",
        "'true'",
        "time.sleep(1000)",
    );
}

#[test]
fn rule_2_who_shares_a_network_answers_for_the_own_ports_only() {
    // `app` owns the table, in which `side` listens first: the test of `app` must not run for that.
    let script = "\
time.sleep(3)
print('reachable', file=open('/tmp/log', 'a'))
a = listen(7001)
time.sleep(1000)";
    let mut file = python(
        "    expose: [7001]\n",
        "\"echo tested >> /tmp/log\"",
        &[LISTEN, script].concat(),
    );
    let side = python(
        "    network_mode: service:app\n",
        "'true'",
        &[LISTEN, "b = listen(7002)\ntime.sleep(1000)"].concat(),
    );
    file.push_str(&side.replace("services:\n  app:", "  side:"));
    let stack = Stack::new("g2share", &file);
    let (ran, took) = raised(&stack);
    assert!(took < BEFORE_THE_ENGINE, "{took:?}\n{}", ran.both());
    let (_, log) = stack.exec("app", &["cat", "/tmp/log"]);
    let (reachable, tested) = (log.find("reachable"), log.find("tested"));
    assert!(reachable.is_some() && reachable < tested, "{log}");
}

#[test]
fn rules_3_and_5_a_port_on_loopback_only_is_not_reachable() {
    // The test would pass over loopback: it must not even run.
    let script = "\
inner = listen(7000, '127.0.0.1')
time.sleep(3)
inner.close()
print('reachable', file=open('/tmp/log', 'a'))
outer = listen(7000)
time.sleep(1000)";
    let test = "\"echo tested >> /tmp/log\"";
    let (stack, ran) = ready("g3", "    expose: [7000]\n", test, script);
    ran.says(&["for port 7000 (only 127.0.0.1:7000 listens)"]);
    let (_, log) = stack.exec("app", &["cat", "/tmp/log"]);
    let (reachable, tested) = (log.find("reachable"), log.find("tested"));
    assert!(reachable.is_some() && reachable < tested, "{log}");
}

#[test]
fn rule_5_a_slow_test_opens_it_too() {
    let script = "a = listen(7000)\ntime.sleep(1000)";
    ready("g5", "    expose: [7000]\n", "sleep 2", script);
}

#[test]
fn rule_6_a_test_that_hangs_is_not_run_twice_and_the_engines_word_decides() {
    // The engine kills its own test after 1 s, twice: unhealthy.
    let file = python(
        "",
        "\"echo x >> /tmp/tests; sleep 1000\"",
        "import time; time.sleep(1000)",
    );
    let file = file
        .replace("interval: 40s", "interval: 2s")
        .replace("timeout: 5s", "timeout: 1s");
    let stack = Stack::new("g6", &file);
    let failed = stack.fails(1, &["up", "-d", "--wait"]);
    failed.says(&["app-1 is unhealthy"]);
    let (_, tests) = stack.exec("app", &["cat", "/tmp/tests"]);
    assert_eq!(
        tests.matches('x').count(),
        3,
        "two of the engine's, and ours"
    );
}

#[test]
fn rule_7_a_stale_declaration_does_not_hold_it() {
    let script = "a = listen(7000)\ntime.sleep(1000)";
    ready("g7", "    expose: [7000, 7999]\n", "'true'", script);
}

#[test]
fn rule_8_a_worker_that_declares_a_port_is_ready_when_the_engine_says_so() {
    let file = python(
        "    expose: [7000]\n",
        "'true'",
        "import time; time.sleep(1000)",
    );
    let stack = Stack::new("g8", &file.replace("interval: 40s", "interval: 1s"));
    let (ran, took) = raised(&stack);
    assert!(took < BEFORE_THE_ENGINE, "{took:?}\n{}", ran.both());
}

#[test]
fn rule_10_every_replica_has_to_be_ready() {
    // The second one takes longer.
    let script = "\
import os
try:
    first = socket.gethostbyname(os.environ['PROJECT'] + '-app-1')
except OSError:
    first = None
time.sleep(0 if first == socket.gethostbyname(socket.gethostname()) else 3)
a = listen(7000)
open('/shared/ready-' + socket.gethostname(), 'w')
time.sleep(1000)";
    let attributes = "    scale: 2\n    expose: [7000]\n    volumes: ['shared:/shared']\n    \
                      environment: {PROJECT: '${COMPOSE_PROJECT_NAME}'}\n";
    let mut file = python(attributes, "'true'", &[LISTEN, script].concat());
    file.push_str("volumes:\n  shared:\n");
    let stack = Stack::new("g10", &file);
    let (ran, took) = raised(&stack);
    assert!(took < BEFORE_THE_ENGINE, "{took:?}\n{}", ran.both());
    let (_, ready) = stack.exec("app", &["sh", "-c", "ls /shared | grep -c ready-"]);
    assert_eq!(ready.trim(), "2");
}

#[test]
fn rule_10_the_engines_word_alone_on_request() {
    let file = python(
        "",
        "\"echo x >> /tmp/tests\"",
        "import time; time.sleep(1000)",
    );
    let file = file.replace("interval: 40s", "interval: 2s");
    for (topic, file, args) in [
        ("g10flag", file.clone(), &["--health=engine"][..]),
        (
            "g10file",
            file.replace("    init: true\n", "    init: true\n    x-ready: engine\n"),
            &[],
        ),
    ] {
        let stack = Stack::new(topic, &file);
        stack.ok(&[&["up", "-d", "--wait"], args].concat());
        let container = stack.container("app");
        assert_eq!(container["State"]["Health"]["Status"], "healthy");
        let (_, tests) = stack.exec("app", &["cat", "/tmp/tests"]);
        assert_eq!(tests.matches('x').count(), 1, "{topic}: the engine's own");
    }
}

#[test]
fn a_failed_wait_says_what_listens_and_what_the_test_said() {
    let port = free_port();
    let attributes = format!("    expose: [7001]\n    ports: ['{port}:7000']\n");
    let file = python(
        &attributes,
        "\"echo no such luck; exit 1\"",
        &[
            LISTEN,
            "a = listen(7000, '127.0.0.1')\nb = listen(7001)\ntime.sleep(1000)",
        ]
        .concat(),
    );
    let stack = Stack::new("gsays", &file);
    let failed = stack.fails(1, &["up", "-d", "--wait", "--wait-timeout", "10"]);
    failed.says(&[
        "application not healthy after 10s",
        "no such luck",
        "port 7001 listens, port 7000 doesn't",
        "listening 7001",
        "port 7000 is published, but only 127.0.0.1:7000 listens",
    ]);
}
