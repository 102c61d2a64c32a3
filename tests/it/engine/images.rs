//! `windlass images`.

use serde_json::Value;

use crate::support::engine::Stack;

#[test]
fn the_images_of_the_containers_are_listed() {
    let stack = Stack::empty("images");
    stack.file(
        "compose.yaml",
        "\
services:
  web: {image: busybox, command: sleep 1000, init: true, scale: 2}
  job: {image: busybox, command: 'true'}
",
    );
    stack.ok(&["up", "-d"]);
    let id = stack.container("web")["Image"]
        .as_str()
        .expect("an id")
        .to_owned();
    let bare = id.trim_start_matches("sha256:");
    assert_eq!(stack.ok(&["images", "-q"]).stdout, format!("{bare}\n"));
    let listed = stack.ok(&["images", "--format", "json"]).stdout;
    let listed: Vec<Value> = serde_json::from_str(&listed).expect("an array");
    let image = stack
        .api()
        .get(&format!("images/{id}/json"))
        .expect("the image");
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0]["ID"], image["Id"]);
    assert_eq!(listed[0]["Size"], image["Size"]);
    let made = stack.ok(&[
        "images",
        "--format",
        "{{.ContainerName}}={{.Repository}}:{{.Tag}}",
        "job",
    ]);
    assert_eq!(
        made.stdout,
        format!("{}-job-1=busybox:latest\n", stack.project())
    );
    stack
        .ok(&["images", "nobody"])
        .says(&["warning: no such service: nobody"]);

    stack.same_as_compose(&["images", "-q"]);
    stack.same_as_compose(&["images", "--format", "json", "job"]);
    stack.same_as_compose(&["images", "--format", "json", "nobody"]);
    for args in [&["images"][..], &["images", "web"], &["images", "nobody"]] {
        stack.same_cells_as_compose(args);
    }
    stack.ok(&["down"]);
    for args in [
        &["images"][..],
        &["images", "-q"],
        &["images", "--format", "json"],
    ] {
        stack.same_cells_as_compose(args);
    }
}
