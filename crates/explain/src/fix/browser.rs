//! Fixes for pages of other origins and sites: what a policy lets them do besides.

use super::Candidate;
use super::case::{Case, strings, text, texts};
use crate::callers::routed;
use crate::document::Change;
use crate::explanation::{Audience, Step};
use postern_model::denial::{Code, Denial};
use postern_model::entity::Name;
use postern_policy::fields::Known;
use serde_json::{Value as Json, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let kind = denial.code.family();
    case.policies(denial, kind)
        .into_iter()
        .filter_map(|(id, document, policy)| {
            let (sentence, patch) = widened(denial, id, document)?;
            let change = Change::new("policy", id, patch);
            let reach = match denial.code {
                Code::OriginNotAllowed => {
                    let origin = text(denial, "origin")?;
                    format!("every page of `{origin}` under policy `{id}`")
                }
                Code::CsrfCrossSite | Code::CsrfOriginMismatch => {
                    let origin = page(denial)?;
                    format!("whatever pages of `{origin}` send for whoever opens them, under policy `{id}`")
                }
                Code::CsrfRefererNotAllowed => {
                    format!("whatever pages of `{}` send for whoever opens them", text(denial, "referer")?)
                }
                Code::CsrfTokenMissing | Code::CsrfTokenInvalid | Code::CsrfTokenExpired => {
                    format!("requests without a token under policy `{id}`")
                }
                _ => format!("every page that policy `{id}` lets call"),
            };
            let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
            let candidate = candidate.reach(reach).audience(Case::audience_of(policy));
            Some(match denial.code {
                // Pages then act as whoever opens them.
                Code::CorsCredentialsNotAllowed
                | Code::CsrfCrossSite
                | Code::CsrfOriginMismatch
                | Code::CsrfRefererNotAllowed
                | Code::CsrfTokenMissing
                | Code::CsrfTokenInvalid
                | Code::CsrfTokenExpired => candidate.if_wrong(),
                _ => candidate,
            })
        })
        .collect()
}

/// Pages of the origin that asks may call the service: a policy answers their browsers.
pub(super) fn answered(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let origin = case.facts.header(Known::Origin, 0)?;
    let origin = std::str::from_utf8(origin)
        .ok()
        .filter(|origin| is_whole(origin))?;
    let service = beside(case)?;
    let id = format!("{service}-pages");
    if case.document("policy", &id).is_some() {
        return None;
    }
    let policy = json!({"kind": "cors", "on": {"service": &**service}, "origins": [origin]});
    let sentence = format!("let pages of `{origin}` call `{service}`");
    let candidate = Candidate::new(
        denial.code,
        sentence,
        Step::Change(Change::new("policy", &id, policy)),
    );
    Some(
        candidate
            .reach(format!("every page of `{origin}` under policy `{id}`"))
            .audience(Audience::Publisher)
            .weight(3),
    )
}

/// The service of the operation that a browser asks about.
fn beside<'a>(case: &Case<'a>) -> Option<&'a Name> {
    let asked = case.facts.header(Known::AccessControlRequestMethod, 0)?;
    let path = case.decided.path.as_deref()?;
    let asked = std::str::from_utf8(asked).ok()?;
    let host = case.decided.host.as_deref();
    let route = routed(case.rules(), [asked, path], host, case.facts.now());
    let route = route.ok()?.ok()?;
    Some(&case.rules().service(&route).name)
}

fn widened(denial: &Denial, id: &str, document: &Json) -> Option<(String, Json)> {
    let list = |field: &str, more: &[&str]| {
        let mut all = strings(document, field);
        all.extend(more.iter().map(|one| (*one).to_owned()));
        all
    };
    Some(match denial.code {
        Code::OriginNotAllowed => {
            // `null`, and what is cut off, can be no origin of a policy.
            let origin = text(denial, "origin").filter(|origin| is_whole(origin))?;
            let sentence = format!("add `{origin}` to policy `{id}`");
            (sentence, json!({"origins": list("origins", &[origin])}))
        }
        Code::CorsMethodNotAllowed => {
            let asked = text(denial, "asked")?;
            let sentence = format!("let pages use `{asked}` too in policy `{id}`");
            (sentence, json!({"methods": list("methods", &[asked])}))
        }
        Code::CorsHeaderNotAllowed => {
            let asked = texts(denial, "asked");
            let names: Vec<String> = asked.iter().map(|name| format!("`{name}`")).collect();
            let sentence = format!("let pages send {} too in policy `{id}`", names.join(", "));
            (sentence, json!({"headers": list("headers", &asked)}))
        }
        Code::CorsCredentialsNotAllowed => (
            format!("let browsers send credentials along under policy `{id}`"),
            json!({"credentials": true}),
        ),
        Code::CsrfCrossSite | Code::CsrfOriginMismatch => {
            let origin = page(denial)?;
            let sentence = format!("trust pages of `{origin}` in policy `{id}`");
            (
                sentence,
                json!({"trusted_origins": list("trusted_origins", &[origin])}),
            )
        }
        Code::CsrfRefererNotAllowed => {
            let host = text(denial, "referer")?;
            let sentence = format!("add `{host}` to `referers` of policy `{id}`");
            (sentence, json!({"referers": list("referers", &[host])}))
        }
        Code::CsrfTokenMissing | Code::CsrfTokenInvalid | Code::CsrfTokenExpired => (
            format!("no longer ask for a token in policy `{id}`"),
            json!({"token": null}),
        ),
        _ => return None,
    })
}

/// Whose page it is, as a policy can name it.
fn page(denial: &Denial) -> Option<&str> {
    text(denial, "origin").filter(|origin| is_whole(origin))
}

/// Whether an origin can stand in a policy.
fn is_whole(origin: &str) -> bool {
    let fits = |b: u8| b.is_ascii_graphic() && b != b'*' && b != b'\\';
    origin.contains("://") && origin.bytes().all(fits)
}
