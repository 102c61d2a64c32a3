//! What every key of the stack file is for, in a sentence or two, for editors. A test holds that no key is left out.

mod attribute;
mod build;
mod deploy;
mod device;
mod mount;
mod resource;
mod service;

use super::Object;

/// An object of the table with its name and what its keys are for.
pub(super) struct Description {
    /// The object.
    pub(super) object: &'static Object,
    /// Its name among the definitions of the JSON schema.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// Its keys in the order of the table, each with what it is for.
    pub(super) keys: &'static [(&'static str, &'static str)],
    /// What keys are that are not set, as JSON.
    pub(super) defaults: &'static [(&'static str, &'static str)],
    /// Keys that one should not use any more.
    pub(super) deprecated: &'static [&'static str],
}

/// Names an object and describes its keys.
const fn describe(
    object: &'static Object,
    name: &'static str,
    about: &'static str,
    keys: &'static [(&'static str, &'static str)],
) -> Description {
    Description {
        object,
        name,
        about,
        keys,
        defaults: &[],
        deprecated: &[],
    }
}

/// All objects of the table.
pub(super) fn descriptions() -> impl Iterator<Item = &'static Description> {
    let parts = [
        resource::DESCRIPTIONS,
        service::DESCRIPTIONS,
        attribute::DESCRIPTIONS,
        device::DESCRIPTIONS,
        mount::DESCRIPTIONS,
        build::DESCRIPTIONS,
        deploy::DESCRIPTIONS,
    ];
    parts.into_iter().flatten()
}

/// The description of an object of the table.
pub(super) fn description(object: &'static Object) -> Option<&'static Description> {
    descriptions().find(|description| std::ptr::eq(description.object, object))
}

impl Description {
    /// What a key is for.
    pub(super) fn key(&self, key: &str) -> Option<&'static str> {
        let (_, text) = self.keys.iter().find(|(known, _)| *known == key)?;
        Some(text)
    }

    /// What a key is where it is not set, as JSON.
    pub(super) fn default(&self, key: &str) -> Option<&'static str> {
        let (_, json) = self.defaults.iter().find(|(known, _)| *known == key)?;
        Some(json)
    }
}
