//! Stacks inside of stacks (compose specification: `include`).

use super::env_file::{EnvFileFormat, parse_later_env_file};
use super::error::Diagnostic;
use super::node::{Entry, Mapping, Node, Origin, Value};
use super::request::Environment;
use super::span::Span;
use super::{Loading, MAX_INCLUDES, Place, path};

/// The longest way from the stack's own file to one that is included.
const MAX_DEPTH: usize = 30;

/// The kinds of things that an included stack brings along.
const KINDS: [&str; 6] = [
    "services", "volumes", "networks", "secrets", "configs", "models",
];

/// Loads what a stack includes and adds it to the stack.
pub(super) fn apply(loading: &mut Loading<'_>, place: &Place, path: &str, stack: &mut Node) {
    let Some(includes) = stack
        .as_mapping_mut()
        .and_then(|stack| stack.remove("include"))
    else {
        return;
    };
    let Some(items) = includes.node.as_sequence() else {
        if !includes.node.is_null() {
            let kind = includes.node.value.kind();
            loading.problems.push(
                Diagnostic::error("`include` must be a list")
                    .at(includes.node.span, format!("this is a {kind}")),
            );
        }
        return;
    };
    for item in items {
        if let Some(mut included) = include(loading, place, path, item) {
            included.mark(Origin::Include);
            import(loading, included, stack);
        }
    }
}

/// Loads one entry of `include`.
fn include(loading: &mut Loading<'_>, place: &Place, path: &str, item: &Node) -> Option<Node> {
    let files: Vec<(String, Option<Span>)> = texts(if item.as_str().is_some() {
        Some(item)
    } else {
        item.get("path")
    })
    .into_iter()
    .map(|(text, span)| {
        (
            path::join(&place.absolute, &loading.expand_home(&text)),
            Some(span),
        )
    })
    .collect();
    let Some((main, Some(span))) = files.first().cloned() else {
        loading
            .problems
            .push(Diagnostic::error("an entry of `include` lacks its `path`").at(item.span, ""));
        return None;
    };
    let mut chain = place.chain.clone();
    if chain.last().is_none_or(|(last, _)| last != path) {
        chain.push((path.to_owned(), None));
    }
    if let Some(start) = chain.iter().position(|(path, _)| *path == main) {
        cycle(loading, &chain[start..], &main, span);
        return None;
    }
    if chain.len() > MAX_DEPTH || loading.includes == 0 {
        let message = if loading.includes == 0 {
            format!("more than {MAX_INCLUDES} includes")
        } else {
            format!("stack files include each other over more than {MAX_DEPTH} steps")
        };
        loading
            .problems
            .push(Diagnostic::error(message).at(span, ""));
        return None;
    }
    loading.includes -= 1;
    let (absolute, shown) = match item
        .get("project_directory")
        .and_then(Node::as_str)
        .filter(|folder| !folder.is_empty())
    {
        Some(folder) if folder.starts_with('/') => (folder.to_owned(), folder.to_owned()),
        Some(folder) => (path::join(&place.absolute, folder), path::clean(folder)),
        None => (
            path::parent(&main),
            path::relative(&place.absolute, &path::parent(&main)),
        ),
    };
    let environment = environment(loading, place, item, &absolute)?;
    chain.push((main, Some(span)));
    let inner = Place {
        absolute,
        shown,
        environment,
        chain,
    };
    Some(loading.stack(&files, &inner))
}

/// The variables for an included stack: those of the including one, and then those of its own env files.
fn environment(
    loading: &mut Loading<'_>,
    place: &Place,
    item: &Node,
    folder: &str,
) -> Option<Environment> {
    if let Some(wrong) = item
        .get("env_file")
        .and_then(Node::as_sequence)
        .into_iter()
        .flatten()
        .find(|file| file.as_str().is_none())
    {
        let problem = Diagnostic::error("`env_file` of an `include` is a path or a list of paths");
        let problem = problem.at(wrong.span, format!("this is a {}", wrong.value.kind()));
        loading.problems.push(problem);
        return None;
    }
    let mut files = texts(item.get("env_file"));
    if files.is_empty() {
        let default = path::join(folder, ".env");
        if std::path::Path::new(&default).is_file() {
            files.push((default, item.span));
        }
    }
    let mut found = Environment::default();
    for (file, span) in files.into_iter().filter(|(file, _)| file != "/dev/null") {
        let absolute = path::join(&place.absolute, &file);
        let (text, id) = loading.read(&absolute, Some(span))?;
        let lookup = |name: &str| place.environment.get(name).cloned();
        let earlier = |name: &str| found.get(name).cloned();
        match parse_later_env_file(&text, EnvFileFormat::DotEnv, lookup, &earlier) {
            Ok(parsed) => {
                let values = parsed.variables.into_iter();
                found.extend(values.map(|(name, value)| (name, value.value)));
            }
            Err(errors) => {
                let problem = |error: super::env_file::EnvFileError| {
                    Diagnostic::error(error.kind.to_string())
                        .at(Span::new(id, error.span.start, error.span.end), "")
                        .hint(error.kind.hint())
                };
                loading.problems.extend(errors.into_iter().map(problem));
                return None;
            }
        }
    }
    // A later file wins over an earlier one, and the including stack over all of them.
    found.extend(place.environment.clone());
    Some(found)
}

fn texts(node: Option<&Node>) -> Vec<(String, Span)> {
    let Some(node) = node else { return Vec::new() };
    let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
    items
        .iter()
        .filter_map(|item| Some((item.as_str()?.to_owned(), item.span)))
        .collect()
}

fn cycle(loading: &mut Loading<'_>, chain: &[(String, Option<Span>)], main: &str, span: Span) {
    let mut names: Vec<String> = chain.iter().map(|(path, _)| loading.shown(path)).collect();
    names.push(loading.shown(main));
    let problem = Diagnostic::error(format!(
        "stack files include each other in a circle: {}",
        names.join(" -> ")
    ));
    let spans = chain[1..].iter().filter_map(|(_, span)| *span);
    let problem = spans.fold(problem.at(span, "closes the circle"), |problem, span| {
        problem.at(span, "on the way")
    });
    loading.problems.push(problem);
}

/// Adds an included stack; a name may be in both only where it stands for the same.
fn import(loading: &mut Loading<'_>, included: Node, stack: &mut Node) {
    let span = stack.span;
    let Some(stack) = stack.as_mapping_mut() else {
        return;
    };
    let Value::Mapping(mut included) = included.value else {
        return;
    };
    for kind in KINDS {
        let Some(Entry { key_span, node }) = included.remove(kind) else {
            continue;
        };
        let Value::Mapping(things) = node.value else {
            continue;
        };
        if stack.get(kind).is_none_or(Node::is_null) {
            stack.insert(kind, key_span, Node::new(Mapping::default(), span));
        }
        let Some(own) = stack.get_mut(kind).and_then(Node::as_mapping_mut) else {
            continue;
        };
        for (name, Entry { key_span, node }) in things {
            match own.entry(&name) {
                None => own.insert(name, key_span, node),
                Some(known) if known.node.same_value(&node) => {}
                Some(known) => {
                    let message = format!(
                        "`{kind}.{name}` is defined twice, in an included file and by its includer"
                    );
                    let problem = Diagnostic::error(message).at(known.key_span, "here");
                    let problem = problem.at(key_span, "and in the included file");
                    loading.problems.push(problem.hint("change it in a file that is merged: `-f`, or a second `path` of the include"));
                }
            }
        }
    }
}
