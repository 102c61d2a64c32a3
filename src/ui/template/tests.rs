use serde_json::json;

use super::*;

fn row() -> Row {
    let object = |value: Value| value.as_object().cloned().unwrap();
    Row {
        fields: object(json!({
            "Name": "shop-web-1",
            "State": "running",
            "Health": "",
            "Ports": "0.0.0.0:1->2/tcp",
            "Publishers": [
                {"URL": "::", "PublishedPort": 8080},
                {"URL": "", "PublishedPort": 0},
            ],
            "Code": 0,
            "Absent": null,
        })),
        labels: object(json!({"a.b": "c,d"})),
    }
}

#[test]
fn templates_are_filled_in() {
    for (template, expected) in [
        ("no field", "no field"),
        ("{{.Name}} is {{ .State }}", "shop-web-1 is running"),
        (
            "{{upper .State}}/{{.State | upper | lower}}",
            "RUNNING/running",
        ),
        (
            "{{json .Name}} {{json .Ports}}",
            "\"shop-web-1\" \"0.0.0.0:1->2/tcp\"",
        ),
        ("{{title .State}} {{truncate .State 3}}", "Running run"),
        ("{{join (split .Name \"-\") \"+\"}}", "shop+web+1"),
        ("{{len .Publishers}} {{.Publishers}}", "2 [{:: 8080} { 0}]"),
        ("{{range .Publishers}}{{.PublishedPort}};{{end}}", "8080;0;"),
        ("{{range .Health}}x{{else}}none{{end}}", "none"),
        ("{{if .Health}}{{.Health}}{{else}}none{{end}}", "none"),
        ("{{if .Code}}a{{else if .State}}b{{end}}", "b"),
        ("{{.Label \"a.b\"}}{{.Label \"x\"}}", "c,d"),
        ("{{.Absent}}", "<no value>"),
        ("a {{- \" b\" -}} c{{/* nothing */}}", "a bc"),
        ("{{`raw`}} {{\"\\t\\\"\"}} {{12}}", "raw \t\" 12"),
    ] {
        let filled = Template::parse(template).and_then(|template| template.fill(&row()));
        assert_eq!(filled.as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn a_whole_row_is_the_json_that_go_writes() {
    let filled = Template::parse("{{json .}}").unwrap().fill(&row()).unwrap();
    assert!(
        filled.contains(r#""Ports":"0.0.0.0:1-\u003e2/tcp""#),
        "{filled}"
    );
    let read: Value = serde_json::from_str(&filled).unwrap();
    assert_eq!(read, Value::Object(row().fields));
}

#[test]
fn what_is_wrong_is_told_with_its_column() {
    for (template, expected) in [
        ("{{.Name", "column 1: `{{` is not closed by `}}`"),
        (
            "{{.Nme}}",
            "column 3: no field `Nme`: there are Name, State, Health, Ports, Publishers, Code, Absent",
        ),
        (
            "a {{printf \"%s\" .Name}}",
            "column 5: `printf` is not supported: json, upper, lower, title, join, split, truncate, len, if and range are",
        ),
        (
            "{{with .Name}}",
            "column 3: `with` is not supported: json, upper, lower, title, join, split, truncate, len, if and range are",
        ),
        ("{{if .Name}}x", "column 1: no `{{end}}` belongs to this"),
        ("x{{end}}", "column 4: `end` without `if` or `range`"),
        ("{{else}}", "column 3: `else` without `if` or `range`"),
        (
            "{{upper .Code}}",
            "column 3: `upper` cannot be called like this",
        ),
        (
            "{{.Name.First}}",
            "column 3: no field `First`: this has none",
        ),
        ("{{}}", "column 3: a field or a function is expected"),
        ("{{.Name \"x\"}}", "column 9: `\"x\"` is one word too many"),
        ("{{\"x}}", "column 3: the quotes are not closed"),
        ("{{upper (.Name}}", "column 9: `(` is not closed"),
        (
            "{{.Name | }}",
            "column 9: a function is expected behind `|`",
        ),
        (
            "ä{{$x}}",
            "column 4: `$x` is not supported: json, upper, lower, title, join, split, truncate, len, if and range are",
        ),
    ] {
        let filled = Template::parse(template).and_then(|template| template.fill(&row()));
        let error = filled.map_err(|error| error.to_string());
        assert_eq!(error, Err(format!("format, {expected}")), "{template}");
    }
}
