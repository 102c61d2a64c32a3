//! The `windlass` program: a runtime, and the command line of [`windlass::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    windlass::cli::run(std::env::args_os())
}
