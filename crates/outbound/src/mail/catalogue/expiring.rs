//! Mails about credentials and certificates that will expire.

use crate::mail::plain::{date, go, list, name, time};
use jiff::Timestamp;

pub(super) fn credential(
    app: &str,
    credential: &str,
    environment: &str,
    expires_at: Timestamp,
    link: &str,
) -> (String, String) {
    let (app, credential, environment) = (name(app), name(credential), name(environment));
    let at = time(expires_at);
    let next = go(
        "To make the new one",
        link,
        &[format!(
            "postern keys create --app {app} --environment {environment}"
        )],
    );
    let subject = format!("A credential of {app} expires on {}", date(expires_at));
    let text = format!(
        "\
The credential {credential} of the app {app} ({environment}) expires at {at}. From then on, requests with it are refused with the code credential.expired.

Replace it before: the new one and the old one work side by side until then.

{next}"
    );
    (subject, text)
}

pub(super) fn certificate(
    certificate: &str,
    names: &[String],
    expires_at: Timestamp,
    link: &str,
) -> (String, String) {
    let (certificate, names) = (name(certificate), list(names));
    let at = time(expires_at);
    let next = go("To replace it", link, &[]);
    let subject = format!(
        "The certificate {certificate} expires on {}",
        date(expires_at)
    );
    let text = format!(
        "\
The certificate {certificate} expires at {at}. From then on, clients refuse to connect to these names:

{names}

{next}"
    );
    (subject, text)
}
