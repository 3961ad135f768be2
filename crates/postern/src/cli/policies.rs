//! Commands about policies.

use super::remote::{Listed, Shown};
use super::time::{Moment, moment};
use clap::{Args, Subcommand};

/// `postern policies`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern policies list
  postern policies shadow --since 7d
  postern policies effective partners v1 create-customer
  postern policies relax json-only --mode shadow --comment \"Until till sends JSON\"")]
pub(crate) enum Policies {
    /// List policies, and how strictly each holds.
    List(PoliciesList),
    /// Count what policies in shadow mode would have refused.
    Shadow(PoliciesShadow),
    /// Show which policies hold for an operation, where each comes from, and what they come to.
    Effective(PoliciesEffective),
    /// Take a policy out of force for a while: into shadow mode, or off.
    Relax(PoliciesRelax),
    /// Put a policy into force.
    Enforce(PoliciesEnforce),
}

/// Options of `postern policies list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern policies list
  postern policies list --limit 500 --json")]
pub(crate) struct PoliciesList {
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern policies shadow`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern policies shadow
  postern policies shadow --service orders --since 24h --json

A policy in shadow mode refuses nobody, and notes what it would have refused. `postern why ID` tells
of each example. Requests that something else refused are counted as far as the policy came to look
at them.")]
pub(crate) struct PoliciesShadow {
    /// Requests not before: a length of time ago (`24h`, `7d`) or a time.
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "7d")]
    pub(crate) since: Moment,
    /// Only the policies of this name.
    #[arg(long, value_name = "NAME")]
    pub(crate) policy: Option<String>,
    /// Only policies on this service, its versions and operations.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern policies effective`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern policies effective partners v1 create-customer
  postern policies effective partners v1 create-customer --json

The widest level first, then the limits of every plan that covers the operation. Policies in shadow
mode refuse nobody; what they would have refused in the last 7 days is counted.")]
pub(crate) struct PoliciesEffective {
    /// The service.
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,
    /// Its version.
    #[arg(value_name = "VERSION")]
    pub(crate) version: String,
    /// Its operation.
    #[arg(value_name = "OPERATION")]
    pub(crate) operation: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern policies relax`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern policies relax json-only --mode shadow --comment \"Until till sends JSON\"
  postern policies relax office-only --mode off --until 2h --comment \"The line is down\"

It is enforced again by itself, after 7 days unless --until says otherwise. That takes the permission
`policies.relax`, and stands in the audit trail with the comment. It says what it does and asks;
without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct PoliciesRelax {
    /// The policy, by its name in the configuration.
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,
    /// `shadow`: it notes what it would have refused. `off`: it looks at nothing.
    #[arg(long, value_name = "MODE", value_parser = ["shadow", "off"])]
    pub(crate) mode: String,
    /// When it is enforced again: a length of time (`3d`) or a time.
    #[arg(long, value_name = "TIME", value_parser = moment, default_value = "7d")]
    pub(crate) until: Moment,
    /// Why, for the audit trail.
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern policies enforce`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern policies enforce json-only --comment \"till sends JSON now\"")]
pub(crate) struct PoliciesEnforce {
    /// The policy, by its name in the configuration.
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,
    /// Why, for the audit trail.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
