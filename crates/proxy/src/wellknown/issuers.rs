//! Issuers that are built in: how they describe themselves, and what they make of a request for a
//! token.

pub(crate) mod fuzz;

use super::answer::Answer;
use crate::issuers::built_in;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{BuiltIn, Issuer, Name};
use postern_model::key::Keyer;
use postern_policy::Identity;
use postern_policy::credential::form;
use postern_proof::{Trusted, Unverified};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most bytes of a form.
pub(crate) const LONGEST: usize = 16 << 10;

/// For how long others may keep keys and descriptions. The next key is published a day before it
/// signs at least.
const KEPT: &str = "public, max-age=300";

/// How clients show who they are.
const CLIENT_WAYS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// How an issuer describes itself (RFC 8414 §2), and whether tokens can be given up.
pub(crate) fn description(issuer: &Issuer, revokes: bool) -> Option<Answer> {
    let iss = &issuer.iss;
    let mut said = json!({
        "issuer": iss,
        "token_endpoint": format!("{iss}/token"),
        "jwks_uri": format!("{iss}/keys"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": CLIENT_WAYS,
    });
    if revokes {
        let name = "revocation_endpoint_auth_methods_supported";
        add(&mut said, name, json!(CLIENT_WAYS));
        add(&mut said, "revocation_endpoint", format!("{iss}/revoke"));
    }
    public(&said)
}

/// Its keys. `now` is Unix time in seconds.
pub(crate) fn keys(issuer: &Issuer, own: &BuiltIn, keyer: &Keyer, now: i64) -> Option<Answer> {
    public(&built_in::published(keyer, &issuer.iss, own, now))
}

/// Adds a member to an object.
fn add(to: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = to {
        members.insert(name.to_owned(), value.into());
    }
}

fn public(body: &Value) -> Option<Answer> {
    let answer = Answer::personal(200, body)?;
    let fields = answer.fields.into_iter().map(|(name, value)| match name {
        "cache-control" => (name, KEPT.into()),
        _ => (name, value),
    });
    Some(Answer {
        fields: fields.collect(),
        ..answer
    })
}

/// A form that a client has sent, and what it shows who it is by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// The id and the key.
    pub(crate) client: (String, String),
    pairs: Vec<(String, String)>,
}

/// A request that cannot be answered with a token (RFC 6749 §5.2).
fn invalid(error: &'static str, what: impl Into<Cow<'static, str>>) -> Denial {
    let denial = Denial::new(Code::GrantInvalid).saw("error", error);
    denial.saw("what", what.into().into_owned())
}

impl Form {
    /// Reads a form, and how its client shows who it is (RFC 6749 §2.3.1).
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(
        content_type: Option<&[u8]>,
        authorization: Option<&[u8]>,
        body: &[u8],
    ) -> Result<Self, Denial> {
        let request = |what: &'static str| invalid("invalid_request", what);
        let essence = content_type.and_then(|value| value.split(|b| *b == b';').next());
        let is_form = essence.is_some_and(|essence| {
            let form = b"application/x-www-form-urlencoded";
            essence.trim_ascii().eq_ignore_ascii_case(form)
        });
        if !is_form {
            return Err(request("is not `application/x-www-form-urlencoded`"));
        }
        if body.len() > LONGEST {
            return Err(request("has a form of more than 16 KiB"));
        }
        let pairs = form(body)
            .map_err(|what| invalid("invalid_request", format!("has a form that {what}")))?;
        let mut read = Self {
            client: <_>::default(),
            pairs,
        };
        let (id, secret) = (read.one("client_id")?, read.one("client_secret")?);
        read.client = client(authorization, id, secret)?;
        Ok(read)
    }

    /// The value of a field.
    fn one(&self, name: &str) -> Result<Option<&str>, Denial> {
        let mut values = self.pairs.iter().filter(|(other, _)| other == name);
        let first = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            Some(_) => Err(invalid("invalid_request", format!("says `{name}` twice"))),
            // RFC 6749 §3.2: what is empty was not sent.
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The scopes that a token is asked for with (RFC 6749 §4.4.2); `None`: all that there are.
    ///
    /// # Errors
    /// It asks for something else.
    pub(crate) fn scopes(&self) -> Result<Option<BTreeSet<Name>>, Denial> {
        match self.one("grant_type")? {
            Some("client_credentials") => {}
            Some(other) => {
                let denial = invalid(
                    "unsupported_grant_type",
                    "is of another type than `client_credentials`",
                );
                return Err(denial.saw("value", printable(other.as_bytes(), 64)));
            }
            None => return Err(invalid("invalid_request", "has no `grant_type`")),
        }
        Ok(self.one("scope")?.map(|scope| {
            let words = scope.split(' ').filter(|word| !word.is_empty());
            words.map(Name::from).collect()
        }))
    }

    /// The token that is given up (RFC 7009 §2.1). What kind it is said to be is passed over: there
    /// is one.
    ///
    /// # Errors
    /// It says none.
    pub(crate) fn token(&self) -> Result<&str, Denial> {
        self.one("token")?
            .ok_or_else(|| invalid("invalid_request", "has no `token`"))
    }
}

/// What a token that is given up is called, and when it ends; Unix times in seconds. `None`: it is
/// none of this issuer, or good no more, so that nothing is left to do (RFC 7009 §2.2).
pub(crate) fn given_up(token: &str, by: &Trusted<'_>, now: i64) -> Option<Ending> {
    let unverified = Unverified::parse(token.as_bytes()).ok()?;
    let token = unverified.verify(by).ok()?;
    let until = token.expires_at.filter(|until| now < *until)?;
    Some(Ending {
        token: token.id?,
        client: token.client?,
        until,
    })
}

/// A genuine token that is to end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// What it is called (`jti`).
    pub(crate) token: Arc<str>,
    /// The client that it was made for.
    pub(crate) client: Arc<str>,
    /// When it ends anyway; Unix time in seconds.
    pub(crate) until: i64,
}

/// Somebody gives up the token of somebody else (RFC 7009 §2.1).
pub(crate) fn of_another() -> Denial {
    invalid("invalid_grant", "is about a token of another client")
}

/// Nothing can be given up: a file says which tokens are revoked (RFC 7009 §2.2.1).
pub(crate) fn not_here() -> Denial {
    let what = "cannot be met: a file owns the configuration, and says which tokens are revoked";
    invalid("unsupported_token_type", what)
}

/// It is done, or there was nothing to do (RFC 7009 §2.2).
pub(crate) fn done() -> Option<Answer> {
    Answer::personal(200, &json!({}))
}

/// The id and the key of a client: in `Authorization: Basic`, or in the form.
fn client(
    authorization: Option<&[u8]>,
    id: Option<&str>,
    secret: Option<&str>,
) -> Result<(String, String), Denial> {
    let missing = || {
        let looked: Vec<Cow<'static, str>> = vec![
            "Authorization".into(),
            "client_id".into(),
            "client_secret".into(),
        ];
        Denial::new(Code::CredentialMissing).saw("looked", looked)
    };
    let Some(value) = authorization else {
        let (Some(id), Some(secret)) = (id, secret) else {
            return Err(missing());
        };
        return Ok((id.to_owned(), secret.to_owned()));
    };
    if secret.is_some() {
        let kinds: Vec<Cow<'static, str>> = vec!["Authorization".into(), "client_secret".into()];
        return Err(Denial::new(Code::CredentialAmbiguous).saw("kinds", kinds));
    }
    let malformed = |error: &'static str| {
        let denial = Denial::new(Code::CredentialMalformed).saw("place", "Authorization");
        denial.saw("error", error)
    };
    let (scheme, coded) = value.split_at_checked(6).ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return Err(missing());
    }
    let decoded = STANDARD.decode(coded.trim_ascii());
    let decoded = decoded.map_err(|_| malformed("it is not Base64"))?;
    let colon = decoded.iter().position(|byte| *byte == b':');
    let colon = colon.ok_or_else(|| malformed("it has no colon"))?;
    let (user, password) = decoded.split_at(colon);
    let password = password.get(1..).unwrap_or_default();
    // RFC 6749 §2.3.1: each is written as in a form.
    let text = |bytes: &[u8]| -> Result<String, Denial> {
        let pairs = form(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        Ok(match pairs.as_slice() {
            [(text, rest)] if rest.is_empty() => text.clone(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        })
    };
    let user = text(user)?;
    if id.is_some_and(|id| id != user) {
        return Err(invalid("invalid_request", "names two clients"));
    }
    Ok((user, text(password)?))
}

/// A token for a client that has shown who it is: those of the scopes that it may have. `now` is
/// Unix time in seconds, `id` what the token is called.
///
/// # Errors
/// It asks for others.
pub(crate) fn token(
    issuer: &Issuer,
    own: &BuiltIn,
    keyer: &Keyer,
    identity: &Identity,
    scopes: (Option<&BTreeSet<Name>>, &BTreeSet<Name>),
    (id, now): (&str, i64),
) -> Result<Option<Answer>, Denial> {
    let (asked, may) = scopes;
    if let Some(other) = asked.and_then(|asked| asked.difference(may).next()) {
        let allowed: Vec<Cow<'static, str>> = may
            .iter()
            .take(32)
            .map(|scope| scope.to_string().into())
            .collect();
        let what = "asks for a scope that the app does not have";
        let denial = invalid("invalid_scope", what)
            .saw("value", printable(other.as_bytes(), 128))
            .saw("allowed", allowed)
            .saw("issuer", issuer.name.to_string());
        return Err(denial.saw("app", identity.app.name.to_string()));
    }
    let given: Vec<&str> = asked.unwrap_or(may).iter().map(|scope| &**scope).collect();
    let given = given.join(" ");
    let lifetime = own.lifetime.as_secs();
    let ends = now.saturating_add(i64::try_from(lifetime).unwrap_or(i64::MAX));
    // No longer than the key itself.
    let ends = identity
        .credential
        .expires_at
        .map_or(ends, |until| ends.min(until));
    let client = &identity.credential.id;
    let mut claims = json!({
        "iss": issuer.iss, "sub": client, "client_id": client, "aud": issuer.audiences,
        "iat": now, "exp": ends, "jti": id,
    });
    let mut body = json!({"token_type": "Bearer", "expires_in": ends.saturating_sub(now)});
    if !given.is_empty() {
        add(&mut claims, "scope", given.as_str());
        add(&mut body, "scope", given);
    }
    let Some(key) = built_in::signs(keyer, &issuer.iss, own, now) else {
        return Ok(None);
    };
    add(&mut body, "access_token", key.token(&claims));
    Ok(Answer::personal(200, &body).map(|answer| answer.with("pragma", "no-cache")))
}
