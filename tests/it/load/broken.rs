//! Stack files with mistakes, one kind each, and what is said of them, word for word: every folder of
//! `tests/it/load/broken` holds a `compose.yaml`, what else it needs, and `stderr.txt`.
//! `WRITE_DIAGNOSTICS=1 cargo test --test it broken` writes those anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::test::Test;

fn folders() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/load/broken");
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// `config -q` in a copy of a folder.
fn check(folder: &Path) -> Test {
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|file| !file.ends_with("stderr.txt"))
        .fold(Test::new(["config", "-q"]), |test, file| {
            let name = file.file_name().unwrap().to_str().unwrap();
            test.file(name, &fs::read_to_string(&file).unwrap())
        })
}

#[test]
fn every_mistake_is_told_in_known_words() {
    let mut faults = Vec::new();
    for folder in folders() {
        let (told, status) = check(&folder).stderr_and_status();
        let file = folder.join("stderr.txt");
        if std::env::var_os("WRITE_DIAGNOSTICS").is_some() {
            fs::write(&file, &told).unwrap();
        }
        if fs::read_to_string(&file).unwrap_or_default() != told {
            faults.push(format!("{} should be\n{told}", file.display()));
        }
        let expected = i32::from(told.contains("error: "));
        if told.is_empty() || status != Some(expected) {
            faults.push(format!("{} ends with {status:?}", folder.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn five_mistakes_are_five_errors() {
    for name in ["five_mistakes", "five_references"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/load/broken");
        let (told, _) = check(&folder.join(name)).stderr_and_status();
        let errors = told.lines().filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 5, "{told}");
    }
}

#[test]
fn a_bind_source_that_would_be_created_is_told_before_anything_runs() {
    let stack = "services:\n  web:\n    image: busybox\n    volumes:\n      - ./here:/here\n      - ./compose.yaml:/file\n      - type: bind\n        source: ./refused\n        target: /refused\n        bind:\n          create_host_path: false\n";
    Test::new(["config", "-q"])
        .file("compose.yaml", stack)
        .run();
    for command in ["plan", "up"] {
        let (told, _) = Test::new([command])
            .file("compose.yaml", stack)
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .stderr_and_status();
        assert_eq!(told.matches("does not exist").count(), 1, "{told}");
        assert!(
            told.contains("warning: [FOLDER]/here does not exist: the engine will create a folder")
        );
        assert!(told.contains(" --> compose.yaml:5:9"), "{told}");
    }
}

#[test]
fn bind_sources_of_another_machine_are_not_looked_for_on_this_one() {
    for host in ["tcp://127.0.0.1:1", "ssh://nobody@nowhere.invalid"] {
        let (told, _) = Test::new(["plan"])
            .file(
                "compose.yaml",
                "services: {web: {image: busybox, volumes: [\"./here:/here\"]}}\n",
            )
            .env("DOCKER_HOST", host)
            .stderr_and_status();
        assert!(!told.contains("does not exist"), "{told}");
    }
}
