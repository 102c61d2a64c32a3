//! A stack that docker compose started is taken over: what is as the file says keeps its container.

use std::process::Command;

use crate::support::engine::{Stack, compose_settings, host};

/// Runs docker compose with the stack's project name, in its folder.
#[track_caller]
pub(super) fn compose(stack: &Stack, config: &std::ffi::OsStr, args: &[&str]) {
    let mut command = Command::new("docker");
    command
        .args(["compose", "-p", stack.project(), "-f", "stack.yaml"])
        .args(args)
        .current_dir(stack.path(""))
        .env("DOCKER_HOST", host())
        .env("DOCKER_CONFIG", config)
        .env("PIN", "1234");
    let ran = command.output().expect("docker compose runs");
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "docker compose {args:?}:\n{errors}");
}

fn ids(stack: &Stack) -> Vec<String> {
    let containers = stack.containers();
    containers.iter().map(|it| it["Id"].to_string()).collect()
}

/// One line of the file, what it becomes, what the plan says of that, and whether it is changed on the container.
struct Edit<'a> {
    from: &'a str,
    to: &'a str,
    named: &'a str,
    is_in_place: bool,
}

/// Docker compose starts the stack, windlass takes it over as it is; then each edit is named, carried out and done.
#[track_caller]
fn is_taken_over(topic: &str, file: &str, others: &[(&str, &str)], edits: &[Edit<'_>]) {
    let Some(config) = compose_settings() else {
        return;
    };
    let stack = Stack::new(topic, file).env("PIN", "1234");
    for (path, text) in others {
        stack.file(path, text);
    }
    compose(&stack, &config, &["up", "-d", "--build"]);
    let before = ids(&stack);
    assert!(!before.is_empty(), "docker compose made no container");
    let plan = stack.run(&["plan"]);
    assert_eq!(plan.status, 0, "{}", plan.both());
    stack.ok(&["up", "-d"]);
    assert_eq!(ids(&stack), before, "the containers stay");
    stack.fails(0, &["plan"]);
    for edit in edits {
        stack.edit("stack.yaml", edit.from, edit.to);
        let was = ids(&stack);
        stack.fails(2, &["plan"]).prints(&[edit.named]);
        stack.ok(&["up", "-d"]);
        assert_eq!(ids(&stack) == was, edit.is_in_place, "{}", edit.named);
        let plan = stack.run(&["plan"]);
        assert_eq!(plan.status, 0, "after {}:\n{}", edit.named, plan.both());
    }
}

#[test]
fn a_built_image_and_what_it_sets_are_no_difference() {
    is_taken_over(
        "adopt-build",
        r"
services:
  web:
    build: .
    stop_signal: SIGKILL
    environment: {DEBUG: '0'}
    labels: {com.example.crew: '7'}
",
        &[(
            "Dockerfile",
            "FROM busybox\nENV FROM_IMAGE=1\nWORKDIR /srv\nEXPOSE 80\nLABEL com.example.of=image\n\
             USER 1000\nVOLUME /cache\nHEALTHCHECK --interval=5m CMD true\nCMD [\"sleep\", \"1000\"]\n",
        )],
        &[
            Edit {
                from: "DEBUG: '0'",
                to: "DEBUG: '1'",
                named: r#"environment.DEBUG: "0" -> "1"  stack.yaml:6:26"#,
                is_in_place: false,
            },
            Edit {
                from: "crew: '7'",
                to: "crew: '8'",
                named: r#"labels.com.example.crew: "7" -> "8""#,
                is_in_place: false,
            },
        ],
    );
}

#[test]
fn anonymous_and_named_volumes_stay() {
    is_taken_over(
        "adopt-volume",
        r"
services:
  store:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    tmpfs: [/run:size=1m]
    volumes:
      - /anonymous
      - data:/data
      - data:/again:ro
      - ./folder:/folder
      - {type: bind, source: ./folder, target: /long, read_only: true}
      - {type: tmpfs, target: /memory, tmpfs: {size: 2m}}
volumes:
  data: {}
",
        &[("folder/file", "")],
        &[Edit {
            from: "./folder:/folder",
            to: "./folder:/folder:ro",
            named: "volumes[3].read_only: false -> true  stack.yaml:12:9",
            is_in_place: false,
        }],
    );
}

#[test]
fn configs_and_secrets_are_compared_with_what_is_in_the_container() {
    is_taken_over(
        "adopt-content",
        r"
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    configs:
      - motd
      - {source: page, target: /srv/page}
    secrets: [pin, key]
configs:
  motd: {content: hello}
  page: {file: page.txt}
secrets:
  pin: {environment: PIN}
  key: {file: key.txt}
",
        &[("page.txt", "page"), ("key.txt", "key")],
        &[Edit {
            from: "content: hello",
            to: "content: good evening",
            named: "configs.motd: its content changed",
            is_in_place: false,
        }],
    );
    is_taken_over(
        "adopt-secret",
        r"
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    secrets: [pin, key]
secrets:
  pin: {environment: PIN}
  key: {file: key.txt}
",
        &[("key.txt", "key")],
        &[Edit {
            from: "secrets: [pin, key]",
            to: "secrets: [pin]",
            named: r#"secrets.key.target: "/run/secrets/key" removed"#,
            is_in_place: false,
        }],
    );
}

#[test]
fn aliases_addresses_and_shared_namespaces_are_no_difference() {
    is_taken_over(
        "adopt-alias",
        r"
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    hostname: bridge
    networks:
      front: {aliases: [www, shop], priority: 10}
      back: {ipv4_address: 10.204.15.9}
    links: ['store:db']
    extra_hosts: {pilot: 10.0.0.1}
  guest:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    network_mode: service:web
    pid: service:web
  store:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    networks: [front]
networks:
  front: {}
  back: {ipam: {config: [{subnet: 10.204.15.0/24}]}}
",
        &[],
        &[
            Edit {
                from: "[www, shop]",
                to: "[www, market]",
                named: r#"networks.front.aliases: ["shop","web","www"] -> ["market","web","www"]"#,
                is_in_place: true,
            },
            Edit {
                from: "network_mode: service:web",
                to: "network_mode: none",
                named: r#"network_mode: "service:web" -> "none""#,
                is_in_place: false,
            },
        ],
    );
}

#[test]
fn limits_and_rights_are_no_difference() {
    is_taken_over(
        "adopt-limit",
        r"
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    stop_grace_period: 3s
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 50
    restart: unless-stopped
    init: true
    read_only: true
    cap_add: [NET_ADMIN]
    security_opt: ['no-new-privileges:true']
    ulimits: {nofile: {soft: 1000, hard: 2000}}
    sysctls: {net.core.somaxconn: 1024}
    healthcheck: {test: [CMD, 'true'], interval: 1m}
    logging: {driver: json-file, options: {max-size: 1m}}
    shm_size: 32m
",
        &[],
        &[
            Edit {
                from: "mem_limit: 64m",
                to: "mem_limit: 80m",
                named: "mem_limit: 64m -> 80m",
                is_in_place: true,
            },
            Edit {
                from: "cap_add: [NET_ADMIN]",
                to: "cap_add: [SYS_TIME]",
                named: r#"cap_add: ["NET_ADMIN"] -> ["SYS_TIME"]"#,
                is_in_place: false,
            },
        ],
    );
}

#[test]
fn all_replicas_are_taken_over() {
    is_taken_over(
        "adopt-scale",
        r"
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    scale: 3
    ports: ['80']
    expose: ['9000']
",
        &[],
        &[Edit {
            from: "expose: ['9000']",
            to: "expose: ['9001']",
            named: r#"expose: ["9000"] -> ["9001"]"#,
            is_in_place: false,
        }],
    );
}

#[test]
fn names_with_underscores_are_no_difference_where_they_are_asked_for() {
    let Some(config) = compose_settings() else {
        return;
    };
    let stack = Stack::new(
        "adoptnames",
        "services:\n  web: {image: busybox, command: sleep 1000, init: true, scale: 2}\n  db: {image: busybox, network_mode: 'service:web'}\n",
    );
    compose(&stack, &config, &["--compatibility", "up", "-d"]);
    let before = ids(&stack);
    stack.ok(&["--compatibility", "plan"]);
    stack.ok(&["--compatibility", "up", "-d"]);
    assert_eq!(ids(&stack), before);
    let names = |stack: &Stack| {
        let names = stack.containers();
        names
            .iter()
            .filter(|it| it["Name"].to_string().contains("_web_"))
            .count()
    };
    assert_eq!(names(&stack), 2);
    // Without the word they are renamed, and stay.
    stack.ok(&["up", "-d"]);
    assert_eq!((ids(&stack), names(&stack)), (before, 0));
}
