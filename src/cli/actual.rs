//! Commands that work on what is there: with the stack file, or by the project's name alone.

use std::time::Duration;

use super::Ended;
use super::apply::{Wishes, apply};
use super::error::CliError;
use super::lock::{self, Lock};
use super::scope::{Known, Scope};
use super::service;
use super::signal::Interrupts;
use super::up::service_names;
use crate::engine::Engine;
use crate::engine::docker::DockerEngine;
use crate::model::{Project, ServiceName};
use crate::plan::{LeftOut, Plan};
use crate::reconcile::{gather, observe};
use crate::state::{ActualState, Container, Status};
use crate::ui;
use crate::ui::Mode;
use crate::ui::mask::Mask;

/// A project, and what the engine has of it.
pub(super) struct Actual {
    pub(super) project: Project,
    pub(super) known: Known,
    pub(super) state: ActualState,
    pub(super) engine: DockerEngine,
    pub(super) interrupts: Interrupts,
    pub(super) mask: Mask,
    /// How progress is shown.
    pub(super) mode: Mode,
    _lock: Option<Lock>,
}

/// Whether a command waits for another windlass that works on the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It does.
    Wait,
    /// It is urgent.
    Now,
}

impl Actual {
    /// Loads the project, or takes its name, and looks at what is there.
    pub(super) async fn observe(turn: Turn, scope: &Scope) -> Result<Self, CliError> {
        let (project, known) = scope.project_or_name()?;
        let mut interrupts = Interrupts::listen()?;
        let engine = scope.connect().await?;
        let lock = if scope.global.dry_run || turn == Turn::Now {
            None
        } else {
            let address = &engine.about().address;
            Some(lock::hold(address, &project.name, &mut interrupts, scope).await?)
        };
        let state = observe(&engine, &project).await?;
        Ok(Self {
            mask: Mask::of(&project, &state.containers),
            project,
            known,
            state,
            engine,
            interrupts,
            mode: scope.mode,
            _lock: lock,
        })
    }

    /// Loads the project from its files, and looks at what is there. Its images are no business of others who work on
    /// it: nobody is waited for.
    pub(super) async fn of_files(services: &[String], scope: &Scope) -> Result<Self, CliError> {
        let project = scope.project_as_written(services)?;
        let interrupts = Interrupts::listen()?;
        let engine = scope.connect().await?;
        let state = observe(&engine, &project).await?;
        Ok(Self {
            mask: Mask::of(&project, &state.containers),
            project,
            known: Known::Files,
            state,
            engine,
            interrupts,
            mode: scope.mode,
            _lock: None,
        })
    }

    /// Reads what containers that never ran are granted: whoever made them may have been interrupted before it was in
    /// them.
    ///
    /// # Errors
    /// [`CliError::Inputs`] where some of it cannot be had.
    pub(super) fn read_grants(&mut self) -> Result<(), CliError> {
        let mut part = self.project.clone();
        part.services.retain(|name, _| {
            let is_new = |container: &Container| {
                container.status == Status::Created && container.service() == Some(name.as_str())
            };
            self.state.containers.iter().any(is_new)
        });
        let part = gather(part).map_err(CliError::Inputs)?.project;
        // Of the others what is known stays, so that it is masked.
        let configs = part.configs.into_iter();
        let configs = configs.filter(|(_, config)| config.content.is_some());
        self.project.configs.extend(configs);
        let secrets = part.secrets.into_iter();
        let secrets = secrets.filter(|(_, secret)| secret.content.is_some());
        self.project.secrets.extend(secrets);
        self.mask = Mask::of(&self.project, &self.state.containers);
        Ok(())
    }

    /// Tells of images that nothing is done for, and why.
    pub(super) fn leave_out(&self, left_out: &[LeftOut], scope: &Scope) {
        for LeftOut { image, why } in left_out {
            if self.mode == scope.mode {
                scope.say(&format!(" {image} Skipped: {why}"));
            }
        }
    }

    /// The services that the command is for: those that the user names, else those of the stack file in its active
    /// profiles, else all that have containers.
    ///
    /// # Errors
    /// [`CliError::NoSuchService`] where neither the file nor the engine has one of that name.
    pub(super) fn services(&self, named: &[String]) -> Result<Vec<ServiceName>, CliError> {
        service::check(named, &self.project, &self.state.containers)?;
        if !named.is_empty() {
            return service_names(named);
        }
        if self.known == Known::Files {
            return Ok(self.project.services.keys().cloned().collect());
        }
        let mut services: Vec<ServiceName> = Vec::new();
        for container in &self.state.containers {
            let name = container
                .service()
                .and_then(|name| ServiceName::new(name).ok());
            services.extend(name.filter(|name| !services.contains(name)));
        }
        Ok(services)
    }

    /// The same, but of services that the user doesn't name only those that have containers, as far as there are any.
    pub(super) fn services_with_containers(
        &self,
        named: &[String],
    ) -> Result<Vec<ServiceName>, CliError> {
        let services = self.services(named)?;
        if !named.is_empty() {
            return Ok(services);
        }
        let has_some = |name: &&ServiceName| {
            let mut containers = self.state.containers.iter();
            containers.any(|container| container.is_replica_of(name))
        };
        let there: Vec<ServiceName> = services.iter().filter(has_some).cloned().collect();
        Ok(if there.is_empty() { services } else { there })
    }

    /// Applies a plan, or shows it where the user only wants to see it.
    pub(super) async fn apply(
        &mut self,
        plan: &Plan,
        title: &str,
        wait_timeout: Option<Duration>,
        scope: &Scope,
    ) -> Ended {
        scope.warn(&ui::plan::warnings(&plan.warnings), &self.mask);
        if plan.steps.is_empty() && !scope.global.dry_run {
            scope.say(&format!("{}: nothing to {title}", self.project.name));
            return Ok(0);
        }
        let wishes = Wishes {
            title,
            mode: self.mode,
            mask: &self.mask,
            wait_timeout,
            health: None,
            quiet_pull: false,
            quiet_build: false,
        };
        apply(
            plan,
            &self.state,
            &self.engine,
            &wishes,
            &mut self.interrupts,
            scope,
        )
        .await?;
        Ok(0)
    }
}
