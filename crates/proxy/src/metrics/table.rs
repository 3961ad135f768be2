//! Rows of counters that one thread writes and any thread reads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows per allocation.
const CHUNK: usize = 64;

/// A table of counters that grows in chunks, so that rows never move.
#[derive(Debug)]
pub(super) struct Table {
    width: usize,
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
}

impl Table {
    /// Room for `rows` rows of `width` counters; memory is taken when a row is first counted in.
    pub(super) fn new(rows: usize, width: usize) -> Self {
        Self {
            width,
            chunks: (0..rows.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Adds to a counter. Only the thread that owns the table may: then no addition is lost,
    /// although there is no atomic read-modify-write.
    pub(super) fn add(&self, row: usize, column: usize, amount: u64) {
        let Some(chunk) = self.chunks.get(row / CHUNK) else {
            return;
        };
        let chunk =
            chunk.get_or_init(|| (0..CHUNK * self.width).map(|_| AtomicU64::new(0)).collect());
        if let Some(counter) = chunk.get(row % CHUNK * self.width + column) {
            let sum = counter.load(Ordering::Relaxed).wrapping_add(amount);
            counter.store(sum, Ordering::Relaxed);
        }
    }

    /// Reads a counter, from any thread.
    pub(super) fn get(&self, row: usize, column: usize) -> u64 {
        self.chunks
            .get(row / CHUNK)
            .and_then(OnceLock::get)
            .and_then(|chunk| chunk.get(row % CHUNK * self.width + column))
            .map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}
