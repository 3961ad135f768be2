//! What a record and what explaining cost an allowed request, in instructions: a measure that
//! neither the machine's mood nor its other users change.

use anyhow::{Result, bail};

use super::super::figure::{Bound, Figure};
use super::super::measure::{Cores, Load, measure, to_f64};
use super::super::peer::Site;
use super::super::scenario::{Ask, EXPLAIN, FULL, Front, Setup};
use super::callgrind::{Counted, Session};
use crate::probe::Probe;

/// What functions are called that make refusals, evidence and explanations.
const EXPLAINING: [&str; 4] = ["denial::", "evidence", "explain", "Denial::"];
/// A request without a key.
const REFUSED: &[u8] = b"GET /orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
/// Requests that were asked outside of what the load generator counts: the first of its connection.
const FIRST: f64 = 1.0;

pub(super) async fn run(site: &Site<'_>, cores: Cores) -> Result<Vec<Figure>> {
    let full = Ask::Curl(FULL);
    let disclosing = EXPLAIN.first().map_or(full, |variant| variant.ask);
    let none = counted(site, cores, Setup::Unrecorded, full).await?;
    let all = counted(site, cores, Setup::Full, full).await?;
    let minimal = counted(site, cores, Setup::Minimal, disclosing).await?;
    let verbose = counted(site, cores, Setup::Verbose, disclosing).await?;
    let number = |counted: &(f64, Counted)| counted.0;
    Ok(vec![
        Figure::new(
            "bench/full.yaml, nothing recorded, instructions",
            [number(&none)],
        ),
        Figure::new("the same, everything recorded", [number(&all)]),
        Figure::new("so a record costs", [number(&all) - number(&none)]),
        Figure::new(
            "more with `disclosure: verbose` than with `minimal`",
            [number(&verbose) - number(&minimal)],
        ),
        Figure::new(
            "functions that make refusals or explanations, run through by an allowed request",
            [explaining(&all.1)],
        )
        .bound(Bound::AtMost(0.0)),
        Figure::new(
            "the same by one that is refused (so that a 0 above means something)",
            [refused(site).await?],
        )
        .bound(Bound::AtLeast(1.0)),
    ])
}

/// Instructions of one allowed request, and where it has been.
async fn counted(site: &Site<'_>, cores: Cores, setup: Setup, ask: Ask) -> Result<(f64, Counted)> {
    let mut session = Session::start(site, setup).await?;
    let load = Load {
        front: Front::Plain,
        ask,
        connections: 1,
        streams: 1,
        status: 200,
        from: None,
        rate: None,
        seconds: site.options.seconds * 2.0,
    };
    measure(&load, &session.door, cores).await?;
    session.zero().await?;
    let sample = measure(&load, &session.door, cores).await?;
    let counted = session.counted().await?;
    let each = to_f64(counted.instructions) / (sample.requests() + FIRST);
    Ok((each, counted))
}

/// Where a refused request has been.
async fn refused(site: &Site<'_>) -> Result<f64> {
    let mut session = Session::start(site, Setup::Unrecorded).await?;
    session.zero().await?;
    let mut probe = Probe::connect(session.address()?, None).await?;
    let answer = probe.ask(REFUSED).await?;
    if answer.header("postern-denial") != Some("credential.missing") {
        bail!("a request without a key got {}", answer.status);
    }
    Ok(explaining(&session.counted().await?))
}

#[expect(clippy::cast_precision_loss, reason = "there are some hundred")]
fn explaining(counted: &Counted) -> f64 {
    let names = counted.functions.iter();
    let of_it = names.filter(|name| {
        // Nothing is made where something that may be there is dropped.
        !name.contains("drop_in_place") && EXPLAINING.iter().any(|word| name.contains(word))
    });
    of_it.count() as f64
}
