//! `windlass schema`.

use clap::Args;

use super::Ended;
use super::scope::print;
use crate::loader;
use crate::ui;

/// Print the JSON Schema of the stack file, for editors
#[derive(Debug, Default, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Write it to a file and name that file in the first line of a stack file:\n  \
                  # yaml-language-server: $schema=windlass.schema.json"
)]
pub(super) struct SchemaArgs {
    /// Print the JSON Schema of what `windlass plan --json` prints instead
    #[arg(long)]
    plan: bool,
}

pub(super) fn run(args: &SchemaArgs) -> Ended {
    if args.plan {
        print(ui::plan::SCHEMA)?;
    } else {
        print(&loader::json_schema())?;
    }
    Ok(0)
}
