//! How upstreams are, as the management says it.

use postern_control::{TargetHealth, UpstreamHealth};
use postern_proxy::metrics::BreakerPosition;
use postern_proxy::upstream::{Slot, UpstreamState};
use std::time::{Duration, Instant};

/// How an upstream is; `unix_ms` is the same moment as `now`.
pub(super) fn of(upstream: &UpstreamState, now: Instant, unix_ms: i64) -> UpstreamHealth {
    let breaker = upstream.breaker_position(now);
    UpstreamHealth {
        breaker: breaker.map(|position| {
            match position {
                BreakerPosition::Closed => "closed",
                BreakerPosition::Open => "open",
                BreakerPosition::HalfOpen => "half_open",
            }
            .to_owned()
        }),
        open_since_ms: upstream.open_for(now).map(|open| unix_ms - millis(open)),
        in_flight: upstream.in_flight(),
        targets: upstream
            .targets
            .iter()
            .map(|slot| target(upstream, slot, now, unix_ms))
            .collect(),
    }
}

fn target(upstream: &UpstreamState, slot: &Slot, now: Instant, unix_ms: i64) -> TargetHealth {
    let target = &slot.target;
    let status = target.status();
    let report = upstream.report(slot, now);
    let checked = upstream.config.active_health.is_some();
    let addresses = target.addresses();
    let (state, reason) = if status.unresolved {
        let error = addresses.error.clone();
        let reason = error.unwrap_or_else(|| "its name has not been resolved yet".to_owned());
        ("unresolved", Some(reason))
    } else if status.unhealthy {
        let said = report.failure.as_deref().unwrap_or("nothing was said");
        ("unhealthy", Some(format!("checks fail: {said}")))
    } else if status.ejected {
        let seconds = report.returns_in.unwrap_or_default().as_secs();
        let reason = format!("set aside after failed requests; it is tried again in {seconds} s");
        ("ejected", Some(reason))
    } else if checked || target.in_flight() > 0 {
        ("healthy", None)
    } else {
        let failed = target.consecutive_failures();
        let reason = format!("its last requests failed: {failed} in a row");
        ("unknown", (failed > 0).then_some(reason))
    };
    TargetHealth {
        address: target.name().to_string(),
        weight: slot.weight,
        healthy: status.usable,
        state: state.to_owned(),
        reason,
        since_ms: report.changed.map(|ago| unix_ms - millis(ago)),
        until_ms: report.returns_in.map(|left| unix_ms + millis(left)),
        checked,
        last_failure: report.failure,
        in_flight: target.in_flight(),
        failures: target.consecutive_failures(),
        ejections: target.ejections(),
        addresses: addresses.list.iter().map(ToString::to_string).collect(),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
