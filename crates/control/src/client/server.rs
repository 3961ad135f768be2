//! What names a running Postern: a socket, or a URL.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;
use url::{Host, Url};

/// Where a running Postern is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// Its socket, or the directory that this is in.
    Socket(PathBuf),
    /// Its HTTP API.
    Http(HttpServer),
}

/// The HTTP API of a Postern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpServer {
    /// Without a slash at its end.
    url: Url,
}

impl FromStr for Server {
    type Err = String;

    /// Reads `unix:///DIR/postern.sock`, a path, `https://HOST` or `http://HOST`.
    fn from_str(text: &str) -> Result<Self, String> {
        let path = match text.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => path,
            Some(("unix", _)) => {
                return Err(
                    "the path after unix:// begins with a slash: unix:///DIR/postern.sock".into(),
                );
            }
            Some((scheme, _))
                if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") =>
            {
                return text.parse().map(Self::Http);
            }
            // It may be a user name and a password; they are not shown.
            Some((scheme, _)) => {
                let scheme = scheme.escape_debug();
                return Err(format!(
                    "nothing is reached by `{scheme}://`; expected https://HOST or unix:///DIR/postern.sock"
                ));
            }
            None => text.strip_prefix("unix:").unwrap_or(text),
        };
        if path.is_empty() {
            return Err("expected unix:///DIR/postern.sock, or a path".into());
        }
        Ok(Self::Socket(path.into()))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => path.display().fmt(f),
            Self::Http(server) => server.fmt(f),
        }
    }
}

impl FromStr for HttpServer {
    type Err = String;

    /// Reads `https://HOST[:PORT][/PREFIX]`, also with `/api/v1` at its end.
    fn from_str(text: &str) -> Result<Self, String> {
        /// Longest URL, bytes.
        const LONGEST: usize = 2048;
        if text.len() > LONGEST {
            return Err(format!("a URL has at most {LONGEST} bytes"));
        }
        let mut url = Url::parse(text)
            .map_err(|error| format!("this is no URL ({error}); expected https://HOST"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("expected a URL that begins with https:// or http://".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "a user name or password in the URL is not used; `postern login` asks for the token"
                    .into(),
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the URL ends with its path: no `?`, no `#`".into());
        }
        if url.port() == Some(0) {
            return Err("nobody listens at port 0".into());
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/api/v1").unwrap_or(path).to_owned();
        url.set_path(&path);
        Ok(Self { url })
    }
}

impl fmt::Display for HttpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl HttpServer {
    /// The URL of something in the API: `path` begins with a slash.
    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{self}/api/v1{path}")
    }

    /// Scheme, host and port, as browsers say where a page is from.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether what is sent there is not encrypted.
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether it names this machine. Where `localhost` leads is looked at when connecting.
    pub fn is_here(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
            Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
            None => false,
        }
    }

    /// What a profile of it is called where nobody says: its host, with a port that is said.
    pub fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}
