//! Why there is no answer.

use crate::Refusal;
use crate::protocol::SOCKET;

/// Why there is no answer. No text has a token in it.
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
    /// A token would be sent in the clear.
    #[error(
        "{server} is plain HTTP to another machine: whoever is on the way could read the token\n  = help: use https://, or --insecure-http where the way is trusted, such as in a tunnel"
    )]
    Plain {
        /// The server.
        server: String,
    },
    /// No connection over the network.
    #[error("{server} cannot be reached: {why}")]
    Unreachable {
        /// The server.
        server: String,
        /// What went wrong.
        why: String,
    },
    /// Its certificate is not believed.
    #[error(
        "{server} did not prove that it is the one: {why}\n  = help: if an authority of your own signed its certificate, name that with --ca FILE"
    )]
    Untrusted {
        /// The server.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something else is there.
    #[error(
        "no Postern API is at {server}: it answered with {answered}\n  = help: the API is at the admin address of `postern run`, the one that serves /healthz; say that one, with its port"
    )]
    NoApi {
        /// The server.
        server: String,
        /// How.
        answered: String,
    },
    /// It does not know itself by that name.
    #[error(
        "{server} does not answer to that name\n  = help: name the host in `admin.hosts` of its configuration, or ask by its address"
    )]
    Misdirected {
        /// The server.
        server: String,
    },
    /// It sends us elsewhere.
    #[error(
        "{server} redirects ({status}), which is not followed with a token\n  = help: say the address that it redirects to, if that is yours"
    )]
    Redirected {
        /// The server.
        server: String,
        /// The status.
        status: u16,
    },
    /// A token that no header can carry.
    #[error(
        "the token has characters that no token has\n  = help: copy it again, as a whole and alone"
    )]
    Token,
    /// The authorities cannot be used.
    #[error("{0}")]
    Authorities(String),
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
