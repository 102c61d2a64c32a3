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
fn compatible_names_have_underscores_until_they_are_no_longer_asked_for() {
    let stack = Stack::new(
        "compatible",
        "services: {web: {build: ., command: echo hi, init: true}, aside: {image: busybox, init: true, container_name: my-own}}",
    );
    stack.file("Dockerfile", "FROM busybox\n");
    let project = stack.project().to_owned();
    let names = || {
        let mut names: Vec<_> = stack
            .containers()
            .iter()
            .map(|it| it["Name"].to_string())
            .collect();
        names.sort();
        names.join(" ")
    };
    let own = format!("{project}-own");
    stack.edit("stack.yaml", "my-own", &own);
    stack.ok(&["--compatibility", "up", "-d"]);
    assert_eq!(names(), format!("\"/{own}\" \"/{project}_web_1\""));
    let image = format!("{project}_web");
    // Podman puts its registry in front, and `:latest` behind.
    let made_from = stack.containers()[1]["Config"]["Image"].to_string();
    assert!(made_from.contains(&image), "{made_from}");
    stack.ok(&["--compatibility", "plan"]);
    let images = stack.ok(&["--compatibility", "config", "--images"]);
    images.prints(&[&image, "busybox"]);
    let wait = format!("containers/{project}_web_1/wait");
    stack.api().post(&wait, &serde_json::Value::Null);
    stack.ok(&["logs", "web"]).prints(&["web_1  | hi\n"]);
    let planned = stack.ok(&["--compatibility", "--dry-run", "run", "--no-deps", "web"]);
    assert!(
        planned.both().contains(&format!("{project}_web_run_")),
        "{}",
        planned.both()
    );

    // No container is made anew for its name alone.
    stack.edit("stack.yaml", &format!(", container_name: {own}"), "");
    stack.ok(&["--compatibility", "create", "aside"]);
    let aside = |name: &str| {
        let path = format!("containers/{project}{name}/json");
        stack.api().get(&path).expect("a container")["Id"].to_string()
    };
    let before = aside("_aside_1");
    stack.ok(&["create"]);
    assert_eq!(aside("-aside-1"), before);
    assert_eq!(stack.states(), ["aside-1 created", "web-1 created"]);
    stack.fails(2, &["plan"]).prints(&["2 to start"]);

    let compatible = stack.env("COMPOSE_COMPATIBILITY", "1");
    compatible.ok(&["down", "-t", "0", "--rmi", "local"]);
    assert_eq!(compatible.containers().len(), 0);
    assert!(!compatible.images().contains(&format!("{image}:latest")));
}
