//! How the program was called: by which name, and with which of docker's own options, as in `docker --context far windlass ps`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use clap::Args;

use super::error::CliError;

/// By which name people call the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// `windlass`, or `docker windlass`.
    Windlass,
    /// `docker-compose`, or `docker compose`.
    DockerCompose,
}

/// Docker's options that have a value.
const WITH_VALUE: [&str; 10] = [
    "--config",
    "--context",
    "-c",
    "--host",
    "-H",
    "--log-level",
    "-l",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
];
/// Docker's options that have none.
const WITHOUT_VALUE: [&str; 4] = ["--debug", "-D", "--tls", "--tlsverify"];

/// Finds out how the program was called, and takes out the word that docker puts before a plugin's own arguments, behind its own.
pub(super) fn called_as(args: &mut Vec<OsString>) -> Called {
    let name = args
        .first()
        .and_then(|path| Path::new(path).file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    if let Some(plugin) = name.strip_prefix("docker-") {
        let own = dockers_own(args.get(1..).unwrap_or_default());
        if args.get(1 + own).is_some_and(|word| word == plugin) {
            args.remove(1 + own);
        }
    }
    if name == "docker-compose" {
        Called::DockerCompose
    } else {
        Called::Windlass
    }
}

/// How many of the first words are docker's own.
fn dockers_own(words: &[OsString]) -> usize {
    let mut own = 0;
    while let Some(word) = words.get(own).and_then(|word| word.to_str()) {
        if WITH_VALUE.contains(&word) {
            own += 2;
        } else if WITHOUT_VALUE.contains(&word)
            || WITH_VALUE.iter().any(|option| holds_value(word, option))
        {
            own += 1;
        } else {
            break;
        }
    }
    own
}

/// Whether a word is an option and its value: `--host=tcp://box`, `-Htcp://box`.
fn holds_value(word: &str, option: &str) -> bool {
    let rest = word.strip_prefix(option);
    rest.is_some_and(|rest| {
        rest.starts_with('=') || (!option.starts_with("--") && !rest.is_empty())
    })
}

/// Options of docker's own client.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct DockerOptions {
    /// The engine's address
    #[arg(short = 'H', long, hide = true, value_name = "ADDRESS")]
    host: Option<String>,
    /// The docker context that names the engine
    #[arg(
        short = 'c',
        long,
        hide = true,
        value_name = "NAME",
        conflicts_with = "host"
    )]
    context: Option<String>,
    /// Docker's configuration
    #[arg(long, hide = true, value_name = "FOLDER")]
    config: Option<String>,
    /// TLS, with certificates that are checked
    #[arg(long, hide = true)]
    tlsverify: bool,
    /// Whom TLS trusts
    #[arg(long, hide = true, value_name = "FILE")]
    tlscacert: Option<String>,
    /// Who we are
    #[arg(long, hide = true, value_name = "FILE")]
    tlscert: Option<String>,
    /// The key to it
    #[arg(long, hide = true, value_name = "FILE")]
    tlskey: Option<String>,
    /// TLS, with certificates that are not checked: refused
    #[arg(long, hide = true)]
    tls: bool,
    /// Accepted and ignored
    #[arg(short = 'D', long, hide = true)]
    debug: bool,
    /// Accepted and ignored
    #[arg(short = 'l', long, hide = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl DockerOptions {
    /// Puts them into the place of the variables that say the same.
    ///
    /// # Errors
    /// For certificates that are not checked, and for files of certificates that are not in one folder under docker's names.
    pub(super) fn put(&self, environment: &mut BTreeMap<String, String>) -> Result<(), CliError> {
        let mut set =
            |name: &str, value: &str| environment.insert(name.to_owned(), value.to_owned());
        if let Some(config) = &self.config {
            set("DOCKER_CONFIG", config);
        }
        if let Some(host) = &self.host {
            set("DOCKER_HOST", host);
        }
        if let Some(context) = &self.context {
            set("DOCKER_CONTEXT", context);
            set("DOCKER_HOST", "");
        }
        if self.tlsverify {
            set("DOCKER_TLS_VERIFY", "1");
            if let Some(folder) = self.certificates()? {
                set("DOCKER_CERT_PATH", &folder);
            }
        } else if self.tls {
            let why = "--tls: windlass talks to no engine whose certificate is not checked; use --tlsverify";
            return Err(CliError::Usage(why.to_owned()));
        }
        Ok(())
    }

    /// The folder of the files that are named; none where none is.
    fn certificates(&self) -> Result<Option<String>, CliError> {
        let files = [
            (&self.tlscacert, "ca.pem"),
            (&self.tlscert, "cert.pem"),
            (&self.tlskey, "key.pem"),
        ];
        let mut folders = Vec::new();
        for (file, name) in files {
            let Some(file) = file.as_deref().map(Path::new) else {
                continue;
            };
            if !file.ends_with(name) {
                let why = format!(
                    "{} has to be called {name}, as docker calls it",
                    file.display()
                );
                return Err(CliError::Usage(why));
            }
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            folders.push(folder.unwrap_or(Path::new(".")));
        }
        folders.dedup();
        match folders[..] {
            [] => Ok(None),
            [folder] => Ok(Some(folder.display().to_string())),
            _ => Err(CliError::Usage(
                "ca.pem, cert.pem and key.pem have to be in one folder".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
