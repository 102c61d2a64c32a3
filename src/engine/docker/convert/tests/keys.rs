//! Every key of the stack file, from the file to the body that the engine gets.

mod files;
mod limits;
mod network;
mod process;
mod schema;

use std::fs;

use serde_json::{Value, json};

use super::super::super::version::ApiVersion;
use super::super::{create_body, network_body, volume_body};
use crate::loader::{LoadOptions, LoadRequest, load};
use crate::model::Project;
use crate::plan::{Operation, Plan, UpOptions, up};
use crate::state::{ActualState, Image};

/// A fragment of a service, and what it makes of the body of its container, by JSON pointer.
struct Row(&'static str, Vec<(&'static str, Value)>);

fn row<const N: usize>(fragment: &'static str, expected: [(&'static str, Value); N]) -> Row {
    Row(fragment, expected.into())
}

/// One field of `HostConfig`.
fn host(fragment: &'static str, pointer: &'static str, expected: Value) -> Row {
    Row(fragment, vec![(pointer, expected)])
}

fn table() -> Vec<Row> {
    let mut rows = process::process();
    rows.extend(limits::limits());
    rows.extend(limits::devices());
    rows.extend(process::rights());
    rows.extend(files::files());
    rows.extend(network::network());
    rows
}

fn load_stack(text: &str) -> (Project, String) {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("compose.yaml", text),
        ("some.env", "IN_FILE='yes'\n"),
        ("some.labels", "in.file=yes\n"),
    ];
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let request = LoadRequest {
        current_dir: folder.path().to_path_buf(),
        project_name: Some("test".to_owned()),
        ..LoadRequest::default()
    };
    let loaded = load(&request, &LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|error| {
        let messages: Vec<_> = error
            .diagnostics
            .iter()
            .map(|problem| &problem.message)
            .collect();
        panic!("{messages:?} in\n{text}")
    });
    let folder = folder.path().to_string_lossy().into_owned();
    (loaded.project.unwrap(), folder)
}

fn plan(project: &Project) -> Plan {
    let mut state = ActualState::default();
    for service in project.services.values() {
        let image = Image::default();
        state.images.insert(service.spec.image.clone(), image);
    }
    up(project, &state, &UpOptions::default()).unwrap()
}

/// The body of the container of a service with this fragment.
fn body_of(fragment: &str) -> Value {
    let mut text = "services:\n  other:\n    image: other\n  web:\n".to_owned();
    if !fragment.starts_with("image:") {
        text += "    image: web\n";
    }
    for line in fragment.lines() {
        text.extend(["    ", line, "\n"]);
    }
    text += "networks: {front: , back: }\nvolumes: {data: }\n";
    let (project, folder) = load_stack(&text);
    let plan = plan(&project);
    let container = plan.steps.iter().find_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } if container.name == "test-web-1" => {
            Some(container)
        }
        _ => None,
    });
    let body = create_body(container.unwrap(), ApiVersion::V1_49).unwrap();
    let text = body.to_string().replace(&folder, "FOLDER");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_key_of_a_service_has_its_place_in_the_body() {
    let mut wrong = Vec::new();
    for Row(fragment, expected) in table() {
        let body = body_of(fragment);
        for (pointer, expected) in expected {
            let found = body.pointer(pointer).unwrap_or(&Value::Null);
            if *found != expected {
                wrong.push(format!("{pointer} of {fragment}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_key_of_a_network_has_its_place_in_the_body() {
    for (fragment, pointer, expected) in [
        ("driver: macvlan", "/Driver", json!("macvlan")),
        ("driver_opts: {a: 1}", "/Options", json!({"a": "1"})),
        ("attachable: true", "/Attachable", json!(true)),
        ("internal: true", "/Internal", json!(true)),
        ("enable_ipv4: false", "/EnableIPv4", json!(false)),
        ("enable_ipv6: true", "/EnableIPv6", json!(true)),
        ("labels: [a=b]", "/Labels/a", json!("b")),
        ("name: other", "/Name", json!("other")),
        (
            "ipam: {driver: d, options: {a: b}, config: [{subnet: 10.0.0.0/24, ip_range: 10.0.0.0/25, gateway: 10.0.0.7, aux_addresses: {a: 10.0.0.8}}]}",
            "/IPAM",
            json!({
                "Driver": "d", "Options": {"a": "b"},
                "Config": [{
                    "Subnet": "10.0.0.0/24", "IPRange": "10.0.0.0/25", "Gateway": "10.0.0.7",
                    "AuxiliaryAddresses": {"a": "10.0.0.8"},
                }],
            }),
        ),
    ] {
        let text = format!(
            "services: {{web: {{image: web, networks: [net]}}}}\nnetworks:\n  net:\n    {fragment}\n"
        );
        let (project, _) = load_stack(&text);
        let plan = plan(&project);
        let body = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateNetwork { network, labels } => network_body(network, labels).ok(),
            _ => None,
        });
        let body = body.unwrap();
        assert_eq!(body.pointer(pointer), Some(&expected), "{fragment}");
    }
}

#[test]
fn every_key_of_a_volume_has_its_place_in_the_body() {
    for (fragment, pointer, expected) in [
        ("driver: d", "/Driver", json!("d")),
        ("driver_opts: {a: 1}", "/DriverOpts", json!({"a": "1"})),
        ("labels: [a=b]", "/Labels/a", json!("b")),
        ("name: other", "/Name", json!("other")),
    ] {
        let text = format!(
            "services: {{web: {{image: web, volumes: ['data:/d']}}}}\nvolumes:\n  data:\n    {fragment}\n"
        );
        let (project, _) = load_stack(&text);
        let plan = plan(&project);
        let body = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateVolume { volume, labels } => Some(volume_body(volume, labels)),
            _ => None,
        });
        let body = serde_json::to_value(body.unwrap()).unwrap();
        assert_eq!(body.pointer(pointer), Some(&expected), "{fragment}");
    }
}
