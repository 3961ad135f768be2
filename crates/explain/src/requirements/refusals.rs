//! Which refusals are possible, from the table of denials and what the operation asks for.

use super::{Browsers, PossibleRefusal, Requirements, Retry, gather};
use postern_model::Stage;
use postern_model::denial::{self, Code, Denial};
use postern_model::entity::NetworkRule;
use postern_policy::Rules;
use postern_policy::router::Route;
use std::collections::BTreeSet;

/// Every refusal that the operation's callers may meet, as they are shown it, each once, in the
/// order of the table.
pub(super) fn refusals(
    asked: &Requirements,
    rules: &Rules,
    route: &Route,
    now: i64,
) -> Vec<PossibleRefusal> {
    let service = rules.service(route);
    let disclosure = service.disclosure.at(now);
    let network = gather::network_rules(rules, route, now);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for code in Code::ALL.iter().copied().filter(|code| match code {
        Code::CsrfRefererNotAllowed => {
            asked.own_pages_only && gather::asks_referer(rules, route, now)
        }
        Code::Forbidden if gather::has_statements(rules, route, now) => true,
        Code::NotPermitted | Code::AuthorizationUnavailable => {
            gather::has_statements(rules, route, now)
        }
        code => meets(*code, asked, (rules, route), &network),
    }) {
        let mut chosen = network.iter().filter(|rule| refuses(rule, code));
        let chosen = chosen.find_map(|rule| rule.status);
        let denial = Denial::new(code);
        let denial = match chosen {
            Some(status) => denial.status(status),
            None => denial,
        };
        // Whoever is refused later has proved who it is, unless nobody is asked.
        let proved = code.row().stage > Stage::Authenticate && asked.credentials.is_some();
        let shown = denial.shown(service.status_profile, disclosure, proved);
        if !seen.insert((shown.name(), shown.status())) {
            continue;
        }
        let mut fix = String::new();
        // Writing to a String cannot fail.
        let _ = shown.write_fix(&mut fix);
        found.push(PossibleRefusal {
            code: shown.name().to_owned(),
            title: shown.title().to_owned(),
            status: shown.status(),
            means: shown.code().guide().means.to_owned(),
            fix: (!fix.is_empty()).then_some(fix),
            fault: shown.fault().name().to_owned(),
            retry: match shown.retry() {
                denial::Retry::Never => Retry::Never,
                denial::Retry::AfterChange => Retry::AfterChange,
                denial::Retry::After(seconds) => Retry::After(seconds),
            },
        });
    }
    found
}

/// Whether a policy may refuse so.
fn refuses(rule: &NetworkRule, code: Code) -> bool {
    match code {
        Code::AddressNotAllowed => rule.allows_some() && rule.allow_countries.is_empty(),
        Code::CountryNotAllowed => rule.asks_country(),
        Code::AddressDenied => !rule.deny.is_empty() || !rule.deny_asns.is_empty(),
        _ => false,
    }
}

/// Whether a request that the router leads to the operation may be refused so.
fn meets(
    code: Code,
    asked: &Requirements,
    (rules, route): (&Rules, &Route),
    network: &[&NetworkRule],
) -> bool {
    let has_rule = |kind: &str| asked.conditions.iter().any(|one| one.kind == kind);
    let identified = asked.credentials.is_some();
    let needed = asked.credentials.as_ref().is_some_and(|c| !c.optional);
    let takes = |kinds: &[&str]| takes(asked, kinds);
    let by_session = takes(&["session"]);
    let edge = &rules.configuration().edge;
    let has_body_rules =
        asked.max_body.is_some() || !asked.media_types.is_empty() || !asked.contract.is_empty();
    let holds = |part: &str| asked.contract.iter().any(|one| one == part);
    let has_limit = |kind| asked.limits.iter().any(|limit| limit.kind == kind);
    match code {
        Code::TlsRequired => asked.connection.tls,
        Code::CertificateMissing | Code::CertificateUntrusted | Code::CertificateExpired => {
            let accepted = code != Code::CertificateMissing && takes(&["mtls"]);
            asked.connection.client_certificate || accepted
        }
        Code::EdgeAddressDenied => !edge.deny.is_empty(),
        Code::EdgeAddressBlocked => edge.refusals.is_some(),
        Code::EdgeRateExceeded => edge.requests.is_some(),
        // It was routed: these are about other paths and methods, and about tokens that are asked
        // for elsewhere.
        Code::NotFound | Code::MethodNotAllowed | Code::PathRejected | Code::GrantInvalid => false,
        Code::NotPublished => asked.state == "draft" || !asked.environments.is_empty(),
        Code::VersionRetired => asked.state == "retired",
        Code::AddressNotAllowed | Code::CountryNotAllowed | Code::AddressDenied => {
            network.iter().any(|rule| refuses(rule, code))
        }
        Code::OriginNotAllowed | Code::CorsMethodNotAllowed | Code::CorsHeaderNotAllowed => {
            asked.browsers != Browsers::UpToUpstream
        }
        Code::CorsCredentialsNotAllowed => asked.browsers == Browsers::SomeOriginsOnly,
        Code::CsrfCrossSite | Code::CsrfOriginMismatch => asked.own_pages_only,
        Code::CsrfTokenMissing | Code::CsrfTokenInvalid | Code::CsrfTokenExpired => {
            !asked.page_tokens.is_empty()
        }
        Code::HeaderMissing => asked.headers.iter().any(|header| header.required),
        Code::HeaderValueNotAllowed => asked.headers.iter().any(|h| !h.values.is_empty()),
        Code::ContentTypeMissing | Code::ContentTypeUnsupported => {
            !asked.media_types.is_empty() || holds("body")
        }
        Code::LengthRequired => asked.length_required,
        Code::EncodingUnsupported => holds("encodings") || holds("body"),
        Code::NotAcceptable => holds("accept"),
        Code::ParameterMissing | Code::ParameterInvalid => holds("parameters"),
        Code::BodyUnreadable | Code::SchemaMismatch | Code::FileNotAllowed => holds("body"),
        Code::BodyTooLarge => asked.max_body.is_some() || holds("body"),
        Code::CredentialMissing | Code::CredentialKindNotAccepted => needed,
        Code::SessionMissing => needed && by_session,
        Code::SessionExpired | Code::SessionInvalid => by_session,
        Code::DpopProofMissing => takes(&["jwt"]),
        Code::DpopProofInvalid
        | Code::DpopReplayed
        | Code::DpopNonceRequired
        | Code::DpopKeyMismatch => asked.credentials.as_ref().is_some_and(|c| c.dpop.is_some()),
        Code::TenantIsolated => asked.private,
        Code::ScopeMissing => needed && !asked.scopes.is_empty(),
        Code::RoleMissing => needed && !asked.access_roles.is_empty(),
        Code::ExternalDenied | Code::ExternalUnavailable => !asked.deciders.is_empty(),
        Code::Forbidden => rules.roles_deny(route),
        Code::ConditionUnmet => has_rule("conditions"),
        Code::NotOwner => has_rule("ownership"),
        Code::StepUpRequired => has_rule("step_up"),
        Code::RateExceeded => has_limit("rate"),
        Code::BurstExceeded => has_limit("spacing"),
        Code::ConcurrencyExceeded => has_limit("concurrency"),
        Code::QuotaExhausted => has_limit("quota"),
        Code::Blocked => identified,
        Code::UpgradeNotAllowed => !asked.websocket,
        _ => match (code.family(), code.row().stage) {
            ("token", _) => takes(&["jwt"]),
            ("signature", _) => takes(&["hmac", "signature"]),
            ("identity_provider", _) => takes(&["jwt", "session"]),
            (_, Stage::Authenticate | Stage::Account) => identified,
            (_, Stage::Subscription) => asked.subscription,
            (_, Stage::Body | Stage::Content) => has_body_rules,
            _ => true,
        },
    }
}

/// Whether a credential of one of these kinds is accepted.
fn takes(asked: &Requirements, kinds: &[&str]) -> bool {
    let mut accepted = asked.credentials.iter().flat_map(|c| &c.kinds);
    accepted.any(|kind| kinds.contains(&kind.as_str()))
}
