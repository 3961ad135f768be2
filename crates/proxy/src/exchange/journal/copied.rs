//! What is copied of a request and its response while they pass, for their record.

use super::Journal;
use crate::record::Outcome;
use postern_model::entity::{Capture, Captured};
use postern_policy::fields::Fields;
use postern_policy::stages::response::attribution;
use std::cell::{Cell, RefCell};

/// The beginning of a body; of none unless somebody asks for it.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// Bytes that are still to be kept.
    room: Cell<usize>,
    bytes: RefCell<Vec<u8>>,
}

impl Beginning {
    /// Keeps at least so many bytes of what comes from now on.
    pub(in crate::exchange) fn keep(&self, most: usize) {
        self.room.set(self.room.get().max(most));
    }

    /// A piece passes.
    pub(in crate::exchange) fn pass(&self, piece: &[u8]) {
        if self.room.get() > 0 {
            self.copy(piece);
        }
    }

    #[cold]
    fn copy(&self, piece: &[u8]) {
        let room = self.room.get().min(piece.len());
        let copied = piece.get(..room).unwrap_or_default();
        self.bytes.borrow_mut().extend_from_slice(copied);
        self.room.set(self.room.get() - room);
    }

    /// At most so many of the bytes that were kept.
    pub(in crate::exchange) fn first(&self, most: usize) -> Vec<u8> {
        let bytes = self.bytes.borrow();
        bytes.get(..most).unwrap_or(&bytes).to_vec()
    }
}

/// Header fields beside those of the request.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Copied {
    /// What the upstream was sent.
    pub(in crate::exchange) sent: Option<Fields>,
    /// What it answered.
    pub(in crate::exchange) answered: Option<Fields>,
    /// What the caller got.
    pub(in crate::exchange) got: Option<Fields>,
}

/// What is copied of it while it passes.
impl<'a> Journal<'a> {
    /// Begins to copy, if its service wants that of this request.
    pub(in crate::exchange) fn copy(&mut self) {
        let Some(route) = self.route() else {
            return;
        };
        if let Some(capture) = &self.state.snapshot().rules.service(&route).capture {
            self.copy_by(capture);
        }
    }

    #[cold]
    fn copy_by(&mut self, capture: &'a Capture) {
        let is_taken =
            capture.one_in <= 1 || self.core.random().is_multiple_of(capture.one_in.into());
        if self.is_recorded() && is_taken {
            self.capture = Some(capture);
            self.traffic.request.keep(capture.body);
        }
    }

    /// Whether its record is to have what the upstream was sent and answered.
    pub(in crate::exchange) fn is_copied(&self) -> bool {
        self.is_recorded() && (self.capture.is_some() || attribution(self.status).is_some())
    }

    pub(super) fn copies(&mut self) -> &mut Copied {
        self.copied.get_or_insert_default()
    }

    /// The header fields that went up, and those that the caller gets.
    pub(in crate::exchange) fn copied(&mut self, sent: Fields, got: Fields) {
        let copies = self.copies();
        copies.sent = Some(sent);
        copies.got = Some(got);
    }

    /// The upstream is sent a head.
    pub(in crate::exchange) const fn sent_on(&mut self) {
        self.is_sent = true;
    }

    /// Whether its record is to have what was sent, which is not copied yet. `is_refused`: it is
    /// refused although it was allowed.
    pub(in crate::exchange) fn lacks_sent(&self, is_refused: bool) -> bool {
        let has_it = self.copied.as_ref().is_some_and(|c| c.sent.is_some());
        let wants_it = is_refused || self.capture.is_some();
        self.is_recorded() && self.is_sent && wants_it && !has_it
    }

    /// The header fields that went up.
    pub(in crate::exchange) fn copied_sent(&mut self, sent: Fields) {
        self.copies().sent = Some(sent);
    }

    /// How its service has it copied, if its outcome is one that is.
    pub(in crate::exchange) fn captured(&self) -> Option<&'a Capture> {
        self.capture
            .filter(|capture| capture.outcomes == Captured::All || self.outcome != Outcome::Allowed)
    }

    pub(in crate::exchange) fn copies_made(&self) -> Option<&Copied> {
        self.copied.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_was_asked_for() {
        let beginning = Beginning::default();
        beginning.pass(b"unasked");
        assert_eq!(beginning.first(10), b"");
        assert_eq!(beginning.bytes.borrow().capacity(), 0);
        beginning.keep(5);
        beginning.keep(3);
        for piece in [&b"ab"[..], b"cdef", b"ghi"] {
            beginning.pass(piece);
        }
        assert_eq!(beginning.first(10), b"abcde");
        assert_eq!(beginning.first(2), b"ab");
    }
}
