//! A small world that tests ask about.

use crate::{Caller, Document, Given, Holder, Place, Question, Said, TokenSaid};
use postern_model::entity::{Level, Method};
use std::borrow::Cow;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) app: &'static str,
    pub(super) user: Option<&'static str>,
    pub(super) groups: Vec<&'static str>,
    pub(super) scopes: Vec<&'static str>,
    pub(super) method: Method,
    pub(super) operation: &'static str,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) path: Vec<(&'static str, &'static str)>,
    pub(super) body: Option<Vec<(&'static str, &'static str)>>,
    pub(super) client: &'static str,
    pub(super) size: Option<u64>,
    pub(super) now: i64,
    /// The path parameters that records keep.
    pub(super) shown: Vec<postern_model::entity::Name>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            app: "shop",
            user: None,
            groups: vec!["partners"],
            scopes: vec!["read"],
            method: Method::Get,
            operation: "get-order",
            headers: Vec::new(),
            path: Vec::new(),
            body: None,
            client: "203.0.113.7",
            size: None,
            // A Monday.
            now: 1_764_583_200_000,
            shown: vec!["customer".into()],
        }
    }
}

pub(super) fn place(operation: &str) -> Place {
    Place::new(Some("acme"), "orders", "v1", operation)
}

pub(super) fn service() -> Level {
    Level::Service("orders".into())
}

pub(super) fn document(text: &str) -> Document {
    Document::compile(text, &service()).unwrap()
}

impl Asked {
    pub(super) fn question<'a>(
        &'a self,
        place: &'a Place,
        documents: &[&Document],
    ) -> Question<'a> {
        let mut looks = crate::Looks::default();
        for document in documents {
            looks.add(document.looks());
        }
        Question::new(&self.given(place), &looks).unwrap()
    }

    pub(super) fn given<'a>(&'a self, place: &'a Place) -> Given<'a> {
        let holder = Holder {
            app: self.app,
            tenant: "shops",
            groups: self.groups.clone(),
            access_roles: vec!["reader"],
            scopes: self.scopes.clone(),
            environment: "production",
            plan: Some("free"),
        };
        let pairs = |all: &[(&'static str, &'static str)]| -> Vec<(&'a str, Cow<'a, str>)> {
            all.iter()
                .map(|(name, value)| (*name, Cow::Borrowed(*value)))
                .collect()
        };
        Given {
            caller: match self.user {
                Some(user) => Caller::User("idp", user, holder),
                None => Caller::App(holder),
            },
            place,
            method: self.method,
            parameters: Some(pairs(&self.path)),
            client: Some(self.client.parse().unwrap()),
            country: Some("DE".into()),
            now: self.now,
            headers: Some(pairs(&self.headers)),
            size: self.size,
            environment: "production",
            host: "api.example.com",
            is_secure: true,
            token: match self.user {
                None => Said::Nothing,
                user => Said::All(TokenSaid {
                    issuer: "idp",
                    user,
                    groups: vec!["staff"],
                    ..TokenSaid::default()
                }),
            },
            body: self.body.as_deref().map(pairs),
            shown_parameters: &self.shown,
            shows_header: |name| name == "x-team",
        }
    }
}
