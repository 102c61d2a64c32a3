//! Which images are built, in which order, and how often.

use crate::model::{
    Build, Config, Content, ContentSource, ImageBuild, SecretGrant, SecretName, SecretValue,
};

use super::*;

fn built(name: &str, change: impl FnOnce(&mut Build)) -> Service {
    let mut build = Build {
        context: "/app".into(),
        ..Build::default()
    };
    change(&mut build);
    let mut service = service(name);
    service.spec.image = format!("shop-{name}");
    service.build = Some(build);
    service
}

fn copies(from: &str) -> impl FnOnce(&mut Build) {
    let context = ("base".to_owned(), format!("service:{from}"));
    move |build| build.additional_contexts.extend([context])
}

/// The lines of the builds, without the state of the engine.
fn builds(project: &Project, options: &UpOptions) -> Vec<String> {
    let plan = up(project, &ActualState::default(), options).unwrap();
    let lines = lines(&plan).into_iter();
    lines.filter(|line| line.contains("BuildImage")).collect()
}

fn first_build(plan: &Plan) -> &ImageBuild {
    match &plan.steps[0].operation {
        Operation::BuildImage(build) => build,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_image_is_built_after_those_it_copies_from() {
    let project = project([
        built("web", copies("base")),
        built("base", |build| build.context = "/base".into()),
        built("side", |build| {
            build.context = "/side".into();
            copies("web")(build);
        }),
    ]);
    let all = [
        "[] -> #1 image:shop-base, BuildImage, not there yet",
        "[1] -> #2 image:shop-web, BuildImage, not there yet",
    ];
    let found = builds(&project, &UpOptions::default());
    assert_eq!(found[..2], all);
    assert!(found[2].starts_with("[2] -> #"), "{found:?}");
    let web = UpOptions {
        services: vec![name("web")],
        ..UpOptions::default()
    };
    // What is only copied from gets no container.
    assert_eq!(builds(&project, &web), all);
    let plan = up(&project, &ActualState::default(), &web).unwrap();
    let Operation::BuildImage(build) = &plan.steps[1].operation else {
        panic!("{plan}")
    };
    assert_eq!(
        build.build.additional_contexts["base"],
        "docker-image://shop-base"
    );
    assert!(!plan.to_string().contains("service:base"), "{plan}");
}

#[test]
fn an_image_that_is_there_is_copied_from_as_it_is() {
    let project = project([built("web", copies("base")), built("base", |_| {})]);
    let mut state = raised(&project);
    state
        .containers
        .retain(|container| container.service() == Some("base"));
    state.images.shift_remove("shop-web");
    let found = up_lines(&project, &state, &UpOptions::default());
    assert!(
        found[0].starts_with("[] -> #1 image:shop-web, BuildImage"),
        "{found:?}"
    );
    let renewed = UpOptions {
        build: true,
        ..UpOptions::default()
    };
    assert_eq!(
        up_lines(&project, &state, &renewed)[..2],
        [
            "[] -> #1 image:shop-base, BuildImage, --build",
            "[1] -> #2 image:shop-web, BuildImage, --build",
        ]
    );
}

#[test]
fn builds_that_need_each_other_are_refused() {
    let project = project([built("a", copies("b")), built("b", copies("a"))]);
    let error = up(&project, &ActualState::default(), &UpOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "dependency cycle: a -> b -> a");
}

#[test]
fn what_is_the_same_is_built_once_under_all_its_names() {
    let tagged = |tag: &str| {
        let tag = tag.to_owned();
        move |build: &mut Build| build.tags.push(tag)
    };
    let project = project([
        built("web", tagged("app:1")),
        built("worker", tagged("app:2")),
        built("other", |build| {
            build.args.insert("A".into(), "1".into());
        }),
    ]);
    let plan = up(&project, &ActualState::default(), &UpOptions::default()).unwrap();
    let found: Vec<_> = lines(&plan)
        .into_iter()
        .filter(|line| line.contains("BuildImage"))
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    let build = first_build(&plan);
    assert_eq!(build.tag, "shop-web");
    assert_eq!(build.build.tags, ["app:1", "shop-worker", "app:2"]);
    // Both containers wait for the one build.
    let waiting = lines(&plan)
        .into_iter()
        .filter(|line| line.contains("CreateContainer"));
    let waiting = waiting.filter(|line| line.starts_with("[1,"));
    assert_eq!(waiting.count(), 2, "{plan}");
}

#[test]
fn containers_are_made_for_one_platform_and_images_for_all() {
    let several = |build: &mut Build| {
        build.platforms = ["linux/amd64", "linux/arm64"].map(str::to_owned).into();
    };
    let mut project = project([built("web", several)]);
    let platforms = |project: &Project| {
        let plan = up(project, &ActualState::default(), &UpOptions::default()).unwrap();
        first_build(&plan).platforms.clone()
    };
    assert_eq!(platforms(&project), [""; 0]);
    let plan = build(&project, &BuildOptions::default()).unwrap();
    assert_eq!(first_build(&plan).platforms, ["linux/amd64", "linux/arm64"]);
    project.services[&name("web")].spec.platform = Some("linux/arm64".into());
    assert_eq!(platforms(&project), ["linux/arm64"]);
}

#[test]
fn secrets_are_looked_up_and_those_that_are_not_there_are_named() {
    let grants = |build: &mut Build| {
        for (source, target) in [("file", None), ("env", Some("token"))] {
            build.secrets.push(SecretGrant {
                source: source.into(),
                target: target.map(str::to_owned),
            });
        }
    };
    let mut project = project([built("web", grants)]);
    let secret = |source, content: Option<&[u8]>| Config {
        source,
        content: content.map(Content::new),
        positions: Positions::default(),
    };
    project.secrets = [
        ("file", secret(ContentSource::File("/run/key".into()), None)),
        (
            "env",
            secret(ContentSource::Environment("TOKEN".into()), Some(b"x")),
        ),
    ]
    .map(|(name, secret)| (SecretName::new(name).unwrap(), secret))
    .into();
    let plan = build(&project, &BuildOptions::default()).unwrap();
    let secrets = &first_build(&plan).secrets;
    assert_eq!(secrets["file"], SecretValue::File("/run/key".into()));
    assert_eq!(secrets["token"], SecretValue::Content(Content::new(*b"x")));
    project
        .secrets
        .values_mut()
        .for_each(|secret| secret.content = None);
    let error = build(&project, &BuildOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the image of service web cannot be built with secret env: environment variable \"TOKEN\" is not set"
    );
}

#[test]
fn flags_of_a_build_go_before_the_files() {
    let of_file = |build: &mut Build| {
        build.args.insert("A".into(), "1".into());
        build.sbom = Some("true".into());
    };
    let project = project([
        built("web", of_file),
        needs(service("db"), "web", Condition::ServiceStarted),
    ]);
    let options = BuildOptions {
        services: vec![name("db")],
        with_dependencies: true,
        args: [("A".into(), "2".into())].into(),
        no_cache: true,
        builder: Some("far".into()),
        sbom: Some("false".into()),
        ..BuildOptions::default()
    };
    let plan = build(&project, &options).unwrap();
    assert_eq!(lines(&plan), ["[] -> #1 image:shop-web, BuildImage, build"]);
    let built = first_build(&plan);
    assert_eq!(built.build.args["A"], "2");
    assert!(built.build.no_cache && !built.build.pull);
    assert_eq!(built.build.sbom.as_deref(), Some("false"));
    assert_eq!(built.builder.as_deref(), Some("far"));
    let alone = BuildOptions {
        with_dependencies: false,
        ..options
    };
    assert!(build(&project, &alone).unwrap().steps.is_empty());
}
