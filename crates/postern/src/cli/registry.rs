//! Commands that show what there is: apps, services, and what is offered.

use super::remote::{Listed, Shown};
use clap::{Args, Subcommand};

/// `postern apps`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern apps list --tenant commerce
  postern apps show crm")]
pub(crate) enum Apps {
    /// List apps.
    List(AppsList),
    /// Show an app, its subscriptions and its keys.
    Show(AppsShow),
}

/// Options of `postern apps list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern apps list
  postern apps list --tenant commerce --json")]
pub(crate) struct AppsList {
    /// Only those of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern apps show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern apps show crm
  postern apps show crm --json

`postern access` lists the operations that it may call.")]
pub(crate) struct AppsShow {
    /// The app.
    #[arg(value_name = "APP")]
    pub(crate) app: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern services`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern services list --tenant commerce")]
pub(crate) enum Services {
    /// List services and their versions.
    List(ServicesList),
}

/// Options of `postern services list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern services list
  postern services list --tenant commerce --json

`postern versions list` shows more of the versions of one.")]
pub(crate) struct ServicesList {
    /// Only those of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern catalogue`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern catalogue
  postern catalogue orders --json

Services that have a published version and are shown to one's tenants, with the plans that can be
asked for: `postern subscriptions request`. `postern requirements` shows what an operation asks of
its callers.")]
pub(crate) struct CatalogueArgs {
    /// Only those with this in their name, title or description.
    #[arg(value_name = "TEXT")]
    pub(crate) phrase: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
