//! Every stack file of the repository is accepted.

use std::fs;
use std::path::{Path, PathBuf};

use super::{examples, root, windlass};

/// All stack files below a folder of the repository: YAML that has services.
fn stack_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        // Links are not followed: below `target` some lead round in circles.
        if entry.file_type().unwrap().is_dir() {
            // What git keeps there, and what it ignores, is no part of the repository.
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !is_hidden && path != root().join("target") {
                found.extend(stack_files(&path));
            }
        } else if path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
        {
            let text = fs::read_to_string(&path).unwrap();
            if text.lines().any(|line| line.starts_with("services:")) {
                found.push(path);
            }
        }
    }
    found
}

/// Files that are part of a stack, with the file that they are laid upon.
const PARTS: [(&str, &str); 3] = [
    (
        "tests/bench/stacks/flask-mysql.yaml",
        "examples/flask-mysql/stack.yaml",
    ),
    (
        "tests/compare/shop/more.yaml",
        "tests/compare/shop/compose.yaml",
    ),
    (
        "tests/it/engine/compare/newer.yaml",
        "tests/it/engine/compare/stack.yaml",
    ),
];

/// Files beside a stack file that its test makes.
const MADE: [&str; 3] = ["all.env", "raw.env", "all.labels"];

/// `config -q` for these files, from this folder, which has to say nothing.
#[track_caller]
fn is_accepted(folder: &Path, files: &[&Path]) {
    let mut command = windlass(&["--profile", "*"]);
    for file in files {
        command.arg("-f").arg(file);
    }
    let output = command
        .args(["config", "-q"])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{files:?}: {said}");
    assert_eq!((said.as_ref(), output.stdout.len()), ("", 0), "{files:?}");
}

/// What the schema says of the same files is tested beside it, in src/loader/schema/json/tests.rs.
#[test]
fn every_stack_file_of_the_repository_is_accepted_from_its_folder_and_from_the_projects() {
    let broken = root().join("tests/it/load/broken");
    let found = stack_files(root());
    let (wrong, right): (Vec<_>, Vec<_>) = found.iter().partition(|path| path.starts_with(&broken));
    assert!(wrong.len() > 40 && right.len() > 18, "{found:#?}");
    for (part, _) in PARTS {
        assert!(right.iter().any(|path| path.ends_with(part)), "no {part}");
    }
    for path in right {
        let inside = path.strip_prefix(root()).unwrap();
        let base = PARTS.iter().find(|(part, _)| inside == Path::new(part));
        let base = base.map(|(_, base)| Path::new(base));
        if inside.starts_with("tests/it/engine/compare") {
            let folder = tempfile::tempdir().unwrap();
            for made in MADE {
                fs::write(folder.path().join(made), "A=1\n").unwrap();
            }
            let files = base.into_iter().chain([inside]);
            let names = files.map(|file| {
                let name = file.file_name().unwrap();
                fs::copy(root().join(file), folder.path().join(name)).unwrap();
                Path::new(name)
            });
            is_accepted(folder.path(), &names.collect::<Vec<_>>());
            continue;
        }
        is_accepted(
            root(),
            &base.into_iter().chain([inside]).collect::<Vec<_>>(),
        );
        if base.is_none() {
            is_accepted(
                path.parent().unwrap(),
                &[Path::new(path.file_name().unwrap())],
            );
        }
    }
}

#[test]
fn every_example_is_found_without_its_files_name() {
    for folder in examples() {
        let stacks = stack_files(&folder);
        assert!(!stacks.is_empty(), "{} has no stack file", folder.display());
        for stack in stacks {
            is_accepted(stack.parent().unwrap(), &[]);
        }
    }
}
