//! `windlass port`.

use clap::Args;

use super::Ended;
use super::error::CliError;
use super::replica;
use super::scope::{Scope, print};
use crate::engine::Engine;
use crate::state::{Container, PublishedPort};

/// Print the host's address and port under which a container's port is published
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct PortArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The port inside the container
    #[arg(value_name = "PRIVATE_PORT")]
    port: u16,
    /// The replica of this number (default: the first that runs)
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// tcp or udp
    #[arg(long, value_name = "PROTOCOL", default_value = "tcp")]
    protocol: String,
}

pub(super) async fn run(args: &PortArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let containers = scope.connect().await?.containers(&project.name).await?;
    let container = replica::running(&containers, &args.service, args.index)?;
    print(&text(container, args.port, &args.protocol.to_lowercase())?)?;
    Ok(0)
}

/// A port that is only exposed has neither address nor port on the host: `:0`, as docker compose prints it.
fn text(container: &Container, port: u16, protocol: &str) -> Result<String, CliError> {
    let found = container
        .ports
        .iter()
        .find(|known| known.target == port && known.protocol == protocol);
    match found {
        Some(PublishedPort {
            host_ip, published, ..
        }) => Ok(format!("{host_ip}:{published}\n")),
        None => Err(CliError::NoSuchPort {
            container: container.name.clone(),
            port: format!("{port}/{protocol}"),
            known: known(container),
        }),
    }
}

/// The container's ports as `80/tcp`, each once.
fn known(container: &Container) -> Vec<String> {
    let ports = container.ports.iter();
    let mut known: Vec<String> = ports
        .map(|port| format!("{}/{}", port.target, port.protocol))
        .collect();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_publication_of_a_port_is_printed() {
        let port = |host_ip: &str, published, target, protocol: &str| PublishedPort {
            host_ip: host_ip.to_owned(),
            published,
            target,
            protocol: protocol.to_owned(),
        };
        let container = Container {
            name: "shop-web-1".to_owned(),
            ports: vec![
                port("0.0.0.0", 8080, 80, "tcp"),
                port("::", 8080, 80, "tcp"),
                port("127.0.0.1", 8081, 81, "udp"),
                port("", 0, 99, "tcp"),
            ],
            ..Container::default()
        };
        for (number, protocol, expected) in [
            (80, "tcp", "0.0.0.0:8080\n"),
            (81, "udp", "127.0.0.1:8081\n"),
            (99, "tcp", ":0\n"),
            (
                81,
                "tcp",
                "no port 81/tcp for container shop-web-1: 80/tcp, 81/udp, 99/tcp",
            ),
        ] {
            let found = text(&container, number, protocol);
            assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
        }
        let bare = Container {
            name: "shop-db-1".to_owned(),
            ..Container::default()
        };
        let error = text(&bare, 80, "tcp").unwrap_err().to_string();
        assert_eq!(
            error,
            "no port 80/tcp for container shop-db-1: it publishes and exposes none"
        );
    }
}
