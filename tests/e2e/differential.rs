//! One path, one meaning: what the gateway decided on is what every server behind it reads, for
//! hundreds of ways to write a path or a header. The gateway's view is the target that it sends;
//! each server's view is what it says after its own decoding.

mod peers;
mod variants;

use crate::harness::raw::Raw;
use crate::harness::{Gateway, Response, setup};
use crate::upstream::Upstream;
use peers::{Peer, View};
use std::net::SocketAddr;
use variants::Variant;

#[test]
fn there_are_more_than_500_variants() {
    assert!(variants::all().len() > 500, "{}", variants::all().len());
}

#[test]
fn every_server_reads_what_was_decided_on() {
    let upstream = Upstream::start();
    let mut peers = peers::start();
    let mut setup = setup::open(upstream.address);
    for peer in &peers {
        setup = setup.host(peer.name, &host(peer.name), peer.address);
    }
    let mut gateway = Gateway::start(setup);
    let mut wrong = Vec::new();
    let mut passed = 0;
    let variants = variants::all();
    for (number, variant) in variants.iter().enumerate() {
        let judged = decide(variant, number, &gateway, &upstream);
        let outcome = judged.and_then(|decision| {
            passed += usize::from(decision.is_some());
            peers.iter_mut().try_for_each(|peer| {
                compare(variant, number, decision.as_ref(), peer, gateway.address)
                    .map_err(|why| format!("{}: {why}", peer.name))
            })
        });
        if let Err(why) = outcome {
            wrong.push(format!("{variant:?}: {why}"));
        }
    }
    gateway.assert_alive();
    println!("{} variants, {passed} of them passed on", variants.len());
    for peer in &peers {
        println!("{}: refused {} itself", peer.name, peer.refused);
        assert!(peer.refused * 10 < passed, "{} refused too many", peer.name);
    }
    assert!(passed > 250, "only {passed} variants were passed on");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n- {}",
        wrong.len(),
        wrong.join("\n- ")
    );
}

fn host(peer: &str) -> String {
    format!("{peer}.test")
}

/// What the gateway made of a variant that it passed on.
struct Decision {
    /// Path and query as sent upstream.
    target: String,
    /// The fields it sent upstream.
    headers: Vec<(String, String)>,
}

/// Asks through the gateway for our own upstream; `None` if it was refused.
fn decide(
    variant: &Variant,
    number: usize,
    gateway: &Gateway,
    upstream: &Upstream,
) -> Result<Option<Decision>, String> {
    let mark = upstream.mark();
    let response = ask(gateway.address, variant, number, "own");
    let seen = upstream.since(mark).requests;
    if let Some(code) = response.denial() {
        let expected = [
            "route.path_rejected",
            "connection.malformed",
            "connection.uri_too_long",
        ];
        return match (seen.len(), &variant.passes) {
            (0, None) if expected.contains(&code.as_str()) => Ok(None),
            _ => Err(format!(
                "refused with {code}; the upstream saw {}",
                seen.len()
            )),
        };
    }
    let [seen] = seen.as_slice() else {
        return Err(format!(
            "{} requests upstream, {}",
            seen.len(),
            response.status
        ));
    };
    match &variant.passes {
        None => Err(format!("passed on as {}", seen.target)),
        Some(due) if *due != seen.target => Err(format!("sent as {}, not {due}", seen.target)),
        Some(_) if !seen.doubts.is_empty() => Err(format!("doubts: {:?}", seen.doubts)),
        Some(_) => Ok(Some(Decision {
            target: seen.target.clone(),
            headers: seen.headers.clone(),
        })),
    }
}

fn ask(to: SocketAddr, variant: &Variant, number: usize, host: &str) -> Response {
    Raw::connect(to).exchange(variant.request(number, &self::host(host)))
}

/// Asks through the gateway for a peer and compares.
fn compare(
    variant: &Variant,
    number: usize,
    decision: Option<&Decision>,
    peer: &mut Peer,
    gateway: SocketAddr,
) -> Result<(), String> {
    let response = ask(gateway, variant, number, peer.name);
    let Some(decision) = decision else {
        return match response.denial() {
            Some(_) => Ok(()),
            None => Err(format!("passed on, {}", response.status)),
        };
    };
    if let Some(code) = response.denial() {
        return Err(format!("refused with {code}: {}", response.text()));
    }
    // A server may be stricter than we are: what it refuses, it cannot misread.
    if response.status == 400 {
        peer.refused += 1;
        return Ok(());
    }
    let view = peer.view(&response, number)?;
    same(decision, &view, peer)
}

fn same(decision: &Decision, view: &View, peer: &Peer) -> Result<(), String> {
    if view.raw != decision.target {
        return Err(format!("got {}, not {}", view.raw, decision.target));
    }
    let path = decision.target.split('?').next().unwrap_or_default();
    let decoded = variants::decode(path);
    if view.path != decoded {
        return Err(format!("read the path {:?}, not {decoded:?}", view.path));
    }
    let read = view.host.split(':').next().unwrap_or_default();
    if !read.eq_ignore_ascii_case(&host(peer.name)) {
        return Err(format!("read the host {:?}", view.host));
    }
    for name in variants::COMPARED {
        let mut sent: Vec<&str> = decision
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        if peer.name == "nginx" {
            // Its variables hold the first of several fields, before version 1.23.
            sent.truncate(1);
        }
        let read = view.header(name);
        let compact = |text: &str| text.split(',').map(str::trim).collect::<Vec<_>>().join(",");
        if compact(&sent.join(",")) != compact(&read) {
            return Err(format!("read {name} as {read:?}, not {sent:?}"));
        }
    }
    Ok(())
}

/// Without the gateway: the servers must say of a target in normal form what it means, or the
/// comparison above would compare with nothing.
#[test]
fn the_servers_say_what_they_read() {
    let mut wrong = Vec::new();
    for peer in &mut peers::start() {
        for (number, variant) in variants::all().iter().enumerate() {
            let Some(target) = &variant.passes else {
                continue;
            };
            let head = format!(
                "GET {target} HTTP/1.1\r\nHost: {}\r\nX-Variant: {number}\r\nX-A: b, c\r\n\r\n",
                host(peer.name)
            );
            let response = crate::harness::raw::once(peer.address, head);
            if response.status == 400 {
                peer.refused += 1;
                continue;
            }
            let decision = Decision {
                target: target.clone(),
                headers: vec![("X-A".into(), "b, c".into())],
            };
            let view = peer.view(&response, number);
            if let Err(why) = view.and_then(|view| same(&decision, &view, peer)) {
                wrong.push(format!("{}: {variant:?}: {why}", peer.name));
            }
        }
        println!("{} refused {}", peer.name, peer.refused);
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n- {}",
        wrong.len(),
        wrong.join("\n- ")
    );
}
