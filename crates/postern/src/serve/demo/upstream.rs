//! The demo's own upstreams: one that refuses by itself, and one that is down.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Starts a ledger that charges nobody: every request is answered 403 by the application itself.
///
/// # Errors
/// It cannot be started.
pub(crate) fn start_ledger() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    std::thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let refuse = || async {
                    let body = r#"{"error":"charges_disabled","message":"Charges are disabled until the account is verified."}"#;
                    let json = [("content-type", "application/json")];
                    (StatusCode::FORBIDDEN, json, body).into_response()
                };
                axum::serve(listener, axum::Router::new().fallback(refuse)).await
            })
        })?;
    Ok(address)
}

/// An address that nobody answers at: it is held, so that nobody else takes it, and never
/// listened on.
#[derive(Debug)]
pub(crate) struct Down(socket2::Socket);

impl Down {
    /// Takes one.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn take() -> std::io::Result<Self> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        Ok(Self(socket))
    }

    /// Which.
    ///
    /// # Errors
    /// The operating system does not say.
    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        let address = self.0.local_addr()?;
        address
            .as_socket()
            .ok_or_else(|| std::io::ErrorKind::AddrNotAvailable.into())
    }
}
