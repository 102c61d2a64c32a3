//! What would make a plan fail is found before it is applied.

use crate::model::{Ipam, IpamPool, Port};
use crate::plan::{preflight, question};
use crate::state::{HostListener, Publication, Surroundings};

use super::*;

/// A service that publishes these ports, each at its line from 10 on.
fn publishing(name: &str, ports: &[(&str, Option<&str>)]) -> Service {
    let mut service = service(name);
    for (index, (published, host_ip)) in ports.iter().enumerate() {
        service.spec.ports.push(Port {
            target: 80,
            published: Some((*published).to_owned()),
            host_ip: host_ip.map(str::to_owned),
            protocol: "tcp".to_owned(),
            mode: None,
            name: None,
            app_protocol: None,
        });
        let position = Position {
            file: "stack.yaml".into(),
            line: 10 + index,
            column: 9,
        };
        service
            .positions
            .insert(format!("ports[{index}]"), position);
    }
    service
}

fn published(container: &str, project: Option<&str>, address: &str, port: u16) -> Publication {
    Publication {
        id: format!("id-{container}"),
        container: container.to_owned(),
        project: project.map(str::to_owned),
        address: address.parse().unwrap(),
        port,
        protocol: "tcp".to_owned(),
    }
}

fn listening(address: &str, port: u16) -> HostListener {
    HostListener {
        address: address.parse().unwrap(),
        port,
        protocol: "tcp",
        process: Some("python3 (pid 7)".to_owned()),
    }
}

/// The problems of `up`, as message, place and hint.
fn found(project: &Project, state: &ActualState, around: &Surroundings) -> Vec<String> {
    let plan = up(project, state, &UpOptions::default()).unwrap();
    let line = |problem: super::super::Problem| {
        let place = problem
            .position
            .map_or_else(String::new, |at| format!("  {at}"));
        let hint = problem.hint.unwrap_or_default();
        format!("{}{place}  ({hint})", problem.message)
    };
    preflight(&plan, state, around)
        .into_iter()
        .map(line)
        .collect()
}

fn empty(project: &Project) -> ActualState {
    ActualState {
        images: images(project),
        ..ActualState::default()
    }
}

#[test]
fn ports_in_use_are_all_named_with_owner_place_and_the_next_free_one() {
    let web = publishing(
        "web",
        &[("8080", None), ("8443", Some("127.0.0.1")), ("9000", None)],
    );
    let project = project([web]);
    let around = Surroundings {
        published: vec![
            published("blog-web-1", Some("blog"), "0.0.0.0", 8080),
            published("alone", None, "127.0.0.1", 8081),
        ],
        listening: vec![listening("127.0.0.1", 8443), listening("::", 8444)],
        ..Surroundings::default()
    };
    assert_eq!(
        found(&project, &empty(&project), &around),
        [
            "host port 0.0.0.0:8080, which shop-web-1 publishes, is already in use by container blog-web-1 of project blog  \
             stack.yaml:10:9  (stop what uses it, or publish another port: 8082 is free)",
            "host port 127.0.0.1:8443, which shop-web-1 publishes, is already in use by process python3 (pid 7)  \
             stack.yaml:11:9  (stop what uses it, or publish another port: 8445 is free)",
        ]
    );
}

#[test]
fn ports_on_other_addresses_and_ranges_are_left_alone() {
    let web = publishing(
        "web",
        &[
            ("8080", Some("127.0.0.1")),
            ("8000-8010", None),
            ("9000", Some("0.0.0.0")),
        ],
    );
    let project = project([web]);
    let around = Surroundings {
        published: vec![
            published("other", None, "127.0.0.2", 8080),
            published("other", None, "0.0.0.0", 8000),
            published("other", None, "::", 9000),
        ],
        // One address of the machine, which not every engine's "all" is at odds with.
        listening: vec![listening("fe80::1", 8080)],
        ..Surroundings::default()
    };
    assert_eq!(found(&project, &empty(&project), &around), [""; 0]);
}

#[test]
fn what_the_plan_takes_away_is_in_nobodys_way() {
    let before = project([publishing("web", &[("8080", None)])]);
    let state = raised(&before);
    let id = state.containers[0].id.clone();
    let around = Surroundings {
        published: vec![Publication {
            id,
            ..published("shop-web-1", Some("shop"), "0.0.0.0", 8080)
        }],
        // The engine's own process, for the container.
        listening: vec![listening("0.0.0.0", 8080)],
        ..Surroundings::default()
    };
    let mut after = publishing("web", &[("8080", None)]);
    after.spec.environment.insert("DEBUG".into(), "1".into());
    assert_eq!(found(&project([after]), &state, &around), [""; 0]);

    // The service has another name now, and what it was before keeps the port.
    let renamed = project([publishing("site", &[("8080", None)])]);
    let state = ActualState {
        images: images(&renamed),
        ..state
    };
    assert_eq!(
        found(&renamed, &state, &around),
        [
            "host port 0.0.0.0:8080, which shop-site-1 publishes, is already in use by container shop-web-1  \
             stack.yaml:10:9  (stop what uses it, or publish another port: 8081 is free)"
        ]
    );
}

#[test]
fn two_replicas_cannot_have_one_port() {
    let mut web = publishing("web", &[("8080", None)]);
    web.scale = 2;
    let project = project([web]);
    assert_eq!(
        found(&project, &empty(&project), &Surroundings::default()),
        [
            "host port 0.0.0.0:8080, which shop-web-2 publishes, is already in use by container shop-web-1, which is \
             started too  stack.yaml:10:9  (stop what uses it, or publish another port: 8081 is free)"
        ]
    );
}

#[test]
fn subnets_that_overlap_are_named() {
    let mut project = project([service("web")]);
    let pool = |subnet: &str| IpamPool {
        subnet: Some(subnet.to_owned()),
        ..IpamPool::default()
    };
    let network = project.networks.values_mut().next().unwrap();
    network.ipam = Ipam {
        config: vec![
            pool("172.30.4.0/24"),
            pool("10.9.0.0/16"),
            pool("fd00:1::/64"),
        ],
        ..Ipam::default()
    };
    let state = empty(&project);
    let other = |name: &str, subnets: &[&str]| NetworkState {
        id: name.to_owned(),
        name: name.to_owned(),
        subnets: subnets.iter().map(ToString::to_string).collect(),
        ..NetworkState::default()
    };
    let around = Surroundings {
        networks: vec![
            other("blog_default", &["172.30.0.0/16"]),
            other("far", &["10.8.0.0/16", "fd00:2::/64", "garbage"]),
        ],
        ..Surroundings::default()
    };
    assert_eq!(
        found(&project, &state, &around),
        [
            "subnet 172.30.4.0/24 of network shop_default overlaps with 172.30.0.0/16 of network blog_default  \
             (choose another subnet, or leave it to the engine)"
        ]
    );
}

#[test]
fn a_bind_source_that_may_not_be_made_has_to_be_there() {
    let mut web = service("web");
    web.scale = 2;
    let bind = |source: &str, create_host_path| Mount {
        target: format!("/mnt{source}"),
        read_only: false,
        consistency: None,
        kind: MountKind::Bind {
            source: source.to_owned(),
            create_host_path,
            propagation: None,
            selinux: None,
            recursive: None,
        },
    };
    web.spec.volumes = vec![
        bind("/made", true),
        bind("/needed", false),
        bind("/there", false),
    ];
    let project = project([web]);
    let state = empty(&project);
    let plan = up(&project, &state, &UpOptions::default()).unwrap();
    assert_eq!(question(&plan, &state).paths, ["/needed", "/there"]);
    let around = Surroundings {
        missing_paths: vec!["/needed".to_owned()],
        ..Surroundings::default()
    };
    assert_eq!(
        found(&project, &state, &around),
        [
            "bind source /needed does not exist  stack.yaml:2:3  (make it, or let it be made as a folder: `bind: \
             {create_host_path: true}`)"
        ]
    );
}

#[test]
fn little_space_is_a_doubt_and_only_where_images_are_brought() {
    let project = project([service("web")]);
    let raised = raised(&project);
    let plan = up(&project, &raised, &UpOptions::default()).unwrap();
    assert!(question(&plan, &raised).is_empty());
    let nothing = ActualState::default();
    let plan = up(&project, &nothing, &UpOptions::default()).unwrap();
    assert!(question(&plan, &nothing).space);
    let around = Surroundings {
        free_space: Some(("/var/lib/docker".into(), 100 << 20)),
        ..Surroundings::default()
    };
    let problems = preflight(&plan, &nothing, &around);
    assert_eq!(
        problems[0].message,
        "only 100 MiB are free in /var/lib/docker, where the engine keeps its images"
    );
    assert!(!problems[0].is_certain);
}

#[test]
fn a_restarted_container_is_not_in_its_own_way() {
    let mut web = needs(
        publishing("web", &[("8080", None)]),
        "db",
        Condition::ServiceStarted,
    );
    web.depends_on[0].restart = true;
    let mut project = project([service("db"), web]);
    let mut state = raised(&project);
    for container in &mut state.containers {
        if container.service() == Some("web") {
            container.ports = ["0.0.0.0", "::"]
                .map(|host_ip| crate::state::PublishedPort {
                    host_ip: host_ip.into(),
                    published: 8080,
                    target: 80,
                    protocol: "tcp".into(),
                })
                .into();
        }
    }
    project.services[0].spec.tty = true;
    assert_eq!(found(&project, &state, &Surroundings::default()), [""; 0]);
}
