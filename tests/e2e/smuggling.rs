//! Raw requests, one per row: what the gateway must answer, and what the upstream may have seen
//! of it. The tables are data; this file runs them.

mod bodies;
mod fields;
mod framing;
mod limits;
mod lines;
mod targets;
mod upgrades;

use crate::harness::raw::{End, find, lossy};
use crate::harness::{Gateway, Raw, Response, eventually, problem, setup};
use crate::upstream::{Seen, Since, Upstream};
use std::borrow::Cow;
use std::time::Duration;

/// One raw request and what becomes of it.
pub(crate) struct Row {
    name: &'static str,
    raw: Cow<'static, [u8]>,
    /// One for each response, in order.
    outcomes: &'static [Outcome],
    /// Whether the client says that it sends no more.
    half_close: bool,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// The upstream sees exactly this method, target and body, and the caller its answer.
    Passes(&'static str, &'static str, &'static str),
    /// Refused with one of these codes; the upstream sees no complete request.
    Refused(&'static [&'static str]),
    /// The standard leaves it open: refused with the code, or passed on in this one reading.
    Either(&'static str, (&'static str, &'static str, &'static str)),
    /// No answer is owed; the upstream sees no complete request.
    Cut,
}

use Outcome::{Cut, Either, Passes, Refused};

const MALFORMED: Outcome = Refused(&["connection.malformed"]);

const fn row(name: &'static str, raw: &'static str, outcomes: &'static [Outcome]) -> Row {
    bytes(name, raw.as_bytes(), outcomes)
}

const fn bytes(name: &'static str, raw: &'static [u8], outcomes: &'static [Outcome]) -> Row {
    Row {
        name,
        raw: Cow::Borrowed(raw),
        outcomes,
        half_close: false,
    }
}

/// A row after which the client says that it sends no more.
const fn ended(name: &'static str, raw: &'static str, outcomes: &'static [Outcome]) -> Row {
    Row {
        name,
        raw: Cow::Borrowed(raw.as_bytes()),
        outcomes,
        half_close: true,
    }
}

/// A request line and `Host`, then what is given.
macro_rules! get {
    ($($rest:expr),*) => { concat!("GET /x HTTP/1.1\r\nHost: test\r\n", $($rest),*) };
}

/// The same with POST.
macro_rules! post {
    ($($rest:expr),*) => { concat!("POST /x HTTP/1.1\r\nHost: test\r\n", $($rest),*) };
}

/// A chunked POST, its body as given.
macro_rules! chunked {
    ($($rest:expr),*) => {
        concat!("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n", $($rest),*)
    };
}

/// A whole request that must never be seen.
macro_rules! poison {
    () => {
        "GET /poison HTTP/1.1\r\nHost: test\r\n\r\n"
    };
}

use {chunked, get, poison, post};

#[test]
fn the_tables_are_large_and_their_names_unique() {
    let rows = all();
    let names: std::collections::HashSet<_> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len());
    assert!(rows.len() >= 150, "{} rows", rows.len());
}

#[test]
fn requests_framed_in_two_ways() {
    run(framing::ROWS.iter());
}

#[test]
fn chunked_bodies() {
    run(bodies::ROWS.iter());
}

#[test]
fn header_fields() {
    run(fields::ROWS.iter());
}

#[test]
fn request_lines() {
    run(lines::ROWS.iter());
}

#[test]
fn hosts_and_targets() {
    run(targets::ROWS.iter());
}

#[test]
fn upgrades_and_pipelines() {
    run(upgrades::ROWS.iter());
}

#[test]
fn oversized_heads() {
    run(limits::rows().iter());
}

/// Half of the rows again, each cut into single bytes: the reading must not depend on how the
/// bytes arrive.
#[test]
fn the_same_byte_by_byte() {
    let rows = all();
    let short = |row: &&Row| row.raw.len() < 400;
    run_sent(rows.iter().step_by(2).filter(short), |client, raw| {
        for byte in raw {
            client.send([*byte]);
        }
    });
}

fn all() -> Vec<Row> {
    let tables = [
        framing::ROWS,
        bodies::ROWS,
        fields::ROWS,
        lines::ROWS,
        targets::ROWS,
        upgrades::ROWS,
    ];
    let again = |row: &Row| Row {
        name: row.name,
        raw: row.raw.clone(),
        outcomes: row.outcomes,
        half_close: row.half_close,
    };
    let rows = tables.iter().flat_map(|table| table.iter().map(again));
    rows.chain(limits::rows()).collect()
}

fn run<'a>(rows: impl Iterator<Item = &'a Row>) {
    run_sent(rows, |client, raw| {
        client.send(raw);
    });
}

/// Runs rows against one gateway and reports all that went wrong, not only the first.
fn run_sent<'a>(rows: impl Iterator<Item = &'a Row>, send: impl Fn(&mut Raw, &[u8])) {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows {
        count += 1;
        if let Err(why) = check(row, &gateway, &upstream, &send) {
            wrong.push(format!(
                "{}: {why}\n    sent {:?}",
                row.name,
                shown(&row.raw)
            ));
        }
    }
    gateway.assert_alive();
    let poisoned = upstream
        .seen()
        .iter()
        .any(|seen| seen.target.contains("poison"));
    assert!(!poisoned, "the upstream saw a smuggled request");
    assert!(
        wrong.is_empty(),
        "{} of {count} rows:\n- {}",
        wrong.len(),
        wrong.join("\n- ")
    );
}

fn check(
    row: &Row,
    gateway: &Gateway,
    upstream: &Upstream,
    send: impl Fn(&mut Raw, &[u8]),
) -> Result<(), String> {
    let mark = upstream.mark();
    let mut client = Raw::connect(gateway.address);
    client.patience(Duration::from_secs(3));
    send(&mut client, &row.raw);
    if row.half_close {
        client.half_close();
    }
    let mut passed = Vec::new();
    let head_only = row.raw.starts_with(b"HEAD ");
    for outcome in row.outcomes {
        if matches!(outcome, Cut) {
            break;
        }
        let response = client
            .try_response(head_only)
            .ok_or_else(|| format!("no response where {outcome:?} was due"))?;
        passed.extend(judge(*outcome, &response, head_only)?);
    }
    ending(row.outcomes, &mut client)?;
    drop(client);
    view(&passed, upstream, mark)
}

/// Checks a response, and gives the request that the upstream must have seen, if any.
fn judge(
    outcome: Outcome,
    response: &Response,
    head_only: bool,
) -> Result<Option<(&'static str, &'static str, &'static str)>, String> {
    let refused = response.denial();
    match (outcome, refused) {
        (Passes(method, target, body), None) => {
            expect_status(200, response)?;
            Ok(Some((method, target, body)))
        }
        (Either(_, expected), None) => {
            expect_status(200, response)?;
            Ok(Some(expected))
        }
        (Either(code, _), Some(seen)) if seen == code => {
            problem::check(response, code, head_only).map(|()| None)
        }
        (Refused(codes), Some(seen)) if codes.contains(&seen.as_str()) => {
            problem::check(response, &seen, head_only).map(|()| None)
        }
        (outcome, seen) => Err(format!(
            "{outcome:?} was due, but got {} {seen:?} {:?}",
            response.status,
            shown(&response.body)
        )),
    }
}

fn expect_status(status: u16, response: &Response) -> Result<(), String> {
    let ours = response
        .header("x-request-id")
        .is_some_and(|id| id.len() == 26);
    if response.status == status && response.complete && ours {
        return Ok(());
    }
    Err(format!("not a whole {status} with an id: {response:?}"))
}

/// After a refusal that leaves framing in doubt the connection ends in an orderly way; after
/// anything else no byte may follow. An unknown method leaves no doubt.
fn ending(outcomes: &[Outcome], client: &mut Raw) -> Result<(), String> {
    let must_close = matches!(
        outcomes.last(),
        Some(Refused(codes)) if codes.iter().all(|code| code.starts_with("connection.") && !code.ends_with("method_unsupported"))
    );
    let patience = Duration::from_millis(if must_close { 3000 } else { 25 });
    let (rest, end) = client.rest(patience);
    if !rest.is_empty() && !matches!(outcomes.last(), Some(Cut)) {
        return Err(format!("more came: {:?}", shown(&rest)));
    }
    match end {
        End::Open if must_close => Err("the connection was left open".into()),
        End::Reset if must_close => Err("the connection was reset".into()),
        _ => Ok(()),
    }
}

/// Compares what the upstream saw with what it was to see.
fn view(
    expected: &[(&str, &str, &str)],
    upstream: &Upstream,
    mark: crate::upstream::Mark,
) -> Result<(), String> {
    let settled = eventually("the upstream has seen all", || {
        let since = upstream.since(mark);
        let complete = since.requests.iter().filter(|seen| seen.complete).count();
        (complete >= expected.len()).then_some(since)
    });
    let Since { requests, .. } = settled;
    let complete: Vec<&Seen> = requests.iter().filter(|seen| seen.complete).collect();
    let views: Vec<_> = complete
        .iter()
        .map(|seen| (seen.method.clone(), seen.target.clone(), lossy(&seen.body)))
        .collect();
    let same = views.len() == expected.len()
        && views
            .iter()
            .zip(expected)
            .all(|(seen, due)| (seen.0.as_str(), seen.1.as_str(), seen.2.as_str()) == *due);
    if !same {
        return Err(format!("the upstream saw {views:?}, not {expected:?}"));
    }
    if let Some(seen) = requests.iter().find(|seen| !seen.doubts.is_empty()) {
        return Err(format!("the upstream's view has doubts: {:?}", seen.doubts));
    }
    let leaked = complete
        .iter()
        .flat_map(|seen| &seen.headers)
        .find(|(name, _)| {
            let name = name.to_ascii_lowercase().replace('_', "-");
            name.starts_with("x-postern-")
                || [
                    "http2-settings",
                    "upgrade",
                    "proxy-connection",
                    "keep-alive",
                    "x-hop",
                ]
                .contains(&name.as_str())
        });
    match leaked {
        Some((name, _)) => Err(format!("the upstream got `{name}`")),
        None => Ok(()),
    }
}

fn shown(bytes: &[u8]) -> String {
    let mut text = lossy(&bytes[..bytes.len().min(300)]);
    if bytes.len() > 300 {
        text.push('…');
    }
    text
}

#[test]
fn a_refused_head_forwards_nothing() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(setup::open(upstream.address));
    let mark = upstream.mark();
    let raw = post!("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    let (answer, end) = Raw::connect(gateway.address)
        .send(raw)
        .rest(Duration::from_secs(3));
    assert!(find(&answer, b"connection.malformed").is_some());
    assert_eq!(end, End::Closed);
    assert_eq!(upstream.since(mark).bytes, 0);
}
