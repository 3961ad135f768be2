//! What is answered when something is not done: problem documents (RFC 9457).

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use postern_config::Within;
use postern_control::Refusal;
use serde_json::{Map, Value, json};

/// Declares the codes: variant, name, status, title, and what to do about it.
macro_rules! codes {
    ($($variant:ident $name:literal $status:ident $title:literal $fix:literal;)*) => {
        /// Why something was not done: a stable name, as the gateway's refusals have one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// What it is called.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do about it, in general.
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$variant => $fix,)* }
            }
        }
    };
}

codes! {
    ApprovalNeeded "approval.needed" CONFLICT "Somebody else has to approve it" "Propose it as a change request.";
    ConfigurationInvalid "configuration.invalid" UNPROCESSABLE_ENTITY "The configuration would not be valid" "Mend what `errors` names, and send it again.";
    FileMode "configuration.owned_by_file" CONFLICT "A file owns the configuration" "Edit the file: it is read again when it changes.";
    CsrfOrigin "csrf.origin_mismatch" FORBIDDEN "The request comes from another site" "Send it from the console, or with a token instead of a session.";
    CredentialInvalid "credential.invalid" UNAUTHORIZED "The token is not good" "Make a new token, or sign in again.";
    IdempotencyReused "idempotency.key_reused" UNPROCESSABLE_ENTITY "The idempotency key was used for another request" "Use a new key for a new request.";
    IdempotencyRunning "idempotency.in_progress" CONFLICT "A request with this idempotency key is being done" "Wait, and ask again with the same key.";
    ProviderUnavailable "identity_provider.unavailable" BAD_GATEWAY "The identity provider does not do" "Try again in a moment, or sign in in another way.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something went wrong in Postern" "Report it with the request id.";
    PermissionMissing "permission.missing" FORBIDDEN "Missing permission" "Ask an administrator for a role that has it.";
    ContentTypeUnsupported "request.content_type_unsupported" UNSUPPORTED_MEDIA_TYPE "Unsupported media type" "Send `Content-Type: application/json`.";
    RequestInvalid "request.invalid" BAD_REQUEST "The request is not valid" "Mend what `errors` names, and send it again.";
    MethodNotAllowed "request.method_not_allowed" METHOD_NOT_ALLOWED "Method not allowed" "Use one of the methods in `Allow`.";
    TooLarge "request.too_large" PAYLOAD_TOO_LARGE "The request is too large" "Send less.";
    Conflict "resource.conflict" CONFLICT "It cannot be done in this state" "Look at how it stands now.";
    Exists "resource.exists" CONFLICT "It exists already" "Choose another id, or change the one that is there.";
    InUse "resource.in_use" CONFLICT "Others depend on it" "Change or remove what `errors` names first.";
    NotFound "resource.not_found" NOT_FOUND "There is no such thing" "Look for it in its list; what you may not see is not there for you.";
    VersionMismatch "resource.version_mismatch" PRECONDITION_FAILED "It was changed meanwhile" "Read it again, and change what is there now.";
    SessionMissing "session.missing" UNAUTHORIZED "Nobody is signed in" "Sign in, or send a token: `Authorization: Bearer TOKEN`.";
    SignInFailed "sign_in.failed" UNAUTHORIZED "Sign-in failed" "Check name and password.";
    SignInSlowed "sign_in.rate_exceeded" TOO_MANY_REQUESTS "Too many attempts to sign in" "Wait as long as `Retry-After` says.";
    Unavailable "store.unavailable" SERVICE_UNAVAILABLE "The database cannot be reached" "Try again in a moment.";
}

/// What commands can be refused with, besides what every endpoint can.
pub(crate) const OF_COMMANDS: [Code; 5] = [
    Code::ConfigurationInvalid,
    Code::Conflict,
    Code::FileMode,
    Code::NotFound,
    Code::RequestInvalid,
];

impl Code {
    /// The code of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct FieldError {
    /// The value that is meant, as a JSON pointer (RFC 6901) into the body, or the name of a
    /// parameter.
    pub pointer: String,
    /// Where that is.
    #[serde(rename = "in")]
    pub place: Place,
    /// What is wrong.
    pub detail: String,
    /// Where in that value, if it is a text with a grammar of its own: statements, a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// What is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the body.
    Body,
    /// In the query.
    Query,
    /// In the path.
    Path,
    /// In a header.
    Header,
    /// In the configuration that the request would have made.
    Configuration,
}

/// Why something was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Its code.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub detail: String,
    /// What would be right; none: what the code says in general.
    pub fix: Option<String>,
    /// What is wrong, one by one.
    pub errors: Vec<FieldError>,
    /// More members, such as the version that is current.
    pub more: Map<String, Value>,
    /// More headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What only the log is told.
    pub(crate) hidden: Option<String>,
}

impl Problem {
    /// One that says this.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fix: None,
            errors: Vec::new(),
            more: Map::new(),
            headers: Vec::new(),
            hidden: None,
        }
    }

    /// There is no such thing, or none that may be seen.
    pub fn not_found(what: &str, id: &str) -> Self {
        let id: String = id.chars().take(80).flat_map(char::escape_debug).collect();
        Self::new(Code::NotFound, format!("There is no {what} `{id}`."))
    }

    /// One value of the request is wrong.
    pub fn field(place: Place, pointer: &str, detail: impl Into<String>, accepted: &str) -> Self {
        let detail = detail.into();
        let error = FieldError {
            pointer: pointer.to_owned(),
            place,
            detail: detail.clone(),
            within: None,
            accepted: (!accepted.is_empty()).then(|| accepted.to_owned()),
        };
        Self {
            errors: vec![error],
            ..Self::new(Code::RequestInvalid, detail)
        }
    }

    /// The same, with what would be right.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The same, with another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The same, with another header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Nobody is signed in, and somebody has to be.
    pub fn sign_in() -> Self {
        Self::new(
            Code::SessionMissing,
            "This takes somebody who is signed in.",
        )
        .header(WWW_AUTHENTICATE, "Bearer realm=\"postern\"")
    }

    /// Too early to try again.
    pub fn slowed(seconds: u64) -> Self {
        let detail = format!("Too many attempts failed; try again in {seconds} seconds.");
        Self::new(Code::SignInSlowed, detail).header(RETRY_AFTER, &seconds.to_string())
    }

    /// Another method is asked for.
    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        Self::new(Code::MethodNotAllowed, format!("Here one can use {allow}.")).header(ALLOW, allow)
    }

    /// As a response; `request_id` is put into it.
    pub(crate) fn response(self, request_id: &str) -> Response<Body> {
        let mut body = json!({
            "type": format!("/api/v1/problems/{}", self.code.name()),
            "title": self.code.title(),
            "status": self.code.status().as_u16(),
            "code": self.code.name(),
            "detail": self.detail,
            "fix": self.fix.as_deref().unwrap_or_else(|| self.code.fix()),
            "request_id": request_id,
        });
        if let Value::Object(members) = &mut body {
            if !self.errors.is_empty() {
                let errors = serde_json::to_value(&self.errors).unwrap_or_default();
                members.insert("errors".to_owned(), errors);
            }
            members.extend(self.more);
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.code.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.extend(self.headers);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (refusal, hidden) = refusal.abroad();
        let code = match refusal.code.as_str() {
            "approval_needed" => Code::ApprovalNeeded,
            "not_found" => Code::NotFound,
            "conflict" => Code::Conflict,
            "configuration" => Code::ConfigurationInvalid,
            "file_mode" => Code::FileMode,
            "forbidden" | "not_allowed" => Code::PermissionMissing,
            "in_use" => Code::InUse,
            "busy" | "unavailable" => Code::Unavailable,
            "invalid" => Code::RequestInvalid,
            _ => Code::Internal,
        };
        let errors = refusal.findings.into_iter().map(|found| FieldError {
            pointer: found.pointer.unwrap_or_default(),
            place: Place::Configuration,
            detail: found.message,
            within: found.within,
            accepted: found.help,
        });
        Self {
            errors: errors.collect(),
            fix: refusal.help,
            hidden,
            ..Self::new(code, refusal.message)
        }
    }
}
