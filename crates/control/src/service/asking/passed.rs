//! What the row of an allowed request keeps, as facts.

use postern_calllog::{Entry, MethodName, Protocol};
use postern_policy::head::Version;
use postern_policy::recorded::compact::Columns;
use postern_policy::{Recorded, Rules};

/// The facts of an allowed request; `rules` are those that decided it. `None` of any other, and
/// where nothing was kept.
pub(super) fn facts(entry: &Entry, rules: &Rules) -> Option<Recorded> {
    let columns = Columns {
        at: i64::try_from(entry.id.millis()).ok()?,
        peer: entry.peer.ip(),
        version: match entry.protocol? {
            Protocol::Http10 => Version::Http10,
            Protocol::Http11 => Version::Http11,
            Protocol::Http2 => Version::Http2,
        },
        method: entry.method.as_ref().map(MethodName::as_str)?,
        host: entry.host.as_deref(),
        path: entry.path.as_deref()?,
        operation: [
            entry.service.as_deref()?,
            entry.version.as_deref()?,
            entry.operation.as_deref()?,
        ],
        environment: entry.environment.as_deref()?,
        app: entry.app.as_deref(),
        credential: entry.credential.as_deref(),
        subscription: entry.subscription.as_deref(),
        directory: entry.directory,
    };
    Recorded::compact(&columns, entry.facts.bytes()?, rules)
}
