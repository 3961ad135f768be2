//! The running Postern that commands talk to.

use super::place;
use crate::cli::place::Where;
use crate::output;
use anyhow::bail;
use postern_control::client::{Client, ClientError};
use postern_control::shorthand::{Change, Expectation};
use postern_control::{Refusal, Seen};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// A connection to it.
pub(crate) struct Remote {
    client: Client,
    /// Whom it takes us for.
    pub(crate) who: String,
    /// A file owns its configuration: nothing is changed, but what to write is told.
    pub(crate) owned_by_file: bool,
}

impl Remote {
    pub(crate) fn connect(at: &Where) -> anyhow::Result<Self> {
        let mut client = place::connect(at)?;
        let status = client.call("status", Value::Null).map_err(said)?;
        Ok(Self {
            client,
            who: text(&status, "who").to_owned(),
            owned_by_file: !text(&status, "file").is_empty(),
        })
    }

    /// Asks before something that takes something from somebody. Whether to go on: where a file
    /// owns the configuration, to be told what to write.
    pub(crate) fn confirm(&self, what: &str, yes: bool) -> anyhow::Result<bool> {
        if self.owned_by_file {
            return Ok(true);
        }
        sure(what, yes)
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.client.call(method, params).map_err(said)
    }

    /// Asks for something that is answered in parts, until `item` says `false`.
    pub(crate) fn stream(
        &mut self,
        method: &str,
        params: Value,
        item: impl FnMut(Value) -> bool,
    ) -> anyhow::Result<Value> {
        self.client.stream(method, params, item).map_err(said)
    }

    /// Makes one change. Where a file owns the configuration, the refusal says what to write.
    pub(crate) fn change(&mut self, change: &Change, comment: &str) -> anyhow::Result<Value> {
        let params = json!({"changes": [change], "comment": comment, "source": change.kind});
        self.call("change", params)
    }

    /// One document.
    pub(crate) fn document(&mut self, kind: &str, id: &str) -> anyhow::Result<Found> {
        let found = self.call("documents", json!({"kind": kind, "id": id}))?;
        if let Some(found) = found.pointer("/documents/0") {
            return Ok(Found::of(found));
        }
        let there = self.there(kind)?;
        bail!(
            "there is no {kind} `{}`\n  = help: {there}",
            id.escape_debug()
        )
    }

    /// Which documents of a kind there are, if that is soon said.
    fn there(&mut self, kind: &str) -> anyhow::Result<String> {
        const FEW: usize = 10;
        let answer = self.call("documents", json!({"kind": kind, "limit": FEW}))?;
        let documents = answer.get("documents").and_then(Value::as_array);
        let ids: Vec<_> = documents
            .into_iter()
            .flatten()
            .map(|one| text(one, "id"))
            .collect();
        let more = answer.get("more").and_then(Value::as_bool) == Some(true);
        Ok(match (ids.is_empty(), more) {
            (true, _) => "there is none yet".to_owned(),
            (false, false) => format!("there is {}", ids.join(", ")),
            (false, true) => format!("there is {} and many more", ids.join(", ")),
        })
    }

    /// Documents of a kind whose members have these values.
    pub(crate) fn documents(
        &mut self,
        kind: &str,
        having: &[(&str, Option<&String>)],
        limit: u16,
    ) -> anyhow::Result<(Vec<Found>, bool)> {
        let having: BTreeMap<_, _> = having
            .iter()
            .filter_map(|(name, value)| Some((*name, (*value)?)))
            .collect();
        let params = json!({"kind": kind, "where": having, "limit": limit});
        let answer = self.call("documents", params)?;
        let documents = answer.get("documents").and_then(Value::as_array);
        let found = documents.into_iter().flatten().map(Found::of).collect();
        let more = answer.get("more").and_then(Value::as_bool);
        Ok((found, more.unwrap_or_default()))
    }
}

/// A document that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: String,
    /// Of a stored one.
    pub(crate) version: Option<u64>,
    pub(crate) document: Value,
}

impl Found {
    pub(crate) fn of(value: &Value) -> Self {
        Self {
            id: text(value, "id").to_owned(),
            version: value.get("version").and_then(Value::as_u64),
            document: value.get("document").cloned().unwrap_or_default(),
        }
    }

    /// A change that was made up from this document: only if nobody has changed it meanwhile.
    pub(crate) fn changed(&self, change: Change) -> Change {
        match self.version {
            Some(version) => change.expecting(Expectation::Version(version)),
            None => change,
        }
    }

    /// A member that is a text; empty if it is not there.
    pub(crate) fn text(&self, member: &str) -> &str {
        text(&self.document, member)
    }

    /// The document with its id in it.
    pub(crate) fn json(&self) -> Value {
        let mut value = json!({ "id": self.id });
        if let (Value::Object(all), Value::Object(members)) = (&mut value, &self.document) {
            all.extend(members.clone());
        }
        value
    }
}

impl From<Found> for Seen {
    fn from(found: Found) -> Self {
        Self {
            id: found.id,
            version: found.version,
            document: found.document,
        }
    }
}

/// A member that is a text; empty if it is not there.
pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// An error whose text is whole already.
pub(super) fn said(error: ClientError) -> anyhow::Error {
    match error {
        ClientError::Refused(refusal) => Refused::new(refusal).into(),
        error => error.into(),
    }
}

/// A refusal of the running Postern.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: String,
    text: String,
}

impl Refused {
    pub(crate) fn new(refusal: Refusal) -> Self {
        Self {
            text: output::refused(&refusal),
            code: refusal.code,
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refused {}

/// Whether something is meant: `yes`, or whoever sits at the terminal says so.
pub(crate) fn sure(what: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        bail!("{what}\n  = help: nobody can be asked here; add --yes if this is meant");
    }
    ask(what)
}

/// Asks whether to go on.
pub(crate) fn ask(what: &str) -> anyhow::Result<bool> {
    // A terminal that cannot be written to answers nothing either.
    let _ = write!(std::io::stderr(), "{what}\nGo on? [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        output::complain("nothing was changed");
    }
    Ok(yes)
}
