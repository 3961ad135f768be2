//! What became of a request, for whoever made it.

use super::links::Links;
use postern_model::RequestId;
use postern_model::entity::Name;
use postern_policy::{Acting, Identity};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// For how long after a request its record may still be on its way, in milliseconds.
const ON_ITS_WAY: i64 = 10_000;

/// What is kept of a request for its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRecord {
    /// The app that had proved itself; `None`: nobody had, and only a signed link leads there.
    pub app: Option<Name>,
    /// That app's tenant then, where it is known. An app of that name that another tenant has now
    /// is another app.
    pub tenant: Option<Name>,
    /// For whom that app acted, where it is known.
    pub acting: Option<Acting>,
    /// What its caller may read, as JSON: what it was told then.
    pub projection: Vec<u8>,
}

/// A record that is looked for.
pub type Looked<'a> = Pin<Box<dyn Future<Output = Option<ConsumerRecord>> + Send + 'a>>;

/// Where records are found. Called on the cores that serve requests: the future must not block.
pub trait Records: Send + Sync {
    /// The record of a request; `None`: there is none, or none yet, or nothing its caller may
    /// read.
    fn consumer(&self, id: RequestId) -> Looked<'_>;
}

/// What it takes to tell callers about their requests.
#[derive(Clone)]
pub struct Requests {
    /// Where their records are.
    pub records: Arc<dyn Records>,
    /// The links that refusals carry.
    pub links: Links,
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records and links")
    }
}

impl ConsumerRecord {
    /// Whether it is about the app that proves itself now, and about the person that it acts for:
    /// what people do with an app is no business of its other users, nor of itself.
    pub(crate) fn is_of(&self, identity: &Identity) -> bool {
        self.app.as_ref() == Some(&identity.app.name)
            && self.acting == Some(identity.acting())
            && self
                .tenant
                .as_ref()
                .is_none_or(|tenant| *tenant == identity.tenant.name)
    }
}

/// Whether the record of a request may still be on its way. Depends on the id alone, not on
/// whether there is such a request. `now` is Unix time in milliseconds.
pub(crate) fn may_come(id: RequestId, now: i64) -> bool {
    let then = i64::try_from(id.millis()).unwrap_or(i64::MAX);
    (0..ON_ITS_WAY).contains(&now.saturating_sub(then))
}
