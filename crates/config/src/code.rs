//! The names of what can be wrong with a configuration. They are public and stable: a released
//! code never changes its meaning.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What is wrong with a configuration.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, `config.…`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => concat!("config.", $name),)+ }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// A file that the configuration consists of or refers to cannot be read.
    FileUnreadable = "file_unreadable",
    /// The text is neither YAML nor JSON.
    Syntax = "syntax",
    /// The document is larger, deeper or has more nodes than is allowed.
    TooComplex = "too_complex",
    /// A key stands twice in one mapping.
    DuplicateKey = "duplicate_key",
    /// There is no such field.
    UnknownField = "unknown_field",
    /// A field that has no default is missing.
    MissingField = "missing_field",
    /// A mapping stands where a list belongs, a number where a text belongs, and so on.
    WrongType = "wrong_type",
    /// The value is none of those that are possible.
    InvalidValue = "invalid_value",
    /// The value is too small, too large, too short or too long.
    OutOfRange = "out_of_range",
    /// A name has characters that names do not have.
    InvalidName = "invalid_name",
    /// Not a duration such as `10s`.
    InvalidDuration = "invalid_duration",
    /// Not a size such as `64KiB`.
    InvalidSize = "invalid_size",
    /// Not an address to listen on.
    InvalidAddress = "invalid_address",
    /// Not an address range such as `10.0.0.0/8`.
    InvalidNetwork = "invalid_network",
    /// Not a target such as `127.0.0.1:9000`.
    InvalidTarget = "invalid_target",
    /// Not a host such as `api.example.com` or `*.example.com`.
    InvalidHost = "invalid_host",
    /// Not a path in normal form, or not a path template.
    InvalidPath = "invalid_path",
    /// Not a method that the gateway knows.
    InvalidMethod = "invalid_method",
    /// Not a time as in RFC 3339.
    InvalidDate = "invalid_date",
    /// Not the name of a header field or cookie.
    InvalidHeader = "invalid_header",
    /// Not a status or a range of statuses.
    InvalidStatus = "invalid_status",
    /// Not an absolute `http` or `https` URL.
    InvalidUrl = "invalid_url",
    /// Not a file, and not a reference to a secret.
    InvalidReference = "invalid_reference",
    /// A text for people that is empty, too long or has control characters.
    InvalidText = "invalid_text",
    /// Not a media type such as `application/json`.
    InvalidMediaType = "invalid_media_type",
    /// Not the SHA-256 of a key.
    InvalidDigest = "invalid_digest",
    /// A secret that is referred to is not a key of this gateway.
    InvalidKey = "invalid_key",
    /// Not Cedar, or Cedar about something that is not there.
    InvalidPolicy = "invalid_policy",
    /// Not a country of ISO 3166-1.
    InvalidCountry = "invalid_country",
    /// Not the number of an autonomous system.
    InvalidAsn = "invalid_asn",
    /// Not a time zone of the IANA database.
    InvalidTimeZone = "invalid_time_zone",
    /// There is no such upstream.
    UnknownUpstream = "unknown_upstream",
    /// There is no such version.
    UnknownVersion = "unknown_version",
    /// There is no such operation.
    UnknownOperation = "unknown_operation",
    /// There is no such tenant.
    UnknownTenant = "unknown_tenant",
    /// There is no such app.
    UnknownApp = "unknown_app",
    /// There is no such service.
    UnknownService = "unknown_service",
    /// There is no such plan.
    UnknownPlan = "unknown_plan",
    /// There is no such certificate.
    UnknownCertificate = "unknown_certificate",
    /// There is no such category.
    UnknownCategory = "unknown_category",
    /// There is no such list.
    UnknownList = "unknown_list",
    /// No service declares such a scope.
    UnknownScope = "unknown_scope",
    /// There is no such access role.
    UnknownAccessRole = "unknown_access_role",
    /// There is no such issuer.
    UnknownIssuer = "unknown_issuer",
    /// There is no such group.
    UnknownGroup = "unknown_group",
    /// There is no such environment.
    UnknownEnvironment = "unknown_environment",
    /// A path template uses a parameter that an operation's path does not have.
    UnknownParameter = "unknown_parameter",
    /// Two operations would answer the same requests.
    DuplicateOperation = "duplicate_operation",
    /// Two listeners have the same address.
    DuplicateAddress = "duplicate_address",
    /// A target stands twice in one upstream.
    DuplicateTarget = "duplicate_target",
    /// Two environments have the same host.
    DuplicateHost = "duplicate_host",
    /// Two credentials have the same key.
    DuplicateCredential = "duplicate_credential",
    /// An app has two subscriptions to one service.
    DuplicateSubscription = "duplicate_subscription",
    /// Two policies of one kind have the same name at the same level.
    DuplicatePolicy = "duplicate_policy",
    /// Hosts or paths that are not assigned to the tenant, or are to another one.
    NotAssigned = "not_assigned",
    /// Hosts or paths are assigned to two tenants.
    Overlap = "overlap",
    /// A subscription is under a plan that does not cover its service.
    NotCovered = "not_covered",
    /// All targets of an upstream have the weight 0.
    NoWeight = "no_weight",
    /// Two settings that exclude each other.
    Conflict = "conflict",
    /// The prefix to strip is not a prefix of the paths that are routed there.
    NotAPrefix = "not_a_prefix",
    /// The egress rule does not let the gateway connect to this address.
    EgressForbidden = "egress_forbidden",
    /// A secret that is referred to does not exist.
    SecretMissing = "secret_missing",
    /// No listener can do what this service needs.
    ListenerMissing = "listener_missing",
    /// Part of a path looks like a parameter of another router, but is literal text here.
    LiteralParameter = "literal_parameter",
    /// An upstream to which no version leads.
    UnusedUpstream = "unused_upstream",
    /// An environment has a host that no service answers on.
    UnansweredHost = "unanswered_host",
    /// An entry of a list that lies within another one.
    Redundant = "redundant",
    /// A time that is over already, so that what it bounds has no effect.
    Expired = "expired",
    /// A protection is switched off.
    Unprotected = "unprotected",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
