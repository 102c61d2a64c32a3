//! Variables that an image reads on its first start only: once its data is there, another value changes nothing.

use super::{FieldChange, Warning};
use crate::model::{MountKind, NewContainer, Service};
use crate::state::{Container, ContainerMount};

/// An official image that reads variables when it makes its data, and never again.
struct Image {
    name: &'static str,
    /// The folder of its data.
    data: &'static str,
    /// The variables; `_FILE` behind each names a file with the value.
    variables: &'static [&'static str],
}

const MYSQL: &[&str] = &[
    "MYSQL_ALLOW_EMPTY_PASSWORD",
    "MYSQL_DATABASE",
    "MYSQL_ONETIME_PASSWORD",
    "MYSQL_PASSWORD",
    "MYSQL_RANDOM_ROOT_PASSWORD",
    "MYSQL_ROOT_HOST",
    "MYSQL_ROOT_PASSWORD",
    "MYSQL_USER",
];

const IMAGES: [Image; 4] = [
    Image {
        name: "mysql",
        data: "/var/lib/mysql",
        variables: MYSQL,
    },
    Image {
        name: "mariadb",
        data: "/var/lib/mysql",
        variables: &[
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
            "MARIADB_DATABASE",
            "MARIADB_PASSWORD",
            "MARIADB_PASSWORD_HASH",
            "MARIADB_RANDOM_ROOT_PASSWORD",
            "MARIADB_ROOT_HOST",
            "MARIADB_ROOT_PASSWORD",
            "MARIADB_ROOT_PASSWORD_HASH",
            "MARIADB_USER",
        ],
    },
    Image {
        name: "postgres",
        data: "/var/lib/postgresql",
        variables: &[
            "POSTGRES_DB",
            "POSTGRES_HOST_AUTH_METHOD",
            "POSTGRES_INITDB_ARGS",
            "POSTGRES_INITDB_WALDIR",
            "POSTGRES_PASSWORD",
            "POSTGRES_USER",
        ],
    },
    Image {
        name: "mongo",
        data: "/data/db",
        variables: &[
            "MONGO_INITDB_DATABASE",
            "MONGO_INITDB_ROOT_PASSWORD",
            "MONGO_INITDB_ROOT_USERNAME",
        ],
    },
];

impl Image {
    /// Whether it reads the variable on its first start only. `MariaDB` knows MySQL's variables too.
    fn reads_once(&self, variable: &str) -> bool {
        let name = variable.strip_suffix("_FILE").unwrap_or(variable);
        self.variables.contains(&name) || self.name == "mariadb" && MYSQL.contains(&name)
    }

    /// Whether a mount holds the data, or a part of it.
    fn is_data(&self, mount: &ContainerMount) -> bool {
        let is_below = |path: &str, folder: &str| {
            path.strip_prefix(folder.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        is_below(&mount.target, self.data) || is_below(self.data, &mount.target)
    }
}

/// Warns of changed variables that the new container will not look at, since the data of the old one is mounted.
pub(super) fn read_once(
    service: &Service,
    old: &Container,
    new: &NewContainer,
    changes: &[FieldChange],
) -> Vec<Warning> {
    let Some(image) = official(&new.spec.image) else {
        return Vec::new();
    };
    // One that was never started has made no data.
    let data = old
        .mounts
        .iter()
        .find(|mount| !old.started_at.is_empty() && image.is_data(mount) && is_kept(mount, new));
    let Some(data) = data else {
        return Vec::new();
    };
    let place = match data.name.as_str() {
        "" => &data.source,
        name => name,
    };
    let read_once = changes.iter().filter_map(|change| {
        let variable = change.path.strip_prefix("environment.")?;
        image.reads_once(variable).then_some((variable, change))
    });
    read_once
        .map(|(variable, change)| Warning {
            message: format!(
                "service {}: another value of {variable} changes nothing: {} reads it only on its first start, and its data is in \
                 {place} already; change it in the database itself, or start with an empty volume",
                service.name, image.name
            ),
            position: change.position.clone(),
        })
        .collect()
}

/// The table's row of an official image, from Docker Hub or a mirror of it.
fn official(reference: &str) -> Option<&'static Image> {
    let reference = reference.split('@').next().unwrap_or(reference);
    let (path, last) = reference.rsplit_once('/').unwrap_or(("", reference));
    let name = last.split(':').next().unwrap_or(last);
    let mut folders = path.split('/').filter(|folder| !folder.is_empty());
    let is_host = |word: &str| word.contains(['.', ':']) || word == "localhost";
    let is_official = folders.all(|folder| is_host(folder) || folder == "library");
    IMAGES
        .iter()
        .find(|image| is_official && image.name == name)
}

/// Whether the new container mounts the same thing.
fn is_kept(mount: &ContainerMount, new: &NewContainer) -> bool {
    new.mounts.iter().any(|other| match &other.kind {
        MountKind::Volume { source, .. } => {
            !mount.name.is_empty() && source.as_ref() == Some(&mount.name)
        }
        MountKind::Bind { source, .. } => mount.kind == "bind" && *source == mount.source,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_images_are_known_by_their_names() {
        for (reference, name) in [
            ("mysql", Some("mysql")),
            ("mysql:9", Some("mysql")),
            ("library/postgres:17-alpine", Some("postgres")),
            ("docker.io/library/mongo@sha256:12", Some("mongo")),
            ("localhost:5000/mariadb:11", Some("mariadb")),
            ("bitnami/mysql:9", None),
            ("mysql/mysql-server", None),
            ("mysqld-exporter", None),
        ] {
            assert_eq!(
                official(reference).map(|image| image.name),
                name,
                "{reference}"
            );
        }
    }

    #[test]
    fn variables_of_the_first_start_are_told_from_others() {
        let image = |name| official(name).unwrap();
        for (name, variable, once) in [
            ("mysql", "MYSQL_PASSWORD", true),
            ("mysql", "MYSQL_ROOT_PASSWORD_FILE", true),
            ("mysql", "TZ", false),
            ("mysql", "MARIADB_USER", false),
            ("mariadb", "MARIADB_USER", true),
            ("mariadb", "MYSQL_USER", true),
            ("postgres", "POSTGRES_DB", true),
            ("postgres", "PGDATA", false),
            ("mongo", "MONGO_INITDB_DATABASE", true),
        ] {
            assert_eq!(image(name).reads_once(variable), once, "{name} {variable}");
        }
    }
}
