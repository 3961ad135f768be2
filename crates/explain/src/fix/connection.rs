//! Fixes for connections: what a service asks of them less strictly.

use super::Candidate;
use super::case::{Case, plain, text};
use crate::document::Change;
use crate::explanation::{Audience, Step};
use postern_model::denial::{Code, Denial};
use serde_json::json;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::CertificateMissing => not_required(case).into_iter().collect(),
        Code::CertificateUntrusted => trusted(case, denial).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The authority that issued the certificate joins those of the service.
fn trusted(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let issuer = text(denial, "issuer").filter(|issuer| !issuer.is_empty())?;
    let service = case.service()?;
    let file = service.client_certificate.as_ref()?.authorities.to_str()?;
    let sentence = format!(
        "trust authority `{issuer}` for `{}`: its certificate is AUTHORITY.pem",
        service.name
    );
    let candidate = Candidate::by_hand(denial.code, sentence);
    let why = "a record has the names in a certificate, and not what proves them";
    let reach = format!("whoever has a certificate of `{issuer}`, wherever `{file}` is named");
    let command = format!("cat AUTHORITY.pem >> {}", plain(file)?);
    Some(
        candidate
            .command(command)
            .reach(reach)
            .unproved(why)
            .if_wrong(),
    )
}

/// Who brings no certificate may call, too.
fn not_required(case: &Case<'_>) -> Option<Candidate> {
    let service = &case.service()?.name;
    let patch = json!({"client_certificate": {"required": false}});
    let change = Change::new("service", service, patch);
    let sentence = format!("no longer require client certificates for `{service}`");
    let candidate = Candidate::new(Code::CertificateMissing, sentence, Step::Change(change));
    let reach = format!("whoever may call `{service}` and has no certificate");
    let candidate = candidate.reach(reach).audience(Audience::Publisher);
    Some(candidate.if_wrong())
}
