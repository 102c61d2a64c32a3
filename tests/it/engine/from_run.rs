//! `windlass from-run`: what it prints does what the `docker run` does.

use crate::support::engine::{Stack, free_port, http};

#[test]
fn what_is_printed_makes_the_same_container() {
    let port = free_port();
    let stack = Stack::empty("fromrun");
    let line = format!(
        "docker run -d --name web -p {port}:80 -e GREETING='a  b$' -w /srv --init -m 32m --restart unless-stopped \
         -v pages:/srv --cap-drop CHOWN -h host1 busybox sh -c 'echo \"$GREETING\" > x; exec httpd -f -p 80'"
    );
    let printed = stack.ok(&["from-run", &line]);
    printed.says(&["warning: volume pages: the stack makes its own"]);
    stack.file("stack.yaml", &printed.stdout);
    stack.ok(&["up", "-d", "--wait"]);
    let web = stack.container("web");
    assert_eq!(web["HostConfig"]["Memory"], 32 << 20);
    assert_eq!(web["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
    let dropped = web["HostConfig"]["CapDrop"][0].as_str();
    assert!(
        dropped.is_some_and(|name| name.ends_with("CHOWN")),
        "{dropped:?}"
    );
    assert_eq!(web["Config"]["Hostname"], "host1");
    assert_eq!(web["Config"]["WorkingDir"], "/srv");
    assert_eq!(
        http("GET", port, "/x", ""),
        Some((200, "a  b$\n".to_owned()))
    );
}

#[test]
fn words_that_the_shell_has_split_are_taken_too() {
    let stack = Stack::empty("fromwords");
    let ran = stack.ok(&[
        "from-run",
        "docker",
        "run",
        "-e",
        "A=$B",
        "-p",
        "80:80",
        "nginx",
        "nginx",
        "-g",
        "daemon off;",
    ]);
    assert_eq!(
        ran.stdout,
        r"services:
  nginx:
    image: nginx
    command:
      - nginx
      - -g
      - daemon off;
    environment:
      A: $$B
    ports:
      - 80:80
"
    );
    stack
        .fails(1, &["from-run", "docker run --bogus nginx"])
        .says(&["error: --bogus: no flag of `docker run` that is known here"]);
}
