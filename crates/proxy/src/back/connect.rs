//! Opening a connection to a target: address, egress rule, TCP, TLS.

use crate::gateway::{CoreState, Dialer};
use crate::io::Stream;
use crate::tls::TlsFailure;
use crate::upstream::egress::{self, Forbidden};
use crate::upstream::{FailureClass, TargetState};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Why there is no connection.
#[derive(Debug)]
pub(crate) struct ConnectFault {
    pub(crate) class: FailureClass,
    /// A sentence for the publisher.
    pub(crate) error: String,
    /// The error type of `Proxy-Status` (RFC 9209 §2.3).
    pub(crate) proxy_error: &'static str,
}

impl ConnectFault {
    fn new(class: FailureClass, error: impl Into<String>, proxy_error: &'static str) -> Self {
        Self {
            class,
            error: error.into(),
            proxy_error,
        }
    }

    fn timed_out(limit: Duration) -> Self {
        let error = format!("no connection within {} ms", limit.as_millis());
        Self::new(FailureClass::ConnectTimeout, error, "connection_timeout")
    }
}

/// Opens a connection to one of the target's addresses, trying each in turn, and negotiates TLS
/// where the upstream wants it.
///
/// # Errors
/// What the last address said.
pub(crate) async fn connect(
    state: &CoreState,
    dialer: &Dialer,
    target: &TargetState,
    turn: usize,
    limit: Duration,
) -> Result<Stream, ConnectFault> {
    let deadline = Instant::now() + limit;
    let addresses = target.addresses().clone();
    let mut last = ConnectFault::new(
        FailureClass::Resolve,
        addresses
            .error
            .clone()
            .unwrap_or_else(|| "its name has no address".to_owned()),
        "dns_error",
    );
    for address in addresses.rotated(turn) {
        if let Err(forbidden) = permitted(state, address) {
            last = ConnectFault::new(
                FailureClass::AddressForbidden,
                forbidden.to_string(),
                "destination_ip_prohibited",
            );
            continue;
        }
        let tcp = match timeout_at(deadline, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(error)) => {
                last = refused(address, &error);
                continue;
            }
            Err(_) => return Err(ConnectFault::timed_out(limit)),
        };
        // Without it small messages wait for an acknowledgement; a socket that cannot be told is
        // about to fail anyway.
        let _ = tcp.set_nodelay(true);
        return match timeout_at(deadline, handshake(dialer, target, tcp)).await {
            Ok(result) => result,
            Err(_) => Err(ConnectFault::timed_out(limit)),
        };
    }
    Err(last)
}

fn permitted(state: &CoreState, address: SocketAddr) -> Result<(), Forbidden> {
    let configuration = state.configuration();
    egress::allowed(
        address,
        &configuration.egress,
        state.own_addresses(),
        egress::is_this_machine,
    )
}

fn refused(address: SocketAddr, error: &io::Error) -> ConnectFault {
    let proxy_error = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection_refused",
        io::ErrorKind::TimedOut => "connection_timeout",
        _ => "destination_unavailable",
    };
    ConnectFault::new(
        FailureClass::Connect,
        format!("{address}: {error}"),
        proxy_error,
    )
}

async fn handshake(
    dialer: &Dialer,
    target: &TargetState,
    tcp: TcpStream,
) -> Result<Stream, ConnectFault> {
    let Some(tls) = &dialer.tls else {
        return Ok(Stream::Tcp(tcp));
    };
    let failed = |error: String, proxy| ConnectFault::new(FailureClass::Tls, error, proxy);
    let name = tls
        .server_name(target.host())
        .map_err(|error| failed(error.to_string(), "tls_protocol_error"))?;
    let connector = tokio_rustls::TlsConnector::from(tls.config().clone());
    let stream = connector.connect(name, tcp).await.map_err(|error| {
        let proxy = TlsFailure::of(&error).map_or("tls_protocol_error", |f| f.proxy_status());
        failed(format!("TLS: {error}"), proxy)
    })?;
    if !tls.protocol_agreed(stream.get_ref().1) {
        return Err(failed(
            "TLS: it does not offer the configured protocol".into(),
            "tls_protocol_error",
        ));
    }
    Ok(Stream::Client(Box::new(stream)))
}
