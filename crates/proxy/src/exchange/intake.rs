//! The caller's body as rules have it: its beginning may be looked at before it goes on, and it
//! may be no longer than they allow.

use super::message::{BodyFault, Piece, RequestSource, Source};
use crate::http1::Length;
use crate::tunnel::Inflow;
use postern_policy::fields::Fields;

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Intake<'a, S> {
    inner: &'a mut S,
    /// Read ahead, and not passed on yet.
    ahead: Vec<u8>,
    /// How much of `ahead` was handed out.
    given: usize,
    /// The end was met while reading ahead.
    end_seen: bool,
    /// The end was handed out.
    ended: bool,
    /// Most bytes; more break it off.
    limit: Option<u64>,
    passed: u64,
}

impl<'a, S: RequestSource> Intake<'a, S> {
    pub(super) const fn new(inner: &'a mut S) -> Self {
        Self {
            inner,
            ahead: Vec::new(),
            given: 0,
            end_seen: false,
            ended: false,
            limit: None,
            passed: 0,
        }
    }

    /// Bounds it from now on.
    pub(super) const fn limit(&mut self, limit: Option<u64>) {
        self.limit = limit;
    }

    /// The first bytes, as many as asked for unless the body is shorter. A caller that waits for
    /// it is told to go on.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub(super) async fn start(&mut self, bytes: usize) -> Result<&[u8], BodyFault> {
        self.inner.proceed().await?;
        while self.ahead.len() < bytes && !self.end_seen {
            match self.inner.take()? {
                Some(Piece::Data(piece)) => self.ahead.extend_from_slice(piece),
                Some(Piece::End) => self.end_seen = true,
                None => self.inner.fill().await?,
            }
        }
        Ok(self.ahead.get(..bytes).unwrap_or(&self.ahead))
    }

    const fn is_ahead(&self) -> bool {
        self.given < self.ahead.len()
    }
}

impl<S: RequestSource> Source for Intake<'_, S> {
    fn length(&self) -> Length {
        self.inner.length()
    }

    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault> {
        let piece = if self.is_ahead() {
            let piece = self.ahead.get(self.given..).unwrap_or_default();
            self.given = self.ahead.len();
            piece
        } else if self.end_seen {
            self.ended = true;
            return Ok(Some(Piece::End));
        } else {
            match self.inner.take()? {
                Some(Piece::Data(piece)) => piece,
                Some(Piece::End) => {
                    self.end_seen = true;
                    self.ended = true;
                    return Ok(Some(Piece::End));
                }
                None => return Ok(None),
            }
        };
        self.passed += piece.len() as u64;
        match self.limit {
            Some(limit) if self.passed > limit => Err(BodyFault::TooLarge {
                limit,
                seen: self.passed,
            }),
            _ => Ok(Some(Piece::Data(piece))),
        }
    }

    async fn fill(&mut self) -> Result<(), BodyFault> {
        if self.is_ahead() || self.end_seen {
            return Ok(());
        }
        self.inner.fill().await
    }

    fn trailers(&self) -> Option<&Fields> {
        self.inner.trailers()
    }

    fn is_ended(&self) -> bool {
        if self.ahead.is_empty() {
            self.inner.is_ended()
        } else {
            self.ended
        }
    }
}

impl<S: RequestSource> RequestSource for Intake<'_, S> {
    fn is_small(&self) -> bool {
        self.end_seen || self.ahead.is_empty() && self.inner.is_small()
    }

    async fn proceed(&mut self) -> Result<(), BodyFault> {
        self.inner.proceed().await
    }

    fn inflow(&mut self) -> Inflow<'_> {
        self.inner.inflow()
    }

    async fn gone(&mut self) {
        self.inner.gone().await;
    }
}
