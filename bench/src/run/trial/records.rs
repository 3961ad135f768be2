//! How many records a second the call log takes, and keeps.

use anyhow::{Context, Result};

use super::super::figure::{Bound, Figure};
use super::super::measure::{Cores, Load, measure, to_f64};
use super::super::peer::{Door, Site};

/// Longer than a sample by so much: segments are closed after five seconds or 8 MiB.
const LONGER: f64 = 6.0;

pub(super) async fn run(site: &Site<'_>, cores: Cores, full: &Door) -> Result<Vec<Figure>> {
    let load = Load::full(site.options.seconds * LONGER);
    let sample = measure(&load, full, cores).await?;
    let kept = sample.kept.context("no call log")?;
    let log = sample.cpu - sample.on_cores;
    Ok(vec![
        Figure::new("requests a second, each recorded", [sample.per_second()]),
        Figure::new(
            "requests of which nothing was kept",
            [sample.requests() - to_f64(kept.requests)],
        )
        .bound(Bound::AtMost(0.0)),
        Figure::new(
            "requests that another's row stands for (samples)",
            [to_f64(kept.requests.saturating_sub(kept.rows))],
        )
        .bound(Bound::AtMost(0.0)),
        Figure::new(
            "from the last answer until the last row was in the day's file, s",
            [sample.settled.as_secs_f64()],
        ),
        Figure::new(
            "CPU of the threads that write and index, for each record, µs",
            [log],
        ),
        Figure::new(
            "records a second that these threads take if they have a core to themselves",
            [1e6 / log],
        ),
    ])
}
