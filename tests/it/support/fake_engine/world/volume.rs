//! Volumes, and containers that have them.

use indexmap::IndexMap;
use windlass::engine::EngineError;
use windlass::label;
use windlass::model::{MountKind, NewContainer, ProjectName};
use windlass::state::{Container, ContainerMount, Image, VolumeState, VolumeUser};

use super::{World, is_of};

impl World {
    pub(crate) fn volumes_of(&self, project: &ProjectName, named: &[&str]) -> Vec<VolumeState> {
        let is_wanted = |volume: &&VolumeState| {
            is_of(&volume.labels, project) || named.contains(&volume.name.as_str())
        };
        self.volumes.iter().filter(is_wanted).cloned().collect()
    }

    pub(crate) fn mounts(&mut self, new: &NewContainer, image: &Image) -> Vec<ContainerMount> {
        let mut mounts = Vec::new();
        for mount in &new.mounts {
            let (kind, name, source) = match &mount.kind {
                MountKind::Volume { source, .. } => ("volume", source.clone(), String::new()),
                MountKind::Bind { source, .. } => ("bind", Some(String::new()), source.clone()),
                _ => ("tmpfs", Some(String::new()), String::new()),
            };
            mounts.push(ContainerMount {
                kind: kind.into(),
                name: name.unwrap_or_else(|| format!("{:064x}", self.count())),
                source,
                target: mount.target.clone(),
                writable: !mount.read_only,
            });
        }
        for target in &image.volumes {
            if !mounts.iter().any(|mount| mount.target == *target) {
                mounts.push(ContainerMount {
                    kind: "volume".into(),
                    name: format!("{:064x}", self.count()),
                    target: target.clone(),
                    writable: true,
                    ..ContainerMount::default()
                });
            }
        }
        for mount in mounts.iter().filter(|mount| mount.kind == "volume") {
            self.create_volume(&mount.name, &IndexMap::new());
        }
        mounts
    }

    pub(crate) fn create_volume(&mut self, name: &str, labels: &IndexMap<String, String>) {
        if !self.volumes.iter().any(|there| there.name == name) {
            self.volumes.push(VolumeState {
                name: name.to_owned(),
                driver: "local".into(),
                labels: labels.clone(),
                ..VolumeState::default()
            });
        }
    }

    pub(crate) fn volume_users(&self, name: &str) -> Vec<VolumeUser> {
        let has = |user: &&Container| user.mounts.iter().any(|mount| mount.name == name);
        let users = self.containers.iter().filter(has);
        users
            .map(|user| VolumeUser {
                id: user.id.clone(),
                name: user.name.clone(),
                project: user.labels.get(label::PROJECT).cloned(),
            })
            .collect()
    }

    pub(crate) fn remove_volume(&mut self, name: &str) -> Result<(), EngineError> {
        let uses = |user: &&Container| user.mounts.iter().any(|mount| mount.name == name);
        if let Some(user) = self.containers.iter().find(uses) {
            return Err(EngineError::Conflict(format!(
                "volume {name} is in use by {}",
                user.name
            )));
        }
        self.volumes.retain(|volume| volume.name != name);
        Ok(())
    }
}
