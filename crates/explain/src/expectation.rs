//! Expectations: made-up requests, and whether a configuration makes of them what is expected.

use crate::explanation::{Audience, Explanation, Verdict};
use crate::made::{Body, Located, MadeUp, QuestionError, can};
use crate::world::World;
use postern_config::{Expected, ExpectedRequest, ExpectedToken};
use postern_model::Code;
use postern_model::entity::Name;
use postern_policy::facts::{AutonomousSystem, Label, LocatedCountry, LocatedSystem};
use postern_policy::{Directory, Snapshot, directory};
use postern_proof::Token;
use serde_json::Value as Json;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// How long a token is good that does not say it, in seconds.
const HOUR: i64 = 3600;

/// What a case is tested with, besides the configuration.
#[derive(Clone, Copy)]
pub struct Testing<'a> {
    /// Its body, if it has one.
    pub body: Option<Body<'a>>,
    /// When it comes, if the case does not say: Unix time in milliseconds.
    pub now: i64,
    /// Where an address is, and which lists it is on.
    pub locate: &'a dyn Fn(IpAddr) -> Located,
}

impl fmt::Debug for Testing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Testing");
        shown.field("now", &self.now).finish_non_exhaustive()
    }
}

/// What became of the request of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// Whether that was expected.
    pub met: Met,
    /// What became of it.
    pub explanation: Explanation,
}

/// Whether something was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It was.
    Yes,
    /// It was not.
    No,
    /// It cannot be told, since something is not known that a rule looks at.
    CannotTell,
}

/// Decides the request of a case, and compares that with what is expected. Counters have counted
/// nothing yet.
///
/// # Errors
/// A question that cannot be asked, such as one about an app that is not there.
pub fn test(
    world: &World<'_>,
    case: &ExpectedRequest,
    testing: &Testing<'_>,
) -> Result<Tested, QuestionError> {
    let at = case.at.unwrap_or(testing.now);
    let token = case.token.as_ref();
    let token = token.map(|said| token_of(world, said, at.div_euclid(1000)));
    let token = token.transpose()?.map(Arc::new);
    let carrying = case.scopes.as_deref();
    let carrying = carrying.map(|scopes| with_scopes(world, case, scopes));
    let world = World {
        snapshot: Snapshot {
            rules: world.snapshot.rules,
            directory: carrying.as_ref().unwrap_or(world.snapshot.directory),
        },
        documents: world.documents,
    };
    let made = MadeUp {
        method: &case.method,
        target: &case.target,
        host: Some(&case.host),
        app: case.app.as_deref(),
        key: case.credential.as_deref(),
        token: token.as_ref(),
        headers: &case.headers,
        body: testing.body,
        from: case.address,
        at,
        tls: case.tls,
    };
    let locate = |address| located(case, (testing.locate)(address), address, at);
    let answer = can(&world, &made, None, &|_| None, &locate, Audience::Operator)?;
    let explanation = answer.explanation;
    Ok(Tested {
        met: met(&case.expected, &explanation),
        explanation,
    })
}

/// Whether an explanation says what was expected.
fn met(expected: &Expected, found: &Explanation) -> Met {
    let refusal = found.refusal.as_ref();
    match (expected, found.verdict, refusal) {
        // What refuses first is told only if everything before it was.
        (_, Verdict::CannotTell, _) => Met::CannotTell,
        (_, _, Some(refusal)) if is_unsure(found, &refusal.stage) => Met::CannotTell,
        (Expected::Allow, Verdict::Allowed, _) => Met::Yes,
        (Expected::Refuse { with, policy }, Verdict::Refused, Some(refusal)) => {
            let code = Code::parse(&refusal.code).is_some_and(|code| with.is(code));
            let by = policy.is_none() || *policy == refusal.policy;
            if code && by { Met::Yes } else { Met::No }
        }
        _ => Met::No,
    }
}

/// Whether something is not known that a stage before this one looks at.
fn is_unsure(found: &Explanation, stage: &str) -> bool {
    let number = |name: &str| {
        let mut stages = crate::decide::deciding().enumerate();
        stages.find(|(_, one)| one.name() == name).map(|(at, _)| at)
    };
    let refused = number(stage);
    let unknown = found.not_known.iter().map(|one| number(&one.stage));
    unknown
        .flatten()
        .any(|at| refused.is_some_and(|refused| at < refused))
}

/// A genuine token that says this.
fn token_of(world: &World<'_>, said: &ExpectedToken, at: i64) -> Result<Token, QuestionError> {
    let issuers = &world.snapshot.rules.configuration().issuers;
    let found = issuers.iter().find(|issuer| *issuer.name == *said.issuer);
    let issuer = found.ok_or_else(|| QuestionError::Issuer(said.issuer.clone()))?;
    let shared = |text: &Option<String>| text.as_deref().map(Arc::from);
    let all = |texts: &[String]| texts.iter().map(|text| Arc::from(text.as_str())).collect();
    Ok(Token {
        issuer: issuer.name.clone(),
        subject: shared(&said.subject).or_else(|| shared(&said.user)),
        id: None,
        kid: None,
        client: shared(&said.client),
        user: shared(&said.user),
        groups: all(&said.groups),
        roles: Box::default(),
        acr: None,
        auth_time: Some(at),
        claims: Box::default(),
        scopes: said.scopes.as_deref().map(all),
        bound_to: None,
        audience: match &said.audience {
            Some(audience) => all(audience),
            None => issuer.audiences.iter().cloned().collect(),
        },
        issued_at: Some(at),
        not_before: None,
        expires_at: Some(said.expires_at.unwrap_or(at.saturating_add(HOUR))),
        introspected: false,
    })
}

/// The directory in which what the case is sent with carries these scopes.
fn with_scopes(world: &World<'_>, case: &ExpectedRequest, scopes: &[Name]) -> Directory {
    let directory = world.snapshot.directory;
    let of_case = |id: &str, row: &Json| match (&case.credential, &case.app) {
        (Some(credential), _) => *credential == id,
        (None, Some(app)) => row.get("app").and_then(Json::as_str) == Some(app),
        (None, None) => false,
    };
    let rows = world.documents.of_kind("credential");
    let rows = rows.filter(|(id, row)| of_case(id, row));
    rows.filter_map(|(id, _)| directory.credential(id))
        .fold(directory.clone(), |changed, row| {
            let mut row = (**row).clone();
            row.scopes = Some(scopes.into());
            changed.with(directory::Change::PutCredential(row))
        })
}

/// Where the address of a case is: what it says itself counts before what is looked up.
fn located(case: &ExpectedRequest, found: Located, address: IpAddr, at: i64) -> Located {
    let built = at.div_euclid(1000);
    let country = case.country.map(|country| LocatedCountry {
        address,
        country: Some(country),
        built,
    });
    let system = case.asn.map(|number| LocatedSystem {
        address,
        system: Some(AutonomousSystem {
            number,
            name: Label::new(""),
        }),
        built,
    });
    Located {
        country: country.or(found.country),
        system: system.or(found.system),
        listed: found.listed,
    }
}
