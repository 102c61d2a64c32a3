use crate::loader::Loaded;
use crate::loader::tests::load_selected;
use crate::model::{Project, Service, ServiceName};
use indexmap::IndexMap;

/// `side` lives in `app`'s network and `inner` in `side`'s, `other` has nothing to do with them.
const SHARING: &str = "\
services:
  app: {image: x}
  inner: {image: x, ipc: 'service:side', profiles: [debug]}
  side:
    image: x
    network_mode: service:app
    depends_on: [other]
    env_file: side.env
    volumes: ['data:/data']
    secrets: [pin]
  other: {image: x, volumes: ['others:/data'], network_mode: 'service:another'}
  another: {image: x}
volumes: {data: {}, others: {}}
secrets: {pin: {file: ./pin}}
";

fn app(files: &[(&str, &str)]) -> (Loaded, Project) {
    let mut loaded = load_selected(files, &["app"]).unwrap();
    let project = loaded.project.take().unwrap();
    (loaded, project)
}

fn names<N: ToString, T>(map: &IndexMap<N, T>) -> Vec<String> {
    map.keys().map(ToString::to_string).collect()
}

#[test]
fn what_lives_in_namespaces_of_a_selected_service_is_known_with_what_it_uses() {
    let (loaded, project) = app(&[("compose.yaml", SHARING), ("side.env", "A=1\n")]);
    assert_eq!(names(&project.services), ["app"]);
    assert_eq!(names(&project.sharing), ["side", "inner"]);
    let side = &project.sharing["side"];
    assert_eq!(side.spec.environment["A"], "1");
    // What is not there cannot be waited for.
    assert_eq!(names(&side.depends_on), ["app"]);
    assert_eq!(names(&project.volumes), ["data"]);
    assert_eq!(names(&project.secrets), ["pin"]);
    assert_eq!(project.disabled_services.len(), 4);
    // It is no part of the stack that is shown.
    assert!(loaded.tree.get("volumes").is_none());
    assert!(loaded.tree.at(&["services", "side"]).is_none());
}

#[test]
fn what_is_wrong_with_it_is_not_told_and_leaves_it_out() {
    let (loaded, project) = app(&[("compose.yaml", SHARING)]);
    assert!(loaded.warnings.is_empty());
    assert_eq!(names(&project.sharing), [""; 0]);
    assert_eq!(names(&project.volumes), [""; 0]);
}

#[test]
fn secrets_of_a_build_that_a_selected_one_copies_from_are_kept() {
    let text = "\
services:
  app: {build: {context: ., additional_contexts: {base: 'service:middle'}}}
  middle: {build: {context: ., additional_contexts: {base: 'service:base'}}, secrets: [own]}
  base: {build: {context: ., secrets: [pin]}}
  other: {build: {context: ., secrets: [others]}}
secrets: {pin: {environment: SECRET}, own: {file: ./own}, others: {file: ./others}}
";
    let (loaded, project) = app(&[("compose.yaml", text)]);
    assert_eq!(project.contexts.len(), 2);
    assert!(
        project
            .contexts
            .contains_key(&ServiceName::new("base").unwrap())
    );
    assert_eq!(names(&project.secrets), ["pin"]);
    assert!(loaded.tree.get("secrets").is_none());
}

#[test]
fn what_the_build_of_a_selected_service_copies_from_is_there_to_be_built() {
    let build = |context: &str| {
        format!("build: {{context: ., additional_contexts: {{base: \"service:{context}\"}}}}")
    };
    let (app, middle) = (build("middle"), build("base"));
    let text = format!(
        "services:\n  app: {{{app}}}\n  middle: {{{middle}}}\n  base: {{build: .}}\n  other: {{build: .}}\n"
    );
    let loaded = load_selected(&[("compose.yaml", &text)], &["app"]).unwrap();
    let project = loaded.project.unwrap();
    let names = |services: &IndexMap<ServiceName, Service>| -> Vec<String> {
        services.keys().map(ToString::to_string).collect()
    };
    assert_eq!(names(&project.services), ["app"]);
    assert_eq!(names(&project.contexts), ["middle", "base"]);
    assert_eq!(project.disabled_services.len(), 3);
}
