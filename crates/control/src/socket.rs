//! The socket in the data directory.

use crate::protocol::{MAX_LINE, Reply, Request, SOCKET};
use crate::service::{Call, Service};
use crate::{Actor, Answer, Refusal, peer};
use serde_json::Value;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Connections at a time.
const CONNECTIONS: usize = 32;

/// How long a client may take to send a request, or to take an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an accept that failed is not repeated.
const PAUSE: Duration = Duration::from_millis(100);

/// A way to a file of a directory whose path may be too long for the address of a socket (107
/// bytes): by way of the open directory.
#[derive(Debug)]
pub(crate) struct Reach {
    path: PathBuf,
    _directory: Option<File>,
}

impl Reach {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Finds a way to `name` in a directory.
pub(crate) fn reach(directory: &Path, name: &str) -> io::Result<Reach> {
    const LONGEST: usize = 100;
    let path = directory.join(name);
    if path.as_os_str().len() <= LONGEST {
        return Ok(Reach {
            path,
            _directory: None,
        });
    }
    let directory = File::open(directory)?;
    Ok(Reach {
        path: format!("/proc/self/fd/{}/{name}", directory.as_raw_fd()).into(),
        _directory: Some(directory),
    })
}

/// A socket that listens, removed when dropped.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    listener: UnixListener,
    owner: u32,
}

/// Removes a socket that was left behind. Whoever holds the directory's lock does so first, so that
/// one that is there is one that answers.
///
/// # Errors
/// What the system says.
pub fn clear(directory: &Path) -> io::Result<()> {
    match fs::remove_file(directory.join(SOCKET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Socket {
    /// Listens at `DIR/postern.sock`, in the place of one that was left behind. Only its owner may
    /// connect. The caller holds the directory's lock, and is in a tokio runtime.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(directory: &Path) -> io::Result<Self> {
        const NEW: &str = "postern.sock.new";
        let new = directory.join(NEW);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(reach(directory, NEW)?.path())?;
        // Nobody finds it before it is private.
        fs::set_permissions(&new, Permissions::from_mode(0o600))?;
        let path = directory.join(SOCKET);
        fs::rename(&new, &path)?;
        Ok(Self {
            path,
            listener,
            owner: peer::own_user()?,
        })
    }

    /// Answers whoever connects, until it is dropped.
    pub async fn serve(self, service: Arc<Service>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        // Conversations end with the socket.
        let mut conversations = JoinSet::new();
        loop {
            let (stream, _) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "the local socket could not accept");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let uid = stream.peer_cred().map(|peer| peer.uid());
            let allowed = matches!(uid, Ok(uid) if uid == self.owner || uid == 0);
            let place = places.clone().try_acquire_owned();
            let service = service.clone();
            while conversations.try_join_next().is_some() {}
            conversations.spawn(async move {
                let (Ok(uid), true, Ok(_place)) = (uid, allowed, place) else {
                    let refusal = if allowed {
                        Refusal::new(
                            "busy",
                            format!("{CONNECTIONS} clients are connected already"),
                        )
                        .help("wait until one of them is done")
                    } else {
                        Refusal::new("not_allowed", "this socket answers its owner and root only")
                    };
                    turn_away(stream, refusal).await;
                    return;
                };
                // A client that goes away needs to hear nothing.
                let _ = converse(stream, &Actor::local(&peer::name(uid)), &service).await;
            });
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn turn_away(stream: UnixStream, refusal: Refusal) {
    let (_, write) = stream.into_split();
    let _ = Replies(write).send(&Reply::Error(refusal)).await;
}

/// Takes the parts of an answer that comes in parts.
pub trait Items: Send {
    /// Takes one.
    ///
    /// # Errors
    /// Whoever asked is gone, or takes nothing.
    fn item(&mut self, value: Value) -> Answer<'_, io::Result<()>>;
}

/// The way back to a client.
#[derive(Debug)]
struct Replies(OwnedWriteHalf);

impl Items for Replies {
    fn item(&mut self, value: Value) -> Answer<'_, io::Result<()>> {
        Box::pin(async move { self.send(&Reply::Item(value)).await })
    }
}

impl Replies {
    async fn send(&mut self, reply: &Reply) -> io::Result<()> {
        let mut line = serde_json::to_vec(reply)?;
        line.push(b'\n');
        timeout(PATIENCE, self.0.write_all(&line)).await?
    }
}

async fn converse(stream: UnixStream, actor: &Actor, service: &Service) -> io::Result<()> {
    let (read, write) = stream.into_split();
    let mut read = BufReader::new(read);
    let mut replies = Replies(write);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut read).take(MAX_LINE as u64);
        timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await??;
        if line.is_empty() {
            return Ok(());
        }
        if line.last() != Some(&b'\n') {
            let refusal =
                Refusal::invalid("a request is one line of JSON, and ends in a line feed")
                    .help(format!("at most {MAX_LINE} bytes are read"));
            return replies.send(&Reply::Error(refusal)).await;
        }
        let request: Request = match serde_json::from_slice(&line) {
            Ok(request) => request,
            Err(error) => {
                let refusal = Refusal::invalid(format!("the request cannot be read: {error}"))
                    .help(r#"a request looks like {"method": "status", "params": {}}"#);
                replies.send(&Reply::Error(refusal)).await?;
                continue;
            }
        };
        drop(line);
        let call = Call {
            actor,
            params: request.params,
            replies: &mut replies,
        };
        let reply = match service.call(&request.method, call).await {
            Ok(value) => Reply::Ok(value),
            Err(refusal) => Reply::Error(refusal),
        };
        replies.send(&reply).await?;
    }
}
