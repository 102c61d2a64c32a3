use super::*;

fn written(form: &LogForm, lines: &[(usize, &str)]) -> String {
    let mut out = Vec::new();
    for (number, line) in lines {
        let line = self::line("2024-05-06T07:08:09.1Z", line);
        form.line(&mut out, *number, &line).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn names_are_filled_up_to_the_widest() {
    let mut form = LogForm::new(Color::OFF, true, false);
    let (web, worker) = (
        form.add(&container("web-1"), "shop"),
        form.add(&container("worker-12"), "shop"),
    );
    assert_eq!(form.add(&container("web-1"), "shop"), web);
    assert_eq!(
        written(&form, &[(web, "hello"), (worker, ""), (web, "bye")]),
        "web-1      | hello\nworker-12  | \nweb-1      | bye\n"
    );
}

#[test]
fn each_container_has_its_colour() {
    let mut form = LogForm::new(Color::ON, true, false);
    let (web, db) = (
        form.add(&container("web-1"), "shop"),
        form.add(&container("db-1"), "shop"),
    );
    assert_eq!(
        written(&form, &[(web, "a"), (db, "b")]),
        "\u{1b}[36mweb-1  |\u{1b}[0m a\n\u{1b}[33mdb-1   |\u{1b}[0m b\n"
    );
}

#[test]
fn without_prefix_there_are_only_lines() {
    let mut form = LogForm::new(Color::ON, false, false);
    let web = form.add(&container("web-1"), "shop");
    assert_eq!(written(&form, &[(web, "hello")]), "hello\n");

    let mut form = LogForm::new(Color::OFF, false, true);
    let web = form.add(&container("web-1"), "shop");
    assert_eq!(
        written(&form, &[(web, "hello")]),
        "2024-05-06T07:08:09.1Z hello\n"
    );
}

fn container(name: &str) -> Container {
    let service = name.split('-').next().unwrap_or_default();
    Container {
        name: format!("shop-{name}"),
        labels: [(crate::label::SERVICE.to_owned(), service.to_owned())].into(),
        ..Container::default()
    }
}

#[test]
fn lines_are_chosen_by_what_is_in_them() {
    let filter = |grep: &[&str], exclude: &[&str]| {
        let patterns = |texts: &[&str]| texts.iter().map(|text| pattern(text).unwrap()).collect();
        Filter {
            grep: patterns(grep),
            exclude: patterns(exclude),
        }
    };
    let lines = [(0, "GET /a 200"), (0, "get /b 404"), (0, "ü")];
    for (filter, expected) in [
        (filter(&["GET"], &[]), "GET /a 200\n"),
        (filter(&["(?i)get"], &[]), "GET /a 200\nget /b 404\n"),
        (filter(&["(?i)get"], &["4\\d\\d$"]), "GET /a 200\n"),
        (filter(&["200", "^ü$"], &[]), "GET /a 200\nü\n"),
        (filter(&[], &["."]), ""),
    ] {
        let form = LogForm::new(Color::OFF, false, false).filtered(filter);
        assert_eq!(written(&form, &lines), expected);
    }
    assert!(pattern("(").is_err());
}

#[test]
fn programs_get_an_object_a_line() {
    let mut form = LogForm::new(Color::ON, true, false).as_json(true);
    let web = form.add(&container("web-1"), "shop");
    let mut out = written(&form, &[(web, "\"quoted\"")]).into_bytes();
    form.end(&mut out, web, 3).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "{\"time\":\"2024-05-06T07:08:09.1Z\",\"service\":\"web\",\"container\":\"web-1\",\"stream\":\"stdout\",\
             \"line\":\"\\\"quoted\\\"\"}\n\
             {\"service\":\"web\",\"container\":\"web-1\",\"exit_code\":3}\n"
    );
}

#[test]
fn standard_error_has_a_red_bar_on_a_terminal() {
    let mut form = LogForm::new(Color::ON, true, false);
    let web = form.add(&container("web-1"), "shop");
    let line = LogLine {
        stderr: true,
        ..line("", "oh")
    };
    let mut out = Vec::new();
    form.line(&mut out, web, &line).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "\u{1b}[36mweb-1  \u{1b}[0m\u{1b}[1m\u{1b}[31m|\u{1b}[0m oh\n"
    );
}

fn line(time: &str, text: &str) -> LogLine {
    LogLine {
        stderr: false,
        time: time.to_owned().into(),
        text: text.as_bytes().to_vec().into(),
    }
}

#[test]
fn the_projects_name_is_left_out() {
    let container = |name: &str| Container {
        name: name.to_owned(),
        ..Container::default()
    };
    assert_eq!(name(&container("shop-web-1"), "shop"), "web-1");
    assert_eq!(name(&container("shopper"), "shop"), "shopper");
    assert_eq!(name(&container("shop-"), "shop"), "shop-");
}
