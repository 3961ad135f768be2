//! The Postern that is compared with the others, set up in several ways.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::super::calls::Calls;
use super::super::machine::first_line;
use super::super::process::{Process, pinned};
use super::super::scenario::{Front, Setup};
use super::{Door, Peer, Site, fill, free_address, short_version};

/// The upstream that the configurations in `bench/` name.
pub(in super::super) const UPSTREAM: &str = "127.0.0.1:9000";

/// What the candidate is called.
pub(in super::super) const CANDIDATE: &str = "postern";

/// `postern run` with `bench/plain.yaml`, once more with a certificate, and in every way that is
/// needed.
pub(super) async fn start(site: &Site<'_>, say: &mut dyn FnMut(String)) -> Result<Peer> {
    let mut doors = vec![setup(site, Setup::Plain).await?];
    let tls = free_address()?;
    let config = site.dir.join("postern-tls.yaml");
    let template = include_str!("postern-tls.yaml");
    std::fs::write(&config, fill(template, site, tls, tls, tls))?;
    match Postern::new(site, "postern-tls", Some(&config), tls)
        .start()
        .await
    {
        Ok((process, data)) => doors.push(Door {
            process,
            setup: Some(Setup::Plain),
            fronts: vec![(Front::Tls, tls), (Front::H2Tls, tls)],
            data: Some(data),
            calls: None,
        }),
        Err(error) => say(format!("postern over TLS is skipped: {error:#}")),
    }
    for wanted in site.setups.iter().filter(|wanted| **wanted != Setup::Plain) {
        doors.push(setup(site, *wanted).await?);
    }
    let version = first_line(Command::new(&site.options.candidate).arg("--version"));
    Ok(Peer {
        name: CANDIDATE.to_owned(),
        version: short_version(&version.unwrap_or_default()),
        doors,
    })
}

/// The candidate, set up in one way.
async fn setup(site: &Site<'_>, setup: Setup) -> Result<Door> {
    let gateway = free_address()?;
    let config = config(site, setup)?;
    let name = format!("postern-{setup:?}").to_lowercase();
    let mut postern = Postern::new(site, &name, Some(&config), gateway);
    let mut fronts = vec![(Front::Plain, gateway), (Front::H2c, gateway)];
    if setup == Setup::Ways {
        let address = free_address()?;
        postern.tls = Some(address);
        fronts.push((Front::Tls, address));
    }
    let (process, data) = postern.start().await?;
    Ok(Door {
        process,
        setup: Some(setup),
        fronts,
        calls: matches!(setup, Setup::Full | Setup::Refusals).then(|| Calls::new(&data)),
        data: Some(data),
    })
}

/// The configuration that sets Postern up so.
pub(in super::super) fn config(site: &Site<'_>, setup: Setup) -> Result<PathBuf> {
    let text = match setup {
        Setup::Plain => include_str!("../../../plain.yaml").to_owned(),
        Setup::Full => include_str!("../../../full.yaml").to_owned(),
        Setup::Refusals => include_str!("../../../refusals.yaml").to_owned(),
        Setup::Unrecorded => unrecorded(include_str!("../../../full.yaml")),
        Setup::Ways => ways(site)?,
        Setup::Minimal => disclosing("minimal"),
        Setup::Verbose => disclosing("verbose\n    disclosure_until: 2099-01-01"),
    };
    let path = site.dir.join(format!("{setup:?}.yaml").to_lowercase());
    std::fs::write(&path, text.replace(UPSTREAM, &site.upstream.to_string()))?;
    Ok(path)
}

/// A configuration that says nothing about the call log, with nothing recorded.
fn unrecorded(config: &str) -> String {
    format!("{config}\ncall_log:\n  record: none\n")
}

/// `bench/ways.yaml`, with the files that it names beside it.
fn ways(site: &Site<'_>) -> Result<String> {
    let files: [(&str, &[u8]); 5] = [
        ("ways/keys.json", include_bytes!("../../../ways/keys.json")),
        ("ways/secret", include_bytes!("../../../ways/secret")),
        (
            "ways/caller.crt",
            include_bytes!("../../../ways/caller.crt"),
        ),
        (
            "ways/caller.key",
            include_bytes!("../../../ways/caller.key"),
        ),
        (
            "../examples/geo/example.mmdb",
            include_bytes!("../../../../examples/geo/example.mmdb"),
        ),
    ];
    let mut text = include_str!("../../../ways.yaml").to_owned();
    for (named, content) in files {
        let name = named.rsplit('/').next().unwrap_or(named);
        let path = site.dir.join(format!("ways.{name}"));
        std::fs::write(&path, content)?;
        text = text.replace(named, &path.display().to_string());
    }
    Ok(text)
}

fn disclosing(disclosure: &str) -> String {
    include_str!("postern-disclosure.yaml").replace("{disclosure}", disclosure)
}

/// How the candidate is started.
pub(in super::super) struct Postern<'a> {
    pub(in super::super) site: &'a Site<'a>,
    pub(in super::super) name: &'a str,
    /// The file that owns the configuration; without it, the database does.
    pub(in super::super) config: Option<&'a Path>,
    pub(in super::super) gateway: SocketAddr,
    /// Where its listener `https` listens, if it has one besides.
    pub(in super::super) tls: Option<SocketAddr>,
    /// Where it is managed; some free address if this is not said.
    pub(in super::super) admin: Option<SocketAddr>,
    /// The program that runs it, with arguments.
    pub(in super::super) wrapper: Vec<String>,
    /// How long it may take until it serves.
    pub(in super::super) patience: Duration,
}

impl<'a> Postern<'a> {
    /// In the ordinary way.
    pub(in super::super) const fn new(
        site: &'a Site<'a>,
        name: &'a str,
        config: Option<&'a Path>,
        gateway: SocketAddr,
    ) -> Self {
        Self {
            site,
            name,
            config,
            gateway,
            tls: None,
            admin: None,
            wrapper: Vec::new(),
            patience: Duration::from_secs(15),
        }
    }

    /// Its data directory.
    fn data(&self) -> PathBuf {
        self.site.dir.join(format!("{}-data", self.name))
    }

    /// Starts it on one core and waits until it serves; also its data directory.
    pub(in super::super) async fn start(self) -> Result<(Process, PathBuf)> {
        let (options, data) = (self.site.options, self.data());
        let mut words = self.wrapper;
        words.extend([options.candidate.display().to_string(), "run".to_owned()]);
        if let Some(config) = self.config {
            words.extend(["--config".to_owned(), config.display().to_string()]);
        }
        let admin = self.admin.map_or_else(free_address, Ok)?;
        for (option, value) in [
            ("--gateway", self.gateway.to_string()),
            ("--admin", admin.to_string()),
            ("--data", data.display().to_string()),
            ("--cores", "1".to_owned()),
        ] {
            words.extend([option.to_owned(), value]);
        }
        let tls = self.tls.map(|address| format!("https={address}"));
        words.extend(
            tls.into_iter()
                .flat_map(|tls| ["--gateway".to_owned(), tls]),
        );
        let more = options.candidate_args.split_whitespace();
        words.extend(more.map(str::to_owned));
        let (program, arguments) = words.split_first().context("no command")?;
        let command = pinned(self.site.core, Path::new(program), arguments);
        let mut process = Process::start(self.name, command, self.site.dir)?;
        process.ready_within(self.patience, &[self.gateway]).await?;
        Ok((process, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_recorded_by_what_is_said_at_the_end_of_the_full_configuration() {
        let full = include_str!("../../../full.yaml");
        assert!(!full.contains("call_log"), "it would be said twice");
        assert!(unrecorded(full).ends_with("\ncall_log:\n  record: none\n"));
    }
}
