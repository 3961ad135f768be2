//! Invitations and password links are mailed, and their secrets are in nothing but the mail.

use super::super::Stored;
use super::smtp::Smtpd;
use crate::harness::management::{Management, PASSWORD, printed};
use serde_json::{Value, json};
use std::time::Duration;

/// What has to be in no file: the part of a link that only its reader knows.
fn secret(link: &str) -> &str {
    let (_, token) = link.split_once("token=").expect(link);
    token.rsplit_once('_').expect(link).1
}

/// That no file of a Postern has any of this, nor its log, nor its audit trail.
fn is_nowhere(postern: &Stored, secrets: &[String]) {
    let audit = postern.ok(&["audit", "log", "--json"]);
    for secret in secrets {
        assert!(secret.len() > 30, "{secret}");
        assert!(!audit.contains(&**secret), "{audit}");
        assert!(!postern.output().contains(&**secret));
        for file in std::fs::read_dir(postern.data()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap_or_default();
            let mut parts = bytes.windows(secret.len());
            let found = parts.any(|part| part == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn links_are_mailed_and_their_secrets_are_in_the_mail_alone() {
    let Some(server) = Smtpd::start(&[("defer", "later@example.com")]) else {
        return;
    };
    let postern = Stored::start();
    let management = Management::of(&postern);
    let first = printed(&postern, |line| line.contains("/accept?token="));
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    let owner = management.accept(&first, owner);
    let invite = [
        "invite",
        "lin@example.com",
        "--tenant",
        "partner-x",
        "--role",
        "developer",
    ];
    let unset = postern.run(&invite);
    assert!(
        unset.stderr.contains(
            "It was not mailed (there are no mail settings): give it to lin@example.com yourself."
        ),
        "{unset:?}"
    );

    server.serve(&postern, None);
    let ran = postern.run(&invite);
    assert!(
        ran.stderr.contains("It was mailed to lin@example.com."),
        "{ran:?}"
    );
    let mail = server.read();
    assert_eq!(mail.to, "lin@example.com");
    assert!(
        mail.subject.ends_with(" invites you to partner-x"),
        "{mail:?}"
    );
    mail.says(&["to join partner-x at Example APIs, with the role developer"]);
    assert_eq!(mail.link(), ran.stdout.trim());
    management.accept(mail.link(), json!({"password": PASSWORD}));
    let mut secrets = vec![secret(mail.link()).to_owned()];

    // Over HTTP, by somebody who signed in; into the platform.
    let body = json!({"email": "ann@example.com", "roles": ["auditor"]});
    let made = management.ask(&owner, "POST", "/api/v1/invitations", &body);
    let made = made.json();
    assert_eq!(made["mailed"], true, "{made}");
    let mail = server.read();
    assert_eq!(mail.to, "ann@example.com");
    assert_eq!(
        mail.subject,
        "owner@example.com invites you to Example APIs"
    );
    mail.says(&["to help run Example APIs, with the role auditor"]);
    assert_eq!(mail.link(), made["link"]);
    secrets.push(secret(mail.link()).to_owned());

    // A password link goes to its user; what people reach is what the settings say.
    server.serve(&postern, Some("https://manage.example.com/"));
    let users = postern.json(&["users", "list"]);
    let users = users["items"].as_array().unwrap();
    let lin = users.iter().find(|user| user["email"] == "lin@example.com");
    let lin = lin.expect("Lin")["id"].as_str().unwrap();
    let made = postern.json(&["users", "password-link", lin]);
    assert_eq!(
        (&made["mailed"], &made["email"]),
        (&json!(true), &json!("lin@example.com"))
    );
    let mail = server.read();
    assert_eq!(mail.subject, "Choose a new password at Example APIs");
    let begin = "https://manage.example.com/accept?token=";
    assert!(mail.link().starts_with(begin), "{mail:?}");
    assert_eq!(secret(mail.link()), secret(made["link"].as_str().unwrap()));
    secrets.push(secret(mail.link()).to_owned());

    // A server that does not take it now: who invites is told, and has the link.
    let body = json!({"email": "later@example.com", "tenant": "commerce", "roles": ["viewer"]});
    let made = management.ask(&owner, "POST", "/api/v1/invitations", &body);
    let made = made.json();
    assert_eq!(made["mailed"], false, "{made}");
    let why = made["not_mailed_because"].as_str().unwrap();
    assert!(
        why.contains("451") && why.contains("come back later"),
        "{why}"
    );
    let link = made["link"].as_str().unwrap();
    secrets.push(secret(link).to_owned());
    server.is_quiet(Duration::from_secs(2));

    let log = "/api/v1/settings/mail/deliveries";
    let log = management.ask(&owner, "GET", log, &Value::Null).json();
    let lines = log["items"].as_array().unwrap();
    let outcomes: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["to"].as_str().unwrap(),
                line["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("later@example.com", "dead"),
        ("lin@example.com", "delivered"),
        ("ann@example.com", "delivered"),
        ("lin@example.com", "delivered"),
    ];
    assert_eq!(outcomes, expected, "{log}");
    is_nowhere(&postern, &secrets);
}

#[test]
fn whoever_asks_for_an_account_is_announced_and_told_when_they_are_let_in() {
    let Some(server) = Smtpd::start(&[]) else {
        return;
    };
    let postern = Stored::start();
    let management = Management::of(&postern);
    let first = printed(&postern, |line| line.contains("/accept?token="));
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    let owner = management.accept(&first, owner);
    let local = json!({"title": "Password", "sign_up": "approval"});
    let local = management.ask(&owner, "PUT", "/api/v1/identity-providers/local", &local);
    assert!(local.status < 300, "{}", local.text());
    server.serve(&postern, Some("https://manage.example.com"));
    let asks = |name: &str| {
        let email = format!("{name}@example.org");
        let body = json!({"email": email, "password": PASSWORD, "reason": "To try orders"});
        let asked = management.ask("", "POST", "/api/v1/sign-up", &body);
        assert_eq!(asked.status, 202, "{}", asked.text());
    };
    asks("eve");
    let mail = server.read();
    assert_eq!(mail.to, "owner@example.com");
    assert_eq!(
        mail.subject,
        "Your decision is asked for: account for eve@example.org"
    );
    let users = postern.json(&["users", "list", "--state", "pending"]);
    let id = users["items"][0]["id"].as_str().unwrap();
    let command = format!("postern users activate {id}");
    mail.says(&[
        "eve@example.org asks for an account",
        "> To try orders",
        &format!("https://manage.example.com/users/{id}"),
        &command,
    ]);
    // One who comes right after gets no mail of their own: people could be flooded otherwise.
    asks("mallory");
    server.is_quiet(Duration::from_secs(3));
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    postern.ok(&words);
    let mail = server.read();
    assert_eq!(mail.to, "eve@example.org");
    assert_eq!(mail.subject, "Your account at Example APIs is open");
    mail.says(&["has opened the account", "https://manage.example.com/\n"]);
    let body = json!({"email": "eve@example.org", "password": PASSWORD});
    let signed_in = management.ask("", "POST", "/api/v1/sign-in", &body);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
}
