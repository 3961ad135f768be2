//! A server that says what no provider should, and a place where nobody should be led.

use crate::harness::program::free_address;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// For how long a server that never ends goes on, if nobody ends it.
const LONG: u32 = 30;

/// What is said.
#[derive(Debug, Clone)]
pub(super) enum Says {
    /// This.
    Bytes(Arc<[u8]>),
    /// Nothing, for long.
    Nothing,
    /// A good beginning, and then a byte now and then.
    Trickle,
    /// This, and then more as fast as it is taken.
    Endless(&'static str),
}

impl Says {
    pub(super) fn bytes(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }

    pub(super) fn answer(status: &str, fields: &str, body: &str) -> Self {
        let length = body.len();
        Self::bytes(&format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{fields}\r\n{body}"
        ))
    }
}

/// A server; it goes on until the test is over.
pub(super) struct Liar {
    /// Where it is, as a URL without a path.
    pub(super) origin: String,
}

impl Liar {
    /// One that answers everything alike, by where it is itself.
    pub(super) fn start(
        tls: Option<Arc<rustls::ServerConfig>>,
        says: impl Fn(&str) -> Says + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let origin = match tls {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        let (own, says) = (origin.clone(), Arc::new(says));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (own, says, tls) = (own.clone(), says.clone(), tls.clone());
                std::thread::spawn(move || {
                    let says = says(&own);
                    let _ = match tls {
                        None => serve(stream, says),
                        Some(tls) => secured(stream, tls).and_then(|stream| serve(stream, says)),
                    };
                });
            }
        });
        Self { origin }
    }
}

fn secured(
    stream: TcpStream,
    tls: Arc<rustls::ServerConfig>,
) -> std::io::Result<impl Read + Write> {
    let session = rustls::ServerConnection::new(tls).map_err(std::io::Error::other)?;
    Ok(rustls::StreamOwned::new(session, stream))
}

fn serve(mut stream: impl Read + Write, says: Says) -> std::io::Result<()> {
    let mut question = Vec::new();
    let mut part = [0; 4096];
    while !question.ends_with(b"\r\n\r\n") {
        match stream.read(&mut part)? {
            0 => return Ok(()),
            read => question.extend_from_slice(&part[..read]),
        }
    }
    match says {
        Says::Bytes(bytes) => stream.write_all(&bytes)?,
        Says::Nothing => std::thread::sleep(Duration::from_secs(LONG.into())),
        Says::Trickle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":[")?;
            for _ in 0..LONG * 4 {
                std::thread::sleep(Duration::from_millis(250));
                stream.write_all(b" ")?;
                stream.flush()?;
            }
        }
        Says::Endless(begin) => {
            stream.write_all(begin.as_bytes())?;
            let more = [b'x'; 16 << 10];
            loop {
                stream.write_all(&more)?;
            }
        }
    }
    stream.flush()
}

/// Where nobody should be led.
pub(super) struct Trap {
    pub(super) address: SocketAddr,
    listener: TcpListener,
}

impl Trap {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind(free_address()).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        Self { address, listener }
    }

    /// Whether anybody has connected, even if they have gone since.
    pub(super) fn was_reached(&self) -> bool {
        self.listener.accept().is_ok()
    }
}
