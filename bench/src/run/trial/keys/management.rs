//! The HTTP API of the management over a large database: how long its answers take.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use super::super::super::figure::Figure;
use super::super::milliseconds;
use crate::probe::{Answer, Probe};

/// How often each thing is asked for.
const TIMES: usize = 20;

/// Somebody who asks.
struct Asker {
    admin: SocketAddr,
    token: String,
}

pub(super) async fn run(data: &Path, admin: SocketAddr, keys: u32) -> Result<Vec<Figure>> {
    let socket = data.join("postern.sock");
    let platform = Asker::of(&socket, admin, None).await?;
    let tenant = Asker::of(&socket, admin, Some("tenant-7")).await?;
    let first = platform.ask("/credentials?limit=100").await?;
    let body: Value = serde_json::from_slice(&first.body)?;
    let next = body
        .get("next")
        .and_then(Value::as_str)
        .context("there is a next page")?;
    let middle = format!("/credentials/key_{:016}", keys / 2);
    let mut figures = Vec::new();
    for (asker, what, path) in [
        (&platform, "the first 100 keys", "/credentials?limit=100"),
        (
            &platform,
            "the next 100 keys",
            &format!("/credentials?limit=100&cursor={next}"),
        ),
        (
            &platform,
            "the last 100 keys",
            "/credentials?limit=100&sort=-id",
        ),
        (&platform, "1000 keys", "/credentials?limit=1000"),
        (
            &platform,
            "the keys of an app",
            "/credentials?limit=100&app=app-4711",
        ),
        (&platform, "one key", middle.as_str()),
        (&platform, "100 apps of 10,000", "/apps?limit=100"),
        (&platform, "apps with `4711` in their names", "/apps?q=4711"),
        (
            &tenant,
            "the first 100 keys that a tenant sees",
            "/credentials?limit=100",
        ),
        (&tenant, "the apps that a tenant sees", "/apps?limit=100"),
    ] {
        let label = format!("`GET /api/v1` of {what}, ms");
        figures.push(Figure::new(label, asker.times(path).await?));
    }
    Ok(figures)
}

impl Asker {
    /// A program with a token: of the platform, which may do everything, or of a tenant.
    async fn of(socket: &Path, admin: SocketAddr, tenant: Option<&str>) -> Result<Self> {
        let id = format!("sa_bench{:011}", tenant.map_or(0, |_| 1));
        let role = if tenant.is_some() { "admin" } else { "owner" };
        let account = json!({"title": "A benchmark", "tenant": tenant, "roles": [role]});
        let change = json!({"kind": "service_account", "id": id, "put": account});
        let made = json!({"changes": [change], "comment": "A benchmark"});
        call(socket, "change", made).await?;
        let wanted = json!({"service_account": id, "title": "A benchmark"});
        let token = call(socket, "tokens.create", wanted).await?;
        let token = token
            .get("token")
            .and_then(Value::as_str)
            .context("there is a token")?;
        Ok(Self {
            admin,
            token: token.to_owned(),
        })
    }

    async fn ask(&self, path: &str) -> Result<Answer> {
        let mut probe = Probe::connect(self.admin, None).await?;
        self.ask_by(&mut probe, path).await
    }

    async fn ask_by(&self, probe: &mut Probe, path: &str) -> Result<Answer> {
        let Self { admin, token } = self;
        let request = format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: {admin}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let answer = probe.ask(request.as_bytes()).await?;
        if answer.status != 200 {
            let body = String::from_utf8_lossy(&answer.body);
            bail!("GET /api/v1{path}: {} {body}", answer.status);
        }
        Ok(answer)
    }

    /// How long answers take, in milliseconds, on one connection.
    async fn times(&self, path: &str) -> Result<Vec<f64>> {
        let mut probe = Probe::connect(self.admin, None).await?;
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            self.ask_by(&mut probe, path).await?;
            times.push(milliseconds(begun.elapsed()));
        }
        Ok(times)
    }
}

/// Asks at the local socket.
async fn call(socket: &Path, method: &str, params: Value) -> Result<Value> {
    let mut stream = UnixStream::connect(socket).await?;
    let line = format!("{}\n", json!({"method": method, "params": params}));
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    let mut answer: Value = serde_json::from_str(&answer)?;
    match answer.get_mut("ok") {
        Some(ok) => Ok(ok.take()),
        None => bail!("{method}: {answer}"),
    }
}
