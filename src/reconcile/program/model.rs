//! Models, which the docker CLI plugin `docker-model` pulls, configures and serves.

use serde::Deserialize;

use super::{ProgramFailure, ProgramProblem, Surroundings, failure, follow};
use crate::model::Model;

/// One of the models that are there.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    tags: Vec<String>,
}

/// How the plugin's server is.
#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    endpoint: String,
}

/// Pulls a model that is not there, and configures it; answers the address it is served at.
pub(in crate::reconcile) async fn prepare(
    model: &Model,
    surroundings: Surroundings<'_>,
    tell: &mut dyn FnMut(String),
) -> Result<String, ProgramFailure> {
    let failed = |ended| failure("docker-model", ended);
    let Some(program) = &model.program else {
        return Err(failed((ProgramProblem::Missing, Vec::new())));
    };
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let run = async |arguments: &[&str]| surroundings.result(program, &words(arguments)).await;
    let listed = run(&["ls", "--json"]).await.map_err(failed)?;
    // What cannot be read is taken for an empty list: a pull of what is there is quick.
    let listed: Vec<Listed> = serde_json::from_slice(&listed).unwrap_or_default();
    if !listed
        .iter()
        .any(|listed| listed.tags.contains(&model.model))
    {
        tell(format!("pulling {}", model.model));
        let child = surroundings.command(program, &words(&["pull", &model.model]));
        let child = { child }.spawn();
        let child = child.map_err(|error| failed((error.into(), Vec::new())))?;
        let pulled = follow(child, |line| {
            if !line.trim().is_empty() {
                tell(line.trim().to_owned());
            }
            Ok(())
        });
        pulled.await.map_err(failed)?;
    }
    tell("configuring".to_owned());
    let configured = surroundings.result(program, &model.configure()).await;
    configured.map_err(failed)?;
    let status = run(&["status", "--json"]).await.map_err(failed)?;
    let status = serde_json::from_slice::<Status>(&status);
    let status = status.ok().filter(|status| !status.endpoint.is_empty());
    let status = status.ok_or_else(|| {
        let why = "`status --json` names no endpoint";
        failed((ProgramProblem::NotUnderstood(why.to_owned()), Vec::new()))
    })?;
    Ok(status.endpoint)
}
