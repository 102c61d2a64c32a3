//! `run`: one command in a container of its own.

use serde_json::Value;

use crate::support::engine::{Stack, free_port};

const STACK: &str = "\
services:
  job:
    image: busybox
    command: sh -c 'trap \"echo int; exit 3\" INT; trap \"exit 4\" TERM; echo up; while :; do sleep 0.1; done'
    container_name: named-in-the-file
    restart: always
    ports: ['PORT:80']
    environment: {COLOUR: red, SIZE: 1}
    cap_drop: [CHOWN]
    volumes: ['kept:/kept', '/anonymous']
    networks: {default: {aliases: [other-name]}}
    depends_on:
      db: {condition: service_healthy}
  db:
    image: busybox
    command: sh -c 'sleep 0.5; touch /kept/ready; exec sleep 1000'
    init: true
    volumes: ['kept:/kept']
    healthcheck: {test: test -f /kept/ready, interval: 200ms, retries: 100}
volumes:
  kept:
";

fn stack(topic: &str) -> Stack {
    let port = free_port().to_string();
    let name = format!("named-{}-{topic}", std::process::id());
    let file = STACK.replace("PORT", &port);
    Stack::new(topic, &file.replace("named-in-the-file", &name))
}

/// The one container of `run`.
#[track_caller]
fn one_off(stack: &Stack) -> Value {
    let all = stack.containers();
    let mut found = all
        .into_iter()
        .filter(|container| container["Config"]["Labels"]["com.docker.compose.oneoff"] == "True");
    let one = found.next().expect("a container of `run`");
    assert!(found.next().is_none());
    one
}

#[test]
fn a_command_runs_after_what_it_needs_in_a_container_of_its_own() {
    let stack = stack("run");
    let ran = stack.fails(
        5,
        &[
            "run",
            "job",
            "sh",
            "-c",
            "test -f /kept/ready && echo out; echo err >&2; exit 5",
        ],
    );
    let container = one_off(&stack);
    let project = stack.project();
    let name = container["Name"].as_str().unwrap_or_default();
    let hex = name.strip_prefix(&format!("/{project}-job-run-"));
    assert!(hex.is_some_and(|hex| hex.len() == 12), "{name}");
    assert_eq!(container["State"]["ExitCode"], 5);
    let host = &container["HostConfig"];
    assert_eq!(host["RestartPolicy"]["Name"], "no");
    assert_eq!(
        host["PortBindings"]
            .as_object()
            .map_or(0, serde_json::Map::len),
        0
    );
    let labels = &container["Config"]["Labels"];
    assert_eq!(labels["com.docker.compose.container-number"], Value::Null);
    assert_eq!(labels["com.docker.compose.service"], "job");
    let network = &container["NetworkSettings"]["Networks"][format!("{project}_default")];
    let aliases = network["Aliases"].to_string();
    assert!(
        !aliases.contains("\"job\"") && !aliases.contains("other-name"),
        "{aliases}"
    );
    assert_eq!(ran.stdout, "out\n", "after what it needs is healthy");
    ran.says(&["err\n", "-job-run-"]);
    // A second one finds the dependency as it is, and no replica of the service was made.
    let ran = stack.ok(&["run", "--rm", "--quiet", "job", "echo", "-T"]);
    assert_eq!(ran.both(), "--- stdout\n-T\n--- stderr\n");
    assert_eq!(stack.containers().len(), 2);
}

#[test]
fn the_flags_are_the_containers() {
    let stack = stack("run-flags").env("FROM_SHELL", "s");
    stack.file("more.env", "A=file\nB=file\nC=${FROM_SHELL}!\n");
    stack.file("data/file", "x");
    let (port, name) = (free_port(), format!("{}-given", stack.project()));
    let publish = format!("{port}:81");
    let ran = stack.ok(&[
        "run",
        "-d",
        "--no-deps",
        "--name",
        &name,
        "-p",
        &publish,
        "-v",
        "./data:/data:ro",
        "-v",
        "kept:/elsewhere",
        "--entrypoint",
        "sh -c 'exec sleep \"$0\"'",
        "-e",
        "A=1",
        "-e",
        "FROM_SHELL",
        "-e",
        "SIZE=2",
        "--env-from-file",
        "more.env",
        "-l",
        "x=y",
        "-u",
        "5:6",
        "-w",
        "/tmp",
        "--cap-add",
        "CHOWN",
        "--cap-add",
        "NET_ADMIN",
        "--cap-drop",
        "KILL",
        "--use-aliases",
        "job",
        "999",
    ]);
    let container = one_off(&stack);
    assert_eq!(
        ran.stdout.trim_end(),
        container["Id"].as_str().unwrap_or_default()
    );
    assert_eq!(container["Name"], format!("/{name}"));
    assert_eq!(container["State"]["Status"], "running");
    let config = &container["Config"];
    let has = |list: &Value, text: &str| {
        let entries = list.as_array().into_iter().flatten();
        entries.filter_map(Value::as_str).any(|entry| entry == text)
    };
    for variable in [
        "A=1",
        "B=file",
        "C=s!",
        "FROM_SHELL=s",
        "SIZE=2",
        "COLOUR=red",
    ] {
        assert!(
            has(&config["Env"], variable),
            "{variable}: {}",
            config["Env"]
        );
    }
    assert_eq!(
        config["Entrypoint"].to_string(),
        r#"["sh","-c","exec sleep \"$0\""]"#
    );
    assert_eq!(config["Cmd"].to_string(), r#"["999"]"#);
    assert_eq!(
        (&config["User"], &config["WorkingDir"]),
        (&"5:6".into(), &"/tmp".into())
    );
    assert_eq!(config["Labels"]["x"], "y");
    let host = &container["HostConfig"];
    // By what it may do, since not every engine shows what it would have granted anyway: CHOWN, KILL and NET_ADMIN.
    let status = "/proc/1/status";
    let (_, granted) = stack.api().exec(&name, "", &["grep", "^CapBnd:", status]);
    let granted = granted.split_whitespace().last().unwrap_or_default();
    let granted = u64::from_str_radix(granted, 16).expect("a mask");
    assert_eq!(
        [0, 5, 12].map(|number| granted >> number & 1),
        [1, 0, 1],
        "{granted:x}"
    );
    assert_eq!(
        host["PortBindings"]["81/tcp"][0]["HostPort"],
        port.to_string()
    );
    assert_eq!(host["PortBindings"]["80/tcp"], Value::Null);
    let mounts = container["Mounts"].to_string();
    for target in ["/data", "/kept", "/elsewhere", "/anonymous"] {
        assert!(mounts.contains(&format!("\"{target}\"")), "{mounts}");
    }
    let network = &container["NetworkSettings"]["Networks"][format!("{}_default", stack.project())];
    assert!(has(&network["Aliases"], "job") && has(&network["Aliases"], "other-name"));
    assert_eq!(stack.containers().len(), 1, "no dependency");
}

#[test]
fn all_of_what_is_piped_in_arrives_and_nothing_of_the_output_is_lost() {
    let stack = stack("run-pipe");
    let data: Vec<u8> = (0..500_000_u32).flat_map(u32::to_le_bytes).collect();
    let ran = stack.piped(&["run", "--rm", "--no-deps", "-T", "job", "cat"], &data);
    assert_eq!(stack.containers().len(), 0);
    assert!(
        ran.status.success() && ran.stdout == data,
        "{}",
        ran.stdout.len()
    );
    let ran = stack.piped(
        &["run", "--rm", "--no-deps", "-i=false", "job", "wc", "-c"],
        &data,
    );
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "0\n");
}

#[test]
fn signals_are_passed_on_and_rm_removes_in_any_case() {
    let stack = stack("run-signal");
    let args = ["run", "--rm", "--no-deps", "job"];
    let ended = stack.start(&args).until("up").interrupt().end();
    assert_eq!(stack.containers().len(), 0);
    assert_eq!(ended.status, 3, "{}", ended.both());
    ended.prints(&["int\n"]);

    // Who doesn't listen is killed at the third one.
    let deaf = [
        "run",
        "--rm",
        "--no-deps",
        "job",
        "sh",
        "-c",
        "trap 'echo no' INT; echo up; while :; do sleep 0.1; done",
    ];
    let mut deaf = stack.start(&deaf);
    deaf.until("up")
        .interrupt()
        .until("no")
        .interrupt()
        .until("no");
    let ended = deaf.interrupt().end();
    assert_eq!(stack.containers().len(), 0);
    assert_eq!(ended.status, 130, "{}", ended.both());
    let volumes = stack.resources();
    assert_eq!(volumes, ["default", "kept"], "no anonymous volume is left");
}

#[test]
fn an_interrupt_before_the_start_leaves_no_container() {
    let stack = stack("run-early");
    stack.edit("stack.yaml", "sleep 0.5;", "sleep 600;");
    let ended = stack
        .start(&["run", "--rm", "job", "true"])
        .until("-db-1 Waiting")
        .interrupt()
        .end();
    assert_eq!(stack.states(), ["db-1 running"]);
    assert_eq!(ended.status, 130, "{}", ended.both());
}

#[test]
fn a_terminal_is_the_commands_and_can_be_left() {
    let stack = stack("run-tty");
    let mut shell = stack.on_terminal(&["run", "--rm", "--no-deps", "job", "sh"]);
    shell.types("until [ \"$(stty size)\" = '24 80' ]; do :; done; echo siz''ed\n");
    assert!(shell.until("sized").is_raw());
    assert_eq!(one_off(&stack)["Config"]["Tty"], true);
    let (status, shown) = shell.types("exit 9\n").end();
    assert_eq!(stack.containers().len(), 0);
    assert_eq!(status, 9, "{shown}");
    assert!(!shell.is_raw());

    let mut left = stack.on_terminal(&["run", "--no-deps", "job"]);
    let (status, shown) = left.until("up").types("\x10\x11").end();
    assert_eq!(one_off(&stack)["State"]["Status"], "running");
    assert_eq!(status, 0, "{shown}");
    assert!(!left.is_raw());
}

#[test]
fn what_cannot_be_run_is_told_and_leaves_nothing() {
    let stack = stack("run-not");
    for (args, text) in [
        (&["run", "nope"][..], "no such service: nope"),
        (
            &["run", "--no-deps", "job", "no-such-program"],
            "no-such-program",
        ),
        (
            &["run", "-P", "-p", "1:2", "job"],
            "--service-ports and --publish are incompatible",
        ),
        (&["run", "-l", "x", "job"], "label must be set as KEY=VALUE"),
        (&["run", "-p", "1:x", "job"], "(command line):3:"),
        (&["run", "--env-from-file", "none.env", "job"], "none.env"),
        (
            &["run", "-T=false", "job"],
            "cannot attach stdin to a TTY-enabled container",
        ),
    ] {
        stack.fails(1, args).says(&[text]);
        assert_eq!(stack.containers().len(), 0, "{args:?}");
    }
    let ran = stack.ok(&["run", "--dry-run", "job", "true"]);
    assert_eq!(stack.containers().len(), 0);
    ran.prints(&["create", "-job-run-"]);
}

#[test]
fn run_answers_as_docker_compose_does() {
    let stack = stack("run-peer");
    for (args, input) in [
        (&["sh", "-c", "echo out; echo err >&2; exit 7"][..], ""),
        (&["cat"], "a\nb"),
        (&["no-such-program"], ""),
        (&["sh", "-c", "id; echo $COLOUR $HOSTNAME"], ""),
    ] {
        let args = [
            &[
                "run",
                "--rm",
                "--no-deps",
                "-T",
                "-u",
                "1:2",
                "-e",
                "HOSTNAME=x",
                "job",
            ],
            args,
        ]
        .concat();
        stack.answers_as_docker_compose(&args, input.as_bytes());
    }
    for args in [
        &["run", "nope"][..],
        &["run", "-P", "-p", "1:2", "job"],
        &["run", "-l", "x", "job"],
    ] {
        stack.answers_as_docker_compose(args, b"");
    }
}

#[test]
fn a_volume_that_no_file_declares_is_the_engines_and_stays() {
    let stack = Stack::new(
        "run-volume",
        "services: {job: {image: busybox}, other: {image: busybox, volumes: ['data:/data']}}\nvolumes: {data: }",
    );
    let cache = format!("{}-cache", stack.project());
    let mount = format!("{cache}:/cache");
    let run = |command: &str| {
        let args = ["run", "--rm", "-T", "-v", &mount, "-v", "data:/data", "job"];
        stack
            .ok(&[&args[..], &["sh", "-c", command]].concat())
            .stdout
    };
    run("touch /cache/kept /data/of_the_project");
    stack.ok(&["down", "-v"]);
    assert_eq!(run("ls /cache /data"), "/cache:\nkept\n\n/data:\n");
    let path = format!("volumes/{cache}");
    let volume = stack.api().get(&path).expect("the volume");
    let labels = volume["Labels"].clone();
    stack.api().delete(&path);
    assert!(
        labels.is_null() || labels == serde_json::json!({}),
        "{labels}"
    );
}
