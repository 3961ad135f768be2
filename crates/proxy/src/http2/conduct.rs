//! Telling a busy peer from a hostile one. Every frame costs its receiver more than its sender, so
//! frames that bring nothing are counted, and a peer that sends little else is cut off
//! (RFC 9113 §10.5).

use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// Client connection preface (RFC 9113 §3.4), bytes.
pub(super) const PREFACE: usize = 24;
/// Frames that bring nothing, taken in one go.
const BURST: u64 = 1000;
/// How many of them per second are forgiven.
const PER_SECOND: u64 = 100;
/// Window updates taken whatever we send.
const UPDATES: u64 = 10_000;
/// Bytes sent that justify one more window update.
const BYTES_PER_UPDATE: u64 = 256;
/// Window updates that a stream justifies.
const UPDATES_PER_STREAM: u64 = 8;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

/// What has gone over a connection so far.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    received: Cell<u64>,
    sent: Cell<u64>,
    hostile: Cell<bool>,
    settled: Cell<bool>,
}

impl Traffic {
    /// Whether the peer's settings have come: its first frame (RFC 9113 §3.4).
    pub(super) const fn is_settled(&self) -> bool {
        self.settled.get()
    }

    /// Bytes that came in.
    pub(super) const fn received(&self) -> u64 {
        self.received.get()
    }

    pub(super) fn count_received(&self, n: usize) {
        self.received.set(self.received.get() + n as u64);
    }

    pub(super) fn count_sent(&self, n: usize) {
        self.sent.set(self.sent.get() + n as u64);
    }

    /// Whether the peer has to be cut off.
    pub(super) const fn is_hostile(&self) -> bool {
        self.hostile.get()
    }
}

/// Follows the frames in a stream of bytes.
#[derive(Debug)]
pub(super) struct Frames {
    /// Bytes to the next frame's header.
    skip: usize,
    header: [u8; 9],
    have: usize,
    /// Whether the first frame's header has come.
    begun: bool,
    idle: Bucket,
    updates: u64,
    streams: u64,
}

impl Frames {
    /// `skip` bytes come before the first frame.
    pub(super) const fn new(skip: usize) -> Self {
        Self {
            skip,
            header: [0; 9],
            have: 0,
            begun: false,
            idle: Bucket {
                level: 0,
                since: None,
            },
            updates: 0,
            streams: 0,
        }
    }

    /// Looks at the next bytes.
    pub(super) fn see(&mut self, mut bytes: &[u8], traffic: &Traffic) {
        let mut useful = 0;
        let mut idle = 0;
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            if self.skip == 0 && self.begun {
                traffic.settled.set(true);
            }
            bytes = bytes.get(skipped..).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            let taken = (self.header.len() - self.have).min(bytes.len());
            let (now, rest) = bytes.split_at_checked(taken).unwrap_or_default();
            if let Some(slot) = self.header.get_mut(self.have..self.have + taken) {
                slot.copy_from_slice(now);
            }
            bytes = rest;
            self.have += taken;
            if self.have < self.header.len() {
                break;
            }
            self.have = 0;
            self.begun = true;
            let [a, b, c, kind, ..] = self.header;
            self.skip = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
            match kind {
                HEADERS => {
                    self.streams += 1;
                    useful += 1;
                }
                DATA if self.skip > 0 => useful += 1,
                // The library bounds those.
                CONTINUATION | DATA => {}
                WINDOW_UPDATE => self.updates += 1,
                _ => idle += 1,
            }
        }
        let allowed = UPDATES
            + traffic.sent.get() / BYTES_PER_UPDATE
            + self.streams.saturating_mul(UPDATES_PER_STREAM);
        if self.updates > allowed || (idle > 0 && self.idle.add(idle, useful, Instant::now())) {
            traffic.hostile.set(true);
        }
    }
}

/// A leaky bucket.
#[derive(Debug)]
struct Bucket {
    level: u64,
    since: Option<Instant>,
}

impl Bucket {
    /// Puts `idle` in and takes `useful` out; says whether it runs over.
    fn add(&mut self, idle: u64, useful: u64, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        let seconds = now.duration_since(since).as_secs();
        self.since = Some(since + Duration::from_secs(seconds));
        let leaked = seconds.saturating_mul(PER_SECOND);
        self.level = (self.level + idle).saturating_sub(useful + leaked);
        self.level > BURST
    }
}

/// How a caller deals with its own requests. Whoever opens streams only to reset them makes us
/// work for nothing (CVE-2023-44487).
#[derive(Debug, Default)]
pub(super) struct Resets {
    score: Cell<u64>,
    since: Cell<Option<Instant>>,
}

impl Resets {
    /// Given up requests taken in one go, less those that were seen through.
    const MOST: u64 = 200;
    /// Given up requests forgiven per second.
    const PER_SECOND: u64 = 20;

    /// Counts a request that has ended.
    pub(super) fn count(&self, given_up: bool) {
        if !given_up {
            self.score.set(self.score.get().saturating_sub(1));
            return;
        }
        let now = Instant::now();
        let since = self.since.get().unwrap_or(now);
        let seconds = now.duration_since(since).as_secs();
        self.since.set(Some(since + Duration::from_secs(seconds)));
        let forgiven = seconds.saturating_mul(Self::PER_SECOND);
        self.score
            .set(self.score.get().saturating_sub(forgiven) + 1);
    }

    pub(super) const fn is_hostile(&self) -> bool {
        self.score.get() > Self::MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(kind: u8, payload: usize) -> Vec<u8> {
        let length = u32::try_from(payload).unwrap().to_be_bytes();
        let mut bytes = vec![length[1], length[2], length[3], kind, 0, 0, 0, 0, 1];
        bytes.resize(9 + payload, 0xAB);
        bytes
    }

    fn hostile(parts: &[Vec<u8>]) -> bool {
        let traffic = Traffic::default();
        let mut frames = Frames::new(0);
        for part in parts {
            frames.see(part, &traffic);
        }
        traffic.is_hostile()
    }

    #[tokio::test(start_paused = true)]
    async fn floods_of_frames_that_bring_nothing_are_seen() {
        for (kind, payload) in [(6, 8), (4, 0), (2, 5), (3, 4), (0xEE, 3)] {
            let few = vec![frame(kind, payload); 1000];
            assert!(!hostile(&few), "{kind}");
            let many = vec![frame(kind, payload); 1001];
            assert!(hostile(&many), "{kind}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_and_content_justify_other_frames() {
        let ping_per_request = vec![[frame(HEADERS, 30), frame(6, 8)].concat(); 5000];
        assert!(!hostile(&ping_per_request));
        let update_per_data =
            vec![[frame(DATA, 1), frame(HEADERS, 9), frame(8, 4)].concat(); 20_000];
        assert!(!hostile(&update_per_data));
        assert!(hostile(&vec![frame(8, 4); 10_001]));
    }

    #[test]
    fn settings_have_come_with_their_last_byte() {
        for payload in [0, 6] {
            let bytes = [frame(4, payload), frame(6, 8)].concat();
            let traffic = Traffic::default();
            let mut frames = Frames::new(0);
            for (at, byte) in bytes.iter().enumerate() {
                assert_eq!(traffic.is_settled(), at >= 9 + payload, "{payload}, {at}");
                frames.see(&[*byte], &traffic);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_forgives() {
        let traffic = Traffic::default();
        let mut frames = Frames::new(0);
        for _ in 0..100 {
            frames.see(&frame(6, 8).repeat(100), &traffic);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(!traffic.is_hostile());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_only_resets_is_seen() {
        let resets = Resets::default();
        for _ in 0..1000 {
            resets.count(true);
            resets.count(false);
        }
        assert!(!resets.is_hostile());
        for _ in 0..201 {
            resets.count(true);
        }
        assert!(resets.is_hostile());
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_are_cut(
            list in proptest::collection::vec((0u8..12, 0usize..40), 1..60),
            cuts in proptest::collection::vec(1usize..30, 1..80),
        ) {
            let mut bytes = vec![0u8; PREFACE];
            for (kind, payload) in &list {
                bytes.extend(frame(*kind, *payload));
            }
            let traffic = Traffic::default();
            let mut frames = Frames::new(PREFACE);
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                frames.see(now, &traffic);
                rest = later;
            }
            let heads = list.iter().filter(|(kind, _)| *kind == HEADERS).count();
            let updates = list.iter().filter(|(kind, _)| *kind == WINDOW_UPDATE).count();
            prop_assert_eq!(frames.streams, heads as u64);
            prop_assert_eq!(frames.updates, updates as u64);
            prop_assert_eq!((frames.skip, frames.have), (0, 0));
        }
    }
}
