//! What an operator can see: the admin address, and one line for each refusal.

use crate::harness::raw::get;
use crate::harness::{Gateway, eventually, setup};
use crate::upstream::Upstream;
use serde_json::{Value, json};

/// The value of a sample, `0` where it is not told yet.
fn sample(metrics: &str, series: &str) -> f64 {
    metrics
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
        .map_or(0.0, |value| value.parse().expect("a number"))
}

/// Waits until a counter has that value: requests are counted once their response has left.
fn counted(gateway: &Gateway, series: &str, value: f64) {
    eventually(&format!("{series} {value}"), || {
        let now = sample(&gateway.metrics(), series);
        ((now - value).abs() < f64::EPSILON).then_some(())
    });
}

#[test]
fn the_admin_address_tells_what_happened() {
    let upstream = Upstream::start();
    let only_get = json!({"get": {"path": "/{*rest}", "methods": ["GET"]}});
    let gateway =
        Gateway::start(setup::open(upstream.address).service("versions.v1.operations", only_get));
    let health = gateway.ask_admin("/healthz");
    assert_eq!((health.status, health.text().as_str()), (200, "ok\n"));
    let ready: Value = gateway.ready().json();
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["configuration"], "current");
    for _ in 0..3 {
        assert_eq!(gateway.get("/x").status, 200);
    }
    let refused = crate::harness::raw::once(
        gateway.address,
        format!(
            "DELETE /x HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            gateway.address
        ),
    );
    assert_eq!(refused.status, 405);
    let labels = |outcome, status| {
        format!(
            "service=\"everything\",version=\"v1\",operation=\"get\",status=\"{status}\",outcome=\"{outcome}\""
        )
    };
    let allowed = format!("postern_requests_total{{{}}}", labels("allowed", "2xx"));
    counted(&gateway, &allowed, 3.0);
    counted(
        &gateway,
        "postern_upstream_attempts_total{upstream=\"behind\"}",
        3.0,
    );
    counted(
        &gateway,
        "postern_upstream_retries_total{upstream=\"behind\"}",
        0.0,
    );
    counted(&gateway, "postern_requests_in_flight", 0.0);
    // The three, the refused one, and the look at whether the port is open.
    let metrics = gateway.metrics();
    assert!(sample(&metrics, "postern_connections_total{listener=\"gateway\"}") >= 4.0);
    counted(
        &gateway,
        "postern_connections_open{listener=\"gateway\"}",
        0.0,
    );
    assert!(
        metrics.contains("postern_denials_total{code=\"route.method_not_allowed\""),
        "{metrics}"
    );
    let target = format!(
        "postern_upstream_target_healthy{{upstream=\"behind\",target=\"{}\"}}",
        upstream.address
    );
    counted(&gateway, &target, 1.0);
    counted(
        &gateway,
        "postern_config_reloads_total{result=\"success\"}",
        1.0,
    );
    counted(
        &gateway,
        "postern_config_reloads_total{result=\"failure\"}",
        0.0,
    );
}

#[test]
fn a_refusal_is_one_line_without_query_or_secret() {
    let upstream = Upstream::start();
    let only = json!({"here": {"path": "/here"}});
    let gateway =
        Gateway::start(setup::open(upstream.address).service("versions.v1.operations", only));
    let canary = "c4n4ry";
    let response = get(
        gateway.address,
        &format!("/nowhere?key=query-{canary}"),
        &format!(
            "Authorization: Bearer bearer-{canary}\r\nCookie: session=cookie-{canary}\r\nX-Request-Id: id-{canary}\r\nConnection: close\r\n"
        ),
    );
    assert_eq!(response.status, 404);
    let id = response.header("x-request-id").expect("an id");
    let line = gateway.logged(&[&id]);
    for part in ["route.not_found", "/nowhere", "GET", "404"] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    // What is neither refused nor failed says nothing; and what comes later has been written by
    // the time that a later line is there.
    assert_eq!(gateway.get("/here").status, 200);
    let last = gateway.get("/last");
    gateway.logged(&[&last.header("x-request-id").expect("an id")]);
    let log = gateway.log();
    assert_eq!(log.matches(&id).count(), 1, "{log}");
    assert!(!log.contains(canary), "{log}");
    assert_eq!(log.matches("postern::request").count(), 2, "{log}");
}

#[test]
fn the_upstream_is_told_the_id_that_the_log_has() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let refused = gateway.get("/do/forged");
    assert_eq!(refused.status, 403);
    let id = refused.header("x-request-id").expect("an id");
    let line = gateway.logged(&[&id, "origin.refused"]);
    assert!(line.contains("origin_refused"), "{line}");
    let seen = upstream.seen();
    let last = seen.last().expect("a request");
    assert_eq!(last.header("x-request-id"), Some(id));
}
