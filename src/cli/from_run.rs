//! `windlass from-run`.

mod flag;
mod stack;
mod words;

use clap::Args;
use serde_json::{Map, Value};

use super::Ended;
use super::config::yaml;
use super::error::CliError;
use super::scope::{Scope, print};
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use flag::{Kind, flags};
use stack::Stack;

/// Print the lines of a stack file that do what a `docker run` does
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(super) struct FromRunArgs {
    /// The whole command as one text in quotes, or its words
    #[arg(
        value_name = "COMMAND",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<String>,
}

pub(super) fn run(args: &FromRunArgs, scope: &Scope) -> Ended {
    let words = match args.words.as_slice() {
        [only] => words::split(only),
        // The shell has taken them apart: what is a `$` now is to stay one.
        words => Ok(words.iter().map(|word| word.replace('$', "$$")).collect()),
    };
    let converted = words.and_then(|words| convert(&words));
    let (stack, notes) = converted.map_err(CliError::Usage)?;
    let notes: Vec<Report> = notes.into_iter().map(Report::new).collect();
    scope.warn(&notes, &Mask::default());
    print(&yaml::document(&stack))?;
    Ok(0)
}

/// What a command line becomes: the stack file, and what of it has no place there.
type Converted = (Value, Vec<String>);

/// Makes a stack file of the words of a `docker run`, in which a `$` that is none of the stack file's is doubled.
fn convert(words: &[String]) -> Result<Converted, String> {
    let mut words = beginning(words)?.iter().map(String::as_str);
    let mut stack = Stack::default();
    let mut unknown: Vec<String> = Vec::new();
    let image = loop {
        let Some(word) = words.next() else {
            break None;
        };
        match word {
            "--" => break words.next(),
            "-" => break Some(word),
            _ => {}
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let Some(flag) = flags().find(|flag| flag.long.contains(&name)) else {
                unknown.push(format!("--{name}"));
                continue;
            };
            let value = match (flag.kind, value) {
                (Kind::Switch, value) => value.unwrap_or("true"),
                (Kind::Value, Some(value)) => value,
                (Kind::Value, None) => words
                    .next()
                    .ok_or_else(|| format!("--{name} has no value"))?,
            };
            (flag.set)(&mut stack, value).map_err(|why| format!("--{name} {value}: {why}"))?;
        } else if let Some(letters) = word.strip_prefix('-') {
            letters_of(letters, &mut words, &mut stack, &mut unknown)?;
        } else {
            break Some(word);
        }
    };
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(format!(
            "{unknown}: no flag of `docker run` that is known here"
        ));
    }
    let Some(image) = image else {
        return Err("no image: `docker run [FLAGS] IMAGE [COMMAND]` is expected".to_owned());
    };
    let command: Vec<Value> = words.map(Value::from).collect();
    Ok(stack.finish(image, command))
}

/// Takes `-dit`, `-p80:80`, `-p 80:80` apart.
fn letters_of<'w>(
    letters: &'w str,
    words: &mut impl Iterator<Item = &'w str>,
    stack: &mut Stack,
    unknown: &mut Vec<String>,
) -> Result<(), String> {
    for (at, letter) in letters.char_indices() {
        let Some(flag) = flags().find(|flag| flag.short == Some(letter)) else {
            unknown.push(format!("-{letter}"));
            return Ok(());
        };
        if flag.kind == Kind::Switch {
            (flag.set)(stack, "true").map_err(|why| format!("-{letter}: {why}"))?;
            continue;
        }
        let rest = &letters[at + letter.len_utf8()..];
        let value = match rest.strip_prefix('=').unwrap_or(rest) {
            "" => words
                .next()
                .ok_or_else(|| format!("-{letter} has no value"))?,
            rest => rest,
        };
        return (flag.set)(stack, value).map_err(|why| format!("-{letter} {value}: {why}"));
    }
    Ok(())
}

/// The words behind `docker run`, `sudo docker container run`, `podman run`.
fn beginning(words: &[String]) -> Result<&[String], String> {
    let run = words
        .iter()
        .take(4)
        .position(|word| word == "run" || word == "create");
    let is_before =
        |word: &String| ["sudo", "docker", "podman", "container"].contains(&word.as_str());
    match run {
        Some(run) if words[..run].iter().all(is_before) => Ok(&words[run + 1..]),
        _ => Err("`docker run ...` is expected".to_owned()),
    }
}

/// An object without fields.
fn object() -> Value {
    Value::Object(Map::new())
}

#[cfg(test)]
mod tests;
