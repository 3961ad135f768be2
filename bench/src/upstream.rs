//! A fixed upstream, cheap enough that the proxy before it is the bottleneck.
//!
//! Every path answers with the same small JSON document, `/bytes/N` with N bytes, and what is below
//! `/provider/` as an identity provider does (HTTP/1.1); request bodies are drained. HTTP/1.1 keep-alive with pipelining, and HTTP/2 with prior knowledge or ALPN.

mod h1;
mod h2;
mod provider;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// The body of small answers.
pub(crate) const SMALL: &[u8] =
    br#"{"id":"8d3f","name":"fieldforce","state":"approved","items":[1,2,3]}"#;
/// The pieces that large answers are made of.
pub(crate) const PIECE: &[u8] = &[b'x'; 64 * 1024];

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What `postern-bench upstream` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Speak TLS with this certificate (PEM).
    #[arg(long, requires = "key")]
    certificate: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, requires = "certificate")]
    key: Option<PathBuf>,
}

/// Serves until the process is ended.
pub(crate) async fn serve(options: Options) -> Result<()> {
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let acceptor = match (&options.certificate, &options.key) {
        (Some(certificate), Some(key)) => Some(tokio_rustls::TlsAcceptor::from(
            crate::tls::server(certificate, key)?,
        )),
        _ => None,
    };
    let acceptor = Rc::new(acceptor);
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error).context("accept"),
        };
        let acceptor = Rc::clone(&acceptor);
        // A connection that breaks concerns its peer, which counts it; there is nobody to tell here.
        tokio::task::spawn_local(async move {
            connection(stream, acceptor.as_ref().as_ref()).await.ok()
        });
    }
}

async fn connection(stream: TcpStream, acceptor: Option<&tokio_rustls::TlsAcceptor>) -> Result<()> {
    stream.set_nodelay(true)?;
    match acceptor {
        Some(acceptor) => either(acceptor.accept(stream).await?).await,
        None => either(stream).await,
    }
}

/// Speaks whichever protocol the first bytes are of.
async fn either<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> Result<()> {
    let mut first = Vec::with_capacity(16 * 1024);
    loop {
        if stream.read_buf(&mut first).await? == 0 {
            return Ok(());
        }
        if first.starts_with(PREFACE) {
            return h2::serve(stream, first).await;
        }
        if !PREFACE.starts_with(&first) {
            return h1::serve(stream, first).await;
        }
    }
}
