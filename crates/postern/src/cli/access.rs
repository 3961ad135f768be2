//! Commands that ask what operations and apps need and may.

use super::remote::Shown;
use clap::Args;

/// An operation.
#[derive(Debug, Args)]
pub(crate) struct OperationArgs {
    /// A method and a path, or SERVICE/VERSION/OPERATION.
    #[arg(value_name = "METHOD PATH | SERVICE/VERSION/OPERATION", num_args = 1..=2, required = true)]
    pub(crate) words: Vec<String>,
    /// The host that is asked.
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern requirements`.
#[derive(Debug, Args)]
#[command(
    override_usage = "postern requirements METHOD PATH [OPTIONS]\n       postern requirements SERVICE/VERSION/OPERATION [OPTIONS]",
    after_help = "Examples:
  postern requirements POST /orders --host api.example.com
  postern requirements orders/v1/create-order --json

Made from the rules that decide. Networks are said to be internal or not; lists of addresses are
never shown."
)]
pub(crate) struct RequirementsArgs {
    #[command(flatten)]
    pub(crate) operation: OperationArgs,
}

/// Options of `postern who-can`.
#[derive(Debug, Args)]
#[command(
    override_usage = "postern who-can METHOD PATH [OPTIONS]\n       postern who-can SERVICE/VERSION/OPERATION [OPTIONS]",
    after_help = "Examples:
  postern who-can POST /orders --host api.example.com
  postern who-can orders/v1/create-order --limit 500

Apps with a credential that opens the operation now: what a request looks like and where it comes
from is not asked, and no counter is."
)]
pub(crate) struct WhoCanArgs {
    #[command(flatten)]
    pub(crate) operation: OperationArgs,
    /// Most apps.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = limit)]
    pub(crate) limit: u32,
}

/// Options of `postern access`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern access fieldforce
  postern access fieldforce --limit 1000 --json

Operations that some credential of the app opens now: what a request looks like and where it comes
from is not asked, and no counter is.")]
pub(crate) struct AccessArgs {
    /// The app.
    #[arg(value_name = "APP")]
    pub(crate) app: String,
    /// Most operations.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = limit)]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

fn limit(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|n| (1..=10_000).contains(n));
    number.ok_or_else(|| "expected a number from 1 to 10000".to_owned())
}
