//! Reports of what an engine did not do, whatever it was asked for.

use crate::engine::{DockerfileLine, EngineError};
use crate::ui::report::Report;

/// Why the engine did not do it, and what to do about that.
pub(super) fn engine_report(error: &EngineError) -> Report {
    let report = Report::new(error.to_string());
    match error {
        EngineError::NoEngine { tried } => no_engine(tried),
        EngineError::NoPermission { path } => {
            Report::new(format!(
                "permission denied: this user may not use the engine's socket {}",
                path.display()
            ))
            .hint("join the group that may: `sudo usermod -aG docker $USER`, then log out and in again")
            .hint("(until then `newgrp docker` does it for one shell, or run this command with sudo)")
        }
        EngineError::Disconnected { .. } => {
            report.hint("is the engine still running? `systemctl status docker` tells")
        }
        EngineError::BadAddress { .. } => {
            report.hint("DOCKER_HOST is written like unix:///var/run/docker.sock, tcp://HOST:2375 or ssh://USER@HOST")
        }
        EngineError::BeyondEngine { .. } => {
            report.hint("another engine does it, or take the key out of the stack file")
        }
        EngineError::NameInUse { kind, name, .. } => report.hint(format!(
            "remove the other one with `docker {kind} rm {name}`, or give another name"
        )),
        EngineError::PortInUse { .. } => {
            report.hint("stop what uses it, or publish another port in the stack file (`ports`)")
        }
        EngineError::PullDenied { .. } => report
            .hint("is the name right? A private image needs `docker login` at its registry first;")
            .hint("an image of your own needs `build` in the stack file"),
        EngineError::BaseDenied { .. } => report.hint(
            "is the name in the Dockerfile right? A private image needs `docker login` at its registry first",
        ),
        EngineError::PushDenied { .. } => report.hint(
            "`docker login` at the registry that the image's name begins with; without one it is Docker Hub's",
        ),
        EngineError::PullFailed { .. } | EngineError::BaseFailed { .. } => {
            report.hint("is the registry reachable? What the engine has already is used without a pull")
        }
        EngineError::BuildFailed {
            tag,
            step,
            why,
            output,
            line,
        } => {
            let step = step.as_ref().map_or_else(String::new, |step| format!("{step}: "));
            let report = Report::new(format!("image {tag} cannot be built: {step}{why}"));
            build_report(report, why, output, line.as_deref())
        }
        EngineError::NoBuildx { .. } => report
            .hint("install it: `sudo apt install docker-buildx` (Debian), `docker-buildx-plugin` (of Docker's own")
            .hint("packages), or see https://github.com/docker/buildx#installing"),
        _ => report,
    }
}

/// Adds to a failed build what was seen of it.
fn build_report(
    report: Report,
    why: &str,
    output: &[String],
    line: Option<&DockerfileLine>,
) -> Report {
    let report = match line {
        Some(line) => report.evidence(format!("{}:{}", line.file, line.line), [line.text.as_str()]),
        None => report,
    };
    let report = report.evidence("its last output", output.iter().map(String::as_str));
    if is_login_wanted(why) {
        return report
            .hint("the builder cannot log in, and windlass pulls only the base images of a Dockerfile on this machine:")
            .hint("pull those of another one first, with `docker pull` (private ones after `docker login`)");
    }
    report
}

/// Whether these are a builder's words for a registry that wants credentials; the third are of one who has none to ask.
fn is_login_wanted(why: &str) -> bool {
    const WORDS: [&str; 5] = [
        "401 Unauthorized",
        "authorization failed",
        "no active sessions",
        "pull access denied",
        "no basic auth credentials",
    ];
    WORDS.iter().any(|words| why.contains(words))
}

fn no_engine(tried: &[(String, String)]) -> Report {
    let report = Report::new("no container engine answers").evidence(
        "tried",
        tried
            .iter()
            .map(|(address, why)| format!("{address}: {why}")),
    );
    match tried {
        [(_, why)] if why.contains("certificates are") => report
            .hint("DOCKER_CERT_PATH names the folder with ca.pem, cert.pem and key.pem for this engine;")
            .hint("those of a docker context are put there by `docker context update --docker`"),
        [(address, _)] => report
            .hint(format!("start the engine at {address},"))
            .hint("or unset DOCKER_HOST and DOCKER_CONTEXT to look for one on this machine"),
        _ => report
            .hint("install one: `sudo apt install docker.io` (Debian, Ubuntu), or see https://docs.docker.com/engine/install")
            .hint("if one is installed, start it: `sudo systemctl start docker`"),
    }
}
