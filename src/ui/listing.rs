//! Lists in the form that `--format` asks for.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::table::Table;
use super::template::{Row, Template, TemplateError, json_line};

/// How a list is printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A table of the command's own columns.
    Table,
    /// JSON.
    Json,
    /// A template's text for each row.
    Each(Template),
    /// A table whose columns a template gives, divided by tabs.
    Columns(Template),
}

impl FromStr for Form {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        // People write these two without a shell's help.
        let unescaped = text.replace("\\t", "\t").replace("\\n", "\n");
        match text {
            "" | "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            _ => match unescaped.strip_prefix("table ") {
                Some(columns) => Ok(Self::Columns(Template::parse(columns)?)),
                None => Ok(Self::Each(Template::parse(&unescaped)?)),
            },
        }
    }
}

/// The list as text: `table` makes the command's own table, `headings` are the fields with the names of their columns.
///
/// # Errors
/// Where a template names what a row doesn't have.
pub fn text(
    form: &Form,
    rows: &[Row],
    headings: &[(&str, &str)],
    table: impl FnOnce() -> Table,
) -> Result<String, TemplateError> {
    match form {
        Form::Table => Ok(table().render()),
        Form::Json => Ok(rows
            .iter()
            .map(|row| json_line(&row.fields) + "\n")
            .collect()),
        Form::Each(template) => rows
            .iter()
            .map(|row| Ok(template.fill(row)? + "\n"))
            .collect(),
        Form::Columns(template) => {
            let first = template.fill(&heading_row(headings))?;
            let mut table = Table::new(first.split('\t'));
            for row in rows {
                let line = template.fill(row)?;
                table.row(line.split('\t').map(str::to_owned));
            }
            Ok(table.render())
        }
    }
}

/// A row that holds the names of the columns.
fn heading_row(headings: &[(&str, &str)]) -> Row {
    let fields = headings.iter();
    let fields = fields.map(|(field, name)| ((*field).to_owned(), Value::from(*name)));
    Row {
        fields: fields.collect(),
        labels: Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(form: &str) -> String {
        let row = |name: &str, state: &str| Row {
            fields: json!({"Name": name, "State": state})
                .as_object()
                .cloned()
                .unwrap(),
            labels: Map::new(),
        };
        let rows = [row("web", "running"), row("a-longer-name", "exited")];
        let table = || Table::new(["OWN"]);
        text(
            &form.parse().unwrap(),
            &rows,
            &[("Name", "NAME"), ("State", "STATE")],
            table,
        )
        .unwrap()
    }

    #[test]
    fn the_form_is_the_one_that_is_asked_for() {
        for (form, expected) in [
            ("table", "OWN\n"),
            ("", "OWN\n"),
            (
                "json",
                "{\"Name\":\"web\",\"State\":\"running\"}\n{\"Name\":\"a-longer-name\",\"State\":\"exited\"}\n",
            ),
            ("{{.Name}}", "web\na-longer-name\n"),
            (
                "{{.Name}}\\t{{.State}}",
                "web\trunning\na-longer-name\texited\n",
            ),
            (
                "table {{.Name}}\\t{{.State}}",
                "NAME            STATE\nweb             running\na-longer-name   exited\n",
            ),
            ("words", "words\nwords\n"),
        ] {
            assert_eq!(printed(form), expected, "{form}");
        }
    }
}
