//! Opening a connection to a target: address, egress rule, TCP, TLS.

use crate::gateway::{Dialer, Snapshot};
use crate::io::Stream;
use crate::tls::TlsFailure;
use crate::upstream::egress;
use crate::upstream::{FailureClass, Lease, TargetState};
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

    /// A WebSocket goes through HTTP/2 only where the server says so (RFC 8441 §3).
    pub(crate) fn no_websockets() -> Self {
        let error = "it takes no WebSocket over HTTP/2: its SETTINGS lack \
                     SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441); an upstream with \
                     `protocol: http1` is asked over HTTP/1.1";
        Self::new(FailureClass::UpgradeRefused, error, "http_upgrade_failed")
    }

    pub(crate) fn timed_out(limit: Duration) -> Self {
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
    snapshot: &Snapshot,
    dialer: &Dialer,
    lease: &Lease,
    limit: Duration,
) -> Result<Stream, ConnectFault> {
    let deadline = Instant::now() + limit;
    let target = lease.target();
    let addresses = target.addresses().clone();
    let mut last = None;
    for address in addresses.rotated(lease.turn()) {
        match timeout_at(deadline, open(snapshot, dialer, target, address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            // Another address would show the same certificate.
            Ok(Err(fault)) if fault.class == FailureClass::Tls => return Err(fault),
            Ok(Err(fault)) => last = Some(fault),
            Err(_) => return Err(ConnectFault::timed_out(limit)),
        }
    }
    Err(last.unwrap_or_else(|| {
        let error = addresses
            .error
            .as_deref()
            .unwrap_or("its name has no address");
        ConnectFault::new(FailureClass::Resolve, error, "dns_error")
    }))
}

/// Opens a connection to one address: egress rule, TCP, TLS.
///
/// # Errors
/// What went wrong.
pub(crate) async fn open(
    snapshot: &Snapshot,
    dialer: &Dialer,
    target: &TargetState,
    address: SocketAddr,
) -> Result<Stream, ConnectFault> {
    let egress = &snapshot.configuration().egress;
    let own = &snapshot.own;
    let allowed = if dialer.anywhere {
        Ok(())
    } else {
        egress::allowed(address, egress, own, egress::is_this_machine)
    };
    allowed.map_err(|forbidden| {
        let error = forbidden.to_string();
        ConnectFault::new(
            FailureClass::AddressForbidden,
            error,
            "destination_ip_prohibited",
        )
    })?;
    let tcp = TcpStream::connect(address)
        .await
        .map_err(|error| refused(address, &error))?;
    // Without it small messages wait for an acknowledgement; a socket that cannot be told is about
    // to fail anyway.
    let _ = tcp.set_nodelay(true);
    handshake(dialer, target, tcp).await
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
