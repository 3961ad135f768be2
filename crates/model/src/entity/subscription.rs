//! Subscriptions: an app's access to a service.

use super::Name;

/// App × service × plan, with a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, `sub_…`.
    pub id: Name,
    /// Who.
    pub app: Name,
    /// To what.
    pub service: Name,
    /// Under which plan.
    pub plan: Name,
    /// Where it is in its life.
    pub state: SubscriptionState,
    /// Since when; Unix time in seconds.
    pub since: Option<i64>,
    /// Scopes granted; `None`: the plan's.
    pub scopes: Option<Vec<Name>>,
    /// The request for it.
    pub requested: Requested,
    /// The last decision about it.
    pub decided: Option<Decided>,
    /// When it ends by itself; Unix time in seconds.
    pub expires_at: Option<i64>,
}

/// The life of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubscriptionState {
    /// Asked for; nobody has decided.
    Pending,
    /// Granted.
    Approved,
    /// Refused.
    Rejected,
    /// Granted, and held back for now.
    Suspended,
    /// Over because its time was.
    Expired,
    /// Over because somebody ended it.
    Cancelled,
}

impl SubscriptionState {
    /// Every state, in the order of a subscription's life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Approved,
        Self::Rejected,
        Self::Suspended,
        Self::Expired,
        Self::Cancelled,
    ];

    /// Its name in documents and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Who asked for a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requested {
    /// Unix time in seconds.
    pub at: Option<i64>,
    /// By whom.
    pub by: Option<Name>,
    /// What for.
    pub reason: Option<Name>,
}

/// Who decided about a subscription, suspended or ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Unix time in seconds.
    pub at: i64,
    /// Milliseconds of that second, by which decisions within one are told apart.
    pub millis: u16,
    /// By whom.
    pub by: Option<Name>,
    /// What they said, for the app's owner to read.
    pub comment: Option<Name>,
}
