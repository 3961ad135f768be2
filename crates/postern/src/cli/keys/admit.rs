//! Letting apps in by what they have already.

use crate::cli::remote::Shown;
use crate::cli::time::{Moment, moment};
use clap::Args;
use std::path::PathBuf;

/// Options of `postern keys admit`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern keys admit --app till --certificate till-7.crt           # this very certificate
  postern keys admit --app till --certificate-uri spiffe://example.com/till/7
  postern keys admit --app till --certificate-subject \"CN=till-7,O=Example\"
  postern keys admit --app till --public-key till.pub.pem --key-id till   # to sign requests by

The service has to accept it (`mtls` or `signature` in its `authentication`). A certificate that is
known by a name still has to be of an authority that the service trusts.")]
pub(crate) struct KeysAdmit {
    /// The app that it belongs to.
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
    #[command(flatten)]
    pub(crate) proof: Proof,
    /// What signatures call the public key (`keyid`); the credential's id if this is not said.
    #[arg(long, value_name = "NAME", requires = "public_key")]
    pub(crate) key_id: Option<String>,
    /// The only environment that it is good for.
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: String,
    /// The scopes it carries; all that the app's subscriptions grant if this is not said.
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,
    /// When it ends: a length of time (`90d`, `12h`) or a time (`2027-01-01`,
    /// `2027-01-01T12:00:00Z`).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// What the app has.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Proof {
    /// This very certificate: the first one in a PEM file.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Certificates with this DNS name.
    #[arg(long, value_name = "NAME")]
    pub(crate) certificate_dns: Option<String>,
    /// Certificates with this URI.
    #[arg(long, value_name = "URI")]
    pub(crate) certificate_uri: Option<String>,
    /// Certificates with this mail address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) certificate_email: Option<String>,
    /// Certificates of this subject, as `openssl x509 -subject -nameopt RFC2253` prints it.
    #[arg(long, value_name = "NAME")]
    pub(crate) certificate_subject: Option<String>,
    /// A public key that requests are signed for: a file with a JWK, or PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) public_key: Option<PathBuf>,
}
