use super::*;
use crate::testing::{certificate, listen, rule};
use crate::{Anywhere, Rule};
use postern_model::egress::Class;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[derive(Debug)]
struct Fixed(Vec<IpAddr>);

impl Resolve for Fixed {
    fn resolve<'a>(&'a self, _host: &'a str) -> Addresses<'a> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

#[derive(Debug)]
struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _host: &'a str) -> Addresses<'a> {
        Box::pin(std::future::pending())
    }
}

fn dialer(guard: Arc<dyn Guard>, addresses: &[&str]) -> Dialer {
    let addresses = addresses.iter().map(|one| one.parse().unwrap()).collect();
    Dialer::new(guard, Trust::system().unwrap()).resolving_with(Arc::new(Fixed(addresses)))
}

const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn the_guard_is_asked_about_what_the_name_leads_to() {
    let address = listen(|_| async {}).await;
    let dialed = dialer(rule(&[]), &["127.0.0.1"]);
    let error = dialed.dial("hooks.example", address.port(), false, LIMIT);
    let error = error.await.unwrap_err();
    let DialError::Forbidden { forbidden, .. } = &error else {
        panic!("{error}");
    };
    assert!(matches!(
        forbidden,
        Forbidden::NotAllowed {
            class: Class::Loopback,
            ..
        }
    ));
    let text = error.to_string();
    assert!(
        text.contains("hooks.example") && text.contains("loopback"),
        "{text}"
    );
    for guard in [rule(&["127.0.0.0/8"]) as Arc<dyn Guard>, Arc::new(Anywhere)] {
        let dialed = dialer(guard, &["127.0.0.1"]);
        let stream = dialed
            .dial("hooks.example", address.port(), false, LIMIT)
            .await;
        assert_eq!(stream.unwrap().peer().unwrap(), address);
    }
}

#[tokio::test]
async fn a_forbidden_address_beside_an_allowed_one_is_passed_over() {
    let address = listen(|_| async {}).await;
    let dialed = dialer(rule(&["127.0.0.0/8"]), &["169.254.169.254", "127.0.0.1"]);
    let stream = dialed
        .dial("hooks.example", address.port(), false, LIMIT)
        .await;
    assert_eq!(stream.unwrap().peer().unwrap(), address);
}

#[tokio::test]
async fn own_listeners_are_forbidden() {
    let address = listen(|_| async {}).await;
    let mut own = Rule::clone(&rule(&["127.0.0.0/8"]));
    own.own.push(address);
    let dialed = dialer(Arc::new(own), &["127.0.0.1"]);
    let error = dialed
        .dial("hooks.example", address.port(), false, LIMIT)
        .await;
    let forbidden = Forbidden::OwnListener(address);
    let host = "hooks.example".to_owned();
    assert_eq!(error.unwrap_err(), DialError::Forbidden { host, forbidden });
}

#[tokio::test]
async fn a_name_without_addresses_and_a_resolver_without_an_answer() {
    let nowhere = dialer(rule(&[]), &[]);
    let error = nowhere.dial("nobody.example", 1, false, LIMIT).await;
    let text = error.unwrap_err().to_string();
    assert!(text.contains("nobody.example cannot be resolved"), "{text}");
    let silent = Dialer::new(rule(&[]), Trust::system().unwrap()).resolving_with(Arc::new(Silent));
    let limit = Duration::from_millis(50);
    let error = silent
        .dial("nobody.example", 1, false, limit)
        .await
        .unwrap_err();
    let host = "nobody.example".to_owned();
    assert_eq!(error, DialError::Timeout { host, limit });
}

#[tokio::test]
async fn the_system_knows_localhost() {
    let found = SystemResolver::default()
        .resolve("localhost")
        .await
        .unwrap();
    assert!(
        !found.is_empty() && found.iter().all(IpAddr::is_loopback),
        "{found:?}"
    );
}

#[tokio::test]
async fn nobody_there() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let dialed = dialer(rule(&["127.0.0.0/8"]), &["127.0.0.1"]);
    let error = dialed
        .dial("hooks.example", address.port(), false, LIMIT)
        .await;
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains(&address.to_string()) && text.contains("refused"),
        "{text}"
    );
}

async fn tls(name: &'static str, host: &str, trusted: bool) -> Result<u8, DialError> {
    let (authority, acceptor) = certificate(name);
    let address = listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                stream.write_all(b"!").await.unwrap();
            }
        }
    })
    .await;
    let trust = if trusted {
        Trust::only(authority.as_bytes()).unwrap()
    } else {
        Trust::system().unwrap()
    };
    let dialed = Dialer::new(rule(&["127.0.0.0/8"]), trust)
        .resolving_with(Arc::new(Fixed(vec![address.ip()])));
    let mut stream = dialed.dial(host, address.port(), true, LIMIT).await?;
    Ok(stream.read_u8().await.unwrap())
}

#[tokio::test]
async fn a_certificate_must_be_of_a_trusted_authority_and_for_the_name() {
    assert_eq!(tls("hooks.example", "hooks.example", true).await, Ok(b'!'));
    for (host, trusted) in [("other.example", true), ("hooks.example", false)] {
        let error = tls("hooks.example", host, trusted).await.unwrap_err();
        assert!(matches!(error, DialError::Tls { .. }), "{error}");
    }
}

#[test]
fn authorities_are_read_or_refused() {
    let error = Trust::only(b"nothing").unwrap_err();
    assert_eq!(error, TrustError::Empty);
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = Trust::only(broken).unwrap_err();
    assert!(matches!(error, TrustError::Unreadable(_)), "{error}");
}
