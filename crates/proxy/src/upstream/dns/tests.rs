use super::*;
use crate::upstream::tests::{configuration, upstream};
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;
use tokio::net::UdpSocket;

/// A name server with one A record (none: SERVFAIL) and no others.
struct Server {
    address: SocketAddr,
    /// Address and TTL.
    record: Arc<Mutex<Option<(Ipv4Addr, u32)>>>,
    questions: Arc<Mutex<usize>>,
    _task: JoinSet<()>,
}

impl Server {
    async fn start(address: Ipv4Addr, ttl: u32) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let record = Arc::new(Mutex::new(Some((address, ttl))));
        let questions = Arc::new(Mutex::new(0));
        let mut task = JoinSet::new();
        let server = Self {
            address: socket.local_addr().unwrap(),
            record: record.clone(),
            questions: questions.clone(),
            _task: JoinSet::new(),
        };
        task.spawn(async move {
            let mut buffer = [0; 1500];
            loop {
                let (n, peer) = socket.recv_from(&mut buffer).await.unwrap();
                *questions.lock().unwrap() += 1;
                let reply = reply(&buffer[..n], *record.lock().unwrap());
                socket.send_to(&reply, peer).await.unwrap();
            }
        });
        Self {
            _task: task,
            ..server
        }
    }

    fn set(&self, record: Option<(Ipv4Addr, u32)>) {
        *self.record.lock().unwrap() = record;
    }

    fn resolver(&self) -> Arc<Resolver> {
        let mut connection = ConnectionConfig::udp();
        connection.port = self.address.port();
        let server = NameServerConfig::new(self.address.ip(), true, vec![connection]);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let mut options = ResolverOpts::default();
        options.attempts = 1;
        options.timeout = Duration::from_secs(2);
        options.edns0 = false;
        Arc::new(Resolver::new(config, options).unwrap())
    }
}

/// Header, question, and an answer for type A (RFC 1035 §4.1).
fn reply(query: &[u8], record: Option<(Ipv4Addr, u32)>) -> Vec<u8> {
    let name_end = 12 + query[12..].iter().position(|b| *b == 0).unwrap() + 1;
    let question = &query[12..name_end + 4];
    let is_a = query[name_end..name_end + 2] == [0, 1];
    let mut reply = query[..2].to_vec();
    let code = if record.is_some() { 0x80 } else { 0x82 };
    reply.extend([
        0x81,
        code,
        0,
        1,
        0,
        u8::from(is_a && record.is_some()),
        0,
        0,
        0,
        0,
    ]);
    reply.extend(question);
    if let (true, Some((address, ttl))) = (is_a, record) {
        reply.extend([0xC0, 12, 0, 1, 0, 1]);
        reply.extend(ttl.to_be_bytes());
        reply.extend([0, 4]);
        reply.extend(address.octets());
    }
    reply
}

fn names(hosts: &[&str], min: Duration, max: Duration) -> Upstreams {
    let targets: Vec<_> = hosts.iter().map(|h| (*h, 1)).collect();
    let mut upstream = upstream(&targets);
    upstream.dns = Dns {
        min_ttl: min,
        max_ttl: max,
    };
    Upstreams::build(&configuration(upstream), None, Instant::now())
}

fn addresses(set: &Upstreams, target: usize) -> Addresses {
    set.get(0).unwrap().targets[target]
        .target
        .addresses()
        .as_ref()
        .clone()
}

/// Waits for a condition that a background task brings about; fails after five seconds.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not happen");
}

const ONE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

#[tokio::test]
async fn the_servers_ttl_is_known() {
    let server = Server::start(ONE, 77).await;
    let answer = server.resolver().lookup("orders.example.").await.unwrap();
    assert_eq!(answer.addresses, [IpAddr::from(ONE)]);
    assert_eq!(answer.ttl, Duration::from_secs(77));
    server.set(None);
    let error = server
        .resolver()
        .lookup("orders.example.")
        .await
        .unwrap_err();
    assert!(matches!(error, ResolveError::Lookup(_)), "{error:?}");
}

#[tokio::test]
async fn names_are_resolved_and_literals_are_not() {
    let server = Server::start(ONE, 60).await;
    let bound = Duration::from_mins(1);
    let set = names(&["a.example.", "10.0.0.1", "a.example."], bound, bound);
    let mut refresher = Refresher::start(&set, &server.resolver());
    refresher.first_answers().await;
    let status = set.get(0).unwrap().targets[0].target.status();
    assert!(status.usable);
    assert_eq!(addresses(&set, 0).list, [SocketAddr::new(ONE.into(), 80)]);
    assert_eq!(addresses(&set, 1).list, ["10.0.0.1:80".parse().unwrap()]);
    assert_eq!(
        *server.questions.lock().unwrap(),
        2,
        "A and AAAA of one name"
    );
}

#[tokio::test]
async fn a_new_address_is_found_and_an_old_one_kept_on_failure() {
    let server = Server::start(ONE, 3600).await;
    let set = names(&["a.example."], Duration::ZERO, Duration::from_millis(20));
    let mut refresher = Refresher::start(&set, &server.resolver());
    refresher.first_answers().await;
    assert_eq!(addresses(&set, 0).list, [SocketAddr::new(ONE.into(), 80)]);
    server.set(Some((TWO, 3600)));
    until(|| addresses(&set, 0).list == [SocketAddr::new(TWO.into(), 80)]).await;
    server.set(None);
    until(|| addresses(&set, 0).stale).await;
    let kept = addresses(&set, 0);
    assert_eq!(kept.list, [SocketAddr::new(TWO.into(), 80)]);
    assert!(kept.error.is_some());
    assert!(set.get(0).unwrap().targets[0].target.status().usable);
}

#[tokio::test]
async fn without_an_answer_the_target_is_out() {
    let server = Server::start(ONE, 60).await;
    server.set(None);
    let bound = Duration::from_mins(1);
    let set = names(&["a.example."], bound, bound);
    assert_eq!(addresses(&set, 0).error, None, "nothing is known yet");
    let mut refresher = Refresher::start(&set, &server.resolver());
    refresher.first_answers().await;
    assert!(set.get(0).unwrap().targets[0].target.status().unresolved);
    assert!(addresses(&set, 0).error.is_some());
}

#[test]
fn stale_answers_have_an_end() {
    let start = Instant::now();
    let answer = Answer {
        addresses: vec![TWO.into(), ONE.into(), IpAddr::from([0; 16]), ONE.into()],
        ttl: Duration::ZERO,
    };
    let fresh = next(&Addresses::default(), Ok(&answer), 80, start);
    let order: Vec<_> = fresh.list.iter().map(ToString::to_string).collect();
    assert_eq!(order, ["192.0.2.1:80", "192.0.2.2:80", "[::]:80"]);
    let stale = next(&fresh, Err(&ResolveError::Timeout), 80, start + STALE_LIMIT);
    assert_eq!((&stale.list, stale.stale), (&fresh.list, true));
    let over = start + STALE_LIMIT + Duration::from_millis(1);
    let gone = next(&stale, Err(&ResolveError::Timeout), 80, over);
    assert_eq!((gone.list.len(), gone.stale), (0, false));
    let back = next(&gone, Ok(&answer), 80, over);
    assert_eq!((back.list, back.error), (fresh.list, None));
}

#[test]
fn repetitions_back_off() {
    let seconds: Vec<_> = [1, 2, 3, 5, 6, 7, 1000]
        .map(|n| backoff(n).as_secs())
        .into();
    assert_eq!(seconds, [1, 2, 4, 16, 30, 30, 30]);
}

#[tokio::test]
async fn names_as_people_write_them() {
    let server = Server::start(ONE, 60).await;
    let resolver = server.resolver();
    for host in [
        "my_service",
        "Orders.Example",
        "xn--bcher-kva.example",
        "a-1.b.c.d.e.example",
    ] {
        let answer = resolver.lookup(host).await;
        assert_eq!(
            answer.map(|a| a.addresses),
            Ok(vec![IpAddr::from(ONE)]),
            "{host}"
        );
    }
    for host in ["", "a..b", &"x".repeat(64)] {
        assert!(resolver.lookup(host).await.is_err(), "{host}");
    }
}

#[tokio::test]
async fn the_hosts_file_comes_first() {
    let server = Server::start(ONE, 60).await;
    let answer = server.resolver().lookup("localhost").await.unwrap();
    assert!(
        answer.addresses.iter().all(IpAddr::is_loopback),
        "{answer:?}"
    );
}
