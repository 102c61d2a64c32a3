//! Which value a scalar stands for: go-yaml's reading, YAML 1.2 with the numbers of 1.1.

use crate::loader::node::{Style, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The value of a scalar; `tag` is the part behind `!!` where one was written.
///
/// # Errors
/// What is wrong, where the text is none of what its tag says.
pub(super) fn resolve(text: &str, style: Style, tag: Option<&str>) -> Result<Value, String> {
    let value = match (tag, style) {
        (Some("str" | "timestamp"), _) | (None, Style::Quoted) => Value::String(text.to_owned()),
        (Some("binary"), _) => return binary(text),
        (Some("float"), _) => match plain(text) {
            #[expect(clippy::cast_precision_loss, reason = "the writer asked for a float")]
            Value::Int(number) => Value::Float(number as f64),
            value => value,
        },
        _ => plain(text),
    };
    let fits = match tag {
        Some("int") => matches!(value, Value::Int(_)),
        Some("float") => matches!(value, Value::Float(_)),
        Some("bool") => matches!(value, Value::Bool(_)),
        Some("null") => matches!(value, Value::Null),
        Some("timestamp") => is_timestamp(text),
        _ => true,
    };
    match tag {
        Some(tag) if !fits => Err(format!("this value is no `!!{tag}`")),
        _ => Ok(value),
    }
}

/// Whether a text begins with a date, `YEAR-MONTH-DAY`, and goes on, if at all, with a time.
fn is_timestamp(text: &str) -> bool {
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let parts: Vec<&str> = text[..end].split('-').collect();
    let is_number = |part: &&str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_date = matches!(parts.as_slice(), [year, month, day]
        if year.len() == 4 && is_number(year, 4) && is_number(month, 2) && is_number(day, 2));
    is_date && (end == text.len() || text[end + 1..].contains(':'))
}

/// Bytes in base64; what is no text among them becomes replacement characters.
fn binary(text: &str) -> Result<Value, String> {
    let text: String = text.split_whitespace().collect();
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| format!("this value is no `!!binary`: {error}"))?;
    Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits)
        .map(Value::Int)
        .or_else(|| float(&digits).map(Value::Float))
}

/// A whole number with Go's prefixes: `0x`, `0b`, `0o`, and a bare leading 0 for octal.
fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_str() {
        hex if hex.starts_with("0x") => (16, &hex[2..]),
        binary if binary.starts_with("0b") => (2, &binary[2..]),
        octal if octal.starts_with("0o") => (8, &octal[2..]),
        octal if octal.starts_with('0') && octal.len() > 1 => (8, &octal[1..]),
        decimal => (10, decimal),
    };
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}

/// A decimal fraction: `1.`, `.5`, `1e3`; words that Rust would take (`infinity`) are left out.
fn float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = body
        .split_once(['e', 'E'])
        .map_or((body, None), |(mantissa, exponent)| {
            (mantissa, Some(exponent))
        });
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits =
        digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|text| {
        let power = text.strip_prefix(['+', '-']).unwrap_or(text);
        !power.is_empty() && digits(power)
    });
    if mantissa_fits && exponent_fits {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_go_yaml_reads_them() {
        let text = |text: &str| Value::String(text.to_owned());
        for (written, value) in [
            ("0755", Value::Int(493)),
            ("0o755", Value::Int(493)),
            ("0899", Value::Float(899.0)),
            ("0x1F", Value::Int(31)),
            ("-0b11", Value::Int(-3)),
            ("1_000", Value::Int(1000)),
            ("+12", Value::Int(12)),
            ("3.10", Value::Float(3.1)),
            ("1e3", Value::Float(1000.0)),
            (".5", Value::Float(0.5)),
            ("yes", text("yes")),
            ("on", text("on")),
            ("y", text("y")),
            ("3.10.1", text("3.10.1")),
            ("22:22", text("22:22")),
            ("-", text("-")),
            ("inf", text("inf")),
            ("True", Value::Bool(true)),
            ("~", Value::Null),
        ] {
            assert_eq!(resolve(written, Style::Plain, None), Ok(value), "{written}");
        }
    }

    #[test]
    fn quotes_and_tags_decide_over_looks() {
        let text = |text: &str| Value::String(text.to_owned());
        for (written, style, tag, value) in [
            ("1", Style::Quoted, None, text("1")),
            ("1", Style::Plain, Some("str"), text("1")),
            ("1", Style::Quoted, Some("int"), Value::Int(1)),
            ("1", Style::Plain, Some("float"), Value::Float(1.0)),
            ("", Style::Quoted, Some("null"), Value::Null),
            ("aGk=", Style::Plain, Some("binary"), text("hi")),
            ("aGVs\nbG8=\n", Style::Quoted, Some("binary"), text("hello")),
            ("/w==", Style::Quoted, Some("binary"), text("\u{fffd}")),
            ("x", Style::Plain, Some("timestamp-like"), text("x")),
            (
                "2001-12-14",
                Style::Plain,
                Some("timestamp"),
                text("2001-12-14"),
            ),
            (
                "2001-1-2t3:4:5Z",
                Style::Quoted,
                Some("timestamp"),
                text("2001-1-2t3:4:5Z"),
            ),
        ] {
            assert_eq!(resolve(written, style, tag), Ok(value), "{tag:?} {written}");
        }
    }

    #[test]
    fn a_value_is_what_its_tag_says() {
        for (written, tag) in [
            ("x", "int"),
            ("1.5", "int"),
            ("", "int"),
            ("~", "bool"),
            ("yes", "bool"),
            ("true", "float"),
            ("x", "null"),
            ("zz", "binary"),
            ("nope", "timestamp"),
            ("2001", "timestamp"),
            ("2001-12-14 noon", "timestamp"),
        ] {
            let problem = resolve(written, Style::Plain, Some(tag));
            assert!(problem.is_err(), "!!{tag} {written}: {problem:?}");
        }
    }
}
