//! One version in two environments, and certificates by name.

use crate::harness::gateway::{Launch, cli};
use crate::harness::program::free_address;
use crate::harness::raw::once;
use crate::harness::setup::Setup;
use crate::harness::tls::{Authority, Validity, connect};
use crate::harness::{Gateway, Response, setup};
use crate::upstream::Upstream;
use serde_json::json;

/// Any path at `api.test` and `staging.test`, which is an environment with an upstream of its own.
fn staged(production: &Upstream, staging: &Upstream) -> Setup {
    setup::open(production.address)
        .service("hosts", json!(["api.test", "staging.test"]))
        .with("environments.staging.hosts", json!(["staging.test"]))
        .with(
            "upstreams.ahead",
            json!({
                "targets": [staging.address.to_string()],
                "path": {"prefix": "/next"},
                "host": "target",
            }),
        )
        .service("versions.v1.upstreams", json!({"staging": "ahead"}))
}

fn ask(gateway: &Gateway, host: &str, path: &str) -> Response {
    once(
        gateway.address,
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    )
}

#[test]
fn a_version_goes_to_another_upstream_in_an_environment() {
    let (production, staging) = (Upstream::start(), Upstream::start());
    let gateway = Gateway::start(staged(&production, &staging));
    let (before, ahead) = (production.mark(), staging.mark());
    assert_eq!(ask(&gateway, "api.test", "/a").status, 200);
    assert_eq!(ask(&gateway, "staging.test", "/b").status, 200);
    let seen = production.since(before).requests;
    let [seen] = &*seen else {
        panic!("one request in production");
    };
    assert_eq!(seen.target, "/a");
    let seen = staging.since(ahead).requests;
    let [seen] = &*seen else {
        panic!("one request in staging");
    };
    assert_eq!(seen.target, "/next/b");
    assert_eq!(seen.header("host"), Some(staging.address.to_string()));
    // Each is refused by itself.
    drop(staging);
    let refused = ask(&gateway, "staging.test", "/b");
    assert_eq!(refused.denial().as_deref(), Some("upstream.unreachable"));
    assert_eq!(ask(&gateway, "api.test", "/a").status, 200);
}

#[test]
fn an_environment_says_how_much_its_refusals_tell() {
    let upstream = Upstream::start();
    let setup = staged(&upstream, &upstream)
        .service("authentication", json!({"api_key": {}}))
        .service("tenant", "shop")
        .with("tenants.shop", json!({}))
        .with("tenant_defaults.shop.disclosure", "minimal")
        .with("environments.staging.disclosure", "verbose")
        .with("environments.staging.disclosure_until", "2099-01-01");
    let gateway = Gateway::start(setup);
    let minimal = ask(&gateway, "api.test", "/a");
    assert_eq!(
        (minimal.status, minimal.denial().as_deref()),
        (401, Some("credential"))
    );
    let verbose = ask(&gateway, "staging.test", "/a");
    assert_eq!(verbose.denial().as_deref(), Some("credential.missing"));
    assert!(
        verbose.json().get("evidence").is_some(),
        "{}",
        verbose.text()
    );
}

#[test]
fn certificates_with_names_are_served_by_server_name() {
    let upstream = Upstream::start();
    let authority = Authority::new("test authority");
    let whole = authority.issue("whole", &["api.test"], Validity::Now);
    // It is for another name too, which its tenant does not have.
    let shop = authority.issue("shop", &["shop.test", "api.test"], Validity::Now);
    let (plain, secure) = (free_address(), free_address());
    let setup = setup::open(upstream.address)
        .with("tenants.shop", json!({}))
        .with(
            "assignments.shop",
            json!({"tenant": "shop", "host": "shop.test"}),
        )
        .with(
            "certificates.a-shop",
            json!({
                "tenant": "shop",
                "hosts": ["shop.test"],
                "certificate": shop.certificate_pem,
                "key": format!("file:{}", shop.key.display()),
            }),
        )
        .with(
            "certificates.whole",
            json!({"certificate": whole.certificate, "key": whole.key}),
        )
        .with("listeners.plain.address", plain.to_string())
        .with(
            "listeners.secure",
            json!({
                "address": secure.to_string(),
                "tls": {"certificates": ["whole"], "all_certificates": true},
            }),
        );
    let wider = setup
        .clone()
        .with("certificates.a-shop.hosts", json!(["api.test"]));
    let gateway = Launch::new(setup).own_listeners(plain).start();
    for name in ["api.test", "shop.test"] {
        let mut client = connect(secure, name, authority.client(None, &[])).expect(name);
        let request = format!("GET / HTTP/1.1\r\nHost: {name}\r\n\r\n");
        assert_eq!(client.exchange(request).status, 200, "{name}");
    }
    drop(gateway);
    // What is not the tenant's is refused before anything is served.
    let scratch = crate::harness::files::scratch("certificates");
    let file = scratch.write("postern.yaml", String::from(wider));
    let ran = cli(&["check", &file.display().to_string()]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("config.not_assigned"), "{said}");
    assert!(!said.contains("PRIVATE KEY"), "{said}");
}
