//! The layers: which module may use which, and where the outside world may be touched. Test code is exempt.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

/// Each module, in the order of `lib.rs`, with the modules it may use besides itself.
const LAYERS: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("label", &["model"]),
    ("state", &["model", "label"]),
    ("graph", &["model"]),
    ("loader", &["model", "graph"]),
    ("plan", &["model", "label", "state", "graph"]),
    ("engine", &["model", "label", "state"]),
    ("reconcile", &["model", "label", "state", "plan", "engine"]),
    ("watch", &["model", "state", "plan", "engine", "reconcile"]),
    // Of engine, loader and watch only the error types, and what events carry.
    (
        "ui",
        &[
            "model",
            "label",
            "state",
            "loader",
            "plan",
            "engine",
            "reconcile",
            "watch",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "label",
            "state",
            "graph",
            "loader",
            "plan",
            "engine",
            "reconcile",
            "watch",
            "ui",
        ],
    ),
];

/// What only these files, or those below these folders, may mention: the text, as a pattern; the places.
const WALLS: [(&str, &[&str]); 16] = [
    (r"\bbollard::", &["engine/docker"]),
    (
        r"\b(hyper|hyper_util|http_body_util|prost)::",
        &["engine/docker"],
    ),
    (r"\bclap::", &["cli"]),
    (r"\bpetgraph::", &["graph"]),
    (r"\bannotate_snippets::", &["ui"]),
    (r"\bgranit_parser::", &["loader/yaml"]),
    (r"\btracing_subscriber::", &["cli"]),
    (r"\bnotify::", &["watch"]),
    (r"\btar::", &["engine/archive", "engine/context"]),
    (
        r"\b(std::)?env::(var|vars|args|current_dir|set_|remove_|temp_dir|home_dir)",
        &["cli", "main"],
    ),
    (r"\bsignal::", &["cli"]),
    (
        r"\bu?e?print(ln)?!|\bdbg!|\bio::std(in|out|err)\b",
        &["ui", "cli"],
    ),
    (r"\bprocess::exit\b", &[]),
    // One place applies plans: there `--dry-run` shows them instead.
    (r"\breconcile::\{?.*\bapply\b", &["cli/apply"]),
    (
        r"\b(std::fs|tokio|futures_util)::|\bfs::(read|write|File|metadata)",
        &[
            "loader/source",
            "engine",
            "reconcile",
            "watch",
            "cli",
            "main",
        ],
    ),
    (
        r"\basync\b|\.await\b|\b(Instant|SystemTime)::now",
        &["engine", "reconcile", "watch", "ui", "cli", "main"],
    ),
];

/// A rule that a file breaks.
fn violations(path: &str, source: &str) -> BTreeSet<String> {
    let source = without_tests_and_comments(source);
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let mut found = BTreeSet::new();
    if let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) {
        for used in modules_used(path, &source) {
            let is_module = LAYERS.iter().any(|(name, _)| *name == used);
            if is_module && used != module && !allowed.contains(&used.as_str()) {
                found.insert(format!("{path}: {module} may not use {used}"));
            }
        }
    }
    for (pattern, places) in WALLS {
        let inside = |place: &&str| {
            let below = path.strip_prefix(*place);
            below.is_some_and(|rest| rest.starts_with(['/', '.']))
        };
        if let Some(text) = Regex::new(pattern).unwrap().find(&source)
            && !places.iter().any(inside)
        {
            found.insert(format!("{path}: `{}` belongs in {places:?}", text.as_str()));
        }
    }
    found
}

/// The modules of the crate's root that the file mentions, by `crate::` or by enough `super::`.
fn modules_used(path: &str, source: &str) -> BTreeSet<String> {
    // `a/b.rs` is the module `a::b`: two `super::` lead to the root.
    let depth = path.split('/').count();
    let root = format!(r"(?:\bcrate::|\b(?:super::){{{depth}}})");
    let single = Regex::new(&format!("{root}([a-z_]+)")).unwrap();
    let group = Regex::new(&format!(r"{root}\{{")).unwrap();
    let mut used: BTreeSet<String> = single
        .captures_iter(source)
        .map(|found| found[1].to_owned())
        .collect();
    for found in group.find_iter(source) {
        let mut depth = 0;
        let mut word = String::new();
        for c in source[found.end()..].chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => used.extend(Some(std::mem::take(&mut word))),
                _ if depth == 0 && !c.is_whitespace() => word.push(c),
                _ => {}
            }
        }
        used.insert(word);
    }
    used.iter()
        .map(|path| path.split("::").next().unwrap_or_default().to_owned())
        .collect()
}

/// The source as it is compiled into the program: items under `#[cfg(test)]` end at the next line of their own
/// indentation that closes them.
fn without_tests_and_comments(source: &str) -> String {
    let mut kept = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let code = line.split("//").next().unwrap_or_default();
        if code.trim() == "#[cfg(test)]" {
            let indent = &line[..line.len() - line.trim_start().len()];
            let ends = |line: &str| {
                let rest = line.strip_prefix(indent);
                rest.is_some_and(|rest| {
                    rest.starts_with('}') || !rest.starts_with(' ') && rest.ends_with(';')
                })
            };
            for line in lines.by_ref() {
                if ends(line) {
                    break;
                }
            }
        } else {
            kept.push_str(code);
            kept.push('\n');
        }
    }
    kept
}

fn is_test_code(path: &str) -> bool {
    let is_fuzz = path.ends_with("fuzz.rs") || path.starts_with("fuzz/");
    path.ends_with("tests.rs") || path.contains("/tests/") || is_fuzz
}

/// All files of the program, by their path below `src`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

#[test]
fn each_module_uses_only_the_layers_below_it() {
    let sources = sources();
    assert!(sources.iter().any(|(path, _)| path == "plan/up.rs"));
    let found: Vec<String> = sources
        .iter()
        .filter(|(path, _)| !is_test_code(path))
        .flat_map(|(path, source)| violations(path, source))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn lib_lists_the_modules_in_the_order_of_their_layers() {
    let (_, lib) = sources()
        .into_iter()
        .find(|(path, _)| path == "lib.rs")
        .unwrap();
    let lines = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    let listed: Vec<&str> = lines.map(|line| line.trim_end_matches(';')).collect();
    assert_eq!(listed, LAYERS.map(|(name, _)| name));
    for (index, (name, allowed)) in LAYERS.iter().enumerate() {
        let below: Vec<&str> = LAYERS[..index].iter().map(|(name, _)| *name).collect();
        let above = allowed.iter().find(|used| !below.contains(used));
        assert_eq!(above, None, "{name} uses a layer above it");
    }
}

#[test]
fn every_way_over_the_wall_is_seen() {
    let table = [
        (
            "model/name.rs",
            "use crate::label;",
            "model may not use label",
        ),
        (
            "plan/up.rs",
            "use crate::{\n    graph::{A, B},\n    engine::Engine,\n};",
            "use engine",
        ),
        (
            "plan/up.rs",
            "fn f(a: &crate::loader::Node) {}",
            "use loader",
        ),
        ("plan.rs", "use super::engine;", "use engine"),
        (
            "plan/up.rs",
            "use super::super::engine::{Engine};",
            "use engine",
        ),
        ("loader/merge.rs", "use crate::plan;", "use plan"),
        ("engine/locate.rs", "use bollard::Docker;", "`bollard::`"),
        (
            "engine/locate.rs",
            "let home = std::env::var(\"HOME\");",
            "`std::env::var`",
        ),
        ("plan/up.rs", "async fn f() {}", "`async`"),
        ("plan/up.rs", "let now = Instant::now();", "`Instant::now`"),
        (
            "loader/node.rs",
            "std::fs::read_to_string(path)",
            "`std::fs::`",
        ),
        ("reconcile/apply.rs", "println!(\"hello\");", "`println!`"),
        ("reconcile/apply.rs", "eprintln!(\"hello\");", "`eprintln!`"),
        ("cli/up.rs", "std::process::exit(1);", "`process::exit`"),
        (
            "cli/up.rs",
            "use crate::reconcile::{apply, observe};",
            "apply` belongs",
        ),
        ("dockerless.rs", "use bollard::Docker;", "`bollard::`"),
        ("graphic.rs", "use petgraph::Graph;", "`petgraph::`"),
        (
            "plan/up.rs",
            "#[cfg(test)]\nmod tests;\nuse crate::ui;",
            "use ui",
        ),
        (
            "plan/up.rs",
            "#[cfg(test)]\nmod tests {\n    x();\n}\nuse crate::ui;",
            "use ui",
        ),
    ];
    for (path, source, expected) in table {
        let found = violations(path, source);
        let only = found.iter().next().filter(|_| found.len() == 1);
        assert!(
            only.is_some_and(|only| only.contains(expected)),
            "{path}: {source}\n{found:?}"
        );
    }
}

#[test]
fn what_is_allowed_is_let_through() {
    let table = [
        (
            "plan/up.rs",
            "use super::diff;\nuse crate::graph::ServiceGraph;",
        ),
        ("plan/up/replica.rs", "use super::super::decide;"),
        (
            "engine/docker/pull.rs",
            "use bollard::Docker;\nuse super::super::locate;",
        ),
        ("graph.rs", "use petgraph::Graph;"),
        ("plan/up.rs", "// use crate::ui;\n/// println!"),
        (
            "plan/up.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::ui;\n    println!();\n}",
        ),
        ("main.rs", "windlass::cli::run(std::env::args_os())"),
        ("plan/up.rs", "use crate::plan::{Plan, Step};"),
    ];
    for (path, source) in table {
        assert_eq!(
            violations(path, source),
            BTreeSet::new(),
            "{path}: {source}"
        );
    }
}
