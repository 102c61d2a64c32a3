//! Standard input, piece by piece.

use std::io::{self, Read};
use std::thread;

use tokio::sync::mpsc::{Receiver, channel};

/// As much as is read at once.
const PIECE: usize = 32 << 10;
/// Pieces that may wait to be passed on: what is piped in is not read into memory as a whole.
const PIECES: usize = 2;

/// Begins to read. The stream ends with standard input, or where that cannot be read.
///
/// A read of a terminal cannot be given up. It is made in a thread that nobody waits for, so that the program can end
/// while nothing is typed.
pub(crate) fn read() -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel(PIECES);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut buffer = vec![0; PIECE];
        loop {
            match stdin.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    if sender.blocking_send(buffer[..length].to_vec()).is_err() {
                        return;
                    }
                }
            }
        }
    });
    receiver
}
