//! Mails about decisions: asked for, and made.

use crate::mail::plain::{go, name, quoted};
use crate::mail::template::{Asked, Decision};

pub(super) fn asked(
    asked: &Asked,
    requester: &str,
    reason: Option<&str>,
    link: &str,
) -> (String, String) {
    let (what, requester) = (words(asked), name(requester));
    let reason = quoted("Their reason:", reason).unwrap_or_else(|| "They gave no reason.".into());
    let (happened, purpose, commands) = match asked {
        Asked::Subscription(subscription) => {
            let id = name(&subscription.id);
            (
                format!("{requester} asks for a {what}, and you may decide about it."),
                "To approve or reject it",
                vec![
                    format!("postern subscriptions approve {id}"),
                    format!("postern subscriptions reject {id}"),
                ],
            )
        }
        Asked::ChangeRequest { id, .. } => {
            let id = name(id);
            (
                format!("{requester} proposes a change, and you may decide about it."),
                "To see what would change, and to approve or reject it",
                vec![
                    format!("postern change-requests show {id}"),
                    format!("postern change-requests approve {id}"),
                    format!("postern change-requests reject {id}"),
                ],
            )
        }
        Asked::SignUp { id, address } => {
            let (id, address) = (name(id), name(address));
            (
                format!(
                    "{requester} asks for an account with the address {address}, and you may decide about it. Of people who \
                     ask you get one mail an hour at most; others may wait too."
                ),
                "To let them in or not",
                vec![
                    "postern users list --state pending".to_owned(),
                    format!("postern users activate {id}"),
                    format!("postern users deactivate {id}"),
                ],
            )
        }
    };
    let next = go(purpose, link, &commands);
    let text = format!("{happened}\n\n{reason}\n\n{next}");
    (format!("Your decision is asked for: {what}"), text)
}

pub(super) fn decided(
    asked: &Asked,
    decision: Decision,
    decider: &str,
    comment: Option<&str>,
    link: &str,
) -> (String, String) {
    let (what, decider) = (words(asked), name(decider));
    let (word, done) = match decision {
        Decision::Approved => ("Approved", "approved"),
        Decision::Rejected => ("Rejected", "rejected"),
    };
    let mut parts = vec![format!("{decider} has {done} the {what}.")];
    parts.extend(quoted("The comment:", comment));
    parts.push(match (decision, asked) {
        (Decision::Approved, Asked::Subscription(subscription)) => {
            let (app, service) = (name(&subscription.app), name(&subscription.service));
            let key = format!("postern keys create --app {app}");
            let next = go("To see it, or to make a key for the app", link, &[key]);
            format!("From now on, {app} may call {service}. {next}")
        }
        (Decision::Approved, _) => go("To see it", link, &[]),
        (Decision::Rejected, _) => go("To see it, or to ask again", link, &[]),
    });
    (format!("{word}: {what}"), parts.join("\n\n"))
}

fn words(asked: &Asked) -> String {
    match asked {
        Asked::Subscription(subscription) => {
            let (app, service) = (name(&subscription.app), name(&subscription.service));
            let plan = name(&subscription.plan);
            format!("subscription of {app} to {service} with the plan {plan}")
        }
        Asked::ChangeRequest { title, .. } => format!("change \"{}\"", name(title)),
        Asked::SignUp { address, .. } => format!("account for {}", name(address)),
    }
}
