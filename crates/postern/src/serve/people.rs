//! The management API, and how the first person gets in.

use super::running::Process;
use super::sign_on::OpenIdConnect;
use postern_admin::api::Api;
use postern_admin::api::people::Accounts;
use postern_control::{Actor, Refusal, Service};
use postern_model::Secret;
use postern_outbound::dial::TrustError;
use std::sync::Arc;

/// Who owns a demo.
const DEMO: &str = "demo@localhost";

/// How the first person gets in.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// A link with which an administrator signs up, where there is none.
    pub(super) link: Option<String>,
    /// A token of the demo's owner.
    pub(super) token: Option<Secret<String>>,
}

/// The management API of what runs.
pub(super) fn api(service: &Arc<Service>, process: &Arc<Process>) -> Result<Arc<Api>, TrustError> {
    let accounts = Arc::new(Accounts::new(service.clone()));
    let api = Api::new(service.clone(), accounts);
    // A file has nobody's account in it.
    if service.store().is_none() {
        return Ok(Arc::new(api));
    }
    let sign_on = OpenIdConnect::new(service.clone(), process.clone())?;
    Ok(Arc::new(api.with_sign_on(Arc::new(sign_on))))
}

/// Lets the first person in, where the store owns the configuration.
pub(super) async fn arrival(service: &Service, demo: bool) -> Result<Arrival, Refusal> {
    let Ok(people) = service.people(postern_control::now()) else {
        return Ok(Arrival::default());
    };
    let token = if demo {
        let demo = Actor::local("demo");
        Some(people.owner_with_token(&demo, DEMO).await?)
    } else {
        None
    };
    let has_owner = match people.has_owner().await {
        Ok(has_owner) => has_owner,
        // A shared database that is away cannot tell; there was an owner, or the next start asks.
        Err(refusal) if !demo => {
            tracing::warn!("whether there is an administrator cannot be told: {refusal}");
            return Ok(Arrival::default());
        }
        Err(refusal) => return Err(refusal),
    };
    let link = if demo || !has_owner {
        let link = people.first_administrator(&Actor::system("run")).await?;
        Some(service.address_of(&link, None))
    } else {
        None
    };
    Ok(Arrival { link, token })
}
