//! Applications that are built from a folder and answer on a port.

use crate::support::engine::{free_port, http};

use super::{example, lower, page};

#[test]
fn a_page_shows_what_the_mounted_file_says() {
    let port = free_port();
    let stack = example("web-hello-world").env("WEB_PORT", &port.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(page(port), "{\"message\":\"Hello from a container!\"}\n");

    stack.file("resources/response.json", "{\"message\": \"changed\"}\n");
    assert_eq!(page(port), "{\"message\":\"changed\"}\n");
    stack.ok(&["plan"]).prints(&["nothing to do"]);

    let id = stack.id("web");
    stack.edit("app.py", "jsonify(json", "jsonify(built=True, **json");
    stack.ok(&["up", "-d", "--build", "--wait"]);
    assert_ne!(stack.id("web"), id);
    assert_eq!(page(port), "{\"built\":true,\"message\":\"changed\"}\n");
    lower(&stack, &[]);
}

#[test]
fn a_listener_is_reached_on_the_published_port() {
    let port = free_port();
    let stack = example("weblistener").env("WEB_PORT", &port.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert!(page(port).contains("reached on port 8800"));
    assert_eq!(
        stack.ok(&["port", "web", "80"]).stdout,
        format!("0.0.0.0:{port}\n")
    );
    stack.ok(&["ps"]).prints(&[&format!("{port}->80/tcp")]);
    stack.ok(&["logs", "web"]).prints(&["GET / HTTP/1"]);

    stack.edit("stack.yaml", ":80\"", ":81\"");
    let wrong = stack.run(&["up", "-d", "--wait", "--wait-timeout", "20"]);
    wrong.says(&["port 81 is published, but nothing listens on it"]);
    lower(&stack, &[]);
}

#[test]
fn a_slim_base_makes_a_smaller_image_that_answers_the_same() {
    let (full, slim) = (free_port(), free_port());
    let stack = example("flask-slim")
        .env("FULL_PORT", &full.to_string())
        .env("SLIM_PORT", &slim.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert_eq!(page(full), "built on python:3.11\n");
    assert_eq!(page(slim), "built on python:3.11-slim\n");

    let size = |tag: &str| {
        let image = stack.api().get(&format!("images/flask-app:{tag}/json"));
        image
            .and_then(|image| image["Size"].as_i64())
            .expect("an image with a size")
    };
    assert!(
        size("slim") < size("full"),
        "{} {}",
        size("slim"),
        size("full")
    );
    stack.ok(&["images"]).prints(&["SIZE", "full", "slim"]);
    // What .dockerignore names is not in the image.
    let (_, files) = stack.exec("slim", &["ls", "-A"]);
    assert!(
        files.contains("app.py") && !files.contains("README.md"),
        "{files}"
    );

    stack.ok(&["down", "--rmi", "all"]);
    assert_eq!(stack.states(), [""; 0]);
    assert_eq!(stack.api().get("images/flask-app:slim/json"), None);
}

#[test]
fn two_applications_of_one_context_answer_and_change_apart() {
    let (clock, dice) = (free_port(), free_port());
    let stack = example("two-apps")
        .env("CLOCK_PORT", &clock.to_string())
        .env("DICE_PORT", &dice.to_string());
    stack.ok(&["up", "-d", "--wait"]);
    assert!(page(clock).starts_with("clock: "));
    assert!(page(dice).starts_with("dice: "));

    let (kept, replaced) = (stack.id("clock"), stack.id("dice"));
    stack.edit("dice/app.py", "randint(1, 6)", "randint(7, 7)");
    stack.ok(&["up", "-d", "--build", "--wait"]);
    assert_eq!(
        http("GET", dice, "/", ""),
        Some((200, "dice: 7\n".to_owned()))
    );
    assert_eq!(stack.id("clock"), kept);
    assert_ne!(stack.id("dice"), replaced);
    lower(&stack, &[]);
}
