use super::problem::read;
use super::*;
use crate::Refusal;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// What kind of problem one of the API is.
const TYPE: &str = "/api/v1/problems/a.code";

const TOKEN: &str = "ptok_0123456789_secret";

/// What a server was asked: its head and its body.
type Asked = (String, String);

/// Reads a request.
fn request(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push_str(&line);
        line.clear();
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A server that answers one request after the other with these.
fn answering(answers: Vec<String>) -> (SocketAddr, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, asked) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            told.send(request(&stream)).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, asked)
}

fn lines(body: &str) -> String {
    response("200 OK", "application/x-ndjson", body)
}

fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn client(address: SocketAddr) -> Client {
    let server: HttpServer = format!("http://{address}").parse().unwrap();
    Client::http(&server, Secret::new(TOKEN.into()), &Trusting::default()).unwrap()
}

/// What asking for `status` comes to.
fn refused(answer: String) -> ClientError {
    let (address, _asked) = answering(vec![answer]);
    let error = client(address).call("status", Value::Null).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    error
}

#[test]
fn a_command_is_a_request_with_the_token() {
    let (address, asked) = answering(vec![
        lines("{\"item\":1}\n{\"item\":2}\n{\"ok\":{\"n\":3}}\n"),
        lines("{\"ok\":null}\n"),
    ]);
    let mut client = client(address);
    let mut items = Vec::new();
    let params = json!({"limit": 2});
    let end = client.stream("log", params, |item| {
        items.push(item);
        true
    });
    assert_eq!(end.unwrap(), json!({"n": 3}));
    assert_eq!(items, [json!(1), json!(2)]);
    let (head, body) = asked.recv().unwrap();
    assert!(
        head.starts_with("POST /api/v1/commands/log HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains(&format!("authorization: Bearer {TOKEN}\r\n")),
        "{head}"
    );
    assert_eq!(body, r#"{"limit":2}"#);
    client.call("status", Value::Null).unwrap();
    assert_eq!(asked.recv().unwrap().1, "{}");
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[test]
fn lines_are_handed_on_as_they_come() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, wait) = channel::<()>();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        request(&stream);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
        // A line and a half, then nothing before the first one was seen.
        stream.write_all(head.as_bytes()).unwrap();
        stream
            .write_all(b"11\r\n{\"item\":1}\n{\"item\r\n")
            .unwrap();
        wait.recv().unwrap();
        stream
            .write_all(b"10\r\n\":2}\n{\"ok\":true}\r\n1\r\n\n\r\n0\r\n\r\n")
            .unwrap();
    });
    let mut seen = Vec::new();
    let end = client(address).stream("log", Value::Null, |item| {
        if item == json!(1) {
            go_on.send(()).unwrap();
        }
        seen.push(item);
        true
    });
    assert_eq!(end.unwrap(), json!(true));
    assert_eq!(seen, [json!(1), json!(2)]);
    server.join().unwrap();
}

#[test]
fn whoever_has_seen_enough_does_not_wait_for_the_end() {
    let mut answer = lines("{\"item\":1}\n");
    answer = answer.replace("Content-Length: 11", "Content-Length: 1100");
    let (address, _asked) = answering(vec![answer, lines("{\"ok\":7}\n")]);
    let mut client = client(address);
    assert_eq!(
        client.stream("log", Value::Null, |_| false).unwrap(),
        Value::Null
    );
    assert_eq!(client.call("status", Value::Null).unwrap(), json!(7));
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    for body in ["", "{\"item\":1}\n", "{\"ok\":"] {
        assert!(
            matches!(refused(lines(body)), ClientError::Broken(_)),
            "{body}"
        );
    }
    let cut = lines("{\"ok\":1").replace("Content-Length: 7", "Content-Length: 70");
    assert!(matches!(refused(cut), ClientError::Unreachable { .. }));
    assert!(matches!(refused(lines("no\n")), ClientError::Unreadable(_)));
    let refusal = refused(lines(
        "{\"error\":{\"code\":\"conflict\",\"message\":\"it is gone\"}}\n",
    ));
    assert_eq!(refusal.to_string(), "it is gone");
}

#[test]
fn what_is_no_api_is_said_to_be_none() {
    for answer in [
        response("404 Not Found", "text/plain", "no"),
        response("200 OK", "text/html", "<p>hello"),
        response("403 Forbidden", "application/problem+json", "{}"),
        response("502 Bad Gateway", "text/html", "no"),
    ] {
        let error = refused(answer);
        assert!(matches!(error, ClientError::NoApi { .. }), "{error}");
        assert!(error.to_string().contains("the admin address"), "{error}");
    }
    let evil = response("404 \u{1b}[2J", "text/\u{1b}[31mred", "");
    assert!(!refused(evil).to_string().contains('\u{1b}'));
}

#[test]
fn a_name_that_is_not_the_servers_own_is_said_to_be_none() {
    let error = refused(response("421 Misdirected Request", "text/plain", "no"));
    assert!(error.to_string().contains("`admin.hosts`"), "{error}");
}

#[test]
fn a_redirect_is_not_followed() {
    let (other, asked) = answering(vec![lines("{\"ok\":1}\n")]);
    for status in [
        "301 Moved",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let to = format!("text/plain\r\nLocation: http://{other}/api/v1/commands/status");
        let error = refused(response(status, &to, ""));
        assert!(matches!(error, ClientError::Redirected { .. }), "{error}");
    }
    assert!(asked.try_recv().is_err());
}

#[test]
fn nobody_there_is_said_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let start = Instant::now();
    let error = client(address).call("status", Value::Null).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("http://{address} cannot be reached")),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn problems_are_the_refusals_of_the_socket() {
    let code = |code: &str| {
        let problem = json!({"type": TYPE, "code": code, "detail": "d", "fix": "f", "status": 1});
        read(problem.to_string().as_bytes()).unwrap()
    };
    assert_eq!(
        code("resource.not_found"),
        Refusal::new("not_found", "d").help("f")
    );
    for (of_api, of_socket) in [
        ("configuration.owned_by_file", "file_mode"),
        ("permission.missing", "forbidden"),
        ("request.invalid", "invalid"),
        ("sign_in.failed", "sign_in.failed"),
    ] {
        assert_eq!(code(of_api).code, of_socket);
    }
    let problem = json!({
        "type": TYPE, "code": "configuration.invalid", "detail": "d", "fix": "f",
        "errors": [{"pointer": "/a/b", "in": "configuration", "detail": "x", "accepted": "y"}],
    });
    let found = &read(problem.to_string().as_bytes()).unwrap().findings[0];
    assert_eq!(found.pointer.as_deref(), Some("/a/b"));
    assert_eq!((&*found.message, found.help.as_deref()), ("x", Some("y")));
    // Where the refusal itself is in it, nothing is added and nothing lost.
    let told = Refusal::new("conflict", "it was changed");
    let problem = json!({"type": TYPE, "code": "resource.conflict", "detail": "d", "fix": "f", "refusal": told});
    assert_eq!(read(problem.to_string().as_bytes()), Some(told));
    let gateways = json!({"type": "about:blank", "code": "route.not_found", "detail": "d"});
    assert_eq!(read(gateways.to_string().as_bytes()), None);
    assert_eq!(read(b"{\"title\": \"another's\"}"), None);
}

#[test]
fn who_is_not_let_in_is_told_how_to_sign_in() {
    let problem =
        json!({"type": TYPE, "code": "credential.invalid", "detail": "The token is not good."});
    let kind = "application/problem+json; charset=utf-8";
    let error = refused(response("401 Unauthorized", kind, &problem.to_string()));
    let text = error.to_string();
    assert!(text.starts_with("The token is not good.\n"), "{text}");
    assert!(text.contains("postern login http://127.0.0.1:"), "{text}");
}

#[test]
fn a_token_goes_in_the_clear_to_this_machine_only() {
    let make = |url: &str, insecure_http| {
        let trusting = Trusting {
            insecure_http,
            ..Trusting::default()
        };
        Client::http(&url.parse().unwrap(), Secret::new(TOKEN.into()), &trusting)
    };
    for here in [
        "http://127.0.0.1:9090",
        "http://127.1.2.3",
        "http://[::1]:9090",
        "http://localhost:9090",
        "https://postern.example",
    ] {
        assert!(make(here, false).is_ok(), "{here}");
    }
    for there in [
        "http://192.0.2.1",
        "http://postern.example",
        "http://localhost.example",
    ] {
        let error = make(there, false).unwrap_err().to_string();
        assert!(
            error.contains("--insecure-http") && error.contains(there),
            "{error}"
        );
        assert!(make(there, true).is_ok(), "{there}");
    }
}

#[test]
fn addresses_are_read_and_written_alike() {
    for (text, shown, name) in [
        (
            "https://Postern.Example",
            "https://postern.example",
            "postern.example",
        ),
        ("https://a.example:443/", "https://a.example", "a.example"),
        (
            "https://a.example:9090/api/v1/",
            "https://a.example:9090",
            "a.example:9090",
        ),
        (
            "https://a.example/postern//",
            "https://a.example/postern",
            "a.example",
        ),
        ("http://[::1]:9090", "http://[::1]:9090", "[::1]:9090"),
    ] {
        let server: HttpServer = text.parse().unwrap();
        assert_eq!((&*server.to_string(), &*server.name()), (shown, name));
        assert_eq!(shown.parse(), Ok(server.clone()));
        assert_eq!(server.endpoint("/me"), format!("{shown}/api/v1/me"));
    }
    for (text, said) in [
        ("postern.example", "no URL"),
        ("ftp://a.example", "https://"),
        ("https://lin:hunter2@a.example", "postern login"),
        ("https://a.example/?token=hunter2", "no `?`"),
        ("https://a.example:0", "port 0"),
        ("https://", "no URL"),
    ] {
        let error = text.parse::<HttpServer>().unwrap_err();
        assert!(
            error.contains(said) && !error.contains("hunter2"),
            "{text}: {error}"
        );
    }
}

/// The session's cookie, and the token that it makes.
#[test]
fn a_password_becomes_a_token_and_the_session_ends() {
    let cookie = "application/json\r\nSet-Cookie: other=1; Path=/\r\nSet-Cookie: postern_session=s.1; Path=/; HttpOnly";
    let made = json!({"id": "tok_1", "token": "ptok_made", "title": "postern login"});
    let (address, asked) = answering(vec![
        response("200 OK", cookie, "{}"),
        response("201 Created", "application/json", &made.to_string()),
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".into(),
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".into(),
    ]);
    let server: HttpServer = format!("http://{address}").parse().unwrap();
    let trusting = Trusting::default();
    let password = Secret::new("correct horse".to_owned());
    let token = sign_in(
        &server,
        &trusting,
        "lin@a.example",
        &password,
        "postern login",
    )
    .unwrap();
    assert_eq!(
        (&*token.id, &**token.token.expose()),
        ("tok_1", "ptok_made")
    );
    let (head, body) = asked.recv().unwrap();
    assert!(head.starts_with("POST /api/v1/sign-in "), "{head}");
    assert_eq!(
        body,
        r#"{"email":"lin@a.example","password":"correct horse"}"#
    );
    for path in ["/me/tokens", "/sign-out"] {
        let (head, _) = asked.recv().unwrap();
        assert!(head.starts_with(&format!("POST /api/v1{path} ")), "{head}");
        assert!(head.contains("cookie: postern_session=s.1\r\n"), "{head}");
        assert!(
            head.contains(&format!("origin: http://{address}\r\n")),
            "{head}"
        );
    }
    end_token(&server, &trusting, token).unwrap();
    let (head, _) = asked.recv().unwrap();
    assert!(
        head.starts_with("DELETE /api/v1/me/tokens/tok_1 "),
        "{head}"
    );
    assert!(
        head.contains("authorization: Bearer ptok_made\r\n"),
        "{head}"
    );
}

#[test]
fn a_certificate_has_to_be_believed() {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer_key = rcgen::KeyPair::generate().unwrap();
    let pem = authority.self_signed(&issuer_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, issuer_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let config = std::sync::Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::StreamOwned::new(session, stream);
            let mut read = [0; 4096];
            // Whoever does not believe us hangs up.
            if tls.read(&mut read).is_ok() {
                let _ = tls.write_all(lines("{\"ok\":1}\n").as_bytes());
                let _ = tls.flush();
            }
        }
    });
    let ask = |host: &str, authorities: Option<&str>| {
        let trusting = Trusting {
            authorities: authorities.map(|pem| pem.as_bytes().to_vec()),
            insecure_http: false,
        };
        let server = format!("https://{host}:{port}").parse().unwrap();
        Client::http(&server, Secret::new(TOKEN.into()), &trusting)?.call("status", Value::Null)
    };
    assert_eq!(ask("localhost", Some(&pem)).unwrap(), json!(1));
    for (host, authorities) in [("localhost", None), ("127.0.0.1", Some(&*pem))] {
        let error = ask(host, authorities).unwrap_err();
        assert!(matches!(error, ClientError::Untrusted { .. }), "{error}");
        assert!(error.to_string().contains("--ca FILE"), "{error}");
    }
    let error = ask("localhost", Some("nothing")).unwrap_err();
    assert!(matches!(error, ClientError::Authorities(_)), "{error}");
}
