//! Frameworks, and applications whose refusals are well known.

use super::Confidence::{High, Low, Medium};
use super::Kind::{Authentication, Csrf, Limit, Permission, Routing, Validation};
use super::Mark::{Body, Empty, Exactly, Field, Status};
use super::{Sign, sign};

const DJANGO: &str = "Send its cookie and token, and name the gateway's public origin in `CSRF_TRUSTED_ORIGINS`; where TLS ends at the gateway, set `SECURE_PROXY_SSL_HEADER`.";
const DRF: &str = "Requests with a session need Django's CSRF token; clients that are no browsers use a token instead of the session.";
const RAILS: &str = "Send `X-CSRF-Token` of the page with its session cookie; where TLS ends at the gateway, Rails has to see `X-Forwarded-Proto`.";
const LARAVEL: &str = "Send `X-XSRF-TOKEN` with the session's cookies, or put the route into the API group, which needs none.";
const SPRING: &str = "Send `X-CSRF-TOKEN` or `_csrf`, or turn the check off for paths that no browser's cookies open.";
const ASPNET: &str = "Send the antiforgery cookie and its token; a cookie that is `Secure` does not come over plain HTTP.";
const CSURF: &str = "Send `X-CSRF-Token` or `_csrf` together with the cookie that it belongs to.";
const FLASK: &str = "Send the form's `csrf_token` or the header `X-CSRFToken` with the session's cookie, or exempt the view.";
const ORIGIN: &str = "The application compares `Origin` with the host that it sees: pass the caller's `Host` on, or let it trust the origin.";
const LOGIN: &str = "The application does not know who calls: forward the caller's credential, or have the upstream's settings add one.";
const ROLE: &str =
    "The application knows who calls, and does not let them: change the role or permission there.";

/// Checks against cross-site requests.
#[rustfmt::skip]
pub(super) const CSRF: &[Sign] = &[
    sign("Django", Csrf, High, &[Body("CSRF verification failed. Request aborted.")], DJANGO),
    sign("Django", Csrf, High, &[Body("Origin checking failed - ")], DJANGO),
    sign("Django", Csrf, High, &[Body("Referer checking failed - ")], DJANGO),
    sign("Django REST framework", Csrf, High, &[Body("\"detail\":\"CSRF Failed: ")], DRF),
    sign("Rails", Csrf, High, &[Body("ActionController::InvalidAuthenticityToken")], RAILS),
    sign("Rails", Csrf, High, &[Body("Can't verify CSRF token authenticity")], RAILS),
    sign("Rails", Csrf, Medium, &[Status(&[422]), Body("The change you wanted was rejected")], RAILS),
    sign("Laravel", Csrf, High, &[Status(&[419])], LARAVEL),
    sign("Laravel", Csrf, High, &[Body("CSRF token mismatch.")], LARAVEL),
    sign("Spring Security", Csrf, High, &[Body("Could not verify the provided CSRF token")], SPRING),
    sign("Spring Security", Csrf, High, &[Body("Invalid CSRF Token")], SPRING),
    sign("Spring", Csrf, High, &[Exactly("Invalid CORS request")],
        "Add the page's origin to its `allowedOrigins`, or have the gateway's CORS policy answer and take `Origin` away."),
    sign("ASP.NET Core", Csrf, High, &[Body("The required antiforgery ")], ASPNET),
    sign("ASP.NET Core", Csrf, Low, &[Status(&[400]), Field("server", "kestrel"), Empty], ASPNET),
    sign("Flask-WTF", Csrf, High, &[Body("The CSRF token is missing.")], FLASK),
    sign("Flask-WTF", Csrf, High, &[Body("The CSRF session token is missing.")], FLASK),
    sign("Flask-WTF", Csrf, High, &[Body("The CSRF tokens do not match.")], FLASK),
    sign("Flask-WTF", Csrf, High, &[Body("The CSRF token has expired.")], FLASK),
    sign("Flask-WTF", Csrf, Medium, &[Body("The CSRF token is invalid.")], FLASK),
    sign("Symfony", Csrf, High, &[Body("The CSRF token is invalid. Please try to resubmit the form.")],
        "Fetch the form again and send its `_token` with the session's cookie."),
    sign("Express (csurf)", Csrf, High, &[Body("ForbiddenError: invalid csrf token")], CSURF),
    sign("Express (csurf)", Csrf, High, &[Body("EBADCSRFTOKEN")], CSURF),
    sign("Express (csurf)", Csrf, Medium, &[Body("invalid csrf token")], CSURF),
    sign("Phoenix", Csrf, High, &[Body("invalid CSRF (Cross Site Forgery Protection) token")],
        "Send `x-csrf-token` or `_csrf_token` with the session's cookie."),
    sign("SvelteKit", Csrf, High, &[Body("Cross-site POST form submissions are forbidden")], ORIGIN),
    sign("SvelteKit", Csrf, High, &[Body("Cross-site remote requests are forbidden")], ORIGIN),
    sign("Go (net/http)", Csrf, High, &[Body("cross-origin request detected")], ORIGIN),
    sign("Go (gorilla/csrf)", Csrf, High, &[Body("Forbidden - CSRF token")], "Send `X-CSRF-Token` with the cookie; where TLS ends at the gateway, it compares `Referer` as well."),
    sign("Go (gorilla/csrf)", Csrf, High, &[Body("Forbidden - referer")], ORIGIN),
    sign("Jenkins", Csrf, High, &[Body("No valid crumb was included in the request")],
        "Use an API token, or fetch a crumb and send it with the same session."),
    sign("WordPress", Csrf, High, &[Body("rest_cookie_invalid_nonce")], "Send a fresh `X-WP-Nonce`; one lasts for 12 to 24 hours."),
    sign("SAP", Csrf, High, &[Body("CSRF token validation failed")], "Fetch a token with `X-CSRF-Token: Fetch` first, and send it back with the same cookies."),
    sign("Atlassian", Csrf, High, &[Body("XSRF check failed")], "Send `X-Atlassian-Token: no-check`, and no `Origin` or user agent of a browser."),
];

/// Who calls, what they may, and how it has to look.
#[rustfmt::skip]
pub(super) const APPLICATIONS: &[Sign] = &[
    sign("Django REST framework", Authentication, High, &[Body("Authentication credentials were not provided.")],
        "Forward the caller's credential, or add one: where the first authenticator is for sessions, it says 403 to callers that it does not know."),
    sign("Django REST framework", Permission, High, &[Body("You do not have permission to perform this action.")], ROLE),
    sign("Django REST framework", Limit, High, &[Body("Request was throttled.")], "Raise the throttle's rate there, or let it count by caller."),
    sign("Django", Routing, High, &[Status(&[400]), Body("DisallowedHost")], "Name the host that goes up in `ALLOWED_HOSTS`, or pass the caller's `Host` on."),
    sign("Rails", Routing, High, &[Body("Blocked host")], "Name the host that goes up in `config.hosts`, or pass the caller's `Host` on."),
    sign("Laravel", Permission, Medium, &[Body("This action is unauthorized.")], ROLE),
    sign("Laravel", Authentication, Medium, &[Body("{\"message\":\"Unauthenticated.\"}")], LOGIN),
    sign("Laravel", Limit, Medium, &[Status(&[429]), Body("Too Many Attempts.")], "Raise the limiter's rate there, or let it count by caller."),
    sign("Spring Boot", Permission, Medium, &[Status(&[403]), Body("\"timestamp\":"), Body("\"error\":\"Forbidden\""), Body("\"path\":")],
        "Its body does not tell a role from a missing CSRF token: if GET passes and POST does not, look at CSRF first."),
    sign("Spring Boot", Authentication, Medium, &[Status(&[401]), Body("\"timestamp\":"), Body("\"error\":\"Unauthorized\""), Body("\"path\":")], LOGIN),
    sign("Spring Boot", Permission, Medium, &[Status(&[403]), Body("Whitelabel Error Page")],
        "Its page does not tell a role from a missing CSRF token: if GET passes and POST does not, look at CSRF first."),
    sign("ASP.NET Core", Validation, Medium, &[Status(&[400, 415, 422]), Field("content-type", "application/problem+json"), Body("\"traceId\":\"00-")],
        "`errors` in the answer names the members that do not fit."),
    sign("NestJS", Permission, High, &[Body("\"message\":\"Forbidden resource\"")], "A guard of the application returned false: its log says which."),
    sign("FastAPI", Authentication, High, &[Exactly("{\"detail\":\"Not authenticated\"}")], LOGIN),
    sign("FastAPI", Validation, Medium, &[Status(&[422]), Body("{\"detail\":[{\"type\":")], "`loc` in the answer names the members that do not fit."),
    sign("Kubernetes", Permission, High, &[Body("\"kind\":\"Status\""), Body("\"reason\":\"Forbidden\"")],
        "The message names user, verb and resource: bind a role that allows it, or look at the admission webhook that it names."),
    sign("Vault", Permission, Medium, &[Body("{\"errors\":["), Body("permission denied")], "`sys/capabilities-self` tells what the token may do at that path."),
    sign("Elasticsearch", Permission, High, &[Body("security_exception")], "The message lists the privilege: grant it to one of the user's roles."),
    sign("PostgREST", Permission, High, &[Body("row-level security policy")], "A row-level policy refuses the row: it needs one for INSERT, and one for SELECT to return it."),
    sign("GitHub", Permission, High, &[Body("Resource not accessible by ")], "Give the token or the installation the permission that `X-Accepted-GitHub-Permissions` names."),
    sign("GitHub", Limit, High, &[Body("secondary rate limit")], "Wait as long as `Retry-After` says."),
    sign("GitHub", Validation, High, &[Body("make sure your request has a User-Agent header")], "Let the `User-Agent` of callers go up, or add one."),
    sign("Keycloak", Routing, High, &[Body("HTTPS required")], "Let it trust the gateway's `X-Forwarded-Proto`, or call it over TLS."),
    sign("WordPress", Permission, High, &[Body("\"code\":\"rest_forbidden\"")], ROLE),
];
