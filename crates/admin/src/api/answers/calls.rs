//! Requests, refusals, and what mends them.

use super::answers;
use super::configuration::ChangedDocument;
use postern_control::answers::{Explanation, Fix};
use schemars::JsonSchema;
use serde_json::Value;

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
}
