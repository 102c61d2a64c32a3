//! What the documents say is so: their commands exist, their examples load.

mod guide;
mod stack_file;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn windlass(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
    command.args(args).env_clear();
    command
}

/// What the program says about a command; none where it knows no such command.
fn help(command: &str) -> Option<String> {
    let output = windlass(&[command, "--help"]).output().unwrap();
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).unwrap())
}

/// README files: the project's and those of the examples.
fn documents() -> Vec<PathBuf> {
    let examples = examples()
        .into_iter()
        .map(|folder| folder.join("README.md"));
    std::iter::once(root().join("README.md"))
        .chain(guides())
        .chain(examples.filter(|path| path.exists()))
        .collect()
}

/// What leads from docker's commands to windlass's, in each language.
fn guides() -> [PathBuf; 2] {
    ["README.md", "README.ru.md"].map(|name| root().join("examples").join(name))
}

/// The folders of `examples/`.
fn examples() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("examples")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_dir()).collect()
}

/// Options before the command that are followed by a value.
const VALUED: [&str; 3] = ["-p", "-f", "--profile"];

/// The commands with their flags that a text shows in code: `windlass up -d --wait`.
fn commands(text: &str) -> BTreeSet<(String, Vec<String>)> {
    let code = Regex::new(r"(?m)`([^`\n]+)`|^(?:    |\$ )(.+)$").unwrap();
    let mut found = BTreeSet::new();
    for code in code.captures_iter(text) {
        let line = code.get(1).or(code.get(2)).map_or("", |text| text.as_str());
        // Comments, and what the shell does with the output, are no part of the command.
        let line = line
            .split(['#', '|', '>', ';', '&'])
            .next()
            .unwrap_or_default();
        let mut words = line.split_whitespace();
        if words
            .by_ref()
            .find(|word| word.ends_with("windlass"))
            .is_none()
        {
            continue;
        }
        let words: Vec<&str> = words.collect();
        let value = |index: usize| index > 0 && VALUED.contains(&words[index - 1]);
        let command = words
            .iter()
            .enumerate()
            .find(|(index, word)| !word.starts_with('-') && !value(*index));
        let Some((at, command)) = command else {
            continue;
        };
        // What stands before the command is the program's, and after `exec SERVICE` and `run SERVICE` another one's.
        let others = matches!(*command, "exec" | "run" | "from-run");
        let mine = words[at + 1..]
            .iter()
            .take_while(|word| !others || word.starts_with('-'));
        let flags = mine.filter(|word| word.starts_with('-'));
        let flags = flags.map(|flag| flag.split('=').next().unwrap_or_default().to_owned());
        found.insert(((*command).to_owned(), flags.collect()));
    }
    found
}

#[test]
fn commands_of_the_documents_exist_with_their_flags() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for (command, flags) in commands(&text) {
            // A word that cannot be a command, such as a path, is no promise.
            if !command.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
                continue;
            }
            seen += 1;
            let Some(help) = help(&command) else {
                wrong.push(format!("{}: windlass {command}", document.display()));
                continue;
            };
            for flag in flags {
                let whole = Regex::new(&format!(r"{}\b", regex::escape(&flag))).unwrap();
                if !whole.is_match(&help) {
                    wrong.push(format!("{}: windlass {command} {flag}", document.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not so: {wrong:#?}");
    assert!(seen > 0, "no command found in {:?}", documents());
}

#[test]
fn targets_of_make_in_the_readme_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let made = Regex::new(r"(?m)(?:^    |`)make ([a-z-]+)").unwrap();
    let targets: Vec<_> = made.captures_iter(&readme).collect();
    assert!(!targets.is_empty());
    for target in targets {
        let rule = format!("\n{}:", &target[1]);
        assert!(makefile.contains(&rule), "make {}", &target[1]);
    }
}

#[test]
fn files_that_the_documents_point_to_exist() {
    let link = Regex::new(r"\]\(([^)#:]+)(?:#[^)]*)?\)").unwrap();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in link.captures_iter(&text) {
            let target = document.parent().unwrap().join(&link[1]);
            assert!(target.exists(), "{}: {}", document.display(), &link[1]);
        }
    }
}

#[test]
fn the_changelog_has_a_place_for_what_is_new() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        changelog.lines().any(|line| line == "## Unreleased"),
        "{changelog}"
    );
}

#[test]
fn commands_are_found_in_code_only() {
    let text = "Use windlass nothing. `windlass up -d --wait` or\n\n    $ sudo ./windlass -p x down -v  # gone\n    cargo test\n";
    let expected = [("down", vec!["-v"]), ("up", vec!["-d", "--wait"])];
    let found: Vec<_> = commands(text).into_iter().collect();
    let found: Vec<_> = found
        .iter()
        .map(|(command, flags)| (command.as_str(), flags.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(found, expected);
}
