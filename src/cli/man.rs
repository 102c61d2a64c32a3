//! `windlass man`: manual pages, made of the same description as the help.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Arg, Args, Command, CommandFactory};

use super::error::CliError;
use super::scope::{Scope, print};
use super::{Cli, Ended};

/// Print the manual page of windlass or of a command, or write all of them into a folder
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "windlass man logs | man -l -\nwindlass man --output ~/.local/share/man/man1"
)]
pub(super) struct ManArgs {
    /// The command (default: windlass itself)
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write all pages into this folder
    #[arg(short, long, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, _: &Scope) -> Ended {
    let mut root = Cli::command();
    root.build();
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("windlass.1"), page(&root))?;
        for command in shown(&root) {
            let name = format!("windlass-{}.1", command.get_name());
            fs::write(folder.join(name), page(command))?;
        }
        return Ok(0);
    }
    let command = match args.command.as_deref() {
        None => &root,
        Some(name) => root.find_subcommand(name).ok_or_else(|| {
            CliError::Usage(format!("no command `{name}`: `windlass --help` lists them"))
        })?,
    };
    print(&page(command))?;
    Ok(0)
}

fn shown(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands()
        .filter(|command| !command.is_hide_set())
}

/// A page in the language of troff.
fn page(command: &Command) -> String {
    let is_root = command.has_subcommands();
    let name = if is_root {
        "windlass".to_owned()
    } else {
        format!("windlass-{}", command.get_name())
    };
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let mut page = format!(
        ".TH {} 1 \"\" \"windlass {}\"\n.SH NAME\n{name} \\- {}\n.SH SYNOPSIS\n{}\n",
        name.to_uppercase(),
        env!("CARGO_PKG_VERSION"),
        text(&about),
        text(usage)
    );
    let places: Vec<&Arg> = command
        .get_positionals()
        .filter(|arg| !arg.is_hide_set())
        .collect();
    if !places.is_empty() {
        page.push_str(".SH ARGUMENTS\n");
        for place in places {
            let names = value_names(place);
            let _ = write!(page, ".TP\n\\fI{}\\fR\n{}\n", text(&names), help(place));
        }
    }
    page.push_str(".SH OPTIONS\n");
    for option in command
        .get_arguments()
        .filter(|arg| !arg.is_positional() && !arg.is_hide_set())
    {
        let short = option
            .get_short()
            .map(|letter| format!("\\fB\\-{letter}\\fR"));
        let long = option
            .get_long()
            .map(|name| format!("\\fB\\-\\-{}\\fR", text(name)));
        let names: Vec<String> = [short, long].into_iter().flatten().collect();
        let value = if option.get_action().takes_values() {
            format!(" \\fI{}\\fR", text(&value_names(option)))
        } else {
            String::new()
        };
        let _ = write!(page, ".TP\n{}{value}\n{}\n", names.join(", "), help(option));
    }
    if is_root {
        page.push_str(".SH COMMANDS\n");
        for command in shown(command) {
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            let name = text(command.get_name());
            let _ = write!(
                page,
                ".TP\n\\fBwindlass\\-{name}\\fR(1)\n{}\n",
                text(&about)
            );
        }
    } else {
        page.push_str(".SH SEE ALSO\n\\fBwindlass\\fR(1)\n");
    }
    page
}

fn value_names(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(clap::builder::Str::as_str).collect();
    names.join(" ")
}

/// What an argument is for, with its values and its default.
fn help(arg: &Arg) -> String {
    let mut words = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| value.get_name().to_owned())
        .collect();
    if !values.is_empty() {
        let _ = write!(words, " [{}]", values.join(", "));
    }
    if let [default] = arg.get_default_values()
        && !arg.is_hide_default_value_set()
        && arg.get_action().takes_values()
    {
        let _ = write!(words, " (default: {})", default.to_string_lossy());
    }
    text(&words)
}

/// Text in which nothing is taken for an instruction.
fn text(words: &str) -> String {
    let escaped = words.replace('\\', "\\e").replace('-', "\\-");
    let lines = escaped.lines().map(|line| {
        if line.starts_with(['.', '\'']) {
            format!("\\&{line}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n.br\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_what_the_help_tells() {
        let mut root = Cli::command();
        root.build();
        let port = page(root.find_subcommand("port").unwrap());
        for part in [
            ".TH WINDLASS-PORT 1 ",
            "windlass-port \\- Print the host's address and port",
            ".SH SYNOPSIS\nwindlass port ",
            ".TP\n\\fISERVICE\\fR\nThe service\n",
            ".TP\n\\fB\\-\\-protocol\\fR \\fIPROTOCOL\\fR\ntcp or udp (default: tcp)\n",
            ".SH SEE ALSO\n",
        ] {
            assert!(port.contains(part), "{part} is not in\n{port}");
        }
        let whole = page(&root);
        assert!(
            whole.contains(".TP\n\\fBwindlass\\-port\\fR(1)\n"),
            "{whole}"
        );
    }

    #[test]
    fn nothing_in_a_text_is_an_instruction() {
        assert_eq!(text(".a\\b\n'c-d"), "\\&.a\\eb\n.br\n\\&'c\\-d");
    }
}
