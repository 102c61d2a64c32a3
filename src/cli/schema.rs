//! `windlass schema`.

use clap::Args;

use super::Ended;
use super::scope::print;
use crate::loader;

/// Print the JSON Schema of the stack file, for editors
#[derive(Debug, Default, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Write it to a file and name that file in the first line of a stack file:\n  \
                  # yaml-language-server: $schema=windlass.schema.json"
)]
pub(super) struct SchemaArgs {}

pub(super) fn run(_args: &SchemaArgs) -> Ended {
    print(&loader::json_schema())?;
    Ok(0)
}
