//! Health: the tests of a container, and what they said.

use std::time::Duration;

use super::shape::{HealthLogShape, HealthcheckShape};
use crate::state::{Health, HealthTest};

/// The engine's word on health; none where nothing is tested.
pub(in crate::engine::docker) fn health(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

/// What a health test said; one that said nothing is told with its exit code.
pub(super) fn said(test: HealthLogShape) -> String {
    if test.output.trim().is_empty() {
        format!("(nothing, exit code {})", test.exit_code)
    } else {
        test.output
    }
}

/// The command and timings of a healthcheck, with the engine's defaults for what is absent (written as 0).
pub(super) fn health_test(shape: &HealthcheckShape, shell: &[String]) -> Option<HealthTest> {
    let command = match shape.test.split_first()? {
        (kind, command) if kind == "CMD" => command.to_vec(),
        (kind, text) if kind == "CMD-SHELL" => {
            let shell = if shell.is_empty() {
                vec!["/bin/sh".to_owned(), "-c".to_owned()]
            } else {
                shell.to_vec()
            };
            [&shell, text].concat()
        }
        _ => return None,
    };
    let time = |nanoseconds: i64, default: u64| match u64::try_from(nanoseconds) {
        Ok(nanoseconds) if nanoseconds > 0 => Duration::from_nanos(nanoseconds),
        _ => Duration::from_secs(default),
    };
    (!command.is_empty()).then(|| HealthTest {
        command,
        interval: time(shape.interval, 30),
        timeout: time(shape.timeout, 30),
        start_period: time(shape.start_period, 0),
        retries: match u32::try_from(shape.retries) {
            Ok(retries) if retries > 0 => retries,
            _ => 3,
        },
    })
}
