//! Services and models that programs outside bring (specification: `provider` and `models`).

use std::fmt;
use std::path::PathBuf;

use indexmap::IndexMap;

/// A program outside that brings a service in place of containers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// What is called: the docker CLI plugin `docker-KIND`, else the program of this name (`provider.type`).
    pub kind: String,
    /// Its options, each with its values.
    pub options: IndexMap<String, Vec<String>>,
    /// The program's file, once it was looked for; none where it is not installed.
    pub program: Option<PathBuf>,
}

/// What a provider is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderCommand {
    /// Bring the service; one that is there already stays as it is.
    Up,
    /// Release what it has for the service.
    Down,
    /// Pause it, if the provider can.
    Stop,
}

/// The provider's own word for it.
impl fmt::Display for ProviderCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Stop => "stop",
        })
    }
}

impl Provider {
    /// What the program is called with for a service, after its own name; only with the options that `accepts` lets
    /// through.
    pub fn arguments(
        &self,
        project: &str,
        command: ProviderCommand,
        service: &str,
        accepts: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut arguments = vec![
            "compose".to_owned(),
            format!("--project-name={project}"),
            command.to_string(),
        ];
        for (option, values) in self.options.iter().filter(|(option, _)| accepts(option)) {
            arguments.extend(values.iter().map(|value| format!("--{option}={value}")));
        }
        arguments.push(service.to_owned());
        arguments
    }
}

/// A language model that a service uses; the docker CLI plugin `docker-model` brings and serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Its name in the stack file.
    pub name: String,
    /// Its reference, such as `ai/smollm2`.
    pub model: String,
    /// The most tokens of its context.
    pub context_size: Option<u64>,
    /// What the program that runs it is told.
    pub runtime_flags: Vec<String>,
    /// The plugin's file, once it was looked for; none where it is not installed.
    pub program: Option<PathBuf>,
}

impl Model {
    /// What the plugin is called with to configure it.
    pub fn configure(&self) -> Vec<String> {
        let mut arguments = vec!["configure".to_owned()];
        if let Some(size) = self.context_size.filter(|size| *size > 0) {
            arguments.push(format!("--context-size={size}"));
        }
        arguments.push(self.model.clone());
        if !self.runtime_flags.is_empty() {
            arguments.push("--".to_owned());
            arguments.extend(self.runtime_flags.iter().cloned());
        }
        arguments
    }
}

/// The beginning of the names of a model's variables where the file gives none: `my-llm` has `MY_LLM_URL`.
pub fn model_variable(model: &str, suffix: &str) -> String {
    format!("{}_{suffix}", model.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_called_as_docker_compose_calls_it() {
        let strings = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let provider = Provider {
            kind: "cloud".into(),
            options: [
                ("type".to_owned(), strings(&["mysql"])),
                ("tag".to_owned(), strings(&["a", "b"])),
            ]
            .into(),
            program: None,
        };
        let call = |command, accepts: fn(&str) -> bool| {
            provider.arguments("shop", command, "db", accepts).join(" ")
        };
        assert_eq!(
            call(ProviderCommand::Up, |_| true),
            "compose --project-name=shop up --type=mysql --tag=a --tag=b db"
        );
        assert_eq!(
            call(ProviderCommand::Down, |option| option == "tag"),
            "compose --project-name=shop down --tag=a --tag=b db"
        );
    }

    #[test]
    fn a_model_is_configured_with_what_the_file_says() {
        let mut model = Model {
            model: "ai/smollm2".into(),
            ..Model::default()
        };
        assert_eq!(model.configure().join(" "), "configure ai/smollm2");
        model.context_size = Some(1024);
        model.runtime_flags = vec!["--temp".into(), "0.2".into()];
        assert_eq!(
            model.configure().join(" "),
            "configure --context-size=1024 ai/smollm2 -- --temp 0.2"
        );
        assert_eq!(model_variable("my-llm", "URL"), "MY_LLM_URL");
    }
}
