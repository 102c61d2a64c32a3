//! Go templates as far as lists need them: fields, a few functions, conditions and ranges over one row at a time.

mod parse;

use serde_json::{Map, Value};

use self::parse::Parser;

/// The functions a template may call.
const FUNCTIONS: [&str; 8] = [
    "json", "upper", "lower", "title", "join", "split", "truncate", "len",
];

/// One row of a list: what its fields are called and hold, and the labels that `.Label "KEY"` looks up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The fields, in the order in which `{{json .}}` prints them.
    pub fields: Map<String, Value>,
    /// The labels.
    pub labels: Map<String, Value>,
}

/// A template that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

/// Why a template is none, or cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("format, column {column}: {why}")]
pub struct TemplateError {
    /// Where in the template, counted in letters from 1.
    pub column: usize,
    /// What is wrong there.
    pub why: String,
}

impl TemplateError {
    fn at(index: usize, why: impl Into<String>) -> Self {
        Self {
            column: index + 1,
            why: why.into(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Print(Expression),
    If(Expression, Vec<Part>, Vec<Part>),
    Range(Expression, Vec<Part>, Vec<Part>),
}

/// A value to be found, and where it stands, counted from 0.
#[derive(Clone, Debug, PartialEq)]
struct Expression {
    column: usize,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// `.`, `.Name`, `.A.B`.
    Field(Vec<String>),
    /// `.Label "KEY"`.
    Label(Box<Expression>),
    Literal(Value),
    Call(String, Vec<Expression>),
}

/// What `.` is: the row, or an item of a range.
#[derive(Clone, Copy)]
enum Dot<'a> {
    Row(&'a Row),
    Item(&'a Value),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Where it is not well formed or uses what is not supported.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self {
            parts: Parser::new(text).template()?,
        })
    }

    /// The text for one row.
    ///
    /// # Errors
    /// Where a field is not there, or a function cannot take its arguments.
    pub fn fill(&self, row: &Row) -> Result<String, TemplateError> {
        let mut text = String::new();
        write(&self.parts, Dot::Row(row), &mut text)?;
        Ok(text)
    }
}

/// A row as one line of JSON, as Go writes it: `<`, `>` and `&` as escapes.
pub fn json_line(fields: &Map<String, Value>) -> String {
    let text = Value::Object(fields.clone()).to_string();
    // Outside of strings these letters do not occur.
    text.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

fn write(parts: &[Part], dot: Dot<'_>, text: &mut String) -> Result<(), TemplateError> {
    for part in parts {
        match part {
            Part::Text(words) => text.push_str(words),
            Part::Print(expression) => text.push_str(&shown(&value(expression, dot)?)),
            Part::If(condition, then, otherwise) => {
                let branch = if is_true(&value(condition, dot)?) {
                    then
                } else {
                    otherwise
                };
                write(branch, dot, text)?;
            }
            Part::Range(over, body, otherwise) => match value(over, dot)? {
                Value::Array(items) if !items.is_empty() => {
                    for item in &items {
                        write(body, Dot::Item(item), text)?;
                    }
                }
                _ => write(otherwise, dot, text)?,
            },
        }
    }
    Ok(())
}

fn value(expression: &Expression, dot: Dot<'_>) -> Result<Value, TemplateError> {
    match &expression.kind {
        Kind::Literal(value) => Ok(value.clone()),
        Kind::Field(path) => field(path, dot, expression.column),
        Kind::Label(key) => {
            let key = value(key, dot)?;
            let labels = match dot {
                Dot::Row(row) => row.labels.get(&shown(&key)),
                Dot::Item(_) => None,
            };
            Ok(labels.cloned().unwrap_or_else(|| "".into()))
        }
        Kind::Call(name, arguments) => {
            let is_row = matches!((dot, arguments.as_slice()), (Dot::Row(_), [only]) if only.kind == Kind::Field(Vec::new()));
            let values: Result<Vec<Value>, _> = arguments
                .iter()
                .map(|argument| value(argument, dot))
                .collect();
            call(name, &values?, is_row).ok_or_else(|| {
                TemplateError::at(
                    expression.column,
                    format!("`{name}` cannot be called like this"),
                )
            })
        }
    }
}

fn field(path: &[String], dot: Dot<'_>, column: usize) -> Result<Value, TemplateError> {
    let whole = match dot {
        Dot::Row(row) => &Value::Object(row.fields.clone()),
        Dot::Item(item) => item,
    };
    let mut found = whole;
    for name in path {
        found = found.get(name).ok_or_else(|| {
            let fields = found.as_object().into_iter().flat_map(Map::keys);
            let fields: Vec<&str> = fields.map(String::as_str).collect();
            let there = match fields.as_slice() {
                [] => "this has none".to_owned(),
                fields => format!("there are {}", fields.join(", ")),
            };
            TemplateError::at(column, format!("no field `{name}`: {there}"))
        })?;
    }
    Ok(found.clone())
}

/// What a function answers; none where it is not called with such arguments.
fn call(name: &str, arguments: &[Value], is_row: bool) -> Option<Value> {
    Some(match (name, arguments) {
        ("json", [Value::Object(fields)]) if is_row => json_line(fields).into(),
        ("json", [value]) => value.to_string().into(),
        ("upper", [Value::String(text)]) => text.to_uppercase().into(),
        ("lower", [Value::String(text)]) => text.to_lowercase().into(),
        ("title", [Value::String(text)]) => {
            let mut letters = text.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first
                .chain(letters.as_str().chars())
                .collect::<String>()
                .into()
        }
        ("join", [Value::Array(items), Value::String(between)]) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            items.join(between).into()
        }
        ("split", [Value::String(text), Value::String(between)]) => text
            .split(between.as_str())
            .map(Value::from)
            .collect::<Vec<_>>()
            .into(),
        ("truncate", [Value::String(text), Value::Number(length)]) => {
            let length = usize::try_from(length.as_u64()?).ok()?;
            text.chars().take(length).collect::<String>().into()
        }
        ("len", [Value::String(text)]) => text.len().into(),
        ("len", [Value::Array(items)]) => items.len().into(),
        ("len", [Value::Object(fields)]) => fields.len().into(),
        _ => return None,
    })
}

/// A value as Go prints it.
fn shown(value: &Value) -> String {
    let all = |values: &mut dyn Iterator<Item = &Value>| -> String {
        values.map(shown).collect::<Vec<_>>().join(" ")
    };
    match value {
        Value::Null => "<no value>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", all(&mut items.iter())),
        Value::Object(fields) => format!("{{{}}}", all(&mut fields.values())),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

#[cfg(test)]
mod tests;
