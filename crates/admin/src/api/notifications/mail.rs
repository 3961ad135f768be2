//! How mails are sent, and what was sent.

use super::{Attempts, TAG, Test};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::input::Json;
use crate::api::permission as needs;
use crate::api::problem::{Code, Place, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{Why, page_of, problem, reply};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::documents::SETTINGS;
use postern_control::management::mail::{KIND, Mail};
use postern_control::notify::SentMail;
use postern_control::shorthand::{Change, Expectation};
use postern_control::{Actor, ChangeSet};
use serde_json::{Map, Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<Settings>();
    table.add::<Replace>();
    table.add::<Remove>();
    table.add::<SendTest>();
    table.add::<ListMails>();
}

/// Changes the settings.
async fn change(api: &Api, actor: &Actor, change: Change, why: Why) -> Result<(), Problem> {
    let set = ChangeSet {
        changes: vec![change],
        comment: why.comment.unwrap_or_default(),
        source: Some("api".to_owned()),
    };
    let changed = api.service().change(actor, set).await;
    changed
        .map(drop)
        .map_err(|refusal| match refusal.code.as_str() {
            "conflict" => Problem::new(Code::VersionMismatch, refusal.message),
            _ => problem(refusal, KIND, SETTINGS, false),
        })
}

/// The schema of the settings, with `id` and `version`.
fn schema(describer: &mut Describer) -> Value {
    let schema = describer.schema_of::<Mail>();
    describer.named("MailDocument", schema)
}

/// Shows the settings.
struct Settings;

impl Endpoint for Settings {
    type Permission = needs::SettingsRead;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/settings/mail";
    const ID: &'static str = "get_mail_settings";
    const SUMMARY: &'static str = "Show how mails are sent";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        Ok(reply(
            api.service().see(&asked.actor, KIND, SETTINGS).await?,
        ))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = schema(describer);
        Description {
            answer: (StatusCode::OK, Some(("application/json", one))),
            problems: vec![Code::NotFound],
            ..describer.of::<Self>()
        }
    }
}

/// Makes or replaces the settings.
struct Replace;

impl Endpoint for Replace {
    type Permission = needs::SettingsWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Json<Map<String, Value>>;
    type Answer = Value;

    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/settings/mail";
    const ID: &'static str = "replace_mail_settings";
    const SUMMARY: &'static str = "Say how mails are sent";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let mut document = asked.body.0;
        // As it was read: there is one, and its version says which was meant.
        document.shift_remove("id");
        let version = match document.shift_remove("version") {
            None | Some(Value::Null) => None,
            Some(version) => Some(version.as_u64().ok_or_else(|| {
                let (detail, right) = ("The version is not a number.", "the one that was read");
                Problem::field(Place::Body, "/version", detail, right)
            })?),
        };
        let made = Change {
            patch: None,
            put: Some(Value::Object(document)),
            expect: version.map(Expectation::Version),
            ..Change::patch(KIND, SETTINGS, Value::Null)
        };
        change(api, &asked.actor, made, asked.query).await?;
        Ok(reply(
            api.service().see(&asked.actor, KIND, SETTINGS).await?,
        ))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = schema(describer);
        Description {
            body: Some(("application/json", one.clone())),
            answer: (StatusCode::OK, Some(("application/json", one))),
            problems: vec![Code::ConfigurationInvalid, Code::VersionMismatch],
            ..describer.of::<Self>()
        }
    }
}

/// Removes the settings: no mails are sent any more.
struct Remove;

impl Endpoint for Remove {
    type Permission = needs::SettingsWrite;
    type Path = Nothing;
    type Query = Why;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/settings/mail";
    const ID: &'static str = "remove_mail_settings";
    const SUMMARY: &'static str = "Send no mails any more";
    const TAG: &'static str = TAG;
    const ANSWERS: bool = false;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let gone = Change {
            patch: None,
            delete: true,
            ..Change::patch(KIND, SETTINGS, Value::Null)
        };
        change(api, &asked.actor, gone, asked.query).await?;
        Ok(Reply::nothing())
    }
}

/// Sends a mail, to see whether the settings are right.
struct SendTest;

impl Endpoint for SendTest {
    type Permission = needs::SettingsWrite;
    type Path = Nothing;
    type Query = Nothing;
    type Body = Test;
    type Answer = Value;

    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/settings/mail/test";
    const ID: &'static str = "test_mail";
    const SUMMARY: &'static str = "Send a mail now, to see whether the settings are right";
    const TAG: &'static str = TAG;
    const ANSWERS: bool = false;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let to = &asked.body.0.to;
        api.service().test_mail(&asked.actor, to).await?;
        Ok(Reply::nothing())
    }

    fn describe(describer: &mut Describer) -> Description {
        Description {
            problems: vec![Code::Conflict],
            ..describer.of::<Self>()
        }
    }
}

/// Lists attempts to send mails.
struct ListMails;

impl Endpoint for ListMails {
    type Permission = needs::SettingsRead;
    type Path = Nothing;
    type Query = Attempts;
    type Body = Nothing;
    type Answer = Value;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/settings/mail/deliveries";
    const ID: &'static str = "list_mail_deliveries";
    const SUMMARY: &'static str = "List attempts to send mails, the newest first";
    const TAG: &'static str = TAG;

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let limit = asked.query.limit()?;
        let after = asked.query.cursor.as_deref();
        let found = api.service().mail_attempts(&asked.actor, after, limit);
        let found = found.await?;
        let body = json!({"items": found.items, "next": found.next});
        Ok(Reply::json(&body))
    }

    fn describe(describer: &mut Describer) -> Description {
        let one = describer.reference_to::<SentMail>();
        Description {
            answer: (StatusCode::OK, Some(("application/json", page_of(&one)))),
            ..describer.of::<Self>()
        }
    }
}
