use super::*;
use crate::Declaration;
use crate::part::Part;
use crate::service::Stored;
use postern_model::key::Keyer;
use postern_store::{ApplyError, ChangeMeta, DataDirectory, MasterSource, Proposal, Scope, Store};
use proptest::prelude::*;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A store that nobody serves.
struct Site {
    stored: Stored,
    runtime: tokio::runtime::Runtime,
    _place: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        for folder in ["tls", "mtls"] {
            let tls = place.path().join(folder);
            std::fs::create_dir(&tls).unwrap();
            for name in ["localhost.crt", "localhost.key", "ca.crt"] {
                std::fs::write(tls.join(name), "").unwrap();
            }
        }
        for issuer in ["jwt", "dpop"] {
            let folder = place.path().join(issuer);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("keys.json"), "").unwrap();
        }
        let introspection = place.path().join("introspection");
        std::fs::create_dir(&introspection).unwrap();
        std::fs::write(introspection.join("client-secret"), "secret").unwrap();
        let hmac = place.path().join("hmac");
        std::fs::create_dir(&hmac).unwrap();
        std::fs::write(hmac.join("till-secret"), "a".repeat(32)).unwrap();
        let geo = place.path().join("geo");
        std::fs::create_dir(&geo).unwrap();
        std::fs::write(geo.join("example.mmdb"), "").unwrap();
        let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
        let store = Store::open(Arc::new(directory)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let keyer = Keyer::new(&[7; 32]);
        let (stored, _) = runtime
            .block_on(async {
                let sealer = store
                    .open_secrets(&MasterSource::default(), None)
                    .await
                    .unwrap();
                Stored::open(store, place.path(), keyer, sealer).await
            })
            .unwrap();
        Self {
            stored,
            runtime,
            _place: place,
        }
    }

    fn plan(&self, text: &str, prune: bool, part: Part) -> Result<Plan, Refusal> {
        let given = Declaration {
            name: "given.yaml".to_owned(),
            text: text.to_owned(),
            prune,
            part,
        };
        self.runtime.block_on(self.stored.plan_of(&given))
    }

    /// Makes a plan, validated as a start would.
    fn make(&self, plan: &Plan) -> Result<(), Refusal> {
        let loader = self.stored.loader();
        let validate = move |proposal: &Proposal<'_>| {
            let read = loader.whole(proposal);
            read.map(drop).map_err(ApplyError::Refused)
        };
        let meta = ChangeMeta::system(0, "a test", "");
        let changes = plan.changes().unwrap();
        let applied = self
            .runtime
            .block_on(self.stored.store().apply(changes, meta, validate));
        applied.map(drop).map_err(Refusal::from)
    }

    fn apply(&self, text: &str, prune: bool) -> Plan {
        let plan = self.plan(text, prune, Part::default()).unwrap();
        self.make(&plan)
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        plan
    }

    fn export(&self, part: Part) -> String {
        self.runtime.block_on(self.stored.text_of(part)).unwrap()
    }

    fn stored(&self) -> Vec<(String, String, String)> {
        let all = self.stored.store().documents_now(Scope::Everything);
        let (_, all) = self.runtime.block_on(all).unwrap();
        let all = all.into_iter();
        all.map(|one| (one.kind.to_string(), one.id.into(), one.json.into()))
            .collect()
    }
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |one: &Planned| {
        let sign = ["+", "~", "-"][one.does as usize];
        let paths: Vec<_> = one.differences.iter().map(|d| d.path.as_str()).collect();
        format!("{sign} {} {} {}", one.kind, one.id, paths.join(" "))
            .trim_end()
            .to_owned()
    };
    plan.changes.iter().map(line).collect()
}

/// Every example, and the demo with what is filled in.
fn examples() -> Vec<(String, String)> {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let folder = std::fs::read_dir(project().join("examples")).unwrap();
    let mut all: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .chain(
            ["plain", "full", "refusals"].map(|name| project().join(format!("bench/{name}.yaml"))),
        )
        .map(|path| (path.display().to_string(), read(&path)))
        .collect();
    let demo = read(&project().join("crates/postern/src/serve/demo/demo.yaml"));
    let mut filled = String::new();
    let mut keys = 0;
    for (at, part) in demo.split('{').enumerate() {
        let placeholder = part
            .split_once('}')
            .filter(|(name, _)| name.contains('.') && !name.contains(' '));
        match placeholder {
            Some((name, rest)) if at > 0 => {
                if name.rsplit('.').next() == Some("id") {
                    keys += 1;
                    filled.push_str("key_000000000000000");
                    filled.push_str(&keys.to_string());
                } else if name.rsplit('.').next() == Some("sha256") {
                    filled.push_str(&format!("{keys:02}").repeat(32));
                } else {
                    filled.push_str("127.0.0.1:9001");
                }
                filled.push_str(rest);
            }
            _ => {
                if at > 0 {
                    filled.push('{');
                }
                filled.push_str(part);
            }
        }
    }
    all.push(("the demo".to_owned(), filled));
    all
}

#[test]
fn what_was_exported_changes_nothing() {
    let all = examples();
    assert!(all.len() >= 10);
    for (name, text) in all {
        let site = Site::new();
        site.apply(&text, false);
        let exported = site.export(Part::default());
        let plan = site.plan(&exported, true, Part::default()).unwrap();
        assert_eq!(lines(&plan), [""; 0], "{name}:\n{exported}");
        assert_eq!(plan.same, site.stored().len(), "{name}");
        // Another installation of the same key would hold the same.
        let other = Site::new();
        other.apply(&exported, true);
        assert_eq!(other.stored(), site.stored(), "{name}");
    }
}

#[test]
fn a_file_against_what_it_made_is_no_difference() {
    for (name, text) in examples() {
        let site = Site::new();
        let first = site.apply(&text, true);
        assert!(
            first.changes.iter().all(|one| one.does == Does::Add),
            "{name}"
        );
        let again = site.plan(&text, true, Part::default()).unwrap();
        assert_eq!(lines(&again), [""; 0], "{name}");
    }
}

const BASE: &str = "
tenants: { t: {}, u: {} }
upstreams: { up: { targets: [\"192.0.2.1:80\"] } }
services:
  s: { tenant: t, base_path: /s, versions: { v1: { upstream: up, operations: {} } } }
  o: { tenant: u, base_path: /o, versions: { v1: { upstream: up, operations: {} } } }
plans: { gold: { services: [s], limits: { per-app: { rate: 100, per: 1s } } } }
apps: { crm: { tenant: t }, other: { tenant: u } }
subscriptions: { sub_1: { app: crm, service: s, plan: gold, state: approved } }
lists: { office: { tenant: t, entries: [192.0.2.0/24] } }
";

#[test]
fn a_plan_says_what_is_new_what_differs_and_what_goes() {
    let site = Site::new();
    site.apply(BASE, false);
    let next = BASE
        .replace("rate: 100", "rate: 200")
        .replace("other: { tenant: u }", "new: { tenant: u }")
        .replace(
            "lists: {",
            "policies: { p: { kind: network, on: platform, deny: [office] } }\nlists: {",
        );
    let plan = site.plan(&next, true, Part::default()).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "~ plan gold limits.per-app.rate",
            "+ app new",
            "+ policy p",
            "- app other",
        ]
    );
    assert_eq!(plan.counts(), [2, 1, 1]);
    let kept = site.plan(&next, false, Part::default()).unwrap();
    assert_eq!(kept.counts(), [2, 1, 0]);
}

#[test]
fn pruning_leaves_keys_and_subscriptions_that_a_file_does_not_speak_of() {
    let site = Site::new();
    site.apply(BASE, false);
    let (without, _) = BASE.split_once("subscriptions:").unwrap();
    let plan = site.plan(without, true, Part::default()).unwrap();
    assert_eq!(lines(&plan), ["- list office"]);
    assert!(
        plan.notes[0].contains("1 subscriptions that are not declared stay"),
        "{plan:?}"
    );
    let none = format!("{without}subscriptions: {{}}\n");
    let plan = site.plan(&none, true, Part::default()).unwrap();
    assert_eq!(lines(&plan), ["- list office", "- subscription sub_1"]);
}

#[test]
fn what_others_refer_to_does_not_go_alone() {
    let site = Site::new();
    site.apply(BASE, false);
    let without = BASE.replace(
        "plans: { gold: { services: [s], limits: { per-app: { rate: 100, per: 1s } } } }",
        "plans: {}",
    );
    let without = without.split_once("subscriptions:").unwrap().0;
    let plan = site.plan(without, true, Part::default()).unwrap();
    // The service explains it; here it is the validation alone.
    let refusal = site.make(&plan).unwrap_err();
    assert_eq!(refusal.code, "configuration");
    assert!(
        refusal.message.contains("--> subscription `sub_1`, plan"),
        "{refusal}"
    );
}

#[test]
fn a_part_is_a_tenants_own() {
    let site = Site::new();
    site.apply(BASE, false);
    let part = || Part {
        tenant: Some("t".to_owned()),
        ..Part::default()
    };
    let exported = site.export(part());
    for inside in [
        "services:\n  s:",
        "crm:",
        "sub_1:",
        "office:",
        "tenants:\n  t: {}",
    ] {
        assert!(exported.contains(inside), "{inside}: {exported}");
    }
    for outside in ["  o:", "upstreams", "gold:\n", "other"] {
        assert!(!exported.contains(outside), "{outside}: {exported}");
    }
    let same = site.plan(&exported, true, part()).unwrap();
    assert_eq!(lines(&same), [""; 0]);
    // Nothing of others goes, and nothing of others is taken.
    let nothing = site.plan("{}", true, part()).unwrap();
    assert_eq!(
        lines(&nothing),
        ["- list office", "- app crm", "- service s", "- tenant t"]
    );
    let taken = site.plan(
        "services: { o: { tenant: t, versions: {} } }",
        false,
        part(),
    );
    let refusal = taken.unwrap_err();
    assert!(refusal.message.contains("service `o`"), "{refusal}");
    let foreign = site.plan("apps: { x: { tenant: u } }", false, part());
    assert!(foreign.unwrap_err().message.contains("app `x`"));
    let given_away = site.plan("apps: { crm: { tenant: u } }", false, part());
    assert!(given_away.is_err());
}

#[test]
fn a_revoked_key_stays_revoked() {
    let site = Site::new();
    let key = |more: &str| {
        let sha = "01".repeat(32);
        format!(
            "{BASE}\ncredentials: {{ key_0000000000000001: {{ app: crm, sha256: \"{sha}\"{more} }} }}\n"
        )
    };
    site.apply(
        &key(", revoked_at: 2026-01-01T00:00:00Z, reason: Lost"),
        false,
    );
    let plan = site.plan(&key(""), true, Part::default()).unwrap();
    assert_eq!(lines(&plan), [""; 0]);
    assert!(plan.notes[0].contains("stays revoked"), "{plan:?}");
}

#[test]
fn a_plan_is_only_made_of_what_was_seen() {
    let site = Site::new();
    site.apply(BASE, false);
    let next = BASE.replace("rate: 100", "rate: 200");
    let plan = site.plan(&next, false, Part::default()).unwrap();
    assert!(plan.agrees(&plan.seen()).is_ok());
    site.apply(&BASE.replace("rate: 100", "rate: 150"), false);
    let late = site.make(&plan).unwrap_err();
    assert_eq!(late.code, "conflict");
    assert!(late.message.contains("plan `gold`"), "{late}");
    let now = site.plan(&next, false, Part::default()).unwrap();
    let refusal = now.agrees(&plan.seen()).unwrap_err();
    assert!(refusal.message.contains("plan `gold`"), "{refusal}");
}

/// Configurations that are right: some apps and plans with limits, and subscriptions between them.
fn configurations() -> impl Strategy<Value = Value> {
    let app = prop::option::of(prop::option::of("[ -~]{1,12}"));
    let plan = prop::option::of((1_u32..5, any::<bool>()));
    let pair = prop::option::of((0_usize..3, prop::bool::ANY));
    (
        prop::collection::vec(app, 3),
        prop::collection::vec(plan, 3),
        prop::collection::vec(pair, 3),
    )
        .prop_map(|(apps, plans, pairs)| {
            let service =
                json!({"tenant": "t", "versions": {"v1": {"upstream": "u", "operations": {}}}});
            let mut all = json!({
                "tenants": {"t": {}},
                "upstreams": {"u": {"targets": ["192.0.2.1:80"]}},
                "services": {"s": service},
                "apps": {}, "plans": {}, "subscriptions": {},
            });
            for (at, app) in apps.iter().enumerate() {
                if let Some(title) = app {
                    let title = title.as_deref().filter(|text| !text.trim().is_empty());
                    all["apps"][format!("a{at}")] = match title {
                        Some(title) => json!({"tenant": "t", "title": title}),
                        None => json!({"tenant": "t"}),
                    };
                }
            }
            for (at, plan) in plans.iter().enumerate() {
                if let Some((rate, burst)) = plan {
                    let mut limit = json!({"rate": rate, "per": "1s"});
                    if *burst {
                        limit["burst"] = json!(rate + 1);
                    }
                    all["plans"][format!("p{at}")] =
                        json!({"services": ["s"], "limits": {"few": limit}});
                }
            }
            for (at, pair) in pairs.iter().enumerate() {
                let Some((plan, approved)) = pair else {
                    continue;
                };
                let (app, plan) = (format!("a{at}"), format!("p{plan}"));
                if all["apps"].get(&app).is_some() && all["plans"].get(&plan).is_some() {
                    let state = if *approved { "approved" } else { "pending" };
                    all["subscriptions"][format!("sub_{at}")] =
                        json!({"app": app, "service": "s", "plan": plan, "state": state});
                }
            }
            all
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_was_there_a_pruned_file_is_what_is_there_afterwards(
        all in prop::collection::vec(configurations(), 2..4),
    ) {
        let site = Site::new();
        for configuration in all {
            let text = configuration.to_string();
            site.apply(&text, true);
            prop_assert_eq!(lines(&site.plan(&text, true, Part::default()).unwrap()), [""; 0]);
            let exported = site.export(Part::default());
            let plan = site.plan(&exported, true, Part::default()).unwrap();
            prop_assert_eq!(lines(&plan), [""; 0], "{}", exported);
        }
    }
}
