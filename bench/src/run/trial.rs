//! What is measured of Postern alone, as single numbers.

mod callgrind;
mod instructions;
mod keys;
mod records;
mod replay;
mod timing;
mod why;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::figure::Figure;
use super::measure::Cores;
use super::peer::{CANDIDATE, Door, Peer, Site};
use super::process::pinned;
use super::scenario::{Front, Setup};

/// A trial.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// What Postern has to be set up for beforehand.
    pub(super) setup: Option<Setup>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Records,
    Why,
    Replay,
    Instructions,
    Timing,
    Keys,
}

/// Every trial, in the order of the report.
pub(super) const ALL: &[Trial] = &[
    Trial {
        name: "records",
        about: "bench/full.yaml under the load of `full` for six times as long: from the cores' \
                queues through segments into the day's file, everything on one core",
        setup: Some(Setup::Full),
        kind: Kind::Records,
    },
    Trial {
        name: "why",
        about: "`postern why ID` for a refusal, with the requests of this run in the call log",
        setup: Some(Setup::Full),
        kind: Kind::Why,
    },
    Trial {
        name: "replay",
        about: "`postern replay` of the requests of this run by the configuration that is in force",
        setup: Some(Setup::Full),
        kind: Kind::Replay,
    },
    Trial {
        name: "instructions",
        about: "what an allowed request costs the thread that carries it, user space only, \
                counted by valgrind's callgrind",
        setup: None,
        kind: Kind::Instructions,
    },
    Trial {
        name: "timing",
        about: "refusals of what exists and is wrong, and of what does not exist, one after the \
                other in random order on one connection",
        setup: Some(Setup::Ways),
        kind: Kind::Timing,
    },
    Trial {
        name: "keys",
        about: "a database with 10,000 operations in 100 services, 10,000 apps with a \
                subscription each, and 1,000,000 API keys (`--keys` says another number)",
        setup: None,
        kind: Kind::Keys,
    },
];

impl Trial {
    pub(super) async fn run(
        &self,
        site: &Site<'_>,
        cores: Cores,
        peers: &[Peer],
    ) -> Result<Vec<Figure>> {
        if !site.options.candidate.is_file() {
            bail!("there is no candidate");
        }
        match self.kind {
            Kind::Records => records::run(site, cores, door(peers, Setup::Full)?).await,
            Kind::Why => why::run(site, cores, door(peers, Setup::Full)?).await,
            Kind::Replay => replay::run(site, cores, door(peers, Setup::Full)?).await,
            Kind::Instructions => instructions::run(site, cores).await,
            Kind::Timing => timing::run(site, door(peers, Setup::Ways)?).await,
            Kind::Keys => keys::run(site, cores).await,
        }
    }
}

/// The candidate, set up in one way.
fn door(peers: &[Peer], setup: Setup) -> Result<&Door> {
    let candidate = peers.iter().find(|peer| peer.name == CANDIDATE);
    let door = candidate.and_then(|peer| peer.door(setup, Front::Plain));
    Ok(door.context("no Postern that is set up for it")?.0)
}

/// Runs a command of the candidate, on the core of the load generator, against the process with
/// this data directory; what it printed, and how long it took.
async fn command(
    site: &Site<'_>,
    cores: Cores,
    data: &Path,
    words: &[&str],
) -> Result<(String, Duration)> {
    let mut arguments: Vec<String> = words.iter().map(ToString::to_string).collect();
    arguments.extend(["--data".to_owned(), data.display().to_string()]);
    let command = pinned(cores.load, &site.options.candidate, &arguments);
    let begun = Instant::now();
    let output = tokio::process::Command::from(command)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output()
        .await?;
    let took = begun.elapsed();
    if !output.status.success() {
        bail!(
            "postern {}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((printed, took))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn mebibytes(bytes: u64) -> f64 {
    super::measure::to_f64(bytes) / (1024.0 * 1024.0)
}
