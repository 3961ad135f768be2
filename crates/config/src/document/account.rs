//! Tenants, their apps, and what these prove themselves with and may call.

use crate::located::At;
use crate::scalar::address::Network;
use crate::scalar::certificate::{CertificateText, Fingerprint};
use crate::scalar::date::Date;
use crate::scalar::digest::{Foreign, Hmac, Salt, Sha256};
use crate::scalar::host::{Host, HostPattern};
use crate::scalar::name::MethodName;
use crate::scalar::password::{Argon2id, UserName};
use crate::scalar::reference::{PublicKeyReference, SecretReference};
use crate::scalar::text::{Description, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// A team: the unit of isolation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    /// What people call it.
    pub title: Option<Text>,
    /// What it is for.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
    /// Whom to ask about it: a person, a team, an address.
    #[serde(rename = "contact")]
    pub _contact: Option<Text>,
    /// Whether it may act.
    #[schemars(extend("default" = "active"))]
    pub state: Option<At<AccountState>>,
    /// Since when it may not; with the state `suspended` only, and required there.
    pub suspended_at: Option<At<Date>>,
    /// Why it may not, for its members to read; with the state `suspended` only.
    pub reason: Option<At<Text>>,
    /// For how many days besides today records of requests to its services are kept, within
    /// `call_log.tenant_days`. Without it, as long as the platform keeps all.
    #[schemars(range(min = 1, max = 30))]
    pub call_log_days: Option<At<u16>>,
}

/// An application that calls services: the consumer's side.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// The tenant it belongs to.
    #[schemars(required)]
    pub tenant: Option<At<String>>,
    /// What people call it.
    pub title: Option<Text>,
    /// What it is for.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
    /// Whom to ask about it: a person, a team, an address.
    #[serde(rename = "contact")]
    pub _contact: Option<Text>,
    /// Words to find it by.
    #[schemars(extend("default" = []), length(max = 50))]
    #[serde(rename = "tags")]
    pub _tags: Option<Vec<Text>>,
    /// The access roles it carries by itself.
    #[schemars(extend("default" = []), length(max = 64))]
    pub access_roles: Option<Vec<At<String>>>,
    /// The groups it is in, of its own tenant or of the platform; it carries their access roles
    /// too.
    #[schemars(extend("default" = []), length(max = 16))]
    pub groups: Option<Vec<At<String>>>,
    /// Whether it may act.
    #[schemars(extend("default" = "active"))]
    pub state: Option<At<AccountState>>,
    /// Since when it may not; with the state `suspended` only, and required there.
    pub suspended_at: Option<At<Date>>,
    /// Why it may not, for its owners to read; with the state `suspended` only.
    pub reason: Option<At<Text>>,
}

/// Whether a tenant or an app may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountState {
    /// It may.
    Active,
    /// It may not.
    Suspended,
}

/// What an app proves itself with: an API key, which has one of `sha256`, `secret`, `imported` and
/// `hmac`, or the tokens of a `client`, or what a `signing_key` signs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    /// The app it belongs to.
    #[schemars(required)]
    pub app: Option<At<String>>,
    /// The SHA-256 of the whole key, as `postern keys create --offline` prints it.
    pub sha256: Option<At<Sha256>>,
    /// Where the whole key is: `env:NAME` or `file:PATH`.
    pub secret: Option<At<SecretReference>>,
    /// What the database keeps of a key: the HMAC-SHA-256 of its SHA-256 under the installation's
    /// key. It means nothing to another installation.
    pub hmac: Option<At<Hmac>>,
    /// What another gateway kept of a key that it made. What the database keeps of its `digest`
    /// stands in `hmac`.
    pub imported: Option<At<Imported>>,
    /// The client whose tokens prove it.
    pub client: Option<At<Client>>,
    /// The key that it signs requests with.
    pub signing_key: Option<At<SigningKey>>,
    /// The user name and password that prove it.
    pub password: Option<At<Password>>,
    /// The client certificates that prove it.
    pub certificate: Option<At<KnownCertificate>>,
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// When it was made.
    #[serde(rename = "created_at")]
    pub _created_at: Option<Date>,
    /// Who made it.
    #[serde(rename = "created_by")]
    pub _created_by: Option<Text>,
    /// The credential whose place it takes: an older one of the same app, which stays good until
    /// its own `expires_at`.
    pub replaces: Option<At<String>>,
    /// The only environment it is good for.
    #[schemars(extend("default" = "production"))]
    pub environment: Option<At<String>>,
    /// The scopes it carries. Without it, all that the app's subscriptions grant.
    pub scopes: Option<Vec<At<String>>>,
    /// The access roles it carries. Without it, all that its app has.
    #[schemars(length(max = 64))]
    pub access_roles: Option<Vec<At<String>>>,
    /// It is not good before.
    pub not_before: Option<At<Date>>,
    /// It is not good from then on.
    pub expires_at: Option<At<Date>>,
    /// When it was revoked.
    pub revoked_at: Option<At<Date>>,
    /// Who revoked it; beside `revoked_at` only.
    pub revoked_by: Option<At<Text>>,
    /// Why it was revoked, for its owner to read; beside `revoked_at` only.
    pub reason: Option<At<Text>>,
    /// Where and for what it may be used.
    pub restricted_to: Option<Restriction>,
}

/// A client of an issuer. No two credentials are for the same one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// The issuer, declared in `issuers`.
    #[schemars(required)]
    pub issuer: Option<At<String>>,
    /// What the issuer calls it (`client_id`, `azp`); `*` for every client of the issuer that no
    /// other credential is for.
    #[schemars(required)]
    pub id: Option<Text>,
}

/// A key that requests are signed with: a `public_key`, or a `secret` that both sides have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningKey {
    /// The public key: a JWK or PEM text, or the path of a file with it. RSA of 2048 to 8192 bits,
    /// P-256, P-384 or Ed25519.
    pub public_key: Option<At<PublicKeyReference>>,
    /// Where the secret is (`hmac-sha256`): `env:NAME` or `file:PATH`, at least 32 bytes. Whoever has
    /// it can sign: prefer a public key.
    pub secret: Option<At<SecretReference>>,
    /// How an RSA key signs, `rsa-pss-sha512` where nothing is said. Every other key signs in one
    /// way only.
    pub algorithm: Option<At<SignatureAlgorithm>>,
    /// What signatures call it in `keyid`, as no other credential's does. Without it, the id of the
    /// credential.
    pub key_id: Option<At<Text>>,
}

/// How messages are signed (RFC 9421 §6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-512.
    #[serde(rename = "rsa-pss-sha512")]
    RsaPssSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "rsa-v1_5-sha256")]
    RsaV15Sha256,
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    /// ECDSA over P-384 with SHA-384.
    #[serde(rename = "ecdsa-p384-sha384")]
    EcdsaP384Sha384,
    /// `EdDSA` over Curve25519.
    #[serde(rename = "ed25519")]
    Ed25519,
    /// HMAC with SHA-256.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

/// A user name and password (HTTP Basic).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    /// The user name, which no other credential has: it alone finds this one, whoever's service is
    /// called. Compared as it is written.
    #[schemars(required)]
    pub user: Option<At<UserName>>,
    /// What is kept of the password, as `argon2` and `postern keys create --basic USER --offline`
    /// print it.
    #[schemars(required)]
    pub hash: Option<At<Argon2id>>,
}

/// Client certificates, by one of these. Of a certificate that several credentials know, the
/// fingerprint counts before the alternative names, and those before the subject.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownCertificate {
    /// The SHA-256 of the whole certificate, as `openssl x509 -fingerprint -sha256` prints it.
    pub fingerprint: Option<At<Fingerprint>>,
    /// A DNS name among its alternative names.
    pub dns: Option<At<Host>>,
    /// A URI among them, a SPIFFE id say, to the letter.
    pub uri: Option<At<CertificateText>>,
    /// A mail address among them, to the letter.
    pub email: Option<At<CertificateText>>,
    /// Its subject, as `openssl x509 -subject -nameopt RFC2253` prints it.
    pub subject: Option<At<CertificateText>>,
}

/// What another gateway kept of a key. All credentials together use at most four combinations of
/// `algorithm`, `salt_prefix` and `salt_suffix`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Imported {
    /// The function that made the digest.
    #[schemars(required)]
    pub algorithm: Option<At<Algorithm>>,
    /// The digest, in hexadecimal or base64.
    pub digest: Option<At<Foreign>>,
    /// What stood before the key.
    pub salt_prefix: Option<Salt>,
    /// What stood behind the key.
    pub salt_suffix: Option<Salt>,
}

/// A function that another gateway digested keys with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-1: weak, so that its keys should be rotated soon.
    Sha1,
}

/// Where and for what a credential may be used. What is left out restricts nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restriction {
    /// Ranges of client addresses.
    #[schemars(extend("default" = []))]
    pub addresses: Option<Vec<Network>>,
    /// The services it is good for.
    #[schemars(extend("default" = []))]
    pub services: Option<Vec<At<String>>>,
    /// The methods it is good for.
    #[schemars(extend("default" = []))]
    pub methods: Option<Vec<MethodName>>,
    /// Hosts of the header `Referer`.
    #[schemars(extend("default" = []))]
    pub referrers: Option<Vec<HostPattern>>,
}

/// An app's access to a service, under a plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    /// The app that it is for.
    #[schemars(required)]
    pub app: Option<At<String>>,
    /// The service that it is to.
    #[schemars(required)]
    pub service: Option<At<String>>,
    /// The plan that it is under.
    #[schemars(required)]
    pub plan: Option<At<String>>,
    /// Where it is in its life.
    #[schemars(required)]
    pub state: Option<At<SubscriptionState>>,
    /// Scopes that it grants. Without it, the plan's.
    pub scopes: Option<Vec<At<String>>>,
    /// When it was asked for.
    pub requested_at: Option<At<Date>>,
    /// Who asked for it.
    pub requested_by: Option<Text>,
    /// What it was asked for.
    pub reason: Option<Text>,
    /// When it was decided, suspended or ended; not with the state `pending`.
    pub decided_at: Option<At<Date>>,
    /// Who decided; beside `decided_at` only.
    pub decided_by: Option<At<Text>>,
    /// What they said, for the app's owners to read; beside `decided_at` only.
    pub comment: Option<At<Text>>,
    /// What it is suspended about; with the state `suspended` only.
    pub cause: Option<At<Cause>>,
    /// When it ends by itself.
    pub expires_at: Option<At<Date>>,
}

/// What a subscription is suspended about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// Its use is against the rules.
    Policy,
    /// It is not paid for.
    Billing,
    /// It is a danger.
    Security,
}

/// Where a subscription is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubscriptionState {
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
