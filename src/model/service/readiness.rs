//! When a service counts as ready (extension `x-ready`).

/// Who says that a container whose health is tested is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// windlass itself: as soon as the health test passes and the declared ports can be reached.
    #[default]
    Reachable,
    /// The engine alone, when its own tests pass: for tests with side effects.
    Engine,
}
