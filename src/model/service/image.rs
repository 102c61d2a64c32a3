//! When a service's image is pulled (specification: `pull_policy`).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Duration;
use crate::model::unit::DurationError;

/// The `pull_policy` of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullPolicy {
    /// Pull an image the engine doesn't have (`missing`, `if_not_present`).
    #[default]
    Missing,
    /// Pull before every start.
    Always,
    /// Never pull: the engine must have it.
    Never,
    /// Build it, even where it exists.
    Build,
    /// Pull when the last pull is older than this many seconds (`daily`, `weekly`, `every_<duration>`).
    Every(u64),
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

impl PullPolicy {
    /// Reads a policy by age: `daily`, `weekly`, `every_<duration>`; none where the text is another one's.
    ///
    /// # Errors
    /// Where the duration is none.
    pub fn by_age(text: &str) -> Result<Option<Self>, DurationError> {
        match text {
            "daily" => Ok(Some(Self::Every(DAY))),
            "weekly" => Ok(Some(Self::Every(WEEK))),
            other => other.strip_prefix("every_").map(Self::every).transpose(),
        }
    }

    /// The policy of an age, such as `12h`.
    ///
    /// # Errors
    /// Where the duration is none.
    pub fn every(duration: &str) -> Result<Self, DurationError> {
        let duration: Duration = duration.parse()?;
        Ok(Self::Every(duration.secs_rounded_up()))
    }

    /// The policy that decides where services of one image have these two: the one that pulls more.
    #[must_use]
    pub fn stronger(self, other: Self) -> Self {
        if other.strength() > self.strength() {
            other
        } else {
            self
        }
    }

    fn strength(self) -> (u8, u64) {
        match self {
            Self::Build => (0, 0),
            Self::Never => (1, 0),
            Self::Missing => (2, 0),
            // The sooner it is too old.
            Self::Every(seconds) => (3, u64::MAX - seconds),
            Self::Always => (4, 0),
        }
    }
}

impl fmt::Display for PullPolicy {
    /// Prints it as stack files have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match self {
            Self::Missing => return f.write_str("missing"),
            Self::Always => return f.write_str("always"),
            Self::Never => return f.write_str("never"),
            Self::Build => return f.write_str("build"),
            Self::Every(DAY) => return f.write_str("daily"),
            Self::Every(WEEK) => return f.write_str("weekly"),
            Self::Every(seconds) => *seconds,
        };
        let units = [(WEEK, "w"), (DAY, "d"), (HOUR, "h"), (MINUTE, "m")];
        let mut units = units.into_iter();
        let whole = units.find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
        let (unit, name) = whole.unwrap_or((1, "s"));
        write!(f, "every_{}{name}", seconds / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_by_age_are_read_and_written() {
        for (text, seconds, written) in [
            ("daily", DAY, "daily"),
            ("weekly", WEEK, "weekly"),
            ("every_24h", DAY, "daily"),
            ("every_12h", 12 * HOUR, "every_12h"),
            ("every_1h30m", 90 * MINUTE, "every_90m"),
            ("every_3d", 3 * DAY, "every_3d"),
            ("every_90s", 90, "every_90s"),
            ("every_0s", 0, "every_0s"),
        ] {
            let policy = PullPolicy::by_age(text).unwrap();
            assert_eq!(policy, Some(PullPolicy::Every(seconds)), "{text}");
            assert_eq!(PullPolicy::Every(seconds).to_string(), written);
        }
        assert_eq!(PullPolicy::by_age("always"), Ok(None));
        assert!(PullPolicy::by_age("every_day").is_err());
    }

    #[test]
    fn the_policy_that_pulls_more_is_the_stronger_one() {
        let by_strength = [
            PullPolicy::Build,
            PullPolicy::Never,
            PullPolicy::Missing,
            PullPolicy::Every(WEEK),
            PullPolicy::Every(DAY),
            PullPolicy::Always,
        ];
        for pair in by_strength.windows(2) {
            assert_eq!(pair[0].stronger(pair[1]), pair[1]);
            assert_eq!(pair[1].stronger(pair[0]), pair[1]);
        }
    }
}
