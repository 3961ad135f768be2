//! The upstream of our own: it speaks HTTP/1.1 by hand, so that it can lie, and HTTP/2; it does
//! what the request's path says (see `behaviour`), and remembers everything that reached it.

mod behaviour;
mod book;
mod http1;
mod http2;
mod reading;
mod websocket;

pub(crate) use book::{Mark, Seen, Since};

use crate::harness::program::free_address;
use crate::harness::tls::{self, Issued};
use book::Book;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The upstream. Ends when dropped.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    book: Arc<Mutex<Book>>,
    state: watch::Sender<State>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Up,
    Down,
    Ended,
}

impl Upstream {
    /// Starts one that speaks HTTP/1.1 and, by prior knowledge, HTTP/2.
    pub(crate) fn start() -> Self {
        Self::with(Offer::default())
    }

    /// Starts one that lets no `WebSocket` be opened over HTTP/2: it does not announce RFC 8441.
    pub(crate) fn start_without_extended_connect() -> Self {
        Self::with(Offer {
            extended_connect: false,
            ..Offer::default()
        })
    }

    /// Starts one that speaks TLS with this certificate, and HTTP/2 by ALPN.
    pub(crate) fn start_tls(certificate: &Issued) -> Self {
        let (chain, key) = certificate.der();
        let mut config = rustls::ServerConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self::with(Offer {
            tls: Some(TlsAcceptor::from(Arc::new(config))),
            ..Offer::default()
        })
    }

    fn with(offer: Offer) -> Self {
        let address = free_address();
        let book = Arc::new(Mutex::new(Book::default()));
        let (state, watched) = watch::channel(State::Up);
        let listens = book.clone();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(serve(address, offer, listens, watched, ready));
        });
        is_ready.recv().expect("the upstream listens");
        Self {
            address,
            book,
            state,
            thread: Some(thread),
        }
    }

    /// Where the record stands now.
    pub(crate) fn mark(&self) -> Mark {
        self.book.lock().expect("the record").mark()
    }

    /// What has reached it since.
    pub(crate) fn since(&self, mark: Mark) -> Since {
        self.book.lock().expect("the record").since(mark)
    }

    /// Every request it has seen.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.since(Mark::default()).requests
    }

    /// Connections that are open now.
    pub(crate) fn open_connections(&self) -> usize {
        self.book.lock().expect("the record").open
    }

    /// Connections that were ever accepted.
    pub(crate) fn connections(&self) -> u64 {
        self.book.lock().expect("the record").connections
    }

    /// Stops listening and drops every connection: as if its machine's process had died.
    pub(crate) fn go_down(&self) {
        self.state.send_replace(State::Down);
        crate::harness::eventually("the upstream is down", || {
            std::net::TcpStream::connect(self.address)
                .is_err()
                .then_some(())
        });
    }

    /// Listens again at the same address.
    pub(crate) fn come_back(&self) {
        self.state.send_replace(State::Up);
        crate::harness::eventually("the upstream is back", || {
            std::net::TcpStream::connect(self.address)
                .is_ok()
                .then_some(())
        });
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.state.send_replace(State::Ended);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What an upstream offers.
#[derive(Clone)]
struct Offer {
    tls: Option<TlsAcceptor>,
    /// Whether `WebSocket`s may be opened over HTTP/2 (RFC 8441).
    extended_connect: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            tls: None,
            extended_connect: true,
        }
    }
}

/// A connection that was accepted.
enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

async fn serve(
    address: SocketAddr,
    offer: Offer,
    book: Arc<Mutex<Book>>,
    mut state: watch::Receiver<State>,
    ready: std::sync::mpsc::Sender<()>,
) {
    loop {
        let now = *state.borrow_and_update();
        match now {
            State::Ended => return,
            State::Down => {
                let _ = state.changed().await;
            }
            State::Up => {
                let listener = TcpListener::bind(address).await.expect("the port is ours");
                let _ = ready.send(());
                let mut tasks = tokio::task::JoinSet::new();
                loop {
                    tokio::select! {
                        changed = state.changed() => {
                            let _ = changed;
                            break;
                        }
                        Some(_) = tasks.join_next() => {}
                        Ok((stream, _)) = listener.accept() => {
                            let _ = stream.set_nodelay(true);
                            tasks.spawn(connection(stream, offer.clone(), book.clone()));
                        }
                    }
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, offer: Offer, book: Arc<Mutex<Book>>) {
    let number = book.lock().expect("the record").opened();
    let _open = Open(book.clone());
    let extended = offer.extended_connect;
    match offer.tls {
        None => {
            let mut start = [0; 3];
            if stream.peek(&mut start).await.is_ok() && &start == b"PRI" {
                http2::serve(stream, extended, number, book).await;
            } else {
                http1::serve(Wire::Plain(stream), number, book).await;
            }
        }
        Some(acceptor) => {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                http2::serve(stream, extended, number, book).await;
            } else {
                http1::serve(Wire::Tls(Box::new(stream)), number, book).await;
            }
        }
    }
}

/// Counts a connection as closed when its task ends or is dropped.
struct Open(Arc<Mutex<Book>>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Ok(mut book) = self.0.lock() {
            book.open -= 1;
        }
    }
}
