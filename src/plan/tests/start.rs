use super::*;

/// `web` is restarted with `db`, which its health depends on.
fn shop() -> Project {
    let mut web = needs(service("web"), "db", Condition::ServiceHealthy);
    web.depends_on[&name("db")].restart = true;
    project([web, service("db")])
}

fn stopped(project: &Project) -> ActualState {
    let mut state = raised(project);
    for container in &mut state.containers {
        container.status = Status::Exited;
        container.health = None;
    }
    state
}

fn started(project: &Project, state: &ActualState, services: &[&str]) -> Vec<String> {
    let options = StartOptions {
        services: services.iter().map(|service| name(service)).collect(),
        wait: false,
    };
    lines(&start(project, state, &options).unwrap())
}

fn restarted(project: &Project, state: &ActualState, options: &RestartOptions) -> Vec<String> {
    lines(&restart(project, state, options).unwrap())
}

const IN_ORDER: [&str; 3] = [
    "[] -> #1 service:db:1, StartContainer, depends on nothing",
    "[1] -> #2 service:db:1, Wait, web needs it healthy",
    "[2] -> #3 service:web:1, StartContainer, dependency db is healthy",
];

#[test]
fn containers_start_when_what_they_depend_on_is_ready() {
    let project = shop();
    let mut state = stopped(&project);
    assert_eq!(started(&project, &state, &["web"]), IN_ORDER);
    state.containers[1].status = Status::Running;
    state.containers[1].health = Some(Health::Healthy);
    assert_eq!(
        started(&project, &state, &["web", "db"]),
        ["[] -> #1 service:web:1, StartContainer, dependency db is healthy"]
    );
}

#[test]
fn nothing_is_waited_for_where_nothing_starts() {
    let project = shop();
    let mut state = stopped(&project);
    state.containers[0].status = Status::Running;
    assert_eq!(
        started(&project, &state, &["web"]),
        ["[] -> #1 service:db:1, StartContainer, depends on nothing"]
    );
}

#[test]
fn without_a_file_the_labels_tell_the_order() {
    let project = shop();
    let state = stopped(&project);
    let mut unknown = project;
    unknown.services.clear();
    assert_eq!(started(&unknown, &state, &["web"]), IN_ORDER);
}

#[test]
fn labels_in_a_circle_give_no_order() {
    let project = shop();
    let mut state = stopped(&project);
    let labels = &mut state.containers[1].labels;
    labels.insert(label::DEPENDS_ON.into(), "web:service_started:false".into());
    let mut unknown = project;
    unknown.services.clear();
    assert_eq!(started(&unknown, &state, &["web", "db"]).len(), 2);
}

#[test]
fn wait_is_for_what_was_asked_for() {
    let project = shop();
    let mut state = stopped(&project);
    let wait = |state: &ActualState| {
        let options = StartOptions {
            services: vec![name("db")],
            wait: true,
        };
        lines(&start(&project, state, &options).unwrap())
    };
    assert_eq!(wait(&state)[1], "[1] -> #2 service:db:1, Wait, --wait");
    state.containers[1].status = Status::Running;
    assert_eq!(wait(&state), [""; 0], "it runs, and nothing tests it");
}

#[test]
fn a_restart_reaches_running_dependents_that_want_it() {
    let project = shop();
    let mut state = raised(&project);
    let options = RestartOptions {
        services: vec![name("db")],
        ..RestartOptions::default()
    };
    let both = [
        "[] -> #1 service:db:1, RestartContainer, restart",
        "[1] -> #2 service:db:1, Wait, web needs it healthy",
        "[2] -> #3 service:web:1, RestartContainer, it is restarted with its dependency db",
    ];
    assert_eq!(restarted(&project, &state, &options), both);
    state.containers[0].status = Status::Exited;
    assert_eq!(restarted(&project, &state, &options), both[..1]);
    let options = RestartOptions {
        services: vec![name("db"), name("web")],
        no_deps: true,
        ..RestartOptions::default()
    };
    assert_eq!(
        restarted(&project, &state, &options),
        [
            "[] -> #1 service:db:1, RestartContainer, restart",
            "[] -> #2 service:web:1, RestartContainer, restart",
        ]
    );
}

#[test]
fn what_is_not_there_cannot_start() {
    let project = shop();
    let mut state = stopped(&project);
    state.containers.pop();
    let fails = |services: &[&str]| {
        let options = StartOptions {
            services: services.iter().map(|service| name(service)).collect(),
            wait: false,
        };
        start(&project, &state, &options).unwrap_err().to_string()
    };
    assert_eq!(fails(&["web"]), "web is missing dependency db");
    assert_eq!(fails(&["db"]), "service \"db\" has no container to start");
}
