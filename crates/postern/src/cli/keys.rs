//! Commands about API keys.

mod admit;

pub(crate) use admit::{KeysAdmit, Proof};

use super::remote::{Listed, Shown};
use super::time::{Moment, moment, seconds};
use clap::{Args, Subcommand};

/// `postern keys`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern keys create --app crm --expires 90d
  postern keys admit --app crm --certificate crm.crt
  postern keys list --app crm
  postern keys rotate key_7q4m2t9v6x1c5n0r --overlap 24h
  postern keys revoke key_7q4m2t9v6x1c5n0r --reason \"Found in a log\"")]
pub(crate) enum Keys {
    /// Make a key and print it, this once.
    Create(KeysCreate),
    /// Let an app in by a certificate or a public key that it has already.
    Admit(KeysAdmit),
    /// List keys.
    List(KeysList),
    /// Make a key in the place of another, and print it, this once.
    Rotate(KeysRotate),
    /// Revoke a key: from then on it opens nothing.
    Revoke(KeysRevoke),
}

/// Options of `postern keys create`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern keys create --app crm --environment production --expires 90d
  postern keys create --app crm --scopes orders:read,orders:write --name \"CI of crm\"
  postern keys create --app crm --hmac         # to sign requests by
  postern keys create --app crm --basic crm-import      # a user name and password
  postern keys create --app crm --offline      # for a configuration file")]
pub(crate) struct KeysCreate {
    /// The app that it belongs to.
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
    /// Make a password for this user name (HTTP Basic) instead of a key.
    #[arg(long, value_name = "USER", conflicts_with = "hmac")]
    pub(crate) basic: Option<String>,
    /// The only environment that it is good for.
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: String,
    /// The scopes it carries; all that the app's subscriptions grant if this is not said.
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    /// When it ends: a length of time (`90d`, `12h`) or a time (`2027-01-01`,
    /// `2027-01-01T12:00:00Z`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Make a secret that requests are signed by (HMAC), in the place of an API key. Postern keeps
    /// it sealed.
    #[arg(long)]
    pub(crate) hmac: bool,
    /// Ask no running Postern: print the key, and the lines for a configuration file.
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern keys list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern keys list --app crm
  postern keys list --environment staging --json")]
pub(crate) struct KeysList {
    /// Only those of this app.
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Only those for this environment.
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern keys rotate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern keys rotate key_7q4m2t9v6x1c5n0r
  postern keys rotate key_7q4m2t9v6x1c5n0r --overlap 7d --comment \"The yearly change\"

The new key opens what the old one does, in the same environment. Both are good until the overlap is
over, then the old one has expired: whoever uses it takes over the new one in the meantime.")]
pub(crate) struct KeysRotate {
    /// The credential's id: `key_` and what follows `pst_` in the key.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// For how long the old key stays good, unless it ends sooner; at most `90d`.
    #[arg(long, value_name = "LENGTH", default_value = "24h", value_parser = seconds)]
    pub(crate) overlap: u32,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern keys revoke`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern keys revoke key_7q4m2t9v6x1c5n0r --reason \"Found in a log\"
  postern keys revoke key_7q4m2t9v6x1c5n0r --reason \"The app is gone\" --yes      # in a script

A revoked key stays revoked: who needs one gets a new one. It says what it does and asks; without a
terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct KeysRevoke {
    /// The credential's id: `key_` and what follows `pst_` in the key.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why. The key's owner reads it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
