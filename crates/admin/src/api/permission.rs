//! Permissions as types, so that an endpoint cannot be written without saying which it needs.

use postern_model::permission::Point;

/// What whoever calls an endpoint has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: whoever reaches the admin address may call it.
    Nothing,
    /// To be somebody.
    SignedIn,
    /// This point, in some tenant or on the platform. Where exactly is judged by what is asked
    /// for: see [`postern_control::ownership`].
    Somewhere(Point),
    /// This point, on the platform.
    OnPlatform(Point),
}

impl Need {
    /// As the reference and the table of permissions say it.
    pub fn name(self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::SignedIn => "signed in".to_owned(),
            Self::Somewhere(point) => point.name().to_owned(),
            Self::OnPlatform(point) => format!("{} on the platform", point.name()),
        }
    }
}

/// A permission as a type.
pub trait Permission: Send + Sync + 'static {
    /// What it stands for.
    const NEED: Need;
}

/// Nothing is needed.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl Permission for Anyone {
    const NEED: Need = Need::Nothing;
}

/// Whoever signed in.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn;

impl Permission for SignedIn {
    const NEED: Need = Need::SignedIn;
}

/// Declares a type for each point, by the name of the point.
macro_rules! needs {
    ($($point:ident)*) => {
        $(
            #[doc = concat!("Takes [`Point::", stringify!($point), "`].")]
            #[derive(Debug, Clone, Copy)]
            pub struct $point;

            impl Permission for $point {
                const NEED: Need = if Point::$point.is_of_tenants() {
                    Need::Somewhere(Point::$point)
                } else {
                    Need::OnPlatform(Point::$point)
                };
            }
        )*
    };
}

needs! {
    AccessRolesRead AccessRolesWrite AppsRead AppsWrite AuditRead BackupsMake BlocksLift CallsRead
    CategoriesWrite CertificatesRead CertificatesWrite ChangesDecide ChangesPropose
    ConfigurationApply ConfigurationExport CredentialsRead CredentialsWrite EnvironmentsWrite
    GroupsRead GroupsWrite IssuersRead IssuersWrite ListsRead ListsWrite MembersRead MembersWrite PlansRead PlansWrite
    PoliciesRead PoliciesWrite QuestionsAsk RevisionsRead RevisionsRollBack RolesRead RolesWrite
    ServiceAccountsRead ServiceAccountsWrite ServicesPublish ServicesRead ServicesWrite
    SessionsRead SessionsRevoke SettingsRead SettingsWrite SubscriptionsDecide SubscriptionsRead SubscriptionsRequest
    TenantsRead TenantsWrite UpstreamsRead UpstreamsWrite UsersRead UsersWrite WebhooksRead
    WebhooksWrite
}
