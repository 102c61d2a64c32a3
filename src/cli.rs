//! The command line.

mod config;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Raises and lowers a whole stack of containers from one stack file.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, disable_version_flag = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command accepts.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Stack file; repeatable, later files are merged over earlier ones; `-` reads standard input
    #[arg(short = 'f', long = "file", value_name = "FILE", global = true)]
    pub file: Vec<PathBuf>,
    /// Project name
    #[arg(short = 'p', long, value_name = "NAME", global = true)]
    pub project_name: Option<String>,
    /// Folder that relative paths start from (default: the folder of the first stack file)
    #[arg(long, value_name = "FOLDER", global = true)]
    pub project_directory: Option<PathBuf>,
    /// Environment file in place of `.env`; repeatable
    #[arg(long, value_name = "FILE", global = true)]
    pub env_file: Vec<PathBuf>,
    /// Enable a profile; repeatable
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Config(config::ConfigArgs),
}

/// Runs the program with these arguments; answers its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Printing to a closed pipe is nobody's error.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match cli.command {
        Command::Config(args) => config(&cli.global, &args),
    }
}

/// Until the frame of the commands is there.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the frame that prints is not there yet"
)]
fn config(global: &Global, args: &config::ConfigArgs) -> ExitCode {
    let current_dir = std::env::var_os("PWD")
        .map(PathBuf::from)
        .unwrap_or_default();
    let request = crate::loader::LoadRequest {
        files: global
            .file
            .iter()
            .map(|file| file.to_string_lossy().into_owned())
            .collect(),
        project_directory: global.project_directory.clone(),
        project_name: global.project_name.clone(),
        env_files: global.env_file.clone(),
        profiles: global.profile.clone(),
        environment: std::env::vars().collect(),
        current_dir: current_dir.clone(),
        stdin: None,
    };
    match crate::loader::load(&request, &args.load_options(false, current_dir)) {
        Ok(loaded) => {
            print!("{}", args.render(&loaded));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
