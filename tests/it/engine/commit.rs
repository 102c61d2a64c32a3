//! `windlass commit`.

use crate::support::engine::Stack;

#[test]
fn a_container_becomes_an_image() {
    let stack = Stack::empty("commit");
    stack.file(
        "compose.yaml",
        "\
services:
  web: {image: busybox, command: sh -c 'echo hello > /made; sleep 1000', init: true, scale: 2}
  job: {image: busybox, command: 'true'}
",
    );
    stack.ok(&["up", "-d"]);
    let name = format!("{}-made", stack.project());
    let image = format!("{name}:1");
    let ran = stack.ok(&[
        "commit",
        "--index",
        "2",
        "-a",
        "Ada",
        "-m",
        "why not",
        "-c",
        "ENV MADE=yes",
        "-c",
        "USER 7",
        "--pause=false",
        "web",
        &image,
    ]);
    let made = stack
        .api()
        .get(&format!("images/{image}/json"))
        .expect("the image");
    assert_eq!(made["Author"], "Ada");
    assert_eq!(made["Comment"], "why not");
    assert_eq!(made["Config"]["User"], "7");
    let variables = made["Config"]["Env"].to_string();
    assert!(variables.contains("MADE=yes"), "{variables}");
    let id = made["Id"].as_str().expect("an id");
    ran.says(&[&format!(
        " Container {}-web-2 Committed as ",
        stack.project()
    )]);
    // Podman leaves out which digest it is.
    ran.says(&[id.trim_start_matches("sha256:")]);
    assert_eq!(ran.stdout, "");

    stack.ok(&["commit", "--dry-run", "web", &format!("{name}:2")]);
    assert!(stack.api().get(&format!("images/{name}:2/json")).is_none());
    for (args, words) in [
        (&["commit", "job"][..], "service \"job\" is not running"),
        (
            &["commit", "--index", "9", "web"],
            "service \"web\" is not running container #9",
        ),
    ] {
        stack.fails(1, args).says(&[words]);
        stack.same_as_compose(args);
    }
    stack.same_as_compose(&["commit", "web", &format!("{name}:3")]);
    for tag in [1, 3] {
        stack.api().delete(&format!("images/{name}:{tag}?force=1"));
    }
}
