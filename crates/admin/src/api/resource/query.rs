//! What the endpoints of every kind are asked with.

use crate::api::problem::{Place, Problem};
use postern_control::documents::SETTINGS;
use postern_control::{Listing, MOST_ON_A_PAGE};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Which one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ById {
    /// The id.
    pub id: String,
}

/// How a path says which document is meant.
pub trait Pointing: DeserializeOwned + JsonSchema + Send + 'static {
    /// Its id.
    fn id(&self) -> &str;
}

impl Pointing for ById {
    fn id(&self) -> &str {
        &self.id
    }
}

/// The one document of a kind that has only one.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TheOne {}

impl Pointing for TheOne {
    fn id(&self) -> &str {
        SETTINGS
    }
}

/// Which ones, and how many.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Items on a page, 1 to 1000; 100 if this is not said.
    pub limit: Option<usize>,
    /// Where to go on: the `next` of the page before.
    pub cursor: Option<String>,
    /// `id` (the default), or `-id` for the other way round.
    pub sort: Option<String>,
    /// Only those of this tenant.
    pub tenant: Option<String>,
    /// Only those whose id or title has this in it.
    pub q: Option<String>,
    /// Only those of this app.
    pub app: Option<String>,
    /// Only those of this service.
    pub service: Option<String>,
    /// Only those in this state.
    pub state: Option<String>,
    /// Only those of this environment.
    pub environment: Option<String>,
    /// Members to leave out, separated by commas, where the whole documents are too much: the answer
    /// has `entries_count` in the place of `entries` then, say.
    pub without: Option<String>,
}

/// Why something is changed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// For the audit trail, at most 4096 bytes.
    pub comment: Option<String>,
}

impl Which {
    /// The members that are left out.
    pub(crate) fn left_out(&self) -> Result<Vec<String>, Problem> {
        let names = self.without.as_deref().unwrap_or("").split(',');
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        if names
            .iter()
            .any(|name| ["id", "version"].contains(&&**name))
        {
            let detail = "A document without that cannot be told from others.";
            let accepted = "other members, `entries`, say";
            return Err(Problem::field(Place::Query, "without", detail, accepted));
        }
        Ok(names)
    }

    /// As the store is asked.
    pub(crate) fn listing(self) -> Result<Listing, Problem> {
        let descending = match self.sort.as_deref() {
            None | Some("id") => false,
            Some("-id") => true,
            Some(_) => {
                let detail = "Lists are sorted by id.";
                return Err(Problem::field(
                    Place::Query,
                    "sort",
                    detail,
                    "`id` or `-id`",
                ));
            }
        };
        let limit = self.limit.unwrap_or(100);
        if !(1..=MOST_ON_A_PAGE).contains(&limit) {
            let detail = format!("A page of {limit} items cannot be had.");
            return Err(Problem::field(Place::Query, "limit", detail, "1 to 1000"));
        }
        let members = [
            ("tenant", self.tenant),
            ("app", self.app),
            ("service", self.service),
            ("state", self.state),
            ("environment", self.environment),
        ];
        let having: BTreeMap<_, _> = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        Ok(Listing {
            having,
            phrase: self.q,
            after: self.cursor,
            descending,
            limit,
        })
    }
}

/// A body without `id` and `version`, which are told apart.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) id: String,
    pub(super) version: Option<u64>,
    pub(super) document: Value,
}

/// Reads the body of a document. `id`: the one in the path, if there is one.
pub(super) fn written(mut body: Map<String, Value>, id: Option<&str>) -> Result<Written, Problem> {
    let wrong = |detail: &str, accepted: &str| Problem::field(Place::Body, "/id", detail, accepted);
    let version = match body.shift_remove("version") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_u64().ok_or_else(|| {
            let detail = "The version is not a number.";
            Problem::field(
                Place::Body,
                "/version",
                detail,
                "the one that was read, or none",
            )
        })?),
    };
    let id = match (body.shift_remove("id"), id) {
        (None, Some(id)) => id.to_owned(),
        (Some(Value::String(said)), None) => said,
        (Some(Value::String(said)), Some(id)) if said == *id => said,
        (Some(Value::String(_)), Some(_)) => {
            let detail = "The id in the body is not the one in the path.";
            return Err(wrong(detail, "the same, or none"));
        }
        (None, None) => return Err(wrong("It has no id.", "a name, as text")),
        (Some(_), _) => return Err(wrong("The id is not text.", "a name, as text")),
    };
    Ok(Written {
        id,
        version,
        document: Value::Object(body),
    })
}
