//! `create`: everything is there, nothing runs.

use crate::support::engine::Stack;

const SHOP: &str = "\
services:
  web:
    image: busybox
    command: sleep 1000
    init: true
    environment: {COLOUR: red}
    depends_on: [db]
    configs: [{source: page, target: /page}]
  db:
    image: busybox
    command: sleep 1000
    init: true
    volumes: [data:/data]
  aside:
    image: busybox
    command: sleep 1000
volumes: {data: }
configs:
  page: {content: welcome}
";

#[test]
fn containers_are_made_with_all_they_need_and_none_runs() {
    let stack = Stack::new("create", SHOP);
    stack.ok(&["--dry-run", "create"]).prints(&["5 to create"]);
    assert_eq!(stack.states(), [""; 0]);
    let created = stack.ok(&["create", "web", "--scale", "web=2"]);
    let states = ["db-1 created", "web-1 created", "web-2 created"];
    assert_eq!(stack.states(), states);
    assert_eq!(stack.resources(), ["data", "default"]);
    let project = stack.project();
    created.says(&[
        &format!(" Container {project}-db-1 Creating\n"),
        &format!(" Container {project}-web-2 Created\n"),
    ]);
    stack.ok(&["start", "web"]);
    let states = ["db-1 running", "web-1 running", "web-2 running"];
    assert_eq!(stack.states(), states);
    assert_eq!(stack.exec("web", &["cat", "/page"]), (0, "welcome".into()));
}

#[test]
fn what_is_there_is_replaced_where_it_differs_unless_the_user_says_otherwise() {
    let stack = Stack::new("createagain", SHOP);
    stack.ok(&["create"]);
    let (web, db) = (stack.id("web"), stack.id("db"));
    let again = stack.ok(&["create"]);
    assert_eq!((stack.id("web"), stack.id("db")), (web.clone(), db.clone()));
    again.says(&["nothing to do"]);
    stack.edit("stack.yaml", "COLOUR: red", "COLOUR: blue");
    stack.ok(&["create", "--no-recreate"]);
    assert_eq!(stack.id("web"), web);
    stack.ok(&["create"]);
    assert_eq!(stack.id("db"), db);
    assert_ne!(stack.id("web"), web);
    stack.ok(&["create", "--force-recreate", "db"]);
    assert_ne!(stack.id("db"), db);
    let states = ["aside-1 created", "db-1 created", "web-1 created"];
    assert_eq!(stack.states(), states);
}

#[test]
fn orphans_go_and_images_stay_away_where_that_is_asked_for() {
    let stack = Stack::new("createorphan", SHOP);
    stack.ok(&["create", "aside"]);
    stack.edit(
        "stack.yaml",
        "  aside:\n    image: busybox",
        "  late:\n    image: not.there/late:1",
    );
    let failed = stack.fails(1, &["create", "--pull", "never", "late"]);
    failed.says(&["needs image not.there/late:1", "pull policy is `never`"]);
    assert_eq!(stack.states(), ["aside-1 created"]);
    stack.ok(&["create", "--remove-orphans", "db"]);
    assert_eq!(stack.states(), ["db-1 created"]);
    let failed = stack.fails(1, &["create", "nobody"]);
    failed.says(&["no such service: nobody"]);
}

#[test]
fn the_environment_sets_the_platform_of_services_without_one() {
    let file = "\
services:
  web: {image: busybox, command: sleep 1000}
  own: {image: busybox, command: sleep 1000, platform: linux/s390x}
";
    let stack = Stack::new("platform", file);
    stack.file(".env", "DOCKER_DEFAULT_PLATFORM=linux/ppc64le\n");
    let refused = stack.fails(1, &["create", "--pull", "never", "web"]);
    assert!(
        refused.stderr.contains("linux/ppc64le"),
        "{}",
        refused.both()
    );
    let planned = stack.ok(&["--dry-run", "pull"]);
    planned.prints(&["busybox"]);
    assert!(stack.containers().is_empty());
}

#[test]
fn compatible_names_are_refused_in_words() {
    let stack = Stack::new(
        "compatible",
        "services: {web: {image: busybox, init: true}}",
    );
    let project = stack.project();
    let ignored = format!("containers are named {project}-SERVICE-1, not {project}_SERVICE_1");
    stack.ok(&["--compatibility", "create"]).says(&[&ignored]);
    assert_eq!(stack.states(), ["web-1 created"]);
    let stack = stack.env("COMPOSE_COMPATIBILITY", "1");
    stack.ok(&["create"]).says(&[&ignored]);
    let quiet = stack.env("COMPOSE_COMPATIBILITY", "0").ok(&["create"]);
    assert!(!quiet.stderr.contains("COMPATIBILITY"), "{}", quiet.both());
}
