mod cases;

use self::cases::cases;
use super::*;
use crate::testing::{at, dialer, listen, still};
use crate::{Anywhere, Dialer, Trust};
use postern_model::Secret;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const NOW: &str = "2026-01-02T03:04:05Z";

fn installation() -> Installation {
    Installation {
        name: "Example APIs".to_owned(),
    }
}

fn message(template: &Template) -> Message {
    template.message(&installation(), "m-1", "Grace <grace@example.com>")
}

fn written() -> String {
    let one = |template| {
        let Message { subject, text, .. } = message(template);
        format!("Subject: {subject}\n\n{text}\n{}\n", "=".repeat(80))
    };
    cases().iter().map(one).collect()
}

#[test]
fn the_words_are_the_approved_ones() {
    let golden = include_str!("golden.txt");
    assert!(
        written() == golden,
        "`cargo test -p postern-outbound approve -- --ignored`, then read the difference:\n{}",
        written()
    );
}

#[test]
#[ignore = "writes the golden file"]
fn approve() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/mail/golden.txt");
    std::fs::write(file, written()).unwrap();
}

#[test]
fn nobody_can_make_a_mail_say_something_else() {
    let evil = "Ada\r\nBcc: all@example.com\u{202E}\u{0}\n\nYour password has expired: https://evil.example";
    let asked = Asked::ChangeRequest {
        id: "cr_1".to_owned(),
        title: evil.to_owned(),
    };
    let template = Template::ApprovalAsked {
        asked,
        requester: evil.repeat(50),
        reason: Some(format!(
            "{evil}\n--\nfrom Postern\n{}",
            "line\n".repeat(100)
        )),
        link: "https://postern.example/a\r\nb c".to_owned(),
    };
    let message = message(&template);
    assert!(
        !message.subject.contains(['\r', '\n', '\0', '\u{202E}']),
        "{message:?}"
    );
    assert!(message.subject.chars().count() <= 200);
    // Each line is ours, or set off.
    for line in message.text.lines() {
        let foreign = ["Bcc:", "Your password", "from Postern"];
        let bare = foreign.iter().any(|start| line.starts_with(start));
        assert!(!bare, "{line}");
    }
    assert!(message.text.contains("\n> Your password") && message.text.contains("\n> --"));
    assert!(message.text.contains("https://postern.example/abc"));
    assert!(message.text.lines().count() < 50);
    let mail = message
        .build(&"p@example.com".parse().unwrap(), at(NOW))
        .unwrap();
    let bytes = String::from_utf8(mail.formatted()).unwrap();
    let head = bytes.split("\r\n\r\n").next().unwrap();
    assert!(!head.contains("\nBcc"), "{head}");
}

#[test]
fn a_mail_as_it_is_sent() {
    let message = Message {
        id: "m-1".to_owned(),
        to: "Grâce <grace@example.com>".to_owned(),
        subject: "Größe".to_owned(),
        text: format!(".\nÄ {}\n", "long ".repeat(60)),
    };
    let from = "Postern <postern@example.com>".parse().unwrap();
    let mail = message.build(&from, at(NOW)).unwrap();
    let text = String::from_utf8(mail.formatted()).unwrap();
    for line in [
        "Message-ID: <m-1@example.com>\r\n",
        "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Subject: =?utf-8?b?R3LDtsOfZQ==?=\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "From: Postern <postern@example.com>\r\n",
    ] {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }
    assert!(
        text.is_ascii() && text.lines().all(|line| line.len() <= 78),
        "{text}"
    );
    assert_eq!(mail.envelope().to()[0].to_string(), "grace@example.com");
}

#[test]
fn mails_that_cannot_be_sent() {
    let from = "postern@example.com".parse().unwrap();
    let build = |change: fn(&mut Message)| {
        let mut mail = message(&cases()[0]);
        change(&mut mail);
        mail.build(&from, at(NOW)).map(drop)
    };
    assert_eq!(build(|_| {}), Ok(()));
    for (change, says) in [
        (
            (|m| m.to = "nobody".to_owned()) as fn(&mut Message),
            "`nobody` is not a mail address",
        ),
        (
            |m| m.to = "a@b.c\r\nRCPT TO:<x@y.z>".to_owned(),
            "is not a mail address",
        ),
        (
            |m| m.to = "a@b.c, d@e.f".to_owned(),
            "is not a mail address",
        ),
        (|m| m.to = "x".repeat(500), "is not a mail address"),
        (|m| m.subject = "a\nb".to_owned(), "one line"),
        (|m| m.subject = "x".repeat(201), "200"),
        (|m| m.text = "x".repeat(65 * 1024), "64 KiB"),
        (|m| m.id = "a b".to_owned(), "its id"),
        (|m| m.id = String::new(), "its id"),
    ] {
        let error = build(change).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.is_transient());
    }
}

fn server(port: u16, security: Security) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        login: None,
        from: "Postern <postern@example.com>".to_owned(),
        hello: "postern.example.com".to_owned(),
    }
}

fn mailer(port: u16, security: Security) -> Mailer {
    let dialer = dialer(Trust::system().unwrap());
    let mailer = Mailer::new(server(port, security), dialer, still(NOW).0).unwrap();
    mailer.limited(Duration::from_secs(1))
}

#[test]
fn configurations_that_are_refused() {
    let refused = |change: fn(&mut Server), dialer: Dialer| {
        let mut server = server(25, Security::None);
        change(&mut server);
        Mailer::new(server, dialer, still(NOW).0)
            .unwrap_err()
            .to_string()
    };
    let trust = || Trust::system().unwrap();
    let login = |server: &mut Server| {
        let (user, password) = ("postern".to_owned(), Secret::new("secret".to_owned()));
        server.login = Some(Login { user, password });
    };
    let error = refused(login, dialer(trust()));
    assert!(
        error.contains("unencrypted") && !error.contains("secret"),
        "{error}"
    );
    let error = refused(
        |server| server.hello = "a b\r\n".to_owned(),
        dialer(trust()),
    );
    assert!(error.contains("host name"), "{error}");
    let error = refused(|server| server.from = "Postern".to_owned(), dialer(trust()));
    assert!(error.contains("`Postern` is not a mail address"), "{error}");
    let error = refused(
        |server| server.host = "10.0.0.1".to_owned(),
        dialer(trust()),
    );
    assert!(error.contains("private"), "{error}");
    let anywhere = Dialer::new(Arc::new(Anywhere), trust());
    assert!(Mailer::new(server(25, Security::None), anywhere, still(NOW).0).is_ok());
}

/// A server that says this at once, and reads what comes.
async fn saying(text: &'static [u8], again: bool) -> u16 {
    let address = listen(move |mut stream| async move {
        let _ = stream.write_all(text).await;
        while again && stream.write_all(text).await.is_ok() {}
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(
            !String::from_utf8_lossy(&rest).contains("MAIL FROM"),
            "a mail was sent"
        );
    })
    .await;
    address.port()
}

#[tokio::test]
async fn hostile_servers_get_no_mail() {
    let mail = message(&cases()[0]);
    for (text, again, security, says) in [
        (
            b"220 hi\r\n".as_slice(),
            false,
            Security::None,
            "within 1000 ms",
        ),
        (
            b"HTTP/1.1 400\r\n\r\n",
            false,
            Security::None,
            "does not speak SMTP",
        ),
        (b"220-hi\r\n", true, Security::None, "does not speak SMTP"),
        (b"220 hi", true, Security::None, "does not speak SMTP"),
        (b"554 go away\r\n", false, Security::None, "554 go away"),
        (
            b"220 hi\r\n",
            false,
            Security::Tls,
            "TLS with 127.0.0.1 failed",
        ),
        (b"220 hi\r\n", false, Security::StartTls, "within 1000 ms"),
        (b"220-hi\r\n", true, Security::StartTls, "longer than 8192"),
        // What it says before it is asked could be taken for what it says encrypted.
        (
            b"220 hi\r\n250-hi\r\n250 STARTTLS\r\n220 go\r\n250 hi\r\n",
            false,
            Security::StartTls,
            "more than the reply",
        ),
    ] {
        let port = saying(text, again).await;
        let error = mailer(port, security)
            .send(&mail)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(says),
            "{}: {error}",
            String::from_utf8_lossy(text)
        );
        assert!(error.len() < 400, "{error}");
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail() {
    let address = listen(|mut stream| async move {
        for answer in ["220 hi\r\n", "250-hi\r\n250 AUTH PLAIN\r\n"] {
            stream.write_all(answer.as_bytes()).await.unwrap();
            let mut said = [0; 100];
            let read = stream.read(&mut said).await.unwrap();
            let said = String::from_utf8_lossy(&said[..read]);
            assert!(
                said.is_empty() || said == "EHLO postern.example.com\r\n",
                "{said}"
            );
        }
    })
    .await;
    let mailer = mailer(address.port(), Security::StartTls);
    let error = mailer.send(&message(&cases()[0])).await.unwrap_err();
    let host = "127.0.0.1".to_owned();
    assert_eq!(error, MailError::NoStartTls { host });
}
