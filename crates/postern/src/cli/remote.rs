//! Commands that ask or change a running Postern.

use super::place::Where;
use super::time::{Moment, moment};
use clap::{Args, Subcommand, ValueEnum};
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::PathBuf;

/// How something is shown.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    #[command(flatten)]
    pub(crate) at: Where,
    /// Print JSON, with times in UTC.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a list is shown.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// The most that is listed.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) limit: u16,
}

/// Options of `postern import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern import orders.yaml --service orders --upstream-url https://orders.internal.example
  postern import orders.yaml --service orders --version v2 --upstream orders --state published
  postern import orders.json --service orders --dry-run
  postern import orders.json --service orders --comment \"Release 2.4\" --yes      # in a script

OpenAPI 3.0 and 3.1 and Swagger 2 are read, as JSON or YAML, up to 24 MiB. It shows what was not
understood and what was done instead, then what changes, and asks. A second import of the same
version follows the document; whatever was configured by hand on an operation stays, and is named.
References to other documents are not fetched.")]
pub(crate) struct ImportArgs {
    /// The document.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The service; made if it is not there.
    #[arg(long, value_name = "NAME")]
    pub(crate) service: String,
    /// Its version; made if it is not there.
    #[arg(long, value_name = "NAME", default_value = "v1")]
    pub(crate) version: String,
    /// The tenant that publishes a new service.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// The upstream that the version's requests go to.
    #[arg(long, value_name = "NAME", conflicts_with = "upstream_url")]
    pub(crate) upstream: Option<String>,
    /// Make an upstream that goes there, and send the version's requests to it.
    #[arg(long, value_name = "URL")]
    pub(crate) upstream_url: Option<String>,
    /// The prefix of all paths of a new service.
    #[arg(long, value_name = "PATH")]
    pub(crate) base_path: Option<String>,
    /// The state of a new version.
    #[arg(long, value_enum, default_value_t = ImportState::Draft)]
    pub(crate) state: ImportState,
    /// Let everybody call, whatever the document says about it.
    #[arg(long)]
    pub(crate) open: bool,
    /// Make policies of the media types and sizes that the document allows for bodies.
    #[arg(long)]
    pub(crate) policies: bool,
    /// Hold requests to the document: parameters, bodies and `Accept`, by a policy of the kind
    /// `contract`.
    #[arg(long)]
    pub(crate) contract: bool,
    #[command(flatten)]
    pub(crate) going: ImportGoing,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// How far an import goes.
#[derive(Debug, Args)]
pub(crate) struct ImportGoing {
    /// Only show what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// The state of a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportState {
    /// Not routed yet.
    Draft,
    /// Routed.
    Published,
}

/// Options of `postern openapi`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern openapi orders/v1 > orders.json

Written onto the document that the version was imported from, where that was kept: with the paths,
the security and the refusals that callers meet here.")]
pub(crate) struct OpenapiArgs {
    /// The version.
    #[arg(value_name = "SERVICE/VERSION")]
    pub(crate) version: String,
    #[command(flatten)]
    pub(crate) at: Where,
}

/// `postern lists`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern lists list office
  postern lists show office
  postern lists sources
  postern lists add office 203.0.113.0/24 --comment \"The new building\"
  postern lists remove office 203.0.113.0/24 --comment \"Moved out\"")]
pub(crate) enum Lists {
    /// List what stands on lists.
    List(ListsList),
    /// Show a list: whose it is, where it comes from, how that stands, and what uses it.
    Show(ListsShow),
    /// Show how lists from files and URLs stand.
    Sources(ListsSources),
    /// Add a range to a list.
    Add(ListsAdd),
    /// Take a range off a list.
    Remove(ListsRemove),
}

/// Options of `postern lists list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern lists list
  postern lists list office --json
  postern lists list --address 203.0.113.7      # which entries cover it")]
pub(crate) struct ListsList {
    /// Only what stands on this list.
    #[arg(value_name = "LIST")]
    pub(crate) list: Option<String>,
    /// Only the entries that this address is in.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern lists show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern lists show office
  postern lists show aws --json

`postern lists list LIST` shows what stands on it.")]
pub(crate) struct ListsShow {
    /// The list.
    #[arg(value_name = "LIST")]
    pub(crate) list: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern lists sources`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern lists sources                         # where from, since when, when next, what went wrong
  postern lists sources --json")]
pub(crate) struct ListsSources {
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern lists add`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern lists add office 203.0.113.0/24 --comment \"The new building\"
  postern lists add office 198.51.100.7 --comment \"Ann at home\" --expires 14d")]
pub(crate) struct ListsAdd {
    /// The list.
    #[arg(value_name = "LIST")]
    pub(crate) list: String,
    /// An address, or a range such as `203.0.113.0/24`.
    #[arg(value_name = "RANGE", value_parser = range)]
    pub(crate) range: IpNet,
    /// Why it is there.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// When it ends: a length of time (`14d`) or a time (`2027-01-01`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern lists remove`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern lists remove office 203.0.113.0/24 --comment \"Moved out\"
  postern lists remove office 198.51.100.7 --yes      # in a script

It says what it does and asks; without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct ListsRemove {
    /// The list.
    #[arg(value_name = "LIST")]
    pub(crate) list: String,
    /// The address or range, as the list has it.
    #[arg(value_name = "RANGE", value_parser = range)]
    pub(crate) range: IpNet,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern blocks`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern blocks list
  postern blocks add --app shop --for 2h --reason \"Its key stood in a public repository\"
  postern blocks lift 203.0.113.9")]
pub(crate) enum Blocks {
    /// List who is blocked for now, and why: addresses, credentials and apps.
    List(BlocksList),
    /// Block a credential or an app for a while.
    Add(BlocksAdd),
    /// End the block of an address, a credential or an app.
    Lift(BlocksLift),
}

/// Options of `postern blocks list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern blocks list
  postern blocks list --address 203.0.113.9 --json
  postern blocks list --app shop")]
pub(crate) struct BlocksList {
    /// Only the block that this address is under.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["credential", "app"])]
    pub(crate) address: Option<IpAddr>,
    /// Only the blocks of this credential.
    #[arg(long, value_name = "ID", conflicts_with = "app")]
    pub(crate) credential: Option<String>,
    /// Only the blocks of this app.
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern blocks add`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern blocks add --credential key_exampe0000000001 --for 15m
  postern blocks add --app shop --for 2h --reason \"Its key stood in a public repository\"

The block holds for every service, until then or until it is lifted. Each node has blocks of its
own. `postern apps suspend` and `postern keys revoke` end more than a while.")]
pub(crate) struct BlocksAdd {
    /// The credential.
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "app",
        required_unless_present = "app"
    )]
    pub(crate) credential: Option<String>,
    /// The app, with all its credentials.
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// For how long (`15m`, `2h`), or until when; at most 30 days.
    #[arg(long = "for", value_name = "TIME", value_parser = moment)]
    pub(crate) until: Moment,
    /// Why; the caller reads it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern blocks lift`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern blocks lift 203.0.113.9
  postern blocks lift --credential key_exampe0000000001
  postern blocks lift --app shop

What led to the block is forgotten, so that the next refusal does not bring it back at once.")]
pub(crate) struct BlocksLift {
    /// The address; of an IPv6 address, its whole /64 is meant.
    #[arg(value_name = "ADDRESS", conflicts_with_all = ["credential", "app"], required_unless_present_any = ["credential", "app"])]
    pub(crate) address: Option<IpAddr>,
    /// A credential instead.
    #[arg(long, value_name = "ID", conflicts_with = "app")]
    pub(crate) credential: Option<String>,
    /// An app instead.
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

fn range(text: &str) -> Result<IpNet, String> {
    postern_control::shorthand::range(text).ok_or_else(|| {
        format!(
            "`{text}` is neither an address nor a range such as 203.0.113.0/24 or 2001:db8::/48"
        )
    })
}
