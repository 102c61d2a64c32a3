//! Volumes are not lost by mistake.

use std::fs;

use crate::support::engine::Stack;

const FILE: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    volumes: ['data:/data', /cache]
volumes:
  data: {labels: {com.example.of: first}}
";

const PROTECTED: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    volumes: ['data:/data']
  db:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    profiles: [more]
    volumes: ['more:/data']
volumes:
  data: {labels: {com.example.of: first}, x-protect: true}
  more:
    x-protect: true
";

#[test]
fn down_lists_the_volumes_on_a_terminal_and_asks() {
    let stack = Stack::new("loss", FILE);
    stack.ok(&["up", "-d"]);
    let fill = [
        "dd",
        "if=/dev/zero",
        "of=/data/full",
        "bs=1000",
        "count=3000",
    ];
    stack.exec("web", &fill);
    let data = format!("{}_data", stack.project());
    let list = |typed: &str| {
        let mut down = stack.on_terminal(&["down", "-v"]);
        down.until("These volumes are removed, and all data in them is lost:");
        down.until(&format!("{data} ")).until("  3MB");
        down.until(" made ")
            .until(" ago")
            .until("(anonymous: /cache of ");
        down.until("Remove them? [y/N] ").types(typed).end()
    };
    for (typed, answer) in [
        ("n\n", "nothing was taken down"),
        ("\n", "nothing was taken down"),
        ("\u{3}", "interrupted"),
    ] {
        let (status, shown) = list(typed);
        assert_eq!(status, 130, "{shown}");
        assert!(shown.contains(answer), "{shown}");
        assert_eq!(stack.states(), ["web-1 running"], "{shown}");
        assert_eq!(stack.resources(), ["data", "default"], "{shown}");
    }
    let (status, shown) = list("y\n");
    assert_eq!(status, 0, "{shown}");
    assert_eq!(stack.resources(), [""; 0]);

    stack.ok(&["up", "-d"]);
    let (status, shown) = stack.on_terminal(&["down"]).end();
    assert_eq!(status, 0, "{shown}");
    assert_eq!(stack.resources(), ["data"]);
    let (status, shown) = stack.on_terminal(&["down", "-v", "--yes"]).end();
    assert_eq!(status, 0, "{shown}");
    assert!(!shown.contains("[y/N]"), "{shown}");
    assert_eq!(stack.resources(), [""; 0]);
}

#[test]
fn down_asks_on_the_terminal_though_its_output_goes_elsewhere() {
    let stack = Stack::new("loss-into", FILE);
    stack.ok(&["up", "--no-start"]);
    let mut down = stack.on_terminal_into("printed", &["down", "-v"]);
    let (status, shown) = down.until("Remove them? [y/N] ").types("n\n").end();
    assert_eq!(status, 130, "{shown}");
    assert_eq!(stack.resources(), ["data", "default"], "{shown}");
    let printed = fs::read_to_string(stack.path("printed")).unwrap();
    assert_eq!(printed, "");
    let mut down = stack.on_terminal_into("printed", &["down", "-v"]);
    let (status, shown) = down.until("Remove them? [y/N] ").types("y\n").end();
    assert_eq!(status, 0, "{shown}");
    assert_eq!(stack.resources(), [""; 0]);
}

#[test]
fn a_volume_that_another_project_uses_stays() {
    let owner = Stack::new("loss-owner", FILE);
    owner.ok(&["up", "-d"]);
    let data = format!("{}_data", owner.project());
    let guest = Stack::new(
        "loss-guest",
        &FILE.replace(
            "{labels: {com.example.of: first}}",
            &format!("{{external: true, name: {data}}}"),
        ),
    );
    guest.ok(&["up", "-d"]);
    owner.exec("web", &["touch", "/data/kept"]);
    let stays = format!(
        "volume {data} stays: container {0}-web-1 of project {0} uses it",
        guest.project()
    );
    owner.edit("stack.yaml", "of: first", "of: second");
    let uses = format!("{}-web-1 of others uses it", guest.project());
    owner.ok(&["up", "-d", "--yes"]).says(&[&uses]);
    owner.ok(&["down", "-v"]).says(&[&stays, "stack.yaml:8:"]);
    assert_eq!(owner.states(), [""; 0]);
    assert_eq!(owner.resources(), ["data"]);
    assert_eq!(guest.exec("web", &["ls", "/data/kept"]).0, 0);
    guest.ok(&["down", "-v"]);
    assert_eq!(owner.resources(), ["data"], "it is external there");
    owner.ok(&["down", "-v"]);
    assert_eq!(owner.resources(), [""; 0]);
}

#[test]
fn a_protected_volume_is_removed_only_with_unprotect() {
    let stack = Stack::new("loss-protect", PROTECTED);
    stack.ok(&["--profile", "more", "up", "-d"]);
    let volume = |name: &str| format!("volume {}_{name} is protected", stack.project());
    let refused = [
        volume("data"),
        "stack.yaml:14:54".to_owned(),
        // Only a service that is not active uses it.
        volume("more"),
        "stack.yaml:16:16".to_owned(),
    ];
    let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
    stack.fails(1, &["down", "-v"]).says(&refused);
    stack.fails(1, &["--dry-run", "down", "-v"]).says(&refused);
    stack.fails(1, &["down", "-v", "--yes"]).says(&refused);
    assert_eq!(stack.states(), ["db-1 running", "web-1 running"]);

    stack.edit("stack.yaml", "of: first", "of: second");
    let kept =
        "it is kept: it is protected (`up --yes --unprotect` makes it anew, without its data)";
    stack.exec("web", &["touch", "/data/kept"]);
    stack.ok(&["plan"]).says(&[kept, "stack.yaml:14:"]);
    stack.ok(&["up", "-d", "--yes"]).says(&[kept]);
    stack.ok(&["rm", "-fsv"]);
    assert_eq!(stack.resources(), ["data", "default", "more"]);
    stack.ok(&["up", "-d"]);
    assert_eq!(stack.exec("web", &["ls", "/data/kept"]).0, 0);
    stack.ok(&["up", "-d", "--yes", "--unprotect"]);
    assert_ne!(stack.exec("web", &["ls", "/data/kept"]).0, 0);

    // The project's name alone: what the file said is on the volumes.
    fs::remove_file(stack.path("stack.yaml")).expect("a file");
    stack
        .fails(1, &["down", "-v"])
        .says(&[&volume("data"), &volume("more"), "x-protect: true"]);
    stack.ok(&["down"]);
    assert_eq!(stack.resources(), ["data", "more"]);
    stack.ok(&["down", "-v", "--unprotect"]);
    assert_eq!(stack.resources(), [""; 0]);
}
