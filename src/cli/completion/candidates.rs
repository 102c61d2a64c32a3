//! What could stand at the end of a command line, found in the same description of it that reads it.

use clap::{Arg, ArgAction, Command};

/// A word that could stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) value: String,
    /// What it is, in a few words.
    pub(super) about: String,
}

impl Candidate {
    pub(super) fn new(value: &str, about: &str) -> Self {
        Self {
            value: value.to_owned(),
            about: about.to_owned(),
        }
    }
}

/// What kind of words could stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// These.
    Fixed(Vec<Candidate>),
    /// Names of files, or whatever else only the shell knows.
    Files,
    /// The stack's services.
    Services,
    /// The engine's projects.
    Projects,
    /// The stack's profiles.
    Profiles,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    /// How many words stand before the command: the options of windlass itself.
    pub(super) before: usize,
    /// What of the last word belongs in front of each candidate, such as `--format=`.
    pub(super) prefix: String,
    /// How the candidates begin.
    pub(super) begun: String,
}

/// What the last of the words could become.
pub(super) fn asked(root: &Command, words: &[String]) -> Asked {
    let mut command = root;
    let mut before = None;
    let mut pending: Option<&Arg> = None;
    let mut positionals = 0;
    let mut only_positionals = false;
    let (last, done) = words
        .split_last()
        .map_or(("", &[][..]), |(last, done)| (last.as_str(), done));
    for (at, word) in done.iter().enumerate() {
        if pending.take().is_some() {
            continue;
        }
        if word == "--" {
            only_positionals = true;
        } else if word.starts_with('-') && word.len() > 1 && !only_positionals {
            pending = option_waiting(command, word);
        } else if let Some(sub) = command.find_subcommand(word).filter(|_| before.is_none()) {
            command = sub;
            before = Some(at);
        } else {
            positionals += 1;
        }
    }
    // An option whose value is asked for cannot be read yet.
    let before = before.unwrap_or(done.len() - usize::from(pending.is_some()));
    let whole = |wanted, begun: &str| Asked {
        wanted,
        before,
        prefix: String::new(),
        begun: begun.to_owned(),
    };
    if let Some(option) = pending {
        return whole(values(option), last);
    }
    if last.starts_with('-') && !only_positionals {
        if let Some((flag, begun)) = last.split_once('=')
            && let Some(option) = long(command, flag)
        {
            return Asked {
                prefix: format!("{flag}="),
                ..whole(values(option), begun)
            };
        }
        return whole(Wanted::Fixed(flags(command)), last);
    }
    if command.has_subcommands() {
        let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        let shown = shown.map(|sub| Candidate::new(sub.get_name(), &first_line(sub.get_about())));
        return whole(Wanted::Fixed(shown.collect()), last);
    }
    let places: Vec<&Arg> = command.get_positionals().collect();
    let place = places
        .get(positionals)
        .or_else(|| places.last().filter(|last| is_repeated(last)));
    // `--scale web=3`, `scale web=3`: only the name is known.
    whole(
        place.map_or_else(|| Wanted::Fixed(Vec::new()), |place| values(place)),
        last,
    )
}

/// The option of a word whose value is the next word.
fn option_waiting<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    if word.starts_with("--") {
        return long(command, word).filter(|option| takes_value(option));
    }
    let mut letters = word[1..].chars();
    while let Some(letter) = letters.next() {
        let mut options = command.get_opts();
        if let Some(option) = options.find(|option| option.get_short() == Some(letter))
            && takes_value(option)
        {
            return letters.as_str().is_empty().then_some(option);
        }
    }
    None
}

fn long<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let name = word.strip_prefix("--")?;
    let mut options = command.get_opts();
    options.find(|option| option.get_long() == Some(name))
}

/// Whether the next word is its value: not where one may be left out.
fn takes_value(option: &Arg) -> bool {
    let takes = matches!(option.get_action(), ArgAction::Set | ArgAction::Append);
    takes && !option.is_require_equals_set()
}

fn is_repeated(place: &Arg) -> bool {
    matches!(place.get_action(), ArgAction::Append)
}

/// What could be the value of an option or of a place.
fn values(arg: &Arg) -> Wanted {
    let possible = arg.get_possible_values();
    if !possible.is_empty() {
        let values = possible.iter().filter(|value| !value.is_hide_set());
        let values = values.map(|value| {
            let about = value.get_help().map(ToString::to_string);
            Candidate::new(value.get_name(), &about.unwrap_or_default())
        });
        return Wanted::Fixed(values.collect());
    }
    let name = arg.get_value_names().and_then(<[_]>::first);
    match (arg.get_long(), name.map(clap::builder::Str::as_str)) {
        (Some("project-name"), _) => Wanted::Projects,
        (Some("profile"), _) => Wanted::Profiles,
        (_, Some(name)) if name.starts_with("SERVICE") && !name.contains('=') => Wanted::Services,
        (_, Some("FORMAT")) => Wanted::Fixed(vec![
            Candidate::new("table", ""),
            Candidate::new("json", ""),
        ]),
        _ => Wanted::Files,
    }
}

fn flags(command: &Command) -> Vec<Candidate> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let mut flags: Vec<Candidate> = shown
        .filter_map(|arg| {
            let about = first_line(arg.get_help());
            Some(Candidate::new(&format!("--{}", arg.get_long()?), &about))
        })
        .collect();
    flags.sort_by(|a, b| a.value.cmp(&b.value));
    flags
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn asked_of(line: &str) -> Asked {
        let mut command = Cli::command();
        command.build();
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        asked(&command, &words)
    }

    fn offered(line: &str) -> Vec<String> {
        let asked = asked_of(line);
        match asked.wanted {
            Wanted::Fixed(values) => values
                .into_iter()
                .filter(|candidate| candidate.value.starts_with(&asked.begun))
                .map(|candidate| format!("{}{}", asked.prefix, candidate.value))
                .collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn commands_flags_and_values_are_offered() {
        for (line, expected) in [
            ("lo", &["logs"][..]),
            ("-p shop -f x.yaml im", &["images"]),
            ("ps --orp", &["--orphans"]),
            ("logs --no-l", &["--no-log-prefix"]),
            ("ls --format ", &["table", "json"]),
            ("ls --format=j", &["--format=json"]),
            ("--progress pl", &["plain"]),
            ("completion ", &["bash", "zsh", "fish"]),
            ("port web ", &["Files"]),
            ("port ", &["Services"]),
            ("logs -f web ", &["Services"]),
            ("logs -fn 5 ", &["Services"]),
            ("logs --tail ", &["Files"]),
            ("-p ", &["Projects"]),
            ("--profile ", &["Profiles"]),
            ("-f ", &["Files"]),
            ("ls x", &[]),
            ("up -- --a", &["Services"]),
        ] {
            assert_eq!(offered(line), expected, "{line}");
        }
        assert!(offered("").contains(&"up".to_owned()));
        assert!(offered("up --").contains(&"--dry-run".to_owned()));
    }

    #[test]
    fn the_options_of_windlass_itself_are_told_apart() {
        assert_eq!(asked_of("-p shop logs ").before, 2);
        assert_eq!(asked_of("-p shop --env-file ").before, 2);
    }
}
