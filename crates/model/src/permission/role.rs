//! The roles that every installation has.

use super::{Point, Points};
use Point::{
    AccessRolesRead, AccessRolesWrite, AppsRead, AppsWrite, CallsRead, CertificatesRead,
    ChangesDecide, ChangesPropose, ConfigurationExport, CredentialsRead, CredentialsWrite,
    GroupsRead, GroupsWrite, IssuersRead, ListsRead, ListsWrite, MembersRead, MembersWrite,
    PlansRead, PlansWrite, PoliciesRead, PoliciesWrite, QuestionsAsk, RolesRead, RolesWrite,
    ServiceAccountsWrite, ServicesPublish, ServicesRead, ServicesWrite, SessionsRead,
    SessionsRevoke, SubscriptionsDecide, SubscriptionsRead, SubscriptionsRequest, TenantsRead,
    TenantsWrite, UpstreamsRead, UpstreamsWrite, UsersWrite, WebhooksRead, WebhooksWrite,
};

/// A role that cannot be changed. Others are made of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltIn {
    /// The platform: everything.
    Owner,
    /// The platform: everything but people's accounts, roles and tenants.
    Operator,
    /// The platform: sees everything, changes nothing.
    Auditor,
    /// A tenant: everything in it.
    Admin,
    /// A tenant: its services and who may call them.
    Publisher,
    /// A tenant: its apps and what they call.
    Developer,
    /// A tenant: sees it, changes nothing.
    Viewer,
}

impl BuiltIn {
    /// Those of the platform, then those of tenants; the mightiest first.
    pub const ALL: [Self; 7] = [
        Self::Owner,
        Self::Operator,
        Self::Auditor,
        Self::Admin,
        Self::Publisher,
        Self::Developer,
        Self::Viewer,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::Publisher => "publisher",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it is one of the platform; else it is held in a tenant.
    pub const fn is_of_platform(self) -> bool {
        matches!(self, Self::Owner | Self::Operator | Self::Auditor)
    }

    /// What it is for, for people to read.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Owner => "Everything, everywhere.",
            Self::Operator => "Runs the platform: everything but accounts, roles and tenants.",
            Self::Auditor => "Sees everything and changes nothing.",
            Self::Admin => "Everything in the tenant.",
            Self::Publisher => "The tenant's services, and who may call them.",
            Self::Developer => "The tenant's apps, their credentials and subscriptions.",
            Self::Viewer => "Sees the tenant and changes nothing.",
        }
    }

    /// Its points.
    pub fn points(self) -> Points {
        match self {
            Self::Owner => Points::all(),
            Self::Operator => without(Points::all(), &ACCOUNTS),
            Self::Auditor => reading(Points::all()),
            Self::Admin => Points::of_tenants(),
            Self::Publisher => PUBLISHER.iter().copied().collect(),
            Self::Developer => DEVELOPER.iter().copied().collect(),
            Self::Viewer => without(reading(Points::of_tenants()), &[Point::AuditRead]),
        }
    }
}

/// What makes people mighty, or new ones.
const ACCOUNTS: [Point; 5] = [
    MembersWrite,
    RolesWrite,
    ServiceAccountsWrite,
    TenantsWrite,
    UsersWrite,
];

const PUBLISHER: [Point; 32] = [
    AccessRolesRead,
    AccessRolesWrite,
    AppsRead,
    CallsRead,
    CertificatesRead,
    ChangesDecide,
    ChangesPropose,
    ConfigurationExport,
    GroupsRead,
    IssuersRead,
    ListsRead,
    ListsWrite,
    MembersRead,
    PlansRead,
    PlansWrite,
    PoliciesRead,
    PoliciesWrite,
    QuestionsAsk,
    RolesRead,
    ServicesPublish,
    ServicesRead,
    ServicesWrite,
    SessionsRead,
    SessionsRevoke,
    SubscriptionsDecide,
    SubscriptionsRead,
    SubscriptionsRequest,
    TenantsRead,
    UpstreamsRead,
    UpstreamsWrite,
    WebhooksRead,
    WebhooksWrite,
];

const DEVELOPER: [Point; 18] = [
    AccessRolesRead,
    AppsRead,
    AppsWrite,
    CallsRead,
    ChangesPropose,
    CredentialsRead,
    CredentialsWrite,
    GroupsRead,
    GroupsWrite,
    IssuersRead,
    MembersRead,
    PlansRead,
    QuestionsAsk,
    RolesRead,
    ServicesRead,
    SubscriptionsRead,
    SubscriptionsRequest,
    TenantsRead,
];

fn reading(points: Points) -> Points {
    let asks = |point: Point| point.is_reading() || point == QuestionsAsk;
    points.iter().filter(|point| asks(*point)).collect()
}

fn without(points: Points, less: &[Point]) -> Points {
    let kept = points.iter().filter(|point| !less.contains(point));
    kept.collect()
}
