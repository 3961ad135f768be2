//! What the design demands, and what was found of it.

use std::collections::BTreeMap;

use super::super::figure::{Bound, Figure};
use super::super::measure::Sample;
use super::super::peer::CANDIDATE;
use super::super::scenario::{Entrants, RECORD, REFUSALS};
use super::Findings;
use super::ratios;

/// Every figure with a target, of what was measured in this run.
pub(super) fn of(findings: &Findings) -> Vec<Figure> {
    let mut found = Vec::new();
    for (scenario, samples) in &findings.rows {
        match (scenario.name, scenario.entrants) {
            ("post-32", _) => {
                let what = "CPU of a proxied POST, × nginx";
                found.extend(against(samples, "nginx", what, 0.85));
            }
            ("full", _) => {
                for (peer, most) in [("nginx", 1.0), ("envoy", 0.4)] {
                    let what = format!(
                        "CPU of a POST with key, subscription, scope, limit and record, × {peer} \
                         that only proxies"
                    );
                    found.extend(against(samples, peer, what, most));
                }
            }
            ("refusals", Entrants::Variants(_)) => found.extend(refusals(samples)),
            ("record", Entrants::Variants(_)) => found.extend(record(samples)),
            _ => {}
        }
    }
    let idle = findings.memory.get(CANDIDATE).map(|bytes| {
        #[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
        let mebibytes = *bytes as f64 / (1024.0 * 1024.0);
        Figure::new("memory, idle, MiB", [mebibytes]).bound(Bound::AtMost(30.0))
    });
    found.extend(idle);
    for (_, figures) in &findings.trials {
        found.extend(
            figures
                .iter()
                .filter(|figure| figure.bound.is_some())
                .cloned(),
        );
    }
    found
}

fn against(
    samples: &BTreeMap<String, Vec<Sample>>,
    peer: &str,
    what: impl Into<String>,
    most: f64,
) -> Option<Figure> {
    let (mine, base) = (samples.get(CANDIDATE)?, samples.get(peer)?);
    Some(Figure::new(what, ratios(mine, base)).bound(Bound::AtMost(most)))
}

/// How many refusals a core makes in the time of one allowed request.
fn refusals(samples: &BTreeMap<String, Vec<Sample>>) -> Vec<Figure> {
    let Some((base, refused)) = REFUSALS.split_first() else {
        return Vec::new();
    };
    let figure = |name: &str| {
        let (allowed, mine) = (samples.get(base.name)?, samples.get(name)?);
        let what = format!("refusals `{name}` in the CPU time of one allowed request");
        Some(Figure::new(what, ratios(allowed, mine)).bound(Bound::AtLeast(2.0)))
    };
    refused.iter().filter_map(|it| figure(it.name)).collect()
}

/// What a record costs the thread that carries the request.
fn record(samples: &BTreeMap<String, Vec<Sample>>) -> Option<Figure> {
    let [none, all] = RECORD else {
        return None;
    };
    let rounds = samples.get(all.name)?.iter().zip(samples.get(none.name)?);
    let costs = rounds.map(|(all, none)| all.on_cores - none.on_cores);
    let what = "CPU of a record on its request's thread, µs";
    Some(Figure::new(what, costs).bound(Bound::AtMost(1.0)))
}
