//! What is known of a request, in the form that the engine takes. What a record did not keep is left
//! open, so that it is told where nothing hangs on it.

use super::Half;
use crate::client::Scheme;
use crate::facts::{Body, Facts, Unreadable};
use crate::identity::{Caller, Identity};
use crate::policies::{AtOperation, declared_length};
use crate::recorded::keeps_header;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_cedar::{Caller as By, Given, Holder, MOST_BODY, Said, TokenSaid};
use postern_model::entity::Method;
use serde_json::Value;
use std::borrow::Cow;

/// Values by their names; `None`: not all are known.
type Values<'a> = Option<Vec<(&'a str, String)>>;

/// What was looked up, with whether all could be.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    headers: Values<'a>,
    parameters: Values<'a>,
    body: Values<'a>,
    token_is_kept: bool,
    country: Option<String>,
    size: Option<u64>,
    /// Something is looked at that no record keeps.
    pub(super) is_unkept: bool,
    /// Of that, something is not known.
    pub(super) missing: Option<&'static str>,
    /// Policies look into the body, and nothing can be decided by it.
    pub(super) unusable: Option<Unusable>,
}

impl<'a> Asked<'a> {
    /// Looks up what policies look at.
    ///
    /// # Errors
    /// What has to be known, and is not.
    pub(super) fn new(
        progress: &Progress,
        snapshot: &Snapshot<'_>,
        facts: &dyn Facts,
        at: &'a AtOperation,
        half: Half,
    ) -> Result<Self, &'static str> {
        let looks = &at.looks;
        let method = progress.method.ok_or("method")?;
        let identity = match &progress.caller {
            Caller::Unknown => return Err("identity"),
            Caller::Anonymous => None,
            Caller::Known(identity) => Some(identity),
        };
        if identity.is_some() && !facts.knows_access_roles() {
            return Err("access_roles");
        }
        let token = identity.and_then(|identity| identity.token.as_ref());
        let token_is_kept = token.is_none() || facts.knows_whole_token();
        if looks.at_caller("scopes") && !token_is_kept {
            return Err("token_scopes");
        }
        let _ = facts.not_kept();
        let headers = headers(facts, at);
        let parameters = parameters(progress, snapshot, facts, at);
        let body = match half {
            Half::Head => None,
            Half::Whole => body(facts, at),
        };
        let country = progress.country.and_then(|located| located.country);
        let size = if facts.has_body() {
            declared_length(facts)
        } else {
            Some(0)
        };
        // What was looked for here in vain is said below.
        let _ = facts.not_kept();
        let looks_at_token = looks.at("token") && token.is_some();
        let unkept_header = |name: &str| !keeps_header(&name.to_ascii_lowercase());
        let is_unkept = looks.headers.iter().any(|name| unkept_header(name))
            || !looks.parameters.is_empty()
            || half == Half::Whole
            || looks_at_token;
        let missing = [
            (headers.is_none(), "header"),
            (parameters.is_none(), "path_parameters"),
            (half == Half::Whole && body.is_none(), "body"),
            (looks_at_token && !token_is_kept, "token"),
        ];
        let missing = missing.into_iter().find(|(is_missing, _)| *is_missing);
        Ok(Self {
            method,
            headers,
            parameters,
            body,
            token_is_kept,
            country: country.map(|country| country.to_string()),
            size,
            is_unkept,
            missing: missing.map(|(_, what)| what),
            unusable: if half == Half::Whole {
                unusable(facts)
            } else {
                None
            },
        })
    }

    /// The same with everything else.
    pub(super) fn given<'g>(
        &'g self,
        progress: &'g Progress,
        snapshot: &Snapshot<'g>,
        facts: &'g dyn Facts,
        at: &'g AtOperation,
    ) -> Given<'g> {
        let rules = snapshot.rules;
        let identity = progress.caller.identity();
        let token = identity.and_then(|identity| identity.token.as_deref());
        let recorded = progress
            .route
            .map(|route| &rules.operation(&route).recorded_parameters);
        Given {
            caller: by(progress, snapshot, at),
            place: &at.place,
            method: self.method,
            parameters: borrowed(self.parameters.as_ref()),
            client: progress.client.map(|client| client.address),
            country: self.country.as_deref().map(Cow::Borrowed),
            now: facts.now(),
            headers: borrowed(self.headers.as_ref()),
            size: self.size,
            environment: rules.environment(progress.environment),
            host: progress.host(facts).unwrap_or_default(),
            is_secure: progress.scheme == Scheme::Https,
            token: match token {
                None => Said::Nothing,
                Some(_) if !self.token_is_kept => Said::NotKept,
                Some(token) => {
                    let texts = |list: &'g [std::sync::Arc<str>]| list.iter().map(AsRef::as_ref);
                    Said::All(TokenSaid {
                        issuer: &token.issuer,
                        subject: token.subject.as_deref(),
                        user: token.user.as_deref(),
                        client: token.client.as_deref(),
                        groups: texts(&token.groups).collect(),
                        scopes: texts(token.scopes.as_deref().unwrap_or_default()).collect(),
                        audiences: texts(&token.audience).collect(),
                    })
                }
            },
            body: borrowed(self.body.as_ref()),
            shown_parameters: recorded.map_or(&[], Vec::as_slice),
            shows_header: keeps_header,
        }
    }
}

fn borrowed<'g>(pairs: Option<&'g Vec<(&'g str, String)>>) -> Option<Vec<(&'g str, Cow<'g, str>)>> {
    let pairs = pairs?.iter();
    Some(
        pairs
            .map(|(name, value)| (*name, Cow::Borrowed(value.as_str())))
            .collect(),
    )
}

/// Who calls.
pub(super) fn by<'g>(progress: &'g Progress, snapshot: &Snapshot<'g>, at: &AtOperation) -> By<'g> {
    match progress.caller.identity() {
        None => By::Anonymous,
        Some(identity) => caller(identity, snapshot, at),
    }
}

fn caller<'g>(identity: &'g Identity, snapshot: &Snapshot<'g>, at: &AtOperation) -> By<'g> {
    let scopes = || identity.scopes(snapshot.rules).map(AsRef::as_ref).collect();
    let holder = Holder {
        app: &identity.app.name,
        tenant: &identity.tenant.name,
        groups: identity.groups.iter().map(|group| &*group.name).collect(),
        access_roles: identity.access_roles().map(AsRef::as_ref).collect(),
        scopes: if at.looks.at_caller("scopes") {
            scopes()
        } else {
            Vec::new()
        },
        environment: &identity.credential.environment,
        plan: identity
            .subscription
            .as_ref()
            .map(|subscription| &*subscription.plan),
    };
    let token = identity.token.as_deref();
    match token.and_then(|token| Some((token, token.user.as_deref()?))) {
        Some((token, user)) => By::User(&token.issuer, user, holder),
        None => By::App(holder),
    }
}

/// Of each header that is named the values, joined (RFC 9110 §5.3).
fn headers<'a>(facts: &dyn Facts, at: &'a AtOperation) -> Values<'a> {
    let mut found = Vec::new();
    for name in &at.looks.headers {
        let values = (0..).map_while(|nth| facts.header_named(name.as_bytes(), nth));
        let values: Vec<Cow<'_, str>> = values.map(String::from_utf8_lossy).collect();
        if facts.is_recorded() && facts.not_kept().is_some() {
            return None;
        }
        if !values.is_empty() {
            found.push((&**name, values.join(", ")));
        }
    }
    Some(found)
}

/// The path parameters that are named, decoded.
fn parameters<'a>(
    progress: &Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
    at: &'a AtOperation,
) -> Values<'a> {
    let Some(route) = progress.route.filter(|_| !at.looks.parameters.is_empty()) else {
        return Some(Vec::new());
    };
    if facts.routed().is_some() {
        return None;
    }
    let names = &snapshot.rules.plan(&route).parameters;
    let path = progress.path_bytes(facts)?;
    let mut found = Vec::new();
    for wanted in &at.looks.parameters {
        let Some(index) = names.iter().position(|name| name == wanted) else {
            continue;
        };
        let value = progress.params.get(index, path)?;
        found.push((&**wanted, decoded(value)));
    }
    Some(found)
}

/// The values in the body that are named, as texts.
fn body<'a>(facts: &dyn Facts, at: &'a AtOperation) -> Values<'a> {
    if !facts.has_body() {
        return Some(Vec::new());
    }
    let Ok(json) = facts.json()? else {
        return Some(Vec::new());
    };
    let found = at.looks.body.iter().filter_map(|pointer| {
        let text = match json.pointer(pointer)? {
            Value::String(text) => text.clone(),
            value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((&**pointer, text))
    });
    Some(found.collect())
}

/// A body that nothing can be decided by.
pub(super) enum Unusable {
    /// Others may read it in another way than we would.
    Unreadable(Unreadable),
    /// It has, or announces, so many bytes.
    TooLong(u64),
}

fn unusable(facts: &dyn Facts) -> Option<Unusable> {
    if !facts.has_body() || facts.is_recorded() {
        return None;
    }
    let seen = declared_length(facts).or_else(|| match facts.body()? {
        Body::Whole(bytes) => Some(bytes.len() as u64),
        Body::TooLong { seen } => Some(*seen),
    });
    if let Some(seen) = seen.filter(|seen| *seen > MOST_BODY) {
        return Some(Unusable::TooLong(seen));
    }
    let unreadable = facts.json()?.as_ref().err()?;
    Some(Unusable::Unreadable(unreadable.clone()))
}

/// A piece of the normal path, whose percent-encodings are whole.
fn decoded(piece: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(piece.len());
    let mut rest = piece;
    while let Some((&first, after)) = rest.split_first() {
        let hex = |at: usize| char::from(*after.get(at)?).to_digit(16);
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
