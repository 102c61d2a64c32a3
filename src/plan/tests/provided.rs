use super::*;
use crate::model::{Model, Provider};

/// `web` needs `cloud`, which a provider brings, and uses a model.
fn shop() -> Project {
    let mut cloud = service("cloud");
    cloud.provider = Some(Provider {
        kind: "awesome".into(),
        options: IndexMap::new(),
        program: Some("/bin/awesome".into()),
    });
    let mut web = needs(service("web"), "cloud", Condition::ServiceHealthy);
    web.models.push(Model {
        name: "llm".into(),
        model: "ai/smollm2".into(),
        program: Some("/bin/docker-model".into()),
        ..Model::default()
    });
    web.spec.models.insert("llm".into(), "LLM_URL".into());
    project([web, cloud])
}

/// The shop as it was raised with these variables of the provider and the model's address.
fn raised_with(project: &Project, variables: &[(&str, &str)]) -> ActualState {
    let mut state = raised(project);
    state
        .containers
        .retain(|container| container.service() == Some("web"));
    let web = &mut state.containers[0];
    let names = variables.iter().map(|(name, _)| (*name).to_owned());
    let provided = [
        ("provider:cloud".to_owned(), names.collect()),
        ("model:llm".to_owned(), ["LLM_URL".to_owned()].into()),
    ];
    label::set_provided(&mut web.labels, &provided.into());
    let all = variables.iter().chain(&[("LLM_URL", "http://model/")]);
    web.environment
        .extend(all.map(|(name, value)| format!("{name}={value}")));
    state
}

#[test]
fn programs_outside_are_called_before_the_containers_that_they_tell_something() {
    assert_eq!(
        up_lines(&shop(), &ActualState::default(), &UpOptions::default()),
        [
            "[] -> #1 provider:cloud, RunProvider, awesome brings it",
            "[] -> #2 image:web:1, PullImage, not there yet",
            "[] -> #3 network:shop_default, CreateNetwork, not there yet",
            "[] -> #4 model:llm, PrepareModel, services use it",
            "[1,2,3,4] -> #5 service:web:1, CreateContainer, not there yet",
            "[1,5] -> #6 service:web:1, StartContainer, dependency cloud is healthy",
        ]
    );
}

#[test]
fn a_container_is_replaced_only_if_it_would_be_told_something_else() {
    let project = shop();
    let state = raised_with(&project, &[("CLOUD_URL", "x")]);
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    let condition = "if #1 or #2 changes the variables";
    let replaced = lines(&plan);
    assert_eq!(
        replaced[..3],
        [
            "[] -> #1 provider:cloud, RunProvider, awesome brings it".to_owned(),
            "[] -> #2 model:llm, PrepareModel, services use it".to_owned(),
            format!(
                "[1,2] -> #3 service:web:1, CreateContainer, if its variables change, {condition}"
            ),
        ]
    );
    let was = |id: usize| match &plan.steps[id].only_if {
        Some(OnlyIf::Changed(brought)) => brought.clone(),
        other => panic!("{other:?}"),
    };
    let brought = |step, variables: [(&str, &str); 1]| Brought {
        step,
        was: label::variables_digest(variables),
    };
    assert_eq!(
        was(2),
        [
            brought(0, [("CLOUD_URL", "x")]),
            brought(1, [("", "http://model/")])
        ]
    );
}

#[test]
fn variables_of_what_is_no_longer_there_make_another_container() {
    let mut project = shop();
    let state = raised_with(&project, &[("CLOUD_URL", "x"), ("CLOUD_TOKEN", "hunter2")]);
    project.services.shift_remove("cloud");
    let web = &mut project.services["web"];
    web.depends_on.clear();
    web.models.clear();
    web.spec.models.clear();
    let lines = up_lines(&project, &state, &UpOptions::default());
    assert_eq!(
        lines[0].replace("  stack.yaml:2:3", ""),
        "[] -> #1 service:web:1, CreateContainer, models.llm: \"LLM_URL\" removed; environment.LLM_URL: \"http://model/\" \
         removed; environment.CLOUD_TOKEN: *** removed; environment.CLOUD_URL: \"x\" removed"
    );
}

#[test]
fn what_a_provider_told_stays_where_it_is_not_called() {
    let mut project = shop();
    let state = raised_with(&project, &[("CLOUD_URL", "x")]);
    let options = UpOptions {
        services: vec![name("web")],
        no_deps: true,
        ..UpOptions::default()
    };
    project.services["web"].spec.tty = true;
    let plan = up(&project, &state, &options).unwrap();
    let created = plan.steps.iter().find_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } => Some(container),
        _ => None,
    });
    let created = created.unwrap();
    assert_eq!(created.spec.environment["CLOUD_URL"], "x");
    assert_eq!(
        created.labels[label::PROVIDED],
        r#"{"provider:cloud":["CLOUD_URL"]}"#
    );
    assert!(!plan.to_string().contains("RunProvider"), "{plan}");
}

#[test]
fn what_is_not_installed_is_named_with_its_place() {
    let mut project = shop();
    project.services["cloud"].provider.as_mut().unwrap().program = None;
    let error = |project: &Project| {
        let error = up(project, &ActualState::default(), &UpOptions::default()).unwrap_err();
        let position = error.position().map(ToString::to_string);
        (error.to_string(), position)
    };
    let (message, position) = error(&project);
    assert_eq!(
        message,
        "service cloud needs the docker CLI plugin `docker-awesome` or a program `awesome` for its `provider`, which is not \
         installed"
    );
    assert_eq!(position.as_deref(), Some("stack.yaml:2:3"));
    let mut project = shop();
    project.services["web"].models[0].program = None;
    assert_eq!(
        error(&project).0,
        "service web needs the docker CLI plugin `docker-model` for its `models`, which is not installed"
    );
}

#[test]
fn containers_of_a_service_that_a_provider_brings_now_go() {
    let mut project = shop();
    let mut before = project.clone();
    before.services["cloud"].provider = None;
    before.services.shift_remove("web");
    let state = raised(&before);
    project.services.shift_remove("web");
    assert_eq!(
        up_lines(&project, &state, &UpOptions::default()),
        [
            "[] -> #1 service:cloud:1, StopContainer, the service has fewer replicas now",
            "[1] -> #2 service:cloud:1, RemoveContainer, the service has fewer replicas now",
            "[] -> #3 provider:cloud, RunProvider, awesome brings it",
        ]
    );
}

#[test]
fn providers_are_called_after_their_dependents_went() {
    let project = shop();
    let state = raised_with(&project, &[]);
    assert_eq!(
        lines(&down(&project, &state, &DownOptions::default()).unwrap()),
        [
            "[] -> #1 service:web:1, StopContainer, the project is lowered",
            "[1] -> #2 service:web:1, RemoveContainer, the project is lowered",
            "[2] -> #3 provider:cloud, RunProvider, the project is lowered",
            "[2,3] -> #4 network:shop_default, RemoveNetwork, the project is lowered",
        ]
    );
    let options = StopOptions {
        services: project.services.keys().cloned().collect(),
        timeout: None,
    };
    assert_eq!(
        lines(&stop(&project, &state, &options)),
        [
            "[] -> #1 service:web:1, StopContainer, stop",
            "[1] -> #2 provider:cloud, RunProvider, stop",
        ]
    );
    let named = DownOptions {
        services: vec![name("web")],
        ..DownOptions::default()
    };
    let plan = down(&project, &state, &named).unwrap().to_string();
    assert!(!plan.contains("RunProvider"), "{plan}");
}
