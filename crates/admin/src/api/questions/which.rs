//! Which requests are asked for.

use crate::api::problem::{Code, Place, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Requests, or groups of refusals, that are told at once.
const MOST: usize = 1000;

/// Declares parameters: the conditions that requests may have to meet, and those of a question's own.
macro_rules! which {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $says:literal])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            /// Not before: Unix time in milliseconds.
            #[serde(skip_serializing_if = "Option::is_none")]
            since_ms: Option<u64>,
            /// Before: Unix time in milliseconds.
            #[serde(skip_serializing_if = "Option::is_none")]
            until_ms: Option<u64>,
            /// How it ended: `allowed`, `refused`, `origin_refused`, …. Of refusals, whose groups are
            /// counted: `refused` or `origin_refused`.
            #[serde(skip_serializing_if = "Option::is_none")]
            outcome: Option<String>,
            /// A code, or a family of codes.
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<String>,
            /// The app.
            #[serde(skip_serializing_if = "Option::is_none")]
            app: Option<String>,
            /// The service's tenant.
            #[serde(skip_serializing_if = "Option::is_none")]
            tenant: Option<String>,
            /// The service.
            #[serde(skip_serializing_if = "Option::is_none")]
            service: Option<String>,
            /// Its version.
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<String>,
            /// Its operation.
            #[serde(skip_serializing_if = "Option::is_none")]
            operation: Option<String>,
            /// The credential, by its id.
            #[serde(skip_serializing_if = "Option::is_none")]
            credential: Option<String>,
            /// The caller's address, or a network.
            #[serde(skip_serializing_if = "Option::is_none")]
            address: Option<String>,
            /// A status, or a class: `403`, `4xx`.
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<String>,
            /// The method.
            #[serde(skip_serializing_if = "Option::is_none")]
            method: Option<String>,
            /// Whose business it is: `consumer`, `publisher`, ….
            #[serde(skip_serializing_if = "Option::is_none")]
            fault: Option<String>,
            /// The stage that refused.
            #[serde(skip_serializing_if = "Option::is_none")]
            stage: Option<String>,
            /// Words in path, host, code or detail.
            #[serde(skip_serializing_if = "Option::is_none")]
            phrase: Option<String>,
            /// At most so many, up to 1000.
            #[serde(skip_serializing_if = "Option::is_none")]
            limit: Option<usize>,
            /// Columns that say nothing, separated by commas: `app`, `service`, `operation`, `code`,
            /// `fault`.
            #[serde(skip_serializing_if = "Option::is_none")]
            without: Option<String>,
            $(
                $(#[doc = $says])+
                #[serde(skip_serializing_if = "Option::is_none")]
                $field: $type,
            )*
        }

        impl $name {
            /// As the socket is asked.
            pub(super) fn params(&self) -> Result<Value, Problem> {
                params(self.limit, self)
            }
        }
    };
}

fn params(limit: Option<usize>, which: &impl Serialize) -> Result<Value, Problem> {
    if limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
        let detail = "So many cannot be had at once.";
        return Err(Problem::field(Place::Query, "limit", detail, "1 to 1000"));
    }
    serde_json::to_value(which).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

which! {
    /// Which requests; every condition may be left out.
    WhichCalls {
        /// Only those before the request of this id, which is the `next` of the page before.
        before: Option<String>,
    }
}

which! {
    /// Which refusals, and how they are counted; every condition may be left out.
    WhichDenials {
        /// Into how many parts of the time from `since_ms` to `until_ms` (without them, the last
        /// day) they are counted, too: 1 to 200.
        buckets: Option<u64>,
        /// What to count by: `code`, `app`, `operation`, `service`, `fault`, `address`, `status`.
        by: Option<String>,
    }
}
