//! People: how they sign in, what they are, and what is theirs.

mod cookies;
mod door;
mod invitations;
mod kinds;
mod me;
mod members;
mod outside;
mod permissions;
mod providers;
mod service_accounts;
mod sign_in;
mod users;

pub use door::Accounts;
pub use outside::{Begun, NotVouched, Provider, SignOn};

use super::problem::{Code, Problem};
use super::table::Table;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use postern_control::Refusal;
pub(crate) use postern_control::now;
use postern_control::people::{NotSignedIn, Visitor};
use std::net::IpAddr;

/// The room of the reference.
const TAG: &str = "People";

/// Adds the endpoints.
pub(crate) fn add(table: &mut Table) {
    sign_in::add(table);
    providers::add(table);
    me::add(table);
    users::add(table);
    members::add(table);
    permissions::add(table);
    service_accounts::add(table);
    invitations::add(table);
    kinds::add(table);
}

fn visitor(headers: &HeaderMap, from: IpAddr) -> Visitor {
    let agent = headers.get(USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
    Visitor {
        from,
        agent: agent.to_owned(),
    }
}

/// Why somebody was not let in.
fn not_signed_in(not: NotSignedIn) -> Problem {
    match not {
        NotSignedIn::Failed => {
            let detail = "The name, or the password, is wrong.";
            Problem::new(Code::SignInFailed, detail)
        }
        NotSignedIn::Slowed(seconds) => Problem::slowed(seconds),
        NotSignedIn::Refused(refusal) => said(refusal),
    }
}

/// A refusal of people's own affairs.
fn said(refusal: Refusal) -> Problem {
    let mut problem = Problem::from(refusal);
    for error in &mut problem.errors {
        // `/user/usr_…/email` is the member `email` of what was sent.
        let member = error.pointer.splitn(4, '/').nth(3);
        error.pointer = member.map_or_else(String::new, |member| format!("/{member}"));
        error.place = super::problem::Place::Body;
    }
    problem
}
