//! Completion and manual pages: what shells and `man` get.

use std::process::Command;

use crate::support::test::Test;

const STACK: &str =
    "name: shop\nservices:\n  web: {image: nginx}\n  worker: {image: busybox, profiles: [jobs]}\n";

#[test]
fn the_last_word_is_completed() {
    for (words, expected) in [
        (
            &["__complete", "imag"][..],
            "images\tList the images that the containers of the project were made of\n:4\n",
        ),
        (&["__complete", "logs", "w"], "web\tnginx\n:4\n"),
        (
            &["__complete", "--profile", "jobs", "logs", "w"],
            "web\tnginx\nworker\tbusybox\n:4\n",
        ),
        (&["__complete", "--profile", ""], "jobs\n:4\n"),
        (&["__complete", "-f", ""], ":0\n"),
        (&["__complete", "ls", "--format=j"], "--format=json\n:4\n"),
        (&["__complete", "--bogus", "logs", "w"], ":4\n"),
    ] {
        Test::new(words.iter().copied())
            .file("compose.yaml", STACK)
            .env("DOCKER_HOST", "unix:///nonexistent.sock")
            .stdout(expected)
            .run();
    }
    Test::new(["__complete", "windlass", "logs", "w"])
        .called("docker-windlass")
        .file("compose.yaml", STACK)
        .stdout("web\tnginx\n:4\n")
        .run();
}

#[test]
fn bash_completes_by_the_script() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("compose.yaml"), STACK).expect("a file");
    let script = "
        PATH=$BIN:$PATH
        source <(windlass completion bash)
        COMP_WORDS=(windlass logs w) COMP_CWORD=2
        _windlass && echo \"${COMPREPLY[@]}\"
    ";
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_windlass"));
    let output = Command::new("bash")
        .args(["-c", script])
        .env("BIN", program.parent().expect("a folder"))
        .current_dir(folder.path())
        .output()
        .expect("bash runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        printed,
        "web\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_windlass"))
        .args(["man", "--output"])
        .arg(folder.path())
        .output()
        .expect("windlass runs");
    assert!(output.status.success());
    for name in [
        "windlass.1",
        "windlass-up.1",
        "windlass-logs.1",
        "windlass-man.1",
    ] {
        let page = std::fs::read_to_string(folder.path().join(name)).expect(name);
        assert!(
            page.starts_with(".TH WINDLASS") && page.contains(".SH OPTIONS\n"),
            "{page}"
        );
    }
    Test::new(["man", "bogus"])
        .stderr("error: no command `bogus`: `windlass --help` lists them\n")
        .status(1)
        .run();
}
