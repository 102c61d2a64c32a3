use std::fs;

use tempfile::TempDir;

use super::*;

/// A folder with these files; a name that ends in `/` makes a folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        if name.ends_with('/') {
            fs::create_dir_all(&path).expect("a folder");
        } else {
            fs::write(&path, text).expect("a file");
        }
    }
    root
}

fn request(root: &TempDir, environment: &[(&str, &str)]) -> LoadRequest {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    LoadRequest {
        environment: environment.iter().map(pair).collect(),
        current_dir: root.path().to_path_buf(),
        ..LoadRequest::default()
    }
}

fn read(request: &LoadRequest) -> Stack {
    read_stack(request).unwrap_or_else(|error| panic!("{error}"))
}

/// Paths of the stack files, relative to the root.
fn paths(stack: &Stack, root: &TempDir) -> Vec<String> {
    let relative = |file: &TextFile| {
        file.path
            .strip_prefix(root.path())
            .unwrap_or(&file.path)
            .display()
            .to_string()
    };
    stack.files.iter().map(relative).collect()
}

#[test]
fn stack_files_are_preferred_in_order_and_bring_their_overrides() {
    for (files, expected, warned) in [
        (&["compose.yaml"][..], &["compose.yaml"][..], &[][..]),
        (&["compose.yml"], &["compose.yml"], &[]),
        (
            &["docker-compose.yaml", "docker-compose.yml"],
            &["docker-compose.yml"],
            &["docker-compose.yml, docker-compose.yaml; using docker-compose.yml"],
        ),
        (&["stack.yml"], &["stack.yml"], &[]),
        (
            &["stack.yml", "stack.yaml", "compose.yml"],
            &["compose.yml"],
            &["compose.yml, stack.yaml, stack.yml; using compose.yml"],
        ),
        (
            &["compose.yaml", "compose.override.yaml"],
            &["compose.yaml", "compose.override.yaml"],
            &[],
        ),
        (
            &["compose.yaml", "docker-compose.override.yml"],
            &["compose.yaml", "docker-compose.override.yml"],
            &[],
        ),
        (
            &[
                "compose.yaml",
                "compose.override.yaml",
                "compose.override.yml",
            ],
            &["compose.yaml", "compose.override.yml"],
            &["compose.override.yml, compose.override.yaml; using compose.override.yml"],
        ),
        (
            &["stack.yaml", "stack.override.yaml"],
            &["stack.yaml", "stack.override.yaml"],
            &[],
        ),
        (
            &["compose.yaml", "stack.override.yaml"],
            &["compose.yaml"],
            &[],
        ),
        (
            &["stack.yaml", "compose.override.yaml"],
            &["stack.yaml"],
            &[],
        ),
        (&["compose.yaml/", "compose.yml"], &["compose.yml"], &[]),
    ] {
        let root = folder(&files.iter().map(|name| (*name, "")).collect::<Vec<_>>());
        let stack = read(&request(&root, &[]));
        assert_eq!(paths(&stack, &root), expected, "{files:?}");
        assert_eq!(stack.working_dir, root.path());
        assert_eq!(stack.warnings.len(), warned.len(), "{files:?}");
        for (warning, end) in stack.warnings.iter().zip(warned) {
            assert!(warning.to_string().ends_with(end), "{files:?}: {warning}");
        }
    }
}

#[test]
fn parent_folders_are_searched_and_become_the_working_folder() {
    let root = folder(&[
        ("compose.yaml", "x: 1"),
        (".env", "A=up"),
        ("a/b/.env", "A=here\nB=here"),
    ]);
    let mut request = request(&root, &[]);
    request.current_dir = root.path().join("a/b");
    let stack = read(&request);
    assert_eq!(
        (paths(&stack, &root), &*stack.working_dir),
        (vec!["compose.yaml".to_owned()], root.path())
    );
    assert_eq!(stack.files[0].text, "x: 1");
    assert_eq!(
        (&*stack.environment["A"], &*stack.environment["B"]),
        ("here", "here")
    );
    assert_eq!(
        stack.environment["PWD"],
        request.current_dir.to_string_lossy()
    );
}

#[test]
fn a_missing_stack_file_tells_what_was_looked_for_and_where() {
    let root = folder(&[("sub/x", "")]);
    let error = read_stack(&request(&root, &[])).expect_err("no stack file");
    assert_eq!(
        error.to_string(),
        format!(
            "no stack file found: looked for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml, \
             stack.yaml, stack.yml in {} and its parent folders",
            root.path().display()
        )
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("-f FILE")));
}

#[test]
fn named_files_come_from_the_command_line_the_environment_or_dot_env() {
    let root = folder(&[
        ("a.yaml", ""),
        ("p/b.yaml", ""),
        ("p/.env", "COMPOSE_FILE=nothing.yaml\nP=p"),
        ("compose.yaml", ""),
    ]);
    let mut flags = request(&root, &[("COMPOSE_FILE", "nothing.yaml")]);
    flags.files = vec!["p/b.yaml".to_owned(), "./p/../a.yaml".to_owned()];
    let stack = read(&flags);
    assert_eq!(paths(&stack, &root), ["p/b.yaml", "a.yaml"]);
    assert_eq!(stack.working_dir, root.path().join("p"));
    assert_eq!(stack.environment["P"], "p");

    flags.project_directory = Some(PathBuf::from("elsewhere"));
    assert_eq!(read(&flags).working_dir, root.path().join("elsewhere"));

    for variables in [
        &[("COMPOSE_FILE", "a.yaml:p/b.yaml")][..],
        &[
            ("COMPOSE_FILE", "a.yaml,p/b.yaml"),
            ("COMPOSE_PATH_SEPARATOR", ","),
        ],
    ] {
        assert_eq!(
            paths(&read(&request(&root, variables)), &root),
            ["a.yaml", "p/b.yaml"]
        );
    }
    fs::write(
        root.path().join(".env"),
        "COMPOSE_FILE=a.yaml;p/b.yaml\nCOMPOSE_PATH_SEPARATOR=;",
    )
    .expect(".env");
    assert_eq!(
        paths(&read(&request(&root, &[])), &root),
        ["a.yaml", "p/b.yaml"]
    );
    assert_eq!(
        paths(
            &read(&request(&root, &[("COMPOSE_FILE", "p/b.yaml")])),
            &root
        ),
        ["p/b.yaml"]
    );
}

#[test]
fn standard_input_is_handed_in() {
    let root = folder(&[]);
    let mut request = request(&root, &[]);
    assert!(!request.wants_stdin());
    request.files = vec!["-".to_owned()];
    assert!(request.wants_stdin());
    assert_eq!(
        read_stack(&request).expect_err("nothing handed in"),
        SourceError::NoStdin
    );
    request.stdin = Some("\u{feff}name: x".to_owned());
    let stack = read(&request);
    assert_eq!(
        (stack.files[0].text.as_str(), &*stack.working_dir),
        ("name: x", root.path())
    );
    request.files.clear();
    request
        .environment
        .insert("COMPOSE_FILE".to_owned(), "-".to_owned());
    assert!(request.wants_stdin());
}

#[test]
fn env_files_add_variables_and_the_process_wins() {
    let root = folder(&[
        ("compose.yaml", ""),
        (".env", "A=dot\nB=$A\nC=dot"),
        ("e1", "A=one\nB=one\nC=$A"),
        ("e2", "B=two\nD=${B}-${C}"),
    ]);
    let variables = |request: &LoadRequest| {
        let stack = read(request);
        let value = |name: &str| {
            stack
                .environment
                .get(name)
                .cloned()
                .unwrap_or_else(|| "-".to_owned())
        };
        ["A", "B", "C", "D"].map(value).join(" ")
    };
    assert_eq!(variables(&request(&root, &[])), "dot dot dot -");
    assert_eq!(
        variables(&request(&root, &[("A", "os"), ("C", "")])),
        "os os  -"
    );
    assert_eq!(
        variables(&request(&root, &[("COMPOSE_ENV_FILES", "e1,e2")])),
        "one two one two-one"
    );
    assert_eq!(
        variables(&request(&root, &[("COMPOSE_DISABLE_ENV_FILE", "1")])),
        "- - - -"
    );
    assert_eq!(
        variables(&request(&root, &[("COMPOSE_DISABLE_ENV_FILE", "false")])),
        "dot dot dot -"
    );
    let mut flags = request(
        &root,
        &[
            ("COMPOSE_ENV_FILES", "nothing"),
            ("COMPOSE_DISABLE_ENV_FILE", "1"),
        ],
    );
    flags.env_files = vec![PathBuf::from("e2")];
    assert_eq!(variables(&flags), "- two - two-");
    assert_eq!(read(&flags).env_files[0].1.unset[0].name, "C");
}

#[test]
fn env_files_that_cannot_be_used_are_told() {
    let root = folder(&[
        ("compose.yaml", ""),
        ("bad", "A=1\nB C=2"),
        ("dir/", ""),
        ("sub/compose.yaml", ""),
        ("sub/.env/", ""),
    ]);
    let message = |variable: &str, value: &str| {
        read_stack(&request(&root, &[(variable, value)]))
            .expect_err(value)
            .to_string()
    };
    let path = |name: &str| root.path().join(name).display().to_string();
    for (variable, value, expected) in [
        (
            "COMPOSE_ENV_FILES",
            "nope",
            format!("cannot read the env file: {} does not exist", path("nope")),
        ),
        (
            "COMPOSE_ENV_FILES",
            "dir",
            format!("cannot read the env file: {} is a folder", path("dir")),
        ),
        (
            "COMPOSE_ENV_FILES",
            "bad",
            format!("the env file {} has mistakes", path("bad")),
        ),
        (
            "COMPOSE_DISABLE_ENV_FILE",
            "maybe",
            "COMPOSE_DISABLE_ENV_FILE is `maybe`: 1, 0, true or false is expected".to_owned(),
        ),
    ] {
        assert_eq!(message(variable, value), expected);
    }
    // A folder of the name .env is passed over.
    let mut request = request(&root, &[]);
    request.files = vec!["sub/compose.yaml".to_owned()];
    assert_eq!(read(&request).env_files, []);
}

#[test]
fn project_names_come_from_the_first_that_gives_one() {
    let root = folder(&[("compose.yaml", "")]);
    let name = |flag: Option<&str>, variable: &str| {
        let mut request = request(&root, &[("COMPOSE_PROJECT_NAME", variable)]);
        request.project_name = flag.map(str::to_owned);
        read_stack(&request).map(|stack| stack.name.map(|name| name.to_string()))
    };
    assert_eq!(name(Some("flag"), "variable"), Ok(Some("flag".to_owned())));
    assert_eq!(name(None, "variable"), Ok(Some("variable".to_owned())));
    assert_eq!(name(Some(""), ""), Ok(None));
    for (flag, variable, message, hint) in [
        (
            Some("www.My"),
            "",
            "invalid project name in -p: project name `www.My`",
            Some("`wwwmy` would do"),
        ),
        (
            None,
            "a b",
            "invalid project name in COMPOSE_PROJECT_NAME: project name `a b`",
            Some("`ab` would do"),
        ),
        (
            Some("\u{e9}"),
            "",
            "invalid project name in -p: project name `\u{e9}`",
            None,
        ),
    ] {
        let error = name(flag, variable).expect_err(message);
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.hint().as_deref(), hint);
    }
}

#[test]
fn the_files_name_and_the_folders_name_come_last() {
    let explicit = ProjectName::new("flag").expect("a name");
    for (explicit, in_file, folder, expected) in [
        (Some(&explicit), Some("Bad Name"), "/x", Some("flag")),
        (None, Some("file"), "/x", Some("file")),
        (None, Some("Bad"), "/x", None),
        (None, Some(""), "/srv/shop", Some("shop")),
        (
            None,
            None,
            "/srv/UNNORMALIZED PATH",
            Some("unnormalizedpath"),
        ),
        (None, None, "/srv/_x", Some("x")),
        (None, None, "/srv/123", Some("123")),
        (None, None, "/srv/\u{dc}n\u{ef}", Some("n")),
        (None, None, "/srv/my.app_1-b", Some("myapp_1-b")),
        (None, None, "/", None),
        (None, None, "/srv/...", None),
    ] {
        let name = project_name(explicit, in_file, Path::new(folder)).ok();
        assert_eq!(
            name.as_ref().map(ProjectName::as_str),
            expected,
            "{in_file:?} {folder}"
        );
    }
}

#[test]
fn profiles_come_from_flags_or_the_environment() {
    let root = folder(&[("compose.yaml", ""), (".env", "COMPOSE_PROFILES=a, b,,")]);
    assert_eq!(read(&request(&root, &[])).profiles, ["a", "b"]);
    assert_eq!(
        read(&request(&root, &[("COMPOSE_PROFILES", "*")])).profiles,
        ["*"]
    );
    let mut flags = request(&root, &[]);
    flags.profiles = vec!["c".to_owned()];
    assert_eq!(read(&flags).profiles, ["c"]);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let root = folder(&[("dir/", ""), ("file", "")]);
    let at = |name: &str| root.path().join(name);
    fs::write(at("latin1"), b"a: 1\nb: \xc3\xa9 caf\xe9\n").expect("a file");
    fs::write(at("utf16"), b"\xff\xfea\0").expect("a file");
    fs::File::create(at("large"))
        .and_then(|file| file.set_len(16 * 1024 * 1024 + 1))
        .expect("a sparse file");
    for (name, message, hint) in [
        ("nope", "does not exist", None),
        (
            "no/such/file",
            "does not exist (nor does the folder {root}/no)",
            None,
        ),
        ("dir", "is a folder", Some("name the file in it")),
        ("large", "is larger than 16 MiB", None),
        (
            "latin1",
            "is not UTF-8: byte 0xe9 in line 2, column 9",
            Some("save the file as UTF-8"),
        ),
        (
            "utf16",
            "is encoded as UTF-16",
            Some("save the file as UTF-8"),
        ),
    ] {
        let error = read_text(&at(name)).expect_err(name);
        let message = message.replace("{root}", &root.path().display().to_string());
        assert_eq!(
            error.to_string(),
            format!("{} {message}", at(name).display())
        );
        assert_eq!(error.hint().as_deref(), hint, "{name}");
    }
    let error = read_text(Path::new("no-such-file")).expect_err("a bare name");
    assert_eq!(error.to_string(), "no-such-file does not exist");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let root = folder(&[("bom", "\u{feff}name: x\r\n"), ("plain", "name: x")]);
    assert_eq!(
        read_text(&root.path().join("bom")).as_deref(),
        Ok("name: x\r\n")
    );
    assert_eq!(
        read_text(&root.path().join("plain")).as_deref(),
        Ok("name: x")
    );
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_without_waiting() {
    use std::os::unix::net::UnixListener;

    let root = folder(&[]);
    let socket = root.path().join("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let pipe = root.path().join("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo");
    assert!(made.success());
    for (path, kind) in [
        (socket.as_path(), "socket"),
        (&pipe, "pipe"),
        (Path::new("/dev/zero"), "device"),
    ] {
        let error = read_text(path).expect_err(kind);
        assert_eq!(
            error.to_string(),
            format!("{} is a {kind} and no file", path.display())
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("-f -")));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_the_shell_hands_over_is_read() {
    use std::io::Write;
    use std::os::fd::AsRawFd;

    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(b"name: x").expect("room in the pipe");
    drop(writer);
    let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    assert_eq!(read_text(&path).as_deref(), Ok("name: x"));
}
