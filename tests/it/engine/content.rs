//! Configs and secrets as containers see them.

use serde_json::Value;

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    user: \"1000:1000\"
    configs:
      - filed
      - inline
      - {source: inline, target: /etc/deep/er/x.conf, uid: \"103\", gid: \"104\", mode: 0440}
      - {source: variable, target: relative/y}
    secrets:
      - filed
      - pin
      - {source: pin, target: other, mode: 0400}
      - {source: filed, target: /owned, uid: \"5\", mode: 0600}
configs:
  filed: {file: ./motd}
  inline: {content: \"hello ${NAME}\"}
  variable: {environment: NAME}
secrets:
  filed: {file: ./motd}
  pin: {environment: PIN}
";

/// Path, mode, owner and content of everything that is granted.
fn seen(stack: &Stack) -> Vec<String> {
    let paths = "/filed /inline /etc/deep/er/x.conf /relative/y /run/secrets/filed /run/secrets/pin \
                 /run/secrets/other /owned";
    let script =
        format!("for f in {paths}; do echo \"$(stat -c '%n %a %u:%g' $f) $(cat $f)\"; done");
    let (code, output) = stack.exec_as("0", "web", &["sh", "-c", &script]);
    assert_eq!(code, 0, "{output}");
    output.lines().map(str::to_owned).collect()
}

fn shop(topic: &str) -> Stack {
    let stack = Stack::new(topic, STACK)
        .env("NAME", "shop")
        .env("PIN", "rare-pin");
    stack.file("motd", "welcome");
    stack
}

#[test]
fn configs_and_secrets_are_files_with_their_owner_and_mode() {
    let stack = shop("granted");
    stack.ok(&["up", "-d"]);
    assert_eq!(
        seen(&stack),
        [
            "/filed 644 0:0 welcome",
            "/inline 444 0:0 hello shop",
            "/etc/deep/er/x.conf 440 103:104 hello shop",
            "/relative/y 444 0:0 shop",
            "/run/secrets/filed 644 0:0 welcome",
            "/run/secrets/pin 444 0:0 rare-pin",
            "/run/secrets/other 400 0:0 rare-pin",
            // Copied, because a mount has the owner of the host's file; nobody may write it.
            "/owned 400 5:0 welcome",
        ]
    );
    let (code, _) = stack.exec_as("0", "web", &["sh", "-c", "echo x > /filed"]);
    assert_ne!(code, 0, "a mounted file is read-only");
    let inspected = stack.container("web").to_string();
    assert!(!inspected.contains("rare-pin"), "{inspected}");
    stack.ok(&["plan"]);
}

#[test]
fn another_content_reaches_the_container() {
    let stack = shop("content");
    stack.ok(&["up", "-d"]);
    let web = stack.id("web");
    // As editors do: a new file takes the place of the old one.
    stack.file("new", "good-bye");
    std::fs::rename(stack.path("new"), stack.path("motd")).unwrap();
    let plan = stack.fails(2, &["plan"]);
    plan.prints(&[
        "configs.filed: its content changed  stack.yaml:18:17",
        "secrets.filed: its content changed  stack.yaml:22:17",
    ]);
    let stack = stack.env("PIN", "other-pin");
    let plan = stack.fails(2, &["plan"]);
    plan.prints(&["secrets.pin: its content changed  stack.yaml:23:22"]);
    assert!(!plan.both().contains("-pin"), "{}", plan.both());
    let up = stack.ok(&["up", "-d", "-t", "0"]);
    assert!(!up.both().contains("-pin"), "{}", up.both());
    assert_ne!(stack.id("web"), web);
    let seen = seen(&stack).join("\n");
    for text in [
        "/filed 644 0:0 good-bye",
        "/run/secrets/pin 444 0:0 other-pin",
        "/owned 400 5:0 good-bye",
    ] {
        assert!(seen.contains(text), "{seen}");
    }
    stack.ok(&["plan"]);
}

#[test]
fn what_cannot_be_had_is_told_before_anything_runs() {
    let stack = shop("not-granted");
    std::fs::remove_file(stack.path("motd")).unwrap();
    stack.fails(1, &["up", "-d"]).says(&[
        "motd of config filed does not exist\n  --> stack.yaml:18:17",
        "motd of secret filed does not exist\n  --> stack.yaml:22:17",
    ]);
    stack.file("motd", "welcome");
    stack.edit("stack.yaml", "init: true", "read_only: true");
    let told = stack.fails(1, &["up", "-d"]);
    told.says(&[
        "secret pin cannot be put into service web, which is read-only\n  --> stack.yaml:14:9",
    ]);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.resources(), [""; 0]);

    // What is mounted, a read-only container has.
    stack.edit(
        "stack.yaml",
        "inline: {content: \"hello ${NAME}\"}",
        "inline: {file: ./motd}",
    );
    stack.edit(
        "stack.yaml",
        "variable: {environment: NAME}",
        "variable: {file: ./motd}",
    );
    stack.edit(
        "stack.yaml",
        "pin: {environment: PIN}",
        "pin: {file: ./motd}",
    );
    stack
        .ok(&["up", "-d"])
        .says(&["warning: service web: `uid`, `gid` and `mode` of config inline are ignored"]);
    assert_eq!(seen(&stack)[2], "/etc/deep/er/x.conf 644 0:0 welcome");
    let read_only = &stack.container("web")["HostConfig"]["ReadonlyRootfs"];
    assert_eq!(*read_only, Value::Bool(true));
}
