//! Who changes or asks for something.

use postern_model::permission::Grants;
pub use postern_store::ActorKind;
use std::net::IpAddr;

/// Who changes or asks for something, from where, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What the audit trail calls them: an e-mail address, the id of a service account, the
    /// name of a user of the system.
    pub who: String,
    /// What kind of somebody.
    pub kind: ActorKind,
    /// The id of the document of the user or service account, if there is one.
    pub id: Option<String>,
    /// From where; none: from this machine, without the network.
    pub from: Option<IpAddr>,
    /// What they may do, and where.
    pub grants: Grants,
    /// What they showed, where that is not all of them.
    pub bounds: Bounds,
}

/// What bounds somebody who showed less than all that they are. Their grants are narrowed to it
/// already; what they make must not outdo or outlive it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Bounds {
    /// Nothing.
    #[default]
    None,
    /// The identity provider of this tenant vouched for them: they are somebody there only.
    Tenant(String),
    /// A token that is restricted, or that ends.
    Token,
}

impl Bounds {
    /// The tenant that they are somebody in, where it is one only.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::None | Self::Token => None,
        }
    }
}

impl Actor {
    /// A user of this machine who may read the data directory: nothing is kept from them.
    pub fn local(who: &str) -> Self {
        Self {
            who: who.to_owned(),
            kind: ActorKind::Local,
            id: None,
            from: None,
            grants: Grants::everything(),
            bounds: Bounds::None,
        }
    }

    /// Postern itself, by what it does.
    pub fn system(doing: &str) -> Self {
        Self {
            kind: ActorKind::System,
            ..Self::local(doing)
        }
    }
}
