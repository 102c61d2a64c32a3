//! Security profiles: the stack file names a file, the engine takes its text.

use std::borrow::Cow;
use std::path::PathBuf;

use serde_json::Value;

use crate::engine::EngineError;
use crate::model::{NewContainer, seccomp_profile};

/// The container with its seccomp profiles in place of the files' paths.
///
/// # Errors
/// [`EngineError::Profile`] where a file cannot be read, or is no JSON.
pub(super) async fn with_profiles(
    container: &NewContainer,
) -> Result<Cow<'_, NewContainer>, EngineError> {
    let mut container = Cow::Borrowed(container);
    for index in 0..container.spec.security_opt.len() {
        let Some(path) = seccomp_profile(&container.spec.security_opt[index]) else {
            continue;
        };
        let path = PathBuf::from(path);
        let failed = |why: String| EngineError::Profile {
            path: path.clone(),
            why,
        };
        let text = tokio::fs::read(&path).await;
        let text = text.map_err(|error| failed(error.to_string()))?;
        // Without the spaces of the file, as docker's command line sends it.
        let profile: Value =
            serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
        container.to_mut().spec.security_opt[index] = format!("seccomp={profile}");
    }
    Ok(container)
}
