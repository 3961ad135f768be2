//! The command line.

pub(crate) mod access;
pub(crate) mod asking;
pub(crate) mod declared;
pub(crate) mod expectations;
pub(crate) mod issuers;
pub(crate) mod keeping;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod place;
pub(crate) mod policies;
pub(crate) mod registry;
pub(crate) mod remote;
pub(crate) mod replay;
pub(crate) mod sessions;
pub(crate) mod subscriptions;
pub(crate) mod time;
pub(crate) mod tokens;
pub(crate) mod versions;
pub(crate) mod webhooks;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// An API gateway that never leaves a refusal a mystery.
///
/// Exit status: 0 success, 1 failure (said in one sentence or as diagnostics) or a question answered
/// with no, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(
    name = "postern",
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  postern run --demo
  postern why --last POST /orders
  postern can crm POST /orders
  postern keys create --app crm --expires 90d"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway.
    Run(RunArgs),
    /// Explain why a request was refused, and what mends it.
    Why(asking::WhyArgs),
    /// Ask what would become of a request, without sending one.
    Can(asking::CanArgs),
    /// Show what an operation asks of its callers, and what it can refuse.
    Requirements(access::RequirementsArgs),
    /// List the apps that may call an operation.
    WhoCan(access::WhoCanArgs),
    /// List the operations that an app may call.
    Access(access::AccessArgs),
    /// Count refusals by code, app, operation, fault or address.
    Denials(asking::DenialsArgs),
    /// List, follow and export the requests that came in.
    Log(asking::LogArgs),
    /// Make the change that mends a refusal.
    Fix(asking::FixArgs),
    /// Check configuration files without running them.
    Check(CheckArgs),
    /// Say what a change would have done to recorded requests.
    Replay(replay::ReplayArgs),
    /// Test whether a configuration makes of requests what is expected.
    Test(expectations::TestArgs),
    /// Make the operations of an `OpenAPI` document those of a version.
    Import(remote::ImportArgs),
    /// Print a version as an `OpenAPI` 3.1 document.
    Openapi(remote::OpenapiArgs),
    /// Make what a running Postern stores and serves say what a file says.
    Apply(declared::ApplyArgs),
    /// Show what a file would change.
    Diff(declared::DiffArgs),
    /// Print what is stored as a configuration file.
    Export(declared::ExportArgs),
    /// Delete a service, plan, app or whatever else is stored.
    Delete(declared::DeleteArgs),
    /// List, compare and bring back earlier rules.
    #[command(subcommand)]
    Revisions(declared::Revisions),
    /// Propose changes, and decide about those of others.
    #[command(subcommand)]
    ChangeRequests(declared::ChangeRequests),
    /// List what waits for one's decision.
    Approvals(subscriptions::ApprovalsArgs),
    /// List services.
    #[command(subcommand)]
    Services(registry::Services),
    /// Publish, deprecate and retire versions of services.
    #[command(subcommand)]
    Versions(versions::Versions),
    /// List and show apps.
    #[command(subcommand)]
    Apps(registry::Apps),
    /// Make, list, rotate and revoke API keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// List the services that one's apps can subscribe to.
    Catalogue(registry::CatalogueArgs),
    /// Ask for subscriptions, and decide about them.
    #[command(subcommand)]
    Subscriptions(subscriptions::Subscriptions),
    /// Show and change whose tokens are believed.
    #[command(subcommand)]
    Issuers(issuers::Issuers),
    /// Show and change lists of addresses.
    #[command(subcommand)]
    Lists(remote::Lists),
    /// List, make and lift temporary blocks of addresses, credentials and apps.
    #[command(subcommand)]
    Blocks(remote::Blocks),
    /// List who is signed in at browsers, and sign people out.
    #[command(subcommand)]
    Sessions(sessions::Sessions),
    /// Show policies, and how strictly they hold.
    #[command(subcommand)]
    Policies(policies::Policies),
    /// Show, check and export the audit trail.
    #[command(subcommand)]
    Audit(keeping::Audit),
    /// Write everything that is stored into a file, while it is used.
    Backup(keeping::BackupArgs),
    /// Put a backup in the place of everything that is stored.
    Restore(keeping::RestoreArgs),
    /// Seal secrets, and replace the keys that they are sealed by.
    #[command(subcommand)]
    Secrets(keeping::Secrets),
    /// Make a link with which an administrator signs up.
    AdminLink(people::AdminLinkArgs),
    /// Invite somebody to manage Postern.
    Invite(people::InviteArgs),
    /// List users, let them in, and let them choose passwords.
    #[command(subcommand)]
    Users(people::Users),
    /// List members of tenants.
    #[command(subcommand)]
    Members(people::Members),
    /// Make and list tokens of the management; revoke tokens of issuers.
    #[command(subcommand)]
    Tokens(tokens::Tokens),
    /// Make, try and watch webhooks, which are told what happens.
    #[command(subcommand)]
    Webhooks(webhooks::Webhooks),
    /// Sign in to a Postern elsewhere.
    Login(place::LoginArgs),
    /// Forget the token for a Postern.
    Logout(place::LogoutArgs),
    /// List and choose the Posterns that are signed in to.
    #[command(subcommand)]
    Profiles(place::Profiles),
    /// Print the JSON schema of configuration files.
    #[command(after_help = "Examples:
  postern schema > postern.schema.json")]
    Schema,
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Write the manual's pages.
    Man(ManArgs),
}

/// Options of `postern run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern run
  postern run --config postern.yaml
  postern run --config bench/plain.yaml --gateway 127.0.0.1:8080 --cores 1
  postern run --database file:/run/secrets/database --installation-key /run/secrets/installation.key

A configuration file is read again when it (or a certificate that it names) changes, and on SIGHUP;
the database on SIGHUP, since commands change what is served at once. One process at a time uses a
data directory. SIGTERM and SIGINT drain: open requests end, then the process.")]
pub(crate) struct RunArgs {
    /// The configuration file (YAML or JSON), which then owns everything. Without it, the database
    /// in the data directory does, and commands change it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Set up a demo: a small shop whose callers run into everything that can go wrong, with the
    /// commands that show it, explain it and mend it. Puts a demo that is there back to its
    /// beginning; refuses a database that is not a demo's.
    #[arg(long, conflicts_with = "config")]
    pub(crate) demo: bool,
    /// Where Postern keeps its files; created if it is not there.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) data: PathBuf,
    /// The PostgreSQL database that this node shares with others, in the place of the one in the data
    /// directory: `postgres://USER:PASSWORD@HOST/DATABASE`, or `env:NAME` or `file:PATH`, where that
    /// stands. `?sslmode=disable` speaks in the clear; without it, that is only done on this
    /// machine, and anything else is encrypted and verified (`?sslrootcert=FILE` names the
    /// authorities). Nodes that share a database need the same installation key.
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "demo"])]
    pub(crate) database: Option<String>,
    /// Where the installation's key is: 32 bytes, for nodes that share a database. Without it,
    /// `installation.key` in the data directory, which is made for a new database.
    #[arg(long, value_name = "FILE", requires = "database")]
    pub(crate) installation_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) masters: keeping::Masters,
    /// Replaces the address of a listener of the file: the first one, or the one named NAME. Is
    /// the listener where the file declares none. Can be given several times.
    #[arg(long, value_name = "[NAME=]ADDR", value_parser = gateway_address)]
    pub(crate) gateway: Vec<GatewayAddress>,
    /// Where metrics and health are served; replaces the file's `admin.address`. 127.0.0.1:9090
    /// where neither says anything.
    #[arg(long, value_name = "ADDR")]
    pub(crate) admin: Option<SocketAddr>,
    /// Cores that serve requests; all of them by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) cores: Option<u16>,
    /// How the process log is written.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// The least severe lines of the process log that are written.
    #[arg(long, value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,
    /// Which requests get a line in the process log.
    #[arg(long, value_enum, default_value_t = LogRequests::Refused)]
    pub(crate) log_requests: LogRequests,
    /// The collector that gets a span for every request, OTLP over HTTP; such as
    /// <http://127.0.0.1:4318/v1/traces>.
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL")]
    pub(crate) otlp_endpoint: Option<String>,
}

/// Options of `postern check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern check postern.yaml
  postern check --json examples/*.yaml")]
pub(crate) struct CheckArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print the diagnostics as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `postern completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern completions bash > ~/.local/share/bash-completion/completions/postern
  postern completions zsh > ~/.zfunc/_postern
  postern completions fish > ~/.config/fish/completions/postern.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Options of `postern man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern man --out ~/.local/share/man/man1      # then: man postern, man postern-why")]
pub(crate) struct ManArgs {
    /// Where they are written, one for each command; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// How the process log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// The severity of lines in the process log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

/// Which requests get a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogRequests {
    /// Every request.
    All,
    /// Those that were refused, failed, or refused by their upstream.
    Refused,
    /// None.
    None,
}

/// An address for a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GatewayAddress {
    pub(crate) listener: Option<String>,
    pub(crate) address: SocketAddr,
}

fn gateway_address(text: &str) -> Result<GatewayAddress, String> {
    let (listener, address) = match text.split_once('=') {
        Some((name, address)) => (Some(name.to_owned()), address),
        None => (None, text),
    };
    let address = address.parse().map_err(|_| {
        format!("`{address}` is not an address such as 127.0.0.1:8080 or [::1]:8080")
    })?;
    Ok(GatewayAddress { listener, address })
}

#[cfg(test)]
mod tests;
