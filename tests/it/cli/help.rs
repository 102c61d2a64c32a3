//! The help of every command, word for word. `WRITE_HELP=1 cargo test --test it help` writes it anew.

use std::path::Path;
use std::process::Command;

use regex::Regex;

/// What the program answers to `--help`, alone or behind a command.
fn help(command: Option<&str>) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_windlass"));
    program.env_clear().env("COLUMNS", "100");
    let output = program.args(command).arg("--help").output();
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).expect("help is text")
}

#[test]
fn the_help_of_every_command_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/help");
    let whole = help(None);
    let listed = whole.split("Commands:\n").nth(1).expect("commands");
    let listed = listed.split("\n\n").next().unwrap_or_default();
    let names = Regex::new(r"(?m)^  ([a-z-]+)").expect("a pattern");
    let names: Vec<&str> = names
        .captures_iter(listed)
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .collect();
    assert!(names.contains(&"up"), "{names:?}");
    let mut helps = vec![("windlass", whole.clone())];
    helps.extend(names.into_iter().map(|name| (name, help(Some(name)))));

    let mut faults = Vec::new();
    for (name, help) in helps {
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("WRITE_HELP").is_some() {
            std::fs::write(&file, &help).expect("the file is written");
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        if known != help {
            faults.push(format!(
                "{} is not the help of {name}, which is\n{help}",
                file.display()
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
