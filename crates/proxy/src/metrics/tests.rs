use super::families::{self, Kind};
use super::*;
use crate::record::Outcome;
use postern_calllog::{Alarm, Cause, Part};
use postern_geo::State;
use postern_model::Code;
use postern_model::entity::{self, Listener, Operation, Service, Upstream, Version};
use std::fmt::Write as _;
use std::time::Duration;

struct Seen;

impl Observe for Seen {
    fn targets(&self, visit: &mut dyn FnMut(TargetState<'_>)) {
        visit(TargetState {
            upstream: "backend",
            target: "127.0.0.1:9000",
            healthy: false,
            in_flight: 4,
        });
    }
    fn breakers(&self, visit: &mut dyn FnMut(BreakerState<'_>)) {
        visit(BreakerState {
            upstream: "backend",
            position: BreakerPosition::HalfOpen,
        });
    }
    fn deciders(&self, visit: &mut dyn FnMut(DeciderState<'_>)) {
        let mut buckets = [0; BUCKETS.len() + 1];
        (buckets[0], buckets[BUCKETS.len()]) = (7, 1);
        for _ in 0..2 {
            visit(DeciderState {
                policy: "sso",
                results: [5, 2, 1],
                micros: 1500,
                buckets,
            });
        }
    }
    fn places(&self) -> Vec<State> {
        vec![State {
            asked: "country",
            path: std::path::Path::new("country.mmdb").into(),
            built: 1_794_960_000,
            broken: Some("it is cut off".to_owned()),
        }]
    }
    fn call_log(&self) -> Option<Health> {
        Some(Health {
            written: 7,
            dropped_refusals: 2,
            waiting_bytes: 3,
            day_bytes: 4096,
            lag: 1500,
            alarms: vec![Alarm {
                part: Part::Writer,
                cause: Cause::Full,
                message: "the disk is full".to_owned(),
                since: 1,
            }],
            ..Health::default()
        })
    }
}

fn upstream(name: &str) -> Upstream {
    Upstream {
        name: name.into(),
        targets: Vec::new(),
        protocol: entity::UpstreamProtocol::default(),
        tls: None,
        balance: entity::Balance::default(),
        active_health: None,
        outlier: entity::Outlier::default(),
        breaker: None,
        retry: entity::Retry::default(),
        timeouts: entity::UpstreamTimeouts::default(),
        pool: entity::Pool::default(),
        host: entity::HostMode::default(),
        path: entity::PathRewrite::default(),
        dns: entity::Dns::default(),
    }
}

fn service(name: &str, operations: &[&str]) -> Service {
    let operation = |name: &&str| Operation {
        name: (*name).into(),
        methods: Vec::new(),
        path: "/".into(),
        ..Operation::default()
    };
    Service {
        name: name.into(),
        versions: vec![Version {
            name: "v1".into(),
            operations: operations.iter().map(operation).collect(),
            ..Version::default()
        }],
        ..Service::default()
    }
}

fn configuration(services: Vec<Service>) -> Configuration {
    Configuration {
        services,
        upstreams: vec![upstream("backend")],
        listeners: vec![Listener {
            name: "public".into(),
            address: ([127, 0, 0, 1], 8080).into(),
            tls: None,
            proxy_protocol: None,
            http2: true,
            distribution: entity::Distribution::default(),
        }],
        ..Configuration::default()
    }
}

fn finished(operation: OperationId) -> Finished {
    Finished {
        operation,
        status: 200,
        outcome: Outcome::Allowed,
        code: None,
        duration: Duration::from_micros(700),
        bytes_in: 10,
        bytes_out: 20,
    }
}

fn rendered(metrics: &Metrics) -> String {
    let mut out = String::new();
    metrics.render(&mut out, &Seen);
    out
}

#[track_caller]
fn has(page: &str, line: &str) {
    assert!(page.lines().any(|l| l == line), "no `{line}` in\n{page}");
}

#[test]
fn the_call_log_tells_how_it_fares() {
    let page = rendered(&Metrics::new());
    for line in [
        "postern_call_log_rows_written_total 7",
        "postern_call_log_requests_dropped_total{reason=\"queue\"} 0",
        "postern_call_log_requests_dropped_total{reason=\"queue_refused\"} 2",
        "postern_call_log_held_bytes{waits_for=\"disk\"} 3",
        "postern_call_log_disk_bytes{kind=\"day_files\"} 4096",
        "postern_call_log_index_lag_seconds 1.5",
        "postern_call_log_alarm{part=\"writer\",cause=\"full\"} 1",
        "postern_call_log_alarm{part=\"writer\",cause=\"read_only\"} 0",
        "postern_call_log_alarm{part=\"sync\",cause=\"full\"} 0",
    ] {
        has(&page, line);
    }
}

#[test]
fn cores_are_added_up() {
    let metrics = Metrics::new();
    let layout = metrics.layout(&configuration(vec![service("orders", &["list", "create"])]));
    let (one, two) = (metrics.core(), metrics.core());
    for core in [&one, &two] {
        core.started();
        core.finished(&finished(layout.operation(0, 0, 1)));
    }
    two.started();
    let page = rendered(&metrics);
    let labels = "service=\"orders\",version=\"v1\",operation=\"create\"";
    has(
        &page,
        &format!("postern_requests_total{{{labels},status=\"2xx\",outcome=\"allowed\"}} 2"),
    );
    has(&page, "postern_requests_in_flight 1");
    has(
        &page,
        "postern_request_body_bytes_total{service=\"orders\"} 20",
    );
    has(
        &page,
        "postern_response_body_bytes_total{service=\"orders\"} 40",
    );
    let bucket = "postern_request_duration_seconds_bucket{service=\"orders\",le=";
    has(&page, &format!("{bucket}\"0.0005\"}} 0"));
    has(&page, &format!("{bucket}\"0.001\"}} 2"));
    has(&page, &format!("{bucket}\"+Inf\"}} 2"));
    has(
        &page,
        "postern_request_duration_seconds_sum{service=\"orders\"} 0.0014",
    );
    has(
        &page,
        "postern_request_duration_seconds_count{service=\"orders\"} 2",
    );
}

#[test]
fn refusals_are_counted_by_code_with_or_without_a_service() {
    let metrics = Metrics::new();
    let layout = metrics.layout(&configuration(vec![service("orders", &[])]));
    let core = metrics.core();
    let refused = |operation, code: Code| Finished {
        status: code.row().status,
        outcome: Outcome::Refused,
        code: Some(code),
        duration: Duration::from_secs(100),
        ..finished(operation)
    };
    for &code in Code::ALL {
        core.finished(&refused(OperationId::default(), code));
    }
    let service = OperationId::of_service(layout.service(0));
    core.finished(&refused(service, Code::MethodNotAllowed));
    let page = rendered(&metrics);
    assert!(
        !page.contains("code=\"origin.refused\""),
        "never counted as ours"
    );
    for code in Code::ALL.iter().filter(|&&c| c != Code::OriginRefused) {
        has(
            &page,
            &format!("postern_denials_total{{code=\"{code}\",service=\"\"}} 1"),
        );
    }
    has(
        &page,
        "postern_denials_total{code=\"route.method_not_allowed\",service=\"orders\"} 1",
    );
    has(
        &page,
        "postern_request_duration_seconds_bucket{service=\"orders\",le=\"60\"} 0",
    );
    has(
        &page,
        "postern_request_duration_seconds_bucket{service=\"orders\",le=\"+Inf\"} 1",
    );
}

#[test]
fn counters_survive_a_reload_and_follow_names() {
    let metrics = Metrics::new();
    let before = metrics.layout(&configuration(vec![
        service("a", &["x"]),
        service("b", &["y"]),
    ]));
    let core = metrics.core();
    core.finished(&finished(before.operation(1, 0, 0)));
    let after = metrics.layout(&configuration(vec![service("b", &["z", "y"])]));
    assert_eq!(after.operation(0, 0, 1), before.operation(1, 0, 0));
    assert_ne!(after.operation(0, 0, 0), before.operation(0, 0, 0));
    core.finished(&finished(after.operation(0, 0, 1)));
    let labels = "service=\"b\",version=\"v1\",operation=\"y\",status=\"2xx\",outcome=\"allowed\"";
    has(
        &rendered(&metrics),
        &format!("postern_requests_total{{{labels}}} 2"),
    );
    assert_eq!(after.operation(9, 0, 0), OperationId::default());
}

#[test]
fn what_has_no_room_shares_the_row_without_a_name() {
    let metrics = Metrics::new();
    let many = |from: usize| {
        let services = (from..from + 5000).map(|i| service(&format!("s{i}"), &[]));
        configuration(services.collect())
    };
    metrics.layout(&many(0));
    let layout = metrics.layout(&many(5000));
    assert_ne!(layout.service(0), ServiceId::default());
    assert_eq!(layout.service(4999), ServiceId::default());
}

#[test]
fn connections_attempts_and_reloads_are_counted() {
    let metrics = Metrics::new();
    let layout = metrics.layout(&configuration(Vec::new()));
    let (core, other) = (metrics.core(), metrics.core());
    let (listener, upstream) = (layout.listener(0), layout.upstream(0));
    core.connection_accepted(listener);
    core.connection_accepted(listener);
    other.connection_closed(listener);
    core.connection_refused(listener);
    core.handshake_failed(listener);
    core.attempt(upstream);
    core.attempt(upstream);
    core.retry(upstream);
    core.attempt_failed(upstream, UpstreamFailure::Timeout);
    metrics.reload_succeeded(1_732_000_000);
    metrics.reload_failed();
    metrics.spans_dropped(3);
    metrics.introspected(Introspected::Inactive);
    let page = rendered(&metrics);
    for line in [
        "postern_connections_total{listener=\"public\"} 2",
        "postern_connections_open{listener=\"public\"} 1",
        "postern_connections_refused_total{listener=\"public\"} 1",
        "postern_tls_handshake_failures_total{listener=\"public\"} 1",
        "postern_upstream_attempts_total{upstream=\"backend\"} 2",
        "postern_upstream_retries_total{upstream=\"backend\"} 1",
        "postern_upstream_failures_total{upstream=\"backend\",reason=\"timeout\"} 1",
        "postern_upstream_failures_total{upstream=\"backend\",reason=\"dns\"} 0",
        "postern_upstream_target_healthy{upstream=\"backend\",target=\"127.0.0.1:9000\"} 0",
        "postern_upstream_target_in_flight{upstream=\"backend\",target=\"127.0.0.1:9000\"} 4",
        "postern_upstream_breaker_state{upstream=\"backend\",state=\"half_open\"} 1",
        "postern_upstream_breaker_state{upstream=\"backend\",state=\"open\"} 0",
        "postern_config_reloads_total{result=\"success\"} 1",
        "postern_config_reloads_total{result=\"failure\"} 1",
        "postern_config_last_success_timestamp_seconds 1732000000",
        "postern_config_stale 1",
        "postern_trace_spans_dropped_total 3",
        "postern_introspections_total{result=\"active\"} 0",
        "postern_introspections_total{result=\"inactive\"} 1",
    ] {
        has(&page, line);
    }
    metrics.reload_succeeded(1);
    has(&rendered(&metrics), "postern_config_stale 0");
}

#[test]
fn a_scrape_is_well_formed() {
    let metrics = Metrics::new();
    let layout = metrics.layout(&configuration(vec![service("a\"\\\nb", &["x"])]));
    metrics
        .core()
        .finished(&finished(layout.operation(0, 0, 0)));
    let page = rendered(&metrics);
    let mut series = std::collections::HashSet::new();
    let mut families = Vec::new();
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            families.push(help.split(' ').next().unwrap());
            continue;
        }
        if line.starts_with("# TYPE ") {
            continue;
        }
        let (key, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(series.insert(key), "twice: {key}");
        assert!(key.starts_with(families.last().unwrap()), "{line}");
    }
    assert!(page.contains("service=\"a\\\"\\\\\\nb\""));
    let mut expected: Vec<_> = families::ALL.iter().map(|f| f.name).collect();
    if !cfg!(target_os = "linux") {
        expected.retain(|name| !name.starts_with("process_"));
    }
    // Those of nodes that share a database.
    expected.retain(|name| !name.starts_with("postern_database_"));
    assert_eq!(families, expected);
}

/// The reference page, made of the families.
fn page() -> String {
    let mut out = String::from(include_str!("page.md"));
    for family in families::ALL {
        let labels: Vec<_> = family.labels.iter().map(|l| format!("`{l}`")).collect();
        let labels = if labels.is_empty() {
            "–".into()
        } else {
            labels.join(", ")
        };
        let kind = family.kind.name();
        writeln!(
            out,
            "| `{}` | {kind} | {labels} | {} |",
            family.name, family.help
        )
        .unwrap();
    }
    out
}

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/metrics.md"
);

#[test]
fn the_reference_page_tells_of_every_metric() {
    let written = std::fs::read_to_string(PAGE).unwrap();
    assert_eq!(
        written,
        page(),
        "run the ignored test `write_the_reference_page`"
    );
}

#[test]
#[ignore = "rewrites the reference page: run it by name, then read the difference"]
fn write_the_reference_page() {
    std::fs::write(PAGE, page()).unwrap();
}

#[test]
fn names_follow_the_conventions() {
    for family in families::ALL {
        let total = family.name.ends_with("_total");
        assert_eq!(total, family.kind == Kind::Counter, "{}", family.name);
        assert!(!family.help.contains(['\n', '\\', '|']), "{}", family.name);
    }
}

#[test]
fn columns_follow_the_order_of_the_variants() {
    for (i, code) in Code::ALL.iter().enumerate() {
        assert_eq!(*code as usize, i);
    }
    for (i, outcome) in Outcome::ALL.iter().enumerate() {
        assert_eq!(*outcome as usize, i);
    }
    for (i, why) in UpstreamFailure::ALL.iter().enumerate() {
        assert_eq!(*why as usize, i);
    }
}
