//! One measurement: a load on one front of one proxy, and what the proxy spent on it.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::calls::{Kept, Mark};
use super::peer::Door;
use super::process::{core_busy, pinned};
use super::scenario::{Ask, FULL, Front, Scenario, Variant};
use crate::load::Summary;

/// What one measurement found.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) summary: Summary,
    /// CPU time of the proxy for each request, in microseconds: of all its processes and threads,
    /// and until everything that the requests left is in the call log's day file.
    pub(super) cpu: f64,
    /// How much of it was spent on the threads that carry requests; Postern only.
    pub(super) on_cores: f64,
    /// The share of its core that the proxy used while it was asked, 0 to 1.
    pub(super) busy: f64,
    /// The share of that core that others used meanwhile, 0 to 1; the kernel counts in 10 ms.
    pub(super) others: f64,
    /// What the call log kept of the requests, if there is one.
    pub(super) kept: Option<Kept>,
    /// How long after the last answer everything was in the day file.
    pub(super) settled: Duration,
}

impl Sample {
    /// Requests.
    pub(super) fn requests(&self) -> f64 {
        to_f64(self.summary.requests)
    }

    /// Requests per second.
    pub(super) fn per_second(&self) -> f64 {
        self.requests() / self.summary.seconds
    }
}

/// A count as a number to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "a run counts far less than 2^52 of anything"
)]
pub(super) const fn to_f64(count: u64) -> f64 {
    count as f64
}

/// Cores of the run; `None` where nothing is pinned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cores {
    pub(super) proxy: Option<usize>,
    pub(super) load: Option<usize>,
}

/// What is asked of one proxy, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) front: Front,
    pub(super) ask: Ask,
    pub(super) connections: usize,
    pub(super) streams: usize,
    /// The status of good answers.
    pub(super) status: u16,
    /// The first of the addresses that the connections come from, and how many there are.
    pub(super) from: Option<(Ipv4Addr, u32)>,
    /// Requests per second of an open loop.
    pub(super) rate: Option<f64>,
    pub(super) seconds: f64,
}

impl Load {
    /// The request of `bench/full.curl`, over 32 connections.
    pub(super) fn full(seconds: f64) -> Self {
        Self {
            front: Front::Plain,
            ask: Ask::Curl(FULL),
            connections: 32,
            streams: 1,
            status: 200,
            from: None,
            rate: None,
            seconds,
        }
    }

    /// What a scenario asks, of one of its variants if it has some.
    pub(super) fn of(
        scenario: &Scenario,
        variant: Option<&Variant>,
        rate: Option<f64>,
        seconds: f64,
    ) -> Self {
        Self {
            front: scenario.front,
            ask: variant.map_or(scenario.ask, |variant| variant.ask),
            connections: scenario.connections,
            streams: scenario.streams,
            status: variant.map_or(200, |variant| variant.status),
            from: variant.and_then(|variant| variant.from),
            rate,
            seconds,
        }
    }

    fn arguments(&self, address: SocketAddr) -> Vec<String> {
        let mut arguments = vec!["load".to_owned(), "--synchronized".to_owned()];
        let mut put = |option: &str, value: String| arguments.extend([option.to_owned(), value]);
        put("--target", address.to_string());
        match self.ask {
            Ask::Curl(curl) => put("--curl", curl.trim().to_owned()),
            Ask::Fresh(curl, fresh) => {
                put("--curl", curl.to_owned());
                put("--fresh", fresh.name());
            }
            Ask::Made(path, body) => {
                put("--method", if body > 0 { "POST" } else { "GET" }.to_owned());
                put("--path", path.to_owned());
                put("--body", body.to_string());
            }
        }
        put("--connections", self.connections.to_string());
        put("--streams", self.streams.to_string());
        put("--seconds", self.seconds.to_string());
        put("--status", self.status.to_string());
        if let Some((first, sources)) = self.from {
            put("--from", first.to_string());
            put("--sources", sources.to_string());
        }
        if let Some(rate) = self.rate {
            put("--rate", rate.to_string());
        }
        if matches!(self.front, Front::Tls | Front::H2Tls) {
            arguments.push("--tls".to_owned());
        }
        if matches!(self.front, Front::H2c | Front::H2Tls) {
            arguments.push("--http2".to_owned());
        }
        arguments
    }
}

/// Puts a load on a proxy and reads the proxy's account before and after.
pub(super) async fn measure(load: &Load, door: &Door, cores: Cores) -> Result<Sample> {
    let process = &door.process;
    let address = door.address(load.front).context("front not offered")?;
    let myself = std::env::current_exe()?;
    let command = pinned(cores.load, &myself, &load.arguments(address));
    let mut child = tokio::process::Command::from(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the load generator")?;
    let mut stdin = child.stdin.take().context("load generator's stdin")?;
    let mut lines = BufReader::new(child.stdout.take().context("load generator's stdout")?).lines();

    let ready = lines.next_line().await?;
    // What the connections were tried with is not of the sample.
    let mark = Mark::now().await;
    let (before, busy) = (process.cpu()?, cores.proxy.and_then(core_busy));
    let summary = match ready {
        Some(_) => {
            stdin.write_all(b"go\n").await?;
            lines.next_line().await?
        }
        None => None,
    };
    let after = process.cpu()?;
    let busy = cores
        .proxy
        .and_then(core_busy)
        .zip(busy)
        .map(|(now, then)| now.saturating_sub(then));
    let Some(summary) = summary else {
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}", said.trim().trim_start_matches("error: "));
    };
    drop(stdin);
    child.wait().await?;
    let summary: Summary = serde_json::from_str(&summary).context("load generator's result")?;
    if summary.requests == 0 || summary.errors > 0 {
        let error = summary.first_error.unwrap_or_default();
        bail!(
            "{} answers and {} errors, the first: {error}",
            summary.requests,
            summary.errors
        );
    }

    let ended = Instant::now();
    let (mut kept, mut beside) = (None, after.beside());
    if let Some(calls) = &door.calls {
        calls.settle().await?;
        beside = process.cpu()?.beside();
        kept = Some(calls.since(mark)?);
    }
    let spent = |from: Duration, to: Duration| to.saturating_sub(from).as_secs_f64();
    let on_cores = spent(before.cores, after.cores);
    let own = spent(before.total, after.total) / summary.seconds;
    let micros = 1e6 / to_f64(summary.requests);
    Ok(Sample {
        cpu: (on_cores + spent(before.beside(), beside)) * micros,
        on_cores: on_cores * micros,
        busy: own,
        others: busy.map_or(0.0, |busy| {
            (busy.as_secs_f64() / summary.seconds - own).max(0.0)
        }),
        kept,
        settled: ended.elapsed(),
        summary,
    })
}
