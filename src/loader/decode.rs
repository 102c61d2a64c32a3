//! Canonical tree -> [`Project`].

use super::Loading;
use super::node::{Mapping, Node};
use crate::model::Project;

/// Decodes a settled stack.
pub(super) fn project(
    _loading: &mut Loading<'_>,
    _tree: &Node,
    _disabled: &Mapping,
) -> Option<Project> {
    None
}
