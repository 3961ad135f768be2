//! Configurations that several tests use.

use std::net::SocketAddr;

/// Any host, any method, any path, to this upstream; nothing declared as a WebSocket.
pub(crate) fn open(upstream: SocketAddr) -> String {
    service("", upstream, "")
}

/// The same with further lines for the operation (`operation`, indented by 12) and at the end of
/// the file (`rest`).
pub(crate) fn service(operation: &str, upstream: SocketAddr, rest: &str) -> String {
    format!(
        "\
services:
  everything:
    versions:
      v1:
        upstream: behind
        operations:
          root:
            path: /
{operation}          any:
            path: /{{*rest}}
{operation}upstreams:
  behind:
    targets:
      - {upstream}
egress:
  allow: [127.0.0.0/8]
{rest}"
    )
}
