//! A value alone on its cache lines.

use std::ops::Deref;

/// Keeps counters that many cores write away from whatever else they read. 128 bytes, because
/// x86 prefetches lines in pairs and some ARM cores have lines of that size.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Padded<T>(pub(super) T);

impl<T> Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
