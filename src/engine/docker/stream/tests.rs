use serde_json::json;

use super::*;
use crate::state::Health;

fn read_event(action: &str, attributes: &serde_json::Value) -> Option<EngineEvent> {
    // As 20.10 sends it: the old fields beside the new ones.
    let line = json!({
        "status": action, "id": "c1", "from": "busybox", "Type": "container", "Action": action,
        "Actor": {"ID": "c1", "Attributes": attributes}, "scope": "local", "time": 1, "timeNano": 1,
    });
    event(line.to_string().as_bytes()).unwrap()
}

#[test]
fn events_become_actions() {
    let table = [
        ("create", json!({}), ContainerAction::Created),
        ("start", json!({}), ContainerAction::Started),
        (
            "die",
            json!({"exitCode": "137"}),
            ContainerAction::Died(137),
        ),
        (
            "died",
            json!({"containerExitCode": "3"}),
            ContainerAction::Died(3),
        ),
        (
            "health_status: healthy",
            json!({}),
            ContainerAction::Health(Health::Healthy),
        ),
        (
            "health_status: unhealthy",
            json!({}),
            ContainerAction::Health(Health::Unhealthy),
        ),
        (
            "health_status",
            json!({"health_status": "starting"}),
            ContainerAction::Health(Health::Starting),
        ),
        ("pause", json!({}), ContainerAction::Paused),
        ("unpause", json!({}), ContainerAction::Unpaused),
        ("destroy", json!({}), ContainerAction::Removed),
        ("remove", json!({}), ContainerAction::Removed),
        (
            "rename",
            json!({}),
            ContainerAction::Other("rename".to_owned()),
        ),
    ];
    for (word, attributes, expected) in table {
        let Some(EngineEvent::Container { action, .. }) = read_event(word, &attributes) else {
            panic!("{word} is no event")
        };
        assert_eq!(action, expected, "{word}");
    }
}

#[test]
fn events_name_container_and_service() {
    let attributes =
        json!({"name": "app-web-1", "com.docker.compose.service": "web", "image": "x"});
    let expected = EngineEvent::Container {
        id: "c1".to_owned(),
        action: ContainerAction::Started,
        service: Some("web".to_owned()),
        name: "app-web-1".to_owned(),
    };
    assert_eq!(read_event("start", &attributes), Some(expected));
    assert_eq!(read_event("exec_start: true", &json!({})), None);
    assert_eq!(
        event(br#"{"Type":"network","Action":"connect","Actor":{"ID":"n"}}"#).unwrap(),
        None
    );
}

#[test]
fn an_end_for_good_is_told_once_more() {
    let other = |word: &str| ContainerAction::Other(word.to_owned());
    let table = [
        // Started again: what is cleaned up later is another matter.
        (
            vec!["died", "restart", "start", "cleanup"],
            vec![
                ContainerAction::Died(3),
                other("restart"),
                ContainerAction::Started,
                other("cleanup"),
            ],
        ),
        (
            vec!["died", "cleanup", "cleanup"],
            vec![
                ContainerAction::Died(3),
                ContainerAction::Died(3),
                other("cleanup"),
            ],
        ),
    ];
    for (words, expected) in table {
        let mut ends = Ends::default();
        let attributes = json!({"containerExitCode": "3"});
        let told = words.iter().map(|word| {
            let event = read_event(word, &attributes).expect("an event");
            match ends.told(event) {
                EngineEvent::Container { action, .. } => action,
                EngineEvent::Listening => panic!("{word} is no event"),
            }
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{words:?}");
    }
}
