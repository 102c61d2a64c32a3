//! The service as `run` is to run it: the stack file's, with what the command line says.

use std::fmt::Write as _;

use serde_json::json;

use super::{RunArgs, wants_terminal};
use crate::cli::error::CliError;
use crate::cli::exec::variables;
use crate::cli::scope::Scope;
use crate::loader::{self, LoadOptions};
use crate::model::{Project, Service, VolumeName};

/// What is to be run.
pub(super) struct Asked {
    /// The project, whose own service stays as the file says, so that its replicas are not taken for others.
    pub(super) project: Project,
    /// The service with the flags in it.
    pub(super) service: Service,
    /// Volumes that only the flags name.
    pub(super) implied_volumes: Vec<String>,
}

/// Loads the project, and the service with the flags in it.
pub(super) fn load(args: &RunArgs, scope: &Scope) -> Result<Asked, CliError> {
    let Some((name, command)) = args.words.split_first() else {
        return Err(CliError::Usage("a service is expected".to_owned()));
    };
    if args.service_ports && !args.publish.is_empty() {
        return Err(CliError::Usage(
            "--service-ports and --publish are incompatible".to_owned(),
        ));
    }
    if args.tty.is_some() && args.no_tty.is_some() {
        return Err(CliError::Usage(
            "--tty and --no-tty can't be used together".to_owned(),
        ));
    }
    let named = std::slice::from_ref(name);
    let mut project = scope.project(named)?;
    let known = project
        .services
        .get(name.as_str())
        .ok_or_else(|| CliError::NoSuchService(name.clone()))?;
    let implied_volumes = implied_volumes(args, scope)?;
    let mut service = match in_words_of_the_file(args, name, &implied_volumes) {
        None => known.clone(),
        Some(text) => {
            let mut changed = scope.project_with(named, Some(text))?;
            // What the flags bring along, such as a volume.
            project.networks = changed.networks;
            project.volumes = changed.volumes;
            changed
                .services
                .shift_remove(name.as_str())
                .ok_or_else(|| CliError::NoSuchService(name.clone()))?
        }
    };
    change(&mut service, args, command, scope)?;
    Ok(Asked {
        project,
        service,
        implied_volumes,
    })
}

/// The volumes that are named by flags and declared by no file.
fn implied_volumes(args: &RunArgs, scope: &Scope) -> Result<Vec<String>, CliError> {
    let is_name = |source: &&str| {
        // A letter alone is a drive.
        source.len() > 1
            && source.starts_with(|first: char| first.is_ascii_alphanumeric())
            && VolumeName::new(*source).is_ok()
    };
    let sources = args
        .volumes
        .iter()
        .filter_map(|volume| volume.split_once(':'));
    let mut names: Vec<&str> = sources.map(|(source, _)| source).filter(is_name).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let declared = scope.load_silently(LoadOptions {
        all_resources: true,
        ..LoadOptions::default()
    })?;
    names.retain(|name| {
        let project = declared.project.as_ref();
        !project.is_some_and(|project| project.volumes.contains_key(*name))
    });
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// The flags whose values are written as in the stack file, as a stack file.
fn in_words_of_the_file(args: &RunArgs, service: &str, implied: &[String]) -> Option<String> {
    let mut keys = String::new();
    // Whatever is written to a text is taken.
    if !args.publish.is_empty() {
        let _ = writeln!(keys, "    ports: !override {}", json!(args.publish));
    }
    if !args.volumes.is_empty() {
        let _ = writeln!(keys, "    volumes: {}", json!(args.volumes));
    }
    match args.entrypoint.as_deref() {
        None => {}
        Some("") => keys.push_str("    entrypoint: !override []\n"),
        Some(entrypoint) => {
            let _ = writeln!(keys, "    entrypoint: !override {}", json!(entrypoint));
        }
    }
    let service = json!(service);
    // The shell has replaced the variables.
    let keys = keys.replace('$', "$$");
    let mut volumes = String::new();
    for name in implied {
        let name = json!(name);
        // By that name on the engine, too, and nobody's who takes the project down.
        let _ = writeln!(volumes, "  {name}: {{name: {name}, external: true}}");
    }
    let volumes = if volumes.is_empty() {
        volumes
    } else {
        format!("volumes:\n{volumes}")
    };
    (!keys.is_empty()).then(|| format!("services:\n  {service}:\n{keys}{volumes}"))
}

/// Changes what needs no reading.
fn change(
    service: &mut Service,
    args: &RunArgs,
    command: &[String],
    scope: &Scope,
) -> Result<(), CliError> {
    let environment = environment(args, scope)?;
    let spec = &mut service.spec;
    spec.tty = wants_terminal(args);
    spec.stdin_open = args.interactive.unwrap_or(true);
    spec.container_name.clone_from(&args.name);
    if !command.is_empty() {
        spec.command = Some(command.to_vec());
    } else if args.entrypoint.is_some() {
        spec.command = Some(Vec::new());
    }
    if !args.service_ports && args.publish.is_empty() {
        spec.ports.clear();
    }
    for (value, field) in [
        (&args.user, &mut spec.user),
        (&args.workdir, &mut spec.working_dir),
    ] {
        if value.is_some() {
            field.clone_from(value);
        }
    }
    spec.cap_drop
        .retain(|capability| !args.cap_add.contains(capability));
    spec.cap_add
        .retain(|capability| !args.cap_drop.contains(capability));
    spec.cap_add.extend(args.cap_add.iter().cloned());
    spec.cap_drop.extend(args.cap_drop.iter().cloned());
    spec.environment.extend(environment);
    for label in &args.labels {
        let Some((key, value)) = label.split_once('=') else {
            return Err(CliError::Usage(format!(
                "label must be set as KEY=VALUE, and `{label}` is not"
            )));
        };
        spec.labels.insert(key.to_owned(), value.to_owned());
    }
    Ok(())
}

/// The variables of the command line; those of `-e` win over those of files.
fn environment(args: &RunArgs, scope: &Scope) -> Result<Vec<(String, String)>, CliError> {
    let own = variables(&args.env, scope)?;
    if args.env_from_file.is_empty() {
        return Ok(own.into_iter().collect());
    }
    let mut known = loader::environment(&scope.load_request()?);
    known.extend(own.clone());
    let mut all = loader::env_files(&args.env_from_file, &known).map_err(CliError::Load)?;
    all.extend(own);
    Ok(all)
}
