//! Kind `ownership`: whether the thing that a request names is the caller's own.

use super::super::Outcome;
use super::conditions::{Found, at};
use super::{Against, Asking};
use crate::credential::query;
use crate::kept;
use crate::path;
use crate::policies::{About, Ownership};
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{Name, Owner, Resource};
use std::borrow::Cow;

/// Longest name of a thing, in bytes.
const LONGEST: usize = 1024;
/// Longest foreign text in evidence.
const SHOWN: usize = 128;

impl Asking<'_, '_> {
    pub(super) fn ownership(&mut self, rule: &About<Ownership>) -> Result<Option<Denial>, Outcome> {
        let said = &rule.rule.rule;
        let in_body = matches!(said.resource, Resource::Body(_));
        if !self.has_place(&said.resource) || !self.applies(rule, in_body)? {
            return Ok(None);
        }
        // What a token says is the request's; whether it counts, and whose it is, is not.
        let (app, tenant, by_token) = match self.caller()? {
            None => ("", "", false),
            Some(who) => (&*who.app.name, &*who.tenant.name, who.token.is_some()),
        };
        let key = kept::key(&[
            &rule.rule.key.to_be_bytes(),
            app.as_bytes(),
            tenant.as_bytes(),
            &[u8::from(by_token)],
        ]);
        let against = self.answer(key, |asking| {
            let named = match asking.named(&said.resource)? {
                Found::Text(text) if !text.is_empty() && text.len() <= LONGEST => text,
                Found::Text(_) | Found::Nothing => return Ok(Some(Against::Missing)),
                Found::Unreadable => return Ok(Some(Against::Unreadable)),
            };
            let own = asking.own(&said.owner)?;
            let separator = said.separator.as_deref();
            let is_own = own.iter().any(|own| owns(own, &named, separator));
            Ok((!is_own).then_some(Against::Other))
        })?;
        match against {
            None => Ok(None),
            Some(against) => self.not_owner(rule, against).map(Some),
        }
    }

    /// Whether the operation has the place where the thing is named: a rule of a whole service is
    /// about those operations that have its parameter.
    fn has_place(&self, resource: &Resource) -> bool {
        match resource {
            Resource::Path(name) => self.parameter(name).is_some(),
            Resource::Query(_) | Resource::Body(_) => true,
        }
    }

    /// The place of a path parameter.
    fn parameter(&self, name: &Name) -> Option<usize> {
        let plan = self.snapshot.rules.plan(&self.progress.route?);
        plan.parameters.iter().position(|one| **one == **name)
    }

    /// The name of the thing, as the request has it.
    fn named(&self, resource: &Resource) -> Result<Found, Outcome> {
        let facts = self.facts;
        let found = match resource {
            Resource::Body(pointer) => return at(facts, pointer),
            Resource::Path(_) if facts.routed().is_some() => {
                return Err(Outcome::NotKept("path"));
            }
            Resource::Path(name) => {
                let path = self.progress.path_bytes(facts);
                let value = self.parameter(name).zip(path);
                let value = value.and_then(|(at, path)| self.progress.params.get(at, path));
                value.and_then(path::decoded)
            }
            Resource::Query(_) if facts.is_recorded() && facts.query().is_some() => {
                return Err(Outcome::NotKept("query"));
            }
            Resource::Query(name) => {
                let query = facts.query().unwrap_or_default();
                let mut values = query::values(query, name.as_bytes());
                // Twice is two things, and the upstream may take either.
                let only = values.next().filter(|_| values.next().is_none());
                only.and_then(|value| String::from_utf8(query::decoded(value).collect()).ok())
            }
        };
        Ok(found.map_or(Found::Nothing, Found::Text))
    }

    /// What of the caller it is compared with.
    fn own(&self, owner: &Owner) -> Result<Vec<Cow<'_, str>>, Outcome> {
        let Some(identity) = self.caller()? else {
            return Ok(Vec::new());
        };
        let token = identity.token.as_deref();
        Ok(match owner {
            Owner::App => vec![Cow::Borrowed(&*identity.app.name)],
            Owner::Tenant => vec![Cow::Borrowed(&*identity.tenant.name)],
            Owner::User if token.is_some() && !self.facts.knows_whole_token() => {
                return Err(Outcome::NotKept("token"));
            }
            Owner::User => {
                let user = token.and_then(|token| token.user.as_deref());
                user.into_iter().map(Cow::Borrowed).collect()
            }
            Owner::Claim(_) if token.is_some() && !self.facts.knows_claims() => {
                return Err(Outcome::NotKept("token_claims"));
            }
            Owner::Claim(name) => {
                let texts = token.map_or(&[][..], |token| token.claim(name));
                texts.iter().map(|text| Cow::Borrowed(&**text)).collect()
            }
        })
    }

    fn not_owner(&self, rule: &About<Ownership>, against: Against) -> Result<Denial, Outcome> {
        let said = &rule.rule.rule;
        let mut must = said.owner.words();
        if let Some(separator) = &said.separator {
            must = format!("{must}, with `{separator}` and more behind it or without");
        }
        let place = said.resource.words();
        let mut denial = Denial::new(Code::NotOwner)
            .saw("place", place.clone())
            .saw("rule", format!("{place} has to be {must}"));
        if let Some(status) = said.status {
            denial = denial.status(status);
        }
        match against {
            Against::Missing => denial = denial.saw("error", "it is not there, or not once"),
            Against::Unreadable => denial = denial.saw("error", against.words()),
            Against::Other => {}
        }
        if let Some(resource) = self.recorded(&said.resource) {
            denial = denial.saw("resource", resource);
        }
        Ok(match (&said.owner, self.caller()?) {
            (_, None) => denial.saw("owner", "nobody in particular"),
            (Owner::App, Some(who)) => denial.saw("owner", format!("app `{}`", who.app.name)),
            (Owner::Tenant, Some(who)) => {
                denial.saw("owner", format!("tenant `{}`", who.tenant.name))
            }
            // What claims say is kept nowhere.
            (Owner::User | Owner::Claim(_), Some(_)) => denial.saw("owner", said.owner.words()),
        })
    }

    /// The name of the thing, where records may have it.
    fn recorded(&self, resource: &Resource) -> Option<String> {
        let Resource::Path(name) = resource else {
            return None;
        };
        let operation = self.snapshot.rules.operation(&self.progress.route?);
        let listed = operation.recorded_parameters.contains(name);
        // Of a record, the path is there where all of its parameters may be.
        let whole = self.facts.routed().is_none();
        if !listed || !whole {
            return None;
        }
        match self.named(resource) {
            Ok(Found::Text(text)) => Some(printable(text.as_bytes(), SHOWN)),
            _ => None,
        }
    }
}

/// Whether a thing of that name is somebody's own.
fn owns(own: &str, named: &str, separator: Option<&str>) -> bool {
    if own.is_empty() {
        return false;
    }
    let Some(rest) = named.strip_prefix(own) else {
        return false;
    };
    rest.is_empty() || separator.is_some_and(|separator| rest.starts_with(separator))
}

#[cfg(test)]
mod tests {
    use super::owns;

    #[test]
    fn a_name_is_somebodys_own_only_behind_the_separator() {
        assert!(owns("acme", "acme", None) && owns("acme", "acme-42", Some("-")));
        assert!(owns("acme", "acme", Some("-")));
        for (own, named, separator) in [
            ("acme", "acme2", None),
            ("acme", "acme2-42", Some("-")),
            ("acme", "Acme", None),
            ("acme", "acm", Some("-")),
            ("", "", None),
            ("", "-42", Some("-")),
        ] {
            assert!(!owns(own, named, separator), "{own} {named}");
        }
    }
}
