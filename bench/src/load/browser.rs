//! A browser, as far as being signed in goes.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};

use super::Request;
use crate::probe::{Answer, Probe};

/// Where a provider sends browsers back to.
const CALLBACK: &str = "/.well-known/postern/session/callback";

/// Has the provider of bench/ways.yaml sign in whoever asks so, and returns the cookies of the
/// session. The provider's own page is left out: who it would have signed in is known.
pub(super) async fn sign_in(gateway: SocketAddr, request: &Request) -> Result<String> {
    let (_, host, path, _) = request.parts();
    let mut probe = Probe::connect(gateway, None).await?;
    let mut sent = get(&mut probe, host, path, "").await?;
    // The gateway's own page first.
    if let Some(own) = sent.header("location").filter(|to| to.starts_with('/')) {
        let own = own.to_owned();
        sent = get(&mut probe, host, &own, &cookies(&sent)).await?;
    }
    let to = sent.header("location").context("is not sent to sign in")?;
    let said = |name: &str| {
        let mut pairs = to.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(have, _)| *have == name);
        found
            .map(|(_, value)| value)
            .with_context(|| format!("{to} has no `{name}`"))
    };
    // This provider's codes are nonces, so that it has to remember nothing.
    let back = format!(
        "{CALLBACK}?code={}&state={}",
        said("nonce")?,
        said("state")?
    );
    let signed_in = get(&mut probe, host, &back, &cookies(&sent)).await?;
    let cookies = cookies(&signed_in);
    if cookies.is_empty() {
        bail!(
            "{back} was answered with {} and no cookie",
            signed_in.status
        );
    }
    Ok(cookies)
}

/// Opens a page.
async fn get(probe: &mut Probe, host: &str, path: &str, cookies: &str) -> Result<Answer> {
    let cookie = match cookies {
        "" => String::new(),
        cookies => format!("Cookie: {cookies}\r\n"),
    };
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\n\
         Sec-Fetch-Dest: document\r\n{cookie}\r\n"
    );
    probe.ask(head.as_bytes()).await
}

/// The cookies that an answer sets, as the next request sends them.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers("set-cookie");
    let pairs = set.filter_map(|cookie| cookie.split(';').next());
    let kept = pairs.filter(|pair| !pair.trim_end().ends_with('='));
    kept.collect::<Vec<_>>().join("; ")
}
