//! What the answers of the local socket look like that are put together there member by member: for
//! the OpenAPI document, and for the test that holds answers against it.

use postern_control::answers::{Explanation, Fix, ImportDifference, ImportReport};
use postern_control::management::change_request::State;
use postern_control::{Block, Plan, Refusal};
use schemars::JsonSchema;
use serde_json::{Map, Value};

/// Declares answers.
macro_rules! answers {
    ($($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $says:literal])+ $field:ident: $type:ty,)* })*) => {
        $(
            $(#[doc = $about])+
            #[derive(Debug, JsonSchema)]
            #[expect(dead_code, reason = "its schema is what it is for")]
            pub(crate) struct $name {
                $($(#[doc = $says])+ $field: $type,)*
            }
        )*
    };
}

answers! {
    /// A request, as far as whoever asks may know of it. What is not known is not there.
    CallRow {
        /// Its id.
        id: String,
        /// When it came: Unix time in milliseconds.
        at_ms: i64,
        /// How long it took, in microseconds.
        duration_us: u64,
        /// The caller's address.
        address: String,
        /// Whoever opened the connection.
        peer: Option<String>,
        /// `http/1.0`, `http/1.1`, `h2`.
        protocol: Option<String>,
        /// The method.
        method: Option<String>,
        /// The host.
        host: Option<String>,
        /// The path; without the query, and templates where it is not kept.
        path: Option<String>,
        /// The status; 0: none was sent.
        status: u16,
        /// How it ended: `allowed`, `refused`, `origin_refused`, `cancelled`, `own`.
        outcome: String,
        /// The code of the refusal.
        code: Option<String>,
        /// The stage that refused.
        stage: Option<String>,
        /// Whose business the refusal is.
        fault: Option<String>,
        /// The policy that refused.
        policy: Option<String>,
        /// The service's tenant.
        tenant: Option<String>,
        /// The service.
        service: Option<String>,
        /// Its version.
        version: Option<String>,
        /// Its operation.
        operation: Option<String>,
        /// The environment of the host.
        environment: Option<String>,
        /// The app.
        app: Option<String>,
        /// The credential's id.
        credential: Option<String>,
        /// The subscription that counted.
        subscription: Option<String>,
        /// The upstream.
        upstream: Option<String>,
        /// The last target tried.
        target: Option<String>,
        /// How often it was sent on.
        attempts: Option<u32>,
        /// Bytes of its body.
        bytes_in: u64,
        /// Bytes of the response's body.
        bytes_out: u64,
        /// The number of the rules that decided.
        revision: Option<u64>,
        /// The number of the directory's change that was the last then.
        directory: Option<u64>,
        /// The id that a trusted hop gave it.
        client_request_id: Option<String>,
        /// The trace that it is part of.
        trace: Option<String>,
        /// For how many requests the row stands.
        represents: u64,
        /// Of a row that stands for a flood: which.
        fold: Option<Fold>,
        /// What is kept beside the columns, for operators.
        detail: Option<Value>,
    }
    /// What a row stands for.
    Fold {
        /// The id of the first.
        first: String,
        /// The id of the last.
        last: String,
        /// The ids of some.
        samples: Vec<String>,
    }
    /// Requests, the newest first.
    CallsPage {
        /// The requests.
        items: Vec<CallRow>,
        /// Whether there are more.
        more: bool,
        /// What to give as `before` for the next page; none: this is the last.
        next: Option<String>,
    }
    /// A recorded request, explained.
    ExplainedCall {
        /// The explanation.
        found: Explanation,
        /// Whether its row stands for others, too.
        folded: bool,
        /// The row, for operators.
        record: Option<CallRow>,
    }
    /// A recorded request, decided anew.
    DecidedCall {
        /// The explanation of what was decided now.
        found: Explanation,
        /// Whether it would surely pass: the verdict is `allowed`.
        allowed: bool,
        /// Whether its row stands for others, too.
        folded: bool,
    }
    /// A request that nobody has sent, decided.
    DecidedQuestion {
        /// The explanation.
        found: Explanation,
        /// Whether nothing refuses it, as far as that can be told.
        allowed: bool,
    }
    /// What was fixed, or would be.
    MadeFix {
        /// The fix.
        fix: Fix,
        /// The request that it was offered for.
        request: FixedCall,
        /// What would be made, as lines of a configuration file: of a preview.
        would: Option<Vec<String>>,
        /// What was made of documents.
        made: Option<MadeChange>,
        /// The new key, this once.
        key: Option<String>,
    }
    /// The request that a fix was offered for.
    FixedCall {
        /// Its id.
        id: String,
        /// Its method.
        method: Option<String>,
        /// Its path.
        path: Option<String>,
    }
    /// What a change did.
    MadeChange {
        /// The number of the change set; the last one's, if nothing changed.
        sequence: u64,
        /// The revision that it made: number and hash; none: no rules changed.
        revision: Option<String>,
        /// The documents that changed.
        entries: Vec<ChangedDocument>,
    }
    /// A document that changed.
    ChangedDocument {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
        /// `added`, `changed` or `removed`.
        did: String,
    }
    /// Refusals, counted.
    DenialCounts {
        /// How many there are of those that were asked for.
        total: u64,
        /// How many the gateway refused.
        refused: u64,
        /// How many an upstream refused.
        origin_refused: u64,
        /// By what they have in common, the most first.
        groups: Vec<DenialGroup>,
        /// Whether there are more groups, or more refusals than were looked at.
        more: bool,
        /// How many there were in each part of the time, if that was asked for.
        series: Option<Vec<DenialSlice>>,
    }
    /// Refusals that have something in common.
    DenialGroup {
        /// What; none: they have no such thing.
        key: Option<String>,
        /// How many.
        count: u64,
        /// When the first came: Unix time in milliseconds.
        first_ms: u64,
        /// When the last came.
        last_ms: u64,
        /// The id of one of them.
        example: String,
    }
    /// Refusals of a part of a time.
    DenialSlice {
        /// Not before: Unix time in milliseconds.
        from_ms: u64,
        /// Before: Unix time in milliseconds.
        until_ms: u64,
        /// How many the gateway refused.
        refused: u64,
        /// How many an upstream refused.
        origin_refused: u64,
        /// How many requests passed; none where that was not counted: refusals of a code, a stage
        /// or a fault were asked for, or rows are known in part only.
        allowed: Option<u64>,
    }
    /// The policies of an operation.
    EffectivePolicies {
        /// `SERVICE/VERSION/OPERATION`.
        operation: String,
        /// The policies, from the platform's to the operation's own.
        policies: Vec<EffectivePolicy>,
        /// What those come to that are enforced.
        result: PolicyResult,
        /// Plans under which it can be called, with their limits.
        plans: Vec<EffectivePlan>,
    }
    /// A policy that holds for an operation, or would.
    EffectivePolicy {
        /// Its name.
        policy: String,
        /// Its kind.
        kind: String,
        /// Where it comes from: `platform`, `service orders`.
        origin: String,
        /// Whether it is enforced.
        mode: EffectiveMode,
        /// Whether nothing below may replace it.
        mandatory: bool,
        /// The policy that holds instead.
        replaced_by: Option<String>,
        /// What it says, by its kind.
        says: Map<String, Value>,
    }
    /// Whether a policy is enforced.
    EffectiveMode {
        /// `enforce`, `shadow` or `off`.
        mode: String,
        /// Until when: Unix time in seconds.
        until: Option<i64>,
    }
    /// What enforced policies come to together.
    PolicyResult {
        /// The address has to be on one list of each.
        addresses_on_one_list_of_each: Vec<Vec<String>>,
        /// The address has to be on none of these lists.
        addresses_on_none_of: Vec<String>,
        /// Headers that have to be there.
        headers_required: Vec<String>,
        /// The media type has to be one of each.
        content_type_on_one_of_each: Vec<Vec<String>>,
        /// Limits, all of which apply.
        limits: Vec<String>,
        /// Most bytes of a body.
        max_body_size: Option<u64>,
    }
    /// A plan, and how much may be used under it.
    EffectivePlan {
        /// Its name.
        plan: String,
        /// Where it comes from.
        origin: String,
        /// Whether it is enforced.
        mode: EffectiveMode,
        /// Its limits.
        limits: Vec<EffectiveLimit>,
    }
    /// A limit: of a rate, of the time between requests, or of requests at once.
    EffectiveLimit {
        /// Its name.
        limit: String,
        /// What is counted by.
        by: Vec<String>,
        /// So many requests …
        rate: Option<u64>,
        /// … in so many milliseconds.
        per_ms: Option<u64>,
        /// How many at once, of a rate.
        burst: Option<u64>,
        /// Milliseconds between two requests.
        apart_ms: Option<u64>,
        /// Requests at once.
        concurrency: Option<u64>,
    }
    /// Addresses that are blocked for now.
    AddressBlocks {
        /// The blocks.
        blocks: Vec<Block>,
        /// Whether there are more.
        more: bool,
    }
    /// A block that was ended.
    LiftedBlock {
        /// The block.
        lifted: Block,
    }
    /// What an import does, or would.
    Imported {
        /// Whether nothing was made.
        dry_run: bool,
        /// `SERVICE/VERSION`.
        service: String,
        /// What the document calls its version.
        api_version: Option<String>,
        /// What the document calls itself.
        title: Option<String>,
        /// Which rules it was written by: `OpenAPI 3.0`.
        dialect: String,
        /// How many operations it has.
        found: u64,
        /// Whether the original is kept.
        document_kept: bool,
        /// What was not understood.
        report: ImportReport,
        /// What becomes of the version's operations.
        difference: ImportDifference,
        /// What is done besides.
        also: Vec<String>,
        /// The version of the service's document that this was made up from; 0: there was none.
        expect: Option<u64>,
        /// The number of the change set; none of a dry run.
        sequence: Option<u64>,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Option<Vec<ChangedDocument>>,
    }
    /// A configuration file.
    WrittenConfiguration {
        /// Its text.
        text: String,
    }
    /// What a configuration file would change.
    PlannedConfiguration {
        /// What changes.
        plan: Plan,
        /// How many documents the file has.
        documents: u64,
        /// Warnings about the file, as text.
        warnings: String,
        /// Why it could not be applied.
        refused: Option<Refusal>,
    }
    /// What a configuration file changed.
    AppliedConfiguration {
        /// What changed.
        plan: Plan,
        /// How many documents the file has.
        documents: u64,
        /// Warnings about the file, as text.
        warnings: String,
        /// The number of the change set.
        sequence: u64,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Vec<ChangedDocument>,
    }
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
    /// A secret that was sealed.
    SealedSecret {
        /// What to write in the document: `sealed:…`.
        sealed: String,
        /// The document that it can be opened in.
        r#for: String,
    }
    /// Secrets that were sealed anew.
    RotatedSecrets {
        /// How many documents have some.
        documents: u64,
        /// Whether the master key was replaced, too.
        master: bool,
    }
}
