//! What is wrong with an upstream's certificate, in a sentence that says what to change.

use rustls::CertificateError;

/// Names listed of a certificate that is valid for others.
const NAMES: usize = 5;

/// The sentence. Texts of the library stand in for what has no own.
pub(super) fn describe(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::UnknownIssuer => "the upstream's certificate was not issued by an authority that is \
             trusted here; add its authority to `authorities`"
            .into(),
        E::ExpiredContext { time, not_after } => format!(
            "the upstream's certificate, or one in its chain, expired {} ago",
            span(time.as_secs().saturating_sub(not_after.as_secs()))
        ),
        E::NotValidYetContext { time, not_before } => format!(
            "the upstream's certificate, or one in its chain, is not valid for another {}",
            span(not_before.as_secs().saturating_sub(time.as_secs()))
        ),
        E::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "the upstream's certificate is not valid for `{}` but for {}; set `server_name` to \
             a name that it is valid for",
            expected.to_str(),
            names(presented)
        ),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            "the upstream's certificate is not for servers: its extended key usage lacks \
             `serverAuth`"
                .into()
        }
        E::BadSignature => "the upstream's handshake or a certificate in its chain is not \
             signed by the key that it should be signed by"
            .into(),
        E::Other(other) if other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) => {
            "the upstream uses an authority's certificate (`CA:TRUE`) as its own; issue one \
             with `basicConstraints=CA:FALSE` for it"
                .into()
        }
        other => format!("the upstream's certificate cannot be verified: {other}"),
    }
}

/// `DnsName("a.example")` and its like, without the wrapping.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no name at all (subjectAltName is what counts)".into();
    }
    let mut shown: Vec<_> = presented
        .iter()
        .take(NAMES)
        .map(|name| {
            let inner = name.split_once('(').map_or(&**name, |(_, inner)| inner);
            inner.trim_end_matches(')').trim_matches('"')
        })
        .collect();
    let more = format!("{} more", presented.len().saturating_sub(NAMES));
    if presented.len() > NAMES {
        shown.push(&more);
    }
    shown.join(", ")
}

/// A duration in its largest whole unit.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
