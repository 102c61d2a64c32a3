//! Whole stacks, from their files. Each test loads files of a folder of its own.

mod decoded;
mod merged;
mod told;

use super::error::Diagnostic;
use super::{LoadOptions, LoadRequest, Loaded, load};
use std::fs;

/// Loads `compose.yaml` from a folder with these files.
fn load_files(files: &[(&str, &str)]) -> Result<Loaded, Vec<String>> {
    load_selected(files, &[])
}

/// The same, with these services alone.
pub(super) fn load_selected(
    files: &[(&str, &str)],
    services: &[&str],
) -> Result<Loaded, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let current_dir = folder.path().to_path_buf();
    let request = LoadRequest {
        current_dir: current_dir.clone(),
        project_name: Some("test".to_owned()),
        environment: [("SECRET".to_owned(), "hunter2".to_owned())].into(),
        ..LoadRequest::default()
    };
    let options = LoadOptions {
        current_dir,
        services: services.iter().map(|&name| name.to_owned()).collect(),
        ..LoadOptions::default()
    };
    load(&request, &options).map_err(|error| {
        let describe = |problem: &Diagnostic| {
            let places = problem.labels.iter().map(|label| {
                let place = error.sources.location(label.span);
                if label.text.is_empty() {
                    format!("\n  {place}")
                } else {
                    format!("\n  {place} {}", label.text)
                }
            });
            let hint = problem
                .hint
                .as_ref()
                .map(|hint| format!("\n  hint: {hint}"));
            format!(
                "{}{}{}",
                problem.message,
                places.collect::<String>(),
                hint.unwrap_or_default()
            )
        };
        error.diagnostics.iter().map(describe).collect()
    })
}

/// What is wrong with a single file.
fn problems(text: &str) -> Vec<String> {
    load_files(&[("compose.yaml", text)])
        .err()
        .unwrap_or_default()
}

/// What a path of the tree of `compose.yaml` says; `-` where nothing is there.
fn value_at(files: &[(&str, &str)], path: &[&str]) -> String {
    let loaded = load_files(files).unwrap();
    let node = loaded.tree.at(path);
    node.and_then(super::node::Node::scalar_text)
        .unwrap_or_else(|| "-".to_owned())
}
