//! The user's terminal: its size, and its raw mode while a program in a container has it.

mod keys;

use std::io::{self, IsTerminal, Stdin};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

pub use keys::{DetachKeys, KeyError, Typed};

/// The terminal of standard input in raw mode: letters come one by one, unseen and without a meaning of their own, so
/// that Ctrl-C is the program's. Dropping it, in a panic too, gives back the mode that was.
#[derive(Debug)]
pub struct RawTerminal {
    stdin: Stdin,
    before: Termios,
}

impl RawTerminal {
    /// Switches to raw mode; none where standard input is no terminal.
    ///
    /// # Errors
    /// Where the terminal doesn't take it.
    pub fn enter() -> io::Result<Option<Self>> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(&stdin)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&stdin, OptionalActions::Now, &raw)?;
        Ok(Some(Self { stdin, before }))
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        // A terminal that is gone needs no mode.
        let _ = tcsetattr(&self.stdin, OptionalActions::Now, &self.before);
    }
}

/// Columns and lines of the terminal of standard output; none where that is no terminal, or has no size.
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}
