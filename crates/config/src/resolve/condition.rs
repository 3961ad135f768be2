//! Policies of the kinds `conditions`, `ownership` and `step_up`.

use super::Resolver;
use super::declared::{ACCESS_ROLE, ENVIRONMENT, Names, Target, refer};
use super::list::Lists;
use crate::code::Code;
use crate::document::condition as document;
use crate::document::policy::Policy as Given;
use crate::findings::quote;
use crate::located::{At, Map, OneOrMany};
use crate::scalar::text::HeaderValue;
use crate::source::Span;
use postern_model::entity::{
    Conditions, ConditionsRule, Exceptions, HeaderValues, Hours, Level, Name, Owner, OwnershipRule,
    Resource, Service, StepUpRule, Values,
};
use std::time::Duration;

/// Most names or values in one list, and most headers, claims or places.
const MOST: usize = 64;
/// How long ago a sign-in may be at most.
const LONGEST_AGE: Duration = Duration::from_hours(24 * 30);

impl Resolver<'_, '_> {
    pub(super) fn conditions(
        &mut self,
        key: &At<String>,
        shown: &str,
        given: &Given,
        lists: &Lists,
    ) -> ConditionsRule {
        let rule = ConditionsRule {
            when: self.these(shown, given.when.as_ref(), lists),
            except: self.exceptions(shown, given.except.as_ref()),
            require: self.these(shown, given.require.as_ref(), lists),
        };
        let whole = given.require.as_ref().is_none_or(|require| require.intact);
        if rule.require.is_empty() && key.intact && whole {
            let help = "add `require: {lists: [office]}` or `require: {time: …}`, say";
            self.asks_for_nothing(shown, key.span, "it refuses no request", help);
        }
        rule
    }

    pub(super) fn ownership(
        &mut self,
        shown: &str,
        given: &Given,
        lists: &Lists,
        place: (Option<&Level>, &[Service]),
    ) -> Option<OwnershipRule> {
        let resource = given.resource.as_ref()?;
        let owner = &given.owner.as_ref()?.value;
        let found = self.resource(shown, resource, place);
        if let Some(status) = given.status.as_ref().filter(|status| status.value != 404) {
            let message = format!("no refusal of {shown} may have that status");
            let label = "403 without it, or 404";
            self.findings
                .error(Code::InvalidValue, status.span, &message, label);
        }
        Some(OwnershipRule {
            when: self.these(shown, given.when.as_ref(), lists),
            except: self.exceptions(shown, given.except.as_ref()),
            resource: found?,
            owner: match owner {
                document::Owner::Word(document::OwnerWord::App) => Owner::App,
                document::Owner::Word(document::OwnerWord::Tenant) => Owner::Tenant,
                document::Owner::Word(document::OwnerWord::User) => Owner::User,
                document::Owner::Claim(claim) => {
                    Owner::Claim(claim.claim.as_ref()?.value.0.clone())
                }
            },
            separator: given.separator.as_ref().map(|text| text.value.0.clone()),
            status: given.status.as_ref().map(|status| status.value),
        })
    }

    fn resource(
        &mut self,
        shown: &str,
        given: &At<document::Resource>,
        (level, services): (Option<&Level>, &[Service]),
    ) -> Option<Resource> {
        let place = &given.value;
        let found = match (&place.path, &place.query, &place.body) {
            (Some(name), None, None) => {
                let whole = self.root.get("services").is_none_or(|all| all.intact);
                let used = !whole
                    || level.is_none_or(|level| has_parameter(level, services, &name.value.0));
                if !used && given.intact {
                    let message = format!("{shown} names a parameter that no path has");
                    let label = format!("no operation here has `{{{}}}` in its path", name.value.0);
                    self.findings
                        .error(Code::UnknownParameter, name.span, &message, &label);
                }
                Some(Resource::Path(name.value.0.clone()))
            }
            (None, Some(name), None) => Some(Resource::Query(name.value.0.clone())),
            (None, None, Some(pointer)) => Some(Resource::Body(pointer.value.0.clone())),
            _ => None,
        };
        if found.is_none() && given.intact {
            let message = format!("{shown} does not say where a request names the thing");
            let label = "expected one of `path`, `query` and `body`";
            self.findings
                .error(Code::InvalidValue, given.span, &message, label)
                .help("write `resource: {path: customer}`, say");
        }
        found
    }

    pub(super) fn step_up(
        &mut self,
        key: &At<String>,
        shown: &str,
        given: &Given,
        lists: &Lists,
    ) -> StepUpRule {
        let acr = given.acr.iter().flat_map(|list| &list.value.0);
        let rule = StepUpRule {
            when: self.these(shown, given.when.as_ref(), lists),
            except: self.exceptions(shown, given.except.as_ref()),
            acr: acr.map(|value| value.0.clone()).collect(),
            max_age: given.max_age.as_ref().map(|age| age.value.0),
        };
        if rule.acr.is_empty() && rule.max_age.is_none() && key.intact {
            let help = "add `acr: [\"urn:example:mfa\"]` or `max_age: 15m`, say";
            self.asks_for_nothing(shown, key.span, "every sign-in will do", help);
        }
        if let Some(odd) = given.acr.as_ref().filter(|list| {
            let fits = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
            list.value.0.iter().any(|acr| !acr.0.bytes().all(fits))
        }) {
            let message = format!("{shown} asks for a class of authentication that has no name");
            let label = "visible ASCII characters, without blanks and quotes";
            self.findings
                .error(Code::InvalidValue, odd.span, &message, label);
        }
        if let Some(age) = given
            .max_age
            .as_ref()
            .filter(|age| age.value.0 > LONGEST_AGE)
        {
            let message = format!("{shown} has a `max_age` of more than 30 days");
            self.findings
                .error(Code::OutOfRange, age.span, &message, "at most `30d`");
        }
        rule
    }

    /// What has to hold.
    fn these(
        &mut self,
        shown: &str,
        given: Option<&At<document::Conditions>>,
        lists: &Lists,
    ) -> Conditions {
        let Some(At {
            value: given, span, ..
        }) = given
        else {
            return Conditions::default();
        };
        let named = given.lists.as_ref().map(|lists| lists.value.clone());
        let what = || format!("{shown} uses a list that does not exist");
        let found = Conditions {
            hours: given.time.as_ref().and_then(|time| self.hours(shown, time)),
            methods: given
                .methods
                .iter()
                .flat_map(|list| &list.value)
                .map(|method| method.0)
                .collect(),
            environments: self.known(
                shown,
                given.environments.as_deref(),
                (&ENVIRONMENT, |all| &all.environments),
            ),
            headers: entries(given.headers.as_ref())
                .map(|(name, allowed)| HeaderValues {
                    header: name.to_ascii_lowercase().into(),
                    allowed,
                })
                .collect(),
            media_types: given
                .media_types
                .iter()
                .flatten()
                .map(|media| media.0.clone())
                .collect(),
            max_size: given.max_size.as_ref().map(|size| size.0),
            lists: self.lists_of(&named.unwrap_or_default(), lists, what),
            countries: given
                .countries
                .iter()
                .flat_map(|list| &list.value)
                .map(|country| country.0)
                .collect(),
            apps: self.somebody(shown, "an app", given.apps.as_deref(), |all| &all.apps),
            groups: self.somebody(shown, "a group", given.groups.as_deref(), |all| &all.groups),
            access_roles: self.known(
                shown,
                given.access_roles.as_deref(),
                (&ACCESS_ROLE, |all| &all.access_roles),
            ),
            claims: values(given.claims.as_ref()),
            body: values(given.body.as_ref()),
        };
        if let Some(countries) = &given.countries {
            let known = self.root.get("geo").and_then(|geo| geo.get("country"));
            if known.is_none() {
                let message = format!("{shown} asks for countries, and no database knows them");
                self.findings
                    .error(
                        Code::MissingField,
                        countries.span,
                        &message,
                        "`geo` names none",
                    )
                    .help("add `geo: {country: FILE}` with a database in the MMDB format");
            }
        }
        self.bounded(shown, *span, &found);
        found
    }

    /// Every list is looked through for each request.
    fn bounded(&mut self, shown: &str, span: Span, found: &Conditions) {
        let allowed = found.headers.iter().map(|one| one.allowed.len());
        let more = found.claims.iter().chain(&found.body);
        let lengths = [
            found.environments.len(),
            found.headers.len(),
            found.media_types.len(),
            found.lists.len(),
            found.apps.len(),
            found.groups.len(),
            found.access_roles.len(),
            found.claims.len(),
            found.body.len(),
        ];
        let values = allowed.chain(more.map(|one| one.allowed.len()));
        if lengths
            .into_iter()
            .chain(values)
            .any(|length| length > MOST)
        {
            let message = format!("{shown} names more than {MOST} things in one place");
            self.findings
                .error(Code::OutOfRange, span, &message, "too many to look through");
        }
    }

    fn hours(&mut self, shown: &str, given: &At<document::Hours>) -> Option<Hours> {
        let hours = &given.value;
        let days = hours.days.iter().flat_map(|days| &days.value.0);
        let mut on = [hours.days.is_none(); 7];
        for days in days {
            for (day, named) in on.iter_mut().zip(days.0) {
                *day |= named;
            }
        }
        let Some(zone) = &hours.zone else {
            if given.intact {
                let message = format!("{shown} does not say by which clocks");
                self.findings
                    .error(
                        Code::MissingField,
                        given.span,
                        &message,
                        "`zone` is missing",
                    )
                    .help("add `zone: Europe/Berlin` or `zone: UTC`, say");
            }
            return None;
        };
        if hours.between.is_none() && hours.days.is_none() && given.intact {
            let message = format!("{shown} has hours that are always");
            self.findings
                .error(
                    Code::MissingField,
                    given.span,
                    &message,
                    "neither hours nor days",
                )
                .help("add `between: \"08:00-18:00\"` or `days: mon-fri`, say");
        }
        Some(Hours {
            between: hours.between.as_ref().map(|at| (at.value.0, at.value.1)),
            days: on,
            zone: zone.value.0.clone(),
        })
    }

    fn exceptions(&mut self, shown: &str, given: Option<&At<document::Exceptions>>) -> Exceptions {
        let Some(At { value: given, .. }) = given else {
            return Exceptions::default();
        };
        Exceptions {
            apps: self.somebody(shown, "an app", given.apps.as_deref(), |all| &all.apps),
            groups: self.somebody(shown, "a group", given.groups.as_deref(), |all| &all.groups),
            access_roles: self.known(
                shown,
                given.access_roles.as_deref(),
                (&ACCESS_ROLE, |all| &all.access_roles),
            ),
        }
    }

    /// Names of what rules declare.
    fn known(
        &mut self,
        shown: &str,
        given: Option<&[At<String>]>,
        (target, among): (&Target, Among),
    ) -> Vec<Name> {
        let given = given.unwrap_or_default();
        for name in given {
            refer(self.findings, target, among(&self.names), name, || {
                format!("{shown} names what does not exist")
            });
        }
        super::account::names(given)
    }

    /// Names of callers. They come and go without the rules, so that one who is not there is no
    /// reason to refuse to start.
    fn somebody(
        &mut self,
        shown: &str,
        noun: &str,
        given: Option<&[At<String>]>,
        among: Among,
    ) -> Vec<Name> {
        let given = given.unwrap_or_default();
        for name in given {
            if among(&self.names).may_have(&name.value) {
                continue;
            }
            let message = format!("{shown} names {noun} that does not exist");
            let label = format!("there is no {}", quote(&name.value));
            self.findings
                .warning(Code::UnknownGroup, name.span, &message, &label);
        }
        super::account::names(given)
    }
}

/// Where names are looked up.
type Among = for<'n, 'a> fn(&'n super::declared::Declared<'a>) -> &'n Names<'a>;

/// Whether an operation at a level or below it has a path parameter.
fn has_parameter(level: &Level, services: &[Service], name: &str) -> bool {
    let operations = services.iter().flat_map(|service| {
        let versions = service.versions.iter();
        versions.flat_map(move |version| {
            let operations = version.operations.iter();
            operations.map(move |operation| (service, version, operation))
        })
    });
    let mut below = operations.filter(|(service, version, operation)| match level {
        Level::Platform => true,
        Level::Tenant(tenant) => service.tenant.as_ref() == Some(tenant),
        Level::Service(of) => service.name == *of,
        Level::Version(of, at) => service.name == *of && version.name == *at,
        Level::Operation(of, at, one) => {
            service.name == *of && version.name == *at && operation.name == *one
        }
    });
    let (plain, rest) = (format!("{{{name}}}"), format!("{{*{name}}}"));
    below.any(|(_, version, operation)| {
        let paths = [&*operation.path, &*version.base_path];
        paths
            .iter()
            .any(|path| path.contains(&plain) || path.contains(&rest))
    })
}

fn entries<K>(
    given: Option<&Map<OneOrMany<HeaderValue>, K>>,
) -> impl Iterator<Item = (&str, Vec<Name>)> {
    let entries = given.into_iter().flat_map(|map| &map.0);
    entries.map(|(name, allowed)| {
        let allowed = allowed.0.iter().map(|value| value.0.clone());
        (name.value.as_str(), allowed.collect())
    })
}

fn values<K>(given: Option<&Map<OneOrMany<HeaderValue>, K>>) -> Vec<Values> {
    let values = entries(given).map(|(name, allowed)| Values {
        name: name.into(),
        allowed,
    });
    values.collect()
}
