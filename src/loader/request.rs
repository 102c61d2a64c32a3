//! How a stack is to be loaded, and what comes of it.

use super::error::{Diagnostic, LoadError};
use super::node::Node;
use super::source::SourceError;
use super::span::{Sources, Span};
use crate::model::Project;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Variables by name.
pub(super) type Environment = BTreeMap<String, String>;

/// Passes to leave out, as the `--no-*` flags of `config` do, and what to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct LoadOptions {
    /// Replace variables.
    pub interpolate: bool,
    /// Fill in what follows from the stack as a whole, such as the default network.
    pub normalize: bool,
    /// Make relative paths absolute.
    pub resolve_paths: bool,
    /// Check that what is referred to is there.
    pub consistency: bool,
    /// Read env files into the environment of services.
    pub resolve_env: bool,
    /// Go without env files that are not there, whatever the file says of them.
    pub spare_env_files: bool,
    /// Keep networks, volumes, configs, secrets and models that no service uses.
    pub all_resources: bool,
    /// Warn of bind mounts whose source is not there.
    pub missing_sources: bool,
    /// Services to keep, together with what they depend on; all where empty.
    pub services: Vec<String>,
    /// The folder from which paths are shown to people, absolute; empty: paths are shown as they are.
    pub current_dir: PathBuf,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            interpolate: true,
            normalize: true,
            resolve_paths: true,
            consistency: true,
            resolve_env: true,
            spare_env_files: false,
            all_resources: false,
            missing_sources: false,
            services: Vec::new(),
            current_dir: PathBuf::new(),
        }
    }
}

/// A loaded stack.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The desired state; none where a pass was left out that it needs.
    pub project: Option<Project>,
    /// The project's name.
    pub name: String,
    /// The canonical tree: what `config` prints.
    pub tree: Node,
    /// All files that were read.
    pub sources: Sources,
    /// What is doubtful.
    pub warnings: Vec<Diagnostic>,
    /// Variables that the files use, where they are left alone.
    pub variables: Vec<super::Variable>,
    /// Profiles that the services name, sorted.
    pub profiles: Vec<String>,
    /// The variables that interpolation had.
    pub environment: BTreeMap<String, String>,
}

impl Loaded {
    /// The canonical tree as docker compose's JSON has it: commands that are not set are null, extensions (`x-`) stand
    /// at the top only, models are left out.
    pub fn json_tree(&self) -> Node {
        let mut tree = self.tree.clone();
        super::schema::export::json_form(&mut tree);
        tree
    }

    /// The names of the variables in the text from which a value came, as often as they are there.
    pub fn variables_in(&self, node: &Node) -> Vec<String> {
        let written = super::interpolate::variables(self.sources.text(node.span));
        let names = written.into_iter().map(|variable| variable.name);
        names.filter(|name| !name.is_empty()).collect()
    }
}

/// Why the texts of a stack could not be had, as diagnostics.
pub(super) fn refused(error: &SourceError) -> LoadError {
    let mut sources = Sources::default();
    let diagnostics = match error {
        SourceError::EnvFileText { file, errors } => {
            let id = sources.add(file.path.clone(), file.text.clone());
            let problem = |error: &super::env_file::EnvFileError| {
                let span = Span::new(id, error.span.start, error.span.end);
                Diagnostic::error(error.kind.to_string())
                    .at(span, "")
                    .hint(error.kind.hint())
            };
            errors.iter().map(problem).collect()
        }
        _ => vec![Diagnostic {
            hint: error.hint(),
            ..Diagnostic::error(error.to_string())
        }],
    };
    LoadError {
        diagnostics,
        sources,
    }
}
