//! Holds the command line against the table of docker compose's commands and flags.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, Parser};

use super::Cli;

/// Every command and flag of docker compose.
const TABLE: &str = include_str!("../../tests/it/cli/flags.txt");

/// The commands that are not offered, each answered with what to use instead.
const NOT_OFFERED: [&str; 3] = ["alpha", "bridge", "publish"];

/// One flag of the table.
#[derive(Clone, Copy)]
struct Flag<'a> {
    short: Option<char>,
    long: &'a str,
    takes_value: bool,
    is_repeatable: bool,
}

impl<'a> Flag<'a> {
    fn read(word: &'a str) -> Self {
        let word = word.trim_end_matches('?');
        let (word, is_repeatable) = match word.strip_suffix('*') {
            Some(word) => (word, true),
            None => (word, false),
        };
        let (word, takes_value) = match word.strip_suffix('=') {
            Some(word) => (word, true),
            None => (word, false),
        };
        let (short, long) = match word.split_once('/') {
            Some((short, long)) => (short.chars().nth(1), long),
            None => (None, word),
        };
        Self {
            short,
            long: long.trim_start_matches('-'),
            takes_value,
            is_repeatable,
        }
    }

    /// What is wrong with the flag of ours that stands for it.
    fn faults(self, command: &Command) -> Vec<&'static str> {
        let names = |arg: &&Arg| {
            let longs = arg.get_long_and_visible_aliases().unwrap_or_default();
            let hidden = arg.get_aliases().unwrap_or_default();
            longs.iter().chain(&hidden).any(|long| *long == self.long)
        };
        let Some(arg) = command.get_arguments().find(names) else {
            return vec!["is missing"];
        };
        let mut faults = Vec::new();
        let shorts = arg.get_short_and_visible_aliases().unwrap_or_default();
        // `-v` is `--verbose` before a command, and the version without one.
        let is_version = self.long == "version";
        if self.short.is_some_and(|short| !shorts.contains(&short)) && !is_version {
            faults.push("has no short form");
        }
        // A switch may take `=true` and `=false`.
        let takes_value = arg.get_action().takes_values() && !arg.is_require_equals_set();
        if takes_value != self.takes_value {
            faults.push("takes a value in one of the two only");
        }
        if self.is_repeatable && !matches!(arg.get_action(), ArgAction::Append) {
            faults.push("cannot be repeated");
        }
        faults
    }
}

/// The table: commands with their flags; `global` is what stands before a command.
fn table() -> Vec<(&'static str, Vec<Flag<'static>>)> {
    let mut table: Vec<(&str, Vec<Flag>)> = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        if let Some(command) = line.strip_suffix(':') {
            table.push((command, Vec::new()));
        } else if let Some((_, flags)) = table.last_mut() {
            flags.extend(line.split_whitespace().map(Flag::read));
        }
    }
    table
}

fn command_line() -> Command {
    let mut cli = Cli::command();
    // Hands the options that every command takes down to them.
    cli.build();
    cli
}

fn find<'a>(cli: &'a Command, name: &str) -> Option<&'a Command> {
    match name {
        "global" => Some(cli),
        name => cli.find_subcommand(name),
    }
}

#[test]
fn only_commands_that_are_not_offered_are_missing() {
    let cli = command_line();
    let mut missing = Vec::new();
    for (name, flags) in table() {
        let first = name.split(' ').next().unwrap_or_default();
        let Some(command) = find(&cli, name) else {
            if !NOT_OFFERED.contains(&first) {
                missing.push(format!("{name} is missing"));
            }
            continue;
        };
        for flag in flags {
            let faults = flag.faults(command).into_iter();
            missing.extend(faults.map(|fault| format!("{name} --{} {fault}", flag.long)));
        }
        let dry_run = Flag::read("--dry-run");
        let faults = dry_run.faults(command).into_iter();
        missing.extend(faults.map(|fault| format!("{name} --dry-run {fault}")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_flag_is_read_where_docker_compose_takes_it() {
    let mut refused = Vec::new();
    for (name, flags) in table() {
        if NOT_OFFERED.contains(&name.split(' ').next().unwrap_or_default()) {
            continue;
        }
        let command = Some(name).filter(|name| *name != "global");
        for flag in flags {
            let mut forms = vec![format!("--{}", flag.long)];
            forms.extend(flag.short.map(|short| format!("-{short}")));
            for form in &forms {
                let mut words = vec!["windlass"];
                words.extend(command);
                words.push(form);
                words.extend(flag.takes_value.then_some("1"));
                let error = Cli::try_parse_from(words).err();
                // Whatever else is wrong, such as a service that isn't named, the flag was known.
                if error.is_some_and(|error| error.kind() == ErrorKind::UnknownArgument) {
                    refused.push(format!("{name} {form}"));
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn v_alone_asks_for_the_version() {
    for (words, is_wanted) in [
        (&["-v"][..], true),
        (&["--version"], true),
        (&["-v", "ps"], false),
        (&["ps"], false),
        (&[], false),
    ] {
        let cli = Cli::try_parse_from([&["windlass"], words].concat()).expect("a command line");
        let found = cli.global.asks_for_version(cli.command.is_some());
        assert_eq!(found, is_wanted, "{words:?}");
    }
}

#[test]
fn dry_run_stands_before_every_command_and_behind_it() {
    let cli = command_line();
    for command in cli.get_subcommands() {
        let name = command.get_name();
        for words in [
            ["windlass", "--dry-run", name],
            ["windlass", name, "--dry-run"],
        ] {
            match Cli::try_parse_from(words) {
                Ok(cli) => assert!(cli.global.dry_run, "{words:?}"),
                Err(error) => assert_ne!(error.kind(), ErrorKind::UnknownArgument, "{words:?}"),
            }
        }
    }
}
