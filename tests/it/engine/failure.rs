//! What goes wrong: a message that helps, nothing lost, and the same `up` afterwards converges.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::support::engine::{Running, Stack, free_port, is_podman};

#[test]
fn a_database_that_never_gets_healthy_is_told_with_its_probe_and_log() {
    let stack = Stack::new(
        "unhealthy",
        "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    depends_on:
      db: {condition: service_healthy}
  db:
    image: busybox
    command: sh -c 'echo reading the log book; echo page 7 is missing >&2; exec sleep 1000'
    init: true
    healthcheck:
      test: echo no answer yet; exit 1
      interval: 200ms
      timeout: 1s
      retries: 3
  other:
    image: busybox
    command: sleep 1000
    init: true
",
    );
    let failed = stack.fails(1, &["up", "-d"]);
    assert_eq!(
        stack.states(),
        ["db-1 running", "other-1 running", "web-1 created"]
    );
    let unhealthy = format!("container {}-db-1 is ", stack.project());
    // Without systemd Podman tests no health by itself.
    let unhealthy = if is_podman() {
        unhealthy + "not healthy after "
    } else {
        unhealthy + "unhealthy"
    };
    failed.says(&[
        &unhealthy,
        "dependency failed to start",
        "no answer yet",
        "reading the log book",
        "page 7 is missing",
    ]);
    let other = stack.id("other");
    stack.edit("stack.yaml", "echo no answer yet; exit 1", "exit 0");
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(
        stack.states(),
        ["db-1 running", "other-1 running", "web-1 running"]
    );
    assert_eq!(stack.id("other"), other);
    stack.ok(&["plan"]);
}

#[test]
fn a_wait_ends_after_the_time_allowed() {
    let stack = Stack::new(
        "timeout",
        "\
services:
  db:
    image: busybox
    command: sh -c 'echo still loading; exec sleep 1000'
    init: true
    healthcheck: {test: exit 1, interval: 200ms, start_period: 1h}
",
    );
    let failed = stack.fails(1, &["up", "-d", "--wait", "--wait-timeout", "1"]);
    failed.says(&["application not healthy after 1s", "still loading"]);
    assert_eq!(stack.states(), ["db-1 running"]);
}

#[test]
fn an_image_that_cannot_be_pulled_is_named_and_the_rest_is_raised() {
    // Nobody listens there: no registry has to be asked for a long time.
    let stack = Stack::new(
        "nopull",
        "\
services:
  web: {image: '127.0.0.1:9/nobody/nothing:1', command: sleep 1000, init: true}
  other: {image: busybox, command: sleep 1000, init: true}
",
    );
    let failed = stack.fails(1, &["up", "-d"]);
    assert_eq!(stack.states(), ["other-1 running"]);
    failed.says(&["127.0.0.1:9/nobody/nothing:1 cannot be pulled"]);
    stack.edit("stack.yaml", "127.0.0.1:9/nobody/nothing:1", "busybox");
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["other-1 running", "web-1 running"]);
}

#[test]
fn a_host_port_in_use_is_told_with_its_owner() {
    let port = free_port();
    let file = "\
services:
  web: {image: busybox, command: sleep 1000, init: true, ports: ['${PORT}:80']}
";
    let first = Stack::new("port1", file).env("PORT", &port.to_string());
    let second = Stack::new("port2", file).env("PORT", &port.to_string());
    first.ok(&["up", "-d"]);
    let failed = second.fails(1, &["up", "-d"]);
    failed.says(&[
        &port.to_string(),
        "is already in use",
        &format!("container {0}-web-1 of project {0}", first.project()),
        "stack.yaml:2:",
        "is free",
    ]);
    // It was found before the first change, by `plan` too.
    assert_eq!((second.states().len(), second.resources().len()), (0, 0));
    let planned = second.fails(1, &["plan"]);
    planned.prints(&["create   Container"]);
    planned.says(&["is already in use"]);
    assert_eq!(first.states(), ["web-1 running"]);
    first.ok(&["down"]);
    second.ok(&["up", "-d"]);
    assert_eq!(second.states(), ["web-1 running"]);
}

#[test]
fn all_that_is_in_the_way_is_told_at_once_and_nothing_is_changed() {
    let port = free_port();
    let stack = Stack::new(
        "way",
        "\
services:
  one: {image: busybox, command: sleep 1000, init: true, ports: ['${PORT}:80']}
  two:
    image: busybox
    command: sleep 1000
    init: true
    ports: ['${PORT}:81']
    volumes: [{type: bind, source: ./missing, target: /mnt, bind: {create_host_path: false}}]
    networks: [default, other]
networks:
  default: {ipam: {config: [{subnet: 10.213.7.0/24}]}}
  other: {ipam: {config: [{subnet: 10.213.0.0/16}]}}
",
    )
    .env("PORT", &port.to_string());
    let failed = stack.fails(1, &["up", "-d"]);
    failed.says(&[
        "which is started too",
        "missing does not exist",
        "stack.yaml:8:",
        "subnet 10.213.0.0/16 of network",
        "stack.yaml:12:",
    ]);
    assert_eq!((stack.states().len(), stack.resources().len()), (0, 0));
}

#[test]
fn a_container_name_in_use_is_told_with_its_owner() {
    let name = |stack: &Stack| format!("{}-named", stack.project());
    let first = Stack::empty("name1");
    let taken = name(&first);
    let second = Stack::empty("name2");
    for stack in [&first, &second] {
        stack.file(
            "stack.yaml",
            &format!(
                "services: {{web: {{image: busybox, command: sleep 1000, init: true, container_name: {taken}}}}}"
            ),
        );
    }
    first.ok(&["up", "-d"]);
    let failed = second.fails(1, &["up", "-d"]);
    failed.says(&[&format!("container name \"{taken}\" is already in use")]);
    assert_eq!(second.states(), [""; 0]);
}

#[test]
fn a_command_that_is_not_there_fails_the_start_with_the_engines_words() {
    let stack = Stack::new(
        "nocommand",
        "services: {web: {image: busybox, command: no-such-thing}}",
    );
    stack.fails(1, &["up", "-d"]).says(&["no-such-thing"]);
    stack.edit("stack.yaml", "no-such-thing", "sleep 1000");
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.states(), ["web-1 running"]);
}

#[test]
fn an_engine_that_is_not_there_is_told_with_its_address() {
    let stack = Stack::new("noengine", "services: {web: {image: busybox}}");
    let socket = stack.path("nobody.sock");
    let mut command = stack.command(&["up", "-d"]);
    command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
    let failed = Running::start(command).end();
    assert_eq!(failed.status, 1, "{}", failed.both());
    failed.says(&["no container engine answers", &socket.display().to_string()]);
}

#[test]
fn a_socket_that_may_not_be_used_is_told_with_what_to_do() {
    let stack = Stack::new("nopermission", "services: {web: {image: busybox}}");
    let socket = stack.path("engine.sock");
    let _engine = UnixListener::bind(&socket).expect("a socket");
    fs::set_permissions(&socket, Permissions::from_mode(0o600)).expect("permissions");
    fs::set_permissions(stack.path("."), Permissions::from_mode(0o755)).expect("permissions");
    let called = stack.command(&["ps"]);
    // Root may use every socket: somebody else has to ask, who may not be allowed into the checkout either.
    let program = stack.path("windlass");
    fs::copy(called.get_program(), &program).expect("a copy");
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program);
        command
    } else {
        fs::set_permissions(&socket, Permissions::from_mode(0o000)).expect("permissions");
        Command::new(&program)
    };
    command
        .arg("ps")
        .current_dir(stack.path("."))
        .env("DOCKER_HOST", format!("unix://{}", socket.display()));
    let failed = Running::start(command).end();
    assert_eq!(failed.status, 1, "{}", failed.both());
    failed.says(&[
        "permission denied",
        &socket.display().to_string(),
        "usermod -aG docker",
    ]);
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id");
    output.stdout == b"0\n"
}

#[test]
fn where_a_new_container_does_not_start_the_old_one_is_back() {
    let stack = Stack::new(
        "comesback",
        "\
services:
  web: {image: busybox, command: httpd -f -p 80 -h /etc, init: true}
  side: {image: busybox, command: sleep 1000, init: true, depends_on: [web]}
",
    );
    stack.ok(&["up", "-d"]);
    let old = stack.id("web");
    stack.edit("stack.yaml", "httpd", "nosuchprogram");
    stack.edit("stack.yaml", "init: true", "init: false");
    let failed = stack.fails(1, &["up", "-d"]);
    failed.says(&[
        &format!("the old one, {}, is back", &old[..12]),
        "never ran and is removed",
    ]);
    assert_eq!(stack.states(), ["side-1 running", "web-1 running"]);
    assert_eq!(stack.id("web"), old);
    stack.edit("stack.yaml", "nosuchprogram", "httpd");
    stack.ok(&["up", "-d"]);
    assert_ne!(stack.id("web"), old);
    stack.ok(&["plan"]);
}
