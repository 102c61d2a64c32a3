//! Relative paths -> paths below the project's folder (compose specification: relative paths).

use super::error::Diagnostic;
use super::node::{Node, Value};
use super::pattern::{Table, walk};

/// What kind of path stands at a place.
#[derive(Clone, Copy)]
enum Kind {
    /// A file or folder.
    File,
    /// A build context: a folder, a URL or a service.
    Context,
    /// A path of the host, maybe of Windows.
    Host,
    /// A mount, whose source counts if it is a bind mount.
    Mount,
    /// A volume, whose device counts if it is a bind mount in disguise.
    Volume,
    /// A folder to watch.
    Watched,
}

static PATHS: &Table<Kind> = &[
    ("configs.*.file", Kind::Host),
    ("include.*.env_file", Kind::File),
    ("include.*.path", Kind::File),
    ("include.*.project_directory", Kind::File),
    ("secrets.*.file", Kind::Host),
    ("services.*.build.additional_contexts.*", Kind::Context),
    ("services.*.build.context", Kind::Context),
    ("services.*.build.ssh.*", Kind::Host),
    ("services.*.develop.watch.*.path", Kind::Watched),
    ("services.*.env_file.*.path", Kind::File),
    ("services.*.extends.file", Kind::File),
    ("services.*.label_file.*", Kind::File),
    ("services.*.volumes.*", Kind::Mount),
    ("volumes.*", Kind::Volume),
];

/// Where relative paths start from.
pub(super) struct Base<'a> {
    /// The folder, absolute or relative to that of the whole stack.
    pub(super) folder: &'a str,
    /// The user's own folder, which `~` stands for.
    pub(super) home: Option<&'a str>,
}

/// Lets all relative paths of a stack start from a folder.
pub(super) fn resolve(stack: &mut Node, base: &Base<'_>, problems: &mut Vec<Diagnostic>) {
    walk(stack, PATHS, &mut |node, kind| match kind {
        Kind::Context if node.as_str().is_some_and(is_elsewhere) => {}
        Kind::File | Kind::Context | Kind::Watched => file(node, base),
        Kind::Host => host(node, base),
        Kind::Mount => mount(node, base, problems),
        Kind::Volume => volume(node, base),
    });
}

fn file(node: &mut Node, base: &Base<'_>) {
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| file(item, base)),
        Value::String(text) if !text.is_empty() => {
            let path = expand_home(text, base.home);
            *text = if path.starts_with('/') {
                path
            } else {
                join(base.folder, &path)
            };
        }
        _ => {}
    }
}

fn host(node: &mut Node, base: &Base<'_>) {
    if let Value::String(text) = &mut node.value {
        let path = expand_home(text, base.home);
        *text = if path.starts_with('/') || is_windows(&path) {
            path
        } else {
            join(base.folder, &path)
        };
    }
}

fn mount(node: &mut Node, base: &Base<'_>, problems: &mut Vec<Diagnostic>) {
    if node.get("type").and_then(Node::as_str) != Some("bind") {
        return;
    }
    let span = node.span;
    match node.get_mut("source") {
        Some(source) => host(source, base),
        None => problems.push(Diagnostic::error("a bind mount needs a `source`").at(span, "")),
    }
}

fn volume(node: &mut Node, base: &Base<'_>) {
    if node.get("driver").and_then(Node::as_str) != Some("local") {
        return;
    }
    let Some(options) = node.get_mut("driver_opts") else {
        return;
    };
    if options.get("o").and_then(Node::as_str) == Some("bind")
        && let Some(device) = options.get_mut("device")
    {
        host(device, base);
    }
}

/// Whether a build context is no folder of this machine.
fn is_elsewhere(context: &str) -> bool {
    let prefixes = [
        "service:",
        "https://",
        "http://",
        "git://",
        "ssh://",
        "github.com/",
        "git@",
    ];
    context.contains("://") || prefixes.iter().any(|prefix| context.starts_with(prefix))
}

/// `C:\...` or `\\...`.
fn is_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with("\\\\")
        || (bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && matches!(bytes[2], b'\\' | b'/'))
}

pub(super) fn expand_home(path: &str, home: Option<&str>) -> String {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) => clean(&format!("{home}/{rest}")),
        _ => path.to_owned(),
    }
}

/// A path below a folder; an empty folder or an absolute path leaves the path alone.
pub(super) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() || path.starts_with('/') {
        clean(path)
    } else {
        clean(&format!("{folder}/{path}"))
    }
}

/// The shortest path of the same meaning by text alone: no `//`, `.` or `..` but at the beginning.
pub(super) fn clean(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The folder of a file.
pub(super) fn parent(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => clean(folder),
        None => ".".to_owned(),
    }
}

/// A path as seen from a folder; both absolute.
pub(super) fn relative(folder: &str, path: &str) -> String {
    let split = |path: &str| -> Vec<String> {
        clean(path)
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (from, to) = (split(folder), split(path));
    let same = from
        .iter()
        .zip(&to)
        .take_while(|(left, right)| left == right)
        .count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - same);
    let parts: Vec<String> = up.chain(to[same..].iter().cloned()).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_by_text() {
        for (path, cleaned) in [
            ("./a//b/../c", "a/c"),
            ("/../a/.", "/a"),
            ("../../a", "../../a"),
            ("a/..", "."),
            ("", ""),
        ] {
            assert_eq!(clean(path), cleaned, "{path}");
        }
        assert_eq!(relative("/a/b", "/a/c/d"), "../c/d");
        assert_eq!(relative("/a", "/a"), ".");
        assert_eq!(join("sub", "../x"), "x");
    }
}
