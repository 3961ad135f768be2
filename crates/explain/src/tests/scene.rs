//! A small world, requests to it, and golden texts.

use crate::explain::{Question, explain};
use crate::explanation::Explanation;
use crate::overlay::{Assumed, Overlay};
use crate::render::Style;
use crate::{Change, Documents, Located, Other, World, merge_patch};
use postern_model::entity::{
    AsNumber, Configuration, Country, CsrfToken, DeciderProtocol, ExternalRule, OnFailure, Target,
};
use postern_policy::csrf::TokenVerdict;
use postern_policy::facts::{
    AutonomousSystem, Body, CallerBlock, ContentVerdict, CredentialVerdict, DeciderAnswer,
    EdgeReading, Label, LocatedCountry, LocatedSystem, Reading,
};
use postern_policy::fields::Span;
use postern_policy::head::Head;
use postern_policy::{Connection, Directory, Facts, Live, Rules, Snapshot};
use serde_json::{Value, json};
use std::sync::Arc;

/// 2026-11-22 12:12:00 UTC, in seconds.
pub(super) const NOW: i64 = 1_795_349_520;
pub(super) const KEY: &str = "key_7q4m7q4m7q4m7q4m";
pub(super) const STAGING: &str = "key_5t4g5t4g5t4g5t4g";

pub(super) fn documents() -> Value {
    let digest = |byte: &str| byte.repeat(32);
    json!({
        "upstreams": {"backend": {"targets": ["127.0.0.1:9000"]}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "environments": {"staging": {"hosts": ["staging.example.com"]}},
        "tenants": {
            "commerce": {"title": "Commerce"},
            "partner-x": {"title": "Partner X"},
        },
        "lists": {
            "office": {"tenant": "commerce", "entries": ["203.0.113.0/24"]},
            "bad": {"entries": [{"range": "192.0.2.0/24", "comment": "scans", "added_at": "2026-11-01"}]},
        },
        "services": {
            "partners": {
                "tenant": "commerce",
                "base_path": "/partners",
                "scopes": {"read:users": "Read", "write:users": "Write"},
                "authentication": {"api_key": {}},
                "versions": {"v1": {"upstream": "backend", "operations": {
                    "list-customers": {"methods": ["GET"], "path": "/customers", "scopes": ["read:users"]},
                    "create-customer": {"methods": ["POST"], "path": "/customers", "scopes": ["write:users"]},
                }}},
            },
            "admin": {
                "tenant": "commerce",
                "base_path": "/admin",
                "versions": {"v1": {"upstream": "backend", "operations": {
                    "set-config": {"methods": ["POST"], "path": "/config"},
                }}},
            },
        },
        "plans": {
            "standard": {
                "services": ["partners"],
                "scopes": ["read:users", "write:users"],
                "limits": {"per-app": {"rate": 100, "per": "1s", "by": "app"}},
            },
        },
        "apps": {"fieldforce": {"tenant": "partner-x"}},
        "credentials": {
            KEY: {"app": "fieldforce", "sha256": digest("a1")},
            STAGING: {"app": "fieldforce", "sha256": digest("b2"), "environment": "staging", "scopes": ["read:users"]},
        },
        "subscriptions": {
            "sub_fieldforce": {
                "app": "fieldforce", "service": "partners", "plan": "standard", "state": "approved",
                "requested_at": "2026-11-20T09:12:00Z", "requested_by": "lin@fieldforce.example",
            },
        },
        "policies": {
            "office-only": {"kind": "network", "on": {"service": "admin"}, "allow": ["office"]},
        },
        "edge": {"deny": ["bad"]},
        // Any file: what is in it is told beside the request.
        "geo": {
            "country": concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            "asn": concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        },
    })
}

/// A world that is there.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) documents: Documents,
    pub(super) json: Value,
    pub(super) rules: Rules,
    pub(super) directory: Directory,
}

impl Scene {
    /// The small world, changed by merge patches.
    pub(super) fn new(patches: &[Value]) -> Self {
        let mut json = documents();
        for patch in patches {
            merge_patch(&mut json, patch);
        }
        Self::of(json)
    }

    pub(super) fn of(json: Value) -> Self {
        let (configuration, accounts) = load(&json);
        Self {
            documents: Documents::new(json.clone()),
            json,
            rules: Rules::compile(Arc::new(configuration), "41".into()).unwrap(),
            directory: Directory::new(accounts, 7),
        }
    }

    /// The world with changes really applied: documents, loaded from the beginning.
    pub(super) fn after(&self, changes: &[Change]) -> Self {
        let mut documents = self.documents.clone();
        for change in changes {
            documents.apply(change).unwrap();
        }
        Self::of(serde_json::from_str(&documents.text()).unwrap())
    }

    pub(super) fn world(&self) -> World<'_> {
        World {
            snapshot: Snapshot {
                rules: &self.rules,
                directory: &self.directory,
            },
            documents: &self.documents,
        }
    }

    pub(super) fn explain(&self, request: &Request) -> Explanation {
        request.with(|live| {
            let question = Question {
                id: Some("01JDB7Z3K8Q4M2T9V6X1C5N0RW"),
                ..Question::new(live)
            };
            explain(&self.world(), &question)
        })
    }

    /// Explains it while others were refused, too.
    pub(super) fn explain_among(&self, request: &Request, others: &[Request]) -> Explanation {
        let explained = |live: &dyn Facts, others: &[&dyn Facts]| {
            let directory = &self.directory;
            let others: Vec<Other<'_>> = others
                .iter()
                .map(|&facts| Other { facts, directory })
                .collect();
            let question = Question {
                others: &others,
                ..Question::new(live)
            };
            explain(&self.world(), &question)
        };
        request.with(|live| with_all(others, &[], &|others| explained(live, others)))
    }
}

/// Hands on the facts of several requests at once.
fn with_all<T>(requests: &[Request], facts: &[&dyn Facts], then: &dyn Fn(&[&dyn Facts]) -> T) -> T {
    let Some((first, rest)) = requests.split_first() else {
        return then(facts);
    };
    first.with(|live| {
        let mut more = facts.to_vec();
        more.push(live);
        with_all(rest, &more, then)
    })
}

fn load(json: &Value) -> (Configuration, postern_model::entity::Accounts) {
    let text = json.to_string();
    let loaded = postern_config::parse("test", &text, &postern_config::System::throwaway())
        .unwrap_or_else(|report| panic!("{}", report.render(false)));
    (loaded.configuration, loaded.accounts)
}

/// A request, `POST /partners/customers` with the production key unless said otherwise.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) host: &'static str,
    pub(super) from: &'static str,
    pub(super) fields: Vec<String>,
    pub(super) credential: Option<CredentialVerdict>,
    pub(super) edge: EdgeReading,
    pub(super) caller_blocks: Vec<CallerBlock>,
    /// The country and the autonomous system of its address.
    pub(super) located: Option<(&'static str, u32)>,
    pub(super) readings: Option<Vec<Reading>>,
    pub(super) body: Option<&'static [u8]>,
    /// What is found where the policy `own-pages` looks for a token.
    pub(super) token: Option<TokenVerdict>,
    /// What is found about a body whose digest was signed.
    pub(super) content: Option<ContentVerdict>,
    /// What is answered to the policy that [`DECIDER`] is of.
    pub(super) decided: Option<DeciderAnswer>,
}

/// Whom a policy asks.
pub(super) const DECIDER: &str = "https://decider.example.com/check";

/// The key of what such a policy asks.
fn question() -> u64 {
    let rule = ExternalRule {
        protocol: DeciderProtocol::ForwardAuth,
        url: DECIDER.into(),
        target: Target {
            host: "decider.example.com".into(),
            port: 443,
            weight: 1,
        },
        path: "/check".into(),
        tls: None,
        timeout: std::time::Duration::from_millis(500),
        on_failure: OnFailure::Refuse,
        max_answer: 65_536,
        headers: Vec::new(),
        credentials: false,
        identity: true,
        body: None,
        answer_headers: Vec::new(),
    };
    postern_policy::kept::key(&[b"external", rule.question().as_bytes()])
}

pub(super) fn verified(id: &str) -> CredentialVerdict {
    CredentialVerdict::Verified { id: id.into() }
}

/// What databases say of an address.
pub(super) fn place(from: &str, (country, number): (&str, u32)) -> Located {
    let address = from.parse().unwrap();
    let built = 1_794_700_800;
    Located {
        country: Some(LocatedCountry {
            address,
            country: Country::parse(country),
            built,
        }),
        system: Some(LocatedSystem {
            address,
            system: Some(AutonomousSystem {
                number: AsNumber(number),
                name: Label::new("Example Net"),
            }),
            built,
        }),
        listed: Vec::new(),
    }
}

/// A limit of which so much is left.
pub(super) fn reading(passes: bool) -> Reading {
    Reading {
        passes,
        remaining: u32::from(passes) * 40,
        reset: 1000,
        retry_after: if passes { 0 } else { 10 },
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            method: "POST",
            target: "/partners/customers".to_owned(),
            host: "api.example.com",
            from: "198.51.100.7",
            fields: Vec::new(),
            credential: Some(verified(KEY)),
            edge: EdgeReading::default(),
            caller_blocks: Vec::new(),
            located: None,
            readings: Some(vec![reading(true)]),
            body: None,
            token: None,
            content: None,
            decided: None,
        }
    }
}

impl Request {
    pub(super) fn with<T>(&self, then: impl FnOnce(&Live<'_>) -> T) -> T {
        let mut head = Head::default();
        head.method = head.fields.append(self.method.as_bytes());
        head.target = head.fields.append(self.target.as_bytes());
        head.split_path(Span::new(head.target.start(), head.target.end()));
        head.authority = Some(head.fields.append(self.host.as_bytes()));
        head.fields.push(b"Host", self.host.as_bytes());
        for field in &self.fields {
            let (name, value) = field.split_once(": ").unwrap();
            head.fields.push(name.as_bytes(), value.as_bytes());
        }
        head.has_body = self.body.is_some();
        let connection = Connection {
            peer: (self.from.parse::<std::net::IpAddr>().unwrap(), 50_000).into(),
            local: "127.0.0.1:8080".parse().unwrap(),
            proxied_source: None,
            tls: None,
        };
        let mut live = Live::new(&head, &connection, NOW * 1000);
        live.provide_edge(self.edge.clone());
        live.provide_caller_blocks(self.caller_blocks.clone());
        let located = self.located.map(|located| place(self.from, located));
        if let Some(Located {
            country, system, ..
        }) = located
        {
            if let Some(country) = country {
                live.provide_country(country);
            }
            if let Some(system) = system {
                live.provide_autonomous_system(system);
            }
        }
        if let Some(credential) = &self.credential {
            live.provide_credential(credential.clone());
        }
        if let Some(body) = self.body {
            live.provide_body_start(body.to_vec());
            live.provide_body(Body::read(body, 1 << 20));
        }
        if let Some(content) = &self.content {
            live.provide_content(content.clone());
        }
        if let Some(answer) = &self.decided {
            live.provide_decision(question(), answer.clone());
        }
        if let Some(verdict) = self.token {
            let token = CsrfToken {
                cookie: "postern_csrf".into(),
                header: "x-csrf-token".into(),
                field: None,
                valid: std::time::Duration::from_hours(1),
            };
            live.provide_token(&token, verdict);
        }
        if let Some(readings) = &self.readings {
            live.provide_readings(readings.clone().into());
        }
        then(&live)
    }

    /// Whether nothing refuses it in a world, with another credential if one is given.
    pub(super) fn passes(&self, scene: &Scene, credential: Option<CredentialVerdict>) -> bool {
        self.with(|live| {
            let assumed = Assumed {
                credential,
                ..Assumed::default()
            };
            let readings = self.readings.as_deref();
            let overlay = Overlay {
                facts: live,
                assumed: &assumed,
                readings,
            };
            crate::decide::Decided::of(&scene.world().snapshot, &overlay).passes()
        })
    }
}

/// Compares a text with its golden file; `UPDATE=1` writes it.
pub(super) fn golden(name: &str, text: &str) {
    let path = format!("{}/src/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{path}: {error}; UPDATE=1 writes it"));
    assert_eq!(text, expected, "{name}: UPDATE=1 writes it anew");
}

/// As on a terminal, without colours.
pub(super) const TERMINAL: Style = Style {
    unicode: true,
    ..Style::PLAIN
};
