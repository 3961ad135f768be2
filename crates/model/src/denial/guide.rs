//! What a code means and what to do about it, in words that need no request: for the pages about
//! codes.

use super::Code;

/// The words about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// What it means.
    pub means: &'static str,
    /// What the publisher of the service or the operator of the gateway can do.
    pub owner: &'static str,
    /// Which statuses other gateways use for the same cause; empty where there is nothing to say.
    pub elsewhere: &'static str,
}

const fn guide(means: &'static str, owner: &'static str, elsewhere: &'static str) -> Guide {
    Guide {
        means,
        owner,
        elsewhere,
    }
}

const ADDRESS: &str = "Kong, Envoy (RBAC), Traefik and Azure API Management answer 403; Apigee answers 403 with `accesscontrol.IPDeniedAccess`.";
const CORS: &str = "Most gateways answer the preflight without the headers that the browser looks for, and log nothing; the page sees a network error.";
const RATE: &str = "Kong, Tyk, Envoy, Traefik, Gravitee, AWS, Azure and Apigee answer 429; APISIX answers 503 unless told otherwise.";
const NOT_FOUND: &str = "AWS API Gateway answers 403 (`MISSING_AUTHENTICATION_TOKEN`) to unknown paths; most others answer 404.";
const METHOD: &str =
    "Kong, Envoy, Traefik and Azure API Management answer 404; AWS API Gateway answers 403.";
const BODY_SIZE: &str = "Kong answers 413 or 417; Tyk answers 400.";
const KEY: &str = "AWS API Gateway answers 403 (`INVALID_API_KEY`); most others answer 401.";
const KEY_EXPIRED: &str =
    "AWS API Gateway answers 403 to expired tokens (`EXPIRED_TOKEN`); most others answer 401.";
const TOKEN: &str = "Most others answer 401; AWS API Gateway answers 403 (`ACCESS_DENIED`) where an authorizer refuses.";
const AMBIGUOUS: &str = "Kong answers 401 (`Duplicate API key found`).";
const FORBIDDEN: &str = "Kong (ACL plugin) answers 403.";
const SUBSCRIPTION: &str =
    "WSO2 tells 900908 (not subscribed) from 900909 (not approved yet); most others do not say.";
const ROLE: &str = "Kong (ACL plugin) answers 403; KrakenD answers 401 to a wrong role.";
const SCOPE: &str = "OAuth resource servers answer 403 with `insufficient_scope` (RFC 6750); KrakenD answers 401 to a wrong role.";

impl Code {
    /// The words about the code.
    #[expect(clippy::too_many_lines, reason = "a table, one code beside the other")]
    #[rustfmt::skip]
    pub const fn guide(self) -> Guide {
        match self {
            Self::TlsRequired => guide("The service is served over HTTPS only, and the request came over plain HTTP.",
                "Give callers the `https://` address; to serve plain HTTP too, set `tls_required: false` on the service.", ""),
            Self::CertificateMissing => guide("The service asks for a client certificate, and the connection presented none.",
                "Check that the client has one and that nothing in front of the gateway ends TLS; or no longer ask for it on the service.", ""),
            Self::CertificateUntrusted => guide("The certificate's chain does not end in an authority that the service accepts, or the certificate was revoked.",
                "Add the authority to the service's `client_certificate`, if it is one to trust.", ""),
            Self::CertificateExpired => guide("The client certificate is outside its validity.",
                "Check the gateway's clock; the certificate itself is the caller's to renew.", ""),
            Self::Misdirected => guide("The connection was opened for one host, and the request on it is for another that the connection does not serve.",
                "Give hosts that share connections the same certificate and TLS settings.", ""),
            Self::HeaderTooLarge => guide("One header, all of them together, or their number is beyond the limit.",
                "Raise the header limits if callers need it.", ""),
            Self::UriTooLong => guide("The request target is longer than the limit.",
                "Raise the limit of the target if callers need it.", ""),
            Self::Malformed => guide("The request breaks a rule of HTTP that decides where it ends or what it means. What two readers could read differently is refused.",
                "Look for a broken proxy between the caller and the gateway.", ""),
            Self::VersionUnsupported => guide("The request speaks a version of HTTP that is not spoken here.",
                "Nothing is wrong with the configuration.", ""),
            Self::MethodUnsupported => guide("The method is not one that the gateway knows.",
                "Nothing is wrong with the configuration.", ""),
            Self::UpgradeNotAllowed => guide("The request asks for another protocol, which the operation does not offer.",
                "Declare the operation a WebSocket if it is one.", ""),
            Self::ProxyProtocolInvalid => guide("The connection comes from a peer that may not send the PROXY protocol, or what it sent is not one. It is closed without an answer.",
                "Compare the listener's `proxy_protocol` with what the load balancer in front sends.", ""),
            Self::LoopDetected => guide("The request has come through this gateway too often: `Via` says so.",
                "Find the upstream that sends requests back to the gateway.", ""),
            Self::LimitReached => guide("The gateway holds as many connections as it may.",
                "Raise the limit of connections, or add gateways.", ""),
            Self::ConnectionTimeout => guide("The request began, but did not arrive in time.",
                "Raise the front timeouts if slow callers are expected.", ""),
            Self::AddressUnparseable => guide("A trusted proxy sent a forwarding header that cannot be read, so that the client's address is not known.",
                "Mend the proxy, or take it out of `trusted_proxies`.", ADDRESS),
            Self::EdgeAddressDenied => guide("The address stands on a denylist of the platform.",
                "Remove the entry from the list if the address should be let in.", ADDRESS),
            Self::EdgeAddressBlocked => guide("Many requests from the address were refused in a short time, so that it is blocked for a while.",
                "`postern blocks list` shows blocks, `postern blocks lift` lifts one.", ""),
            Self::EdgeRateExceeded => guide("The address sent more requests than one address may, counted before anything else is known.",
                "Raise the rate of `edge`, or let the proxy in front say whose requests they are.", RATE),
            Self::NotFound => guide("No service or operation is published at this host and path, as far as the caller may know.",
                "Compare host, base path and paths with what callers send; publish the operation.", NOT_FOUND),
            Self::MethodNotAllowed => guide("The path is published, but not for this method.",
                "Add an operation for the method.", METHOD),
            Self::NotPublished => guide("The path belongs to a version that is a draft.",
                "Publish the version.", NOT_FOUND),
            Self::VersionRetired => guide("The version's life is over.",
                "Name a successor, or reopen the version.", ""),
            Self::PathRejected => guide("The path can be read in more than one way, so that two readers could see two paths.",
                "Allow `%2F` or path parameters on the service if it needs them.", ""),
            Self::AddressNotAllowed => guide("Only listed addresses may send the request, and the caller's is not one of them.",
                "`postern lists add` puts the address on the list. If the address is a proxy's, add that to `trusted_proxies` instead.", ADDRESS),
            Self::AddressDenied => guide("The address stands on a denylist of the tenant, the service or the operation.",
                "`postern lists remove` takes the entry off the list.", ADDRESS),
            Self::OriginNotAllowed => guide("A page of another origin called from a browser, and no origin that may do so is the page's.",
                "Add the origin to the policy of kind `cors`, if pages of it should be let in.", CORS),
            Self::CorsMethodNotAllowed => guide("A browser asked for a page of another origin whether it may use a method, and such pages may not.",
                "Add the method to the policy of kind `cors`.", CORS),
            Self::CorsHeaderNotAllowed => guide("A browser asked for a page of another origin whether it may send a header, and such pages may not.",
                "Add the header to the policy of kind `cors`.", CORS),
            Self::CorsCredentialsNotAllowed => guide("A page of another origin had its browser send cookies along, and the policy lets such pages call without them only.",
                "Set `credentials: true` in the policy of kind `cors`, if such pages should act as whoever is signed in.", CORS),
            Self::HeaderMissing => guide("A header that the operation demands did not come.",
                "Take it out of the policy's `required` if callers can do without it.", ""),
            Self::HeaderValueNotAllowed => guide("A header has a value that the operation does not accept.",
                "Widen the policy's `values`.", ""),
            Self::ContentTypeMissing => guide("The request has a body, and no `Content-Type` to say what it is.",
                "Relax the policy's `content_types` if the upstream can do without it.", ""),
            Self::ContentTypeUnsupported => guide("The body's media type is not accepted here, or the body does not look like what it says.",
                "Add the media type to the policy's `content_types`.", ""),
            Self::LengthRequired => guide("The request has a body, and does not say beforehand how long it is.",
                "Take `length_required` out of the policy if the upstream can do without it.", ""),
            Self::ExpectationUnsupported => guide("`Expect` asks for something else than `100-continue`.",
                "Nothing is wrong with the configuration.", ""),
            Self::BodyTooLarge => guide("The body is larger than the operation accepts.",
                "Raise `max_size` of the policy.", BODY_SIZE),
            Self::CredentialMissing => guide("The operation needs to know who calls, and the request carries nothing that it looks for.",
                "Allow anonymous callers on the operation if they should be let in.", KEY),
            Self::CredentialMalformed => guide("What stands where a credential is looked for cannot be one: cut off, mistyped, quoted, or with something around it.",
                "Nothing is wrong with the configuration.", KEY),
            Self::CredentialKindNotAccepted => guide("The request carries a credential of a kind that the operation does not accept.",
                "Accept that kind on the service.", KEY),
            Self::CredentialAmbiguous => guide("The request carries several credentials, or one of them twice, and it is not for the gateway to choose.",
                "Look for a proxy that adds a credential of its own.", AMBIGUOUS),
            Self::CredentialUnknown => guide("No such API key was ever issued here, or it was deleted.",
                "See in the record whether a similar key was deleted.", KEY),
            Self::CredentialWrongSecret => guide("The key's id is known, but its secret is wrong.",
                "Treat many of them from one address as an attempt to guess.", KEY),
            Self::CredentialInvalid => guide("The API key is not one that is known here. Callers are told this for every key that they have not proved to hold whole.",
                "The record has the exact cause.", KEY),
            Self::CredentialNotYetValid => guide("The key is genuine, but its time has not come.",
                "Give the key an earlier start, if it has one by mistake.", KEY_EXPIRED),
            Self::CredentialExpired => guide("The key is genuine, but its time is over.",
                "Create a new key with `postern keys create`.", KEY_EXPIRED),
            Self::CredentialRevoked => guide("The key is genuine, but somebody revoked it.",
                "Create a new key with `postern keys create`; a revoked one should stay revoked.", KEY_EXPIRED),
            Self::CredentialWrongEnvironment => guide("The key is genuine, but was issued for another environment.",
                "Create a key for this environment with `postern keys create`.", KEY_EXPIRED),
            Self::CredentialRestricted => guide("The key is genuine, but was issued for less than this: certain addresses, services or methods.",
                "Widen the key's own restriction, or issue another key.", FORBIDDEN),
            Self::TokenMalformed => guide("What came as a token cannot be one: it has not the three parts of a signed JWT, says something twice, is encrypted, or is too long.",
                "Nothing is wrong with the configuration. If the tokens are not JWTs, the operation has to accept another kind.", TOKEN),
            Self::TokenInvalid => guide("The token is not one that is believed here: nobody trusts its issuer, its key is not known, or its signature does not fit.",
                "`postern why` tells which of these it was.", TOKEN),
            Self::TokenSignatureInvalid => guide("The token names an issuer that is trusted, and its signature is of none of that issuer's keys, or of an algorithm that is not accepted.",
                "Compare the token's `alg` and `kid` with the issuer's keys; somebody may be forging tokens.", TOKEN),
            Self::TokenKeyUnknown => guide("The token names a key that the issuer does not publish, even after its keys were fetched again.",
                "If the issuer has just changed its keys, look whether its address serves the new ones.", TOKEN),
            Self::TokenIssuerNotTrusted => guide("The token's `iss` is not that of an issuer whose tokens the operation accepts, to the letter.",
                "Add the issuer to `issuers` and to the service's `authentication.jwt`, if it is one to trust.", TOKEN),
            Self::TokenExpired => guide("The token is genuine, and its time is over.",
                "Compare the clocks, if it should not be over yet; the issuer decides how long its tokens live.", KEY_EXPIRED),
            Self::TokenNotYetValid => guide("The token is genuine, and its time has not begun: mostly a sign of clocks that differ.",
                "Compare the clocks of the issuer and of the gateway; `leeway` of the issuer allows for small differences.", TOKEN),
            Self::TokenAudienceMismatch => guide("The token is genuine, and was made for another API.",
                "Add the audience to `audiences` of the issuer, if tokens for it should be accepted here.", TOKEN),
            Self::TokenClaimMissing => guide("The token is genuine, and does not say what is needed: when it ends, or for which client it was made; or that client is no app's.",
                "Make a credential with `client` for the app, or tell in `claims` of the issuer where its tokens name the client.", TOKEN),
            Self::IdentityProviderUnreachable => guide("The issuer's keys cannot be had, and none are known that are fresh enough, so that no token of it can be checked. The caller is not to blame.",
                "Look whether the gateway reaches the address of the issuer's keys; `keep` says how long keys count while it does not.", "Envoy answers 401 (`Jwks remote fetch is failed`), as if the caller were to blame."),
            Self::TenantSuspended => guide("The tenant that the caller belongs to has been suspended.",
                "Reactivate the tenant when its cause is settled.", FORBIDDEN),
            Self::AppSuspended => guide("The app that the credential belongs to has been suspended.",
                "Reactivate the app when its cause is settled.", FORBIDDEN),
            Self::TenantIsolated => guide("The service is private to another tenant. To this caller it is not there.",
                "Share the service with the tenant.", NOT_FOUND),
            Self::SubscriptionMissing => guide("The app never subscribed to the service.",
                "Create a subscription for the app.", SUBSCRIPTION),
            Self::SubscriptionPending => guide("The app asked for access, and nobody has decided yet.",
                "`postern subscriptions approve` or `reject` decides it.", SUBSCRIPTION),
            Self::SubscriptionRejected => guide("The app asked for access, and the owners of the service said no.",
                "`postern subscriptions approve` changes the decision.", SUBSCRIPTION),
            Self::SubscriptionSuspended => guide("The app's subscription has been suspended.",
                "Resume the subscription when its cause is settled.", SUBSCRIPTION),
            Self::SubscriptionExpired => guide("The app's subscription had an end, and that has come.",
                "Renew the subscription.", SUBSCRIPTION),
            Self::SubscriptionCancelled => guide("The app's subscription was cancelled.",
                "Nothing, unless it was a mistake: then subscribe again.", SUBSCRIPTION),
            Self::SubscriptionNotCovered => guide("The app is subscribed, but its plan does not cover this version or operation.",
                "Extend the plan, or move the app to another.", FORBIDDEN),
            Self::ScopeMissing => guide("The operation requires a scope that the credential was not granted.",
                "Issue a key with the scope, or grant it by plan or subscription.", SCOPE),
            Self::RoleMissing => guide("The operation is for callers with an access role that allows it, and the app carries none, by itself or by a group.",
                "Give the app or one of its groups such an access role, or let one that it carries allow the operation.", ROLE),
            Self::RateExceeded => guide("The caller sent more requests than the limit and its burst let pass.",
                "Raise the limit in the plan or policy.", RATE),
            Self::BurstExceeded => guide("The limit wants requests spread out, and this one came too soon after the last.",
                "Lengthen the limit's window or raise its number.", RATE),
            Self::ConcurrencyExceeded => guide("As many requests of the caller are under way as may be at a time.",
                "Raise the limit, or find out why answers take long.", RATE),
            Self::Unreachable => guide("The gateway could not connect to what stands behind it.",
                "Check the target: name, port, TLS, firewall.", ""),
            Self::AddressForbidden => guide("The target's address is one that the gateway may not connect to.",
                "Allow the address in `egress`, or mend the target.", ""),
            Self::UpstreamTimeout => guide("What stands behind the gateway did not answer in time.",
                "Find out why it is slow, or raise the upstream's timeouts.", ""),
            Self::NoHealthyTarget => guide("Every target behind the gateway is out of rotation.",
                "The record says of each target why it is out.", ""),
            Self::CircuitOpen => guide("The service behind the gateway failed so often that it is left alone for a while.",
                "Mend the upstream; the breaker closes by itself.", ""),
            Self::ResponseInvalid => guide("What stands behind the gateway answered with something that is not valid HTTP.",
                "Mend the upstream.", ""),
            Self::ClosedEarly => guide("What stands behind the gateway closed its connection before its answer was complete.",
                "Mend the upstream.", ""),
            Self::OriginRefused => guide("The gateway let the request through; the service behind it refused. Its answer is passed on as it is.",
                "Look in the upstream's own log.", ""),
            Self::Overloaded => guide("The gateway has more to do than it can take on.",
                "Add gateways, or find what uses up this one.", ""),
            Self::Draining => guide("The gateway is shutting down.",
                "Send callers to another gateway first.", ""),
            Self::NotReady => guide("The gateway has no configuration yet.",
                "Give it a configuration; `postern check` says what is wrong with one.", ""),
            Self::ConfigurationStale => guide("The gateway has not reached the database that it shares with other nodes for longer than `staleness.limit`, so that it cannot know of revocations.",
                "Bring the database back; the gateway finds it by itself. A longer `staleness.limit` (or `never`) lets callers in for longer.", ""),
            Self::Internal => guide("Something went wrong inside the gateway. That is a bug.",
                "Report it with the request id.", ""),
        }
    }
}
