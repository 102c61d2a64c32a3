//! The shapes of the stack file: every key of the specification, what may stand under it and what it becomes.
//!
//! One table serves the check of shapes, the final types of the canonical tree and the JSON schema for editors.

mod attribute;
mod build;
pub(super) mod check;
mod deploy;
mod describe;
mod device;
pub(super) mod export;
pub(super) mod json;
mod mount;
mod resource;
mod service;
pub(super) mod settle;
mod stack;
mod words;

pub(super) use stack::STACK;

/// Kinds of values, as bits of a set.
pub(super) type Kinds = u8;
pub(super) const NULL: Kinds = 1;
pub(super) const BOOL: Kinds = 2;
pub(super) const INT: Kinds = 4;
pub(super) const FLOAT: Kinds = 8;
pub(super) const TEXT: Kinds = 16;
pub(super) const LIST: Kinds = 32;
pub(super) const MAP: Kinds = 64;
pub(super) const NUMBER: Kinds = INT | FLOAT;

/// What may stand at a place.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A scalar of some kinds, and what it becomes.
    Scalar(Kinds, Becomes),
    /// A whole number in a range, or a string that becomes one.
    Range(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A string that passes a test, what such a string looks like, and the test as a regular expression.
    Form(fn(&str) -> bool, &'static str, &'static str),
    /// A list.
    List(&'static Shape),
    /// A list without two equal elements.
    Set(&'static Shape),
    /// A string, or a list of strings, which it becomes.
    OneOrMany,
    /// A scalar, or a list of scalars; becomes a list of strings.
    Repeated,
    /// A string that is split like a shell does, or a list of words, which it becomes.
    Command,
    /// A healthcheck's test: a string for the shell, or a list, which it becomes.
    Test,
    /// A mapping to scalars, or a list of `key=value`; becomes a mapping to strings. A key alone has the value null
    /// where the flag is set, the empty string otherwise.
    Pairs(bool),
    /// Keys of an ssh agent: a mapping from names to paths, or a list of `name` and `name=path`, which it becomes.
    Keys,
    /// A mapping from hosts to addresses, or a list of `host=address`, which it becomes.
    Hosts,
    /// A mapping with free keys.
    Map(&'static Shape),
    /// A mapping whose keys are names of things of the project.
    Named(&'static Shape),
    /// A mapping with fixed keys.
    Object(&'static Object),
    /// One of several shapes that differ in kind; the last is the canonical one.
    Either(&'static [Shape]),
}

/// What a scalar becomes in the canonical tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Becomes {
    /// It stays as it is.
    Same,
    /// A string.
    Text,
    /// A boolean; YAML 1.1's words are taken too.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A string of bytes in decimal digits, from `64m` and the like.
    Bytes,
    /// A duration as Go writes it.
    Duration,
    /// A file mode as octal digits in a string.
    Mode,
    /// An empty mapping.
    Mapping,
    /// A number of devices, where `all` is -1.
    DeviceCount,
}

/// A mapping with fixed keys.
pub(super) struct Object {
    /// The keys.
    pub(super) fields: &'static [Field],
    /// Keys that must be there.
    pub(super) required: &'static [&'static str],
    /// Whether keys that begin with `x-` are free for use.
    pub(super) extensions: bool,
}

/// One key of an [`Object`].
pub(super) struct Field {
    /// The key.
    pub(super) key: &'static str,
    /// What may stand under it.
    pub(super) shape: Shape,
    /// When the canonical tree holds it.
    pub(super) shown: Shown,
}

/// When the canonical tree holds a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Where its value is not false, zero or empty.
    NotEmpty,
    /// Where it is set, to whatever value.
    Set,
    /// Always; where it is not set as an empty mapping.
    Always,
}

impl Object {
    /// The field of a key.
    pub(super) fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// A key that is left out of the canonical tree where its value is false, zero or empty.
const fn field(key: &'static str, shape: Shape) -> Field {
    Field {
        key,
        shape,
        shown: Shown::NotEmpty,
    }
}

/// A key whose false, zero or empty value says something.
const fn kept(key: &'static str, shape: Shape) -> Field {
    Field {
        key,
        shape,
        shown: Shown::Set,
    }
}

/// A key that the canonical tree always holds.
const fn always(key: &'static str, shape: Shape) -> Field {
    Field {
        key,
        shape,
        shown: Shown::Always,
    }
}

/// A mapping with fixed keys, none of them required, and extensions.
const fn object(fields: &'static [Field]) -> Object {
    Object {
        fields,
        required: &[],
        extensions: true,
    }
}

/// A mapping with fixed keys of which some are required, and extensions.
const fn requiring(required: &'static [&'static str], fields: &'static [Field]) -> Object {
    Object {
        fields,
        required,
        extensions: true,
    }
}

/// A string.
const STRING: Shape = Shape::Scalar(TEXT, Becomes::Same);
/// A boolean, or a string that becomes one.
const FLAG: Shape = Shape::Scalar(BOOL | TEXT, Becomes::Bool);
/// A whole number, or a string that becomes one.
const COUNT: Shape = Shape::Scalar(INT | TEXT, Becomes::Int);
/// A number that becomes whole, or a string that becomes one.
const WHOLE: Shape = Shape::Scalar(NUMBER | TEXT, Becomes::Int);
/// A number, or a string that becomes one.
const DECIMAL: Shape = Shape::Scalar(NUMBER | TEXT, Becomes::Float);
/// A size in bytes, or a string with a unit.
const BYTES: Shape = Shape::Scalar(NUMBER | TEXT, Becomes::Bytes);
/// A duration like `1m30s`.
const DURATION: Shape = Shape::Scalar(TEXT, Becomes::Duration);
/// A string or a number that becomes one.
const LABEL: Shape = Shape::Scalar(TEXT | NUMBER, Becomes::Text);
/// A file mode.
const MODE: Shape = Shape::Scalar(NUMBER | TEXT, Becomes::Mode);
/// A list of different strings.
const STRINGS: Shape = Shape::Set(&STRING);
/// A list of strings.
const STRING_LIST: Shape = Shape::List(&STRING);
/// Labels and the like.
const PAIRS: Shape = Shape::Pairs(false);
/// Environment variables: a key alone is taken from the caller's environment.
const VARIABLES: Shape = Shape::Pairs(true);
/// Options of a driver.
const OPTIONS: Shape = Shape::Map(&LABEL);
