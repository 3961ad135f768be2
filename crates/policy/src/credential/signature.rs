//! Signatures of requests (HTTP Message Signatures, RFC 9421).

use super::{Found, Presented, Verifier};
use crate::client;
use crate::date::parse_http_date;
use crate::facts::{
    ContentVerdict, CredentialVerdict, Facts, Once, Place, SignatureFault, Signed, Used,
};
use crate::snapshot::Snapshot;
use postern_model::denial::printable;
use postern_model::entity::SignatureTerms;
use postern_model::key::{Keyer, digest};
use postern_proof::message::digest::Digests;
use postern_proof::message::{self, Component, Message, Offered, Older};

/// The two fields of a signature (RFC 9421 §4).
pub(crate) const FIELDS: [&str; 2] = ["signature", "signature-input"];
/// The field that says what the content is (RFC 9530 §2).
pub(crate) const DIGEST: &str = "content-digest";
/// The field that said so before (RFC 3230).
pub(crate) const OLDER_DIGEST: &str = "digest";
/// Most bytes of a key's name that are shown.
const SHOWN: usize = 128;

/// Signatures, if there are some: of whom, is seen when they are checked.
pub(super) fn find<'a>(facts: &'a dyn Facts, found: &mut Found<'a>) {
    if FIELDS
        .iter()
        .any(|name| facts.header_named(name.as_bytes(), 0).is_some())
    {
        found.add(Presented::Signature);
    }
}

/// Whether one of the signatures is genuine. All of them are checked, known keys or not, so that
/// the time tells nothing of who is known.
pub(super) fn verify(
    facts: &dyn Facts,
    terms: &SignatureTerms,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let lines =
        |name: &'static str| (0..).map_while(move |nth| facts.header_named(name.as_bytes(), nth));
    let [signature, input] = FIELDS;
    let offered = match message::offered(lines(input), lines(signature)) {
        Ok(offered) => offered,
        Err(what) => return fault(SignatureFault::Malformed(what)),
    };
    let request = Request {
        facts,
        scheme: scheme(facts, snapshot),
    };
    let checking = Checking {
        request: &request,
        terms,
        snapshot,
        keyer: by.keyer,
    };
    let mut genuine: Option<Signed> = None;
    let mut wrong = None;
    for one in &offered {
        match (checking.check(one), &genuine) {
            (Ok(signed), None) => genuine = Some(signed),
            (Ok(signed), Some(first)) if first.id != signed.id => {
                let places = FIELDS.map(|name| Place::Header(name.into()));
                return CredentialVerdict::Ambiguous {
                    places: places.into(),
                };
            }
            // A second one of the same caller.
            (Ok(_), Some(_)) => {}
            (Err(why), _) => {
                wrong.get_or_insert(why);
            }
        }
    }
    match (genuine, wrong) {
        (Some(signed), _) => CredentialVerdict::Signed(Box::new(signed)),
        (None, Some(why)) => fault(why),
        (None, None) => fault(SignatureFault::Malformed("there is no signature".into())),
    }
}

/// Whether a signature in `Authorization` is genuine.
pub(super) fn verify_older(
    parameters: &[u8],
    facts: &dyn Facts,
    terms: &SignatureTerms,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let one = match Older::read(parameters) {
        Ok(one) => one,
        Err(what) => return fault(SignatureFault::Malformed(what)),
    };
    let request = Request {
        facts,
        scheme: scheme(facts, snapshot),
    };
    let checking = Checking {
        request: &request,
        terms,
        snapshot,
        keyer: by.keyer,
    };
    match checking.check_older(&one) {
        Ok(signed) => CredentialVerdict::Signed(Box::new(signed)),
        Err(why) => fault(why),
    }
}

fn fault(fault: SignatureFault) -> CredentialVerdict {
    CredentialVerdict::SignatureFault(Box::new(fault))
}

/// What signatures of one request are checked with.
struct Checking<'a> {
    request: &'a Request<'a>,
    terms: &'a SignatureTerms,
    snapshot: &'a Snapshot<'a>,
    keyer: &'a Keyer,
}

impl Checking<'_> {
    fn check(&self, one: &Offered) -> Result<Signed, SignatureFault> {
        let Some(keyid) = &one.keyid else {
            let what = format!("the signature `{}` names no key (`keyid`)", one.label);
            return Err(SignatureFault::Malformed(what.into()));
        };
        let covered = || written(&one.covered);
        let base = one
            .base(self.request)
            .map_err(|absent| SignatureFault::Absent {
                covered: covered(),
                absent: written(&absent),
            })?;
        let signer = self.snapshot.directory.signer(keyid);
        let key = signer.map(|signer| &signer.key);
        let genuine = message::is_genuine(key, &base, &one.signature);
        let Some(signer) = signer else {
            return Err(SignatureFault::KeyUnknown {
                keyid: printable(keyid.as_bytes(), SHOWN).into(),
                covered: covered(),
                seen: self.seen(),
            });
        };
        let id = signer.credential.id.clone();
        let pinned = signer.key.algorithm().name();
        // RFC 9421 §3.2: where two places name algorithms, these are the same.
        let other = one.algorithm.as_deref().filter(|said| *said != pinned);
        let why = match other {
            Some(said) => {
                let said = printable(said.as_bytes(), SHOWN);
                format!("it says that it was made by {said}, and its key signs by {pinned}").into()
            }
            None if genuine => return Ok(self.signed(one, id, &base)),
            None => "what was signed is not this request, or another key signed it".into(),
        };
        Err(SignatureFault::Wrong {
            id,
            covered: covered(),
            seen: self.seen(),
            why,
        })
    }

    fn check_older(&self, one: &Older) -> Result<Signed, SignatureFault> {
        let covered = || one.covered();
        let base = one
            .base(self.request)
            .map_err(|absent| SignatureFault::Absent {
                covered: covered(),
                absent: absent.into(),
            })?;
        let signer = self.snapshot.directory.signer(&one.keyid);
        // A public key signs in the way of RFC 9421 alone.
        let signer = signer.filter(|signer| signer.credential.proof.shares_secret());
        let key = signer.map(|signer| &signer.key);
        let genuine = message::is_genuine(key, &base, &one.signature);
        let Some(signer) = signer else {
            return Err(SignatureFault::KeyUnknown {
                keyid: printable(one.keyid.as_bytes(), SHOWN).into(),
                covered: covered(),
                seen: self.seen(),
            });
        };
        let id = signer.credential.id.clone();
        let other = one.algorithm.as_deref();
        // `hs2019` says: whatever the key says (§2.1.3).
        let other = other.filter(|said| !matches!(*said, "hmac-sha256" | "hs2019"));
        let why = match other {
            Some(said) => {
                let said = printable(said.as_bytes(), SHOWN);
                format!("it says that it was made by {said}, and only hmac-sha256 is known").into()
            }
            None if genuine => {
                let date = |name: &str| parse_http_date(self.request.field(name, 0)?);
                let created = one.created(date);
                let expires = one.expires();
                let covers = |name: &str| one.covered().iter().any(|have| **have == *name);
                let digests = match (covers(DIGEST), covers(OLDER_DIGEST)) {
                    (true, _) => Some(Digests::content(self.request.lines(DIGEST))),
                    (_, true) => Some(Digests::older(self.request.lines(OLDER_DIGEST))),
                    _ => None,
                };
                return Ok(Signed {
                    once: self.once(created, expires, None, &id, &base),
                    id,
                    older: true,
                    covered: covered(),
                    created,
                    expires,
                    nonce: None,
                    used: Used::Unasked,
                    digests,
                });
            }
            None => "what was signed is not this request, or another secret signed it".into(),
        };
        Err(SignatureFault::Wrong {
            id,
            covered: covered(),
            seen: self.seen(),
            why,
        })
    }

    /// What proxies on the way tend to change, as it came here.
    fn seen(&self) -> Box<str> {
        let shown = |bytes: &[u8]| printable(bytes, SHOWN);
        let request = self.request;
        let (method, scheme) = (shown(request.method()), request.scheme);
        format!(
            "`{method}` by `{scheme}` for `{}`",
            shown(request.authority())
        )
        .into()
    }

    fn signed(&self, one: &Offered, id: postern_model::entity::Name, base: &[u8]) -> Signed {
        let covers = |name: &str| one.covered.iter().any(|have| have.name() == name);
        let digests = covers(DIGEST).then(|| Digests::content(self.request.lines(DIGEST)));
        Signed {
            once: self.once(one.created, one.expires, one.nonce.as_deref(), &id, base),
            id,
            older: false,
            covered: written(&one.covered),
            created: one.created,
            expires: one.expires,
            nonce: one.nonce.clone(),
            used: Used::Unasked,
            digests,
        }
    }

    /// What is used by it: its nonce, or else all that was signed. Not the signature itself: of that
    /// there may be several for the same request (RFC 9421 §7.3.2).
    fn once(
        &self,
        created: Option<i64>,
        expires: Option<i64>,
        nonce: Option<&str>,
        id: &str,
        base: &[u8],
    ) -> Option<Once> {
        let whole = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let leeway = whole(self.terms.leeway);
        let oldest = created?.saturating_add(whole(self.terms.max_age));
        let end = expires.map_or(oldest, |expires| expires.min(oldest));
        let used = match nonce {
            Some(nonce) => [b"nonce\0", id.as_bytes(), b"\0", nonce.as_bytes()].concat(),
            None => [b"signed\0", id.as_bytes(), b"\0", base].concat(),
        };
        let kept = self.keyer.keyed(&digest(&used)).0;
        let thing = kept.first_chunk().copied().unwrap_or_default();
        Some(Once {
            thing: u128::from_be_bytes(thing),
            // The last moment at which it is good counts, too.
            until: end.saturating_add(leeway).saturating_add(1),
        })
    }
}

fn written(components: &[Component]) -> Box<[Box<str>]> {
    let names = components.iter().map(|one| one.to_string().into());
    names.collect()
}

/// What the caller speaks. The address was found before anybody looks at credentials.
fn scheme(facts: &dyn Facts, snapshot: &Snapshot<'_>) -> &'static str {
    let config = &snapshot.rules.configuration().client;
    match client::find_by(facts, snapshot.rules) {
        Ok(client) => client::scheme(facts, config, &client).as_str(),
        Err(_) if facts.tls().is_some() => "https",
        Err(_) => "http",
    }
}

/// A request as signatures see it.
struct Request<'a> {
    facts: &'a dyn Facts,
    scheme: &'static str,
}

impl Request<'_> {
    fn lines<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b [u8]> {
        (0..).map_while(move |nth| self.field(name, nth))
    }
}

impl Message for Request<'_> {
    fn method(&self) -> &[u8] {
        self.facts.method()
    }

    fn version(&self) -> &str {
        self.facts.version().name()
    }

    fn scheme(&self) -> &str {
        self.scheme
    }

    fn authority(&self) -> &[u8] {
        self.facts.authority().unwrap_or_default()
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

    fn field<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        self.facts.header_named(name.as_bytes(), nth)
    }
}

/// Answers [`FactRequest::Content`](crate::decision::FactRequest) for a signed request, given its
/// body as far as it was read: up to one byte more than `limit`, if it is longer.
pub fn content(facts: &dyn Facts, body: &[u8], limit: u64) -> ContentVerdict {
    let length = body.len() as u64;
    if length > limit {
        return ContentVerdict::TooLong { seen: length };
    }
    let digests = match facts.credential() {
        Some(CredentialVerdict::Signed(signed)) => signed.digests.as_ref(),
        _ => None,
    };
    match digests {
        Some(Ok(digests)) if digests.is_of(body) => ContentVerdict::Matches,
        Some(Ok(digests)) => ContentVerdict::Differs {
            length,
            algorithms: digests.names().map(Into::into).collect(),
        },
        Some(Err(what)) => ContentVerdict::NoDigest(what.as_str().into()),
        None => ContentVerdict::NoDigest("is not there".into()),
    }
}
