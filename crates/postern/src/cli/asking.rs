//! Commands that ask about requests.

use super::place::Where;
use super::remote::Shown;
use super::time::{Moment, moment};
use clap::{Args, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;

/// For whom something is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reader {
    /// Whoever runs the gateway: everything.
    Operator,
    /// The publisher of the service.
    Publisher,
    /// Whoever sent the request.
    Consumer,
}

impl Reader {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Publisher => "publisher",
            Self::Consumer => "consumer",
        }
    }
}

/// Options of `postern why`.
#[derive(Debug, Args)]
#[command(
    override_usage = "postern why ID [OPTIONS]\n       postern why --last [--app APP] [METHOD PATH] [OPTIONS]",
    after_help = "Examples:
  postern why 01JDB7Z3K8Q4M2T9V6X1C5N0RW
  postern why 01JDB7Z3K8                      # the beginning of an id will do
  postern why --last --app crm POST /orders
  postern why --last --as consumer

Exit status: 0 it was explained, 1 it was not found, 2 wrong usage."
)]
pub(crate) struct WhyArgs {
    /// The request's id, as X-Request-Id has it, or its beginning; with --last, a method and a
    /// path, or a path.
    #[arg(value_name = "ID", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// The last refusal, instead of an id.
    #[arg(long)]
    pub(crate) last: bool,
    /// With --last: only of this app.
    #[arg(long, value_name = "APP", requires = "last")]
    pub(crate) app: Option<String>,
    /// For whom; each reads less than the one before.
    #[arg(long = "as", value_enum, value_name = "WHO", default_value_t = Reader::Operator)]
    pub(crate) reader: Reader,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern fix`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern fix 01JDB7Z3K8Q4M2T9V6X1C5N0RW --comment \"Agreed with Lin\"
  postern fix 01JDB7Z3K8 2 --comment \"The new build server\"
  postern fix 01JDB7Z3K8 --yes

`postern why ID` shows the fixes, how far each is proved, what it changes and whom else it lets in.
What no record can prove has to be named by its number. On a terminal it shows the change and asks,
unless --yes is given; elsewhere it makes it. Where a file owns the configuration, nothing is changed,
and the lines to write into it are printed.")]
pub(crate) struct FixArgs {
    /// The id of the refused request, or its beginning.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Which of the fixes; if nothing is said, the first, unless it is not proved.
    #[arg(value_name = "N")]
    pub(crate) number: Option<usize>,
    /// Why, for the change log. If nothing is said: which fix of which request it is.
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern can`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern can fieldforce POST /orders
  postern can fieldforce POST /orders --header 'Content-Type: application/json' --body order.json
  postern can - GET /status --from 203.0.113.7      # without a key
  postern can crm GET /orders --at 2027-01-01

Nothing is sent and nothing is counted. Exit status: 0 allowed, 1 refused, 2 the question itself was
wrong.")]
pub(crate) struct CanArgs {
    /// The app that would send it, with the best of its keys; `-` for nobody.
    #[arg(value_name = "APP")]
    pub(crate) app: String,
    /// The method.
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,
    /// The path, with a query if there is one.
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// A header. Can be given several times.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// The file that would be its body.
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// The address that it would come from.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub(crate) from: IpAddr,
    /// When: a time (`2027-01-01T12:00:00Z`), or a length of time from now on (`30d`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Moment>,
    /// The host that it would be sent to.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    pub(crate) host: String,
    /// The id of the key that it would be sent with.
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// It would come over TLS.
    #[arg(long)]
    pub(crate) tls: bool,
    /// For whom; each reads less than the one before.
    #[arg(long = "as", value_enum, value_name = "WHO", default_value_t = Reader::Operator)]
    pub(crate) reader: Reader,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Which requests.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Not before: a length of time ago (`24h`, `7d`) or a time (`2027-01-01T12:00:00Z`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<Moment>,
    /// Before: a length of time ago or a time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Moment>,
    /// Only with this code (`credential.expired`) or family of codes (`credential`).
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Only of this app.
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Only of this service.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    /// Only of operations of this name.
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: Option<String>,
    /// Only of services of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Only refused by this stage.
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<String>,
    /// Only where the refusal is the business of `consumer`, `publisher`, `operator`,
    /// `identity_provider`, `upstream` or `gateway`.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Option<String>,
    /// Only where a field says this: `credential`, `environment`, `subscription`, `policy`,
    /// `upstream`, `target`, `host`, `path`, `client_request_id` or `version`. Can be given several
    /// times.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair)]
    pub(crate) fields: Vec<(String, String)>,
    /// Only from this address or network.
    #[arg(long, value_name = "IP")]
    pub(crate) from: Option<String>,
    /// Only with this method.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Only with this status (`403`) or class of statuses (`4xx`).
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Only those that have these words in path, host, code or what was kept of them.
    #[arg(long, value_name = "TEXT")]
    pub(crate) phrase: Option<String>,
}

/// `FIELD=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or_else(|| {
        "expected a field and what it says, such as `environment=staging`".to_owned()
    })?;
    Ok((field.to_owned(), value.to_owned()))
}

/// What refusals are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Code,
    App,
    Operation,
    Service,
    Fault,
    Address,
    Status,
}

impl By {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::App => "app",
            Self::Operation => "operation",
            Self::Service => "service",
            Self::Fault => "fault",
            Self::Address => "address",
            Self::Status => "status",
        }
    }
}

/// Options of `postern denials`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern denials
  postern denials --since 7d --by app --service orders
  postern denials --by address --code credential --json

Without --since, of the last 24 hours.")]
pub(crate) struct DenialsArgs {
    #[command(flatten)]
    pub(crate) which: Which,
    /// What they are counted by.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = By::Code)]
    pub(crate) by: By,
    /// The most groups that are shown.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// How the call log is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Export {
    /// Comma-separated values with a head (RFC 4180).
    Csv,
    /// One JSON object a line, with everything that is kept.
    Jsonl,
}

/// Options of `postern log`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern log --app crm --status 4xx --since 2h
  postern log --follow --outcome refused
  postern log --phrase office --limit 20 --json
  postern log --where environment=staging --where client_request_id=4f1c
  postern log --since 7d --limit 1000000 --export csv > calls.csv

The newest requests, the newest last; --json and --export begin with the newest.")]
pub(crate) struct LogArgs {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Only those that ended so.
    #[arg(long, value_name = "OUTCOME", value_parser = ["allowed", "refused", "cancelled", "origin_refused", "own"])]
    pub(crate) outcome: Option<String>,
    /// Go on as requests come in.
    #[arg(long, conflicts_with = "export")]
    pub(crate) follow: bool,
    /// The most that are shown; those that come in while following are not counted.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(crate) limit: u32,
    /// Print one JSON object a line, with times in UTC.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print in a form for other programs.
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "json")]
    pub(crate) export: Option<Export>,
    #[command(flatten)]
    pub(crate) at: Where,
}
