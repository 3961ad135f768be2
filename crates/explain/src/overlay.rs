//! Facts of a request, some of them replaced by what is assumed instead.

use postern_model::entity::{Authentication, CsrfToken};
use postern_policy::Rules;
use postern_policy::csrf::TokenVerdict;
use postern_policy::facts::{
    Body, CallerBlock, CertificateVerdict, ContentVerdict, CredentialVerdict, DeciderAnswer,
    EdgeReading, Facts, LocatedCountry, LocatedSystem, Reading, TlsFacts, Unreadable,
};
use postern_policy::fields::Known;
use postern_policy::head::Version;
use postern_policy::kept::{Kept, Key};
use postern_policy::listing::Listed;
use postern_policy::recorded::Routed;
use serde_json::Value;
use std::net::IpAddr;

/// What is assumed instead of what was recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assumed {
    /// Another credential was sent.
    pub(crate) credential: Option<CredentialVerdict>,
    /// The counters of the client's address say this.
    pub(crate) edge: Option<EdgeReading>,
    /// What they said when it came says nothing.
    pub(crate) edge_afresh: bool,
    /// The caller is under these blocks.
    pub(crate) caller_blocks: Option<Vec<CallerBlock>>,
    /// It had this method.
    pub(crate) method: Option<&'static str>,
    /// It comes at this time: Unix time in milliseconds.
    pub(crate) at: Option<i64>,
    /// What was found of its credential says nothing any more.
    pub(crate) credential_forgotten: bool,
    /// The directory has every row that there is.
    pub(crate) whole_directory: bool,
}

impl Assumed {
    /// With what another one assumes too.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        if other.credential.is_some() {
            self.credential.clone_from(&other.credential);
        }
        if other.edge.is_some() {
            self.edge.clone_from(&other.edge);
        }
        if other.caller_blocks.is_some() {
            self.caller_blocks.clone_from(&other.caller_blocks);
        }
        self.method = self.method.or(other.method);
        self.at = self.at.or(other.at);
        self.edge_afresh |= other.edge_afresh;
        self.credential_forgotten |= other.credential_forgotten;
        self.whole_directory |= other.whole_directory;
        self
    }
}

/// Facts with assumptions. The readings of limits are always those given here.
pub(crate) struct Overlay<'a> {
    pub(crate) facts: &'a dyn Facts,
    pub(crate) assumed: &'a Assumed,
    pub(crate) readings: Option<&'a [Reading]>,
}

impl Facts for Overlay<'_> {
    fn peer(&self) -> IpAddr {
        self.facts.peer()
    }

    fn proxied_source(&self) -> Option<IpAddr> {
        self.facts.proxied_source()
    }

    fn tls(&self) -> Option<TlsFacts<'_>> {
        self.facts.tls()
    }

    fn version(&self) -> Version {
        self.facts.version()
    }

    fn method(&self) -> &[u8] {
        match self.assumed.method {
            Some(method) => method.as_bytes(),
            None => self.facts.method(),
        }
    }

    fn protocol(&self) -> Option<&[u8]> {
        self.facts.protocol()
    }

    fn authority(&self) -> Option<&[u8]> {
        self.facts.authority()
    }

    fn target(&self) -> &[u8] {
        self.facts.target()
    }

    fn path(&self) -> &[u8] {
        self.facts.path()
    }

    fn query(&self) -> Option<&[u8]> {
        self.facts.query()
    }

    fn parameters(&self) -> Option<&[u8]> {
        self.facts.parameters()
    }

    fn header(&self, name: Known, nth: usize) -> Option<&[u8]> {
        self.facts.header(name, nth)
    }

    fn came(&self, name: Known) -> bool {
        self.facts.came(name)
    }

    fn header_named<'a>(&'a self, name: &'a [u8], nth: usize) -> Option<&'a [u8]> {
        self.facts.header_named(name, nth)
    }

    fn client_certificate(&self) -> Option<&CertificateVerdict> {
        self.facts.client_certificate()
    }

    fn now(&self) -> i64 {
        self.assumed.at.unwrap_or_else(|| self.facts.now())
    }

    fn edge(&self) -> Option<&EdgeReading> {
        let assumed = self.assumed.edge.as_ref();
        assumed.or_else(|| {
            let recorded = || self.facts.edge();
            (!self.assumed.edge_afresh).then(recorded)?
        })
    }

    fn country(&self, address: IpAddr) -> Option<&LocatedCountry> {
        self.facts.country(address)
    }

    fn autonomous_system(&self, address: IpAddr) -> Option<&LocatedSystem> {
        self.facts.autonomous_system(address)
    }

    fn listed(&self, list: &str, address: IpAddr) -> Option<&Listed> {
        self.facts.listed(list, address)
    }

    fn has_body(&self) -> bool {
        self.facts.has_body()
    }

    fn credential(&self) -> Option<&CredentialVerdict> {
        let assumed = self.assumed.credential.as_ref();
        assumed.or_else(|| {
            let found = || self.facts.credential();
            (!self.assumed.credential_forgotten).then(found)?
        })
    }

    fn caller_blocks(&self) -> Option<&[CallerBlock]> {
        let assumed = self.assumed.caller_blocks.as_deref();
        assumed.or_else(|| self.facts.caller_blocks())
    }

    fn readings(&self) -> Option<&[Reading]> {
        self.readings
    }

    fn csrf_token(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        self.facts.csrf_token(token)
    }

    fn csrf_field(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        self.facts.csrf_field(token)
    }

    fn decided(&self, key: Key) -> Option<&DeciderAnswer> {
        self.facts.decided(key)
    }

    fn body_start(&self) -> Option<&[u8]> {
        self.facts.body_start()
    }

    fn content(&self) -> Option<&ContentVerdict> {
        self.facts.content()
    }

    fn body(&self) -> Option<&Body> {
        self.facts.body()
    }

    fn json(&self) -> Option<&Result<Value, Unreadable>> {
        self.facts.json()
    }

    fn kept(&self, key: Key) -> Option<&Kept> {
        self.facts.kept(key)
    }

    fn has_header(&self, name: &str) -> bool {
        self.facts.has_header(name)
    }

    fn looked_in(&self, accepted: &Authentication, rules: &Rules) -> bool {
        self.assumed.credential.is_some() || self.facts.looked_in(accepted, rules)
    }

    fn knows_subscription(&self, service: &str) -> bool {
        self.assumed.whole_directory || self.facts.knows_subscription(service)
    }

    fn knows_token_scope(&self, scope: &str) -> bool {
        self.facts.knows_token_scope(scope)
    }

    fn knows_token_audience(&self, audience: &str) -> bool {
        self.facts.knows_token_audience(audience)
    }

    fn knows_whole_token(&self) -> bool {
        self.facts.knows_whole_token()
    }

    fn knows_access_roles(&self) -> bool {
        self.assumed.whole_directory || self.facts.knows_access_roles()
    }

    fn knows_groups(&self) -> bool {
        self.assumed.whole_directory || self.facts.knows_groups()
    }

    fn knows_claims(&self) -> bool {
        self.facts.knows_claims()
    }

    fn routed(&self) -> Option<&Routed> {
        self.facts.routed()
    }

    /// The readings are those of the rules that decide now.
    fn revision(&self) -> Option<&str> {
        None
    }

    fn is_recorded(&self) -> bool {
        self.facts.is_recorded()
    }

    fn not_kept(&self) -> Option<&'static str> {
        self.facts.not_kept()
    }
}
