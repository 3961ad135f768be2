//! Commands about versions of services.

use super::remote::Shown;
use super::time::{Moment, moment};
use clap::{Args, Subcommand};

/// `postern versions`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern versions list orders
  postern versions publish orders v2
  postern versions deprecate orders v1 --sunset 180d
  postern versions retire orders v1 --successor v2 --move-to-plan standard")]
pub(crate) enum Versions {
    /// List the versions of a service.
    List(VersionsList),
    /// Show what publishing a version changes for callers of the last published one.
    Diff(VersionsDiff),
    /// Publish a version.
    Publish(VersionsPublish),
    /// Serve a version in one more environment.
    Promote(VersionsPromote),
    /// Tell callers that a version will end.
    Deprecate(VersionsDeprecate),
    /// List who called a version, the busiest first.
    Callers(VersionsCallers),
    /// End a version, and move or cancel the subscriptions that are for it alone.
    Retire(VersionsRetire),
}

/// Which version.
#[derive(Debug, Args)]
pub(crate) struct OneVersion {
    /// The service.
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,
    /// Its version.
    #[arg(value_name = "VERSION")]
    pub(crate) version: String,
}

/// Options of `postern versions list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions list orders
  postern versions list orders --json")]
pub(crate) struct VersionsList {
    /// The service.
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions diff orders v2
  postern versions diff orders v2 --json

Operations that are new (+), gone (-) and changed (~), each with the names of what changed in it.
The exit status is 1 where something differs.")]
pub(crate) struct VersionsDiff {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions publish`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions publish orders v2
  postern versions publish orders v2 --comment \"Release 2.4\" --yes      # in a script

It shows what changes for callers and asks; without a terminal to ask at, it does nothing unless
--yes is given. Where the service has `publish_approval`, it makes a change request, which somebody
else approves. Publishing a deprecated version takes back that it will end.")]
pub(crate) struct VersionsPublish {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    /// Why, for the change log and whoever approves it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions promote`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions promote orders v2 production

Only a version that names environments can be promoted: one that names none is in every environment.")]
pub(crate) struct VersionsPromote {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    /// The environment.
    #[arg(value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// Why, for the change log and whoever approves it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions deprecate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions deprecate orders v1 --sunset 180d
  postern versions deprecate orders v1 --sunset 2027-06-30 --comment \"v2 has everything\"

The version is served as before; its responses say that it will end, and when. Nothing ends by
itself: `postern versions retire` ends it.")]
pub(crate) struct VersionsDeprecate {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    /// When it will end: a length of time (`180d`) or a time (`2027-06-30`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) sunset: Moment,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions callers`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions callers orders v1
  postern versions callers orders v1 --since 7d --json")]
pub(crate) struct VersionsCallers {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    /// Since when: a length of time (`7d`) or a time (`2027-01-01`).
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = moment)]
    pub(crate) since: Moment,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern versions retire`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern versions retire orders v1 --successor v2
  postern versions retire orders v1 --successor v2 --move-to-plan standard
  postern versions retire orders v1 --cancel-rest --yes      # in a script

It shows who still calls the version, and which subscriptions end or move, and asks; without a
terminal to ask at, it does nothing unless --yes is given. Only subscriptions have to go somewhere
whose plan covers nothing of the service but this version.")]
pub(crate) struct VersionsRetire {
    #[command(flatten)]
    pub(crate) of: OneVersion,
    /// The version to move to, for callers to read.
    #[arg(long, value_name = "VERSION")]
    pub(crate) successor: Option<String>,
    /// The plan that subscriptions get that are for this version alone.
    #[arg(long, value_name = "PLAN", conflicts_with = "cancel_rest")]
    pub(crate) move_to_plan: Option<String>,
    /// Cancel subscriptions that are for this version alone.
    #[arg(long)]
    pub(crate) cancel_rest: bool,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
