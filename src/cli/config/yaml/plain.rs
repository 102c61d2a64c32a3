//! What a plain text of YAML is read as, by version 1.2 and by 1.1.

/// Whether a plain text is read as a string, and not as nothing, a truth value, a number or a date.
pub(super) fn is_string(text: &str) -> bool {
    let is_number = match text.as_bytes().first() {
        None => return false,
        Some(b'.') => is_decimal(text),
        Some(b'+' | b'-' | b'0'..=b'9') => {
            is_date(text) || is_sexagesimal(text) || is_number(&text.replace('_', ""))
        }
        Some(_) => false,
    };
    !is_number && !is_word(text)
}

/// Words with a meaning of their own: in small letters, in capitals, or with one capital at the start.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "y", "n", "yes", "no", "on", "off"];
    const DOTTED: [&str; 6] = [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"];
    let signed = text
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| DOTTED[3..].contains(&rest));
    let tail = text.get(1..).unwrap_or_default();
    let cased = !tail.contains(|letter: char| letter.is_ascii_uppercase())
        || !text.contains(|letter: char| letter.is_ascii_lowercase());
    signed
        || text == "~"
        || text == "<<"
        || DOTTED.contains(&text)
        || cased && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = |digits: &str, base| {
        digits.starts_with(|first: char| first.is_ascii_alphanumeric())
            && u64::from_str_radix(digits, base).is_ok()
    };
    let based = digits.get(..2).and_then(|prefix| match prefix {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    });
    match based {
        Some(base) => whole(&digits[2..], base),
        None => is_decimal(digits),
    }
}

/// Whether this is a number without a sign; what is too large for one is a string.
fn is_decimal(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && text.parse().is_ok_and(f64::is_finite)
}

/// Numbers to the base of 60, such as `1:30`.
fn is_sexagesimal(text: &str) -> bool {
    let Some((first, rest)) = text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .split_once(':')
    else {
        return false;
    };
    let digits = |part: &str| {
        part.chars()
            .all(|letter| letter.is_ascii_digit() || letter == '_')
    };
    let (rest, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    first.starts_with(|letter: char| letter.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && rest.split(':').all(|part| number(part, 1..=2, 0..=59))
}

/// Dates and times such as `2001-12-14` and `2001-12-14T21:59:43.1Z`.
fn is_date(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let is_time = match time {
        None => true,
        Some((" ", time)) => is_time(time),
        Some((_, time)) => zoned(time).is_some_and(is_time),
    };
    is_time && is_day(date)
}

fn is_day(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let (Ok(in_year), Ok(in_month)) = (year.parse::<u32>(), month.parse::<u32>()) else {
        return false;
    };
    let leap = in_year % 4 == 0 && (in_year % 100 != 0 || in_year % 400 == 0);
    let days = match in_month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    number(year, 4..=4, 0..=9999) && number(month, 1..=2, 1..=12) && number(day, 1..=2, 1..=days)
}

/// A time without its zone.
fn zoned(time: &str) -> Option<&str> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some(time);
    }
    let (time, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    (number(hours, 2..=2, 0..=24) && number(minutes, 2..=2, 0..=60)).then_some(time)
}

fn is_time(time: &str) -> bool {
    let parts: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = parts[..] else {
        return false;
    };
    let (second, fraction) = second.split_once(['.', ',']).unwrap_or((second, "0"));
    number(hour, 1..=2, 0..=23)
        && number(minute, 1..=2, 0..=59)
        && number(second, 1..=2, 0..=59)
        && number(fraction, 1..=9, 0..=u32::MAX)
}

/// Whether a text has as many digits, and their number is in a range.
fn number(
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    range: std::ops::RangeInclusive<u32>,
) -> bool {
    length.contains(&text.len())
        && text.bytes().all(|letter| letter.is_ascii_digit())
        && text.parse().is_ok_and(|number| range.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_version_of_yaml_reads_as_something_else_is_no_string() {
        for text in [
            "",
            "~",
            "null",
            "Null",
            "NULL",
            "true",
            "False",
            "yes",
            "Yes",
            "NO",
            "y",
            "N",
            "on",
            "OFF",
            ".nan",
            ".NaN",
            ".inf",
            ".Inf",
            "-.INF",
            "+.inf",
            "<<",
            "0",
            "0755",
            "08",
            "-1",
            "+1",
            "1_000",
            "0x1F",
            "0b101",
            "0o17",
            "-0b1",
            ".5",
            "5.",
            "1.5e3",
            "1e3",
            "18446744073709551616",
            "12:30",
            "1:30:00.5",
            "-1:5",
            "2001-01-01",
            "2001-1-1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-14 21:59:43.10",
            "2024-02-29",
        ] {
            assert!(!is_string(text), "{text}");
        }
    }

    #[test]
    fn what_all_read_as_text_is_a_string() {
        for text in [
            "nULL",
            "tRUE",
            "yEs",
            "a",
            ".",
            "..",
            "./a",
            ".env",
            ".e5",
            "_1",
            "1.2.3",
            "10.0.0.0/8",
            "1e400",
            "1e",
            "0x",
            "0xg",
            "0b2",
            "0o8",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "12:60",
            "80:8080",
            "1:2:3/udp",
            "2001-13-01",
            "2023-02-29",
            "2001-01-01T",
            "2001-12-14 21:59:43 Z",
            "--1",
            "-",
            "1-2",
            "30s",
            "+.nan",
            "ä",
            "1ä",
        ] {
            assert!(is_string(text), "{text}");
        }
    }
}
