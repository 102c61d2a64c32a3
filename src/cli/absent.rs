//! Commands of docker compose that are not there yet, or not offered, with what to use instead.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::ui::report::Report;

/// What to use instead of a command.
enum Instead {
    /// Docker compose would replace the containers, as it has another digest of their configuration: this one does it.
    Windlass(&'static str),
    /// It is not meant to come.
    Never(&'static str),
}

/// The commands of docker compose that are missing.
const ABSENT: &[(&str, Instead)] = {
    use Instead::{Never, Windlass};
    &[
        (
            "alpha",
            Never(
                "`windlass plan` shows what `up` would do; other experiments of docker compose are not taken over",
            ),
        ),
        (
            "bridge",
            Never("`windlass config` prints the stack for a converter such as kompose"),
        ),
        (
            "publish",
            Never(
                "`windlass config --resolve-image-digests -o FILE` writes the whole stack into one file to hand on",
            ),
        ),
        (
            "watch",
            Windlass(
                "`windlass up -d --build` brings changes into the containers, once for each time it is called",
            ),
        ),
    ]
};

/// What to tell of a command line that names a command of docker compose that is missing; none of any other mistake.
pub(super) fn report(error: &Error) -> Option<Report> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let (_, instead) = ABSENT.iter().find(|(absent, _)| absent == name)?;
    let yet = Report::new(format!("{name} is not there yet"));
    Some(match instead {
        Instead::Windlass(hint) => yet.hint(*hint),
        Instead::Never(hint) => Report::new(format!("{name} is not offered")).hint(*hint),
    })
}
