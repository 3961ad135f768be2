//! Mails to people about their own accounts.

use crate::mail::plain::{name, time, url};
use crate::mail::template::{Invitation, Password};

pub(super) fn invitation(invitation: &Invitation, ours: &str) -> (String, String) {
    let inviter = name(&invitation.inviter);
    let roles: Vec<String> = invitation.roles.iter().map(|role| name(role)).collect();
    let roles = match &*roles {
        [one] => format!("role {one}"),
        several => format!("roles {}", several.join(", ")),
    };
    let tenant = invitation.tenant.as_deref().map(name);
    let what = match &tenant {
        Some(tenant) => format!("to join {tenant} at {ours}, with the {roles}"),
        None => format!("to help run {ours}, with the {roles}"),
    };
    let place = tenant.as_deref().unwrap_or(ours);
    let (link, until) = (url(&invitation.link), time(invitation.expires_at));
    let text = format!(
        "\
{inviter} invites you {what}.

To accept, open this link. It works once, until {until}:

{link}

You will be asked to choose a password; if you have an account with this mail address already, for the password of that account.

If you do not know what this is about, do nothing: without the link nobody can join in your name."
    );
    (format!("{inviter} invites you to {place}"), text)
}

pub(super) fn password(password: &Password, ours: &str) -> (String, String) {
    let (by, link, until) = (
        name(&password.by),
        url(&password.link),
        time(password.expires_at),
    );
    let text = format!(
        "\
{by} made a link for you with which you choose a new password at {ours}. It works once, until {until}:

{link}

A password that you have now stays good until you choose another one; then you are signed out everywhere else.

If you do not know what this is about, do nothing: without the link nobody can change your password."
    );
    (format!("Choose a new password at {ours}"), text)
}

pub(super) fn account_opened(by: &str, link: &str, ours: &str) -> (String, String) {
    let (by, link) = (name(by), url(link));
    let text = format!(
        "\
{by} has opened the account at {ours} that you asked for.

Sign in with this mail address, in the way you chose when you asked:

{link}"
    );
    (format!("Your account at {ours} is open"), text)
}
