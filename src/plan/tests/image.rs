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

const HOUR: u64 = 60 * 60;

/// Services `a` and `b` of one image, with these policies.
fn pair(a: PullPolicy, b: PullPolicy) -> Project {
    let with = |name: &str, policy| {
        let mut service = service(name);
        service.spec.image = "one:1".into();
        service.pull_policy = policy;
        service
    };
    project([with("a", a), with("b", b)])
}

/// All there, the image pulled so many seconds ago.
fn raised_with_age(project: &Project, seconds: i64) -> ActualState {
    let mut state = raised(project);
    state.images["one:1"].tagged_at = "2026-01-02T00:00:00.25Z".into();
    state.observed_at = crate::model::time::stamp("2026-01-02T00:00:00Z").unwrap() + seconds;
    state
}

#[test]
fn the_strongest_policy_of_all_services_of_an_image_decides() {
    use PullPolicy::{Always, Every, Missing, Never};
    let table = [
        (Missing, Always, "pull_policy is always"),
        (Always, Never, "pull_policy is always"),
        (
            Never,
            Every(HOUR),
            "image was pulled 3 hours ago, pull_policy: every_1h",
        ),
        (
            Every(24 * HOUR),
            Every(2 * HOUR),
            "image was pulled 3 hours ago, pull_policy: every_2h",
        ),
        (Every(24 * HOUR), Missing, ""),
        (Missing, Never, ""),
    ];
    for (first, second, reason) in table {
        for project in [pair(first, second), pair(second, first)] {
            let state = raised_with_age(&project, 3 * 3600);
            let plan = lines(&up(&project, &state, &UpOptions::default()).unwrap());
            let pulls: Vec<_> = plan
                .iter()
                .filter(|line| line.contains("PullImage"))
                .collect();
            if reason.is_empty() {
                assert_eq!(plan, [""; 0], "{first} {second}");
            } else {
                let expected = format!("[] -> #1 image:one:1, PullImage, {reason}");
                assert_eq!(pulls, [&expected], "{first} {second}");
            }
        }
    }
    // Missing for one is missing for all: only where nobody may pull it there is none.
    let project = pair(Never, Missing);
    let plan = up(&project, &ActualState::default(), &UpOptions::default()).unwrap();
    assert!(lines(&plan)[0].ends_with("PullImage, not there yet"));
    let only_a = UpOptions {
        services: vec![name("a")],
        ..UpOptions::default()
    };
    assert!(up(&project, &ActualState::default(), &only_a).is_err());
}

#[test]
fn an_image_is_pulled_when_it_is_older_than_the_policy_says_or_its_age_is_not_known() {
    let project = pair(PullPolicy::Every(24 * HOUR), PullPolicy::Missing);
    for (seconds, expected) in [
        (24 * 3600 - 1, None),
        (
            24 * 3600,
            Some("image was pulled 24 hours ago, pull_policy: daily"),
        ),
        (
            3 * 24 * 3600,
            Some("image was pulled 3 days ago, pull_policy: daily"),
        ),
        // A clock that was set back.
        (-5, None),
    ] {
        let state = raised_with_age(&project, seconds);
        let plan = up(&project, &state, &UpOptions::default()).unwrap();
        let reason = plan.steps.first().map(|step| step.reason.to_string());
        assert_eq!(reason.as_deref(), expected, "{seconds}");
        assert_eq!(plan.warnings, [], "{seconds}");
    }
    let mut state = raised_with_age(&project, 0);
    state.images["one:1"].tagged_at = String::new();
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    assert_eq!(
        plan.steps[0].reason.to_string(),
        "when the image was pulled is not known, pull_policy: daily"
    );
    // Only another image makes another container.
    let others = plan.steps[1..]
        .iter()
        .filter(|step| step.operation.is_change());
    assert!(others.clone().count() > 0 && others.clone().all(|step| step.only_if.is_some()));
    assert_eq!(
        SavedPlan::of(&plan, "salt", str::to_owned).steps[0].reason,
        "pull_policy is by age"
    );
}

#[test]
fn the_flag_of_pull_goes_by_age_and_one_service_that_wants_the_image_is_enough() {
    let asked = |policy| PullOptions {
        policy,
        ..PullOptions::default()
    };
    let mut project = pair(PullPolicy::Never, PullPolicy::Always);
    let state = raised_with_age(&project, 3600);
    for service in project.services.values_mut() {
        let position = Position {
            file: "stack.yaml".into(),
            line: 4,
            column: 5,
        };
        service.positions.insert("pull_policy", position);
    }
    for (policy, pulls) in [
        (None, 1),
        (Some(PullPolicy::Every(HOUR)), 1),
        (Some(PullPolicy::Every(HOUR + 1)), 0),
    ] {
        let (plan, _) = pull(&project, &state, &asked(policy)).unwrap();
        assert_eq!(plan.steps.len(), pulls, "{policy:?}");
    }
}

#[test]
fn what_is_not_to_be_built_is_pulled_where_the_file_names_it() {
    let project = shop();
    let up_of = |service: &str| {
        let options = UpOptions {
            services: vec![name(service)],
            no_deps: true,
            no_build: true,
            ..UpOptions::default()
        };
        up(&project, &ActualState::default(), &options)
    };
    assert_eq!(
        lines(&up_of("web").unwrap())[0],
        "[] -> #1 image:me/web:1, PullImage, not there yet"
    );
    let refused = up_of("api").unwrap_err().to_string();
    assert!(refused.contains("--no-build was given"), "{refused}");
}
