//! Two ends of a connection over loopback.

use crate::io::{Link, Stream};
use tokio::net::{TcpListener, TcpStream};

/// Our end and the peer's.
pub(super) async fn pair() -> (Link, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap());
    let (peer, accepted) = tokio::join!(peer, listener.accept());
    (Link::new(Stream::Tcp(accepted.unwrap().0)), peer.unwrap())
}
