//! The built-in upstream: answers every request with what it got, so that a first configuration
//! needs no server of one's own.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use postern_model::entity::{BUILTIN_ECHO, Configuration};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A loopback address that nothing else uses, so that it can be allowed by itself.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 77, 69, 1);

/// The built-in upstream; started when a configuration first asks for it.
#[derive(Debug, Default)]
pub(crate) struct Builtin(Option<SocketAddr>);

impl Builtin {
    /// Points every built-in target of a configuration at the built-in upstream.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn provide(&mut self, configuration: &mut Configuration) -> std::io::Result<()> {
        let targets = configuration
            .upstreams
            .iter_mut()
            .flat_map(|u| &mut u.targets);
        let mut used = false;
        for target in targets.filter(|target| &*target.host == BUILTIN_ECHO) {
            let address = match self.0 {
                Some(address) => address,
                None => *self.0.insert(start()?),
            };
            target.host = address.ip().to_string().into();
            target.port = address.port();
            used = true;
        }
        if used {
            configuration.egress.allow.push(IpAddr::V4(ADDRESS).into());
        }
        Ok(())
    }
}

fn start() -> std::io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((ADDRESS, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    std::thread::Builder::new()
        .name("builtin".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, axum::Router::new().fallback(echo)).await
            })
        })?;
    Ok(address)
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let headers: serde_json::Map<String, Value> = headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            )
        })
        .collect();
    Json(json!({
        "message": "hello from the built-in upstream: this is what reached it",
        "method": method.as_str(),
        "path": uri.path(),
        "query": uri.query(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }))
}
