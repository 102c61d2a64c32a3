//! `windlass build`.

use clap::Args;
use indexmap::IndexMap;

use super::Ended;
use super::actual::Actual;
use super::error::CliError;
use super::global::Progress;
use super::scope::{Scope, print};
use super::up::service_names;
use crate::plan::{self, BuildOptions};
use crate::reconcile::read_build_secrets;
use crate::ui::Mode;
use crate::ui::mask::Mask;
use crate::ui::report::Report;

/// Build the images of services
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "The containers stay as they are: `windlass up -d` replaces those that have older images."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct BuildArgs {
    /// Services to build; all that can be built where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// A build argument, `NAME=VALUE`, or `NAME` for the value in the environment; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    build_arg: Vec<String>,
    /// Use no cache
    #[arg(long)]
    no_cache: bool,
    /// Look for newer base images
    #[arg(long)]
    pull: bool,
    /// Push the images that have a name in the stack file
    #[arg(long)]
    push: bool,
    /// Show nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// Build what the services depend on, too
    #[arg(long)]
    with_dependencies: bool,
    /// Accepted; the engine's builder decides by itself how much memory it takes
    #[arg(short, long, value_name = "BYTES", hide = true)]
    memory: Option<String>,
    /// Build with this builder of docker buildx
    #[arg(long, value_name = "NAME")]
    builder: Option<String>,
    /// Describe how the image was made, in an attestation: `true`, `false` or its parameters
    #[arg(long, value_name = "WHAT")]
    provenance: Option<String>,
    /// List the image's packages in an attestation: `true`, `false` or its parameters
    #[arg(long, value_name = "WHAT")]
    sbom: Option<String>,
    /// Keys or an agent that RUN lines can use: `default`, or `NAME=PATH`; repeatable
    #[arg(long, value_name = "WHAT")]
    ssh: Vec<String>,
    /// Have docker buildx look for bad practice in the Dockerfiles, and build nothing
    #[arg(long)]
    check: bool,
    /// Print what would be built as a file for `docker buildx bake`
    #[arg(long)]
    print: bool,
    /// The older place of the option that stands before the command
    #[arg(long, value_name = "MODE", hide = true)]
    progress: Option<Progress>,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    compress: Option<bool>,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    force_rm: Option<bool>,
    /// Accepted and ignored
    #[arg(long, hide = true)]
    no_rm: bool,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    parallel: Option<bool>,
}

pub(super) async fn run(args: &BuildArgs, scope: &Scope) -> Ended {
    if args.print || args.check {
        return bake(args, scope).await;
    }
    let mut actual = Actual::of_files(&args.services, scope).await?;
    if let Some(progress) = args.progress {
        actual.mode = scope.mode_of(progress);
    }
    if args.quiet {
        actual.mode = Mode::Quiet;
    }
    if args.memory.is_some() {
        let report =
            Report::new("--memory has no effect: the engine's builder takes what it needs");
        scope.warn(&[report], &actual.mask);
    }
    let options = options(args, scope)?;
    read_build_secrets(&mut actual.project);
    actual.mask = mask(&actual, &options);
    let plan = plan::build(&actual.project, &options)?;
    actual.apply(&plan, "build", None, scope).await
}

fn options(args: &BuildArgs, scope: &Scope) -> Result<BuildOptions, CliError> {
    Ok(BuildOptions {
        services: service_names(&args.services)?,
        with_dependencies: args.with_dependencies,
        args: arguments(&args.build_arg, |name| scope.environment.get(name).cloned()),
        no_cache: args.no_cache,
        pull: args.pull,
        push: args.push,
        builder: args.builder.clone(),
        provenance: args.provenance.clone(),
        sbom: args.sbom.clone(),
        ssh: args.ssh.clone(),
    })
}

/// Prints the builds as a file of `docker buildx bake`, or has docker buildx look at their Dockerfiles.
async fn bake(args: &BuildArgs, scope: &Scope) -> Ended {
    let project = scope.project_as_written(&args.services)?;
    let file = plan::bake(&project, &options(args, scope)?, args.check)?;
    if file.is_empty() {
        return Ok(0);
    }
    let text = serde_json::to_string_pretty(&file).map_err(std::io::Error::from)?;
    if args.print {
        print(&format!("{text}\n"))?;
        return Ok(0);
    }
    let engine = scope.connect().await?;
    let checked = engine.bake(args.builder.as_deref(), &text, file.folders());
    checked.await?.ok_or_else(|| {
        CliError::Usage(
            "build --check is done by docker buildx, which is not installed: `sudo apt install docker-buildx`"
                .to_owned(),
        )
    })
}

/// What must not be seen while images are built: also what the command line's arguments hold.
fn mask(actual: &Actual, options: &BuildOptions) -> Mask {
    let mut project = actual.project.clone();
    for service in project.services.values_mut() {
        if let Some(build) = &mut service.build {
            build.args.extend(options.args.clone());
        }
    }
    Mask::of(&project, &actual.state.containers)
}

/// Build arguments as the user typed them; one without a value that the environment doesn't have either is none.
fn arguments(
    words: &[String],
    environment: impl Fn(&str) -> Option<String>,
) -> IndexMap<String, String> {
    let argument = |word: &String| match word.split_once('=') {
        Some((name, value)) => Some((name.to_owned(), value.to_owned())),
        None => Some((word.clone(), environment(word)?)),
    };
    words.iter().filter_map(argument).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_their_value_or_that_of_the_environment() {
        let words = ["A=1=2", "HOME", "B=", "NOWHERE"].map(str::to_owned);
        let read = arguments(&words, |name| (name == "HOME").then(|| "/root".to_owned()));
        let read: Vec<String> = read
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(read, ["A=1=2", "HOME=/root", "B="]);
    }
}
