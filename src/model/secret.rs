//! Secrets of the stack file.

use super::Config;

/// A secret as the file describes it (specification: secrets top-level element): a config whose content is kept from
/// everybody but the containers that are granted it.
pub type Secret = Config;
