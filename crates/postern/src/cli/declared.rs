//! Commands for declared configuration, its history, and changes that wait for a second person.

use super::remote::{Listed, Shown};
use super::time::{Moment, moment};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// A part of the configuration.
#[derive(Debug, Args)]
pub(crate) struct PartArgs {
    /// Only what belongs to this tenant: itself, its services, apps, lists and so on, the keys and
    /// subscriptions of its apps, the policies on it and on its services.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Only what has this among its `tags`, and what belongs to such an app or service.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only documents of this kind (`service`, `plan`); several with commas.
    #[arg(long = "kind", value_name = "KIND,…", value_delimiter = ',')]
    pub(crate) kinds: Vec<String>,
}

/// A file, and which part of the configuration it is.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The file (YAML or JSON), or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Remove what is stored and not in the file. Keys and subscriptions are removed only if the
    /// file has a section for them, if only an empty one.
    #[arg(long)]
    pub(crate) prune: bool,
    #[command(flatten)]
    pub(crate) part: PartArgs,
}

/// Options of `postern export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern export > postern.yaml
  postern export --tenant commerce > commerce.yaml
  postern export --tag green --kind service,plan

Applying what was exported changes nothing. Keys are in it by their digests under this
installation's key: another installation refuses them. Users, roles and whatever else is no part of
a configuration are in no file.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) part: PartArgs,
    #[command(flatten)]
    pub(crate) at: super::place::Where,
}

/// Options of `postern diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern diff postern.yaml
  postern diff postern.yaml --prune
  postern diff postern.yaml --replay
  postern diff commerce.yaml --prune --tenant commerce --json

Exit status: 0 nothing differs, 1 something does, 2 it could not be told or could not be applied, as
`diff` and `kubectl diff` have it.")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Say, too, what it would have done to the requests of the last 24 hours.
    #[arg(long)]
    pub(crate) replay: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern apply`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern apply postern.yaml --comment \"The first services\"
  postern apply postern.yaml --prune --yes --comment \"As in the repository\"      # in a script
  postern apply commerce.yaml --prune --tenant commerce
  postern apply postern.yaml --server unix:///srv/postern/postern.sock

It shows what changes, and what that would have done to the requests of the last 24 hours, and asks;
without a terminal to ask at, it does nothing unless --yes is given. Everything that was shown is stored and served, or nothing: if somebody changes one of these
documents meanwhile, nothing is done. What is stored and not in the file stays, unless --prune. A key
that was revoked stays revoked. Relative paths in stored documents begin at the data directory.")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    /// With --yes: say what it would have done to the requests of the last 24 hours, as it is said
    /// before it is asked.
    #[arg(long)]
    pub(crate) replay: bool,
    /// Do not say that before it is asked.
    #[arg(long, conflicts_with = "replay")]
    pub(crate) no_replay: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern delete`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern delete plan gold --comment \"Nobody is on it\"
  postern delete subscription sub_crm --yes

What others refer to is not deleted; it says what refers to it. It says what it does and asks;
without a terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct DeleteArgs {
    /// What it is: `service`, `plan`, `app` and so on.
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
    /// Its name.
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

/// `postern revisions`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern revisions list
  postern revisions show 41
  postern revisions diff 40 41
  postern revisions rollback 40 --comment \"The new limits were too low\"")]
pub(crate) enum Revisions {
    /// List the revisions of the rules, the newest first.
    List(RevisionsList),
    /// Show who made a revision, and what it changed.
    Show(RevisionsShow),
    /// Show what differs between two revisions.
    Diff(RevisionsDiff),
    /// Make the rules what they were in a revision.
    Rollback(RevisionsRollback),
}

/// Options of `postern revisions list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern revisions list
  postern revisions list --limit 10 --json

Services, plans, policies and other rules have revisions. Tenants, apps, keys and subscriptions
change one by one, without.")]
pub(crate) struct RevisionsList {
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern revisions show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern revisions show 41
  postern revisions show 41 --export > rules-41.yaml")]
pub(crate) struct RevisionsShow {
    /// The revision's number.
    #[arg(value_name = "N")]
    pub(crate) number: u64,
    /// Print its rules as a configuration file instead.
    #[arg(long)]
    pub(crate) export: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern revisions diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern revisions diff 40 41
  postern revisions diff 40      # with what is in force

Exit status: 0 nothing differs, 1 something does, 2 it could not be told.")]
pub(crate) struct RevisionsDiff {
    /// The older revision.
    #[arg(value_name = "FROM")]
    pub(crate) from: u64,
    /// The newer one; what is in force if it is not said.
    #[arg(value_name = "TO")]
    pub(crate) to: Option<u64>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern revisions rollback`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern revisions rollback 40 --comment \"The new limits were too low\"
  postern revisions rollback 40 --yes

It makes a new revision that says what that one said. Tenants, apps, keys and subscriptions stay as
they are: a key that was revoked since stays revoked. It shows what changes and asks; without a
terminal to ask at, it does nothing unless --yes is given.")]
pub(crate) struct RevisionsRollback {
    /// The revision to go back to.
    #[arg(value_name = "N")]
    pub(crate) number: u64,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern change-requests`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern change-requests create postern.yaml --comment \"Room for partner-x\"
  postern change-requests list --state open
  postern change-requests show cr_7q4m2t9v6x1c
  postern change-requests approve cr_7q4m2t9v6x1c --comment \"Agreed\"")]
pub(crate) enum ChangeRequests {
    /// Propose what a file changes, for somebody else to approve.
    Create(ChangeRequestsCreate),
    /// List change requests, the newest first.
    List(ChangeRequestsList),
    /// Show what a change request changes, and how it stands.
    Show(ChangeRequestsShow),
    /// Approve a change request, which applies it.
    Approve(ChangeRequestsApprove),
    /// Reject a change request; take back one's own.
    Reject(ChangeRequestsReject),
}

/// Options of `postern change-requests create`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern change-requests create postern.yaml --comment \"Room for partner-x\"
  postern change-requests create commerce.yaml --prune --tenant commerce --comment \"As agreed\" --expires 3d

The file is compared with what is stored, as `postern diff` does, and what differs is proposed. It
can be approved as long as nobody has changed the documents that it changes.")]
pub(crate) struct ChangeRequestsCreate {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: String,
    /// Until when it waits: a length of time (`3d`) or a time; 14 days if nothing is said, at most
    /// 90.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern change-requests list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern change-requests list
  postern change-requests list --state open --json")]
pub(crate) struct ChangeRequestsList {
    /// Only those in this state.
    #[arg(long, value_name = "STATE", value_parser = ["open", "applied", "rejected", "withdrawn", "expired"])]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern change-requests show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern change-requests show cr_7q4m2t9v6x1c")]
pub(crate) struct ChangeRequestsShow {
    /// The change request's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern change-requests approve`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern change-requests approve cr_7q4m2t9v6x1c --comment \"Agreed\"
  postern change-requests approve cr_7q4m2t9v6x1c --yes

It shows what changes and asks; without a terminal to ask at, it does nothing unless --yes is given.
Whoever proposed it cannot approve it, but for root with --force.")]
pub(crate) struct ChangeRequestsApprove {
    /// The change request's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// What whoever proposed it reads.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    /// Decide alone about one's own request. Only root of this machine may, and the change log
    /// says so.
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern change-requests reject`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern change-requests reject cr_7q4m2t9v6x1c --comment \"Not before the holidays\"")]
pub(crate) struct ChangeRequestsReject {
    /// The change request's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// What whoever proposed it reads.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
