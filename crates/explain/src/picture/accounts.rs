//! Apps, their subscriptions and their limits.

use super::{Picture, Words, some};
use crate::time;

#[expect(clippy::too_many_lines, reason = "a table, one code beside the other")]
pub(super) fn accounts(words: &Words<'_>) -> Option<Picture> {
    let reason = || words.note("reason: ", "reason");
    let since = || words.note("since ", "since");
    let not_carried = || {
        words.note(
            &format!("the {} does not carry ", words.asked.noun()),
            "not_carried",
        )
    };
    let phrases = |before: &str, name: &str| {
        let phrases = words.phrases(name)?;
        Some(format!("{before}{phrases}"))
    };
    Some(match words.refusal.code.as_str() {
        "account.tenant_suspended" => some(
            format!("tenant {}", words.quoted("tenant", "of the app")),
            "suspended".to_owned(),
            vec![since(), reason()],
        ),
        "account.app_suspended" => {
            some(words.app(), "suspended".to_owned(), vec![since(), reason()])
        }
        "authorization.scope_missing" => some(
            match words.value("granted") {
                Some(granted) => format!("{} with {granted}", words.app()),
                None => words.app(),
            },
            format!("requires {}", words.value("required")?),
            vec![
                words.note("the subscription does not grant ", "not_granted"),
                words.note("the token does not carry ", "not_in_token"),
                not_carried(),
            ],
        ),
        "authorization.role_missing" => some(
            match words.value("has") {
                Some(has) => format!("{} with {has}", words.app()),
                None => words.app(),
            },
            match words.value("required") {
                Some(required) => format!("requires one of {required}"),
                None => "requires an access role that allows this".to_owned(),
            },
            vec![
                not_carried(),
                words.note("not for this method or operation: ", "not_allowing"),
            ],
        ),
        "authorization.external_denied" | "authorization.external_unavailable" => some(
            format!("{} {}", words.asked.method, words.asked.path),
            match words.value("decider") {
                Some(decider) => format!("policy `{decider}`, which asks another service"),
                None => "another service is asked".to_owned(),
            },
            vec![
                words.note("its reason: ", "reason"),
                words.note("it answered ", "answered"),
                words.note("it asks for ", "challenge"),
                words.note("it sends browsers to ", "location"),
                words.note("no answer: ", "error"),
                words.note("failing since ", "since"),
            ],
        ),
        "authorization.forbidden" if words.value("role").is_some() => some(
            words.app(),
            format!("access role {} denies this", words.quoted("role", "")),
            vec![words.note("inherited from ", "inherited_from")],
        ),
        "authorization.forbidden" => some(
            words.app(),
            match words.value("statement") {
                Some(statement) => format!("forbidden by {statement} of {}", words.policy()),
                None => format!("forbidden by {}", words.policy()),
            },
            vec![
                phrases("on condition that ", "conditions"),
                phrases("saw ", "values"),
            ],
        ),
        "authorization.not_permitted" => some(
            words.app(),
            match words.value("permit") {
                Some(_) => "permitted by none; one came close".to_owned(),
                None => "permitted by none".to_owned(),
            },
            vec![
                words
                    .note("nearest: ", "permit")
                    .map(|nearest| match words.value("met") {
                        Some(met) => format!("{nearest}, {met} met"),
                        None => nearest,
                    }),
                phrases("not met: ", "condition"),
                phrases("expected ", "expected"),
                phrases("saw ", "seen"),
                phrases("then: ", "others"),
                phrases("another would do: ", "lacks"),
            ],
        ),
        "authorization.unavailable" => some(
            words.app(),
            "a policy that cannot be evaluated".to_owned(),
            vec![
                words.note("statement: ", "statement"),
                words.note("error: ", "error"),
            ],
        ),
        "authorization.not_owner" => some(
            match words.value("resource") {
                Some(resource) => format!("{} asks for `{resource}`", words.app()),
                None => words.app(),
            },
            words.policy(),
            vec![
                words.value("rule"),
                words.note("the caller is ", "owner"),
                words.value("error"),
            ],
        ),
        "authorization.condition_unmet" => some(
            match (words.value("condition"), words.value("name")) {
                (Some(condition), Some(name)) => format!("{} {name}", condition.replace('_', " ")),
                (Some(condition), None) => condition.replace('_', " "),
                (None, _) => "a condition".to_owned(),
            },
            words.policy(),
            vec![
                words.note("expected: ", "expected"),
                words.note("seen: ", "seen"),
                words.note("opens ", "opens"),
            ],
        ),
        "authorization.step_up_required" => some(
            words.app(),
            words.policy(),
            vec![
                words.note("asks for a sign-in with ", "acr"),
                words
                    .value("max_age")
                    .map(|age| format!("asks for a sign-in in the last {age} s")),
                words.note("the token says ", "seen_acr"),
                words.note("signed in at ", "signed_in"),
            ],
        ),
        code => {
            let service = format!("service {}", words.quoted("service", "asked for"));
            let met = match words.value("plan") {
                Some(plan) => format!("{service}, plan `{plan}`"),
                None => service,
            };
            some(words.app(), met, subscription(words, code))
        }
    })
}

fn subscription(words: &Words<'_>, code: &str) -> Vec<Option<String>> {
    let by = |at: &str, moment: &str, who: &str| {
        let when = words.value(moment)?;
        Some(match words.value(who) {
            Some(who) => format!("{at} {when} by {who}"),
            None => format!("{at} {when}"),
        })
    };
    match code {
        "subscription.missing" => vec![Some("no subscription".to_owned())],
        "subscription.pending" => vec![
            by("requested", "requested_at", "requested_by"),
            Some(waiting(words)),
        ],
        "subscription.rejected" => vec![
            by("rejected", "decided_at", "decided_by"),
            words.note("comment: ", "comment"),
        ],
        "subscription.not_covered" => vec![
            words.note("asked for: ", "operation"),
            words.note("covered: ", "covers"),
        ],
        other => {
            let state = other.rsplit('.').next().unwrap_or_default();
            vec![
                Some(match words.value("since") {
                    Some(since) => format!("{state} since {since}"),
                    None => state.to_owned(),
                }),
                words.note("reason: ", "reason"),
            ]
        }
    }
}

fn blocked(words: &Words<'_>) -> Picture {
    let what = words.value("what").unwrap_or_else(|| "caller".to_owned());
    let who = words.value("who");
    let until = words.value("until");
    let notes = [
        words.note("the refusal that was one too many: ", "trigger"),
        words.note("counted by policy ", "policy"),
        words.note("blocked by ", "by"),
        words.note("reason: ", "reason"),
    ];
    Picture {
        came: who.map_or_else(|| format!("the {what}"), |who| format!("{what} `{who}`")),
        met: until.map_or_else(
            || "blocked".to_owned(),
            |until| format!("blocked until {until}"),
        ),
        notes: notes.into_iter().flatten().collect(),
    }
}

fn waiting(words: &Words<'_>) -> String {
    let mut text = "waiting ".to_owned();
    if let Some(ago) = words.ago("requested_at") {
        text.push_str(&time::span(ago));
        text.push(' ');
    }
    text.push_str("for approval");
    if let Some(tenant) = &words.asked.tenant {
        text.push_str(" by tenant `");
        text.push_str(tenant);
        text.push('`');
    }
    text
}

pub(super) fn limits(words: &Words<'_>) -> Picture {
    if words.refusal.code == "limit.blocked" {
        return blocked(words);
    }
    let limit = words.value("limit").unwrap_or_default();
    let met = match (words.value("window"), words.value("quota")) {
        (_, Some(quota)) => match words.value("period") {
            Some(period) => format!("{quota} per {}", period.replace('`', "")),
            None => quota,
        },
        (Some(window), None) => format!("{limit} in {window}"),
        (None, None) => format!("{limit} at once"),
    };
    let by = words
        .value("by")
        .map(|by| format!("counted by {}", by.replace('`', "")));
    let wait = words.note("one more passes in ", "reset");
    let renews = words.note("renewed at ", "renews");
    Picture {
        came: format!("limit {}", words.quoted("name", "of the plan")),
        met,
        notes: by.into_iter().chain(wait).chain(renews).collect(),
    }
}
