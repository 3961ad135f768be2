//! Explanations from what a record says alone: of requests that passed, of those that ended before
//! there was anything to decide, and of those whose rules are gone.

use super::origin;
use super::record::detail;
use postern_calllog::{Entry, Outcome};
use postern_explain::{
    Asked, Audience, Explanation, RecordedDenial, Refusal, Told, Verdict, refusal, unproved,
};
use postern_model::{Code, Denial};
use serde_json::Value as Json;

/// The explanation, without anything that would have to be decided again.
pub(super) fn told(
    entry: &Entry,
    recorded: Option<&RecordedDenial>,
    audience: Audience,
) -> Explanation {
    let refused = entry.code.is_some() && entry.outcome != Outcome::Allowed;
    let consumer = audience == Audience::Consumer;
    let owned = |text: &Option<std::sync::Arc<str>>| text.as_ref().map(ToString::to_string);
    let mut asked = Asked {
        method: entry
            .method
            .as_ref()
            .map_or_else(|| "?".to_owned(), |method| method.as_str().to_owned()),
        path: owned(&entry.path).unwrap_or_else(|| "?".to_owned()),
        host: owned(&entry.host),
        address: Some(entry.address().to_string()),
        ..Asked::default()
    };
    // Whoever was shown another refusal than the real one has proved nothing by it.
    if !consumer || !refused {
        asked.app = owned(&entry.app);
        asked.credential = owned(&entry.credential);
        asked.service = owned(&entry.service);
        asked.version = owned(&entry.version);
        asked.operation = owned(&entry.operation);
        asked.tenant = owned(&entry.tenant);
    }
    let document = recorded.and_then(|recorded| recorded.told.as_ref());
    Explanation {
        id: Some(entry.id.encode().as_str().to_owned()),
        at: i64::try_from(entry.start / 1000).unwrap_or(i64::MAX),
        audience,
        verdict: if refused {
            Verdict::Refused
        } else {
            Verdict::Allowed
        },
        asked,
        revision: (!consumer && entry.revision > 0).then(|| entry.revision.to_string()),
        refusal: refused
            .then(|| {
                if consumer {
                    shown(entry, document)
                } else {
                    owners(entry, recorded, audience)
                }
            })
            .flatten(),
        next: Vec::new(),
        not_known: Vec::new(),
        passed: Vec::new(),
        limits: Vec::new(),
        told: document.map(|document| Told {
            code: text(document, "code"),
            disclosure: "as recorded".to_owned(),
            detail: document.get("detail").map(|_| text(document, "detail")),
            fix: document.get("fix").map(|_| text(document, "fix")),
        }),
        fixes: recorded
            .filter(|_| refused && !consumer)
            .map(|recorded| unproved(&recorded.denial, audience, Some(entry.id.encode().as_str())))
            .unwrap_or_default(),
        since: None,
        compared: None,
        shadow: Vec::new(),
        wire: None,
        notes: ended(entry, audience),
    }
}

fn text(document: &Json, field: &str) -> String {
    let text = document.get(field).and_then(Json::as_str);
    text.unwrap_or_default().to_owned()
}

/// As the consumer was told; without a document, by the code that may be shown.
fn shown(entry: &Entry, document: Option<&Json>) -> Option<Refusal> {
    let code = entry.code?.shown();
    let row = document
        .and_then(|document| Code::parse(document.get("code")?.as_str()?))
        .unwrap_or(code)
        .row();
    let said = |field: &str| document.map(|document| text(document, field));
    Some(Refusal {
        code: row.name.to_owned(),
        title: row.title.to_owned(),
        status: entry.status,
        stage: row.stage.name().to_owned(),
        stage_number: row.stage.number(),
        fault: row.fault.name().to_owned(),
        because: None,
        policy: None,
        detail: said("detail").unwrap_or_default(),
        fix: said("fix").filter(|fix| !fix.is_empty()),
        evidence: Vec::new(),
    })
}

fn owners(entry: &Entry, recorded: Option<&RecordedDenial>, audience: Audience) -> Option<Refusal> {
    let code = entry.code?;
    let row = code.row();
    // Nothing refused it here: what there is to say of it follows from the status.
    let of_origin = (code == Code::OriginRefused)
        .then(|| Denial::new(code).saw("status", u64::from(entry.status)));
    let denial = recorded.map(|recorded| &recorded.denial);
    let mut said = match denial.or(of_origin.as_ref()) {
        Some(denial) => refusal(denial, audience),
        None => Refusal {
            code: row.name.to_owned(),
            title: row.title.to_owned(),
            status: entry.status,
            stage: row.stage.name().to_owned(),
            stage_number: row.stage.number(),
            fault: row.fault.name().to_owned(),
            because: None,
            policy: entry.policy.as_ref().map(ToString::to_string),
            detail: String::new(),
            fix: None,
            evidence: Vec::new(),
        },
    };
    if entry.status != 0 {
        said.status = entry.status;
    }
    if audience != Audience::Consumer
        && let Some(kept) = detail(entry)
        && let Some(origin) = kept.get("origin")
    {
        said.evidence.extend(origin::evidence(origin));
    }
    Some(said)
}

/// How it ended, in words, where that is not said otherwise.
pub(super) fn ended(entry: &Entry, audience: Audience) -> Vec<String> {
    let mut notes = Vec::new();
    match entry.outcome {
        Outcome::Allowed => notes.push(format!("the upstream answered {}", entry.status)),
        Outcome::OriginRefused => notes.push(format!(
            "the gateway let it pass; the upstream itself answered {}",
            entry.status
        )),
        Outcome::Cancelled => notes.push("the caller left before the end".to_owned()),
        Outcome::Own => notes.push("the gateway itself answered it".to_owned()),
        Outcome::Refused => {}
    }
    if let (Some(target), true) = (&entry.target, audience == Audience::Operator) {
        notes.push(format!(
            "it was sent to {target}, {} attempt{}",
            entry.attempts,
            if entry.attempts == 1 { "" } else { "s" }
        ));
    }
    notes
}
