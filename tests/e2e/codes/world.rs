//! The configuration in which every row has its own tenant, app, key, plan, services and
//! subscriptions, so that no row is in the way of another.

use super::row::{Row, Telling};
use super::table::ROWS;
use super::tls::{FIRST, OTHER, Tls};
use crate::harness::files::{Scratch, scratch};
use crate::harness::program::free_address;
use crate::harness::tls::{Authority, Validity};
use crate::introspection::endpoint::{Endpoint, Says};
use crate::upstream::Upstream;
use postern_geo::testing::{country, database};
use postern_model::key::ApiKey;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;

/// When the database of countries was built: 2026-11-18.
const BUILT: u64 = 1_794_960_000;

/// What a configuration is about.
pub(super) struct Place {
    upstream: Upstream,
    /// Nobody listens there.
    nobody: SocketAddr,
    /// Of the listener for TLS.
    certificates: Value,
    /// Where that is, and who calls there.
    pub(super) tls: Tls,
    /// A file with the key that signs every token.
    keys: tempfile::NamedTempFile,
    authority: Authority,
    /// An issuer that is asked about its tokens, and what we show it.
    asked: Endpoint,
    secret: PathBuf,
    /// Where people sign in.
    provider: Endpoint,
    /// Another service that policies ask.
    decider: Endpoint,
    /// The database of countries.
    geo: PathBuf,
    _scratch: Scratch,
}

impl Place {
    pub(super) fn new() -> Self {
        let authority = Authority::new("codes");
        let certificates = [FIRST, OTHER].map(|name| {
            let issued = authority.issue(name, &[name], Validity::Now);
            json!({"certificate": issued.certificate, "key": issued.key})
        });
        let scratch = scratch("codes-geo");
        let records = [
            ("203.0.113.0/24", country("DE")),
            ("203.0.113.128/25", country("FR")),
        ];
        let geo = scratch.write("country.mmdb", database("Codes-Country", BUILT, &records));
        let asked = Endpoint::start();
        asked.says(Says::Judged(super::token::introspected));
        let provider = Endpoint::start();
        provider.says(Says::Judged(super::session::provider));
        let decider = Endpoint::start();
        decider.says(Says::Judged(super::decider::judge));
        Self {
            geo,
            decider,
            asked,
            provider,
            secret: scratch.write("secret", "a secret of the gateway"),
            _scratch: scratch,
            upstream: Upstream::start(),
            nobody: free_address(),
            certificates: json!(certificates),
            keys: super::token::keys(),
            tls: Tls::new(&authority),
            authority,
        }
    }
}

/// Which services there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Whatever is told as an unknown path is not there.
    WithoutHidden,
}

/// The whole configuration, with services for each of these ways of telling.
pub(super) fn configuration(tellings: &[Telling], place: &Place) -> Value {
    of_extent(tellings, place, Extent::Whole)
}

/// The configuration, or the part of it that strangers are told of.
pub(super) fn of_extent(tellings: &[Telling], place: &Place, extent: Extent) -> Value {
    let hosts: Vec<String> = tellings.iter().map(|telling| telling.host()).collect();
    let mut all = json!({
        "listeners": {
            "plain": {"address": "127.0.0.1:0"},
            "secure": {"address": place.tls.address.to_string(), "tls": {
                "certificates": place.certificates, "request_client_certificate": true,
            }},
        },
        "environments": {"staging": {"hosts": hosts}},
        "tenants": {"owner": {}, "fine": {}},
        "apps": {"fine": {"tenant": "fine", "groups": ["fine"]}},
        "groups": {"fine": {"tenant": "fine"}},
        "access_roles": {},
        "plans": {"fine": {"scopes": ["read", "write"]}},
        "upstreams": {"behind": upstream(&json!([place.upstream.address.to_string()]))},
        "client": {"trusted_proxies": ["127.0.0.0/8"]},
        "egress": {"allow": ["127.0.0.0/8"]},
        "geo": {"country": place.geo},
    });
    let (id, credential) = credential(&good(), "fine");
    all["credentials"][id] = credential;
    for (number, row) in ROWS.iter().enumerate() {
        let own = Own::new(number, row, place);
        merge(&mut all, &own.shared());
        for telling in tellings {
            let hidden = extent == Extent::WithoutHidden && row.is_hidden(*telling);
            let draft = row.code == "route.not_published";
            if !hidden || draft {
                merge(&mut all, &own.told(*telling));
            }
            if hidden && draft {
                let service = format!("{}{}", own.name, telling.suffix());
                let gone = json!({"services": {service: {"versions": {"v1": null}}}});
                merge(&mut all, &gone);
            }
        }
    }
    let services: Vec<String> = names(&all["services"]);
    for service in &services {
        all["subscriptions"][format!("sub_fine_{service}")] = json!({
            "app": "fine", "service": service, "plan": "fine", "state": "approved",
        });
    }
    all["plans"]["fine"]["services"] = json!(services);
    let roles = names(&all["access_roles"]);
    all["groups"]["fine"]["access_roles"] = json!(roles);
    all
}

fn names(section: &Value) -> Vec<String> {
    let section = section.as_object().expect("a mapping");
    section.keys().cloned().collect()
}

fn upstream(targets: &Value) -> Value {
    json!({
        "targets": targets,
        "timeouts": {"first_byte": "500ms"},
        "outlier": {"consecutive_failures": 0},
        "retry": {"attempts": 0},
    })
}

/// What is declared for one row.
struct Own {
    name: String,
    key: ApiKey,
    /// [`Row::world`].
    different: Value,
    /// Where the key is that signs tokens.
    keys: String,
    /// Everything that the row asks for.
    asked: String,
}

impl Own {
    fn new(number: usize, row: &Row, place: &Place) -> Self {
        let world = row.world.replace("{nobody}", &place.nobody.to_string());
        let world = world.replace("{row}", &row.name());
        let secret = format!("file:{}", place.secret.display());
        let world = world.replace("{asked}", &place.asked.url());
        let world = world.replace("{secret}", &secret);
        let world = world.replace("{provider}", &place.provider.origin());
        let world = world.replace("{decider}", &place.decider.origin());
        let authority = place.authority.path().display().to_string();
        let world = world.replace("{authority}", &authority);
        Self {
            name: row.name(),
            key: key(number),
            different: serde_json::from_str(&world)
                .unwrap_or_else(|error| panic!("the world of {}: {error}", row.code)),
            keys: place.keys.path().display().to_string(),
            asked: format!("{:?} {:?}", [row.world, row.sent, row.alike], row.before),
        }
    }

    /// A part of the world, as the row wants it.
    fn part(&self, part: &str, mut usual: Value) -> Value {
        match self.different.get(part) {
            Some(Value::Null) => return Value::Null,
            Some(patch) => merge(&mut usual, patch),
            None => {}
        }
        usual
    }

    /// Whatever there is once, however many ways of telling there are.
    fn shared(&self) -> Value {
        let name = &self.name;
        let (id, usual) = credential(&self.key, name);
        let mut all = json!({
            "tenants": {name: self.part("tenant", json!({}))},
            "apps": {name: self.part("app", json!({"tenant": name}))},
            "credentials": {id: self.part("key", usual)},
        });
        if let Some(targets) = self.different.get("targets") {
            all["upstreams"][name] = upstream(targets);
        }
        if self.different.get("issuer").is_some() {
            let usual = json!({
                "issuer": super::token::issuer(name), "audiences": ["codes"],
                "keys_file": self.keys, "leeway": "10s",
            });
            all["issuers"][name] = self.part("issuer", usual);
            if all["issuers"][name].get("built_in").is_none() {
                let (id, _) = credential(&client(&self.key), name);
                all["credentials"][id] = json!({
                    "app": name, "environment": "staging", "client": {"issuer": name, "id": name},
                });
            }
        }
        if self.different.get("revocation").is_some() {
            let usual = json!({"issuer": name});
            all["token_revocations"][format!("rev_{name}")] = self.part("revocation", usual);
        }
        if self.different.get("signer").is_some() {
            let (id, _) = credential(&client(&self.key), name);
            let key = json!({"public_key": super::signed::key(), "key_id": name});
            all["credentials"][id] = json!({
                "app": name, "environment": "staging", "signing_key": key,
            });
        }
        if self.different.get("list").is_some() {
            all["lists"][name] = self.part("list", json!({}));
        }
        if self.different.get("edge").is_some() {
            all["edge"] = self.part("edge", json!({}));
        }
        all
    }

    /// What there is for each way of telling.
    fn told(&self, telling: Telling) -> Value {
        let (name, suffix) = (&self.name, telling.suffix());
        let service = format!("{name}{suffix}");
        let mut covers = json!({"service": service});
        if let Some(operations) = self.different.get("covers") {
            covers["operations"] = operations.clone();
        }
        let plan = json!({"covers": [covers], "scopes": ["read", "write"]});
        let mut all = json!({
            "services": {&service: self.service(telling)},
            "plans": {&service: self.part("plan", plan)},
        });
        let subscription = json!({
            "app": name, "service": service, "plan": service, "state": "approved",
        });
        let subscription = self.part("subscription", subscription);
        if !subscription.is_null() {
            all["subscriptions"][format!("sub_{service}")] = subscription;
        }
        if self.different.get("role").is_some() {
            let grant = self.part("role", json!({"service": service}));
            all["access_roles"][&service] = json!({"tenant": "owner", "allows": [grant]});
            let own = json!({"access_roles": [service]});
            let versions = all["services"][&service]["versions"].as_object_mut();
            for version in versions.expect("a mapping").values_mut() {
                merge(&mut version["operations"]["op"], &own);
            }
        }
        let several = self.different.get("policies").and_then(Value::as_object);
        for (own, policy) in several.into_iter().flatten() {
            let mut policy = policy.clone();
            policy["on"] = json!({"service": service});
            all["policies"][format!("{service}-{own}")] = policy;
        }
        if self.different.get("policy").is_some() {
            let on = json!({"on": {"service": service}});
            all["policies"][&service] = self.part("policy", on);
        }
        all
    }

    fn service(&self, telling: Telling) -> Value {
        let own = self.different.get("targets").is_some();
        let version = |upstream: &str| {
            json!({
                "environments": ["staging"],
                "upstream": upstream,
                "operations": {
                    "op": {"methods": ["GET", "POST"], "path": "/op", "scopes": ["read"]},
                    "other": {"methods": ["GET"], "path": "/other", "scopes": ["write"]},
                    "do": {"methods": ["GET"], "path": "/do/{*rest}", "scopes": ["read"]},
                },
            })
        };
        // Of so many rows, what comes nearest to a path is looked for among the first operations: there
        // are only those that the row asks for.
        let only = |version: &mut Value, wanted: &dyn Fn(&str) -> bool| {
            let operations = version["operations"].as_object_mut();
            operations
                .expect("a mapping")
                .retain(|name, _| wanted(name));
        };
        let mut first = version(if own { &self.name } else { "behind" });
        only(&mut first, &|name| {
            let by_upstream = self.name == "connection-malformed" && name == "do";
            name == "op" || self.asked.contains(name) || by_upstream
        });
        let mut second = version("behind");
        second["base_path"] = json!("/v2");
        only(&mut second, &|name| name == "op");
        let mut service = json!({
            "tenant": "owner",
            "hosts": [telling.host()],
            "base_path": format!("/{}", self.name),
            "scopes": {"read": "To read", "write": "To write"},
            "authentication": {"api_key": {"header": "X-API-Key", "query": "api_key"}},
            "status_profile": telling.profile(),
            "disclosure": telling.disclosure(),
            "versions": {
                "v1": first,
                "v2": second,
            },
        });
        if self.different.get("issuer").is_some() {
            let jwt = json!({"jwt": {"issuers": [self.name]}});
            merge(&mut service["authentication"], &jwt);
        }
        if telling.disclosure() == "verbose" {
            service["disclosure_until"] = json!("2099-01-01");
        }
        self.part("service", service)
    }
}

/// The document of a key, with its id.
fn credential(key: &ApiKey, app: &str) -> (String, Value) {
    let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
    let document = json!({"app": app, "environment": "staging", "sha256": digest});
    (format!("key_{}", key.id()), document)
}

/// The key of the row of that number.
pub(super) fn key(row: usize) -> ApiKey {
    made(row, 1)
}

/// Another id for the credential of the client of a row's app.
fn client(key: &ApiKey) -> ApiKey {
    let mut random = [9; ApiKey::RANDOM];
    for (byte, letter) in random.iter_mut().zip(key.id().bytes()) {
        *byte = letter.wrapping_add(7);
    }
    ApiKey::generate(&random)
}

/// One with the id of [`key`] and another secret.
pub(super) fn guess(row: usize) -> ApiKey {
    made(row, 2)
}

/// One that nobody was given.
pub(super) fn stranger() -> ApiKey {
    made(1_000, 1)
}

/// The key of an app that lacks nothing.
pub(super) fn good() -> ApiKey {
    made(1_001, 1)
}

fn made(number: usize, secret: u8) -> ApiKey {
    let mut random = [secret; ApiKey::RANDOM];
    // The end of an id is what is shown of it.
    let mut left = number;
    for byte in random.iter_mut().take(16).rev() {
        *byte = u8::try_from(left % 32).expect("5 bits");
        left /= 32;
    }
    ApiKey::generate(&random)
}

/// A key as it is sent.
pub(super) fn written(key: &ApiKey) -> String {
    (*key.reveal().expose()).to_owned()
}

/// JSON Merge Patch (RFC 7396).
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let into = into.as_object_mut().expect("a mapping");
    for (name, value) in patch {
        if value.is_null() {
            into.remove(name);
        } else {
            merge(into.entry(name).or_insert(Value::Null), value);
        }
    }
}
