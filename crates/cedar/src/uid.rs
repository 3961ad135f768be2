//! The types and names of what policies speak of.

use cedar_policy_core::ast::{Eid, EntityType, EntityUID};
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The namespace of everything here.
pub(crate) const NAMESPACE: &str = "Postern";

/// A type of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    App,
    User,
    Anonymous,
    Group,
    AccessRole,
    Tenant,
    Service,
    Version,
    Operation,
    Action,
}

impl Kind {
    pub(crate) const COUNT: usize = 10;
    const ALL: [Self; Self::COUNT] = [
        Self::App,
        Self::User,
        Self::Anonymous,
        Self::Group,
        Self::AccessRole,
        Self::Tenant,
        Self::Service,
        Self::Version,
        Self::Operation,
        Self::Action,
    ];

    /// As it is written behind the namespace.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::App => "App",
            Self::User => "User",
            Self::Anonymous => "Anonymous",
            Self::Group => "Group",
            Self::AccessRole => "AccessRole",
            Self::Tenant => "Tenant",
            Self::Service => "Service",
            Self::Version => "Version",
            Self::Operation => "Operation",
            Self::Action => "Action",
        }
    }

    /// What people call one.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::User => "user",
            Self::Anonymous => "nobody in particular",
            Self::Group => "group",
            Self::AccessRole => "access role",
            Self::Tenant => "tenant",
            Self::Service => "service",
            Self::Version => "version",
            Self::Operation => "operation",
            Self::Action => "action",
        }
    }

    /// The kind of a type; `None` of one that is not ours.
    pub(crate) fn of(ty: &EntityType) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| TYPES.get(*kind as usize) == Some(ty))
    }

    pub(crate) fn ty(self) -> &'static EntityType {
        #[expect(clippy::indexing_slicing, reason = "one for each kind, in their order")]
        &TYPES[self as usize]
    }

    /// The entity of that name.
    pub(crate) fn uid(self, name: &str) -> EntityUID {
        EntityUID::from_components(self.ty().clone(), Eid::new(SmolStr::new(name)), None)
    }
}

static TYPES: LazyLock<[EntityType; Kind::COUNT]> = LazyLock::new(|| {
    Kind::ALL.map(|kind| {
        let name = format!("{NAMESPACE}::{}", kind.name());
        #[expect(clippy::expect_used, reason = "these are names")]
        EntityType::from_normalized_str(&name).expect("a name")
    })
});

/// The kind and the name of an entity.
pub(crate) fn parts(uid: &EntityUID) -> Option<(Kind, &str)> {
    let id: &str = uid.eid().as_ref();
    Some((Kind::of(uid.entity_type())?, id))
}
