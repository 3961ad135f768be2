//! Commands about issuers: whose tokens are believed.

use super::remote::{Listed, Shown};
use clap::{Args, Subcommand};

/// `postern issuers`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern issuers list
  postern issuers add login --issuer https://login.example.com --audience https://api.example.com --service orders
  postern issuers client login till-7 --app till
  postern issuers show login
  postern issuers refresh login
  postern issuers rotate own
  postern issuers remove login --comment \"We have another one\"")]
pub(crate) enum Issuers {
    /// List issuers, and how their keys stand.
    List(IssuersList),
    /// Show an issuer, how its keys stand, and what relies on it.
    Show(IssuersShow),
    /// Believe an issuer's tokens.
    Add(IssuersAdd),
    /// Say which app a client of an issuer is.
    Client(IssuersClient),
    /// Fetch the keys of an issuer now, or read its file again.
    Refresh(IssuersRefresh),
    /// Have an issuer that is built in sign with a new key.
    Rotate(IssuersRotate),
    /// Remove an issuer.
    Remove(IssuersRemove),
}

/// Options of `postern issuers list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers list
  postern issuers list --tenant commerce --json")]
pub(crate) struct IssuersList {
    /// Only those of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern issuers show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers show login
  postern issuers show login --json")]
pub(crate) struct IssuersShow {
    /// The issuer.
    #[arg(value_name = "ISSUER")]
    pub(crate) issuer: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern issuers add`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers add login --issuer https://login.example.com --audience https://api.example.com
  postern issuers add login --issuer https://login.example.com --audience https://api.example.com --service orders
  postern issuers add build --issuer ci --audience api --keys-file /etc/postern/ci.json --tenant commerce
  postern issuers add auth0 --issuer https://acme.eu.auth0.com/ --audience api --client-claim azp

Without --keys-url, --keys-file and --secret its keys are found through its own description, at
/.well-known/openid-configuration below --issuer. `postern issuers client` says which app each of its
clients is.")]
pub(crate) struct IssuersAdd {
    /// What it is called here.
    #[arg(value_name = "ISSUER")]
    pub(crate) id: String,
    /// What its tokens say in `iss`, to the letter.
    #[arg(long, value_name = "TEXT")]
    pub(crate) issuer: String,
    /// An audience (`aud`) that its tokens are for; several with commas.
    #[arg(
        long = "audience",
        value_name = "TEXT,…",
        value_delimiter = ',',
        required = true
    )]
    pub(crate) audiences: Vec<String>,
    #[command(flatten)]
    pub(crate) keys: IssuerKeys,
    /// How far its clock may be off.
    #[arg(long, value_name = "TIME")]
    pub(crate) leeway: Option<String>,
    #[command(flatten)]
    pub(crate) claims: IssuerClaims,
    /// The tenant that it belongs to; without one, it is the platform's.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// A service that accepts its tokens from now on, besides what it accepts already; several with
    /// commas.
    #[arg(long = "service", value_name = "SERVICE,…", value_delimiter = ',')]
    pub(crate) services: Vec<String>,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Where the keys of an issuer are.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct IssuerKeys {
    /// The address of its keys: a JWK set.
    #[arg(long, value_name = "URL")]
    pub(crate) keys_url: Option<String>,
    /// A file with its keys, on the machine of the gateway: a JWK set, or public keys in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys_file: Option<String>,
    /// Where the secret is that it signs with: `env:NAME` or `file:PATH`.
    #[arg(long, value_name = "WHERE")]
    pub(crate) secret: Option<String>,
}

/// Where the tokens of an issuer say what.
#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "the names of the options")]
pub(crate) struct IssuerClaims {
    /// The claim that says for which client a token was made; of several with commas, the first
    /// that a token has.
    #[arg(long, value_name = "CLAIM,…", value_delimiter = ',')]
    pub(crate) client_claim: Option<Vec<String>>,
    /// The claim that says which person it is.
    #[arg(long, value_name = "CLAIM,…", value_delimiter = ',')]
    pub(crate) user_claim: Option<Vec<String>>,
    /// The claim that says their groups.
    #[arg(long, value_name = "CLAIM,…", value_delimiter = ',')]
    pub(crate) groups_claim: Option<Vec<String>>,
    /// The claim that says what the token may be used for.
    #[arg(long, value_name = "CLAIM,…", value_delimiter = ',')]
    pub(crate) scopes_claim: Option<Vec<String>>,
}

/// Options of `postern issuers client`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers client login till-7 --app till
  postern issuers client login '*' --app partners --environment staging

The tokens that the issuer makes for that client are the app's from then on: it is made a credential
of the app. `postern keys revoke` ends it.")]
pub(crate) struct IssuersClient {
    /// The issuer.
    #[arg(value_name = "ISSUER")]
    pub(crate) issuer: String,
    /// What the issuer calls the client; `*`: every client that is no other app.
    #[arg(value_name = "CLIENT")]
    pub(crate) client: String,
    /// The app.
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
    /// The only environment that it is good for.
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: String,
    /// The scopes that it carries at most; all that the app's subscriptions grant if this is not
    /// said.
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern issuers refresh`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers refresh login

Keys are fetched by themselves, also where a token names one that is not known; this is for whoever
does not want to wait after an issuer was away. Of several nodes, the one that is asked does it. Exit
status: 0 they were had, 1 they were not.")]
pub(crate) struct IssuersRefresh {
    /// The issuer.
    #[arg(value_name = "ISSUER")]
    pub(crate) issuer: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern issuers remove`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers remove login --comment \"We have another one\"
  postern issuers remove login --yes      # in a script

An issuer that a service accepts, or whose clients are apps, is not removed: it says which. It says
what it does and asks; without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct IssuersRemove {
    /// The issuer.
    #[arg(value_name = "ISSUER")]
    pub(crate) issuer: String,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern issuers rotate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern issuers rotate own
  postern issuers rotate own --comment \"Somebody has left\"

The new key signs in a minute, so that every node knows it. Tokens that the one before has signed are
good until they end. By itself an issuer changes its key as often as its `rotate` says.")]
pub(crate) struct IssuersRotate {
    /// The issuer.
    #[arg(value_name = "ISSUER")]
    pub(crate) issuer: String,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
