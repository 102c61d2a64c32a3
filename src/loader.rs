//! From stack files and an environment to the desired state.
//!
//! [`load`] is the list of passes. Each works on the tree of [`node`], in which every value keeps its place in the files;
//! what is wrong is collected as [`error::Diagnostic`]s and told together.

mod canonical;
mod command;
mod consistency;
mod decode;
mod default;
mod doubt;
mod env_file;
mod environment;
pub mod error;
mod extends;
#[cfg(test)]
mod fuzz;
mod include;
mod interpolate;
mod merge;
pub mod node;
mod path;
mod pattern;
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

use error::{Diagnostic, Label, LoadError, Severity};
use node::{Mapping, Node, Origin};
use path::Base;
use request::Environment;
use source::{ReadError, Stack, TextFile};
use span::{FileId, Sources, Span};
use std::collections::{BTreeSet, HashMap};

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

/// Where a stack is loaded: the whole one, or one that is included.
struct Place {
    /// The folder that relative paths start from, absolute.
    absolute: String,
    /// The same as seen from the including stack.
    shown: String,
    /// Variables for interpolation.
    environment: Environment,
    /// The files on the way here, each with the place that includes it.
    chain: Vec<(String, Option<Span>)>,
}

/// How many diagnostics are told what their place is in the file.
const MOST_NAMED: usize = 200;

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
        if !self.options.all_resources {
            profile::drop_unused(&mut tree);
        }
        if self.options.resolve_env {
            environment::read_env_files(self, &mut tree);
        }
        environment::read_label_files(self, &mut tree);
        if self.options.missing_sources {
            doubt::missing_sources(&tree, &mut self.problems);
        }
        self.sound()?;
        let project = decode::project(self, &tree, &disabled);
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

    /// What is to be told, once each, in the order of the files, and with the way to the file that it is in.
    fn diagnostics(&mut self) -> Vec<Diagnostic> {
        let mut diagnostics = error::distinct(std::mem::take(&mut self.problems));
        diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        for (index, diagnostic) in diagnostics.iter_mut().enumerate() {
            let place = diagnostic.labels.first().map(|label| label.span);
            // Nobody reads more of them, and each search goes through a whole section.
            let place_to_name = place.filter(|_| index < MOST_NAMED);
            diagnostic.path = place_to_name.and_then(|place| self.path_at(place));
            let mut file = place.map(|place| place.file);
            while let Some((read, named)) =
                file.and_then(|file| Some((file, *self.named_at.get(&file)?)))
            {
                if diagnostic.labels.iter().all(|label| label.span != named) {
                    let path = self.sources.file(read).map(|file| file.path.display());
                    let text = path.map_or_else(String::new, |path| format!("brings in {path}"));
                    diagnostic.labels.push(Label { span: named, text });
                }
                file = Some(named.file);
            }
        }
        diagnostics
    }

    /// What stands at this place of a file, by the keys that lead to it.
    fn path_at(&self, place: Span) -> Option<String> {
        let documents = self.documents.values().flatten().flatten();
        let mut of_file = documents.filter(|document| document.span.file == place.file);
        let before = |document: &&Node| document.span.start <= place.start;
        let document = of_file
            .by_ref()
            .filter(before)
            .max_by_key(|node| node.span.start);
        document
            .map(|document| document.path_at(place))
            .filter(|path| !path.is_empty())
    }

    /// Decodes what is known to be wrong, for what else is wrong with it; what merely follows from that is left out.
    fn decode_for_errors(&mut self, tree: &Node, disabled: &Mapping) {
        let known = self.problems.len();
        decode::project(self, tree, disabled);
        error::drop_consequences(&mut self.problems, known);
    }

    /// Stack files that hold nothing at all are a mistake.
    fn not_empty(&mut self, files: &[(String, Option<Span>)]) {
        let is_empty = |(path, _): &(String, Option<Span>)| matches!(self.documents.get(path), Some(Some(documents)) if documents.is_empty());
        if files.iter().all(is_empty) {
            let paths: BTreeSet<String> = files.iter().map(|(path, _)| self.shown(path)).collect();
            let paths: Vec<String> = paths.into_iter().collect();
            let message = format!("there is nothing in {}", paths.join(", "));
            self.problems
                .push(Diagnostic::error(message).hint("a stack file begins with `services:`"));
        }
    }

    /// Goes on only while there is no error.
    fn sound(&self) -> Option<()> {
        (!self
            .problems
            .iter()
            .any(|problem| problem.severity == Severity::Error))
        .then_some(())
    }

    fn parse_stack_files(&mut self) -> Vec<(String, Option<Span>)> {
        let mut files = Vec::new();
        for TextFile { path, text } in &self.stack.files {
            let path = path.to_string_lossy().into_owned();
            let id = self.sources.add(self.shown(&path), text.clone());
            self.parse_text(&path, text, id);
            files.push((path, None));
        }
        for (file, parsed) in &self.stack.env_files {
            if !parsed.doubts.is_empty() {
                let id = self
                    .sources
                    .add(self.shown(&file.path.to_string_lossy()), file.text.clone());
                let doubts = parsed.doubts.iter().map(|doubt| {
                    let span = Span::new(id, doubt.span.start, doubt.span.end);
                    Diagnostic::warning(doubt.kind.to_string()).at(span, "")
                });
                self.problems.extend(doubts);
            }
        }
        let warnings = self
            .stack
            .warnings
            .iter()
            .map(|warning| Diagnostic::warning(warning.to_string()));
        self.problems.extend(warnings);
        files
    }

    /// The place of the whole stack; settles the project's name.
    fn place(&mut self, files: &[(String, Option<Span>)]) -> Option<Place> {
        let environment = self.stack.environment.clone();
        let mut written: Option<Node> = None;
        for (path, _) in files {
            for document in self.documents.get(path).into_iter().flatten().flatten() {
                written = document
                    .get("name")
                    .filter(|name| name.as_str().is_some_and(|text| !text.is_empty()))
                    .cloned()
                    .or(written);
            }
        }
        if let Some(name) = written.as_mut().filter(|_| self.options.interpolate) {
            variables::replace(name, &environment, &mut Vec::new());
            if name.as_str() == Some("") && self.stack.name.is_none() {
                let problem = Diagnostic::error("the project name must not be empty");
                let hint = "set the variable, or give it a default: ${NAME:-name}";
                self.problems.push(problem.at(name.span, "").hint(hint));
                return None;
            }
        }
        let in_file = written.as_ref().and_then(Node::as_str);
        let in_file = if self.options.normalize {
            in_file.and_then(source::normalized_name)
        } else {
            in_file.map(str::to_owned)
        };
        if let (None, Some(name), false) = (&self.stack.name, &in_file, self.options.normalize) {
            // Without normalizing, the name stays as it is written.
            self.name.clone_from(name);
            return Some(self.place_of(environment));
        }
        match source::project_name(
            self.stack.name.as_ref(),
            in_file.as_deref(),
            &self.stack.working_dir,
        ) {
            Ok(name) => {
                if let (None, None, Some(node)) = (&self.stack.name, &in_file, &written) {
                    let warning = Diagnostic::warning("no project name can be made of this `name`")
                        .at(node.span, format!("`{}` is used", name.as_str()))
                        .hint("a name has lower-case letters, digits, `-` and `_`");
                    self.problems.push(warning);
                }
                name.as_str().clone_into(&mut self.name);
            }
            Err(error) => {
                let problem =
                    Diagnostic::error(error.to_string()).hint("set it with `-p NAME` or `name:`");
                self.problems.push(match &written {
                    Some(node) => problem.at(node.span, ""),
                    None => problem,
                });
                return None;
            }
        }
        Some(self.place_of(environment))
    }

    fn place_of(&self, mut environment: Environment) -> Place {
        if !self.options.interpolate {
            // Where variables are left alone, those of the caller are, too.
            environment.clear();
        }
        environment.insert("COMPOSE_PROJECT_NAME".to_owned(), self.name.clone());
        let absolute = self.stack.working_dir.to_string_lossy().into_owned();
        let shown = if self.options.resolve_paths {
            absolute.clone()
        } else {
            String::new()
        };
        Place {
            absolute,
            shown,
            environment,
            chain: Vec::new(),
        }
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

    /// The documents of a file, which is read once; none where it cannot be.
    fn documents(&mut self, path: &str, span: Option<Span>) -> Vec<Node> {
        if !self.documents.contains_key(path) {
            match self.read(path, span) {
                Some((text, id)) => self.parse_text(path, &text, id),
                None => {
                    self.documents.insert(path.to_owned(), None);
                }
            }
        }
        let documents = self.documents.get(path).and_then(Option::as_ref);
        let size = documents.map_or(0, |documents| documents.iter().map(yaml::count).sum());
        let Some(left) = self.values.checked_sub(size) else {
            let problem = yaml::too_many();
            self.problems.push(match span {
                Some(span) => problem.at(span, "with this file"),
                None => problem,
            });
            return Vec::new();
        };
        self.values = left;
        documents.cloned().unwrap_or_default()
    }

    fn parse_text(&mut self, path: &str, text: &str, id: FileId) {
        let parsed = match yaml::parse(text, id) {
            Ok(documents) => Some(
                documents
                    .into_iter()
                    .filter(|document| !document.is_null())
                    .collect(),
            ),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        };
        self.documents.insert(path.to_owned(), parsed);
    }

    /// Reads a file that a stack file names.
    fn read(&mut self, path: &str, span: Option<Span>) -> Option<(String, FileId)> {
        match source::read_text(path.as_ref()) {
            Ok(text) => {
                let id = self.sources.add(self.shown(path), text.clone());
                if let Some(span) = span {
                    self.named_at.insert(id, span);
                }
                Some((text, id))
            }
            Err(error) => {
                self.unreadable(&error, span);
                None
            }
        }
    }

    fn unreadable(&mut self, error: &ReadError, span: Option<Span>) {
        let problem = Diagnostic {
            hint: error.hint(),
            ..Diagnostic::error(format!(
                "{} {}",
                self.shown(&error.path.to_string_lossy()),
                error.kind
            ))
        };
        self.problems.push(match span {
            Some(span) => problem.at(span, ""),
            None => problem,
        });
    }

    /// A path as people see it: from the current folder where it lies below.
    fn shown(&self, path: &str) -> String {
        let folder = self.options.current_dir.to_string_lossy();
        match path
            .strip_prefix(&*folder)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            Some(below) => below.to_owned(),
            None => path.to_owned(),
        }
    }

    fn expand_home(&self, path: &str) -> String {
        path::expand_home(path, self.stack.environment.get("HOME").map(String::as_str))
    }
}

#[cfg(test)]
mod tests;
