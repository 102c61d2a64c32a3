//! How an image is built (compose build specification).

use super::attribute::{FILE_REFERENCES, ULIMITS};
use super::{
    BOOL, Becomes, FLAG, INT, Object, PAIRS, STRING, STRING_LIST, Shape, TEXT, VARIABLES, field,
    object,
};

pub(super) static BUILD: Object = object(&[
    field("additional_contexts", PAIRS),
    field("args", VARIABLES),
    field("cache_from", STRING_LIST),
    field("cache_to", STRING_LIST),
    field("context", STRING),
    field("dockerfile", STRING),
    field("dockerfile_inline", STRING),
    field("entitlements", STRING_LIST),
    field("extra_hosts", Shape::Hosts),
    field("isolation", STRING),
    field("labels", PAIRS),
    field("network", STRING),
    field("no_cache", FLAG),
    field("no_cache_filter", Shape::OneOrMany),
    field("platforms", STRING_LIST),
    field("privileged", FLAG),
    field("provenance", Shape::Scalar(TEXT | BOOL, Becomes::Text)),
    field("pull", FLAG),
    field("sbom", Shape::Scalar(TEXT | BOOL, Becomes::Text)),
    field("secrets", FILE_REFERENCES),
    field("shm_size", Shape::Scalar(INT | TEXT, Becomes::Bytes)),
    field("ssh", Shape::Keys),
    field("tags", STRING_LIST),
    field("target", STRING),
    field("ulimits", ULIMITS),
]);
