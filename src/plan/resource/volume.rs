//! Volumes that services need.

use super::{Up, volume_differences};
use crate::label;
use crate::model::{MountKind, Service};
use crate::plan::{Operation, PlanError, Resource, StepId};

/// The named volumes of a service, by their names in the file.
pub(in crate::plan) fn volume_names(service: &Service) -> impl Iterator<Item = &str> {
    let mounts = service.spec.volumes.iter();
    mounts.filter_map(|mount| match &mount.kind {
        MountKind::Volume { source, .. } => source.as_deref(),
        _ => None,
    })
}

impl<'a> Up<'a> {
    /// The step after which the volume of this name in the file is there, where one is needed.
    pub(super) fn volume(
        &mut self,
        service: &'a Service,
        source: &str,
    ) -> Result<Option<StepId>, PlanError> {
        let Some((name, volume)) = self.project.volumes.get_key_value(source) else {
            return Err(PlanError::Undefined {
                kind: "volume",
                name: source.to_owned(),
                position: service.positions.find("volumes").cloned(),
            });
        };
        if let Some(known) = self.resources.volumes.get(name) {
            return Ok(*known);
        }
        let there = self.resources.volumes_there.get(volume.name.as_str());
        let step = match there.copied() {
            None if self.options.implied_volumes.contains(&volume.name) => None,
            None if volume.external => {
                return Err(PlanError::ExternalMissing {
                    kind: "volume",
                    name: volume.name.clone(),
                    position: volume.positions.find("external").cloned(),
                });
            }
            None => {
                let mut labels = label::resource_labels(
                    self.project,
                    label::VOLUME,
                    name.as_str(),
                    &volume.labels,
                    volume,
                );
                if volume.protect {
                    labels.insert(label::PROTECT.to_owned(), "true".to_owned());
                }
                let operation = Operation::CreateVolume {
                    volume: Box::new(volume.clone()),
                    labels,
                };
                Some(self.make(Resource::Volume(volume.name.clone()), operation))
            }
            Some(there) => {
                if !volume.external {
                    let is_protected = volume.protect && !self.options.unprotect;
                    let place = if is_protected { "x-protect" } else { "" };
                    let owner = there.labels.get(label::PROJECT).map(String::as_str);
                    self.warn_of_foreign(
                        "volume",
                        &volume.name,
                        owner,
                        volume.positions.find("").cloned(),
                    );
                    self.warn_of_differences(
                        "volume",
                        &volume.name,
                        &volume_differences(volume, there),
                        volume.positions.find(place).cloned(),
                    );
                }
                None
            }
        };
        self.origins.insert(
            Resource::Volume(volume.name.clone()),
            volume.positions.clone(),
        );
        self.resources.volumes.insert(name.clone(), step);
        Ok(step)
    }
}
