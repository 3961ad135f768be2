//! Which running Postern commands ask, and signing in to it.

use clap::{Args, Subcommand};
use postern_control::client::{HttpServer, Server};
use std::path::PathBuf;

/// Where a Postern keeps its files if nobody says anything else.
pub(crate) const DATA: &str = "data";

/// The heading of the options that say it.
const WHICH: &str = "Which Postern";

/// Which running Postern.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Where {
    /// The data directory of one on this machine. If nothing is said: `data`, where one runs on it,
    /// else the profile in use.
    #[arg(long, value_name = "DIR", help_heading = WHICH, conflicts_with_all = ["server", "profile"])]
    pub(crate) data: Option<PathBuf>,
    /// Its address (`https://postern.example:9090`), or its socket on this machine
    /// (`unix:///srv/postern/postern.sock`, or its path). Also `POSTERN_SERVER`.
    #[arg(long, value_name = "URL", help_heading = WHICH, conflicts_with = "profile")]
    pub(crate) server: Option<Server>,
    /// One that `postern login` has signed in to. Also `POSTERN_PROFILE`.
    #[arg(long, value_name = "NAME", help_heading = WHICH)]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Whom to believe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Trust {
    /// With https: a PEM file of authorities, beside those of the system.
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub(crate) ca: Option<PathBuf>,
    /// With http: send the token to another machine, though whoever is on the way can read it.
    #[arg(long, help_heading = WHICH)]
    pub(crate) insecure_http: bool,
}

/// Options of `postern login`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern login https://postern.example:9090
  postern login https://postern.example:9090 --email lin@commerce.example
  postern login https://postern.example:9090 --token-stdin --name production < token

The address is the admin address of `postern run`. It asks for a token, without showing it, or with
--email for the password, by which a token is made. The token is tried, and kept in
$XDG_CONFIG_HOME/postern/profiles.json (~/.config where that is not set), which only you can read.
From then on commands ask that Postern, unless one runs on `data` here or something else is said.

POSTERN_SERVER with POSTERN_TOKEN does without a profile, such as in a pipeline.")]
pub(crate) struct LoginArgs {
    /// Its address.
    #[arg(value_name = "URL")]
    pub(crate) server: HttpServer,
    /// Read the token from standard input.
    #[arg(long, conflicts_with = "email")]
    pub(crate) token_stdin: bool,
    /// Sign in with a password, and make a token.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// What the profile is called; the host if this is not said.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// Options of `postern logout`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern logout
  postern logout production

Forgets the token. One that `postern login --email` made is ended, too; others are good until
somebody ends them.")]
pub(crate) struct LogoutArgs {
    /// The profile; the one in use if this is not said.
    #[arg(value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
}

/// `postern profiles`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern profiles list
  postern profiles use production")]
pub(crate) enum Profiles {
    /// List the Posterns that are signed in to.
    List(ProfilesList),
    /// Choose the one that commands ask.
    Use(ProfilesUse),
}

/// Options of `postern profiles list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern profiles list --json")]
pub(crate) struct ProfilesList {
    /// Print JSON. No token is in it.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `postern profiles use`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern profiles use production")]
pub(crate) struct ProfilesUse {
    /// The profile.
    #[arg(value_name = "PROFILE")]
    pub(crate) profile: String,
}
