//! Environment variables and labels that come from elsewhere: the caller's environment, env files, label files.

use super::Loading;
use super::env_file::{EnvFile, EnvFileError, EnvFileFormat, parse_later_env_file};
use super::error::Diagnostic;
use super::node::{Mapping, Node, Value};
use super::request::Environment;
use super::span::Span;

/// Gives a listed variable without a value that of the caller; the content of configs comes along.
pub(super) fn inherit(stack: &mut Node, environment: &Environment) {
    let services = stack.get_mut("services").and_then(Node::as_mapping_mut);
    for service in services.into_iter().flat_map(Mapping::values_mut) {
        if let Some(variables) = service
            .get_mut("environment")
            .filter(|node| node.as_sequence().is_some())
        {
            super::default::take_variables(variables, environment, true);
        }
    }
}

/// Reads the env files of all services into their environment, whose own values win.
pub(super) fn read_env_files(loading: &mut Loading<'_>, stack: &mut Node) {
    let services = stack.get_mut("services").and_then(Node::as_mapping_mut);
    for service in services.into_iter().flat_map(Mapping::values_mut) {
        let span = service.span;
        let Some(service) = service.as_mapping_mut() else {
            continue;
        };
        let files = service.remove("env_file");
        let (key_span, mut own) = match service.remove("environment") {
            Some(entry) => (entry.key_span, entry.node),
            None => (span, Node::default_at(Mapping::default(), span)),
        };
        super::default::take_variables(&mut own, &loading.stack.environment, true);
        let mut variables = Mapping::default();
        for file in files
            .iter()
            .flat_map(|files| files.node.as_sequence().unwrap_or_default())
        {
            read_env_file(loading, file, &own, &mut variables);
        }
        let rest = own.bare();
        if let Value::Mapping(own) = own.value {
            overlay(&mut variables, own);
        }
        if !variables.is_empty() {
            let value = variables.into();
            service.insert("environment", key_span, Node { value, ..rest });
        }
    }
}

fn read_env_file(loading: &mut Loading<'_>, file: &Node, own: &Node, variables: &mut Mapping) {
    let Some(path) = file.get("path") else { return };
    let name = path.as_str().unwrap_or_default().to_owned();
    let optional = loading.options.spare_env_files
        || file
            .get("required")
            .is_some_and(|required| required.value == Value::Bool(false));
    if !std::path::Path::new(&name).exists() {
        if !optional {
            let message = format!("env file {} not found", loading.shown(&name));
            loading.problems.push(
                Diagnostic::error(message)
                    .at(path.span, "")
                    .hint("where it may be missing, write `path:` and `required: false`"),
            );
        }
        return;
    }
    let format = match file.get("format").and_then(Node::as_str) {
        None | Some("") => EnvFileFormat::DotEnv,
        Some("raw") => EnvFileFormat::Raw,
        Some(other) => {
            let problem = Diagnostic::error(format!("unsupported env_file format `{other}`"))
                .at(path.span, "");
            loading
                .problems
                .push(problem.hint("`raw` is the only other format"));
            return;
        }
    };
    let Some((text, id)) = loading.read(&name, Some(path.span)) else {
        return;
    };
    let environment = &loading.stack.environment;
    let lookup = |name: &str| {
        let own = || {
            own.get(name)
                .filter(|node| !node.is_null())
                .and_then(Node::scalar_text)
        };
        environment.get(name).cloned().or_else(own)
    };
    let earlier = |name: &str| variables.get(name).and_then(Node::scalar_text);
    let parsed = parse_later_env_file(&text, format, lookup, &earlier);
    take(loading, parsed, id, variables);
}

/// Reads the label files of all services into their labels, whose own values win.
pub(super) fn read_label_files(loading: &mut Loading<'_>, stack: &mut Node) {
    let services = stack.get_mut("services").and_then(Node::as_mapping_mut);
    for service in services.into_iter().flat_map(Mapping::values_mut) {
        let Some(service) = service.as_mapping_mut() else {
            continue;
        };
        let Some(files) = service.remove("label_file") else {
            continue;
        };
        let mut labels = Mapping::default();
        for file in files.node.as_sequence().unwrap_or_default() {
            let Some((text, id)) = file
                .as_str()
                .and_then(|path| loading.read(path, Some(file.span)))
            else {
                continue;
            };
            // Here what earlier files say comes first, other than among env files.
            let lookup = |name: &str| labels.get(name).and_then(Node::scalar_text);
            let parsed = parse_later_env_file(&text, EnvFileFormat::DotEnv, lookup, &|_| None);
            take(loading, parsed, id, &mut labels);
        }
        let own = service.get("labels").and_then(Node::as_mapping);
        overlay(&mut labels, own.cloned().unwrap_or_default());
        if !labels.is_empty() {
            service.set("labels", files.node.with_value(labels));
        }
    }
}

fn take(
    loading: &mut Loading<'_>,
    parsed: Result<EnvFile, Vec<EnvFileError>>,
    id: super::span::FileId,
    into: &mut Mapping,
) {
    let span = |range: &std::ops::Range<usize>| Span::new(id, range.start, range.end);
    match parsed {
        Ok(file) => {
            for (name, variable) in file.variables {
                let at = span(&variable.value_span);
                into.insert(
                    name,
                    span(&variable.name_span),
                    Node::new(variable.value, at),
                );
            }
            let doubts = file
                .doubts
                .iter()
                .map(|doubt| Diagnostic::warning(doubt.kind.to_string()).at(span(&doubt.span), ""));
            loading.problems.extend(doubts);
        }
        Err(errors) => {
            let problem = |error: &EnvFileError| {
                Diagnostic::error(error.kind.to_string())
                    .at(span(&error.span), "")
                    .hint(error.kind.hint())
            };
            loading.problems.extend(errors.iter().map(problem));
        }
    }
}

/// Sets all entries of the second mapping in the first.
fn overlay(mapping: &mut Mapping, over: Mapping) {
    if mapping.is_empty() {
        *mapping = over;
        return;
    }
    for (key, entry) in over {
        mapping.insert(key, entry.key_span, entry.node);
    }
}
