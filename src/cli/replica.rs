//! Which container a command means that names a service and, with `--index`, one of its replicas.

use super::error::CliError;
use crate::state::Container;

/// The running container of a service: that of this number, else the one with the lowest.
///
/// # Errors
/// Where none runs, in the words scripts look for.
pub(super) fn running<'c>(
    containers: &'c [Container],
    service: &str,
    index: Option<u32>,
) -> Result<&'c Container, CliError> {
    let index = index.filter(|number| *number > 0);
    containers
        .iter()
        .filter(|container| container.service() == Some(service) && !container.is_one_off())
        .filter(|container| container.status.is_up())
        .filter(|container| index.is_none_or(|index| container.number() == Some(index)))
        .min_by_key(|container| container.number())
        .ok_or_else(|| CliError::NotRunning {
            service: service.to_owned(),
            index,
        })
}

/// The same for what is done in a container: where no replica was asked for and none runs, one of `run` will do.
///
/// # Errors
/// Where none runs, in the words scripts look for.
pub(super) fn enterable<'c>(
    containers: &'c [Container],
    service: &str,
    index: Option<u32>,
) -> Result<&'c Container, CliError> {
    running(containers, service, index).or_else(|error| {
        let mut containers = containers.iter();
        containers
            .find(|container| {
                index.unwrap_or_default() == 0
                    && container.service() == Some(service)
                    && container.status.is_up()
            })
            .ok_or(error)
    })
}

/// The containers of a service in the order of their numbers, running or not: that of this number, or all; with
/// `one_off` those of `run` too.
///
/// # Errors
/// Where there is none.
pub(super) fn of<'c>(
    containers: &'c [Container],
    service: &str,
    index: Option<u32>,
    one_off: bool,
) -> Result<Vec<&'c Container>, CliError> {
    let index = index.filter(|number| *number > 0);
    let mut found: Vec<&Container> = containers
        .iter()
        .filter(|container| container.service() == Some(service))
        .filter(|container| match index {
            Some(index) => !container.is_one_off() && container.number() == Some(index),
            None => one_off || !container.is_one_off(),
        })
        .collect();
    found.sort_by_key(|container| (container.is_one_off(), container.number()));
    if !found.is_empty() {
        return Ok(found);
    }
    let service = service.to_owned();
    Err(match index {
        Some(_) => CliError::NotRunning { service, index },
        None => CliError::NoContainersOf(service),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label;
    use crate::state::Status;

    fn container(service: &str, number: &str, status: Status, one_off: &str) -> Container {
        let labels = [
            (label::SERVICE, service),
            (label::CONTAINER_NUMBER, number),
            (label::ONE_OFF, one_off),
        ];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Container {
            name: format!("shop-{service}-{number}"),
            labels: labels.into(),
            status,
            ..Container::default()
        }
    }

    #[test]
    fn where_no_replica_runs_one_of_run_can_be_entered() {
        let mut containers = vec![container("web", "1", Status::Running, "True")];
        let name = |containers: &[Container], index| {
            enterable(containers, "web", index).map_or(String::new(), |found| found.name.clone())
        };
        assert_eq!(name(&containers, None), "shop-web-1");
        assert_eq!(name(&containers, Some(1)), "");
        containers.push(container("web", "2", Status::Running, "False"));
        assert_eq!(name(&containers, None), "shop-web-2");
    }

    #[test]
    fn the_running_replica_that_is_asked_for_is_found() {
        let containers = [
            container("web", "1", Status::Running, "True"),
            container("web", "10", Status::Running, "False"),
            container("web", "2", Status::Paused, "False"),
            container("web", "1", Status::Exited, "False"),
        ];
        for (service, index, expected) in [
            ("web", None, Ok("shop-web-2")),
            ("web", Some(0), Ok("shop-web-2")),
            ("web", Some(10), Ok("shop-web-10")),
            (
                "web",
                Some(1),
                Err("service \"web\" is not running container #1"),
            ),
            ("db", None, Err("service \"db\" is not running")),
        ] {
            let found = running(&containers, service, index).map(|container| &*container.name);
            let found = found.map_err(|error| error.to_string());
            assert_eq!(
                found.as_ref().copied().map_err(String::as_str),
                expected,
                "{service} {index:?}"
            );
        }
    }
}
