//! A project that is named is found from anywhere.

use crate::support::engine::Stack;

const STACK: &str =
    "services: {web: {image: busybox, command: sh -c 'echo hello; sleep 1000', init: true}}";

#[test]
fn a_project_is_known_by_its_name_from_anywhere() {
    let stack = Stack::new("place", STACK);
    stack.ok(&["up", "-d"]);
    let id = stack.id("web");
    // A folder without a stack file, and one with another stack's.
    let (empty, other) = (Stack::empty("placeempty"), Stack::new("placeother", STACK));
    other.edit("stack.yaml", "web:", "unlike:");
    let from = |folder: &Stack, args: &[&str]| {
        let mut command = stack.command(args);
        command.current_dir(folder.path(""));
        let output = command.output().expect("windlass runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    for folder in [&empty, &other] {
        let shown = from(folder, &["logs", "--no-log-prefix", "web"]);
        assert_eq!(shown, (Some(0), "hello\n".to_owned(), String::new()));
        let shown = from(folder, &["ps", "-q", "web"]);
        assert_eq!(shown, (Some(0), format!("{id}\n"), String::new()));
        // The project's own files are what it is known by.
        let (code, _, told) = from(folder, &["ps", "nobody"]);
        assert_eq!(code, Some(1));
        assert!(
            told.starts_with("error: no such service: nobody\n"),
            "{told}"
        );
    }

    // Where there is no other file, commands that change something take the project's, too.
    let (code, plan, told) = from(&empty, &["plan"]);
    assert_eq!(code, Some(0), "{plan}{told}");
    let (code, ..) = from(&empty, &["up", "-d"]);
    assert_eq!((code, stack.id("web")), (Some(0), id.clone()));
    // Where there is one, it is the one that is meant, as docker compose has it.
    let (_, services, _) = from(&other, &["config", "--services"]);
    assert_eq!(services, "unlike\n");

    // Files that are gone leave what the engine knows.
    std::fs::remove_file(stack.path("stack.yaml")).expect("the stack goes");
    let shown = from(&empty, &["ps", "-q"]);
    assert_eq!(shown, (Some(0), format!("{id}\n"), String::new()));
    let (code, _, told) = from(&empty, &["plan"]);
    assert_eq!(code, Some(1), "{told}");
    let (code, ..) = from(&empty, &["down"]);
    assert_eq!((code, stack.states().len()), (Some(0), 0));
}
