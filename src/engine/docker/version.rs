//! Versions of the Docker Engine API.

use std::fmt;
use std::str::FromStr;

/// A version of the Docker Engine API, such as 1.41.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion {
    major: u32,
    minor: u32,
}

impl ApiVersion {
    /// The newest version that we know how to speak.
    pub(crate) const OURS: Self = Self::new(1, 52);
    /// The oldest version that has all we rely on (Docker 20.10 speaks 1.41, Podman 1.41).
    pub(crate) const OLDEST: Self = Self::new(1, 40);
    /// Docker 23: the disk usage of one kind alone.
    pub(crate) const V1_42: Self = Self::new(1, 42);
    /// Docker 25: several networks at create, per-endpoint MAC addresses, `start_interval`.
    pub(crate) const V1_44: Self = Self::new(1, 44);
    /// Docker 26: subpaths of volumes.
    pub(crate) const V1_45: Self = Self::new(1, 45);
    /// Docker 28: image volumes, priorities of gateways.
    pub(crate) const V1_48: Self = Self::new(1, 48);
    /// Docker 28.1: names of interfaces.
    pub(crate) const V1_49: Self = Self::new(1, 49);
    /// Docker 29: the disk usage of each volume only on request.
    pub(crate) const V1_52: Self = Self::new(1, 52);

    /// The version `major.minor`.
    pub(crate) const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// The numbers before and after the dot.
    pub(crate) const fn numbers(self) -> (u32, u32) {
        (self.major, self.minor)
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The text is not a version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAVersion;

impl FromStr for ApiVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let (major, minor) = text.split_once('.').ok_or(NotAVersion)?;
        let number = |text: &str| text.parse().map_err(|_| NotAVersion);
        Ok(Self::new(number(major)?, number(minor)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let version = |text: &str| text.parse::<ApiVersion>();
        assert!(version("1.9").unwrap() < version("1.41").unwrap());
        assert_eq!(version("1.41").unwrap().to_string(), "1.41");
        assert_eq!(version("one"), Err(NotAVersion));
        assert_eq!(version("1.x"), Err(NotAVersion));
    }
}
