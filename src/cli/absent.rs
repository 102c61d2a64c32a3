//! Commands of docker compose that are not offered, with what to use instead.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::ui::report::Report;

/// The commands of docker compose that are missing, and what to use instead.
const ABSENT: [(&str, &str); 3] = [
    (
        "alpha",
        "`windlass plan` shows what `up` would do; other experiments of docker compose are not taken over",
    ),
    (
        "bridge",
        "`windlass config` prints the stack for a converter such as kompose",
    ),
    (
        "publish",
        "`windlass config --resolve-image-digests -o FILE` writes the whole stack into one file to hand on",
    ),
];

/// What to tell of a command line that names a command of docker compose that is missing; none of any other mistake.
pub(super) fn report(error: &Error) -> Option<Report> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let (_, instead) = ABSENT.iter().find(|(absent, _)| absent == name)?;
    Some(Report::new(format!("{name} is not offered")).hint(*instead))
}
