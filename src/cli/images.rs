//! `windlass images`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, json};

use super::Ended;
use super::scope::{Scope, now, print};
use super::service;
use crate::engine::Engine;
use crate::state::{Container, Image};
use crate::ui::listing::{self, Form};
use crate::ui::size;
use crate::ui::table::Table;
use crate::ui::template::{Row, TemplateError, json_line};
use crate::ui::time;

/// The fields of a row with the names of their columns.
const HEADINGS: [(&str, &str); 7] = [
    ("ID", "IMAGE ID"),
    ("ContainerName", "CONTAINER"),
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Platform", "PLATFORM"),
    ("Size", "SIZE"),
    ("LastTagTime", "LAST TAG TIME"),
];

/// List the images that the containers of the project were made of
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct ImagesArgs {
    /// Services whose containers to look at; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// table, json, or a template such as '{{.Tag}} {{.Size}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    /// Only ids
    #[arg(short, long)]
    quiet: bool,
}

pub(super) async fn run(args: &ImagesArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let mut containers = engine.containers(&project.name).await?;
    service::doubt(&args.services, &project, &containers, scope);
    let is_wanted = |service: &str| args.services.iter().any(|name| name == service);
    containers
        .retain(|container| args.services.is_empty() || container.service().is_some_and(is_wanted));
    let mut images = BTreeMap::new();
    for container in &containers {
        let id = &container.image_id;
        if !images.contains_key(id)
            && let Some(image) = engine.image(id).await?
        {
            images.insert(id.clone(), image);
        }
    }
    print(&text(&containers, &images, args, now())?)?;
    Ok(0)
}

fn text(
    containers: &[Container],
    images: &BTreeMap<String, Image>,
    args: &ImagesArgs,
    now: i64,
) -> Result<String, TemplateError> {
    // An image that was removed under its container has nothing to be shown.
    let known = containers
        .iter()
        .filter_map(|container| Some((container, images.get(&container.image_id)?)));
    if args.quiet {
        let mut ids: Vec<&str> = Vec::new();
        for (_, image) in known {
            let id = image.id.trim_start_matches("sha256:");
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        return Ok(ids.iter().flat_map(|id| [id, "\n"]).collect());
    }
    let rows: Vec<Row> = known
        .clone()
        .map(|(container, image)| row(container, image))
        .collect();
    if args.format == Form::Json {
        // Docker compose prints one array, nothing as null, and an empty line.
        let lines: Vec<String> = rows.iter().map(|row| json_line(&row.fields)).collect();
        return Ok(match lines.as_slice() {
            [] => "null\n\n".to_owned(),
            lines => format!("[{}]\n\n", lines.join(",")),
        });
    }
    listing::text(&args.format, &rows, &HEADINGS, || {
        let mut table = Table::new([
            "CONTAINER",
            "REPOSITORY",
            "TAG",
            "PLATFORM",
            "IMAGE ID",
            "SIZE",
            "CREATED",
        ]);
        for (container, image) in known {
            let (repository, tag) = name(image);
            let id = image.id.trim_start_matches("sha256:");
            let created = time::stamp(tagged_at(image)).map_or_else(
                || "N/A".to_owned(),
                |then| format!("{} ago", time::length(now - then)),
            );
            table.row([
                container.name.clone(),
                repository,
                tag,
                platform(image),
                id.get(..12).unwrap_or(id).to_owned(),
                size::decimal(image.size),
                created,
            ]);
        }
        table
    })
}

fn row(container: &Container, image: &Image) -> Row {
    let (repository, tag) = name(image);
    let fields = json!({
        "ID": image.id,
        "ContainerName": container.name,
        "Repository": repository,
        "Tag": tag,
        "Platform": platform(image),
        "Size": image.size,
        "LastTagTime": match tagged_at(image) {
            "" => "0001-01-01T00:00:00Z",
            moment => moment,
        },
    });
    Row {
        fields: fields.as_object().cloned().unwrap_or_default(),
        labels: Map::new(),
    }
}

/// When it got its last tag; one without a tag counts from when it was built, as with docker compose.
fn tagged_at(image: &Image) -> &str {
    match image.tagged_at.as_str() {
        "" => &image.created,
        moment => moment,
    }
}

/// The first of its names, as repository and tag.
fn name(image: &Image) -> (String, String) {
    let none = || "<none>".to_owned();
    let Some(name) = image.tags.first() else {
        return (none(), none());
    };
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository.to_owned(), tag.to_owned()),
        _ => (name.clone(), none()),
    }
}

fn platform(image: &Image) -> String {
    if image.variant.is_empty() {
        image.platform.clone()
    } else {
        format!("{}/{}", image.platform, image.variant)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ImagesArgs,
    }

    const NOW: i64 = 1_700_000_000;

    fn printed(words: &[&str]) -> String {
        let args = Line::try_parse_from([&["images"], words].concat())
            .unwrap()
            .args;
        let container = |name: &str, image_id: &str| Container {
            name: name.to_owned(),
            image_id: image_id.to_owned(),
            ..Container::default()
        };
        let image = |id: &str, tags: &[&str]| Image {
            id: id.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            platform: "linux/arm64".to_owned(),
            variant: "v8".to_owned(),
            size: 2_065_225,
            tagged_at: "2023-11-14T22:10:00.5Z".to_owned(),
            created: "2023-11-14T20:13:20Z".to_owned(),
            ..Image::default()
        };
        let (one, two) = ("sha256:0123456789abcdef", "sha256:fedcba9876543210");
        let containers = [
            container("shop-db-1", one),
            container("shop-db-2", one),
            container("shop-web-1", two),
            container("shop-web-2", "sha256:gone"),
        ];
        let images = [
            (one.to_owned(), image(one, &["reg.io:5000/db:9", "other"])),
            (
                two.to_owned(),
                Image {
                    tagged_at: String::new(),
                    ..image(two, &[])
                },
            ),
        ];
        let containers = if words.contains(&"nobody") {
            &[][..]
        } else {
            &containers
        };
        text(containers, &images.into(), &args, NOW).unwrap()
    }

    #[test]
    fn each_container_has_its_image() {
        assert_eq!(
            printed(&[]),
            "\
CONTAINER    REPOSITORY       TAG      PLATFORM         IMAGE ID       SIZE     CREATED
shop-db-1    reg.io:5000/db   9        linux/arm64/v8   0123456789ab   2.07MB   3 minutes ago
shop-db-2    reg.io:5000/db   9        linux/arm64/v8   0123456789ab   2.07MB   3 minutes ago
shop-web-1   <none>           <none>   linux/arm64/v8   fedcba987654   2.07MB   2 hours ago
"
        );
    }

    #[test]
    fn ids_are_told_once_and_json_is_one_array() {
        assert_eq!(printed(&["-q"]), "0123456789abcdef\nfedcba9876543210\n");
        let json = printed(&["--format", "json"]);
        assert!(
            json.starts_with(
                r#"[{"ID":"sha256:0123456789abcdef","ContainerName":"shop-db-1","Repository":"reg.io:5000/db","Tag":"9","Platform":"linux/arm64/v8","Size":2065225,"LastTagTime":"2023-11-14T22:10:00.5Z"},{"#
            ),
            "{json}"
        );
        assert!(
            json.ends_with("\"LastTagTime\":\"2023-11-14T20:13:20Z\"}]\n\n"),
            "{json}"
        );
        assert_eq!(printed(&["--format", "json", "nobody"]), "null\n\n");
        assert_eq!(
            printed(&["--format", "table {{.Tag}}\\t{{.Size}}", "nobody"]),
            "TAG   SIZE\n"
        );
    }
}
