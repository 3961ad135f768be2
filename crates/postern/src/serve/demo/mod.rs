//! `postern run --demo`: a small shop whose callers run into everything that can go wrong, with the
//! commands that show it, explain it and mend it.

mod keys;
mod scenarios;
#[cfg(test)]
mod tests;
mod upstream;

use anyhow::Context as _;
use keys::Keys;
use postern_control::Refusal;
use postern_model::Secret;
use postern_model::key::Keyer;
use postern_store::{ChangeMeta, DataDirectory, Store};
use scenarios::Scenario;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;
use upstream::Down;

/// The documents, before keys and addresses are filled in.
const DOCUMENTS: &str = include_str!("demo.yaml");
/// What diagnostics call them.
const NAME: &str = "demo.yaml";
/// Says in a database that it is a demo's.
const MARK: &str = "demo";
/// The scenarios, for scripts.
const FILE: &str = "demo.json";

/// A demo that is set up.
#[derive(Debug)]
pub(crate) struct Demo {
    keys: Keys,
    /// Held for as long as the demo runs.
    _down: Down,
}

impl Demo {
    /// Puts the demo's documents in the place of what an earlier demo has left.
    ///
    /// # Errors
    /// Ready to be printed: the database is not a demo's, or something cannot be made.
    pub(crate) async fn set_up(
        store: &Store,
        directory: &DataDirectory,
        keyer: &Keyer,
    ) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| format!("error: {error}");
        let marked = store.meta(MARK).await.map_err(|error| said(&error))?;
        if marked.is_none() && store.head().sequence > 0 {
            let path = directory.path().join("postern.db");
            return Err(format!(
                "error: the database {} is not a demo's, and a demo would put its documents in \
                 the place of what is in it\n  help: choose another directory with `--data DIR`",
                path.display()
            ));
        }
        let (keys, text) = Keys::fill_in(DOCUMENTS).map_err(|error| said(&error))?;
        let down = Down::take().map_err(|error| said(&error))?;
        let ledger = upstream::start_ledger().map_err(|error| said(&error))?;
        let nobody = down.address().map_err(|error| said(&error))?;
        let text = text
            .replace("{ledger.address}", &ledger.to_string())
            .replace("{warehouse.address}", &nobody.to_string());
        // Marked first: a demo that was interrupted may be begun again.
        store
            .set_meta(MARK, "1")
            .await
            .map_err(|error| said(&error))?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let at_ms = now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        let meta = ChangeMeta {
            who: "demo".to_owned(),
            ..ChangeMeta::system(at_ms, "The demo's initial state", "demo")
        };
        postern_control::replace(store, directory.path(), keyer, (NAME, &text), meta)
            .await
            .map_err(|refusal: Refusal| crate::output::refused(&refusal))?;
        Ok(Self { keys, _down: down })
    }

    /// Writes `demo.json`, and gives what a person is told. `token`: one of the management;
    /// `program`: how this one was called.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn tell(
        &self,
        (gateway, admin): &(String, String),
        token: Option<&Secret<String>>,
        directory: &Path,
        program: &str,
    ) -> anyhow::Result<String> {
        let scenarios = scenarios::all(gateway, &self.keys);
        write(directory, (gateway, admin), token, &scenarios)?;
        Ok(stories(&scenarios, directory, program))
    }
}

/// Writes the scenarios so that whoever reads them sees the whole file or none.
fn write(
    directory: &Path,
    (gateway, admin): (&str, &str),
    token: Option<&Secret<String>>,
    scenarios: &[Scenario],
) -> anyhow::Result<()> {
    let document = json!({
        "gateway": gateway,
        "admin": admin,
        "admin_token": token.map(Secret::expose),
        "scenarios": scenarios.iter().map(Scenario::document).collect::<Vec<_>>(),
    });
    let path = directory.join(FILE);
    let mut file = tempfile::NamedTempFile::new_in(directory)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    serde_json::to_writer_pretty(&mut file, &document)?;
    file.write_all(b"\n")?;
    file.persist(&path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}

/// One story: what happens, the scenario that shows it, and the command that mends it.
struct Story {
    title: &'static str,
    scenario: &'static str,
    path: &'static str,
    mend: &'static str,
    then: &'static str,
}

const STORIES: [Story; 3] = [
    Story {
        title: "A staging key that may only read, in production",
        scenario: "key of another environment with too few scopes",
        path: "/v1/users",
        mend: "keys create --app fieldforce --environment production --scopes read:users,write:users",
        then: "the same curl with the new key passes",
    },
    Story {
        title: "A build server whose address is not on the allow-list",
        scenario: "address not on the list",
        path: "/admin/config",
        mend: "lists add build-servers 127.0.0.1/32 --comment 'The second data centre'",
        then: "the same curl passes",
    },
    Story {
        title: "A partner whose subscription waits for approval",
        scenario: "subscription pending",
        path: "/partners/customers",
        mend: "subscriptions approve sub_fieldforce_partners --comment 'Welcome'",
        then: "the same curl passes",
    },
];

fn stories(scenarios: &[Scenario], directory: &Path, program: &str) -> String {
    let data = if directory == Path::new("data") {
        String::new()
    } else {
        format!(" --data {}", directory.display())
    };
    let mut text = String::from(
        "Three stories. Each is a POST that is refused, the reason, and the command that mends it.\n\
         Paste them into another terminal, in this directory. Ctrl-C ends the demo.\n",
    );
    for (number, story) in (1..).zip(&STORIES) {
        let found = scenarios.iter().find(|s| s.name == story.scenario);
        let curl = found.map_or("", |scenario| &scenario.curl);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{number}. {}\n  {curl} -i\n  {program} why --last POST {}{data}\n  {program} {}{data}\n  # {}\n",
            story.title, story.path, story.mend, story.then
        );
    }
    let file = directory.join(FILE);
    let _ = write!(
        text,
        "\n{} more, each with its command: {}\n",
        scenarios.len().saturating_sub(STORIES.len()),
        file.display()
    );
    text
}
