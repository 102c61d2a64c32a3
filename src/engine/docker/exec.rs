//! Commands run in containers.

use http_body_util::Full;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde::Deserialize;
use serde_json::json;

use super::log;
use super::request::{Target, get, not_understood, post, send};
use super::transport::Transport;
use crate::engine::{EngineError, LogChunk, NewExec, Told, told};

/// Prepares a command; answers the exec's id.
pub(super) async fn create(
    transport: &Transport,
    id: &str,
    exec: &NewExec,
) -> Result<String, EngineError> {
    #[derive(Deserialize)]
    struct Created {
        #[serde(rename = "Id")]
        id: String,
    }
    let variables = exec.environment.iter();
    let variables: Vec<String> = variables
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut body = json!({
        "AttachStdin": exec.stdin,
        "AttachStdout": true,
        "AttachStderr": true,
        "Cmd": exec.command,
        "Env": variables,
        "Privileged": exec.privileged,
        "Tty": exec.tty,
    });
    // An empty text would not mean the container's own everywhere.
    for (key, value) in [
        ("User", &exec.user),
        ("WorkingDir", &exec.working_dir),
        ("DetachKeys", &exec.detach_keys),
    ] {
        if let Some(value) = value {
            body[key] = json!(value);
        }
    }
    let target = Target::new(&["containers", id, "exec"]);
    let answer = post(transport, &target, &body).await?;
    let created: Created = serde_json::from_slice(&answer).map_err(not_understood)?;
    Ok(created.id)
}

/// Runs it; the engine ends the response with the command.
pub(super) fn start<'a>(transport: &'a Transport, exec: &str) -> Told<'a, LogChunk> {
    let target = Target::new(&["exec", exec, "start"]);
    told(async move {
        let body = json!({ "Detach": false, "Tty": false }).to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri(target.as_str())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(bytes::Bytes::from(body)));
        Ok(log::logs(send(transport, request).await?, transport))
    })
}

/// The exit code; none while it runs.
pub(super) async fn exit_code(
    transport: &Transport,
    exec: &str,
) -> Result<Option<i64>, EngineError> {
    #[derive(Deserialize)]
    struct State {
        #[serde(rename = "Running", default)]
        running: bool,
        #[serde(rename = "ExitCode", default)]
        exit_code: Option<i64>,
    }
    let body = get(transport, &Target::new(&["exec", exec, "json"])).await?;
    let state: State = serde_json::from_slice(&body).map_err(not_understood)?;
    Ok(state.exit_code.filter(|_| !state.running))
}
