//! Whether documents of the management can be stored: what they say, what they refer to, and
//! whether whoever stores them gives away no more than they have.

use super::check_giving::giving;
use super::invitation::{self, Invitation};
use super::member;
use super::role::{self, Role};
use super::user::{User, UserState};
use super::{KINDS, MOST_ROLES};
use crate::error::Finding;
use crate::remembered::now;
use crate::{Actor, Refusal, documents};
use jiff::Timestamp;
use postern_store::{Entry, Kind, Member as Index, Page, Proposal, Scope};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest text of a document, in bytes.
const LONGEST: usize = 1024;
/// Longest e-mail address, in bytes (RFC 5321, section 4.5.3.1).
const LONGEST_EMAIL: usize = 254;

/// Looks at every document of the management in a change set, and at what others lose by it.
///
/// # Errors
/// All that is wrong (`configuration`), or what the actor may not give (`forbidden`).
pub(crate) fn check(actor: &Actor, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let mut check = Check {
        proposal,
        findings: Vec::new(),
    };
    for entry in proposal.entries() {
        if KINDS.contains(&entry.kind.as_str()) {
            check.entry(entry)?;
            if check.findings.is_empty() {
                giving(actor, proposal, entry)?;
            }
        } else if entry.kind.as_str() == "tenant" && entry.after.is_none() {
            check.tenant_gone(entry)?;
        }
    }
    check.finish()
}

pub(super) struct Check<'a> {
    pub(super) proposal: &'a Proposal<'a>,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn finish(self) -> Result<(), Refusal> {
        let Some(first) = self.findings.first() else {
            return Ok(());
        };
        let message = first.message.clone();
        let mut refusal = Refusal::new("configuration", message);
        refusal.help.clone_from(&first.help);
        refusal.findings = self.findings;
        Err(refusal)
    }

    pub(super) fn wrong(&mut self, entry: &Entry, pointer: &str, message: String, help: &str) {
        self.findings.push(Finding {
            pointer: Some(documents::place(entry.kind.as_str(), &entry.id) + pointer),
            code: "management".to_owned(),
            message,
            within: None,
            help: (!help.is_empty()).then(|| help.to_owned()),
        });
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), Refusal> {
        if entry.after.is_none() {
            return self.gone(entry);
        }
        match entry.kind.as_str() {
            super::user::KIND => self.user(entry),
            member::KIND => self.member(entry),
            role::KIND => self.role(entry),
            super::service_account::KIND => self.service_account(entry),
            super::token::KIND => self.token(entry),
            invitation::KIND => self.invitation(entry),
            super::identity_provider::KIND => self.provider(entry),
            _ => Ok(()),
        }
    }

    /// Reads a document into its type; what does not fit is a finding.
    pub(super) fn typed<T: DeserializeOwned>(&mut self, entry: &Entry) -> Option<T> {
        let json = entry.after.as_deref()?;
        let reader = &mut serde_json::Deserializer::from_str(json);
        match serde_path_to_error::deserialize(reader) {
            Ok(value) => Some(value),
            Err(error) => {
                let mut pointer = String::new();
                for segment in error.path() {
                    let step = segment.to_string();
                    if step == "?" {
                        continue;
                    }
                    pointer.push('/');
                    pointer.push_str(step.trim_matches(['[', ']']));
                }
                // Where a text ends is of no use to whoever sent a patch of it.
                let said = error.inner().to_string();
                let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
                self.wrong(entry, &pointer, said, "");
                None
            }
        }
    }

    /// What goes must not be referred to by what stays.
    fn gone(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let id = &*entry.id;
        match entry.kind.as_str() {
            super::user::KIND => {
                self.unused(entry, member::KIND, Index::User)?;
                self.unused(entry, super::token::KIND, Index::User)?;
                self.an_owner_stays(entry)
            }
            super::service_account::KIND => {
                self.unused(entry, super::token::KIND, Index::ServiceAccount)
            }
            role::KIND => {
                let kinds = [
                    (super::user::KIND, "platform_roles"),
                    (member::KIND, "roles"),
                    (super::service_account::KIND, "roles"),
                    (invitation::KIND, "roles"),
                    (super::identity_provider::KIND, "roles"),
                ];
                for (kind, list) in kinds {
                    let mut found = None;
                    let scope = Scope::Kind(Kind::new(kind)?);
                    self.proposal.documents(&scope, |document| {
                        let value = document.value().unwrap_or_default();
                        let named = value.get(list).and_then(Value::as_array);
                        let has = named.is_some_and(|roles| roles.iter().any(|role| role == id));
                        if has && value.get("state").is_none_or(|state| state != "accepted") {
                            found.get_or_insert(document.id);
                        }
                    })?;
                    if let Some(found) = found {
                        self.depends(kind, &found, entry);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn tenant_gone(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let kinds = [
            member::KIND,
            role::KIND,
            super::service_account::KIND,
            super::identity_provider::KIND,
        ];
        for kind in kinds {
            self.unused(entry, kind, Index::Tenant)?;
        }
        self.uninvited(entry)
    }

    /// A link into a tenant that is gone would lead into the next one of its name.
    fn uninvited(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let now = Timestamp::from_millisecond(now()).unwrap_or(Timestamp::MAX);
        let mut open = None;
        let scope = Scope::Kind(Kind::new(invitation::KIND)?);
        self.proposal.documents(&scope, |document| {
            let found: Option<Invitation> = serde_json::from_str(&document.json).ok();
            let into = |found: &Invitation| found.tenant.as_deref() == Some(&*entry.id);
            if found.is_some_and(|found| into(&found) && found.is_open(now)) {
                open.get_or_insert(document.id);
            }
        })?;
        if let Some(open) = open {
            self.depends(invitation::KIND, &open, entry);
        }
        Ok(())
    }

    fn unused(&mut self, entry: &Entry, kind: &str, by: Index) -> Result<(), Refusal> {
        if let Some(found) = self.first(kind, by, &entry.id)? {
            self.depends(kind, &found, entry);
        }
        Ok(())
    }

    fn depends(&mut self, kind: &str, id: &str, entry: &Entry) {
        let (what, name) = (entry.kind.as_str(), entry.id.escape_debug());
        self.findings.push(Finding {
            pointer: Some(documents::place(kind, id)),
            code: "management".to_owned(),
            message: format!("{kind} `{id}` refers to {what} `{name}`"),
            within: None,
            help: Some(format!("change or remove {kind} `{id}` first")),
        });
    }

    fn first(&self, kind: &str, by: Index, value: &str) -> Result<Option<Box<str>>, Refusal> {
        let page = Page {
            kind: Kind::new(kind)?,
            filter: Some((by, value.to_owned())),
            after: None,
            descending: false,
            limit: 1,
        };
        Ok(self.proposal.page(&page)?.pop().map(|found| found.id))
    }

    pub(super) fn unique(
        &mut self,
        entry: &Entry,
        by: Index,
        pointer: &str,
        value: &str,
    ) -> Result<(), Refusal> {
        let page = Page {
            kind: entry.kind.clone(),
            filter: Some((by, value.to_owned())),
            after: None,
            descending: false,
            limit: 2,
        };
        let found = self.proposal.page(&page)?;
        if found.iter().any(|other| other.id != entry.id) {
            let message = format!("another user has `{}`", value.escape_debug());
            self.wrong(entry, pointer, message, "");
        }
        Ok(())
    }

    pub(super) fn found(&self, kind: &str, id: &str) -> Result<Option<Box<str>>, Refusal> {
        let found = self.proposal.document(&Kind::new(kind)?, id)?;
        Ok(found.map(|document| document.json))
    }

    pub(super) fn refers(
        &mut self,
        entry: &Entry,
        pointer: &str,
        kind: &str,
        id: &str,
    ) -> Result<(), Refusal> {
        if self.found(kind, id)?.is_none() {
            let message = format!("there is no {kind} `{}`", id.escape_debug());
            self.wrong(entry, pointer, message, "");
        }
        Ok(())
    }

    pub(super) fn roles(
        &mut self,
        entry: &Entry,
        pointer: &str,
        roles: &[String],
        tenant: Option<&str>,
    ) -> Result<(), Refusal> {
        if roles.len() > MOST_ROLES {
            let message = format!("{} roles; at most {MOST_ROLES} can be had", roles.len());
            self.wrong(entry, pointer, message, "make one role of them");
            return Ok(());
        }
        for (at, name) in roles.iter().enumerate() {
            let known = role::points(name, tenant, |name| find_role(self.proposal, name))?;
            if known.is_none() {
                let shown = name.escape_debug();
                let (message, help) = match tenant {
                    Some(tenant) => (
                        format!("tenant `{tenant}` has no role `{shown}`"),
                        "`admin`, `publisher`, `developer`, `viewer`, or a role of the tenant",
                    ),
                    None => (
                        format!("the platform has no role `{shown}`"),
                        "`owner`, `operator`, `auditor`, or a role without a tenant",
                    ),
                };
                self.wrong(entry, &format!("{pointer}/{at}"), message, help);
            }
        }
        Ok(())
    }

    /// Ids are made by Postern, so that they tell nothing of other tenants.
    pub(super) fn id(&mut self, entry: &Entry, begin: &str) {
        let rest = entry.id.strip_prefix(begin).unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if rest.len() != 16 || !rest.chars().all(plain) {
            let message = format!("`{}` cannot be its id", entry.id.escape_debug());
            let help = format!("`{begin}` and 16 lower-case letters and digits");
            self.wrong(entry, "", message, &help);
        }
    }

    pub(super) fn email(&mut self, entry: &Entry, email: &str) {
        if !is_email(email) {
            let message = format!("`{}` is no e-mail address here", email.escape_debug());
            let help = "one address in lower case: `lin@example.com`";
            self.wrong(entry, "/email", message, help);
        }
    }

    pub(super) fn texts(&mut self, entry: &Entry, texts: &[(&str, Option<&str>)]) {
        for (name, text) in texts {
            let Some(text) = text else { continue };
            if text.trim().is_empty() || text.len() > LONGEST || text.chars().any(char::is_control)
            {
                let message = format!("`{name}` is empty, too long, or has control characters");
                let help = format!("1 to {LONGEST} bytes");
                self.wrong(entry, &format!("/{name}"), message, &help);
            }
        }
    }

    pub(super) fn time(&mut self, entry: &Entry, pointer: &str, time: Option<&str>) {
        if time.is_some_and(|time| time.parse::<Timestamp>().is_err()) {
            let help = "RFC 3339, such as `2027-01-01T00:00:00Z`";
            self.wrong(entry, pointer, "it is no time".to_owned(), help);
        }
    }

    /// What has an owner keeps it: those who have it hold it there.
    pub(super) fn tenant_stays(&mut self, entry: &Entry, tenant: Option<&str>) {
        let before: Option<Value> = entry
            .before
            .as_deref()
            .and_then(|json| serde_json::from_str(json).ok());
        let Some(before) = before else { return };
        if before.get("tenant").and_then(Value::as_str) != tenant {
            let message = "whose it is cannot be changed".to_owned();
            self.wrong(entry, "/tenant", message, "make another one");
        }
    }
}

/// Whether a user can do everything.
pub(super) fn is_owner(user: &User) -> bool {
    user.state == UserState::Active && user.platform_roles.iter().any(|role| role == "owner")
}

/// A role that is not built in.
pub(super) fn find_role(proposal: &Proposal<'_>, name: &str) -> Result<Option<Role>, Refusal> {
    let found = proposal.document(&Kind::new(role::KIND)?, name)?;
    Ok(found.and_then(|document| serde_json::from_str(&document.json).ok()))
}

/// Whether this is an e-mail address in the form in which it is kept.
pub(crate) fn is_email(email: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !c.is_uppercase();
    let Some((name, host)) = email.split_once('@') else {
        return false;
    };
    let labels = host.split('.').all(|label| !label.is_empty());
    email.len() <= LONGEST_EMAIL
        && !name.is_empty()
        && labels
        && !host.contains('@')
        && email
            .chars()
            .all(|c| plain(c) && !"\"<>(),;:\\[]".contains(c))
}
