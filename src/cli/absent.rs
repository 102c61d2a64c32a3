//! Commands of docker compose that are not offered, with what to use instead.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::ui::report::Report;


/// What to tell of a command line that names a command of docker compose that is missing; none of any other mistake.
pub(super) fn report(error: &Error) -> Option<Report> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let (_, instead) = ABSENT.iter().find(|(absent, _)| absent == name)?;
}
