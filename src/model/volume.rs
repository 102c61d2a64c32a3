//! Volumes of the stack file.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Positions;

/// A volume as the file describes it (specification: volumes top-level element).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Volume {
    /// The name on the engine.
    pub name: String,
    /// Made and removed by somebody else: only looked up.
    pub external: bool,
    /// The engine's volume driver; the engine's default (`local`) where absent.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: IndexMap<String, String>,
    /// Labels of the file.
    pub labels: IndexMap<String, String>,
    /// Its data is lost only where the user says so once more (extension `x-protect`). What is asked of the engine is the
    /// same, so it is no part of what is compared.
    #[serde(rename = "x-protect", skip_serializing)]
    pub protect: bool,
    /// Where the fields stand.
    #[serde(skip)]
    pub positions: Positions,
}
