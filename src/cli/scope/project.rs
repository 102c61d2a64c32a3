//! From the options and the environment to a project.

use std::io;

use indexmap::IndexMap;

use super::{Scope, request};
use crate::cli::error::CliError;
use crate::engine::locate::{self, Address};
use crate::loader::error::{Diagnostic, LoadError};
use crate::loader::span::Sources;
use crate::loader::{self, LoadOptions, LoadRequest, Loaded};
use crate::model::{Project, ProjectName};
use crate::reconcile::{Programs, find_programs, gather};
use crate::ui;
use crate::ui::mask::Mask;

/// What is known of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Known {
    /// What its files say.
    Files,
    /// Its name, and what the engine has of it.
    NameOnly,
}

impl Scope {
    /// What is to be loaded; reads standard input where it is a stack file.
    pub(in crate::cli) fn load_request(&self) -> Result<LoadRequest, CliError> {
        let current_dir = std::env::current_dir()?;
        let mut request = request(&self.global, &self.environment, current_dir);
        if request.wants_stdin() {
            request.stdin = Some(loader::read_stdin(io::stdin()).map_err(CliError::Load)?);
        }
        Ok(request)
    }

    /// Whether a stack file is standard input.
    pub(in crate::cli) fn load_request_wants_stdin(&self) -> Result<bool, CliError> {
        let current_dir = std::env::current_dir()?;
        Ok(request(&self.global, &self.environment, current_dir).wants_stdin())
    }

    /// Loads a stack and tells its warnings.
    pub(in crate::cli) fn load(&self, options: LoadOptions) -> Result<Loaded, CliError> {
        let loaded = self.load_silently(options)?;
        self.tell_diagnostics(&loaded.warnings, &loaded.sources);
        Ok(loaded)
    }

    /// Loads a stack.
    pub(in crate::cli) fn load_silently(&self, options: LoadOptions) -> Result<Loaded, CliError> {
        self.load_request_silently(&self.load_request()?, options)
    }

    fn load_request_silently(
        &self,
        request: &LoadRequest,
        options: LoadOptions,
    ) -> Result<Loaded, CliError> {
        let options = LoadOptions {
            current_dir: request.current_dir.clone(),
            all_resources: options.all_resources || self.global.all_resources,
            ..options
        };
        loader::load(request, &options).map_err(CliError::Load)
    }

    /// Loads the project to be carried out: all of it, or these services and what they depend on.
    pub(in crate::cli) fn project(&self, services: &[String]) -> Result<Project, CliError> {
        self.project_with(services, None)
    }

    /// The same with what the command line says in the words of a stack file.
    pub(in crate::cli) fn project_with(
        &self,
        services: &[String],
        command_line: Option<String>,
    ) -> Result<Project, CliError> {
        let request = LoadRequest {
            command_line,
            ..self.load_request()?
        };
        let options = LoadOptions {
            services: services.to_vec(),
            missing_sources: !self.is_engine_elsewhere(),
            ..LoadOptions::default()
        };
        let loaded = self.load_request_silently(&request, options)?;
        self.tell_diagnostics(&loaded.warnings, &loaded.sources);
        let mut project = self.project_of(loaded)?;
        self.set_platforms(&mut project)?;
        find_programs(&mut project, &self.programs());
        let inputs = gather(project).map_err(CliError::Inputs)?;
        let mask = Mask::of(&inputs.project, &[]);
        self.warn(&ui::plan::warnings(&inputs.warnings), &mask);
        Ok(inputs.project)
    }

    /// Loads the project without what its containers are granted: all of it, or these services and what they depend on.
    pub(in crate::cli) fn project_as_written(
        &self,
        services: &[String],
    ) -> Result<Project, CliError> {
        let mut project = self.load_project(LoadOptions {
            services: services.to_vec(),
            spare_env_files: true,
            ..LoadOptions::default()
        })?;
        self.set_platforms(&mut project)?;
        Ok(project)
    }

    /// Gives services without a platform that of `DOCKER_DEFAULT_PLATFORM`, which `.env` may set too.
    fn set_platforms(&self, project: &mut Project) -> Result<(), CliError> {
        let environment = self.project_environment();
        match environment.get("DOCKER_DEFAULT_PLATFORM") {
            Some(platform) if !platform.is_empty() => project
                .set_default_platform(platform)
                .map_err(CliError::Platform),
            _ => Ok(()),
        }
    }

    fn load_project(&self, options: LoadOptions) -> Result<Project, CliError> {
        self.project_of(self.load(options)?)
    }

    /// Loads the project; where there is no stack to load and `-p` names a project, that name is enough: its objects
    /// carry it on the engine.
    pub(in crate::cli) fn project_or_name(&self) -> Result<(Project, Known), CliError> {
        self.loaded_or_name(LoadOptions::default())
    }

    /// The same with networks and volumes that no active service uses.
    pub(in crate::cli) fn whole_project_or_name(&self) -> Result<(Project, Known), CliError> {
        self.loaded_or_name(LoadOptions {
            all_resources: true,
            ..LoadOptions::default()
        })
    }

    fn loaded_or_name(&self, options: LoadOptions) -> Result<(Project, Known), CliError> {
        // What is there already has its environment.
        let options = LoadOptions {
            spare_env_files: true,
            ..options
        };
        let name = self
            .global
            .project_name
            .as_deref()
            .or_else(|| self.variable("COMPOSE_PROJECT_NAME"))
            .filter(|_| self.global.files.is_empty() || self.is_found_by_name)
            .and_then(|name| ProjectName::new(name).ok());
        match (self.load_project(options), name) {
            (Ok(mut project), _) => {
                find_programs(&mut project, &self.programs());
                Ok((project, Known::Files))
            }
            (Err(CliError::Load(_)), Some(name)) => {
                let project = Project {
                    name,
                    separator: self.separator(),
                    working_dir: std::env::current_dir()?,
                    files: Vec::new(),
                    services: IndexMap::new(),
                    disabled_services: Vec::new(),
                    contexts: IndexMap::new(),
                    sharing: IndexMap::new(),
                    networks: IndexMap::new(),
                    volumes: IndexMap::new(),
                    configs: IndexMap::new(),
                    secrets: IndexMap::new(),
                };
                Ok((project, Known::NameOnly))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Where programs outside are looked for.
    fn programs(&self) -> Programs {
        Programs::of(&|name: &str| self.variable(name).map(str::to_owned))
    }

    /// Whether the engine is reached over a network: paths of bind mounts are those of its machine.
    fn is_engine_elsewhere(&self) -> bool {
        let variable = |name: &str| self.variable(name).map(str::to_owned);
        locate::candidates(None, &variable).is_ok_and(|candidates| {
            candidates
                .first()
                .is_some_and(|first| !matches!(first.address, Address::Unix(_)))
        })
    }

    fn project_of(&self, loaded: Loaded) -> Result<Project, CliError> {
        let mut project = loaded.project.ok_or_else(|| {
            CliError::Load(LoadError {
                diagnostics: vec![Diagnostic::error("the stack file holds no project")],
                sources: Sources::default(),
            })
        })?;
        project.join_names_with(self.separator());
        Ok(project)
    }

    /// What joins the parts of names: `_` where they are to be those that docker compose 1 gave.
    pub(in crate::cli) fn separator(&self) -> char {
        let compatible = self.global.compatibility || self.is_set("COMPOSE_COMPATIBILITY");
        if compatible { '_' } else { '-' }
    }
}
