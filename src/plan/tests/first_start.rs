//! A value that an image reads on its first start only is no use later, and the plan says so.

use crate::state::ContainerMount;

use super::*;

/// A database with its data in a volume.
fn database(password: &str) -> Project {
    let mut db = service("db");
    db.spec.image = "mysql:9".into();
    for (name, value) in [("MYSQL_PASSWORD", password), ("TZ", password)] {
        db.spec.environment.insert(name.into(), value.into());
    }
    db.positions.insert(
        "environment.MYSQL_PASSWORD",
        Position {
            file: "stack.yaml".into(),
            line: 9,
            column: 7,
        },
    );
    db.spec.volumes.push(Mount {
        target: "/var/lib/mysql".into(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source: Some("data".into()),
            nocopy: false,
            subpath: None,
            labels: IndexMap::new(),
        },
    });
    let mut project = project([db]);
    let volume = Volume {
        name: "shop_data".into(),
        ..Volume::default()
    };
    project
        .volumes
        .insert(VolumeName::new("data").unwrap(), volume);
    project
}

fn warnings(change: impl Fn(&mut Container)) -> Vec<String> {
    let mut state = raised(&database("one"));
    let container = &mut state.containers[0];
    container.started_at = "2026-01-01T00:00:00Z".into();
    container.mounts.push(ContainerMount {
        kind: "volume".into(),
        name: "shop_data".into(),
        target: "/var/lib/mysql".into(),
        ..ContainerMount::default()
    });
    change(container);
    let plan = up(&database("two"), &state, &UpOptions::default()).unwrap();
    let line = |warning: &Warning| {
        let position = warning.position.as_ref().map(ToString::to_string);
        format!("{} {}", position.unwrap_or_default(), warning.message)
    };
    plan.warnings.iter().map(line).collect()
}

#[test]
fn another_value_over_data_that_is_there_is_warned_of_with_its_place() {
    assert_eq!(
        warnings(|_| {}),
        [
            "stack.yaml:9:7 service db: another value of MYSQL_PASSWORD changes nothing: mysql reads it only on its first start, \
             and its data is in shop_data already; change it in the database itself, or start with an empty volume"
        ]
    );
}

#[test]
fn without_data_there_is_no_warning() {
    assert_eq!(warnings(|container| container.mounts.clear()), [""; 0]);
    assert_eq!(warnings(|container| container.started_at.clear()), [""; 0]);
    assert_eq!(
        warnings(|container| container.mounts[0].name = "another".into()),
        [""; 0]
    );
}
