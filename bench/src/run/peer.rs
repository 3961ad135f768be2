//! The proxies that are compared, and how each is started as a plain proxy.

mod candidate;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub(super) use self::candidate::{CANDIDATE, Postern, UPSTREAM, config};
use super::Options;
use super::calls::Calls;
use super::machine::{find, find_envoy, first_line};
use super::process::{Process, pinned};
use super::scenario::{Front, Setup};
use crate::tls::CertificateFiles;

/// A running proxy.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) version: String,
    /// One, or one for each configuration that the proxy cannot have at once.
    doors: Vec<Door>,
}

/// A process and the fronts it offers.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) process: Process,
    /// What Postern is set up for; the others are set up for everything.
    setup: Option<Setup>,
    fronts: Vec<(Front, SocketAddr)>,
    /// Its data directory, if it is Postern.
    pub(super) data: Option<PathBuf>,
    /// Where it records requests, if it does.
    pub(super) calls: Option<Calls>,
}

impl Door {
    /// Of a proxy that does nothing but proxying.
    pub(super) const fn of(process: Process, fronts: Vec<(Front, SocketAddr)>) -> Self {
        Self {
            process,
            setup: None,
            fronts,
            data: None,
            calls: None,
        }
    }

    /// Where it offers `front`.
    pub(super) fn address(&self, front: Front) -> Option<SocketAddr> {
        let mut fronts = self.fronts.iter();
        let (_, address) = fronts.find(|(offered, _)| *offered == front)?;
        Some(*address)
    }
}

/// Where a peer is started.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) options: &'a Options,
    pub(super) dir: &'a Path,
    pub(super) certificate: &'a CertificateFiles,
    pub(super) upstream: SocketAddr,
    pub(super) core: Option<usize>,
    /// What the candidate has to be set up for, besides plain proxying.
    pub(super) setups: &'a [Setup],
}

impl Peer {
    /// Resident memory in bytes of the process that a plain proxy needs.
    pub(super) fn memory(&self) -> u64 {
        self.doors.first().map_or(0, |door| door.process.memory())
    }

    /// The process that offers `front`, set up so, and where.
    pub(super) fn door(&self, setup: Setup, front: Front) -> Option<(&Door, SocketAddr)> {
        let mut doors = self.doors.iter();
        doors.find_map(|door| {
            let fits = door.setup.is_none_or(|this| this == setup);
            Some((door, door.address(front).filter(|_| fits)?))
        })
    }
}

/// An address on the loopback interface that nobody listens on.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Starts the candidate and every peer of `--peers` that is installed; says what is skipped.
pub(super) async fn start(site: &Site<'_>, say: &mut dyn FnMut(String)) -> Result<Vec<Peer>> {
    let mut peers = Vec::new();
    if site.options.candidate.is_file() {
        peers.push(candidate::start(site, say).await.context("the candidate")?);
    } else {
        say(format!(
            "no candidate at {}: comparing the others",
            site.options.candidate.display()
        ));
    }
    for extra in &site.options.extra {
        peers.push(self::extra(site, extra).await?);
    }
    for name in site
        .options
        .peers
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let program = match name {
            "nginx" | "haproxy" => find(name),
            "envoy" => find_envoy(&site.options.target_dir()),
            other => bail!("--peers {other}: there are nginx, haproxy and envoy"),
        };
        match program {
            Some(program) => match known(site, name, &program).await {
                Ok(peer) => peers.push(peer),
                Err(error) => say(format!("{name} is skipped: {error:#}")),
            },
            None => say(format!(
                "{name} is not installed and skipped (bench/setup.sh installs it)"
            )),
        }
    }
    if peers.is_empty() {
        bail!("nothing to measure: no candidate and no peer");
    }
    Ok(peers)
}

/// nginx, HAProxy or Envoy.
async fn known(site: &Site<'_>, name: &str, program: &Path) -> Result<Peer> {
    let (plain, h2c, tls) = (free_address()?, free_address()?, free_address()?);
    let (file, template, asks) = match name {
        "nginx" => ("nginx.conf", include_str!("peer/nginx.conf"), "-v"),
        "haproxy" => ("haproxy.cfg", include_str!("peer/haproxy.cfg"), "-v"),
        _ => ("envoy.yaml", include_str!("peer/envoy.yaml"), "--version"),
    };
    // Envoy tells HTTP/2 from HTTP/1.1 by the first bytes.
    let h2c = if name == "envoy" { plain } else { h2c };
    let config = site.dir.join(file);
    std::fs::write(&config, fill(template, site, plain, h2c, tls))?;
    let config = config.display().to_string();
    let dir = site.dir.display().to_string();
    let arguments: Vec<String> = match name {
        "nginx" => vec!["-c".into(), config, "-p".into(), dir],
        "haproxy" => vec!["-db".into(), "-f".into(), config],
        _ => [
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "--log-level",
            "error",
            "-c",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([config])
        .collect(),
    };
    let mut process = Process::start(name, pinned(site.core, program, &arguments), site.dir)?;
    process.ready(&[plain, h2c, tls]).await?;
    let version = first_line(Command::new(program).arg(asks)).unwrap_or_default();
    let fronts = vec![
        (Front::Plain, plain),
        (Front::H2c, h2c),
        (Front::Tls, tls),
        (Front::H2Tls, tls),
    ];
    Ok(Peer {
        name: name.to_owned(),
        version: short_version(&version),
        doors: vec![Door::of(process, fronts)],
    })
}

fn fill(
    template: &str,
    site: &Site<'_>,
    plain: SocketAddr,
    h2c: SocketAddr,
    tls: SocketAddr,
) -> String {
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let path = |path: &PathBuf| path.display().to_string();
    [
        ("{dir}", path(&site.dir.to_path_buf())),
        ("{user}", user.to_owned()),
        ("{upstream}", site.upstream.to_string()),
        ("{upstream_ip}", site.upstream.ip().to_string()),
        ("{upstream_port}", site.upstream.port().to_string()),
        ("{plain}", plain.to_string()),
        ("{plain_ip}", plain.ip().to_string()),
        ("{plain_port}", plain.port().to_string()),
        ("{h2c}", h2c.to_string()),
        ("{tls}", tls.to_string()),
        ("{tls_ip}", tls.ip().to_string()),
        ("{tls_port}", tls.port().to_string()),
        ("{certificate}", path(&site.certificate.certificate)),
        ("{key}", path(&site.certificate.key)),
        ("{both}", path(&site.certificate.both)),
    ]
    .iter()
    .fold(template.to_owned(), |text, (name, value)| {
        text.replace(name, value)
    })
}

/// `nginx/1.22.1` of `nginx version: nginx/1.22.1`: the first word with a dotted number in it.
fn short_version(line: &str) -> String {
    let dotted =
        |word: &&str| word.split('.').count() > 2 && word.chars().any(|c| c.is_ascii_digit());
    let word = line.split([' ', '/']).find(dotted).unwrap_or(line);
    word.to_owned()
}

/// `NAME=COMMAND` of `--extra`: anything that proxies HTTP/1.1 from one address to another.
async fn extra(site: &Site<'_>, extra: &str) -> Result<Peer> {
    let (name, command) = extra.split_once('=').context("--extra is NAME=COMMAND")?;
    let gateway = free_address()?;
    let command = command
        .replace("{gateway}", &gateway.to_string())
        .replace("{upstream}", &site.upstream.to_string());
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words
        .next()
        .with_context(|| format!("--extra {name}: no command"))?;
    let program =
        find(&program).with_context(|| format!("--extra {name}: no program {program}"))?;
    let arguments: Vec<String> = words.collect();
    let mut process = Process::start(name, pinned(site.core, &program, &arguments), site.dir)?;
    process.ready(&[gateway]).await?;
    let fronts = vec![(Front::Plain, gateway)];
    Ok(Peer {
        name: name.to_owned(),
        version: String::new(),
        doors: vec![Door::of(process, fronts)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_out_of_what_programs_print() {
        assert_eq!(short_version("nginx version: nginx/1.22.1"), "1.22.1");
        assert_eq!(
            short_version("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/"),
            "2.6.12-1+deb12u4"
        );
        assert_eq!(
            short_version("envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL"),
            "1.40.0"
        );
        assert_eq!(short_version("postern 0.1.0"), "0.1.0");
    }
}
