use clap::Parser;

use serde_json::{Value, json};

use super::*;
use crate::label;
use crate::state::{Health, PublishedPort};

const NOW: i64 = 1_700_000_000;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: PsArgs,
}

fn args(words: &[&str]) -> PsArgs {
    Line::try_parse_from([&["ps"], words].concat())
        .unwrap()
        .args
}

fn port(host_ip: &str, published: u16, target: u16) -> PublishedPort {
    PublishedPort {
        host_ip: host_ip.into(),
        published,
        target,
        protocol: "tcp".into(),
    }
}

fn containers() -> Vec<Container> {
    let labels = |service: &str| [(label::SERVICE.to_owned(), service.to_owned())].into();
    vec![
        Container {
            id: "0123456789abcdef".into(),
            name: "shop-db-1".into(),
            image: "mysql:9".into(),
            command: vec!["docker-entrypoint.sh".into(), "mysqld".into()],
            labels: labels("db"),
            status: Status::Running,
            health: Some(Health::Healthy),
            created: "2023-11-14T22:10:00Z".into(),
            started_at: "2023-11-14T22:13:15Z".into(),
            ports: vec![
                port("::", 8080, 80),
                port("0.0.0.0", 8080, 80),
                port("", 0, 33060),
            ],
            ..Container::default()
        },
        Container {
            id: "f".into(),
            name: "shop-job-1".into(),
            image: "busybox".into(),
            command: vec!["true".into()],
            labels: labels("job"),
            status: Status::Exited,
            exit_code: 3,
            created: "2023-11-14T22:10:00Z".into(),
            finished_at: "2023-11-14T22:13:10Z".into(),
            ..Container::default()
        },
    ]
}

fn printed(words: &[&str]) -> String {
    let args = args(words);
    let statuses = statuses(&args).unwrap();
    let mut containers = containers();
    containers.retain(|container| is_listed(container, &args, &statuses));
    text(&containers, &ProjectName::new("shop").unwrap(), &args, NOW).unwrap()
}

#[test]
fn the_table_is_dockers() {
    assert_eq!(
        printed(&["-a"]),
        "\
NAME         IMAGE     COMMAND                  SERVICE   CREATED         STATUS                      PORTS
shop-db-1    mysql:9   \"docker-entrypoint.s…\"   db        3 minutes ago   Up 5 seconds (healthy)      33060/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp
shop-job-1   busybox   \"true\"                   job       3 minutes ago   Exited (3) 10 seconds ago
"
    );
}

#[test]
fn only_what_runs_is_listed_unless_asked() {
    for (words, expected) in [
        (&["-q"][..], "0123456789abcdef\n"),
        (&["-q", "-a"], "0123456789abcdef\nf\n"),
        (&["-q", "--status", "exited"], "f\n"),
        (&["-q", "--filter", "status=created"], ""),
        (&["--services"], "db\n"),
        (&["--services", "-a"], "db\njob\n"),
    ] {
        assert_eq!(printed(words), expected, "{words:?}");
    }
}

#[test]
fn unknown_states_and_filters_are_refused() {
    for (words, expected) in [
        (
            ["--status", "well"],
            "`well` is no status: paused, restarting, removing, running, dead, created or exited is expected",
        ),
        (
            ["--filter", "name=x"],
            "--filter name=x: `status=STATUS` is expected",
        ),
    ] {
        assert_eq!(statuses(&args(&words)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn templates_choose_the_columns() {
    for (format, expected) in [
        (
            "table {{.Name}}\\t{{.State}}\\t{{.RunningFor}}",
            "NAME        STATE     CREATED\nshop-db-1   running   3 minutes ago\n",
        ),
        (
            "{{upper .Health}} {{.ExitCode}} {{.CreatedAt}}",
            "HEALTHY 0 2023-11-14 22:10:00 +0000 UTC\n",
        ),
        ("{{.Label \"com.docker.compose.service\"}}", "db\n"),
        (
            "{{range .Publishers}}{{.PublishedPort}} {{end}}",
            "8080 8080 0 \n",
        ),
    ] {
        assert_eq!(printed(&["--format", format]), expected, "{format}");
    }
}

#[test]
fn json_has_one_object_a_line() {
    let printed = printed(&["--format", "json"]);
    let object: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed.lines().count(), 1);
    assert_eq!(object["Name"], "shop-db-1");
    assert_eq!(object["ID"], "0123456789ab");
    assert_eq!(object["Service"], "db");
    assert_eq!(object["Project"], "shop");
    assert_eq!(object["State"], "running");
    assert_eq!(object["Health"], "healthy");
    assert_eq!(object["ExitCode"], 0);
    assert_eq!(
        object["Publishers"][0],
        json!({"URL": "::", "TargetPort": 80, "PublishedPort": 8080, "Protocol": "tcp"})
    );
}
