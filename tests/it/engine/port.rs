//! `windlass port`.

use crate::support::engine::{Stack, free_port};

#[test]
fn the_hosts_side_of_a_published_port_is_printed() {
    let (tcp, udp, six) = (free_port(), free_port(), free_port());
    let stack = Stack::new(
        "port",
        &format!(
            "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    ports: ['{tcp}:80', '127.0.0.1:{udp}:81/udp', '[::1]:{six}:82']
    expose: ['99']
  db: {{image: busybox, command: sleep 1000, init: true, scale: 2}}
  job: {{image: busybox}}
"
        ),
    );
    stack.file(
        "compose.yaml",
        &std::fs::read_to_string(stack.path("stack.yaml")).expect("the stack"),
    );
    stack.ok(&["up", "-d"]);
    let ports = &stack.container("web")["NetworkSettings"]["Ports"];
    assert_eq!(ports["80/tcp"][0]["HostPort"], tcp.to_string());
    assert_eq!(
        stack.ok(&["port", "web", "80"]).stdout,
        format!("0.0.0.0:{tcp}\n")
    );
    assert_eq!(
        stack.ok(&["port", "web", "81", "--protocol", "udp"]).stdout,
        format!("127.0.0.1:{udp}\n")
    );
    for (args, words) in [
        (
            &["port", "web", "81"][..],
            "no port 81/tcp for container PROJECT-web-1: 80/tcp, 81/udp, 82/tcp, 99/tcp",
        ),
        (
            &["port", "db", "80", "--index", "3"],
            "service \"db\" is not running container #3",
        ),
        (&["port", "job", "80"], "service \"job\" is not running"),
    ] {
        let words = words.replace("PROJECT", stack.project());
        stack.fails(1, args).says(&[&words]);
    }
    for args in [
        &["port", "web", "80"][..],
        &["port", "--protocol=UDP", "web", "81"],
        &["port", "web", "82"],
        &["port", "web", "99"],
        &["port", "web", "81"],
        &["port", "db", "80", "--index", "2"],
        &["port", "job", "80"],
        &["port", "nobody", "80"],
        &["port", "web"],
        &["port", "web", "http"],
    ] {
        stack.same_as_compose(args);
    }
}

#[test]
fn the_projects_name_is_enough_to_ask_for_a_port() {
    let port = free_port();
    let stack = Stack::new(
        "portname",
        &format!(
            "services: {{web: {{image: busybox, command: sleep 1000, init: true, ports: ['{port}:80']}}}}"
        ),
    );
    stack.ok(&["up", "-d"]);
    std::fs::remove_file(stack.path("stack.yaml")).expect("the stack goes");
    assert_eq!(
        stack.ok(&["port", "web", "80"]).stdout,
        format!("0.0.0.0:{port}\n")
    );
}
