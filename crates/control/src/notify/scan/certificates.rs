//! Certificates that will expire.

use super::{days, happened};
use crate::Refusal;
use crate::notify::happened::{Happened, Who};
use crate::notify::tell::Teller;
use jiff::Timestamp;
use postern_model::permission::Point;
use postern_outbound::mail::Template;
use postern_outbound::webhook::EventKind;
use postern_store::{Kind, Store};
use serde_json::{Value, json};

/// A certificate that is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedCertificate {
    /// What it is declared as, or its file.
    pub name: String,
    /// When it ends, Unix time in seconds.
    pub expires_at: i64,
}

pub(super) async fn certificate(
    store: &Store,
    served: ServedCertificate,
    teller: &Teller<'_>,
    now: Timestamp,
) -> Result<Option<Happened>, Refusal> {
    let end = Timestamp::from_second(served.expires_at).unwrap_or(Timestamp::MAX);
    let Some(days) = days(now, end) else {
        return Ok(None);
    };
    // One that has no document is a file that a listener names, which is the platform's.
    let declared = store.document(Kind::new("certificate")?, &served.name);
    let declared = declared
        .await?
        .map(|document| document.value())
        .transpose()?;
    let declared = declared.unwrap_or_default();
    let tenant = declared.get("tenant").and_then(Value::as_str);
    let hosts = declared.get("hosts").and_then(Value::as_array);
    let hosts = hosts.into_iter().flatten().filter_map(Value::as_str);
    let hosts: Vec<String> = hosts.map(str::to_owned).collect();
    let data = json!({
        "certificate": served.name, "hosts": hosts,
        "expires_at": end.to_string(), "days": days,
    });
    let name = [
        "certificate",
        &served.name,
        &end.to_string(),
        &days.to_string(),
    ];
    let happened = happened(EventKind::CertificateExpiring, name, now, data);
    let who = Who::Tenant(tenant.map(str::to_owned));
    Ok(Some(Happened {
        parties: vec![who.mailed(Point::CertificatesWrite)],
        mail: Some(Template::CertificateExpiring {
            link: format!("{}/certificates/{}", teller.links(), served.name),
            certificate: served.name,
            names: hosts,
            expires_at: end,
        }),
        ..happened
    }))
}
