//! `windlass export`.

use std::fs;
use std::process::Command;

use crate::support::engine::Stack;

/// The names in a tar archive.
fn names(archive: &std::path::Path) -> String {
    let listed = Command::new("tar").arg("-tf").arg(archive).output();
    let listed = listed.expect("tar runs");
    assert!(listed.status.success(), "{}", archive.display());
    String::from_utf8_lossy(&listed.stdout).into_owned()
}

#[test]
fn the_files_of_a_container_become_an_archive() {
    let stack = Stack::empty("export");
    stack.file(
        "compose.yaml",
        "\
services:
  web: {image: busybox, command: sh -c 'echo hello > /made; sleep 1000', init: true, scale: 2}
  job: {image: busybox, command: 'true'}
",
    );
    stack.ok(&["up", "-d"]);
    let second = format!("{}-web-2", stack.project());
    let made = stack.ok(&["export", "--index", "2", "-o", "web.tar", "web"]);
    made.says(&[&format!(" Container {second} Exported")]);
    assert!(
        names(&stack.path("web.tar"))
            .lines()
            .any(|name| name == "made")
    );
    assert!(!stack.path("web.tar.part").exists());

    let piped = fs::File::create(stack.path("piped.tar")).expect("a file");
    let status = stack.command(&["export", "web"]).stdout(piped).status();
    assert!(status.expect("windlass runs").success());
    assert!(
        names(&stack.path("piped.tar"))
            .lines()
            .any(|name| name == "made")
    );

    let ran = stack.ok(&["export", "--dry-run", "web", "-o", "dry.tar"]);
    ran.says(&["would be exported"]);
    assert!(!stack.path("dry.tar").exists());
    for (args, words) in [
        (
            &["export", "web", "-o", "no/where.tar"][..],
            "directory \"no\" does not exist",
        ),
        (&["export", "job"], "service \"job\" is not running"),
        (
            &["export", "--index", "3", "web"],
            "service \"web\" is not running container #3",
        ),
    ] {
        stack.fails(1, args).says(&[words]);
        stack.same_as_compose(args);
    }
    stack.same_as_compose(&["export", "web", "-o", "again.tar"]);
}
