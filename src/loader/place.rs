//! Places: where a stack is loaded, with the variables that count there, and the project's name.

use super::error::Diagnostic;
use super::node::Node;
use super::request::Environment;
use super::span::Span;
use super::{Loading, source, variables};

/// Where a stack is loaded: the whole one, or one that is included.
pub(super) struct Place {
    /// The folder that relative paths start from, absolute.
    pub(super) absolute: String,
    /// The same as seen from the including stack.
    pub(super) shown: String,
    /// Variables for interpolation.
    pub(super) environment: Environment,
    /// The files on the way here, each with the place that includes it.
    pub(super) chain: Vec<(String, Option<Span>)>,
}

impl Loading<'_> {
    /// The place of the whole stack; settles the project's name.
    pub(super) fn place(&mut self, files: &[(String, Option<Span>)]) -> Option<Place> {
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

    /// The place of the whole stack, with these variables.
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
}
