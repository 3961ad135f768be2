//! Tokens that apps give up: kept by the service, once there is one.

use postern_control::{GivenUp as Kept, Service};
use postern_proxy::issuers::{GivenUp, Giving, Revoke};
use std::sync::{Arc, OnceLock};
use tokio::runtime::Handle;

/// The service, which is begun after the gateway.
#[derive(Debug)]
pub(super) struct Revocations {
    service: OnceLock<Arc<Service>>,
    control: Handle,
}

impl Revocations {
    /// Those that nobody keeps yet. Changes are made on that runtime: there they go on to their end
    /// though whoever asked goes away, and keep no core of the gateway from its work.
    pub(super) const fn new(control: Handle) -> Self {
        Self {
            service: OnceLock::new(),
            control,
        }
    }

    /// From now on the service keeps them.
    pub(super) fn kept_by(&self, service: Arc<Service>) {
        // It is begun once.
        let _ = self.service.set(service);
    }
}

impl Revoke for Revocations {
    fn can(&self) -> bool {
        self.service
            .get()
            .is_some_and(|service| service.keeps_changes())
    }

    fn revoke(&self, token: GivenUp) -> Giving<'_> {
        let Some(service) = self.service.get().cloned() else {
            return Box::pin(async { Err("the gateway is only starting".to_owned()) });
        };
        let token = Kept {
            issuer: token.issuer.to_string(),
            token: token.token,
            until: token.until,
            app: token.app.to_string(),
        };
        let done = self
            .control
            .spawn(async move { service.give_up(token).await });
        Box::pin(async move {
            match done.await {
                Ok(done) => done.map_err(|refusal| refusal.message),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}
