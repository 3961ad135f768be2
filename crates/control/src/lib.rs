//! Asking and changing a running Postern.
//!
//! Owns the local socket (`DIR/postern.sock`), its protocol, and the client of that and of the HTTP
//! API; what a document's kind and section are called; the way of a change from a request to the
//! store, through the validation of everything together, to what is served; and the shorthands that
//! make such changes (keys, subscriptions, lists); who is told what happened ([`notify`]);
//! lists of addresses that come from elsewhere ([`sourced`]); what was used of quotas, over restarts
//! ([`quotas`]), and who is blocked ([`blocked`]); sessions of browsers at services, as
//! they are kept ([`browsers`]). Refuses to own what documents mean
//! (`postern-config`), how they are kept (`postern-store`), sockets that listen on the network, and
//! what a terminal shows (the binary).

mod actor;
pub mod answers;
pub mod blocked;
pub mod browsers;
pub mod client;
mod credential;
mod difference;
pub mod documents;
mod error;
mod load;
pub mod management;
pub mod notify;
pub mod ownership;
mod part;
mod peer;
pub mod people;
mod place;
mod plan;
pub mod protocol;
pub mod quotas;
mod redact;
mod references;
mod remembered;
mod repair;
mod replace;
mod sections;
mod service;
pub mod shorthand;
pub mod socket;
pub mod sourced;
pub mod workflow;
mod yaml;

pub use actor::{Actor, ActorKind, Bounds};
pub use difference::Difference;
pub use error::{Finding, Refusal};
pub use load::Candidate;
pub use part::Part;
pub use plan::{Does, Plan, Planned, SeenVersion};
pub use remembered::{Kept, Named, Remembered, now};
pub use replace::replace;
pub use service::audit;
pub use service::{
    AppAsked, Block, BlockedCaller, Call, ChangeSet, ClientOfIssuer, Declaration, EndedBefore,
    EnvironmentAddress, GatewayAddresses, GivenUp, Import, KeysOfIssuer, KeysOfIssuers, Listening,
    Listing, MOST_ON_A_PAGE, NewBlock, OperationAsked, Page, Proposed, ReplayReport, ReplayStopped,
    RevokedSessions, Running, Seen, ServedRules, Service, SignedIn, SignedInPage, Source, Status,
    Stored, TargetHealth, UpstreamHealth, UsesOfIssuer, WantedVersion,
};
pub use service::{ShadowCode, ShadowCounts, ShadowPolicies, ShadowPolicy};
pub use socket::Items;

use postern_model::RequestId;
use std::future::Future;
use std::pin::Pin;

/// A future that a trait object gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A new id for a request to the management, ordered by time like those of the gateway.
pub fn request_id() -> String {
    use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
    let mut random = [0; 16];
    // Without random bytes ids of one millisecond are alike; no decision depends on them.
    let _ = SystemRandom::new().fill(&mut random);
    let millis = u64::try_from(remembered::now()).unwrap_or_default();
    RequestId::new(millis, u128::from_ne_bytes(random)).to_string()
}
