//! A large database: how long it takes to fill and to start with, what it needs of memory, and how
//! soon a change is felt.

mod documents;
mod management;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::UnixStream;

use super::super::figure::{Bound, Figure};
use super::super::measure::Cores;
use super::super::peer::{Postern, Site, UPSTREAM, free_address};
use super::super::process::Process;
use super::super::progress;
use super::super::scenario::FULL;
use super::{command, mebibytes, milliseconds};
use crate::load::Request;
use crate::probe::Probe;

/// How long it may take to start with everything in the database.
const PATIENCE: Duration = Duration::from_mins(5);
/// How long a change may take until it is felt.
const FELT: Duration = Duration::from_mins(1);
/// Between two questions whether it is.
const PAUSE: Duration = Duration::from_micros(500);
/// After this time no further round of changes is begun.
const LONG_ENOUGH: Duration = Duration::from_secs(30);
/// How long a process that has just started may settle before its memory is read.
const SETTLE: Duration = Duration::from_secs(2);

/// A Postern whose database owns the configuration.
struct Stored<'a> {
    site: &'a Site<'a>,
    cores: Cores,
    process: Process,
    data: std::path::PathBuf,
    gateway: SocketAddr,
    admin: SocketAddr,
}

pub(super) async fn run(site: &Site<'_>, cores: Cores) -> Result<Vec<Figure>> {
    let mut figures = small(site, cores).await?;
    let (number, rounds) = (site.options.keys, site.options.rounds.max(1));
    let postern = Stored::start(site, cores, "postern-keys").await?;
    let begun = Instant::now();
    postern.apply(&documents::rules()).await?;
    let rules = begun.elapsed();
    let begun = Instant::now();
    let parts = documents::parts(number);
    for (from, to) in &parts {
        postern.apply(&documents::keys(*from, *to)).await?;
        progress(&format!("keys: {to} of {number} are in the database"));
    }
    let filled = begun.elapsed();
    let grown = postern.process.memory();

    let postern = postern.restart().await?;
    let (postern, started) = (postern.0, postern.1);
    tokio::time::sleep(SETTLE).await;
    let (memory, peak) = (postern.process.memory(), postern.process.peak_memory());
    let (mut revoked, mut changed) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for round in 0..rounds {
        if round > 0 && begun.elapsed() > LONG_ENOUGH {
            break;
        }
        revoked.push(milliseconds(postern.revoke().await?));
        changed.push(milliseconds(postern.change_policy().await?));
    }
    let after = postern.process.memory();
    let managed = management::run(&postern.data, postern.admin, number).await?;
    figures.extend([
        Figure::new(
            "`postern apply` of 10,000 operations, 10,000 apps and subscriptions, s",
            [rules.as_secs_f64()],
        ),
        Figure::new(
            format!(
                "`postern apply` of {number} keys, {} at a time, s",
                documents::TOGETHER
            ),
            [filled.as_secs_f64()],
        ),
        Figure::new("memory after that, MiB", [mebibytes(grown)]),
        Figure::new(
            format!("start with {number} keys, until the first is allowed, s"),
            [started.as_secs_f64()],
        ),
        Figure::new(
            format!("memory with 10,000 operations and {number} keys, MiB"),
            [mebibytes(memory)],
        )
        .bound(Bound::AtMost(400.0)),
        Figure::new("the most while it started, MiB", [mebibytes(peak)]),
        Figure::new("memory after the changes below, MiB", [mebibytes(after)]),
        Figure::new(
            format!("`postern keys revoke` until the key is refused, among {number} keys, ms"),
            revoked,
        )
        .bound(Bound::AtMost(1_000.0)),
        Figure::new(
            format!("`postern lists add` until an address is refused, with {number} keys, ms"),
            changed,
        )
        .bound(Bound::AtMost(100.0)),
    ]);
    figures.extend(managed);
    Ok(figures)
}

/// The same changes where there is little.
async fn small(site: &Site<'_>, cores: Cores) -> Result<Vec<Figure>> {
    let postern = Stored::start(site, cores, "postern-few").await?;
    postern.apply(&documents::few()).await?;
    let (mut revoked, mut changed) = (Vec::new(), Vec::new());
    for _ in 0..site.options.rounds.max(1) {
        revoked.push(milliseconds(postern.revoke().await?));
        changed.push(milliseconds(postern.change_policy().await?));
    }
    Ok(vec![
        Figure::new(
            "`postern keys revoke` until the key is refused, of a few keys, ms",
            revoked,
        )
        .bound(Bound::AtMost(1_000.0)),
        Figure::new(
            "`postern lists add` until an address is refused, with a few documents, ms",
            changed,
        )
        .bound(Bound::AtMost(100.0)),
    ])
}

impl<'a> Stored<'a> {
    async fn start(site: &'a Site<'a>, cores: Cores, name: &'a str) -> Result<Self> {
        let (gateway, admin) = (free_address()?, free_address()?);
        let mut postern = Postern::new(site, name, None, gateway);
        postern.patience = PATIENCE;
        postern.admin = Some(admin);
        let (process, data) = postern.start().await?;
        answers(&data.join("postern.sock")).await?;
        Ok(Self {
            site,
            cores,
            process,
            data,
            gateway,
            admin,
        })
    }

    /// Ends the process and starts another; also how long it takes until a request passes.
    async fn restart(self) -> Result<(Self, Duration)> {
        let Self { site, cores, .. } = self;
        self.process.end(PATIENCE).await?;
        let begun = Instant::now();
        let again = Self::start(site, cores, "postern-keys").await?;
        again
            .until(&request(None)?, None, |status| status == 200)
            .await?;
        Ok((again, begun.elapsed()))
    }

    async fn apply(&self, document: &str) -> Result<()> {
        let file = self.data.with_extension("json");
        let upstream = self.site.upstream.to_string();
        std::fs::write(&file, document.replace(UPSTREAM, &upstream))?;
        let path = file.display().to_string();
        self.run(&["apply", &path, "--comment", "A benchmark", "--yes"])
            .await?;
        Ok(())
    }

    async fn run(&self, words: &[&str]) -> Result<(String, Duration)> {
        command(self.site, self.cores, Path::new(&self.data), words).await
    }

    /// Makes a key, uses it, revokes it; from the start of that command until it is refused.
    async fn revoke(&self) -> Result<Duration> {
        let (key, _) = self
            .run(&["keys", "create", "--app", documents::APP])
            .await?;
        let key = key.trim();
        let request = request(Some(key))?;
        self.until(&request, None, |status| status == 200).await?;
        let id = key.split('_').nth(1).context("a key has an id")?;
        let id = format!("key_{id}");
        let words = ["keys", "revoke", &id, "--reason", "A benchmark", "--yes"];
        let begun = Instant::now();
        let (ran, refused) = tokio::join!(
            self.run(&words),
            self.until(&request, None, |status| status == 401)
        );
        ran?;
        Ok(refused?.duration_since(begun))
    }

    /// Puts an address on a list and takes it off again; from the start of the first command until
    /// the address is refused.
    async fn change_policy(&self) -> Result<Duration> {
        let from = Ipv4Addr::new(127, 3, 0, 1);
        let request = request(None)?;
        self.until(&request, Some(from), |status| status == 200)
            .await?;
        let range = IpAddr::from(from).to_string();
        let words = ["lists", "add", documents::LIST, &range, "--comment", "x"];
        let begun = Instant::now();
        let (ran, refused) = tokio::join!(
            self.run(&words),
            self.until(&request, Some(from), |status| status == 403)
        );
        ran?;
        let refused = refused?.duration_since(begun);
        let off = [
            "lists",
            "remove",
            documents::LIST,
            &range,
            "--comment",
            "x",
            "--yes",
        ];
        self.run(&off).await?;
        Ok(refused)
    }

    /// Asks until the status is as wanted; when that was.
    async fn until(
        &self,
        request: &[u8],
        from: Option<Ipv4Addr>,
        wanted: impl Fn(u16) -> bool,
    ) -> Result<Instant> {
        let begun = Instant::now();
        let mut probe = Probe::connect(self.gateway, from).await?;
        loop {
            let status = probe.ask(request).await?.status;
            let now = Instant::now();
            if wanted(status) {
                return Ok(now);
            }
            if now - begun > FELT {
                bail!("after {FELT:?} the status is still {status}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Waits until commands are answered, which may be later than requests are.
async fn answers(socket: &Path) -> Result<()> {
    let begun = Instant::now();
    while UnixStream::connect(socket).await.is_err() {
        if begun.elapsed() > PATIENCE {
            bail!("{} does not answer", socket.display());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// The request of `bench/full.curl`, with another key if one is given.
fn request(key: Option<&str>) -> Result<Vec<u8>> {
    let curl = match key {
        None => FULL.to_owned(),
        Some(key) => FULL.replace(documents::KEY, key),
    };
    Ok(Request::parse(&curl)?.bytes())
}
