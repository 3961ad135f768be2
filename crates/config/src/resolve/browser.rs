//! Policies of the kinds `cors` and `csrf`.

use super::Resolver;
use crate::code::Code;
use crate::document::policy as document;
use crate::located::{At, OneOrMany};
use crate::scalar::name::HeaderName;
use postern_model::entity::{CorsRule, CsrfRule, CsrfToken, Name, OriginPattern};
use std::time::Duration;

/// Most origins and expressions of one policy.
const MOST_ORIGINS: usize = 100;
/// How long a browser goes by the answer to its question, and how long at most.
const USUAL_AGE: Duration = Duration::from_mins(5);
const LONGEST_AGE: Duration = Duration::from_hours(24);

impl Resolver<'_, '_> {
    pub(super) fn cors(
        &mut self,
        key: &At<String>,
        shown: &str,
        given: &document::Policy,
    ) -> CorsRule {
        let origins = given.origins.iter().flat_map(|list| &list.value.0);
        let patterns = given.origin_patterns.iter().flat_map(|list| &list.value.0);
        let any = origins
            .clone()
            .find(|one| one.value.0 == OriginPattern::Any);
        let all: Vec<OriginPattern> = origins
            .map(|one| one.value.0.clone())
            .chain(patterns.map(|one| one.value.0.clone()))
            .collect();
        let intact = |list: Option<bool>| list.unwrap_or(true);
        let whole = key.intact
            && intact(given.origins.as_ref().map(|list| list.intact))
            && intact(given.origin_patterns.as_ref().map(|list| list.intact));
        if all.is_empty() && whole {
            let message = format!("{shown} names no origin");
            self.findings
                .error(Code::MissingField, key.span, &message, "no page may call")
                .help("add `origins: [\"https://app.example.com\"]`, say");
        }
        if all.len() > MOST_ORIGINS {
            let message = format!("{shown} names more than {MOST_ORIGINS} origins");
            let help = "one regular expression in `origin_patterns` can stand for many";
            self.findings
                .error(
                    Code::InvalidValue,
                    key.span,
                    &message,
                    "too many to look through",
                )
                .help(help);
        }
        let credentials = given.credentials.as_ref().filter(|given| given.value);
        if let (Some(any), Some(_)) = (any, credentials) {
            let message = format!("{shown} lets every page act as whoever is signed in");
            self.findings
                .error(
                    Code::Conflict,
                    any.span,
                    &message,
                    "not together with `credentials: true`",
                )
                .note("with cookies, any page that somebody opens could call and read for them")
                .help("name the origins, or leave `credentials` out");
        }
        let max_age = given.max_age.as_ref();
        if let Some(at) = max_age.filter(|at| at.value.0 > LONGEST_AGE) {
            let message = format!("{shown} has a `max_age` of more than a day");
            let label = "browsers go by an answer for a day at most";
            self.findings
                .error(Code::InvalidValue, at.span, &message, label)
                .help("write `24h`, or less: what is taken back holds only afterwards");
        }
        let names = |list: &Option<At<OneOrMany<HeaderName>>>| -> Vec<Name> {
            let names = list.iter().flat_map(|list| &list.value.0);
            names.map(|name| name.0.clone()).collect()
        };
        let mut headers = names(&given.headers);
        let any_header = headers.iter().any(|name| &**name == "*");
        headers.retain(|name| &**name != "*");
        CorsRule {
            origins: all,
            methods: given
                .methods
                .iter()
                .flat_map(|list| &list.value)
                .map(|method| method.0)
                .collect(),
            headers,
            any_header,
            exposed_headers: names(&given.exposed_headers),
            credentials: credentials.is_some(),
            max_age: max_age.map_or(USUAL_AGE, |age| age.value.0),
            enforce_origin: given.enforce_origin.as_ref().is_some_and(|at| at.value),
            private_network: given.private_network.as_ref().is_some_and(|at| at.value),
        }
    }

    pub(super) fn csrf(&mut self, shown: &str, given: &document::Policy) -> CsrfRule {
        let trusted = given.trusted_origins.iter().flat_map(|list| &list.value.0);
        for one in trusted.clone() {
            if !matches!(one.value.0, OriginPattern::Exact(_)) {
                let message = format!("{shown} trusts more than one origin at once");
                self.findings
                    .error(Code::InvalidValue, one.span, &message, "name each origin")
                    .help("pages of a trusted origin act for whoever opens them");
            }
        }
        let trusted: Vec<OriginPattern> = trusted.map(|one| one.value.0.clone()).collect();
        if let Some(list) = given
            .trusted_origins
            .as_ref()
            .filter(|_| trusted.len() > MOST_ORIGINS)
        {
            let message = format!("{shown} names more than {MOST_ORIGINS} origins");
            let label = "too many to look through";
            self.findings
                .error(Code::InvalidValue, list.span, &message, label);
        }
        let referers = given.referers.iter().flat_map(|list| &list.value.0);
        let referers: Vec<Name> = referers.map(|host| host.0.clone()).collect();
        let required = given.referer_required.as_ref();
        if let Some(required) = required.filter(|at| !at.value && !referers.is_empty()) {
            let message = format!("{shown} lists `referers` and does not look at them");
            let label = "leave it out, or leave `referers` out";
            self.findings
                .error(Code::Conflict, required.span, &message, label);
        }
        CsrfRule {
            trusted_origins: trusted,
            referer_required: required.map_or(!referers.is_empty(), |at| at.value),
            referers,
            token: given
                .token
                .as_ref()
                .map(|token| self.token(shown, &token.value)),
        }
    }

    fn token(&mut self, shown: &str, given: &document::CsrfToken) -> CsrfToken {
        let valid = given.valid.as_ref();
        if let Some(at) = valid.filter(|at| at.value.0 > LONGEST_AGE || at.value.0.is_zero()) {
            let message = format!("{shown} has a token that is good for more than a day, or never");
            let label = "expected a time of up to `24h`";
            self.findings
                .error(Code::InvalidValue, at.span, &message, label);
        }
        let name =
            |given: Option<&Name>, usual: &str| given.map_or_else(|| usual.into(), Name::clone);
        CsrfToken {
            cookie: name(given.cookie.as_ref().map(|name| &name.0), "postern_csrf"),
            header: name(given.header.as_ref().map(|name| &name.0), "x-csrf-token"),
            field: given.field.as_ref().map(|name| name.0.clone()),
            valid: valid.map_or(Duration::from_hours(1), |at| at.value.0),
        }
    }
}
