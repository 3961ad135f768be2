//! Whether documents about what is sent out can be stored.

#[cfg(test)]
mod tests;

use super::mail::{self, Mail, Security};
use super::webhook::{self, Signing, Webhook};
use crate::error::Finding;
use crate::{Refusal, documents};
use jiff::Timestamp;
use postern_store::{Entry, Kind, Proposal};
use serde::de::DeserializeOwned;

/// Webhooks of one tenant, and of the platform.
const MOST_WEBHOOKS: usize = 100;

/// What is wrong with a document: where in it, what, and what would be right.
type Wrong = (&'static str, String, &'static str);

/// Looks at every webhook and at the mail settings in a change set.
///
/// # Errors
/// All that is wrong (`configuration`).
pub(crate) fn check(proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let mut findings = Vec::new();
    for entry in proposal.entries() {
        let Some(json) = entry.after.as_deref() else {
            if entry.kind.as_str() == "tenant" {
                findings.extend(of_tenant(proposal, &entry.id)?);
            }
            continue;
        };
        let wrong = match entry.kind.as_str() {
            webhook::KIND => webhook_of(proposal, entry, json)?,
            mail::KIND => one(json, mail_of),
            _ => continue,
        };
        let place = documents::place(entry.kind.as_str(), &entry.id);
        findings.extend(wrong.into_iter().map(|(pointer, message, help)| Finding {
            pointer: Some(format!("{place}{pointer}")),
            code: "management".to_owned(),
            message,
            within: None,
            help: (!help.is_empty()).then(|| help.to_owned()),
        }));
    }
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let mut refusal = Refusal::new("configuration", first.message.clone());
    refusal.help.clone_from(&first.help);
    refusal.findings = findings;
    Err(refusal)
}

/// The webhooks of a tenant that goes.
fn of_tenant(proposal: &Proposal<'_>, tenant: &str) -> Result<Vec<Finding>, Refusal> {
    let mut found = Vec::new();
    let scope = postern_store::Scope::Kind(Kind::new(webhook::KIND)?);
    proposal.documents(&scope, |document| {
        let webhook = serde_json::from_str::<Webhook>(&document.json).ok();
        if webhook.is_some_and(|webhook| webhook.tenant.as_deref() == Some(tenant)) {
            found.push(Finding {
                pointer: Some(documents::place(webhook::KIND, &document.id) + "/tenant"),
                code: "management".to_owned(),
                message: format!("webhook `{}` is of a tenant that goes", document.id),
                within: None,
                help: Some("remove it first".to_owned()),
            });
        }
    })?;
    Ok(found)
}

/// Reads a document and looks at it.
fn one<T: DeserializeOwned>(json: &str, look: impl Fn(&T) -> Vec<Wrong>) -> Vec<Wrong> {
    match serde_json::from_str::<T>(json) {
        Ok(document) => look(&document),
        Err(error) => {
            // Where a text ends is of no use to whoever sent a patch of it.
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
            vec![("", said, "")]
        }
    }
}

fn webhook_of(proposal: &Proposal<'_>, entry: &Entry, json: &str) -> Result<Vec<Wrong>, Refusal> {
    let mut wrong = one(json, |document| webhook_by_itself(&entry.id, document));
    let read = |json: &str| serde_json::from_str::<Webhook>(json).ok();
    let Some(document) = read(json) else {
        return Ok(wrong);
    };
    if let Some(tenant) = &document.tenant
        && proposal.document(&Kind::new("tenant")?, tenant)?.is_none()
    {
        let message = format!("there is no tenant `{}`", tenant.escape_debug());
        wrong.push(("/tenant", message, ""));
    }
    match entry.before.as_deref().and_then(read) {
        Some(before) if before.tenant != document.tenant => {
            let message = "whose it is cannot be changed".to_owned();
            wrong.push(("/tenant", message, "make another one"));
        }
        Some(_) => {}
        None => {
            let mut others = 0;
            let scope = postern_store::Scope::Kind(Kind::new(webhook::KIND)?);
            proposal.documents(&scope, |other| {
                let other = read(&other.json);
                others += usize::from(other.is_some_and(|other| other.tenant == document.tenant));
            })?;
            if others > MOST_WEBHOOKS {
                let message = format!("there are {MOST_WEBHOOKS} webhooks already");
                wrong.push(("", message, "remove one, or give one of them more events"));
            }
        }
    }
    Ok(wrong)
}

fn webhook_by_itself(id: &str, document: &Webhook) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if id.len() > 64 || !id.chars().all(plain) {
        let message = format!("`{}` cannot name a webhook", id.escape_debug());
        let help = "letters, digits, `-`, `_` and `.`, at most 64";
        wrong.push(("", message, help));
    }
    if document.url.len() > 2048 {
        let message = "the URL is longer than 2048 bytes".to_owned();
        wrong.push(("/url", message, ""));
    } else if let Err(error) = postern_outbound::http::check(&document.url) {
        let help = "an endpoint: `https://hooks.example.com/postern`";
        wrong.push(("/url", error.to_string(), help));
    }
    if document.events.is_empty() {
        let message = "it wants to be told nothing".to_owned();
        wrong.push(("/events", message, "such as `approval.asked`"));
    }
    for (at, kind) in document.events.iter().enumerate() {
        if document.events.iter().take(at).any(|other| other == kind) {
            let message = format!("`{kind}` is there twice");
            wrong.push(("/events", message, "name each once"));
        }
    }
    let description = document.description.as_deref().unwrap_or("-");
    if description.trim().is_empty()
        || description.len() > 200
        || description.chars().any(char::is_control)
    {
        let message = "the description is empty, too long, or has control characters".to_owned();
        wrong.push(("/description", message, "1 to 200 bytes on one line"));
    }
    match &document.signing {
        None => {
            let message = "it has no `signing`, so that nobody knows its secret".to_owned();
            let help = "`POST /api/v1/webhooks` makes one and shows its secret; keep `signing` as it was read";
            wrong.push(("/signing", message, help));
        }
        Some(signing) => wrong.extend(signing_of(signing)),
    }
    wrong
}

fn signing_of(signing: &Signing) -> Option<Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let fits = |salt: &String| (16..=64).contains(&salt.len()) && salt.chars().all(plain);
    let salts = fits(&signing.salt) && signing.previous.as_ref().is_none_or(fits);
    let until = signing.previous_until.as_deref();
    let pair = signing.previous.is_some() == until.is_some();
    if salts && pair && until.is_none_or(|until| until.parse::<Timestamp>().is_ok()) {
        return None;
    }
    let message = "it is not what Postern wrote".to_owned();
    let help = "leave it as it was read; `rotate-secret` changes it";
    Some(("/signing", message, help))
}

fn mail_of(document: &Mail) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let host = |text: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
        (1..=253).contains(&text.len()) && text.bytes().all(fits)
    };
    let name = "a host name, such as `smtp.example.com`";
    if !host(&document.host) {
        let message = "it is no name of a server".to_owned();
        wrong.push(("/host", message, name));
    }
    if document.hello.as_deref().is_some_and(|text| !host(text)) {
        wrong.push(("/hello", "it is no host name".to_owned(), name));
    }
    if document.port == 0 {
        let message = "nobody listens on port 0".to_owned();
        wrong.push(("/port", message, "465, 587 or 25"));
    }
    if let Some(login) = &document.login {
        if document.security == Security::None {
            let message = "a password must not be sent unencrypted".to_owned();
            let help = "`security` is `tls` or `starttls`, or there is no login";
            wrong.push(("/login", message, help));
        }
        if login.user.is_empty() || login.user.len() > 320 {
            wrong.push(("/login/user", "it has 1 to 320 bytes".to_owned(), ""));
        }
        let rest = ["env:", "file:", "sealed:"];
        let rest = rest
            .iter()
            .find_map(|kind| login.password.strip_prefix(kind));
        if rest.is_none_or(str::is_empty) {
            let message = "a password is never written here".to_owned();
            let help =
                "where it is: `env:NAME`, `file:PATH`, or as `postern secrets seal` sealed it";
            wrong.push(("/login/password", message, help));
        }
    }
    if !postern_outbound::mail::is_address(&document.from) {
        let message = "it is no mail address".to_owned();
        wrong.push(("/from", message, "such as `Postern <postern@example.com>`"));
    }
    let title = document.title.as_deref().unwrap_or("-");
    if title.trim().is_empty() || title.len() > 100 || title.chars().any(char::is_control) {
        let message = "the title is empty, too long, or has control characters".to_owned();
        wrong.push(("/title", message, "1 to 100 bytes on one line"));
    }
    let links = document.links.as_deref().unwrap_or("https://-");
    let fits = links.starts_with("https://") || links.starts_with("http://");
    if !fits || links.len() > 2048 || !links.bytes().all(|b| b.is_ascii_graphic()) {
        let message = "it is no URL".to_owned();
        wrong.push(("/links", message, "such as `https://manage.example.com`"));
    }
    wrong
}
