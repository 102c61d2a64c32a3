//! A call of a service's provider: JSON lines on its standard output tell how far it is, and set variables.

use serde::Deserialize;
use serde_json::Value;

use super::{ProgramFailure, ProgramProblem, Surroundings, failure, follow};
use crate::model::{Provider, ProviderCommand};

/// What a provider tells about the options it takes, if it does.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    description: String,
    up: Option<Parameters>,
    down: Option<Parameters>,
    stop: Option<Parameters>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    parameters: Option<Vec<Parameter>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameter {
    name: String,
    required: bool,
}

impl Metadata {
    fn of(&self, command: ProviderCommand) -> Option<&Parameters> {
        match command {
            ProviderCommand::Up => self.up.as_ref(),
            ProviderCommand::Down => self.down.as_ref(),
            ProviderCommand::Stop => self.stop.as_ref(),
        }
    }

    /// Whether it says nothing at all: then every option is handed over.
    fn is_empty(&self) -> bool {
        let names = |parameters: &Option<Parameters>| {
            let parameters = parameters.as_ref();
            parameters.is_some_and(|known| known.parameters.is_some())
        };
        self.description.is_empty() && !names(&self.up) && !names(&self.down)
    }
}

/// One line of a provider's output.
#[derive(Debug, Deserialize)]
struct Message {
    r#type: String,
    #[serde(default)]
    message: String,
}

/// What came of a call.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::reconcile) enum Provided {
    /// It did it, and set these variables of the services that depend on it.
    Variables(Vec<(String, String)>),
    /// It has no such command.
    NoSuchCommand,
}

/// Calls the provider of a service of this project; `tell` gets what it says about how far it is.
pub(in crate::reconcile) async fn call(
    provider: &Provider,
    command: ProviderCommand,
    (project, service): (&str, &str),
    surroundings: Surroundings<'_>,
    tell: &mut dyn FnMut(String),
) -> Result<Provided, ProgramFailure> {
    let name = format!("provider {}", provider.kind);
    let failed = |problem| failure(&name, (problem, Vec::new()));
    let Some(program) = &provider.program else {
        return Err(failed(ProgramProblem::Missing));
    };
    let metadata = ["compose".to_owned(), "metadata".to_owned()];
    // It is not obliged to know that command.
    let metadata = surroundings.result(program, &metadata).await;
    let metadata = metadata.map(|text| serde_json::from_slice::<Metadata>(&text));
    let metadata = metadata.ok().and_then(Result::ok).unwrap_or_default();
    if command == ProviderCommand::Stop && metadata.stop.is_none() {
        return Ok(Provided::NoSuchCommand);
    }
    let known = metadata.of(command).and_then(|of| of.parameters.as_deref());
    let known = known.unwrap_or_default();
    let takes_all = metadata.is_empty();
    let is_missing = |parameter: &&Parameter| {
        parameter.required && !provider.options.contains_key(&parameter.name)
    };
    if let Some(missing) = known.iter().find(is_missing) {
        return Err(failed(ProgramProblem::OptionMissing(missing.name.clone())));
    }
    let accepts = |option: &str| takes_all || known.iter().any(|known| known.name == option);
    let arguments = provider.arguments(project, command, service, accepts);
    let child = surroundings.command(program, &arguments).spawn();
    let child = child.map_err(|error| failed(error.into()))?;
    let mut variables = Vec::new();
    let followed = follow(child, |line| read(&line, service, &mut variables, tell));
    followed.await.map_err(|ended| failure(&name, ended))?;
    Ok(Provided::Variables(variables))
}

/// Reads one line of a provider's output.
fn read(
    line: &str,
    service: &str,
    variables: &mut Vec<(String, String)>,
    tell: &mut dyn FnMut(String),
) -> Result<(), ProgramProblem> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let not_understood = |why: &str| ProgramProblem::NotUnderstood(why.to_owned());
    // A line may hold what a variable is to hold: it is never quoted.
    let message: Message = serde_json::from_str::<Value>(line)
        .ok()
        .filter(Value::is_object)
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or_else(|| {
            not_understood("it printed a line that is no JSON object with a `type` and a `message`")
        })?;
    match message.r#type.as_str() {
        "info" => tell(
            message
                .message
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        ),
        "error" => return Err(ProgramProblem::Said(message.message)),
        "debug" => tracing::debug!("{service}: {}", message.message),
        kind @ ("setenv" | "rawsetenv") => {
            let (name, value) = message
                .message
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| not_understood("a `setenv` message is NAME=VALUE"))?;
            let name = match kind {
                "setenv" => format!("{}_{name}", service.to_uppercase()),
                _ => name.to_owned(),
            };
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value.to_owned()));
        }
        other => {
            return Err(not_understood(&format!(
                "windlass does not know its message `{}`",
                other.chars().take(40).collect::<String>()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (Vec<String>, Vec<(String, String)>);

    fn read_all(lines: &[&str]) -> Result<Read, String> {
        let (mut told, mut variables) = (Vec::new(), Vec::new());
        for line in lines {
            read(line, "my-db", &mut variables, &mut |line| told.push(line))
                .map_err(|problem| problem.to_string())?;
        }
        Ok((told, variables))
    }

    #[test]
    fn messages_tell_and_set_variables_with_the_services_name() {
        let (told, variables) = read_all(&[
            r#"{"type": "info", "message": "making it\nslowly"}"#,
            "",
            r#"{"type": "debug", "message": "nobody sees this"}"#,
            r#"{"type": "setenv", "message": "URL=one"}"#,
            r#"{"type": "setenv", "message": "URL=a=b"}"#,
            r#"{"type": "rawsetenv", "message": "PLAIN="}"#,
        ])
        .unwrap();
        assert_eq!(told, ["making it"]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(variables, [pair("MY-DB_URL", "a=b"), pair("PLAIN", "")]);
    }

    #[test]
    fn what_is_no_message_is_told_without_quoting_it() {
        for (line, expected) in [
            ("hunter2", "it printed a line that is no JSON object"),
            (r#"["hunter2"]"#, "it printed a line that is no JSON object"),
            (
                r#"{"message": "hunter2"}"#,
                "it printed a line that is no JSON object",
            ),
            (r#"{"type": "setenv", "message": "hunter2"}"#, "NAME=VALUE"),
            (r#"{"type": "setenv", "message": "=hunter2"}"#, "NAME=VALUE"),
            (
                r#"{"type": "sing", "message": "hunter2"}"#,
                "its message `sing`",
            ),
        ] {
            let error = read_all(&[line]).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let error = read_all(&[r#"{"type": "error", "message": "no quota"}"#]).unwrap_err();
        assert_eq!(error, "says: no quota");
    }
}
