//! What it costs to explain a refusal, when somebody asks.

use anyhow::{Context, Result, bail};

use super::super::calls::Mark;
use super::super::figure::Figure;
use super::super::measure::{Cores, Load, measure, to_f64};
use super::super::peer::{Door, Site};
use super::super::scenario::Front;
use super::{command, milliseconds};
use crate::probe::Probe;

/// Questions a round.
const QUESTIONS: usize = 3;
/// The request of `bench/full.curl` without its key.
const REFUSED: &[u8] = b"GET /orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

pub(super) async fn run(site: &Site<'_>, cores: Cores, full: &Door) -> Result<Vec<Figure>> {
    let load = Load::full(site.options.seconds);
    measure(&load, full, cores).await?;
    let (data, calls) = full
        .data
        .as_ref()
        .zip(full.calls.as_ref())
        .context("data")?;
    let address = full.address(Front::Plain).context("front not offered")?;
    let mut probe = Probe::connect(address, None).await?;
    let refused = probe.ask(REFUSED).await?;
    let id = refused.header("x-request-id").context("no request id")?;
    if refused.header("postern-denial") != Some("credential.missing") {
        bail!("a request without a key got {}", refused.status);
    }
    let rows = calls.since(Mark::BEGINNING)?.rows;
    let (mut took, mut spent) = (Vec::new(), Vec::new());
    for _ in 0..site.options.rounds.max(1) * QUESTIONS {
        let before = full.process.cpu()?.beside();
        let (text, time) = command(site, cores, data, &["why", id]).await?;
        if !text.starts_with("refused[credential.missing]") {
            bail!("`postern why` says something else: {text}");
        }
        took.push(milliseconds(time));
        spent.push(milliseconds(
            full.process.cpu()?.beside().saturating_sub(before),
        ));
    }
    Ok(vec![
        Figure::new("rows in the call log", [to_f64(rows)]),
        Figure::new("the command, from its start to its end, ms", took),
        Figure::new(
            "CPU of the gateway, none of it on the cores' threads, ms",
            spent,
        ),
    ])
}
