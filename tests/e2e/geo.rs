//! Countries and autonomous systems: what callers meet, and what becomes of the files.

use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::cli;
use crate::harness::raw::{Response, get};
use crate::harness::{Gateway, eventually};
use postern_geo::testing::{database, lite};
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-18.
const BUILT: u64 = 1_794_960_000;

/// A database that knows one range.
fn knows(range: &str, country: &str, asn: &str) -> Vec<u8> {
    database("Test", BUILT, &[(range, lite(country, asn, "Example Net"))])
}

fn configuration(file: &Path) -> Value {
    json!({
        "client": {"trusted_proxies": ["127.0.0.0/8"]},
        "geo": {"country": file, "asn": file},
        "services": {
            "orders": {"base_path": "/orders", "versions": {"v1": {
                "upstream": "echo", "operations": {"all": {"path": "/{*rest}"}},
            }}},
            "open": {"base_path": "/open", "versions": {"v1": {
                "upstream": "echo", "operations": {"all": {"path": "/{*rest}"}},
            }}},
        },
        "policies": {
            "from-germany": {
                "kind": "network", "on": {"service": "orders"},
                "allow_countries": ["DE"], "deny_asns": ["AS64666"], "status": 451,
                "blocked_by": "https://www.example.com/blocked",
            },
        },
        "upstreams": {"echo": {"targets": ["builtin:echo"]}},
    })
}

struct World {
    files: Scratch,
    gateway: Gateway,
}

impl World {
    fn start() -> Self {
        let files = scratch("geo");
        let file = files.write("both.mmdb", knows("203.0.113.0/24", "DE", "AS64496"));
        let gateway = Gateway::start(configuration(&file).to_string());
        Self { files, gateway }
    }

    /// Replaces the database as `mv` does.
    fn replace(&self, bytes: impl AsRef<[u8]>) {
        let new = self.files.write("new", bytes);
        std::fs::rename(new, self.files.join("both.mmdb")).expect("a file can be renamed");
    }

    fn from(&self, address: &str, path: &str) -> Response {
        let lines = format!("Connection: close\r\nX-Forwarded-For: {address}\r\n");
        get(self.gateway.address, path, &lines)
    }
}

fn refused_with(response: &Response, status: u16, code: &str) {
    let text = response.text();
    assert_eq!(response.status, status, "{text}");
    assert_eq!(response.denial().as_deref(), Some(code), "{text}");
}

#[test]
fn a_country_that_is_not_allowed_is_refused_and_explained() {
    let world = World::start();
    assert_eq!(world.from("203.0.113.7", "/orders/1").status, 200);
    let refused = world.from("198.51.100.7", "/orders/1");
    refused_with(&refused, 451, "network.country_not_allowed");
    let text = refused.text();
    assert!(text.contains("is in no country that is known"), "{text}");
    assert!(
        text.contains("is said at https://www.example.com/blocked"),
        "{text}"
    );
    let link = refused.header("link");
    assert_eq!(
        link.as_deref(),
        Some("<https://www.example.com/blocked>; rel=\"blocked-by\"")
    );
    // Where nobody asks, nobody is told.
    assert_eq!(world.from("198.51.100.7", "/open/1").status, 200);
}

#[test]
fn a_database_is_replaced_while_requests_are_decided() {
    let world = World::start();
    refused_with(
        &world.from("198.51.100.7", "/orders/1"),
        451,
        "network.country_not_allowed",
    );
    world.replace(knows("198.51.100.0/24", "DE", "AS64497"));
    eventually("the new database decides", || {
        (world.from("198.51.100.7", "/orders/1").status == 200).then_some(())
    });
    world
        .gateway
        .logged(&["took over a new database of addresses"]);
    // The same country, in a network that is denied.
    world.replace(knows("198.51.100.0/24", "DE", "AS64666"));
    eventually("the newest database decides", || {
        let refused = world.from("198.51.100.7", "/orders/1");
        (refused.status == 403).then(|| refused_with(&refused, 403, "network.address_denied"))
    });
}

#[test]
fn a_broken_database_changes_nothing_and_is_said() {
    let world = World::start();
    let whole = knows("203.0.113.0/24", "FR", "AS64496");
    world.replace(&whole[..whole.len() - 20]);
    world
        .gateway
        .logged(&["kept the old database of addresses"]);
    assert_eq!(world.from("203.0.113.7", "/orders/1").status, 200);
    let ready = world.gateway.ready();
    assert_eq!(ready.status, 200);
    assert!(
        ready.text().contains("not a whole database"),
        "{}",
        ready.text()
    );
    let broken =
        |database: &str| format!("postern_geo_database_broken{{database=\"{database}\"}} 1");
    let metrics = world.gateway.metrics();
    assert!(
        metrics.contains(&broken("country")) && metrics.contains(&broken("asn")),
        "{metrics}"
    );
    // Changes go on being made.
    let mut other = configuration(&world.files.join("both.mmdb"));
    other["services"]["more"] = other["services"]["open"].clone();
    other["services"]["more"]["base_path"] = "/more".into();
    world.gateway.replace_config(&other.to_string());
    eventually("the new configuration is served", || {
        (world.from("192.0.2.1", "/more/1").status == 200).then_some(())
    });
    assert_eq!(world.from("203.0.113.7", "/orders/1").status, 200);
    world.replace(&whole);
    eventually("the whole database decides", || {
        (world.from("203.0.113.7", "/orders/1").status == 451).then_some(())
    });
    assert!(
        world
            .gateway
            .metrics()
            .contains("postern_geo_database_broken{database=\"asn\"} 0")
    );
}

#[test]
fn a_file_that_is_no_database_is_found_by_check() {
    let files = scratch("geo-check");
    let check = |name: &str| {
        let configuration = configuration(&files.join(name)).to_string();
        let file = files.write("postern.json", configuration);
        cli(&["check", &file.display().to_string()])
    };
    files.write("text.mmdb", "203.0.113.0/24,DE");
    let ran = check("text.mmdb");
    assert!(!ran.status.success());
    assert!(
        ran.stderr
            .contains("not a whole database in the MMDB format"),
        "{}",
        ran.stderr
    );
    let ran = check("none.mmdb");
    assert!(!ran.status.success());
    assert!(
        ran.stderr.contains("there is no such file"),
        "{}",
        ran.stderr
    );
    files.write("good.mmdb", knows("203.0.113.0/24", "DE", "AS64496"));
    assert!(check("good.mmdb").status.success());
}
