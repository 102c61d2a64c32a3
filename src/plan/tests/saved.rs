//! A saved plan says whether it still holds, and keeps no secret.

use super::sample::operations;
use super::*;
use crate::plan::SavedPlan;

fn shop(token: &str) -> Project {
    let mut web = service("web");
    let environment = &mut web.spec.environment;
    environment.insert("TOKEN".into(), token.into());
    environment.insert("DEBUG".into(), "1".into());
    project([web, service("db")])
}

fn saved(project: &Project, state: &ActualState, salt: &str) -> SavedPlan {
    let plan = up(project, state, &UpOptions::default()).unwrap();
    SavedPlan::of(&plan, salt, str::to_owned)
}

#[test]
fn the_same_plan_has_not_moved_and_lines_may() {
    let (before, state) = (shop("hunter2"), raised(&shop("hunter2")));
    let mut after = before.clone();
    after.services[0].spec.tty = true;
    let kept = saved(&after, &state, "salt");
    assert!(!kept.steps.is_empty());
    assert_eq!(kept.moved(&saved(&after, &state, "salt")), [""; 0]);
    after.services[0].positions.insert(
        "tty",
        Position {
            file: "stack.yaml".into(),
            line: 99,
            column: 1,
        },
    );
    assert_eq!(kept.moved(&saved(&after, &state, "salt")), [""; 0]);
}

#[test]
fn what_moved_in_the_file_or_on_the_engine_is_named() {
    let empty = ActualState {
        images: images(&shop("hunter2")),
        ..ActualState::default()
    };
    let kept = saved(&shop("hunter2"), &empty, "salt");
    assert_eq!(
        kept.moved(&saved(&shop("hunter3"), &empty, "salt")),
        ["Container shop-web-1: CreateContainer: environment.TOKEN"]
    );
    let mut smaller = shop("hunter2");
    smaller.services.shift_remove("db");
    assert_eq!(
        kept.moved(&saved(&smaller, &empty, "salt")),
        [
            "Container shop-db-1: CreateContainer is no longer to be done (not there yet)",
            "Container shop-db-1: StartContainer is no longer to be done (depends on nothing)",
        ]
    );
    let mut stopped = raised(&shop("hunter2"));
    stopped.containers[0].status = Status::Exited;
    stopped.containers[0].exit_code = 1;
    let kept = saved(&shop("hunter2"), &stopped, "salt");
    let mut another = stopped.clone();
    another.containers[0].id = "another0123456789".into();
    let moved = kept.moved(&saved(&shop("hunter2"), &another, "salt"));
    assert_eq!(
        moved,
        ["Container shop-web-1: StartContainer: the container"]
    );
}

#[test]
fn no_value_is_kept_and_digests_differ_by_the_salt() {
    let empty = ActualState::default();
    let kept = saved(&shop("hunter2"), &empty, "one");
    let text = serde_json::to_string(&kept).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    let digest = |plan: &SavedPlan| {
        let create = plan
            .steps
            .iter()
            .find(|step| step.digests.contains_key("environment.TOKEN"));
        create.unwrap().digests["environment.TOKEN"].clone()
    };
    assert_eq!(digest(&kept).len(), 4);
    assert_ne!(
        digest(&kept),
        digest(&saved(&shop("hunter2"), &empty, "two"))
    );
    let back: SavedPlan = serde_json::from_str(&text).unwrap();
    assert_eq!(back, kept);
}

#[test]
fn every_operation_has_a_digest() {
    for operation in operations() {
        let name = operation.name();
        let step = Step {
            resource: Resource::Volume("v".into()),
            operation,
            reason: Reason::Missing,
            after: Vec::new(),
            only_if: None,
        };
        let plan = Plan {
            project: ProjectName::new("shop").unwrap(),
            steps: vec![step],
            unchanged: Vec::new(),
            warnings: Vec::new(),
            origins: HashMap::new(),
        };
        let kept = SavedPlan::of(&plan, "salt", str::to_owned);
        assert!(!kept.steps[0].digests.is_empty(), "{name}");
    }
}
