//! Whole requests whose ends come from outside: a bug, and the end of a drain.

mod own;

use super::*;
use crate::gateway::testing;
use crate::http1::Length;
use crate::http1::testing::head;
use crate::record::{self, Outcome, Record, Sinks};
use crate::tunnel::{Inflow, Outflow};
use postern_model::entity::{self, Configuration};
use postern_policy::fields::Fields;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

const POST: &str = "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n";

/// What happens to the caller's body when it is asked for.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// A bug.
    Panics,
    /// Nothing, ever.
    NeverComes,
}

impl Source for Body {
    fn length(&self) -> Length {
        Length::Exact(4)
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        Ok(None)
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        match self {
            Self::Panics => panic!("a secret of the source"),
            Self::NeverComes => std::future::pending().await,
        }
    }

    fn trailers(&self) -> Option<&Fields> {
        None
    }

    fn is_ended(&self) -> bool {
        false
    }
}

impl RequestSource for Body {
    fn is_small(&self) -> bool {
        false
    }

    async fn proceed(&mut self) -> Result<(), BodyFault> {
        Ok(())
    }

    fn inflow(&mut self) -> Inflow<'_> {
        panic!("no tunnel was asked for");
    }

    async fn gone(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// What the caller is told.
#[derive(Debug, Default)]
struct Told {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    ended: bool,
    closed: bool,
}

impl Told {
    fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Sink for Told {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        self.fields.push((text(name), text(value)));
    }

    fn end_head(&mut self, _: Length) {}

    async fn data(&mut self, piece: &[u8]) -> Result<(), SinkFault> {
        self.body.extend_from_slice(piece);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), SinkFault> {
        Ok(())
    }

    async fn end(&mut self, _: Option<&Fields>) -> Result<(), SinkFault> {
        self.ended = true;
        Ok(())
    }

    fn abort(&mut self) {
        panic!("nothing was answered yet");
    }
}

impl ResponseSink for Told {
    fn begin(&mut self, status: u16) {
        self.status = status;
        self.fields.clear();
    }

    fn close(&mut self) {
        self.closed = true;
    }

    fn outflow(&self) -> Outflow<'_> {
        panic!("no tunnel was asked for");
    }

    fn is_started(&self) -> bool {
        false
    }
}

/// Keeps what is recorded: outcome and code.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<(Outcome, String)>>>);

impl record::Sink for Kept {
    fn wants(&self, _: Outcome) -> bool {
        true
    }

    fn record(&self, record: &Record<'_>) {
        let code = record.denial.map_or("", |denial| denial.code.name());
        let mut kept = self.0.lock().unwrap();
        kept.push((record.outcome, code.to_owned()));
    }
}

/// Everything goes to that address.
fn configuration(target: SocketAddr) -> Configuration {
    let operation = entity::Operation {
        name: "any".into(),
        path: "/{*rest}".into(),
        ..entity::Operation::default()
    };
    let version = entity::Version {
        name: "v1".into(),
        operations: vec![operation],
        ..entity::Version::default()
    };
    Configuration {
        services: vec![entity::Service {
            name: "everything".into(),
            versions: vec![version],
            ..entity::Service::default()
        }],
        upstreams: vec![entity::Upstream {
            name: "behind".into(),
            targets: vec![entity::Target {
                host: target.ip().to_string().into(),
                port: target.port(),
                weight: 1,
            }],
            protocol: entity::UpstreamProtocol::Http1,
            tls: None,
            balance: entity::Balance::RoundRobin,
            active_health: None,
            outlier: entity::Outlier::default(),
            breaker: None,
            retry: entity::Retry::default(),
            timeouts: entity::UpstreamTimeouts::default(),
            pool: entity::Pool::default(),
            host: entity::HostMode::Pass,
            path: entity::PathRewrite::Keep,
            dns: entity::Dns::default(),
        }],
        egress: entity::Egress {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            ..entity::Egress::default()
        },
        ..Configuration::default()
    }
}

/// Serves one request; gives what the caller is told and what is recorded.
async fn served(mut body: Body, cut_off: bool) -> (Told, Vec<(Outcome, String)>) {
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let kept = Kept::default();
    let sinks = Sinks::new(vec![Arc::new(kept.clone())]);
    let core = testing::core(configuration(upstream.local_addr().unwrap()), sinks);
    let (state, caller, head) = (core.state(), testing::caller(), head(POST));
    let mut told = Told::default();
    let serving = async {
        let served = run(&core, &state, &caller, &head, &mut body, &mut told).await;
        assert!(served.is_none(), "no tunnel");
    };
    let end = async {
        if cut_off {
            upstream.set_nonblocking(true).unwrap();
            let upstream = tokio::net::TcpListener::from_std(upstream).unwrap();
            upstream.accept().await.unwrap();
            testing::cut_off(&core);
            tokio::task::yield_now().await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = serving => {}
        () = end => {}
    }
    let records = kept.0.lock().unwrap().clone();
    (told, records)
}

#[tokio::test]
async fn a_bug_is_answered_and_recorded_as_one() {
    let (told, records) = served(Body::Panics, false).await;
    assert_eq!(told.status, 500, "{told:?}");
    assert_eq!(told.field("postern-denial"), "gateway.internal");
    let body: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(body["code"], "gateway.internal");
    assert_eq!(body["request_id"], told.field("x-request-id"));
    assert!(!body.to_string().contains("a secret"), "{body}");
    assert!(told.ended && told.closed, "{told:?}");
    let internal = "gateway.internal".to_owned();
    assert_eq!(records, [(Outcome::Refused, internal)]);
}

#[tokio::test]
async fn the_end_of_a_drain_is_answered_and_recorded_as_one() {
    let (told, records) = served(Body::NeverComes, true).await;
    assert_eq!(told.status, 503, "{told:?}");
    assert_eq!(told.field("postern-denial"), "gateway.draining");
    assert!(told.ended && told.closed, "{told:?}");
    let draining = "gateway.draining".to_owned();
    assert_eq!(records, [(Outcome::Refused, draining)]);
}
