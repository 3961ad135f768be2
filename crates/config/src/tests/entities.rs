//! What becomes of a document.

use super::parse;
use postern_model::entity::*;
use std::time::Duration;

fn example(name: &str) -> Configuration {
    let path = format!("{}/../../examples/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    parse(&text)
        .unwrap_or_else(|report| panic!("{report}"))
        .configuration
}

#[test]
fn nothing_means_the_defaults() {
    let configuration = parse("").unwrap().configuration;
    assert_eq!(
        format!("{configuration:?}"),
        format!("{:?}", Configuration::default())
    );
}

#[test]
fn every_setting_of_an_upstream_arrives() {
    let configuration = example("balancing");
    let orders = &configuration.upstreams[0];
    let target = |host: &str, weight| Target {
        host: host.into(),
        port: 9000,
        weight,
    };
    assert_eq!(
        orders.targets,
        [
            target("10.1.0.11", 3),
            target("10.1.0.12", 3),
            target("10.1.0.13", 1)
        ]
    );
    let health = ActiveHealth {
        path: "/healthz".into(),
        interval: Duration::from_secs(5),
        timeout: Duration::from_secs(1),
        healthy_after: 2,
        unhealthy_after: 3,
        statuses: (200, 299),
        host: None,
    };
    assert_eq!(orders.active_health, Some(health));
    let breaker = Breaker {
        failure_percent: 50,
        min_requests: 20,
        window: Duration::from_secs(10),
        open: Duration::from_secs(10),
        max_in_flight: 1000,
    };
    assert_eq!(orders.breaker, Some(breaker));
    assert_eq!(orders.retry.statuses, [503]);
    assert_eq!(orders.timeouts.first_byte, Duration::from_secs(30));
    assert_eq!(orders.timeouts.total, None);
    assert_eq!((orders.pool.max_idle, orders.pool.http2_streams), (64, 100));
    assert_eq!(orders.dns.max_ttl, Duration::from_secs(30));
    let old = &configuration.upstreams[1];
    assert_eq!(
        old.balance,
        Balance::ConsistentHash(HashKey::Header("x-tenant".into()))
    );
    assert_eq!(
        old.path,
        PathRewrite::Template("/legacy/orders/{id}".into())
    );
    assert_eq!(old.active_health, None);
}

#[test]
fn every_setting_of_the_gateway_arrives() {
    let configuration = example("balancing");
    let listener = &configuration.listeners[0];
    assert_eq!(listener.address.to_string(), "0.0.0.0:8080");
    assert!(listener.http2 && listener.tls.is_none());
    let proxy = listener.proxy_protocol.as_ref().unwrap();
    assert_eq!(
        (proxy.from[0].to_string().as_str(), proxy.optional),
        ("10.0.0.0/24", true)
    );
    assert_eq!(configuration.client.trusted_proxies.len(), 2);
    let limits = Limits {
        headers: 32 << 10,
        connections: 50_000,
        connections_per_address: 200,
        memory: 2 << 30,
        ..Limits::default()
    };
    assert_eq!(configuration.limits, limits);
    let timeouts = FrontTimeouts {
        header: Duration::from_secs(5),
        body: Duration::from_secs(20),
        body_rate: 1024,
        ..FrontTimeouts::default()
    };
    assert_eq!(configuration.timeouts, timeouts);
    assert_eq!(configuration.egress.deny[0].to_string(), "10.1.255.0/24");
    assert_eq!(&*configuration.forwarding.name, "edge-1");
    assert!(configuration.forwarding.forwarded);
}

#[test]
fn the_admin_address_arrives_and_is_nobody_elses() {
    let text = "admin: {address: '127.0.0.1:9090', hosts: [gate.example.com]}\n";
    let admin = parse(text).unwrap().configuration.admin;
    assert_eq!(admin.address, Some(([127, 0, 0, 1], 9090).into()));
    assert_eq!(admin.hosts, ["gate.example.com".into()]);
    assert_eq!((admin.url, admin.client), (None, Client::default()));
    let reached = "admin: {url: 'https://gate.example.com:8443/', client: {trusted_proxies: [192.0.2.0/24]}}\n";
    let admin = parse(reached).unwrap().configuration.admin;
    assert_eq!(admin.url.as_deref(), Some("https://gate.example.com:8443"));
    assert_eq!(admin.hosts, ["gate.example.com".into()]);
    assert_eq!(admin.client.trusted_proxies.len(), 1);
    let text = format!("{text}listeners: {{a: {{address: '0.0.0.0:9090'}}}}\n");
    assert_eq!(super::codes(&text), [crate::Code::DuplicateAddress]);
}

#[test]
fn services_versions_and_operations_arrive() {
    let configuration = example("balancing");
    let service = &configuration.services[0];
    assert_eq!(
        service.hosts.iter().map(|h| &**h).collect::<Vec<_>>(),
        ["api.example.com", "*.api.example.com"]
    );
    let [v1, v2] = service.versions.as_slice() else {
        panic!("two versions");
    };
    let deprecated = Lifecycle::Deprecated {
        since: 1_782_864_000,
        sunset: Some(1_798_761_600),
    };
    assert_eq!(
        (&v1.state, v1.upstream, &*v1.base_path),
        (&deprecated, 1, "/v1")
    );
    assert_eq!((&v2.state, v2.upstream), (&Lifecycle::Published, 0));
    let create = &v2.operations[2];
    assert_eq!((&*create.name, &*create.path), ("create-order", "/orders"));
    assert_eq!(create.methods, [Method::Post]);
    assert_eq!(create.timeouts.total, Some(Duration::from_secs(10)));
    assert_eq!(create.timeouts.first_byte, None);
}

#[test]
fn tls_arrives_on_both_sides() {
    let configuration = example("tls");
    let tls = configuration.listeners[0].tls.as_ref().unwrap();
    assert!(tls.request_client_certificate);
    assert_eq!(tls.min_version, TlsVersion::V1_2);
    let key = KeySource::File(std::path::Path::new("tls/localhost.key").into());
    assert_eq!(tls.certificates[0].key, key);
    let partners = &configuration.services[1];
    assert!(partners.tls_required);
    assert!(partners.client_certificate.as_ref().unwrap().required);
    let [shop, partners] = configuration.upstreams.as_slice() else {
        panic!("two upstreams");
    };
    // `https://` alone is TLS too.
    assert!(
        shop.tls
            .as_ref()
            .is_some_and(|tls| !tls.insecure_skip_verify)
    );
    assert_eq!(
        (&*shop.targets[0].host, shop.targets[0].port),
        ("shop.example.com", 443)
    );
    assert_eq!(shop.host, HostMode::Target);
    let replace = PathRewrite::Replace {
        strip: "/shop".into(),
        prefix: "/api".into(),
    };
    assert_eq!(shop.path, replace);
    assert_eq!(
        partners.host,
        HostMode::Fixed("partners.internal.example.com".into())
    );
    let tls = partners.tls.as_ref().unwrap();
    assert_eq!(tls.server_name.as_deref(), Some("partners.example.com"));
    assert_eq!(tls.certificate.as_ref().unwrap().key, key);
}

#[test]
fn the_builtin_target_is_marked() {
    let target = example("first").upstreams[0].targets[0].clone();
    assert_eq!((&*target.host, target.port), (BUILTIN_ECHO, 0));
}

#[test]
fn json_is_read_as_well() {
    let text = "{\n\t\"listeners\": {\"http\": {\"address\": \"[::1]:80\", \"http2\": false}},\r\n\
                \t\"forwarding\": {\"name\": \"\\u0061\\/b\"}}";
    let text = text.replace("\\/b", "");
    let configuration = parse(&text).unwrap_or_else(|r| panic!("{r}")).configuration;
    assert!(!configuration.listeners[0].http2);
    assert_eq!(&*configuration.forwarding.name, "a");
}

#[test]
fn json_escapes_are_read() {
    let text = r#"{"egress": {"allow": ["\ud83d\ude00", "\/"]}}"#;
    let found = super::codes(text);
    assert_eq!(found, [crate::Code::InvalidNetwork; 2], "{:?}", parse(text));
}

#[test]
fn an_alias_stands_for_what_it_names() {
    let text = "upstreams:\n  a: &u {targets: ['example.com:80'], retry: {attempts: 7}}\n  b: *u\n";
    let configuration = parse(text).unwrap().configuration;
    assert_eq!(configuration.upstreams[1].retry.attempts, 7);
}
