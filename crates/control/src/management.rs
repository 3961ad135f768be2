//! Documents of the management: what the gateway never reads.
//!
//! They are stored beside the configuration, are a part of the same change log, and of no
//! configuration file.

pub mod change_request;
pub(crate) mod check;
mod check_giving;
mod check_kinds;
pub mod identity_provider;
pub mod invitation;
pub mod mail;
pub mod member;
pub(crate) mod outgoing;
pub mod role;
pub mod service_account;
pub mod token;
pub mod user;
pub mod webhook;

/// The kinds that people change through documents.
pub(crate) const KINDS: [&str; 9] = [
    identity_provider::KIND,
    invitation::KIND,
    mail::KIND,
    member::KIND,
    role::KIND,
    service_account::KIND,
    token::KIND,
    user::KIND,
    webhook::KIND,
];

/// Most roles of one somebody.
pub const MOST_ROLES: usize = 32;
