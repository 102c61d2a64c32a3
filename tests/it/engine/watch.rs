//! `watch` and `up --watch`: what is saved arrives.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::engine::{Running, Stack};

/// The most time until something has arrived; what never arrives ends a test here.
const PATIENCE: Duration = Duration::from_secs(60);

const SYNCED: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    user: '1000:1001'
    develop:
      watch:
        - path: src
          action: sync
          target: /app/src
          ignore: [node_modules/, '*.log']
          initial_sync: true
";

/// Begins to watch.
fn watching(stack: &Stack, args: &[&str]) -> Running {
    let mut running = stack.start(args);
    running.until("Watch enabled");
    running
}

/// Waits until a command in the first container of a service prints this.
#[track_caller]
fn arrives(stack: &Stack, service: &str, command: &str, expected: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (_, found) = stack.exec(service, &["sh", "-c", command]);
        if found.trim() == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{command}: {found}");
    }
}

#[track_caller]
fn ends(mut running: Running) -> crate::support::engine::Ran {
    let ran = running.interrupt().end();
    assert_eq!(ran.status, 130, "{}", ran.both());
    ran.says(&["Watch disabled"]);
    ran
}

#[test]
fn saved_new_renamed_and_removed_files_arrive_and_what_is_ignored_does_not() {
    let stack = Stack::new("watch-sync", SYNCED);
    stack.file("src/a.py", "one");
    stack.file("src/old/b.py", "b");
    let running = watching(&stack, &["watch"]);
    arrives(&stack, "web", "cat /app/src/a.py /app/src/old/b.py", "oneb");

    stack.file("src/a.py", "two");
    arrives(&stack, "web", "cat /app/src/a.py", "two");
    // As the container's own user, who may change it.
    arrives(&stack, "web", "stat -c %u:%g /app/src/a.py", "1000:1001");

    // An editor that writes beside and renames; a new folder; a link; what doesn't count.
    stack.file("src/a.py~", "three");
    fs::rename(stack.path("src/a.py~"), stack.path("src/a.py")).unwrap();
    stack.file("src/new/deep/c.py", "c");
    std::os::unix::fs::symlink("deep/c.py", stack.path("src/new/link")).unwrap();
    stack.file("src/node_modules/d.js", "d");
    stack.file("src/x.log", "x");
    stack.file("src/.git/x", "x");
    fs::remove_dir_all(stack.path("src/old")).unwrap();
    let expected = "/app/src/a.py\n/app/src/new/deep/c.py\n/app/src/new/link -> deep/c.py";
    let listing = "find /app/src -type f; ls -l /app/src/new/link | sed 's|.*/app|/app|'";
    arrives(&stack, "web", &format!("({listing}) | sort"), expected);
    arrives(&stack, "web", "cat /app/src/a.py", "three");
    let (_, old) = stack.exec("web", &["sh", "-c", "ls /app/src"]);
    assert_eq!(old.split_whitespace().collect::<Vec<_>>(), ["a.py", "new"]);

    // A folder of git's may go and come back while it checks out.
    fs::rename(stack.path("src"), stack.path("away")).unwrap();
    fs::rename(stack.path("away"), stack.path("src")).unwrap();
    stack.file("src/a.py", "four");
    arrives(&stack, "web", "cat /app/src/a.py", "four");
    ends(running);
    assert_eq!(stack.states(), ["web-1 running"]);
}

#[test]
fn two_thousand_files_are_one_batch() {
    let stack = Stack::new("watch-many", SYNCED);
    fs::create_dir(stack.path("src")).unwrap();
    let running = watching(&stack, &["watch"]);
    for number in 0..2000 {
        let folder = stack.path(&format!("src/{}", number % 20));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(number.to_string()), number.to_string()).unwrap();
    }
    arrives(&stack, "web", "find /app/src -type f | wc -l", "2000");
    fs::remove_dir_all(stack.path("src")).unwrap();
    fs::create_dir(stack.path("src")).unwrap();
    arrives(&stack, "web", "find /app/src -type f | wc -l", "0");
    let ran = ends(running);
    let batches: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("Syncing"))
        .collect();
    // With the twenty folders.
    assert_eq!(batches.len(), 2, "{batches:?}");
    assert!(
        batches[0].contains("after 2020 changes") && batches[0].contains(" and 2017 more"),
        "{batches:?}"
    );
}

#[test]
fn a_saved_file_is_on_its_way_within_300_ms_and_programs_are_told() {
    let stack = Stack::new("watch-soon", SYNCED);
    stack.file("src/a.py", "0");
    let mut running = stack.start(&["--progress", "json", "watch"]);
    running.until(r#"{"id":"Watch","status":"Working","text":"Enabled","#);
    // How long the engine takes on a machine as busy as this, a process of ours with it.
    let file = stack.path("src/a.py").display().to_string();
    let copies = (0..3).map(|_| {
        let begun = Instant::now();
        stack.ok(&["cp", &file, "web:/app/b"]);
        begun.elapsed()
    });
    let copy = copies.max().expect("three");
    let saved = (1..=5).map(|number| {
        let begun = Instant::now();
        stack.file("src/a.py", &number.to_string());
        running.until(r#"{"id":"Service web","status":"Done","text":"Synced""#);
        begun.elapsed()
    });
    let soonest = saved.min().expect("five");
    assert!(
        soonest < Duration::from_millis(300) + copy,
        "{soonest:?} against {copy:?}"
    );
    let ran = running.interrupt().end();
    assert_eq!(ran.status, 130, "{}", ran.both());
    let last = ran.both();
    let last = last.trim_end().lines().last().unwrap_or_default();
    let expected = r#"{"id":"Watch","status":"Done","text":"Disabled","details":"Watch disabled"}"#;
    assert_eq!(last, expected);
    for line in ran.stderr.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect(line);
    }
}

const RELOADED: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {LEVEL: '1'}
    develop: {watch: [{path: src, action: sync, target: /app}]}
  other:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn a_changed_stack_file_is_carried_out_and_a_broken_one_is_told() {
    let stack = Stack::new("watch-stack", RELOADED);
    for folder in ["src", "later"] {
        fs::create_dir(stack.path(folder)).unwrap();
    }
    let mut running = watching(&stack, &["watch"]);
    let (web, other) = (stack.id("web"), stack.id("other"));

    stack.file(
        "stack.yaml",
        &RELOADED.replacen("init: true", "init: maybe", 1),
    );
    running
        .until("the stack file changed: it is loaded again")
        .until("stack.yaml:5:")
        .until("the change is not carried out: what runs goes on, and so does watching");
    stack.file("src/a", "one");
    arrives(&stack, "web", "cat /app/a", "one");
    assert_eq!(stack.id("web"), web);

    let changed = RELOADED
        .replace("LEVEL: '1'", "LEVEL: '2'")
        .replace("path: src", "path: later");
    let new = "  new: {image: busybox, command: sleep 1000, init: true}\n";
    stack.file("stack.yaml", &format!("{changed}{new}"));
    running.until("the services are as the stack file says");
    assert_ne!(stack.id("web"), web);
    assert_eq!(stack.id("other"), other);
    stack.file("later/b", "two");
    arrives(&stack, "web", "cat /app/b", "two");
    // The same text again is no change, nor is a file beside it.
    stack.file("stack.yaml", &format!("{changed}{new}"));
    stack.file("notes", "x");
    stack.file("later/b", "three");
    arrives(&stack, "web", "cat /app/b", "three");
    let ran = ends(running);
    let reloads = ran.stderr.matches("it is loaded again").count();
    assert_eq!(reloads, 2, "{}", ran.both());
    assert_eq!(
        stack.states(),
        ["new-1 running", "other-1 running", "web-1 running"]
    );
    stack.ok(&["plan"]);
}

const RESTARTED: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'cat /conf/x; exec sleep 1000'
    init: true
    develop:
      watch:
        - {path: conf, action: sync+restart, target: /conf}
        - {path: touched, action: restart}
        - {path: hook, action: sync+exec, target: /hook, exec: {command: sh -c 'cat /hook/y > /tmp/seen; echo seen'}}
        - {path: bad, action: sync+exec, target: /bad, exec: {command: sh -c 'exit 7'}}
  other:
    image: busybox
    command: sleep 1000
    init: true
";

#[test]
fn containers_are_restarted_and_commands_run_once_the_files_are_there() {
    let stack = Stack::new("watch-restart", RESTARTED);
    for folder in ["conf", "touched", "hook", "bad"] {
        fs::create_dir(stack.path(folder)).unwrap();
    }
    let mut running = watching(&stack, &["watch"]);
    let (id, other) = (
        stack.id("web"),
        stack.container("other")["State"]["StartedAt"].clone(),
    );
    let started = || stack.container("web")["State"]["StartedAt"].clone();

    let before = started();
    stack.file("conf/x", "configured");
    running.until(r#"service(s) ["web"] restarted"#);
    assert_ne!(started(), before);
    assert_eq!(stack.exec("web", &["cat", "/conf/x"]).1, "configured");

    let before = started();
    stack.file("touched/x", "x");
    running.until(r#"service(s) ["web"] restarted"#);
    assert_ne!(started(), before);
    assert_ne!(stack.exec("web", &["ls", "/touched"]).0, 0);

    let before = started();
    stack.file("hook/y", "hooked");
    running.until("web-1  | seen");
    assert_eq!(stack.exec("web", &["cat", "/tmp/seen"]).1, "hooked");
    stack.file("bad/z", "x");
    running.until("exec of watch exited with status 7");
    stack.file("hook/y", "hooked again");
    running.until("web-1  | seen");
    assert_eq!(started(), before);
    assert_eq!(stack.id("web"), id);
    assert_eq!(stack.container("other")["State"]["StartedAt"], other);
    ends(running);
}

const BUILT: &str = "\
services:
  web:
    build: app
    init: true
    develop: {watch: [{path: app, action: rebuild}]}
  friend:
    image: busybox
    command: sleep 1000
    init: true
    network_mode: service:web
  bystander:
    image: busybox
    command: sleep 1000
    init: true
";

fn dockerfile(text: &str) -> String {
    format!("FROM busybox\nRUN {text}\nCOPY . /app\nCMD [\"sleep\", \"1000\"]\n")
}

#[test]
fn a_rebuild_replaces_containers_and_one_that_fails_leaves_them_running() {
    let stack = Stack::new("watch-rebuild", BUILT);
    stack.file("app/Dockerfile", &dockerfile("true"));
    stack.file("app/.dockerignore", "*.md\n");
    stack.file("app/code", "one");
    let mut running = watching(&stack, &["watch"]);
    let (web, friend) = (stack.id("web"), stack.id("friend"));
    let bystander = stack.id("bystander");
    let image = stack.container("web")["Image"].clone();

    // No change of the image.
    stack.file("app/README.md", "x");
    stack.file("app/Dockerfile", &dockerfile("echo broken rope; exit 3"));
    running
        .until(r#"Rebuilding service(s) ["web"] after changes were detected..."#)
        .until("broken rope")
        .until(r#"service(s) ["web"] not rebuilt: what runs goes on, and so does watching"#);
    assert_eq!(
        stack.states(),
        ["bystander-1 running", "friend-1 running", "web-1 running"]
    );
    assert_eq!(
        (stack.id("web"), stack.id("friend")),
        (web.clone(), friend.clone())
    );

    stack.file("app/Dockerfile", &dockerfile("true"));
    running.until(r#"service(s) ["web"] successfully built"#);
    assert_eq!(stack.id("web"), web, "the image is the same one");

    stack.file("app/code", "two");
    running.until(r#"service(s) ["web"] successfully built"#);
    assert_ne!(stack.id("web"), web);
    assert_ne!(
        stack.id("friend"),
        friend,
        "it lives in the other's network"
    );
    assert_eq!(stack.id("bystander"), bystander);
    assert_eq!(stack.exec("web", &["cat", "/app/code"]).1, "two");
    let ran = ends(running);
    assert!(!ran.stderr.contains("README"), "{}", ran.both());
    let image = format!("images/{}/json", image.as_str().unwrap());
    assert!(
        stack.api().get(&image).is_none(),
        "the replaced image stays"
    );
    stack.ok(&["plan"]);
    stack.ok(&["down", "--rmi", "local"]);
}

#[test]
fn up_with_watch_shows_the_logs_beside_and_stops_the_containers_at_the_end() {
    let file = "\
services:
  web:
    image: busybox
    command: sh -c 'cat /src/x; echo ready; exec sleep 1000'
    init: true
    scale: 2
    develop: {watch: [{path: src, action: sync+restart, target: /src}]}
";
    let stack = Stack::new("watch-up", file);
    fs::create_dir(stack.path("src")).unwrap();
    stack.fails(1, &["up", "-d", "--watch"]);
    let mut running = stack.start(&["up", "--watch"]);
    running.until("Watch enabled");
    stack.file("src/x", "the new line\n");
    // From both replicas.
    running.until("| the new line").until("| the new line");
    // A service that comes later is followed and stopped like the others.
    let late =
        "  late: {image: busybox, command: sh -c 'echo here I am; exec sleep 1000', init: true}\n";
    stack.file("stack.yaml", &format!("{file}{late}"));
    running.until("| here I am");
    let ran = running.interrupt().end();
    assert_eq!(ran.status, 130, "{}", ran.both());
    ran.says(&[
        "Syncing service \"web\" after 1 changes were detected: /src/x",
        "Watch disabled",
    ]);
    assert_eq!(
        stack.states(),
        ["late-1 exited", "web-1 exited", "web-2 exited"]
    );
}

#[test]
fn what_cannot_be_watched_is_told_before_anything_is_done() {
    let table = [
        (
            "services: {web: {image: busybox}}",
            "none of the selected services is configured for watch, consider setting a 'develop' section",
        ),
        (
            "services: {web: {image: busybox, develop: {watch: [{path: ., action: rebuild}]}}}",
            "can't watch service \"web\" with action rebuild without a build context",
        ),
    ];
    for (file, expected) in table {
        let stack = Stack::new("watch-no", file);
        stack.fails(1, &["watch"]).says(&[expected]);
        assert_eq!(stack.states(), [""; 0]);
    }
    let stack = Stack::new(
        "watch-mounted",
        "services: {web: {image: busybox, volumes: ['.:/app'], command: sleep 1000, init: true, \
         develop: {watch: [{path: src, action: sync, target: /app}, {path: later, action: sync, target: /later}]}}}",
    );
    let running = watching(&stack, &["watch"]);
    // The folder is made only now.
    stack.file("later/x", "x");
    let told = ends(running);
    told.says(&["/src' also declared by a bind mount volume, this path won't be monitored!"]);
}
