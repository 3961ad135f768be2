//! What the browser comes back with.

use super::error::OidcError;
use postern_model::Secret;

/// Longest query, bytes.
const LONGEST: usize = 8 * 1024;

/// The query of the request to the redirect URI (RFC 6749 §4.1.2, RFC 9207). Whoever holds it knows
/// which [`Pending`](super::Pending) it belongs to by the state, and must not use that one again.
#[derive(Debug, Clone)]
pub struct Callback {
    pub(super) state: Secret<String>,
    pub(super) code: Option<Secret<String>>,
    pub(super) issuer: Option<String>,
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
}

impl Callback {
    /// Reads the query. A parameter that is given twice is refused.
    pub fn parse(query: &str) -> Result<Self, OidcError> {
        if query.len() > LONGEST {
            return Err(OidcError::Callback("its query is longer than 8192 bytes"));
        }
        let [mut state, mut code, mut issuer, mut error, mut description] = [const { None }; 5];
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "iss" => &mut issuer,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(OidcError::Callback("a parameter is given twice"));
            }
        }
        let state = state.ok_or(OidcError::Callback("it has no `state`"))?;
        Ok(Self {
            state: Secret::new(state),
            code: code.map(Secret::new),
            issuer,
            error: error.map(|text| shown(&text)),
            description: description.map(|text| shown(&text)),
        })
    }

    /// The state, which names the sign-in.
    pub fn state(&self) -> &str {
        self.state.expose()
    }
}

/// What the provider says, as it may be shown.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
