//! People sign in with a real provider of OpenID Connect, oauth2-mock-server.

use super::super::harness::files::scratch;
use super::super::harness::management::{Management, PASSWORD, printed};
use super::super::harness::program::run_with_input;
use super::super::harness::tls::{Authority, Validity, connect};
use super::super::harness::{Response, SOON, binary, node};
use super::Stored;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A tenant; nothing of this machine may be connected to.
const CLOSED: &str = "tenants: { commerce: {} }\n";
/// The same, and this machine may.
const OPEN: &str = "tenants: { commerce: {} }\negress: { allow: [127.0.0.0/8] }\n";
/// What Postern shows the provider.
const SECRET: &str = "s3cret-of-postern";
/// `postern` and that, as HTTP has it (RFC 7617).
const BASIC: &str = "Basic cG9zdGVybjpzM2NyZXQtb2YtcG9zdGVybg==";

/// A provider that is told how the next sign-ins are to go. It ends when its input does.
struct Provider {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    authority: Authority,
    issuer: String,
}

impl Provider {
    /// `None`, and a line that says so, where Node or the package is missing.
    fn start() -> Option<Self> {
        let library = node::module("oauth2-mock-server/dist/index.mjs")?;
        let authority = Authority::new("Providers");
        let issued = authority.issue("provider", &["127.0.0.1"], Validity::Now);
        let mut child = Command::new("node")
            .arg(binary::workspace().join("crates/outbound/tests/peers/provider.mjs"))
            .args([&library, &issued.key, &issued.certificate])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut provider = Self {
            child,
            input,
            output,
            authority,
            issuer: String::new(),
        };
        let started = provider.read();
        started["issuer"]
            .as_str()
            .expect("an issuer")
            .clone_into(&mut provider.issuer);
        Some(provider)
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    /// Says what the next ID tokens say; what its token endpoint was asked meanwhile.
    fn vouches(&mut self, payload: &Value) -> Value {
        let input = self.input.as_mut().expect("its input");
        writeln!(input, "{}", json!({"payload": payload})).expect("it listens");
        self.read()["seen"].clone()
    }

    /// Goes where a browser is sent; where it is sent then.
    fn browse(&self, url: &str) -> String {
        let path = url.strip_prefix(&self.issuer).expect(url);
        let host = self.issuer.strip_prefix("https://").expect("HTTPS");
        let to: SocketAddr = host.parse().expect("an address");
        let client = self.authority.client(None, &[]);
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut connection = connect(to, "127.0.0.1", client).expect("a connection");
        let answer = connection.exchange(request);
        assert_eq!(answer.status, 302, "{}", answer.text());
        answer.header("location").expect("a place")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Postern whose system knows the authority of the provider.
fn started(provider: &Provider) -> Stored {
    let authority = provider.authority.path();
    let postern = Stored::prepared(scratch("sign-on"), |command| {
        command
            .env("SSL_CERT_FILE", authority)
            .env_remove("SSL_CERT_DIR");
    });
    assert!(postern.apply(CLOSED).status.success());
    postern
}

fn get(management: &Management, cookie: &str, path: &str) -> Response {
    management.ask(cookie, "GET", &format!("/api/v1{path}"), &Value::Null)
}

/// The cookie of this name that an answer sets, as a browser shows it.
fn cookie(answer: &Response, name: &str) -> String {
    let all = answer.header("set-cookie").unwrap_or_default();
    let found = all.split(", ").find(|cookie| cookie.starts_with(name));
    let found = found.unwrap_or_else(|| panic!("no {name}: {all} {}", answer.text()));
    assert!(found.contains("; HttpOnly"), "{found}");
    format!("Cookie: {}\r\n", found.split(';').next().expect("a pair"))
}

/// A sign-in up to where the browser comes back: its cookie, and the path with the query.
fn halfway(management: &Management, provider: &Provider, id: &str) -> (String, String) {
    let begun = get(
        management,
        "",
        &format!("/sign-in/with/{id}?return_to=/apps"),
    );
    assert_eq!(begun.status, 303, "{}", begun.text());
    let sent = begun.header("location").expect("a place");
    let back = provider.browse(&sent);
    let here = format!("http://{}/api/v1", management.0);
    let path = back.strip_prefix(&here).expect(&back).to_owned();
    (cookie(&begun, "postern_sign_on="), path)
}

fn sign_in(management: &Management, provider: &Provider, id: &str) -> Response {
    let (cookie, back) = halfway(management, provider, id);
    get(management, &cookie, &back)
}

/// Who is signed in by this answer.
fn me(management: &Management, signed_in: &Response) -> Value {
    assert_eq!(signed_in.status, 303, "{}", signed_in.text());
    assert_eq!(signed_in.header("location").as_deref(), Some("/apps"));
    let session = cookie(signed_in, "postern_session=");
    get(management, &session, "/me").json()
}

/// The first administrator; what their browser shows.
fn owner(postern: &Stored, management: &Management) -> String {
    let link = printed(postern, |line| line.contains("/accept?token="));
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    management.accept(&link, owner)
}

/// Sets up a provider that is found at the issuer of `provider`.
fn known(
    management: &Management,
    owner: &str,
    provider: &Provider,
    (id, secret): (&str, &str),
    more: &Value,
) {
    let mut document = json!({
        "title": "Single sign-on", "issuer": provider.issuer, "client_id": "postern",
        "client_secret": secret,
    });
    let members = document.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    let path = format!("/api/v1/identity-providers/{id}");
    let made = management.ask(owner, "PUT", &path, &document);
    assert!((200..300).contains(&made.status), "{}", made.text());
}

#[test]
fn a_member_signs_in_with_a_provider() {
    let Some(mut provider) = Provider::start() else {
        return;
    };
    let postern = started(&provider);
    let management = Management::of(&postern);
    let owner = owner(&postern, &management);
    std::fs::write(postern.data().join("sso.secret"), format!("{SECRET}\n")).expect("a file");
    let secret = ("sso", "file:sso.secret");
    known(&management, &owner, &provider, secret, &json!({}));
    let ways = get(&management, "", "/sign-in/providers").json();
    assert_eq!(
        ways["items"][0]["begin"], "/api/v1/sign-in/with/sso",
        "{ways}"
    );
    let mut invite = vec!["invite", "lin@example.com", "--tenant", "commerce"];
    invite.extend(["--role", "developer"]);
    let invited = postern.json(&invite);
    let link = invited["link"].as_str().expect("a link");
    let lin = management.accept(link, json!({"password": PASSWORD}));
    let lin = get(&management, &lin, "/me").json()["id"].clone();

    // An address that the provider has not seen to be theirs is nobody's.
    let claims = |sub: &str, email: &str, verified: bool| json!({"sub": sub, "email": email, "email_verified": verified, "name": "Lin"});
    provider.vouches(&claims("1", "lin@example.com", false));
    let unverified = sign_in(&management, &provider, "sso");
    assert_eq!(unverified.status, 403, "{}", unverified.text());

    let asked = provider.vouches(&claims("1", "Lin@Example.com", true));
    assert_eq!(asked[0]["authorization"], BASIC, "{asked}");
    let (cookie, back) = halfway(&management, &provider, "sso");
    // Another state, in the query, in both, and somebody else's browser: nobody is signed in.
    let (_, state) = back.split_once("state=").expect(&back);
    let state = state.split('&').next().expect("a state");
    let other = |text: &str| text.replace(state, &"x".repeat(state.len()));
    for (cookie, back, status) in [
        (cookie.clone(), other(&back), 401),
        (other(&cookie), other(&back), 404),
        (String::new(), back.clone(), 401),
    ] {
        let refused = get(&management, &cookie, &back);
        assert_eq!(refused.status, status, "{}", refused.text());
        assert!(
            !refused
                .header("set-cookie")
                .unwrap_or_default()
                .contains("postern_session")
        );
    }
    let done = get(&management, &cookie, &back);
    assert_eq!(me(&management, &done)["id"], lin);
    assert_eq!(
        get(&management, &cookie, &back).status,
        404,
        "a sign-in is good once"
    );

    // From then on the subject counts, and not the address.
    provider.vouches(&claims("1", "married@example.com", true));
    let again = sign_in(&management, &provider, "sso");
    let me = me(&management, &again);
    assert_eq!((&me["id"], &me["email"]), (&lin, &json!("lin@example.com")));
    provider.vouches(&claims("2", "lin@example.com", true));
    assert_eq!(sign_in(&management, &provider, "sso").status, 403);

    // Whoever changes their mind is not the provider's fault.
    let (cookie, back) = halfway(&management, &provider, "sso");
    let (_, state) = back.split_once("state=").expect(&back);
    let state = state.split('&').next().expect("a state");
    let cancelled = format!("/sign-in/callback?error=access_denied&state={state}");
    let cancelled = get(&management, &cookie, &cancelled);
    assert_eq!(cancelled.status, 401, "{}", cancelled.text());
    assert!(
        cancelled.text().contains("access_denied"),
        "{}",
        cancelled.text()
    );

    // A token for another sign-in proves nothing.
    let mut replayed = claims("1", "lin@example.com", true);
    replayed["nonce"] = json!("another");
    provider.vouches(&replayed);
    let refused = sign_in(&management, &provider, "sso");
    assert_eq!(refused.status, 502, "{}", refused.text());
    assert!(refused.text().contains("nonce"), "{}", refused.text());
    assert!(!postern.output().contains(SECRET));
}

#[test]
fn a_tenants_provider_is_where_the_platform_lets_it_be() {
    let Some(mut provider) = Provider::start() else {
        return;
    };
    let postern = started(&provider);
    let management = Management::of(&postern);
    let owner = owner(&postern, &management);
    let data = postern.data();
    let mut seal = Command::new(binary::postern());
    let holder = "identity_provider/shop@commerce";
    seal.args(["secrets", "seal", "--for", holder, "--data"]);
    seal.arg(&data);
    let sealed = run_with_input(&mut seal, SECRET.as_bytes(), SOON);
    let sealed = sealed.stdout.trim();
    let theirs = json!({"tenant": "commerce", "sign_up": "open", "roles": ["viewer"]});
    known(&management, &owner, &provider, ("shop", sealed), &theirs);
    let begin = || get(&management, "", "/sign-in/with/shop");
    let refused = begin();
    assert_eq!(refused.status, 502, "{}", refused.text());
    // Strangers are not told what the network looks like; the log says it.
    assert!(!refused.text().contains("loopback"), "{}", refused.text());
    printed(&postern, |line| {
        line.contains("127.0.0.1 is a loopback address")
    });

    // What is allowed counts at once.
    assert!(postern.apply(OPEN).status.success());
    let new = json!({"sub": "7", "email": "new@example.com", "email_verified": true, "name": "Nu"});
    provider.vouches(&new);
    let done = sign_in(&management, &provider, "shop");
    let me = me(&management, &done);
    assert_eq!((&me["email"], &me["name"]), (&new["email"], &new["name"]));
    let tenants: Vec<_> = me["tenants"].as_object().expect("tenants").keys().collect();
    assert_eq!(tenants, ["commerce"]);
    assert_eq!(provider.vouches(&new)[0]["authorization"], BASIC);

    // A secret that is not there is not asked for in the name of strangers either.
    known(
        &management,
        &owner,
        &provider,
        ("shop", "env:NO_SUCH_SECRET"),
        &theirs,
    );
    let refused = begin();
    assert_eq!(refused.status, 502, "{}", refused.text());
    assert!(
        !refused.text().contains("NO_SUCH_SECRET"),
        "{}",
        refused.text()
    );
    printed(&postern, |line| line.contains("NO_SUCH_SECRET is not set"));
    assert!(!postern.output().contains(SECRET));
}
