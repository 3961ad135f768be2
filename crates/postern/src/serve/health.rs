//! How upstreams are, as the management says it.

use postern_control::{TargetHealth, UpstreamHealth};
use postern_proxy::metrics::BreakerPosition;
use postern_proxy::upstream::{Slot, UpstreamState};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How an upstream is; `forbids` says where the gateway may not connect to, and `unix_ms` is the
/// same moment as `now`.
pub(super) fn of(
    upstream: &UpstreamState,
    forbids: &dyn Fn(SocketAddr) -> bool,
    now: Instant,
    unix_ms: i64,
) -> UpstreamHealth {
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
            .map(|slot| TargetHealth {
                forbidden: forbidden(slot, forbids),
                ..target(upstream, slot, now, unix_ms)
            })
            .collect(),
    }
}

fn forbidden(slot: &Slot, forbids: &dyn Fn(SocketAddr) -> bool) -> Vec<SocketAddr> {
    let addresses = slot.target.addresses();
    let all = addresses.list.iter().copied();
    all.filter(|address| forbids(*address)).collect()
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
    } else if checked && report.checked {
        ("healthy", None)
    } else {
        let failed = target.consecutive_failures();
        let reason = match (failed, checked) {
            (0, true) => Some("no check has come back yet".to_owned()),
            (0, false) => None,
            _ => Some(format!("its last requests failed: {failed} in a row")),
        };
        ("unknown", reason)
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
        forbidden: Vec::new(),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_config::{System, parse};
    use postern_proxy::upstream::Upstreams;

    #[test]
    fn a_target_is_healthy_once_a_check_says_so() {
        let text = r#"
upstreams:
  plain: { targets: ["192.0.2.1:80", "10.0.0.1:80"] }
  checked: { targets: ["192.0.2.1:80"], health_check: { path: /up } }
"#;
        let loaded = parse("test", text, &System::throwaway()).unwrap();
        let now = Instant::now();
        let set = Upstreams::build(&loaded.configuration, None, now);
        let forbids = |to: SocketAddr| to.ip().to_string().starts_with("10.");
        let of = |name: &str| of(set.by_name(name).unwrap(), &forbids, now, 1_000);
        let plain = of("plain");
        let states: Vec<_> = plain.targets.iter().map(|one| &*one.state).collect();
        assert_eq!(states, ["unknown", "unknown"]);
        assert_eq!(plain.targets[0].reason, None);
        assert_eq!(plain.targets[0].forbidden, []);
        assert_eq!(plain.targets[1].forbidden.len(), 1);
        let checked = &of("checked").targets[0];
        assert!(checked.checked && checked.healthy);
        assert_eq!(checked.state, "unknown");
        let reason = checked.reason.as_deref();
        assert_eq!(reason, Some("no check has come back yet"));
    }
}
