//! Progress: what an engine tells of pulls, pushes and builds while they go on.

/// Progress of a pull or a push: of one layer, or (without a layer) of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullProgress {
    /// The layer's short id.
    pub layer: Option<String>,
    /// The engine's words, such as `Downloading`.
    pub status: String,
    /// Bytes done, where the engine counts them.
    pub current: Option<u64>,
    /// Bytes in all, where the engine knows them.
    pub total: Option<u64>,
}

/// Progress of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildProgress {
    /// Who builds, such as `docker buildx, for secrets`.
    Builder(String),
    /// A step began; the name is the engine's, such as `[2/4] RUN pip install ...`.
    Step {
        /// The step's identifier in this build.
        id: String,
        /// Its name.
        name: String,
        /// Its result came from the cache.
        cached: bool,
    },
    /// A step ended.
    StepDone {
        /// The step's identifier in this build.
        id: String,
    },
    /// A step printed something.
    Output {
        /// The step's identifier; none with the classic builder.
        id: Option<String>,
        /// The text as printed.
        text: String,
    },
    /// A warning of the builder's.
    Warning(String),
    /// The image is there.
    Built {
        /// Its identifier.
        id: String,
    },
}
