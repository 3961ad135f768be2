//! `postern webhooks`.

use super::remote::{Listed, Shown};
use super::time::seconds;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use postern_outbound::webhook::EventKind;

/// `postern webhooks`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern webhooks create --tenant acme --url https://hooks.example.com/postern --events approval.asked
  postern webhooks test wh_3f9c21d07b5e4a68
  postern webhooks deliveries wh_3f9c21d07b5e4a68")]
pub(crate) enum Webhooks {
    /// List webhooks.
    List(WebhooksList),
    /// Show a webhook.
    Show(WebhooksOne),
    /// Make a webhook and print the secret that its requests are signed with, this once.
    Create(WebhooksCreate),
    /// Switch a webhook on.
    Enable(WebhooksChange),
    /// Switch a webhook off: nothing is sent to it.
    Disable(WebhooksChange),
    /// Give a webhook another secret and print it, this once; the one before signs too for a while.
    RotateSecret(WebhooksRotateSecret),
    /// Delete a webhook.
    Delete(WebhooksDelete),
    /// Send a `ping` to a webhook.
    Test(WebhooksOne),
    /// List attempts to deliver to a webhook, the newest first.
    Deliveries(WebhooksDeliveries),
    /// Make a delivery again, whatever became of it.
    Redeliver(WebhooksRedeliver),
}

/// Options of `postern webhooks list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks list
  postern webhooks list --tenant acme --json

Of URLs the list shows scheme, host and port, since the rest is often a secret; `show` and --json
show them whole.")]
pub(crate) struct WebhooksList {
    /// Only those of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern webhooks show` and `test`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks show wh_3f9c21d07b5e4a68
  postern webhooks test wh_3f9c21d07b5e4a68      # then: postern webhooks deliveries wh_3f9c21d07b5e4a68")]
pub(crate) struct WebhooksOne {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks create`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks create --tenant acme --url https://hooks.example.com/postern --events approval.asked
  postern webhooks create --url https://hooks.example.com/all --events credential.expiring,credential.revoked

Without --tenant it is the platform's, and gets one event of each kind of every tenant. The secret is
printed this once, and kept nowhere.")]
pub(crate) struct WebhooksCreate {
    /// The tenant whose events it gets.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// The endpoint: an https URL.
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// What it wants to be told.
    #[arg(long, value_name = "EVENT,…", value_delimiter = ',', required = true, value_parser = events())]
    pub(crate) events: Vec<String>,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Make it switched off.
    #[arg(long)]
    pub(crate) disabled: bool,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks enable` and `disable`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks disable wh_3f9c21d07b5e4a68 --comment \"The receiver moves\"
  postern webhooks enable wh_3f9c21d07b5e4a68")]
pub(crate) struct WebhooksChange {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks rotate-secret`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks rotate-secret wh_3f9c21d07b5e4a68
  postern webhooks rotate-secret wh_3f9c21d07b5e4a68 --overlap 0s --comment \"It was in a log\"")]
pub(crate) struct WebhooksRotateSecret {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// For how long the secret before signs too, 30 days at most.
    #[arg(long, value_name = "LENGTH", default_value = "1d", value_parser = seconds)]
    pub(crate) overlap: u32,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks delete`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks delete wh_3f9c21d07b5e4a68
  postern webhooks delete wh_3f9c21d07b5e4a68 --yes      # in a script

It says what it does and asks; without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct WebhooksDelete {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks deliveries`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks deliveries wh_3f9c21d07b5e4a68
  postern webhooks deliveries wh_3f9c21d07b5e4a68 --limit 10 --json

Attempts are kept for 30 days.")]
pub(crate) struct WebhooksDeliveries {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The most that is listed.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern webhooks redeliver`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern webhooks redeliver wh_3f9c21d07b5e4a68 dlv_61c0a59be2f74d3308a1b6c4")]
pub(crate) struct WebhooksRedeliver {
    /// The webhook's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The delivery, as `deliveries` lists it and `Postern-Delivery` names it.
    #[arg(value_name = "DELIVERY")]
    pub(crate) delivery: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

fn events() -> PossibleValuesParser {
    let names = EventKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names)
}
