//! Somebody who keeps sessions in memory, and a provider that answers what it is told to.

use super::kept::{Kept, Tokens};
use super::{
    Asking, Begun, Browsers, Client, Granted, Keep, KeepAway, Outside, SignOn, SignOnFault, key,
    now,
};
use postern_model::Secret;
use postern_model::entity::{ClaimNames, Issuer, IssuerKeys, KeyDigest};
use postern_model::key::Keyer;
use postern_policy::session::{Closed, How, Whose};
use postern_proof::Token;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Whom a provider is asked about, and what it answers.
type Answer = Box<dyn FnOnce() -> Result<Granted, SignOnFault> + Send>;

/// Both of whom sessions need.
#[derive(Default)]
pub(super) struct Others {
    kept: Mutex<HashMap<String, Value>>,
    ended: Mutex<HashMap<String, Closed>>,
    /// Nobody reaches what is kept.
    pub(super) away: Mutex<bool>,
    answers: Mutex<VecDeque<Answer>>,
    /// The refresh tokens that were shown.
    pub(super) shown: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Others {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Others")
    }
}

fn soon<'a, T: Send + 'a>(value: T) -> Asking<'a, T> {
    Box::pin(async {
        tokio::task::yield_now().await;
        value
    })
}

impl Others {
    /// The provider answers this when it is asked next.
    pub(super) fn answers(
        &self,
        answer: impl FnOnce() -> Result<Granted, SignOnFault> + Send + 'static,
    ) {
        self.answers.lock().unwrap().push_back(Box::new(answer));
    }

    /// What is kept under a key.
    pub(super) fn kept(&self, key: &str) -> Option<Kept> {
        self.kept.lock().unwrap().get(key).and_then(Kept::read)
    }

    /// Keeps a session, whatever was kept before.
    pub(super) fn keeps(&self, key: &str, kept: &Kept) {
        let mut all = self.kept.lock().unwrap();
        all.insert(key.to_owned(), kept.written());
    }

    /// Ends a session, as an administrator does.
    pub(super) fn ends(&self, key: &str, closed: Closed) {
        self.kept.lock().unwrap().remove(key);
        self.ended.lock().unwrap().insert(key.to_owned(), closed);
    }

    fn reached<T>(&self, value: impl FnOnce() -> T) -> Result<T, KeepAway> {
        if *self.away.lock().unwrap() {
            return Err(KeepAway("the disk is full".to_owned()));
        }
        Ok(value())
    }
}

impl Keep for Others {
    fn get<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Value>, KeepAway>> {
        soon(self.reached(|| self.kept.lock().unwrap().get(key).cloned()))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        _: &'a Whose,
        value: Value,
        _: i64,
    ) -> Asking<'a, Result<Vec<String>, KeepAway>> {
        soon(self.reached(|| {
            self.kept.lock().unwrap().insert(key.to_owned(), value);
            Vec::new()
        }))
    }

    fn of<'a>(&'a self, _: &'a Whose) -> Asking<'a, Result<Vec<(String, Value)>, KeepAway>> {
        soon(self.reached(|| {
            let all = self.kept.lock().unwrap();
            all.iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        }))
    }

    fn swap<'a>(
        &'a self,
        key: &'a str,
        expected: Value,
        value: Value,
        _: i64,
    ) -> Asking<'a, Result<bool, KeepAway>> {
        soon(self.reached(|| {
            let mut all = self.kept.lock().unwrap();
            match all.get_mut(key) {
                Some(kept) if *kept == expected => {
                    *kept = value;
                    true
                }
                _ => false,
            }
        }))
    }

    fn end<'a>(&'a self, key: &'a str, _: How) -> Asking<'a, Result<bool, KeepAway>> {
        soon(self.reached(|| self.kept.lock().unwrap().remove(key).is_some()))
    }

    fn ended<'a>(&'a self, key: &'a str) -> Asking<'a, Result<Option<Closed>, KeepAway>> {
        soon(self.reached(|| self.ended.lock().unwrap().get(key).cloned()))
    }
}

impl SignOn for Others {
    fn begin(&self, _: Client) -> Asking<'_, Result<Begun, SignOnFault>> {
        unreachable!("nobody begins here")
    }

    fn finish(
        &self,
        _: Client,
        _: Secret<String>,
        _: String,
    ) -> Asking<'_, Result<Granted, SignOnFault>> {
        unreachable!("nobody has begun")
    }

    fn refresh(
        &self,
        _: Client,
        token: Secret<String>,
    ) -> Asking<'_, Result<Granted, SignOnFault>> {
        self.shown.lock().unwrap().push(token.expose().clone());
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async {
            tokio::task::yield_now().await;
            answer.expect("nobody asks so often")()
        })
    }

    fn sign_out_of(&self, _: Client) -> Asking<'_, Option<String>> {
        soon(None)
    }
}

pub(super) fn keyer() -> Keyer {
    Keyer::new(&[1; 32])
}

/// The sessions of a gateway, and those that it asks.
pub(super) fn browsers() -> (Browsers, Arc<Others>) {
    let others = Arc::new(Others::default());
    let outside = Outside {
        keep: others.clone(),
        sign_on: others.clone(),
    };
    (Browsers::new(&keyer(), outside), others)
}

/// A provider, by its name in the configuration.
pub(super) fn issuer(name: &str) -> Issuer {
    Issuer {
        name: name.into(),
        tenant: None,
        iss: "https://login.example".into(),
        keys: IssuerKeys::File(Path::new("keys.json").into()),
        introspection: None,
        algorithms: vec![],
        audiences: vec![],
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
    }
}

/// A session that has just begun, whose tokens are good for an hour.
pub(super) fn kept() -> Kept {
    let now = now();
    Kept {
        token: Token {
            issuer: "login".into(),
            subject: Some("lin".into()),
            id: None,
            kid: None,
            client: Some("shop-web".into()),
            user: Some("lin".into()),
            groups: Box::default(),
            roles: Box::default(),
            acr: None,
            auth_time: None,
            claims: Box::default(),
            scopes: Some(["orders:read".into()].into()),
            bound_to: None,
            audience: ["shop-web".into()].into(),
            issued_at: Some(now),
            not_before: None,
            expires_at: Some(now + 300),
            introspected: false,
        },
        service: "shop".into(),
        origin: "https://shop.example".into(),
        from: IpAddr::V4(Ipv4Addr::LOCALHOST),
        begun_at: now,
        ends_at: now + 7200,
        idle: 1800,
        seen: now,
        fresh_until: Some(now + 3600),
        ahead: 30,
        refreshing_until: None,
        refused_at: None,
        sealed: String::new(),
    }
}

/// What comes of a refresh token: these tokens, good for so many seconds.
pub(super) fn granted(refresh_token: Option<&str>, expires_in: u32) -> Granted {
    Granted {
        id_token: None,
        access_token: Some(Secret::new("access".to_owned())),
        refresh_token: refresh_token.map(|token| Secret::new(token.to_owned())),
        expires_in: Some(expires_in),
        scope: None,
        nonce: None,
    }
}

/// Puts a session where it is kept and into memory, with a refresh token; its secret, what it is
/// kept as, and its key.
pub(super) fn begun(
    browsers: &Browsers,
    others: &Others,
    mut kept: Kept,
) -> (String, KeyDigest, String) {
    let inner = &browsers.inner;
    let tokens = Tokens {
        id_token: None,
        refresh_token: Some("first".to_owned()),
    };
    kept.sealed = inner.seal_tokens(&tokens).unwrap();
    let made = inner.make().unwrap();
    let key = key(&made.digest);
    others.keeps(&key, &kept);
    inner.known.put(kept.known(made.digest), now());
    (made.secret.expose().clone(), made.digest, key)
}
