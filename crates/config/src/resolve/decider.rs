//! Deciders: services of others that are asked whether a request may pass.

use super::Resolver;
use super::issuer::goes_without_tls;
use crate::code::Code;
use crate::document::decider as document;
use crate::findings::quote;
use crate::located::{At, OneOrMany};
use crate::scalar::Scalar as _;
use crate::scalar::name::HeaderName;
use crate::scalar::target::{Scheme, TargetText};
use crate::source::Span;
use postern_model::Holder;
use postern_model::entity::{
    DeciderProtocol, ExternalRule, Level, Name, OnFailure, Target, UpstreamTls,
};
use std::time::Duration;

/// How long a question may take.
const USUAL: Duration = Duration::from_millis(500);

/// Most bytes of an answer: as usual, and at all.
const ANSWER: u32 = 64 << 10;
const MOST_ANSWER: u64 = 1 << 20;
/// Most bytes of a body that is shown.
const MOST_BODY: u64 = 1 << 20;
/// Most headers, each way.
const MOST_HEADERS: usize = 64;

/// Headers that carry credentials wherever they stand.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "dpop", "proxy-authorization"];

/// Headers that say how a message is to be read, where it came from, or that the gateway writes.
const OURS: [&str; 21] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "proxy-status",
    "te",
    "trailer",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-request-id",
];

/// The beginnings of others that the gateway writes, each with what follows.
const OUR_PREFIXES: [&str; 5] = [
    "x-postern-",
    "postern-",
    "x-forwarded-",
    "x-real-ip",
    "sec-websocket-",
];

/// Of those that say how a message is to be read, the ones that say it of its content: others may
/// know.
const OF_CONTENT: [&str; 2] = ["content-encoding", "content-type"];

/// Whether a header is the gateway's own to write.
fn is_ours(name: &str) -> bool {
    OURS.contains(&name) || OUR_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// What an address says.
struct Place {
    tls: bool,
    target: Target,
    path: Name,
}

impl Resolver<'_, '_> {
    /// What a policy of the kind `external` says.
    pub(super) fn decider(
        &mut self,
        key: &At<String>,
        shown: &str,
        level: Option<&Level>,
        given: &At<document::Decider>,
    ) -> Option<ExternalRule> {
        let how = &given.value;
        let (protocol, url) = (how.protocol.as_ref()?, how.url.as_ref()?);
        let protocol = match protocol.value {
            document::DeciderProtocol::ForwardAuth => DeciderProtocol::ForwardAuth,
            document::DeciderProtocol::ExtAuthzHttp => DeciderProtocol::ExtAuthzHttp,
            document::DeciderProtocol::ExtAuthzGrpc => DeciderProtocol::ExtAuthzGrpc,
            document::DeciderProtocol::Opa => DeciderProtocol::Opa,
        };
        let place = match place(&url.value.0) {
            Ok(place) => place,
            Err(label) => {
                let message = format!("{shown} asks nobody");
                self.findings
                    .error(Code::InvalidUrl, url.span, &message, &label);
                return None;
            }
        };
        self.fits_protocol(shown, protocol, &place.path, url.span);
        if goes_without_tls(&url.value.0) {
            let message = format!("{shown} asks without TLS");
            let label =
                "whoever stands on the way reads what is asked, and can answer in its place";
            self.findings
                .warning(Code::InvalidUrl, url.span, &message, label)
                .help("write `https://`, unless nobody on the way is to be feared");
        }
        let owner = self.owner_of(level);
        let tls = self.decider_tls(key, shown, owner.as_deref(), how, &place);
        let headers = self.shown_headers(shown, how);
        let answer_headers = self.answer_headers(shown, how.answer_headers.as_ref());
        let body = how.body.as_ref().map(|body| {
            self.at_most(shown, "body", body.value.0, MOST_BODY, body.span);
            u32::try_from(body.value.0.min(MOST_BODY)).unwrap_or(u32::MAX)
        });
        let max_answer = how.max_answer.as_ref().map_or(ANSWER, |most| {
            self.at_most(shown, "max_answer", most.value.0, MOST_ANSWER, most.span);
            u32::try_from(most.value.0.min(MOST_ANSWER)).unwrap_or(u32::MAX)
        });
        Some(ExternalRule {
            protocol,
            url: url.value.0.clone(),
            target: place.target,
            path: place.path,
            tls,
            timeout: how.timeout.as_ref().map_or(USUAL, |time| time.0),
            on_failure: match how.on_failure.as_ref().map(|what| what.value) {
                Some(document::OnFailure::Allow) => OnFailure::Allow,
                Some(document::OnFailure::Refuse) | None => OnFailure::Refuse,
            },
            max_answer,
            headers,
            credentials: how.credentials.as_ref().is_some_and(|yes| yes.value),
            identity: how.identity.as_ref().is_none_or(|yes| yes.value),
            body,
            answer_headers,
        })
    }

    /// The tenant that answers for what is configured at a level.
    fn owner_of(&self, level: Option<&Level>) -> Option<String> {
        match level? {
            Level::Platform => None,
            Level::Tenant(tenant) => Some(tenant.to_string()),
            level => self.owner("services", level.service()?).map(str::to_owned),
        }
    }

    /// Finds addresses that the protocol has no use for.
    fn fits_protocol(&mut self, shown: &str, protocol: DeciderProtocol, path: &str, span: Span) {
        let (message, label, help) = match protocol {
            DeciderProtocol::ExtAuthzGrpc if !path.is_empty() => (
                format!("{shown} asks by gRPC below a path"),
                "gRPC has a path of its own",
                "write the address without a path",
            ),
            DeciderProtocol::Opa if !path.starts_with("/v1/data/") => (
                format!("{shown} asks OPA for nothing"),
                "expected the address of a rule",
                "write `/v1/data/` and the rule's path behind the host, as in `/v1/data/orders/allow`",
            ),
            _ => return,
        };
        self.findings
            .error(Code::InvalidUrl, span, &message, label)
            .help(help);
    }

    fn decider_tls(
        &mut self,
        key: &At<String>,
        shown: &str,
        tenant: Option<&str>,
        how: &document::Decider,
        place: &Place,
    ) -> Option<UpstreamTls> {
        let Some(tls) = &how.tls else {
            return place.tls.then(UpstreamTls::default);
        };
        if !place.tls {
            let message = format!("{shown} asks both with and without TLS");
            let label = "for an address that begins with `https://` only";
            self.findings
                .error(Code::Conflict, tls.span, &message, label);
        }
        let holder = Holder {
            kind: "policy",
            id: &key.value,
            tenant,
        };
        Some(self.tls_to(shown, holder, &tls.value))
    }

    /// The headers that a decider is shown.
    fn shown_headers(&mut self, shown: &str, how: &document::Decider) -> Vec<Name> {
        let allowed = how.credentials.as_ref().is_some_and(|yes| yes.value);
        let given = how.headers.iter().flat_map(|list| &list.value.0);
        let names: Vec<&At<HeaderName>> = given.collect();
        for one in &names {
            let name = &*one.value.0;
            let (message, label, help) = if CREDENTIALS.contains(&name) && !allowed {
                let help = "add `credentials: true`, if that service is to have them";
                (
                    "shows credentials to another service",
                    "carries credentials",
                    help,
                )
            } else if is_ours(name) && !OF_CONTENT.contains(&name) {
                let help = "leave it out: what it is told of the connection and the request it is told anyway";
                (
                    "shows a header that is about one connection, or the gateway's own",
                    "is not passed on",
                    help,
                )
            } else {
                continue;
            };
            let (message, label) = (
                format!("{shown} {message}"),
                format!("{} {label}", quote(name)),
            );
            self.findings
                .error(Code::Conflict, one.span, &message, &label)
                .help(help);
        }
        self.few(shown, "headers", how.headers.as_ref());
        names.iter().map(|one| one.value.0.clone()).collect()
    }

    /// The headers that an answer may set.
    fn answer_headers(
        &mut self,
        shown: &str,
        given: Option<&At<OneOrMany<At<HeaderName>>>>,
    ) -> Vec<Name> {
        let mut names = Vec::new();
        for one in given.iter().flat_map(|list| &list.value.0) {
            let name = &one.value.0;
            if is_ours(name) || **name == *"cookie" {
                let message =
                    format!("{shown} has another service write a header of the gateway's");
                let label = format!("{} is the gateway's own to write", quote(name));
                self.findings
                    .error(Code::Conflict, one.span, &message, &label);
                continue;
            }
            names.push(name.clone());
        }
        self.few(shown, "answer_headers", given);
        names
    }

    fn few(&mut self, shown: &str, field: &str, given: Option<&At<OneOrMany<At<HeaderName>>>>) {
        if let Some(list) = given.filter(|list| list.value.0.len() > MOST_HEADERS) {
            let message = format!("{shown} lists too many `{field}`");
            let label = format!("{MOST_HEADERS} at most");
            self.findings
                .error(Code::InvalidValue, list.span, &message, &label);
        }
    }

    fn at_most(&mut self, shown: &str, field: &str, value: u64, most: u64, span: Span) {
        if value == 0 || value > most {
            let message = format!("{shown} has a `{field}` of {value} bytes");
            let label = format!("expected 1 byte to {} MiB", most >> 20);
            self.findings
                .error(Code::InvalidValue, span, &message, &label);
        }
    }
}

/// Takes an address apart.
fn place(url: &str) -> Result<Place, String> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
        None => (rest, ""),
    };
    let target = TargetText::read(&format!("{scheme}://{authority}"));
    let target = target.map_err(|problem| problem.label.clone())?;
    Ok(Place {
        tls: target.scheme == Some(Scheme::Https),
        target: Target {
            host: target.host,
            port: target.port,
            weight: 1,
        },
        path: path.trim_end_matches('/').into(),
    })
}
