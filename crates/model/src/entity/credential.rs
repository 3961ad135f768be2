//! Credentials: what an app proves itself with.

use super::{CertificateName, CredentialKind, Method, Name, SigningKey, SigningMaterial};
use crate::key::imported::KeyFormat;
use crate::key::password::PasswordHash;
use ipnet::IpNet;
use std::sync::Arc;

/// HMAC-SHA-256, under the installation's key, of the SHA-256 of a whole API key, or of the digest
/// that another gateway kept of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest(pub [u8; 32]);

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[digest]")
    }
}

/// What an app proves itself with. There may be a million of them, so that what few have is boxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id, `key_…`.
    pub id: Name,
    /// The app it belongs to.
    pub app: Name,
    /// What proves it.
    pub proof: Proof,
    /// The only environment it is good for.
    pub environment: Name,
    /// Scopes it carries; `None`: all that the app's subscriptions grant.
    pub scopes: Option<Arc<[Name]>>,
    /// Not good before; Unix time in seconds.
    pub not_before: Option<Box<i64>>,
    /// Not good from then on; Unix time in seconds.
    pub expires_at: Option<i64>,
    /// Set once it was revoked.
    pub revoked: Option<Box<Revocation>>,
    /// Where and for what alone it may be used.
    pub restriction: Option<Box<Restriction>>,
}

/// What proves a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// An API key, of which this is kept.
    Key(KeyDigest),
    /// An API key that another gateway made.
    Imported(Box<ImportedKey>),
    /// Tokens that an issuer makes for a client.
    Client(Box<ClientId>),
    /// Signatures of requests, by a key.
    Signing(Box<SigningKey>),
    /// A user name and a password.
    Password(Box<Password>),
    /// A client certificate.
    Certificate(Box<CertificateName>),
}

impl Proof {
    /// The kind of the credential.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Key(_) | Self::Imported(_) => CredentialKind::ApiKey,
            Self::Client(_) => CredentialKind::Jwt,
            Self::Signing(_) => CredentialKind::Signature,
            Self::Password(_) => CredentialKind::Basic,
            Self::Certificate(_) => CredentialKind::Mtls,
        }
    }

    /// What is kept of the key, if it is one.
    pub const fn digest(&self) -> Option<&KeyDigest> {
        match self {
            Self::Key(digest) => Some(digest),
            Self::Imported(key) => Some(&key.digest),
            Self::Client(_) | Self::Signing(_) | Self::Password(_) | Self::Certificate(_) => None,
        }
    }

    /// How another gateway digested the key, if it is one that was imported.
    pub const fn imported(&self) -> Option<&Arc<KeyFormat>> {
        match self {
            Self::Imported(key) => Some(&key.format),
            _ => None,
        }
    }

    /// The client whose tokens prove it.
    pub const fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Client(client) => Some(client),
            _ => None,
        }
    }

    /// Whether a secret signs for it that both sides have.
    pub fn shares_secret(&self) -> bool {
        self.signing()
            .is_some_and(|key| matches!(key.material, SigningMaterial::Shared(_)))
    }

    /// The key that signs for it.
    pub const fn signing(&self) -> Option<&SigningKey> {
        match self {
            Self::Signing(key) => Some(key),
            _ => None,
        }
    }

    /// What the certificate is known by, if it is one.
    pub const fn certificate(&self) -> Option<&CertificateName> {
        match self {
            Self::Certificate(name) => Some(name),
            _ => None,
        }
    }

    /// The user name and what is kept of its password, if it is one.
    pub const fn password(&self) -> Option<&Password> {
        match self {
            Self::Password(password) => Some(password),
            _ => None,
        }
    }
}

/// A key that another gateway made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportedKey {
    /// What is kept of it.
    pub digest: KeyDigest,
    /// How that gateway digested it.
    pub format: Arc<KeyFormat>,
}

/// A user name and what is kept of its password. The name alone finds the credential, whoever's
/// service is called, so that no two of an installation have the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Password {
    /// The name, compared as it is written.
    pub user: Name,
    /// What is kept of the password.
    pub hash: Arc<PasswordHash>,
}

impl Password {
    /// Most bytes of a name.
    pub const LONGEST_USER: usize = 255;
    /// Most bytes of a password.
    pub const LONGEST: usize = 255;

    /// Whether something can be a user name: it has something, and neither a colon nor control
    /// characters in it (RFC 7617 §2).
    pub fn is_user(name: &str) -> bool {
        let length = 1..=Self::LONGEST_USER;
        length.contains(&name.len()) && !name.chars().any(|c| c == ':' || c.is_control())
    }
}

/// A client of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId {
    /// The issuer, by its name in the configuration.
    pub issuer: Name,
    /// What the issuer calls it; `*`: every client that no other credential is for.
    pub id: Name,
}

impl ClientId {
    /// Stands for every client.
    pub const ANY: &'static str = "*";
}

/// Whether a credential is good at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialState {
    /// It is.
    Active,
    /// Not yet.
    NotYetValid,
    /// Its time is over.
    Expired,
    /// Somebody ended it.
    Revoked,
}

impl CredentialState {
    /// Its name, for its owner to read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Credential {
    /// What signatures call its key (`keyid`), if it has one that signs.
    pub fn signs_as(&self) -> Option<&str> {
        let key = self.proof.signing()?;
        Some(key.name.as_deref().unwrap_or(&self.id))
    }

    /// Whether it is good; `now` is Unix time in seconds.
    pub fn state(&self, now: i64) -> CredentialState {
        if self.revoked.is_some() {
            CredentialState::Revoked
        } else if self.not_before.as_ref().is_some_and(|from| now < **from) {
            CredentialState::NotYetValid
        } else if self.expires_at.is_some_and(|until| now >= until) {
            CredentialState::Expired
        } else {
            CredentialState::Active
        }
    }
}

/// When and why something ended that somebody proved itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Unix time in seconds.
    pub at: i64,
    /// Who did it.
    pub by: Option<Name>,
    /// Why, for its owner to read.
    pub reason: Option<Name>,
}

/// What a credential is restricted to. An empty list of what is looked at restricts nothing; one of
/// access roles leaves none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restriction {
    /// Client addresses.
    pub networks: Vec<IpNet>,
    /// Services, by name.
    pub services: Vec<Name>,
    /// Methods.
    pub methods: Vec<Method>,
    /// Hosts of the `Referer` header, lower case; `*.example.com` matches one or more labels.
    pub referrers: Vec<Name>,
    /// The only access roles of its app that it carries; `None`: all of them.
    pub access_roles: Option<Vec<Name>>,
}

impl Restriction {
    /// Whether it looks at anything of a request, and not only at what the app carries.
    pub fn looks_at_requests(&self) -> bool {
        !(self.networks.is_empty()
            && self.services.is_empty()
            && self.methods.is_empty()
            && self.referrers.is_empty())
    }
}
