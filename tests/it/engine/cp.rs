//! `cp`: files into containers and out of them, by the rules of `docker cp`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::engine::Stack;

const STACK: &str = "\
services:
  web:
    image: busybox
    command: sh -c 'mkdir -p /made/sub; echo one >/made/file; ln -s /made/file /link; ln -s made /folder-link; touch /ready; exec sleep 1000'
    init: true
    scale: 2
    healthcheck: {test: test -e /ready, interval: 200ms}
  off: {image: busybox}
";

fn raised(topic: &str) -> Stack {
    let stack = Stack::new(topic, STACK);
    stack.ok(&["up", "-d", "--wait", "web"]);
    fs::create_dir_all(stack.path("data/deep")).unwrap();
    stack.file("data/deep/a", "a");
    stack.file("data/b", "b");
    symlink("b", stack.path("data/link")).unwrap();
    stack
}

/// What is below a path of the first container, one path a line.
fn below(stack: &Stack, path: &str) -> String {
    let script = format!("cd {path} && find . | sort");
    stack.exec("web", &["sh", "-c", &script]).1
}

#[test]
fn folders_and_files_go_in_as_docker_cp_has_it() {
    let stack = raised("cp-in");
    // Into a folder that is there, under a name of its own, its content, and a file in each way.
    stack.exec("web", &["mkdir", "/there", "/content"]);
    for (from, to) in [
        ("data", "web:/there"),
        ("data", "web:/named"),
        ("./data/.", "web:/content/"),
        ("data/b", "web:/there"),
        ("data/b", "web:/renamed"),
        ("data/link", "web:/there/as-link"),
    ] {
        stack.ok(&["cp", "--index", "1", from, to]);
    }
    stack.ok(&["cp", "-L", "--index=1", "data/link", "web:/there/as-file"]);
    assert_eq!(
        below(&stack, "/there"),
        ".\n./as-file\n./as-link\n./b\n./data\n./data/b\n./data/deep\n./data/deep/a\n./data/link\n"
    );
    assert_eq!(
        below(&stack, "/named"),
        ".\n./b\n./deep\n./deep/a\n./link\n"
    );
    assert_eq!(
        below(&stack, "/content"),
        ".\n./b\n./deep\n./deep/a\n./link\n"
    );
    for (path, expected) in [("/renamed", "b"), ("/there/as-file", "b")] {
        assert_eq!(stack.exec("web", &["cat", path]), (0, expected.to_owned()));
    }
    assert_eq!(stack.exec("web", &["readlink", "/there/as-link"]).1, "b\n");
    // Links in the container are followed.
    stack.ok(&["cp", "--index=1", "data/b", "web:/folder-link"]);
    assert_eq!(stack.exec("web", &["cat", "/made/b"]).1, "b");

    for (from, to, text) in [
        ("data", "web:/renamed", "is a file, and data a folder"),
        ("data/b", "web:/nowhere/", "there is no folder /nowhere/"),
        ("none", "web:/x", "none cannot be copied"),
        (
            "web:/a",
            "web:/b",
            "copying between services is not supported",
        ),
        ("a", "b", "unknown copy direction"),
        ("data/b", "off:/x", "no container found for service \"off\""),
    ] {
        stack.fails(1, &["cp", from, to]).says(&[text]);
    }
    stack
        .fails(1, &["cp", "--index", "7", "data/b", "web:/x"])
        .says(&["service \"web\" is not running container #7"]);
}

#[test]
fn all_replicas_get_it_stopped_ones_too_and_a_dry_run_gives_nothing() {
    let stack = raised("cp-all");
    let second = format!("{}-web-2", stack.project());
    stack.api().post(
        &format!("containers/{second}/stop?t=0"),
        &serde_json::Value::Null,
    );
    stack
        .ok(&["cp", "--dry-run", "data/b", "web:/b"])
        .says(&["would copy data/b to "]);
    assert_ne!(stack.exec("web", &["ls", "/b"]).0, 0);
    stack.ok(&["cp", "data/b", "web:/b"]);
    assert_eq!(stack.exec("web", &["cat", "/b"]).1, "b");
    stack.ok(&["cp", "--index=2", "web:/b", "back"]);
    assert_eq!(fs::read_to_string(stack.path("back")).unwrap(), "b");
}

#[test]
fn folders_and_files_come_out_as_docker_cp_has_it() {
    let stack = raised("cp-out");
    stack.exec("web", &["chmod", "640", "/made/file"]);
    fs::create_dir(stack.path("there")).unwrap();
    let read = |path: &str| fs::read_to_string(stack.path(path));
    stack.ok(&["cp", "web:/made", "there"]);
    assert_eq!(read("there/made/file").unwrap(), "one\n");
    assert!(stack.path("there/made/sub").is_dir());
    let mode = fs::metadata(stack.path("there/made/file"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    stack.ok(&["cp", "web:/made", "named"]);
    assert_eq!(read("named/file").unwrap(), "one\n");
    stack.ok(&["cp", "web:/made/.", "there"]);
    assert_eq!(read("there/file").unwrap(), "one\n");
    stack.ok(&["cp", "web:/made/.", "content"]);
    assert_eq!(read("content/file").unwrap(), "one\n");
    stack.ok(&["cp", "web:made/file", "data/b"]);
    assert_eq!(read("data/b").unwrap(), "one\n");
    stack.ok(&["cp", "web:/link", "kept"]);
    assert_eq!(
        fs::read_link(stack.path("kept")).unwrap().to_str(),
        Some("/made/file")
    );
    stack.ok(&["cp", "-L", "web:/link", "followed"]);
    assert_eq!(read("followed").unwrap(), "one\n");
    stack.ok(&["cp", "-L", "web:/link", "there"]);
    assert_eq!(read("there/link").unwrap(), "one\n");

    for (from, to, text) in [
        (
            "web:/made",
            "data/b",
            "/made is a folder, and data/b a file",
        ),
        ("web:/made/file", "nowhere/", "there is no folder nowhere/"),
        ("web:/made", "no/where", "no/where cannot be made"),
        ("web:/none", "x", "/none"),
    ] {
        stack.fails(1, &["cp", from, to]).says(&[text]);
    }
    let mut left: Vec<_> = fs::read_dir(stack.path("")).unwrap().collect();
    left.retain(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with('.')
    });
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn archives_go_through_standard_streams_whole() {
    let stack = raised("cp-tar");
    let size = 40_000_000;
    let make = format!("head -c {size} /dev/urandom >/made/large");
    stack.exec("web", &["sh", "-c", &make]);
    let out = stack.piped(&["cp", "web:/made", "-"], b"");
    assert!(out.status.success() && out.stdout.len() > size);
    stack.exec("web", &["mkdir", "/again"]);
    let back = stack.piped(&["cp", "--index", "1", "-", "web:/again"], &out.stdout);
    let same = stack.exec("web", &["cmp", "/made/large", "/again/made/large"]);
    assert_eq!(same, (0, String::new()));
    assert!(back.status.success());
    let errors = |args: &[&str]| {
        let ran = stack.piped(args, &out.stdout);
        assert_eq!(ran.status.code(), Some(1));
        String::from_utf8_lossy(&ran.stderr).into_owned()
    };
    assert!(errors(&["cp", "--index=1", "-", "web:/made/file"]).contains("must be a directory"));
    assert!(errors(&["cp", "-", "web:/again"]).contains("name one with --index"));
}

#[test]
fn cp_answers_as_docker_compose_does() {
    let stack = raised("cp-peer");
    for (args, input) in [
        (&["--index", "1", "web:/made/file", "-"][..], ""),
        (&["data", "web:/renamed"], ""),
        (&["data/b", "web:/nowhere/"], ""),
        (&["none", "web:/x"], ""),
        (&["web:/none", "x"], ""),
        (&["a", "b"], ""),
        (&["data/b", "off:/x"], ""),
        (&["-", "web:/made/file"], "x"),
    ] {
        stack.answers_as_docker_compose(&[&["cp"], args].concat(), input.as_bytes());
    }
}

#[test]
fn an_interrupted_copy_leaves_what_was_there() {
    let stack = raised("cp-int");
    stack.exec(
        "web",
        &["dd", "if=/dev/zero", "of=/made/big", "bs=1M", "count=300"],
    );
    fs::create_dir(stack.path("out")).unwrap();
    stack.file("out/big", "old");
    for (from, to) in [("web:/made/big", "out/big"), ("web:/made", "out/new")] {
        let mut copy = stack.start(&["cp", from, to]);
        let ran = copy.until(" Copying ").interrupt().end();
        assert_eq!(ran.status, 130, "{}", ran.both());
        assert!(!ran.stderr.contains(" Copied "), "{}", ran.both());
        let left = fs::read_dir(stack.path("out")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["big"], "{from}");
        assert_eq!(fs::read(stack.path("out/big")).unwrap(), b"old");
    }
}
