//! Mails to a real server, aiosmtpd.

use crate::support::Peer;
use jiff::Timestamp;
use postern_model::Secret;
use postern_outbound::mail::{
    Installation, Invitation, Login, MailError, Mailer, Message, Security, Server, Template,
};
use postern_outbound::{Anywhere, Clock, Dialer, Trust};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::sync::Arc;

/// An authority's PEM, and the files of a certificate of it for localhost.
struct Certificate {
    authority: String,
    files: tempfile::TempDir,
}

impl Certificate {
    fn new() -> Self {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = root.self_signed(&root_key).unwrap().pem();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
        let files = tempfile::tempdir().unwrap();
        std::fs::write(files.path().join("cert.pem"), leaf.pem()).unwrap();
        std::fs::write(files.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self { authority, files }
    }

    fn options(&self, tls: &str) -> Value {
        let file = |name| self.files.path().join(name).to_str().unwrap().to_owned();
        json!({"tls": tls, "cert": file("cert.pem"), "key": file("key.pem")})
    }

    fn trust(&self) -> Trust {
        Trust::only(self.authority.as_bytes()).unwrap()
    }
}

fn mailer(peer: &mut Peer, security: Security, login: Option<Login>, trust: Trust) -> Mailer {
    let port = peer.read()["port"].as_u64().unwrap();
    let server = Server {
        host: "localhost".to_owned(),
        port: u16::try_from(port).unwrap(),
        security,
        login,
        from: "Postern <postern@example.com>".to_owned(),
        hello: "postern.example.com".to_owned(),
    };
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let dialer = Dialer::new(Arc::new(Anywhere), trust);
    Mailer::new(server, dialer, Clock::new(move || now)).unwrap()
}

fn login(password: &str) -> Login {
    Login {
        user: "postern".to_owned(),
        password: Secret::new(password.to_owned()),
    }
}

fn message(to: &str) -> Message {
    let template = Template::Invitation(Invitation {
        inviter: "Ada Lovelace".to_owned(),
        tenant: Some("Größe & Co".to_owned()),
        roles: vec!["developer".to_owned()],
        link: format!("https://postern.example/join/{}", "x".repeat(100)),
        expires_at: "2026-02-01T12:00:00Z".parse().unwrap(),
    });
    let name = "Example APIs".to_owned();
    template.message(&Installation { name }, "m-1", to)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_without_encryption() {
    let Some(mut peer) = Peer::smtp(&json!({"tls": "none"})) else {
        return;
    };
    let mailer = mailer(&mut peer, Security::None, None, Trust::system().unwrap());
    mailer.probe().await.unwrap();
    let mut message = message("Grâce <grace@example.com>");
    // Lines that the protocol could take for its own.
    message.text.push_str("\n.\n..\n.QUIT\n");
    mailer.send(&message).await.unwrap();
    let mail = peer.read();
    assert_eq!(mail["from"], "postern@example.com");
    assert_eq!(mail["to"], json!(["grace@example.com"]));
    assert_eq!(
        (&mail["tls"], &mail["login"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(mail["hello"], "postern.example.com");
    let data = mail["data"].as_str().unwrap();
    assert!(data.contains("Message-ID: <m-1@example.com>\r\n"), "{data}");
    assert!(
        data.contains("Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"),
        "{data}"
    );
    let (_, body) = data.split_once("\r\n\r\n").unwrap();
    let decoded = body.replace("=\r\n", "");
    assert!(decoded.contains(&"x".repeat(100)), "{decoded}");
    assert!(decoded.contains("Gr=C3=B6=C3=9Fe & Co"), "{decoded}");
    let end = "\r\n.\r\n..\r\n.QUIT";
    assert!(decoded.trim_end().ends_with(end), "{decoded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_by_starttls_and_by_tls_with_a_login() {
    let certificate = Certificate::new();
    for (tls, security) in [
        ("starttls", Security::StartTls),
        ("implicit", Security::Tls),
    ] {
        let mut options = certificate.options(tls);
        options["user"] = json!("postern");
        options["password"] = json!("s3cret");
        let Some(mut peer) = Peer::smtp(&options) else {
            return;
        };
        let login = Some(login("s3cret"));
        let mailer = mailer(&mut peer, security, login, certificate.trust());
        mailer.send(&message("grace@example.com")).await.unwrap();
        let mail = peer.read();
        assert_eq!(
            (&mail["tls"], &mail["login"]),
            (&json!(true), &json!(true)),
            "{tls}"
        );
        assert_eq!(mail["to"], json!(["grace@example.com"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_none_are_refused() {
    let certificate = Certificate::new();
    let mut options = certificate.options("starttls");
    options["user"] = json!("postern");
    options["password"] = json!("s3cret");
    for password in [Some("wr0ng"), None] {
        let Some(mut peer) = Peer::smtp(&options) else {
            return;
        };
        let trust = certificate.trust();
        let mailer = mailer(&mut peer, Security::StartTls, password.map(login), trust);
        let error = mailer
            .send(&message("grace@example.com"))
            .await
            .unwrap_err();
        match password {
            Some(_) => assert!(matches!(error, MailError::Login { .. }), "{error}"),
            None => assert!(
                matches!(error, MailError::Refused { later: false, .. }),
                "{error}"
            ),
        }
        let shown = format!("{error} {mailer:?}");
        assert!(shown.contains("53") && !shown.contains("wr0ng"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_prove_its_name_gets_nothing() {
    let certificate = Certificate::new();
    for (tls, security) in [
        ("starttls", Security::StartTls),
        ("implicit", Security::Tls),
    ] {
        let Some(mut peer) = Peer::smtp(&certificate.options(tls)) else {
            return;
        };
        let trust = Certificate::new().trust();
        let mailer = mailer(&mut peer, security, None, trust);
        let error = mailer
            .send(&message("grace@example.com"))
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("TLS with localhost failed"),
            "{error}"
        );
        assert!(error.is_transient());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_may_be_refused_for_good_or_for_now() {
    let options = json!({"tls": "none", "reject": "gone@example.com", "defer": "busy@example.com"});
    let Some(mut peer) = Peer::smtp(&options) else {
        return;
    };
    let mailer = mailer(&mut peer, Security::None, None, Trust::system().unwrap());
    for (to, reply, transient) in [
        ("gone@example.com", "550 5.1.1 no such person", false),
        ("busy@example.com", "451 4.7.1 come back later", true),
    ] {
        let error = mailer.send(&message(to)).await.unwrap_err();
        assert!(error.to_string().contains(reply), "{error}");
        assert_eq!(error.is_transient(), transient, "{error}");
    }
    mailer.send(&message("grace@example.com")).await.unwrap();
    assert_eq!(peer.read()["to"], json!(["grace@example.com"]));
}
