//! Certificates that have names, and headings for services.

use crate::located::At;
use crate::scalar::host::HostPattern;
use crate::scalar::reference::{ChainReference, KeyReference};
use crate::scalar::text::{Description, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// A certificate that listeners serve: by its name, or because they serve all of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedCertificate {
    /// The tenant it belongs to. Without one, it is the platform's.
    pub tenant: Option<At<String>>,
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// The certificate and those that lead to its authority, the certificate first: PEM text, or
    /// the file with it, which is read again when it changes.
    #[schemars(required)]
    pub certificate: Option<At<ChainReference>>,
    /// Where the private key is (PKCS#8, PKCS#1 or SEC1).
    #[schemars(required)]
    pub key: Option<At<KeyReference>>,
    /// The hosts that it is served for, of those in it. Without any, all of them; what belongs to
    /// a tenant needs some, below what is assigned to the tenant.
    pub hosts: Option<At<Vec<At<HostPattern>>>>,
}

/// A heading under which services are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Category {
    /// What people call it.
    #[serde(rename = "title")]
    pub _title: Option<Text>,
    /// What belongs there.
    #[serde(rename = "description")]
    pub _description: Option<Description>,
}
