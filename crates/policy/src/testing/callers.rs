//! One of everything that a caller needs, to be broken piece by piece.

use super::{compile, configuration, head, service};
use crate::credential::Verifier;
use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::directory::Directory;
use crate::facts::{Connection, Live};
use crate::head::Head;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Walk;
use postern_model::entity::{
    AccessRole, Accounts, App, Authentication, Configuration, Coverage, Credential, CredentialKind,
    Environment, Group, Operation, Plan, Proof, Requested, RoleGrant, Subscription,
    SubscriptionState, Tenant,
};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX, Keyer};
use postern_proof::Keyring;
use std::sync::LazyLock;

/// Unix time in seconds at which tests decide.
pub(crate) const NOW: i64 = 1_795_167_120;

/// A configuration and its accounts: app `shop` of tenant `partner` may `GET /orders` and, given
/// `orders:write`, `POST /orders`; anybody may `GET /status`.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) configuration: Configuration,
    pub(crate) accounts: Accounts,
    pub(crate) key: ApiKey,
}

pub(crate) fn keyer() -> Keyer {
    Keyer::new(&[9; 32])
}

/// Verifies with that keyer, and knows no keys of issuers.
pub(crate) fn verifier() -> Verifier<'static> {
    static KEYER: LazyLock<Keyer> = LazyLock::new(keyer);
    static KEYRING: LazyLock<Keyring> = LazyLock::new(Keyring::default);
    Verifier {
        keyer: &KEYER,
        keyring: &KEYRING,
        client: None,
        remembered: None,
        answers: None,
        heard: None,
        sessions: None,
        secure: true,
        passwords: None,
    }
}

pub(crate) fn key(seed: u8) -> ApiKey {
    ApiKey::generate(&[seed; ApiKey::RANDOM])
}

/// The key as it is sent.
pub(crate) fn written(key: &ApiKey) -> String {
    (*key.reveal().expose()).to_owned()
}

impl World {
    pub(crate) fn new() -> Self {
        let mut orders = service(
            &["api.example.com", "staging.example.com"],
            "",
            &["GET /orders"],
        );
        orders.name = "orders".into();
        orders.tenant = Some("commerce".into());
        orders.authentication = Some(Authentication {
            kinds: vec![CredentialKind::ApiKey],
            issuers: vec![],
            opaque: None,
            session: None,
            dpop: None,
            resource_metadata: None,
            headers: vec!["x-api-key".into()],
            query: vec!["api_key".into()],
            signature: None,
            hmac: None,
            forward_credential: false,
            subscription: true,
        });
        let version = &mut orders.versions[0];
        version.operations = vec![
            Operation {
                name: "list".into(),
                path: "/orders".into(),
                methods: vec![postern_model::entity::Method::Get],
                scopes: vec!["orders:read".into()],
                ..Operation::default()
            },
            Operation {
                name: "create".into(),
                path: "/orders".into(),
                methods: vec![postern_model::entity::Method::Post],
                scopes: vec!["orders:write".into(), "orders:read".into()],
                ..Operation::default()
            },
            Operation {
                name: "status".into(),
                path: "/status".into(),
                anonymous: true,
                ..Operation::default()
            },
        ];
        let mut configuration = configuration(vec![orders]);
        configuration.environments = vec![Environment {
            name: "staging".into(),
            hosts: vec!["staging.example.com".into()],
        }];
        configuration.plans = vec![Plan {
            name: "standard".into(),
            covers: vec![Coverage {
                service: "orders".into(),
                versions: vec![],
                operations: vec![],
            }],
            scopes: vec!["orders:read".into(), "orders:write".into()],
            limits: vec![],
        }];
        let key = key(1);
        let accounts = accounts(&key);
        Self {
            configuration,
            accounts,
            key,
        }
    }

    /// The only credential.
    pub(crate) fn credential(&mut self) -> &mut Credential {
        &mut self.accounts.credentials[0]
    }

    /// Lets `POST /orders` need one of two access roles of its tenant: `order-writer`, which is for
    /// that, and `order-reader`, which is for `GET` alone.
    pub(crate) fn require_role(&mut self) {
        let role = |name: &str, methods: Vec<postern_model::entity::Method>| AccessRole {
            name: name.into(),
            tenant: Some("commerce".into()),
            title: None,
            inherits: Vec::new(),
            denies: Vec::new(),
            allows: vec![RoleGrant {
                service: "orders".into(),
                versions: vec![],
                operations: vec!["list".into(), "create".into()],
                methods,
            }],
        };
        self.configuration.access_roles = vec![
            role("order-writer", vec![]),
            role("order-reader", vec![postern_model::entity::Method::Get]),
        ];
        let create = &mut self.configuration.services[0].versions[0].operations[1];
        create.access_roles = vec!["order-reader".into(), "order-writer".into()];
    }

    /// Puts the app into a group that carries an access role.
    pub(crate) fn join(&mut self, tenant: Option<&str>, role: &str) {
        self.accounts.groups = vec![Group {
            name: "partners".into(),
            tenant: tenant.map(Into::into),
            title: None,
            access_roles: vec![role.into()],
        }];
        self.accounts.apps[0].groups = ["partners".into()].into();
    }

    pub(crate) fn subscription(&mut self) -> &mut Subscription {
        &mut self.accounts.subscriptions[0]
    }

    pub(crate) fn rules(&self) -> Rules {
        compile(self.configuration.clone())
    }

    pub(crate) fn directory(&self) -> Directory {
        Directory::new(self.accounts.clone(), 1)
    }

    /// A request with the key in its header, and these fields besides.
    pub(crate) fn request(&self, method: &str, target: &str, fields: &[&str]) -> Head {
        let key = format!("X-API-Key: {}", written(&self.key));
        let mut all = vec!["Host: api.example.com", &*key];
        all.extend(fields);
        head(method, target, &all)
    }
}

fn accounts(key: &ApiKey) -> Accounts {
    let tenant = |name: &str| Tenant {
        name: name.into(),
        title: None,
        call_log_days: None,
        suspended: None,
    };
    Accounts {
        tenants: vec![tenant("partner"), tenant("commerce")],
        groups: Vec::new(),
        apps: vec![App {
            name: "shop".into(),
            tenant: "partner".into(),
            title: None,
            access_roles: Box::default(),
            groups: Box::default(),
            suspended: None,
        }],
        credentials: vec![Credential {
            id: format!("{CREDENTIAL_PREFIX}{}", key.id()).into(),
            app: "shop".into(),
            proof: Proof::Key(keyer().keyed(&key.digest())),
            environment: "production".into(),
            scopes: None,
            not_before: None,
            expires_at: None,
            revoked: None,
            restriction: None,
        }],
        token_revocations: Vec::new(),
        subscriptions: vec![Subscription {
            id: "sub_1".into(),
            app: "shop".into(),
            service: "orders".into(),
            plan: "standard".into(),
            state: SubscriptionState::Approved,
            since: None,
            scopes: None,
            requested: Requested::default(),
            decided: None,
            expires_at: None,
        }],
    }
}

/// Walks to the end, obtaining what is asked for; gives what that was.
pub(crate) fn walk(
    rules: &Rules,
    directory: &Directory,
    head: &Head,
    connection: &Connection,
    depth: Depth,
) -> (Decision, Walk, Vec<FactRequest>) {
    let snapshot = Snapshot { rules, directory };
    let facts = Live::new(head, connection, NOW * 1000);
    let mut walk = Walk::new(depth);
    if depth == Depth::Everything {
        let mut scout = Walk::new(Depth::FirstDenial);
        while let Step::Need(FactRequest::Credential) = scout.step(&snapshot, &facts) {
            let route = scout.route().unwrap();
            let verdict = crate::credential::verify(&facts, &snapshot, route, verifier());
            facts.provide_credential(verdict);
        }
    }
    let mut asked = Vec::new();
    loop {
        match walk.step(&snapshot, &facts) {
            Step::Done(decision) => return (decision, walk, asked),
            Step::Need(fact) => {
                asked.push(fact);
                assert_eq!(fact, FactRequest::Credential);
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(&facts, &snapshot, route, verifier());
                facts.provide_credential(verdict);
            }
        }
    }
}
