//! A validator of JSON Schema for the tests: it knows the keywords that our schemas use, and no other.

use regex::Regex;
use serde_json::{Map, Value as Json};

/// What is wrong with a value, each with its place; nothing where it fits.
pub(crate) fn faults(schema: &Json, value: &Json) -> Vec<String> {
    let mut validator = Validator {
        root: schema,
        faults: Vec::new(),
    };
    validator.check(schema, value, "");
    validator.faults
}

/// The schema that a `$ref` points to.
pub(crate) fn resolve<'a>(root: &'a Json, reference: &str) -> &'a Json {
    let pointer = reference.trim_start_matches('#');
    root.pointer(pointer).expect("references point somewhere")
}

struct Validator<'a> {
    root: &'a Json,
    faults: Vec<String>,
}

impl Validator<'_> {
    fn check(&mut self, schema: &Json, value: &Json, place: &str) {
        let keywords = match schema {
            Json::Bool(true) => return,
            Json::Bool(false) => return self.faults.push(format!("{place}: unknown key")),
            Json::Object(keywords) => keywords,
            _ => panic!("no schema: {schema}"),
        };
        for (keyword, argument) in keywords {
            if !self.fits(keywords, keyword, argument, value, place) {
                self.faults.push(format!("{place}: {keyword} {argument}"));
            }
        }
    }

    /// Whether a value fits a keyword, as far as the keyword does not speak of what is inside of the value.
    fn fits(
        &mut self,
        keywords: &Map<String, Json>,
        keyword: &str,
        argument: &Json,
        value: &Json,
        place: &str,
    ) -> bool {
        let number = value.as_i64();
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "default" | "deprecated" => {}
            "$ref" => {
                let target = resolve(self.root, argument.as_str().unwrap());
                self.check(target, value, place);
            }
            "type" => {
                let types = argument
                    .as_array()
                    .map_or(std::slice::from_ref(argument), Vec::as_slice);
                return types.iter().any(|name| is(value, name.as_str().unwrap()));
            }
            "enum" => return argument.as_array().unwrap().contains(value),
            "pattern" => {
                let pattern = Regex::new(argument.as_str().unwrap()).unwrap();
                return value.as_str().is_none_or(|text| pattern.is_match(text));
            }
            "minimum" => return number.is_none_or(|number| number >= argument.as_i64().unwrap()),
            "maximum" => return number.is_none_or(|number| number <= argument.as_i64().unwrap()),
            "required" => {
                let has = |key: &Json| value.get(key.as_str().unwrap()).is_some();
                return !value.is_object() || argument.as_array().unwrap().iter().all(has);
            }
            "anyOf" => {
                let any = argument.as_array().unwrap().iter();
                return any.into_iter().any(|schema| self.takes(schema, value));
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(argument, item, &format!("{place}[{index}]"));
                }
            }
            "uniqueItems" => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                return (1..items.len()).all(|index| !items[..index].contains(&items[index]));
            }
            "propertyNames" => {
                let keys = value.as_object().into_iter().flat_map(Map::keys);
                return keys
                    .into_iter()
                    .all(|key| self.takes(argument, &key.as_str().into()));
            }
            "properties" => {
                for (key, schema) in argument.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        self.check(schema, value, &format!("{place}.{key}"));
                    }
                }
            }
            "patternProperties" => assert_eq!(argument.to_string(), r#"{"^x-":true}"#),
            "additionalProperties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let known = keywords
                        .get("properties")
                        .is_some_and(|keys| keys.get(key).is_some());
                    let free = keywords.contains_key("patternProperties") && key.starts_with("x-");
                    if !known && !free {
                        self.check(argument, value, &format!("{place}.{key}"));
                    }
                }
            }
            _ => panic!("the validator does not know `{keyword}`"),
        }
        true
    }

    fn takes(&self, schema: &Json, value: &Json) -> bool {
        let mut inner = Validator {
            root: self.root,
            faults: Vec::new(),
        };
        inner.check(schema, value, "");
        inner.faults.is_empty()
    }
}

fn is(value: &Json, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("no type: {name}"),
    }
}
