//! What a flood may cost: connections, file descriptors, memory, frames.

use crate::harness::gateway::Launch;
use crate::harness::h2::frame::{self, frame};
use crate::harness::h2::{GET_BLOCK, by_hand, was_ended};
use crate::harness::program::{installed, skipped};
use crate::harness::raw::End;
use crate::harness::{Gateway, Raw, eventually, setup, within};
use crate::upstream::Upstream;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

#[test]
fn ten_thousand_idle_connections() {
    const COUNT: usize = 10_000;
    if !installed("prlimit") {
        return;
    }
    let own = std::process::id().to_string();
    let raised = Command::new("prlimit")
        .args(["--pid", &own, "--nofile=12000:"])
        .status()
        .is_ok_and(|status| status.success());
    if !raised {
        skipped("the limit of open files cannot be raised to 12,000");
        return;
    }
    let upstream = Upstream::start();
    let mut gateway = Launch::new(setup::open(upstream.address))
        .through(&["prlimit", "--nofile=12000:12000"])
        .start();
    let before = gateway.memory_kb("VmRSS");
    let request = "GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut idle: Vec<Raw> = Vec::with_capacity(COUNT);
    for number in 0..COUNT {
        let tcp = TcpStream::connect(gateway.address)
            .unwrap_or_else(|error| panic!("connection {number}: {error}"));
        let mut raw = Raw::plain(tcp);
        // Some of them have been used.
        if number % 20 == 0 {
            assert_eq!(raw.exchange(request).status, 200, "connection {number}");
        }
        idle.push(raw);
    }
    eventually("all are accepted", || {
        (gateway.get("/x").status == 200).then_some(())
    });
    let grown = gateway.memory_kb("VmRSS").saturating_sub(before);
    println!(
        "{COUNT} idle connections: {grown} kB more, {} bytes each",
        grown * 1024 / COUNT as u64
    );
    assert!(grown < 200 << 10, "{grown} kB");
    assert_eq!(idle[COUNT - 1].exchange(request).status, 200);
    assert_eq!(idle[1].exchange(request).status, 200);
    drop(idle);
    gateway.assert_alive();
}

#[test]
fn without_file_descriptors_it_says_so_and_recovers() {
    if !installed("prlimit") {
        return;
    }
    let upstream = Upstream::start();
    let mut gateway = Launch::new(setup::open(upstream.address))
        .through(&["prlimit", "--nofile=80:80"])
        .start();
    let request = "GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    let wait = Duration::from_millis(500);
    let connect = |_| TcpStream::connect_timeout(&gateway.address, wait).ok();
    let busy: Vec<TcpStream> = (0..200).map_while(connect).collect();
    assert!(busy.len() > 80, "only {} connections", busy.len());
    eventually("the log says so", || {
        let log = gateway.log().to_lowercase();
        (log.contains("too many open files") || log.contains("file descriptors")).then_some(())
    });
    let ticks = cpu_ticks(&gateway);
    std::thread::sleep(Duration::from_millis(500));
    let spent = cpu_ticks(&gateway) - ticks;
    assert!(spent < 30, "it spins: {spent} of 50 ticks");
    drop(busy);
    within(Duration::from_secs(15), "it serves again", || {
        let mut raw = Raw::connect(gateway.address);
        raw.patience(Duration::from_secs(1));
        raw.send(request)
            .try_response(false)
            .filter(|response| response.status == 200)
            .map(|_| ())
    });
    gateway.assert_alive();
    let lines = gateway.log().lines().count();
    assert!(lines < 2000, "{lines} lines of log for one condition");
}

/// CPU time that the gateway has used, in ticks of 10 ms.
fn cpu_ticks(gateway: &Gateway) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", gateway.id())).expect("a process");
    let after = stat.rsplit_once(')').expect("a name in brackets").1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    fields[11].parse::<u64>().expect("user time") + fields[12].parse::<u64>().expect("system time")
}

/// Sends a flood over one connection, as long as the gateway takes it; then everything must be
/// as before: others are served, and memory has not grown much.
fn flood(name: &str, must_end: bool, pieces: impl Iterator<Item = Vec<u8>>) {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address));
    let before = gateway.memory_kb("VmRSS");
    let mut client = by_hand(gateway.address);
    let mut sent = 0;
    for piece in pieces {
        if client.try_send(&piece).is_err() {
            break;
        }
        sent += piece.len();
        if sent % (1 << 20) < piece.len() {
            let start = std::time::Instant::now();
            assert_eq!(
                gateway.get("/other").status,
                200,
                "{name}: others are served"
            );
            assert!(
                start.elapsed() < Duration::from_secs(3),
                "{name}: {:?}",
                start.elapsed()
            );
        }
    }
    let (answer, end) = client.rest(Duration::from_secs(1));
    let grown = gateway.memory_kb("VmHWM").saturating_sub(before);
    println!("{name}: {sent} bytes taken, {grown} kB more at the peak");
    assert!(grown < 64 << 10, "{name}: {grown} kB");
    assert!(was_ended(&answer, end) || !must_end, "{name}: never ended");
    assert_eq!(gateway.get("/after").status, 200, "{name}");
    gateway.assert_alive();
}

#[test]
fn rapid_resets() {
    let pieces = (0..50_000_u32).map(|number| {
        let stream = number * 2 + 1;
        let mut bytes = frame(frame::HEADERS, 0x5, stream, GET_BLOCK);
        bytes.extend(frame(frame::RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        bytes
    });
    flood("rapid reset", true, pieces);
}

#[test]
fn streams_that_are_reset_by_us() {
    // Each is a stream error (a window update of zero) that we must answer with RST_STREAM.
    let pieces = (0..50_000_u32).map(|number| {
        let stream = number * 2 + 1;
        let mut bytes = frame(frame::HEADERS, 0x5, stream, GET_BLOCK);
        bytes.extend(frame(frame::WINDOW_UPDATE, 0, stream, &0_u32.to_be_bytes()));
        bytes
    });
    flood("made-you-reset", true, pieces);
}

#[test]
fn continuations_without_end() {
    let first = std::iter::once(frame(frame::HEADERS, 0, 1, GET_BLOCK));
    let more = (0..20_000).map(|number: u32| {
        let name = format!("x-{number:06}");
        let mut field = vec![0, 8];
        field.extend(name.as_bytes());
        field.extend([100]);
        field.extend([b'v'; 100]);
        frame(frame::CONTINUATION, 0, 1, &field.repeat(9))
    });
    flood("CONTINUATION", true, first.chain(more));
}

#[test]
fn empty_continuations_without_end() {
    let first = std::iter::once(frame(frame::HEADERS, 0, 1, GET_BLOCK));
    let more = (0..2_000).map(|_| frame(frame::CONTINUATION, 0, 1, &[]).repeat(100));
    flood("empty CONTINUATION", true, first.chain(more));
}

#[test]
fn settings_without_end() {
    let pieces = (0..3_000).map(|_| frame(frame::SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0]).repeat(100));
    flood("SETTINGS", false, pieces);
}

#[test]
fn pings_without_end() {
    let pieces = (0..3_000).map(|_| frame(frame::PING, 0, 0, &[7; 8]).repeat(100));
    flood("PING", false, pieces);
}

#[test]
fn empty_data_without_end() {
    let first = std::iter::once(frame(frame::HEADERS, 0x4, 1, GET_BLOCK));
    let more = (0..3_000).map(|_| frame(frame::DATA, 0, 1, &[]).repeat(100));
    flood("empty DATA", false, first.chain(more));
}

#[test]
fn header_blocks_that_unfold() {
    // One field of 3,000 bytes enters the dynamic table; every further stream names it 4,000
    // times: 12 MB of fields from 4 kB.
    let mut block = GET_BLOCK.to_vec();
    block.extend([0x40, 1, b'a', 0x7f]);
    block.extend([0xb9, 0x16]); // 127 + 57 + 22 * 128 = 3,000
    block.extend([b'v'; 3000]);
    let first = std::iter::once(frame(frame::HEADERS, 0x5, 1, &block));
    let more = (1..2_000_u32).map(|number| {
        let mut block = GET_BLOCK.to_vec();
        block.extend([0xbe; 4000]);
        frame(frame::HEADERS, 0x5, number * 2 + 1, &block)
    });
    flood("HPACK", false, first.chain(more));
}

#[test]
fn responses_that_nobody_reads() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(setup::open(upstream.address));
    let before = gateway.memory_kb("VmRSS");
    // GET /do/body/50000000 on 100 streams, with the default window and no update of it.
    let path = b"/do/body/50000000";
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).expect("short")];
    block.extend(path);
    block.extend(b"\x01\x04test");
    let mut client = by_hand(gateway.address);
    for number in 0..100_u32 {
        client.send(frame(frame::HEADERS, 0x5, number * 2 + 1, &block));
    }
    std::thread::sleep(Duration::from_secs(1));
    let grown = gateway.memory_kb("VmRSS").saturating_sub(before);
    println!("100 unread responses of 50 MB: {grown} kB");
    assert!(grown < 64 << 10, "{grown} kB");
    assert_eq!(gateway.get("/x").status, 200);
    assert_eq!(client.end(Duration::from_millis(50)), End::Open);
    gateway.assert_alive();
}
