//! `windlass version`.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::scope::{Scope, print};
use super::{Called, Ended};
use crate::label::COMPOSE_VERSION;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Print the version
#[derive(Debug, Default, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct VersionArgs {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "pretty")]
    format: Format,
    /// Only the number
    #[arg(long)]
    short: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    // For people
    #[default]
    Pretty,
    // For programs
    Json,
}

pub(super) fn run(args: &VersionArgs, scope: &Scope) -> Ended {
    print(&text(args, scope.called))?;
    Ok(0)
}

/// Scripts that call docker-compose ask for the version of compose whose ways they rely on.
fn text(args: &VersionArgs, called: Called) -> String {
    let version = match called {
        Called::Windlass => VERSION,
        Called::DockerCompose => COMPOSE_VERSION,
    };
    match (args.short, args.format, called) {
        (true, ..) => format!("{version}\n"),
        (false, Format::Json, _) => format!("{}\n", json!({ "version": version })),
        (false, Format::Pretty, Called::Windlass) => format!("windlass version {version}\n"),
        (false, Format::Pretty, Called::DockerCompose) => {
            format!("Docker Compose version {version} (windlass {VERSION})\n")
        }
    }
}

/// Answers docker's question what kind of plugin this is.
pub(super) fn plugin_metadata() -> u8 {
    let metadata = json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "windlass",
        "Version": VERSION,
        "ShortDescription": "Raise and lower a stack of containers",
    });
    u8::from(writeln!(std::io::stdout(), "{metadata}").is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_printed_as_asked() {
        let asked = |short, format| VersionArgs { format, short };
        for (args, called, expected) in [
            (
                asked(false, Format::Pretty),
                Called::Windlass,
                format!("windlass version {VERSION}\n"),
            ),
            (
                asked(true, Format::Json),
                Called::Windlass,
                format!("{VERSION}\n"),
            ),
            (
                asked(false, Format::Json),
                Called::Windlass,
                format!("{{\"version\":\"{VERSION}\"}}\n"),
            ),
            (
                asked(true, Format::Pretty),
                Called::DockerCompose,
                "2.40.3\n".to_owned(),
            ),
            (
                asked(false, Format::Pretty),
                Called::DockerCompose,
                format!("Docker Compose version 2.40.3 (windlass {VERSION})\n"),
            ),
        ] {
            assert_eq!(text(&args, called), expected);
        }
    }
}
