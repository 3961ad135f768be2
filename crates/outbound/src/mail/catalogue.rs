//! What mails say. Every text that Postern mails stands here and nowhere else.

use super::plain::{date, list, name, quoted, time, url};
use super::template::{Asked, Decision, Template};
use jiff::Timestamp;

impl Template {
    /// Subject and text.
    pub(super) fn words(&self) -> (String, String) {
        match self {
            Self::Invitation {
                inviter,
                tenant,
                role,
                link,
                expires_at,
            } => invitation(inviter, tenant, role, link, *expires_at),
            Self::SignUpConfirmation { link, expires_at } => sign_up(link, *expires_at),
            Self::ApprovalAsked {
                asked,
                requester,
                reason,
                link,
            } => approval_asked(asked, requester, reason.as_deref(), link),
            Self::ApprovalDecided {
                asked,
                decision,
                decider,
                comment,
                link,
            } => approval_decided(asked, *decision, decider, comment.as_deref(), link),
            Self::CredentialExpiring {
                app,
                credential,
                environment,
                expires_at,
                link,
            } => credential_expiring(app, credential, environment, *expires_at, link),
            Self::CertificateExpiring {
                certificate,
                names,
                expires_at,
                link,
            } => certificate_expiring(certificate, names, *expires_at, link),
            Self::VersionDeprecated {
                service,
                version,
                sunset,
                successor,
                link,
            } => version_deprecated(service, version, *sunset, successor.as_deref(), link),
            Self::VersionRetiring {
                service,
                version,
                retires_at,
                apps,
                successor,
                link,
            } => version_retiring(
                service,
                version,
                *retires_at,
                apps,
                successor.as_deref(),
                link,
            ),
        }
    }
}

fn invitation(
    inviter: &str,
    tenant: &str,
    role: &str,
    link: &str,
    expires_at: Timestamp,
) -> (String, String) {
    let (inviter, tenant, role) = (name(inviter), name(tenant), name(role));
    let (link, until) = (url(link), time(expires_at));
    let subject = format!("{inviter} invites you to {tenant}");
    let text = format!(
        "\
{inviter} invites you to join {tenant} as {role}.

To accept, open this link. It works once, until {until}:

{link}

If you do not know what this is about, do nothing: without the link nobody can join in your name."
    );
    (subject, text)
}

fn sign_up(link: &str, expires_at: Timestamp) -> (String, String) {
    let (link, until) = (url(link), time(expires_at));
    let text = format!(
        "\
Somebody signed up with this mail address. If it was you, open this link to confirm it. It works once, until {until}:

{link}

If it was not you, do nothing: the account will not be made."
    );
    ("Confirm your mail address".to_owned(), text)
}

fn approval_asked(
    asked: &Asked,
    requester: &str,
    reason: Option<&str>,
    link: &str,
) -> (String, String) {
    let (what, requester, link) = (asked.words(), name(requester), url(link));
    let reason = quoted("Their reason:", reason, "No reason was given.");
    let subject = format!("Your decision is asked for: {what}");
    let text = format!(
        "\
{requester} asks for a decision that you may make: {what}.

{reason}

To approve or reject, open:

{link}"
    );
    (subject, text)
}

fn approval_decided(
    asked: &Asked,
    decision: Decision,
    decider: &str,
    comment: Option<&str>,
    link: &str,
) -> (String, String) {
    let (what, decider, link) = (asked.words(), name(decider), url(link));
    let comment = quoted("The comment:", comment, "There is no comment.");
    let (word, next) = match decision {
        Decision::Approved => ("Approved", "To go on, open:"),
        Decision::Rejected => ("Rejected", "To see the history, or to ask again, open:"),
    };
    let done = word.to_lowercase();
    let subject = format!("{word}: {what}");
    let text = format!(
        "\
{decider} {done} what you asked for: {what}.

{comment}

{next}

{link}"
    );
    (subject, text)
}

fn credential_expiring(
    app: &str,
    credential: &str,
    environment: &str,
    expires_at: Timestamp,
    link: &str,
) -> (String, String) {
    let (app, credential, environment) = (name(app), name(credential), name(environment));
    let (at, link) = (time(expires_at), url(link));
    let subject = format!("A credential of {app} expires on {}", date(expires_at));
    let text = format!(
        "\
The credential {credential} of the app {app} ({environment}) expires at {at}. From then on, requests with it are refused with the code credential.expired.

Rotate it before: the new one and the old one work side by side for a while. To do so, open:

{link}"
    );
    (subject, text)
}

fn certificate_expiring(
    certificate: &str,
    names: &[String],
    expires_at: Timestamp,
    link: &str,
) -> (String, String) {
    let (certificate, names) = (name(certificate), list(names));
    let (at, link) = (time(expires_at), url(link));
    let subject = format!(
        "The certificate {certificate} expires on {}",
        date(expires_at)
    );
    let text = format!(
        "\
The certificate {certificate} expires at {at}. From then on, clients refuse to connect to these names:

{names}

To replace it, open:

{link}"
    );
    (subject, text)
}

fn version_deprecated(
    service: &str,
    version: &str,
    sunset: Option<Timestamp>,
    successor: Option<&str>,
    link: &str,
) -> (String, String) {
    let (service, version, link) = (name(service), name(version), url(link));
    let ends = sunset.map_or_else(
        || "It still works; when it will stop is not decided yet.".to_owned(),
        |sunset| format!("It still works, until {}.", time(sunset)),
    );
    let successor = moving(successor);
    let subject = format!("{service} {version} is deprecated");
    let text = format!(
        "\
The version {version} of {service}, which you use, is deprecated. {ends}

{successor} To read more, open:

{link}"
    );
    (subject, text)
}

fn version_retiring(
    service: &str,
    version: &str,
    retires_at: Timestamp,
    apps: &[String],
    successor: Option<&str>,
    link: &str,
) -> (String, String) {
    let (service, version, link) = (name(service), name(version), url(link));
    let (at, apps, successor) = (time(retires_at), list(apps), moving(successor));
    let subject = format!("{service} {version} stops working on {}", date(retires_at));
    let text = format!(
        "\
The version {version} of {service} stops working at {at}. These apps of yours still call it:

{apps}

{successor} To read more, open:

{link}"
    );
    (subject, text)
}

impl Asked {
    fn words(&self) -> String {
        match self {
            Self::Subscription { app, service, plan } => {
                let (app, service, plan) = (name(app), name(service), name(plan));
                format!("subscription of {app} to {service} with the plan {plan}")
            }
            Self::Version { service, version } => {
                format!("publishing of {} {}", name(service), name(version))
            }
            Self::ChangeRequest { title } => format!("change request \"{}\"", name(title)),
            Self::SignUp { address } => format!("sign-up of {}", name(address)),
        }
    }
}

/// Where to move to.
fn moving(successor: Option<&str>) -> String {
    successor.map_or_else(
        || "There is no version to move to yet.".to_owned(),
        |successor| format!("Please move to {}.", name(successor)),
    )
}
