//! What a URL says about where to connect and what to ask for.

use super::HttpError;
use url::{Host, Url};

/// Longest URL, bytes.
const LONGEST: usize = 8 * 1024;

/// A URL that a request can be sent to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
}

impl Target {
    /// Reads a URL (WHATWG), in which every spelling of an IPv4 address becomes the usual one.
    /// `plain` allows `http`.
    pub(super) fn parse(url: &str, plain: bool) -> Result<Self, HttpError> {
        if url.len() > LONGEST {
            return Err(HttpError::Url("is longer than 8192 bytes"));
        }
        let parsed = Url::parse(url).map_err(|_| {
            HttpError::Url("cannot be read; `https://` with a host and a path is needed")
        })?;
        Self::of(parsed, plain)
    }

    /// The same from a URL that was read.
    pub(super) fn of(url: Url, plain: bool) -> Result<Self, HttpError> {
        let tls = match url.scheme() {
            "https" => true,
            "http" if plain => false,
            "http" => return Err(HttpError::Url("begins with `http:`; `https:` is needed")),
            _ => return Err(HttpError::Url("does not begin with `https:`")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::Url(
                "has a user name or password in it, which logs would show",
            ));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(HttpError::Url("has no host")),
        };
        let port = url.port_or_known_default().unwrap_or(443);
        if port == 0 {
            return Err(HttpError::Url("has port 0, which nobody can listen on"));
        }
        Ok(Self {
            url,
            host,
            port,
            tls,
        })
    }

    /// Scheme, host and port.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether both are the same server as far as a browser is concerned.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// For the request line: path and query.
    pub(super) fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// For the `Host` header: the port only where it is not the scheme's.
    pub(super) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}
