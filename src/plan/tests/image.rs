use super::*;
use crate::model::Build;

fn built(mut service: Service, context: &str, image: Option<&str>) -> Service {
    service.spec.image = image.map_or_else(|| format!("shop-{}", service.name), str::to_owned);
    service.build = Some(Build {
        context: context.into(),
        ..Build::default()
    });
    service
}

/// `web` and `api` are built alike, `job` under the name that `web` has, `db` is pulled.
fn shop() -> Project {
    let web = built(service("web"), "/web", Some("me/web:1"));
    project([
        needs(web, "db", Condition::ServiceStarted),
        built(service("api"), "/web", None),
        built(service("job"), "/job", Some("me/web:1")),
        service("db"),
    ])
}

#[test]
fn each_image_is_built_once_and_what_is_built_alike_under_all_its_names() {
    let options = BuildOptions {
        args: [("KEY".to_owned(), "value".to_owned())].into(),
        push: true,
        ..BuildOptions::default()
    };
    let mut project = shop();
    project.services[&name("web")].depends_on.clear();
    let plan = build(&project, &options).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "[] -> #1 image:me/web:1, BuildImage, build",
            "[1] -> #2 image:me/web:1, PushImage, --push",
        ]
    );
    assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
    let Operation::BuildImage(image) = &plan.steps[0].operation else {
        panic!("a build");
    };
    assert_eq!(image.build.args["KEY"], "value");
    assert_eq!(image.build.tags, ["shop-api"]);
}

#[test]
fn dependencies_come_where_they_are_asked_for() {
    let project = shop();
    let pulls = |include_deps, ignore_buildable| {
        let options = PullOptions {
            services: vec![name("web")],
            include_deps,
            ignore_buildable,
            policy: None,
        };
        lines(&pull(&project, &ActualState::default(), &options).unwrap().0)
    };
    assert_eq!(
        pulls(false, false),
        ["[] -> #1 image:me/web:1, PullImage, pull"]
    );
    assert_eq!(pulls(true, true), ["[] -> #1 image:db:1, PullImage, pull"]);
}

#[test]
fn images_are_pulled_even_where_they_are_there_unless_a_policy_says_otherwise() {
    let mut project = project([service("db")]);
    let state = raised(&project);
    let pulled = |project: &Project, policy| {
        let options = PullOptions {
            policy,
            ..PullOptions::default()
        };
        let (plan, left_out) = pull(project, &state, &options).unwrap();
        let why = left_out.first().map_or("", |left_out| left_out.why);
        (plan.steps.len(), why)
    };
    assert_eq!(pulled(&project, None), (1, ""));
    assert_eq!(pulled(&project, Some(PullPolicy::Always)), (1, ""));
    let there = (0, "it is there already");
    assert_eq!(pulled(&project, Some(PullPolicy::Missing)), there);
    let never = (0, "its pull policy is `never`");
    assert_eq!(pulled(&project, Some(PullPolicy::Never)), never);
    let position = Position {
        file: "stack.yaml".into(),
        line: 4,
        column: 5,
    };
    let positions = &mut project.services[&name("db")].positions;
    positions.insert("pull_policy", position);
    assert_eq!(pulled(&project, None), there);
}

#[test]
fn only_what_is_built_under_a_name_is_pushed() {
    let (plan, left_out) = push(&shop(), &PushOptions::default()).unwrap();
    assert_eq!(lines(&plan), ["[] -> #1 image:me/web:1, PushImage, push"]);
    assert_eq!(left_out.len(), 2, "{left_out:?}");
}
