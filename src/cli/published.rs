//! Published ports that lead nowhere, told beside what a command does: nothing waits for this.

use std::collections::HashSet;
use std::time::Duration;

use super::scope::{Scope, now};
use crate::engine::Engine;
use crate::engine::sockets::SocketCounts;
use crate::model::{Condition, Project, Readiness};
use crate::plan::{Operation, Plan};
use crate::reconcile::published::{Misdirection, look};
use crate::state::Container;
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use crate::ui::time;

/// How many seconds a container has run, or listened as it does, until that is taken for all it will do: servers open
/// their ports one after another.
const SETTLED: i64 = 3;

/// Time between two looks of a [`Watch`].
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// Tells of published ports of these containers that lead nowhere; containers that have just started are left out.
pub(super) fn tell<'a>(
    engine: &impl Engine,
    project: &Project,
    containers: impl IntoIterator<Item = &'a Container>,
    scope: &Scope,
) {
    let settled = containers
        .into_iter()
        .filter(|container| has_settled(container, now()));
    let mut reports: Vec<Report> = Vec::new();
    for container in settled {
        let found = look(engine, container).unwrap_or_default();
        for report in found.iter().map(|found| report(project, container, found)) {
            // Replicas are alike.
            if !reports.contains(&report) {
                reports.push(report);
            }
        }
    }
    scope.warn(&reports, &Mask::default());
}

fn has_settled(container: &Container, now: i64) -> bool {
    time::stamp(&container.started_at).is_some_and(|started| now - started >= SETTLED)
}

fn report(project: &Project, container: &Container, found: &Misdirection) -> Report {
    let service = container
        .service()
        .and_then(|name| project.services.get(name));
    let Some(service) = service else {
        return Report::new(format!("container {}: {found}", container.name));
    };
    let ports = &service.spec.ports;
    let publishes = |port: &crate::model::Port| port.target == found.target;
    let field = match ports.iter().position(publishes) {
        Some(index) => format!("ports[{index}]"),
        None => "ports".to_owned(),
    };
    Report::new(format!("service {}: {found}", service.name)).at(service.positions.find(&field))
}

/// The containers of a plan whose published ports the gate has looked at, and has told of.
pub(super) fn told_by_gate(plan: &Plan, health: Option<Readiness>) -> HashSet<&str> {
    let gated = plan.steps.iter().filter(|step| {
        matches!(
            &step.operation,
            Operation::Wait { condition: Condition::ServiceHealthy, ready, .. }
                if health.unwrap_or(*ready) == Readiness::Reachable
        )
    });
    gated.map(|step| step.resource.name()).collect()
}

/// Whether the gate has looked at this container, and not only found it running.
pub(super) fn is_told(told: &HashSet<&str>, container: &Container) -> bool {
    container.health_test.is_some() && told.contains(container.name.as_str())
}

/// Looks at containers while their logs are followed, and tells once of each whose published ports lead nowhere.
pub(super) struct Watch<'a, E> {
    engine: &'a E,
    project: &'a Project,
    watched: Vec<Watched>,
}

struct Watched {
    container: Container,
    counts: Option<SocketCounts>,
    found: Option<Vec<Misdirection>>,
    /// How many looks have found the same.
    looks: i64,
}

impl<'a, E: Engine> Watch<'a, E> {
    /// Begins with these containers.
    pub(super) fn new(
        engine: &'a E,
        project: &'a Project,
        containers: impl IntoIterator<Item = Container>,
    ) -> Self {
        let watched = containers.into_iter().map(|container| Watched {
            container,
            counts: None,
            found: None,
            looks: 0,
        });
        Self {
            engine,
            project,
            watched: watched.collect(),
        }
    }

    /// Whether there is nothing left to look at.
    pub(super) fn is_over(&self) -> bool {
        self.watched.is_empty()
    }

    /// Looks; answers what there is to tell. To be called every [`LOOK`].
    pub(super) fn look(&mut self) -> Vec<Report> {
        let mut reports: Vec<Report> = Vec::new();
        let (engine, project) = (self.engine, self.project);
        self.watched.retain_mut(|watched| {
            watched.look(engine);
            let Some(found) = watched.found.as_ref() else {
                return true;
            };
            let is_settled = watched.looks > SETTLED;
            if is_settled {
                for found in found {
                    let report = report(project, &watched.container, found);
                    if !reports.contains(&report) {
                        reports.push(report);
                    }
                }
            }
            // Once all of them lead somewhere there is nothing more to find out.
            !is_settled && !found.is_empty()
        });
        reports
    }
}

impl Watched {
    fn look(&mut self, engine: &impl Engine) {
        let counts = engine.socket_counts(&self.container);
        if counts.is_some() && counts == self.counts {
            self.looks += 1;
            return;
        }
        self.counts = counts;
        let found = look(engine, &self.container);
        self.looks = if found == self.found {
            self.looks + 1
        } else {
            1
        };
        self.found = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_has_settled_after_three_seconds() {
        let started = |started_at: &str| Container {
            started_at: started_at.into(),
            ..Container::default()
        };
        let container = started("1970-01-01T00:01:40.9Z");
        assert!(!has_settled(&container, 102));
        assert!(has_settled(&container, 103));
        assert!(!has_settled(&started("0001-01-01T00:00:00Z"), 103));
        assert!(!has_settled(&started(""), 103));
    }
}
