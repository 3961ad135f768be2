//! Bytes and columns to facts. Never panics, whatever the bytes are.

use super::{END, LAYOUT, NOT_KEPT, OTHER, OTHERS, credential, flag, said};
use crate::client;
use crate::csrf::{CheckedToken, TokenVerdict};
use crate::facts::{
    AutonomousSystem, CertificateVerdict, CredentialVerdict, EdgeReading, Facts as _, Label,
    LocatedCountry, LocatedSystem, OtherKind, Reading,
};
use crate::fields::Known;
use crate::head::Version;
use crate::kept::{Kept, Key};
use crate::recorded::rows::{Caller, Granted, Rows};
use crate::recorded::{Field, KnownOfToken, Looked, Names, Path, Recorded, Routed, Tls, looked};
use crate::router::Route;
use crate::rules::Rules;
use postern_model::entity::{AsNumber, Country, CredentialKind, Name};
use postern_proof::Token;
use std::cell::Cell;
use std::net::IpAddr;

/// What the row of an allowed request has in columns.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// When it was decided: Unix time in milliseconds.
    pub at: i64,
    /// The other end of the connection.
    pub peer: IpAddr,
    /// The protocol version.
    pub version: Version,
    /// The method decided on.
    pub method: &'a str,
    /// The host, if it is there.
    pub host: Option<&'a str>,
    /// The path as it is recorded.
    pub path: &'a str,
    /// Names of service, version and operation.
    pub operation: [&'a str; 3],
    /// The environment of the host.
    pub environment: &'a str,
    /// The app that called.
    pub app: Option<&'a str>,
    /// Its credential's id.
    pub credential: Option<&'a str>,
    /// The id of the subscription that counted.
    pub subscription: Option<&'a str>,
    /// The directory's sequence number.
    pub directory: u64,
}

impl Recorded {
    /// Of the row of an allowed request, and the bytes beside its columns. `rules` are those that
    /// decided it. `None` if the bytes are none of this layout, or these are other rules.
    pub fn compact(columns: &Columns<'_>, bytes: &[u8], rules: &Rules) -> Option<Self> {
        let route = rules.route_named(columns.operation)?;
        let mut input = Input(bytes);
        if input.byte()? != LAYOUT || u32::from_le_bytes(input.array()?) != rules.mark() {
            return None;
        }
        let mut reading = Reader {
            columns,
            rules,
            route,
            known: input.byte()?.min(Known::COUNT),
            came: u64::from_le_bytes(input.array()?),
            flags: u32::from_le_bytes(input.array()?),
            credential: input.byte()?,
            others: u32::from_le_bytes(input.array()?),
            input,
        };
        reading.read()
    }
}

struct Reader<'a> {
    columns: &'a Columns<'a>,
    rules: &'a Rules,
    route: Route,
    /// How many names had a number.
    known: u8,
    came: u64,
    flags: u32,
    credential: u8,
    others: u32,
    input: Input<'a>,
}

impl Reader<'_> {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// In the order in which it is written.
    fn read(&mut self) -> Option<Recorded> {
        let columns = self.columns;
        if self.credential == credential::TOKEN_OF_PERSON {
            let _mark = self.input.array::<8>()?;
        }
        let proxied_source = if self.has(flag::PROXIED) {
            Some(self.input.address()?)
        } else {
            None
        };
        let (country, system) = (self.country()?, self.system()?);
        let readings = if self.has(flag::READINGS) {
            Some(self.readings()?)
        } else {
            None
        };
        let (rows, token) = self.rows()?;
        let (credential, token) = match token {
            Some((token, known)) => (Some(CredentialVerdict::Token(token.into())), Some(known)),
            None => (self.credential(), None),
        };
        let kept = self.kept()?;
        let (fields, names) = self.fields()?;
        let host = if self.has(flag::HOST_HERE) {
            Some(self.input.text()?)
        } else {
            columns.host
        };
        let connect = self.has(flag::CONNECT);
        let accepted = self.rules.authentication(&self.route);
        let recorded = Recorded {
            revision: self.rules.revision().into(),
            peer: columns.peer,
            proxied_source,
            tls: self.has(flag::TLS).then(|| Tls {
                newest: self.has(flag::TLS_1_3),
                sni: host.filter(|_| self.has(flag::SNI_IS_HOST)).map(Into::into),
                misdirected: false,
            }),
            version: Recorded::version_number(columns.version),
            now: columns.at,
            method: Some(if connect { "CONNECT" } else { columns.method }.into()),
            protocol: connect.then(|| Some("websocket".into())),
            authority: self.has(flag::HOST).then(|| host.map(Into::into)),
            path: self.path(),
            query: self.has(flag::QUERY).then_some(true),
            fields,
            names,
            has_body: self.has(flag::BODY),
            certificate: self
                .has(flag::CERTIFICATE)
                .then(|| CertificateVerdict::Trusted {
                    subject: "".into(),
                    names: [].into(),
                }),
            edge: self.has(flag::EDGE).then(EdgeReading::default),
            country: None,
            system: None,
            listed: Vec::new(),
            credential,
            token,
            content: None,
            looked: accepted.map(|accepted| looked(accepted, self.rules)),
            tokens: self.tokens(),
            kept,
            // It passed.
            caller_blocks: Some(Vec::new()),
            readings,
            rows,
            missed: Cell::new(None),
        };
        Some(self.located(recorded, country, system))
    }

    /// With where its client was, if it can be told which address that is: the rules that decided
    /// find the one that was looked up.
    fn located(
        &self,
        recorded: Recorded,
        country: Option<(Option<Country>, i64)>,
        system: Option<(Option<AsNumber>, i64)>,
    ) -> Recorded {
        let client = client::find_by(&recorded, self.rules);
        let (Ok(client), None) = (client, recorded.not_kept()) else {
            return recorded;
        };
        let address = client.address;
        Recorded {
            country: country.map(|(country, built)| LocatedCountry {
                address,
                country,
                built,
            }),
            system: system.map(|(number, built)| LocatedSystem {
                address,
                system: number.map(|number| AutonomousSystem {
                    number,
                    name: Label::new(""),
                }),
                built,
            }),
            ..recorded
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn country(&mut self) -> Option<Option<(Option<Country>, i64)>> {
        if !self.has(flag::COUNTRY) {
            return Some(None);
        }
        let letters = self.input.array::<2>()?;
        let country = Country::parse(std::str::from_utf8(&letters).ok()?)?;
        let built = i64::try_from(self.input.number()?).ok()?;
        let known = Some(country).filter(|country| *country != Country::UNKNOWN);
        Some(Some((known, built)))
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn system(&mut self) -> Option<Option<(Option<AsNumber>, i64)>> {
        if !self.has(flag::SYSTEM) {
            return Some(None);
        }
        let number = self.input.number()?.checked_sub(1);
        let number = match number {
            Some(number) => Some(AsNumber(u32::try_from(number).ok()?)),
            None => None,
        };
        let built = i64::try_from(self.input.number()?).ok()?;
        Some(Some((number, built)))
    }

    fn kept(&mut self) -> Option<Vec<Kept>> {
        let mut kept = Vec::new();
        if self.has(flag::KEPT) {
            for _ in 0..self.input.number()? {
                let key = Key::from_le_bytes(self.input.array()?);
                kept.push(Kept { key, against: None });
            }
        }
        Some(kept)
    }

    fn tokens(&self) -> Vec<CheckedToken> {
        let policies = self.rules.policies();
        let asked = policies
            .of(self.route.plan)
            .filter(|_| self.has(flag::TOKENS));
        let asked = asked.into_iter().flat_map(|set| set.csrf.iter());
        asked
            .filter_map(|at| policies.csrf_token(*at))
            .map(|token| CheckedToken::new(token, TokenVerdict::Good, false))
            .collect()
    }

    fn path(&self) -> Path {
        if self.has(flag::PATH) {
            return Path::Sent(Some(self.columns.path.into()));
        }
        Path::Routed(Routed {
            template: (*self.rules.plan(&self.route).template).into(),
            encoded_slash: self.has(flag::ENCODED_SLASH),
            parameters: self.has(flag::PARAMETERS),
        })
    }

    fn credential(&self) -> Option<CredentialVerdict> {
        let kind = |sent| Some(CredentialVerdict::KindNotAccepted { sent });
        match self.credential {
            credential::VERIFIED | credential::PASSWORD | credential::CERTIFICATE
                if self.has(flag::IDENTITY) =>
            {
                Some(CredentialVerdict::Verified {
                    id: self.columns.credential?.into(),
                })
            }
            credential::MISSING => Some(CredentialVerdict::Missing),
            credential::BEARER => kind(OtherKind::Bearer),
            credential::BASIC => kind(OtherKind::Basic),
            credential::KEY_AS_BEARER => kind(OtherKind::KeyAsBearer),
            credential::API_KEY => kind(OtherKind::ApiKey),
            credential::SIGNATURE => kind(OtherKind::Signature),
            credential::HMAC => kind(OtherKind::Hmac),
            credential::OTHER_CERTIFICATE => kind(OtherKind::Certificate),
            credential::DPOP => kind(OtherKind::Dpop),
            _ => None,
        }
    }

    fn readings(&mut self) -> Option<Vec<Reading>> {
        let count = self.input.number()?;
        let mut readings = Vec::new();
        for _ in 0..count {
            let first = self.input.number()?;
            readings.push(Reading {
                passes: first & 1 == 1,
                remaining: u32::try_from(first >> 1).ok()?,
                reset: self.input.number()?,
                retry_after: self.input.number()?,
            });
        }
        Some(readings)
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn texts_unless(&mut self, flag: u32) -> Option<Option<Vec<Name>>> {
        if self.has(flag) {
            return Some(None);
        }
        self.input.texts().map(Some)
    }

    /// The rows that the decision read, as far as it went by them.
    fn rows(&mut self) -> Option<(Rows, Option<(Token, KnownOfToken)>)> {
        let columns = self.columns;
        if !self.has(flag::IDENTITY) {
            return Some((Rows::at(columns.directory), None));
        }
        let tenant = self.input.text()?;
        let granted = if self.has(flag::SUBSCRIPTION) {
            Some(Granted {
                id: columns.subscription?,
                service: columns.operation.first()?,
                plan: self.input.text()?,
                scopes: self.texts_unless(flag::BY_PLAN)?,
            })
        } else {
            None
        };
        let carried = self.texts_unless(flag::CARRIES_ALL)?;
        let token = match self.credential {
            credential::TOKEN | credential::TOKEN_OF_PERSON => Some(self.token()?),
            _ => None,
        };
        let access_roles = if self.has(flag::ROLES) {
            Some(self.input.texts()?)
        } else {
            (!self.has(flag::ROLES_NOT_KEPT)).then(Vec::new)
        };
        let caller = Caller {
            tenant,
            app: columns.app?,
            credential: columns.credential?,
            client: token
                .as_ref()
                .and_then(|(token, _)| Some((token.issuer.clone(), token.client.clone()?))),
            kind: match self.credential {
                credential::PASSWORD => CredentialKind::Basic,
                credential::CERTIFICATE => CredentialKind::Mtls,
                _ => CredentialKind::ApiKey,
            },
            environment: columns.environment,
            carried,
            granted,
            access_roles,
        };
        Some((Rows::passed(columns.directory, caller), token))
    }

    /// What a token said of what its decision hung on, and of what else that is known.
    fn token(&mut self) -> Option<(Token, KnownOfToken)> {
        let at = usize::try_from(self.input.number()?).ok()?;
        let issuer = self.rules.configuration().issuers.get(at)?;
        let declared = self.rules.service(&self.route).scopes.iter();
        let declared: Vec<Name> = declared.map(|scope| scope.name.clone()).collect();
        let marks = self.input.byte()?;
        let has = |mark: u8| marks & mark != 0;
        let client = self.input.text()?.into();
        let audience = among(&issuer.audiences, self.input.number()?);
        let expires_at = i64::try_from(self.input.number()?).ok()?;
        let not_before = if has(said::NOT_BEFORE) {
            Some(i64::try_from(self.input.number()?).ok()?)
        } else {
            None
        };
        let scopes = if has(said::SCOPES) {
            Some(among(&declared, self.input.number()?))
        } else {
            None
        };
        let known = KnownOfToken {
            scopes: has(said::MORE_SCOPES).then_some(declared),
            audiences: has(said::MORE_AUDIENCES).then(|| issuer.audiences.clone()),
        };
        let token = Token {
            issuer: issuer.name.clone(),
            subject: None,
            id: None,
            kid: None,
            client: Some(client),
            user: None,
            groups: Box::default(),
            roles: Box::default(),
            acr: None,
            auth_time: None,
            claims: Box::default(),
            scopes,
            bound_to: None,
            audience,
            issued_at: None,
            not_before,
            expires_at: Some(expires_at),
            introspected: false,
        };
        Some((token, known))
    }

    /// The headers that are known to have come, and which are known not to have.
    fn fields(&mut self) -> Option<(Vec<Field>, Names)> {
        let policies = self.rules.policies();
        let others: Vec<&Name> = policies
            .other_headers(self.route.plan)
            .take(OTHERS)
            .map(|(name, _)| name)
            .collect();
        let mut fields: Vec<Field> = Vec::new();
        loop {
            let number = self.input.byte()?;
            if number == END {
                break;
            }
            let name: &str = match number.checked_sub(OTHER) {
                Some(place) => others.get(usize::from(place))?,
                None => Known::NAMED.get(usize::from(number))?.1,
            };
            let value = match self.input.byte()? {
                NOT_KEPT => None,
                length => {
                    let bytes = self.input.take(usize::from(length))?;
                    std::str::from_utf8(bytes).ok().map(Into::into)
                }
            };
            let name = name.into();
            fields.push(Field { name, value });
        }
        let known = Known::NAMED.iter().zip(0u32..);
        let known = known.map(|((_, name), at)| (*name, self.came >> at & 1 == 1));
        let rest = others.iter().zip(0u32..);
        let rest = rest.map(|(name, at)| (&***name, self.others >> at & 1 == 1));
        for (name, came) in known.take(self.known.into()).chain(rest) {
            if came && !fields.iter().any(|field| *field.name == *name) {
                fields.push(Field {
                    name: name.into(),
                    value: None,
                });
            }
        }
        let names = Names(Some(Looked {
            known: self.known,
            others: others.into_iter().map(|name| (**name).into()).collect(),
        }));
        Some((fields, names))
    }
}

/// Those of some names that have their bit.
fn among(names: &[Name], bits: u64) -> Box<[Name]> {
    let numbered = names.iter().zip(0u32..u64::BITS);
    let counting = numbered.filter(|(_, at)| bits >> at & 1 == 1);
    counting.map(|(name, _)| name.clone()).collect()
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.byte()?;
        std::str::from_utf8(self.take(length.into())?).ok()
    }

    fn texts(&mut self) -> Option<Vec<Name>> {
        let count = self.number()?;
        let mut texts = Vec::new();
        for _ in 0..count {
            texts.push(self.text()?.into());
        }
        Some(texts)
    }

    fn address(&mut self) -> Option<IpAddr> {
        match self.byte()? {
            4 => Some(self.array::<4>()?.into()),
            6 => Some(self.array::<16>()?.into()),
            _ => None,
        }
    }
}
