//! Examples do what their comments say: the lines that a newcomer pastes are run as they stand, with
//! the providers that they name.

use crate::harness::binary::{postern, workspace};
use crate::harness::files::{Scratch, scratch};
use crate::harness::node;
use crate::harness::program::{free_address, installed, run};
use std::process::Command;
use std::time::Duration;

/// What lines of examples call, as it is here: addresses are free ones, nothing is installed, and
/// what runs beside them ends with them.
const BEFORE: &str = r#"
trap 'builtin kill $(jobs -p) || true' EXIT
curl() { command curl -s -w '\n' "$@"; }
npm() { :; }
npx() { shift 2; exec node "$NODE/oauth2-mock-server/dist/oauth2-mock-server.mjs" "$@"; }
kill() { builtin kill "$@"; sleep 0.5; }
postern() {
  if [ "$1" = run ]; then
    for at in $PROVIDER; do until command curl -so /dev/null "$at"; do sleep 0.1; done; done
    "$POSTERN" "$@" --data data --admin "$ADMIN" >log 2>&1 &
    until command curl -sf "http://$ADMIN/readyz"; do sleep 0.1; done
  else
    sleep 1
    "$POSTERN" "$@" --data data
  fi
}
"#;

/// How long the lines of one example may take.
const LIMIT: Duration = Duration::from_mins(1);

/// What came of the lines of an example.
struct Told {
    all: String,
}

impl Told {
    /// Statuses and codes, in their order.
    fn outcomes(&self) -> Vec<String> {
        let mut outcomes: Vec<String> = Vec::new();
        for line in self.all.lines().map(str::trim) {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            if let Some(status) = line.strip_prefix("HTTP/1.1 ") {
                outcomes.push(status.chars().take(3).collect());
            } else if name.eq_ignore_ascii_case("Postern-Denial") {
                let last = outcomes.last_mut().expect("a status comes first");
                last.extend([" ", value]);
            }
        }
        outcomes
    }
}

/// All of `examples`, so that paths lead where they should.
fn copied() -> Scratch {
    let folder = scratch("example");
    std::fs::create_dir(folder.join("tmp")).expect("room");
    let from = workspace().join("examples");
    let copy = Command::new("cp")
        .arg("-r")
        .args([&*from, &folder])
        .status();
    assert!(copy.expect("cp").success());
    folder
}

/// Runs the lines of an example; `provider` is the port on which it expects one.
fn pasted(name: &str, provider: Option<&str>) -> Option<Told> {
    if !installed("openssl") || !installed("curl") {
        return None;
    }
    let modules = match provider {
        None => None,
        Some(_) => Some(node::module("oidc-provider/lib/index.js")?),
    };
    let modules = modules.as_deref().map(|file| {
        let all = file.ancestors().nth(3);
        all.expect("it is a module").display().to_string()
    });
    let modules = modules.unwrap_or_default();
    let folder = copied();
    let file = folder.join("examples").join(name);
    let mut text = std::fs::read_to_string(&file).expect("the example");
    let port = |text: &str, old: &str, new: u16| {
        assert!(text.contains(old), "{name} has no {old}");
        text.replace(old, &new.to_string())
    };
    text = port(&text, "8080", free_address().port());
    let mut provider_at = String::new();
    if let Some(expected) = provider {
        let own = free_address().port();
        text = port(&text, expected, own);
        provider_at = format!("http://localhost:{own}");
    }
    std::fs::write(&file, &text).expect("room");
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let lines: Vec<&str> = lines.filter_map(|line| line.strip_prefix("#   ")).collect();
    let script = lines
        .join("\n")
        .replace("/tmp/provider/node_modules", &modules)
        .replace("/tmp/", "tmp/");
    // `timeout` ends what the script has started, too.
    let ran = run(
        Command::new("timeout")
            .args(["-k", "1", "50", "bash", "-euc"])
            .arg(format!("{BEFORE}{script}"))
            .env("POSTERN", postern())
            .env("ADMIN", free_address().to_string())
            .env("PROVIDER", provider_at)
            .env("NODE", modules)
            .env("TZ", "UTC")
            .current_dir(&*folder),
        LIMIT,
    );
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    assert!(
        ran.status.success(),
        "{script}\n{}\n{}\n{log}",
        ran.stdout,
        ran.stderr
    );
    Some(Told { all: ran.stdout })
}

/// Asserts what comes of the lines of an example.
fn does(name: &str, provider: Option<&str>, expected: &[&str]) -> Option<Told> {
    let told = pasted(name, provider)?;
    assert_eq!(told.outcomes(), expected, "{}", told.all);
    // Codes that the comments name are those that come.
    let text = std::fs::read_to_string(workspace().join("examples").join(name)).expect("it");
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    let comments = comments.collect::<Vec<_>>().join("\n");
    for outcome in expected {
        if let Some((_, code)) = outcome.split_once(' ') {
            assert!(comments.contains(&format!("`{code}`")), "{code}");
        }
    }
    Some(told)
}

#[test]
fn of_signatures() {
    does(
        "signature.yaml",
        None,
        &[
            "200",
            "401 signature.replayed",
            "200",
            "401 signature.digest_mismatch",
        ],
    );
}

#[test]
fn of_hmac() {
    does("hmac.yaml", None, &["200", "401 signature.invalid", "200"]);
}

#[test]
fn of_introspection() {
    does(
        "introspection.yaml",
        Some("4000"),
        &[
            "200",
            "401 token.inactive",
            "401 token.inactive",
            "503 identity_provider.unreachable",
        ],
    );
}

#[test]
fn of_deciders() {
    let Some(told) = does(
        "deciders.yaml",
        Some("9100"),
        &[
            "200",
            "401 authorization.external_denied",
            "403 authorization.external_denied",
            "503 authorization.external_unavailable",
            "200",
        ],
    ) else {
        return;
    };
    assert!(told.all.contains(r#""x-auth-user":"jane""#), "{}", told.all);
}

#[test]
fn of_sessions() {
    let Some(told) = does(
        "session.yaml",
        Some("9000"),
        &[
            // To sign in, to the provider, back from it, to where one was, and there.
            "303 session.missing",
            "303",
            "302",
            "303",
            "200",
            "200",
            "401 session.missing",
            "403 csrf.cross_site",
            "200",
            "401 session.invalid",
        ],
    ) else {
        return;
    };
    assert!(told.all.contains("johndoe"), "{}", told.all);
}

#[test]
fn of_pages_elsewhere() {
    let Some(told) = does(
        "cors.yaml",
        None,
        &[
            "204",
            "200",
            "403 cors.origin_not_allowed",
            "403 cors.header_not_allowed",
            "200",
            "403 cors.origin_not_allowed",
            "200",
        ],
    ) else {
        return;
    };
    // The preflight and the two that follow it, and nobody else.
    let all = told.all.to_lowercase();
    let allowed = "access-control-allow-origin: https://app.example.com";
    assert_eq!(all.matches(allowed).count(), 4, "{all}");
    assert_eq!(
        all.matches("access-control-allow-origin: https://evil")
            .count(),
        0
    );
}

#[test]
fn of_forged_requests() {
    does(
        "csrf.yaml",
        None,
        &[
            "200",
            "200",
            "200",
            "403 csrf.cross_site",
            "403 csrf.token_missing",
            "403 csrf.token_invalid",
            "200",
        ],
    );
}

#[test]
fn of_conditions() {
    does(
        "conditions.yaml",
        None,
        &[
            "200",
            "200",
            "403 authorization.not_owner",
            "403 authorization.condition_unmet",
            "401 authorization.step_up_required",
        ],
    );
}

#[test]
fn of_countries() {
    let Some(told) = does(
        "geo.yaml",
        None,
        &[
            "200",
            "200",
            "200",
            "403 network.country_not_allowed",
            "451 network.country_not_allowed",
        ],
    ) else {
        return;
    };
    // What `postern why --last` says.
    assert!(told.all.contains("film-rights"), "{}", told.all);
}
