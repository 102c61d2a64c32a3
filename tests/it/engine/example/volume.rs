//! Data that containers share and keep.

use crate::support::engine::{Stack, free_port};

use super::{example, lower, page};

#[test]
fn two_containers_share_a_volume_that_the_image_filled() {
    let port = free_port();
    let stack = example("shared-volume").env("WEB_PORT", &port.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert!(page(port).contains("nginx"), "filled from the image");

    stack.ok(&[
        "exec",
        "editor",
        "sh",
        "-c",
        "echo 'Written next door' > index.html",
    ]);
    assert_eq!(page(port), "Written next door\n");
    let shut = stack.run(&[
        "exec",
        "web",
        "sh",
        "-c",
        "echo no > /usr/share/nginx/html/index.html",
    ]);
    assert_ne!(shut.status, 0);
    shut.says(&["Read-only file system"]);
    assert_eq!(page(port), "Written next door\n");

    stack.ok(&["down"]);
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(page(port), "Written next door\n", "`down` keeps it");
    stack.ok(&["volumes"]).prints(&["_pages"]);
    lower(&stack, &[]);
}

#[test]
fn an_application_behind_a_proxy_answers_and_the_other_classics_are_planned() {
    let classics = example("compose-classics");
    for (folder, steps) in [
        (
            "wordpress",
            &["-wordpress-1", "-db-1", "_data", "db is healthy"][..],
        ),
        (
            "prometheus-grafana",
            &[
                "-prometheus-1",
                "-grafana-1",
                "-node-exporter-1",
                "_metrics",
            ],
        ),
    ] {
        let file = format!("{folder}/compose.yaml");
        classics.fails(2, &["-f", &file, "plan"]).prints(steps);
    }
    assert_eq!(classics.resources(), [""; 0], "plans change nothing");

    let port = free_port();
    let stack = Stack::of_example("ex-nginx-flask", "compose-classics/nginx-flask-mysql")
        .env("PROXY_PORT", &port.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    let posts = "<p>Post number 1</p>\n<p>Post number 2</p>\n<p>Post number 3</p>\n";
    assert_eq!(page(port), posts);
    lower(&stack, &[]);
}
