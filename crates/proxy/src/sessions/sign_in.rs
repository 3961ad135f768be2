//! Signing in and out: what browsers are told, and what is kept of it.

use super::kept::{Kept, Tokens};
use super::refresh::times;
use super::{Browsers, Granted, Inner, KeepAway, SignOnFault, client, digest, key, now};
use crate::gateway::Snapshot;
use crate::issuers::Issuers;
use postern_model::Secret;
use postern_model::denial::{Code, Denial, printable};
use postern_model::entity::{HOST_PREFIX, Issuer, KeyDigest, Name, SameSite, Service, SessionRule};
use postern_policy::cookie::SIGN_IN;
use postern_policy::session::{How, Session, Whose};
use postern_proof::id_token::{self, Expected, IdFault};
use postern_proof::{Fault, Token, Trusted};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Where browsers come back to.
pub(super) const CALLBACK: &str = "/.well-known/postern/session/callback";

/// How long a sign-in may take, in seconds: as long as what is pending is good.
const LASTS: u64 = 600;

/// Letters of a state that the cookie of its sign-in is named by.
const NAMED_BY: usize = 12;

/// Longest text of a provider that is shown, bytes.
const SHOWN: usize = 256;

/// What is sealed for.
const PENDING: &str = "pending";

/// Where somebody signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) service: &'a Service,
    pub(crate) rule: &'a SessionRule,
    /// Scheme, host and port that the browser has asked.
    pub(crate) origin: &'a str,
    pub(crate) secure: bool,
}

/// A browser on its way to a provider.
#[derive(Debug)]
pub(crate) struct Start {
    /// Where to send it.
    pub(crate) url: String,
    /// What it keeps meanwhile.
    pub(crate) cookie: String,
}

/// A browser that was signed in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// Where it wanted to.
    pub(crate) back: String,
    /// The cookie of its session, and the end of the one that kept its sign-in.
    pub(crate) cookies: [String; 2],
}

/// What a browser keeps of a sign-in, sealed.
#[derive(Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "as whoever signs in calls what it has to remember"
)]
struct Pending {
    service: Name,
    origin: String,
    back: String,
    pending: String,
}

/// What all of our cookies say besides.
fn attributes(secure: bool, same_site: SameSite) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("; Path=/; HttpOnly{secure}; SameSite={}", same_site.name())
}

/// The name of the cookie that keeps the sign-in of a state.
fn sign_in_cookie(state: &str, secure: bool) -> Option<String> {
    let prefix = if secure { HOST_PREFIX } else { "" };
    let start = state.get(..NAMED_BY)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    start
        .bytes()
        .all(plain)
        .then(|| format!("{prefix}{SIGN_IN}{start}"))
}

/// What has a browser forget a cookie.
pub(crate) fn forgotten(name: &str, secure: bool) -> String {
    format!("{name}=; Max-Age=0{}", attributes(secure, SameSite::Lax))
}

fn refused(error: &str) -> Denial {
    Denial::new(Code::SessionInvalid)
        .status(403)
        .saw("error", shown(error))
}

/// The provider, and not who signs in, is to blame.
pub(super) fn provider(issuer: &Issuer, error: &str) -> Denial {
    Denial::new(Code::IdentityProviderUnreachable)
        .saw("issuer", issuer.name.to_string())
        .saw("error", shown(error))
}

/// A text of a provider, as it is shown.
pub(super) fn shown(error: &str) -> String {
    printable(error.as_bytes(), SHOWN)
}

pub(super) fn away(error: &str) -> Denial {
    tracing::error!("nobody can be signed in: {error}");
    Denial::new(Code::ConfigurationStale)
}

fn told(issuer: &Issuer, fault: &SignOnFault) -> Denial {
    match fault {
        SignOnFault::Refused(error) => refused(error),
        SignOnFault::Provider(error) => provider(issuer, error),
        SignOnFault::Gateway(error) => away(error),
    }
}

impl Browsers {
    /// Sends a browser to its provider, from where it comes `back` to that path.
    ///
    /// # Errors
    /// Why it cannot be sent there.
    pub(crate) async fn begin(&self, place: &Place<'_>, back: String) -> Result<Start, Denial> {
        let issuer = place.issuer()?;
        let client = client(place.rule, issuer, place.origin, place.snapshot);
        let sign_on = self.inner.outside.sign_on.clone();
        let begun = self.outside(async move { sign_on.begin(client).await });
        let begun = begun
            .await
            .ok_or_else(|| provider(issuer, "it takes too long"))?;
        let begun = begun.map_err(|fault| told(issuer, &fault))?;
        let pending = Pending {
            service: place.service.name.clone(),
            origin: place.origin.to_owned(),
            back,
            pending: begun.pending.expose().clone(),
        };
        let sealed = serde_json::to_string(&pending).ok();
        let sealed = sealed.and_then(|text| self.inner.seal.seal(PENDING, &text));
        let name = sign_in_cookie(&begun.state, place.secure);
        let (Some(sealed), Some(name)) = (sealed, name) else {
            return Err(Denial::new(Code::Internal));
        };
        let more = attributes(place.secure, SameSite::Lax);
        Ok(Start {
            url: begun.url,
            cookie: format!("{name}={sealed}; Max-Age={LASTS}{more}"),
        })
    }

    /// The service for which the sign-in of a state was begun in this browser, and what else is
    /// needed to end it. `cookie` finds a cookie by its name.
    ///
    /// # Errors
    /// It was not begun here, or too long ago.
    pub(crate) fn pending<'a>(
        &self,
        state: &str,
        secure: bool,
        cookie: impl FnOnce(&str) -> Option<&'a [u8]>,
    ) -> Result<Resumed, Denial> {
        let name = sign_in_cookie(state, secure);
        let opened = name.as_deref().and_then(cookie);
        let opened = opened.and_then(|sealed| self.inner.seal.open(PENDING, sealed));
        let read = opened.and_then(|text| serde_json::from_str::<Pending>(text.expose()).ok());
        let (Some(pending), Some(cookie)) = (read, name) else {
            return Err(refused(
                "this browser has begun no such sign-in, or too long ago",
            ));
        };
        Ok(Resumed { pending, cookie })
    }

    /// Ends a sign-in: begins the session.
    ///
    /// # Errors
    /// Why nobody is signed in.
    pub(crate) async fn finish(
        &self,
        place: &Place<'_>,
        resumed: Resumed,
        query: String,
        from: IpAddr,
        issuers: &Issuers,
    ) -> Result<SignedIn, Denial> {
        let issuer = place.issuer()?;
        let client = client(place.rule, issuer, place.origin, place.snapshot);
        let sign_on = self.inner.outside.sign_on.clone();
        let secret = Secret::new(resumed.pending.pending);
        let granted = self.outside(async move { sign_on.finish(client, secret, query).await });
        let granted = granted.await;
        let granted = granted.ok_or_else(|| provider(issuer, "it takes too long"))?;
        let granted = granted.map_err(|fault| told(issuer, &fault))?;
        let token = signed_in(place, issuer, &granted, None, issuers).await?;
        let made = self
            .inner
            .make()
            .ok_or_else(|| Denial::new(Code::Internal))?;
        let kept = self.inner.kept(place, &granted, token, from);
        let kept = kept.ok_or_else(|| Denial::new(Code::Internal))?;
        let inner = self.inner.clone();
        let (key, value) = (key(&made.digest), kept.written());
        let whose = self.inner.whose(&kept.token, &granted);
        let gone_at = kept.gone_at();
        let put =
            self.outside(async move { inner.outside.keep.put(&key, &whose, value, gone_at).await });
        match put.await {
            Some(Ok(ended)) => {
                for one in ended.iter().filter_map(|key| digest(key)) {
                    self.inner.known.gone(one, now());
                }
            }
            Some(Err(KeepAway(error))) => return Err(away(&error)),
            None => return Err(away("where sessions are kept does not answer")),
        }
        self.inner.known.put(kept.known(made.digest), now());
        let rule = place.rule;
        let (name, secret) = (rule.cookie_name(place.secure), made.secret.expose());
        let lasts = rule.lifetime.as_secs();
        let more = attributes(place.secure, rule.same_site);
        Ok(SignedIn {
            back: resumed.pending.back,
            cookies: [
                format!("{name}={secret}; Max-Age={lasts}{more}"),
                forgotten(&resumed.cookie, place.secure),
            ],
        })
    }

    /// Ends the session of a cookie. Where its browser may sign out of the provider too, if there is
    /// such a place; it comes back to the service.
    pub(crate) async fn sign_out(&self, place: &Place<'_>, session: &Session) -> Option<String> {
        let inner = self.inner.clone();
        let digest = session.digest;
        let hint = self
            .outside(async move { inner.id_token(digest).await })
            .await;
        self.end(digest, How::SignedOut).await;
        let issuer = place.issuer().ok()?;
        let client = client(place.rule, issuer, place.origin, place.snapshot);
        let sign_on = self.inner.outside.sign_on.clone();
        let end = self.outside(async move { sign_on.sign_out_of(client).await });
        let end = end.await??;
        let rule = place.rule;
        let after = format!("{}{}", place.origin, rule.after_sign_out);
        let mut url = format!("{end}{}", if end.contains('?') { '&' } else { '?' });
        let mut add = |name: &str, value: &str| {
            if !url.ends_with(['&', '?']) {
                url.push('&');
            }
            url.push_str(name);
            url.push('=');
            percent_encode(value.as_bytes(), &mut url);
        };
        add("client_id", &rule.client_id);
        add("post_logout_redirect_uri", &after);
        if let Some(hint) = hint.flatten() {
            add("id_token_hint", hint.expose());
        }
        Some(url)
    }
}

/// A sign-in whose browser is back.
pub(crate) struct Resumed {
    pending: Pending,
    cookie: String,
}

impl Resumed {
    /// The service that it was begun for.
    pub(crate) fn service(&self) -> &str {
        &self.pending.service
    }

    /// Where it was begun: scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.pending.origin
    }
}

impl<'a> Place<'a> {
    /// Whether sessions of an issuer and a client are those that are begun here.
    pub(super) fn is_of(&self, issuer: &str, client: Option<&Name>) -> bool {
        let own = self.issuer();
        own.is_ok_and(|own| *issuer == *own.name) && client == Some(&self.rule.client_id)
    }

    fn issuer(&self) -> Result<&'a Issuer, Denial> {
        let all = &self.snapshot.configuration().issuers;
        let issuer = all.get(self.rule.issuer);
        issuer.ok_or_else(|| Denial::new(Code::Internal))
    }
}

impl Inner {
    /// Whose a new session is.
    fn whose(&self, token: &Token, granted: &Granted) -> Whose {
        let id_token = granted.id_token.as_ref();
        let session = id_token.and_then(|text| id_token::session(text.expose().as_bytes()));
        let subject = token.subject.as_deref().unwrap_or_default();
        Whose {
            person: self.person(&token.issuer, subject),
            at_provider: session.map(|session| self.at_provider(&token.issuer, &session)),
        }
    }

    /// By what the sessions of somebody at an issuer are counted and found.
    pub(super) fn person(&self, issuer: &str, subject: &str) -> String {
        self.named(&format!("{issuer}\n{subject}"))
    }

    /// By what the sessions of a session at the issuer are found.
    pub(super) fn at_provider(&self, issuer: &str, session: &str) -> String {
        self.named(&format!("{issuer}\n{session}"))
    }

    fn named(&self, name: &str) -> String {
        let digest = self.known.key().name(name.as_bytes());
        key(&digest).chars().take(32).collect()
    }

    fn kept(
        &self,
        place: &Place<'_>,
        granted: &Granted,
        token: Token,
        from: IpAddr,
    ) -> Option<Kept> {
        let rule = place.rule;
        let seconds = |time: std::time::Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let now = now();
        let times = times(granted, now);
        let text = |secret: &Option<Secret<String>>| secret.as_ref().map(|s| s.expose().clone());
        let tokens = Tokens {
            id_token: text(&granted.id_token),
            refresh_token: text(&granted.refresh_token),
        };
        Some(Kept {
            token,
            service: place.service.name.clone(),
            origin: place.origin.into(),
            from,
            begun_at: now,
            ends_at: now.saturating_add(seconds(rule.lifetime)),
            idle: seconds(rule.idle),
            seen: now,
            fresh_until: times.map(|(until, _)| until),
            ahead: times.map_or(0, |(_, ahead)| ahead),
            refreshing_until: None,
            refused_at: None,
            sealed: self.seal_tokens(&tokens)?,
        })
    }

    pub(super) fn seal_tokens(&self, tokens: &Tokens) -> Option<String> {
        let text = serde_json::to_string(tokens).ok()?;
        self.seal.seal("tokens", &text)
    }

    pub(super) fn open_tokens(&self, kept: &Kept) -> Option<Tokens> {
        let text = self.seal.open("tokens", kept.sealed.as_bytes())?;
        serde_json::from_str(text.expose()).ok()
    }

    async fn id_token(&self, digest: KeyDigest) -> Option<Secret<String>> {
        /// Longer ones do not fit into an address, bytes.
        const FITS: usize = 4096;
        let value = self.outside.keep.get(&key(&digest)).await.ok()??;
        let tokens = self.open_tokens(&Kept::read(&value)?)?;
        let id_token = tokens.id_token.filter(|token| token.len() <= FITS);
        id_token.map(Secret::new)
    }
}

/// Who the provider says has signed in, with the scopes that it granted. Its keys are fetched if
/// they are not known.
async fn signed_in(
    place: &Place<'_>,
    issuer: &Issuer,
    granted: &Granted,
    subject: Option<&str>,
    issuers: &Issuers,
) -> Result<Token, Denial> {
    let Some(id_token) = &granted.id_token else {
        return Err(provider(issuer, "it sent no ID token"));
    };
    let expected = Expected {
        client_id: &place.rule.client_id,
        nonce: granted.nonce.as_deref(),
        subject,
        access_token: granted
            .access_token
            .as_ref()
            .map(|token| token.expose().as_str()),
        now: now(),
    };
    let check = || match &issuers.keyring().of(&issuer.name).known {
        Some(keys) => {
            let by = Trusted { issuer, keys };
            let checked = id_token::verify(id_token.expose().as_bytes(), &by, &expected);
            checked.map_err(Some)
        }
        None => Err(None),
    };
    let mut checked = check();
    if matches!(
        checked,
        Err(None | Some(IdFault::NotGenuine(Fault::KeyUnknown { .. })))
    ) && issuers.ask(&issuer.name).await
    {
        checked = check();
    }
    let mut token = checked.map_err(|fault| match fault {
        Some(fault) => {
            let what = fault.words();
            provider(issuer, &format!("its ID token is not accepted: it {what}"))
        }
        None => provider(issuer, "its keys cannot be had"),
    })?;
    if !issuer.claims.scopes.is_empty() {
        let asked = place.rule.scopes.join(" ");
        let granted = granted.scope.as_deref().unwrap_or(&asked);
        token.scopes = Some(scopes(granted));
    }
    Ok(token)
}

/// The scopes that are granted (RFC 6749 §3.3).
pub(super) fn scopes(granted: &str) -> Box<[Name]> {
    let scopes = granted.split_ascii_whitespace().take(MOST_SCOPES);
    scopes.map(Into::into).collect()
}

/// Most scopes that are taken from what is granted.
const MOST_SCOPES: usize = 128;

/// Writes a text for a query (RFC 3986 §2.1).
pub(crate) fn percent_encode(text: &[u8], out: &mut String) {
    use std::fmt::Write as _;
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests;
