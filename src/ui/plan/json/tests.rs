//! The document, its schema and the plan say the same.

use std::collections::BTreeSet;

use super::*;
use crate::json_schema::{faults, resolve};
use crate::model::{Condition, ProjectName};
use crate::plan::OnlyIf;
use crate::plan::tests::sample::{operations, reasons};
use crate::ui::change::tests::running;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn position() -> Position {
    Position {
        file: "stack.yaml".into(),
        line: 3,
        column: 5,
    }
}

/// The effect after this one, beginning with none; every kind once.
fn next_effect(last: Option<&Effect>) -> Option<Effect> {
    let volumes = || vec!["shop_vars".to_owned()];
    let web = || vec![ServiceName::new("web").unwrap()];
    Some(match last {
        None => Effect::Downtime {
            until: Some(Condition::ServiceHealthy),
            felt_by: web(),
        },
        Some(Effect::Downtime { .. }) => Effect::Restarts(web()),
        Some(Effect::Restarts(_)) => Effect::Disconnects("shop_back".into()),
        Some(Effect::Disconnects(_)) => Effect::DataLost(volumes()),
        Some(Effect::DataLost(_)) => Effect::DataAtRisk(volumes()),
        Some(Effect::DataAtRisk(_)) => Effect::Unmounted(volumes()),
        Some(Effect::Unmounted(_)) => return None,
    })
}

/// A document with everything that can be in one.
fn whole() -> Value {
    let container = Resource::Container {
        name: "shop-web-1".into(),
        replica: Some((ServiceName::new("web").unwrap(), 1)),
    };
    let resources = [
        container.clone(),
        Resource::Image("web:1".into()),
        Resource::Network("shop_back".into()),
        Resource::Volume("shop_vars".into()),
        Resource::Provider("mysql".into()),
        Resource::Model("llm".into()),
    ];
    let all = operations()
        .into_iter()
        .cycle()
        .zip(reasons().into_iter().cycle());
    let all = all.zip(resources.into_iter().cycle()).take(60);
    let steps = all.map(|((operation, reason), resource)| Step {
        resource,
        operation,
        reason,
        after: vec![0],
        only_if: Some(OnlyIf::Failed(vec![0])),
    });
    let plan = Plan {
        project: ProjectName::new("shop").unwrap(),
        steps: steps.collect(),
        unchanged: vec![running(container)],
        warnings: Vec::new(),
        origins: std::collections::HashMap::new(),
    };
    let effects = std::iter::successors(next_effect(None), |last| next_effect(Some(last)));
    let consequences: Vec<_> = effects
        .map(|effect| Consequence { step: 0, effect })
        .collect();
    let warnings = [Warning {
        message: "doubtful".into(),
        position: Some(position()),
    }];
    let problems = [Problem {
        message: "in use".into(),
        position: None,
        hint: Some("take another".into()),
        is_certain: true,
    }];
    let text = json(&plan, &consequences, &warnings, &problems, &Mask::default());
    serde_json::from_str(&text).unwrap()
}

/// The places of a document with keys of their own, such as `.steps.-.object.name`; what field changes hold is the
/// stack file's.
fn places_of(value: &Value, path: &str, places: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| places_of(item, &format!("{path}.-"), places)),
        Value::Object(fields) => {
            for (key, field) in fields {
                let path = format!("{path}.{key}");
                places_of(field, &path, places);
                places.insert(path);
            }
        }
        _ => {}
    }
}

/// The same of the schema; each must say what it is, or what it may be.
fn places_of_schema(root: &Value, schema: &Value, path: &str, places: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return places_of_schema(root, resolve(root, reference), path, places);
    }
    let is_described = schema.get("description").is_some() || schema.get("enum").is_some();
    assert!(
        is_described || path.ends_with('-'),
        "{path} is not described"
    );
    if let Some(items) = schema.get("items") {
        places_of_schema(root, items, &format!("{path}.-"), places);
    }
    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        places_of_schema(root, schema, &path, places);
        places.insert(path);
    }
}

#[test]
fn what_is_printed_fits_the_schema() {
    assert_eq!(faults(&schema(), &whole()), [""; 0]);
    let mut wrong = whole();
    wrong["steps"][0]["operation"] = "Dance".into();
    wrong["more"] = 1.into();
    assert_eq!(faults(&schema(), &wrong).len(), 2);
}

#[test]
fn the_schema_has_every_field_that_is_printed_and_no_other() {
    let (mut printed, mut described) = (BTreeSet::new(), BTreeSet::new());
    places_of(&whole(), "", &mut printed);
    places_of_schema(&schema(), &schema(), "", &mut described);
    assert_eq!(printed, described);
}

#[test]
fn the_schema_has_every_kind_and_no_other() {
    let (schema, whole) = (schema(), whole());
    let steps = whole["steps"].as_array().unwrap();
    let effects = steps
        .iter()
        .flat_map(|step| step["consequences"].as_array().unwrap());
    let of = |values: &mut dyn Iterator<Item = &Value>| -> BTreeSet<String> {
        values.map(ToString::to_string).collect()
    };
    for (pointer, printed) in [
        (
            "/step/properties/operation",
            of(&mut steps.iter().map(|step| &step["operation"])),
        ),
        (
            "/reason/properties/kind",
            of(&mut steps.iter().map(|step| &step["reason"]["kind"])),
        ),
        (
            "/object/properties/kind",
            of(&mut steps.iter().map(|step| &step["object"]["kind"])),
        ),
        (
            "/consequence/properties/kind",
            of(&mut effects.map(|effect| &effect["kind"])),
        ),
    ] {
        let kinds = schema["$defs"].pointer(pointer).unwrap()["enum"].as_array();
        assert_eq!(of(&mut kinds.unwrap().iter()), printed, "{pointer}");
    }
}

#[test]
fn values_are_values_and_credentials_are_masked() {
    let steps = whole()["steps"].clone();
    let changed = steps.as_array().unwrap().iter();
    let mut changed = changed.filter(|step| step["reason"]["kind"] == "changed");
    assert_eq!(
        changed.next().unwrap()["changes"][0],
        json!({
            "path": "environment.DEBUG", "from": "0", "to": "1",
            "file": "stack.yaml", "line": 14, "column": 7,
        })
    );
    for (shown, expected) in [
        ("64m", json!("64m")),
        ("***", json!("***")),
        ("[1]", json!([1])),
        ("", Value::Null),
    ] {
        assert_eq!(value(Some(shown)), expected);
    }
    let mut document = json!({"a": ["mysql://u:pw@db/x"]});
    cover(&mut document, &Mask::default());
    assert_eq!(document, json!({"a": ["mysql://u:***@db/x"]}));
}
