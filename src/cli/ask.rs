//! Questions to the user.

use std::io::{self, BufRead, IsTerminal as _, Write as _};

use tokio::sync::oneshot;

use super::error::CliError;
use super::scope::{means_yes, print};
use super::signal::Interrupts;

/// Asks a question and reads the answer from standard input, which need not be a terminal; anything but a word that
/// means yes, or nothing at all, is a no. The question stands on standard output, unless that goes elsewhere while
/// someone sits at a terminal: then it stands on standard error.
///
/// # Errors
/// [`CliError::Interrupted`] where the user doesn't want to answer.
pub(super) async fn ask(question: &str, interrupts: &mut Interrupts) -> Result<bool, CliError> {
    let is_unseen = io::stdin().is_terminal() && !io::stdout().is_terminal();
    let show = |text: &str| -> Result<(), CliError> {
        if is_unseen {
            io::stderr().write_all(text.as_bytes())?;
            return Ok(());
        }
        print(text)
    };
    show(&format!("{question} [y/N] "))?;
    let (sender, answer) = oneshot::channel();
    // A thread that the end of the program doesn't wait for: reading cannot be given up.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        // Where nobody waits for the answer any more, it says nothing.
        let _ = sender.send(read.map(|_| line));
    });
    tokio::select! {
        answer = answer => {
            let line = answer.unwrap_or_else(|_| Ok(String::new()))?;
            if !line.ends_with('\n') {
                show("\n")?;
            }
            Ok(means_yes(Some(&line.trim().to_owned())))
        }
        () = interrupts.next() => {
            show("\n")?;
            Err(CliError::Interrupted)
        }
    }
}
