//! Tests, and small plans for the tests of the neighbours.

use std::time::Duration;

use indexmap::IndexMap;

use super::*;
use crate::engine::BuildProgress;
use crate::engine::PullProgress;
use crate::model::{
    ContainerSpec, NetworkAccess, NewContainer, ProjectName, Readiness, ServiceName,
};
use crate::plan::{OnlyIf, Step, Target, Unchanged};
use crate::state::Health;
use crate::ui::plain;

fn container(service: &str) -> Resource {
    Resource::Container {
        name: format!("shop-{service}-1"),
        replica: Some((ServiceName::new(service).unwrap(), 1)),
    }
}

pub(in crate::ui) fn db() -> Resource {
    container("db")
}

pub(in crate::ui) fn running(resource: Resource) -> Unchanged {
    let status = Status::Running;
    Unchanged { resource, status }
}

pub(in crate::ui) fn step(resource: Resource, operation: Operation, reason: Reason) -> Step {
    Step {
        resource,
        operation,
        reason,
        after: Vec::new(),
        only_if: None,
    }
}

pub(in crate::ui) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        project: ProjectName::new("shop").unwrap(),
        steps,
        unchanged: Vec::new(),
        warnings: Vec::new(),
        origins: std::collections::HashMap::new(),
    }
}

pub(in crate::ui) fn network() -> Step {
    let operation = Operation::CreateNetwork {
        network: Box::default(),
        labels: IndexMap::new(),
    };
    step(
        Resource::Network("shop_default".into()),
        operation,
        Reason::Missing,
    )
}

fn create(service: &str, replaces: Option<&str>, reason: Reason) -> Step {
    let new = NewContainer {
        name: format!("shop-{service}-1"),
        spec: ContainerSpec::default(),
        labels: IndexMap::new(),
        network: NetworkAccess::Mode("none".into()),
        mounts: Vec::new(),
        volumes_from: Vec::new(),
        one_off: None,
    };
    let operation = Operation::CreateContainer {
        container: Box::new(new),
        replaces: replaces.map(str::to_owned),
    };
    step(container(service), operation, reason)
}

fn existing() -> Target {
    Target::Existing("old".into())
}

fn start(service: &str) -> Step {
    let operation = Operation::StartContainer { target: existing() };
    step(container(service), operation, Reason::Ready(Vec::new()))
}

fn wait(service: &str, condition: Condition, needed_by: &str) -> Step {
    let operation = Operation::Wait {
        target: existing(),
        condition,
        ready: Readiness::default(),
        required: true,
    };
    let reason = Reason::NeededBy(ServiceName::new(needed_by).unwrap(), condition);
    step(container(service), operation, reason)
}

/// Create new, stop old, swap the names, start new, remove old.
pub(in crate::ui) fn recreate_web() -> Vec<Step> {
    let rename = |to: &str| Operation::RenameContainer {
        target: existing(),
        to: to.to_owned(),
    };
    let operations = [
        Operation::StopContainer {
            target: existing(),
            timeout: None,
        },
        rename("old_shop-web-1"),
        rename("shop-web-1"),
        Operation::StartContainer { target: existing() },
        Operation::RemoveContainer {
            target: existing(),
            volumes: false,
        },
    ];
    let mut steps = vec![create("web", Some("old"), Reason::Missing)];
    for operation in operations {
        let mut step = step(container("web"), operation, Reason::Replaces);
        step.after = vec![steps.len() - 1];
        steps.push(step);
    }
    steps
}

pub(in crate::ui) fn began(step: StepId) -> Event {
    Event::Started { step }
}

pub(in crate::ui) fn ended(step: StepId, outcome: Outcome) -> Event {
    Event::Finished {
        step,
        outcome,
        elapsed: Duration::ZERO,
        container: None,
    }
}

/// All steps done one after the other.
fn all_done(plan: &Plan) -> Vec<Event> {
    (0..plan.steps.len())
        .flat_map(|step| [began(step), ended(step, Outcome::Done)])
        .collect()
}

fn told(plan: &Plan, events: &[Event]) -> String {
    let mut changes = Changes::new(plan);
    let mut updates = changes.unchanged();
    updates.extend(events.iter().filter_map(|event| changes.update(event)));
    updates.iter().filter_map(plain::line).collect()
}

#[test]
fn each_step_is_told_once_begun_and_once_done() {
    let mut plan = plan(vec![
        network(),
        create("db", None, Reason::Missing),
        start("db"),
        wait("db", Condition::ServiceHealthy, "web"),
        wait("db", Condition::ServiceHealthy, "job"),
    ]);
    for (service, status) in [("cache", Status::Running), ("task", Status::Exited)] {
        let resource = container(service);
        plan.unchanged.push(Unchanged { resource, status });
    }
    assert_eq!(
        told(&plan, &all_done(&plan)[..8]),
        " Container shop-cache-1 Running
 Container shop-task-1 Exited
 Network shop_default Creating
 Network shop_default Created
 Container shop-db-1 Creating
 Container shop-db-1 Created
 Container shop-db-1 Starting
 Container shop-db-1 Started
 Container shop-db-1 Waiting until it is healthy, for web
 Container shop-db-1 Healthy
"
    );
}

#[test]
fn two_waits_that_end_alike_are_one_piece_of_news() {
    let plan = plan(vec![
        wait("db", Condition::ServiceHealthy, "web"),
        wait("db", Condition::ServiceHealthy, "web"),
    ]);
    let events = [
        began(0),
        began(1),
        ended(0, Outcome::Done),
        ended(1, Outcome::Done),
    ];
    assert_eq!(
        told(&plan, &events),
        " Container shop-db-1 Waiting until it is healthy, for web\n Container shop-db-1 Healthy\n"
    );
}

#[test]
fn a_replacement_is_one_change() {
    let plan = plan(recreate_web());
    assert_eq!(
        told(&plan, &all_done(&plan)),
        " Container shop-web-1 Recreate
 Container shop-web-1 Recreated
 Container shop-web-1 Starting
 Container shop-web-1 Started
"
    );
}

#[test]
fn a_replacement_that_turns_out_not_to_be_needed_leaves_it_running() {
    let plan = plan(recreate_web());
    let events: Vec<_> = (0..plan.steps.len())
        .map(|step| ended(step, Outcome::NotNeeded))
        .collect();
    assert_eq!(told(&plan, &events), " Container shop-web-1 Running\n");

    let mut plan = plan;
    let mut start = start("web");
    start.reason = Reason::NotRunning(Status::Exited);
    start.only_if = Some(OnlyIf::Unchanged(vec![crate::plan::Brought {
        step: 0,
        was: String::new(),
    }]));
    plan.steps.push(start);
    let mut events = events;
    events.extend([began(6), ended(6, Outcome::Done)]);
    assert_eq!(
        told(&plan, &events),
        " Container shop-web-1 Starting\n Container shop-web-1 Started\n"
    );
}

#[test]
fn a_failure_names_what_was_skipped_because_of_it_and_nothing_twice() {
    let plan = plan(vec![
        create("db", None, Reason::Missing),
        start("db"),
        create("web", None, Reason::Missing),
        start("web"),
    ]);
    let events = [
        began(0),
        began(2),
        ended(0, Outcome::Failed("no space left".into())),
        ended(1, Outcome::Skipped { because: 0 }),
        ended(2, Outcome::Done),
        ended(3, Outcome::Skipped { because: 0 }),
    ];
    assert_eq!(
        told(&plan, &events),
        " Container shop-db-1 Creating
 Container shop-web-1 Creating
 Container shop-db-1 Error no space left
 Container shop-web-1 Created
 Container shop-web-1 Skipped: Container shop-db-1 failed
"
    );
}

#[test]
fn what_nobody_requires_is_a_warning() {
    let plan = plan(vec![wait("db", Condition::ServiceHealthy, "web")]);
    let why = "container shop-db-1 is unhealthy".to_owned();
    let events = [began(0), ended(0, Outcome::Tolerated(why))];
    let mut changes = Changes::new(&plan);
    let last = events
        .iter()
        .filter_map(|event| changes.update(event))
        .last();
    assert_eq!(
        last.as_ref().map(|last| last.standing),
        Some(Standing::Warning)
    );
    assert_eq!(
        plain::line(&last.unwrap()).as_deref(),
        Some(" Container shop-db-1 Skipped: container shop-db-1 is unhealthy\n")
    );
}

#[test]
fn an_interruption_is_told_once_per_resource() {
    let plan = plan(vec![
        create("db", None, Reason::Missing),
        start("db"),
        wait("db", Condition::ServiceHealthy, "web"),
    ]);
    let events = [0, 1, 2].map(|step| ended(step, Outcome::Interrupted));
    assert_eq!(told(&plan, &events), " Container shop-db-1 Interrupted\n");
}

#[test]
fn progress_of_layers_and_health_is_for_live_lines_only() {
    let image = step(
        Resource::Image("mysql:9".into()),
        Operation::PullImage { platform: None },
        Reason::Missing,
    );
    let plan = plan(vec![image, wait("db", Condition::ServiceHealthy, "web")]);
    let layer = Progress::Pull(PullProgress {
        layer: Some("8b1b".into()),
        status: "Downloading".into(),
        current: Some(25),
        total: Some(100),
    });
    let progress = |step, progress| Event::Progress { step, progress };
    let events = [
        began(0),
        progress(0, layer),
        ended(0, Outcome::Done),
        progress(1, Progress::Health(Health::Starting)),
    ];
    assert_eq!(
        told(&plan, &events),
        " Image mysql:9 Pulling\n Image mysql:9 Pulled\n"
    );
    let mut changes = Changes::new(&plan);
    let lines: String = events
        .iter()
        .filter_map(|event| changes.update(event))
        .map(|update| crate::ui::json::line(&update))
        .collect();
    assert_eq!(
        lines,
        r#"{"id":"Image mysql:9","status":"Working","text":"Pulling"}
{"id":"8b1b","parent_id":"Image mysql:9","status":"Working","text":"Downloading","current":25,"total":100,"percent":25}
{"id":"Image mysql:9","status":"Done","text":"Pulled"}
{"id":"Container shop-db-1","status":"Working","text":"Waiting","details":"it is starting"}
"#
    );
}

#[test]
fn a_build_tells_its_steps() {
    let image = step(
        Resource::Image("keeper".into()),
        Operation::PullImage { platform: None },
        Reason::Missing,
    );
    let mut plan = plan(vec![image]);
    plan.steps[0].operation = Operation::BuildImage(Box::new(crate::model::ImageBuild {
        tag: "keeper".into(),
        ..crate::model::ImageBuild::default()
    }));
    let progress = |progress| Event::Progress {
        step: 0,
        progress: Progress::Build(progress),
    };
    let events = [
        began(0),
        progress(BuildProgress::Step {
            id: "2".into(),
            name: "[2/3] RUN pip install".into(),
            cached: true,
        }),
        progress(BuildProgress::Output {
            id: None,
            text: "Collecting flask\n".into(),
        }),
        progress(BuildProgress::Warning("old syntax".into())),
        ended(0, Outcome::Done),
    ];
    assert_eq!(
        told(&plan, &events),
        " Image keeper Building
 Image keeper Building [2/3] RUN pip install (cached)
 Image keeper Building warning: old syntax
 Image keeper Built
"
    );
}
