use clap::Parser;

use super::*;
use crate::state::PublishedPort;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: LsArgs,
}

fn containers() -> Vec<ProjectContainer> {
    let port = |host_ip: &str, published, protocol: &str| PublishedPort {
        host_ip: host_ip.to_owned(),
        published,
        target: 80,
        protocol: protocol.to_owned(),
    };
    let shop = ProjectContainer {
        project: "shop".into(),
        status: Status::Running,
        files: Some("/shop/a.yaml,/shop/b.yaml".into()),
        folder: Some("/shop".into()),
        created: 0,
        ports: vec![
            port("0.0.0.0", 8080, "tcp"),
            port("::", 8080, "tcp"),
            port("127.0.0.1", 53, "udp"),
            port("", 0, "tcp"),
        ],
    };
    vec![
        shop.clone(),
        ProjectContainer {
            status: Status::Exited,
            files: Some("/shop/a.yaml".into()),
            ports: Vec::new(),
            ..shop
        },
        ProjectContainer {
            project: "blog".into(),
            status: Status::Running,
            ..ProjectContainer::default()
        },
    ]
}

fn printed(words: &[&str]) -> String {
    let args = Line::try_parse_from([&["ls"], words].concat())
        .unwrap()
        .args;
    text(&projects(&containers()), &args).unwrap()
}

#[test]
fn each_project_has_its_state_files_folder_and_ports() {
    assert_eq!(
        printed(&[]),
        "\
NAME   STATUS                  CONFIG FILES                FOLDER   PORTS
blog   running(1)              N/A                         N/A
shop   exited(1), running(1)   /shop/a.yaml,/shop/b.yaml   /shop    127.0.0.1:53/udp, 8080
"
    );
    assert_eq!(printed(&["-q"]), "blog\nshop\n");
    assert_eq!(
        printed(&["--format", "json"]),
        "[{\"Name\":\"blog\",\"Status\":\"running(1)\",\"ConfigFiles\":\"N/A\"},\
             {\"Name\":\"shop\",\"Status\":\"exited(1), running(1)\",\"ConfigFiles\":\"/shop/a.yaml,/shop/b.yaml\"}]\n"
    );
    assert_eq!(
        printed(&["--format", "{{.Name}} {{.Folder}}"]),
        "blog N/A\nshop /shop\n"
    );
}

#[test]
fn names_are_filtered_by_a_pattern() {
    let matches = |filter: &str, name: &str| {
        let patterns = names(&[filter.to_owned()]).unwrap();
        patterns.iter().all(|pattern| pattern.is_match(name))
    };
    assert!(matches("name=sho", "shop"));
    assert!(!matches("name=^ho", "shop"));
    assert!(matches("name=a(", "a("));
    let error = names(&["state=running".to_owned()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid filter 'state': `name=PATTERN` is expected"
    );
}
