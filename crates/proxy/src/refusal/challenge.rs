//! `WWW-Authenticate`: how to prove who one is (RFC 9110 §11.6.1).

use super::headers::{Headers, names};
use super::{Context, Form, push_string};
use postern_model::denial::{Code, Shown, Value};
use postern_model::entity::SignatureTerms;
use postern_proof::dpop::ALGORITHMS;
use std::fmt::Write as _;

/// One way to prove an identity that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge<'a> {
    /// An API key in a header.
    ApiKey {
        /// The service.
        realm: &'a str,
        /// The header in which the key is looked for.
        header: &'a str,
    },
    /// A bearer token (RFC 6750 §3).
    Bearer {
        /// The service.
        realm: &'a str,
        /// What was wrong with the one that came; `None`: none came.
        error: Option<&'static str>,
        /// Where it is described who gives out tokens (RFC 9728 §5.1).
        metadata: Option<&'a str>,
    },
    /// The cookie of a session.
    Cookie {
        /// The service.
        realm: &'a str,
        /// The cookie's name.
        name: &'a str,
    },
    /// A signature in `Authorization` (draft-cavage-http-signatures-12 §3.1.2).
    Hmac {
        /// The service.
        realm: &'a str,
        /// What it has to be like.
        terms: &'a SignatureTerms,
        /// Whether the request has a body.
        has_body: bool,
    },
    /// A signature of the request (RFC 9421 §5).
    Signature {
        /// The service.
        realm: &'a str,
        /// What it has to be like.
        terms: &'a SignatureTerms,
        /// Whether the request has a body.
        has_body: bool,
    },
    /// A client certificate. No scheme is registered for it.
    Certificate {
        /// The service.
        realm: &'a str,
    },
    /// A user name and password (RFC 7617 §2), in UTF-8 (§2.1).
    Basic {
        /// The service.
        realm: &'a str,
        /// Whether a browser may ask whoever sits before it, which it does for the scheme `Basic`
        /// and for none that it does not know.
        dialog: bool,
    },
    /// A token with a proof that its sender has the key that it is bound to (RFC 9449 §7.1).
    Dpop {
        /// The service.
        realm: &'a str,
        /// What was wrong; `None`: none came.
        error: Option<&'static str>,
        /// Where it is described who gives out tokens (RFC 9728 §5.1).
        metadata: Option<&'a str>,
    },
}

/// Adds a field for each challenge. A 401 must have one (RFC 9110 §15.5.2): where none is known,
/// it says at least for whom.
pub(super) fn push(shown: &Shown<'_>, context: &Context<'_>, headers: &mut Headers) {
    for challenge in context.challenges {
        if let Challenge::Signature {
            terms, has_body, ..
        } = challenge
        {
            headers.write(names::ACCEPT_SIGNATURE, |out| {
                accepted(terms, *has_body, out);
            });
        }
        headers.write(names::WWW_AUTHENTICATE, |out| match challenge {
            Challenge::ApiKey { realm, header } => {
                out.push_str("ApiKey realm=");
                push_string(out, realm);
                out.push_str(", header=");
                push_string(out, header);
            }
            Challenge::Cookie { realm, name } => {
                out.push_str("Cookie realm=");
                push_string(out, realm);
                out.push_str(", cookie-name=");
                push_string(out, name);
            }
            Challenge::Bearer { .. } => {
                token(challenge, out);
                sign_in_again(challenge, shown, out);
            }
            Challenge::Dpop { .. } => {
                token(challenge, out);
                sign_in_again(challenge, shown, out);
                let algorithms: Vec<&str> = ALGORITHMS.iter().map(|one| one.name()).collect();
                out.push_str(", algs=\"");
                out.push_str(&algorithms.join(" "));
                out.push('"');
            }
            Challenge::Hmac {
                realm,
                terms,
                has_body,
            } => {
                out.push_str("Signature realm=");
                push_string(out, realm);
                out.push_str(", algorithm=\"hmac-sha256\", headers=\"(request-target) date");
                for name in &terms.components {
                    match &**name {
                        "@method" | "@path" | "@query" => {}
                        "@authority" => out.push_str(" host"),
                        other => {
                            out.push(' ');
                            out.push_str(other);
                        }
                    }
                }
                if terms.digest && *has_body {
                    out.push_str(" digest");
                }
                out.push('"');
            }
            // The standard has no scheme, and a 401 has to name one.
            Challenge::Signature { realm, .. } => {
                out.push_str("Signature realm=");
                push_string(out, realm);
            }
            Challenge::Certificate { realm } => {
                out.push_str("Certificate realm=");
                push_string(out, realm);
            }
            Challenge::Basic { realm, dialog } => {
                out.push_str(if *dialog {
                    "Basic realm="
                } else {
                    "xBasic realm="
                });
                push_string(out, realm);
                out.push_str(", charset=\"UTF-8\"");
            }
        });
    }
    if context.form == Form::OAuth {
        // RFC 6749 §5.2: by the scheme that clients show themselves with.
        headers.write(names::WWW_AUTHENTICATE, |out| {
            out.push_str("Basic realm=");
            push_string(out, context.pseudonym);
        });
        return;
    }
    if context.challenges.is_empty() {
        headers.write(names::WWW_AUTHENTICATE, |out| {
            out.push_str("ApiKey realm=");
            push_string(out, context.pseudonym);
        });
    }
}

/// `Accept-Signature`: what a signature of the request has to cover and to say (RFC 9421 §5.1).
fn accepted(terms: &SignatureTerms, has_body: bool, out: &mut String) {
    out.push_str("sig1=(");
    let digest = (terms.digest && has_body).then_some("content-digest");
    let components = terms.components.iter().map(|name| &**name).chain(digest);
    for (nth, name) in components.enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        push_string(out, name);
    }
    out.push_str(");created;keyid");
    if terms.nonce {
        out.push_str(";nonce");
    }
}

/// What is asked of tokens: by themselves, or with a proof.
fn token(challenge: &Challenge<'_>, out: &mut String) {
    let (Challenge::Bearer {
        realm,
        error,
        metadata,
    }
    | Challenge::Dpop {
        realm,
        error,
        metadata,
    }) = challenge
    else {
        return;
    };
    out.push_str(match challenge {
        Challenge::Dpop { .. } => "DPoP realm=",
        _ => "Bearer realm=",
    });
    push_string(out, realm);
    if let Some(error) = error {
        // Made of characters that need no escape.
        out.push_str(", error=\"");
        out.push_str(error);
        out.push('"');
    }
    if let Some(metadata) = metadata {
        out.push_str(", resource_metadata=");
        push_string(out, metadata);
    }
}

/// The error of a token whose person has to sign in otherwise, or again (RFC 9470 §3).
pub const INSUFFICIENT: &str = "insufficient_user_authentication";

/// How the person has to sign in (RFC 9470 §3).
fn sign_in_again(challenge: &Challenge<'_>, shown: &Shown<'_>, out: &mut String) {
    let (Challenge::Bearer { error, .. } | Challenge::Dpop { error, .. }) = challenge else {
        return;
    };
    if *error != Some(INSUFFICIENT) {
        return;
    }
    if let Some(Value::List(classes)) = shown.for_header("acr") {
        out.push_str(", acr_values=");
        push_string(out, &classes.join(" "));
    }
    if let Some(Value::Number(seconds)) = shown.for_header("max_age") {
        // Writing to a String cannot fail.
        let _ = write!(out, ", max_age=\"{seconds}\"");
    }
}

/// What a token lacks for this operation (RFC 6750 §3.1): for whoever brought one, and may read
/// which scopes it needs. A client that knows the standard asks its issuer for them.
pub(super) fn step_up(shown: &Shown<'_>, context: &Context<'_>, headers: &mut Headers) {
    let brought = context.challenges.iter().find(|challenge| {
        let (Challenge::Bearer { error, .. } | Challenge::Dpop { error, .. }) = challenge else {
            return false;
        };
        *error == Some("insufficient_scope")
    });
    let (Some(challenge), Code::ScopeMissing) = (brought, shown.code()) else {
        return;
    };
    let needed = shown.for_header("required");
    headers.write(names::WWW_AUTHENTICATE, |out| {
        token(challenge, out);
        if let Some(Value::List(scopes)) = needed {
            out.push_str(", scope=");
            push_string(out, &scopes.join(" "));
        }
    });
}
