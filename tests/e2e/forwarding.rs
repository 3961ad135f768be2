//! What the upstream gets: who asks, by which way, under which host and path.

mod stranger;

use crate::harness::gateway::Launch;
use crate::harness::problem::is_id;
use crate::harness::program::free_address;
use crate::harness::raw::{End, get};
use crate::harness::{Gateway, Raw, setup};
use crate::upstream::{Seen, Upstream};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

fn last(upstream: &Upstream) -> Seen {
    upstream.seen().pop().expect("a request arrived")
}

#[test]
fn strangers_cannot_forge_where_they_come_from() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let forged = concat!(
        "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n",
        "Forwarded: for=6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Request-Id: mine\r\n"
    );
    assert_eq!(get(gateway.address, "/x", forged).status, 200);
    let seen = last(&upstream);
    assert_eq!(seen.header("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto").as_deref(), Some("http"));
    assert_eq!(seen.header("x-forwarded-host").as_deref(), Some("test"));
    assert!(is_id(&seen.header("x-request-id").unwrap_or_default()));
    assert!(
        seen.headers
            .iter()
            .all(|(_, value)| !value.contains("6.6.6.6")),
        "{seen:?}"
    );
}

#[test]
fn trusted_proxies_are_believed() {
    let upstream = Upstream::start();
    let setup =
        setup::open(upstream.address).with("client.trusted_proxies", json!(["127.0.0.0/8"]));
    let gateway = Gateway::start(setup);
    let lines = "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\nX-Request-Id: theirs-1\r\n";
    // What an upstream refuses is in the log.
    let response = get(gateway.address, "/do/forged", lines);
    assert_eq!(response.status, 403);
    let seen = last(&upstream);
    let hops = seen.header("x-forwarded-for").unwrap_or_default();
    // The first hop was written by whoever sent it to our proxy.
    assert!(hops.starts_with("192.0.2.7"), "{hops}");
    let id = response.header("x-request-id").unwrap_or_default();
    let line = gateway.logged(&[&id]);
    assert!(
        line.contains("192.0.2.7") && line.contains("theirs-1"),
        "{line}"
    );
}

#[test]
fn a_trace_goes_on() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("traceparent: 00-{trace}-b7ad6b7169203331-01\r\ntracestate: a=b\r\n");
    get(gateway.address, "/x", &parent);
    let given = last(&upstream).header("traceparent").unwrap_or_default();
    assert!(
        given.starts_with(&format!("00-{trace}-")) && !given.contains("b7ad6b7169203331"),
        "{given}"
    );
    assert_eq!(last(&upstream).header("tracestate").as_deref(), Some("a=b"));
    get(gateway.address, "/x", "traceparent: nonsense\r\n");
    let given = last(&upstream).header("traceparent").unwrap_or_default();
    assert_eq!(given.len(), 55, "{given}");
}

#[test]
fn an_upstreams_limits_are_told_where_there_are_none_of_ours() {
    let upstream = Upstream::start();
    let limited = json!({"path": "/limited/{*rest}"});
    let policy = json!({"kind": "rate", "rate": 5, "per": "1h", "by": "address",
        "on": {"service": "everything", "version": "v1", "operation": "limited"}});
    let shadow = json!({"kind": "rate", "rate": 5, "per": "1h", "by": "address",
        "on": "platform", "mode": "shadow"});
    let setup = setup::open(upstream.address)
        .operation("limited", limited)
        .with("policies.ours", policy)
        .with("policies.watched", shadow);
    let gateway = Gateway::start(setup);
    let told = |path: &str| {
        let response = get(gateway.address, path, "");
        assert_eq!(response.status, 200);
        ["ratelimit", "x-ratelimit-limit", "x-ratelimit-remaining"]
            .map(|name| response.header(name).unwrap_or_default())
    };
    assert_eq!(told("/do/limits"), ["\"theirs\";r=7", "77", ""]);
    let [limit, classic, remaining] = told("/limited/do/limits");
    assert!(limit.starts_with("\"ours\";r=4;t="), "{limit}");
    assert_eq!([&*classic, &*remaining], ["5", "4"]);
}

#[test]
fn hosts_and_paths_are_what_the_configuration_says() {
    let upstream = Upstream::start();
    let target = upstream.address.to_string();
    let cases: Vec<(Value, Value, &str, &str)> = vec![
        (json!("pass"), json!({}), "test", "/base/a%2Cb?q"),
        (json!("target"), json!({}), &target, "/base/a%2Cb?q"),
        (
            json!({"fixed": "fixed.test"}),
            json!({}),
            "fixed.test",
            "/base/a%2Cb?q",
        ),
        (json!("pass"), json!({"strip": "/base"}), "test", "/a%2Cb?q"),
        (
            json!("pass"),
            json!({"strip": "/base", "prefix": "/new"}),
            "test",
            "/new/a%2Cb?q",
        ),
        (
            json!("pass"),
            json!({"prefix": "/new"}),
            "test",
            "/new/base/a%2Cb?q",
        ),
        (
            json!("pass"),
            json!({"template": "/t/{id}/end"}),
            "test",
            "/t/a%2Cb/end?q",
        ),
    ];
    for (host, path, host_seen, path_seen) in cases {
        let setup = setup::open(upstream.address)
            .service(
                "versions.v1.operations",
                json!({"one": {"path": "/base/{id}"}}),
            )
            .upstream("host", host.clone())
            .upstream("path", path.clone());
        let gateway = Gateway::start(setup);
        let response = gateway.get("/base/a%2cb?q");
        assert_eq!(response.status, 200, "{host} {path}: {}", response.text());
        let seen = last(&upstream);
        assert_eq!(
            seen.header("host").as_deref(),
            Some(host_seen),
            "{host} {path}"
        );
        assert_eq!(seen.target, path_seen, "{host} {path}");
    }
}

#[test]
fn the_same_value_goes_to_the_same_target() {
    let upstreams: Vec<Upstream> = (0..3).map(|_| Upstream::start()).collect();
    let targets: Vec<String> = upstreams.iter().map(|u| u.address.to_string()).collect();
    let setup = setup::open(upstreams[0].address)
        .upstream("targets", json!(targets))
        .upstream("balance", "consistent_hash")
        .upstream("hash", json!({"header": "x-user"}));
    let gateway = Gateway::start(setup);
    for _ in 0..4 {
        // Not a multiple of the number of targets: taking turns must not look like this.
        for user in 0..31 {
            get(
                gateway.address,
                &format!("/{user}"),
                &format!("X-User: {user}\r\n"),
            );
        }
    }
    let mut total = 0;
    for upstream in &upstreams {
        let seen = upstream.seen();
        let users: HashSet<_> = seen.iter().map(|seen| seen.target.clone()).collect();
        assert_eq!(seen.len(), users.len() * 4, "each user always, or never");
        assert!(!users.is_empty(), "a target without users");
        total += users.len();
    }
    assert_eq!(total, 31);
}

#[test]
fn weights_are_kept() {
    let (heavy, light, none) = (Upstream::start(), Upstream::start(), Upstream::start());
    let targets = json!([
        {"address": heavy.address.to_string(), "weight": 3},
        {"address": light.address.to_string(), "weight": 1},
        {"address": none.address.to_string(), "weight": 0},
    ]);
    let gateway = Gateway::start(setup::open(heavy.address).upstream("targets", targets));
    let mut client = Raw::connect(gateway.address);
    for _ in 0..40 {
        client.exchange("GET /x HTTP/1.1\r\nHost: test\r\n\r\n");
    }
    let shares = [&heavy, &light, &none].map(|upstream| upstream.seen().len());
    assert_eq!(shares, [30, 10, 0]);
}

#[test]
fn the_proxy_protocol_names_the_client() {
    let upstream = Upstream::start();
    let address = free_address();
    let setup = setup::open(upstream.address).with(
        "listeners.behind",
        json!({
            "address": address.to_string(),
            "proxy_protocol": {"from": ["127.0.0.1/32"]},
        }),
    );
    let _gateway = Launch::new(setup).own_listeners(address).start();
    let request = b"GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    let second = |command: u8, family: u8, addresses: &[u8]| {
        let length = u16::try_from(addresses.len()).expect("short").to_be_bytes();
        [signature, &[command, family][..], &length, addresses].concat()
    };
    let v4 = [192, 0, 2, 9, 10, 0, 0, 1, 0x10, 0, 0, 80];
    let passes: [(Vec<u8>, &str); 4] = [
        (
            b"PROXY TCP4 192.0.2.9 10.0.0.1 4096 80\r\n".to_vec(),
            "192.0.2.9",
        ),
        (
            b"PROXY TCP6 2001:db8::9 ::1 4096 80\r\n".to_vec(),
            "2001:db8::9",
        ),
        (second(0x21, 0x11, &v4), "192.0.2.9"),
        (second(0x20, 0, &[]), "127.0.0.1"),
    ];
    for (header, client) in passes {
        let response = Raw::connect(address).exchange([&header, &request[..]].concat());
        assert_eq!(response.status, 200, "{header:?}");
        let seen = last(&upstream).header("x-forwarded-for");
        assert_eq!(seen.as_deref(), Some(client), "{header:?}");
    }
    let before = upstream.seen().len();
    let closes: [Vec<u8>; 5] = [
        Vec::new(),
        b"PROXY TCP4 192.0.2.999 10.0.0.1 4096 80\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.9 10.0.0.1 4096 80\n".to_vec(),
        [b"PROXY TCP4 ", &[b'1'; 200][..]].concat(),
        second(0x22, 0x11, &v4),
    ];
    for header in closes {
        let mut client = Raw::connect(address);
        client.send([&header, &request[..]].concat());
        let (answer, end) = client.rest(Duration::from_secs(3));
        assert_eq!(answer, b"", "{header:?}");
        assert_ne!(end, End::Open, "{header:?}");
    }
    assert_eq!(upstream.seen().len(), before);
}
