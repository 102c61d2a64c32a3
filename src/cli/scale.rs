//! `windlass scale`.

use clap::Args;
use indexmap::IndexMap;

use super::Ended;
use super::error::CliError;
use super::raise::raise;
use super::scope::Scope;
use super::up::replicas;
use crate::model::ServiceName;
use crate::plan::UpOptions;

/// Run so many replicas of services
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "The next `windlass up` goes back to what the stack file says (`scale`, `deploy.replicas`)."
)]
pub(super) struct ScaleArgs {
    /// Services and their numbers of replicas
    #[arg(value_name = "SERVICE=N", required = true)]
    services: Vec<String>,
    /// Leave out what the services depend on
    #[arg(long)]
    no_deps: bool,
}

pub(super) async fn run(args: &ScaleArgs, scope: &Scope) -> Ended {
    let mut scale: IndexMap<ServiceName, u32> = IndexMap::new();
    for word in &args.services {
        let (service, number) = replicas(word).ok_or_else(|| {
            CliError::Usage(format!(
                "invalid scale specifier: {word}: SERVICE=NUMBER is expected, such as web=3"
            ))
        })?;
        scale.insert(service, number);
    }
    let options = UpOptions {
        services: scale.keys().cloned().collect(),
        no_deps: args.no_deps,
        ignore_orphans: true,
        scale,
        ..UpOptions::default()
    };
    raise("scale", options, false, false, scope).await
}
