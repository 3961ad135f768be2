//! Revisions, and changes that somebody else decides about.

use super::answers;
use super::configuration::ChangedDocument;
use postern_control::management::change_request::State;
use postern_control::{Plan, Refusal};
use schemars::JsonSchema;

answers! {
    /// A revision of the rules.
    RevisionRow {
        /// Its number.
        number: u64,
        /// Number and hash.
        name: String,
        /// Whether it is in force.
        in_force: bool,
        /// The change set that made it.
        sequence: u64,
        /// When: Unix time in milliseconds.
        at_ms: i64,
        /// Who made it.
        who: String,
        /// Why.
        comment: String,
        /// How it came in.
        source: String,
    }
    /// Revisions, the newest first.
    RevisionsPage {
        /// The revisions.
        revisions: Vec<RevisionRow>,
        /// Whether there are more.
        more: bool,
    }
    /// A revision. Of number 0, which is the empty beginning, there is nothing more.
    ShownRevision {
        /// Its number.
        number: u64,
        /// Number and hash.
        name: Option<String>,
        /// Whether it is in force.
        in_force: Option<bool>,
        /// The change set that made it.
        sequence: Option<u64>,
        /// When: Unix time in milliseconds.
        at_ms: Option<i64>,
        /// Who made it.
        who: Option<String>,
        /// Why.
        comment: Option<String>,
        /// How it came in.
        source: Option<String>,
        /// Its documents, as a configuration file, where that was asked for.
        text: Option<String>,
        /// What it changed; none of the oldest that is kept.
        plan: Option<Plan>,
    }
    /// What leads from one revision to another.
    RevisionDifference {
        /// From this one.
        from: u64,
        /// To this one.
        to: u64,
        /// What changes.
        plan: Plan,
    }
    /// What going back to a revision changed, or would.
    RolledBack {
        /// What changes.
        plan: Plan,
        /// Why it would not be possible: of a preview.
        refused: Option<Refusal>,
        /// The number of the change set; none of a preview.
        sequence: Option<u64>,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Option<Vec<ChangedDocument>>,
    }
    /// A change request, in short.
    ChangeRequestRow {
        /// Its id.
        id: String,
        /// Its state.
        state: State,
        /// The tenant whose documents it is about; none: the platform's.
        tenant: Option<String>,
        /// Why.
        comment: String,
        /// Who proposed it.
        proposed_by: String,
        /// When, as RFC 3339 has it.
        proposed_at: String,
        /// Until when it can be decided about.
        expires_at: String,
        /// How many documents it adds.
        adds: u64,
        /// How many it changes.
        changes: u64,
        /// How many it removes.
        removes: u64,
        /// Who decided.
        decided_by: Option<String>,
        /// When.
        decided_at: Option<String>,
        /// What they said.
        decision: Option<String>,
        /// Whether whoever proposed it approved it by force.
        forced: Option<bool>,
        /// The change set that it was applied as.
        applied_as: Option<u64>,
        /// What was changed since it was proposed.
        moved: Option<Vec<String>>,
        /// What it would change: of one alone.
        plan: Option<Plan>,
        /// What it adds, as lines of a configuration file: of one alone.
        added: Option<Vec<String>>,
    }
    /// Change requests.
    ChangeRequestsPage {
        /// The change requests.
        change_requests: Vec<ChangeRequestRow>,
        /// Whether there are more.
        more: bool,
    }
    /// A decision about a change request, and what it did.
    DecidedChangeRequest {
        /// The state of a rejected one: `rejected`, or `withdrawn` of one's own.
        state: Option<State>,
        /// The number of the change set.
        sequence: u64,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Vec<ChangedDocument>,
    }
}
