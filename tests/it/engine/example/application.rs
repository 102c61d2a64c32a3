//! Applications that are built from a folder and answer on a port.

use super::reader::Reader;

#[test]
fn a_page_shows_what_the_mounted_file_says() {
    let reader = Reader::of("web-hello-world").port("WEB_PORT", 8080);
    reader.goes("cd examples/web-hello-world");
    reader.types("windlass up -d --wait");
    reader.types("curl http://127.0.0.1:8080/");

    reader.types("echo '{\"message\": \"Hello again!\"}' > resources/response.json");
    reader.types("curl http://127.0.0.1:8080/");
    reader.types("windlass plan");

    let stack = &reader.stack;
    let id = stack.id("web");
    stack.edit("app.py", "jsonify(json", "jsonify(built=True, **json");
    reader.types("windlass up -d --build --wait");
    assert_ne!(stack.id("web"), id);
    let page = reader.browses(8080);
    assert_eq!(page, "{\"built\":true,\"message\":\"Hello again!\"}\n");

    reader.types("windlass down --rmi local");
    reader.types(
        "docker image prune --force --filter label=com.docker.compose.project=web-hello-world",
    );
    reader.leaves();
}

#[test]
fn a_listener_is_reached_on_the_published_port() {
    let reader = Reader::of("weblistener").port("WEB_PORT", 8800);
    reader.goes("cd examples/weblistener");
    reader.types("windlass up -d --wait");
    reader.types("curl http://127.0.0.1:8800/");
    reader.types("windlass port web 80");
    let table = reader.types("windlass ps");
    assert!(table.contains(&format!("{}->80/tcp", reader.port_of(8800))));
    assert!(reader.types("windlass logs web").contains("GET / HTTP/1"));

    reader.stack.edit("stack.yaml", ":80\"", ":81\"");
    reader.types("windlass up -d --wait");
    reader.types("windlass down --rmi local");
    reader.leaves();
}

/// What the table of images says about the size of one: bytes, about.
#[track_caller]
fn size(table: &str, tag: &str) -> f64 {
    let line = table
        .lines()
        .find(|line| line.contains(&format!(" {tag} ")));
    let sizes = line.into_iter().flat_map(str::split_whitespace);
    let size = sizes.filter_map(|word| {
        let (number, unit) = word.split_at(word.find(|c: char| c.is_ascii_alphabetic())?);
        let unit = ["kB", "MB", "GB"].iter().position(|known| *known == unit)?;
        let scale = [1e3, 1e6, 1e9][unit];
        Some(number.parse::<f64>().ok()? * scale)
    });
    let mut size = size;
    size.next()
        .unwrap_or_else(|| panic!("no size of {tag} in\n{table}"))
}

#[test]
fn a_slim_base_makes_a_smaller_image_that_answers_the_same() {
    let reader = Reader::of("flask-slim");
    let reader = reader.port("FULL_PORT", 8081).port("SLIM_PORT", 8082);
    reader.goes("cd examples/flask-slim");
    reader.types("windlass up -d --wait");
    let table = reader.types("windlass images");
    assert!(table.contains("SIZE"), "{table}");
    assert!(size(&table, "slim") < size(&table, "full"), "{table}");
    reader.types("curl http://127.0.0.1:8081/");
    reader.types("curl http://127.0.0.1:8082/");

    // What .dockerignore names is not in the image.
    let (_, files) = reader.stack.exec("slim", &["ls", "-A"]);
    assert!(
        files.contains("app.py") && !files.contains("README.md"),
        "{files}"
    );
    reader.types("windlass down --rmi all");
    reader.leaves();
}

#[test]
fn two_applications_of_one_context_answer_and_change_apart() {
    let reader = Reader::of("two-apps");
    let reader = reader.port("CLOCK_PORT", 8091).port("DICE_PORT", 8092);
    reader.goes("cd examples/two-apps");
    reader.types("windlass up -d --wait");
    let clock = reader.types("curl http://127.0.0.1:8091/");
    assert!(clock.starts_with("clock: "), "{clock}");
    let dice = reader.types("curl http://127.0.0.1:8092/");
    assert!(dice.starts_with("dice: "), "{dice}");

    let stack = &reader.stack;
    let (kept, replaced) = (stack.id("clock"), stack.id("dice"));
    reader.types("sed -i 's/randint(1, 6)/randint(7, 7)/' dice/app.py");
    reader.types("windlass up -d --build --wait");
    reader.types("curl http://127.0.0.1:8092/");
    assert_eq!(stack.id("clock"), kept);
    assert_ne!(stack.id("dice"), replaced);
    let table = reader.types("windlass ps");
    assert!(
        table.contains("-clock-1") && table.contains("-dice-1"),
        "{table}"
    );

    reader.types("windlass down --rmi local");
    reader.types("docker image prune --force --filter label=com.docker.compose.project=two-apps");
    reader.leaves();
}
