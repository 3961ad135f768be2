//! Policies of the kind `network`, and the databases that they ask.

use super::Resolver;
use super::list::Lists;
use crate::code::Code;
use crate::document::policy as document;
use crate::document::settings as setting;
use crate::located::At;
use crate::scalar::place::{Asn, CountryCode};
use crate::scalar::reference::FilePath;
use crate::source::Span;
use postern_model::entity::{AsNumber, Client, Country, Geo, NetworkRule};
use std::path::Path;
use std::sync::Arc;

impl Resolver<'_, '_> {
    /// The files of databases. They are watched by themselves and not with the configuration:
    /// a new one is no new revision.
    pub(super) fn geo(&mut self, given: Option<&setting::Geo>) -> Geo {
        let mut file = |path: Option<&At<FilePath>>| -> Option<Arc<Path>> {
            let path = path?;
            Some(self.readable(&path.value.0, path.span).into())
        };
        given.map_or_else(Geo::default, |given| Geo {
            country: file(given.country.as_ref()),
            asn: file(given.asn.as_ref()),
        })
    }

    /// How the client's address is found.
    pub(super) fn client(&mut self, given: Option<At<setting::Client>>, lists: &Lists) -> Client {
        let Some(given) = given else {
            return Client::default();
        };
        let named = given.value.trusted_proxy_lists.clone();
        let named = named.map(|named| named.value).unwrap_or_default();
        for name in &named {
            // A tenant would say whom everybody believes.
            if self.owner("lists", &name.value).is_some() {
                let message = "`client` trusts a list of a tenant";
                let label = "expected a list of the platform";
                self.findings
                    .error(Code::UnknownList, name.span, message, label);
            }
        }
        let what = || "`client` trusts a list that does not exist".to_owned();
        Client {
            trusted_lists: self.lists_of(&named, lists, what),
            ..super::settings::client(given.value)
        }
    }

    /// The admin address is asked before lists are known.
    pub(super) fn no_lists_of_admin(&mut self, client: &setting::Client) {
        if let Some(named) = &client.trusted_proxy_lists {
            let message = "`admin.client` has no use for `trusted_proxy_lists`";
            self.findings
                .error(
                    Code::Conflict,
                    named.span,
                    message,
                    "not for the admin address",
                )
                .help("name ranges in `trusted_proxies`");
        }
    }

    pub(super) fn network(
        &mut self,
        key: &At<String>,
        shown: &str,
        given: &document::Policy,
        lists: &Lists,
    ) -> NetworkRule {
        let names = |list: &Option<At<Vec<At<String>>>>| {
            list.as_ref()
                .map(|list| list.value.clone())
                .unwrap_or_default()
        };
        let what = || format!("{shown} uses a list that does not exist");
        let rule = NetworkRule {
            allow: self.lists_of(&names(&given.allow), lists, what),
            deny: self.lists_of(&names(&given.deny), lists, what),
            allow_countries: countries(given.allow_countries.as_ref()),
            deny_countries: countries(given.deny_countries.as_ref()),
            allow_asns: asns(given.allow_asns.as_ref()),
            deny_asns: asns(given.deny_asns.as_ref()),
            status: given.status.as_ref().map(|status| status.value),
            blocked_by: given.blocked_by.as_ref().map(|url| url.value.0.clone()),
        };
        let says_something = names(&given.allow).len() + names(&given.deny).len() > 0
            || rule.asks_country()
            || rule.asks_asn();
        if !says_something && key.intact {
            let message = format!("{shown} names no list, country or autonomous system");
            self.findings
                .error(
                    Code::MissingField,
                    key.span,
                    &message,
                    "it refuses no address",
                )
                .help("add `allow: [office]`, `deny: [office]` or `allow_countries: [DE]`, say");
        }
        self.asks(key, shown, given);
        self.network_status(shown, given, &rule);
        self.both(shown, given, &rule);
        rule
    }

    /// Finds policies that ask databases which there are not.
    fn asks(&mut self, key: &At<String>, shown: &str, given: &document::Policy) {
        let countries = [&given.allow_countries, &given.deny_countries];
        let countries = countries.into_iter().flatten().map(|field| field.span);
        let asns = [&given.allow_asns, &given.deny_asns];
        let asns = asns.into_iter().flatten().map(|field| field.span);
        let mut missing: Vec<(Span, &str, &str)> = Vec::new();
        missing.extend(countries.map(|span| (span, "country", "countries")));
        missing.extend(asns.map(|span| (span, "asn", "autonomous systems")));
        for (span, field, asked) in missing {
            let known = self.root.get("geo").and_then(|geo| geo.get(field));
            if known.is_some() || !key.intact {
                continue;
            }
            let message = format!("{shown} asks for {asked}, and no database knows them");
            self.findings
                .error(Code::MissingField, span, &message, "`geo` names none")
                .help(format!(
                    "add `geo: {{{field}: FILE}}` with a database in the MMDB format, such as GeoLite2 or DB-IP"
                ));
        }
    }

    /// Finds statuses that no refusal of a policy may have, and what is said for those alone.
    fn network_status(&mut self, shown: &str, given: &document::Policy, rule: &NetworkRule) {
        if let Some(by) = &given.blocked_by
            && rule.status != Some(451)
        {
            let message = format!("{shown} says who blocks, and no refusal of it tells that");
            let label = "told with the status 451 only";
            self.findings
                .error(Code::Conflict, by.span, &message, label)
                .help("add `status: 451`, which is for what the law forbids (RFC 7725)");
        }
        let Some(status) = &given.status else {
            return;
        };
        let fits = match status.value {
            404 => {
                let lists = [&given.allow, &given.deny].into_iter().flatten();
                rule.asks_asn() || lists.count() > 0
            }
            451 => rule.asks_country(),
            _ => false,
        };
        if !fits {
            let message = format!("no refusal of {shown} may have that status");
            let label = "403 without it; 404 for lists and autonomous systems, 451 for countries";
            self.findings
                .error(Code::InvalidValue, status.span, &message, label);
        }
    }

    /// Warns of what is allowed and denied, and so denied.
    fn both(&mut self, shown: &str, given: &document::Policy, rule: &NetworkRule) {
        let mut twice: Vec<(Span, String)> = Vec::new();
        if let Some(field) = &given.allow_countries {
            let denied = |country: &&Country| rule.deny_countries.contains(country);
            let both = rule.allow_countries.iter().filter(denied);
            twice.extend(both.map(|country| (field.span, country.to_string())));
        }
        if let Some(field) = &given.allow_asns {
            let denied = |number: &&AsNumber| rule.deny_asns.contains(number);
            let both = rule.allow_asns.iter().filter(denied);
            twice.extend(both.map(|number| (field.span, number.to_string())));
        }
        for (span, what) in twice {
            let message = format!("{shown} allows and denies `{what}`");
            self.findings
                .warning(Code::Conflict, span, &message, "what is denied wins");
        }
    }
}

fn countries(given: Option<&At<Vec<CountryCode>>>) -> Vec<Country> {
    let given = given.into_iter().flat_map(|list| &list.value);
    given.map(|country| country.0).collect()
}

fn asns(given: Option<&At<Vec<Asn>>>) -> Vec<AsNumber> {
    let given = given.into_iter().flat_map(|list| &list.value);
    given.map(|number| number.0).collect()
}
