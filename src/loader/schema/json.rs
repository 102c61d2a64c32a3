//! The table of shapes as a JSON Schema (draft 2020-12), with which editors complete and check stack files.
//!
//! A schema looks at a file as it is written, so it also takes texts with variables where the table wants a certain
//! value.

use super::describe::{Description, description};
use super::{BOOL, FLOAT, INT, Kinds, LIST, MAP, NULL, NUMBER, Object, STACK, Shape, TEXT};
use serde_json::{Map, Value as Json, json};

/// The JSON Schema of the stack file, as text that ends with a line break.
pub(in crate::loader) fn schema() -> String {
    let mut definitions = Map::new();
    let stack = object(&STACK, &mut definitions);
    definitions.sort_keys();
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert("title".to_owned(), "windlass stack file".into());
    schema.extend(stack);
    schema.insert("$defs".to_owned(), Json::Object(definitions));
    format!("{:#}\n", Json::Object(schema))
}

/// A mapping with fixed keys; what its keys refer to is put into the definitions.
fn object(known: &'static Object, definitions: &mut Map<String, Json>) -> Map<String, Json> {
    let about = description(known);
    let mut keys = Map::new();
    for field in known.fields {
        let mut key = Map::new();
        if let Some(about) = about {
            annotate(about, field.key, &mut key);
        }
        key.extend(shape(&field.shape, definitions));
        keys.insert(field.key.to_owned(), Json::Object(key));
    }
    let mut schema = Map::new();
    if let Some(about) = about {
        schema.insert("description".to_owned(), about.about.into());
    }
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Json::Object(keys));
    if known.extensions {
        schema.insert("patternProperties".to_owned(), json!({ "^x-": true }));
    }
    if !known.required.is_empty() {
        schema.insert("required".to_owned(), known.required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// Adds what a key is for and what it is where it is not set.
fn annotate(about: &Description, key: &str, schema: &mut Map<String, Json>) {
    if let Some(text) = about.key(key) {
        schema.insert("description".to_owned(), text.into());
    }
    if let Some(default) = about.default(key) {
        let default = serde_json::from_str(default).unwrap_or(Json::Null);
        schema.insert("default".to_owned(), default);
    }
    if about.deprecated.contains(&key) {
        schema.insert("deprecated".to_owned(), true.into());
    }
}

/// What may stand at a place.
fn shape(shape: &'static Shape, definitions: &mut Map<String, Json>) -> Map<String, Json> {
    let schema = match shape {
        Shape::Scalar(kinds, _) if kinds & TEXT != 0 => types(*kinds),
        Shape::Scalar(NULL, _) => types(NULL),
        Shape::Scalar(kinds, _) => or_variable(&types(*kinds), definitions),
        Shape::Range(low, i64::MAX) => json!({ "type": ["integer", "string"], "minimum": low }),
        Shape::Range(low, high) => {
            json!({ "type": ["integer", "string"], "minimum": low, "maximum": high })
        }
        Shape::Word(words) => or_variable(&json!({ "enum": words }), definitions),
        Shape::Form(_, _, pattern) => or_variable(
            &json!({ "type": "string", "pattern": pattern }),
            definitions,
        ),
        Shape::List(item) => json!({ "type": "array", "items": self::shape(item, definitions) }),
        Shape::Set(item) => {
            json!({ "type": "array", "items": self::shape(item, definitions), "uniqueItems": true })
        }
        Shape::OneOrMany => defined("one_or_many", definitions, one_or_many),
        Shape::Repeated => defined("repeated", definitions, repeated),
        Shape::Command => defined("command", definitions, command),
        Shape::Test => defined("test", definitions, test),
        Shape::Pairs(_) | Shape::Keys => defined("pairs", definitions, pairs),
        Shape::Hosts => defined("hosts", definitions, hosts),
        Shape::Map(value) => {
            json!({ "type": "object", "additionalProperties": self::shape(value, definitions) })
        }
        Shape::Named(value) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9._-]+$" },
            "additionalProperties": self::shape(value, definitions),
        }),
        Shape::Object(known) => reference(known, definitions),
        Shape::Either(shapes) => {
            let shapes = shapes.iter().map(|one| self::shape(one, definitions));
            json!({ "anyOf": shapes.collect::<Vec<_>>() })
        }
    };
    match schema {
        Json::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The kinds of values of a set.
fn types(kinds: Kinds) -> Json {
    let number = if kinds & FLOAT == 0 { INT } else { NUMBER };
    let number_name = if kinds & FLOAT == 0 {
        "integer"
    } else {
        "number"
    };
    let names = [
        (NULL, "null"),
        (BOOL, "boolean"),
        (number, number_name),
        (TEXT, "string"),
        (LIST, "array"),
        (MAP, "object"),
    ];
    let names: Vec<&str> = names
        .iter()
        .filter(|(bits, _)| kinds & bits != 0)
        .map(|(_, name)| *name)
        .collect();
    match names.as_slice() {
        [name] => json!({ "type": name }),
        names => json!({ "type": names }),
    }
}

/// What a schema takes, or a text with variables.
fn or_variable(schema: &Json, definitions: &mut Map<String, Json>) -> Json {
    let variable = defined("variable", definitions, || {
        json!({
            "description": "A text with variables, such as `${NAME:-default}`.",
            "type": "string",
            "pattern": r"\$[{A-Za-z_]",
        })
    });
    json!({ "anyOf": [schema, variable] })
}

/// A reference to an object, which is put into the definitions.
fn reference(known: &'static Object, definitions: &mut Map<String, Json>) -> Json {
    let Some(about) = description(known) else {
        return Json::Object(object(known, definitions));
    };
    if !definitions.contains_key(about.name) {
        let schema = object(known, definitions);
        definitions.insert(about.name.to_owned(), Json::Object(schema));
    }
    json!({ "$ref": format!("#/$defs/{}", about.name) })
}

/// A reference to a definition, which is put among the others.
fn defined(name: &str, definitions: &mut Map<String, Json>, make: fn() -> Json) -> Json {
    definitions.entry(name.to_owned()).or_insert_with(make);
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn one_or_many() -> Json {
    json!({ "anyOf": [{ "type": "string" }, string_set()] })
}

fn repeated() -> Json {
    let scalar = types(TEXT | NUMBER | BOOL);
    json!({ "anyOf": [scalar, { "type": "array", "items": scalar }] })
}

fn command() -> Json {
    json!({ "anyOf": [{ "type": ["null", "string"] }, string_list()] })
}

fn test() -> Json {
    json!({ "anyOf": [{ "type": "string" }, string_list()] })
}

fn pairs() -> Json {
    let values = types(TEXT | NUMBER | BOOL | NULL);
    json!({ "anyOf": [{ "type": "object", "additionalProperties": values }, string_set()] })
}

fn hosts() -> Json {
    let addresses = json!({ "anyOf": [{ "type": "string" }, string_list()] });
    json!({ "anyOf": [{ "type": "object", "additionalProperties": addresses }, string_set()] })
}

fn string_list() -> Json {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn string_set() -> Json {
    json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true })
}

#[cfg(test)]
mod tests;
