//! How mails are sent, and what was sent.

use super::{Attempts, TAG, Test};
use crate::api::Api;
use crate::api::describe::{Describer, Description};
use crate::api::endpoint::{Asked, Endpoint, Nothing};
use crate::api::permission as needs;
use crate::api::problem::{Code, Problem};
use crate::api::reply::Reply;
use crate::api::resource::{Delete, Get, Replace, Resource, TheOne, page_of};
use crate::api::table::Table;
use axum::http::{Method, StatusCode};
use postern_control::management::mail::{KIND, Mail};
use postern_control::notify::SentMail;
use serde_json::{Value, json};

pub(super) fn add(table: &mut Table) {
    table.add::<Get<Settings>>();
    table.add::<Replace<Settings>>();
    table.add::<Delete<Settings>>();
    table.add::<SendTest>();
    table.add::<ListMails>();
}

/// The settings: one document.
struct Settings;

impl Resource for Settings {
    type Read = needs::SettingsRead;
    type Write = needs::SettingsWrite;
    type Path = TheOne;

    const KIND: &'static str = KIND;
    const CALLED: &'static str = "set of mail settings";
    const ALL: &'static str = "/settings/mail";
    const ONE: &'static str = Self::ALL;
    const IDS: [&'static str; 6] = [
        "list_mail_settings",
        "get_mail_settings",
        "create_mail_settings",
        "replace_mail_settings",
        "patch_mail_settings",
        "remove_mail_settings",
    ];
    const SUMMARIES: [&'static str; 6] = [
        "List how mails are sent",
        "Show how mails are sent",
        "Begin to send mails",
        "Say how mails are sent",
        "Change how mails are sent",
        "Send no mails any more",
    ];
    const TAG: &'static str = TAG;

    fn schema(describer: &mut Describer) -> Value {
        let schema = describer.schema_of::<Mail>();
        describer.named("MailDocument", schema)
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
