//! The steps of a replica that takes another container, and back where that cannot start.

use super::Up;
use super::pre_start::Before;
use super::removal::Removal;
use super::replica::{Placed, Replaced};
use crate::label;
use crate::model::HookKind;
use crate::plan::decide::{Replica, Was};
use crate::plan::first_start::read_once;
use crate::plan::hook::{pre_stop, run_hooks};
use crate::plan::update::Updates;
use crate::plan::{Brought, OnlyIf, Operation, PlanError, Reason, Resource, StepId, Target};
use crate::state::{Container, Status};

impl<'a> Up<'a> {
    /// Create new, stop old, swap the names, start new, remove old: whatever fails, one of the two is whole.
    pub(super) fn recreate(
        &mut self,
        replica: &Replica<'a>,
        resource: Resource,
        old: &'a Container,
        reason: &Reason,
        unless_changed: Option<(&[Was], &Updates)>,
        cleared: &[StepId],
    ) -> Result<Placed, PlanError> {
        let service = replica.service;
        let was_up = old.status.is_up();
        let starts = !self.options.no_start && (was_up || !self.beside.contains(&service.name));
        // A leftover may hold the interim name.
        let create = self.create(
            replica,
            &resource,
            Some(old),
            reason.clone(),
            cleared.to_vec(),
        )?;
        if let Operation::CreateContainer { container, .. } = self.steps.operation(create) {
            let doubts = read_once(service, old, container, reason.changes());
            self.warnings.extend(doubts);
        }
        let brought: Vec<Brought> = unless_changed
            .into_iter()
            .flat_map(|(images, _)| images)
            .filter_map(|(resource, was)| {
                let step = self.resources.step_of(resource)?;
                let was = was.clone();
                Some(Brought { step, was })
            })
            .collect();
        let changed = unless_changed.map(|_| OnlyIf::Changed(brought.clone()));
        self.steps.add_if(changed.as_ref(), create);
        let existing = Target::Existing(old.id.clone());
        let target = Target::CreatedBy {
            step: create,
            or: changed.is_some().then(|| old.id.clone()),
        };
        let filled = self.fill(service, &resource, &target, changed.as_ref(), create);
        let mut after = self.dependencies(service);
        after.push(filled);
        let ready = after.clone();
        let swap = |up: &mut Self, operation, after: Vec<StepId>| {
            let id = up
                .steps
                .add(resource.clone(), operation, Reason::Replaces, after);
            up.steps.add_if(changed.as_ref(), id)
        };
        if was_up {
            after = run_hooks(
                &mut self.steps,
                &resource,
                &existing,
                HookKind::PreStop,
                pre_stop(self.project, old),
                changed.as_ref(),
                after,
            );
            let operation = Operation::StopContainer {
                target: existing.clone(),
                timeout: self.options.timeout,
            };
            after = vec![swap(self, operation, after)];
        }
        let gives_name = old.name == resource.name();
        if gives_name {
            let to = label::replaced_name(&old.id, resource.name());
            after = vec![swap(
                self,
                Operation::RenameContainer {
                    target: existing.clone(),
                    to,
                },
                after,
            )];
        }
        let rename = Operation::RenameContainer {
            target: target.clone(),
            to: resource.name().to_owned(),
        };
        let named = swap(self, rename, after);
        let mut started = Vec::new();
        let mut hooks = Vec::new();
        if starts {
            let before = Before {
                number: replica.number,
                resource: &resource,
                named: &[named],
                after: &[named],
                only_if: changed.as_ref(),
            };
            hooks = self.pre_start(service, &before)?;
            started.push(swap(
                self,
                Operation::StartContainer {
                    target: target.clone(),
                },
                [&[named], hooks.as_slice()].concat(),
            ));
        }
        let last = started.last().copied().unwrap_or(named);
        let new_start = started.pop();
        if let Some(start) = new_start {
            started = self.after_start(service, &resource, &target, changed.as_ref(), start);
        }
        let removal = Removal {
            sharers: self.sharers(&service.name, &old.id),
            resource: resource.clone(),
            old: existing.clone(),
            reason: Reason::Replaces,
            after: vec![last],
            only_if: changed.clone(),
        };
        if removal.sharers.is_empty() {
            self.remove_replaced(removal);
        } else {
            self.removals.push(removal);
        }
        if let Some(start) = new_start {
            self.make_good(
                &resource,
                (&target, &existing),
                [&[named, start], hooks.as_slice()].concat(),
                gives_name,
                old,
            );
        }
        if let Some((_, updates)) = unless_changed {
            let steps: Vec<StepId> = brought.iter().map(|brought| brought.step).collect();
            let unchanged = OnlyIf::Unchanged(brought);
            let after = [ready.as_slice(), &steps].concat();
            let last_update = self.update(&resource, &existing, updates, after, Some(&unchanged));
            started.extend(&last_update);
            if !was_up && starts {
                let operation = Operation::StartContainer { target: existing };
                let reason = Reason::NotRunning(old.status.clone());
                let mut after = [ready, steps, last_update].concat();
                if old.status == Status::Created {
                    let target = Target::Existing(old.id.clone());
                    let copy = self.copy(service, &resource, &target, after.clone());
                    after.extend(copy.map(|step| self.steps.add_if(Some(&unchanged), step)));
                    let before = Before {
                        number: replica.number,
                        resource: &resource,
                        named: &[],
                        after: &after.clone(),
                        only_if: Some(&unchanged),
                    };
                    after.extend(self.pre_start(service, &before)?);
                }
                let id = self.steps.add(resource.clone(), operation, reason, after);
                let start = self.steps.add_if(Some(&unchanged), id);
                let old = Target::Existing(old.id.clone());
                let unchanged = Some(&unchanged);
                started.extend(self.after_start(service, &resource, &old, unchanged, start));
            }
        }
        Ok(Placed {
            ready: service.ready,
            resource,
            target,
            // One that doesn't start is removed, and Podman removes none that another one refers to.
            named: vec![last],
            started,
            health: None,
            completed: false,
            replaced: changed.map_or(Replaced::Yes, Replaced::If),
        })
    }

    /// What happens where the new container doesn't start, and thus never ran: it goes, and the old one comes back.
    pub(super) fn make_good(
        &mut self,
        resource: &Resource,
        (new, old): (&Target, &Target),
        mut failed: Vec<StepId>,
        gives_name: bool,
        was: &Container,
    ) {
        let mut operations = vec![Operation::RemoveContainer {
            target: new.clone(),
            volumes: false,
        }];
        if gives_name {
            operations.push(Operation::RenameContainer {
                target: old.clone(),
                to: resource.name().to_owned(),
            });
        }
        if was.status.is_up() {
            operations.push(Operation::StartContainer {
                target: old.clone(),
            });
        }
        // The start of the new one.
        let mut after = vec![failed[1]];
        failed.sort_unstable();
        failed.dedup();
        let only_if = OnlyIf::Failed(failed);
        for operation in operations {
            let id = self
                .steps
                .add(resource.clone(), operation, Reason::Restores, after);
            after = vec![self.steps.add_if(Some(&only_if), id)];
        }
    }
}
