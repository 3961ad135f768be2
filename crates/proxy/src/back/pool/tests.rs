use super::*;
use crate::upstream::Addresses;
use postern_model::entity::Target;
use std::net::SocketAddr;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

/// A target known by a name, and the pool of it.
struct Fixture {
    listener: TcpListener,
    target: Arc<TargetState>,
    pool: TargetPool,
}

impl Fixture {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Arc::new(TargetState::new(&Target {
            host: "shop.test".into(),
            port: listener.local_addr().unwrap().port(),
            weight: 1,
        }));
        let fixture = Self {
            pool: TargetPool::new(target.clone(), 0, &Pool::default()),
            listener,
            target,
        };
        fixture.answer(&["127.0.0.1"]);
        fixture
    }

    /// What DNS says from now on.
    fn answer(&self, addresses: &[&str]) {
        let port = self.target.port();
        let list = addresses
            .iter()
            .map(|ip| SocketAddr::new(ip.parse().unwrap(), port));
        self.target.store_addresses(Addresses {
            list: list.collect(),
            ..Addresses::default()
        });
    }

    /// Both ends of a new connection.
    async fn connect(&self) -> (Stream, TcpStream) {
        let address = self.listener.local_addr().unwrap();
        let (ours, theirs) = tokio::join!(TcpStream::connect(address), self.listener.accept());
        (Stream::Tcp(ours.unwrap()), theirs.unwrap().0)
    }

    async fn idle(&self) -> TcpStream {
        let (ours, theirs) = self.connect().await;
        let connection = Box::new(http1::Connection::new(ours));
        self.pool.put(connection, Instant::now());
        theirs
    }
}

#[tokio::test]
async fn idle_connections_to_an_address_that_left_are_closed() {
    let now = Instant::now();
    let fixture = Fixture::start().await;
    let mut theirs = fixture.idle().await;
    // Others come and go.
    fixture.answer(&["127.0.0.1", "127.0.0.2"]);
    fixture.pool.reap(now);
    fixture.answer(&["127.0.0.3", "127.0.0.1"]);
    fixture.pool.reap(now);
    let kept = fixture.pool.take(now).expect("its address is still there");
    fixture.pool.put(kept, now);
    fixture.answer(&["127.0.0.3"]);
    fixture.pool.reap(now);
    assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0, "closed");
}

#[tokio::test]
async fn connections_to_an_address_that_left_serve_no_further_request() {
    let now = Instant::now();
    let fixture = Fixture::start().await;
    let _idle = fixture.idle().await;
    let mut busy = fixture.idle().await;
    let under_way = fixture.pool.take(now).expect("an idle connection");
    fixture.answer(&["127.0.0.2"]);
    assert!(fixture.pool.take(now).is_none());
    fixture.pool.put(under_way, now);
    assert_eq!(busy.read(&mut [0; 1]).await.unwrap(), 0, "closed");
    // It may come back.
    fixture.answer(&["127.0.0.1"]);
    let _back = fixture.idle().await;
    assert!(fixture.pool.take(now).is_some());
}

#[tokio::test]
async fn sessions_to_an_address_that_left_end_with_their_last_request() {
    let fixture = Fixture::start().await;
    let work = async {
        let (ours, theirs) = fixture.connect().await;
        let server = async {
            let mut server = h2::server::handshake(theirs).await.unwrap();
            assert!(server.accept().await.is_none_or(|r| r.is_err()));
        };
        let server = tokio::task::spawn_local(server);
        let under_way = fixture.pool.share(ours).await.unwrap();
        assert!(fixture.pool.place().is_some());
        fixture.answer(&["127.0.0.2"]);
        assert!(fixture.pool.place().is_none());
        fixture.pool.reap(Instant::now());
        tokio::task::yield_now().await;
        assert!(!server.is_finished(), "a request is under way");
        drop(under_way);
        server.await.unwrap();
    };
    tokio::task::LocalSet::new().run_until(work).await;
}
