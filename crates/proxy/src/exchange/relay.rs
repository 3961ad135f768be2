//! Moving bodies from one side to the other, never faster than the slower side takes them.

use super::journal::Traffic;
use super::message::{
    BodyFault, Piece, RequestSource, ResponseSink, ResponseSource, Sink, SinkFault, Source,
};
use crate::http1::Length;
use postern_model::entity::Name;
use postern_policy::forward::{self, Written};
use std::cell::Cell;

/// A request's body is kept up to so many bytes, in case it has to be sent again.
const REPLAY: usize = 64 << 10;

/// Which side a body's way ended on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The side it comes from.
    Source(BodyFault),
    /// The side it goes to.
    Sink(SinkFault),
}

/// Passes everything on: gathers what is there, and sends it before it waits for more.
async fn pump(
    source: &mut impl Source,
    sink: &mut impl Sink,
    passed: impl Fn(&[u8]),
) -> Result<(), Broken> {
    loop {
        match source.take().map_err(Broken::Source)? {
            Some(Piece::Data(piece)) => {
                passed(piece);
                sink.data(piece).await.map_err(Broken::Sink)?;
            }
            Some(Piece::End) => {
                return sink.end(source.trailers()).await.map_err(Broken::Sink);
            }
            None => {
                sink.flush().await.map_err(Broken::Sink)?;
                source.fill().await.map_err(Broken::Source)?;
            }
        }
    }
}

/// Passes a response's body to the caller, and counts its bytes.
pub(crate) async fn download(
    source: &mut impl ResponseSource,
    sink: &mut impl ResponseSink,
    traffic: &Traffic,
) -> Result<(), Broken> {
    pump(source, sink, |piece| traffic.pass(piece)).await
}

/// A request's body on its way up, over as many attempts as it takes.
#[derive(Debug)]
pub(crate) struct Upload<'a, S> {
    source: &'a mut S,
    kept: Vec<u8>,
    /// Whether what was taken from the caller is still at hand.
    whole: bool,
    keep: bool,
    /// Where what is taken from the caller is counted.
    traffic: &'a Traffic,
    /// What is sent in place of the caller's body, which was read to its end.
    instead: Option<&'a [u8]>,
    /// Names under which no trailer is passed on.
    behind: (&'a [Name], &'a [Written]),
}

impl<'a, S: RequestSource> Upload<'a, S> {
    /// `keep` says whether there may be another attempt at all; `kept` is an empty buffer.
    pub(crate) const fn new(
        source: &'a mut S,
        keep: bool,
        kept: Vec<u8>,
        traffic: &'a Traffic,
    ) -> Self {
        Self {
            source,
            kept,
            whole: true,
            keep,
            traffic,
            instead: None,
            behind: (&[], &[]),
        }
    }

    /// With a body in place of the caller's.
    pub(crate) const fn sending(mut self, instead: Option<&'a [u8]>) -> Self {
        self.instead = instead;
        self
    }

    /// Without trailers of those names, which stay behind in the head, too.
    pub(crate) const fn without(mut self, withheld: &'a [Name], written: &'a [Written]) -> Self {
        self.behind = (withheld, written);
        self
    }

    /// Whether there is a body in place of the caller's.
    pub(crate) const fn is_replaced(&self) -> bool {
        self.instead.is_some()
    }

    /// The length of what is sent.
    pub(crate) fn length(&self) -> Length {
        match self.instead {
            Some(body) => Length::Exact(body.len() as u64),
            None => self.source.length(),
        }
    }

    /// The buffer, for another use.
    pub(crate) fn into_kept(self) -> Vec<u8> {
        self.kept
    }

    pub(crate) const fn source(&mut self) -> &mut S {
        self.source
    }

    /// Whether another attempt can send the same body.
    pub(crate) const fn is_replayable(&self) -> bool {
        self.whole
    }

    /// Sends the body: what earlier attempts have taken, then the rest.
    pub(crate) async fn run(&mut self, sink: &mut impl Sink) -> Result<(), Broken> {
        if let Some(body) = self.instead {
            if !body.is_empty() {
                sink.data(body).await.map_err(Broken::Sink)?;
            }
            return self.end(sink).await;
        }
        if !self.kept.is_empty() {
            sink.data(&self.kept).await.map_err(Broken::Sink)?;
        }
        loop {
            match self.source.take().map_err(Broken::Source)? {
                Some(Piece::Data(piece)) => {
                    self.traffic.take(piece);
                    self.whole &= self.keep && self.kept.len() + piece.len() <= REPLAY;
                    if self.whole {
                        self.kept.extend_from_slice(piece);
                    } else {
                        self.kept = Vec::new();
                    }
                    sink.data(piece).await.map_err(Broken::Sink)?;
                }
                Some(Piece::End) => {
                    return self.end(sink).await;
                }
                None => {
                    sink.flush().await.map_err(Broken::Sink)?;
                    self.source.fill().await.map_err(Broken::Source)?;
                }
            }
        }
    }

    /// Ends what is sent, with those of the caller's trailers that are passed on.
    async fn end(&self, sink: &mut impl Sink) -> Result<(), Broken> {
        let (withheld, written) = self.behind;
        let trailers = self.source.trailers();
        let trailers = trailers.map(|all| forward::request_trailers(all, withheld, written));
        sink.end(trailers.as_deref()).await.map_err(Broken::Sink)
    }

    /// As [`Upload::run`], and then watches the caller. Notes in `sent` how sending ended; gives
    /// why there is no use in going on.
    pub(crate) async fn run_and_watch(
        &mut self,
        sink: &mut impl Sink,
        sent: &Cell<Option<Result<(), SinkFault>>>,
    ) -> BodyFault {
        match self.run(sink).await {
            Ok(()) => sent.set(Some(Ok(()))),
            Err(Broken::Sink(fault)) => sent.set(Some(Err(fault))),
            Err(Broken::Source(fault)) => return fault,
        }
        self.source.gone().await;
        BodyFault::ClosedEarly
    }
}
