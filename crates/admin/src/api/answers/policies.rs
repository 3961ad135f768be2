//! Which policies hold, how lists stand, and which addresses are blocked.

use super::answers;
use postern_control::sourced::State as SourcedList;
use postern_control::{Block, ShadowCounts};
use schemars::JsonSchema;
use serde_json::{Map, Value};

answers! {
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
        /// What it would have refused in the last 7 days: of one in shadow mode, as far as its reader
        /// may read requests.
        shadow: Option<ShadowCounts>,
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
        /// The policy that says which pages of other origins may call.
        cors: Option<String>,
        /// The policies that say whose pages may change something, all of which apply.
        csrf: Vec<String>,
        /// The policies that ask other services, all of which have to let the request pass.
        external: Vec<String>,
        /// The policies whose statements say who may do what, as one set.
        cedar: Vec<String>,
        /// The policies that hold requests to an OpenAPI document, all of which apply.
        contract: Vec<String>,
        /// The policies that ask something of some requests, all of which apply.
        conditions: Vec<String>,
        /// The policies that change requests and answers, in this order.
        changed_by: Vec<String>,
        /// The policies that hide something in answers and records, all of which apply.
        hidden_by: Vec<String>,
        /// The policies that block callers for a while, all of which apply.
        abuse: Vec<String>,
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
    /// A limit: of a rate, of the time between requests, of requests at once, or a quota.
    EffectiveLimit {
        /// Its name.
        limit: String,
        /// What is counted by.
        by: Vec<String>,
        /// So many requests …
        rate: Option<u64>,
        /// Requests of a quota …
        quota: Option<u64>,
        /// … in so many milliseconds …
        per_ms: Option<u64>,
        /// … or in each `day`, `week` or `month` of the calendar …
        per_calendar: Option<String>,
        /// … by the clocks of this time zone.
        time_zone: Option<String>,
        /// How many at once, of a rate.
        burst: Option<u64>,
        /// Milliseconds between two requests.
        apart_ms: Option<u64>,
        /// Requests at once.
        concurrency: Option<u64>,
    }
    /// How lists stand that come from files and URLs.
    SourcedLists {
        /// The lists.
        lists: Vec<SourcedList>,
    }
    /// Who is blocked for now.
    TemporaryBlocks {
        /// The blocks.
        blocks: Vec<Block>,
        /// Whether there are more.
        more: bool,
    }
    /// A block that was made.
    MadeBlock {
        /// The block.
        blocked: Block,
    }
    /// A block that was ended.
    LiftedBlock {
        /// The block.
        lifted: Block,
    }
}
