//! `windlass config`: shows the stack as it is understood.

pub(crate) mod digest;
#[cfg(test)]
mod fuzz;
mod order;
mod origin;
mod text;
pub(super) mod yaml;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::error::CliError;
use crate::loader::{LoadOptions, Loaded};
use origin::Origins;

/// Parse, resolve and print the stack in canonical form
#[derive(Clone, Debug, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct ConfigArgs {
    /// Services to print, together with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Form of the output (default: yaml; for `--variables` a table)
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Print the variables that interpolation has, one `NAME=VALUE` a line
    #[arg(long)]
    environment: bool,
    /// Print the digest of each service's configuration; `*` is all services, else names with commas between
    #[arg(long, value_name = "SERVICES")]
    hash: Option<String>,
    /// Print the image names, one a line
    #[arg(long)]
    images: bool,
    /// Print only the services' images, by digest: a file to be merged over the stack
    #[arg(long)]
    pub(crate) lock_image_digests: bool,
    /// Print the model names, one a line
    #[arg(long)]
    models: bool,
    /// Print the network names, one a line
    #[arg(long)]
    networks: bool,
    /// Do not check that what is referred to is there
    #[arg(long)]
    no_consistency: bool,
    /// Leave `env_file` as it is
    #[arg(long)]
    no_env_resolution: bool,
    /// Leave variables as they are
    #[arg(long)]
    no_interpolate: bool,
    /// Leave out what follows from the stack as a whole, such as the default network
    #[arg(long)]
    no_normalize: bool,
    /// Leave relative paths as they are
    #[arg(long)]
    no_path_resolution: bool,
    /// Print YAML and behind each line where it comes from: file, line and rule
    #[arg(long, conflicts_with = "format")]
    origin: bool,
    /// Write to a file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print the profile names, one a line
    #[arg(long)]
    profiles: bool,
    /// Only check the stack, print nothing; with `--format json` what is wrong as a JSON array, for editors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print images with the digests that their registries have now
    #[arg(long)]
    pub(crate) resolve_image_digests: bool,
    /// Print the service names, one a line
    #[arg(long = "services")]
    list_services: bool,
    /// Print the variables that the files use
    #[arg(long)]
    variables: bool,
    /// Print the volume names, one a line
    #[arg(long)]
    volumes: bool,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

impl ConfigArgs {
    /// What the loader is to do for these flags; paths are shown to people as seen from the current folder.
    pub(crate) fn load_options(&self, all_resources: bool, current_dir: PathBuf) -> LoadOptions {
        // Lists of names come from the files as they are; variables in them would hide nothing.
        let raw = self.no_interpolate || self.variables;
        LoadOptions {
            interpolate: !raw,
            normalize: !self.no_normalize,
            resolve_paths: !self.no_path_resolution,
            consistency: !self.no_consistency,
            resolve_env: !self.no_env_resolution && !self.lists_names(),
            spare_env_files: false,
            all_resources,
            missing_sources: false,
            services: self.services.clone(),
            current_dir,
        }
    }

    /// # Errors
    /// Where a service of which the digest is wanted is not there.
    pub(crate) fn check_names(&self, loaded: &Loaded) -> Result<(), CliError> {
        let known = text::names(loaded, "services");
        let mut wanted = self.hash.iter().flat_map(|names| names.split(','));
        match wanted.find(|name| *name != "*" && !known.iter().any(|it| it == name)) {
            Some(name) => Err(CliError::NoSuchService(name.to_owned())),
            None => Ok(()),
        }
    }

    /// Whether a list of names is printed, for which a service's env files don't matter.
    pub(crate) fn lists_names(&self) -> bool {
        self.list_services
            || self.volumes
            || self.networks
            || self.models
            || self.images
            || self.profiles
    }

    /// Whether what is wrong is the result.
    pub(crate) fn tells_diagnostics_as_json(&self) -> bool {
        self.quiet && self.format == Some(Format::Json)
    }

    /// The text to print; `caller` are the variables that the program was called with, `separator` is what joins the
    /// parts of images' names.
    pub(crate) fn render(
        &self,
        loaded: &Loaded,
        caller: &BTreeMap<String, String>,
        separator: char,
    ) -> String {
        let json = self.format == Some(Format::Json);
        // A lock file has no name of its own.
        let raw = self.no_interpolate || self.lock_image_digests;
        if self.list_services {
            text::lines(text::names(loaded, "services"))
        } else if self.volumes {
            text::lines(text::names(loaded, "volumes"))
        } else if self.networks {
            text::lines(text::names(loaded, "networks"))
        } else if self.models {
            text::lines(text::names(loaded, "models"))
        } else if self.images {
            text::lines(text::images(loaded, separator))
        } else if self.profiles {
            text::lines(loaded.profiles.clone())
        } else if self.environment {
            text::lines(
                loaded
                    .environment
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect(),
            )
        } else if self.variables {
            if json {
                text::variables_json(loaded)
            } else {
                text::variables_table(loaded)
            }
        } else if let Some(services) = &self.hash {
            text::lines(text::hashes(loaded, services))
        } else if self.origin {
            text::yaml_with_origins(loaded, self.no_interpolate, &Origins { loaded, caller })
        } else if json {
            text::json(loaded, raw)
        } else {
            text::yaml(loaded, raw)
        }
    }
}
