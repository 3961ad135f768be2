//! How fast recorded requests are decided once more.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::super::figure::Figure;
use super::super::measure::{Cores, Load, measure, to_f64};
use super::super::peer::{Door, Site};
use super::{command, mebibytes, milliseconds};

pub(super) async fn run(site: &Site<'_>, cores: Cores, full: &Door) -> Result<Vec<Figure>> {
    let load = Load::full(site.options.seconds);
    measure(&load, full, cores).await?;
    let data = full.data.as_ref().context("data")?;
    let (mut rows, mut speed, mut spent) = (Vec::new(), Vec::new(), Vec::new());
    let before_all = full.process.peak_memory();
    for _ in 0..site.options.rounds.max(1) {
        let before = full.process.cpu()?.beside();
        let asked = ["replay", "--with", "bench/full.yaml", "--json"];
        let (text, _) = command(site, cores, data, &asked).await?;
        let used = milliseconds(full.process.cpu()?.beside().saturating_sub(before));
        let told: Value = serde_json::from_str(&text).context("no JSON")?;
        let number = |pointer: &str| told.pointer(pointer).and_then(Value::as_u64);
        let replayed = number("/counts/rows").context("no rows")?;
        let took = number("/took_ms").context("no time")?.max(1);
        let differing = number("/counts/newly_refused").context("no counts")?;
        if replayed == 0 || differing > 0 {
            bail!("the same configuration decides otherwise: {text}");
        }
        rows.push(to_f64(replayed));
        speed.push(to_f64(replayed) * 1_000.0 / to_f64(took));
        spent.push(used * 1_000.0 / to_f64(replayed));
    }
    Ok(vec![
        Figure::new("rows", rows),
        Figure::new("rows a second, each decided by both configurations", speed),
        Figure::new("CPU of the gateway for each row, µs", spent),
        Figure::new(
            "memory of the gateway at its most, beyond what it had before, MiB",
            [mebibytes(
                full.process.peak_memory().saturating_sub(before_all),
            )],
        ),
    ])
}
