//! Plans in files: written by `plan -o`, applied by `windlass apply`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use super::Ended;
use super::apply::{Applied, Wishes, apply};
use super::doubt;
use super::error::CliError;
use super::lock;
use super::plan::raise_options;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::model::Project;
use crate::plan::{self, Plan, SavedPlan};
use crate::reconcile::observe;
use crate::ui;
use crate::ui::mask::Mask;
use crate::ui::report::Report;

/// The version of the file's form.
const FORMAT: u32 = 1;
/// Bytes of chance in front of what is digested.
const SALT: usize = 16;

/// What a plan is made of beside the stack file and the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct Asked {
    pub(super) services: Vec<String>,
    pub(super) no_deps: bool,
    pub(super) build: bool,
    pub(super) remove_orphans: bool,
    pub(super) ignore_orphans: bool,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    format: u32,
    project: String,
    /// The engine's address.
    engine: String,
    files: Vec<PathBuf>,
    project_directory: PathBuf,
    env_files: Vec<PathBuf>,
    profiles: Vec<String>,
    asked: Asked,
    plan: SavedPlan,
}

/// Writes a plan into a file that only this user can read.
pub(super) fn save(
    file: &Path,
    plan: &Plan,
    project: &Project,
    asked: Asked,
    engine: &str,
    mask: &Mask,
    scope: &Scope,
) -> Result<(), CliError> {
    if scope.load_request_wants_stdin()? {
        return Err(CliError::Usage(
            "a plan of a stack from standard input cannot be kept: it could not be read again"
                .to_owned(),
        ));
    }
    let here = std::env::current_dir()?;
    let env_files = scope.global.env_files.iter();
    let saved = Saved {
        format: FORMAT,
        project: project.name.to_string(),
        engine: engine.to_owned(),
        files: project.files.clone(),
        project_directory: project.working_dir.clone(),
        env_files: env_files.map(|file| here.join(file)).collect(),
        profiles: scope.global.profiles.clone(),
        asked,
        plan: SavedPlan::of(plan, &salt()?, |text| mask.text(text)),
    };
    let mut out = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    let text = serde_json::to_string_pretty(&saved).map_err(std::io::Error::from)?;
    writeln!(out, "{text}")?;
    Ok(())
}

fn salt() -> Result<String, CliError> {
    let mut bytes = [0; SALT];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
    Ok(hex.collect())
}

/// Apply a plan that `windlass plan -o FILE` wrote, if it still holds
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "The stack file is read and the engine looked at again: where either is no longer as when the\n\
                  plan was made, nothing is done, and what moved is named."
)]
pub(super) struct ApplyArgs {
    /// The file with the plan
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) async fn run(args: &ApplyArgs, scope: &Scope) -> Ended {
    let saved = read(&args.file)?;
    let scope = &scope.of_saved(
        &saved.files,
        &saved.project_directory,
        &saved.project,
        &saved.env_files,
        &saved.profiles,
    )?;
    let project = scope.project(&saved.asked.services)?;
    let options = raise_options(&saved.asked)?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let address = &engine.about().address;
    if *address != saved.engine {
        let moved = vec![format!("the engine: {} -> {address}", saved.engine)];
        return Err(no_longer(&args.file, &moved, &Mask::default()));
    }
    let _lock = lock::hold(address, &project.name, &mut interrupts, scope).await?;
    let state = observe(&engine, &project).await?;
    let plan = plan::up(&project, &state, &options)?;
    let mask = Mask::of(&project, &state.containers);
    let now = SavedPlan::of(&plan, &saved.plan.salt, |text| mask.text(text));
    let moved = saved.plan.moved(&now);
    if !moved.is_empty() {
        return Err(no_longer(&args.file, &moved, &mask));
    }
    doubt::tell(&plan, &project, engine.about(), &mask, scope);
    let wishes = Wishes {
        title: "apply",
        mode: scope.mode,
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull: false,
        quiet_build: false,
    };
    let applied = apply(&plan, &state, &engine, &wishes, &mut interrupts, scope).await?;
    if applied == Applied::Done && plan.is_empty() {
        scope.say(&ui::plan::nothing_to_do(&project));
    }
    Ok(0)
}

fn read(path: &Path) -> Result<Saved, CliError> {
    let no_plan = |why: &str| {
        CliError::Usage(format!(
            "{} is no plan that can be applied: {why}",
            path.display()
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|error| no_plan(&error.to_string()))?;
    let saved: Saved = serde_json::from_str(&text).map_err(|error| no_plan(&error.to_string()))?;
    if saved.format != FORMAT {
        return Err(no_plan("another version of windlass wrote it"));
    }
    Ok(saved)
}

fn no_longer(file: &Path, moved: &[String], mask: &Mask) -> CliError {
    let moved = moved.iter().map(|line| mask.text(line));
    let file = file.display();
    let report = Report::new(format!(
        "the plan in {file} no longer holds, and nothing was changed"
    ));
    CliError::Preflight(vec![report.evidence("what moved since", moved).hint(
        "`windlass plan` shows what is to be done now; with -o it keeps that plan",
    )])
}
