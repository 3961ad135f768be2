//! Who answers what, by cause.

use super::{Peer, peer};

pub(super) const TLS: &[Peer] = &[
    peer("Kong", "426", "`{\"message\":\"Please use HTTPS protocol\"}`"),
    peer("CloudFront", "403", "`The request could not be satisfied`, `Bad request`"),
    peer("IIS", "403.4", "`The page you are trying to access is secured with Secure Sockets Layer`"),
    peer("Apache httpd (`SSLRequireSSL`)", "403", "`AH02219` in its log"),
    peer("Keycloak", "403", "`{\"error\":\"invalid_request\",\"error_description\":\"HTTPS required\"}`"),
];

pub(super) const CERTIFICATE: &[Peer] = &[
    peer("nginx", "400", "`No required SSL certificate was sent`, `The SSL certificate error`"),
    peer("Apache httpd", "403", "`AH02262`, `AH02263` in its log"),
    peer("IIS", "403.7, 403.13, 403.16, 403.17", "required; revoked; not trusted; expired"),
    peer("Tyk", "403", "`Access to this API has been disallowed`"),
    peer("Envoy, Traefik, HAProxy", "none", "the TLS handshake fails"),
];

pub(super) const MISDIRECTED: &[Peer] = &[
    peer("Apache httpd", "421", "`Misdirected Request`"),
    peer("Traefik", "421", "`Misdirected Request`"),
    peer("Cloudflare", "403", "error 1013, `HTTP hostname and TLS SNI hostname mismatch`"),
];

pub(super) const HEADERS_SIZE: &[Peer] = &[
    peer("nginx", "400", "`Request Header Or Cookie Too Large`"),
    peer("Apache httpd", "400", "`Size of a request header field exceeds server limit.`"),
    peer("HAProxy", "400", "`Your browser sent an invalid request.`"),
    peer("Envoy, Node.js", "431", ""),
];

pub(super) const URI: &[Peer] = &[
    peer("nginx", "414", "`Request-URI Too Large`"),
    peer("Apache httpd", "414", "`Request-URI Too Long`"),
    peer("HAProxy", "400", "`Your browser sent an invalid request.`"),
];

pub(super) const MALFORMED: &[Peer] = &[
    peer("nginx", "400", "`400 Bad Request`"),
    peer("HAProxy", "400", "`Your browser sent an invalid request.`"),
    peer("Envoy", "400", "an empty body; `invalid_path`, `path_normalization_failed` in `%RESPONSE_CODE_DETAILS%`"),
    peer("Apache httpd", "400, 403, 404", "403 to control characters in rewritten addresses (`AH10410`), 404 to `%2F`"),
    peer("Tomcat", "400", "`Invalid character found in the request target`"),
];

pub(super) const VERSION: &[Peer] = &[
    peer("nginx", "505", "`HTTP Version Not Supported`"),
    peer("Envoy", "426", "to HTTP/1.0: `low_version`"),
];

pub(super) const UNKNOWN_METHOD: &[Peer] = &[
    peer("Apache httpd", "501", "`Not Implemented`"),
    peer("nginx", "405", "`Not Allowed`"),
    peer("CloudFront", "403", "`The request could not be satisfied`"),
];

pub(super) const UPGRADE: &[Peer] = &[
    peer("Envoy", "403", "`upgrade_failed` in `%RESPONSE_CODE_DETAILS%`"),
    peer("nginx", "as the upstream", "takes `Upgrade` away and passes the request on"),
];

pub(super) const LOOP: &[Peer] = &[
    peer("Cloudflare", "403", "error 1000"),
    peer("Fastly", "503", "`Loop detected`"),
    peer("Vercel", "508", "`INFINITE_LOOP_DETECTED`"),
];

pub(super) const CONCURRENCY: &[Peer] = &[
    peer("nginx (`limit_conn`)", "503", "`503 Service Temporarily Unavailable`"),
    peer("APISIX (`limit-conn`)", "503", "an empty body"),
    peer("Traefik (InFlightReq)", "429", "`Too Many Requests`"),
    peer("Envoy (adaptive concurrency)", "503", "`reached concurrency limit`"),
];

pub(super) const SLOW: &[Peer] = &[
    peer("HAProxy", "408", "`Your browser didn't send a complete request in time.`"),
    peer("Envoy", "408", "`request timeout`"),
    peer("nginx", "none", "closes, and logs 408"),
];

pub(super) const UNPARSEABLE: &[Peer] = &[
    peer("Azure API Management", "403", "`FailedToParseCallerIP` in `context.LastError`"),
];

pub(super) const ADDRESS: &[Peer] = &[
    peer("Kong (ip-restriction)", "403", "`{\"message\":\"IP address not allowed: 203.0.113.9\"}`"),
    peer("APISIX (ip-restriction)", "403", "`{\"message\":\"Your IP address is not allowed\"}`"),
    peer("Envoy, Istio (RBAC)", "403", "`RBAC: access denied`"),
    peer("Traefik (IPAllowList)", "403", "`Forbidden`; the address stands in its log at DEBUG only"),
    peer("nginx (`deny`)", "403", "`<center><h1>403 Forbidden</h1></center>`; `access forbidden by rule` in its log"),
    peer("Apache httpd (`Require ip`)", "403", "`You don't have permission to access this resource.`; `AH01630` in its log"),
    peer("HAProxy", "403", "`Request forbidden by administrative rules.`"),
    peer("Azure API Management", "403", "`CallerIpNotAllowed`, `CallerIpBlocked` in `context.LastError`"),
    peer("Apigee", "403", "`Access Denied for client ip`, `accesscontrol.IPDeniedAccess`"),
    peer("Cloudflare", "403", "error 1006, 1007, 1008, 1106"),
    peer("IIS", "403.6", "`IP address rejected`"),
];

pub(super) const BLOCKED: &[Peer] = &[
    peer("Cloudflare", "403, 429", "error 1006 (banned), 1015 (rate)"),
    peer("GitHub", "403", "`You have exceeded a secondary rate limit`"),
    peer("IIS", "403.501, 403.502", "dynamic IP restrictions"),
    peer("Akamai", "403", "`Access Denied … Reference #18.…`"),
];

pub(super) const RATE: &[Peer] = &[
    peer("Kong", "429", "`{\"message\":\"API rate limit exceeded\"}`"),
    peer("APISIX (`limit-req`, `limit-count`)", "503", "an empty body, unless `rejected_code` and `rejected_msg` say otherwise"),
    peer("nginx (`limit_req`)", "503", "`503 Service Temporarily Unavailable`"),
    peer("Tyk", "429", "`API Rate Limit Exceeded`"),
    peer("Envoy (local rate limit)", "429", "`local_rate_limited`"),
    peer("Traefik", "429", "`Too Many Requests`"),
    peer("AWS API Gateway", "429", "`{\"message\":\"Too Many Requests\"}`, `THROTTLED`"),
    peer("Azure API Management", "429", "`Rate limit is exceeded. Try again in 7 seconds.`"),
    peer("Apigee", "429", "`policies.ratelimit.SpikeArrestViolation`"),
    peer("WSO2", "429", "900800 to 900807, by level"),
    peer("Gravitee", "429", "`RATE_LIMIT_TOO_MANY_REQUESTS`"),
    peer("Cloudflare", "429", "error 1015"),
];

pub(super) const COUNTRY: &[Peer] = &[
    peer("Cloudflare", "403", "error 1009"),
    peer("CloudFront", "403", "`The Amazon CloudFront distribution is configured to block access from your country.`"),
    peer("Google APIs", "403", "`LOCATION_TAX_POLICY_VIOLATED` and others"),
    peer("RFC 7725", "451", "for what the law forbids"),
];

pub(super) const NOT_FOUND: &[Peer] = &[
    peer("Kong", "404", "`{\"message\":\"no Route matched with those values\"}`"),
    peer("APISIX", "404", "`{\"error_msg\":\"404 Route Not Found\"}`"),
    peer("Traefik", "404", "`404 page not found`"),
    peer("Envoy", "404", "an empty body; `route_not_found` in `%RESPONSE_CODE_DETAILS%`"),
    peer("AWS API Gateway", "403", "`{\"message\":\"Missing Authentication Token\"}`"),
    peer("Azure API Management", "404", "`OperationNotFound`"),
];

pub(super) const HIDDEN: &[Peer] = &[
    peer("GitHub", "404", "`Not Found`, for what is private"),
    peer("PostgREST", "403", "`42501`, `new row violates row-level security policy`"),
    peer("S3", "403", "`AccessDenied`, where the caller may not list either"),
];

pub(super) const METHOD: &[Peer] = &[
    peer("Kong", "404", "`{\"message\":\"no Route matched with those values\"}`"),
    peer("Envoy, Traefik, Azure API Management", "404", "as an unknown path"),
    peer("AWS API Gateway", "403", "`{\"message\":\"Missing Authentication Token\"}`"),
    peer("CloudFront", "403", "`The request could not be satisfied`"),
    peer("nginx (`limit_except`)", "403", "`<center><h1>403 Forbidden</h1></center>`"),
    peer("WSO2, KrakenD", "405", ""),
];

pub(super) const RETIRED: &[Peer] = &[
    peer("most gateways", "404", "the route is taken away, and nothing says that it was there"),
];

pub(super) const CORS: &[Peer] = &[
    peer("Kong, APISIX, Envoy, Traefik", "200, 204", "the preflight is answered without the headers that the browser looks for; the page sees a network error"),
    peer("Spring", "403", "`Invalid CORS request`"),
];

pub(super) const CROSS_SITE: &[Peer] = &[
    peer("Envoy (CSRF filter)", "403", "`Invalid origin`"),
    peer("agentgateway", "403", "`CSRF validation failed`"),
    peer("Go, `net/http`", "403", "`cross-origin request detected from Sec-Fetch-Site header`"),
    peer("SvelteKit", "403", "`Cross-site POST form submissions are forbidden`"),
    peer("Django", "403", "`Origin checking failed`, `Referer checking failed`"),
];

pub(super) const CSRF_TOKEN: &[Peer] = &[
    peer("APISIX (csrf)", "401", "`no csrf token in headers`"),
    peer("Django", "403", "`CSRF verification failed. Request aborted.`"),
    peer("Spring", "403", "`Invalid CSRF Token`, `Could not verify the provided CSRF token`"),
    peer("Express (csurf)", "403", "`invalid csrf token`"),
    peer("Rails", "422", "`The change you wanted was rejected`"),
    peer("Laravel", "419", "`Page Expired`"),
    peer("ASP.NET Core", "400", "an empty body"),
];

pub(super) const HEADER: &[Peer] = &[
    peer("AWS API Gateway", "400", "`{\"message\":\"Missing required request parameters: [X-Client]\"}`"),
    peer("Azure API Management (check-header)", "as configured", "`HeaderNotFound`"),
    peer("Gravitee", "400", "`REQUEST_VALIDATION_INVALID`"),
];

pub(super) const HEADER_VALUE: &[Peer] = &[
    peer("Azure API Management (check-header)", "as configured", "`HeaderValueNotAllowed`"),
    peer("Gravitee", "400", "`REQUEST_VALIDATION_INVALID`"),
    peer("CRS of ModSecurity", "403", "rules 920xxx"),
];

pub(super) const MEDIA_TYPE: &[Peer] = &[
    peer("AWS API Gateway", "415", "`{\"message\":\"Unsupported Media Type\"}`"),
    peer("Spring", "415", "`Content-Type 'text/plain' is not supported`"),
    peer("CRS of ModSecurity", "403", "rule 920420"),
];

pub(super) const ACCEPT: &[Peer] = &[peer("Spring", "406", "`No acceptable representation`")];

pub(super) const LENGTH: &[Peer] = &[
    peer("Kong (request-size-limiting)", "411", "`A valid Content-Length header is required`"),
    peer("nginx", "411", "`Length Required`"),
];

pub(super) const EXPECT: &[Peer] = &[
    peer("Apache httpd", "417", "`Expectation Failed`"),
    peer("Kong (request-size-limiting)", "417", "to `Expect` with too large a body"),
];

pub(super) const BODY_SIZE: &[Peer] = &[
    peer("Kong (request-size-limiting)", "413, 417", "`Request size limit exceeded`"),
    peer("nginx", "413", "`Request Entity Too Large`"),
    peer("Tyk", "400", "`Request is too large`"),
    peer("Envoy", "413", "`Payload Too Large`"),
    peer("AWS API Gateway", "413", "`{\"message\":\"Request Too Long\"}`"),
    peer("IIS", "404.13, 413", "request filtering"),
    peer("ModSecurity", "413", "`SecRequestBodyLimit`"),
];

pub(super) const SCHEMA: &[Peer] = &[
    peer("AWS API Gateway", "400", "`{\"message\":\"Invalid request body\"}`"),
    peer("Tyk", "422", "what the schema said, in `error`"),
    peer("APISIX (request-validation)", "400", "what the schema said"),
    peer("Gravitee", "400", "`REQUEST_VALIDATION_INVALID`"),
];

pub(super) const NO_KEY: &[Peer] = &[
    peer("Kong (key-auth)", "401", "`{\"message\":\"No API key found in request\"}`"),
    peer("APISIX (key-auth)", "401", "`{\"message\":\"Missing API key in request\"}`"),
    peer("Tyk", "401", "`{\"error\":\"Authorization field missing\"}`"),
    peer("Envoy (JWT)", "401", "`Jwt is missing`"),
    peer("AWS API Gateway", "403", "`{\"message\":\"Forbidden\"}`"),
    peer("Azure API Management", "401", "`Access denied due to missing subscription key.`"),
    peer("Apigee", "401", "`oauth.v2.FailedToResolveAPIKey`"),
    peer("WSO2", "401", "900902, `Missing Credentials`"),
    peer("agentgateway", "401", "without `WWW-Authenticate`"),
];

pub(super) const WRONG_KEY: &[Peer] = &[
    peer("Kong (key-auth)", "401", "`{\"message\":\"Unauthorized\"}`"),
    peer("APISIX (key-auth)", "401", "`{\"message\":\"Invalid API key in request\"}`"),
    peer("Tyk", "403", "`{\"error\":\"Access to this API has been disallowed\"}`"),
    peer("AWS API Gateway", "403", "`{\"message\":\"Forbidden\"}`, `INVALID_API_KEY`"),
    peer("Azure API Management", "401", "`Access denied due to invalid subscription key.`"),
    peer("Apigee", "401", "`oauth.v2.InvalidApiKey`"),
    peer("WSO2", "401", "900901, `Invalid Credentials`"),
];

pub(super) const EXPIRED_KEY: &[Peer] = &[
    peer("Tyk", "401", "`{\"error\":\"Key has expired, please renew\"}`"),
    peer("AWS API Gateway", "403", "`EXPIRED_TOKEN`"),
    peer("Kong, APISIX, Azure API Management", "401", "as a key that never was"),
];

pub(super) const RESTRICTED: &[Peer] = &[
    peer("Google APIs", "403", "`API_KEY_SERVICE_BLOCKED`, `API_KEY_HTTP_REFERRER_BLOCKED`, `API_KEY_IP_ADDRESS_BLOCKED`"),
];

pub(super) const KIND: &[Peer] = &[
    peer("Kong", "401", "`{\"message\":\"No API key found in request\"}`, to a token"),
    peer("APISIX (multi-auth)", "401", "`{\"message\":\"Authorization Failed\"}`; what each said stands in its log only"),
];

pub(super) const TWICE: &[Peer] = &[
    peer("Kong (key-auth)", "401", "`{\"message\":\"Duplicate API key found\"}`"),
];

pub(super) const TOKEN: &[Peer] = &[
    peer("Kong (jwt)", "401", "`Bad token; …`, `Invalid signature`, `No credentials found for given 'iss'`"),
    peer("Envoy, Istio", "401", "`Jwt verification fails`, `Jwks doesn't have key to match kid or alg from Jwt`, `Jwt issuer is not configured`"),
    peer("AWS API Gateway", "401, 403", "`{\"message\":\"Unauthorized\"}`; 403 where an authorizer refuses"),
    peer("Azure API Management", "401", "`TokenSignatureInvalid`, `TokenIssuerNotAllowed`, `TokenClaimNotFound`"),
    peer("agentgateway", "401", "`authentication failure: …`, without `WWW-Authenticate`"),
];

pub(super) const OLD_TOKEN: &[Peer] = &[
    peer("Kong (jwt)", "401", "`{\"exp\":\"token expired\"}`"),
    peer("Envoy, Istio", "401", "`Jwt is expired`, `Jwt not yet valid`"),
    peer("AWS API Gateway", "403", "`The incoming token has expired`, `EXPIRED_TOKEN`"),
    peer("Azure API Management", "401", "`TokenExpired`"),
    peer("KrakenD", "401", "an empty body; `token is expired (exp)` in its log"),
];

pub(super) const AUDIENCE: &[Peer] = &[
    peer("Envoy, Istio", "403", "`Audiences in Jwt are not allowed`"),
    peer("Azure API Management", "401", "`TokenAudienceNotAllowed`"),
];

pub(super) const SESSION: &[Peer] = &[
    peer("Envoy (OAuth2 filter)", "302, 401", "to the provider, whatever asks"),
    peer("Kong, APISIX (OpenID Connect)", "302, 401", "`unauth_action` decides"),
];

pub(super) const SIGNATURE: &[Peer] = &[
    peer("Kong (hmac-auth)", "401", "`HMAC signature cannot be verified`, `HMAC signature does not match`"),
    peer("APISIX (hmac-auth)", "401", "`client request can't be validated`"),
    peer("AWS API Gateway", "403", "`InvalidSignatureException`"),
    peer("S3", "403", "`SignatureDoesNotMatch`, with the string that was to be signed"),
];

pub(super) const OLD_SIGNATURE: &[Peer] = &[
    peer("Kong (hmac-auth)", "401", "`HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication`"),
    peer("AWS API Gateway", "403", "`Signature expired`"),
    peer("S3", "403", "`RequestTimeTooSkewed`, with both times"),
];

pub(super) const DPOP: &[Peer] = &[
    peer("RFC 9449", "401", "`error=\"invalid_dpop_proof\"`, `error=\"use_dpop_nonce\"` in `WWW-Authenticate`"),
    peer("Keycloak", "401", "as RFC 9449 says"),
];

pub(super) const GRANT: &[Peer] = &[
    peer("RFC 6749 §5.2", "400, 401", "`{\"error\":\"unsupported_grant_type\"}`, `invalid_client`, `invalid_scope`"),
];

pub(super) const KEYS: &[Peer] = &[
    peer("Envoy, Istio", "401", "`Jwks remote fetch is failed`, as if the caller were to blame"),
];

pub(super) const SUSPENDED: &[Peer] = &[
    peer("Google APIs", "403", "`CONSUMER_SUSPENDED`, `BILLING_DISABLED`"),
    peer("Tyk", "403", "`{\"error\":\"Key is inactive, please renew\"}`"),
];

pub(super) const SUBSCRIPTION: &[Peer] = &[
    peer("WSO2", "403", "900908 (not subscribed), 900909 (not approved yet)"),
    peer("AWS API Gateway", "403", "`{\"message\":\"Forbidden\"}`, to a key without a usage plan"),
    peer("Azure API Management", "401", "`SubscriptionKeyInvalid`"),
    peer("Apigee", "401", "`InvalidAPICallAsNoApiProductMatchFound`"),
];

pub(super) const PLAN: &[Peer] = &[
    peer("Apigee", "401", "`InvalidAPICallAsNoApiProductMatchFound`"),
    peer("Tyk", "403", "`{\"error\":\"Access to this resource has been disallowed\"}`"),
];

pub(super) const SCOPE: &[Peer] = &[
    peer("OAuth resource servers (RFC 6750)", "403", "`error=\"insufficient_scope\"` in `WWW-Authenticate`"),
    peer("Spring", "403", "`error=\"insufficient_scope\"`, with an empty body"),
    peer("WSO2", "403", "900910"),
    peer("KrakenD", "401, 403", "an empty body"),
    peer("GitHub", "403", "`Resource not accessible by integration`"),
];

pub(super) const ROLE: &[Peer] = &[
    peer("Kong (acl)", "403", "`{\"message\":\"You cannot consume this service\"}`"),
    peer("APISIX (consumer-restriction)", "403", "`{\"message\":\"The consumer_name is forbidden.\"}`"),
    peer("Envoy, Istio (RBAC)", "403", "`RBAC: access denied`"),
    peer("KrakenD", "401", "an empty body, to a wrong role"),
];

pub(super) const RULE: &[Peer] = &[
    peer("Envoy, Istio (RBAC)", "403", "`RBAC: access denied`; `rbac_access_denied_matched_policy[none]` in the log where nothing permits"),
    peer("AWS API Gateway", "403", "`User is not authorized to access this resource with an explicit deny`"),
    peer("Kong (acl)", "403", "`{\"message\":\"You cannot consume this service\"}`"),
    peer("Kubernetes", "403", "`User \"x\" cannot create resource \"pods\" in API group \"\"`"),
    peer("agentgateway", "403", "`authorization failed`"),
];

pub(super) const STEP_UP: &[Peer] = &[
    peer("RFC 9470", "401", "`error=\"insufficient_user_authentication\"` in `WWW-Authenticate`"),
];

pub(super) const DECIDER: &[Peer] = &[
    peer("Envoy (ext_authz)", "403", "what the decider said; `ext_authz_denied` in the log"),
    peer("Traefik (ForwardAuth), APISIX (forward-auth)", "as the decider", "its answer is passed on"),
];

pub(super) const NO_DECIDER: &[Peer] = &[
    peer("Envoy (ext_authz)", "403", "an empty body: a decider that is down looks like a denial"),
];

pub(super) const QUOTA: &[Peer] = &[
    peer("Tyk", "403", "`{\"error\":\"Quota exceeded\"}`"),
    peer("Azure API Management", "403", "`Out of call volume quota. Quota will be replenished in …`"),
    peer("AWS API Gateway", "429", "`{\"message\":\"Limit Exceeded\"}`, `QUOTA_EXCEEDED`"),
    peer("Gravitee", "429", "`QUOTA_TOO_MANY_REQUESTS`"),
    peer("Google APIs", "403", "`RESOURCE_QUOTA_EXCEEDED`"),
];

pub(super) const COUNTERS: &[Peer] = &[
    peer("Kong", "as the upstream", "lets requests pass, unless `fault_tolerant` is off: then 500"),
    peer("Envoy", "as the upstream", "lets requests pass, unless `failure_mode_deny` is on: then 500"),
];

pub(super) const BUDGET: &[Peer] = &[
    peer("LiteLLM", "400, 422, 429 (by version)", "`Budget has been exceeded! Current cost: …`"),
    peer("Bifrost", "402", "`budget_exceeded`"),
    peer("agentgateway, TensorZero", "429", ""),
    peer("OpenAI", "429", "`insufficient_quota`"),
];

pub(super) const WAF: &[Peer] = &[
    peer("ModSecurity", "403", "the page of the server that it runs in"),
    peer("Cloudflare", "403", "`Attention Required!`, `Sorry, you have been blocked`"),
    peer("AWS WAF", "403, 405, 202", "405 (CAPTCHA) and 202 (challenge) with `x-amzn-waf-action`"),
    peer("Azure Front Door", "403", "`The request is blocked.`"),
    peer("F5 BIG-IP ASM", "200, 403", "`The requested URL was rejected. Please consult with your administrator.`"),
    peer("Akamai", "403", "`Access Denied … Reference #18.…`"),
    peer("Imperva", "403", "`Incapsula incident ID`"),
];

pub(super) const MODEL: &[Peer] = &[
    peer("OpenAI, agentgateway", "404", "`model_not_found`"),
    peer("LiteLLM", "400", "`Invalid model name passed in model=…`"),
];

pub(super) const MODEL_DENIED: &[Peer] = &[
    peer("LiteLLM", "403 (401 in earlier versions)", "`key_model_access_denied`, `team_model_access_denied`"),
    peer("Bifrost", "403", "`model_blocked`"),
    peer("agentgateway", "403", "`model_not_allowed`"),
];

pub(super) const GUARDRAIL: &[Peer] = &[
    peer("Azure OpenAI", "400", "`content_filter`; of an answer, 200 with `finish_reason: content_filter`"),
];

pub(super) const UNREACHABLE: &[Peer] = &[
    peer("nginx", "502", "`502 Bad Gateway`"),
    peer("Envoy", "503", "`upstream connect error or disconnect/reset before headers`"),
    peer("Kong", "502", "`An invalid response was received from the upstream server`"),
    peer("Traefik", "502", "`Bad Gateway`"),
    peer("HAProxy", "503", "`No server is available to handle this request.`"),
    peer("AWS API Gateway", "502", "`{\"message\":\"Internal server error\"}`"),
];

pub(super) const TIMEOUT: &[Peer] = &[
    peer("nginx", "504", "`504 Gateway Time-out`"),
    peer("Envoy", "504", "`upstream request timeout`"),
    peer("Kong", "504", "`The upstream server is timing out`"),
    peer("AWS API Gateway", "504", "`{\"message\":\"Endpoint request timed out\"}`"),
];

pub(super) const UNHEALTHY: &[Peer] = &[
    peer("Envoy", "503", "`no healthy upstream`"),
    peer("Kong", "503", "`failure to get a peer from the ring-balancer`"),
    peer("HAProxy", "503", "`No server is available to handle this request.`"),
    peer("APISIX (api-breaker)", "502", ""),
    peer("Traefik (CircuitBreaker)", "503", "`Service Unavailable`"),
];

pub(super) const OVERLOADED: &[Peer] = &[peer("Envoy", "503", "`envoy overloaded`")];
