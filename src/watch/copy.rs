//! Changed files on their way into the containers of a service.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::Copying;
use crate::engine::{CopiedPath, Engine, EngineError};
use crate::model::{Hook, ProjectName, ServiceName};
use crate::reconcile::run_command;
use crate::state::Container;

/// How many paths one command removes: its arguments have a limit.
const PATHS: usize = 500;

/// Why files did not come into a container.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The engine did not copy them.
    #[error("{container}: {source}")]
    Engine {
        /// The container's name.
        container: String,
        /// Why.
        source: EngineError,
    },
    /// What is gone here could not be removed there.
    #[error("{container}: removed files stay there: {why}")]
    Removal {
        /// The container's name.
        container: String,
        /// What `rm` said, or why there was none.
        why: String,
    },
}

/// To whom copied files belong, by the container's id.
#[derive(Debug, Default)]
pub struct Owners(HashMap<String, Option<(u32, u32)>>);

/// Copies changed files into all containers of a service, running or not, and removes there what is gone here.
///
/// The files belong to the user that the container runs as.
///
/// # Errors
/// All that went wrong; the other containers have their files all the same.
pub async fn copy<E: Engine>(
    engine: &E,
    project: &ProjectName,
    service: &ServiceName,
    copying: &Copying,
    owners: &mut Owners,
) -> Result<(), Vec<CopyError>> {
    let mut containers = match engine.containers(project).await {
        Ok(containers) => containers,
        Err(source) => {
            return Err(vec![CopyError::Engine {
                container: service.to_string(),
                source,
            }]);
        }
    };
    containers.retain(|container| container.is_replica_of(service));
    for container in &containers {
        if !owners.0.contains_key(&container.id) && container.status.is_up() {
            let owner = owner(engine, &container.id).await;
            owners.0.insert(container.id.clone(), owner);
        }
    }
    let one = |container: &Container| {
        let owner = owners.0.get(&container.id).copied().flatten();
        copy_to(engine, container.clone(), copying, owner)
    };
    let errors = join_all(containers.iter().map(one)).await;
    let errors: Vec<CopyError> = errors.into_iter().flatten().collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// The user and group that the container's commands run as; none where it has no program that tells.
async fn owner<E: Engine>(engine: &E, id: &str) -> Option<(u32, u32)> {
    let mut told = Vec::new();
    for option in ["-u", "-g"] {
        let command = command(["id", option], None);
        let status = run_command(engine, id, &command, &mut |line| told.push(line)).await;
        if !matches!(status, Ok(Some(0))) {
            return None;
        }
    }
    match told.as_slice() {
        [user, group] => Some((user.trim().parse().ok()?, group.trim().parse().ok()?)),
        _ => None,
    }
}

fn command<'a>(words: impl IntoIterator<Item = &'a str>, user: Option<&str>) -> Hook {
    Hook {
        command: words.into_iter().map(str::to_owned).collect(),
        user: user.map(str::to_owned),
        ..Hook::default()
    }
}

async fn copy_to<E: Engine>(
    engine: &E,
    container: Container,
    copying: &Copying,
    owner: Option<(u32, u32)>,
) -> Vec<CopyError> {
    let mut errors = Vec::new();
    let removed: Vec<&str> = copying.removed.iter().map(String::as_str).collect();
    for paths in removed.chunks(PATHS) {
        let words = ["rm", "-rf", "--"].into_iter().chain(paths.iter().copied());
        if let Err(why) = remove(engine, &container.id, &command(words, Some("0"))).await {
            errors.push(CopyError::Removal {
                container: container.name.clone(),
                why,
            });
            break;
        }
    }
    let copied: Vec<CopiedPath> = copying
        .copied
        .iter()
        .map(|(to, from)| CopiedPath {
            from: from.clone(),
            to: to.clone(),
        })
        .collect();
    if !copied.is_empty()
        && let Err(source) = engine.copy_paths(&container.id, &copied, owner).await
    {
        errors.push(CopyError::Engine {
            container: container.name.clone(),
            source,
        });
    }
    errors
}

async fn remove<E: Engine>(engine: &E, id: &str, command: &Hook) -> Result<(), String> {
    let mut told = Vec::new();
    match run_command(engine, id, command, &mut |line| told.push(line)).await {
        Ok(Some(0)) => Ok(()),
        Ok(_) => Err(told.join(" ")),
        Err(error) => Err(error.to_string()),
    }
}
