//! What is known of one request, as far as policies look at it.

use crate::place::Place;
use postern_model::entity::{Method, Name};
use std::borrow::Cow;
use std::net::IpAddr;

/// What is known of one request. What no policy looks at ([`Looks`](crate::Looks)) may be left out.
#[derive(Debug)]
pub struct Given<'a> {
    /// Who calls.
    pub caller: Caller<'a>,
    /// The operation.
    pub place: &'a Place,
    /// How it is called.
    pub method: Method,
    /// The path parameters, decoded; `None`: they were not kept.
    pub parameters: Option<Vec<(&'a str, Cow<'a, str>)>>,
    /// Whose request it is.
    pub client: Option<IpAddr>,
    /// In which country that address is, if it is known.
    pub country: Option<Cow<'a, str>>,
    /// When: Unix time in milliseconds.
    pub now: i64,
    /// Headers by the names that policies call them, several values joined (RFC 9110 §5.3).
    /// `None`: some were not kept.
    pub headers: Option<Vec<(&'a str, Cow<'a, str>)>>,
    /// Bytes of the body, where that is known beforehand.
    pub size: Option<u64>,
    /// The environment of the host asked for.
    pub environment: &'a str,
    /// The host asked for.
    pub host: &'a str,
    /// Whether the caller speaks TLS.
    pub is_secure: bool,
    /// What the caller's token says.
    pub token: Said<'a>,
    /// Values in the body by the JSON pointers (RFC 6901) that policies name; `None`: it was not
    /// read.
    pub body: Option<Vec<(&'a str, Cow<'a, str>)>>,
    /// The path parameters whose values may be shown.
    pub shown_parameters: &'a [Name],
    /// Whether the values of a header may be shown.
    pub shows_header: fn(&str) -> bool,
}

/// What is known of a token.
#[derive(Debug)]
pub enum Said<'a> {
    /// There was none.
    Nothing,
    /// There was one, and not all of it was kept.
    NotKept,
    /// This.
    All(TokenSaid<'a>),
}

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller<'a> {
    /// Nobody in particular.
    Anonymous,
    /// An app, for itself.
    App(Holder<'a>),
    /// An app, for somebody: the issuer that knows them, and their name there.
    User(&'a str, &'a str, Holder<'a>),
}

/// What an app is, and has.
#[derive(Debug, Clone, Default)]
pub struct Holder<'a> {
    /// Its name.
    pub app: &'a str,
    /// Its tenant.
    pub tenant: &'a str,
    /// The groups that it is in.
    pub groups: Vec<&'a str>,
    /// The access roles that count.
    pub access_roles: Vec<&'a str>,
    /// The scopes that count.
    pub scopes: Vec<&'a str>,
    /// The environment of its credential.
    pub environment: &'a str,
    /// The plan that it has subscribed to.
    pub plan: Option<&'a str>,
}

/// What a token says.
#[derive(Debug, Default)]
pub struct TokenSaid<'a> {
    /// Its issuer's name in the configuration.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: Option<&'a str>,
    /// The person.
    pub user: Option<&'a str>,
    /// The client that it was made for.
    pub client: Option<&'a str>,
    /// The groups of that person, as their issuer calls them.
    pub groups: Vec<&'a str>,
    /// Its scopes, granted here or not.
    pub scopes: Vec<&'a str>,
    /// Whom it is for.
    pub audiences: Vec<&'a str>,
}
