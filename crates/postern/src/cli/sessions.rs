//! `postern sessions`.

use super::remote::{Listed, Shown};
use clap::{Args, Subcommand};

/// `postern sessions`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern sessions list --service shop
  postern sessions revoke --user lin --reason \"Left the company\"")]
pub(crate) enum Sessions {
    /// List who is signed in at browsers.
    List(SessionsList),
    /// Sign people out.
    Revoke(SessionsRevoke),
}

/// Which sessions.
#[derive(Debug, Args)]
pub(crate) struct SessionsOf {
    /// Those of this service.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    /// Those that this issuer signed in, by its name in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    /// Those of people who signed in at this host; with its port or without.
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,
    /// Those of this person: what the upstream is told, or the issuer's subject.
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
}

/// Options of `postern sessions list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern sessions list
  postern sessions list --service shop --user lin --json")]
pub(crate) struct SessionsList {
    #[command(flatten)]
    pub(crate) of: SessionsOf,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern sessions revoke`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern sessions revoke ses_7f3a9c0b12d4e5f6
  postern sessions revoke --user lin --reason \"Laptop stolen\" --yes
  postern sessions revoke --service shop --reason \"Everybody signs in anew\"
  postern sessions revoke --all --yes

Requests are refused within a second on every node that reaches the database, and what is open is
closed within five. Whoever may still sign in at the identity provider may sign in again: end that
there. It says what it does and asks; without a terminal to ask at, it does nothing unless --yes is
given. A session that has ended already stays as it is, and how it ended is said.")]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true).args(["id", "all", "service", "issuer", "host", "user"])))]
pub(crate) struct SessionsRevoke {
    /// One session, as `postern sessions list` and records have it.
    #[arg(value_name = "ID", conflicts_with_all = ["all", "service", "issuer", "host", "user"])]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) of: SessionsOf,
    /// All of them.
    #[arg(long, conflicts_with_all = ["service", "issuer", "host", "user"])]
    pub(crate) all: bool,
    /// Why. Whoever was signed in reads it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
