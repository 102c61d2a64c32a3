//! What a command says: results to standard output, everything else beside them.

use std::io::{self, Write};

use super::Scope;
use crate::cli::error::CliError;
use crate::loader::error::Diagnostic;
use crate::loader::span::Sources;
use crate::ui::change::Standing;
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use crate::ui::{self, Mode, diagnostic};

impl Scope {
    /// The stream of progress: standard error, or standard output where `COMPOSE_STATUS_STDOUT` asks for it.
    pub(in crate::cli) fn progress(&self) -> Box<dyn Write> {
        if self.is_set("COMPOSE_STATUS_STDOUT") {
            Box::new(io::stdout())
        } else {
            Box::new(io::stderr())
        }
    }

    /// Tells something beside the result, unless progress is quiet or for programs.
    pub(in crate::cli) fn say(&self, line: &str) {
        if matches!(self.mode, Mode::Tty | Mode::Plain) {
            let _ = writeln!(self.progress(), "{line}");
        }
    }

    /// Tells people a line, and programs which of these things it is about, how it stands and the word for that.
    pub(in crate::cli) fn tell(
        &self,
        ids: &[String],
        (standing, word): (Standing, &str),
        line: &str,
    ) {
        if self.mode != Mode::Json {
            return self.say(line);
        }
        for id in ids {
            let object = ui::watched::json(id, standing, word, line);
            let _ = self.progress().write_all(object.as_bytes());
        }
    }

    /// Tells diagnostics of the loader.
    pub(in crate::cli) fn tell_diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        if !diagnostics.is_empty() {
            let columns = diagnostic::columns();
            let text = diagnostic::render(diagnostics, sources, self.err_color, columns);
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    /// Tells warnings.
    pub(in crate::cli) fn warn(&self, warnings: &[Report], mask: &Mask) {
        for warning in warnings {
            let text = mask.text(&warning.warning(self.err_color));
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }
}

/// Prints a result.
pub(in crate::cli) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
