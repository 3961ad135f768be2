//! Client certificates as what callers prove themselves with: made by openssl, sent by curl.

mod handshake;

use crate::harness::binary::workspace;
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::{Launch, cli};
use crate::harness::program::{Ran, free_address, installed, run};
use crate::harness::{Gateway, SOON, eventually};
use crate::upstream::Upstream;
use postern_model::key::ApiKey;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// Certificates in a folder of their own: an authority, and what it vouches for.
struct Made {
    folder: Scratch,
}

const ID: &str = "key_0000000000000001";

/// What the example's script makes; `None`, and a line that says so, where openssl or curl are not
/// installed.
fn made() -> Option<Made> {
    if !(installed("openssl") && installed("curl")) {
        return None;
    }
    let folder = scratch("mtls");
    let script = workspace().join("examples/mtls/make.sh");
    let ran = run(Command::new("sh").arg(script).arg(&*folder), SOON);
    assert!(ran.status.success(), "{ran:?}");
    Some(Made { folder })
}

impl Made {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn openssl(&self, arguments: &str) -> Ran {
        let mut command = Command::new("openssl");
        let ran = run(
            command
                .args(arguments.split(' '))
                .current_dir(&*self.folder),
            SOON,
        );
        assert!(ran.status.success(), "{ran:?}");
        ran
    }

    /// What openssl prints of a certificate behind `=`.
    fn shown(&self, name: &str, what: &str) -> String {
        let ran = self.openssl(&format!("x509 -in {name}.crt -noout {what}"));
        let (_, value) = ran.stdout.trim().split_once('=').expect("a value");
        value.trim().to_owned()
    }

    /// What `openssl ca` goes by, and its list of what was issued.
    fn ca(&self, issued: &str, arguments: &str) {
        self.folder.write("index", issued);
        let says = "[ca]\ndefault_ca=it\n[it]\ndatabase=index\ndefault_md=sha256\n\
            default_crl_days=30\ncrl_extensions=crl\nnew_certs_dir=.\nrand_serial=yes\npolicy=any\n\
            [any]\norganizationName=optional\ncommonName=supplied\n\
            [crl]\nauthorityKeyIdentifier=keyid\n";
        self.folder.write("ca.cnf", says);
        self.openssl(&format!(
            "ca -batch -notext -config ca.cnf -cert ca.crt -keyfile ca.key {arguments}"
        ));
    }

    /// A service that accepts certificates and keys, on `api.test`, another that accepts keys alone,
    /// on `keys.test`, and `more` on top.
    fn start(
        &self,
        upstream: &Upstream,
        credentials: &Value,
        more: impl FnOnce(&mut Value),
    ) -> (Gateway, SocketAddr) {
        let (plain, secure) = (free_address(), free_address());
        let service = |host: &str, authentication: Value| {
            json!({
                "hosts": [host],
                "client_certificate": {"authorities": self.path("ca.crt"), "required": false},
                "authentication": authentication,
                "versions": {"v1": {"upstream": "behind", "operations": {
                    "any": {"methods": ["GET", "POST"], "path": "/orders"},
                }}},
            })
        };
        let mut all = json!({
            "listeners": {
                "plain": {"address": plain.to_string()},
                "secure": {"address": secure.to_string(), "tls": {
                    "certificates": [{"certificate": self.path("localhost.crt"), "key": self.path("localhost.key")}],
                    "request_client_certificate": true,
                }},
            },
            "environments": {"staging": {"hosts": ["staging.test"]}},
            "tenants": {"partner": {}},
            "egress": {"allow": ["127.0.0.0/8"]},
            "edge": {"refusals": {"rate": 0}},
            "apps": {"shop": {"tenant": "partner"}},
            "credentials": credentials,
            "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
            "services": {
                "orders": service("api.test", json!({"mtls": {}, "api_key": {}, "subscription": false})),
                "keys": service("keys.test", json!({"api_key": {}, "subscription": false})),
                "staged": service("staging.test", json!({"mtls": {}, "subscription": false})),
            },
        });
        more(&mut all);
        let gateway = Launch::new(all.to_string()).own_listeners(plain).start();
        (gateway, secure)
    }

    /// What curl gets from a host: status, code, detail, and the id of the request.
    fn curl(&self, to: SocketAddr, host: &str, identity: Option<&str>, more: &[&str]) -> Answer {
        let mut command = Command::new("curl");
        command.args(["-s", "-k", "-i", "--http1.1", "--connect-to"]);
        command.arg(format!("{host}:443:{to}"));
        if let Some(name) = identity {
            command.arg("--cert").arg(self.path(&format!("{name}.crt")));
            command.arg("--key").arg(self.path(&format!("{name}.key")));
        }
        let ran = run(
            command.args(more).arg(format!("https://{host}/orders")),
            SOON,
        );
        Answer::of(&ran)
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    code: String,
    text: String,
    id: String,
}

impl Answer {
    fn of(ran: &Ran) -> Self {
        let field = |name: &str| {
            let mut lines = ran.stdout.lines();
            let found = lines.find_map(|line| {
                let (field, value) = line.split_once(':')?;
                field
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            });
            found.unwrap_or_default()
        };
        let status = ran
            .stdout
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            code: field("postern-denial"),
            id: field("x-request-id"),
            text: ran.stdout.clone(),
        }
    }
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, &answer.code)
}

#[test]
fn a_certificate_is_known_by_its_fingerprint_a_name_or_its_subject() {
    let Some(made) = made() else { return };
    let upstream = Upstream::start();
    let fingerprint = made.shown("till-7", "-fingerprint -sha256");
    let subject = made.shown("till-7", "-subject -nameopt RFC2253");
    for certificate in [
        json!({"fingerprint": fingerprint}),
        json!({"uri": "spiffe://example.com/till/7"}),
        json!({"subject": subject}),
    ] {
        let credentials = json!({ID: {"app": "shop", "certificate": certificate}});
        let (_gateway, to) = made.start(&upstream, &credentials, |_| {});
        let passed = made.curl(to, "api.test", Some("till-7"), &[]);
        assert_eq!(passed.status, 200, "{certificate}: {passed:?}");
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!(seen.header("x-postern-app").as_deref(), Some("shop"));
        let other = made.curl(to, "api.test", Some("till-8"), &[]);
        assert_eq!(told(&other), (401, "credential.invalid"), "{certificate}");
    }
}

#[test]
fn what_is_no_identity_is_said_with_what_would_be() {
    let Some(made) = made() else { return };
    let upstream = Upstream::start();
    let key = ApiKey::generate(&[1; ApiKey::RANDOM]);
    let sha256 = key.digest().map(|byte| format!("{byte:02x}")).concat();
    let credentials = json!({
        ID: {"app": "shop", "certificate": {"uri": "spiffe://example.com/till/7"}},
        format!("key_{}", key.id()): {"app": "shop", "sha256": sha256},
    });
    let (gateway, to) = made.start(&upstream, &credentials, |_| {});
    let sent = format!("X-API-Key: {}", key.reveal().expose());
    let with_key = ["-H", &*sent];

    let none = made.curl(to, "api.test", None, &[]);
    assert_eq!(told(&none), (401, "credential.missing"));
    assert!(none.text.contains("a client certificate"), "{}", none.text);
    assert_eq!(made.curl(to, "api.test", None, &with_key).status, 200);
    // Two identities are one too many, and where a certificate is none, it is no second one.
    let both = made.curl(to, "api.test", Some("till-7"), &with_key);
    assert_eq!(told(&both), (400, "credential.ambiguous"));
    assert_eq!(
        made.curl(to, "keys.test", Some("till-7"), &with_key).status,
        200
    );
    let alone = made.curl(to, "keys.test", Some("till-7"), &[]);
    assert_eq!(told(&alone), (401, "credential.missing"));
    // Known, and of another environment.
    let staged = made.curl(to, "staging.test", Some("till-7"), &[]);
    assert_eq!(told(&staged), (403, "credential.wrong_environment"));

    // Somebody else's signature under the same names, and one whose time is over.
    let stranger = self::made().expect("openssl is there");
    let forged = stranger.curl(to, "api.test", Some("till-7"), &[]);
    assert_eq!(told(&forged), (403, "connection.certificate_untrusted"));
    let names = "basicConstraints=CA:FALSE\nsubjectAltName=URI:spiffe://example.com/till/7\n";
    made.folder.write("old.ext", names);
    made.openssl(
        "req -newkey rsa:2048 -nodes -subj /O=Example/CN=till-7 -keyout old.key -out old.csr",
    );
    made.ca("", "-in old.csr -startdate 20200101000000Z -enddate 20210101000000Z -extfile old.ext -out old.crt");
    let old = made.curl(to, "api.test", Some("old"), &[]);
    assert_eq!(told(&old), (403, "connection.certificate_expired"));
    // Whoever is not trusted may still bring a key.
    assert_eq!(
        made.curl(to, "api.test", Some("old"), &with_key).status,
        200
    );

    // Of one that nobody is, operators read whose it says to be.
    let unknown = made.curl(to, "api.test", Some("till-8"), &[]);
    assert_eq!(told(&unknown), (401, "credential.invalid"));
    let data = gateway.file().with_file_name("data").display().to_string();
    let why = eventually("a record", || {
        let ran = cli(&["why", &unknown.id, "--data", &data]);
        ran.status.success().then_some(ran.stdout)
    });
    for part in [
        "credential.unknown",
        "CN=till-8",
        &made
            .shown("till-8", "-fingerprint -sha256")
            .replace(':', "")
            .to_lowercase(),
    ] {
        assert!(why.contains(part), "no {part} in {why}");
    }
}

#[test]
fn one_that_was_revoked_is_nobodys_by_list_or_by_its_credential() {
    let Some(made) = made() else { return };
    let upstream = Upstream::start();
    // A list of the authority that names the certificate.
    let serial = made.shown("till-7", "-serial");
    let issued = format!("R\t300101000000Z\t260101000000Z\t{serial}\tunknown\t/CN=till-7\n");
    made.ca(&issued, "-gencrl -out revoked.crl");
    let credentials =
        json!({ID: {"app": "shop", "certificate": {"uri": "spiffe://example.com/till/7"}}});
    let list = made.path("revoked.crl");
    let (_gateway, to) = made.start(&upstream, &credentials, |all| {
        all["services"]["orders"]["client_certificate"]["revocations"] = json!(list);
    });
    let revoked = made.curl(to, "api.test", Some("till-7"), &[]);
    assert_eq!(told(&revoked), (403, "connection.certificate_untrusted"));
    assert!(
        revoked.text.contains("has been revoked"),
        "{}",
        revoked.text
    );

    let mut ended = credentials.clone();
    ended[ID]["revoked_at"] = json!("2026-01-01T00:00:00Z");
    let (_gateway, to) = made.start(&upstream, &ended, |_| {});
    let revoked = made.curl(to, "api.test", Some("till-7"), &[]);
    assert_eq!(told(&revoked), (401, "credential.revoked"));
}

#[test]
fn pages_of_other_sites_change_nothing_in_the_name_of_a_certificate() {
    let Some(made) = made() else { return };
    let upstream = Upstream::start();
    let credentials =
        json!({ID: {"app": "shop", "certificate": {"uri": "spiffe://example.com/till/7"}}});
    let (_gateway, to) = made.start(&upstream, &credentials, |all| {
        all["policies"] = json!({"own": {"kind": "csrf", "on": {"service": "orders"}}});
    });
    let post = |site: &str| {
        let site = format!("Sec-Fetch-Site: {site}");
        made.curl(to, "api.test", Some("till-7"), &["-d", "{}", "-H", &site])
    };
    assert_eq!(post("same-origin").status, 200);
    let forged = post("cross-site");
    assert_eq!(told(&forged), (403, "csrf.cross_site"));
}

#[test]
fn the_example_does_what_it_says() {
    let Some(made) = made() else { return };
    let path = workspace().join("examples/mtls.yaml");
    let text = std::fs::read_to_string(&path).expect("the example");
    let address = free_address();
    let folder = Path::new(&*made.folder).display().to_string();
    let text = text
        .replace("address: 127.0.0.1:8443", &format!("address: {address}"))
        .replace(": mtls/", &format!(": {folder}/"));
    let _gateway = Launch::new(text).own_listeners(address).start();
    let passed = made.curl(address, "localhost", Some("till-7"), &[]);
    assert_eq!(passed.status, 200, "{passed:?}");
    let other = made.curl(address, "localhost", Some("till-8"), &[]);
    assert_eq!(told(&other), (401, "credential.invalid"));
    let none = made.curl(address, "localhost", None, &[]);
    assert_eq!(told(&none), (401, "credential.missing"));
}

#[test]
fn what_an_operation_asks_for_is_said_and_whoever_has_it_passes() {
    let Some(made) = made() else { return };
    let upstream = Upstream::start();
    let certificate = json!({"uri": "spiffe://example.com/till/7"});
    let credentials =
        json!({ID: {"app": "shop", "environment": "staging", "certificate": certificate}});
    let (gateway, to) = made.start(&upstream, &credentials, |all| {
        all["services"]["staged"]["tls_required"] = json!(true);
    });
    let data = gateway.file().with_file_name("data").display().to_string();
    let asked = |more: &[&str]| {
        let ran = cli(&[&["requirements", "staged/v1/any", "--data", &data], more].concat());
        assert!(ran.status.success(), "{ran:?}");
        ran.stdout
    };
    let said: Value = serde_json::from_str(&asked(&["--json"])).expect("JSON");
    let expected = json!({
        "kinds": ["mtls"], "headers": [], "query": [], "issuers": [], "optional": false,
    });
    assert_eq!(said["credentials"], expected);
    // It is one way in, and nothing that every connection has to have.
    let connection = json!({"tls": true, "client_certificate": false});
    assert_eq!(said["connection"], connection);
    let words = asked(&[]);
    assert!(
        words.contains("credential     client certificate"),
        "{words}"
    );
    let passed = made.curl(to, "staging.test", Some("till-7"), &[]);
    assert_eq!(passed.status, 200, "{passed:?}");
    let none = made.curl(to, "staging.test", None, &[]);
    assert_eq!(told(&none), (401, "credential.missing"));
    let refusals = said["refusals"].as_array().expect("refusals");
    assert!(refusals.iter().any(|one| one["code"] == *none.code));
}
