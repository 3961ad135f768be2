//! What mails say. Every text that Postern mails stands below here and nowhere else.
//!
//! A mail says who did what, why, and what to do next, by a link and, where there is one, a command.

mod approvals;
mod expiring;
mod people;
mod subscriptions;
mod versions;

use super::template::Template;

/// Subject and text. `ours`: what people know the installation as.
pub(super) fn words(template: &Template, ours: &str) -> (String, String) {
    match template {
        Template::Invitation(invitation) => people::invitation(invitation, ours),
        Template::Password(password) => people::password(password, ours),
        Template::AccountOpened { by, link } => people::account_opened(by, link, ours),
        Template::ApprovalAsked {
            asked,
            requester,
            reason,
            link,
        } => approvals::asked(asked, requester, reason.as_deref(), link),
        Template::ApprovalDecided {
            asked,
            decision,
            decider,
            comment,
            link,
        } => approvals::decided(asked, *decision, decider, comment.as_deref(), link),
        Template::Subscription {
            subscription,
            became,
            comment,
            link,
        } => subscriptions::became(subscription, became, comment.as_deref(), link),
        Template::CredentialRevoked(revoked) => subscriptions::credential_revoked(revoked),
        Template::CredentialExpiring {
            app,
            credential,
            environment,
            expires_at,
            link,
        } => expiring::credential(app, credential, environment, *expires_at, link),
        Template::CertificateExpiring {
            certificate,
            names,
            expires_at,
            link,
        } => expiring::certificate(certificate, names, *expires_at, link),
        Template::Version {
            version,
            stage,
            apps,
            link,
        } => versions::version(version, *stage, apps, link, ours),
    }
}
