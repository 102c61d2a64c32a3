//! Where programs outside are: plugins of the docker CLI first, then the folders of `PATH`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::engine::locate::{Variables, docker_config_folder};
use crate::model::Project;

/// Where the docker CLI looks for the plugins of all users.
const PLUGIN_FOLDERS: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// The folders in which programs are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    plugins: Vec<PathBuf>,
    path: Vec<PathBuf>,
}

impl Programs {
    /// The folders that these variables name: those of `PATH`, and those of docker's configuration.
    pub fn of(variables: Variables<'_>) -> Self {
        let path = variables("PATH").unwrap_or_default();
        let path = path.split(':').filter(|folder| !folder.is_empty());
        let config = docker_config_folder(variables);
        let own = config.iter().map(|folder| folder.join("cli-plugins"));
        let extra = config.as_deref().map(extra_folders).unwrap_or_default();
        let common = PLUGIN_FOLDERS.into_iter().map(PathBuf::from);
        Self {
            plugins: extra.into_iter().chain(own).chain(common).collect(),
            path: path.map(PathBuf::from).collect(),
        }
    }

    /// The docker CLI plugin of this name.
    fn plugin(&self, name: &str) -> Option<PathBuf> {
        let files = self.plugins.iter();
        let mut files = files.map(|folder| folder.join(format!("docker-{name}")));
        files.find(|file| is_program(file))
    }

    /// The program that a provider's type means; one with a slash is a file, relative ones below `folder`.
    fn provider(&self, kind: &str, folder: &Path) -> Option<PathBuf> {
        match kind {
            // Nobody raises a stack by calling those who raise stacks.
            "" | "compose" => None,
            _ if kind.contains('/') => Some(folder.join(kind)).filter(|file| is_program(file)),
            _ => self.plugin(kind).or_else(|| {
                let mut files = self.path.iter().map(|folder| folder.join(kind));
                files.find(|file| is_program(file))
            }),
        }
    }
}

/// Looks for the programs that the project's services and models need.
pub fn find_programs(project: &mut Project, programs: &Programs) {
    for service in project
        .services
        .values_mut()
        .chain(project.sharing.values_mut())
    {
        if let Some(provider) = &mut service.provider {
            provider.program = programs.provider(&provider.kind, &project.working_dir);
        }
        for model in &mut service.models {
            model.program = programs.plugin("model");
        }
    }
}

/// `cliPluginsExtraDirs` of docker's config.json; a file that cannot be read names none.
fn extra_folders(config: &Path) -> Vec<PathBuf> {
    #[derive(Default, Deserialize)]
    struct Config {
        #[serde(default, rename = "cliPluginsExtraDirs")]
        extra: Vec<PathBuf>,
    }
    let text = fs::read_to_string(config.join("config.json")).unwrap_or_default();
    serde_json::from_str::<Config>(&text)
        .unwrap_or_default()
        .extra
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(file: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "#!/bin/sh\n").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn plugins_are_found_before_programs_and_only_what_can_be_run() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        program(&at("docker/cli-plugins/docker-cloud"), 0o755);
        program(&at("extra/docker-model"), 0o755);
        program(&at("bin/cloud"), 0o755);
        program(&at("bin/demo"), 0o755);
        program(&at("bin/text"), 0o644);
        program(&at("here/own.sh"), 0o755);
        let config = serde_json::json!({ "cliPluginsExtraDirs": [at("extra")] });
        fs::write(at("docker/config.json"), config.to_string()).unwrap();
        let variables = |name: &str| match name {
            "PATH" => Some(format!("/nowhere::{}", at("bin").display())),
            "DOCKER_CONFIG" => Some(at("docker").display().to_string()),
            _ => None,
        };
        let programs = Programs::of(&variables);
        let found = |kind| programs.provider(kind, &at("here"));
        assert_eq!(found("cloud"), Some(at("docker/cli-plugins/docker-cloud")));
        assert_eq!(found("demo"), Some(at("bin/demo")));
        assert_eq!(found("./own.sh"), Some(at("here/./own.sh")));
        assert_eq!(programs.plugin("model"), Some(at("extra/docker-model")));
        for kind in ["text", "compose", "", "./other.sh", "no-such-program"] {
            assert_eq!(found(kind), None, "{kind}");
        }
    }
}
