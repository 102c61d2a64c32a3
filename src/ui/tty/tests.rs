use super::*;

fn update(id: &str, standing: Standing, word: &str, details: &str) -> Update {
    Update {
        id: id.to_owned(),
        parent: None,
        standing,
        text: word.to_owned(),
        details: details.to_owned(),
        current: None,
        total: None,
        passing: false,
        aside: false,
    }
}

fn layer(id: &str, word: &str, current: Option<u64>, total: Option<u64>) -> Update {
    Update {
        parent: Some("Image mysql:9".to_owned()),
        current,
        total,
        ..update(id, Standing::Working, word, "")
    }
}

fn size(columns: usize, rows: usize) -> Size {
    Size { columns, rows }
}

/// The picture without its control sequences, lines trimmed at their ends.
fn visible(picture: &str) -> Vec<String> {
    picture
        .lines()
        .map(|line| text::clean(line).trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn each_resource_has_a_line_with_its_time() {
    let begun = Instant::now();
    let at = |millis| begun + Duration::from_millis(millis);
    let mut tty = Tty::new("up", Color::OFF, begun);
    tty.update(
        &update("Network shop_default", Standing::Working, "Creating", ""),
        at(0),
    );
    tty.update(
        &update("Network shop_default", Standing::Done, "Created", ""),
        at(120),
    );
    tty.update(
        &update(
            "Container shop-db-1",
            Standing::Working,
            "Waiting",
            "until it is healthy, for web",
        ),
        at(500),
    );
    assert_eq!(
        visible(&tty.draw(at(2600), size(76, 24))),
        [
            "[+] up 1/2  2.6s",
            " ✔ Network shop_default Created                                         0.1s",
            " ⠦ Container shop-db-1  Waiting until it is healthy, for web            2.1s",
        ]
    );
}

#[test]
fn a_narrow_terminal_cuts_and_never_wraps() {
    let begun = Instant::now();
    let mut tty = Tty::new("up", Color::OFF, begun);
    tty.update(
        &update(
            "Container a-very-long-project-service-1",
            Standing::Working,
            "Waiting",
            "until it is healthy",
        ),
        begun,
    );
    for columns in [10, 20, 30, 40, 50, 60] {
        for line in visible(&tty.draw(begun, size(columns, 24))) {
            assert!(text::width(&line) <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn layers_add_up_to_one_bar_and_those_that_move_have_their_own() {
    let begun = Instant::now();
    let mut tty = Tty::new("pull", Color::OFF, begun);
    tty.update(
        &update("Image mysql:9", Standing::Working, "Pulling", ""),
        begun,
    );
    for layer in [
        layer("a", "Downloading", Some(10_000_000), Some(100_000_000)),
        layer("b", "Downloading", Some(20_000_000), Some(20_000_000)),
        layer("b", "Extracting", Some(1000), Some(20_000_000)),
        layer("c", "Already exists", None, None),
    ] {
        tty.update(&layer, begun);
    }
    let image = " ⠋ Image mysql:9 Pulling ████░░░░░░░░░░░░ 30.0MB of 120.0MB         0.0s";
    assert_eq!(
        visible(&tty.draw(begun, size(72, 24)))[1..],
        [
            image,
            "     a Downloading  █░░░░░░░░░░░░░░░ 10.0MB of 100.0MB",
            "     b Extracting   ░░░░░░░░░░░░░░░░ 1.0kB of 20.0MB",
        ]
    );
    let again = tty.draw(begun, size(72, 24));
    assert!(again.contains("\u{1b}[4A"), "all four lines are replaced");
    // A low terminal has no room for them.
    assert_eq!(visible(&tty.draw(begun, size(72, 3)))[1..], [image]);
    tty.update(&layer("b", "Pull complete", None, None), begun);
    assert_eq!(visible(&tty.draw(begun, size(72, 24))).len(), 3);
}

#[test]
fn layers_of_a_push_have_bars_too() {
    let begun = Instant::now();
    let mut tty = Tty::new("push", Color::OFF, begun);
    tty.update(
        &update("Image mysql:9", Standing::Working, "Pushing", ""),
        begun,
    );
    tty.update(&layer("a", "Pushing", Some(500), Some(1000)), begun);
    tty.update(&layer("b", "Waiting", None, None), begun);
    assert_eq!(
        visible(&tty.draw(begun, size(72, 24)))[1..],
        [
            " ⠋ Image mysql:9 Pushing ████████░░░░░░░░ 500B of 1.0kB             0.0s",
            "     a Pushing      ████████░░░░░░░░ 500B of 1.0kB",
        ]
    );
}

#[test]
fn a_low_terminal_hides_what_is_done_first() {
    let begun = Instant::now();
    let mut tty = Tty::new("up", Color::OFF, begun);
    for number in 0..6 {
        let standing = if number == 3 {
            Standing::Working
        } else {
            Standing::Done
        };
        tty.update(&update(&format!("n{number}"), standing, "x", ""), begun);
    }
    let shown = visible(&tty.draw(begun, size(40, 5)));
    let ids: Vec<_> = shown[1..]
        .iter()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(ids, ["n3", "n4", "n5"]);
}

#[test]
fn a_picture_replaces_the_last_one_and_the_cursor_comes_back() {
    let begun = Instant::now();
    let mut tty = Tty::new("up", Color::OFF, begun);
    tty.update(&update("a", Standing::Done, "Started", ""), begun);
    let first = tty.draw(begun, size(80, 24));
    assert!(first.starts_with(HIDE_CURSOR) && !first.contains("\u{1b}[2A"));
    let last = tty.finish(begun, size(80, 24));
    assert!(last.contains("\r\u{1b}[2A") && last.ends_with(SHOW_CURSOR));
    assert_eq!(tty.erase(), "", "what is finished stays");
}
