//! From stack files and an environment to the desired state.
//!
//! [`load`] is the list of passes. Each works on the tree of [`node`], in which every value keeps its place in the files;
//! what is wrong is collected as [`error::Diagnostic`]s and told together.

mod beside;
mod canonical;
mod command;
mod consistency;
mod decode;
mod default;
mod diagnostic;
mod doubt;
mod env_file;
mod environment;
pub mod error;
mod extends;
mod file;
#[cfg(test)]
mod fuzz;
mod include;
mod interpolate;
mod merge;
pub mod node;
mod path;
mod pattern;
mod place;
mod profile;
mod request;
mod schema;
mod source;
pub mod span;
mod validate;
mod variables;
mod yaml;

pub use request::{LoadOptions, Loaded};
pub use source::LoadRequest;
pub use variables::Variable;

use std::collections::HashMap;

use error::{Diagnostic, LoadError};
use node::{Mapping, Node, Origin};
use path::Base;
use place::Place;
use request::Environment;
use source::Stack;
use span::{FileId, Sources, Span};

/// Loads a stack.
///
/// # Errors
///
/// All that is wrong with the stack, as far as it can be told at once: files that cannot be read, YAML that cannot be
/// parsed, shapes, references and values that the specification does not allow.
pub fn load(request: &LoadRequest, options: &LoadOptions) -> Result<Loaded, LoadError> {
    let stack = source::read_stack(request).map_err(|error| request::refused(&error))?;
    let mut loading = Loading::new(&stack, options);
    match loading.run() {
        Some(loaded) => Ok(loaded),
        None => Err(LoadError {
            diagnostics: loading.diagnostics(),
            sources: loading.sources,
        }),
    }
}

/// Whether a folder or one above it has a stack file.
pub fn has_stack_file(folder: &std::path::Path) -> bool {
    source::has_stack_file(folder)
}

/// The process's environment of a request with what the project's `.env` files add to it; a file that cannot be read or
/// understood adds nothing.
pub fn environment(request: &LoadRequest) -> std::collections::BTreeMap<String, String> {
    source::environment(request)
}

/// The variables of env files that a command line names (`--env-from-file`), the last one's value where several have a
/// name; values may use `environment` and what stands before them.
///
/// # Errors
///
/// Where a file cannot be read or understood.
pub fn env_files(
    paths: &[std::path::PathBuf],
    environment: &Environment,
) -> Result<Vec<(String, String)>, LoadError> {
    source::env_files(paths, environment).map_err(|error| request::refused(&error))
}

/// The JSON Schema (draft 2020-12) of the stack file with the keys of our own, for editors.
pub fn json_schema() -> String {
    schema::json::schema()
}

/// Reads a stack file from standard input, for [`LoadRequest::stdin`].
///
/// # Errors
///
/// Where it is larger than any stack file, or no text.
pub fn read_stdin(stdin: impl std::io::Read) -> Result<String, LoadError> {
    source::read_stdin_text(stdin)
        .map_err(|error| request::refused(&source::SourceError::StackFile(error)))
}

/// A load under way.
struct Loading<'a> {
    stack: &'a Stack,
    options: &'a LoadOptions,
    sources: Sources,
    problems: Vec<Diagnostic>,
    /// Documents of the files that were read, by path.
    documents: HashMap<String, Option<Vec<Node>>>,
    variables: Vec<Variable>,
    name: String,
    /// The places that name the files that were read on the way.
    named_at: HashMap<FileId, Span>,
    /// Includes that may still be followed.
    includes: usize,
    /// Keys and values that may still come from files.
    values: usize,
    /// Ports that may still come from ranges.
    ports: usize,
}

/// How many includes a stack may follow in all.
const MAX_INCLUDES: usize = 2000;

impl<'a> Loading<'a> {
    fn new(stack: &'a Stack, options: &'a LoadOptions) -> Self {
        Self {
            stack,
            options,
            sources: Sources::default(),
            problems: Vec::new(),
            documents: HashMap::new(),
            variables: Vec::new(),
            name: String::new(),
            named_at: HashMap::new(),
            includes: MAX_INCLUDES,
            values: yaml::MAX_VALUES,
            ports: canonical::MAX_PORTS,
        }
    }

    /// All passes over the whole stack; none where something is wrong.
    fn run(&mut self) -> Option<Loaded> {
        let files: Vec<(String, Option<Span>)> = self.parse_stack_files();
        let place = self.place(&files)?;
        let mut tree = self.stack(&files, &place);
        self.not_empty(&files);
        if self.sound().is_none() {
            if self.options.interpolate {
                schema::settle::settle(&mut tree, &mut self.problems);
                self.decode_for_errors(&tree, &Mapping::default());
            }
            return None;
        }
        if self.options.normalize {
            default::normalize(&mut tree, &self.name, &place.environment);
        }
        let profiles = profile::names(&tree);
        if !self.options.interpolate {
            validate::without_interpolation(&mut tree, &mut self.problems);
            self.sound()?;
            merge::empty_lists_are_null(&mut tree);
            if let Some(top) = tree.as_mapping_mut() {
                top.set(
                    "name",
                    Node::default_at(self.name.clone(), Sources::start()),
                );
            }
            self.variables = variables::list(std::iter::once(&tree));
            return Some(self.loaded(None, tree, profiles));
        }
        schema::settle::settle(&mut tree, &mut self.problems);
        let mut disabled = profile::apply(&mut tree, &self.stack.profiles, &self.options.services);
        if self.options.consistency {
            consistency::check(&tree, &disabled, &mut self.problems);
        }
        if self.sound().is_none() {
            self.decode_for_errors(&tree, &disabled);
            return None;
        }
        profile::select(
            &mut tree,
            &self.options.services,
            &mut disabled,
            &mut self.problems,
        );
        let dropped = if self.options.all_resources {
            Mapping::default()
        } else {
            profile::drop_unused(&mut tree)
        };
        if self.options.resolve_env {
            environment::read_env_files(self, &mut tree);
        }
        environment::read_label_files(self, &mut tree);
        if self.options.missing_sources {
            doubt::missing_sources(&tree, &mut self.problems);
        }
        self.sound()?;
        let sharing = beside::sharing(self, &tree, &disabled);
        let whole = beside::with_uses(&tree, &sharing, &disabled, &dropped);
        let project = decode::project(self, &whole, &sharing, &disabled);
        drop(whole);
        self.sound()?;
        Some(self.loaded(project, tree, profiles))
    }

    fn loaded(
        &mut self,
        project: Option<crate::model::Project>,
        tree: Node,
        profiles: Vec<String>,
    ) -> Loaded {
        Loaded {
            project,
            name: self.name.clone(),
            tree,
            warnings: self.diagnostics(),
            sources: std::mem::take(&mut self.sources),
            variables: std::mem::take(&mut self.variables),
            profiles,
            environment: self.variables_of_interpolation(),
        }
    }

    fn variables_of_interpolation(&self) -> Environment {
        let mut environment = self.stack.environment.clone();
        environment.insert("COMPOSE_PROJECT_NAME".to_owned(), self.name.clone());
        environment
    }

    /// Loads and merges the files of a stack, or of an included one, down to absolute paths.
    fn stack(&mut self, files: &[(String, Option<Span>)], place: &Place) -> Node {
        let mut tree: Option<Node> = None;
        for (index, (path, span)) in files.iter().enumerate() {
            for mut document in self.documents(path, *span) {
                if index > 0 {
                    document.mark(Origin::Override);
                }
                tree = Some(self.document(document, path, tree, place));
            }
        }
        let Some(mut tree) = tree else {
            return Node::new(Mapping::default(), Sources::start());
        };
        default::defaults(&mut tree);
        validate::validate(&mut tree, &mut self.problems);
        if !place.shown.is_empty() {
            self.resolve_paths(&mut tree, &place.shown);
        }
        environment::inherit(&mut tree, &place.environment);
        tree
    }

    /// Merges one document over the tree of those before it.
    fn document(
        &mut self,
        mut document: Node,
        path: &str,
        tree: Option<Node>,
        place: &Place,
    ) -> Node {
        if document.as_mapping().is_none() {
            schema::check::check(&document, &mut self.problems);
            document.value = Mapping::default().into();
        }
        if self.options.interpolate {
            variables::replace(&mut document, &place.environment, &mut self.problems);
        }
        let mut tree = tree.unwrap_or_else(|| Node::new(Mapping::default(), document.span));
        include::apply(self, place, path, &mut document);
        merge::apply_tags(&mut tree, &document);
        extends::Extending::apply(self, place, path, &mut document);
        merge::drop_reset(&mut document);
        tree = merge::merge(tree, document, &mut self.problems);
        merge::unique(&mut tree, &mut self.problems);
        schema::check::check(&tree, &mut self.problems);
        if let Some(version) = tree
            .as_mapping_mut()
            .and_then(|tree| tree.remove("version"))
        {
            let warning =
                Diagnostic::warning("`version` is obsolete and ignored").at(version.key_span, "");
            self.problems.push(warning.hint("remove the line"));
        }
        self.canonical(&mut tree);
        tree
    }

    /// Loads a file that services extend from: neither includes nor extends, paths as seen from the stack.
    fn base(&mut self, path: &str, span: Span, place: &Place) -> Option<Node> {
        let mut tree = Node::new(Mapping::default(), span);
        let documents = self.documents(path, Some(span));
        if documents.is_empty() && self.sound().is_none() {
            return None;
        }
        for mut document in documents {
            if self.options.interpolate {
                variables::replace(&mut document, &place.environment, &mut self.problems);
            }
            // Tags stay: services of this file may reset what they extend.
            merge::apply_tags(&mut tree, &document);
            tree = merge::merge(tree, document, &mut self.problems);
            merge::unique(&mut tree, &mut self.problems);
            self.canonical(&mut tree);
        }
        let folder = path::relative(&place.absolute, &path::parent(path));
        self.resolve_paths(&mut tree, &folder);
        Some(tree)
    }

    fn canonical(&mut self, tree: &mut Node) {
        canonical::canonical(
            tree,
            !self.options.interpolate,
            &mut self.ports,
            &mut self.problems,
        );
        merge::unique(tree, &mut self.problems);
    }

    fn resolve_paths(&mut self, tree: &mut Node, folder: &str) {
        let home = self.stack.environment.get("HOME").map(String::as_str);
        path::resolve(tree, &Base { folder, home }, &mut self.problems);
    }
}

#[cfg(test)]
mod tests;
