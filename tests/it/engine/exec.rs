//! `exec`: a command in a running container, at the user's terminal or between pipes.

use serde_json::Value;

use crate::support::engine::Stack;

/// One container that waits, and one service that has none.
const STACK: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {COLOUR: red}
  off:
    image: busybox
    profiles: [never]
";

fn raised(topic: &str) -> Stack {
    let stack = Stack::new(topic, STACK);
    stack.ok(&["up", "-d"]);
    stack
}

/// Whether a process runs in the container, or is about to; `pattern` must not fit itself.
fn runs(stack: &Stack, pattern: &str) -> bool {
    let look = format!("until ps | grep -q '{pattern}'; do :; done");
    stack.exec("web", &["timeout", "20", "sh", "-c", &look]).0 == 0
}

#[test]
fn a_command_gets_its_settings_and_gives_its_code_and_both_streams() {
    let stack = raised("exec");
    let script = "echo $COLOUR $SIZE $HOME_TOWN > seen; id -u >> seen; pwd; echo oops >&2; exit 7";
    let ran = stack.fails(
        7,
        &[
            "exec",
            "-u",
            "65534",
            "-w",
            "/tmp",
            "-e",
            "SIZE=9",
            "-e",
            "HOME_TOWN",
            "web",
            "sh",
            "-c",
            script,
        ],
    );
    assert_eq!(
        stack.exec("web", &["cat", "/tmp/seen"]),
        (0, "red 9\n65534\n".to_owned())
    );
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("/tmp\n", "oops\n")
    );
    // Flags behind the service are the command's.
    let ran = stack.ok(&["exec", "--index=1", "web", "echo", "-T", "--help"]);
    assert_eq!(ran.stdout, "-T --help\n");
}

#[test]
fn a_variable_without_a_value_is_handed_on_from_the_shell_or_the_env_file() {
    let stack = raised("exec-env").env("FROM_SHELL", "s");
    stack.file(".env", "FROM_FILE=f\n");
    let ran = stack.ok(&[
        "exec",
        "-e",
        "FROM_SHELL",
        "-e",
        "FROM_FILE",
        "-e",
        "NOWHERE",
        "web",
        "sh",
        "-c",
        "echo $FROM_SHELL $FROM_FILE ${NOWHERE-unset}",
    ]);
    assert_eq!(ran.stdout, "s f unset\n");
}

#[test]
fn a_detached_command_goes_on_by_itself() {
    let stack = raised("exec-d");
    let ran = stack.ok(&[
        "exec",
        "-d",
        "web",
        "sh",
        "-c",
        "echo x; touch /tmp/there; sleep 999",
    ]);
    let wait = "until [ -e /tmp/there ]; do :; done; until ps | grep -q '[s]leep 999'; do :; done";
    assert_eq!(stack.exec("web", &["sh", "-c", wait]).0, 0);
    assert_eq!(ran.both(), "--- stdout\n--- stderr\n");
    stack
        .fails(1, &["exec", "-d", "web", "no-such-program"])
        .says(&["no-such-program"]);
}

#[test]
fn what_is_piped_in_arrives_whole_and_its_end_is_the_commands() {
    let stack = raised("exec-pipe");
    let data: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let ran = stack.piped(&["exec", "-T", "web", "tee", "/tmp/copy"], &data);
    let (_, size) = stack.exec("web", &["stat", "-c", "%s", "/tmp/copy"]);
    assert_eq!(size.trim(), data.len().to_string());
    assert!(
        ran.status.success() && ran.stdout == data,
        "{}",
        ran.stdout.len()
    );
    // The output goes on after the end of the input; input that nobody reads is no failure.
    for (command, expected) in [
        ("wc -c; echo after", "12000000\nafter\n"),
        ("exec <&-; echo deaf", "deaf\n"),
    ] {
        let ran = stack.piped(&["exec", "web", "sh", "-c", command], &data);
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success(), "{command}: {text}");
        assert_eq!(text, expected);
    }
    // Without standard input the command has an empty one.
    let ran = stack.piped(&["exec", "-i=false", "web", "wc", "-c"], b"abc");
    assert_eq!(ran.stdout, b"0\n");
}

#[test]
fn a_container_that_does_not_run_is_named() {
    let stack = raised("exec-off");
    stack
        .fails(1, &["exec", "--index", "2", "web", "true"])
        .says(&["error: service \"web\" is not running container #2\n"]);
    stack
        .fails(1, &["exec", "off", "true"])
        .says(&["error: service \"off\" is not running\n"]);
    stack
        .fails(1, &["exec", "nope", "true"])
        .says(&["error: service \"nope\" is not running\n"]);
    let web = stack.id("web");
    let api = stack.api();
    api.post(&format!("containers/{web}/stop?t=0"), &Value::Null);
    stack
        .fails(1, &["exec", "web", "true"])
        .says(&["error: service \"web\" is not running\n"]);
}

#[test]
fn a_dry_run_runs_nothing() {
    let stack = raised("exec-dry");
    let ran = stack.ok(&["exec", "--dry-run", "web", "touch", "/tmp/x"]);
    assert_ne!(stack.exec("web", &["ls", "/tmp/x"]).0, 0);
    ran.says(&["would run in ", "-web-1: touch /tmp/x\n"]);
}

#[test]
fn a_terminal_is_the_commands_while_it_runs() {
    let stack = raised("exec-tty");
    let mut shell = stack.on_terminal(&["exec", "web", "sh"]);
    shell.types("until [ \"$(stty size)\" = '24 80' ]; do :; done; echo siz''ed\n");
    shell.until("sized");
    assert!(shell.is_raw());
    // Letters that a terminal would keep for itself reach the command.
    shell
        .types("sleep 999 || echo interr''upted\n")
        .until("sleep 999");
    let wait = "until ps | grep -q '[s]leep 999'; do :; done";
    stack.exec("web", &["sh", "-c", wait]);
    shell.types("\x03").until("^C");
    shell.resize(30, 100);
    shell.types("until [ \"$(stty size)\" = '30 100' ]; do :; done; echo res''ized\n");
    let (status, shown) = shell.until("resized").types("exit 7\n").end();
    assert_eq!(status, 7, "{shown}");
    assert!(!shell.is_raw());

    let (status, shown) = stack
        .on_terminal(&["exec", "-T", "web", "tty"])
        .types("\x04")
        .end();
    assert_eq!((status, shown.contains("not a tty")), (1, true), "{shown}");
}

#[test]
fn the_detach_keys_leave_the_command_running() {
    let stack = raised("exec-keys");
    let mut shell = stack.on_terminal(&["exec", "web", "sh", "-c", "echo re''ady; exec sleep 998"]);
    let (status, shown) = shell.until("ready").types("\x10\x11").end();
    assert!(runs(&stack, "[s]leep 998"));
    // As docker compose says and ends.
    assert_eq!(status, 1, "{shown}");
    assert!(shown.contains("read escape sequence"), "{shown}");
    assert!(!shell.is_raw());

    // Other keys are docker's setting.
    stack.file(".docker/config.json", r#"{"detachKeys": "ctrl-a,x"}"#);
    let mut shell = stack.on_terminal(&[
        "exec",
        "web",
        "sh",
        "-c",
        "read l; echo \"<$l>\"; exec sleep 997",
    ]);
    let (status, shown) = shell
        .types("\x01y\x10\x11\n")
        .until(">")
        .types("\x01x")
        .end();
    assert_eq!(status, 1, "{shown}");
    assert!(runs(&stack, "[s]leep 997"));
}

#[test]
fn a_signal_from_outside_ends_the_session_and_the_terminal_is_as_before() {
    let stack = raised("exec-term");
    let mut shell = stack.on_terminal(&["exec", "web", "sh", "-c", "echo re''ady; exec sleep 996"]);
    shell.until("ready");
    assert!(shell.is_raw());
    let (status, shown) = shell.signal("TERM").end();
    assert_eq!(status, 130, "{shown}");
    assert!(!shell.is_raw());
}

#[test]
fn it_is_said_that_half_a_terminal_is_none() {
    let stack = raised("exec-half");
    stack
        .fails(1, &["exec", "-T=false", "web", "true"])
        .says(&["cannot attach stdin to a TTY-enabled container because stdin is not a terminal"]);
}

#[test]
fn exec_answers_as_docker_compose_does() {
    let stack = raised("exec-peer");
    for (args, input) in [
        (
            &["web", "sh", "-c", "echo out; echo err >&2; exit 7"][..],
            "",
        ),
        (&["-T", "web", "cat"], "a\nb"),
        (
            &[
                "-e",
                "A=1",
                "-e",
                "A=2",
                "-u",
                "1:2",
                "-w",
                "/etc",
                "web",
                "sh",
                "-c",
                "id; pwd; echo $A",
            ],
            "",
        ),
        (&["-it", "web", "tty"], ""),
        (&["web", "no-such-program"], ""),
        (&["-w", "/nowhere", "web", "true"], ""),
        (&["-u", "nobody-at-all", "web", "true"], ""),
        (&["-d", "web", "true"], ""),
        (&["-d", "web", "no-such-program"], ""),
        (&["--index", "3", "web", "true"], ""),
        (&["nope", "true"], ""),
        (&["web"], ""),
        (&["--privileged", "web", "id"], ""),
    ] {
        let args = [&["exec"], args].concat();
        stack.answers_as_docker_compose(&args, input.as_bytes());
    }
}
