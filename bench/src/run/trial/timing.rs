//! Whether the time of a refusal tells what the refusal does not: that there is such a key, such a
//! user or such a signer.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::super::figure::{Bound, Figure, spread};
use super::super::peer::{Door, Site};
use super::super::scenario::Front;
use crate::load::{Pair, Request};
use crate::probe::Probe;

/// How far, in percentage points, the chance that one side takes longer may be from even. Who has
/// to tell the sides apart is right with one request in at most so many more cases than by luck.
const APART: f64 = 5.0;

pub(super) async fn run(site: &Site<'_>, ways: &Door) -> Result<Vec<Figure>> {
    let address = ways.address(Front::Plain).context("front not offered")?;
    let mut figures = Vec::new();
    for pair in Pair::all()? {
        let (mut apart, mut later) = (Vec::new(), Vec::new());
        for round in 0..site.options.rounds.max(1) {
            let mut probe = Probe::connect(address, None).await?;
            let sides = [&pair.known, &pair.unknown];
            let sides = sides.map(|side| side.iter().map(Request::bytes).collect::<Vec<_>>());
            let mut times = [const { Vec::new() }; 2];
            let mut order = Order::new(round);
            while times.iter().any(|times| times.len() < pair.requests) {
                let side = usize::from(order.next());
                let (Some(requests), Some(times)) = (sides.get(side), times.get_mut(side)) else {
                    continue;
                };
                let next = requests.get(times.len() % requests.len().max(1));
                let Some(request) = next else { continue };
                let begun = Instant::now();
                let answer = probe.ask(request).await?;
                let took = begun.elapsed().as_secs_f64() * 1e6;
                if answer.header("postern-denial") != Some(pair.code) {
                    let said = answer.header("postern-denial").unwrap_or("no denial");
                    bail!("{}: {} instead of {}", pair.name, said, pair.code);
                }
                if times.len() < pair.requests {
                    times.push(took);
                }
            }
            let [known, unknown] = times;
            apart.push((chance(&known, &unknown) - 0.5).abs() * 100.0);
            let median = |times: Vec<f64>| spread(times).map_or(f64::NAN, |found| found.median);
            later.push(median(known) - median(unknown));
        }
        let what = format!(
            "{}: how far the chance that the first takes longer is from even, percentage points",
            pair.name
        );
        figures.push(Figure::new(what, apart).bound(Bound::AtMost(APART)));
        let what = format!("{}: how much later the first is, medians, µs", pair.name);
        figures.push(Figure::new(what, later));
    }
    Ok(figures)
}

/// The chance that one of `these` is more than one of `those`, as Mann and Whitney's U has it
/// (doi:10.1214/aoms/1177730491), where equal ones count half.
#[expect(
    clippy::cast_precision_loss,
    reason = "there are some thousand, and their products are below 2^52"
)]
fn chance(these: &[f64], those: &[f64]) -> f64 {
    let mut sorted = those.to_vec();
    sorted.sort_by(f64::total_cmp);
    let more = these.iter().map(|this| {
        let below = sorted.partition_point(|that| that < this);
        let to = sorted.partition_point(|that| that <= this);
        (below + to) as f64 / 2.0
    });
    more.sum::<f64>() / (these.len() as f64 * those.len() as f64)
}

/// Which side comes next, by a generator of Marsaglia's (doi:10.18637/jss.v008.i14): what comes in
/// turns would be told apart by whatever else happens in turns.
struct Order(u64);

impl Order {
    fn new(round: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ round as u64)
    }

    fn next(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & (1 << 40) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_is_even_for_what_is_alike_and_certain_for_what_is_apart() {
        let near = |found: f64, wanted: f64| (found - wanted).abs() < 1e-9;
        assert!(near(chance(&[1.0, 2.0], &[1.0, 2.0]), 0.5));
        assert!(near(chance(&[3.0, 4.0], &[1.0, 2.0]), 1.0));
        assert!(near(chance(&[1.0, 4.0], &[2.0, 3.0]), 0.5));
        assert!(near(chance(&[1.0, 2.0], &[2.0, 3.0]), 0.125));
    }

    #[test]
    fn both_sides_come_about_as_often() {
        let mut order = Order::new(0);
        let first = (0..10_000).filter(|_| order.next()).count();
        assert!((4_800..5_200).contains(&first), "{first}");
    }
}
