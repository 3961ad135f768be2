//! Problem documents (RFC 9457) of the API, as the refusals that the socket gives.

use crate::{Finding, Refusal};
use postern_config::Within;
use serde::Deserialize;

/// A problem, as far as it is read. Other members are other readers'.
#[derive(Debug, Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    code: String,
    detail: String,
    #[serde(default)]
    fix: Option<String>,
    #[serde(default)]
    errors: Vec<Fault>,
    /// The same as the socket gives it, in the answers to commands.
    #[serde(default)]
    refusal: Option<Refusal>,
}

/// One thing that is wrong.
#[derive(Debug, Deserialize)]
struct Fault {
    #[serde(default)]
    pointer: String,
    detail: String,
    #[serde(default)]
    within: Option<Within>,
    #[serde(default)]
    accepted: Option<String>,
}

/// Reads a problem document; none where it is none of ours.
pub(super) fn read(body: &[u8]) -> Option<Refusal> {
    let problem: Problem = serde_json::from_slice(body).ok()?;
    // Gateways and others have problems, too.
    if !problem.kind.contains("/api/v1/problems/") {
        return None;
    }
    if let Some(refusal) = problem.refusal {
        return Some(refusal);
    }
    let code = of_socket(&problem.code).unwrap_or(&problem.code).to_owned();
    let findings = problem.errors.into_iter().map(|fault| Finding {
        pointer: Some(fault.pointer).filter(|pointer| !pointer.is_empty()),
        code: code.clone(),
        message: fault.detail,
        within: fault.within,
        help: fault.accepted,
    });
    Some(Refusal {
        findings: findings.collect(),
        code,
        message: problem.detail,
        help: problem.fix,
    })
}

/// What the socket calls a code of the API.
fn of_socket(code: &str) -> Option<&'static str> {
    Some(match code {
        "approval.needed" => "approval_needed",
        "configuration.invalid" => "configuration",
        "configuration.owned_by_file" => "file_mode",
        "internal" => "failed",
        "permission.missing" => "forbidden",
        "request.invalid" => "invalid",
        "resource.conflict" | "resource.version_mismatch" => "conflict",
        "resource.not_found" => "not_found",
        "store.unavailable" => "unavailable",
        _ => return None,
    })
}
