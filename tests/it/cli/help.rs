//! The help of every command, word for word. `WRITE_HELP=1 cargo test --test it help` writes it anew.

use std::path::Path;
use std::process::Command;

#[test]
fn the_help_of_every_command_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/help");
    let mut faults = Vec::new();
    for name in [
        "windlass", "up", "down", "plan", "start", "stop", "restart", "ps", "logs", "config",
        "schema", "version",
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.env_clear().env("COLUMNS", "100");
        if name != "windlass" {
            command.arg(name);
        }
        let output = command.arg("--help").output().expect("the program runs");
        assert!(output.status.success(), "{name}");
        let help = String::from_utf8(output.stdout).expect("help is text");
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("WRITE_HELP").is_some() {
            std::fs::write(&file, &help).expect("the file is written");
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        if known != help {
            faults.push(format!(
                "{} is not the help of {name}, which is\n{help}",
                file.display()
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
