//! Lists of addresses that come from files and URLs.

use super::{Stored, code};
use crate::harness::files::{Scratch, scratch};
use crate::harness::raw::{Response, get};
use crate::harness::tls::{Authority, Validity, provider};
use crate::harness::{SOON, eventually};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What a provider publishes at the moment: a status and a body; the heads of who asked.
#[derive(Debug, Default)]
struct Published {
    now: Mutex<(u16, String)>,
    asked: Mutex<Vec<String>>,
}

impl Published {
    fn set(&self, status: u16, body: &str) {
        *self.now.lock().expect("nobody panics") = (status, body.to_owned());
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics").clone()
    }
}

/// An HTTPS server that publishes ranges, with an `ETag` by which it answers 304.
fn provider_of(authority: &Authority) -> (SocketAddr, Arc<Published>) {
    let issued = authority.issue("provider", &["127.0.0.1"], Validity::Now);
    let (chain, key) = issued.der();
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let published = Arc::new(Published::default());
    let shared = published.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever breaks off has been served.
            let _ = stream.map(|stream| answer(stream, config.clone(), &shared));
        }
    });
    (address, published)
}

fn answer(
    stream: TcpStream,
    config: Arc<rustls::ServerConfig>,
    published: &Published,
) -> Option<()> {
    stream.set_read_timeout(Some(SOON)).ok()?;
    let session = rustls::ServerConnection::new(config).ok()?;
    let mut stream = BufReader::new(rustls::StreamOwned::new(session, stream));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    published.asked.lock().ok()?.push(head.clone());
    let (status, body) = published.now.lock().ok()?.clone();
    let tag = format!("\"{}\"", body.len());
    let (status, body) = if status == 200 && head.contains(&tag) {
        (304, String::new())
    } else {
        (status, body)
    };
    let stream = stream.get_mut();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\netag: {tag}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}

fn configuration(lists: &Value) -> String {
    json!({
        "client": {"trusted_proxies": ["127.0.0.0/8"]},
        "egress": {"allow": ["127.0.0.0/8"]},
        "lists": lists,
        "tenants": {"shop": {}},
        "apps": {"shop": {"tenant": "shop"}},
        "services": {"orders": {"base_path": "/orders", "versions": {"v1": {
            "upstream": "echo", "operations": {"all": {"path": "/{*rest}"}},
        }}}},
        "policies": {"partners-only": {
            "kind": "network", "on": {"service": "orders"},
            "allow": ["partners"], "deny": ["scanners"],
        }},
        "upstreams": {"echo": {"targets": ["builtin:echo"]}},
    })
    .to_string()
}

fn from(postern: &Stored, address: &str) -> Response {
    let lines = format!("Connection: close\r\nX-Forwarded-For: {address}\r\n");
    get(postern.gateway, "/orders/1", &lines)
}

fn replace(files: &Scratch, name: &str, content: &str) {
    let new = files.write("new", content);
    std::fs::rename(new, files.join(name)).expect("a file can be renamed");
}

fn started(authority: &Path, at: Scratch) -> Stored {
    Stored::prepared(at, |command| {
        command
            .env("SSL_CERT_FILE", authority)
            .env_remove("SSL_CERT_DIR");
    })
}

#[test]
fn lists_come_from_files_and_urls_and_what_they_said_is_kept() {
    let authority = Authority::new("Providers");
    let (address, published) = provider_of(&authority);
    published.set(200, r#"{"prefixes": [{"ip_prefix": "203.0.113.0/24"}]}"#);
    let files = scratch("elsewhere-files");
    files.write("scanners.txt", "203.0.113.66 # scans\n");
    let lists = json!({
        "partners": {"source": {
            "url": format!("https://{address}/ranges.json"),
            "format": "json", "refresh": "10s",
        }},
        "scanners": {"source": {"file": files.join("scanners.txt")}},
    });
    let mut postern = started(&authority.path(), scratch("elsewhere"));
    let applied = postern.apply(&configuration(&lists));
    assert!(applied.status.success(), "{applied:?}");
    eventually("the URL was asked", || {
        (from(&postern, "203.0.113.7").status == 200).then_some(())
    });
    let outside = from(&postern, "198.51.100.7");
    assert_eq!(code(&outside), "network.address_not_allowed");
    let denied = from(&postern, "203.0.113.66");
    assert_eq!(code(&denied), "network.address_denied");

    // Where from, and since when.
    let id = |response: &Response| response.header("x-request-id").expect("an id");
    let why = postern.ok(&["why", &id(&denied)]);
    assert!(
        why.contains("entry: 203.0.113.66/32") && why.contains("scanners.txt"),
        "{why}"
    );
    let why = postern.ok(&["why", &id(&outside)]);
    assert!(
        why.contains(&format!("https://{address}/ranges.json")),
        "{why}"
    );
    assert!(why.contains("expected one in `203.0.113.0/24`"), "{why}");
    let sources = postern.json(&["lists", "sources"]);
    let list = &sources["lists"][0];
    assert_eq!(
        (&list["list"], &list["ranges"]),
        (&json!("partners"), &json!(1))
    );
    assert!(list["next"].as_i64() > list["since"].as_i64(), "{sources}");
    let shown = postern.ok(&["lists", "show", "partners"]);
    assert!(
        shown.contains("state: current") && shown.contains("partners-only"),
        "{shown}"
    );
    let can = postern.run(&["can", "--from", "203.0.113.7", "shop", "GET", "/orders/1"]);
    assert!(can.status.success(), "{can:?}");
    let can = postern.run(&["can", "--from", "203.0.113.66", "shop", "GET", "/orders/1"]);
    assert_eq!(can.status.code(), Some(1), "{can:?}");

    // A file that is replaced, and one that is broken.
    replace(&files, "scanners.txt", "203.0.113.7\n");
    eventually("the new file counts", || {
        (from(&postern, "203.0.113.66").status == 200).then_some(())
    });
    replace(&files, "scanners.txt", "<html>\n");
    eventually("the broken file is said", || {
        let sources = postern.json(&["lists", "sources"]);
        let error = sources["lists"][1]["error"].as_str()?.to_owned();
        error.contains("line 1 is not an address").then_some(())
    });
    assert_eq!(
        code(&from(&postern, "203.0.113.7")),
        "network.address_denied"
    );

    // What has not changed is not sent again; what fails changes nothing.
    eventually("it was asked whether it has changed", || {
        let asked = published.asked();
        asked
            .iter()
            .any(|head| head.contains("if-none-match: \""))
            .then_some(())
    });
    published.set(500, "");
    eventually("the failure is said", || {
        let sources = postern.json(&["lists", "sources"]);
        (sources["lists"][0]["error"] == "it answered 500").then_some(())
    });
    assert_eq!(from(&postern, "203.0.113.66").status, 200);

    // Proxies by a list: the second hop is one, so the one before it counts.
    let mut trusting: Value = serde_json::from_str(&configuration(&lists)).expect("JSON");
    trusting["client"]["trusted_proxy_lists"] = json!(["partners"]);
    let applied = postern.apply(&trusting.to_string());
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(from(&postern, "198.51.100.9, 203.0.113.66").status, 403);
    let refused = from(&postern, "198.51.100.9, 203.0.113.66");
    let why = postern.ok(&["why", &id(&refused)]);
    assert!(
        why.contains("address `198.51.100.9` (x-forwarded-for[2])"),
        "{why}"
    );
    let applied = postern.apply(&configuration(&lists));
    assert!(applied.status.success(), "{applied:?}");

    // After a restart without the network, too.
    postern.stop();
    let postern = postern.again();
    assert_eq!(from(&postern, "203.0.113.66").status, 200);
    assert_eq!(
        code(&from(&postern, "203.0.113.7")),
        "network.address_denied"
    );
}
