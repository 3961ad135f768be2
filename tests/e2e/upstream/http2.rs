//! HTTP/2, with the `h2` crate.

use super::behaviour::{Behaviour, PIECE, filler, mirrored};
use super::book::{Book, Seen};
use super::websocket;
use bytes::Bytes;
use h2::ext::Protocol;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Request, Response};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;

pub(super) async fn serve<S>(stream: S, extended: bool, number: u64, book: Arc<Mutex<Book>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = h2::server::Builder::new();
    builder.max_concurrent_streams(1000);
    if extended {
        builder.enable_connect_protocol();
    }
    let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        if Behaviour::of(request.uri().path()) == Behaviour::Goaway {
            connection.graceful_shutdown();
        }
        let book = book.clone();
        tokio::spawn(async move {
            let _ = stream_of(request, respond, number, book).await;
        });
    }
}

async fn stream_of(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    number: u64,
    book: Arc<Mutex<Book>>,
) -> Result<(), h2::Error> {
    let (parts, mut body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or("*", |p| p.as_str())
        .to_owned();
    let behaviour = Behaviour::of(&target);
    let mut headers = vec![(
        ":authority".to_owned(),
        parts
            .uri
            .authority()
            .map_or_else(String::new, ToString::to_string),
    )];
    let tunnel = parts.extensions.get::<Protocol>();
    headers.extend(tunnel.map(|p| (":protocol".to_owned(), p.as_str().to_owned())));
    headers.extend(fields(&parts.headers));
    let tunnel = tunnel.is_some();
    let seen = Seen {
        connection: number,
        method: parts.method.to_string(),
        target,
        version: "HTTP/2".into(),
        headers,
        ..Seen::default()
    };
    let place = book.lock().expect("the record").enter(seen);
    if let Behaviour::Refused(times) = behaviour
        && book.lock().expect("the record").earlier(place) < times
    {
        respond.send_reset(Reason::REFUSED_STREAM);
        return Ok(());
    }
    if behaviour == Behaviour::EarlyAnswer {
        respond.send_response(status(413), true)?;
        return Ok(());
    }
    if tunnel && behaviour == Behaviour::Echo {
        let answer = respond.send_response(status(200), false)?;
        return websocket_over(body, answer).await;
    }
    if tunnel {
        // What would come is no body.
        let seen = book.lock().expect("the record").get(place);
        return act(behaviour, &seen, respond).await;
    }
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        if let Behaviour::SlowRead(pause) = behaviour {
            sleep(pause).await;
        }
        let mut book = book.lock().expect("the record");
        book.update(place, |seen| seen.body.extend_from_slice(&piece));
    }
    let trailers = body.trailers().await?;
    let seen = {
        let mut book = book.lock().expect("the record");
        book.update(place, |seen| {
            seen.trailers = trailers.as_ref().map(fields).unwrap_or_default();
            seen.complete = true;
        });
        book.get(place)
    };
    act(behaviour, &seen, respond).await
}

/// Echoes the messages of a `WebSocket` (RFC 8441 §5), until both sides have closed.
async fn websocket_over(mut body: RecvStream, answer: SendStream<Bytes>) -> Result<(), h2::Error> {
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    let (mut from, mut to) = tokio::io::split(ours);
    let up = async {
        while let Some(piece) = body.data().await {
            let piece = piece?;
            body.flow_control().release_capacity(piece.len())?;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
        Ok(())
    };
    let down = async {
        let mut answer = answer;
        let mut room = vec![0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut room).await {
            answer = send(answer, Bytes::copy_from_slice(&room[..length])).await?;
        }
        answer.send_data(Bytes::new(), true)
    };
    let ((), passed) = tokio::join!(websocket::echo(theirs, Vec::new()), async {
        tokio::try_join!(up, down)
    });
    passed.map(|_| ())
}

async fn act(
    behaviour: Behaviour,
    seen: &Seen,
    mut respond: SendResponse<Bytes>,
) -> Result<(), h2::Error> {
    match behaviour {
        Behaviour::Status(code) => {
            respond.send_response(status(code), true)?;
        }
        Behaviour::SlowHead(pause) => {
            sleep(pause).await;
            echo(seen, respond)?;
        }
        Behaviour::ResetBeforeHead => respond.send_reset(Reason::INTERNAL_ERROR),
        Behaviour::StreamReset => {
            let mut body = respond.send_response(status(200), false)?;
            body.send_data(Bytes::from_static(b"a part"), false)?;
            sleep(Duration::from_millis(100)).await;
            body.send_reset(Reason::INTERNAL_ERROR);
        }
        Behaviour::Body(size) | Behaviour::Chunked(size, _) => {
            let mut body = respond.send_response(status(200), false)?;
            let piece = Bytes::from(filler(PIECE));
            for start in (0..size).step_by(PIECE) {
                body = send(body, piece.slice(..PIECE.min(size - start))).await?;
            }
            body.send_data(Bytes::new(), true)?;
        }
        Behaviour::Events(count, pause) => {
            let mut body = respond.send_response(status(200), false)?;
            for number in 0..count {
                body.send_data(format!("data: {number}\n\n").into(), false)?;
                sleep(pause).await;
            }
            body.send_data(Bytes::new(), true)?;
        }
        Behaviour::Trailers => {
            let mut body = respond.send_response(status(200), false)?;
            body.send_data(Bytes::from_static(b"body"), false)?;
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", "42".parse().expect("a value"));
            body.send_trailers(trailers)?;
        }
        Behaviour::Mirror => {
            let mut response = status(200);
            for (name, value) in mirrored(seen) {
                let value = value.parse().expect("a value");
                response.headers_mut().insert(name, value);
            }
            let mut body = respond.send_response(response, false)?;
            body.send_data(seen.body.clone().into(), true)?;
        }
        Behaviour::Grpc => {
            let mut response = status(200);
            let media = "application/grpc".parse().expect("a value");
            response.headers_mut().insert("content-type", media);
            let body = respond.send_response(response, false)?;
            let mut body = send(body, seen.body.clone().into()).await?;
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", "0".parse().expect("a value"));
            body.send_trailers(trailers)?;
        }
        _ => echo(seen, respond)?,
    }
    Ok(())
}

fn echo(seen: &Seen, mut respond: SendResponse<Bytes>) -> Result<(), h2::Error> {
    let mut body = respond.send_response(status(200), false)?;
    body.send_data(seen.to_json().to_string().into(), true)
}

/// Sends as the peer's window allows, and gives the stream back.
async fn send(
    mut stream: SendStream<Bytes>,
    mut bytes: Bytes,
) -> Result<SendStream<Bytes>, h2::Error> {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let room = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
        let Some(room) = room else { break };
        let piece = bytes.split_to(room?.min(bytes.len()));
        stream.send_data(piece, false)?;
    }
    Ok(stream)
}

fn status(code: u16) -> Response<()> {
    Response::builder().status(code).body(()).expect("a status")
}

fn fields(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}
