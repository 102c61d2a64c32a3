//! Short forms -> long forms (compose specification: each attribute's "short syntax").

#[cfg(test)]
mod fuzz;
mod port;
mod volume;

use super::error::Diagnostic;
use super::merge::dependency;
use super::node::{Mapping, Node, Style, Value};
use super::pattern::{Table, walk};
use super::span::Span;
use port::{ShortPort, parse_short_port};
use std::ops::Range;
use volume::{ShortVolume, ShortVolumeKind, parse_short_volume};

/// What has a short form.
#[derive(Clone, Copy)]
enum Short {
    /// A text is the folder of a build.
    Build,
    /// A text is a list of one.
    List,
    /// A text is a list of one; empty texts are left out.
    Filled,
    /// A list of names is a mapping without values.
    Names,
    /// A list of services, or a mapping that may lack fields.
    Dependencies,
    /// A text is an env file.
    EnvFiles,
    /// A text is the service.
    Extends,
    /// The word `all`.
    Gpus,
    /// A list of `key=value` is a mapping.
    Pairs,
    /// Keys of ssh agents.
    Ssh,
    /// A boolean is a text.
    Text,
    /// A text is the source.
    File,
    /// `HOST:CONTAINER:PERMISSIONS`.
    Device,
    /// `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, ranges become several ports.
    Ports,
    /// `[SOURCE:]TARGET[:OPTIONS]`.
    Volume,
    /// A mapping with the old `name`.
    External,
    /// A text is the path.
    Include,
}

static SHORTS: &Table<Short> = &[
    ("configs.*", Short::External),
    ("include.*", Short::Include),
    ("networks.*", Short::External),
    ("secrets.*", Short::External),
    ("services.*.build", Short::Build),
    ("services.*.build.additional_contexts", Short::Pairs),
    ("services.*.build.provenance", Short::Text),
    ("services.*.build.sbom", Short::Text),
    ("services.*.build.secrets.*", Short::File),
    ("services.*.build.ssh", Short::Ssh),
    ("services.*.configs.*", Short::File),
    ("services.*.depends_on", Short::Dependencies),
    ("services.*.develop.watch.*.ignore", Short::List),
    ("services.*.develop.watch.*.include", Short::List),
    ("services.*.devices.*", Short::Device),
    ("services.*.dns", Short::Filled),
    ("services.*.env_file", Short::EnvFiles),
    ("services.*.extends", Short::Extends),
    ("services.*.gpus", Short::Gpus),
    ("services.*.label_file", Short::List),
    ("services.*.models", Short::Names),
    ("services.*.networks", Short::Names),
    ("services.*.ports", Short::Ports),
    ("services.*.secrets.*", Short::File),
    ("services.*.volumes.*", Short::Volume),
    ("volumes.*", Short::External),
];

/// Brings all short forms of a stack into their long form. What cannot be read is reported, or with `lenient` left as
/// it is, because it may hold variables.
pub(super) fn canonical(
    stack: &mut Node,
    lenient: bool,
    ports_left: &mut usize,
    problems: &mut Vec<Diagnostic>,
) {
    walk(stack, SHORTS, &mut |node, short| match short {
        Short::Ports => ports(node, lenient, ports_left, problems),
        _ => lengthen(node, short, lenient, problems),
    });
}

/// How many ports a stack may list in short form: all of both protocols, and more than any engine publishes.
pub(super) const MAX_PORTS: usize = 2 * 65_536;

fn lengthen(node: &mut Node, short: Short, lenient: bool, problems: &mut Vec<Diagnostic>) {
    let is_text = matches!(node.value, Value::String(_));
    match short {
        Short::Build if is_text => wrap(node, "context"),
        Short::File if is_text => wrap(node, "source"),
        Short::Extends if is_text => wrap(node, "service"),
        Short::Include if is_text => wrap(node, "path"),
        Short::List if is_text => node.value = vec![node.clone()].into(),
        Short::Filled => {
            if is_text {
                node.value = vec![node.clone()].into();
            }
            let filled = |item: &Node| !item.is_null() && item.as_str() != Some("");
            node.as_sequence_mut()
                .into_iter()
                .for_each(|items| items.retain(filled));
        }
        Short::Names => names(node, |span| Node::new(Value::Null, span)),
        Short::Dependencies => dependencies(node),
        Short::EnvFiles => env_files(node),
        Short::Gpus if is_text => {
            let mut request = Mapping::default();
            request.set("count", node.with_value("all"));
            node.value = vec![node.with_value(request)].into();
        }
        Short::Pairs => pairs(node, lenient, problems),
        Short::Ssh => pairs(node, true, problems),
        Short::Text => {
            if let Some(text) = node.scalar_text() {
                node.value = text.into();
            }
        }
        Short::Device => device(node, lenient, problems),
        Short::Volume => volume(node, lenient, problems),
        Short::External => external(node, problems),
        _ => {}
    }
}

/// Makes a value the only entry of a mapping.
fn wrap(node: &mut Node, key: &str) {
    let mut mapping = Mapping::default();
    mapping.set(key, node.clone());
    node.value = mapping.into();
    node.style = Style::Plain;
}

fn names(node: &mut Node, value: impl Fn(Span) -> Node) {
    let Value::Sequence(items) = &node.value else {
        return;
    };
    let mut mapping = Mapping::default();
    for item in items {
        mapping.insert(
            item.scalar_text().unwrap_or_default(),
            item.span,
            value(item.span),
        );
    }
    node.value = mapping.into();
}

fn dependencies(node: &mut Node) {
    names(node, dependency);
    let Value::Mapping(mapping) = &mut node.value else {
        return;
    };
    for entry in mapping.values_mut() {
        let span = entry.span;
        let Some(given) = entry.as_mapping_mut() else {
            continue;
        };
        if !given.contains("condition") {
            given.set("condition", Node::default_at("service_started", span));
        }
        if !given.contains("required") {
            given.set("required", Node::default_at(true, span));
        }
    }
}

fn env_files(node: &mut Node) {
    if matches!(node.value, Value::String(_)) {
        node.value = vec![node.clone()].into();
    }
    for item in node.as_sequence_mut().into_iter().flatten() {
        let span = item.span;
        if matches!(item.value, Value::String(_)) {
            wrap(item, "path");
        }
        if let Some(file) = item
            .as_mapping_mut()
            .filter(|file| !file.contains("required"))
        {
            file.set("required", Node::default_at(true, span));
        }
    }
}

fn pairs(node: &mut Node, lenient: bool, problems: &mut Vec<Diagnostic>) {
    let Value::Sequence(items) = &node.value else {
        return;
    };
    let mut mapping = Mapping::default();
    for item in items {
        let Some(text) = item.as_str() else { continue };
        match text.split_once('=') {
            Some((key, value)) => mapping.insert(key, item.span, item.with_value(value)),
            None if lenient => mapping.insert(text, item.span, Node::new(Value::Null, item.span)),
            None => problems.push(
                Diagnostic::error("this must be `key=value`").at(item.span, "the `=` is missing"),
            ),
        }
    }
    node.value = mapping.into();
}

fn device(node: &mut Node, lenient: bool, problems: &mut Vec<Diagnostic>) {
    let Some(text) = node.as_str() else { return };
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 && !lenient {
        let problem = Diagnostic::error("a device is written `HOST[:CONTAINER[:PERMISSIONS]]`")
            .at(node.span, "too many colons");
        problems.push(problem.hint("use the long form: source, target, permissions"));
        return;
    }
    let source = parts[0];
    let mut mapping = Mapping::default();
    mapping.set("source", node.with_value(source));
    mapping.set(
        "target",
        node.with_value(
            parts
                .get(1)
                .copied()
                .filter(|target| !target.is_empty())
                .unwrap_or(source),
        ),
    );
    mapping.set(
        "permissions",
        node.with_value(parts.get(2).copied().unwrap_or("rwm")),
    );
    node.value = mapping.into();
}

fn ports(node: &mut Node, lenient: bool, left: &mut usize, problems: &mut Vec<Diagnostic>) {
    let Value::Sequence(items) = &node.value else {
        return;
    };
    let mut ports = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = item
            .scalar_text()
            .filter(|_| !matches!(item.value, Value::Float(_)))
        else {
            ports.push(item.clone());
            continue;
        };
        match parse_short_port(&text) {
            Ok(parsed) if parsed.len() > *left => {
                let message = format!("a stack of more than {MAX_PORTS} ports is too large");
                problems.push(Diagnostic::error(message).at(item.span, "with these"));
                break;
            }
            Ok(parsed) => {
                *left -= parsed.len();
                ports.extend(parsed.iter().map(|port| long_port(item, port)));
            }
            // One port that cannot be read yet leaves the whole list as it is.
            Err(_) if lenient => return,
            Err(error) => {
                let problem =
                    Diagnostic::error(error.kind.to_string()).at(inside(item, &error.span), "");
                problems.push(Diagnostic {
                    hint: error.kind.hint().map(str::to_owned),
                    ..problem
                });
            }
        }
    }
    node.value = ports.into();
}

fn long_port(item: &Node, port: &ShortPort) -> Node {
    let mut mapping = Mapping::default();
    mapping.set("mode", Node::default_at("ingress", item.span));
    if let Some(host_ip) = &port.host_ip {
        mapping.set("host_ip", item.with_value(host_ip.clone()));
    }
    mapping.set("target", item.with_value(i64::from(port.target)));
    if let Some(published) = &port.published {
        mapping.set("published", item.with_value(published.clone()));
    }
    mapping.set("protocol", item.with_value(port.protocol));
    item.with_value(mapping)
}

fn volume(node: &mut Node, lenient: bool, problems: &mut Vec<Diagnostic>) {
    let Some(text) = node.as_str() else { return };
    if lenient {
        // Colons inside of variables separate nothing.
        let (hidden, colon) = (hide_colons(text), '\u{1}');
        if let Ok(parsed) = parse_short_volume(&hidden) {
            let mut long: Node = node.with_value(long_volume(node, &parsed));
            for value in long
                .as_mapping_mut()
                .into_iter()
                .flat_map(Mapping::values_mut)
            {
                if let Value::String(text) = &mut value.value {
                    *text = text.replace(colon, ":");
                }
            }
            node.value = long.value;
        }
        return;
    }
    match parse_short_volume(text) {
        Ok(parsed) => {
            let doubts = parsed.doubts.iter().map(|doubt| {
                Diagnostic::warning(doubt.kind.to_string()).at(inside(node, &doubt.span), "")
            });
            problems.extend(doubts);
            node.value = long_volume(node, &parsed).into();
        }
        Err(error) => problems
            .push(Diagnostic::error(error.kind.to_string()).at(inside(node, &error.span), "")),
    }
}

/// The text with other characters in place of the colons inside of `${...}`.
fn hide_colons(text: &str) -> String {
    let (mut depth, mut before) = (0_usize, ' ');
    let hide = |letter: char| {
        match (before, letter) {
            ('$', '{') => depth += 1,
            (_, '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = letter;
        if letter == ':' && depth > 0 {
            '\u{1}'
        } else {
            letter
        }
    };
    text.chars().map(hide).collect()
}

fn long_volume(node: &Node, volume: &ShortVolume<'_>) -> Mapping {
    let mut mapping = Mapping::default();
    let bind = volume.kind == ShortVolumeKind::Bind;
    mapping.set(
        "type",
        node.with_value(if bind { "bind" } else { "volume" }),
    );
    if let Some(source) = volume.source {
        mapping.set("source", node.with_value(source));
    }
    mapping.set("target", node.with_value(volume.target.clone()));
    if volume.read_only {
        mapping.set("read_only", node.with_value(true));
    }
    let mut options = Mapping::default();
    if let Some(propagation) = volume.propagation {
        options.set("propagation", node.with_value(propagation));
    }
    if let Some(selinux) = volume.selinux {
        options.set("selinux", node.with_value(selinux));
    }
    if bind {
        options.set("create_host_path", Node::default_at(true, node.span));
    }
    if !options.is_empty() {
        mapping.set("bind", node.with_value(options));
    }
    let mut options = Mapping::default();
    if volume.nocopy {
        options.set("nocopy", node.with_value(true));
    }
    // A target of one or two letters is all that docker compose looks at.
    let tiny = node.as_str().is_some_and(|text| text.len() <= 2);
    if (!bind && !tiny) || !options.is_empty() {
        mapping.set("volume", node.with_value(options));
    }
    mapping
}

/// The path inside the container of a volume in short form, where it can be read.
pub(super) fn volume_target(text: &str) -> Option<String> {
    parse_short_volume(text).ok().map(|volume| volume.target)
}

/// `external: {name: N}` is the old way to write `external: true` and `name: N`.
fn external(node: &mut Node, problems: &mut Vec<Diagnostic>) {
    let Some(resource) = node.as_mapping_mut() else {
        return;
    };
    let Some(external) = resource
        .get("external")
        .filter(|external| external.as_mapping().is_some())
        .cloned()
    else {
        return;
    };
    if let Some(old) = external.get("name") {
        let warning = Diagnostic::warning("`external.name` is deprecated").at(old.span, "");
        problems.push(warning.hint("write `external: true` and `name` beside it"));
        match resource.get("name") {
            Some(name) if name.value != old.value => {
                let problem = Diagnostic::error("`name` and `external.name` differ")
                    .at(old.span, "the old way")
                    .at(name.span, "the new way");
                problems.push(problem.hint("keep `name` only"));
            }
            Some(_) => {}
            None => resource.set("name", old.clone()),
        }
    }
    resource.set("external", external.with_value(true));
}

/// The place of a part of a scalar, in bytes of its value; the whole scalar where it was written in another way.
pub(super) fn inside(node: &Node, part: &Range<usize>) -> Span {
    let length = node.as_str().map_or(0, str::len);
    let written = (node.span.end - node.span.start) as usize;
    match (node.style, written.checked_sub(length)) {
        (Style::Plain, Some(0)) => node.span.slice(part.start, part.end),
        (Style::Quoted, Some(2)) => node.span.slice(part.start + 1, part.end + 1),
        _ => node.span,
    }
}
