use super::*;
use crate::Trust;
use crate::testing::{answering, certificate, client, dialer, finish, listen, read_request, rule};
use proptest::prelude::*;
use std::time::Instant;
use tokio::io::AsyncWriteExt as _;

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";

fn limits() -> Limits {
    Limits {
        total: Duration::from_millis(300),
        body: 1000,
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_body_is_read_in_parts_as_they_come() {
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let wait = std::sync::Mutex::new(Some(wait));
    let address = listen(move |mut stream| {
        let wait = wait.lock().unwrap().take();
        async move {
            read_request(&mut stream).await;
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head).await.unwrap();
            wait.unwrap().await.unwrap();
            stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let client = client().limited(limits());
    let request = Request::delete(&format!("http://{address}/"));
    let mut opened = client.open(request).await.unwrap();
    assert_eq!(opened.status, 200);
    assert_eq!(opened.header("transfer-encoding"), Some("chunked"));
    assert_eq!(&*opened.part().await.unwrap().unwrap(), b"first");
    // What has not been sent yet was not waited for; what does not come is given up.
    assert!(matches!(
        opened.part().await,
        Err(HttpError::Timeout { .. })
    ));
    go_on.send(()).unwrap();
    assert_eq!(&*opened.part().await.unwrap().unwrap(), b"last");
    assert_eq!(opened.part().await.unwrap(), None);
}

#[tokio::test]
async fn a_get_and_a_post() {
    let (address, asked) = answering(OK).await;
    let url = format!("http://{address}/a%20b?c=d");
    let response = client().get(&url).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let json: serde_json::Value = response.json().unwrap();
    assert_eq!(json["a"], 1);
    let body = Bytes::from_static(b"hello");
    let posted = client().post(&url, "text/plain", body).await;
    assert_eq!(posted.unwrap().status, 200);
    let asked = asked.lock().unwrap();
    let [(get, _), (post, body)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert!(get.starts_with("GET /a%20b?c=d HTTP/1.1\r\n"), "{get}");
    assert!(get.contains(&format!("host: {address}\r\n")), "{get}");
    assert!(get.contains("user-agent: Postern/"), "{get}");
    assert!(
        post.starts_with("POST ") && post.contains("content-type: text/plain\r\n"),
        "{post}"
    );
    assert_eq!(body, b"hello");
}

#[tokio::test]
async fn a_head_that_drips_ends_with_the_time() {
    let address = listen(|mut stream| async move {
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: ".iter().cycle() {
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let began = Instant::now();
    let error = client()
        .limited(limits())
        .get(&format!("http://{address}/"))
        .await;
    let limit = limits().total;
    let host = "127.0.0.1".to_owned();
    assert_eq!(error.unwrap_err(), HttpError::Timeout { host, limit });
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let address = listen(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let error = client()
        .limited(limits())
        .get(&format!("http://{address}/"))
        .await;
    let (host, limit) = ("127.0.0.1".to_owned(), 1000);
    assert_eq!(error.unwrap_err(), HttpError::TooLarge { host, limit });
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_read() {
    let (address, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").await;
    let error = client()
        .limited(limits())
        .get(&format!("http://{address}/"))
        .await;
    assert!(
        matches!(error, Err(HttpError::TooLarge { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read() {
    let whole = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}",
        "x".repeat(1000)
    );
    let (address, _) = answering(whole).await;
    let response = client()
        .limited(limits())
        .get(&format!("http://{address}/"))
        .await;
    assert_eq!(response.unwrap().body.len(), 1000);
}

#[tokio::test]
async fn heads_without_end_and_other_protocols_are_refused() {
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(200));
    for hostile in [
        endless.as_str(),
        &many,
        "SSH-2.0-OpenSSH_9\r\n",
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    ] {
        let (address, _) = answering(hostile).await;
        let error = client()
            .limited(limits())
            .get(&format!("http://{address}/"))
            .await;
        let short = hostile.get(..20).unwrap_or(hostile);
        assert!(
            matches!(error, Err(HttpError::Protocol { .. })),
            "{short:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_only_followed_where_that_is_wanted() {
    let (target, asked) = answering(OK).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: http://{target}/there\r\n\r\n");
    let (address, _) = answering(redirect).await;
    let url = format!("http://{address}/");
    assert_eq!(client().get(&url).await.unwrap().status, 302);
    assert!(asked.lock().unwrap().is_empty());
    let following = client().limited(Limits {
        redirects: 1,
        ..limits()
    });
    let request = Request::get(&url)
        .header("authorization", "Bearer abc")
        .unwrap();
    assert_eq!(following.send(request).await.unwrap().status, 200);
    // Another port is another origin: the credential stays behind.
    let (head, _) = asked.lock().unwrap().pop().unwrap();
    assert!(
        head.starts_with("GET /there ") && !head.contains("authorization"),
        "{head}"
    );
    let posted = following.post(&url, "text/plain", Bytes::new()).await;
    assert_eq!(posted.unwrap().status, 302);
}

#[tokio::test]
async fn a_redirect_to_another_origin_has_a_guard_of_its_own() {
    let (target, asked) = answering(OK).await;
    let (address, _) = answering("HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n").await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: http://{target}/there\r\n\r\n");
    let (leads, _) = answering(redirect).await;
    let following = client().limited(Limits {
        redirects: 1,
        ..limits()
    });
    let led = following.led_by(rule(&[]));
    let error = led.get(&format!("http://{leads}/")).await.unwrap_err();
    let forbidden = matches!(error, HttpError::Dial(DialError::Forbidden { .. }));
    assert!(forbidden, "{error}");
    assert!(asked.lock().unwrap().is_empty());
    // What stays where it was is not led anywhere.
    let error = led.get(&format!("http://{address}/")).await.unwrap_err();
    assert!(matches!(error, HttpError::Redirects { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_to_the_metadata_of_a_cloud_is_forbidden() {
    for location in [
        "http://169.254.169.254/latest/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
    ] {
        let redirect = format!("HTTP/1.1 307 Go\r\nLocation: {location}\r\n\r\n");
        let (address, _) = answering(redirect).await;
        let following = client().limited(Limits {
            redirects: 3,
            ..limits()
        });
        let error = following
            .get(&format!("http://{address}/"))
            .await
            .unwrap_err();
        let HttpError::Dial(DialError::Forbidden { .. }) = &error else {
            panic!("{location}: {error}");
        };
        assert!(error.to_string().contains("cloud metadata"), "{error}");
    }
}

#[tokio::test]
async fn redirects_end() {
    let (address, asked) = answering("HTTP/1.1 301 Go\r\nLocation: /again\r\n\r\n").await;
    let following = client().limited(Limits {
        redirects: 3,
        ..limits()
    });
    let error = following
        .get(&format!("http://{address}/"))
        .await
        .unwrap_err();
    let host = "127.0.0.1".to_owned();
    assert_eq!(error, HttpError::Redirects { host, limit: 3 });
    assert_eq!(asked.lock().unwrap().len(), 4);
    for location in [
        "",
        "Location: file:///etc/passwd\r\n",
        "Location: http://\r\n",
    ] {
        let (address, _) = answering(format!("HTTP/1.1 301 Go\r\n{location}\r\n")).await;
        let error = following.get(&format!("http://{address}/")).await;
        assert!(
            matches!(error, Err(HttpError::Redirect { .. })),
            "{location}: {error:?}"
        );
    }
}

#[tokio::test]
async fn tls_is_verified_and_never_left() {
    let (authority, acceptor) = certificate("localhost");
    let address = listen(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let (head, _) = read_request(&mut stream).await;
            let answer = if head.starts_with("GET /plain ") {
                b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\n\r\n"
            } else {
                OK
            };
            finish(&mut stream, answer).await;
        }
    })
    .await;
    let url = format!("https://localhost:{}/", address.port());
    let limits = Limits {
        redirects: 1,
        ..limits()
    };
    let trusting = HttpClient::new(dialer(Trust::only(authority.as_bytes()).unwrap()));
    let trusting = trusting.plain_allowed().limited(limits);
    assert_eq!(trusting.get(&url).await.unwrap().status, 200);
    let error = trusting.get(&format!("{url}plain")).await;
    assert!(
        matches!(error, Err(HttpError::Redirect { .. })),
        "{error:?}"
    );
    // Of an authority that nobody knows; and a name that the certificate does not have.
    let wrong = url.replace("localhost", "127.0.0.1");
    for (client, url) in [(client(), &url), (trusting, &wrong)] {
        let error = client.get(url).await;
        assert!(
            matches!(error, Err(HttpError::Dial(DialError::Tls { .. }))),
            "{error:?}"
        );
    }
}

#[test]
fn urls_that_nothing_is_sent_to() {
    let secure = HttpClient::new(dialer(Trust::system().unwrap()));
    let refused = |url: &str| secure.accepts(url).unwrap_err().to_string();
    for (url, says) in [
        ("http://hooks.example/", "`https:` is needed"),
        ("ftp://hooks.example/", "does not begin with `https:`"),
        ("hooks.example/x", "cannot be read"),
        ("https://", "cannot be read"),
        (
            "https://me:secret@hooks.example/",
            "a user name or password",
        ),
        ("https://hooks.example:0/", "port 0"),
        ("https://10.0.0.1/", "private"),
        ("https://0xa9fea9fe/", "cloud metadata"),
        ("https://[fd00:ec2::254]/", "cloud metadata"),
    ] {
        let error = refused(url);
        assert!(error.contains(says), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
    assert!(refused(&format!("https://hooks.example/{}", "x".repeat(8192))).contains("8192"));
    assert_eq!(secure.accepts("https://hooks.example/x"), Ok(()));
}

#[test]
fn secrets_are_not_shown() {
    let request = Request::get("https://hooks.example/services/T0/abcsecret?key=secret")
        .header("authorization", "Bearer secret")
        .unwrap();
    let shown = format!("{request:?} {}", masked("https://hooks.example:444/secret"));
    assert!(shown.contains("https://hooks.example/…"), "{shown}");
    assert!(shown.contains("https://hooks.example:444/…"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
    assert_eq!(masked("secret"), "(not a URL)");
    let error = Request::get("https://a.example")
        .header("x", "a\nb")
        .unwrap_err();
    assert_eq!(error, HttpError::Header("x"));
}

proptest! {
    #[test]
    fn any_text_as_a_url_is_accepted_or_refused(text in "(https?://)?[a-z0-9.:@/\\[\\]%?#\u{e4}-]{0,40}") {
        let plain = client();
        if let Err(error) = plain.accepts(&text) {
            prop_assert!(!error.to_string().is_empty());
        } else {
            prop_assert!(text.starts_with("http"));
        }
        prop_assert!(!masked(&text).contains('?'));
    }
}
