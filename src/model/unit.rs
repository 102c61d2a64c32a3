//! Sizes and durations as the specification writes them: `64m`, `1.5g`, `1m30s`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of bytes, or no limit (`-1`); units are binary (`1k` is 1024), as the specification's section on
/// specifying byte values has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(i64);

/// A text that is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a size: {problem}; write a number with b, k, m, g, t or p, such as 512k, 64m or 1.5g"
)]
pub struct ByteSizeError {
    text: String,
    problem: String,
}

impl ByteSize {
    /// No limit, written `-1` (`memswap_limit` has this meaning).
    pub const UNLIMITED: Self = Self(-1);

    /// Takes a number of bytes; `None` where it is more than an engine can be told (2^63 - 1).
    pub fn from_bytes(bytes: u64) -> Option<Self> {
        i64::try_from(bytes).ok().map(Self)
    }

    /// The number of bytes, or -1 for no limit: the form in which an engine takes it.
    pub fn bytes(self) -> i64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    /// Reads `64m`, `1g`, `512kb`, `1.5g`, `1GiB`, `1024`, `-1`; letters of either case, one space before the unit.
    ///
    /// # Errors
    /// Where the text is no number with such a unit, or too large.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "-1" {
            return Ok(Self::UNLIMITED);
        }
        read_bytes(text).map(Self).map_err(|problem| ByteSizeError {
            text: text.to_owned(),
            problem,
        })
    }
}

fn read_bytes(text: &str) -> Result<i64, String> {
    if text.starts_with('-') {
        return Err("it is negative (only -1, no limit, is allowed)".to_owned());
    }
    let (number, rest) = Decimal::read(text).ok_or_else(|| no_number(text))?;
    let unit = rest.strip_prefix(' ').unwrap_or(rest);
    let Some(factor) = bytes_of_unit(unit) else {
        return Err(format!("`{rest}` is not a unit"));
    };
    number
        .times(factor)
        .ok_or_else(|| "it is larger than 2^63 - 1 bytes".to_owned())
}

fn bytes_of_unit(unit: &str) -> Option<u64> {
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        "p" | "pb" | "pib" => 5,
        _ => return None,
    };
    Some(1 << (10 * power))
}

impl fmt::Display for ByteSize {
    /// The number of bytes without a unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A length of time in nanoseconds, at most 2^63 - 1 of them (292 years), as the specification's section on
/// specifying durations has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a duration: {problem}; write numbers with w, d, h, m, s, ms, us or ns, such as 1m30s or 300ms"
)]
pub struct DurationError {
    text: String,
    problem: String,
}

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Takes a number of seconds; the longest duration where there are too many.
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_nanos(seconds.saturating_mul(SECOND))
    }

    /// Takes a number of nanoseconds; the longest duration where there are too many.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        let longest = i64::MAX.cast_unsigned();
        Self(if nanoseconds > longest {
            longest
        } else {
            nanoseconds
        })
    }

    /// The number of nanoseconds: the form in which an engine takes it.
    pub const fn nanos(self) -> i64 {
        self.0.cast_signed()
    }

    /// The number of whole seconds, a part of one counted as one.
    pub const fn secs_rounded_up(self) -> u64 {
        self.0.div_ceil(SECOND)
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        Self::from_nanos(duration.0)
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    /// Reads `1m30s`, `1.5h`, `300ms`, `1d`, `1w2d`, `0`.
    ///
    /// # Errors
    /// Where the text is no sequence of numbers with units, negative, or longer than 292 years.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read_nanos(text).map(Self).map_err(|problem| DurationError {
            text: text.to_owned(),
            problem,
        })
    }
}

fn read_nanos(text: &str) -> Result<u64, String> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" || rest == "-0" {
        return Ok(0);
    }
    if rest.starts_with('-') {
        return Err("it is negative".to_owned());
    }
    if rest.is_empty() {
        return Err(no_number(rest));
    }
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = Decimal::read(rest).ok_or_else(|| no_number(rest))?;
        let end = after
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        if unit.is_empty() {
            let written = &rest[..rest.len() - after.len()];
            return Err(format!("`{written}` has no unit (`{written}s` is seconds)"));
        }
        let factor = nanos_of_unit(unit).ok_or_else(|| format!("`{unit}` is not a unit"))?;
        sum = number
            .times(factor)
            .and_then(|part| part.checked_add_unsigned(sum))
            .map(i64::cast_unsigned)
            .ok_or_else(|| "it is longer than 292 years".to_owned())?;
        rest = next;
    }
    Ok(sum)
}

fn nanos_of_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // Micro has two code points: the micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => 24 * HOUR,
        "w" => 7 * 24 * HOUR,
        _ => return None,
    })
}

impl fmt::Display for Duration {
    /// Prints `1h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`: the form that the engine's own programs print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            0 => "0s".to_owned(),
            nanos @ ..MICROSECOND => format!("{nanos}ns"),
            nanos @ ..MILLISECOND => with_fraction(nanos, MICROSECOND) + "\u{b5}s",
            nanos @ ..SECOND => with_fraction(nanos, MILLISECOND) + "ms",
            nanos => {
                let (hours, minutes) = (nanos / HOUR, nanos % HOUR / MINUTE);
                let seconds = with_fraction(nanos % MINUTE, SECOND);
                match (hours, minutes) {
                    (0, 0) => format!("{seconds}s"),
                    (0, _) => format!("{minutes}m{seconds}s"),
                    _ => format!("{hours}h{minutes}m{seconds}s"),
                }
            }
        };
        f.pad(&text)
    }
}

/// The quotient as a decimal number without trailing zeros; `unit` is a power of ten.
fn with_fraction(nanos: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let text = format!("{}.{:0digits$}", nanos / unit, nanos % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    /// Less than no time is no time.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let duration: Self = text
            .strip_prefix('-')
            .unwrap_or(&text)
            .parse()
            .map_err(de::Error::custom)?;
        Ok(if text.starts_with('-') {
            Self::ZERO
        } else {
            duration
        })
    }
}

fn no_number(text: &str) -> String {
    if text.is_empty() {
        "it is empty".to_owned()
    } else {
        "it does not begin with a number".to_owned()
    }
}

/// A decimal number of at least one digit, exact: floating point would round `0.1`.
struct Decimal<'t> {
    whole: &'t str,
    fraction: &'t str,
}

impl<'t> Decimal<'t> {
    /// Reads the number at the text's beginning and returns what follows it.
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let (whole, rest) = digits(text);
        let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
        (whole.len() + fraction.len() > 0).then_some((Self { whole, fraction }, rest))
    }

    /// The product, rounded down; `None` where it is above 2^63 - 1.
    fn times(&self, factor: u64) -> Option<i64> {
        let whole = if self.whole.is_empty() {
            0
        } else {
            self.whole.parse::<u64>().ok()?
        };
        // 18 digits keep the product inside 128 bits; what follows is below one nanosecond or byte of any unit.
        let fraction = &self.fraction[..self.fraction.len().min(18)];
        let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
        let part = u128::from(fraction.parse::<u64>().unwrap_or(0)) * u128::from(factor) / scale;
        let product = u128::from(whole) * u128::from(factor) + part;
        i64::try_from(product).ok()
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

#[cfg(test)]
mod tests;
