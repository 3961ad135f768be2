//! The service over a store, with something in the place of the gateway: one node, or two that
//! share the store.

mod keeping;
mod serving;

use super::{Block, Call, ChangeSet, Running, Service, Source, Status, Stored};
use crate::load::Candidate;
use crate::shorthand::Change;
use crate::{Actor, Answer, Items, Named, Refusal, Remembered, ServedRules};
use postern_calllog::CallLog;
use postern_model::entity::Configuration;
use postern_model::key::Keyer;
use postern_policy::facts::Reading;
use postern_policy::policies::LimitUse;
use postern_policy::{Directory, Rules};
use postern_store::{DataDirectory, MasterSource, Store};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// What would serve.
#[derive(Debug)]
pub(super) struct Fake {
    served: Mutex<(Arc<Configuration>, Arc<Directory>)>,
    remembered: Remembered,
    /// How often nothing can be taken over.
    failures: AtomicUsize,
}

impl Fake {
    /// Whether a service of this name is served.
    fn serves(&self, name: &str) -> bool {
        let mut services = self.configuration().services.clone().into_iter();
        services.any(|service| &*service.name == name)
    }

    fn has_tenant(&self, name: &str) -> bool {
        self.directory().tenant(name).is_some()
    }

    /// Whether an app of this name is known.
    fn knows(&self, app: &str) -> bool {
        self.directory().app(app).is_some()
    }
}

impl Running for Fake {
    fn check(&self, configuration: Configuration) -> Result<Arc<Configuration>, String> {
        Ok(Arc::new(configuration))
    }
    fn take_over(&self, candidate: Candidate) -> Answer<'_, Result<(), String>> {
        Box::pin(async move {
            let left = self
                .failures
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                });
            if left.is_ok() {
                return Err("the port is taken".to_owned());
            }
            let mut served = self.served.lock().unwrap();
            if let Some(configuration) = candidate.configuration {
                served.0 = configuration;
            }
            served.1 = Arc::new(candidate.directory);
            Ok(())
        })
    }
    fn configuration(&self) -> Arc<Configuration> {
        self.served.lock().unwrap().0.clone()
    }
    fn rules(&self) -> ServedRules {
        let rules = Rules::compile(self.configuration(), self.revision().name);
        Arc::new(rules.unwrap())
    }
    fn revision(&self) -> Named {
        Named {
            number: 1,
            name: "1 (000000)".into(),
        }
    }
    fn directory(&self) -> Arc<Directory> {
        self.served.lock().unwrap().1.clone()
    }
    fn readings(&self, _: &[LimitUse]) -> Vec<Reading> {
        Vec::new()
    }
    fn remembered(&self) -> &Remembered {
        &self.remembered
    }
    fn blocks(&self) -> Vec<Block> {
        Vec::new()
    }
    fn source_of(&self, address: IpAddr) -> String {
        address.to_string()
    }
    fn lift(&self, _: IpAddr) -> Option<Block> {
        None
    }
    fn status(&self) -> Status {
        Status {
            pid: 1,
            version: "0".into(),
            gateways: Vec::new(),
            admin: String::new(),
            revision: 1,
        }
    }
}

/// Keeps the parts of an answer.
#[derive(Debug, Default)]
struct Kept(Vec<Value>);

impl Items for Kept {
    fn item(&mut self, value: Value) -> Answer<'_, std::io::Result<()>> {
        self.0.push(value);
        Box::pin(async { Ok(()) })
    }
}

/// A data directory and what is stored in it.
pub(super) struct Place {
    store: Store,
    keyer: Keyer,
    folder: tempfile::TempDir,
}

/// What serves what is stored.
pub(super) struct Node {
    service: Service,
    fake: Arc<Fake>,
}

impl Place {
    /// Nothing is stored in it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDirectory::lock(folder.path(), SystemTime::now()).unwrap();
        let keyer = Keyer::new(directory.installation_key().unwrap().expose());
        Self {
            store: Store::open(Arc::new(directory)).unwrap(),
            keyer,
            folder,
        }
    }

    /// A node that serves it.
    async fn node(&self) -> Node {
        let sealer = self
            .store
            .open_secrets(&MasterSource::default(), None)
            .await
            .unwrap();
        let stored = Stored::open(
            self.store.clone(),
            self.folder.path(),
            self.keyer.clone(),
            sealer,
        );
        let (stored, candidate) = stored.await.unwrap();
        let fake = Arc::new(Fake {
            served: Mutex::new((
                candidate.configuration.unwrap_or_default(),
                Arc::new(candidate.directory),
            )),
            remembered: Remembered::default(),
            failures: AtomicUsize::new(0),
        });
        let calls = postern_calllog::Options::new(tempfile::tempdir().unwrap().keep());
        let calls = Arc::new(CallLog::open(calls).unwrap());
        Node {
            service: Service::new(Source::Store(Box::new(stored)), fake.clone(), calls),
            fake,
        }
    }
}

impl Node {
    /// Stores a document.
    async fn put(&self, kind: &str, id: &str, value: Value) -> Result<Value, Refusal> {
        let change = Change {
            kind: kind.to_owned(),
            id: id.to_owned(),
            put: Some(value),
            patch: None,
            delete: false,
            expect: None,
        };
        let set = ChangeSet::new(vec![change], "a test".to_owned(), "test");
        self.service.change(&Actor::local("root"), set).await
    }

    /// A service that can be served, and what it takes.
    async fn serve(&self, name: &str) -> Result<Value, Refusal> {
        self.put("upstream", "u", json!({"targets": ["192.0.2.1:80"]}))
            .await?;
        let versions = json!({"v1": {"upstream": "u", "operations": {}}});
        self.put(
            "service",
            name,
            json!({"base_path": format!("/{name}"), "versions": versions}),
        )
        .await
    }

    /// Asks for something, of which the parts are answered too.
    async fn call(&self, method: &str, params: Value) -> Result<(Value, Vec<Value>), Refusal> {
        let mut kept = Kept::default();
        let call = Call {
            actor: &Actor::local("root"),
            params,
            replies: &mut kept,
        };
        let answer = self.service.call(method, call).await?;
        Ok((answer, kept.0))
    }

    /// Puts a backup in the place of everything.
    async fn restore(&self, lines: &[Value]) -> Result<Value, Refusal> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text: Vec<String> = lines.iter().map(Value::to_string).collect();
        std::fs::write(file.path(), text.join("\n") + "\n").unwrap();
        let (answer, _) = self.call("restore", json!({"path": file.path()})).await?;
        Ok(answer)
    }

    /// From now on nothing can be taken over, so many times.
    fn fail(&self, times: usize) {
        self.fake.failures.store(times, Ordering::Relaxed);
    }
}
