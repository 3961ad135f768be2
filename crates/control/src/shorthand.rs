//! The changes behind commands: keys, tokens and lists.

use crate::credential::hex;
use crate::{Refusal, yaml};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use ipnet::IpNet;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use postern_model::Secret;
use postern_model::entity::TOKEN_REVOCATION_LENGTH;
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

#[cfg(test)]
mod tests;
mod user;

pub use user::new_user;

/// One change of one document, as it goes over the socket: `put`, `patch` (RFC 7396) or `delete`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The document's kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Value>,
    /// What changes in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Value>,
    /// Whether it goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete: bool,
    /// What has to be stored for it to be made; anything if this is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expectation>,
}

/// What has to be stored for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// Such a document.
    Present,
    /// No such document.
    Absent,
    /// The document in this version.
    Version(u64),
}

impl Change {
    /// A patch of a document.
    pub fn patch(kind: &str, id: &str, patch: Value) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
            put: None,
            patch: Some(patch),
            delete: false,
            expect: None,
        }
    }

    /// The end of a document.
    pub fn delete(kind: &str, id: &str) -> Self {
        Self {
            patch: None,
            delete: true,
            ..Self::patch(kind, id, Value::Null)
        }
    }

    /// The same change, made only if this is stored.
    #[must_use]
    pub fn expecting(mut self, expect: Expectation) -> Self {
        self.expect = Some(expect);
        self
    }

    /// The lines of a configuration file that it comes to.
    pub fn lines(&self) -> String {
        yaml::lines(self)
    }
}

/// What a new key is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKey {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// Its scopes; none: all that the app's subscriptions grant.
    pub scopes: Option<Vec<String>>,
    /// When it ends, as RFC 3339 has it.
    pub expires_at: Option<String>,
    /// What people call it.
    pub title: Option<String>,
}

/// Makes a key, and the document of its credential.
///
/// # Errors
/// The system gave no random bytes.
pub fn new_key(new: NewKey) -> Result<(ApiKey, Change), Refusal> {
    let key = random_key()?;
    let change = credential(&key, new);
    Ok((key, change))
}

fn random_key() -> Result<ApiKey, Refusal> {
    let mut random = [0; ApiKey::RANDOM];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::new("failed", "the system gave no random bytes for a key"))?;
    Ok(ApiKey::generate(&random))
}

/// The id of a new credential that is no key: such a credential has no other secret here.
///
/// # Errors
/// The system gave no random bytes.
pub fn credential_id() -> Result<String, Refusal> {
    Ok(format!("{CREDENTIAL_PREFIX}{}", random_key()?.id()))
}

/// Makes a credential whose proof the app has already: a certificate, or the public half of a key.
/// `proof`: the member of the document that says which, and what it says.
///
/// # Errors
/// The system gave no random bytes.
pub fn known_by(proof: (&str, Value), new: NewKey) -> Result<Change, Refusal> {
    let change = Change {
        put: Some(document(proof, new)),
        patch: None,
        ..Change::patch("credential", &credential_id()?, Value::Null)
    };
    Ok(change.expecting(Expectation::Absent))
}

/// Makes a secret that requests are signed by.
///
/// # Errors
/// The system gave no random bytes.
pub fn new_secret() -> Result<Secret<String>, Refusal> {
    let mut random = [0; 32];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::new("failed", "the system gave no random bytes for a secret"))?;
    Ok(Secret::new(hex(&random)))
}

/// Has a secret sign for a new credential, in the place of its key. `secret` is where it is: sealed,
/// or `env:NAME`.
pub fn signed_by(change: &mut Change, secret: &str) {
    if let Some(Value::Object(members)) = &mut change.put {
        members.shift_remove("sha256");
        members.insert("signing_key".into(), json!({ "secret": secret }));
    }
}

/// A new id: the prefix and 12 letters and digits that nobody has met.
///
/// # Errors
/// The system gave no random bytes.
pub fn new_id(prefix: &str) -> Result<String, Refusal> {
    Ok(format!("{prefix}{}", random_letters(ID_LETTERS)?))
}

/// Letters and digits of an id.
const ID_LETTERS: usize = 12;

/// The letters of an id, one of each of these bytes.
fn letters(bytes: &[u8]) -> String {
    /// What is not mistaken for something else.
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied();
    bytes.iter().filter_map(letter).map(char::from).collect()
}

/// So many letters and digits, of five bits each.
fn random_letters(count: usize) -> Result<String, Refusal> {
    let mut random = vec![0; count];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::new("failed", "the system gave no random bytes"))?;
    Ok(letters(&random))
}

/// The document of a credential, which that proves.
fn document((name, proof): (&str, Value), new: NewKey) -> Value {
    let mut document = Map::new();
    document.insert("app".into(), new.app.into());
    document.insert(name.into(), proof);
    document.insert("environment".into(), new.environment.into());
    let rest = [
        ("title", new.title.map(Value::from)),
        ("scopes", new.scopes.map(Value::from)),
        ("expires_at", new.expires_at.map(Value::from)),
    ];
    document.extend(
        rest.into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?))),
    );
    Value::Object(document)
}

fn credential(key: &ApiKey, new: NewKey) -> Change {
    Change {
        put: Some(document(("sha256", hex(&key.digest()).into()), new)),
        patch: None,
        ..Change::patch(
            "credential",
            &format!("{CREDENTIAL_PREFIX}{}", key.id()),
            Value::Null,
        )
    }
    .expecting(Expectation::Absent)
}

/// Revokes a key. `at` as RFC 3339 has it.
///
/// # Errors
/// It is revoked already.
pub fn revoke(
    id: &str,
    document: &Value,
    at: &str,
    who: &str,
    reason: &str,
) -> Result<Change, Refusal> {
    if let Some(since) = document.get("revoked_at").and_then(Value::as_str) {
        let message = format!("{id} was revoked already, at {since}");
        return Err(Refusal::new("conflict", message));
    }
    let patch = json!({"revoked_at": at, "revoked_by": who, "reason": reason});
    Ok(Change::patch("credential", id, patch).expecting(Expectation::Present))
}

/// Which tokens of an issuer are to end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevokeTokens {
    /// The issuer's name.
    pub issuer: String,
    /// The one of this name.
    pub jti: Option<String>,
    /// Those of this subject.
    pub subject: Option<String>,
    /// Those for this client.
    pub client: Option<String>,
    /// Now, as RFC 3339 has it.
    pub at: String,
    /// Until when it counts, as RFC 3339 has it.
    pub until: String,
    /// Who does it.
    pub who: String,
    /// Why.
    pub reason: Option<String>,
}

/// Revokes tokens. Those that were revoked before are revoked anew, up to now.
///
/// # Errors
/// It does not say which, or in two ways.
pub fn revoke_tokens(tokens: RevokeTokens) -> Result<Change, Refusal> {
    let ways = [
        ("jti", tokens.jti),
        ("subject", tokens.subject),
        ("client", tokens.client),
    ];
    let mut ways = ways.into_iter().filter_map(|(by, name)| Some((by, name?)));
    let (Some((by, name)), None) = (ways.next(), ways.next()) else {
        let message = "which tokens are revoked is said in one way";
        return Err(Refusal::invalid(message).help("say `jti`, `subject` or `client`"));
    };
    // The same tokens have the same id, so that there is one revocation of them.
    let about = format!("{}\0{by}\0{name}", tokens.issuer);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, about.as_bytes());
    let id = format!("rev_{}", letters(digest.as_ref()));
    let mut document = json!({
        "issuer": tokens.issuer, by: name, "revoked_at": tokens.at, "until": tokens.until,
        "revoked_by": tokens.who,
    });
    if let (Some(reason), Value::Object(members)) = (tokens.reason, &mut document) {
        members.insert("reason".to_owned(), reason.into());
    }
    Ok(Change {
        put: Some(document),
        patch: None,
        ..Change::patch("token_revocation", &id, Value::Null)
    })
}

/// When a revocation of tokens of that moment ceases to count whose end nobody says.
pub fn usual_end(revoked_at: &str) -> Option<Timestamp> {
    let length = SignedDuration::from_secs(TOKEN_REVOCATION_LENGTH);
    moment(revoked_at)?.saturating_add(length).ok()
}

/// Whether a revocation of tokens counts no more.
pub fn is_over(revocation: &Value, now: Timestamp) -> bool {
    let text = |member| revocation.get(member).and_then(Value::as_str);
    let until = text("until").and_then(moment);
    let end = until.or_else(|| usual_end(text("revoked_at")?));
    end.is_some_and(|end| end <= now)
}

/// Adds a range to a list. What the range covers already is said, not done again. `at` is now, as
/// RFC 3339 has it.
///
/// # Errors
/// It is on the list, or the list has expired, so that nothing on it counts.
pub fn list_add(
    id: &str,
    document: &Value,
    range: IpNet,
    at: &str,
    comment: &str,
    expires_at: Option<&str>,
) -> Result<Change, Refusal> {
    let end = document.get("expires_at").and_then(Value::as_str);
    let over = |end: &&str| Some(moment(end)? <= moment(at)?);
    if let Some(end) = end.filter(|end| over(end) == Some(true)) {
        let message = format!("the list `{id}` expired at {end}: nothing on it counts");
        let refusal = Refusal::new("conflict", message);
        return Err(refusal.help("give it a later `expires_at` first, or none"));
    }
    let mut entries = entries(document);
    if entries
        .iter()
        .any(|entry| range_of(entry) == Some(range.trunc()))
    {
        return Err(Refusal::new(
            "conflict",
            format!("{range} is on the list `{id}` already"),
        ));
    }
    let mut entry = json!({"range": range.trunc().to_string()});
    if let Value::Object(members) = &mut entry {
        members.extend(said(comment).map(|comment| ("comment".to_owned(), comment.into())));
        members.insert("added_at".into(), at.into());
        members.extend(expires_at.map(|expires| ("expires_at".to_owned(), expires.into())));
    }
    entries.push(entry);
    Ok(Change::patch("list", id, json!({ "entries": entries })))
}

/// Takes a range off a list.
///
/// # Errors
/// It is not on the list; a wider range that covers it is named.
pub fn list_remove(id: &str, document: &Value, range: IpNet) -> Result<Change, Refusal> {
    let before = entries(document);
    let range = range.trunc();
    let after: Vec<_> = before
        .iter()
        .filter(|entry| range_of(entry) != Some(range))
        .cloned()
        .collect();
    if after.len() == before.len() {
        let refusal = Refusal::new("not_found", format!("{range} is not on the list `{id}`"));
        let wider = before
            .iter()
            .filter_map(range_of)
            .find(|wider| wider.contains(&range));
        return Err(match wider {
            Some(wider) => refusal.help(format!("{wider} is, which covers it")),
            None => refusal,
        });
    }
    Ok(Change::patch("list", id, json!({ "entries": after })))
}

/// A comment, if there is one: documents have no empty texts.
fn said(comment: &str) -> Option<&str> {
    Some(comment).filter(|comment| !comment.is_empty())
}

/// A time of a document.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    // A date alone is the beginning of that day, as in configuration files.
    let date = || text.parse::<Date>().ok()?.in_tz("UTC").ok();
    let time = text.parse::<Timestamp>().ok();
    time.or_else(|| date().map(|date| date.timestamp()))
}

fn entries(list: &Value) -> Vec<Value> {
    let entries = list.get("entries").and_then(Value::as_array);
    entries.cloned().unwrap_or_default()
}

/// The range of an entry, which is one address or a range, alone or described.
fn range_of(entry: &Value) -> Option<IpNet> {
    let text = entry
        .as_str()
        .or_else(|| entry.get("range").and_then(Value::as_str));
    range(text?)
}

/// A range, or an address as a range of one.
pub fn range(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    Some(text.parse::<IpNet>().ok().or_else(address)?.trunc())
}
