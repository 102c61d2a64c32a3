//! Times: the engine's stamps, what people type, and how long ago something was.

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time: write a length of time such as 42m, a time such as 2013-01-02T13:23:37Z, or Unix seconds"
)]
pub struct TimeError(String);

/// Reads a time as people type it and answers nanoseconds of Unix time: a length of time before `now` (`90s`, `1.5s`),
/// a time of RFC 3339 (without a zone it is UTC; a date alone is its midnight), or Unix seconds, with a fraction or
/// without. `now` is in nanoseconds too.
///
/// # Errors
/// Where the text is none of these.
pub fn parse(text: &str, now: i64) -> Result<i64, TimeError> {
    let error = || TimeError(text.to_owned());
    if let Some(seconds) = stamp(text) {
        return Ok(joined(seconds, fraction(text)));
    }
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if !whole.is_empty() && is_number(whole) && is_number(rest) {
        let seconds = whole.parse().map_err(|_| error())?;
        return Ok(joined(seconds, fraction(text)));
    }
    let length: super::Duration = text.parse().map_err(|_| error())?;
    Ok(now.saturating_sub(length.nanos()))
}

fn joined(seconds: i64, nanos: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// The nanoseconds that the digits behind a point stand for; none where there is no point.
fn fraction(text: &str) -> i64 {
    let (_, behind) = text.split_once('.').unwrap_or_default();
    let digits = behind.bytes().take_while(u8::is_ascii_digit);
    digits
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |nanos, digit| nanos * 10 + i64::from(digit - b'0'))
}

/// Seconds and nanoseconds as the engine reads a time: `1700000000.000000005`.
pub fn seconds(nanos: i64) -> String {
    let (seconds, fraction) = (
        nanos.div_euclid(1_000_000_000),
        nanos.rem_euclid(1_000_000_000),
    );
    format!("{seconds}.{fraction:09}")
}

/// Unix seconds of a time of RFC 3339; a fraction is cut off. None where it is no such time, or the engine's year 1 for
/// "never".
pub fn stamp(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, "00:00:00Z"),
    };
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (clock, offset) = split_zone(time)?;
    let mut parts = clock.splitn(3, ':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let second: i64 = match parts.next() {
        Some(second) => second.split('.').next()?.parse().ok()?,
        None => 0,
    };
    let valid = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    (valid && year > 1)
        .then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// The time without its zone, and the zone's seconds east of Greenwich.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, zone) = time.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    Some((clock, sign * seconds))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March here, so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// A time as RFC 3339 writes it, in UTC, without zeros at its end: `2023-11-14T22:13:20.64963018Z`.
pub fn rfc3339(nanos: i64) -> String {
    let (seconds, fraction) = (
        nanos.div_euclid(1_000_000_000),
        nanos.rem_euclid(1_000_000_000),
    );
    let fraction = format!(".{fraction:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{}{fraction}Z", date_and_time(seconds, 'T'))
}

/// A time for people, in UTC, to the microsecond: `2023-11-14 22:13:20.649630`.
pub fn clock(nanos: i64) -> String {
    let (seconds, fraction) = (
        nanos.div_euclid(1_000_000_000),
        nanos.rem_euclid(1_000_000_000),
    );
    format!("{}.{:06}", date_and_time(seconds, ' '), fraction / 1000)
}

/// A time in Unix seconds as `2023-11-14 22:13:20`, with another letter in the middle if that is wanted.
pub fn date_and_time(seconds: i64, between: char) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, date) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}{between}{hour:02}:{minute:02}:{second:02}")
}

/// The date so many days after 1970-01-01: the inverse of [`days`].
fn date(day: i64) -> (i64, i64, i64) {
    // 400 years of the calendar have 146,097 days; an estimate of the year is at most one too high.
    let from_march = day + 719_468;
    let mut year = from_march * 400 / 146_097;
    while days(year, 3, 1) > day {
        year -= 1;
    }
    while days(year + 1, 3, 1) <= day {
        year += 1;
    }
    let in_year = day - days(year, 3, 1);
    let month = (in_year * 5 + 2) / 153;
    let date = in_year - (month * 153 + 2) / 5 + 1;
    if month < 10 {
        (year, month + 3, date)
    } else {
        (year + 1, month - 9, date)
    }
}

/// So many seconds as docker says it: `5 seconds`, `About a minute`, `3 hours`.
pub fn length(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        ..=0 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60..120 => "About a minute".to_owned(),
        120..3600 => format!("{minutes} minutes"),
        3600..5400 => "About an hour".to_owned(),
        5400..172_800 => format!("{} hours", (seconds + 1800) / 3600),
        _ if hours < 24 * 14 => format!("{days} days"),
        _ if hours < 24 * 60 => format!("{} weeks", days / 7),
        _ if hours < 24 * 365 * 2 => format!("{} months", days / 30),
        _ => format!("{} years", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_people_type() {
        for (text, seconds, nanos) in [
            ("42m", 1_000_000 - 42 * 60, 5),
            ("1h30m", 1_000_000 - 5400, 5),
            ("0s", 1_000_000, 5),
            ("1.5s", 999_998, 500_000_005),
            ("20ms", 999_999, 980_000_005),
            ("1700000000", 1_700_000_000, 0),
            ("1700000000.25", 1_700_000_000, 250_000_000),
            ("1700000000.0000000019", 1_700_000_000, 1),
            ("2013-01-02T13:23:37Z", 1_357_133_017, 0),
            ("2013-01-02T13:23:37.5Z", 1_357_133_017, 500_000_000),
            (
                "2013-01-02T15:23:37.123456789+02:00",
                1_357_133_017,
                123_456_789,
            ),
            ("2013-01-02T13:23", 1_357_132_980, 0),
            ("2013-01-02", 1_357_084_800, 0),
            ("2000-02-29", 951_782_400, 0),
            ("2024-12-31T23:59:59Z", 1_735_689_599, 0),
        ] {
            let expected = seconds * 1_000_000_000 + nanos;
            assert_eq!(parse(text, 1_000_000_000_000_005), Ok(expected), "{text}");
        }
        assert_eq!(parse("9999-01-01", 0), Ok(i64::MAX));
        assert_eq!(seconds(1_700_000_000_250_000_001), "1700000000.250000001");
    }

    #[test]
    fn other_texts_are_refused_with_what_to_write() {
        for text in ["yesterday", "", "2013-13-02", ".", "1.2.3", "12:00"] {
            assert_eq!(parse(text, 0), Err(TimeError(text.to_owned())), "{text}");
        }
        assert_eq!(
            parse("soon", 0).unwrap_err().to_string(),
            "`soon` is no time: write a length of time such as 42m, a time such as 2013-01-02T13:23:37Z, or Unix seconds"
        );
        assert_eq!(stamp("0001-01-01T00:00:00Z"), None);
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "2000-02-29T12:00:00Z",
            "2024-02-29T00:00:01Z",
            "2024-03-01T00:00:00Z",
            "2100-03-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            let seconds = stamp(text).unwrap();
            assert_eq!(rfc3339(seconds * 1_000_000_000), text);
        }
        for day in -200_000..200_000 {
            let (year, month, date) = date(day);
            assert_eq!(days(year, month, date), day);
        }
        let nanos = 1_700_000_000_649_630_180;
        assert_eq!(rfc3339(nanos), "2023-11-14T22:13:20.64963018Z");
        assert_eq!(clock(nanos), "2023-11-14 22:13:20.649630");
    }

    #[test]
    fn lengths_read_as_dockers_do() {
        for (seconds, text) in [
            (-3, "Less than a second"),
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (61, "About a minute"),
            (600, "10 minutes"),
            (3700, "About an hour"),
            (86_400, "24 hours"),
            (3 * 86_400, "3 days"),
            (20 * 86_400, "2 weeks"),
            (100 * 86_400, "3 months"),
            (1000 * 86_400, "2 years"),
        ] {
            assert_eq!(length(seconds), text);
        }
    }
}
