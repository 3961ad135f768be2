//! Who calls, once that is proved.

use postern_model::entity::{App, Credential, Subscription, Tenant};
use std::sync::Arc;

/// The rows of whoever has proved who they are; filled stage by stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The credential that was verified.
    pub credential: Arc<Credential>,
    /// Whose it is; `None` if the app is gone.
    pub app: Option<Arc<App>>,
    /// The app's tenant; `None` if it is gone.
    pub tenant: Option<Arc<Tenant>>,
    /// The app's subscription to the service.
    pub subscription: Option<Arc<Subscription>>,
    /// Index of the subscription's plan into
    /// [`Configuration::plans`](postern_model::entity::Configuration::plans).
    pub plan: Option<usize>,
}
