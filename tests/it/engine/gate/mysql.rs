//! First starts of MySQL: a temporary server answers on its socket only, here for 5 s more because of a script, and the
//! engine calls it healthy. The application ends with an error where it cannot connect at its first try.

use std::fmt::Write as _;

use crate::support::engine::{Ran, Stack};

/// Pairs of a MySQL server and its application, each server on an empty data folder and tested every `interval`. An
/// application is ready when it has connected, and is started again by the engine if it failed.
fn stack(topic: &str, pairs: usize, interval: &str) -> Stack {
    let mut file = "services:\n".to_owned();
    for pair in 1..=pairs {
        let service = format!(
            "  db{pair}:
    image: mysql:9
    environment: {{MYSQL_ROOT_PASSWORD: weigh-anchor}}
    volumes: ['./init:/docker-entrypoint-initdb.d']
    healthcheck:
      test: mysqladmin ping --user=root --password=weigh-anchor
      interval: {interval}
      timeout: 5s
      retries: 100
  app{pair}:
    image: python:3.11-slim
    init: true
    restart: on-failure
    healthcheck: {{test: test -e /tmp/connected, interval: 1s, retries: 100}}
    depends_on:
      db{pair}: {{condition: service_healthy}}
    command:
      - python
      - -uc
      - |
          import socket, time
          server = socket.create_connection(('db{pair}', 3306), 5)
          assert server.recv(5)[4] == 10, 'this is no greeting of MySQL'
          print('connected', file=open('/tmp/connected', 'w'))
          print('connected')
          time.sleep(1000)
"
        );
        file.write_str(&service).expect("a text");
    }
    let stack = Stack::new(topic, &file);
    stack.file("init/slow.sh", "echo the script; sleep 5\n");
    stack
}

/// How often the engine has started the application of a pair again, and all it has printed.
fn application(stack: &Stack, pair: usize) -> (i64, String) {
    let app = format!("app{pair}");
    let restarts = stack.container(&app)["RestartCount"].as_i64();
    let log = stack.ok(&["logs", "--no-log-prefix", &app]).stdout;
    (restarts.expect("a number"), log)
}

fn raised(stack: &Stack, args: &[&str]) -> Ran {
    stack.ok(&[&["up", "-d", "--wait"], args].concat())
}

#[track_caller]
fn five_applications_connect_at_once(topic: &str, interval: &str) {
    let stack = stack(topic, 5, interval);
    let up = raised(&stack, &[]);
    for pair in 1..=5 {
        let expected = (0, "connected\n".to_owned());
        assert_eq!(application(&stack, pair), expected, "{}", up.both());
    }
    up.says(&["only a unix socket listens"]);
}

#[test]
fn five_applications_never_meet_the_temporary_server_that_is_tested_every_second() {
    five_applications_connect_at_once("gfast", "1s");
}

#[test]
fn five_applications_never_meet_the_temporary_server_that_is_tested_every_ten_seconds() {
    five_applications_connect_at_once("gslow", "10s");
}

/// What the tests above would see if a gate opened early: without the port condition, which the engine's word has not.
#[test]
fn an_application_that_trusts_the_engines_word_meets_the_temporary_server() {
    let stack = stack("gearly", 1, "1s");
    raised(&stack, &["--health=engine"]);
    let (restarts, log) = application(&stack, 1);
    assert!(restarts > 0, "{log}");
    assert!(log.contains("ConnectionRefusedError"), "{log}");
}
