//! `windlass completion`, and what the scripts it prints ask for at each press of the key.

mod candidates;

use std::ffi::OsString;

use clap::{Args, CommandFactory, Parser, ValueEnum};

use super::place::Place;
use super::scope::{Scope, print};
use super::{Called, Cli, Ended};
use crate::engine::Engine;
use crate::loader::LoadOptions;
use candidates::{Candidate, Wanted};

/// The word by which the scripts, and docker where this is its plugin, ask what could stand at the end of a line.
pub(super) const ASK: &str = "__complete";

/// Print a script that lets the shell complete commands, flags, services and projects
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "bash: windlass completion bash > ~/.local/share/bash-completion/completions/windlass\n\
                  zsh:  windlass completion zsh > a folder of $fpath, as _windlass\n\
                  fish: windlass completion fish > ~/.config/fish/completions/windlass.fish"
)]
pub(super) struct CompletionArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    // Bash
    Bash,
    // Zsh
    Zsh,
    // Fish
    Fish,
}

pub(super) fn run(args: &CompletionArgs, scope: &Scope) -> Ended {
    print(&script(args.shell, scope.called))?;
    Ok(0)
}

fn script(shell: Shell, called: Called) -> String {
    let script = match shell {
        Shell::Bash => include_str!("completion/windlass.bash"),
        Shell::Zsh => include_str!("completion/windlass.zsh"),
        Shell::Fish => include_str!("completion/windlass.fish"),
    };
    match called {
        Called::Windlass => script.to_owned(),
        Called::DockerCompose => script
            .replace("_windlass", "_docker_compose")
            .replace("windlass", "docker-compose"),
    }
}

/// Answers what the last word could become: one candidate a line, behind a tab what it is, and at the end a line that
/// says whether names of files fit, too (`:0`) or not (`:4`), as docker wants it of its plugins.
pub(super) fn answer(words: &[OsString], called: Called) -> u8 {
    let words: Vec<String> = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let command = {
        let mut command = Cli::command();
        command.build();
        command
    };
    let asked = candidates::asked(&command, &words);
    let values = match asked.wanted {
        Wanted::Fixed(values) => values,
        Wanted::Files => return u8::from(print(":0\n").is_err()),
        Wanted::Services | Wanted::Projects | Wanted::Profiles => {
            live(&asked.wanted, &words[..asked.before], called)
        }
    };
    let mut lines = String::new();
    for Candidate { value, about } in &values {
        if value.starts_with(&asked.begun) {
            let tab = if about.is_empty() { "" } else { "\t" };
            lines.extend([&asked.prefix, value, tab, about, "\n"]);
        }
    }
    u8::from(print(&format!("{lines}:4\n")).is_err())
}

/// What the stack file and the engine have now; nothing where they cannot be asked: a key press is no time for errors.
fn live(wanted: &Wanted, options: &[String], called: Called) -> Vec<Candidate> {
    let name = "windlass".to_owned();
    let Ok(cli) = Cli::try_parse_from(std::iter::once(&name).chain(options)) else {
        return Vec::new();
    };
    let mut scope = Scope::new(cli.global, called);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Vec::new();
    };
    runtime.block_on(async {
        match wanted {
            Wanted::Projects => projects(&scope).await,
            Wanted::Services => {
                scope.find_project(Place::Project).await;
                services(&scope).await
            }
            _ => match scope.load_silently(LoadOptions::default()) {
                Ok(loaded) => loaded
                    .profiles
                    .iter()
                    .map(|name| Candidate::new(name, ""))
                    .collect(),
                Err(_) => Vec::new(),
            },
        }
    })
}

async fn projects(scope: &Scope) -> Vec<Candidate> {
    let Ok(engine) = scope.connect().await else {
        return Vec::new();
    };
    let containers = engine.project_containers(None, true).await;
    let mut names: Vec<String> = containers
        .unwrap_or_default()
        .into_iter()
        .map(|container| container.project)
        .collect();
    names.sort();
    names.dedup();
    names.iter().map(|name| Candidate::new(name, "")).collect()
}

/// The services of the stack file; of the containers where it cannot be read and the project is named.
async fn services(scope: &Scope) -> Vec<Candidate> {
    if let Ok(loaded) = scope.load_silently(LoadOptions::default())
        && let Some(project) = loaded.project
    {
        return project
            .services
            .values()
            .map(|service| Candidate::new(service.name.as_str(), &service.spec.image))
            .collect();
    }
    let named = scope.global.project_name.as_deref();
    let Some(name) = named.and_then(|name| crate::model::ProjectName::new(name).ok()) else {
        return Vec::new();
    };
    let Ok(engine) = scope.connect().await else {
        return Vec::new();
    };
    let containers = engine.containers(&name).await.unwrap_or_default();
    let mut services: Vec<&str> = containers.iter().filter_map(|one| one.service()).collect();
    services.dedup();
    services
        .iter()
        .map(|name| Candidate::new(name, ""))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_are_for_the_name_the_program_has() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let ours = script(shell, Called::Windlass);
            assert!(ours.contains(ASK) && ours.contains("windlass"), "{ours}");
            let theirs = script(shell, Called::DockerCompose);
            assert!(
                theirs.contains("docker-compose") && !theirs.contains("windlass"),
                "{theirs}"
            );
        }
    }
}
