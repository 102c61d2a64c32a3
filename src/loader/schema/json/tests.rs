//! The schema in the repository, the table of shapes and the decoder say the same.

use super::super::describe::{description, descriptions};
use super::super::{Object, STACK, Shape, check};
use super::schema;
use crate::json_schema::{faults, resolve};
use crate::loader::error::Diagnostic;
use crate::loader::node::{Mapping, Node, Value};
use crate::loader::span::Sources;
use crate::loader::yaml;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schema as it stands in the repository.
fn stored() -> Json {
    let text = fs::read_to_string(repository().join("schemas/windlass.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The documents of a text, none where it is no YAML.
fn documents(text: &str) -> Vec<Node> {
    let file = Sources::default().add("test.yaml", text);
    let documents = yaml::parse(text, file).unwrap_or_default();
    let written = |document: &Node| !document.is_null();
    documents.into_iter().filter(written).collect()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => (*number).into(),
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers only")]
        Value::Float(number) if number.fract() == 0.0 => (*number as i64).into(),
        Value::Float(number) => (*number).into(),
        Value::String(text) => text.as_str().into(),
        Value::Sequence(items) => items.iter().map(json).collect(),
        Value::Mapping(mapping) => {
            let pairs = mapping
                .iter()
                .map(|(key, entry)| (key.to_owned(), json(&entry.node)));
            Json::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

/// What the decoder says about the shapes of a document.
fn refused(document: &Node) -> Vec<String> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    check::check(document, &mut problems);
    problems
        .into_iter()
        .map(|problem| problem.message)
        .collect()
}

/// All objects of the table.
fn objects() -> Vec<&'static Object> {
    fn visit(shape: &'static Shape, found: &mut Vec<&'static Object>) {
        match shape {
            Shape::List(inner) | Shape::Set(inner) | Shape::Map(inner) | Shape::Named(inner) => {
                visit(inner, found);
            }
            Shape::Either(shapes) => shapes.iter().for_each(|shape| visit(shape, found)),
            Shape::Object(object) => enter(object, found),
            _ => {}
        }
    }
    fn enter(object: &'static Object, found: &mut Vec<&'static Object>) {
        if !found.iter().any(|known| std::ptr::eq(*known, object)) {
            found.push(object);
            object
                .fields
                .iter()
                .for_each(|field| visit(&field.shape, found));
        }
    }
    let mut found = Vec::new();
    enter(&STACK, &mut found);
    found
}

/// Every place of the table with a key of its own, such as `services.*.ports.-.target`.
fn places_of_table(shape: &Shape, path: &str, places: &mut BTreeSet<String>) {
    match shape {
        Shape::List(inner) | Shape::Set(inner) => {
            places_of_table(inner, &format!("{path}.-"), places);
        }
        Shape::Map(inner) | Shape::Named(inner) => {
            places_of_table(inner, &format!("{path}.*"), places);
        }
        Shape::Either(shapes) => {
            shapes
                .iter()
                .for_each(|shape| places_of_table(shape, path, places));
        }
        Shape::Object(object) => {
            for field in object.fields {
                let path = format!("{path}.{}", field.key);
                places_of_table(&field.shape, &path, places);
                places.insert(path);
            }
        }
        _ => {}
    }
}

/// The same of the schema.
fn places_of_schema(root: &Json, schema: &Json, path: &str, places: &mut BTreeSet<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        places_of_schema(root, resolve(root, reference), path, places);
    }
    for schema in schema
        .get("anyOf")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        places_of_schema(root, schema, path, places);
    }
    if let Some(items) = schema.get("items") {
        places_of_schema(root, items, &format!("{path}.-"), places);
    }
    if let Some(values) = schema.get("additionalProperties") {
        places_of_schema(root, values, &format!("{path}.*"), places);
    }
    for (key, schema) in schema
        .get("properties")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        let path = format!("{path}.{key}");
        places_of_schema(root, schema, &path, places);
        places.insert(path);
    }
}

/// A document in which nothing but one place is written.
fn document(place: &str) -> Node {
    let node = |value: Value| Node::new(value, Sources::start());
    let steps = place.split('.').skip(1).collect::<Vec<_>>();
    steps
        .into_iter()
        .rev()
        .fold(node(Value::Null), |inner, step| {
            if step == "-" {
                return node(Value::Sequence(vec![inner]));
            }
            let mut mapping = Mapping::default();
            mapping.set(step.replace('*', "any"), inner);
            node(mapping.into())
        })
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_is_printed() {
    let path = repository().join("schemas/windlass.schema.json");
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, schema()).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == schema(),
        "WRITE_SCHEMA=1 cargo test --lib schema writes it anew"
    );
}

#[test]
fn every_key_of_the_table_is_described_and_no_other() {
    let keys = |object: &Object| {
        object
            .fields
            .iter()
            .map(|field| field.key)
            .collect::<Vec<_>>()
    };
    let objects = objects();
    for object in &objects {
        let Some(about) = description(object) else {
            panic!("no description of the object with {:?}", keys(object));
        };
        let described: Vec<_> = about.keys.iter().map(|(key, _)| *key).collect();
        assert_eq!(described, keys(object), "{}", about.name);
        let mut named = about
            .defaults
            .iter()
            .map(|(key, _)| key)
            .chain(about.deprecated);
        assert!(named.all(|key| described.contains(key)), "{}", about.name);
        let texts = about
            .keys
            .iter()
            .map(|(_, text)| *text)
            .chain([about.about]);
        for text in texts {
            assert!(
                text.len() > 8 && text.ends_with('.'),
                "{}: {text}",
                about.name
            );
        }
    }
    let names: BTreeSet<_> = descriptions().map(|about| about.name).collect();
    assert_eq!(names.len(), objects.len());
}

#[test]
fn the_keys_of_the_schema_are_those_of_the_table() {
    let root = stored();
    let (mut table, mut schema) = (BTreeSet::new(), BTreeSet::new());
    places_of_table(&Shape::Object(&STACK), "", &mut table);
    places_of_schema(&root, &root, "", &mut schema);
    let missing: Vec<_> = table.difference(&schema).collect();
    let unknown: Vec<_> = schema.difference(&table).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "{missing:?} {unknown:?}"
    );
}

#[test]
fn the_decoder_takes_every_key_of_the_schema() {
    let root = stored();
    let mut places = BTreeSet::new();
    places_of_schema(&root, &root, "", &mut places);
    assert!(places.len() > 250, "{}", places.len());
    for place in places {
        let unknown = |problem: &String| problem.contains("unknown key");
        assert!(!refused(&document(&place)).iter().any(unknown), "{place}");
        let stranger = document(&format!(
            "{}.no_such_key",
            place.rsplit_once('.').unwrap().0
        ));
        assert!(!faults(&root, &json(&stranger)).is_empty(), "{place}");
    }
}

#[test]
fn defaults_fit_their_keys() {
    let root = stored();
    for about in descriptions() {
        let schema = if about.name == "stack" {
            &root
        } else {
            &root["$defs"][about.name]
        };
        for (key, _) in about.defaults {
            let key_schema = schema["properties"][key].as_object().unwrap().clone();
            let mut key_root = root.clone();
            key_root
                .as_object_mut()
                .unwrap()
                .retain(|keyword, _| keyword == "$defs");
            key_root.as_object_mut().unwrap().extend(key_schema);
            let default = key_root["default"].clone();
            assert_eq!(faults(&key_root, &default), [""; 0], "{}.{key}", about.name);
        }
    }
}

/// Documents with the verdicts of the decoder and of the schema, where these differ: a schema cannot know what a
/// variable will be.
fn differences(root: &Json, text: &str) -> Vec<String> {
    let mut different = Vec::new();
    for document in documents(text) {
        let (refused, faults) = (refused(&document), faults(root, &json(&document)));
        let variable = text.contains('$') && faults.is_empty();
        if refused.is_empty() != faults.is_empty() && !variable {
            different.push(format!("decoder: {refused:?}\nschema: {faults:?}\n{text}"));
        }
    }
    different
}

#[test]
fn decoder_and_schema_take_and_refuse_the_same() {
    let root = stored();
    for (service, good) in [
        ("image: a", true),
        ("imag: a", false),
        ("x-own: {any: [thing]}", true),
        ("image: 1", false),
        ("command: null", true),
        ("command: [a, 1]", false),
        ("environment: {A: 1, B: null, C: true}", true),
        ("environment: [A=1, B]", true),
        ("environment: [A=1, A=1]", false),
        (
            "ports: [80, '81:81', {target: 80, published: 8000-8010}]",
            true,
        ),
        ("ports: [80, 80]", false),
        ("ports: [{x-any: 1, port: 1}]", false),
        ("extra_hosts: {a: [10.0.0.1, 10.0.0.2]}", true),
        ("depends_on: {db: {condition: service_healthy}}", true),
        ("depends_on: {db: {condition: service_fine}}", false),
        ("depends_on: {db: {condition: '${CONDITION}'}}", true),
        ("depends_on: {db: {}}", false),
        ("depends_on: {'d b': {condition: service_started}}", false),
        ("networks: {a: null, b: {priority: 1.5}}", true),
        ("ulimits: {nofile: 10, nproc: {soft: 1, hard: '2'}}", true),
        ("ulimits: {nproc: {soft: 1}}", false),
        ("oom_score_adj: -1000", true),
        ("oom_score_adj: 1001", false),
        ("cpu_count: -1", false),
        ("use_api_socket: true", true),
        ("use_api_socket: 'true'", false),
        ("pull_policy: every_12h", true),
        ("pull_policy: sometimes", false),
        ("mem_reservation: 1.5", false),
        ("mem_limit: 1.5", true),
        ("deploy: null", true),
        ("healthcheck: null", false),
        ("extends: {service: a, x-any: 1}", false),
        ("gpus: all", true),
        ("gpus: some", false),
        ("build: {provenance: true, ssh: [default], args: [A]}", true),
        ("tmpfs: /run", true),
        ("x-ready: engine", true),
        ("x-ready: soon", false),
        ("tmpfs: [1]", false),
        ("storage_opt: {any: [1, {}]}", false),
        ("storage_opt: {size: 1, any: }", true),
        ("provider: {type: a, options: {b: [1, c], d: true}}", true),
    ] {
        let text = format!("services:\n  a:\n    {service}\n");
        assert_eq!(documents(&text).len(), 1, "{text}");
        let document = &documents(&text)[0];
        assert_eq!(faults(&root, &json(document)).is_empty(), good, "{text}");
        assert_eq!(differences(&root, &text), [""; 0]);
    }
}

/// All files below a folder whose name says that they are YAML; what git keeps there and what it ignores is left out,
/// and links are not followed: file systems of whole machines lie below `target`, with links that lead round in circles.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let is_yaml = path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml");
        if entry.file_type().unwrap().is_dir() {
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !is_hidden && path != repository().join("target") {
                files.extend(yaml_files(&path));
            }
        } else if is_yaml {
            files.push(path);
        }
    }
    files
}

/// Whether a text is a stack, not what a stack's programs read.
fn is_stack(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("services:"))
}

/// Those of the repository, and of the folder that `STACK_FILES` names, where a greater collection can be laid. Files with
/// mistakes in them, which tests/it/load has, are taken or refused by both.
#[test]
fn stack_files_fit_the_schema_where_the_decoder_takes_them() {
    let root = stored();
    let mut fit = 0;
    let mut different = Vec::new();
    for path in yaml_files(repository()) {
        let text = fs::read_to_string(&path).unwrap();
        if path.starts_with(repository().join("tests/it/load/broken")) {
            different.extend(differences(&root, &text));
        } else if is_stack(&text) {
            fit += 1;
            let documents = documents(&text);
            assert!(!documents.is_empty(), "{}", path.display());
            for document in documents {
                let faults = faults(&root, &json(&document));
                assert_eq!(faults, [""; 0], "{}", path.display());
            }
        }
    }
    assert!(fit > 18, "{fit} stack files");
    let more = std::env::var_os("STACK_FILES").map(|folder| yaml_files(Path::new(&folder)));
    for path in more.into_iter().flatten() {
        let text = fs::read(&path).unwrap();
        let found = differences(&root, &String::from_utf8_lossy(&text));
        different.extend(
            found
                .iter()
                .map(|found| format!("{}\n{found}", path.display())),
        );
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

#[test]
fn forms_of_strings_are_the_same_in_both() {
    let texts = [
        "a", "ab", "-a", "-ab", "a b", "a-", "\u{e4}", "", "a.b_c", "always", "every_1d", "every_",
        "every_d", "every_5", "weekly", "some",
    ];
    let mut seen = 0;
    for object in objects() {
        for field in object.fields {
            if let Shape::Form(fits, _, pattern) = field.shape {
                let pattern = regex::Regex::new(pattern).unwrap();
                for text in texts {
                    assert_eq!(
                        pattern.is_match(text),
                        fits(text),
                        "{}: {text:?}",
                        field.key
                    );
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}
