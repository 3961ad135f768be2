//! `postern replay`, and what `postern apply` and `postern diff` take for it.

use super::remote::Shown;
use super::time::{Moment, moment};
use clap::Args;
use std::path::PathBuf;

/// Options of `postern replay`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern replay --with postern.yaml
  postern replay --with commerce.yaml --tenant commerce --part --since 7d
  postern replay --change-request cr_7q4m2t9v6x1c --service orders
  postern replay --with postern.yaml --json

It decides the requests of the call log twice, by what is in force and by what would be, and says
what differs: who would newly be refused, who newly let in, who refused with another code. Requests
are decided in their order and at their times, with counters that have counted nothing before the
first, so that a changed limit shows its refusals; who may call what is as it is now. Of requests
whose records do not have what a rule looks at, it says that it cannot be told, and for want of what.
Nothing is changed and nothing is sent. Exit status: 0 nothing differs, 1 something does, 2 it could
not be done.")]
pub(crate) struct ReplayArgs {
    /// The file (YAML or JSON) that would be applied, or `-` for standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "change_request")]
    pub(crate) with: Option<PathBuf>,
    /// The change request that would be approved.
    #[arg(long, value_name = "ID", conflicts_with = "with")]
    pub(crate) change_request: Option<String>,
    /// With --with: remove what is stored and not in the file, as `postern apply --prune` does.
    #[arg(long, requires = "with")]
    pub(crate) prune: bool,
    /// With --with and --tenant: the file is the part of that tenant, as `postern apply --tenant`
    /// has it.
    #[arg(long, requires_all = ["with", "tenant"])]
    pub(crate) part: bool,
    /// Requests not before: a length of time ago (`24h`, `7d`) or a time.
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "24h")]
    pub(crate) since: Moment,
    /// Requests before: a length of time ago or a time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Moment>,
    /// Tell only of requests to services of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Tell only of requests to this service.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    /// The most seconds that are spent on it; what was decided by then is told.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub(crate) seconds: u16,
    /// The most groups that are shown.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
