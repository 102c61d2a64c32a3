//! Published ports whose container listens on 127.0.0.1 only, or on another port, on a real engine.

use crate::support::engine::{Stack, free_port};

/// A Python web server that listens on one address, as web frameworks do.
fn server(name: &str, port: u16, address: &str, listens: u16) -> String {
    format!(
        "  {name}:
    image: python:3.11-slim
    init: true
    ports: ['{port}:5000']
    command: python -m http.server --bind {address} {listens}
"
    )
}

fn services() -> String {
    let (inner, other, fine) = (free_port(), free_port(), free_port());
    [
        "services:\n",
        &server("inner", inner, "127.0.0.1", 5000),
        &server("other", other, "0.0.0.0", 8000),
        &server("fine", fine, "0.0.0.0", 5000),
    ]
    .concat()
}

const INNER: &str = "service inner: port 5000 is published, but only 127.0.0.1:5000 listens, which nobody outside can \
                     reach: let it listen on 0.0.0.0\n  --> stack.yaml:5:13\n";
const OTHER: &str = "service other: port 5000 is published, but nothing listens on it in the container: it listens on \
                     0.0.0.0:8000\n  --> stack.yaml:10:13\n";

#[test]
fn a_run_that_waits_for_others_names_ports_that_lead_nowhere_and_so_does_ps() {
    let slow = "  slow:
    image: busybox
    init: true
    command: sh -c 'sleep 6; touch /tmp/ready; sleep 1000'
    healthcheck: {test: test -e /tmp/ready, interval: 30s}
  last:
    image: busybox
    init: true
    command: sleep 1000
    depends_on: {slow: {condition: service_healthy}}
";
    let stack = Stack::new("pubwait", &(services() + slow));
    let up = stack.ok(&["up", "-d"]);
    up.says(&[INNER, OTHER]);
    assert_eq!(up.stderr.matches("is published, but").count(), 2);

    let ps = stack.ok(&["ps"]);
    ps.says(&[INNER, OTHER]);
    assert_eq!(ps.stderr.matches("is published, but").count(), 2);
    // Scripts read these.
    for args in [&["ps", "-q"][..], &["ps", "--format", "json"]] {
        assert_eq!(stack.ok(args).stderr, "", "{args:?}");
    }
}

#[test]
fn logs_that_are_followed_are_told_of_ports_that_lead_nowhere() {
    let stack = Stack::new("pubfollow", &services());
    let mut up = stack.start(&["up"]);
    // In either order.
    up.until("is published, but").until("is published, but");
    let up = up.interrupt().end();
    up.says(&[INNER, OTHER]);
    assert_eq!(up.stderr.matches("is published, but").count(), 2);
}
