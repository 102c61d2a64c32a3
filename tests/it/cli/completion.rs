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

/// What a shell prints that runs this script with windlass on its path, in a folder with a stack; none, and a word on
/// it, where the shell is not installed.
#[expect(clippy::print_stdout, reason = "a test that could not look says so")]
fn shell(words: &[&str], script: &str) -> Option<String> {
    let [name, ..] = words else { return None };
    if Command::new(name).args(["-c", "exit"]).output().is_err() {
        println!("{name} is not installed: its completion is not tested here");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("compose.yaml"), STACK).expect("a file");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_windlass"));
    let path = std::env::var("PATH").expect("a path");
    let folder_of_program = program.parent().expect("a folder").display();
    let output = Command::new("timeout")
        .arg("60")
        .args(words)
        .args(["-c", script])
        .env("PATH", format!("{folder_of_program}:{path}"))
        .env("HOME", folder.path())
        .env("TERM", "dumb")
        .current_dir(folder.path())
        .output()
        .expect("the shell runs");
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (printed(&output.stdout), printed(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    Some(out)
}

#[test]
fn zsh_completes_by_the_script() {
    // On a terminal of its own, as somebody types: the first press of the key completes, from a folder of $fpath and
    // where the script is sourced.
    for load in [
        "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D",
        "autoload -U compinit; compinit -u -D; source ./_windlass",
    ] {
        let script = format!(
            "windlass completion zsh >_windlass; zsh -n _windlass || exit 1
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z '{load}; echo rea\"\"dy'
            zpty -r -m z shown '*ready*'
            zpty -w -n z $'windlass logs w\\t'
            zpty -r -m z shown '*logs web*'
            zpty -w -n z $'\\C-uwindlass imag\\t'
            zpty -r -m z shown '*images*'
            zpty -w -n z $'\\C-uwindlass -f compo\\t'
            zpty -r -m z shown '*compose.yaml*'
            zpty -d z"
        );
        shell(&["zsh", "-f"], &script);
    }
}

#[test]
fn fish_completes_by_the_script() {
    let script = "windlass completion fish >windlass.fish
        fish --no-execute windlass.fish; or exit 1
        source windlass.fish
        for line in 'logs w' 'imag' '-f com' 'ls --format=j' '--profile jobs logs w'
            complete -C \"windlass $line\"
        end";
    if let Some(shown) = shell(&["fish", "--no-config"], script) {
        assert_eq!(
            shown,
            "web\tnginx\nimages\tList the images that the containers of the project were made of\n\
             compose.yaml\n--format=json\nweb\tnginx\nworker\tbusybox\n"
        );
    }
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
