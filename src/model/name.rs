//! Names as the specification allows them, checked once and then trusted.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that the specification does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} name `{name}` is not allowed: {rule}")]
pub struct NameError {
    kind: &'static str,
    name: String,
    rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// Checks the text and takes it as a name.
            ///
            /// # Errors
            /// Where the text breaks the specification's rule, which the error tells.
            pub fn new(name: impl Into<String>) -> Result<Self, NameError> {
                let name = name.into();
                let check: fn(&str) -> bool = $check;
                if check(&name) {
                    Ok(Self(name))
                } else {
                    Err(NameError { kind: $kind, name, rule: $rule })
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// A project's name: lower-case letters, digits, `-` and `_`, beginning with a letter or digit.
    ProjectName,
    "project",
    "use lower-case letters, digits, `-` and `_`, and begin with a letter or digit",
    |name| {
        name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
    }
);
name!(
    /// A service's name: letters, digits, `.`, `-` and `_`.
    ServiceName,
    "service",
    "use letters, digits, `.`, `-` and `_`",
    is_key
);
name!(
    /// The name of a network in the stack file: letters, digits, `.`, `-` and `_`.
    NetworkName,
    "network",
    "use letters, digits, `.`, `-` and `_`",
    is_key
);
name!(
    /// The name of a volume in the stack file: letters, digits, `.`, `-` and `_`.
    VolumeName,
    "volume",
    "use letters, digits, `.`, `-` and `_`",
    is_key
);
name!(
    /// The name of a config in the stack file: letters, digits, `.`, `-` and `_`.
    ConfigName,
    "config",
    "use letters, digits, `.`, `-` and `_`",
    is_key
);
name!(
    /// The name of a secret in the stack file: letters, digits, `.`, `-` and `_`.
    SecretName,
    "secret",
    "use letters, digits, `.`, `-` and `_`",
    is_key
);

fn is_key(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_names_follow_the_specification() {
        for good in ["shop", "0", "a-b_c9"] {
            assert!(ProjectName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "Shop", "-a", "_a", "a.b", "a b", "ä"] {
            assert!(ProjectName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_error_tells_the_rule() {
        assert_eq!(
            ServiceName::new("a b").unwrap_err().to_string(),
            "service name `a b` is not allowed: use letters, digits, `.`, `-` and `_`"
        );
    }
}
