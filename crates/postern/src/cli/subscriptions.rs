//! Commands about subscriptions, and about what waits for a decision.

use super::remote::{Listed, Shown};
use super::time::{Moment, moment};
use clap::{Args, Subcommand, ValueEnum};

/// `postern subscriptions`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern subscriptions request --app crm --service partners --plan standard --reason \"Stock counts\"
  postern subscriptions list --state pending
  postern subscriptions approve sub_crm --comment \"Agreed with Lin\"
  postern subscriptions suspend sub_crm --cause billing --comment \"The invoice of May is open\"")]
pub(crate) enum Subscriptions {
    /// List subscriptions.
    List(SubscriptionsList),
    /// Ask for a subscription. Where nobody decides, it is granted at once.
    Request(SubscriptionsRequest),
    /// Grant a subscription.
    Approve(SubscriptionsApprove),
    /// Refuse a subscription, or end one that was granted.
    Reject(SubscriptionsReject),
    /// Hold a subscription back for now, with a cause.
    Suspend(SubscriptionsSuspend),
    /// Let a suspended subscription go on.
    Resume(SubscriptionsResume),
    /// End a subscription of one's own app, or take back that it was asked for.
    Cancel(SubscriptionsCancel),
    /// Remind whoever decides about a subscription, at most once a day.
    Remind(SubscriptionsRemind),
    /// Show what happened to a subscription, the oldest first.
    History(SubscriptionsHistory),
}

/// Options of `postern subscriptions list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions list --state pending
  postern subscriptions list --app crm --json")]
pub(crate) struct SubscriptionsList {
    /// Only those of this app.
    #[arg(long, value_name = "APP")]
    pub(crate) app: Option<String>,
    /// Only those to this service.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    /// Only those in this state.
    #[arg(long, value_name = "STATE", value_parser = ["pending", "approved", "rejected", "suspended", "expired", "cancelled"])]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern subscriptions request`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions request --app crm --service partners --plan standard --reason \"Stock counts\"
  postern subscriptions request --app crm --service partners --plan standard --reason Reports --scopes partners:read

Scopes of one's own choosing are always for somebody to decide about. Where a subscription was
rejected, cancelled or has expired, it is asked for anew.")]
pub(crate) struct SubscriptionsRequest {
    /// The app that asks.
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
    /// The service that it asks for.
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: String,
    /// The plan.
    #[arg(long, value_name = "PLAN")]
    pub(crate) plan: String,
    /// What for. Whoever decides reads it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The scopes that are asked for; those of the plan if this is not said.
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// A subscription, and what is said about it.
#[derive(Debug, Args)]
pub(crate) struct About {
    /// The subscription's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// What the app's owners read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask, where that is done.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern subscriptions approve`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions approve sub_crm --comment \"Agreed with Lin\"
  postern subscriptions approve sub_crm --scopes partners:read --expires 90d

Grants what was asked for, unless something else is said. One that was rejected, cancelled or has
expired can be approved, too; one that is suspended is resumed.")]
pub(crate) struct SubscriptionsApprove {
    #[command(flatten)]
    pub(crate) about: About,
    /// Grant these scopes instead of those that were asked for.
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    /// Grant this plan instead of the one that was asked for.
    #[arg(long, value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    /// When it ends by itself: a length of time (`90d`) or a time (`2027-01-01`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
}

/// Options of `postern subscriptions reject`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions reject sub_crm --comment \"Use the plan for partners\"
  postern subscriptions reject sub_crm --comment \"Use the plan for partners\" --yes      # in a script

It says what it does and asks; without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct SubscriptionsReject {
    #[command(flatten)]
    pub(crate) about: About,
}

/// Options of `postern subscriptions suspend`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions suspend sub_crm --cause billing --comment \"The invoice of May is open\"
  postern subscriptions suspend sub_crm --cause security --yes      # in a script

Callers are told the cause and the comment. It says what it does and asks; without a terminal to ask
at, it does nothing unless --yes is given. `postern subscriptions resume` ends it.")]
pub(crate) struct SubscriptionsSuspend {
    #[command(flatten)]
    pub(crate) about: About,
    /// What about.
    #[arg(long, value_enum, value_name = "CAUSE")]
    pub(crate) cause: Cause,
}

/// Why a subscription is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cause {
    /// Its use is against the rules.
    Policy,
    /// It is not paid for.
    Billing,
    /// It is a danger.
    Security,
}

/// Options of `postern subscriptions resume`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions resume sub_crm --comment Paid")]
pub(crate) struct SubscriptionsResume {
    #[command(flatten)]
    pub(crate) about: About,
}

/// Options of `postern subscriptions cancel`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions cancel sub_crm
  postern subscriptions cancel sub_crm --comment \"The app is gone\" --yes      # in a script

It says what it does and asks; without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct SubscriptionsCancel {
    #[command(flatten)]
    pub(crate) about: About,
}

/// Options of `postern subscriptions remind`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions remind sub_crm")]
pub(crate) struct SubscriptionsRemind {
    /// The subscription's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern subscriptions history`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern subscriptions history sub_crm
  postern subscriptions history sub_crm --json")]
pub(crate) struct SubscriptionsHistory {
    /// The subscription's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern approvals`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern approvals
  postern approvals --json

Subscriptions that are asked for and change requests, the oldest first, each with the commands that
decide. One's own change requests are not among them: somebody else decides about those.")]
pub(crate) struct ApprovalsArgs {
    #[command(flatten)]
    pub(crate) shown: Shown,
}
