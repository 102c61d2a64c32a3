use std::os::unix::fs::symlink;

use super::*;
use crate::model::WatchRule;
use crate::watch::rule::tests::{copying, folder, service};
use crate::watch::work::Work;

/// A rule's files, and what was seen of them.
struct Seen {
    folder: tempfile::TempDir,
    rule: Rule,
    tree: Tree,
}

impl Seen {
    fn of(files: &[&str], change: impl Fn(&mut WatchRule)) -> Self {
        let folder = folder(files);
        let mut rule = copying(&folder.path().join("src"));
        change(&mut rule);
        let service = service(rule, None);
        let project = crate::plan::tests::project([service]);
        let rules = crate::watch::rules(&project).unwrap();
        let mut seen = Self {
            folder,
            rule: rules.into_rules().remove(0),
            tree: Tree::default(),
        };
        seen.changes();
        // As if the files had been there for long.
        seen.later();
        seen
    }

    /// The next look is not at the moment of the last change.
    fn later(&mut self) {
        for entry in self.tree.entries.values_mut() {
            entry.is_young = false;
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn changes(&mut self) -> (Changes, Folders) {
        let (mut changes, mut folders) = (Changes::new(), Folders::default());
        self.rule.locate();
        let root = self.rule.root().to_owned();
        self.tree
            .look_at(&self.rule, &root, &mut changes, &mut folders)
            .unwrap();
        (changes, folders)
    }

    /// What changed, as it is seen in the container.
    fn news(&mut self) -> Vec<String> {
        let (changes, _) = self.changes();
        let mut work = Work::default();
        work.add_copies(&self.rule, &changes);
        let copying = work.copy.into_values().next().unwrap_or_default();
        let removed = copying.removed.into_iter().map(|path| format!("- {path}"));
        let copied = copying.copied.into_keys().map(|path| format!("+ {path}"));
        removed.chain(copied).collect()
    }
}

#[test]
fn what_is_new_other_or_gone_is_found_and_nothing_else() {
    let mut seen = Seen::of(&["src/a", "src/b", "src/sub/c", "src/sub/d"], |_| {});
    assert_eq!(seen.news(), [""; 0]);
    seen.later();
    seen.write("src/a", "longer");
    fs::remove_file(seen.path("src/b")).unwrap();
    seen.write("src/new/deep/e", "x");
    symlink("a", seen.path("src/link")).unwrap();
    assert_eq!(
        seen.news(),
        [
            "- /app/b",
            "+ /app/a",
            "+ /app/link",
            "+ /app/new",
            "+ /app/new/deep",
            "+ /app/new/deep/e",
        ]
    );
    fs::remove_dir_all(seen.path("src/sub")).unwrap();
    assert!(seen.news().contains(&"- /app/sub".to_owned()));
    assert!(!seen.tree.has_folder(&seen.path("src/sub")));
}

#[test]
fn editors_that_save_by_renaming_change_the_file_once() {
    let mut seen = Seen::of(&["src/a"], |_| {});
    seen.write("src/.a.swp", "x");
    seen.write("src/4913", "x");
    fs::rename(seen.path("src/a"), seen.path("src/a~")).unwrap();
    // As long, and of the same time as far as anyone can tell.
    seen.write("src/a", "src/A");
    assert_eq!(seen.news(), ["+ /app/a"]);
}

#[test]
fn a_folder_that_is_moved_away_takes_its_files_with_it_even_where_only_they_count() {
    let mut seen = Seen::of(&["src/sub/c.py", "src/sub/d.txt", "src/e.py"], |rule| {
        rule.include = vec!["**/*.py".to_owned()];
    });
    fs::rename(seen.path("src/sub"), seen.path("src/other")).unwrap();
    assert_eq!(seen.news(), ["- /app/sub/c.py", "+ /app/other/c.py"]);
}

#[test]
fn a_file_in_the_place_of_a_folder_takes_its_place() {
    let mut seen = Seen::of(&["src/x/y", "src/z"], |_| {});
    fs::remove_dir_all(seen.path("src/x")).unwrap();
    fs::remove_file(seen.path("src/z")).unwrap();
    seen.write("src/x", "a file");
    seen.write("src/z/w", "in a folder");
    assert_eq!(
        seen.news(),
        ["- /app/x/y", "+ /app/x", "+ /app/z", "+ /app/z/w"]
    );
}

#[test]
fn the_rules_own_folder_may_go_and_come_back() {
    let mut seen = Seen::of(&["src/a", "src/b"], |_| {});
    fs::rename(seen.path("src"), seen.path("away")).unwrap();
    assert!(seen.rule.has_moved());
    assert_eq!(seen.news(), [""; 0]);
    assert!(!seen.rule.is_there());
    seen.write("src/a", "other");
    assert!(seen.rule.has_moved());
    assert_eq!(seen.news(), ["- /app/b", "+ /app/a"]);
}

#[test]
fn a_link_that_names_another_folder_brings_its_files() {
    let mut seen = Seen::of(&["one/a", "two/b"], |_| {});
    symlink(seen.path("one"), seen.path("src")).unwrap();
    assert!(seen.rule.has_moved());
    assert_eq!(seen.news(), ["+ /app/a"]);
    fs::remove_file(seen.path("src")).unwrap();
    symlink(seen.path("two"), seen.path("src")).unwrap();
    assert!(seen.rule.has_moved());
    seen.rule.locate();
    assert_eq!(seen.rule.root(), seen.path("two"));
    assert_eq!(seen.news(), ["+ /app/b"]);
}

#[test]
fn a_file_written_twice_in_one_step_of_the_clock_is_seen_twice() {
    let mut seen = Seen::of(&["src/a"], |_| {});
    seen.write("src/a", "one");
    assert_eq!(seen.news(), ["+ /app/a"]);
    let young = seen.path("src/a");
    assert!(seen.tree.entries[&young].is_young);
    assert_eq!(seen.news(), ["+ /app/a"]);
}

#[test]
fn folders_are_watched_when_they_come_and_left_when_they_go() {
    let mut seen = Seen::of(&["src/sub/c", "src/.git/x"], |_| {});
    fs::rename(seen.path("src/sub"), seen.path("src/new")).unwrap();
    fs::create_dir(seen.path("src/.git/objects")).unwrap();
    let (_, folders) = seen.changes();
    assert_eq!(folders.gone, [seen.path("src/sub")].into());
    assert_eq!(folders.found, [seen.path("src/new")].into());
    // Another one of its name needs a watch of its own.
    fs::rename(seen.path("src/new"), seen.path("src/old")).unwrap();
    fs::create_dir(seen.path("src/new")).unwrap();
    let (_, folders) = seen.changes();
    assert_eq!(folders.renewed, [seen.path("src/new")].into());
    assert!(folders.found.contains(&seen.path("src/new")));
}
