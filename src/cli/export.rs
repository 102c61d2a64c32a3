//! `windlass export`.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::StreamExt;

use super::Ended;
use super::error::CliError;
use super::replica;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::engine::docker::DockerEngine;
use crate::state::Container;

/// Write the files of a container as a tar archive
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct ExportArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The replica of this number (default: the first that runs)
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// Write to a file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(args: &ExportArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    let container = replica::running(&containers, &args.service, args.index)?;
    check(args.output.as_deref())?;
    if scope.global.dry_run {
        scope.say(&format!(" Container {} would be exported", container.name));
        return Ok(0);
    }
    scope.say(&format!(" Container {} Exporting", container.name));
    tokio::select! {
        result = export(&engine, container, args.output.as_deref()) => result?,
        () = interrupts.next() => {
            if let Some(file) = &args.output {
                // It may not be there yet.
                let _ = fs::remove_file(partial(file));
            }
            return Ok(130);
        }
    }
    scope.say(&format!(" Container {} Exported", container.name));
    Ok(0)
}

/// An archive is nothing to look at, and a folder that is not there is told before anything is read.
fn check(output: Option<&Path>) -> Result<(), CliError> {
    let Some(file) = output else {
        return if io::stdout().is_terminal() {
            Err(CliError::Usage(
                "the archive would go to the terminal: name a file with -o, or redirect the output"
                    .to_owned(),
            ))
        } else {
            Ok(())
        };
    };
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if file.is_dir() {
        let file = file.display();
        return Err(CliError::Usage(format!(
            "failed to export container: invalid output path: \"{file}\" is a directory"
        )));
    }
    if folder.is_dir() {
        Ok(())
    } else {
        let folder = folder.display();
        Err(CliError::Usage(format!(
            "failed to export container: invalid output path: directory \"{folder}\" does not exist"
        )))
    }
}

async fn export(
    engine: &DockerEngine,
    container: &Container,
    output: Option<&Path>,
) -> Result<(), CliError> {
    let Some(file) = output else {
        return copy(engine, container, &mut io::stdout().lock()).await;
    };
    // Half an archive must not be taken for a whole one.
    let partial = partial(file);
    let mut out = BufWriter::new(File::create(&partial)?);
    let copied = copy(engine, container, &mut out).await;
    if copied.is_ok() {
        fs::rename(&partial, file)?;
    } else {
        let _ = fs::remove_file(&partial);
    }
    copied
}

/// The file's name until all of it is there.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}

async fn copy(
    engine: &DockerEngine,
    container: &Container,
    out: &mut impl Write,
) -> Result<(), CliError> {
    let mut pieces = engine.export(&container.id);
    while let Some(piece) = pieces.next().await.transpose()? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}
