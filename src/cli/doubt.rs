//! Doubts to tell before a plan is applied.

use super::scope::Scope;
use crate::engine::About;
use crate::engine::docker::{Need, beyond_engine};
use crate::model::Project;
use crate::plan::{Operation, Plan, Resource, Warning};
use crate::state::ActualState;
use crate::ui;
use crate::ui::mask::Mask;

/// Tells the plan's own doubts, and the keys of new containers that the engine is too old for and leaves out.
pub(super) fn tell(plan: &Plan, project: &Project, about: &About, mask: &Mask, scope: &Scope) {
    scope.warn(&ui::plan::warnings(&all(plan, project, about)), mask);
}

/// What [`tell`] tells.
pub(super) fn all(plan: &Plan, project: &Project, about: &About) -> Vec<Warning> {
    let mut warnings = plan.warnings.clone();
    warnings.extend(left_out(plan, project, about));
    warnings
}

/// What changed since images were built that this plan doesn't build: that is `up --build`'s.
pub(super) fn of_builds(
    plan: &Plan,
    project: &Project,
    state: &ActualState,
    about: &About,
    scope: &Scope,
) -> Vec<Warning> {
    let notes = scope.notes(&about.address);
    notes.map_or_else(Vec::new, |notes| notes.changes(project, state, plan))
}

/// Tells that.
pub(super) fn tell_of_builds(
    plan: &Plan,
    project: &Project,
    state: &ActualState,
    about: &About,
    (mask, scope): (&Mask, &Scope),
) {
    let warnings = of_builds(plan, project, state, about, scope);
    scope.warn(&ui::plan::warnings(&warnings), mask);
}

fn left_out(plan: &Plan, project: &Project, about: &About) -> Vec<Warning> {
    let mut reports: Vec<Warning> = Vec::new();
    for step in &plan.steps {
        let (
            Operation::CreateContainer { container, .. },
            Resource::Container {
                replica: Some((name, _)),
                ..
            },
        ) = (&step.operation, &step.resource)
        else {
            continue;
        };
        let service = project.services.get(name);
        for beyond in beyond_engine(container, about) {
            // What cannot be left out is the engine's error.
            if beyond.is_needed {
                continue;
            }
            let position = service.and_then(|service| service.positions.find(&beyond.path));
            let fate = match beyond.need {
                Need::Api(..) => "is left out",
                Need::Windows => "has no effect",
            };
            let report = Warning {
                position: position.cloned(),
                message: format!(
                    "service {name}: `{}` {fate}: {}",
                    beyond.path,
                    beyond.why(about)
                ),
            };
            // Replicas have the same keys.
            if !reports.contains(&report) {
                reports.push(report);
            }
        }
    }
    reports
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::model::{
        ContainerSpec, Duration, Healthcheck, NetworkAccess, NewContainer, ProjectName, ServiceName,
    };
    use crate::plan::{Reason, Step};

    #[test]
    fn keys_that_an_old_engine_leaves_out_are_told_once_per_service() {
        let healthcheck = Healthcheck {
            start_interval: Some(Duration::from_secs(1)),
            ..Healthcheck::default()
        };
        let step = |number| Step {
            resource: Resource::Container {
                name: format!("shop-web-{number}"),
                replica: Some((ServiceName::new("web").unwrap(), number)),
            },
            operation: Operation::CreateContainer {
                container: Box::new(NewContainer {
                    name: format!("shop-web-{number}"),
                    spec: ContainerSpec {
                        healthcheck: Some(healthcheck.clone()),
                        ..ContainerSpec::default()
                    },
                    labels: IndexMap::new(),
                    network: NetworkAccess::Mode("none".into()),
                    mounts: Vec::new(),
                    volumes_from: Vec::new(),
                    one_off: None,
                }),
                replaces: None,
            },
            reason: Reason::Missing,
            after: Vec::new(),
            only_if: None,
        };
        let name = ProjectName::new("shop").unwrap();
        let plan = Plan {
            project: name.clone(),
            steps: vec![step(1), step(2)],
            unchanged: Vec::new(),
            warnings: Vec::new(),
            origins: std::collections::HashMap::new(),
        };
        let project = Project {
            name,
            separator: '-',
            working_dir: "/shop".into(),
            files: Vec::new(),
            services: IndexMap::new(),
            disabled_services: Vec::new(),
            contexts: IndexMap::new(),
            sharing: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            configs: IndexMap::new(),
            secrets: IndexMap::new(),
        };
        let about = |api| About {
            variables: Vec::new(),
            address: String::new(),
            product: "Docker".into(),
            api,
            os: "linux".into(),
            buildkit: true,
        };
        let messages = |api| -> Vec<String> {
            let reports = left_out(&plan, &project, &about(api)).into_iter();
            reports.map(|report| report.message).collect()
        };
        assert_eq!(
            messages((1, 41)),
            [
                "service web: `healthcheck.start_interval` is left out: it needs engine API 1.44, and this engine has 1.41"
            ]
        );
        assert!(messages((1, 44)).is_empty());
    }
}
