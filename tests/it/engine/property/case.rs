//! The stacks: ours, and other people's where they lie beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use serde_json::Value;
use tempfile::TempDir;

/// Every attribute that an engine of this machine carries out.
const MANY: &str = include_str!("many.yaml");

/// A stack, in its canonical form.
pub(super) struct Case {
    /// What it is called.
    pub(super) name: String,
    /// Whether it is of this repository.
    pub(super) is_ours: bool,
    folder: PathBuf,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    /// Keeps the files.
    _files: Rc<TempDir>,
}

impl Case {
    /// What `windlass config --format json` answers; none where the stack cannot be loaded.
    pub(super) fn model(&self) -> Option<Value> {
        let ran = Command::new(env!("CARGO_BIN_EXE_windlass"))
            .args(&self.args)
            .args(["config", "--format", "json"])
            .current_dir(&self.folder)
            .env_clear()
            .envs([
                ("HOME", "/nonexistent"),
                ("PATH", "/usr/bin:/bin"),
                ("DOCKER_HOST", "unix:///nonexistent"),
            ])
            .env("PWD", &self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .expect("windlass runs");
        let text = ran.status.success().then_some(ran.stdout)?;
        serde_json::from_slice(&text).ok()
    }
}

/// All stacks, ours first.
pub(super) fn all() -> Vec<Case> {
    let mut cases = ours();
    cases.extend(beside());
    cases
}

fn ours() -> Vec<Case> {
    let files = Rc::new(TempDir::new().expect("a temporary folder"));
    fs::write(files.path().join("stack.yaml"), MANY).expect("a file");
    let case = |name: String, folder| Case {
        name,
        is_ours: true,
        folder,
        args: Vec::new(),
        environment: Vec::new(),
        _files: Rc::clone(&files),
    };
    let many = case("many".to_owned(), files.path().to_owned());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let examples = entries(&examples)
        .into_iter()
        .filter(|folder| folder.join("stack.yaml").is_file());
    let examples = examples.map(|folder| case(name_of(&folder), folder));
    std::iter::once(many).chain(examples).collect()
}

/// Other people's stacks, where they lie beside the checkout: `CASE/in` are the files, `CASE/case.json` says how
/// they are called.
fn beside() -> Vec<Case> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/cases.tar.gz");
    if !archive.is_file() {
        return Vec::new();
    }
    let files = Rc::new(TempDir::new().expect("a temporary folder"));
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(files.path())
        .status();
    assert!(
        unpacked.expect("tar runs").success(),
        "{} is no archive",
        archive.display()
    );
    let roots = entries(files.path());
    let folders = roots.iter().flat_map(|root| entries(root));
    let case = |folder: PathBuf| {
        let about = fs::read(folder.join("case.json")).ok()?;
        let about: Value = serde_json::from_slice(&about).ok()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let inside = folder.join("in").join(text(&about["cwd"]));
        Some(Case {
            name: name_of(&folder),
            is_ours: false,
            folder: inside.canonicalize().ok()?,
            args: about["args"].as_array()?.iter().map(text).collect(),
            environment: about["env"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
            _files: Rc::clone(&files),
        })
    };
    folders.filter_map(case).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What is in a folder, in the order of the names; nothing where there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = read.map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
