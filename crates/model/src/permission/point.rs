//! Permission points and sets of them.

use std::fmt;

/// Declares the points: variant, name, whether one can hold it in a tenant, and what it lets do.
macro_rules! points {
    ($($variant:ident $name:literal $tenant:literal $says:literal;)*) => {
        /// One kind of act on one kind of thing. Its name is an API: it stands in roles and in the
        /// scopes of tokens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Point {
            $(#[doc = $says] $variant,)*
        }

        impl Point {
            /// Every point, in the order of their names' kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name: `services.write`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it lets do, for people to read.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$variant => $says,)* }
            }

            /// Whether it can be held in a tenant; else on the platform only.
            pub const fn is_of_tenants(self) -> bool {
                match self { $(Self::$variant => $tenant,)* }
            }
        }
    };
}

points! {
    AccessRolesRead "access_roles.read" true "See access roles.";
    AccessRolesWrite "access_roles.write" true "Make, change and remove access roles.";
    AppsRead "apps.read" true "See apps, and what they may call.";
    AppsWrite "apps.write" true "Register, change, suspend and remove apps.";
    AuditRead "audit.read" true "Read and export the audit trail.";
    BackupsMake "backups.make" false "Make backups of everything.";
    BlocksLift "blocks.lift" false "See, make and lift temporary blocks of addresses, credentials and apps.";
    CallsRead "calls.read" true "Read the call log and the explanations of refusals.";
    CategoriesWrite "categories.write" false "Make, change and remove categories of services.";
    CertificatesRead "certificates.read" true "See certificates, never their keys.";
    CertificatesWrite "certificates.write" true "Add, replace and remove certificates.";
    ChangesDecide "changes.decide" true "Approve and reject change requests of others.";
    ChangesPropose "changes.propose" true "See and make change requests.";
    ConfigurationApply "configuration.apply" true "Apply a declared configuration.";
    ConfigurationExport "configuration.export" true "Export the configuration.";
    CredentialsRead "credentials.read" true "See credentials by id and prefix, never their secrets.";
    CredentialsWrite "credentials.write" true "Create, rotate, restrict and revoke credentials.";
    EnvironmentsWrite "environments.write" false "Declare environments and their hosts.";
    GroupsRead "groups.read" true "See groups of apps.";
    GroupsWrite "groups.write" true "Make, change and remove groups of apps.";
    IssuersRead "issuers.read" true "See whose tokens are believed.";
    IssuersWrite "issuers.write" true "Say whose tokens are believed, and which clients of theirs are apps.";
    ListsRead "lists.read" true "See lists of addresses.";
    ListsWrite "lists.write" true "Make, change and remove lists of addresses.";
    MembersRead "members.read" true "See members and invitations.";
    MembersWrite "members.write" true "Invite, change and remove members.";
    PlansRead "plans.read" true "See plans.";
    PlansWrite "plans.write" true "Make, change and remove plans.";
    PoliciesRead "policies.read" true "See policies.";
    PoliciesRelax "policies.relax" true "Take a policy out of force: remove it, or put it into the modes shadow and off.";
    PoliciesWrite "policies.write" true "Make, change and remove policies.";
    QuestionsAsk "questions.ask" true "Ask whether a request would pass, who can call, and why not.";
    RevisionsRead "revisions.read" false "See revisions of the rules.";
    RevisionsRollBack "revisions.roll_back" false "Roll the rules back to an earlier revision.";
    RolesRead "roles.read" true "See management roles.";
    RolesWrite "roles.write" true "Make, change and remove management roles.";
    ServiceAccountsRead "service_accounts.read" true "See service accounts.";
    ServiceAccountsWrite "service_accounts.write" true "Make, change and remove service accounts and their tokens.";
    ServicesPublish "services.publish" true "Publish, deprecate and retire versions.";
    ServicesRead "services.read" true "See services, their versions and operations.";
    ServicesWrite "services.write" true "Make, import, change and remove services.";
    SessionsRead "sessions.read" true "See who is signed in to services at browsers.";
    SessionsRevoke "sessions.revoke" true "Sign people out of services at browsers.";
    SettingsRead "settings.read" false "See listeners and settings of the platform.";
    SettingsWrite "settings.write" false "Change listeners and settings of the platform.";
    SubscriptionsDecide "subscriptions.decide" true "Approve, reject, suspend and resume subscriptions to services.";
    SubscriptionsRead "subscriptions.read" true "See subscriptions and their history.";
    SubscriptionsRequest "subscriptions.request" true "Ask for subscriptions, and cancel them.";
    TenantsRead "tenants.read" true "See the tenant and its settings.";
    TenantsWrite "tenants.write" false "Make, change, suspend and remove tenants.";
    UpstreamsRead "upstreams.read" true "See upstreams and their health.";
    UpstreamsWrite "upstreams.write" true "Make, change and remove upstreams.";
    UsersRead "users.read" false "See users.";
    UsersWrite "users.write" false "Make, change, deactivate and remove users, and grant roles of the platform.";
    WebhooksRead "webhooks.read" true "See webhooks and their deliveries.";
    WebhooksWrite "webhooks.write" true "Make, change and remove webhooks.";
}

impl Point {
    /// The point of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|point| point.name() == name)
    }

    /// Whether it lets see, and change nothing.
    pub fn is_reading(self) -> bool {
        self.name()
            .split_once('.')
            .is_some_and(|(_, act)| act == "read")
    }

    const fn bit(self) -> u64 {
        1 << self as u8
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of points.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Points(u64);

impl Points {
    /// Every point.
    pub fn all() -> Self {
        Point::ALL.iter().copied().collect()
    }

    /// Those that can be held in a tenant.
    pub fn of_tenants() -> Self {
        let all = Point::ALL.iter().copied();
        all.filter(|point| point.is_of_tenants()).collect()
    }

    /// Whether a point is among them.
    pub const fn contains(self, point: Point) -> bool {
        self.0 & point.bit() != 0
    }

    /// Whether all of these points are among them.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The points, in their order.
    pub fn iter(self) -> impl Iterator<Item = Point> {
        let all = Point::ALL.iter().copied();
        all.filter(move |point| self.contains(*point))
    }
}

impl FromIterator<Point> for Points {
    fn from_iter<T: IntoIterator<Item = Point>>(points: T) -> Self {
        Self(points.into_iter().fold(0, |set, point| set | point.bit()))
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Point::name)).finish()
    }
}
