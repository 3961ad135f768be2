//! The six endpoints of a kind.

use super::Resource;
use super::answer::{problem, reply, shown};
use super::query::{Pointing as _, Which, Why, Written, written};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use axum::http::{Method, StatusCode};
use postern_control::shorthand::{Change, Expectation};
use postern_control::{Actor, ChangeSet};
use serde_json::{Map, Value, json};
use std::marker::PhantomData;

/// Bytes that a document may have: a list of ten thousand described entries, or a service of as many
/// operations.
const MOST_OF_A_DOCUMENT: usize = 8 << 20;

/// The body of a document.
type Document = Json<Map<String, Value>>;

/// Declares the types of the endpoints.
macro_rules! endpoints {
    ($($name:ident $says:literal)*) => {
        $(
            #[doc = $says]
            #[derive(Debug)]
            pub struct $name<R>(PhantomData<fn() -> R>);
        )*
    };
}

endpoints! {
    List "A page of a list."
    Get "One document."
    Create "Makes one."
    Replace "Makes or replaces one."
    Patch "Changes one by a JSON Merge Patch (RFC 7396)."
    Delete "Removes one."
}

/// Makes one change of one document.
pub(crate) async fn change<R: Resource>(
    api: &Api,
    actor: &Actor,
    change: Change,
    why: Why,
) -> Result<(), Problem> {
    let (id, removing, expect) = (change.id.clone(), change.delete, change.expect);
    let set = ChangeSet {
        changes: vec![change],
        comment: why.comment.unwrap_or_default(),
        source: Some("api".to_owned()),
    };
    let Err(refusal) = api.service().change(actor, set).await else {
        return Ok(());
    };
    if refusal.code == "not_found" {
        // In the words of what is not there at all.
        return Err(Problem::not_found(R::CALLED, &id));
    }
    if refusal.code != "conflict" {
        return Err(problem(refusal, R::KIND, &id, removing));
    }
    // What is stored now tells which kind of conflict it is; what may not be seen stays unseen.
    let current = api.service().see(actor, R::KIND, &id).await;
    Err(match (expect, current) {
        (Some(Expectation::Absent), _) => {
            let detail = format!("There is a {} `{id}` already.", R::CALLED);
            Problem::new(Code::Exists, detail)
        }
        (_, Err(_)) => Problem::not_found(R::CALLED, &id),
        (_, Ok(current)) => {
            let detail = format!("The {} `{id}` was changed meanwhile.", R::CALLED);
            let problem = Problem::new(Code::VersionMismatch, detail);
            problem.with("current_version", current.version)
        }
    })
}

/// Makes a document, and answers with it.
pub(crate) async fn create<R: Resource>(
    api: &Api,
    actor: &Actor,
    id: &str,
    document: Value,
    why: Why,
) -> Result<Reply, Problem> {
    let made = put::<R>(id, document).expecting(Expectation::Absent);
    change::<R>(api, actor, made, why).await?;
    let seen = api.service().left(actor, R::KIND, id).await?;
    let (location, version) = (format!("/api/v1{}/{id}", R::ALL), seen.version);
    Ok(Reply::created(&location, &shown(seen)).version(version))
}

fn put<R: Resource>(id: &str, document: Value) -> Change {
    Change {
        patch: None,
        put: Some(document),
        ..Change::patch(R::KIND, id, Value::Null)
    }
}

/// The document as it is after a change.
async fn after<R: Resource>(api: &Api, actor: &Actor, id: &str) -> Result<Reply, Problem> {
    Ok(reply(api.service().left(actor, R::KIND, id).await?))
}

/// A document that is there, or not there, against a condition of the request's head (RFC 9110,
/// section 13.1).
fn unmet(problem: Problem) -> Problem {
    match problem.code {
        Code::Exists | Code::NotFound => Problem {
            code: Code::VersionMismatch,
            ..problem
        },
        _ => problem,
    }
}

/// What changes of a document are described with.
fn changing<E: Endpoint, R: Resource>(
    describer: &mut Describer,
    status: StatusCode,
    body: Option<(&'static str, Value)>,
) -> Description {
    let one = R::schema(describer);
    Description {
        body: Some(body.unwrap_or_else(|| ("application/json", one.clone()))),
        answer: (status, Some(("application/json", one))),
        problems: vec![
            Code::ConfigurationInvalid,
            Code::Exists,
            Code::NotFound,
            Code::VersionMismatch,
        ],
        ..describer.of::<E>()
    }
}

impl<R: Resource> Endpoint for List<R> {
    type Permission = R::Read;
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = R::ALL;
    const ID: &'static str = R::IDS[0];
    const SUMMARY: &'static str = R::SUMMARIES[0];
    const TAG: &'static str = R::TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let without = asked.query.left_out()?;
        let listing = asked.query.listing()?;
        let page = api.service().list(&asked.actor, R::KIND, &listing).await?;
        let mut items: Vec<Value> = page.items.into_iter().map(shown).collect();
        for item in &mut items {
            shorten(item, &without);
        }
        Ok(Reply::json(&json!({"items": items, "next": page.next})))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = R::schema(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", page_of(&one)))),
            ..describer.of::<Self>()
        }
    }
}

/// Leaves members out of a document; of arrays and objects, how many things they have stays.
fn shorten(document: &mut Value, without: &[String]) {
    let Value::Object(members) = document else {
        return;
    };
    for name in without {
        let count = match members.shift_remove(name) {
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(items)) => items.len(),
            _ => continue,
        };
        members.insert(format!("{name}_count"), count.into());
    }
}

/// The schema of a page of things.
pub(crate) fn page_of(one: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": one},
            "next": {
                "type": ["string", "null"],
                "description": "The `cursor` of the next page, if there is one.",
            },
        },
    })
}

impl<R: Resource> Endpoint for Get<R> {
    type Permission = R::Read;
    type Path = R::Path;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = R::ONE;
    const ID: &'static str = R::IDS[1];
    const SUMMARY: &'static str = R::SUMMARIES[1];
    const TAG: &'static str = R::TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let (actor, id) = (&asked.actor, asked.path.id());
        match api.service().see(actor, R::KIND, id).await {
            Ok(seen) => Ok(reply(seen)),
            Err(refusal) if refusal.code == "not_found" => Err(Problem::not_found(R::CALLED, id)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = R::schema(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", one))),
            ..describer.of::<Self>()
        }
    }
}

impl<R: Resource> Endpoint for Create<R> {
    type Permission = R::Write;
    type Path = Nothing;
    type Query = Why;
    type Body = Document;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = R::ALL;
    const ID: &'static str = R::IDS[2];
    const SUMMARY: &'static str = R::SUMMARIES[2];
    const TAG: &'static str = R::TAG;
    const MAX_BODY: usize = MOST_OF_A_DOCUMENT;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let Written { id, document, .. } = written(asked.body.0, None)?;
        create::<R>(api, &asked.actor, &id, document, asked.query).await
    }

    fn describe(describer: &mut Describer) -> Description {
        changing::<Self, R>(describer, StatusCode::CREATED, None)
    }
}

impl<R: Resource> Endpoint for Replace<R> {
    type Permission = R::Write;
    type Path = R::Path;
    type Query = Why;
    type Body = Document;
    type Answer = Value;

    const METHOD: Method = Method::PUT;
    const PATH: &'static str = R::ONE;
    const ID: &'static str = R::IDS[3];
    const SUMMARY: &'static str = R::SUMMARIES[3];
    const TAG: &'static str = R::TAG;
    const MAX_BODY: usize = MOST_OF_A_DOCUMENT;
    const CONDITIONAL: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let written = written(asked.body.0, Some(asked.path.id()))?;
        let mut made = put::<R>(&written.id, written.document);
        let version = written.version.map(Expectation::Version);
        made.expect = asked.expected.or(version);
        let changed = change::<R>(api, &asked.actor, made, asked.query).await;
        changed.map_err(|problem| match asked.expected {
            Some(_) => unmet(problem),
            None => problem,
        })?;
        after::<R>(api, &asked.actor, &written.id).await
    }

    fn describe(describer: &mut Describer) -> Description {
        changing::<Self, R>(describer, StatusCode::OK, None)
    }
}

impl<R: Resource> Endpoint for Patch<R> {
    type Permission = R::Write;
    type Path = R::Path;
    type Query = Why;
    type Body = Document;
    type Answer = Value;

    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = R::ONE;
    const ID: &'static str = R::IDS[4];
    const SUMMARY: &'static str = R::SUMMARIES[4];
    const TAG: &'static str = R::TAG;
    const MAX_BODY: usize = MOST_OF_A_DOCUMENT;
    const CONDITIONAL: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let written = written(asked.body.0, Some(asked.path.id()))?;
        let version = written.version.map(Expectation::Version);
        let expect = asked.expected.or(version);
        let expect = expect.unwrap_or(Expectation::Present);
        let patch = Change::patch(R::KIND, &written.id, written.document);
        change::<R>(api, &asked.actor, patch.expecting(expect), asked.query).await?;
        after::<R>(api, &asked.actor, &written.id).await
    }

    fn describe(describer: &mut Describer) -> Description {
        let patch = json!({
            "type": "object",
            "description": "A JSON Merge Patch (RFC 7396): members that are null go.",
        });
        let body = Some(("application/merge-patch+json", patch));
        changing::<Self, R>(describer, StatusCode::OK, body)
    }
}

impl<R: Resource> Endpoint for Delete<R> {
    type Permission = R::Write;
    type Path = R::Path;
    type Query = Why;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = R::ONE;
    const ID: &'static str = R::IDS[5];
    const SUMMARY: &'static str = R::SUMMARIES[5];
    const TAG: &'static str = R::TAG;
    const CONDITIONAL: bool = true;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let expect = asked.expected.unwrap_or(Expectation::Present);
        let gone = Change {
            patch: None,
            delete: true,
            ..Change::patch(R::KIND, asked.path.id(), Value::Null)
        };
        change::<R>(api, &asked.actor, gone.expecting(expect), asked.query).await?;
        Ok(Reply::nothing())
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            answer: (StatusCode::NO_CONTENT, None),
            problems: vec![Code::InUse, Code::NotFound, Code::VersionMismatch],
            ..describer.of::<Self>()
        }
    }
}
