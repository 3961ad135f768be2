//! Asking over the HTTP API: one request of its own for every question, no redirects, everything
//! bounded.

use super::server::HttpServer;
use super::{ClientError, PATIENCE, problem};
use crate::protocol::MAX_LINE;
use postern_model::Secret;
use postern_model::egress::{Forbidden, classify};
use postern_outbound::http::{HttpError, Limits, Opened, Request};
use postern_outbound::{Anywhere, DialError, Dialer, Guard, HttpClient, Trust};
use serde_json::Value;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a connection may take to come about, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

/// What lines of JSON are sent as.
const LINES: &str = "application/x-ndjson";

/// Whom commands believe, and how far.
#[derive(Debug, Clone, Default)]
pub struct Trusting {
    /// PEM of authorities beside those of the system.
    pub authorities: Option<Vec<u8>>,
    /// A token may go to another machine in the clear.
    pub insecure_http: bool,
}

impl Trusting {
    /// Whether secrets may go there, as far as its address tells.
    ///
    /// # Errors
    /// Others could read them on the way.
    pub fn suits(&self, server: &HttpServer) -> Result<(), ClientError> {
        if server.is_plain() && !server.is_here() && !self.insecure_http {
            return Err(ClientError::Plain {
                server: server.to_string(),
            });
        }
        Ok(())
    }
}

/// The way over HTTP.
#[derive(Debug)]
pub(super) struct Http {
    runtime: Runtime,
    client: HttpClient,
    server: HttpServer,
    token: Option<Secret<String>>,
    answer: Option<Lines>,
}

/// An answer that comes line by line.
#[derive(Debug)]
struct Lines {
    opened: Opened,
    /// What came and was not handed out yet.
    read: Vec<u8>,
    /// How much of it is known to have no end of a line.
    searched: usize,
}

/// Lets connections go to this machine only: what `localhost` is, the resolver says.
#[derive(Debug)]
struct Here;

impl Guard for Here {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        let address = to.ip().to_canonical();
        if address.is_loopback() {
            return Ok(());
        }
        Err(Forbidden::NotAllowed {
            address,
            class: classify(address),
        })
    }
}

impl Http {
    pub(super) fn new(server: &HttpServer, trusting: &Trusting) -> Result<Self, ClientError> {
        let trust = match &trusting.authorities {
            Some(pem) => Trust::system_and(pem),
            None => Trust::system(),
        };
        let trust = trust.map_err(|error| ClientError::Authorities(error.to_string()))?;
        trusting.suits(server)?;
        let only_here = server.is_plain() && !trusting.insecure_http;
        let guard: Arc<dyn Guard> = if only_here {
            Arc::new(Here)
        } else {
            Arc::new(Anywhere)
        };
        let limits = Limits {
            connect: CONNECT,
            total: PATIENCE,
            ..Limits::default()
        };
        let client = HttpClient::new(Dialer::new(guard, trust)).limited(limits);
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            client: if server.is_plain() {
                client.plain_allowed()
            } else {
                client
            },
            server: server.clone(),
            token: None,
            answer: None,
        })
    }

    /// The same with a token, which goes with every request.
    pub(super) fn with_token(mut self, token: Secret<String>) -> Self {
        self.token = Some(token);
        self
    }

    /// Sends a request, and waits until its answer begins.
    pub(super) fn send(&mut self, method: &str, params: Value) -> Result<(), ClientError> {
        // The one before may not have come to its end.
        self.answer = None;
        let body = match params {
            Value::Null => "{}".to_owned(),
            params => params.to_string(),
        };
        let opened = self.open(self.post(&format!("/commands/{method}"), body)?)?;
        if opened.status != 200 {
            return Err(self.refused(opened));
        }
        let kind = opened.header("content-type").unwrap_or_default();
        if !kind.starts_with(LINES) {
            return Err(self.no_api(&opened));
        }
        self.answer = Some(Lines {
            opened,
            read: Vec::new(),
            searched: 0,
        });
        Ok(())
    }

    /// The next line of the answer.
    pub(super) fn line(&mut self) -> Result<Vec<u8>, ClientError> {
        let ended = || ClientError::from(std::io::Error::from(ErrorKind::UnexpectedEof));
        let Some(lines) = &mut self.answer else {
            return Err(ended());
        };
        loop {
            let unseen = lines.read.iter().skip(lines.searched);
            if let Some(at) = unseen.copied().position(|byte| byte == b'\n') {
                let end = lines.searched + at + 1;
                lines.searched = 0;
                return Ok(lines.read.drain(..end).collect());
            }
            lines.searched = lines.read.len();
            if lines.searched > MAX_LINE {
                let mib = MAX_LINE >> 20;
                return Err(ClientError::Unreadable(format!("a line over {mib} MiB")));
            }
            match self.runtime.block_on(lines.opened.part()) {
                Ok(Some(part)) => lines.read.extend_from_slice(&part),
                Ok(None) => return Err(ended()),
                Err(error) => return Err(unreachable(&self.server, error)),
            }
        }
    }

    /// A POST to something in the API.
    pub(super) fn post(&self, path: &str, body: String) -> Result<Request, ClientError> {
        let url = self.server.endpoint(path);
        let request = Request::post(&url, "application/json", body.into_bytes().into());
        request.map_err(|error| unreachable(&self.server, error))
    }

    /// Sends a request, and waits for the head of the response.
    pub(super) fn open(&self, mut request: Request) -> Result<Opened, ClientError> {
        if let Some(token) = &self.token {
            let bearer = format!("Bearer {}", token.expose());
            let with = request.header("authorization", &bearer);
            request = with.map_err(|_| ClientError::Token)?;
        }
        let opened = self.runtime.block_on(self.client.open(request));
        opened.map_err(|error| unreachable(&self.server, error))
    }

    /// The whole body of a response.
    pub(super) fn body(&self, opened: &mut Opened) -> Result<Vec<u8>, ClientError> {
        let mut all = Vec::new();
        while let Some(part) = self
            .runtime
            .block_on(opened.part())
            .map_err(|error| unreachable(&self.server, error))?
        {
            all.extend_from_slice(&part);
            if all.len() > MAX_LINE {
                let mib = MAX_LINE >> 20;
                return Err(ClientError::Unreadable(format!("more than {mib} MiB")));
            }
        }
        Ok(all)
    }

    /// Why a request was not done, from a response that does not say that it was.
    pub(super) fn refused(&self, mut opened: Opened) -> ClientError {
        let status = opened.status;
        if status.is_redirection() {
            return ClientError::Redirected {
                server: self.server.to_string(),
                status: status.as_u16(),
            };
        }
        if status == 421 {
            return ClientError::Misdirected {
                server: self.server.to_string(),
            };
        }
        let kind = opened.header("content-type").unwrap_or_default();
        if !kind.starts_with("application/problem+json") {
            return self.no_api(&opened);
        }
        match self.body(&mut opened) {
            Ok(body) => match problem::read(&body) {
                Some(refusal) => self.with_way_in(refusal).into(),
                None => self.no_api(&opened),
            },
            Err(error) => error,
        }
    }

    /// A refusal for want of a token that is good says how to come by one.
    fn with_way_in(&self, refusal: crate::Refusal) -> crate::Refusal {
        if matches!(
            refusal.code.as_str(),
            "credential.invalid" | "session.missing"
        ) {
            let server = &self.server;
            return refusal.help(format!("sign in again: postern login {server}"));
        }
        refusal
    }

    fn no_api(&self, opened: &Opened) -> ClientError {
        let kind = opened.header("content-type").unwrap_or("no content type");
        let kind: String = kind.chars().take(80).flat_map(char::escape_debug).collect();
        ClientError::NoApi {
            server: self.server.to_string(),
            answered: format!("status {} and {kind}", opened.status.as_u16()),
        }
    }
}

/// Why there is no response.
fn unreachable(server: &HttpServer, error: HttpError) -> ClientError {
    let server = server.to_string();
    match error {
        HttpError::Dial(DialError::Forbidden { .. }) => ClientError::Plain { server },
        HttpError::Dial(DialError::Tls { error, .. }) => {
            ClientError::Untrusted { server, why: error }
        }
        error => ClientError::Unreachable {
            server,
            why: error.to_string(),
        },
    }
}
