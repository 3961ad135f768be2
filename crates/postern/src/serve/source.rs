//! Where the configuration comes from: a file, with what the command line changes in it.

use super::builtin::Builtin;
use crate::cli::{GatewayAddress, RunArgs};
use crate::output;
use postern_model::entity::{Configuration, Distribution, Listener};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Where the gateway listens if nobody says anything else.
const DEFAULT_GATEWAY: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A file's identity and age: differs when the file was written or replaced.
type Mark = Option<(u64, u64, i64, i64)>;

/// The configuration file, and every file that it names.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    gateway: Vec<GatewayAddress>,
    builtin: Builtin,
    /// What was last read, and what was last seen.
    read: Vec<(PathBuf, Mark)>,
    seen: Vec<Mark>,
}

impl Source {
    pub(crate) fn new(args: &RunArgs) -> Self {
        Self {
            path: args.config.clone(),
            gateway: args.gateway.clone(),
            builtin: Builtin::default(),
            read: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// Reads the configuration; the error is ready to be printed.
    pub(crate) fn load(&mut self) -> Result<Configuration, String> {
        let before = mark(&self.path);
        let loaded = postern_config::load(&self.path);
        let sources = match &loaded {
            Ok(loaded) => loaded.sources.clone(),
            Err(_) if self.read.is_empty() => vec![self.path.clone()],
            Err(_) => self.read.iter().map(|(path, _)| path.clone()).collect(),
        };
        self.read = sources
            .into_iter()
            .map(|path| (path.clone(), mark(&path)))
            .collect();
        if let Some((_, first)) = self.read.first_mut() {
            *first = before;
        }
        self.seen = self.read.iter().map(|(_, mark)| *mark).collect();
        let mut configuration = loaded
            .map_err(|report| report.render(output::colours()))?
            .configuration;
        self.listen(&mut configuration)?;
        self.builtin
            .provide(&mut configuration)
            .map_err(|error| error.to_string())?;
        Ok(configuration)
    }

    /// Whether a file has changed since it was read, and has stayed the same since the last look,
    /// so that nothing half written is read.
    pub(crate) fn has_changed(&mut self) -> bool {
        let now: Vec<Mark> = self.read.iter().map(|(path, _)| mark(path)).collect();
        let changed = now
            .iter()
            .zip(&self.read)
            .any(|(now, (_, read))| now != read);
        let settled = now == self.seen;
        self.seen = now;
        changed && settled
    }

    /// Puts the addresses of the command line in place of the file's.
    fn listen(&self, configuration: &mut Configuration) -> Result<(), String> {
        if configuration.listeners.is_empty() {
            let unnamed = |g: &GatewayAddress| g.listener.is_none();
            let addresses: Vec<_> = self.gateway.iter().filter(|g| unnamed(g)).collect();
            if addresses.is_empty() {
                configuration
                    .listeners
                    .push(plain("gateway", DEFAULT_GATEWAY));
            }
            for (number, given) in addresses.iter().enumerate() {
                let name = if number == 0 {
                    "gateway".to_owned()
                } else {
                    format!("gateway-{}", number + 1)
                };
                configuration.listeners.push(plain(&name, given.address));
            }
        }
        let mut unnamed = 0;
        for given in &self.gateway {
            let at = if let Some(name) = &given.listener {
                configuration
                    .listeners
                    .iter()
                    .position(|l| *l.name == **name)
            } else {
                unnamed += 1;
                Some(unnamed - 1)
            };
            let Some(listener) = at.and_then(|at| configuration.listeners.get_mut(at)) else {
                let address = given.address.to_string();
                let names: Vec<_> = configuration.listeners.iter().map(|l| &*l.name).collect();
                return Err(format!(
                    "error: --gateway {}: the configuration has no such listener; it has: {}",
                    given.listener.as_ref().unwrap_or(&address),
                    names.join(", ")
                ));
            };
            listener.address = given.address;
        }
        Ok(())
    }
}

fn plain(name: &str, address: SocketAddr) -> Listener {
    Listener {
        name: name.into(),
        address,
        tls: None,
        proxy_protocol: None,
        http2: true,
        distribution: Distribution::default(),
    }
}

fn mark(path: &Path) -> Mark {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()))
}
