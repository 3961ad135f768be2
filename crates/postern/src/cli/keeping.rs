//! Commands about what is kept: the audit trail, backups, sealed secrets.

use super::place::Where;
use super::remote::{Listed, Shown};
use super::time::{Moment, moment};
use clap::{Args, Subcommand};
use postern_config::{Secrets as _, System};
use postern_model::Secret;
use postern_store::MasterSource;
use std::path::PathBuf;

/// `postern audit`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern audit log --since 7d --tenant partner-x
  postern audit verify
  postern audit export --since 2027-01-01 > audit.jsonl")]
pub(crate) enum Audit {
    /// List who changed what, from where, when and why.
    Log(AuditLog),
    /// Check that nothing in the audit trail was changed or taken out.
    Verify(AuditVerify),
    /// Print the audit trail, one JSON object a line, the oldest first.
    Export(AuditExport),
}

/// Which lines of the audit trail.
#[derive(Debug, Args)]
pub(crate) struct AuditWhich {
    /// Only what they did.
    #[arg(long, value_name = "NAME")]
    pub(crate) who: Option<String>,
    /// Only about documents of this kind.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Only about documents with this id.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Only what concerns this tenant, its apps and its services.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Only events of this name, such as `sign_in` or `backup`.
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// Only from this time on: a length of time until now (`2h`, `7d`), or a time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<Moment>,
    /// Only before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Moment>,
}

/// Options of `postern audit log`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern audit log
  postern audit log --kind credential --id key_7q4m2t9v6x1c5n0r --changes
  postern audit log --who lin@example.com --since 30d --json

The newest first. What could be tried as a secret is hidden, in --json too.")]
pub(crate) struct AuditLog {
    #[command(flatten)]
    pub(crate) which: AuditWhich,
    /// Show below each line which members of the document changed.
    #[arg(long)]
    pub(crate) changes: bool,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern audit verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern audit verify
  postern audit verify --known 4711:9f3ac2d18e5b7704 --json

It prints the newest change set and its hash. Write them down where nobody who can write the database
can: with --known, they prove later that nothing up to there was written anew. Exit status 1 if
something is not as it was.")]
pub(crate) struct AuditVerify {
    /// A change set and its hash, as this command printed them earlier; the hash's first 16 digits
    /// are enough.
    #[arg(long, value_name = "N:HASH", value_parser = known)]
    pub(crate) known: Option<(u64, String)>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern audit export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern audit export > audit.jsonl
  postern audit export --tenant partner-x --since 90d > partner-x.jsonl

What could be tried as a secret is hidden. The export is itself a line of the trail.")]
pub(crate) struct AuditExport {
    #[command(flatten)]
    pub(crate) which: AuditWhich,
    #[command(flatten)]
    pub(crate) at: Where,
}

/// Options of `postern backup`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern backup postern-2027-01-01.jsonl.gz
  postern backup /backups/postern.jsonl --data /srv/postern

Of one moment, while everything runs, and the same for every database. The name's ending .gz has it
compressed. It holds everything but call records, sessions, and the files `installation.key` and
`master.key`, which it is worth nothing without: keep them somewhere else.")]
pub(crate) struct BackupArgs {
    /// The file; it must not be there yet.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern restore postern-2027-01-01.jsonl.gz --comment \"The disk of db1 is gone\"
  postern restore /backups/postern.jsonl --data /srv/postern --yes      # in a script

What is in the backup takes the place of everything that is stored, and is served at once; or nothing
changes. A backup is restored with the `installation.key` that it was made with: for a new data
directory, put that file (and `master.key`) there before the first `postern run`. Everybody has to
sign in again. It says what it does and asks; without a terminal to ask at, it does nothing unless
--yes is given.")]
pub(crate) struct RestoreArgs {
    /// The file, compressed or not.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Why, for the audit trail.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern secrets`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern secrets seal --for certificate/gateway < gateway.key
  postern secrets rotate")]
pub(crate) enum Secrets {
    /// Seal a secret, so that a stored document can hold it: read from standard input, printed as
    /// `sealed:…`.
    Seal(SecretsSeal),
    /// Make new keys for sealed secrets, and seal what is stored anew.
    Rotate(SecretsRotate),
}

/// Options of `postern secrets seal`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern secrets seal --for certificate/shop@commerce < shop.key
  postern secrets seal --for mail < password.txt

What it prints stands where that document refers to a secret, and is opened nowhere else. The document
need not be there yet. The tenant is the one that it says it belongs to; none for credentials, whose
apps do. One line feed at the end of what it
reads is left out.")]
pub(crate) struct SecretsSeal {
    /// The document that the secret is for; of mail settings, the kind is enough.
    #[arg(long = "for", value_name = "KIND/ID[@TENANT]")]
    pub(crate) holder: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern secrets rotate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern secrets rotate --comment \"Every quarter\"
  postern secrets rotate --master --comment \"An administrator left\"

A new data key seals everything from now on, and what is stored is sealed anew by it. With --master,
`master.key` in the data directory is replaced too. A master key from elsewhere is replaced by starting
with `postern run --master-key NEW --previous-master-key OLD`.")]
pub(crate) struct SecretsRotate {
    /// Replace the master key in the data directory too.
    #[arg(long)]
    pub(crate) master: bool,
    /// Why, for the audit trail.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Where master keys are.
#[derive(Debug, Args)]
pub(crate) struct Masters {
    /// The master key that sealed secrets are kept under: `file:PATH`, `env:NAME` or
    /// `command:PROGRAM ARGUMENTS`, each 64 hexadecimal digits or 32 bytes in base64. Without it,
    /// `master.key` in the data directory, which is made.
    #[arg(long, value_name = "WHERE", value_parser = master, conflicts_with = "config")]
    pub(crate) master_key: Option<MasterSource>,
    /// The master key that was in use before, if it is replaced with this start.
    #[arg(long, value_name = "WHERE", value_parser = master, requires = "master_key")]
    pub(crate) previous_master_key: Option<MasterSource>,
}

/// `N:HASH`.
fn known(text: &str) -> Result<(u64, String), String> {
    let parts = text.split_once(':');
    let read = parts.and_then(|(number, hash)| Some((number.parse().ok()?, hash.to_owned())));
    read.ok_or_else(|| "expected a change set and its hash, such as 4711:9f3ac2d18e5b7704".into())
}

/// Where a master key is.
fn master(text: &str) -> Result<MasterSource, String> {
    match text.split_once(':') {
        Some(("file", path)) if !path.is_empty() => Ok(MasterSource::File(path.into())),
        Some(("command", line)) if !line.trim().is_empty() => {
            Ok(MasterSource::Command(line.to_owned()))
        }
        Some(("env", name)) => match System::throwaway().env(name) {
            Some(value) => Ok(MasterSource::Text(Secret::new(value.expose().to_string()))),
            None => Err(format!("the environment variable `{name}` is not set")),
        },
        _ => Err("expected file:PATH, env:NAME or command:PROGRAM".to_owned()),
    }
}
