//! Keys of a service that no engine call carries.

/// A key of the file that does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCarried {
    /// The key's path in the service, such as `deploy.placement`.
    pub key: String,
    /// Why, as it goes on after the key: `has no effect: ...`.
    pub why: String,
}
