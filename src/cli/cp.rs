//! `windlass cp`.

mod inward;
mod outward;

use clap::Args;

use super::Ended;
use super::error::CliError;
use super::replica;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::state::Container;

/// Copy files between a service's containers and this machine
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    override_usage = "windlass cp [OPTIONS] SERVICE:SOURCE DESTINATION|-\n       \
                      windlass cp [OPTIONS] SOURCE|- SERVICE:DESTINATION",
    after_help = "`-` is a tar archive on standard output or input. A folder is copied into one that is there, or gets\n\
                  the name of one that isn't; `FOLDER/.` is what is in it. All replicas get what is copied to a service."
)]
pub(super) struct CpArgs {
    /// What to copy
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Where to
    #[arg(value_name = "DESTINATION")]
    destination: String,
    /// Containers of `run` too
    #[arg(long)]
    all: bool,
    /// Keep owners as they are
    #[arg(short, long)]
    archive: bool,
    /// Copy what a link leads to
    #[arg(short = 'L', long)]
    follow_link: bool,
    /// Number of the replica
    #[arg(long, value_name = "NUMBER")]
    index: Option<u32>,
}

/// One side of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A path of this machine, or `-`.
    Here(&'a str),
    /// A path in containers of a service.
    Inside { service: &'a str, path: &'a str },
}

impl<'a> Place<'a> {
    /// Reads `PATH` or `SERVICE:PATH`; a path that begins with `/` or `.` may hold colons.
    fn read(text: &'a str) -> Self {
        match text.split_once(':') {
            Some((service, path)) if !text.starts_with(['/', '.']) => {
                Self::Inside { service, path }
            }
            _ => Self::Here(text),
        }
    }
}

pub(super) async fn run(args: &CpArgs, scope: &Scope) -> Ended {
    let (source, destination) = (Place::read(&args.source), Place::read(&args.destination));
    let (service, is_inward) = match (&source, &destination) {
        (Place::Inside { .. }, Place::Inside { .. }) => {
            return Err(CliError::Usage(
                "copying between services is not supported".to_owned(),
            ));
        }
        (Place::Here(_), Place::Here(_)) => {
            return Err(CliError::Usage(
                "unknown copy direction: one of the paths is written SERVICE:PATH".to_owned(),
            ));
        }
        (Place::Inside { service, .. }, _) => (*service, false),
        (_, Place::Inside { service, .. }) => (*service, true),
    };
    let (project, _) = scope.project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let all = engine.containers(&project.name).await?;
    let mut containers = replica::of(&all, service, args.index, args.all)?;
    if !is_inward {
        containers.truncate(1);
    }
    if args.source == "-" && containers.len() > 1 {
        return Err(CliError::Usage(format!(
            "standard input can be copied to one container only, and {service} has {}: name one with --index",
            containers.len()
        )));
    }
    for container in containers {
        let name = &container.name;
        let (from, to) = match (&source, &destination) {
            (Place::Here(from), Place::Inside { path, .. }) => (*from, format!("{name}:{path}")),
            (Place::Inside { path, .. }, Place::Here(to)) => (*path, (*to).to_owned()),
            _ => continue,
        };
        let from = if is_inward {
            from.to_owned()
        } else {
            format!("{name}:{from}")
        };
        if scope.global.dry_run {
            scope.say(&format!(" Container {name} would copy {from} to {to}"));
            continue;
        }
        scope.say(&format!(" Container {name} Copying {from} to {to}"));
        let copied = async {
            match (&source, &destination) {
                (Place::Here(here), Place::Inside { path, .. }) => {
                    inward::copy(&engine, container, here, path, args).await
                }
                (Place::Inside { path, .. }, Place::Here(here)) => {
                    outward::copy(&engine, container, path, here, args).await
                }
                _ => Ok(()),
            }
        };
        tokio::select! {
            copied = copied => copied?,
            () = interrupts.next() => return Ok(130),
        }
        scope.say(&format!(" Container {name} Copied {from} to {to}"));
    }
    Ok(0)
}

/// The folder that a path in a container is in, and its name there.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => ("/", path),
    }
}

/// Where a link in a container leads to.
fn follow(path: &str, link: &str) -> String {
    if link.starts_with('/') {
        link.to_owned()
    } else {
        format!("{}/{link}", split(path).0)
    }
}

/// Whether a path stands for what is in a folder, not for the folder.
fn is_content(path: &str) -> bool {
    path == "." || path.ends_with("/.")
}

fn not_possible(container: &Container, message: &str) -> CliError {
    CliError::Usage(format!("{}: {message}", container.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let inside = |service, path| Place::Inside { service, path };
        for (text, expected) in [
            ("web:/etc", inside("web", "/etc")),
            ("web:a:b", inside("web", "a:b")),
            ("web:", inside("web", "")),
            ("/a:b", Place::Here("/a:b")),
            ("./a:b", Place::Here("./a:b")),
            ("a", Place::Here("a")),
            ("-", Place::Here("-")),
        ] {
            assert_eq!(Place::read(text), expected, "{text}");
        }
    }

    #[test]
    fn paths_in_containers_are_taken_apart() {
        for (path, expected) in [
            ("/a", ("/", "a")),
            ("/a/b/", ("/a", "b")),
            ("a", ("/", "a")),
            ("/", ("/", "")),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
        assert_eq!(follow("/a/b", "c"), "/a/c");
        assert_eq!(follow("/a/b", "/c"), "/c");
        assert!(is_content("/a/.") && is_content(".") && !is_content("/a."));
    }
}
