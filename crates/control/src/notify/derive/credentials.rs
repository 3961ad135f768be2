//! What becomes of credentials.

use super::{Change, add, said, text};
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::{RevokedCredential, Template};
use postern_outbound::webhook::EventKind;
use serde_json::{Value, json};

impl Change<'_> {
    pub(super) fn credential(&self) -> Option<Happened> {
        let document = self.document();
        let app = text(document, "app").to_owned();
        let environment = match text(document, "environment") {
            "" => "production",
            named => named,
        };
        let title = said(text(document, "title"));
        let mut data = json!({
            "credential": self.id, "app": app, "environment": environment,
        });
        add(&mut data, "title", title.clone());
        let owner = Who::Owner(app.clone());
        if self.before.is_null() {
            let replaces = said(text(&self.after, "replaces"))?;
            add(&mut data, "replaces", Some(replaces));
            return Some(Happened {
                parties: vec![owner.told()],
                ..self.happened(EventKind::CredentialRotated, data)
            });
        }
        let revoked = |document: &Value| !text(document, "revoked_at").is_empty();
        if revoked(&self.before) || !(self.after.is_null() || revoked(&self.after)) {
            return None;
        }
        let by = self.doer("revoked_by");
        let reason = said(text(&self.after, "reason")).or_else(|| said(self.comment));
        add(&mut data, "revoked_by", Some(by.clone()));
        add(&mut data, "reason", reason.clone());
        Some(Happened {
            parties: vec![owner.mailed(Point::CredentialsWrite)],
            mail: Some(Template::CredentialRevoked(RevokedCredential {
                app,
                credential: match title {
                    Some(title) => format!("{} ({title})", self.id),
                    None => self.id.to_owned(),
                },
                environment: environment.to_owned(),
                by,
                reason,
                link: self.link("credentials"),
            })),
            ..self.happened(EventKind::CredentialRevoked, data)
        })
    }
}
