//! Conditions of policies: to what a rule applies, what it asks for, and whom it leaves alone.

use super::{Country, HeaderValues, Method, Name};
use std::time::Duration;

/// What must hold of a request: every one of these that says something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// It comes in these hours.
    pub hours: Option<Hours>,
    /// It has one of these methods.
    pub methods: Vec<Method>,
    /// It is for one of these environments.
    pub environments: Vec<Name>,
    /// Its headers have one of these values; without values, they are there.
    pub headers: Vec<HeaderValues>,
    /// Its body is of one of these media types, lower case, `application/*` and `*/*` included. A
    /// request without a body has none.
    pub media_types: Vec<Name>,
    /// Its body has so many bytes at most, and says so beforehand.
    pub max_size: Option<u64>,
    /// Its client is on one of these lists: indices into
    /// [`Configuration::lists`](super::Configuration::lists).
    pub lists: Vec<usize>,
    /// Its client is in one of these countries.
    pub countries: Vec<Country>,
    /// One of these apps calls.
    pub apps: Vec<Name>,
    /// The caller is in one of these groups.
    pub groups: Vec<Name>,
    /// The caller has one of these access roles.
    pub access_roles: Vec<Name>,
    /// The caller's token says one of these values in each of these claims.
    pub claims: Vec<Values>,
    /// The body, JSON, has one of these values at each of these places (RFC 6901).
    pub body: Vec<Values>,
}

impl Conditions {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Values that something named may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// Its name: a claim, or a JSON pointer.
    pub name: Name,
    /// Its values; `*` at the end of one stands for any rest.
    pub allowed: Vec<Name>,
}

/// Hours of the day, on days of the week, by the clocks of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// From when, in minutes since midnight, until before when. Where the end is not behind the
    /// beginning, it is on the next day; `None`: all day.
    pub between: Option<(u16, u16)>,
    /// On which days they begin, Monday first.
    pub days: [bool; 7],
    /// The time zone's name in the IANA database.
    pub zone: Name,
}

/// Callers whom a rule leaves alone: those to whom one of these applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// These apps.
    pub apps: Vec<Name>,
    /// Whoever is in one of these groups.
    pub groups: Vec<Name>,
    /// Whoever has one of these access roles.
    pub access_roles: Vec<Name>,
}

/// What is asked of some requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConditionsRule {
    /// Of which: those of which all of this holds.
    pub when: Conditions,
    /// But not of these callers.
    pub except: Exceptions,
    /// What has to hold.
    pub require: Conditions,
}

/// Whose the thing has to be that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnershipRule {
    /// Of which requests: those of which all of this holds.
    pub when: Conditions,
    /// But not of these callers.
    pub except: Exceptions,
    /// Where the request names the thing.
    pub resource: Resource,
    /// What of the caller the name is compared with.
    pub owner: Owner,
    /// The name begins with it and this separator, or is it; `None`: is it.
    pub separator: Option<Name>,
    /// The status of refusals, where the code may have it; `None`: the code's own.
    pub status: Option<u16>,
}

/// Where a request names the thing that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A parameter of the path.
    Path(Name),
    /// A parameter of the query.
    Query(Name),
    /// A place in the body (RFC 6901), which is JSON.
    Body(Name),
}

impl Resource {
    /// In words: ``path parameter `id` ``.
    pub fn words(&self) -> String {
        match self {
            Self::Path(name) => format!("path parameter `{name}`"),
            Self::Query(name) => format!("query parameter `{name}`"),
            Self::Body(pointer) => format!("the body's `{pointer}`"),
        }
    }
}

/// Something of a caller by which things are its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The name of the app.
    App,
    /// The name of the app's tenant.
    Tenant,
    /// The person whom the token names.
    User,
    /// A claim of the token; of a list, one of its texts is enough.
    Claim(Name),
}

impl Owner {
    /// In words: `the name of the app`.
    pub fn words(&self) -> String {
        match self {
            Self::App => "the caller's app".to_owned(),
            Self::Tenant => "the caller's tenant".to_owned(),
            Self::User => "the user of the caller's token".to_owned(),
            Self::Claim(name) => format!("claim `{name}` of the caller's token"),
        }
    }
}

/// How a person has to have signed in (RFC 9470).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepUpRule {
    /// For which requests: those of which all of this holds.
    pub when: Conditions,
    /// But not for these callers.
    pub except: Exceptions,
    /// Classes of authentication of which the token has to name one (`acr`); empty: any.
    pub acr: Vec<Name>,
    /// How long ago at most (`auth_time`); `None`: any time.
    pub max_age: Option<Duration>,
}

/// What rules about some requests have in common.
pub trait AboutSome {
    /// Of which requests it is.
    fn when(&self) -> &Conditions;
    /// Whom it leaves alone.
    fn except(&self) -> &Exceptions;
}

macro_rules! about_some {
    ($($rule:ty),*) => {
        $(impl AboutSome for $rule {
            fn when(&self) -> &Conditions {
                &self.when
            }

            fn except(&self) -> &Exceptions {
                &self.except
            }
        })*
    };
}

about_some!(ConditionsRule, OwnershipRule, StepUpRule);
