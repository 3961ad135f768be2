//! `postern keys admit`.

use crate::cli::keys::{KeysAdmit, Proof};
use crate::commands::remote::Remote;
use crate::commands::table;
use crate::output;
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use postern_control::shorthand::{self, NewKey};
use postern_proxy::tls::fingerprint;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

/// Longest file with a public key, bytes.
const MOST: u64 = 16 << 10;

pub(super) fn admit(args: KeysAdmit) -> anyhow::Result<ExitCode> {
    let (member, proof, what) = proof(&args.proof, args.key_id)?;
    let new = NewKey {
        app: args.app.clone(),
        environment: args.environment,
        scopes: args.scopes,
        expires_at: args.expires.map(|moment| moment.utc(Timestamp::now())),
        title: args.name,
    };
    let change = shorthand::known_by((member, proof), new)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&json!({"id": change.id, "change": answer}));
    } else {
        let app = args.app.escape_debug();
        output::say(&format!("{}: app `{app}` is let in by {what}", change.id));
    }
    Ok(ExitCode::SUCCESS)
}

/// The member of the document, what it says, and that in words.
fn proof(given: &Proof, key_id: Option<String>) -> anyhow::Result<(&'static str, Value, String)> {
    if let Some(file) = &given.public_key {
        let mut key = json!({"public_key": public_key(file)?});
        if let (Some(name), Value::Object(members)) = (key_id, &mut key) {
            members.insert("key_id".to_owned(), name.into());
        }
        let what = format!("signatures of the key in {}", file.display());
        return Ok(("signing_key", key, what));
    }
    let certificate =
        |by: &str, name: &str, what: String| Ok(("certificate", json!({ by: name }), what));
    if let Some(file) = &given.certificate {
        let found = fingerprint(file)?.to_string();
        let what = format!("the certificate in {} (SHA-256 {found})", file.display());
        return certificate("fingerprint", &found, what);
    }
    let names = [
        ("dns", "the DNS name", &given.certificate_dns),
        ("uri", "the URI", &given.certificate_uri),
        ("email", "the mail address", &given.certificate_email),
        ("subject", "the subject", &given.certificate_subject),
    ];
    for (by, called, name) in names {
        if let Some(name) = name {
            let what = format!("certificates with {called} `{}`", name.escape_debug());
            return certificate(by, name, what);
        }
    }
    bail!("nothing says what the app has")
}

/// The public key in a file. What is private is not sent anywhere.
fn public_key(file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let opened = std::fs::File::open(file);
    let opened = opened.with_context(|| format!("public key file {shown} cannot be read"))?;
    let mut text = String::new();
    opened
        .take(MOST + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("public key file {shown} cannot be read"))?;
    if text.len() as u64 > MOST {
        bail!("public key file {shown} is longer than {MOST} bytes");
    }
    let private = serde_json::from_str::<Value>(&text).is_ok_and(|key| key.get("d").is_some());
    if private || text.contains("PRIVATE KEY") {
        bail!(
            "public key file {shown} has a private key, which is its owner's alone\n  \
             = help: `openssl pkey -in KEY -pubout` writes the public half"
        );
    }
    Ok(text)
}
