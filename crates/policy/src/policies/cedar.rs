//! Kind `cedar`: who may do what, as Cedar says it. The engine is `postern-cedar`.

use super::standing::Standing;
use postern_cedar::{Document, Fault, Looks, Place};
use postern_model::entity::{CedarRule, Configuration, Policy};

/// Compiled.
#[derive(Debug)]
pub(crate) struct Cedar {
    pub(crate) document: Document,
}

impl Cedar {
    /// Compiles the statements of a policy, for its level and no other.
    ///
    /// # Errors
    /// What is wrong with them, the first of it.
    pub(super) fn new(rule: &CedarRule, policy: &Policy) -> Result<Self, Box<str>> {
        let document = Document::compile(&rule.policies, &policy.level);
        let first = |faults: Vec<Fault>| -> Box<str> {
            let first = faults.into_iter().next();
            first.map_or("no Cedar".into(), |fault| fault.message.into())
        };
        Ok(Self {
            document: document.map_err(first)?,
        })
    }
}

/// What Cedar policies know of one operation, and look at in requests to it.
#[derive(Debug)]
pub(crate) struct AtOperation {
    pub(crate) place: Place,
    pub(crate) looks: Looks,
    /// Whether something can be told of callers once for all their requests.
    pub(crate) may_stand: bool,
    /// What was.
    pub(crate) standing: Standing,
}

impl AtOperation {
    pub(super) fn new<'a>(
        configuration: &Configuration,
        [service, version, operation]: [usize; 3],
        policies: impl Iterator<Item = &'a Cedar>,
    ) -> Self {
        let service = configuration.services.get(service);
        let version = service.and_then(|service| service.versions.get(version));
        let operation = version.and_then(|version| version.operations.get(operation));
        let place = Place::new(
            service.and_then(|service| service.tenant.as_deref()),
            service.map_or("", |service| &service.name),
            version.map_or("", |version| &version.name),
            operation.map_or("", |operation| &operation.name),
        );
        let mut looks = Looks::default();
        for policy in policies {
            looks.add(policy.document.looks());
        }
        Self {
            place,
            may_stand: looks.may_stand(),
            looks,
            standing: Standing::default(),
        }
    }
}
