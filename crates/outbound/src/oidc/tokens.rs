//! The token endpoint (OpenID Connect Core §3.1.3).

use super::callback::shown;
use super::settings::{ClientAuth, Settings};
use crate::http::{HttpError, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use postern_model::Secret;
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

/// What it answers.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
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
    code: &Secret<String>,
    verifier: &str,
) -> Result<Request, HttpError> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose())
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("code_verifier", verifier);
    let secret = settings.client_secret.as_ref().map(Secret::expose);
    let mut basic = None;
    match (auth, secret) {
        (ClientAuth::Basic, Some(secret)) => {
            // Each encoded as in a form first (RFC 6749 §2.3.1).
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(&settings.client_id), encoded(secret));
            basic = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        (ClientAuth::Post, Some(secret)) => {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", secret);
        }
        _ => {
            form.append_pair("client_id", &settings.client_id);
        }
    }
    let body = Bytes::from(form.finish());
    let request = Request::post(endpoint, "application/x-www-form-urlencoded", body)?;
    match basic {
        Some(basic) => request.header("authorization", &basic),
        None => Ok(request),
    }
}
