//! Connections: a unix socket, a TCP port with or without TLS, or an `ssh` process.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::tls::Certificates;
use super::transport::SendError;
use crate::engine::locate::{Address, SshAddress};

/// The pause until a socket whose queue is full is tried again.
const FULL_QUEUE: Duration = Duration::from_millis(5);

/// Where a connection's far end may have said why it failed.
pub(super) enum Complaint {
    None,
    Ssh(ChildStderr),
}

impl Complaint {
    /// The error, or what ssh printed instead of connecting.
    pub(super) async fn explain(self, error: hyper::Error) -> SendError {
        let Self::Ssh(mut stderr) = self else {
            return SendError::Http(error);
        };
        let mut printed = Vec::new();
        let read =
            tokio::time::timeout(Duration::from_secs(1), stderr.read_to_end(&mut printed)).await;
        let text = String::from_utf8_lossy(&printed);
        match text.trim() {
            "" => SendError::Http(error),
            text if matches!(read, Ok(Ok(_))) => {
                SendError::Io(io::Error::other(format!("ssh: {text}")))
            }
            _ => SendError::Http(error),
        }
    }
}

/// A connection, of whatever kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens a connection.
///
/// # Errors
///
/// When nothing can be reached at the address, or not with TLS, or the program ssh cannot be run.
pub(super) async fn open(
    address: &Address,
    certificates: &Certificates,
) -> io::Result<(Box<dyn Stream>, Complaint)> {
    match address {
        Address::Unix(path) => Ok((Box::new(connect(path).await?), Complaint::None)),
        Address::Tcp(authority) => {
            let stream = TcpStream::connect(authority).await?;
            stream.set_nodelay(true)?;
            Ok((Box::new(stream), Complaint::None))
        }
        Address::Tls(address) => {
            let stream = Box::pin(certificates.open(address)).await?;
            Ok((Box::new(stream), Complaint::None))
        }
        Address::Ssh(ssh) => {
            let (stream, stderr) = DialStdio::start(ssh)?;
            Ok((Box::new(stream), Complaint::Ssh(stderr)))
        }
    }
}

/// Connects to a unix socket. One whose queue is full says "try again" where others would let us wait.
async fn connect(path: &Path) -> io::Result<UnixStream> {
    loop {
        match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(FULL_QUEUE).await;
            }
            result => return result,
        }
    }
}

/// The command line that makes the remote docker client pass its engine's socket through.
fn ssh_arguments(ssh: &SshAddress) -> Vec<String> {
    let mut arguments = vec![
        "-T".to_owned(),
        "-o".to_owned(),
        "ConnectTimeout=30".to_owned(),
    ];
    if let Some(user) = &ssh.user {
        arguments.extend(["-l".to_owned(), user.clone()]);
    }
    if let Some(port) = ssh.port {
        arguments.extend(["-p".to_owned(), port.to_string()]);
    }
    arguments.extend(["--".to_owned(), ssh.host.clone(), "docker".to_owned()]);
    if let Some(socket) = &ssh.socket {
        arguments.extend(["--host".to_owned(), format!("unix://{socket}")]);
    }
    arguments.extend(["system".to_owned(), "dial-stdio".to_owned()]);
    arguments
}

/// An `ssh` process as a stream; it is killed when the stream is dropped.
struct DialStdio {
    stdin: ChildStdin,
    stdout: ChildStdout,
    _child: Child,
}

impl DialStdio {
    fn start(ssh: &SshAddress) -> io::Result<(Self, ChildStderr)> {
        let mut command = Command::new("ssh");
        command.args(ssh_arguments(ssh)).kill_on_drop(true);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| io::Error::other(format!("cannot run the program ssh: {error}")))?;
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok((
                Self {
                    stdin,
                    stdout,
                    _child: child,
                },
                stderr,
            )),
            _ => Err(io::Error::other("cannot talk to the program ssh")),
        }
    }
}

impl AsyncRead for DialStdio {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(cx, buffer)
    }
}

impl AsyncWrite for DialStdio {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stdin).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdin).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdin).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
