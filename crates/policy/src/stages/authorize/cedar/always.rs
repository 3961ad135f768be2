//! Whom an operation is open to, whatever else a request says: that is found once for each caller, and
//! remembered as long as the rules hold. What hangs on anything else of a request is evaluated each
//! time, and so is what is refused, which is to be explained.

use super::Set;
use super::given::by;
use crate::client::Scheme;
use crate::facts::Facts;
use crate::identity::Caller;
use crate::policies::AtOperation;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_cedar::{Caller as By, Given, Holder, Said, permits_always};

/// A question to what is remembered.
pub(super) struct Asked {
    key: Vec<u8>,
    /// The answer; none: nobody has asked yet.
    pub(super) always: Option<bool>,
}

impl Asked {
    /// None where nothing can be remembered: of a record, which is explained by what it kept, and
    /// where policies look at what not every request has.
    pub(super) fn new(
        progress: &Progress,
        snapshot: &Snapshot<'_>,
        facts: &dyn Facts,
        at: &AtOperation,
        sets: [Option<&Set<'_>>; 2],
    ) -> Option<Self> {
        let is_unknown = matches!(progress.caller, Caller::Unknown);
        if facts.is_recorded() || is_unknown || !at.may_stand {
            return None;
        }
        let given = given(progress, snapshot, at)?;
        let key = key(&given, sets);
        let always = at.standing.get(&key);
        Some(Self { key, always })
    }

    /// Remembers whether what has passed passes always.
    pub(super) fn remember(
        self,
        progress: &Progress,
        snapshot: &Snapshot<'_>,
        at: &AtOperation,
        sets: [Option<&Set<'_>>; 2],
    ) {
        let Some(given) = given(progress, snapshot, at) else {
            return;
        };
        let mut sets = sets.into_iter().flatten();
        let always = sets.all(|set| permits_always(&set.documents(), &given, &at.looks));
        at.standing.put(self.key, always);
    }
}

/// What is known of a caller and what it asks for, and nothing else.
fn given<'g>(
    progress: &'g Progress,
    snapshot: &Snapshot<'g>,
    at: &'g AtOperation,
) -> Option<Given<'g>> {
    Some(Given {
        caller: by(progress, snapshot, at),
        place: &at.place,
        method: progress.method?,
        parameters: None,
        client: None,
        country: None,
        now: 0,
        headers: None,
        size: None,
        environment: snapshot.rules.environment(progress.environment),
        host: "",
        is_secure: progress.scheme == Scheme::Https,
        token: Said::NotKept,
        body: None,
        shown_parameters: &[],
        shows_header: |_| false,
    })
}

/// Everything that the answer hangs on: texts with their lengths before them, so that no two
/// questions have the same.
fn key(given: &Given<'_>, sets: [Option<&Set<'_>>; 2]) -> Vec<u8> {
    let mut key = Vec::with_capacity(192);
    let mut text = |text: &str| {
        key.extend_from_slice(&text.len().to_le_bytes());
        key.extend_from_slice(text.as_bytes());
    };
    match &given.caller {
        By::Anonymous => text("anonymous"),
        By::App(holder) => {
            text("app");
            held(&mut text, holder);
        }
        By::User(issuer, name, holder) => {
            text("user");
            text(issuer);
            text(name);
            held(&mut text, holder);
        }
    }
    text(given.environment);
    text(given.method.as_str());
    key.push(u8::from(given.is_secure));
    for set in sets {
        let policies = set.map_or(&[][..], |set| &set.policies);
        key.extend_from_slice(&policies.len().to_le_bytes());
        for (_, document) in policies {
            // Where it stands is a name for it: what is remembered does not outlive it.
            key.extend_from_slice(&std::ptr::from_ref(*document).addr().to_le_bytes());
        }
    }
    key
}

fn held(text: &mut impl FnMut(&str), holder: &Holder<'_>) {
    let one = [
        holder.app,
        holder.tenant,
        holder.environment,
        holder.plan.unwrap_or_default(),
    ];
    one.into_iter().for_each(&mut *text);
    for list in [&holder.groups, &holder.access_roles, &holder.scopes] {
        text(&list.len().to_string());
        for name in list {
            text(name);
        }
    }
}
