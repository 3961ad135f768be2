//! Commands about people and programs that manage Postern.

use super::remote::{Listed, Shown};
use clap::{Args, Subcommand};

/// Options of `postern admin-link`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern admin-link --data /srv/postern
  postern admin-link --json

Whoever opens the link, once and within a day, becomes an administrator who may do everything: for
the first one, and for when nobody gets in any more.")]
pub(crate) struct AdminLinkArgs {
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern invite`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern invite lin@example.com --tenant commerce --role developer
  postern invite ann@example.com --role auditor --days 2

It prints the link that the invited person opens, and mails it to them where mail is set up. Without
--tenant the roles are those of the platform: owner, operator, auditor, or a role of your own.")]
pub(crate) struct InviteArgs {
    /// Their e-mail address.
    #[arg(value_name = "EMAIL")]
    pub(crate) email: String,
    /// The tenant that they become a member of.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// A role that they get there; can be given several times.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(crate) roles: Vec<String>,
    /// Days that the link is good.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) days: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern users`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern users list --state pending
  postern users activate usr_7q4m2t9v6x1c5n0r
  postern users password-link usr_7q4m2t9v6x1c5n0r")]
pub(crate) enum Users {
    /// List users.
    List(UsersList),
    /// Let somebody in who asked for an account, or who was deactivated.
    Activate(UsersChange),
    /// Let somebody in no more, or not at all who asked for an account.
    Deactivate(UsersChange),
    /// Make a link with which a user chooses a new password, and mail it to them where mail is set
    /// up.
    PasswordLink(UsersPasswordLink),
}

/// Options of `postern users activate` and `deactivate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern users activate usr_7q4m2t9v6x1c5n0r
  postern users deactivate usr_7q4m2t9v6x1c5n0r --comment \"Left the company\" --yes

Deactivating says what it does and asks; without a terminal to ask at, it does nothing unless --yes
is given.")]
pub(crate) struct UsersChange {
    /// The user's id.
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

/// Options of `postern users list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern users list --state pending
  postern users list --json")]
pub(crate) struct UsersList {
    /// Only those in this state.
    #[arg(long, value_name = "STATE", value_parser = ["active", "pending", "deactivated"])]
    pub(crate) state: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}

/// Options of `postern users password-link`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern users password-link usr_7q4m2t9v6x1c5n0r")]
pub(crate) struct UsersPasswordLink {
    /// The user's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `postern members`.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  postern members list --tenant commerce")]
pub(crate) enum Members {
    /// List who belongs to which tenant.
    List(MembersList),
}

/// Options of `postern members list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern members list --tenant commerce
  postern members list --user usr_7q4m2t9v6x1c5n0r --json")]
pub(crate) struct MembersList {
    /// Only those of this tenant.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Only those of this user.
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) listed: Listed,
}
