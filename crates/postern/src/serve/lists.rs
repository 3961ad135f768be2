//! Lists of addresses that come from files and URLs, while the process runs.

use super::egress::Served;
use super::running::{Process, now};
use postern_control::Running as _;
use postern_outbound::dial::TrustError;
use postern_outbound::{Dialer, HttpClient, Trust};
use std::sync::Arc;
use std::time::Duration;

/// How often files are looked at, and whether it is time to ask a URL.
const LOOK: Duration = Duration::from_secs(1);

/// Unix time in seconds.
pub(super) fn seconds() -> i64 {
    now().div_euclid(1000)
}

/// What asks URLs: only where the egress rule of what is served allows it.
pub(super) fn client(process: &Arc<Process>) -> Result<HttpClient, TrustError> {
    let guard = Arc::new(Served(process.clone()));
    Ok(HttpClient::new(Dialer::new(guard, Trust::system()?)))
}

/// Keeps lists as new as their places are, for ever.
pub(super) async fn keep(process: Arc<Process>, client: HttpClient) {
    let keeper = process.keeper.clone();
    loop {
        tokio::time::sleep(LOOK).await;
        let configuration = process.configuration();
        let lists = &configuration.lists;
        if let Some(listings) = keeper.prepare(lists, seconds()) {
            process.gateway.set_listings(listings);
        }
        if let Some(listings) = keeper.look(lists, &client, seconds()).await {
            process.gateway.set_listings(listings);
        }
    }
}
