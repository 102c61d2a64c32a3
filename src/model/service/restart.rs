//! What the engine does when a container ends (specification: `restart`).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The restart policy of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Stay ended.
    #[default]
    No,
    /// Start again, also after the engine restarts.
    Always,
    /// Start again after a failure, at most this often where a number is given.
    OnFailure(Option<u32>),
    /// Start again, unless somebody stopped it.
    UnlessStopped,
}

impl RestartPolicy {
    /// Reads the specification's text form; none where the text is no policy.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "no" | "" => Some(Self::No),
            "always" => Some(Self::Always),
            "unless-stopped" => Some(Self::UnlessStopped),
            "on-failure" => Some(Self::OnFailure(None)),
            _ => text
                .strip_prefix("on-failure:")
                .and_then(|n| n.parse().ok())
                .map(|n| Self::OnFailure(Some(n))),
        }
    }
}

impl fmt::Display for RestartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No => f.write_str("no"),
            Self::Always => f.write_str("always"),
            Self::UnlessStopped => f.write_str("unless-stopped"),
            Self::OnFailure(None) => f.write_str("on-failure"),
            Self::OnFailure(Some(n)) => write!(f, "on-failure:{n}"),
        }
    }
}

impl Serialize for RestartPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RestartPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| {
                serde::de::Error::custom(format_args!(
                    "`{text}` is no restart policy: `no`, `always`, `on-failure`, `on-failure:3` or `unless-stopped` is expected"
                ))
            })
    }
}
