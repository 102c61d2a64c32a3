use super::*;
use crate::model::{Hook, NewContainer};

fn hook(command: &str) -> Hook {
    Hook {
        command: vec![command.into()],
        ..Hook::default()
    }
}

/// `web` has two hooks before its start, one of another image.
fn shop() -> Project {
    let mut web = needs(service("web"), "db", Condition::ServiceStarted);
    let tool = Hook {
        image: Some("tool:1".into()),
        ..hook("seed")
    };
    web.spec.pre_start = vec![hook("migrate"), tool];
    project([web, service("db")])
}

fn of_hooks(lines: &[String]) -> Vec<String> {
    let hooks = lines.iter().filter(|line| line.contains("pre_start"));
    hooks.cloned().collect()
}

fn created(plan: &Plan, name: &str) -> NewContainer {
    let mut created = plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } => Some(&**container),
        _ => None,
    });
    created
        .find(|container| container.name == name)
        .unwrap()
        .clone()
}

#[test]
fn hooks_run_in_order_between_the_creation_and_the_start() {
    let project = shop();
    let lines = up_lines(&project, &raised_db(&project), &UpOptions::default());
    assert_eq!(
        lines,
        [
            "[] -> #1 image:tool:1, PullImage, not there yet",
            "[1] -> #2 service:web:1, CreateContainer, not there yet",
            "[2] -> #3 container:shop-web-pre_start-0, CreateContainer, pre_start hook",
            "[2,3] -> #4 container:shop-web-pre_start-0, StartContainer, pre_start hook",
            "[4] -> #5 container:shop-web-pre_start-0, Wait, pre_start hook",
            "[5] -> #6 container:shop-web-pre_start-0, RemoveContainer, pre_start hook",
            "[1,2] -> #7 container:shop-web-pre_start-1, CreateContainer, pre_start hook",
            "[3,4,5,7] -> #8 container:shop-web-pre_start-1, StartContainer, pre_start hook",
            "[8] -> #9 container:shop-web-pre_start-1, Wait, pre_start hook",
            "[9] -> #10 container:shop-web-pre_start-1, RemoveContainer, pre_start hook",
            "[2,3,4,5,7,8,9] -> #11 service:web:1, StartContainer, dependency db is started",
        ]
    );
}

/// All of the shop but its `web`.
fn raised_db(project: &Project) -> ActualState {
    let mut state = raised(project);
    state
        .containers
        .retain(|container| container.service() == Some("db"));
    state
}

#[test]
fn the_container_of_a_hook_is_like_the_services_but_answers_to_none_of_its_names() {
    let mut project = shop();
    let web = &mut project.services["web"];
    web.spec.environment.insert("A".into(), "1".into());
    web.spec.entrypoint = Some(vec!["serve".into()]);
    web.spec.labels.insert("route".into(), "web".into());
    web.spec.pre_start[0]
        .environment
        .insert("B".into(), "2".into());
    web.spec.pre_start[0].user = Some("root".into());
    let plan = up(&project, &raised_db(&project), &UpOptions::default()).unwrap();
    let hook = created(&plan, "shop-web-pre_start-0");
    assert_eq!(hook.spec.image, "web:1");
    assert_eq!(hook.spec.command.unwrap(), ["migrate"]);
    assert_eq!(hook.spec.entrypoint, None);
    assert_eq!(hook.spec.user.unwrap(), "root");
    let environment = hook.spec.environment.iter();
    assert_eq!(
        environment
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>(),
        ["A=1", "B=2"]
    );
    assert_eq!(hook.volumes_from, ["shop-web-1"]);
    assert_eq!(hook.labels[label::ONE_OFF], "True");
    assert!(!hook.labels.contains_key("route"));
    let crate::model::NetworkAccess::Networks(endpoints) = &hook.network else {
        panic!("{:?}", hook.network)
    };
    assert!(endpoints[0].aliases.is_empty(), "{endpoints:?}");
    assert_eq!(created(&plan, "shop-web-pre_start-1").spec.image, "tool:1");
}

#[test]
fn hooks_run_once_for_all_replicas_and_not_for_further_ones() {
    let mut project = shop();
    project.services["web"].spec.pre_start.truncate(1);
    project.services["web"].scale = 2;
    let lines = up_lines(&project, &raised_db(&project), &UpOptions::default());
    assert_eq!(of_hooks(&lines).len(), 4, "{lines:#?}");
    let starts = lines
        .iter()
        .filter(|line| line.contains("service:web:") && line.contains("StartContainer"));
    assert_eq!(
        starts.collect::<Vec<_>>(),
        [
            "[1,2,3,4] -> #6 service:web:1, StartContainer, dependency db is started",
            "[2,3,4,7] -> #8 service:web:2, StartContainer, dependency db is started",
        ]
    );
    let state = raised(&project);
    let more = UpOptions {
        scale: [(name("web"), 3)].into(),
        ..UpOptions::default()
    };
    assert_eq!(of_hooks(&up_lines(&project, &state, &more)), [""; 0]);
    project.services["web"].spec.pre_start[0].per_replica = true;
    let lines = up_lines(&project, &raised(&project), &more);
    let own = of_hooks(&lines);
    assert_eq!(own.len(), 4, "{lines:#?}");
    assert!(
        own[0].contains("container:shop-web-pre_start-0-3"),
        "{own:?}"
    );
}

#[test]
fn hooks_run_again_for_another_container_and_where_none_was_started_with_them() {
    let mut project = shop();
    project.services["web"].spec.pre_start.truncate(1);
    let mut state = raised(&project);
    let count = |project: &Project, state: &ActualState| {
        of_hooks(&up_lines(project, state, &UpOptions::default())).len()
    };
    let web = |state: &mut ActualState, status: Status| {
        let mut containers = state.containers.iter_mut();
        let web = containers.find(|container| container.service() == Some("web"));
        web.unwrap().status = status;
    };
    assert_eq!(count(&project, &state), 0);
    web(&mut state, Status::Exited);
    assert_eq!(count(&project, &state), 0, "they ended well");
    web(&mut state, Status::Created);
    assert_eq!(count(&project, &state), 4, "it was never started");
    web(&mut state, Status::Running);
    project.services["web"].spec.pre_start[0].command = vec!["another".into()];
    let lines = up_lines(&project, &state, &UpOptions::default());
    assert!(lines[0].contains("pre_start[0].command"), "{lines:#?}");
    let taken_back = "the new one cannot start, if #4 or #5 or #6 or #7 or #9 fails";
    assert!(
        lines.iter().any(|line| line.ends_with(taken_back)),
        "{lines:#?}"
    );
}

#[test]
fn what_an_earlier_hook_left_goes_first() {
    let mut project = shop();
    project.services["web"].spec.pre_start.truncate(1);
    let mut state = raised(&project);
    let mut containers = state.containers.iter_mut();
    let web = containers.find(|container| container.service() == Some("web"));
    let web = web.unwrap();
    web.status = Status::Created;
    let left = Container {
        id: "left0123456789".into(),
        name: "shop-web-pre_start-0".into(),
        status: Status::Exited,
        labels: [
            (label::SERVICE.to_owned(), "web".to_owned()),
            (label::ONE_OFF.to_owned(), "True".to_owned()),
        ]
        .into(),
        ..Container::default()
    };
    state.containers.push(left);
    let lines = up_lines(&project, &state, &UpOptions::default());
    assert_eq!(
        lines[..2],
        [
            "[] -> #1 container:shop-web-pre_start-0, RemoveContainer, left behind by an interrupted run",
            "[1] -> #2 container:shop-web-pre_start-0, CreateContainer, pre_start hook",
        ]
    );
}

#[test]
fn start_leaves_to_up_what_has_to_run_first() {
    let project = shop();
    let options = StartOptions {
        services: vec![name("web")],
        wait: false,
    };
    let mut state = raised(&project);
    for (status, is_refused) in [(Status::Created, true), (Status::Exited, false)] {
        for container in &mut state.containers {
            container.status = status.clone();
        }
        let refused = start(&project, &state, &options).err();
        let expected = PlanError::NotPrepared {
            service: name("web"),
            position: project.services["web"].positions.find("pre_start").cloned(),
        };
        assert_eq!(refused, is_refused.then_some(expected), "{status:?}");
    }
}
