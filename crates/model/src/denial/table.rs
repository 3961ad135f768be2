//! The table of codes.

use super::{Fault, Retry};
use crate::Stage;

/// A code's row of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The public name, `family.reason`.
    pub name: &'static str,
    /// A short sentence in the words that people search for.
    pub title: &'static str,
    /// Status by default.
    pub status: u16,
    /// The other statuses that a profile or policy may choose.
    pub other_statuses: &'static [u16],
    /// Whose business it is, unless the evidence proves otherwise.
    pub fault: Fault,
    /// Whether trying again can help, unless a time is known.
    pub retry: Retry,
    /// The stage that refuses.
    pub stage: Stage,
    /// What the caller is shown.
    pub public: Public,
    /// Error type in `Proxy-Status` (RFC 9209 §2.3); empty where the refusal is not ours.
    pub proxy_error: &'static str,
}

/// The public form of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// As itself.
    AsSelf,
    /// In every respect as another code.
    As(Code),
}

/// Writes the codes down: variants, [`Code::ALL`] and rows, each code in one place.
macro_rules! codes {
    ($($code:ident $(as $shown:ident)? = $name:literal $title:literal
        $status:literal [$($other:literal),*] $fault:ident $retry:ident$(($after:literal))?
        $stage:ident $proxy_error:literal,)*) => {
        /// The stable name of a refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $code,)*
        }

        impl Code {
            /// Every code, family by family.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The code's row.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$code => &Row {
                        name: $name,
                        title: $title,
                        status: $status,
                        other_statuses: &[$($other),*],
                        fault: Fault::$fault,
                        retry: Retry::$retry$(($after))?,
                        stage: Stage::$stage,
                        public: codes!(@public $($shown)?),
                        proxy_error: $proxy_error,
                    },)*
                }
            }
        }
    };
    (@public) => { Public::AsSelf };
    (@public $shown:ident) => { Public::As(Self::$shown) };
}

// code (`as` what its caller is shown instead) = name, title, and on the second line: status,
// the others that may be chosen, fault, retry, stage, error type in `Proxy-Status`.
codes! {
    TlsRequired = "connection.tls_required" "HTTPS required"
        403 [308] Consumer AfterChange Connection "http_request_denied",
    CertificateMissing = "connection.certificate_missing" "Client certificate required"
        403 [] Consumer AfterChange Connection "http_request_denied",
    CertificateUntrusted = "connection.certificate_untrusted" "Client certificate not trusted"
        403 [] Consumer AfterChange Connection "http_request_denied",
    CertificateExpired = "connection.certificate_expired" "Client certificate expired or not yet valid"
        403 [] Consumer AfterChange Connection "http_request_denied",
    Misdirected = "connection.misdirected" "Misdirected request"
        421 [] Consumer AfterChange Connection "http_request_error",
    HeaderTooLarge = "connection.header_too_large" "Request header too large"
        431 [] Consumer AfterChange Connection "http_request_error",
    UriTooLong = "connection.uri_too_long" "Request target too long"
        414 [] Consumer AfterChange Connection "http_request_error",
    Malformed = "connection.malformed" "Malformed HTTP request"
        400 [] Consumer Never Connection "http_request_error",
    VersionUnsupported = "connection.version_unsupported" "HTTP version not supported"
        505 [] Consumer Never Connection "http_request_error",
    MethodUnsupported = "connection.method_unsupported" "Method not implemented"
        501 [] Consumer Never Connection "http_request_error",
    UpgradeNotAllowed = "connection.upgrade_not_allowed" "Protocol upgrade not allowed"
        400 [] Consumer Never Connection "http_request_error",
    ProxyProtocolInvalid = "connection.proxy_protocol_invalid" "Invalid PROXY protocol header"
        400 [] Operator AfterChange Connection "http_request_error",
    LoopDetected = "connection.loop_detected" "Loop detected"
        508 [] Operator AfterChange Connection "proxy_loop_detected",
    LimitReached = "connection.limit_reached" "Too many connections"
        503 [] Gateway After(1) Connection "proxy_internal_response",
    ConnectionTimeout = "connection.timeout" "Request sent too slowly"
        408 [] Consumer After(0) Connection "http_request_error",
    AddressUnparseable = "client.address_unparseable" "Client address cannot be read"
        400 [] Operator AfterChange Client "http_request_error",
    EdgeAddressDenied = "edge.address_denied" "IP address denied"
        403 [404] Consumer AfterChange Edge "http_request_denied",
    EdgeAddressBlocked = "edge.address_blocked" "IP address temporarily blocked"
        403 [429] Consumer After(60) Edge "http_request_denied",
    EdgeRateExceeded = "edge.rate_exceeded" "Too many requests from this IP address"
        429 [403] Consumer After(1) Edge "http_request_denied",
    NotFound = "route.not_found" "No such operation"
        404 [] Consumer AfterChange Route "http_request_error",
    MethodNotAllowed = "route.method_not_allowed" "Method not allowed"
        405 [403, 404] Consumer AfterChange Route "http_request_error",
    NotPublished as NotFound = "route.not_published" "Version not published"
        404 [] Publisher AfterChange Route "http_request_error",
    VersionRetired = "route.version_retired" "Version retired"
        410 [404] Consumer AfterChange Route "http_request_error",
    PathRejected = "route.path_rejected" "Ambiguous path"
        400 [] Consumer AfterChange Route "http_request_error",
    AddressNotAllowed = "network.address_not_allowed" "IP address not on the allowlist"
        403 [404] Consumer AfterChange Network "http_request_denied",
    AddressDenied = "network.address_denied" "IP address on a denylist"
        403 [404] Consumer AfterChange Network "http_request_denied",
    CountryNotAllowed = "network.country_not_allowed" "Country not allowed"
        403 [451] Consumer AfterChange Network "http_request_denied",
    OriginNotAllowed = "cors.origin_not_allowed" "Origin not allowed (CORS)"
        403 [] Consumer AfterChange Cors "http_request_denied",
    CorsMethodNotAllowed = "cors.method_not_allowed" "Method not allowed for other origins (CORS)"
        403 [] Publisher AfterChange Cors "http_request_denied",
    CorsHeaderNotAllowed = "cors.header_not_allowed" "Request header not allowed for other origins (CORS)"
        403 [] Publisher AfterChange Cors "http_request_denied",
    CorsCredentialsNotAllowed = "cors.credentials_not_allowed" "Cookies not allowed from other origins (CORS)"
        403 [] Consumer AfterChange Cors "http_request_denied",
    HeaderMissing = "headers.required_missing" "Required header missing"
        400 [403] Consumer AfterChange Headers "http_request_error",
    HeaderValueNotAllowed = "headers.value_not_allowed" "Header value not allowed"
        400 [403] Consumer AfterChange Headers "http_request_error",
    ContentTypeMissing = "headers.content_type_missing" "Content-Type missing"
        415 [403, 400] Consumer AfterChange Headers "http_request_error",
    ContentTypeUnsupported = "headers.content_type_unsupported" "Unsupported media type"
        415 [403, 400] Consumer AfterChange Headers "http_request_error",
    LengthRequired = "headers.length_required" "Content-Length required"
        411 [] Consumer AfterChange Headers "http_request_error",
    ExpectationUnsupported = "headers.expectation_unsupported" "Expectation not supported"
        417 [] Consumer AfterChange Headers "http_request_error",
    EncodingUnsupported = "headers.encoding_unsupported" "Content-Encoding not supported"
        415 [] Consumer AfterChange Headers "http_request_error",
    NotAcceptable = "headers.not_acceptable" "Nothing acceptable to send"
        406 [403] Consumer AfterChange Headers "http_request_error",
    ParameterMissing = "parameter.missing" "Required parameter missing"
        400 [403, 422] Consumer AfterChange Body "http_request_error",
    ParameterInvalid = "parameter.invalid" "Invalid parameter"
        400 [403, 422] Consumer AfterChange Body "http_request_error",
    BodyTooLarge = "body.too_large" "Request body too large"
        413 [403] Consumer AfterChange Body "http_request_error",
    BodyUnreadable = "body.unreadable" "Request body cannot be read"
        400 [403] Consumer AfterChange Body "http_request_error",
    SchemaMismatch = "body.schema_mismatch" "Request body does not match the schema"
        400 [422, 403] Consumer AfterChange Body "http_request_error",
    FileNotAllowed = "body.file_not_allowed" "File type not allowed"
        415 [403] Consumer AfterChange Body "http_request_error",
    CredentialMissing = "credential.missing" "Credential or API key missing"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialMalformed = "credential.malformed" "Credential or API key malformed"
        401 [400, 403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialKindNotAccepted = "credential.kind_not_accepted" "Kind of credential not accepted"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialAmbiguous = "credential.ambiguous" "More than one credential"
        400 [] Consumer AfterChange Authenticate "http_request_denied",
    CredentialUnknown as CredentialInvalid = "credential.unknown" "Credential or API key unknown"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialWrongSecret as CredentialInvalid = "credential.wrong_secret" "Credential or API key with a wrong secret"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialInvalid = "credential.invalid" "Invalid credential or API key"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialNotYetValid = "credential.not_yet_valid" "Credential or API key not yet valid"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialExpired = "credential.expired" "Credential or API key expired"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialRevoked = "credential.revoked" "Credential or API key revoked"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    CredentialWrongEnvironment = "credential.wrong_environment" "Credential or API key of another environment"
        403 [401] Consumer AfterChange Authenticate "http_request_denied",
    CredentialRestricted = "credential.restricted" "Credential or API key restricted"
        403 [] Consumer AfterChange Authenticate "http_request_denied",
    TokenMalformed = "token.malformed" "Malformed token"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenInvalid = "token.invalid" "Invalid token"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenSignatureInvalid as TokenInvalid = "token.signature_invalid" "Invalid token signature"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenKeyUnknown as TokenInvalid = "token.key_unknown" "Token signed by an unknown key"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenIssuerNotTrusted as TokenInvalid = "token.issuer_not_trusted" "Token issuer not trusted"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenExpired = "token.expired" "Token expired"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenNotYetValid = "token.not_yet_valid" "Token not yet valid"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenAudienceMismatch = "token.audience_mismatch" "Token is for another audience"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenClaimMissing = "token.claim_missing" "Token claim missing or not known"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenRevoked = "token.revoked" "Token revoked"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    TokenInactive = "token.inactive" "Token not active"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SessionMissing = "session.missing" "Not signed in"
        401 [403, 303] Consumer AfterChange Authenticate "http_request_denied",
    SessionExpired = "session.expired" "Session expired"
        401 [403, 303] Consumer AfterChange Authenticate "http_request_denied",
    SessionInvalid = "session.invalid" "Invalid session"
        401 [403, 400, 303] Consumer AfterChange Authenticate "http_request_denied",
    SignatureInvalid = "signature.invalid" "Invalid request signature"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SignatureKeyUnknown as SignatureInvalid = "signature.key_unknown" "Request signed by an unknown key"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SignatureStale = "signature.stale" "Request signature out of its time"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SignatureReplayed = "signature.replayed" "Request signature used before"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SignatureComponentMissing = "signature.component_missing" "Request signature does not cover enough"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    SignatureDigestMismatch = "signature.digest_mismatch" "Body does not match its signed digest"
        401 [403] Consumer AfterChange Authenticate "http_request_denied",
    DpopProofMissing = "dpop.proof_missing" "Proof of possession missing (DPoP)"
        401 [] Consumer AfterChange Authenticate "http_request_denied",
    DpopProofInvalid = "dpop.proof_invalid" "Invalid proof of possession (DPoP)"
        401 [] Consumer AfterChange Authenticate "http_request_denied",
    DpopReplayed = "dpop.replayed" "Proof of possession used before (DPoP)"
        401 [] Consumer AfterChange Authenticate "http_request_denied",
    DpopNonceRequired = "dpop.nonce_required" "Proof of possession needs a new nonce (DPoP)"
        401 [] Consumer AfterChange Authenticate "http_request_denied",
    DpopKeyMismatch = "dpop.key_mismatch" "Token bound to another key (DPoP)"
        401 [] Consumer AfterChange Authenticate "http_request_denied",
    GrantInvalid = "grant.invalid" "Token request not accepted"
        400 [] Consumer AfterChange Authenticate "http_request_error",
    IdentityProviderUnreachable = "identity_provider.unreachable" "Identity provider unreachable"
        503 [] IdentityProvider After(5) Authenticate "destination_unavailable",
    CsrfCrossSite = "csrf.cross_site" "Request from another site (CSRF)"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    CsrfOriginMismatch = "csrf.origin_mismatch" "Origin does not match the host (CSRF)"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    CsrfRefererNotAllowed = "csrf.referer_not_allowed" "Referer not allowed (CSRF)"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    CsrfTokenMissing = "csrf.token_missing" "CSRF token missing"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    CsrfTokenInvalid = "csrf.token_invalid" "Invalid CSRF token"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    CsrfTokenExpired = "csrf.token_expired" "CSRF token expired"
        403 [] Consumer AfterChange Csrf "http_request_denied",
    TenantSuspended = "account.tenant_suspended" "Tenant suspended"
        403 [] Consumer AfterChange Account "http_request_denied",
    AppSuspended = "account.app_suspended" "App suspended"
        403 [] Consumer AfterChange Account "http_request_denied",
    TenantIsolated as NotFound = "tenant.isolated" "Private service of another tenant"
        404 [403] Consumer AfterChange Subscription "http_request_error",
    SubscriptionMissing = "subscription.missing" "Subscription missing"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    SubscriptionPending = "subscription.pending" "Subscription awaiting approval"
        403 [] Publisher AfterChange Subscription "http_request_denied",
    SubscriptionRejected = "subscription.rejected" "Subscription rejected"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    SubscriptionSuspended = "subscription.suspended" "Subscription suspended"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    SubscriptionExpired = "subscription.expired" "Subscription expired"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    SubscriptionCancelled = "subscription.cancelled" "Subscription cancelled"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    SubscriptionNotCovered = "subscription.not_covered" "Not covered by the subscribed plan"
        403 [] Consumer AfterChange Subscription "http_request_denied",
    ScopeMissing = "authorization.scope_missing" "Insufficient scope"
        403 [] Consumer AfterChange Authorize "http_request_denied",
    RoleMissing = "authorization.role_missing" "Access role missing"
        403 [] Consumer AfterChange Authorize "http_request_denied",
    ExternalDenied = "authorization.external_denied" "Denied by an external decider"
        403 [302, 401] Consumer AfterChange Authorize "http_request_denied",
    ExternalUnavailable = "authorization.external_unavailable" "External decider unavailable"
        503 [] Operator After(1) Authorize "destination_unavailable",
    Forbidden = "authorization.forbidden" "Forbidden by a rule"
        403 [404] Consumer AfterChange Authorize "http_request_denied",
    NotPermitted = "authorization.not_permitted" "Nothing permits the request"
        403 [404] Consumer AfterChange Authorize "http_request_denied",
    AuthorizationUnavailable = "authorization.unavailable" "Authorization cannot be decided"
        503 [] Operator After(5) Authorize "http_request_denied",
    NotOwner = "authorization.not_owner" "Not the owner of the resource"
        403 [404] Consumer AfterChange Authorize "http_request_denied",
    ConditionUnmet = "authorization.condition_unmet" "Condition not met"
        403 [] Consumer AfterChange Authorize "http_request_denied",
    StepUpRequired = "authorization.step_up_required" "Stronger sign-in required"
        401 [] Consumer AfterChange Authorize "http_request_denied",
    RateExceeded = "limit.rate_exceeded" "Rate limit exceeded"
        429 [403] Consumer After(1) Limits "http_request_denied",
    BurstExceeded = "limit.burst_exceeded" "Burst limit exceeded"
        429 [403] Consumer After(1) Limits "http_request_denied",
    ConcurrencyExceeded = "limit.concurrency_exceeded" "Too many requests at once"
        429 [403] Consumer After(1) Limits "http_request_denied",
    QuotaExhausted = "limit.quota_exhausted" "Quota exhausted"
        429 [403] Consumer After(60) Limits "http_request_denied",
    Blocked = "limit.blocked" "Temporarily blocked"
        403 [429] Consumer After(60) Account "http_request_denied",
    Unreachable = "upstream.unreachable" "Upstream unreachable"
        502 [] Upstream After(1) Upstream "destination_unavailable",
    AddressForbidden = "upstream.address_forbidden" "Upstream address forbidden"
        502 [] Publisher AfterChange Upstream "destination_ip_prohibited",
    UpstreamTimeout = "upstream.timeout" "Upstream timed out"
        504 [] Upstream After(1) Upstream "http_response_timeout",
    NoHealthyTarget = "upstream.no_healthy_target" "No healthy upstream target"
        503 [] Upstream After(5) Upstream "destination_unavailable",
    CircuitOpen = "upstream.circuit_open" "Upstream circuit open"
        503 [] Upstream After(5) Upstream "destination_unavailable",
    ResponseInvalid = "upstream.response_invalid" "Invalid upstream response"
        502 [] Upstream After(1) Upstream "http_protocol_error",
    ClosedEarly = "upstream.closed_early" "Upstream closed early"
        502 [] Upstream After(1) Upstream "http_response_incomplete",
    TransformFailed = "transform.failed" "Transformation failed"
        502 [] Publisher AfterChange Upstream "proxy_internal_error",
    OriginRefused = "origin.refused" "Refused by the upstream"
        403 [] Upstream Never Response "",
    Overloaded = "gateway.overloaded" "Gateway overloaded"
        503 [] Gateway After(1) Connection "proxy_internal_response",
    Draining = "gateway.draining" "Gateway shutting down"
        503 [] Gateway After(1) Connection "proxy_internal_response",
    NotReady = "gateway.not_ready" "Gateway not ready"
        503 [] Gateway After(1) Connection "proxy_configuration_error",
    ConfigurationStale = "gateway.configuration_stale" "Gateway cut off from its database"
        503 [] Gateway After(5) Authenticate "proxy_configuration_error",
    Internal = "gateway.internal" "Internal gateway error"
        500 [] Gateway After(1) Connection "proxy_internal_error",
}

impl Code {
    /// The public name, `family.reason`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The family: what stands before the dot.
    pub fn family(self) -> &'static str {
        self.name().split_once('.').map_or("", |(family, _)| family)
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The code that callers are shown: itself, or the one that it shows as.
    #[must_use]
    pub const fn shown(self) -> Self {
        match self.row().public {
            Public::AsSelf => self,
            Public::As(shown) => shown,
        }
    }

    /// Whether only callers are told this code, and no check ever decides it.
    pub const fn is_public_only(self) -> bool {
        matches!(self, Self::CredentialInvalid | Self::TokenInvalid)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
