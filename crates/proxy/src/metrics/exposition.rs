//! The Prometheus text format, version 0.0.4.

mod call_log;
mod deciders;

use super::core::{
    BUCKETS, CLASSES, Shard, UpstreamFailure, listener, request_column, service, upstream, whole,
};
use super::families::{self, Family};
use super::layout::Rows;
use super::process::Process;
use super::table::Table;
use super::{BreakerPosition, Introspected, Metrics, Observe, locked};
use crate::freshness::AWAY;
use crate::record::Outcome;
use postern_geo::State;
use postern_model::Code;
use postern_model::entity::Name;
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Writes every metric.
pub(super) fn write(metrics: &Metrics, observed: &dyn Observe, out: &mut String) {
    let shards: Vec<Arc<Shard>> = locked(&metrics.shards).clone();
    let registry = locked(&metrics.registry);
    let mut page = Page { out, shards };
    page.family(&families::BUILD);
    page.sample(&families::BUILD, &[env!("CARGO_PKG_VERSION")], 1);
    page.requests(&registry.operations);
    page.services(&registry.services);
    page.shadow();
    page.upstreams(&registry.upstreams);
    page.observed(observed);
    page.listeners(&registry.listeners);
    page.masks(&registry.masks);
    drop(registry);
    page.configuration(metrics);
    page.deciders(observed);
    page.places(&observed.places());
    if let Some(silence) = observed.silence() {
        page.silence(silence);
    }
    if let Some(health) = observed.call_log() {
        page.call_log(&health);
    }
    page.process(Process::read());
}

struct Page<'a> {
    out: &'a mut String,
    shards: Vec<Arc<Shard>>,
}

impl Page<'_> {
    fn family(&mut self, family: &Family) {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            self.out,
            "# HELP {0} {1}\n# TYPE {0} {2}",
            family.name,
            family.help,
            family.kind.name()
        );
    }

    fn sample(&mut self, family: &Family, labels: &[&str], value: impl Display) {
        self.series(family, "", labels, None, value);
    }

    fn series(
        &mut self,
        family: &Family,
        suffix: &str,
        labels: &[&str],
        bound: Option<&str>,
        value: impl Display,
    ) {
        self.out.push_str(family.name);
        self.out.push_str(suffix);
        let named = family.labels.iter().copied().zip(labels.iter().copied());
        for (i, (name, value)) in named.chain(bound.map(|b| ("le", b))).enumerate() {
            self.out.push(if i == 0 { '{' } else { ',' });
            self.out.push_str(name);
            self.out.push_str("=\"");
            for c in value.chars() {
                match c {
                    '"' | '\\' => self.out.extend(['\\', c]),
                    '\n' => self.out.push_str("\\n"),
                    c => self.out.push(c),
                }
            }
            self.out.push('"');
        }
        if !labels.is_empty() || bound.is_some() {
            self.out.push('}');
        }
        let _ = writeln!(self.out, " {value}");
    }

    /// A counter over all cores.
    fn sum(&self, table: fn(&Shard) -> &Table, row: usize, column: usize) -> u64 {
        self.shards.iter().fold(0, |sum, shard| {
            sum.wrapping_add(table(shard).get(row, column))
        })
    }

    fn requests(&mut self, operations: &Rows) {
        self.family(&families::REQUESTS);
        for (row, labels) in operations.iter() {
            let [service, version, operation] = labels else {
                continue;
            };
            for (class, status) in CLASSES.iter().enumerate() {
                for outcome in Outcome::ALL {
                    let count = self.sum(|s| &s.operations, row, request_column(class, outcome));
                    // Most combinations never happen.
                    if count > 0 {
                        self.sample(
                            &families::REQUESTS,
                            &[service, version, operation, status, outcome.name()],
                            count,
                        );
                    }
                }
            }
        }
    }

    fn services(&mut self, services: &Rows) {
        self.family(&families::DENIALS);
        for (row, name) in named(services) {
            for (column, code) in Code::ALL.iter().enumerate() {
                let count = self.sum(|s| &s.services, row, service::FIRST_CODE + column);
                if count > 0 {
                    self.sample(&families::DENIALS, &[code.name(), name], count);
                }
            }
        }
        self.family(&families::DURATION);
        for (row, name) in named(services) {
            self.histogram(row, name);
        }
        self.family(&families::IN_FLIGHT);
        // Finished first: what ends in between must not show as less than none.
        let finished = self.sum(|s| &s.whole, 0, whole::FINISHED);
        let started = self.sum(|s| &s.whole, 0, whole::STARTED);
        self.sample(&families::IN_FLIGHT, &[], started.saturating_sub(finished));
        self.column(
            &families::BYTES_IN,
            services,
            |s| &s.services,
            service::BYTES_IN,
        );
        self.column(
            &families::BYTES_OUT,
            services,
            |s| &s.services,
            service::BYTES_OUT,
        );
    }

    /// What policies in shadow mode would have refused.
    fn shadow(&mut self) {
        let mut all: BTreeMap<(Name, &str), u64> = BTreeMap::new();
        for shard in &self.shards {
            for ((policy, code), count) in &*locked(&shard.shadow) {
                *all.entry((policy.clone(), code.name())).or_default() += count;
            }
        }
        self.family(&families::SHADOW);
        for ((policy, code), count) in all {
            self.sample(&families::SHADOW, &[&*policy, code], count);
        }
    }

    fn histogram(&mut self, row: usize, name: &str) {
        let family = &families::DURATION;
        let mut count: u64 = 0;
        for (i, bound) in BUCKETS.iter().enumerate() {
            count = count.wrapping_add(self.sum(|s| &s.services, row, service::FIRST_BUCKET + i));
            let bound = seconds(*bound).to_string();
            self.series(family, "_bucket", &[name], Some(&bound), count);
        }
        let longer = service::FIRST_BUCKET + BUCKETS.len();
        count = count.wrapping_add(self.sum(|s| &s.services, row, longer));
        self.series(family, "_bucket", &[name], Some("+Inf"), count);
        let sum = seconds(self.sum(|s| &s.services, row, service::MICROS));
        self.series(family, "_sum", &[name], None, sum);
        self.series(family, "_count", &[name], None, count);
    }

    /// One counter of every named row, also where it is 0.
    fn column(&mut self, family: &Family, rows: &Rows, table: fn(&Shard) -> &Table, column: usize) {
        self.family(family);
        for (row, name) in named(rows) {
            let count = self.sum(table, row, column);
            if row > 0 || count > 0 {
                self.sample(family, &[name], count);
            }
        }
    }

    fn upstreams(&mut self, rows: &Rows) {
        self.column(
            &families::ATTEMPTS,
            rows,
            |s| &s.upstreams,
            upstream::ATTEMPTS,
        );
        self.column(
            &families::RETRIES,
            rows,
            |s| &s.upstreams,
            upstream::RETRIES,
        );
        self.family(&families::FAILURES);
        for (row, name) in named(rows) {
            for why in UpstreamFailure::ALL {
                let column = upstream::FIRST_FAILURE + why as usize;
                let count = self.sum(|s| &s.upstreams, row, column);
                if row > 0 || count > 0 {
                    self.sample(&families::FAILURES, &[name, why.name()], count);
                }
            }
        }
    }

    fn observed(&mut self, observed: &dyn Observe) {
        self.family(&families::TARGET_HEALTHY);
        observed.targets(&mut |t| {
            let value = u8::from(t.healthy);
            self.sample(&families::TARGET_HEALTHY, &[t.upstream, t.target], value);
        });
        self.family(&families::TARGET_IN_FLIGHT);
        observed.targets(&mut |t| {
            self.sample(
                &families::TARGET_IN_FLIGHT,
                &[t.upstream, t.target],
                t.in_flight,
            );
        });
        self.family(&families::BREAKER);
        observed.breakers(&mut |b| {
            for position in BreakerPosition::ALL {
                let value = u8::from(position == b.position);
                self.sample(&families::BREAKER, &[b.upstream, position.name()], value);
            }
        });
    }

    fn masks(&mut self, rows: &Rows) {
        self.family(&families::MASKED);
        for (row, labels) in rows.iter() {
            let [policy, rule] = labels else {
                continue;
            };
            let count = self.sum(|s| &s.masks, row, 0);
            if count > 0 {
                self.sample(&families::MASKED, &[policy, rule], count);
            }
        }
    }

    fn listeners(&mut self, rows: &Rows) {
        self.column(
            &families::CONNECTIONS,
            rows,
            |s| &s.listeners,
            listener::ACCEPTED,
        );
        self.family(&families::CONNECTIONS_OPEN);
        for (row, name) in named(rows).filter(|(row, _)| *row > 0) {
            let closed = self.sum(|s| &s.listeners, row, listener::CLOSED);
            let accepted = self.sum(|s| &s.listeners, row, listener::ACCEPTED);
            let open = accepted.saturating_sub(closed);
            self.sample(&families::CONNECTIONS_OPEN, &[name], open);
        }
        self.column(
            &families::CONNECTIONS_REFUSED,
            rows,
            |s| &s.listeners,
            listener::REFUSED,
        );
        self.column(
            &families::HANDSHAKES,
            rows,
            |s| &s.listeners,
            listener::HANDSHAKE_FAILURES,
        );
    }

    fn configuration(&mut self, metrics: &Metrics) {
        self.family(&families::RELOADS);
        for (counter, result) in metrics.reloads.iter().zip(["success", "failure"]) {
            self.sample(
                &families::RELOADS,
                &[result],
                counter.load(Ordering::Relaxed),
            );
        }
        for (family, value) in [
            (&families::RELOAD_TIME, &metrics.last_reload),
            (&families::STALE, &metrics.stale),
        ] {
            self.family(family);
            self.sample(family, &[], value.load(Ordering::Relaxed));
        }
        self.family(&families::INTROSPECTIONS);
        let introspections = metrics.introspections.iter();
        for (counter, result) in introspections.zip(Introspected::NAMES) {
            let count = counter.load(Ordering::Relaxed);
            self.sample(&families::INTROSPECTIONS, &[result], count);
        }
        self.family(&families::SPANS_DROPPED);
        let dropped = metrics.spans_dropped.load(Ordering::Relaxed);
        self.sample(&families::SPANS_DROPPED, &[], dropped);
    }

    fn places(&mut self, states: &[State]) {
        if states.is_empty() {
            return;
        }
        self.family(&families::PLACES_BUILT);
        for state in states {
            self.sample(&families::PLACES_BUILT, &[state.asked], state.built);
        }
        self.family(&families::PLACES_BROKEN);
        for state in states {
            let broken = u8::from(state.broken.is_some());
            self.sample(&families::PLACES_BROKEN, &[state.asked], broken);
        }
    }

    fn silence(&mut self, silence: Duration) {
        self.family(&families::DATABASE_AWAY);
        self.sample(&families::DATABASE_AWAY, &[], u8::from(silence >= AWAY));
        self.family(&families::DATABASE_SILENT);
        if silence == Duration::MAX {
            self.sample(&families::DATABASE_SILENT, &[], "+Inf");
        } else {
            self.sample(&families::DATABASE_SILENT, &[], silence.as_secs_f64());
        }
    }

    fn process(&mut self, process: Process) {
        self.known(&families::PROCESS_CPU, process.cpu_seconds);
        self.known(&families::PROCESS_MEMORY, process.resident);
        self.known(&families::PROCESS_FDS, process.fds);
        self.known(&families::PROCESS_MAX_FDS, process.max_fds);
        self.known(&families::PROCESS_START, process.start);
    }

    fn known(&mut self, family: &Family, value: Option<impl Display>) {
        if let Some(value) = value {
            self.family(family);
            self.sample(family, &[], value);
        }
    }
}

/// Rows with one label.
fn named(rows: &Rows) -> impl Iterator<Item = (usize, &str)> {
    rows.iter()
        .map(|(row, labels)| (row, labels.first().map_or("", Name::as_ref)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "2^53 microseconds are 285 years"
)]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
