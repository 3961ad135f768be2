//! Asking by the local socket.

use super::{ClientError, PATIENCE};
use crate::protocol::{MAX_LINE, Request, SOCKET};
use crate::socket::reach;
use postern_store::DataDirectory;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A connection to a running Postern.
#[derive(Debug)]
pub(super) struct Socket {
    stream: BufReader<UnixStream>,
    /// How the last request was sent.
    sent: std::io::Result<()>,
}

impl Socket {
    /// Connects to the Postern that runs on a data directory.
    pub(super) fn connect(directory: &Path) -> Result<Self, ClientError> {
        let shown = || directory.display().to_string();
        Self::reach(directory, SOCKET, shown(), || {
            match DataDirectory::holder(directory) {
                Ok(Some(holder)) => ClientError::NoSocket {
                    directory: shown(),
                    holder: holder.to_string(),
                },
                _ => ClientError::NotRunning { directory: shown() },
            }
        })
    }

    /// Connects to the Postern that listens at a socket.
    pub(super) fn connect_to(socket: &Path) -> Result<Self, ClientError> {
        let shown = || socket.display().to_string();
        let missing = || ClientError::NothingThere { socket: shown() };
        let directory = match socket.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(missing()),
        };
        let name = socket.file_name().and_then(OsStr::to_str);
        Self::reach(directory, name.ok_or_else(missing)?, shown(), missing)
    }

    /// Connects to a socket in a directory.
    fn reach(
        directory: &Path,
        name: &str,
        place: String,
        missing: impl FnOnce() -> ClientError,
    ) -> Result<Self, ClientError> {
        let attempt = reach(directory, name).and_then(|at| UnixStream::connect(at.path()));
        let stream = attempt.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => ClientError::NotAllowed { place },
            ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory => {
                missing()
            }
            _ => error.into(),
        })?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
            sent: Ok(()),
        })
    }

    /// Sends a request. That it could not be sent is told when there is no answer: a server that
    /// turns somebody away says why before it hangs up on their request.
    pub(super) fn send(&mut self, method: &str, params: Value) -> Result<(), ClientError> {
        let request = Request {
            method: method.to_owned(),
            params,
        };
        let mut line = serde_json::to_vec(&request)
            .map_err(|error| ClientError::Unreadable(error.to_string()))?;
        line.push(b'\n');
        self.sent = self.stream.get_mut().write_all(&line);
        Ok(())
    }

    /// The next line of the answer.
    pub(super) fn line(&mut self) -> Result<Vec<u8>, ClientError> {
        let mut line = Vec::new();
        let read = self
            .stream
            .by_ref()
            .take(MAX_LINE as u64)
            .read_until(b'\n', &mut line);
        if line.is_empty() {
            read?;
            std::mem::replace(&mut self.sent, Ok(()))?;
            return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        Ok(line)
    }
}
