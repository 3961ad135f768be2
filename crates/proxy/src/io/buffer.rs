//! A read buffer: bytes come in at the end and are consumed at the front.

use std::cell::RefCell;

/// Bytes of a fresh buffer. One head with its small body fits; many bodies do not.
const SMALL: usize = 16 << 10;
/// Bytes of a buffer that carries a large body, so that a read moves more than a few packets.
const LARGE: usize = 256 << 10;
/// Free buffers of each size kept per core.
const KEPT: usize = 64;

thread_local! {
    static FREE: RefCell<[Vec<Vec<u8>>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

fn take(size: usize) -> Vec<u8> {
    let reused = FREE.with_borrow_mut(|[small, large]| {
        if size == SMALL {
            small.pop()
        } else {
            large.pop()
        }
    });
    reused.unwrap_or_else(|| vec![0; size])
}

fn give_back(bytes: Vec<u8>) {
    // A thread that ends drops its connections after its thread-locals.
    let _ = FREE.try_with(|free| {
        let [small, large] = &mut *free.borrow_mut();
        match bytes.len() {
            SMALL if small.len() < KEPT => small.push(bytes),
            LARGE if large.len() < KEPT / 8 => large.push(bytes),
            _ => {}
        }
    });
}

/// A read buffer that holds no memory while it is empty and [released](Buffer::release).
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    /// What has come in and was not consumed.
    pub(crate) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) const fn len(&self) -> usize {
        self.end - self.start
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Marks the first `n` bytes as done with.
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Room to read into; never empty unless `limit` bytes are held already.
    pub(crate) fn room(&mut self, limit: usize) -> &mut [u8] {
        if self.bytes.is_empty() {
            self.bytes = take(SMALL);
        }
        if self.end == self.bytes.len() {
            if self.start > 0 {
                self.bytes.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else if self.len() < limit {
                self.grow(limit);
            }
        }
        let until = self.bytes.len().min(self.start + limit);
        self.bytes
            .get_mut(self.end..until.max(self.end))
            .unwrap_or_default()
    }

    fn grow(&mut self, limit: usize) {
        let size = if limit <= LARGE && self.bytes.len() < LARGE {
            LARGE
        } else {
            self.bytes.len() * 2
        };
        let mut larger = if size == LARGE {
            take(LARGE)
        } else {
            vec![0; size]
        };
        let held = self.filled();
        if let Some(slot) = larger.get_mut(..held.len()) {
            slot.copy_from_slice(held);
        }
        self.end = held.len();
        self.start = 0;
        give_back(std::mem::replace(&mut self.bytes, larger));
    }

    /// Makes the next read a large one, if nothing is held that would have to be moved.
    pub(crate) fn widen(&mut self) {
        if self.is_empty() && self.bytes.len() < LARGE {
            give_back(std::mem::replace(&mut self.bytes, take(LARGE)));
        }
    }

    /// Counts `n` bytes of [`Buffer::room`] as filled.
    pub(crate) fn advance(&mut self, n: usize) {
        self.end = (self.end + n).min(self.bytes.len());
    }

    /// Gives the memory back if nothing is held.
    pub(crate) fn release(&mut self) {
        if self.is_empty() && !self.bytes.is_empty() {
            give_back(std::mem::take(&mut self.bytes));
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.consume(self.len());
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(buffer: &mut Buffer, bytes: &[u8], limit: usize) -> usize {
        let room = buffer.room(limit);
        let n = room.len().min(bytes.len());
        room[..n].copy_from_slice(&bytes[..n]);
        buffer.advance(n);
        n
    }

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let mut buffer = Buffer::default();
        fill(&mut buffer, b"hello world", 100);
        buffer.consume(6);
        assert_eq!(buffer.filled(), b"world");
        buffer.consume(5);
        assert!(buffer.is_empty());
        buffer.release();
        assert!(buffer.bytes.is_empty());
    }

    #[test]
    fn it_grows_up_to_its_limit_and_not_beyond() {
        let mut buffer = Buffer::default();
        let limit = SMALL + 10;
        let mut total = 0;
        loop {
            let n = fill(&mut buffer, &[7; SMALL], limit);
            total += n;
            if n == 0 {
                break;
            }
        }
        assert_eq!(total, limit);
        assert_eq!(buffer.len(), limit);
    }
}
