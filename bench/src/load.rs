//! The load generator.
//!
//! Closed loop: each connection (each stream, on HTTP/2) asks again when it was answered. Open
//! loop: requests are due at a fixed rate whatever the answers do, and a request's latency counts
//! from the moment it was due, so a stalled proxy cannot hide the requests that waited behind it
//! (no coordinated omission).

mod browser;
mod fresh;
mod h1;
mod h2;
mod open;
mod request;
mod tally;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use self::fresh::Requests;
pub(crate) use self::fresh::{Fresh, Pair};
pub(crate) use self::request::Request;
use self::tally::Tally;

/// What `postern-bench load` is told.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Address of the proxy.
    #[arg(long)]
    pub(crate) target: SocketAddr,
    /// GET or POST.
    #[arg(long, default_value = "GET")]
    pub(crate) method: String,
    /// Path to ask for; `/bytes/N` has the upstream answer with N bytes.
    #[arg(long, default_value = "/v1/items/42")]
    pub(crate) path: String,
    /// Bytes of the request body.
    #[arg(long, default_value_t = 0)]
    pub(crate) body: usize,
    /// The request as a `curl` command, such as the content of bench/full.curl, instead of method,
    /// path and body (HTTP/1.1); it is sent to --target, whatever its URL says.
    #[arg(long, conflicts_with_all = ["method", "path", "body", "http2"])]
    pub(crate) curl: Option<String>,
    /// Adds to the request of --curl what a caller of bench/ways.yaml signs.
    #[arg(long, requires = "curl")]
    pub(crate) fresh: Option<Fresh>,
    /// The status that counts as an answer; any other is an error.
    #[arg(long, default_value_t = 200)]
    pub(crate) status: u16,
    /// The first address to connect from; by default the system chooses.
    #[arg(long)]
    pub(crate) from: Option<Ipv4Addr>,
    /// How many addresses, counted up from --from, the connections are spread over.
    #[arg(long, default_value_t = 1, requires = "from")]
    pub(crate) sources: u32,
    /// Keep-alive connections.
    #[arg(long, default_value_t = 32)]
    pub(crate) connections: usize,
    /// Concurrent streams on each connection (HTTP/2).
    #[arg(long, default_value_t = 1)]
    pub(crate) streams: usize,
    /// How long to ask for, in seconds.
    #[arg(long, default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Requests per second of an open loop (HTTP/1.1); without it the loop is closed.
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// Use TLS, and accept any certificate.
    #[arg(long)]
    pub(crate) tls: bool,
    /// Speak HTTP/2: by ALPN with `--tls`, with prior knowledge without.
    #[arg(long)]
    pub(crate) http2: bool,
    /// Print `ready` when connected, begin at the first line on stdin, and keep the connections
    /// open after the result until stdin says another: for a runner that reads counters meanwhile.
    #[arg(long)]
    pub(crate) synchronized: bool,
}

/// What a load run found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Complete answers with the status that was wanted.
    pub(crate) requests: u64,
    /// Everything else: other statuses, broken connections.
    pub(crate) errors: u64,
    /// What the first error was.
    pub(crate) first_error: Option<String>,
    /// Body bytes received.
    pub(crate) bytes: u64,
    /// From the first request to the last answer.
    pub(crate) seconds: f64,
    /// Latencies in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
}

/// Runs the load and prints one line of JSON.
pub(crate) async fn main(options: Options) -> Result<()> {
    let mut stdin = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    let clients = connect(&options).await?;
    if options.synchronized {
        say("ready").await?;
        stdin.next_line().await?;
    }
    let tally = Rc::new(Tally::new()?);
    let start = Instant::now();
    let length = Duration::from_secs_f64(options.seconds);
    let kept = match clients {
        Clients::H1(clients) => match options.rate {
            Some(rate) => open::run(clients, &tally, rate, length).await?,
            None => h1::run(clients, &tally, start + length).await?,
        },
        Clients::H2(clients) => h2::run(clients, &tally, start + length).await?,
    };
    let summary = tally.summary(start.elapsed());
    say(&serde_json::to_string(&summary)?).await?;
    if options.synchronized {
        stdin.next_line().await?;
    }
    drop(kept);
    Ok(())
}

async fn say(line: &str) -> Result<()> {
    let mut stdout = tokio::io::stdout();
    stdout.write_all(format!("{line}\n").as_bytes()).await?;
    stdout.flush().await?;
    Ok(())
}

/// Either side of a connection, with TLS or without.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}
pub(crate) type Stream = Box<dyn Io>;

enum Clients {
    H1(Vec<h1::Client>),
    H2(Vec<h2::Client>),
}

/// Opens every connection and asks once on each, so that set-up is not measured.
async fn connect(options: &Options) -> Result<Clients> {
    if options.http2 && (options.rate.is_some() || options.status != 200) {
        bail!("over HTTP/2 the loop is closed, and status 200 is an answer");
    }
    let connector = options.tls.then(|| {
        let protocol: &[u8] = if options.http2 { b"h2" } else { b"http/1.1" };
        let certified = options.fresh == Some(Fresh::Certificate);
        crate::tls::client(protocol, certified).map(tokio_rustls::TlsConnector::from)
    });
    let connector = connector.transpose()?;
    let (mut ones, mut twos) = (Vec::new(), Vec::new());
    let requests = Rc::new(Requests::of(options).await?);
    for (_, number) in (0..options.connections).zip(0..) {
        let stream = dial(options, number, connector.as_ref()).await?;
        if options.http2 {
            twos.push(h2::Client::start(stream, options).await?);
        } else {
            let mut client = h1::Client::new(stream, requests.clone(), options.status);
            client.exchange().await.context("first request")?;
            ones.push(client);
        }
    }
    Ok(if options.http2 {
        Clients::H2(twos)
    } else {
        Clients::H1(ones)
    })
}

/// Opens the connection of this number.
async fn dial(
    options: &Options,
    number: u32,
    connector: Option<&tokio_rustls::TlsConnector>,
) -> Result<Stream> {
    let connected = match options.from {
        None => TcpStream::connect(options.target).await,
        Some(first) => {
            let source = u32::from(first).wrapping_add(number % options.sources.max(1));
            let source = Ipv4Addr::from_bits(source);
            let socket = TcpSocket::new_v4()?;
            socket
                .bind(SocketAddr::new(IpAddr::V4(source), 0))
                .with_context(|| format!("cannot connect from {source}"))?;
            socket.connect(options.target).await
        }
    };
    let stream = connected.with_context(|| format!("cannot connect to {}", options.target))?;
    stream.set_nodelay(true)?;
    Ok(match connector {
        Some(connector) => {
            let name = rustls::pki_types::ServerName::try_from("localhost")?;
            Box::new(
                connector
                    .connect(name, stream)
                    .await
                    .context("TLS handshake")?,
            )
        }
        None => Box::new(stream),
    })
}

/// Waits for every connection's task; the first error is the run's.
async fn join(mut tasks: JoinSet<Result<Stream>>) -> Result<Vec<Stream>> {
    let mut streams = Vec::new();
    while let Some(done) = tasks.join_next().await {
        streams.push(done??);
    }
    Ok(streams)
}
