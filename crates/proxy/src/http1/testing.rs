//! Two ends of a connection over loopback, and heads.

use super::request;
use crate::io::{Link, Stream};
use postern_model::entity::Limits;
use postern_policy::head::Head;
use tokio::net::{TcpListener, TcpStream};

/// Our end and the peer's.
pub(super) async fn pair() -> (Link, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap());
    let (peer, accepted) = tokio::join!(peer, listener.accept());
    (Link::new(Stream::Tcp(accepted.unwrap().0)), peer.unwrap())
}

/// The head of a request.
pub(crate) fn head(block: &str) -> Head {
    let mut head = Head::default();
    request::read(block.as_bytes(), &Limits::default(), false, &mut head).unwrap();
    head
}
