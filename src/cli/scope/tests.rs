use clap::Parser;

use super::*;
use crate::cli::Cli;
use crate::reconcile::Parallel;

fn settings_of(dot_env: &str, shell: &[(&str, &str)]) -> (Global, BTreeMap<String, String>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(".env"), dot_env).expect("a file");
    let folder = folder.path().to_str().expect("a name in letters");
    let args = ["windlass", "--project-directory", folder, "up"];
    let global = Cli::try_parse_from(args).expect("a command line").global;
    let shell = shell
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = settings(&global, &shell.collect());
    (global, settings)
}

#[test]
fn the_shell_wins_over_the_projects_settings() {
    let dot_env =
        "COMPOSE_REMOVE_ORPHANS=1\nCOMPOSE_IGNORE_ORPHANS=1\nCOMPOSE_ANSI=always\nOTHER=x\n";
    let (global, settings) = settings_of(dot_env, &[("COMPOSE_IGNORE_ORPHANS", "0"), ("A", "a")]);
    let listed: Vec<_> = settings
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let expected = [
        "A=a",
        "COMPOSE_ANSI=always",
        "COMPOSE_IGNORE_ORPHANS=0",
        "COMPOSE_REMOVE_ORPHANS=1",
    ];
    assert_eq!(listed, expected);
    assert_eq!(global.ansi(&settings), Ansi::Always);
}

#[test]
fn a_limit_of_engine_calls_can_be_a_setting() {
    for (value, limit) in [
        ("3", Parallel::AtMost(3)),
        ("-1", Parallel::Unlimited),
        ("0", Parallel::Unlimited),
        ("", Parallel::Engine),
    ] {
        let (global, settings) = settings_of(&format!("COMPOSE_PARALLEL_LIMIT={value}\n"), &[]);
        let found = global.parallel(&settings).expect(value);
        assert_eq!(found, limit, "{value}");
    }
}

#[test]
fn settings_that_cannot_be_read_are_none() {
    let (global, settings) = settings_of("A=${\n", &[("A", "a")]);
    assert_eq!(settings.get("A").map(String::as_str), Some("a"));
    assert_eq!(global.ansi(&settings), Ansi::Auto);
}
