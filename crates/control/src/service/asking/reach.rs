//! How much of the call log somebody may read: all of it, what was asked of their services, what
//! their apps asked for.

use super::known::known;
use crate::service::Service;
use crate::{Actor, Refusal, Running};
use postern_calllog::{Entry, Filter, Whose};
use postern_explain::Audience;
use postern_model::entity::Name;
use postern_model::permission::{Grants, Point};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What somebody may read.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    grants: Grants,
    running: Arc<dyn Running>,
}

impl Reach {
    /// Whether it is everything.
    pub(super) fn is_everything(&self) -> bool {
        self.grants.allow_everywhere(Point::CallsRead)
    }

    /// Whose requests they may read; none: everybody's.
    pub(super) fn whose(&self) -> Option<Arc<Whose>> {
        if self.is_everything() {
            return None;
        }
        let named = |name: &Name| -> Arc<str> { Arc::from(&**name) };
        let tenants = self.grants.tenants_with(Point::CallsRead);
        let tenants: BTreeSet<_> = tenants.map(named).collect();
        let directory = self.running.directory();
        let apps = directory
            .apps()
            .filter(|app| tenants.contains(&*app.tenant));
        let apps = apps.map(|app| named(&app.name)).collect();
        Some(Arc::new(Whose { tenants, apps }))
    }

    /// The most that may be told of a request to the services of a tenant, sent by an app; none
    /// if nothing may.
    pub(super) fn audience(&self, publisher: Option<&str>, app: Option<&str>) -> Option<Audience> {
        if self.is_everything() {
            return Some(Audience::Operator);
        }
        let reads = |tenant: &str| self.grants.allow(Point::CallsRead, Some(tenant));
        if publisher.is_some_and(reads) {
            return Some(Audience::Publisher);
        }
        let directory = self.running.directory();
        let app = directory.app(app?)?;
        reads(&app.tenant).then_some(Audience::Consumer)
    }

    /// What they may know of a recorded request, and for whom it is told; none if nothing.
    pub(super) fn known(&self, entry: &Entry) -> Option<(Audience, Entry)> {
        let audience = self.of(entry)?;
        let configuration = self.running.configuration();
        Some((audience, known(entry, audience, &configuration)))
    }

    /// The most that may be told of a recorded request.
    pub(super) fn of(&self, entry: &Entry) -> Option<Audience> {
        self.audience(entry.tenant.as_deref(), entry.app.as_deref())
    }

    /// The audience that an answer is for: the one that is wanted, if that much may be told.
    pub(super) fn told(most: Audience, wanted: Option<Audience>) -> Audience {
        wanted.map_or(most, |wanted| wanted.max(most))
    }

    /// The audience that what passes a filter is counted for; what is asked for by name and is not
    /// theirs alone is not. Where nothing is named, rows are counted as they are listed: by what
    /// the consumer may know at the least.
    pub(super) fn counts(&self, filter: &Filter) -> Result<Audience, Refusal> {
        let reads = |tenant: &str| self.grants.allow(Point::CallsRead, Some(tenant));
        let of_app = || {
            let directory = self.running.directory();
            let app = directory.app(filter.app.as_deref()?)?;
            Some(reads(&app.tenant))
        };
        let of_service = || {
            let configuration = self.running.configuration();
            let name = filter.service.as_deref()?;
            let service = configuration.services.iter().find(|s| *s.name == *name)?;
            service.tenant.as_deref().map(reads)
        };
        if self.is_everything() {
            return Ok(Audience::Operator);
        }
        if filter.tenant.as_deref().is_some_and(reads) || of_service().unwrap_or(false) {
            return Ok(Audience::Publisher);
        }
        let named = filter.tenant.is_some() || filter.service.is_some() || filter.app.is_some();
        if of_app().unwrap_or(false) || !named {
            return Ok(Audience::Consumer);
        }
        Err(Refusal::new(
            "forbidden",
            "only what concerns services or apps of your own can be counted",
        )
        .help("name one: `app`, `service`, or `tenant` for all services of yours"))
    }
}

impl Service {
    /// What somebody may read.
    pub(super) fn reach(&self, actor: &Actor) -> Reach {
        Reach {
            grants: actor.grants.clone(),
            running: self.running.clone(),
        }
    }
}

/// A request that is not there, or not for them.
pub(super) fn unseen(id: &str) -> Refusal {
    let id: String = id.chars().take(40).flat_map(char::escape_debug).collect();
    Refusal::new(
        "not_found",
        format!("no request `{id}` of yours is recorded"),
    )
}
