//! Where a PostgreSQL database is, and how it is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::error::StoreError;

#[cfg(test)]
mod tests;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// How long sent bytes may stay unacknowledged before the connection counts as broken.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// How a database is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not encrypted.
    Off,
    /// Encrypted; the server's certificate is for the host, by an authority of this file, or by
    /// one of the system's.
    Verified(Option<PathBuf>),
}

/// Where a PostgreSQL database is: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
///
/// Shows everything but the password.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    pub(super) encryption: Encryption,
    name: Box<str>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Address {
    type Err = StoreError;

    /// Reads a URL as libpq has it. `sslmode` is `disable`, or `verify-full`, which `require` means
    /// here as well; without it, loopback addresses and Unix sockets are spoken to in the clear, and
    /// everything else is verified. `sslrootcert` names the authorities' file, in PEM.
    fn from_str(url: &str) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::Address { what };
        let known = ["postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(wrong("it does not begin with `postgres://`".to_owned()));
        }
        let (plain, asked) = split(url);
        // What the library says may repeat parts of the text, of which one is the password.
        let mut config = Config::from_str(&plain)
            .map_err(|_| wrong("it cannot be read as a URL of PostgreSQL".to_owned()))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host".to_owned()));
        }
        let mode = match asked.mode.as_deref() {
            None if config.get_hosts().iter().all(is_near) => SslMode::Disable,
            None | Some("verify-full" | "require") => SslMode::Require,
            Some("disable") => SslMode::Disable,
            Some(other) => {
                let other: String = other
                    .chars()
                    .take(20)
                    .flat_map(char::escape_debug)
                    .collect();
                return Err(wrong(format!(
                    "sslmode `{other}` promises nothing; `verify-full`, `require` (the same here) and `disable` are accepted"
                )));
            }
        };
        let encryption = match mode {
            SslMode::Disable => Encryption::Off,
            _ => Encryption::Verified(asked.authorities),
        };
        config
            .ssl_mode(mode)
            .application_name("postern")
            .keepalives_idle(UNACKNOWLEDGED)
            .keepalives_interval(CONNECT)
            .keepalives_retries(3)
            .tcp_user_timeout(UNACKNOWLEDGED);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        Ok(Self {
            name: shown(&config).into(),
            encryption,
            config,
        })
    }
}

/// Parameters that are ours to read.
#[derive(Debug, Default)]
struct Asked {
    mode: Option<String>,
    authorities: Option<PathBuf>,
}

/// Takes `sslmode` and `sslrootcert` out of a URL.
fn split(url: &str) -> (String, Asked) {
    let mut asked = Asked::default();
    let Some((place, query)) = url.split_once('?') else {
        return (url.to_owned(), asked);
    };
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => asked.mode = Some(mode.to_owned()),
            Some(("sslrootcert", file)) => asked.authorities = Some(Path::new(file).to_owned()),
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() {
        place.to_owned()
    } else {
        format!("{place}?{}", rest.join("&"))
    };
    (plain, asked)
}

/// Whether nothing on the way to a host can listen.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
    }
}

/// The address without its password.
fn shown(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) if name.contains(':') => format!("[{name}]"),
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => String::new(),
    };
    let port = match config.get_ports().first() {
        Some(port) => format!(":{port}"),
        None => String::new(),
    };
    let user = match config.get_user() {
        Some(user) => format!("{user}@"),
        None => String::new(),
    };
    let database = config.get_dbname().unwrap_or_default();
    format!("postgres://{user}{host}{port}/{database}")
}
