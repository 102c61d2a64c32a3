use super::*;
use crate::model::Positions;

/// A folder with files, each of its own path as content.
pub(in crate::watch) fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, file).unwrap();
    }
    folder
}

/// A service with this rule and, where there is a folder for it, a build.
pub(in crate::watch) fn service(rule: WatchRule, context: Option<&Path>) -> Service {
    let mut service = crate::plan::tests::service("web");
    service.watch = vec![rule];
    service.build = context.map(|context| crate::model::Build {
        context: context.to_str().unwrap().to_owned(),
        ..crate::model::Build::default()
    });
    service.positions = Positions::default();
    service
}

/// A rule that copies a folder to `/app`.
pub(in crate::watch) fn copying(path: &Path) -> WatchRule {
    WatchRule {
        path: path.to_str().unwrap().to_owned(),
        target: Some("/app".to_owned()),
        ..WatchRule::default()
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// Which of the files count, for a rule on the folder.
fn counting<'f>(folder: &Path, rule: &Rule, files: &[&'f str]) -> Vec<&'f str> {
    let counts = |file: &&&str| {
        let mut standing = rule.standing(folder);
        let mut path = folder.to_owned();
        let mut counts = Counts {
            itself: true,
            below: true,
        };
        for name in file.split('/') {
            path.push(name);
            (counts, standing) = rule.judge(&path, &standing);
            if !counts.below {
                return false;
            }
        }
        counts.itself
    };
    files.iter().filter(counts).copied().collect()
}

#[test]
fn patterns_say_what_counts() {
    let files = [
        "a.py",
        "sub/b.py",
        "sub/c.txt",
        "x.log",
        "sub/x.log",
        "node_modules/d.py",
        "sub/node_modules/d.py",
        ".git/config",
        "sub/.git/x",
        ".a.py.swp",
        "a.py~",
        "4913",
        ".#a.py",
        "#a.py#",
        "sub/.idea/x",
        "a.py___jb_tmp___",
    ];
    let table: [(&[&str], &[&str], &[&str]); 6] = [
        (
            &[],
            &[],
            &[
                "a.py",
                "sub/b.py",
                "sub/c.txt",
                "x.log",
                "sub/x.log",
                "node_modules/d.py",
                "sub/node_modules/d.py",
            ],
        ),
        (
            &["node_modules/", "*.log"],
            &[],
            &[
                "a.py",
                "sub/b.py",
                "sub/c.txt",
                "sub/x.log",
                "sub/node_modules/d.py",
            ],
        ),
        (
            &["**/node_modules", "**/*.log"],
            &[],
            &["a.py", "sub/b.py", "sub/c.txt"],
        ),
        (
            &["sub", "!sub/b.py", "*.log", "node_modules"],
            &[],
            &["a.py", "sub/b.py"],
        ),
        (&["**/node_modules"], &["**/*.py"], &["a.py", "sub/b.py"]),
        (
            &[],
            &["sub"],
            &[
                "sub/b.py",
                "sub/c.txt",
                "sub/x.log",
                "sub/node_modules/d.py",
            ],
        ),
    ];
    let folder = folder(&[]);
    let root = fs::canonicalize(folder.path()).unwrap();
    for (ignore, include, expected) in table {
        let rule = WatchRule {
            ignore: words(ignore),
            include: words(include),
            ..copying(&root)
        };
        let rule = Rule::new(&service(rule.clone(), None), &rule).unwrap();
        assert_eq!(
            counting(&root, &rule, &files),
            expected,
            "{ignore:?} {include:?}"
        );
    }
}

#[test]
fn what_the_build_leaves_out_does_not_count_wherever_the_rules_folder_lies() {
    let folder = folder(&["app/.dockerignore", "app/src/a.py"]);
    let root = fs::canonicalize(folder.path()).unwrap();
    let context = root.join("app");
    fs::write(
        context.join(".dockerignore"),
        "src/secret\n**/*.tmp\n!keep.tmp\n",
    )
    .unwrap();
    let table: [(&Path, &[&str], &[&str]); 3] = [
        (
            &context,
            &[
                "src/a.py",
                "src/secret/key",
                "x.tmp",
                "keep.tmp",
                "secret/key",
            ],
            &["src/a.py", "keep.tmp", "secret/key"],
        ),
        (
            &context.join("src"),
            &["a.py", "secret/key", "x.tmp"],
            &["a.py"],
        ),
        (
            &root,
            &["app/src/a.py", "app/src/secret/key", "x.tmp", "app/x.tmp"],
            &["app/src/a.py", "x.tmp"],
        ),
    ];
    for (path, files, expected) in table {
        let rule = copying(path);
        let rule = Rule::new(&service(rule.clone(), Some(&context)), &rule).unwrap();
        assert_eq!(counting(path, &rule, files), expected, "{}", path.display());
    }
    // That of the Dockerfile goes before that of the folder.
    fs::write(context.join("Dockerfile.dockerignore"), "a.py\n").unwrap();
    let rule = copying(&context);
    let rule = Rule::new(&service(rule.clone(), Some(&context)), &rule).unwrap();
    assert_eq!(counting(&context, &rule, &["a.py", "x.tmp"]), ["x.tmp"]);
}

#[test]
fn paths_have_their_place_in_the_container() {
    let folder = folder(&["src/a.py"]);
    let root = fs::canonicalize(folder.path()).unwrap();
    let table = [
        ("src", "/app", "src/sub/b.py", Some("/app/sub/b.py")),
        ("src", "/app/", "src/b.py", Some("/app/b.py")),
        ("src", "/", "src/b.py", Some("/b.py")),
        ("src/a.py", "/etc/a.conf", "src/a.py", Some("/etc/a.conf")),
        ("src/a.py", "/etc/", "src/a.py", Some("/etc/a.py")),
        ("src", "/app", "other/b.py", None),
    ];
    for (path, target, changed, expected) in table {
        let rule = WatchRule {
            target: Some(target.to_owned()),
            ..copying(&root.join(path))
        };
        let rule = Rule::new(&service(rule.clone(), None), &rule).unwrap();
        assert_eq!(
            rule.target(&root.join(changed)).as_deref(),
            expected,
            "{changed}"
        );
    }
}

#[test]
fn rules_that_cannot_be_carried_out_are_refused() {
    let folder = folder(&[]);
    let table = [
        (
            WatchRule {
                action: WatchAction::Rebuild,
                ..copying(folder.path())
            },
            "can't watch service \"web\" with action rebuild without a build context",
        ),
        (
            WatchRule {
                action: WatchAction::SyncExec,
                ..copying(folder.path())
            },
            "can't watch with action \"sync+exec\" on service \"web\" without a command (`exec.command`)",
        ),
        (
            WatchRule {
                ignore: words(&["a", "[z"]),
                ..copying(folder.path())
            },
            "pattern \"[z\" of service \"web\" is not valid",
        ),
    ];
    for (rule, expected) in table {
        let project = crate::plan::tests::project([service(rule, None)]);
        assert_eq!(rules(&project).unwrap_err().to_string(), expected);
    }
    let project = crate::plan::tests::project([crate::plan::tests::service("web")]);
    assert!(matches!(rules(&project), Err(WatchError::NoRules)));
}
