//! The client of the socket, for commands. It blocks.

use crate::Refusal;
use crate::protocol::{MAX_LINE, Reply, Request, SOCKET};
use crate::socket::reach;
use postern_store::DataDirectory;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long an answer, or the next part of one, may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error(
        "no Postern runs on the data directory {directory}\n  = help: start one with `postern run --data {directory}`, or say with --data where it keeps its files"
    )]
    NotRunning {
        /// The directory.
        directory: String,
    },
    /// Nobody listens at the socket that was named.
    #[error(
        "no Postern answers at {socket}\n  = help: a running Postern's socket is {SOCKET} in the directory that `postern run --data DIR` was given"
    )]
    NothingThere {
        /// The socket.
        socket: String,
    },
    /// Somebody holds the directory, but there is no socket to reach them by.
    #[error(
        "the data directory {directory} is in use by {holder}, which does not answer at {SOCKET}; it may be starting or ending: try again"
    )]
    NoSocket {
        /// The directory.
        directory: String,
        /// The process.
        holder: String,
    },
    /// The socket is another user's.
    #[error("the Postern on {place} runs as another user, and answers only that user and root")]
    NotAllowed {
        /// The directory, or the socket.
        place: String,
    },
    /// The connection broke.
    #[error("the running Postern did not answer: {0}")]
    Broken(#[from] std::io::Error),
    /// What came is no answer.
    #[error("what the running Postern answered cannot be read ({0}); is it of another version?")]
    Unreadable(String),
    /// It refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A connection to a running Postern.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects to the Postern that runs on a data directory.
    ///
    /// # Errors
    /// There is none, or it is somebody else's.
    pub fn connect(directory: &Path) -> Result<Self, ClientError> {
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
    ///
    /// # Errors
    /// There is none, or it is somebody else's.
    pub fn connect_to(socket: &Path) -> Result<Self, ClientError> {
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
        })
    }

    /// Asks for something that is answered at once.
    ///
    /// # Errors
    /// It was refused, or there is no answer.
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, ClientError> {
        self.stream(method, params, |_| true)
    }

    /// Asks for something that is answered in parts, each of which is handed to `item` until that
    /// says `false`.
    ///
    /// # Errors
    /// It was refused, or there is no answer.
    pub fn stream(
        &mut self,
        method: &str,
        params: Value,
        mut item: impl FnMut(Value) -> bool,
    ) -> Result<Value, ClientError> {
        let request = Request {
            method: method.to_owned(),
            params,
        };
        let mut line = serde_json::to_vec(&request)
            .map_err(|error| ClientError::Unreadable(error.to_string()))?;
        line.push(b'\n');
        let sent = self.stream.get_mut().write_all(&line);
        loop {
            let mut line = Vec::new();
            let read = self
                .stream
                .by_ref()
                .take(MAX_LINE)
                .read_until(b'\n', &mut line);
            if line.is_empty() {
                // A server that turns somebody away says why before it hangs up on their request.
                read?;
                sent?;
                return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            let reply = serde_json::from_slice(&line)
                .map_err(|error| ClientError::Unreadable(error.to_string()))?;
            match reply {
                Reply::Item(value) => {
                    if !item(value) {
                        return Ok(Value::Null);
                    }
                }
                Reply::Ok(value) => return Ok(value),
                Reply::Error(refusal) => return Err(refusal.into()),
            }
        }
    }
}
