use super::*;
use crate::loader::span::Sources;

fn read(text: &str) -> (Sources, Result<Vec<Node>, Vec<Diagnostic>>) {
    let mut sources = Sources::default();
    let file = sources.add("stack.yaml", text);
    let result = parse(text, file);
    (sources, result)
}

fn messages(text: &str) -> Vec<String> {
    let (sources, result) = read(text);
    let describe = |problem: Diagnostic| {
        let places: Vec<String> = problem
            .labels
            .iter()
            .map(|label| sources.location(label.span).to_string())
            .collect();
        format!("{} [{}]", problem.message, places.join(" "))
    };
    result
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(describe)
        .collect()
}

#[test]
fn nodes_know_where_they_were_written() {
    let (sources, result) = read("services:\n  web:\n    image: nginx # the server\n");
    let documents = result.unwrap();
    let image = documents[0].at(&["services", "web", "image"]).unwrap();
    assert_eq!(sources.location(image.span).to_string(), "stack.yaml:3:12");
    assert_eq!(sources.text(image.span), "nginx");
    let web = documents[0].at(&["services", "web"]).unwrap();
    assert_eq!(sources.text(web.span), "image: nginx # the server");
}

#[test]
fn merge_keys_fill_in_what_is_missing() {
    let (_, result) = read("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 5\n");
    let c = result.unwrap()[0].get("c").unwrap().clone();
    let number = |key: &str| c.get(key).map(|node| node.value.clone());
    assert_eq!(
        (number("x"), number("y"), number("z")),
        (
            Some(Value::Int(5)),
            Some(Value::Int(2)),
            Some(Value::Int(4))
        )
    );
}

#[test]
fn a_duplicate_key_names_both_places() {
    assert_eq!(
        messages("a: 1\nb: 2\na: 3\n"),
        ["duplicate key `a` [stack.yaml:3:1 stack.yaml:1:1]"]
    );
}

#[test]
fn a_key_must_be_a_string() {
    assert_eq!(
        messages("1: a\n"),
        ["a key must be a string, this is an integer [stack.yaml:1:1]"]
    );
}

#[test]
fn an_alias_bomb_is_refused_at_the_alias() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let lists = "*aN, ".repeat(6).replace("aN", &format!("a{before}"));
        text = [text, format!("a{level}: &a{level} [{lists}]\n")].concat();
    }
    let found = messages(&text);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("aliases make this document grow beyond all measure [stack.yaml:"),
        "{found:?}"
    );
}

#[test]
fn an_alias_inside_of_its_own_value_is_refused() {
    assert_eq!(
        messages("a: &a\n  b: *a\n"),
        ["this alias stands inside of the value that it names [stack.yaml:2:6]"]
    );
}

#[test]
fn documents_tags_and_byte_order_marks_are_read() {
    let (sources, result) = read("\u{feff}a: !reset null\n---\nb: !override [x]\n");
    let documents = result.unwrap();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].get("a").unwrap().tag, Some(Tag::Reset));
    let list = documents[1].get("b").unwrap();
    assert_eq!(
        (list.tag, sources.text(list.span)),
        (Some(Tag::Override), "[x]")
    );
}

#[test]
fn a_syntax_error_has_a_place_and_a_hint_for_tabs() {
    let (_, result) = read("services:\n\tweb: 1\n");
    let problems = result.unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.starts_with("this is not YAML: "));
    assert_eq!(
        problems[0].hint.as_deref(),
        Some("YAML indents with spaces, there is a tab in this line")
    );
}

#[test]
fn a_block_that_the_file_ends_in_has_no_more_line_breaks_than_written() {
    for (text, expected) in [
        ("a: |\n  n", "n"),
        ("a: |+\n  n", "n"),
        ("a: |-\n  n", "n"),
        ("a: >\n  n\n  m", "n m"),
        ("a: |\n  n\n", "n\n"),
        ("a: |\n  n\n ", "n\n"),
        ("a: |\n  n\n    ", "n\n  "),
        ("a: |+\n  n\n\n ", "n\n\n"),
        ("a: |\n  n\n# n", "n\n"),
        ("a: |\n  n\nb: n", "n\n"),
        ("a: |\n  x", "x"),
    ] {
        let (_, result) = read(text);
        let documents = result.unwrap();
        assert_eq!(
            documents[0].get("a").and_then(Node::as_str),
            Some(expected),
            "{text:?}"
        );
    }
}
