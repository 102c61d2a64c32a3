//! `windlass volumes`.

use clap::Args;
use serde_json::{Map, Value, json};

use super::Ended;
use super::scope::{Scope, print};
use super::service;
use crate::engine::Engine;
use crate::state::{Container, VolumeState};
use crate::ui::listing::{self, Form};
use crate::ui::table::Table;
use crate::ui::template::{Row, TemplateError};

/// The fields of a row with the names of their columns.
const HEADINGS: [(&str, &str); 10] = [
    ("Availability", "AVAILABILITY"),
    ("Driver", "DRIVER"),
    ("Group", "GROUP"),
    ("Labels", "LABELS"),
    ("Links", "LINKS"),
    ("Mountpoint", "MOUNTPOINT"),
    ("Name", "VOLUME NAME"),
    ("Scope", "SCOPE"),
    ("Size", "SIZE"),
    ("Status", "STATUS"),
];

/// List the volumes of the project
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct VolumesArgs {
    /// Services whose volumes to list; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// table, json, or a template such as '{{.Name}} {{.Mountpoint}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    /// Only names
    #[arg(short, long)]
    quiet: bool,
}

pub(super) async fn run(args: &VolumesArgs, scope: &Scope) -> Ended {
    let (project, known) = scope.project_or_name()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    service::known(&args.services, (&project, known), &containers, scope)?;
    let mut volumes = engine.volumes(&project.name, &[]).await?;
    if !args.services.is_empty() {
        volumes.retain(|volume| is_mounted(volume, &containers, &args.services));
    }
    volumes.sort_by(|a, b| a.name.cmp(&b.name));
    print(&text(&volumes, args)?)?;
    Ok(0)
}

fn is_mounted(volume: &VolumeState, containers: &[Container], services: &[String]) -> bool {
    let wanted = containers.iter().filter(|container| {
        let service = container.service();
        services.iter().any(|name| service == Some(name))
    });
    let mut mounts = wanted.flat_map(|container| &container.mounts);
    mounts.any(|mount| mount.name == volume.name)
}

fn text(volumes: &[VolumeState], args: &VolumesArgs) -> Result<String, TemplateError> {
    if args.quiet {
        return Ok(volumes
            .iter()
            .flat_map(|volume| [volume.name.as_str(), "\n"])
            .collect());
    }
    let rows: Vec<Row> = volumes.iter().map(row).collect();
    listing::text(&args.format, &rows, &HEADINGS, || {
        let mut table = Table::new(["DRIVER", "VOLUME NAME"]);
        for volume in volumes {
            table.row([volume.driver.clone(), volume.name.clone()]);
        }
        table
    })
}

/// What docker's own list has, too, but tells of clusters and disks only, is `N/A` as there.
fn row(volume: &VolumeState) -> Row {
    let labels = volume.labels.iter();
    let labels: Map<String, Value> = labels
        .map(|(key, value)| (key.clone(), value.clone().into()))
        .collect();
    let mut listed: Vec<String> = volume
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    listed.sort();
    let fields = json!({
        "Availability": "N/A",
        "Driver": volume.driver,
        "Group": "N/A",
        "Labels": listed.join(","),
        "Links": "N/A",
        "Mountpoint": volume.mountpoint,
        "Name": volume.name,
        "Scope": volume.scope,
        "Size": "N/A",
        "Status": "N/A",
    });
    Row {
        fields: fields.as_object().cloned().unwrap_or_default(),
        labels,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: VolumesArgs,
    }

    fn printed(words: &[&str]) -> String {
        let args = Line::try_parse_from([&["volumes"], words].concat())
            .unwrap()
            .args;
        let labels = [("b", "2"), ("a", "1")];
        let volumes = [VolumeState {
            name: "shop_data".into(),
            driver: "local".into(),
            labels: labels
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            mountpoint: "/volumes/shop_data/_data".into(),
            scope: "local".into(),
            ..VolumeState::default()
        }];
        text(&volumes, &args).unwrap()
    }

    #[test]
    fn volumes_are_listed_in_every_form() {
        assert_eq!(printed(&[]), "DRIVER   VOLUME NAME\nlocal    shop_data\n");
        assert_eq!(printed(&["-q"]), "shop_data\n");
        assert_eq!(
            printed(&["--format", "json"]),
            "{\"Availability\":\"N/A\",\"Driver\":\"local\",\"Group\":\"N/A\",\"Labels\":\"a=1,b=2\",\"Links\":\"N/A\",\
             \"Mountpoint\":\"/volumes/shop_data/_data\",\"Name\":\"shop_data\",\"Scope\":\"local\",\"Size\":\"N/A\",\
             \"Status\":\"N/A\"}\n"
        );
        assert_eq!(
            printed(&["--format", "table {{.Name}}\\t{{.Label \"b\"}}"]),
            "VOLUME NAME\nshop_data     2\n"
        );
    }
}
