//! Commands about tokens: those of the management, and those of issuers that end here.

use super::remote::{Listed, Shown};
use super::time::{Moment, moment};
use clap::{Args, Subcommand};

/// `postern tokens`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern tokens create --service-account sa_7q4m2t9v6x1c5n0r --title CI --expires 90d
  postern tokens list
  postern tokens revoke --issuer corp --subject lin@example.com --reason \"Laptop stolen\"
  postern tokens revocations
  postern tokens restore rev_0f3k9x2m7q1c")]
pub(crate) enum Tokens {
    /// Make a token of a service account and print it, this once.
    Create(TokensCreate),
    /// List tokens.
    List(TokensList),
    /// End tokens that an issuer made: from then on they are not accepted here.
    Revoke(TokensRevoke),
    /// List which tokens of issuers are not accepted here.
    Revocations(TokensRevocations),
    /// Take a revocation back: its tokens are accepted again.
    Restore(TokensRestore),
}

/// Options of `postern tokens create`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern tokens create --service-account sa_7q4m2t9v6x1c5n0r --title CI --scopes services.read")]
pub(crate) struct TokensCreate {
    /// The service account's id.
    #[arg(long, value_name = "ID")]
    pub(crate) service_account: String,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: String,
    /// The only permissions that it is good for; all that the account has if this is not said.
    #[arg(long, value_name = "PERMISSION,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    /// When it ends: a length of time (`90d`, `12h`) or a time (`2027-01-01`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern tokens list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern tokens list --service-account sa_7q4m2t9v6x1c5n0r")]
pub(crate) struct TokensList {
    /// Only those of this service account.
    #[arg(long, value_name = "ID")]
    pub(crate) service_account: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern tokens revoke`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern tokens revoke --issuer corp --subject lin@example.com --reason \"Laptop stolen\"
  postern tokens revoke --issuer corp --client till-7 --reason \"Its secret was in a log\" --yes
  postern tokens revoke --issuer corp --jti 6e2c4f --until 12h --reason \"Was in a bug report\"

By subject or client, it ends every token that was made up to now, those that do not say when they
were made (`iat`), and sessions of browsers that began by now; whoever signs in again gets one that
is good. It says what it does and asks; without a terminal to ask at, it does nothing unless --yes
is given. Revocations of the issuer that are over are removed with it.")]
#[command(group = clap::ArgGroup::new("tokens").required(true))]
pub(crate) struct TokensRevoke {
    /// The issuer's name in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: String,
    /// The one token of this name (its claim `jti`).
    #[arg(long, value_name = "ID", group = "tokens")]
    pub(crate) jti: Option<String>,
    /// The tokens of this subject (their claim `sub`).
    #[arg(long, value_name = "NAME", group = "tokens")]
    pub(crate) subject: Option<String>,
    /// The tokens that were made for this client.
    #[arg(long, value_name = "NAME", group = "tokens")]
    pub(crate) client: Option<String>,
    /// Why. The tokens' holders read it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Until when this counts, a length of time (`12h`) or a time: until the last of the tokens is
    /// over by itself.
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "30d")]
    pub(crate) until: Moment,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern tokens revocations`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern tokens revocations
  postern tokens revocations --issuer corp --json")]
pub(crate) struct TokensRevocations {
    /// Only those of tokens of this issuer.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern tokens restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern tokens restore rev_0f3k9x2m7q1c --comment \"Was somebody else's\"")]
pub(crate) struct TokensRestore {
    /// The revocation's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
