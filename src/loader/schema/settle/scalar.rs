//! Scalars in their final types.

use super::Problems;
use crate::loader::error::Diagnostic;
use crate::loader::node::{Node, Origin, Value, float_text};
use crate::loader::schema::Becomes;
use crate::model::{ByteSize, Duration};

/// Gives a scalar its final type.
pub(super) fn scalar(node: &mut Node, becomes: Becomes, problems: &mut Problems) {
    match convert(&node.value, becomes) {
        Ok(Some(value)) => {
            if let Some(doubt) = doubt(&node.value, &value, becomes) {
                let warning = format!("`{}` {doubt}", problems.key);
                problems.push(Diagnostic::warning(warning).at(node.span, ""));
            }
            node.value = value;
        }
        Ok(None) => {}
        Err(problem) => {
            let message = format!(
                "`{}` does not have a valid value: {}",
                problems.key, problem.expected
            );
            let diagnostic = Diagnostic::error(message).at(node.span, "");
            let secret = node.origin == Origin::Interpolation;
            problems.push(if secret {
                diagnostic.note("the value comes from a variable")
            } else {
                diagnostic
            });
        }
    }
}

/// What is odd about a value that becomes another one.
fn doubt(written: &Value, becoming: &Value, becomes: Becomes) -> Option<&'static str> {
    match (becomes, written, becoming) {
        (Becomes::Bytes, Value::Float(_), _) => {
            Some("is left out: a number of bytes is whole (write `1.5m` for a fraction of a unit)")
        }
        (Becomes::Duration, _, Value::String(text)) if text.starts_with('-') => {
            Some("is negative and counts as 0s")
        }
        _ => None,
    }
}

/// What a text should have been.
struct Unfit {
    expected: String,
}

fn unfit(expected: &str) -> Unfit {
    Unfit {
        expected: expected.to_owned(),
    }
}

/// The value in its final type; none where it has it already.
fn convert(value: &Value, becomes: Becomes) -> Result<Option<Value>, Unfit> {
    let converted = match (becomes, value) {
        (Becomes::Text, Value::Null) => Value::String(String::new()),
        (Becomes::Same, _) | (_, Value::Null | Value::Sequence(_) | Value::Mapping(_)) => {
            return Ok(None);
        }
        (Becomes::Text, _) => Value::String(text(value)),
        (Becomes::Bool, Value::String(written)) => Value::Bool(boolean(written)?),
        (Becomes::Int, Value::String(written)) => Value::Int(
            written
                .parse()
                .map_err(|_| unfit("this must be a whole number"))?,
        ),
        (Becomes::Int | Becomes::DeviceCount, Value::Float(number)) => whole(*number),
        (Becomes::Float, Value::String(written)) => Value::Float(single(
            written
                .parse()
                .map_err(|_| unfit("this must be a number"))?,
        )),
        (Becomes::Float, Value::Float(number)) => Value::Float(single(*number)),
        // Only whole numbers and texts are sizes; what else there is counts as nothing.
        (Becomes::Bytes, Value::Float(_)) => Value::String("0".to_owned()),
        (Becomes::Bytes, Value::Int(number)) => Value::String(number.to_string()),
        (Becomes::Bytes, Value::String(written)) => Value::String(bytes(written)?),
        (Becomes::Duration, Value::String(written)) => Value::String(duration(written)?),
        (Becomes::Mode, Value::Int(mode)) => Value::String(format!("0{mode:o}")),
        (Becomes::Mode, Value::String(written)) => {
            let mode = i64::from_str_radix(written, 8)
                .map_err(|_| unfit("a file mode has octal digits, such as 0440"))?;
            Value::String(format!("0{mode:o}"))
        }
        (Becomes::DeviceCount, Value::String(written)) if written.eq_ignore_ascii_case("all") => {
            Value::Int(-1)
        }
        (Becomes::DeviceCount, Value::String(written)) => Value::Int(
            written
                .parse()
                .map_err(|_| unfit("this must be a whole number or `all`"))?,
        ),
        _ => return Ok(None),
    };
    Ok(Some(converted))
}

/// A size's text as its number of bytes; plain numbers may be negative.
fn bytes(written: &str) -> Result<String, Unfit> {
    if let Ok(number) = written.parse::<i64>() {
        return Ok(number.to_string());
    }
    let size: ByteSize = written
        .strip_prefix('+')
        .unwrap_or(written)
        .parse()
        .map_err(|_| unfit("a size is a number with b, k, m, g, t or p, such as 64m or 1.5g"))?;
    Ok(size.bytes().to_string())
}

/// A duration's text as it is printed; it may be negative.
fn duration(written: &str) -> Result<String, Unfit> {
    let length = written
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('+'));
    let duration: Duration = length
        .unwrap_or(written)
        .parse()
        .map_err(|_| unfit("a duration has units, such as 1m30s or 300ms"))?;
    let sign = if length.is_some() && duration > Duration::ZERO {
        "-"
    } else {
        ""
    };
    Ok(format!("{sign}{duration}"))
}

/// Whether a text is one of YAML 1.1's words for true.
pub(in crate::loader) fn is_yes(text: &str) -> bool {
    boolean(text).unwrap_or(false)
}

/// YAML 1.1's booleans.
fn boolean(text: &str) -> Result<bool, Unfit> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Ok(true),
        "false" | "n" | "no" | "off" => Ok(false),
        _ => Err(unfit("this must be `true` or `false`")),
    }
}

fn whole(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fractions of these values mean nothing"
    )]
    Value::Int(number as i64)
}

/// The number as single precision prints it.
fn single(number: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "these values are single precision"
    )]
    let single = number as f32;
    single.to_string().parse().unwrap_or(number)
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}
