//! Kinds `conditions`, `ownership` and `step_up`: rules about some requests.

use super::Network;
use crate::fields::Known;
use crate::hours::{Hours, Shown};
use crate::kept::{self, Key};
use postern_model::entity::{
    self, AboutSome, ConditionsRule, Method, Name, NetworkRule, OwnershipRule, StepUpRule,
};

/// A rule, compiled.
#[derive(Debug)]
pub(crate) struct About<T> {
    /// Of which requests it is.
    pub(crate) when: Conditions,
    /// Whom it leaves alone.
    pub(crate) except: Exceptions,
    /// What it says.
    pub(crate) rule: T,
}

/// What has to hold, compiled.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// They say of which requests a rule is: then one value of several is enough, or a caller could
    /// send another one beside it and be none of them.
    pub(crate) any: bool,
    /// With the hours in words.
    pub(crate) hours: Option<(Hours, String)>,
    pub(crate) methods: Box<[Method]>,
    pub(crate) environments: Box<[Name]>,
    pub(crate) headers: Box<[Header]>,
    pub(crate) media_types: Box<[Name]>,
    pub(crate) max_size: Option<u64>,
    pub(crate) lists: Option<Network>,
    pub(crate) countries: Option<Network>,
    pub(crate) apps: Box<[Name]>,
    pub(crate) groups: Asked,
    pub(crate) access_roles: Box<[Name]>,
    pub(crate) claims: Box<[Asked]>,
    pub(crate) body: Box<[Asked]>,
}

/// Whom a rule leaves alone, compiled.
#[derive(Debug)]
pub(crate) struct Exceptions {
    pub(crate) apps: Box<[Name]>,
    pub(crate) groups: Asked,
    pub(crate) access_roles: Box<[Name]>,
}

impl Exceptions {
    fn new(rule: &entity::Exceptions) -> Self {
        Self {
            apps: rule.apps.as_slice().into(),
            groups: Asked::new("group", &Name::default(), &rule.groups),
            access_roles: rule.access_roles.as_slice().into(),
        }
    }
}

/// A header, and what it may say.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) known: Known,
    pub(crate) asked: Asked,
}

/// Something whose values no record keeps, and those that it may have.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) name: Name,
    pub(crate) allowed: Box<[Name]>,
    /// What the answer is kept by.
    pub(crate) key: Key,
}

impl Asked {
    fn new(kind: &str, name: &Name, allowed: &[Name]) -> Self {
        let parts = [kind.as_bytes(), name.as_bytes()].into_iter();
        let parts: Vec<&[u8]> = parts.chain(allowed.iter().map(|a| a.as_bytes())).collect();
        Self {
            name: name.clone(),
            allowed: allowed.into(),
            key: kept::key(&parts),
        }
    }

    /// Whether a value is one of those; `*` at the end of one stands for any rest. Case counts.
    pub(crate) fn permits(&self, value: &[u8]) -> bool {
        self.allowed
            .iter()
            .any(|allowed| match allowed.strip_suffix('*') {
                Some(start) => value.starts_with(start.as_bytes()),
                None => allowed.as_bytes() == value,
            })
    }
}

impl Conditions {
    /// `None`: a time zone is not known.
    fn new(rule: &entity::Conditions, any: bool) -> Option<Self> {
        let asked = |kind: &'static str, values: &[entity::Values]| -> Box<[Asked]> {
            let all = values.iter();
            all.map(|one| Asked::new(kind, &one.name, &one.allowed))
                .collect()
        };
        let headers = rule.headers.iter().map(|header| Header {
            known: Known::of(header.header.as_bytes()),
            asked: Asked::new(
                if any { "any header" } else { "header" },
                &header.header,
                &header.allowed,
            ),
        });
        let only = |rule: &NetworkRule| rule.allows_some().then(|| Network::new(rule));
        let hours = match &rule.hours {
            Some(hours) => Some((Hours::new(hours)?, Shown(hours).to_string())),
            None => None,
        };
        Some(Self {
            any,
            hours,
            methods: rule.methods.as_slice().into(),
            environments: rule.environments.as_slice().into(),
            headers: headers.collect(),
            media_types: rule.media_types.as_slice().into(),
            max_size: rule.max_size,
            lists: only(&NetworkRule {
                allow: rule.lists.clone(),
                ..NetworkRule::default()
            }),
            countries: only(&NetworkRule {
                allow_countries: rule.countries.clone(),
                ..NetworkRule::default()
            }),
            apps: rule.apps.as_slice().into(),
            groups: Asked::new("group", &Name::default(), &rule.groups),
            access_roles: rule.access_roles.as_slice().into(),
            claims: asked("claim", &rule.claims),
            body: asked("body", &rule.body),
        })
    }

    /// Whether it looks at the body.
    pub(crate) fn reads_body(&self) -> bool {
        !self.body.is_empty()
    }
}

/// What a rule of the kind `ownership` says.
#[derive(Debug)]
pub(crate) struct Ownership {
    pub(crate) rule: OwnershipRule,
    /// What the answer is kept by, besides whose it is.
    pub(crate) key: Key,
}

/// What a rule of the kind `step_up` says.
#[derive(Debug)]
pub(crate) struct StepUp {
    pub(crate) rule: StepUpRule,
    /// What the answer is kept by, besides when it is asked.
    pub(crate) key: Key,
}

/// What is asked of some requests.
pub(crate) type Required = About<Conditions>;

impl<T> About<T> {
    fn of(given: &impl AboutSome, rule: T) -> Option<Self> {
        Some(Self {
            when: Conditions::new(given.when(), true)?,
            except: Exceptions::new(given.except()),
            rule,
        })
    }
}

impl Required {
    /// `None`: a time zone is not known, as of the others.
    pub(super) fn required(given: &ConditionsRule) -> Option<Self> {
        Self::of(given, Conditions::new(&given.require, false)?)
    }
}

impl About<Ownership> {
    pub(super) fn ownership(given: &OwnershipRule) -> Option<Self> {
        let separator = given.separator.as_deref();
        let parts = format!("{:?} {:?} {separator:?}", given.resource, given.owner);
        let key = kept::key(&[b"own", parts.as_bytes()]);
        let rule = given.clone();
        Self::of(given, Ownership { rule, key })
    }
}

impl About<StepUp> {
    pub(super) fn step_up(given: &StepUpRule) -> Option<Self> {
        let parts = format!("{:?} {:?}", given.acr, given.max_age);
        let key = kept::key(&[b"step_up", parts.as_bytes()]);
        let rule = given.clone();
        Self::of(given, StepUp { rule, key })
    }
}
