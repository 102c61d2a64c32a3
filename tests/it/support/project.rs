//! Projects for tests, and their way up and down on the scripted engine.

use std::future::{Future, pending};
use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::Instant;
use windlass::engine::Engine;
use windlass::model::{
    Attachment, Build, Condition, ContainerSpec, Dependency, Healthcheck, Network, NetworkName,
    Positions, Project, ProjectName, PullPolicy, Readiness, Service, ServiceName,
};
use windlass::plan::{self, DownOptions, Operation, Plan, UpOptions};
use windlass::reconcile::{ApplyError, ApplyOptions, Event, Outcome, Progress, apply, observe};

use super::fake_engine::FakeEngine;

/// A service's name.
pub(crate) fn name(name: &str) -> ServiceName {
    ServiceName::new(name).unwrap()
}

/// So many seconds.
pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A project `shop` of services that use the network `default`.
pub(crate) fn project(services: impl IntoIterator<Item = Service>) -> Project {
    let network = Network {
        name: "shop_default".into(),
        ..Network::default()
    };
    Project {
        name: ProjectName::new("shop").unwrap(),
        separator: '-',
        working_dir: "/shop".into(),
        files: vec!["/shop/stack.yaml".into()],
        services: services
            .into_iter()
            .map(|service| (service.name.clone(), service))
            .collect(),
        disabled_services: Vec::new(),
        contexts: IndexMap::new(),
        sharing: IndexMap::new(),
        networks: [(NetworkName::new("default").unwrap(), network)].into(),
        volumes: IndexMap::new(),
        configs: IndexMap::new(),
        secrets: IndexMap::new(),
    }
}

/// A service of the image `NAME:1`.
pub(crate) fn service(service: &str) -> Service {
    let network = (NetworkName::new("default").unwrap(), Attachment::default());
    Service {
        name: name(service),
        spec: ContainerSpec {
            image: format!("{service}:1"),
            networks: [network].into(),
            ..ContainerSpec::default()
        },
        provider: None,
        models: Vec::new(),
        build: None,
        pull_policy: PullPolicy::Missing,
        depends_on: IndexMap::new(),
        scale: 1,
        pre_stop: Vec::new(),
        watch: Vec::new(),
        attach: true,
        not_carried: Vec::new(),
        ready: Readiness::default(),
        positions: Positions::default(),
    }
}

/// The service waits for another one.
pub(crate) fn needs(service: Service, on: &str, condition: Condition) -> Service {
    depends(service, on, condition, true)
}

/// The service would like another one, but does without.
pub(crate) fn wants(service: Service, on: &str, condition: Condition) -> Service {
    depends(service, on, condition, false)
}

fn depends(mut service: Service, on: &str, condition: Condition, required: bool) -> Service {
    let dependency = Dependency {
        condition,
        restart: false,
        required,
    };
    service.depends_on.insert(name(on), dependency);
    service
}

/// The service's health is tested.
pub(crate) fn tested(mut service: Service) -> Service {
    service.spec.healthcheck = Some(Healthcheck {
        test: vec!["CMD".into(), "true".into()],
        ..Healthcheck::default()
    });
    service
}

/// The service is built, as the image `shop-NAME`.
pub(crate) fn built(mut service: Service) -> Service {
    service.spec.image = format!("shop-{}", service.name);
    // What builds the same thing is built once.
    service.build = Some(Build {
        context: format!("/shop/{}", service.name),
        ..Build::default()
    });
    service
}

/// An engine that has the images of all services.
pub(crate) fn engine_for(project: &Project) -> FakeEngine {
    let services = project.services.values();
    FakeEngine::with_images(services.map(|service| service.spec.image.as_str()))
}

/// A plan that was applied.
pub(crate) struct Run {
    /// The plan.
    pub(crate) plan: Plan,
    /// What was told meanwhile.
    pub(crate) events: Vec<Event>,
    /// How it ended.
    pub(crate) result: Result<(), ApplyError>,
    /// Milliseconds it took.
    pub(crate) took: u128,
}

impl Run {
    /// How each step ended, in the order of the plan: `StartContainer shop-web-1: Done`.
    pub(crate) fn outcomes(&self) -> Vec<String> {
        let line = |(id, step): (usize, &plan::Step)| {
            let mut ends = self.events.iter().filter_map(|event| match event {
                Event::Finished { step, outcome, .. } if *step == id => Some(outcome),
                _ => None,
            });
            let outcome = ends.next().expect("every step ends");
            assert_eq!(ends.next(), None, "every step ends once");
            let text = match outcome {
                Outcome::Skipped { because } => format!("Skipped because of #{}", because + 1),
                Outcome::Failed(why) => format!("Failed: {why}"),
                Outcome::Tolerated(why) => format!("Tolerated: {why}"),
                other => format!("{other:?}"),
            };
            format!("{} {}: {text}", step.operation.name(), step.resource.name())
        };
        self.plan.steps.iter().enumerate().map(line).collect()
    }

    /// The outcomes of the steps that were not simply done.
    pub(crate) fn not_done(&self) -> Vec<String> {
        let mut outcomes = self.outcomes();
        outcomes.retain(|line| !line.ends_with(": Done"));
        outcomes
    }

    /// The outcome of one step, by operation and container: `Wait shop-db-1`.
    pub(crate) fn outcome(&self, step: &str) -> String {
        let prefix = format!("{step}: ");
        let all = self.outcomes();
        let found = all.iter().find_map(|line| line.strip_prefix(&prefix));
        found
            .unwrap_or_else(|| panic!("no step {step} in {all:#?}"))
            .to_owned()
    }

    /// The milliseconds that the step took.
    pub(crate) fn elapsed(&self, operation: &str, container: &str) -> u128 {
        let of_step = |id: usize| {
            let step = &self.plan.steps[id];
            step.operation.name() == operation && step.resource.name() == container
        };
        let mut ends = self.events.iter().filter_map(|event| match event {
            Event::Finished { step, elapsed, .. } if of_step(*step) => Some(elapsed.as_millis()),
            _ => None,
        });
        ends.next().expect("such a step")
    }

    /// What was told of the progress of all steps, in order.
    pub(crate) fn progress(&self) -> Vec<&Progress> {
        let told = self.events.iter().filter_map(|event| match event {
            Event::Progress { progress, .. } => Some(progress),
            _ => None,
        });
        told.collect()
    }

    /// The error's text, and those of all failures.
    pub(crate) fn failures(&self) -> Vec<String> {
        let failures = self.result.as_ref().err().map(|error| &error.failures);
        let failures = failures.into_iter().flatten();
        failures.map(|failure| failure.error.to_string()).collect()
    }

    /// Panics unless everything was done.
    pub(crate) fn done(self) -> Self {
        assert!(
            self.result.is_ok(),
            "{:?}\n{:#?}",
            self.result,
            self.not_done()
        );
        self
    }
}

/// Raises the project.
pub(crate) async fn up(engine: &FakeEngine, project: &Project) -> Run {
    up_with(engine, project, &UpOptions::default()).await
}

/// Raises the project with options.
pub(crate) async fn up_with(engine: &FakeEngine, project: &Project, options: &UpOptions) -> Run {
    let plan = plan_up(engine, project, options).await;
    run(engine, plan, &ApplyOptions::default()).await
}

/// The plan that raises the project.
pub(crate) async fn plan_up(engine: &FakeEngine, project: &Project, options: &UpOptions) -> Plan {
    let state = observe(engine, project).await.unwrap();
    plan::up(project, &state, options).unwrap()
}

/// Lowers the project.
pub(crate) async fn down(engine: &FakeEngine, project: &Project, options: &DownOptions) -> Run {
    let state = observe(engine, project).await.unwrap();
    let plan = plan::down(project, &state, options).unwrap();
    run(engine, plan, &ApplyOptions::default()).await
}

/// Applies a plan to its end.
pub(crate) async fn run(engine: &FakeEngine, plan: Plan, options: &ApplyOptions) -> Run {
    run_until(engine, plan, options, pending()).await
}

/// Applies a plan until it ends or the user interrupts.
pub(crate) async fn run_until(
    engine: &FakeEngine,
    plan: Plan,
    options: &ApplyOptions,
    cancel: impl Future<Output = ()>,
) -> Run {
    let mut events = Vec::new();
    let begun = Instant::now();
    let result = apply(&plan, engine, options, cancel, &mut |event| {
        events.push(event);
    })
    .await;
    Run {
        took: begun.elapsed().as_millis(),
        plan,
        events,
        result,
    }
}

/// The steps of a plan without waits: `CreateContainer shop-web-1`.
pub(crate) fn changes(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter();
    let changes = steps.filter(|step| !matches!(step.operation, Operation::Wait { .. }));
    let line = |step: &plan::Step| format!("{} {}", step.operation.name(), step.resource.name());
    changes.map(line).collect()
}

/// The address of the engine, as errors name it.
pub(crate) fn address(engine: &FakeEngine) -> &str {
    &engine.about().address
}
