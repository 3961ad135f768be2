//! What is copied of a service's requests.

use super::Resolver;
use super::settings::set;
use crate::code::Code;
use crate::document::capture as document;
use crate::document::service::Service;
use crate::findings::quote;
use crate::located::Map;
use crate::scalar::text::JsonPlace;
use postern_model::entity::{Capture, Captured, Recorded, Redact};

pub(super) fn capture(given: document::Capture) -> Capture {
    let mut capture = Capture {
        outcomes: match given.outcomes {
            Some(document::Captured::All) => Captured::All,
            Some(document::Captured::Refused) | None => Captured::Refused,
        },
        redact: given.redact.map(redact).unwrap_or_default(),
        ..Capture::default()
    };
    set(&mut capture.one_in, given.one_in);
    let size = |size: crate::scalar::size::Size| usize::try_from(size.0).ok();
    set(&mut capture.body, given.body.and_then(size));
    capture
}

fn redact(given: document::Redact) -> Redact {
    let mut redact = Redact {
        headers: given
            .headers
            .into_iter()
            .flatten()
            .map(|name| name.value.0)
            .collect(),
        fields: given
            .form
            .into_iter()
            .flatten()
            .map(|name| name.value.0)
            .collect(),
        ..Redact::default()
    };
    for place in given.json.into_iter().flatten() {
        match place.value {
            JsonPlace::Member(name) => redact.members.push(name),
            JsonPlace::Place(steps) => redact.places.push(steps),
        }
    }
    redact
}

impl Resolver<'_, '_> {
    /// Warns of copies that no row of the call log could hold.
    pub(super) fn captures(&mut self, services: &Map<Service>, recorded: Recorded) {
        let (wanted, why) = match recorded {
            Recorded::All => return,
            Recorded::Refused => ("requests that pass", "`call_log.record` is `refused`"),
            Recorded::None => ("requests", "`call_log.record` is `none`"),
        };
        for (name, service) in &services.0 {
            let Some(capture) = &service.capture else {
                continue;
            };
            let all = capture.value.outcomes == Some(document::Captured::All);
            if recorded == Recorded::None || all {
                let message = format!(
                    "service {} captures {wanted}, which get no record",
                    quote(&name.value)
                );
                self.findings
                    .warning(Code::Conflict, capture.span, &message, why)
                    .help("set `call_log: {record: all}`");
            }
        }
    }
}
