//! Saying no to the caller.

use super::journal::{Journal, Traffic, count};
use super::message::ResponseSink;
use crate::connection::Caller;
use crate::date;
use crate::gateway::{Core, CoreState};
use crate::http1::Length;
use crate::refusal::{self, Challenge, Context, Form, INSUFFICIENT, Refusal, Standing};
use postern_model::denial::Shown;
use postern_model::entity::{
    Authentication, CredentialKind, Disclosure, Name, PRODUCTION, Service, StatusProfile,
};
use postern_model::{Code, Denial};
use postern_policy::Rules;
use postern_policy::cors::Grant;
use postern_policy::fields::Known;
use postern_policy::head::Head;
use postern_policy::router::Route;
use smallvec::SmallVec;

/// Answers a request whose head could not be read; `head` holds what was understood of it.
pub(crate) async fn refuse_unread(
    core: &Core,
    state: &CoreState,
    caller: &Caller,
    head: &Head,
    denial: Denial,
    sink: &mut impl ResponseSink,
) {
    let traffic = Traffic::default();
    let mut journal = Journal::begin(core, state, caller, head, &traffic, sink.begun());
    sink.close();
    refuse(state, caller, head, &mut journal, denial, sink).await;
}

/// Notes that a connection was closed for a reason that there was no way to tell.
pub(crate) fn closed_unheard(core: &Core, state: &CoreState, caller: &Caller, denial: Denial) {
    let (head, traffic) = (Head::default(), Traffic::default());
    let mut journal = Journal::begin(core, state, caller, &head, &traffic, None);
    journal.cut_off(denial);
}

/// Answers with a refusal.
pub(super) async fn refuse(
    state: &CoreState,
    caller: &Caller,
    head: &Head,
    journal: &mut Journal<'_>,
    denial: Denial,
    sink: &mut impl ResponseSink,
) {
    let limits = journal.limits();
    let terms = Terms::of(
        journal.service(),
        journal.environment(),
        journal.is_proved(),
    );
    let terms = Terms {
        limits: &limits,
        grant: journal.grant(),
        ..terms.at(journal.route(), &state.snapshot().rules)
    };
    let (refusal, told) = rendered(state, caller, head, journal, &denial, &terms);
    drop(limits);
    journal.refused(denial, &refusal, told);
    send(&refusal, journal, sink).await;
}

/// Writes a refusal.
pub(super) async fn send(
    refusal: &Refusal,
    journal: &mut Journal<'_>,
    sink: &mut impl ResponseSink,
) {
    sink.begin(refusal.status);
    sink.field(b"date", date::now().as_bytes());
    for (name, value) in refusal.headers.iter() {
        sink.field(name.lower.as_bytes(), value.as_bytes());
    }
    sink.end_head(Length::Exact(refusal.content_length as u64));
    let sent = async {
        if !refusal.body.is_empty() {
            count(journal.sent(), refusal.body.len());
            sink.data(&refusal.body).await?;
        }
        sink.end(None).await
    };
    if sent.await.is_err() {
        journal.undelivered();
    }
}

/// What decides about how a refusal is told.
#[derive(Debug)]
pub(super) struct Terms<'a> {
    /// The service that was asked for.
    pub(super) service: Option<&'a Service>,
    /// How much it tells where that was.
    pub(super) disclosure: Disclosure,
    /// Whether the caller has proved who it is.
    pub(super) proved: bool,
    /// Where callers prove who they are, and in whose name that is asked.
    pub(super) accepted: Option<(&'a str, &'a Authentication)>,
    /// How the limits stood.
    pub(super) limits: &'a [Standing<'a>],
    /// What browsers are told.
    pub(super) grant: Option<Grant<'a>>,
    /// Host and path that are asked about, where they are not the request's own.
    pub(super) about: Option<(&'a str, &'a str)>,
}

impl<'a> Terms<'a> {
    /// Those of a service; no limits were met.
    pub(super) fn of(
        service: Option<&'a Service>,
        environment: Option<&Name>,
        proved: bool,
    ) -> Self {
        let environment = environment.map_or(PRODUCTION, |name| &**name);
        Self {
            service,
            disclosure: service.map_or_else(Disclosure::default, |service| {
                service.disclosure_in(environment)
            }),
            proved,
            accepted: service.and_then(|s| Some((&*s.name, s.authentication.as_ref()?))),
            limits: &[],
            grant: None,
            about: None,
        }
    }

    /// As an operation asks for credentials, which may be otherwise than its service does.
    pub(super) fn at(mut self, route: Option<Route>, rules: &'a Rules) -> Self {
        if let (Some(route), Some(service)) = (route, self.service) {
            let accepted = rules.authentication(&route);
            self.accepted = accepted.map(|accepted| (&*service.name, accepted));
        }
        self
    }
}

/// The refusal as its service has it told, and as a problem document for the record.
pub(super) fn rendered(
    state: &CoreState,
    caller: &Caller,
    head: &Head,
    journal: &Journal<'_>,
    denial: &Denial,
    terms: &Terms<'_>,
) -> (Refusal, Option<Vec<u8>>) {
    let configuration = state.configuration();
    let service = terms.service;
    let profile = service.map_or_else(StatusProfile::default, |s| s.status_profile);
    let challenges = terms.accepted.map(|of| challenges(of, denial.code, head));
    let challenges = challenges.unwrap_or_default();
    let help = journal.help();
    let asks = terms
        .accepted
        .and_then(|(_, accepted)| accepted.dpop.as_ref()?.nonce);
    let nonce = asks.map(|_| journal.nonce());
    let context = Context {
        id: journal.id(),
        form: Form::of(head),
        head_only: head.method() == b"HEAD",
        pseudonym: &configuration.forwarding.name,
        docs: configuration.forwarding.public_docs_url.as_deref(),
        tls: caller.facts.tls.is_some(),
        authority: head.authority(),
        target: (!head.path().is_empty()).then(|| head.target()),
        challenges: &challenges,
        nonce: nonce.as_deref(),
        limits: terms.limits,
        classic_limits: true,
        help: help.as_deref(),
        // Port 0 was left to the system, and is no port to be sent to.
        https_port: state.snapshot().rules.tls_port().filter(|&port| port != 0),
    };
    let disclosure = terms.disclosure.at(journal.now().div_euclid(1000));
    let shown_code = denial.shown_code(profile, terms.proved);
    let concealed =
        (shown_code != denial.code.shown()).then(|| journal.concealed(denial, terms.about));
    let denial = concealed.as_ref().unwrap_or(denial);
    let shown = denial.shown(profile, disclosure, terms.proved);
    let mut refusal = refusal::render(&shown, &context);
    // What is told as an unknown path says nothing that an unknown path would not.
    if let Some(grant) = terms.grant.filter(|_| shown_code != Code::NotFound) {
        refusal.tell_browsers(&grant);
    }
    let told = journal
        .is_kept()
        .then(|| document(&refusal, &shown, context));
    (refusal, told)
}

/// What the caller is told, as a problem document for the record. Without the link that leads to
/// the record: who reads records must not find keys to them.
fn document(refusal: &Refusal, shown: &Shown<'_>, context: Context<'_>) -> Vec<u8> {
    if context.form == Form::Problem && !context.head_only {
        return refusal.body_without_help();
    }
    let context = Context {
        form: Form::Problem,
        head_only: false,
        help: None,
        ..context
    };
    refusal::render(shown, &context).body
}

/// How callers may prove who they are, in the order in which they are asked for it.
fn challenges<'a>(
    (realm, accepted): (&'a str, &'a Authentication),
    code: Code,
    head: &Head,
) -> SmallVec<[Challenge<'a>; 2]> {
    let mut challenges = SmallVec::new();
    for kind in &accepted.kinds {
        match kind {
            CredentialKind::ApiKey => {
                let headers = accepted.headers.iter();
                challenges.extend(headers.map(|header| Challenge::ApiKey { realm, header }));
            }
            CredentialKind::Session => {
                let rule = accepted.session.as_deref();
                challenges.extend(rule.map(|rule| Challenge::Cookie {
                    realm,
                    name: &rule.cookie,
                }));
            }
            CredentialKind::Mtls => challenges.push(Challenge::Certificate { realm }),
            CredentialKind::Jwt => tokens(realm, accepted, (code, head), &mut challenges),
            CredentialKind::Hmac => {
                let terms = accepted.hmac.as_deref();
                challenges.extend(terms.map(|terms| Challenge::Hmac {
                    realm,
                    terms,
                    has_body: head.has_body,
                }));
            }
            CredentialKind::Signature => {
                let terms = accepted.signature.as_deref();
                challenges.extend(terms.map(|terms| Challenge::Signature {
                    realm,
                    terms,
                    has_body: head.has_body,
                }));
            }
            // A browser asks whoever sits before it for a password, which helps who opens a page
            // and bewilders who uses one that fetches something.
            CredentialKind::Basic => {
                let mode = head.get(Known::SecFetchMode);
                let dialog = mode.is_none_or(|mode| mode == b"navigate");
                challenges.push(Challenge::Basic { realm, dialog });
            }
        }
    }
    challenges
}

/// How callers may send tokens: by themselves, and with a proof.
fn tokens<'a>(
    realm: &'a str,
    accepted: &'a Authentication,
    (code, head): (Code, &Head),
    challenges: &mut SmallVec<[Challenge<'a>; 2]>,
) {
    let metadata = accepted.resource_metadata.as_deref();
    let dpop = accepted.dpop.as_deref();
    // RFC 6750 §3.1: nothing is said where nothing was sent.
    let invalid = match code {
        // RFC 9470 §3.
        Code::StepUpRequired => Some(INSUFFICIENT),
        code => (code.family() == "token").then_some("invalid_token"),
    };
    let short = |scheme: &[u8]| {
        let sent = head.get(Known::Authorization).unwrap_or_default();
        let named = sent.split(|byte| *byte == b' ').next();
        let is_sent = named.is_some_and(|named| named.eq_ignore_ascii_case(scheme));
        (code == Code::ScopeMissing && is_sent).then_some("insufficient_scope")
    };
    if dpop.is_none_or(|asked| !asked.required) {
        challenges.push(Challenge::Bearer {
            realm,
            error: short(b"bearer").or(invalid),
            metadata,
        });
    }
    if dpop.is_some() {
        // RFC 9449 §7.1 and §9.
        let error = match code {
            Code::DpopProofMissing | Code::DpopProofInvalid | Code::DpopReplayed => {
                Some("invalid_dpop_proof")
            }
            Code::DpopNonceRequired => Some("use_dpop_nonce"),
            Code::DpopKeyMismatch => Some("invalid_token"),
            _ => short(b"dpop").or(invalid),
        };
        challenges.push(Challenge::Dpop {
            realm,
            error,
            metadata,
        });
    }
}
