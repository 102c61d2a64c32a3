//! Stack files that change while they are watched: loaded again, and carried out.

use std::rc::Rc;

use super::{Manner, Session};
use crate::cli::error::CliError;
use crate::cli::scope::Scope;
use crate::cli::signal::Interrupts;
use crate::cli::watch::raise;
use crate::engine::Engine;
use crate::model::Project;
use crate::plan::{Recreate, UpOptions};
use crate::ui;
use crate::ui::change::Standing;
use crate::ui::mask::Mask;
use crate::watch::{self, Owners, Watcher};

impl<E: Engine> Session<'_, E> {
    /// Loads the stack again and brings the services up to date; one that cannot be loaded is as if it had not changed.
    pub(super) async fn reload(&mut self, interrupts: &mut Interrupts) -> Result<(), CliError> {
        let line = "the stack file changed: it is loaded again";
        self.tell_of_watch((Standing::Working, "Reloading"), line);
        let (project, watcher) = match self.loaded() {
            Ok(loaded) => loaded,
            Err(error) => return self.go_on(&error, "the change is not carried out"),
        };
        self.project = Rc::new(project);
        *self.current.borrow_mut() = Rc::clone(&self.project);
        self.watcher = watcher;
        self.owners = Owners::default();
        let manner = Manner {
            up: UpOptions {
                build: false,
                pull: None,
                recreate: match self.manner.up.recreate {
                    Recreate::Never => Recreate::Never,
                    Recreate::Force | Recreate::Diverged => Recreate::Diverged,
                },
                always_recreate_deps: false,
                rerun_done: false,
                renewed_volumes: Vec::new(),
                ..self.manner.up.clone()
            },
            ..self.manner.clone()
        };
        let raised = raise(&self.project, self.engine, &manner, interrupts, self.scope).await;
        if let Err(error) = raised {
            return self.go_on(&error, "not all of the change is carried out");
        }
        let initial = self.watcher.initial(None);
        self.copies(&initial, |_| true).await;
        let line = "the services are as the stack file says";
        self.tell_of_watch((Standing::Done, "Reloaded"), line);
        Ok(())
    }

    /// The project as its files have it now, and what watches its files.
    fn loaded(&self) -> Result<(Project, Watcher), CliError> {
        let project = self.scope.project(&self.manner.services)?;
        if project.name != self.project.name {
            return Err(CliError::Usage(format!(
                "the project's name is another one now ({}): end this with Ctrl+C and begin anew",
                project.name
            )));
        }
        let watcher = watcher(&project, self.scope)?;
        Ok((project, watcher))
    }
}

/// What watches the project's files, doubts about its rules told.
pub(super) fn watcher(project: &Project, scope: &Scope) -> Result<Watcher, CliError> {
    let rules = watch::rules(project)?;
    scope.warn(&ui::plan::warnings(&rules.warnings), &Mask::default());
    // What came by standard input comes no second time.
    let is_read_once = scope.load_request_wants_stdin()?;
    let files = if is_read_once {
        &[]
    } else {
        project.files.as_slice()
    };
    Ok(Watcher::start(rules, files)?)
}
