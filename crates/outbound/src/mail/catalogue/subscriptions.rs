//! Mails about what becomes of subscriptions and credentials.

use crate::mail::plain::{go, name, quoted, time};
use crate::mail::template::{Became, Cause, RevokedCredential, Subscription};

/// What became of a subscription, in words.
struct Words {
    /// Begins the subject.
    word: &'static str,
    happened: String,
    /// What follows from it.
    so: String,
}

pub(super) fn became(
    subscription: &Subscription,
    became: &Became,
    comment: Option<&str>,
    link: &str,
) -> (String, String) {
    let (app, service) = (name(&subscription.app), name(&subscription.service));
    let what = format!("subscription of {app} to {service}");
    let Words { word, happened, so } = words(subscription, became, &what);
    let mut parts = vec![happened];
    parts.extend(quoted("The comment:", comment));
    let list = format!("postern subscriptions list --app {app} --service {service}");
    parts.push(so);
    parts.push(go("To see it", link, &[list]));
    (format!("{word}: {what}"), parts.join("\n\n"))
}

fn words(subscription: &Subscription, became: &Became, what: &str) -> Words {
    let (app, service) = (name(&subscription.app), name(&subscription.service));
    let what = format!("{what} with the plan {}", name(&subscription.plan));
    let refused = format!("Requests of {app} to {service} are refused with the code");
    match became {
        Became::Suspended { by, cause } => {
            let by = name(by);
            Words {
                word: "Suspended",
                happened: format!("{by} has suspended the {what}. {}", cause_words(*cause)),
                so: format!(
                    "{refused} subscription.suspended until it is resumed. To have it resumed, turn to {by}."
                ),
            }
        }
        Became::Resumed { by } => Words {
            word: "Resumed",
            happened: format!("{} has resumed the {what}.", name(by)),
            so: format!("Requests of {app} to {service} are served again."),
        },
        Became::Withdrawn { by } => Words {
            word: "Withdrawn",
            happened: format!("{} no longer asks for the {what}.", name(by)),
            so: "There is nothing left to decide.".to_owned(),
        },
        Became::Ended { by, code } => Words {
            word: "Ended",
            happened: format!("{} has ended the {what}.", name(by)),
            so: format!("{refused} {code}. If {app} needs {service} again, ask for a new one."),
        },
        Became::Expiring { at } => Words {
            word: "Expires soon",
            happened: format!("The {what} expires at {}.", time(*at)),
            so: format!(
                "{refused} subscription.expired from then on. Whoever publishes {service} can prolong it."
            ),
        },
        Became::Expired => Words {
            word: "Expired",
            happened: format!("The {what} has expired."),
            so: format!(
                "{refused} subscription.expired. Whoever publishes {service} can prolong it."
            ),
        },
    }
}

const fn cause_words(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Policy) => "The cause is policy: its use is against the rules.",
        Some(Cause::Billing) => "The cause is billing: it is not paid for.",
        Some(Cause::Security) => "The cause is security: its use is a danger.",
        None => "No cause was given.",
    }
}

pub(super) fn credential_revoked(revoked: &RevokedCredential) -> (String, String) {
    let (app, credential) = (name(&revoked.app), name(&revoked.credential));
    let (by, environment) = (name(&revoked.by), name(&revoked.environment));
    let mut parts = vec![format!(
        "{by} has revoked the credential {credential} of the app {app} ({environment}), for good. Requests with it are refused from now on."
    )];
    parts.extend(quoted("The reason:", revoked.reason.as_deref()));
    let key = format!("postern keys create --app {app} --environment {environment}");
    parts.push(go(
        "To see it, or to make another one",
        &revoked.link,
        &[key],
    ));
    (
        format!("A credential of {app} was revoked"),
        parts.join("\n\n"),
    )
}
