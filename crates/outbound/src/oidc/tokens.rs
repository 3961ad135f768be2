//! The token endpoint (OpenID Connect Core §3.1.3).

use super::callback::shown;
use super::settings::{ClientAuth, Settings};
use crate::http::{HttpError, Request};
use postern_model::Secret;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// What it answers.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: Option<String>,
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) expires_in: Option<u32>,
    pub(super) scope: Option<String>,
}

/// What is shown to it.
#[derive(Clone, Copy)]
pub(super) enum Shows<'a> {
    /// The code that the browser has brought, and the proof that we have asked for it.
    Code {
        code: &'a Secret<String>,
        verifier: &'a str,
    },
    /// A refresh token (RFC 6749 §6).
    Refresh(&'a Secret<String>),
}

/// What it answers when it refuses (RFC 6749 §5.2).
#[derive(Deserialize)]
pub(super) struct Refusal {
    error: String,
    error_description: Option<String>,
}

impl Refusal {
    /// In words.
    pub(super) fn words(&self) -> String {
        let description = self.error_description.as_deref().unwrap_or_default();
        let words = format!("{} {description}", self.error);
        shown(words.trim())
    }

    /// Whether the code is to blame, which the browser brought: used already, too old, or made up.
    pub(super) fn is_of_code(&self) -> bool {
        self.error == "invalid_grant"
    }
}

/// The question.
pub(super) fn request(
    endpoint: &str,
    settings: &Settings,
    auth: ClientAuth,
    shows: Shows<'_>,
) -> Result<Request, HttpError> {
    let mut form = Serializer::new(String::new());
    match shows {
        Shows::Code { code, verifier } => form
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose())
            .append_pair("redirect_uri", &settings.redirect_uri)
            .append_pair("code_verifier", verifier),
        Shows::Refresh(token) => form
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token.expose()),
    };
    match (auth, &settings.client_secret) {
        (ClientAuth::Basic, Some(secret)) => {
            return Request::form(endpoint, form.finish())?.as_client(&settings.client_id, secret);
        }
        (ClientAuth::Post, Some(secret)) => {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", secret.expose());
        }
        _ => {
            form.append_pair("client_id", &settings.client_id);
        }
    }
    Request::form(endpoint, form.finish())
}
