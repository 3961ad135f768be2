//! An allowed request to bytes.

use super::{
    END, LAYOUT, MOST, NOT_KEPT, OTHER, OTHERS, TOKEN_NAMES, VALUES, credential, flag, said,
};
use crate::csrf::{CheckedToken, TokenVerdict};
use crate::decision::Allowed;
use crate::facts::{
    CertificateVerdict, Connection, CredentialVerdict, Facts, Live, OtherKind, Reading,
};
use crate::fields::Known;
use crate::head::{Head, Version};
use crate::identity::{Acting, Identity};
use crate::rules::Rules;
use postern_model::entity::{AsNumber, Country, CredentialKind, Name, TlsVersion};
use postern_proof::Token;
use std::net::IpAddr;

/// Longest value of a header and longest host.
const VALUE: usize = 64;
/// Where readings end at the latest, and where who called does.
const READINGS_END: usize = 110;
const IDENTITY_END: usize = 180;
/// Where the values of headers end at the latest: a mark that one was not kept, and their end,
/// have room behind them.
const VALUES_END: usize = MOST - 3;

/// What was fetched for the decision, as far as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    flags: u32,
    credential: u8,
    /// With when the database was built, as below: small, for it is moved with the request.
    country: Option<(Country, i64)>,
    system: Option<(Option<AsNumber>, i64)>,
}

impl Seen {
    /// Of a request that may pass.
    pub fn of(live: &Live<'_>) -> Self {
        let mut flags = 0;
        if live.edge().is_some() {
            flags |= flag::EDGE;
        }
        let certificate = live.client_certificate();
        if matches!(certificate, Some(CertificateVerdict::Trusted { .. })) {
            flags |= flag::CERTIFICATE;
        }
        let tokens = live.tokens();
        let good = |token: &CheckedToken| {
            let is_good = |other: &CheckedToken| other.verdict == TokenVerdict::Good;
            // What was in no header may have been in a form.
            let in_form = |other: &CheckedToken| is_good(other) && other.looks_for_the_same(token);
            let elsewhere = token.verdict == TokenVerdict::NoHeader && tokens.iter().any(in_form);
            is_good(token) || elsewhere
        };
        if !tokens.is_empty() && tokens.iter().all(good) {
            flags |= flag::TOKENS;
        }
        let credential = match live.credential() {
            Some(CredentialVerdict::Verified { .. }) => credential::VERIFIED,
            Some(CredentialVerdict::Token(_) | CredentialVerdict::Possession(_)) => {
                credential::TOKEN
            }
            Some(CredentialVerdict::Missing) => credential::MISSING,
            Some(CredentialVerdict::KindNotAccepted { sent }) => match sent {
                OtherKind::Bearer => credential::BEARER,
                OtherKind::Basic => credential::BASIC,
                OtherKind::KeyAsBearer => credential::KEY_AS_BEARER,
                OtherKind::ApiKey => credential::API_KEY,
                OtherKind::Session => credential::NOT_KEPT,
                OtherKind::Signature => credential::SIGNATURE,
                OtherKind::Hmac => credential::HMAC,
                OtherKind::Certificate => credential::OTHER_CERTIFICATE,
                OtherKind::Dpop => credential::DPOP,
            },
            // What a signature said is not kept; nobody passes with the others.
            _ => credential::NOT_KEPT,
        };
        let (country, system) = live.located();
        Self {
            flags,
            credential,
            country: country.map(|located| (located.or_unknown(), located.built)),
            system: system.map(|located| {
                let number = located.system.map(|system| system.number);
                (number, located.built)
            }),
        }
    }
}

/// A request that may pass, and what its decision saw.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a> {
    /// The head.
    pub head: &'a Head,
    /// The connection.
    pub connection: &'a Connection,
    /// The decision.
    pub allowed: Allowed<'a>,
    /// How the limits stood, in the order of [`Allowed::limits`].
    pub readings: &'a [Reading],
    /// What else was fetched.
    pub seen: Seen,
    /// The rules that decided.
    pub rules: &'a Rules,
    /// The path in the row's columns.
    pub path: &'a str,
    /// Whether the host is in the row's columns.
    pub has_host: bool,
}

impl Passed<'_> {
    /// What the credential was: of one that was verified, its kind too, where that matters.
    fn credential(&self) -> u8 {
        let identity = self.allowed.identity;
        let verified = self.seen.credential == credential::VERIFIED;
        let identity = identity.filter(|_| verified);
        match identity.map(|identity| identity.credential.proof.kind()) {
            Some(CredentialKind::Basic) => credential::PASSWORD,
            Some(CredentialKind::Mtls) => credential::CERTIFICATE,
            _ => self.seen.credential,
        }
    }

    /// Writes what is kept, and says how many bytes that are. Allocates nothing.
    pub fn write(&self, to: &mut [u8; MOST]) -> usize {
        let mut out = Out { bytes: to, at: 0 };
        let mut flags = self.seen.flags | self.connection_flags() | self.head_flags();
        // What always stands there has room.
        let _ = out.put(&[LAYOUT]);
        let _ = out.put(&self.rules.mark().to_le_bytes());
        let _ = out.put(&[Known::COUNT]);
        let _ = out.put(&self.head.fields.named_bits().to_le_bytes());
        let flags_at = out.at;
        let _ = out.put(&[0; 4]);
        let identity = self.allowed.identity;
        let by_token = identity.filter(|identity| identity.session.is_none());
        let acting = by_token.map(Identity::acting);
        let _ = out.put(&[match acting {
            Some(Acting::For(_)) => credential::TOKEN_OF_PERSON,
            Some(Acting::ForApp) | None => self.credential(),
        }]);
        let _ = out.put(&self.others().to_le_bytes());
        if let Some(Acting::For(mark)) = acting {
            let _ = out.put(&mark);
        }
        if let Some(source) = self.connection.proxied_source {
            flags |= flag::PROXIED;
            let _ = out.address(source.ip());
        }
        flags |= self.located(&mut out);
        if out.section(READINGS_END, |out| self.readings(out)) {
            flags |= flag::READINGS;
        }
        if let Some(identity) = self.allowed.identity
            && out.section(IDENTITY_END, |out| self.who(identity, out))
        {
            flags |= flag::IDENTITY | who_flags(identity) | roles(identity, &mut out);
        }
        if !self.allowed.kept.is_empty() && out.section(VALUES_END, |out| self.kept(out)) {
            flags |= flag::KEPT;
        }
        self.values(&mut out);
        let host = self.allowed.host;
        if !host.is_empty() {
            flags |= flag::HOST;
            let wanted = !self.has_host && host.len() <= VALUE;
            if wanted && out.section(MOST, |out| out.short(host)) {
                flags |= flag::HOST_HERE;
            }
        }
        if let Some(place) = out.bytes.get_mut(flags_at..flags_at + 4) {
            place.copy_from_slice(&flags.to_le_bytes());
        }
        out.at
    }

    /// Where the client is, as far as it was asked for; what always has room.
    fn located(&self, out: &mut Out<'_>) -> u32 {
        let mut flags = 0;
        let built = |at: i64| u64::try_from(at).unwrap_or(0);
        if let Some((country, at)) = self.seen.country {
            flags |= flag::COUNTRY;
            let _ = out.put(&country.letters());
            let _ = out.number(built(at));
        }
        if let Some((number, at)) = self.seen.system {
            flags |= flag::SYSTEM;
            let number = number.map(|number| u64::from(number.0) + 1);
            let _ = out.number(number.unwrap_or(0));
            let _ = out.number(built(at));
        }
        flags
    }

    fn connection_flags(&self) -> u32 {
        let Some(tls) = &self.connection.tls else {
            return 0;
        };
        let mut flags = flag::TLS;
        if tls.version == TlsVersion::V1_3 {
            flags |= flag::TLS_1_3;
        }
        if tls.sni.as_deref().map(str::as_bytes) == Some(self.allowed.host) {
            flags |= flag::SNI_IS_HOST;
        }
        flags
    }

    fn head_flags(&self) -> u32 {
        let mut flags = 0;
        let mut mark = |flag: u32, holds: bool| {
            if holds {
                flags |= flag;
            }
        };
        mark(flag::BODY, self.head.has_body);
        mark(flag::QUERY, self.head.query().is_some());
        let connect = self.head.version == Version::Http2 && self.head.method() == b"CONNECT";
        mark(flag::CONNECT, connect);
        let path = self.allowed.path;
        // What stands behind `;` is a value too.
        let has_parameters = memchr::memchr(b';', path).is_some();
        if path == self.path.as_bytes() && !has_parameters {
            mark(flag::PATH, true);
        } else {
            mark(flag::PARAMETERS, has_parameters);
            mark(
                flag::ENCODED_SLASH,
                path.windows(3).any(|three| three == b"%2F"),
            );
        }
        flags
    }

    /// Which of the headers that policies name came, a bit each.
    fn others(&self) -> u32 {
        let names = self.rules.policies().other_headers(self.allowed.route.plan);
        let mut bits = 0;
        for (at, (name, _)) in names.take(OTHERS).enumerate() {
            if self.head.fields.named(name.as_bytes()).next().is_some() {
                bits |= 1 << at;
            }
        }
        bits
    }

    fn readings(&self, out: &mut Out<'_>) -> Option<()> {
        if self.readings.len() != self.allowed.limits.len() {
            return None;
        }
        out.number(self.readings.len() as u64)?;
        for reading in self.readings {
            let passes = u64::from(reading.passes);
            out.number(u64::from(reading.remaining) << 1 | passes)?;
            out.number(reading.reset)?;
            out.number(reading.retry_after)?;
        }
        Some(())
    }

    /// Who called. Of a credential with restrictions it cannot be told again whom they hold off, and
    /// of a session whether it was good, and of a token that is bound to a key how its sender proved
    /// to have it, so nothing is kept.
    fn who(&self, identity: &Identity, out: &mut Out<'_>) -> Option<()> {
        if identity.session.is_some() {
            return None;
        }
        let only = identity.credential.restriction.as_ref();
        if only.is_some_and(|only| only.looks_at_requests()) || is_bound(identity) {
            return None;
        }
        out.text(&identity.tenant.name)?;
        if let Some(subscription) = &identity.subscription {
            out.text(&subscription.plan)?;
            if let Some(granted) = &subscription.scopes {
                out.texts(granted.iter())?;
            }
        }
        if let Some(carried) = &identity.credential.scopes {
            out.texts(carried.iter())?;
        }
        match &identity.token {
            Some(token) => self.token(token, out),
            None => Some(()),
        }
    }

    /// What a token said of what its decision hung on: names as places among those that the rules
    /// name.
    fn token(&self, token: &Token, out: &mut Out<'_>) -> Option<()> {
        // What its issuer said of it is not kept.
        if token.introspected {
            return None;
        }
        let issuers = &self.rules.configuration().issuers;
        let at = issuers.iter().position(|one| one.name == token.issuer)?;
        let issuer = issuers.get(at)?;
        let service = self.rules.service(&self.allowed.route);
        let declared = service.scopes.iter().map(|scope| &scope.name);
        let (audiences, more_audiences) = among(&issuer.audiences.iter(), &token.audience)?;
        let carried = token.scopes.as_deref();
        let (scopes, more_scopes) = among(&declared, carried.unwrap_or_default())?;
        let mut marks = 0;
        for (mark, holds) in [
            (said::MORE_AUDIENCES, more_audiences),
            (said::SCOPES, carried.is_some()),
            (said::MORE_SCOPES, more_scopes),
            (said::NOT_BEFORE, token.not_before.is_some()),
        ] {
            if holds {
                marks |= mark;
            }
        }
        out.number(at as u64)?;
        out.put(&[marks])?;
        out.text(token.client.as_deref()?)?;
        out.number(audiences)?;
        out.number(u64::try_from(token.expires_at?).ok()?)?;
        if let Some(begin) = token.not_before {
            out.number(u64::try_from(begin).ok()?)?;
        }
        if carried.is_some() {
            out.number(scopes)?;
        }
        Some(())
    }

    /// What spoke against it, in shadow mode, is not kept: that cannot be told.
    fn kept(&self, out: &mut Out<'_>) -> Option<()> {
        let nothing = || {
            self.allowed
                .kept
                .iter()
                .filter(|kept| kept.against.is_none())
        };
        out.number(nothing().count() as u64)?;
        for kept in nothing() {
            out.put(&kept.key.to_le_bytes())?;
        }
        Some(())
    }

    fn values(&self, out: &mut Out<'_>) {
        let fields = &self.head.fields;
        for known in VALUES {
            let wanted = fields.has(known) && !self.rules.carries_credentials(known);
            for (nth, value) in fields.all(known).filter(|_| wanted).enumerate() {
                if out.value(known as u8, value) {
                    continue;
                }
                // That it came is known; that it came again is not.
                if nth > 0 {
                    let _ = out.put(&[known as u8, NOT_KEPT]);
                }
                break;
            }
        }
        let others = self.rules.policies().other_headers(self.allowed.route.plan);
        for (at, (name, allowed)) in (OTHER..).zip(others.take(OTHERS)) {
            let mut values = fields.named(name.as_bytes());
            // What is allowed word for word stands in the configuration, so it is no secret.
            if !allowed.is_empty()
                && let (Some(value), None) = (values.next(), values.next())
                && allowed.iter().any(|allowed| allowed.as_bytes() == value)
            {
                out.value(at, value);
            }
        }
        let _ = out.put(&[END]);
    }
}

/// Which of some names others have, a bit each, and whether these have more. `None`: there are too
/// many.
fn among<'n>(
    names: &(impl Iterator<Item = &'n Name> + Clone),
    others: &[Name],
) -> Option<(u64, bool)> {
    let mut bits = 0;
    for (at, name) in names.clone().enumerate() {
        if at >= TOKEN_NAMES {
            return None;
        }
        if others.contains(name) {
            bits |= 1 << at;
        }
    }
    let more = others
        .iter()
        .any(|name| !names.clone().any(|known| known == name));
    Some((bits, more))
}

/// Whether a caller has brought a token that is bound to a key.
fn is_bound(identity: &Identity) -> bool {
    let token = identity.token.as_ref();
    token.is_some_and(|token| token.bound_to.is_some())
}

fn who_flags(identity: &Identity) -> u32 {
    let mut flags = 0;
    if let Some(subscription) = &identity.subscription {
        flags |= flag::SUBSCRIPTION;
        if subscription.scopes.is_none() {
            flags |= flag::BY_PLAN;
        }
    }
    if identity.credential.scopes.is_none() {
        flags |= flag::CARRIES_ALL;
    }
    flags
}

/// The access roles that count, wherever they come from; says what became of them.
fn roles(identity: &Identity, out: &mut Out<'_>) -> u32 {
    let mut counting = identity.access_roles().peekable();
    // What a credential leaves out may deny something, and has no room.
    let left_out = identity.given_roles().count() > identity.access_roles().count();
    if left_out {
        flag::ROLES_NOT_KEPT
    } else if counting.peek().is_none() {
        0
    } else if out.section(IDENTITY_END, |out| out.texts(counting)) {
        flag::ROLES
    } else {
        flag::ROLES_NOT_KEPT
    }
}

/// Bytes that are being written. `None`: there is no room.
struct Out<'a> {
    bytes: &'a mut [u8; MOST],
    at: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.at + bytes.len();
        self.bytes.get_mut(self.at..end)?.copy_from_slice(bytes);
        self.at = end;
        Some(())
    }

    /// All of it, ending at `end` at the latest, or nothing; says which.
    fn section(&mut self, end: usize, write: impl FnOnce(&mut Self) -> Option<()>) -> bool {
        let begin = self.at;
        let fits = write(self).is_some() && self.at <= end;
        if !fits {
            self.at = begin;
        }
        fits
    }

    fn number(&mut self, mut value: u64) -> Option<()> {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                return self.put(&[low]);
            }
            self.put(&[low | 0x80])?;
        }
    }

    fn text(&mut self, text: &str) -> Option<()> {
        self.short(text.as_bytes())
    }

    fn short(&mut self, bytes: &[u8]) -> Option<()> {
        let length = u8::try_from(bytes.len()).ok().filter(|l| *l < NOT_KEPT)?;
        self.put(&[length])?;
        self.put(bytes)
    }

    fn texts<'t>(&mut self, mut texts: impl Iterator<Item = &'t Name> + Clone) -> Option<()> {
        self.number(texts.clone().count() as u64)?;
        texts.try_for_each(|text| self.text(text))
    }

    fn address(&mut self, address: IpAddr) -> Option<()> {
        match address {
            IpAddr::V4(v4) => {
                self.put(&[4])?;
                self.put(&v4.octets())
            }
            IpAddr::V6(v6) => {
                self.put(&[6])?;
                self.put(&v6.octets())
            }
        }
    }

    /// The value of a header by its number, unless it is long or there is no room; says which.
    fn value(&mut self, number: u8, value: &[u8]) -> bool {
        value.len() <= VALUE
            && self.section(VALUES_END, |out| {
                out.put(&[number])?;
                out.short(value)
            })
    }
}
