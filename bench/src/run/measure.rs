//! One measurement: a load on one front of one proxy, and what the proxy spent on it.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::process::{Process, core_busy, pinned};
use super::scenario::{Front, Scenario};
use crate::load::Summary;

/// What one measurement found.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) summary: Summary,
    /// CPU time of the proxy for each request, in microseconds.
    pub(super) cpu: f64,
    /// The share of its core that the proxy used, 0 to 1.
    pub(super) busy: f64,
    /// The share of that core that others used meanwhile, 0 to 1; the kernel counts in 10 ms.
    pub(super) others: f64,
}

/// Cores of the run; `None` where nothing is pinned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cores {
    pub(super) proxy: Option<usize>,
    pub(super) load: Option<usize>,
}

/// Puts `scenario` on `address` for `seconds` and reads the proxy's account before and after.
pub(super) async fn measure(
    scenario: &Scenario,
    rate: Option<f64>,
    seconds: f64,
    (process, address): (&Process, SocketAddr),
    cores: Cores,
) -> Result<Sample> {
    let myself = std::env::current_exe()?;
    let mut child = tokio::process::Command::from(pinned(
        cores.load,
        &myself,
        &arguments(scenario, rate, seconds, address),
    ))
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .kill_on_drop(true)
    .spawn()
    .context("cannot start the load generator")?;
    let mut stdin = child.stdin.take().context("load generator's stdin")?;
    let mut lines = BufReader::new(child.stdout.take().context("load generator's stdout")?).lines();

    let ready = lines.next_line().await?;
    let (cpu, busy) = (process.cpu()?, cores.proxy.and_then(core_busy));
    let summary = match ready {
        Some(_) => {
            stdin.write_all(b"go\n").await?;
            lines.next_line().await?
        }
        None => None,
    };
    let (cpu, busy) = (
        process.cpu()?.saturating_sub(cpu),
        cores
            .proxy
            .and_then(core_busy)
            .zip(busy)
            .map(|(now, then)| now.saturating_sub(then)),
    );
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
    let elapsed = Duration::from_secs_f64(summary.seconds);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run has far fewer than 2^52 requests"
    )]
    let requests = summary.requests as f64;
    let own = cpu.as_secs_f64() / elapsed.as_secs_f64();
    Ok(Sample {
        cpu: cpu.as_secs_f64() * 1e6 / requests,
        busy: own,
        others: busy.map_or(0.0, |busy| {
            (busy.as_secs_f64() / elapsed.as_secs_f64() - own).max(0.0)
        }),
        summary,
    })
}

fn arguments(
    scenario: &Scenario,
    rate: Option<f64>,
    seconds: f64,
    address: SocketAddr,
) -> Vec<String> {
    let mut arguments = vec!["load".to_owned(), "--synchronized".to_owned()];
    for (option, value) in [
        ("--target", address.to_string()),
        (
            "--method",
            if scenario.body > 0 { "POST" } else { "GET" }.to_owned(),
        ),
        ("--path", scenario.path.to_owned()),
        ("--body", scenario.body.to_string()),
        ("--connections", scenario.connections.to_string()),
        ("--streams", scenario.streams.to_string()),
        ("--seconds", seconds.to_string()),
    ] {
        arguments.extend([option.to_owned(), value]);
    }
    if let Some(rate) = rate {
        arguments.extend(["--rate".to_owned(), rate.to_string()]);
    }
    if matches!(scenario.front, Front::Tls | Front::H2Tls) {
        arguments.push("--tls".to_owned());
    }
    if matches!(scenario.front, Front::H2c | Front::H2Tls) {
        arguments.push("--http2".to_owned());
    }
    arguments
}
